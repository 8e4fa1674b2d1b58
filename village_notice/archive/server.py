"""Writes the query database on a PostgreSQL server: the same tables as 查询.db, with the years and villages of many runs.

Everything happens in one transaction: until its end everybody sees the database as it was, and a run that fails or is
stopped leaves it so. A run touches its own year and villages only, and of these only what has changed. Rows go in by
COPY. An edition's number is its year and village code, a person's number the edition's with a serial: the order of
answers is that of 查询.db, however the runs came.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from village_notice import __version__
from village_notice.archive.dialect import KINDS, SERVER_SCHEMA, ServerUrl, explain_server_errors, open_engine
from village_notice.archive.edition import Edition
from village_notice.archive.schema import SCHEMA_VERSION, SERVER_INDEXES, SERVER_TABLES
from village_notice.archive.sound import PinyinReader, Speller, search_key
from village_notice.errors import CannotWriteError

if TYPE_CHECKING:
    from psycopg import Cursor

    Rows = Iterable[Sequence[Any]]

Key = tuple[int, str]
"""Year and village code."""
Sources = dict[Key, Callable[[], Edition]]
_EDITIONS_AT_ONCE = 50
"""Villages whose rows are in memory at a time."""
_PEOPLE_OF_EDITION = 1 << 16
_CODE_DIGITS = 12
_CODES = 1_000_000_000_000
_LOCK = 0x76696C6C
"""Number of the advisory lock of whoever writes."""
_EARLIEST_YEAR = 2000


def check_server(url: ServerUrl) -> None:
    """Nothing, where the server answers and the database is this program's or can become so; asked before a long run.

    Raises:
        CannotWriteError: It does not, or it may not be written.
    """
    with explain_server_errors(url, CannotWriteError), open_engine(url).begin() as connection:
        cursor = connection.connection.cursor()
        _make_tables(cursor, url)  # type: ignore[arg-type]  # psycopg's own cursor
        cursor.execute("INSERT INTO meta VALUES ('tool', '') ON CONFLICT (key) DO UPDATE SET value = meta.value")
        connection.rollback()


def load_editions(sources: Sources, url: ServerUrl, *, is_dropped: Callable[[Key], bool], pinyin: PinyinReader) -> None:
    """Nothing; afterwards the server also holds these editions, each in place of that of its year and village.

    Args:
        sources: Year and village code → the edition.
        url: The server.
        is_dropped: Whether an edition that the server holds goes, where it is not among those new.
        pinyin: Reads names.

    Raises:
        ConservationError: An edition's lines, summary and total do not agree; nothing is changed.
        CannotWriteError: The server does not answer, or may not be written; nothing is changed.
    """
    with explain_server_errors(url, CannotWriteError), open_engine(url).begin() as connection:
        cursor = connection.connection.cursor()
        _Loader(cursor, url, Speller(pinyin)).load(sources, is_dropped)  # type: ignore[arg-type]


def _make_tables(cursor: "Cursor[Any]", url: ServerUrl) -> bool:
    """Opens the schema, made where it is missing; whether it was.

    Raises:
        CannotWriteError: It belongs to another version.
    """
    cursor.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
    cursor.execute("SELECT to_regclass(%s) IS NULL", (f"{SERVER_SCHEMA}.meta",))
    is_new = bool(_fetch(cursor)[0][0])
    if is_new:
        cursor.execute(f"CREATE SCHEMA IF NOT EXISTS {SERVER_SCHEMA}".encode())
    cursor.execute(f"SET LOCAL search_path = {SERVER_SCHEMA}".encode())
    if is_new:
        cursor.execute(SERVER_TABLES.encode())
        cursor.execute("INSERT INTO meta VALUES ('schema_version', %s)", (str(SCHEMA_VERSION),))
    cursor.execute("SELECT value FROM meta WHERE key = 'schema_version'")
    if _fetch(cursor) != [(str(SCHEMA_VERSION),)]:
        raise CannotWriteError(f"数据库 {url} 是另一个版本的程序做的，没有写入。请升级 village-notice，或换一个库。")
    return is_new


def _fetch(cursor: "Cursor[Any]") -> list[tuple[Any, ...]]:
    return cursor.fetchall()


class _Numbers:
    """Numbers of distinct values in a table of the server; a value that is not there yet is added."""

    def __init__(self, cursor: "Cursor[Any]", table: str, columns: str) -> None:
        self._cursor, self._table, self._columns = cursor, table, columns
        self.found: dict[tuple[Any, ...], int] = {}
        cursor.execute(
            f"CREATE TEMP TABLE new_{table} ON COMMIT DROP AS SELECT {columns} FROM {table} WITH NO DATA".encode()
        )

    def learn(self, values: Iterable[tuple[Any, ...]]) -> None:
        """Afterwards `found` has the number of each value."""
        new = sorted({*values} - self.found.keys())
        if not new:
            return
        table, columns, run = self._table, self._columns, self._cursor.execute
        run(f"TRUNCATE new_{table}".encode())
        _copy(self._cursor, f"new_{table}", columns, new)
        run(f"INSERT INTO {table} ({columns}) SELECT {columns} FROM new_{table} ON CONFLICT DO NOTHING".encode())
        run(f"SELECT id, {columns} FROM {table} JOIN new_{table} USING ({columns})".encode())
        self.found |= {tuple(value): number for number, *value in _fetch(self._cursor)}


def _copy(cursor: "Cursor[Any]", table: str, columns: str, rows: "Rows") -> None:
    with cursor.copy(f"COPY {table} ({columns}) FROM STDIN".encode()) as copy:
        for row in rows:
            copy.write_row(row)


class _Loader:
    """One load, inside one transaction."""

    def __init__(self, cursor: "Cursor[Any]", url: ServerUrl, speller: Speller) -> None:
        self._cursor, self._run, self._speller = cursor, cursor.execute, speller
        self._is_new = _make_tables(cursor, url)
        self._villages = _Numbers(cursor, "village", "code, name, full_name, township, office, county, kind")
        self._programmes = _Numbers(cursor, "programme", "key, title, tier, department, unit")
        self._names = _Numbers(cursor, "name", "text, key")
        self._months = _Numbers(cursor, "pay_months", "text")

    def load(self, sources: Sources, is_dropped: Callable[[Key], bool]) -> None:
        """Drops, adds, and puts in order what hangs together."""
        self._run("SELECT e.year, v.code, e.id, e.digest FROM edition e JOIN village v ON v.id = e.village_id")
        held = {(year, code): (number, digest) for year, code, number, digest in _fetch(self._cursor)}
        self._run("CREATE TEMP TABLE gone (id bigint PRIMARY KEY) ON COMMIT DROP")
        self._run("CREATE TEMP TABLE gone_name (id bigint PRIMARY KEY) ON COMMIT DROP")
        self._drop([number for key, (number, _) in held.items() if key not in sources and is_dropped(key)])
        keys = sorted(sources)
        for start in range(0, len(keys), _EDITIONS_AT_ONCE):
            changed = []
            for key in keys[start : start + _EDITIONS_AT_ONCE]:
                edition = sources[key]()
                digest = hashlib.sha256(repr(edition).encode()).hexdigest()
                number, before = held.get(key, (0, ""))
                if digest != before:
                    changed.append((find_number(key), digest, edition, number))
            self._drop([number for *_, number in changed if number])
            self._add([(number, digest, edition) for number, digest, edition, _ in changed])
        self._tidy()

    def _drop(self, editions: Sequence[int]) -> None:
        """Takes editions out, and remembers the names that may not be needed any more."""
        if not editions:
            return
        run = self._run
        run("TRUNCATE gone")
        _copy(self._cursor, "gone", "id", [(number,) for number in editions])
        run(
            "INSERT INTO gone_name SELECT DISTINCT name_id FROM person WHERE edition_id IN (SELECT id FROM gone)"
            " ON CONFLICT DO NOTHING"
        )
        run(
            "DELETE FROM line USING gone WHERE person_id >= gone.id * %s AND person_id < (gone.id + 1) * %s",
            (_PEOPLE_OF_EDITION, _PEOPLE_OF_EDITION),
        )
        for table, column in (
            ("person", "edition_id"),
            ("masked", "edition_id"),
            ("summary", "edition_id"),
            ("edition", "id"),
        ):
            run(f"DELETE FROM {table} WHERE {column} IN (SELECT id FROM gone)".encode())

    def _add(self, editions: Sequence[tuple[int, str, Edition]]) -> None:
        """Puts editions in, by COPY into each table."""
        parts = [edition for _, _, edition in editions]
        people = [
            (number * _PEOPLE_OF_EDITION + serial, number, person)
            for number, _, edition in editions
            for serial, person in enumerate(edition.people)
        ]
        self._villages.learn(e.village for e in parts)
        self._programmes.learn(programme for e in parts for programme, _ in e.programmes)
        self._names.learn((p.name, search_key(p.name)) for _, _, p in people)
        self._months.learn((x.pay_months,) for _, _, p in people for x in p.lines)
        self._months.learn((m[5],) for e in parts for m in e.masked)
        names, months = self._names.found, self._months.found
        for table, columns, rows in (
            ("edition", "id, village_id, year, is_latest, people, payments, public_fen, has_withheld, held, data_until,"
             " check_code, digest", ((n, self._villages.found[e.village], e.facts[0], 0, *e.facts[1:], d) for n, d, e in editions)),
            ("summary", "edition_id, position, programme_id, people, payments, quantity_milli, rate_text, amount_fen,"
             " pay_months, held, lists_names",
             ((n, i, self._programmes.found[p], *s) for n, _, e in editions for i, (p, s) in enumerate(e.programmes))),
            ("masked", "edition_id, position, serial, name, payments, amount_fen, pay_months_id",
             ((n, *m[:5], months[m[5],]) for n, _, e in editions for m in e.masked)),
            ("person", "id, edition_id, name_id, group_name",
             ((i, n, names[p.name, search_key(p.name)], p.group) for i, n, p in people)),
            ("line", "person_id, position, serial, quantity_milli, rate_micro, payments, amount_fen, pay_months_id",
             ((i, x.position, x.serial, x.quantity_milli, x.rate_micro, x.payments, x.amount_fen, months[x.pay_months,])
              for i, _, p in people for x in p.lines)),
        ):  # fmt: skip
            _copy(self._cursor, table, columns, rows)

    def _tidy(self) -> None:
        """Takes out what nothing points to, spells the new names, marks the newest years, and counts."""
        run = self._run
        run("DELETE FROM gone_name g USING person p WHERE p.name_id = g.id")
        run("DELETE FROM token t USING gone_name g WHERE t.name_id = g.id")
        run("DELETE FROM name n USING gone_name g WHERE n.id = g.id")
        run("DELETE FROM village v WHERE NOT EXISTS (SELECT 1 FROM edition e WHERE e.village_id = v.id)")
        run("DELETE FROM programme g WHERE NOT EXISTS (SELECT 1 FROM summary s WHERE s.programme_id = g.id)")
        self._spell()
        run(
            "UPDATE edition e SET is_latest = f.latest FROM (SELECT x.id, CASE WHEN x.year = max(x.year) OVER"
            " (PARTITION BY v.code) THEN 1 ELSE 0 END AS latest FROM edition x JOIN village v ON v.id = x.village_id) f"
            " WHERE f.id = e.id AND e.is_latest <> f.latest"
        )
        run("SELECT count(*) FROM edition")
        meta = {"tool": f"village-notice {__version__}", "editions": str(_fetch(self._cursor)[0][0])}
        for key, value in meta.items():
            self._put_meta(key, value)
        if self._is_new:
            run(SERVER_INDEXES.encode())
        run("ANALYZE")

    def _spell(self) -> None:
        """Tokens and sounds of the names that have none; of all names where names are read differently than before."""
        run, speller = self._run, self._speller
        common = sorted(speller.list_sounds(()))
        reading = hashlib.sha256(repr(common).encode()).hexdigest()
        run("SELECT value FROM meta WHERE key = 'reading'")
        if _fetch(self._cursor) != [(reading,)]:
            run("DELETE FROM token")
            run("DELETE FROM sound")
        self._put_meta("reading", reading)
        run(
            "SELECT n.id, n.key FROM name n WHERE NOT EXISTS (SELECT 1 FROM token t WHERE t.name_id = n.id) ORDER BY n.id"
        )
        names = _fetch(self._cursor)
        _copy(
            self._cursor,
            "token",
            "kind, text, name_id",
            (row for n, key in names for row in _list_tokens(speller, n, key)),
        )
        run("CREATE TEMP TABLE new_sound ON COMMIT DROP AS SELECT * FROM sound WITH NO DATA")
        _copy(self._cursor, "new_sound", "char, readings", speller.list_sounds(key for _, key in names))
        run("INSERT INTO sound SELECT * FROM new_sound ON CONFLICT DO NOTHING")

    def _put_meta(self, key: str, value: str) -> None:
        self._run(
            "INSERT INTO meta VALUES (%s, %s) ON CONFLICT (key) DO UPDATE SET value = excluded.value", (key, value)
        )


def _list_tokens(speller: Speller, number: int, key: str) -> "Rows":
    spelling = speller.spell_name(key)
    for kind, texts in (
        (KINDS["chars"], {key[start:] for start in range(len(key))}),
        (KINDS["spelled"], spelling.spelled),
        (KINDS["sounds"], spelling.sounds),
        (KINDS["initials"], spelling.initials),
    ):
        for text in sorted(texts):
            yield kind, text, number


def find_number(key: Key) -> int:
    """The number of an edition.

    Raises:
        CannotWriteError: The village code has not twelve digits.
    """
    year, code = key
    if not (code.isdecimal() and len(code) == _CODE_DIGITS):
        raise CannotWriteError(f"村代码 {code} 不是 12 位数字，不能写进数据库。请改正村名册。")
    return (year - _EARLIEST_YEAR) * _CODES + int(code)
