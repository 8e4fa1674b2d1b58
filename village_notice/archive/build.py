"""Builds the file of 查询.db from editions: new ones as they are made, others copied from the earlier database.

What a copied edition gives is what the same edition gives when it is made anew: numbers are given in the order of the
editions, whichever way each comes. What concerns all people is one statement each: SQLite works on its own then, while
Python does something else. A person's full-text row is made of tokens by name (`temp.token`), each name read once.
"""

import json
import sqlite3
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from village_notice import __version__
from village_notice.archive.build_memory import Key, Remembered
from village_notice.archive.edition import Edition, Row
from village_notice.archive.people import Person
from village_notice.archive.schema import INDEXES, SCHEMA_VERSION, TABLES, char_tokens, place_tokens
from village_notice.archive.sound import Speller, search_key

Source = Callable[[], Edition] | int
"""Makes a new edition, or the number of one in the earlier database."""
_SCRATCH = """
CREATE TEMP TABLE who (id INTEGER PRIMARY KEY, edition_id INTEGER, text TEXT, key TEXT, group_name TEXT);
CREATE TEMP TABLE named (text TEXT PRIMARY KEY, id INTEGER) WITHOUT ROWID;
CREATE TEMP TABLE month (old INTEGER PRIMARY KEY, new INTEGER);
CREATE TEMP TABLE place (edition_id INTEGER PRIMARY KEY, tokens TEXT);
CREATE TEMP TABLE token (key TEXT PRIMARY KEY, chars TEXT, spelled TEXT, sounds TEXT, initials TEXT) WITHOUT ROWID;
"""


class _Numbers:
    """Gives each distinct value a number from 1 in order of arrival; in the end they are written into its table."""

    def __init__(self, statement: str) -> None:
        self._statement, self._found = statement, dict[Row, int]()

    def of(self, *value: object) -> int:
        return self._found.setdefault(value, len(self._found) + 1)

    def write(self, database: sqlite3.Connection) -> None:
        database.executemany(self._statement, ((number, *value) for value, number in self._found.items()))


@dataclass(slots=True)
class _Run:
    """Editions that follow each other in the earlier database as in the new one, copied in one go.

    Attributes:
        first, last: Numbers in the earlier database.
        shift: What is added to get the new number.
        people: What is added to the number of a person.
    """

    first: int
    last: int
    shift: int
    people: int


