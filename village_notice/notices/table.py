"""A list on paper: columns and their widths, side-by-side panels, and which rows stand on which page.

What is kept: a row with its notes, a band with two rows after it, and at least two rows with a total.
"""

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import accumulate
from math import ceil
from typing import NamedTuple

from village_notice.notices.fonts import Style, measure, measure_all
from village_notice.notices.page import Align
from village_notice.notices.paper import Paper, wrap_even, wrap_text

PAD = 3.0
GUTTER = 10.0
_SMALLEST, _SMALLEST_PART = 9.0, 0.75
NOTE_LEADING = 1.2
_TOTAL_SHRINK = 0.83  # a line of sums may be set this much smaller, so that it does not widen the columns
_SHORT_HEADING = 9
_FEW_ROWS = 8  # a list no longer than this stands in one panel
_ROWS_WITH_CLOSING = 5
_COMMON_NAME = 4  # characters of a name that must fit at full size
_WHOLE_HEADING = 3  # a heading so short is not broken where there is room


@dataclass(slots=True)
class Column:
    """One column of a list.

    Attributes:
        heading: Words of the heading.
        align: Names left, numbers right.
        cells: Text of each row.
        values: Numbers behind the cells where the column is added up, else empty.
        show: Turns a sum into text.
        bars: Length of a grey bar at the foot of each cell, in parts of the cell's width; empty for none.

    Cells and values may not change once the column was measured or added up.
    """

    heading: str
    align: Align
    cells: list[str]
    values: list[int] = field(default_factory=list)
    show: Callable[[int], str] = str
    bars: list[float] = field(default_factory=list)
    _widest: int = field(default=-1, init=False, repr=False, compare=False)
    _needs: dict[float, tuple[float, float]] = field(default_factory=dict, init=False, repr=False, compare=False)
    _sums: list[int] = field(default_factory=list, init=False, repr=False, compare=False)

    def sum(self, first: int, last: int) -> str:
        """The sum over rows first … last-1, "" where the column is not added up."""
        if not self.values:
            return ""
        if not self._sums:
            self._sums = list(accumulate(self.values, initial=0))
        return self.show(self._sums[last] - self._sums[first])

    @property
    def widest(self) -> int:
        """The width of its widest text in 1/1000 em, 0 without any; measured once."""
        if self._widest < 0:
            self._widest = max(measure_all(set(self.cells)), default=0)
        return self._widest

    def list_widths(self) -> list[int]:
        """The width of each text in 1/1000 em."""
        widths = measure_all(self.cells)
        self._widest = max(widths, default=0)
        return widths

    def measure(self, size: float) -> tuple[float, float]:
        """The least and the wished width in points, padding included, for a type size: measured once."""
        if size not in self._needs:
            self._needs[size] = _measure_column(self, size)
        return self._needs[size]


@dataclass(frozen=True, slots=True)
class Table:
    """A list: columns of equal length, with what stands between the rows.

    Attributes:
        columns: At least one.
        bands: Row number → words of a full-width line above it.
        again: Row number → words of the band it began, for the heads of pages on which it goes on.
        notes: Row number → words of a full-width line below it.
        labels: Words of 本页小计, 承前页 and 合计.
        count: Makes a label with the number of rows.
        capital: Words of a full-width line below the last total, "" for none.
    """

    columns: list[Column]
    labels: tuple[str, str, str]
    count: Callable[[str, int], str]
    bands: dict[int, str] = field(default_factory=dict)
    again: dict[int, str] = field(default_factory=dict)
    notes: dict[int, str] = field(default_factory=dict)
    capital: str = ""
    _layouts: dict[Paper, "Layout"] = field(default_factory=dict, init=False, repr=False, compare=False)

    @property
    def size(self) -> int:
        """Number of rows."""
        return len(self.columns[0].cells)

    def continued(self, row: int) -> str:
        """Words of the band that goes on at a row at the top of a page, "" where a band begins there."""
        before = [first for first in self.again if first < row]
        return self.again[max(before)] if before and row not in self.bands else ""

    def sums(self, first: int, last: int) -> list[str]:
        """The sums over rows first … last-1, "" for columns that are not added up."""
        return [column.sum(first, last) if column.values else "" for column in self.columns]


