"""ledger.db: everything the office ever imported, in its private database; history, never a source of figures.

A run is a list of file versions. A version is one file as it was read and decided once: its hash, its payments with
their places, its findings. What did not change since an earlier run is the same version and is not written again, so
importing the same again changes nothing, and a corrected file stands beside what it replaced.

One run is one transaction in WAL mode: a machine that loses power in the middle finds the runs before it, whole.
IDs and accounts stand here in full; the file never leaves the office folder.
"""

import hashlib
import json
import sqlite3
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import numpy as np
import numpy.typing as npt
import pandas as pd

from village_notice.domain.codes import Ints, combine_codes
from village_notice.domain.finding import Finding
from village_notice.errors import CannotWriteError, SettingsError
from village_notice.ledger.memory import IDENTITY, MEMORY, list_identities

FILE_NAME = "ledger.db"
_VERSION = 1
_BATCH = (
    "sheet", "column", "programme_code", "programme", "programme_text", "pay_date", "period", "status", "year",
    "verdict", "findings",
)  # fmt: skip
"""Columns that most payments of a sheet have in common."""
_PERSON = (
    "village_code", "township", "village", "group", "name", "id", "account", "household_id", "household_head", "payee",
    "birth_date", "organisation",
)  # fmt: skip
_OWN = ("row", "quantity_milli", "rate_micro", "amount_fen", "raw_fen", "person_no", "household_no", "remark")
_HASHED = (*_BATCH, *_PERSON, *_OWN)
_AT_ONCE = 200_000
_Hashes = npt.NDArray[np.uint64]


def _quote(names: Iterable[str]) -> str:
    return ", ".join(f'"{n}"' for n in names)


_SCHEMA = f"""
CREATE TABLE runs (run INTEGER PRIMARY KEY, year INTEGER NOT NULL, inbox TEXT NOT NULL, stamp TEXT NOT NULL,
    digest TEXT NOT NULL);
CREATE TABLE versions (version INTEGER PRIMARY KEY, file TEXT NOT NULL, sha256 TEXT NOT NULL, digest TEXT NOT NULL,
    replaces TEXT NOT NULL, payments INTEGER NOT NULL, fen INTEGER NOT NULL, first_payment INTEGER NOT NULL);
CREATE UNIQUE INDEX version_by_digest ON versions (file, digest);
CREATE TABLE run_versions (run INTEGER NOT NULL, version INTEGER NOT NULL, PRIMARY KEY (run, version)) WITHOUT ROWID;
CREATE TABLE batches (batch INTEGER PRIMARY KEY, {_quote(_BATCH)});
CREATE TABLE people (who INTEGER PRIMARY KEY, {_quote(_PERSON)});
CREATE TABLE payments (payment INTEGER PRIMARY KEY, batch INTEGER NOT NULL, who INTEGER NOT NULL, {_quote(_OWN)});
CREATE TABLE findings (version INTEGER NOT NULL, code TEXT NOT NULL, sheet TEXT, row INTEGER, "column" TEXT, found TEXT,
    expected TEXT, difference TEXT, person TEXT, fen INTEGER, waived INTEGER NOT NULL);
CREATE INDEX finding_by_version ON findings (version);
CREATE TABLE waivers (run INTEGER NOT NULL, rule TEXT, file TEXT, sheet TEXT, row INTEGER, reason TEXT, "by" TEXT,
    date TEXT);
CREATE TABLE numbers (year INTEGER NOT NULL, {_quote(IDENTITY)}, person_no INTEGER, household_no INTEGER);
CREATE INDEX number_by_year ON numbers (year);
CREATE VIEW history AS SELECT run_versions.run, versions.file, versions.sha256, {_quote((*_BATCH, *_PERSON, *_OWN))}
    FROM run_versions JOIN versions USING (version)
    JOIN payments ON payment >= first_payment AND payment < first_payment + versions.payments
    JOIN batches USING (batch) JOIN people USING (who);
PRAGMA user_version = {_VERSION};
"""


@dataclass(frozen=True, slots=True)
class Import:
    """What a run hands over to be kept.

    Attributes:
        year: Year of the run.
        inbox: The inbox, as an absolute path: runs on different inboxes are not compared with each other.
        stamp: The date of the run's outputs.
        hashes: File → SHA-256 of every file read.
        decided: Payments with verdicts and numbers.
        standing, waived: All findings.
        waivers: (rule, file, sheet, row, reason, by, date) of each waiver in force.
        replaces: File → hashes of the earlier files it is the correction of, joined by spaces.
    """

    year: int
    inbox: str
    stamp: str
    hashes: Mapping[str, str]
    decided: pd.DataFrame
    standing: Sequence[Finding]
    waived: Sequence[Finding] = ()
    waivers: Sequence[tuple[str, str, str, int, str, str, str]] = ()
    replaces: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Version:
    """One file of an import: its digest, and the places of its payments in the sorted frame."""

    file: str
    digest: str
    first: int
    last: int


