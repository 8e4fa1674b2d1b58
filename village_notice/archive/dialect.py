"""Where SQLite and PostgreSQL differ in how the query database is opened and searched; everything else asks both alike.

Questions are written once, with ? for values. SQLite finds parts of names in its full-text table. PostgreSQL's trigrams
find nothing for two Chinese characters, so it has a table `token` instead: every ending of a name, of its pinyin and of
its sounds, and its initials. A part of a name is the beginning of an ending, which an ordinary index finds, without any
character that has a special meaning. SQLAlchemy is imported only when a server is asked: a clerk waits for start-up.
"""

import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Self
from urllib.parse import urlsplit

from village_notice.archive.schema import LATEST, SCHEMA_VERSION, match_chars, match_letters
from village_notice.errors import UsageError, VillageNoticeError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Engine

Row = tuple[Any, ...]
DATABASE_NAME = "查询.db"
SERVER_SCHEMA = "village_notice"
"""PostgreSQL schema of all tables, so that they never meet those of somebody else."""
PLACES_IN_INDEX = 120
"""More editions than a township has are better told apart after the search than in it."""
_SCHEMES = ("postgresql", "postgres", "postgresql+psycopg")
_CONNECT_SECONDS = 10
_ANSWER_MILLISECONDS = 30_000
_CONNECTIONS = 8
_LAST_CHARACTER = "\U0010ffff"


@dataclass(frozen=True, slots=True)
class ServerUrl:
    """The address of a PostgreSQL database; shown without its password and whatever stands behind a question mark."""

    url: str = field(repr=False)

    @classmethod
    def parse(cls, text: str) -> Self:
        """The address a user wrote.

        Raises:
            UsageError: It is no address of a PostgreSQL database.
        """
        scheme, _, rest = text.strip().partition("://")
        try:
            parts = urlsplit(f"postgresql://{rest}")
            is_plain = scheme in _SCHEMES and bool(parts.path.strip("/")) and (parts.port is None or parts.port > 0)
        except ValueError:  # its words would show the password
            is_plain = False
        if not is_plain:
            raise UsageError(
                "数据库的网址写得不对，应为 postgresql://用户:密码@主机:5432/库名；密码里的 @ : / 要写成 %40 %3A %2F。请改正。"
            )
        return cls(f"postgresql+psycopg://{rest}")

    def __str__(self) -> str:
        parts = urlsplit(self.url)
        user, port = (f"{parts.username}@" if parts.username else ""), (f":{parts.port}" if parts.port else "")
        return f"postgresql://{user}{parts.hostname or ''}{port}{parts.path}"


Source = Path | ServerUrl
"""Where the query database is: a file, or a server."""


class Token(NamedTuple):
    """One condition on a name: its characters hold a text, or one of its spellings is, or begins with, one of texts."""

    column: Literal["chars", "spelled", "sounds", "initials"]
    texts: tuple[str, ...]
    is_start: bool = False


Match = tuple[Token, ...]
"""Conditions that must all hold."""


class Where(NamedTuple):
    """Which persons may be found at all.

    Attributes:
        editions: Numbers of the editions, None for all of the year.
        year: Calendar year, 0 for all, None for each village's newest.
        group: 村民小组, "" all.
    """

    editions: tuple[int, ...] | None
    year: int | None
    group: str = ""

    def build(self) -> tuple[str, list[object]]:
        """The condition on `p` (person) and `e` (edition), and its values."""
        conditions, values = [format_year(self.year)], list[object]()
        if self.editions is not None:
            conditions.append(f"p.edition_id IN ({','.join(map(str, self.editions))})")
        if self.group:
            conditions.append("p.group_name = ?")
            values.append(self.group)
        return " AND ".join(conditions), values


def format_year(year: int | None) -> str:
    """The condition on `e` that it is of a year (see `Where`)."""
    return "e.is_latest = 1" if year is None else f"e.year = {year:d}" if year else "1 = 1"


