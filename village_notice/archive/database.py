"""Writes 查询.db: public columns only, built aside and swapped in, several years and all villages.

The file is always built anew from sorted editions (a village and a year each), those of the run and those the earlier
database holds beyond it: the same content gives the same bytes, whether it came in one run or in many.
"""

import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from itertools import groupby
from pathlib import Path

from village_notice import __version__
from village_notice.archive.dialect import ServerUrl, Source
from village_notice.archive.edition import Edition, Row, read_edition
from village_notice.archive.people import Line, Person
from village_notice.archive.schema import (
    INDEXES,
    SCHEMA_VERSION,
    TABLES,
    char_tokens,
    place_tokens,
)
from village_notice.archive.sound import PinyinReader, Speller, search_key
from village_notice.domain.public import VillageYear
from village_notice.errors import CannotWriteError

Key = tuple[int, str]
"""Year and village code."""


def write_database(
    villages: Iterable[VillageYear], path: Source, *, year: int, pinyin: PinyinReader, scope: Iterable[str] | None = ()
) -> None:
    """Nothing; afterwards the database holds these villages' year, and what it held of other years and villages.

    Args:
        villages: The run's villages, in any order.
        path: The database, or the server that has it; where it exists, its other editions are kept.
        year: The run's year.
        pinyin: Reads names.
        scope: Codes of all villages the run worked for, None for all there are: an edition of the year is dropped where
            nothing is left of it.

    Raises:
        ConservationError: A village's lines, summary and total do not agree.
        CannotWriteError: The existing file is no database of this tool, or another program holds it open.
    """
    new = {(v.year, v.village_code): _defer(v) for v in villages}
    codes = None if scope is None else {*scope}
    _rebuild(path, new, lambda key: key in new or (key[0] == year and (codes is None or key[1] in codes)), pinyin)


def import_editions(editions: Iterable[Edition], path: Source, *, pinyin: PinyinReader) -> None:
    """Nothing; afterwards the database also holds these editions, each in place of that of its year and village.

    Raises:
        CannotWriteError: The existing file is no database of this tool, or another program holds it open.
    """
    new: dict[Key, Callable[[], Edition]] = {}
    for edition in editions:
        new[int(str(edition.facts[0])), str(edition.village[0])] = lambda made=edition: made  # type: ignore[misc]
    _rebuild(path, new, new.__contains__, pinyin)


def _defer(village: VillageYear) -> Callable[[], Edition]:
    return lambda: read_edition(village)


def _rebuild(
    path: Source, new: dict[Key, Callable[[], Edition]], is_dropped: Callable[[Key], bool], pinyin: PinyinReader
) -> None:
    """Writes the database from the new editions and those of the earlier file that are not dropped."""
    if isinstance(path, ServerUrl):
        from village_notice.archive.server import load_editions

        load_editions(new, path, is_dropped=is_dropped, pinyin=pinyin)
        return
    aside = path.with_name(path.name + ".tmp")
    aside.unlink(missing_ok=True)
    try:
        with closing(_open_earlier(path)) as earlier, closing(sqlite3.connect(aside, isolation_level=None)) as database:
            sources = dict(new)
            for key, edition_id in _list_editions(earlier):
                if not is_dropped(key):
                    sources[key] = lambda number=edition_id: _load_edition(earlier, number)  # type: ignore[misc]
            _build(database, sources, Speller(pinyin))
        _swap_in(aside, path)
    finally:
        aside.unlink(missing_ok=True)


def _open_earlier(path: Path) -> sqlite3.Connection:
    """The earlier database read-only, or an empty one."""
    if not path.exists():
        empty = sqlite3.connect(":memory:")
        empty.executescript(TABLES)
        return empty
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
    try:
        version = connection.execute("SELECT value FROM meta WHERE key = 'schema_version'").fetchone()
    except sqlite3.DatabaseError:
        version = None
    if version is None or int(version[0]) != SCHEMA_VERSION:
        connection.close()
        raise CannotWriteError(
            "输出文件夹里 公开/查询.db 不是本程序这一版的查询库，为免覆盖没有写入。请移走它，或换一个输出文件夹。"
        )
    return connection


