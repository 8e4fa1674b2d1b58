"""Annotated copies that come back corrected: what they are copies of; our own front sheet is passed over."""

import io
import re
import zipfile
from xml.sax.saxutils import unescape

from village_notice.domain.annotation import FRONT_SHEET, SOURCE_PROPERTY, parse_sources
from village_notice.sources.grid import Grid, WorkbookGrids

_PART = "docProps/custom.xml"
_MOST_BYTES = 1_000_000
_PROPERTY = re.compile(rf'name="{SOURCE_PROPERTY}"[^>]*>\s*<[^>]*>([^<]*)<')
_FIRST_ROWS = 8


def take_front_sheet(data: bytes, book: WorkbookGrids) -> tuple[str, ...]:
    """Takes our front sheet out of a workbook; the hashes of the files it is a copy of, () where it is no copy.

    The front sheet and the property say the same; either may have been lost on the way through another program.
    """
    fronts = [(g, found) for g in book.grids if g.name == FRONT_SHEET and (found := _read_front(g))]
    for grid, _ in fronts:
        book.grids.remove(grid)
    return fronts[0][1] if fronts else _read_property(data)


def _read_front(grid: Grid) -> tuple[str, ...]:
    cells = (c for row in grid.rows[:_FIRST_ROWS] for c in row if isinstance(c, str))
    return next((found for c in cells if (found := parse_sources(c))), ())


def _read_property(data: bytes) -> tuple[str, ...]:
    if _PART.encode() not in data:
        return ()
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package, package.open(_PART) as stream:
            text = stream.read(_MOST_BYTES).decode("utf-8", "replace")
    except (zipfile.BadZipFile, KeyError, NotImplementedError, RuntimeError, OSError):
        return ()
    found = _PROPERTY.search(text)
    return parse_sources(unescape(found[1])) if found else ()
