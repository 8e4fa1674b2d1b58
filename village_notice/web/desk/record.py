"""The desk log: every question answered, every check of an ID; lines are only ever added.

Nobody's name, ID or sum is written: of the person only a keyed hash stays, so that misses can be counted. The key is the
desk's secret and never leaves the office folder. Source: 个人信息保护法 §51, §55: access to sensitive data is recorded.
"""

import csv
import hashlib
import hmac
import io
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from village_notice.domain.text import guard_formula
from village_notice.errors import CannotWriteError

FILE_NAME = "desk_log.db"
HEADINGS = ("时间", "答复人", "方式", "乡镇", "村", "年度", "补贴项目", "问什么", "结果")
CHECK, RIGHT, WRONG, REFUSED = "核对身份证后四位", "相符", "不符", "次数用完，没有核对"
MISSES_A_PERSON, MISSES_A_SESSION = 3, 10
"""Wrong ends of an ID allowed: for one person within a day, in one session within an hour."""
_SCHEMA = """
CREATE TABLE IF NOT EXISTS entries (id INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, clerk TEXT NOT NULL,
  way TEXT NOT NULL, township TEXT NOT NULL, village TEXT NOT NULL, year INTEGER NOT NULL, programme TEXT NOT NULL,
  kind TEXT NOT NULL, outcome TEXT NOT NULL, person TEXT NOT NULL, session TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS entries_person ON entries (person, at);
CREATE INDEX IF NOT EXISTS entries_session ON entries (session, at);
CREATE TRIGGER IF NOT EXISTS entries_stay BEFORE UPDATE ON entries BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TRIGGER IF NOT EXISTS entries_remain BEFORE DELETE ON entries BEGIN SELECT RAISE(ABORT, 'append-only'); END;
"""


class Entry(NamedTuple):
    """One line of the log, in the order of `HEADINGS`; `at` is the local time, YYYY-MM-DD HH:MM:SS."""

    at: str
    clerk: str
    way: str
    township: str
    village: str
    year: int
    programme: str
    kind: str
    outcome: str


class Record:
    """The log of an office folder."""

    def __init__(self, home: Path, secret: str) -> None:
        self._path, self._secret = home / FILE_NAME, secret.encode()
        with self._open() as connection:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.executescript(_SCHEMA)

    def add(self, entry: Entry, person: str = "", session: str = "") -> None:
        """Adds a line.

        Raises:
            CannotWriteError: The file cannot be written.
        """
        with self._open() as connection, connection:
            values = (*entry, person, session)
            connection.execute(
                "INSERT INTO entries (at, clerk, way, township, village, year, programme, kind, outcome, person, session)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                values,
            )

    def hide(self, *words: str) -> str:
        """A person or a session as the log knows it: a keyed hash, so that the log alone tells nobody."""
        return hmac.new(self._secret, "\0".join(words).encode(), hashlib.sha256).hexdigest()[:32]

    def is_check_allowed(self, person: str, session: str, now: datetime) -> bool:
        """Whether one more end of an ID may be tried for a person and in a session."""
        with self._open() as connection:
            return (
                _count(connection, "person", person, now - timedelta(days=1)) < MISSES_A_PERSON
                and _count(connection, "session", session, now - timedelta(hours=1)) < MISSES_A_SESSION
            )

    def read(self, limit: int = -1) -> list[Entry]:
        """The newest lines first; all of them without a limit."""
        with self._open() as connection:
            query = "SELECT at, clerk, way, township, village, year, programme, kind, outcome FROM entries"
            rows = connection.execute(f"{query} ORDER BY id DESC LIMIT ?", (limit,))
            return [Entry(*row) for row in rows]

    def export(self) -> bytes:
        """Every line, oldest first, as .csv that Excel opens: UTF-8 with BOM, nothing that would run as a formula."""
        stream = io.StringIO(newline="")
        writer = csv.writer(stream)
        writer.writerow(HEADINGS)
        writer.writerows([guard_formula(str(value)) for value in entry] for entry in reversed(self.read()))
        return stream.getvalue().encode("utf-8-sig")

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        try:
            with closing(sqlite3.connect(self._path, timeout=20)) as connection:
                yield connection
        except sqlite3.Error as error:
            raise CannotWriteError(f"答复登记簿 {self._path} 写不进（{error}）。请检查磁盘空间和权限。") from error


def _count(connection: sqlite3.Connection, column: str, value: str, since: datetime) -> int:
    query = f"SELECT count(*) FROM entries WHERE {column} = ? AND kind = ? AND outcome = ? AND at > ?"
    return int(connection.execute(query, (value, CHECK, WRONG, format_time(since))).fetchone()[0])


def format_time(when: datetime) -> str:
    """A moment as the log writes it."""
    return when.strftime("%Y-%m-%d %H:%M:%S")
