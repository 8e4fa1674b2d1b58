"""Writes 查询.db: public columns only, built aside and swapped in, several years and all villages.

The file is always built anew from sorted editions (a village and a year each), those of the run and those the earlier
database holds beyond it: the same content gives the same bytes, whether it came in one run or in many. Editions that the
earlier database holds already are copied from it (see `build`), or all of it is where little has changed (see `patch`).
"""

import os
import sqlite3
from collections.abc import Callable, Iterable
from contextlib import closing
from functools import partial
from pathlib import Path

from village_notice.archive.build import Build
from village_notice.archive.build import Source as Content
from village_notice.archive.build_memory import BuildMemory, Remembered
from village_notice.archive.compact import connect_scratch, write_compact
from village_notice.archive.dialect import ServerUrl, Source
from village_notice.archive.edition import Edition, read_edition
from village_notice.archive.patch import patch_database
from village_notice.archive.schema import SCHEMA_VERSION, TABLES
from village_notice.archive.sound import PinyinReader, Speller
from village_notice.domain.public import VillageYear, hash_figures
from village_notice.errors import CannotWriteError

Key = tuple[int, str]
"""Year and village code."""
_FEW = 50
"""So many villages lie in memory at once, to be written over what they were."""


def write_database(
    villages: Iterable[VillageYear],
    path: Source,
    *,
    year: int,
    pinyin: PinyinReader,
    scope: Iterable[str] | None = (),
    memory: BuildMemory | None = None,
) -> None:
    """Nothing; afterwards the database holds these villages' year, and what it held of other years and villages.

    Args:
        villages: The run's villages, in any order.
        path: The database, or the server that has it; where it exists, its other editions are kept.
        year: The run's year.
        pinyin: Reads names.
        scope: Codes of all villages the run worked for, None for all there are: an edition of the year is dropped where
            nothing is left of it.
        memory: What the run before left about the database, so that villages that did not change are copied.

    Raises:
        ConservationError: A village's lines, summary and total do not agree.
        CannotWriteError: The existing file is no database of this tool, or another program holds it open.
    """
    villages = list(villages)
    new = {(v.year, v.village_code): _defer(v) for v in villages}
    codes = None if scope is None else {*scope}
    figures = {(v.year, v.village_code): hash_figures(v) for v in villages} if memory else {}

    def is_dropped(key: Key) -> bool:
        return key in new or (key[0] == year and (codes is None or key[1] in codes))

    if isinstance(path, ServerUrl):
        from village_notice.archive.server import load_editions

        load_editions(new, path, is_dropped=is_dropped, pinyin=pinyin)
        return
    remembered = memory.recall(path) if memory else Remembered()
    same = {key for key, digest in figures.items() if remembered.figures.get(key) == digest}
    tokens = _rebuild(path, new, lambda key: is_dropped(key) and key not in same, pinyin, remembered)
    if memory:
        memory.keep(path, Remembered(figures, tokens.spelled, tokens.sounds))


def import_editions(editions: Iterable[Edition], path: Source, *, pinyin: PinyinReader) -> None:
    """Nothing; afterwards the database also holds these editions, each in place of that of its year and village.

    Raises:
        CannotWriteError: The existing file is no database of this tool, or another program holds it open.
    """
    new: dict[Key, Callable[[], Edition]] = {}
    for edition in editions:
        new[int(str(edition.facts[0])), str(edition.village[0])] = lambda made=edition: made  # type: ignore[misc]
    if isinstance(path, ServerUrl):
        from village_notice.archive.server import load_editions

        load_editions(new, path, is_dropped=new.__contains__, pinyin=pinyin)
        return
    _rebuild(path, new, new.__contains__, pinyin, Remembered())


def _defer(village: VillageYear) -> Callable[[], Edition]:
    return lambda: read_edition(village)


def _rebuild(
    path: Path,
    new: dict[Key, Callable[[], Edition]],
    is_dropped: Callable[[Key], bool],
    pinyin: PinyinReader,
    remembered: Remembered,
) -> Remembered:
    """Writes the database from the new editions and those of the earlier file that are not dropped; how names sound."""
    aside = path.with_name(path.name + ".tmp")
    aside.unlink(missing_ok=True)
    with closing(_open_earlier(path)) as earlier:
        found = _list_editions(earlier)
    sources: dict[Key, Content] = dict(new)
    sources |= {key: number for key, number in found.items() if not is_dropped(key)}
    try:
        if remembered.is_whole and found.keys() == sources.keys():  # of this very program, and no village more or less
            changed = {key: source for key, source in sources.items() if not isinstance(source, int)}
            if not changed:
                return remembered
            made = {key: source() for key, source in changed.items()} if len(changed) <= _FEW else {}
            if made and patch_database(path, aside, {found[key]: edition for key, edition in made.items()}):
                _swap_in(aside, path)
                return remembered
            sources |= {key: partial(_give, edition) for key, edition in made.items()}
        is_copied = any(isinstance(source, int) for source in sources.values())
        with connect_scratch(aside) as database:
            tokens = Build(database, path if is_copied else None, Speller(pinyin), remembered).run(sources)
            write_compact(database, aside)
        _swap_in(aside, path)
    finally:
        aside.unlink(missing_ok=True)
    return tokens


def _give(edition: Edition) -> Edition:
    return edition


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


def _list_editions(earlier: sqlite3.Connection) -> dict[Key, int]:
    query = "SELECT e.year, v.code, e.id FROM edition e JOIN village v ON v.id = e.village_id"
    return {(year, code): edition_id for year, code, edition_id in earlier.execute(query)}


def _swap_in(aside: Path, path: Path) -> None:
    with aside.open("rb+") as stream:
        os.fsync(stream.fileno())
    try:
        aside.replace(path)
    except PermissionError:
        raise CannotWriteError(f"{path} 正被别的程序打开，没有换成新的。请关闭查询窗口后再运行一次。") from None