def _list_editions(earlier: sqlite3.Connection) -> list[tuple[Key, int]]:
    query = "SELECT e.year, v.code, e.id FROM edition e JOIN village v ON v.id = e.village_id ORDER BY 1, 2"
    return [((year, code), edition_id) for year, code, edition_id in earlier.execute(query)]


def _load_edition(earlier: sqlite3.Connection, edition_id: int) -> Edition:
    def select(query: str) -> Iterator[tuple[object, ...]]:
        return iter(earlier.execute(query, (edition_id,)))

    village, facts = (
        next(select(f"SELECT {columns} FROM edition e JOIN village v ON v.id = e.village_id WHERE e.id = ?"))
        for columns in (
            "v.code, v.name, v.full_name, v.township, v.office, v.county, v.kind",
            "e.year, e.people, e.payments, e.public_fen, e.has_withheld, e.held, e.data_until, e.check_code",
        )
    )
    programmes = select(
        "SELECT p.key, p.title, p.tier, p.department, p.unit, s.people, s.payments, s.quantity_milli, s.rate_text,"
        " s.amount_fen, s.pay_months, s.held, s.lists_names FROM summary s JOIN programme p ON p.id = s.programme_id"
        " WHERE s.edition_id = ? ORDER BY s.position"
    )
    rows = select(
        "SELECT p.id, n.text, p.group_name, l.position, l.serial, l.quantity_milli, l.rate_micro, l.payments,"
        " l.amount_fen, m.text FROM person p JOIN name n ON n.id = p.name_id JOIN line l ON l.person_id = p.id"
        " JOIN pay_months m ON m.id = l.pay_months_id WHERE p.edition_id = ? ORDER BY p.id, l.position, l.serial"
    )
    masked = select(
        "SELECT k.position, k.serial, k.name, k.payments, k.amount_fen, m.text FROM masked k"
        " JOIN pay_months m ON m.id = k.pay_months_id WHERE k.edition_id = ? ORDER BY k.position, k.serial"
    )
    return Edition(
        village=village,
        facts=facts,
        programmes=tuple((row[:5], row[5:]) for row in programmes),
        people=tuple(_load_person(list(group)) for _, group in groupby(rows, key=lambda row: row[0])),
        masked=tuple(masked),  # type: ignore[arg-type]
    )


def _load_person(rows: list[tuple[object, ...]]) -> Person:
    _, name, group, *_ = rows[0]
    lines = (Line(r[3], r[4], group, name, r[5], r[6], r[7], r[8], None, None, r[9]) for r in rows)  # type: ignore[arg-type]
    return Person(str(name), str(group), tuple(lines))


class _Numbers:
    """Gives each distinct value a number from 1 in order of arrival; in the end they are written into its table."""

    def __init__(self, statement: str) -> None:
        self._statement, self._found = statement, dict[Row, int]()

    def of(self, *value: object) -> int:
        return self._found.setdefault(value, len(self._found) + 1)

    def write(self, database: sqlite3.Connection) -> None:
        database.executemany(self._statement, ((number, *value) for value, number in self._found.items()))


def _build(database: sqlite3.Connection, sources: dict[Key, Callable[[], Edition]], speller: Speller) -> None:
    # no journal: the file is thrown away when anything goes wrong, and swapped in whole when nothing does
    database.executescript(
        "PRAGMA page_size=4096; PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA encoding='UTF-8';"
    )
    database.executescript(TABLES)
    database.execute("BEGIN")
    newest = {code: year for year, code in sorted(sources)}
    writer = _Writer(database, speller)
    for (year, code), load in sorted(sources.items(), key=lambda item: item[0]):
        writer.write(load(), is_latest=newest[code] == year)
    writer.finish()
    meta = {
        "schema_version": str(SCHEMA_VERSION),
        "tool": f"village-notice {__version__}",
        "editions": str(len(sources)),
    }
    database.executemany("INSERT INTO meta VALUES (?, ?)", sorted(meta.items()))
    database.execute("INSERT INTO person_index(person_index) VALUES ('optimize')")
    database.execute("COMMIT")
    database.executescript(INDEXES)
    database.execute("VACUUM")


