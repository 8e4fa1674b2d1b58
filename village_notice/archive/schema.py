"""The shape of 查询.db and how it is searched; shared by the writer and the questions, so it must load in no time.

One full-text row a person. Every character of a name is a token of its own (its code point, so that no tokenizer has a
say in rare characters or marks), a part of a name is a phrase of such tokens: two characters and one are found, where
SQLite's own tokenizers find nothing without an error. Pinyin, initials and place are further columns of the same row,
so that a village's answer never walks through the county's.
"""

SCHEMA_VERSION = 1
LATEST = "latest"
"""Place token of a village's newest year."""

TABLES = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE village (id INTEGER PRIMARY KEY, code TEXT NOT NULL, name TEXT NOT NULL, full_name TEXT NOT NULL,
  township TEXT NOT NULL, office TEXT NOT NULL, county TEXT NOT NULL, kind TEXT NOT NULL);
CREATE TABLE edition (id INTEGER PRIMARY KEY, village_id INTEGER NOT NULL REFERENCES village(id), year INTEGER NOT NULL,
  is_latest INTEGER NOT NULL, people INTEGER NOT NULL, payments INTEGER NOT NULL, public_fen INTEGER NOT NULL,
  has_withheld INTEGER NOT NULL, held INTEGER NOT NULL, data_until TEXT NOT NULL, check_code TEXT NOT NULL);
CREATE TABLE programme (id INTEGER PRIMARY KEY, key TEXT NOT NULL, title TEXT NOT NULL, tier TEXT NOT NULL,
  department TEXT NOT NULL, unit TEXT NOT NULL);
CREATE TABLE summary (edition_id INTEGER NOT NULL REFERENCES edition(id), position INTEGER NOT NULL,
  programme_id INTEGER NOT NULL REFERENCES programme(id), people INTEGER NOT NULL, payments INTEGER NOT NULL,
  quantity_milli INTEGER, rate_text TEXT NOT NULL, amount_fen INTEGER NOT NULL, pay_months TEXT NOT NULL,
  held INTEGER NOT NULL, lists_names INTEGER NOT NULL, PRIMARY KEY (edition_id, position)) WITHOUT ROWID;
CREATE TABLE name (id INTEGER PRIMARY KEY, text TEXT NOT NULL, key TEXT NOT NULL);
CREATE TABLE person (id INTEGER PRIMARY KEY, edition_id INTEGER NOT NULL REFERENCES edition(id),
  name_id INTEGER NOT NULL REFERENCES name(id), group_name TEXT NOT NULL);
CREATE TABLE line (person_id INTEGER NOT NULL REFERENCES person(id), position INTEGER NOT NULL, serial INTEGER NOT NULL,
  quantity_milli INTEGER, rate_micro INTEGER, payments INTEGER NOT NULL, amount_fen INTEGER NOT NULL,
  pay_months_id INTEGER NOT NULL REFERENCES pay_months(id), PRIMARY KEY (person_id, position, serial)) WITHOUT ROWID;
CREATE TABLE pay_months (id INTEGER PRIMARY KEY, text TEXT NOT NULL);
CREATE TABLE masked (edition_id INTEGER NOT NULL REFERENCES edition(id), position INTEGER NOT NULL,
  serial INTEGER NOT NULL, name TEXT NOT NULL, payments INTEGER NOT NULL, amount_fen INTEGER NOT NULL,
  pay_months_id INTEGER NOT NULL REFERENCES pay_months(id), PRIMARY KEY (edition_id, position, serial)) WITHOUT ROWID;
CREATE TABLE sound (char TEXT PRIMARY KEY, readings TEXT NOT NULL) WITHOUT ROWID;
CREATE VIRTUAL TABLE person_index USING fts5(chars, spelled, sounds, initials, place,
  content='', columnsize=0, tokenize='ascii');
"""
"""Amounts in fen, quantities in thousandths, rates in millionths of a yuan. `masked` is tier C and never searched."""

INDEXES = """
CREATE INDEX village_code ON village (code);
CREATE INDEX edition_village ON edition (village_id, year);
CREATE INDEX name_key ON name (key);
CREATE INDEX person_name ON person (name_id);
CREATE INDEX person_edition ON person (edition_id);
"""


def char_tokens(key: str) -> str:
    """A name's characters as tokens, one a character, in order."""
    return " ".join(f"u{ord(char):x}" for char in key)


def match_chars(key: str) -> str:
    """The full-text condition that a name holds these characters next to each other."""
    return f'chars : "{char_tokens(key)}"'


def match_letters(column: str, letters: str) -> str:
    """The full-text condition that a pinyin or initials token starts with letters (a to z only)."""
    return f'{column} : "{letters}" *'


def place_tokens(edition_id: int, township: str, year: int, *, is_latest: bool) -> str:
    """Where a person is, as tokens."""
    return f"e{edition_id} {township_token(township)} y{year}{f' {LATEST}' if is_latest else ''}"


def township_token(township: str) -> str:
    """A township's name as one token."""
    return "t" + "".join(f"{ord(char):x}z" for char in township)