@dataclass(frozen=True, slots=True)
class Layout:
    """Where everything goes.

    Attributes:
        widths: Of the columns of one panel.
        panels: Panels side by side.
        head: Height of the heading row.
        band, note: Heights of a band and of one line of a note.
        heights: Of each row with its band and notes.
        note_lines: Row number → lines of its note.
        bands: Rows with a band above them.
        row: Height of a plain row.
    """

    widths: tuple[float, ...]
    panels: int
    head: float
    heading_lines: tuple[tuple[str, ...], ...]
    heights: tuple[float, ...]
    note_lines: dict[int, list[str]]
    bands: frozenset[int]
    row: float

    def may_break(self, row: int) -> bool:
        """Whether a panel may end before a row: a band would else stand over one row of several."""
        return row - 1 not in self.bands or row in self.bands or row >= len(self.heights)


class Sheet(NamedTuple):
    """The rows of one page: first row of each panel, and the end of the last."""

    starts: tuple[int, ...]
    end: int


def smallest_name(size: float) -> float:
    """A long name shrinks to this before it is set in two lines."""
    return max(_SMALLEST, _SMALLEST_PART * size)


def plan_layout(table: Table, paper: Paper) -> Layout:
    """Columns and panels for a table on a paper: two panels where they fit; made once."""
    known = table._layouts
    if paper not in known:
        known[paper] = _plan_layout(table, paper)
    return known[paper]


def _plan_layout(table: Table, paper: Paper) -> Layout:
    least, wish = measure_columns(table, paper), measure_wishes(table, paper)
    for panels in range(paper.panels, 0, -1):
        room = (paper.inside - GUTTER * (panels - 1)) / panels
        if panels == 1 or (sum(least) <= room and table.size > _FEW_ROWS and not table.notes):
            break
    widths = _spread(least, wish, room, table)
    lines = tuple(
        tuple(wrap_even(c.heading, w - 2, paper.table, Style.BOLD)) for c, w in zip(table.columns, widths, strict=True)
    )
    head = max(paper.row, max(map(len, lines)) * paper.table * 1.25 + 6)
    measure_all(table.notes.values())  # at once: each is then known where it is wrapped
    notes = {row: wrap_text(text, room - 2 * PAD - widths[0], paper.table) for row, text in table.notes.items()}
    heights = [paper.row] * table.size
    for row in table.bands:
        heights[row] += paper.row
    for row, found in notes.items():
        heights[row] += note_height(len(found), paper)
    bands = frozenset(table.bands)
    return Layout(tuple(widths), panels, head, lines, tuple(heights), notes, bands, paper.row)


def note_height(lines: int, paper: Paper) -> float:
    """The height of a note of some lines."""
    return lines * paper.table * NOTE_LEADING + 3


def measure_columns(table: Table, paper: Paper) -> list[float]:
    """The least width each column needs."""
    return [column.measure(paper.table)[0] for column in table.columns]


def measure_wishes(table: Table, paper: Paper) -> list[float]:
    """The width at which each column needs neither to shrink nor to wrap, long titles excepted."""
    return [column.measure(paper.table)[1] for column in table.columns]


def sheet_height(table: Table, layout: Layout, paper: Paper, sheet: Sheet) -> float:
    """The height of one page's part, with heading and sums."""
    ends = (*sheet.starts[1:], sheet.end)
    is_first, is_last = not sheet.starts[0], sheet.end == table.size
    lines = (not is_first) + (not (is_first and is_last)) + is_last + (is_last and bool(table.capital))
    panels = (sum(layout.heights[first:end]) for first, end in zip(sheet.starts, ends, strict=True))
    return layout.head + lines * paper.row + max(panels)


def _measure_column(column: Column, size: float) -> tuple[float, float]:
    """Least and wished width of a column: numbers never wrap, long names may shrink or wrap."""
    widths = column.list_widths() if column.align == "left" else []
    widest = column.widest * size / 1000
    if column.align == "left":
        need = max(_least_name(column.cells, widths, size), min(_common_width(widths) * size / 1000, 7 * size))
        widest = min(widest, 16 * size)
    else:
        total_width = measure(column.sum(0, len(column.cells)), Style.BOLD) * size / 1000
        need, widest = max(widest, total_width * _TOTAL_SHRINK), max(widest, total_width)
    heading = max((measure(p, Style.BOLD) for p in _heading_parts(column.heading)), default=0) * size / 1000
    whole = measure(column.heading, Style.BOLD) * size / 1000 if len(column.heading) <= _WHOLE_HEADING else heading
    return max(need + 2 * PAD, heading + 2.5), max(widest + 2 * PAD, whole + 2.5)


def _common_width(widths: list[int]) -> int:
    """The width that all but the widest three of a hundred cells keep to, in 1/1000 em."""
    return sorted(widths)[int(len(widths) * 0.97)] if widths else 0


