"""Annotated copies that come back corrected: what they are copies of; our own front sheet is passed over."""

import io
import re
import zipfile
from collections.abc import Callable
from typing import NamedTuple, TypeVar

from village_notice.domain.annotation import (
    FRONT_SHEET,
    PATH_PROPERTY,
    SOURCE_PROPERTY,
    parse_path,
    parse_sources,
)
from village_notice.domain.text import unescape_xml
from village_notice.sources.grid import Grid, WorkbookGrids

_PART = "docProps/custom.xml"
_MOST_BYTES = 1_000_000
_FIRST_ROWS = 8
_T = TypeVar("_T", tuple[str, ...], str)


class CopyOf(NamedTuple):
    """What a workbook is a corrected copy of.

    Attributes:
        hashes: Hashes of the files it came from, the oldest first; () where it is no copy.
        path: Path of the first of them inside the inbox, "" where it is not told.
    """

    hashes: tuple[str, ...] = ()
    path: str = ""


def take_front_sheet(data: bytes, book: WorkbookGrids) -> CopyOf:
    """Takes our front sheet out of a workbook, and tells what the workbook is a copy of.

    The front sheet and the properties say the same; either may have been lost on the way through another program.
    """
    fronts = [g for g in book.grids if g.name == FRONT_SHEET and _read_front(g, parse_sources)]
    for grid in fronts:
        book.grids.remove(grid)
    if fronts:
        return CopyOf(_read_front(fronts[0], parse_sources) or (), _read_front(fronts[0], parse_path) or "")
    hashes = parse_sources(_read_property(data, SOURCE_PROPERTY))
    return CopyOf(hashes, read_source_path(data)) if hashes else CopyOf()


def read_source_path(data: bytes) -> str:
    """The path that the properties of a copy name as that of its source, "" where they name none."""
    return _read_property(data, PATH_PROPERTY)


def _read_front(grid: Grid, parse: Callable[[str], _T]) -> _T | None:
    cells = (c for row in grid.rows[:_FIRST_ROWS] for c in row if isinstance(c, str))
    return next((found for c in cells if (found := parse(c))), None)


def _read_property(data: bytes, name: str) -> str:
    if _PART.encode() not in data:
        return ""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package, package.open(_PART) as stream:
            text = stream.read(_MOST_BYTES).decode("utf-8", "replace")
    except (zipfile.BadZipFile, KeyError, NotImplementedError, RuntimeError, OSError):
        return ""
    found = re.search(rf'name="{name}"[^>]*>\s*<[^>]*>([^<]*)<', text)
    return unescape_xml(found[1]) if found else ""
