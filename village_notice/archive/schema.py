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


_TEXT = 'TEXT COLLATE "C" NOT NULL'
SERVER_TABLES = f"""
CREATE TABLE meta (key {_TEXT} PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE village (id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, code {_TEXT}, name {_TEXT}, full_name {_TEXT},
  township {_TEXT}, office {_TEXT}, county {_TEXT}, kind {_TEXT},
  UNIQUE (code, name, full_name, township, office, county, kind));
CREATE TABLE edition (id BIGINT PRIMARY KEY, village_id BIGINT NOT NULL, year INTEGER NOT NULL, is_latest SMALLINT NOT NULL,
  people INTEGER NOT NULL, payments INTEGER NOT NULL, public_fen BIGINT NOT NULL, has_withheld SMALLINT NOT NULL,
  held INTEGER NOT NULL, data_until {_TEXT}, check_code {_TEXT}, digest {_TEXT});
CREATE TABLE programme (id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, key {_TEXT}, title {_TEXT}, tier {_TEXT},
  department {_TEXT}, unit {_TEXT}, UNIQUE (key, title, tier, department, unit));
CREATE TABLE summary (edition_id BIGINT NOT NULL, position INTEGER NOT NULL, programme_id BIGINT NOT NULL,
  people INTEGER NOT NULL, payments INTEGER NOT NULL, quantity_milli BIGINT, rate_text {_TEXT}, amount_fen BIGINT NOT NULL,
  pay_months {_TEXT}, held INTEGER NOT NULL, lists_names SMALLINT NOT NULL, PRIMARY KEY (edition_id, position));
CREATE TABLE name (id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, text {_TEXT}, key {_TEXT}, UNIQUE (text, key));
CREATE TABLE person (id BIGINT PRIMARY KEY, edition_id BIGINT NOT NULL, name_id BIGINT NOT NULL, group_name {_TEXT});
CREATE TABLE line (person_id BIGINT NOT NULL, position INTEGER NOT NULL, serial INTEGER NOT NULL, quantity_milli BIGINT,
  rate_micro BIGINT, payments INTEGER NOT NULL, amount_fen BIGINT NOT NULL, pay_months_id BIGINT NOT NULL,
  PRIMARY KEY (person_id, position, serial));
CREATE TABLE pay_months (id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, text {_TEXT} UNIQUE);
CREATE TABLE masked (edition_id BIGINT NOT NULL, position INTEGER NOT NULL, serial INTEGER NOT NULL, name {_TEXT},
  payments INTEGER NOT NULL, amount_fen BIGINT NOT NULL, pay_months_id BIGINT NOT NULL,
  PRIMARY KEY (edition_id, position, serial));
CREATE TABLE sound (char {_TEXT} PRIMARY KEY, readings {_TEXT});
CREATE TABLE token (kind "char" NOT NULL, text {_TEXT}, name_id BIGINT NOT NULL);
"""
"""The same tables on a PostgreSQL server; `token` stands in for the full-text table, `digest` tells unchanged editions.

COLLATE "C" compares by code point, so that a beginning is a range of an index. Nothing refers to another table by a
constraint: one transaction writes all of them, and need not look after each of a million lines.
"""
SERVER_INDEXES = """
CREATE INDEX village_code ON village (code);
CREATE INDEX edition_village ON edition (village_id, year);
CREATE INDEX name_key ON name (key);
CREATE INDEX person_name ON person (name_id, edition_id);
CREATE INDEX person_edition ON person (edition_id);
CREATE UNIQUE INDEX token_text ON token (kind, text, name_id);
CREATE INDEX token_name ON token (name_id);
"""