class _Writer:
    """Writes editions one after the other and remembers the numbers given so far."""

    def __init__(self, database: sqlite3.Connection, speller: Speller) -> None:
        self.database, self.speller = database, speller
        self.villages = _Numbers("INSERT INTO village VALUES (?,?,?,?,?,?,?,?)")
        self.programmes = _Numbers("INSERT INTO programme VALUES (?,?,?,?,?,?)")
        self.names = _Numbers("INSERT INTO name VALUES (?,?,?)")
        self.months = _Numbers("INSERT INTO pay_months VALUES (?,?)")
        self.tokens: dict[str, tuple[str, str, str, str]] = {}
        self.editions = self.people = 0

    def write(self, edition: Edition, *, is_latest: bool) -> None:
        """One edition with all that belongs to it."""
        self.editions += 1
        number, run = self.editions, self.database.executemany
        village, (year, *facts) = self.villages.of(*edition.village), edition.facts
        self.database.execute(
            "INSERT INTO edition VALUES (?,?,?,?,?,?,?,?,?,?,?)", (number, village, year, int(is_latest), *facts)
        )
        run(
            "INSERT INTO summary VALUES (?,?,?,?,?,?,?,?,?,?,?)",
            [(number, i, self.programmes.of(*p), *s) for i, (p, s) in enumerate(edition.programmes)],
        )
        run(
            "INSERT INTO masked VALUES (?,?,?,?,?,?,?)",
            [(number, *m[:5], self.months.of(m[5])) for m in edition.masked],
        )
        place = place_tokens(number, str(edition.village[3]), int(str(year)), is_latest=is_latest)
        self._write_people(edition.people, place)

    def _write_people(self, people: Iterable[Person], place: str) -> None:
        persons, index = [], []
        lines: list[Row] = []
        for person in people:
            self.people += 1
            key = search_key(person.name)
            persons.append((self.people, self.editions, self.names.of(person.name, key), person.group))
            index.append((self.people, *self._tokens_of(key), place))
            lines.extend(
                (self.people, x.position, x.serial, x.quantity_milli, x.rate_micro, x.payments, x.amount_fen,
                 self.months.of(x.pay_months))
                for x in person.lines
            )  # fmt: skip
        self.database.executemany("INSERT INTO person VALUES (?,?,?,?)", persons)
        self.database.executemany("INSERT INTO line VALUES (?,?,?,?,?,?,?,?)", lines)
        self.database.executemany(
            "INSERT INTO person_index(rowid, chars, spelled, sounds, initials, place) VALUES (?,?,?,?,?,?)", index
        )

    def _tokens_of(self, key: str) -> tuple[str, str, str, str]:
        """A name's characters, pinyin and its endings, the same as they sound, and initials."""
        found = self.tokens.get(key)
        if found is None:
            spelled, sounds, initials = map(" ".join, self.speller.spell_name(key))
            found = (char_tokens(key), spelled, sounds, initials)
            self.tokens[key] = found
        return found

    def finish(self) -> None:
        """What all editions share, and how each common character and each character of a name reads."""
        for numbers in (self.villages, self.programmes, self.names, self.months):
            numbers.write(self.database)
        self.database.executemany("INSERT INTO sound VALUES (?, ?)", self.speller.list_sounds(self.tokens))


def _swap_in(aside: Path, path: Path) -> None:
    with aside.open("rb+") as stream:
        os.fsync(stream.fileno())
    try:
        aside.replace(path)
    except PermissionError:
        raise CannotWriteError(f"{path} 正被别的程序打开，没有换成新的。请关闭查询窗口后再运行一次。") from None