class Build:
    """One building of the file."""

    def __init__(
        self, database: sqlite3.Connection, earlier: Path | None, speller: Speller, remembered: Remembered
    ) -> None:
        """Begins.

        Args:
            database: An empty file.
            earlier: The database that editions are copied from, None for none.
            speller: Reads names.
            remembered: How names sound, as an earlier run has worked it out.
        """
        self.database, self.speller, self.remembered = database, speller, remembered
        self.villages = _Numbers("INSERT INTO village VALUES (?,?,?,?,?,?,?,?)")
        self.programmes = _Numbers("INSERT INTO programme VALUES (?,?,?,?,?,?)")
        self.months = _Numbers("INSERT INTO pay_months VALUES (?,?)")
        self.editions = self.people = 0
        self.run_now: _Run | None = None
        self.database.executescript(TABLES)
        self.database.executescript(_SCRATCH)
        self.earlier = _Earlier(self.database, earlier) if earlier else None

    def run(self, sources: Mapping[Key, Source]) -> Remembered:
        """Writes everything; what is worth remembering of it."""
        database = self.database
        database.execute("BEGIN")
        newest = {code: year for year, code in sorted(sources)}
        for (year, code), source in sorted(sources.items(), key=lambda item: item[0]):
            self.editions += 1
            is_latest = newest[code] == year
            if isinstance(source, int):
                self._copy(source, is_latest=is_latest)
            else:
                self._write(source(), is_latest=is_latest)
        self._end_run()
        tokens = self._write_people()
        meta = {
            "schema_version": str(SCHEMA_VERSION),
            "tool": f"village-notice {__version__}",
            "editions": str(len(sources)),
        }
        database.executemany("INSERT INTO meta VALUES (?, ?)", sorted(meta.items()))
        database.execute("INSERT INTO person_index(person_index) VALUES ('optimize')")
        database.execute("COMMIT")
        if self.earlier:
            database.execute("DETACH old")
        database.executescript(INDEXES)
        return tokens

    def _write(self, edition: Edition, *, is_latest: bool) -> None:
        """A new edition with all that belongs to it."""
        self._end_run()
        self._write_facts(edition.village, edition.facts, edition.programmes, is_latest=is_latest)
        self.database.executemany(
            "INSERT INTO masked VALUES (?,?,?,?,?,?,?)",
            [(self.editions, *m[:5], self.months.of(m[5])) for m in edition.masked],
        )
        persons, lines = list[Row](), list[Row]()
        for person in edition.people:
            self.people += 1
            persons.append((self.people, self.editions, person.name, search_key(person.name), person.group))
            lines.extend(self._list_lines(person))
        self.database.executemany("INSERT INTO temp.who VALUES (?,?,?,?,?)", persons)
        self.database.executemany("INSERT INTO line VALUES (?,?,?,?,?,?,?,?)", lines)

    def _list_lines(self, person: Person) -> Iterable[Row]:
        return (
            (self.people, x.position, x.serial, x.quantity_milli, x.rate_micro, x.payments, x.amount_fen,
             self.months.of(x.pay_months))
            for x in person.lines
        )  # fmt: skip

    def _write_facts(self, own: Row, facts: Row, programmes: Iterable[tuple[Row, Row]], *, is_latest: bool) -> None:
        """The rows of an edition itself."""
        village, (year, *more) = self.villages.of(*own), facts
        self.database.execute(
            "INSERT INTO edition VALUES (?,?,?,?,?,?,?,?,?,?,?)", (self.editions, village, year, int(is_latest), *more)
        )
        self.database.executemany(
            "INSERT INTO summary VALUES (?,?,?,?,?,?,?,?,?,?,?)",
            [(self.editions, i, self.programmes.of(*p), *s) for i, (p, s) in enumerate(programmes)],
        )
        place = place_tokens(self.editions, str(own[3]), int(str(year)), is_latest=is_latest)
        self.database.execute("INSERT INTO temp.place VALUES (?,?)", (self.editions, place))

    def _copy(self, number: int, *, is_latest: bool) -> None:
        """An edition of the earlier database; its people and lines wait for those behind it."""
        earlier = self.earlier
        assert earlier is not None  # noqa: S101  # a number is of an earlier database
        self._write_facts(*earlier.facts[number], earlier.programmes.get(number, ()), is_latest=is_latest)
        for old in (*earlier.masked_months.get(number, ()), *earlier.months_of.get(number, ())):
            new = self.months.of(earlier.months[old])
            self.database.execute("INSERT OR IGNORE INTO temp.month VALUES (?,?)", (old, new))
        first, count = earlier.people.get(number, (0, 0))
        shift, people = self.editions - number, self.people + 1 - first if count else None
        run = self.run_now
        if run and run.last + 1 == number and run.shift == shift and people in (None, run.people):
            run.last = number
        else:
            self._end_run()
            self.run_now = _Run(number, number, shift, people or 0)
        self.people += count

    def _end_run(self) -> None:
        """Copies the editions that wait."""
        run, self.run_now = self.run_now, None
        if run is None:
            return
        database, found = self.database, self.earlier.people if self.earlier else {}
        people = [found[n] for n in range(run.first, run.last + 1) if n in found]
        among = (people[0][0], sum(people[-1]) - 1) if people else (1, 0)
        key = "n.key" if self.remembered.is_whole else "search_key(n.text)"  # of another program, it may differ
        database.execute(
            f"INSERT INTO temp.who SELECT p.id + ?, p.edition_id + ?, n.text, {key}, p.group_name FROM old.person p"
            " JOIN old.name n ON n.id = p.name_id WHERE p.id BETWEEN ? AND ?",
            (run.people, run.shift, *among),
        )
        database.execute(
            "INSERT INTO line SELECT l.person_id + ?, l.position, l.serial, l.quantity_milli, l.rate_micro, l.payments,"
            " l.amount_fen, m.new FROM old.line l JOIN temp.month m ON m.old = l.pay_months_id"
            " WHERE l.person_id BETWEEN ? AND ?",
            (run.people, *among),
        )
        database.execute(
            "INSERT INTO masked SELECT k.edition_id + ?, k.position, k.serial, k.name, k.payments, k.amount_fen, m.new"
            " FROM old.masked k JOIN temp.month m ON m.old = k.pay_months_id WHERE k.edition_id BETWEEN ? AND ?",
            (run.shift, run.first, run.last),
        )

    def _write_people(self) -> Remembered:
        """What all editions share, the people, the full-text rows, and how each character reads."""
        database = self.database
        for numbers in (self.villages, self.programmes, self.months):
            numbers.write(database)
        database.execute(
            "INSERT INTO name SELECT row_number() OVER (ORDER BY first), text, key FROM"
            " (SELECT text, min(key) AS key, min(id) AS first FROM temp.who GROUP BY text)"
        )
        database.execute("INSERT INTO temp.named SELECT text, id FROM name")
        database.execute(
            "INSERT INTO person SELECT w.id, w.edition_id, n.id, w.group_name FROM temp.who w"
            " JOIN temp.named n ON n.text = w.text ORDER BY w.id"
        )
        self._spell_names()
        database.execute(
            "INSERT INTO person_index(rowid, chars, spelled, sounds, initials, place)"
            " SELECT w.id, t.chars, t.spelled, t.sounds, t.initials, p.tokens FROM temp.who w"
            " JOIN temp.token t ON t.key = w.key JOIN temp.place p ON p.edition_id = w.edition_id ORDER BY w.id"
        )
        sounds = self._write_sounds()
        tokens = "SELECT json_group_object(key, json_array(chars, spelled, sounds, initials)) FROM temp.token"
        return Remembered({}, database.execute(tokens).fetchone()[0], sounds)

    def _spell_names(self) -> None:
        """The tokens of every name: its characters, pinyin and its endings, the same as they sound, and initials."""
        database = self.database
        database.execute(
            "INSERT INTO temp.token SELECT j.key, j.value ->> 0, j.value ->> 1, j.value ->> 2, j.value ->> 3"
            " FROM json_each(?) j WHERE j.key IN (SELECT key FROM name)",
            (self.remembered.spelled,),
        )
        unknown = (
            "SELECT json_group_array(key) FROM (SELECT DISTINCT key FROM name WHERE key NOT IN (SELECT key FROM token))"
        )
        keys: list[str] = json.loads(database.execute(unknown).fetchone()[0])
        spelled = ((key, char_tokens(key), *map(" ".join, self.speller.spell_name(key))) for key in keys)
        database.executemany("INSERT INTO temp.token VALUES (?,?,?,?,?)", spelled)

    def _write_sounds(self) -> str:
        """How each common character and each character of a name reads; the same as JSON."""
        [[keys]] = self.database.execute("SELECT coalesce(group_concat(key, ''), '') FROM name")
        known: dict[str, str] = json.loads(self.remembered.sounds)
        sounds = dict(self.speller.list_sounds(keys, known))
        self.database.executemany("INSERT INTO sound VALUES (?, ?)", sounds.items())
        return json.dumps(sounds, ensure_ascii=False)