class Database(ABC):
    """An open query database, for reading."""

    position: str
    """Function that tells where a text begins in another."""

    @abstractmethod
    def select(self, query: str, *values: object) -> list[Row]:
        """All rows of a question.

        Raises:
            UsageError: The database is damaged or has gone away.
        """

    @abstractmethod
    def find_indexed(self, match: Match, where: Where, limit: int) -> list[int]:
        """Numbers of at most `limit` persons whose names fulfil a match, in the order of the database."""

    @abstractmethod
    def close(self) -> None:
        """Gives back what was opened."""


class _SQLite(Database):
    position = "instr"

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            # immutable: the file is only ever swapped in whole, and may lie on a read-only stick
            self._connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)
            row = self._connection.execute("SELECT value FROM meta WHERE key = 'schema_version'").fetchone()
        except sqlite3.Error:
            raise UsageError(f"{path} 不是查询库，或者已损坏。请用 --db 给出 {DATABASE_NAME} 的位置。") from None
        self.version = row and row[0]

    def select(self, query: str, *values: object) -> list[Row]:
        try:
            return self._connection.execute(query, values).fetchall()
        except sqlite3.DatabaseError as error:
            raise UsageError(f"查询库 {self._path} 已损坏（{error}）。请用 village-notice run 重新生成。") from error

    def find_indexed(self, match: Match, where: Where, limit: int) -> list[int]:
        condition, values = where.build()
        place = _match_place(where)
        words = " AND ".join(f"({_match_token(token)})" for token in match) + (f" AND {place}" if place else "")
        query = (
            "SELECT p.id FROM person_index i JOIN person p ON p.id = i.rowid JOIN edition e ON e.id = p.edition_id"
            f" WHERE person_index MATCH ? AND {condition} ORDER BY i.rowid LIMIT ?"
        )
        return [row[0] for row in self.select(query, words, *values, limit)]

    def close(self) -> None:
        self._connection.close()


def _match_token(token: Token) -> str:
    if token.column == "chars":
        return " OR ".join(map(match_chars, token.texts))
    return " OR ".join(
        match_letters(token.column, text) if token.is_start else f'{token.column} : "{text}"' for text in token.texts
    )


def _match_place(where: Where) -> str:
    if where.editions is not None and len(where.editions) <= PLACES_IN_INDEX:
        return f"place : ({' OR '.join(f'e{number}' for number in where.editions)})"
    if where.year is None:
        return f"place : {LATEST}"
    return f"place : y{where.year:d}" if where.year else ""


class _PostgreSQL(Database):
    position = "strpos"

    def __init__(self, url: ServerUrl) -> None:
        self._url = url
        with explain_server_errors(url, UsageError):
            self._connection = (
                open_engine(url)
                .connect()
                .execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            )  # one answer needs several questions, and a run may swap a village in between
        try:
            self.select(
                "SELECT set_config('search_path', ?, true), set_config('statement_timeout', ?, true)",
                SERVER_SCHEMA,
                str(_ANSWER_MILLISECONDS),
            )
            found = self.select("SELECT to_regclass(?) IS NOT NULL", f"{SERVER_SCHEMA}.meta")
            if not found[0][0]:
                raise UsageError(f"数据库 {url} 里还没有查询数据。请先用 village-notice run --database 写入。")
            self.version = self.select("SELECT value FROM meta WHERE key = 'schema_version'")[0][0]
        except BaseException:
            self.close()
            raise

    def select(self, query: str, *values: object) -> list[Row]:
        with explain_server_errors(self._url, UsageError):
            # a NUL is in no name, and the server takes none
            known = tuple(v.replace("\0", "\ufffd") if isinstance(v, str) else v for v in values)
            done = self._connection.exec_driver_sql(query.replace("%", "%%").replace("?", "%s"), known)
            return [tuple(row) for row in done]

    def find_indexed(self, match: Match, where: Where, limit: int) -> list[int]:
        conditions, values = list[str](), list[object]()
        for token in match:
            kind = KINDS[token.column]
            if token.is_start or token.column == "chars":
                condition = " OR ".join(["text BETWEEN ? AND ?"] * len(token.texts))
                bounds = [bound for text in token.texts for bound in (text, text + _LAST_CHARACTER)]
            else:
                condition, bounds = f"text IN ({','.join('?' * len(token.texts))})", [*token.texts]
            conditions.append(f"p.name_id IN (SELECT name_id FROM token WHERE kind = '{kind}' AND ({condition}))")
            values += bounds
        condition, more = where.build()
        query = (
            "SELECT p.id FROM person p JOIN edition e ON e.id = p.edition_id"
            f" WHERE {' AND '.join(conditions)} AND {condition} ORDER BY p.id LIMIT ?"
        )
        return [row[0] for row in self.select(query, *values, *more, limit)]

    def close(self) -> None:
        self._connection.close()