def _heading_parts(heading: str) -> list[str]:
    """The narrowest lines a heading may be broken into: three lines, of two characters at least; a long one four."""
    step = max(2, ceil(len(heading) / 3)) if len(heading) <= _SHORT_HEADING else ceil(len(heading) / 4)
    return [heading[i : i + step] for i in range(0, len(heading), step)]


def _least_name(names: list[str], widths: list[int], size: float) -> float:
    """The narrowest a column of names can be set: at full size the short ones, else in two lines of the smallest size."""
    longest = max(map(len, names), default=0)
    if longest <= _COMMON_NAME:
        return max(widths, default=0) * size / 1000
    short = max((w for name, w in zip(names, widths, strict=True) if len(name) <= _COMMON_NAME), default=0)
    return max(short * size / 1000, _COMMON_NAME * size, ceil(longest / 2) * smallest_name(size))


def _spread(least: list[float], wish: list[float], room: float, table: Table) -> list[float]:
    """Widths that fill the room: first what numbers wish for, then what names do, then in proportion.

    Too little room shrinks the text columns.
    """
    spare = room - sum(least)
    texts = [i for i, c in enumerate(table.columns) if c.align == "left"]
    if spare < 0:
        texts = texts or list(range(len(least)))
        share = max(0.3, 1 + spare / sum(least[i] for i in texts))
        widths = [w * share if i in texts else w for i, w in enumerate(least)]
    else:
        widths = list(least)
        for group in ([i for i in range(len(least)) if i not in texts], texts):
            want = sum(wish[i] - least[i] for i in group)
            given = min(1.0, spare / want) if want else 0.0
            spare -= given * want
            for i in group:
                widths[i] += given * (wish[i] - least[i])
    scale = room / sum(widths)
    return [w * scale for w in widths]


def paginate(table: Table, layout: Layout, paper: Paper, rooms: tuple[float, float], closing: float) -> list[Sheet]:
    """The rows of each page.

    Args:
        table: The list.
        layout: Its layout.
        paper: The paper.
        rooms: Height for heading and rows on the first page and on later ones.
        closing: Height of what stands below the last total on the last page.
    """
    sheets: list[Sheet] = []
    row = 0
    closing += paper.row if table.capital else 0
    if (
        closing > rooms[1] - layout.head - _ROWS_WITH_CLOSING * paper.row
    ):  # it has no room below any list: a page of its own
        closing = paper.row if table.capital else 0
    while row < table.size or not sheets:
        room = rooms[min(len(sheets), 1)] - layout.head - (paper.row if sheets else 0)
        last = _fill(layout, row, room - paper.row * (2 if sheets else 1) - closing)
        if last.end == table.size:
            sheets.append(_balance(layout, last))
            break
        full = _fill(layout, row, room - paper.row)
        if full.end > table.size - 2:  # the rest must not be a total alone
            keep = max(row + 1, table.size - max(2, min(6, (table.size - row) // 3)))
            keep -= keep > row + 1 and not layout.may_break(keep)
            full = _balance(layout, _cut(full, keep))
        if full.end == row:  # a row higher than the page: set it all the same
            full = Sheet((row,), row + 1)
        sheets.append(full)
        row = full.end
    return sheets


def _fill(layout: Layout, row: int, room: float) -> Sheet:
    heights, starts, most = layout.heights, [], int(room / layout.row) + 2  # no row is lower than a plain one
    for _ in range(layout.panels):
        starts.append(row)
        row += bisect_right(list(accumulate(heights[row : row + most])), room + 0.01)
        row -= row > starts[-1] + 1 and not layout.may_break(row)
    return Sheet(tuple(starts), row)


def _cut(sheet: Sheet, end: int) -> Sheet:
    return Sheet(tuple(s for s in sheet.starts if s < end) or sheet.starts[:1], end)


def _balance(layout: Layout, sheet: Sheet) -> Sheet:
    """Both panels get about the same height, and the second begins with a band where one is near: for pages not full."""
    first, end, heights = sheet.starts[0], sheet.end, layout.heights
    if len(sheet.starts) == 1 or end - first < 2:
        return sheet
    whole, limit = sum(heights[first:end]), sum(heights[first : sheet.starts[1]])
    best, least, left = sheet.starts[1], float("inf"), 0.0
    for row in range(first + 1, sheet.starts[1] + 1):
        left += heights[row - 1]
        higher = max(left, whole - left)
        cost = higher - (layout.row if row in layout.bands else 0.0)
        if higher <= limit + 0.01 and cost <= least + 0.01 and layout.may_break(row):
            best, least = row, cost
    return Sheet((first, best), end)