class _Earlier:
    """What is copied from the earlier database in Python; people and lines are copied in SQL.

    Attributes:
        facts: Number of an edition → its village, and its facts from the year on.
        programmes: Number of an edition → lines of its summary.
        months: Number → text.
        months_of, masked_months: Number of an edition → numbers of its months in the order they are written.
        people: Number of an edition → number of its first person, and how many there are.
    """

    def __init__(self, database: sqlite3.Connection, path: Path) -> None:
        database.execute("ATTACH ? AS old", (f"{path.absolute().as_uri()}?mode=ro",))
        database.create_function("search_key", 1, search_key, deterministic=True)

        def select(query: str) -> list[Any]:
            """Everything in one go: each row on its own would wait for whatever else Python does."""
            with closing(database.execute(f"SELECT json_group_array(json_array({query}")) as found:
                rows: list[Any] = json.loads(found.fetchone()[0])
            return rows

        self.facts = {
            row[0]: (tuple(row[1:8]), tuple(row[8:]))
            for row in select(
                "e.id, v.code, v.name, v.full_name, v.township, v.office, v.county, v.kind, e.year, e.people, e.payments,"
                " e.public_fen, e.has_withheld, e.held, e.data_until, e.check_code))"
                " FROM old.edition e JOIN old.village v ON v.id = e.village_id"
            )
        }
        self.programmes: dict[int, list[tuple[Row, Row]]] = {}
        summaries = select(
            "s.edition_id, s.position, p.key, p.title, p.tier, p.department, p.unit, s.people, s.payments, s.quantity_milli,"
            " s.rate_text, s.amount_fen, s.pay_months, s.held, s.lists_names))"
            " FROM old.summary s JOIN old.programme p ON p.id = s.programme_id"
        )
        for number, _, key, title, tier, department, unit, *more in sorted(summaries, key=lambda row: row[:2]):
            self.programmes.setdefault(number, []).append(((key, title, tier, department, unit), tuple(more)))
        self.months = dict(select("id, text)) FROM old.pay_months"))
        self.people = {
            number: (start, count)
            for number, start, count in select(
                "edition_id, start, count)) FROM"
                " (SELECT edition_id, min(id) AS start, count(*) AS count FROM old.person GROUP BY edition_id)"
            )
        }
        self.months_of = _gather(
            select(
                "edition_id, first, month)) FROM (SELECT p.edition_id AS edition_id, l.pay_months_id AS month,"
                " min(((l.person_id << 8) + l.position << 24) + l.serial) AS first"
                " FROM old.line l JOIN old.person p ON p.id = l.person_id GROUP BY 1, 2)"
            )
        )
        self.masked_months = _gather(
            select(
                "edition_id, first, month)) FROM (SELECT edition_id, pay_months_id AS month,"
                " min((position << 24) + serial) AS first FROM old.masked GROUP BY 1, 2)"
            )
        )


def _gather(found: Iterable[tuple[int, int, int]]) -> dict[int, list[int]]:
    """Number of an edition → its values in the order of where each is first."""
    values: dict[int, list[int]] = {}
    for number, _, value in sorted(found, key=lambda row: row[:2]):
        values.setdefault(number, []).append(value)
    return values