KINDS = {"chars": "c", "spelled": "p", "sounds": "s", "initials": "i"}
"""Column of a match → kind of token on the server."""


def open_database(source: Source) -> Database:
    """The database, read-only.

    Raises:
        UsageError: It is no database of this tool, or a newer one, or the server does not answer.
    """
    database = _PostgreSQL(source) if isinstance(source, ServerUrl) else _SQLite(source)
    if database.version is None or not str(database.version).isdecimal() or int(database.version) > SCHEMA_VERSION:
        database.close()
        raise UsageError(f"{source} 是更新版本的程序做的。请升级 village-notice 后再查。")
    return database


@lru_cache(maxsize=4)
def open_engine(url: ServerUrl) -> "Engine":
    """The connections to a server, kept for the next question.

    Raises:
        UsageError: The libraries for it are not installed.
    """
    create_engine, *_ = load_driver()
    # parameters are names; prepared plans suit one common character and one rare name equally badly
    return create_engine(
        url.url, hide_parameters=True, pool_pre_ping=True, pool_size=_CONNECTIONS,
        connect_args={"prepare_threshold": None, "connect_timeout": _CONNECT_SECONDS},
    )  # fmt: skip


def load_driver() -> "tuple[Callable[..., Engine], type[Exception], type[Exception]]":
    """SQLAlchemy's maker of engines, and the roots of its errors and of the driver's.

    Raises:
        UsageError: They are not installed.
    """
    try:
        import psycopg
        from sqlalchemy import create_engine
        from sqlalchemy.exc import SQLAlchemyError
    except ImportError:
        raise UsageError(
            "没有安装 PostgreSQL 所需的程序。请运行 pip install 'village-notice[postgres]'，再试一次。"
        ) from None
    return create_engine, SQLAlchemyError, psycopg.Error


@contextmanager
def explain_server_errors(url: ServerUrl, kind: Callable[[str], VillageNoticeError]) -> "Iterator[None]":
    """Turns what a server says into one sentence without values and without the password."""
    _, *errors = load_driver()
    try:
        yield
    except tuple(errors) as error:
        raise kind(f"数据库 {url} {_explain(error)}") from None


def _explain(error: Exception) -> str:
    """What went wrong, by the server's own code; its free text may hold values and is never shown."""
    cause = getattr(error, "orig", None) or error
    state = str(getattr(cause, "sqlstate", None) or "")
    for start, words in _STATES.items():
        if state.startswith(start):
            return f"{words}（{state}）。"
    if state:
        return f"出了错（{state}）。请把这个编号告诉数据库管理员。"
    text = str(cause)
    for hint, words in _HINTS.items():
        if hint in text:
            return words
    return "连不上。请检查网址、网络和数据库是否开着。"


_STATES = {
    "28": "不接受这个用户名或密码，请检查网址",
    "3D": "不存在，请让数据库管理员先建好",
    "42501": "没有给这个用户权限，请让数据库管理员授权",
    "53100": "所在的磁盘满了，请清理后再试",
    "53": "正忙，请过一会儿再试",
    "57014": "查得太久，请带上村名再查",
    "57": "正在停止或重启，请过一会儿再试",
    "40": "正被别的程序写入，请过一会儿再试",
    "25006": "是只读的，请换成可以写入的主机",
}
_HINTS = {
    "password authentication failed": "不接受这个用户名或密码，请检查网址。",
    "no password supplied": "要密码，请写在网址里，或者写进 .pgpass 文件。",
    "does not exist": "不存在（库名或用户名），请检查网址，或让数据库管理员先建好。",
    "no pg_hba.conf entry": "不接受这台电脑连接，请让数据库管理员在 pg_hba.conf 里放行。",
}
"""Words of a refused connection, which carries no code."""