class Ledger:
    """The open database. Use as a context manager."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.connection = _connect(path)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.connection.close()

    def recall_numbers(self, year: int) -> pd.DataFrame:
        """The numbers given so far in a year; columns of `memory.MEMORY`."""
        query = f"SELECT {_quote(MEMORY)} FROM numbers WHERE year = ? ORDER BY rowid"
        rows = self.connection.execute(query, (year,)).fetchall()
        columns = zip(*rows, strict=True) if rows else [()] * len(MEMORY)
        found = pd.DataFrame({c: list(values) for c, values in zip(MEMORY, columns, strict=True)})
        texts = [c for c in IDENTITY if c != "nth"]
        return found.astype(dict.fromkeys(texts, "str") | dict.fromkeys(("nth", "person_no", "household_no"), "int64"))

    def recall_payments(self, year: int) -> pd.DataFrame:
        """What each person got of each programme in a year, after the last run on each inbox."""
        query = """SELECT township, village, village_code, name, id, programme_code, programme, sum(amount_fen)
            FROM run_versions JOIN versions USING (version)
            JOIN payments ON payment >= first_payment AND payment < first_payment + versions.payments
            JOIN batches USING (batch) JOIN people USING (who)
            WHERE run IN (SELECT max(run) FROM runs WHERE year = ? GROUP BY inbox) AND verdict = 'accepted'
            GROUP BY who, programme_code"""
        names = ("township", "village", "village_code", "name", "id", "programme_code", "programme", "amount_fen")
        rows = self.connection.execute(query, (year,)).fetchall()
        return pd.DataFrame(rows, columns=list(names)).astype(dict.fromkeys(names[:7], "str") | {"amount_fen": "int64"})

    def find_gone(
        self, year: int, inbox: str, hashes: Mapping[str, str], sources: Collection[str] = ()
    ) -> list[tuple[str, int, int]]:
        """Files of the last different state of an inbox that are not in it now, with their payments and fen.

        The state before is that of the last run whose files were others, so that running again says the same again.

        Args:
            year: Year of the run.
            inbox: As in `Import`.
            hashes: File → SHA-256 of what is there now.
            sources: Hashes of what corrected copies were made from: these files are not gone.
        """
        now, content = set(hashes.items()), {*hashes.values(), *sources}
        query = "SELECT run FROM runs WHERE year = ? AND inbox = ? ORDER BY run DESC"
        for (run,) in self.connection.execute(query, (year, inbox)).fetchall():
            before = self._list_files(run)
            if {(file, sha256) for file, sha256, *_ in before} != now:
                return [(f, n, fen) for f, h, n, fen in before if f not in hashes and h not in content]
        return []

    def list_names(self, hashes: Collection[str]) -> dict[str, set[str]]:
        """Hash → every name under which a file with these bytes was read."""
        names: defaultdict[str, set[str]] = defaultdict(set)
        for file, sha256 in self.connection.execute("SELECT DISTINCT file, sha256 FROM versions WHERE sha256 <> ''"):
            if sha256 in hashes:
                names[sha256].add(file)
        return dict(names)

    def _list_files(self, run: int) -> list[tuple[str, str, int, int]]:
        query = (
            "SELECT file, sha256, payments, fen FROM run_versions JOIN versions USING (version)"
            " WHERE run = ? AND sha256 <> '' ORDER BY file"
        )
        return self.connection.execute(query, (run,)).fetchall()

    def keep(self, made: Import) -> int:
        """Keep a run; its number, or that of the last run where nothing at all has changed since."""
        rows, versions = _find_versions(made)
        digest = _hash([[v.file, v.digest] for v in versions], [list(w) for w in made.waivers])
        query = "SELECT run, digest FROM runs WHERE year = ? AND inbox = ? ORDER BY run DESC LIMIT 1"
        last = self.connection.execute(query, (made.year, made.inbox)).fetchone()
        if last and last[1] == digest:
            return int(last[0])
        with explain_database_errors(self.path), self.connection:
            self.connection.execute("BEGIN IMMEDIATE")
            return self._write(made, rows, versions, digest)

    def _write(self, made: Import, rows: pd.DataFrame, versions: Sequence[_Version], digest: str) -> int:
        execute = self.connection.execute
        head = (made.year, made.inbox, made.stamp, digest)
        run = execute("INSERT INTO runs (year, inbox, stamp, digest) VALUES (?, ?, ?, ?)", head).lastrowid or 0
        known = {(f, d): v for v, f, d in execute("SELECT version, file, digest FROM versions")}
        new = [v for v in versions if (v.file, v.digest) not in known]
        known |= self._write_versions(made, rows, new)
        pairs = [(run, known[v.file, v.digest]) for v in versions]
        self.connection.executemany("INSERT INTO run_versions VALUES (?, ?)", pairs)
        self.connection.executemany(
            "INSERT INTO waivers VALUES (?, ?, ?, ?, ?, ?, ?, ?)", [(run, *w) for w in made.waivers]
        )
        self._write_numbers(made)
        return run

    def _write_versions(self, made: Import, rows: pd.DataFrame, new: Sequence[_Version]) -> dict[tuple[str, str], int]:
        places = np.concatenate([np.arange(v.first, v.last) for v in new]) if new else np.zeros(0, dtype=np.int64)
        first = self._write_payments(rows if len(places) == len(rows) else rows.iloc[places])
        fen = rows["raw_fen"].to_numpy(dtype=np.int64)
        numbers: dict[tuple[str, str], int] = {}
        for version in new:
            head = (
                version.file, made.hashes.get(version.file, ""), version.digest, made.replaces.get(version.file, ""),
                version.last - version.first, int(fen[version.first : version.last].sum()), first,
            )  # fmt: skip
            done = self.connection.execute(
                'INSERT INTO versions (file, sha256, digest, "replaces", payments, fen, first_payment)'
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                head,
            )
            numbers[version.file, version.digest] = done.lastrowid or 0
            first += version.last - version.first
        told = [(f, 0) for f in made.standing] + [(f, 1) for f in made.waived]
        wanted = {v.file: numbers[v.file, v.digest] for v in new}
        self.connection.executemany(
            "INSERT INTO findings VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                (wanted[f.place.file], f.code, *f.place[1:], f.found, f.expected, f.difference, f.person, f.fen, waived)
                for f, waived in told
                if f.place.file in wanted
            ),
        )
        return numbers

    def _write_payments(self, rows: pd.DataFrame) -> int:
        """Writes payments in their order; the number of the first."""
        batch = self._write_distinct("batches", "batch", rows, _BATCH)
        who = self._write_distinct("people", "who", rows, _PERSON)
        first = self._find_next("payments", "payment")
        query = f"INSERT INTO payments VALUES ({', '.join('?' * (len(_OWN) + 3))})"
        for start in range(0, len(rows), _AT_ONCE):  # two million payments as Python numbers would fill a gigabyte
            part = slice(start, start + _AT_ONCE)
            numbers = range(first + start, first + min(start + _AT_ONCE, len(rows)))
            columns = [numbers, batch[part].tolist(), who[part].tolist(), *(_to_list(rows[c].iloc[part]) for c in _OWN)]
            self.connection.executemany(query, zip(*columns, strict=True))
        return first

    def _write_distinct(self, table: str, key: str, rows: pd.DataFrame, columns: Sequence[str]) -> Ints:
        """Writes each combination of some columns once; for each payment the number it was written under."""
        codes = combine_codes(*(_code(rows[c]) for c in columns)) if len(rows) else np.zeros(0, dtype=np.int64)
        distinct, places = np.unique(codes, return_index=True)
        start = self._find_next(table, key)
        shown = rows[list(columns)].iloc[places]
        values = [range(start, start + len(distinct)), *(_to_list(shown[c]) for c in columns)]
        marks = ", ".join("?" * len(values))
        self.connection.executemany(f"INSERT INTO {table} VALUES ({marks})", zip(*values, strict=True))
        written: Ints = np.searchsorted(distinct, codes) + start
        return written

    def _find_next(self, table: str, key: str) -> int:
        (highest,) = self.connection.execute(f"SELECT max({key}) FROM {table}").fetchone()
        return int(highest or 0) + 1

    def _write_numbers(self, made: Import) -> None:
        """Adds the identities that were not known; what is known stays as it is."""
        found = list_identities(made.decided)
        known = self.recall_numbers(made.year)
        marked = found.merge(known, on=list(MEMORY), how="left", indicator=True)
        new = marked.loc[marked["_merge"] == "left_only", list(MEMORY)]
        marks = ", ".join("?" * (len(MEMORY) + 1))
        columns = [[made.year] * len(new), *(_to_list(new[c]) for c in MEMORY)]
        self.connection.executemany(f"INSERT INTO numbers VALUES ({marks})", zip(*columns, strict=True))


def open_ledger(home: Path) -> Ledger:
    """The ledger of an office folder, made where there is none.

    Raises:
        SettingsError: The file is no ledger, or one of a later version.
        CannotWriteError: It cannot be written, or another program holds it.
    """
    return Ledger(home / FILE_NAME)


@contextmanager
def explain_database_errors(path: Path) -> Iterator[None]:
    """Turns a database error into one sentence.

    Raises:
        SettingsError: The file is no database.
        CannotWriteError: It is locked, read-only, or the disk is full.
    """
    try:
        yield
    except sqlite3.OperationalError as error:
        raise CannotWriteError(
            f"台账 {path} 写不进（{error}）。请关闭正在使用它的程序、检查磁盘空间后再运行一次。"
        ) from error
    except sqlite3.DatabaseError as error:
        raise SettingsError(f"{path} 不是本工具的台账，或已损坏（{error}）。请把它移走或恢复备份后再运行。") from error


def _connect(path: Path) -> sqlite3.Connection:
    with explain_database_errors(path):
        connection = sqlite3.connect(path, timeout=60, isolation_level=None)
        try:
            version = connection.execute("PRAGMA user_version").fetchone()[0]
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.execute("PRAGMA cache_size = -200000")
            if version == 0:
                connection.executescript(f"BEGIN IMMEDIATE; {_SCHEMA} COMMIT;")
        except sqlite3.Error:
            connection.close()
            raise
    if version > _VERSION:
        connection.close()
        raise SettingsError(f"台账 {path} 是新版本的工具写的（第 {version} 版）。请升级工具后再运行。")
    return connection


def _find_versions(made: Import) -> tuple[pd.DataFrame, list[_Version]]:
    """The payments file by file, and a version of each file read or named by a finding, in the order of names."""
    codes, files = pd.factorize(made.decided["file"])
    rows = made.decided
    if np.any(codes[1:] < codes[:-1]):
        order = np.argsort(codes, kind="stable")
        rows, codes = rows.iloc[order], codes[order]
    bounds = np.searchsorted(codes, np.arange(len(files) + 1))
    hashes = _hash_rows(rows)
    spans = {str(f): (int(a), int(b)) for f, a, b in zip(files, bounds, bounds[1:], strict=False)}
    told: defaultdict[str, list[list[object]]] = defaultdict(list)
    for waived, findings in enumerate((made.standing, made.waived)):
        for f in findings:
            told[f.place.file].append(
                [f.code, *f.place[1:], f.found, f.expected, f.difference, f.person, f.fen, waived]
            )
    versions = []
    for file in sorted({*spans, *told, *made.hashes}):
        first, last = spans.get(file, (0, 0))
        digest = _hash(
            [made.year, made.hashes.get(file, ""), made.replaces.get(file, "")],
            told[file],
            hashes[first:last].tobytes(),
        )
        versions.append(_Version(file, digest, first, last))
    return rows, versions


def _hash(*parts: object) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part if isinstance(part, bytes) else json.dumps(part, ensure_ascii=False).encode())
    return digest.hexdigest()


def _hash_rows(rows: pd.DataFrame) -> _Hashes:
    """A number for each payment that changes with any of its values; every distinct value is hashed once."""
    total = np.zeros(len(rows), dtype=np.uint64)
    for column in _HASHED:
        codes, values = pd.factorize(rows[column], use_na_sentinel=True)
        hashed = pd.util.hash_array(np.array([*map(str, values), ""], dtype=object), categorize=False)
        total = total * np.uint64(0x9E3779B97F4A7C15) + hashed[codes]
    return total


def _code(column: pd.Series) -> Ints:
    codes: Ints = pd.factorize(column)[0].astype(np.int64) + 1
    return codes


def _to_list(column: pd.Series) -> list[object]:
    """The values as the database takes them: whole numbers, texts, None for unknown."""
    if column.dtype != "Int64" or not column.isna().any():
        whole: list[object] = column.tolist()
        return whole
    return [None if unknown else int(v) for v, unknown in zip(column.fillna(0), column.isna(), strict=True)]
