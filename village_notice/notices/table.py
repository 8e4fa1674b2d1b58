"""A list on paper: column widths, side-by-side panels, pages with subtotals, and how it is drawn.

What is kept: a row with its notes, a band with the row after it, and at least two rows with a total.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from math import ceil
from typing import NamedTuple

from village_notice.notices.fonts import Style, measure
from village_notice.notices.page import Align, Element, Page, column_moves, draw_cell
from village_notice.notices.paper import Paper, draw_lines, wrap_text

PAD = 3.5
GUTTER = 10.0
_SMALLEST = 9.0  # a long name shrinks to this before it is set in two lines
_TINIEST = 5.0
_BAR, _BAR_GRAY = 2.6, 0.5  # dark enough to survive a photocopier
_COMMON_NAME = 4  # characters of a name that must fit at full size
_TH = b"/A<</O/Table/Scope/Column>>"


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
    """

    heading: str
    align: Align
    cells: list[str]
    values: list[int] = field(default_factory=list)
    show: Callable[[int], str] = str
    bars: list[float] = field(default_factory=list)


@dataclass(slots=True)
class Table:
    """A list: columns of equal length, with what stands between the rows.

    Attributes:
        columns: At least one.
        bands: Row number → words of a full-width line above it.
        notes: Row number → words of a full-width line below it.
        labels: Words of 本页小计, 承前页 and 合计.
        count: Makes a label with the number of rows.
        capital: Words of a full-width line below the last total, "" for none.
    """

    columns: list[Column]
    labels: tuple[str, str, str]
    count: Callable[[str, int], str]
    bands: dict[int, str] = field(default_factory=dict)
    notes: dict[int, str] = field(default_factory=dict)
    capital: str = ""

    @property
    def size(self) -> int:
        """Number of rows."""
        return len(self.columns[0].cells)

    def sums(self, first: int, last: int) -> list[str]:
        """The sums over rows first … last-1, "" for columns that are not added up."""
        return [c.show(sum(c.values[first:last])) if c.values else "" for c in self.columns]


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
    """

    widths: tuple[float, ...]
    panels: int
    head: float
    heading_lines: tuple[tuple[str, ...], ...]
    heights: tuple[float, ...]
    note_lines: dict[int, list[str]]


class Sheet(NamedTuple):
    """The rows of one page: first row of each panel, and the end of the last."""

    starts: tuple[int, ...]
    end: int


def plan_layout(table: Table, paper: Paper) -> Layout:
    """Columns and panels for a table on a paper: two panels where they fit."""
    least, wish = _column_widths(table, paper)
    for panels in range(paper.panels, 0, -1):
        room = (paper.inside - GUTTER * (panels - 1)) / panels
        if panels == 1 or (sum(least) <= room and table.size > 12 and not table.notes):
            break
    widths = _spread(least, wish, room, table)
    lines = tuple(tuple(_wrap_heading(c.heading, w, paper)) for c, w in zip(table.columns, widths, strict=True))
    head = max(paper.row, max(map(len, lines)) * paper.table * 1.25 + 6)
    notes = {row: wrap_text(text, room - 2 * PAD - widths[0], paper.table) for row, text in table.notes.items()}
    heights = [paper.row] * table.size
    for row in table.bands:
        heights[row] += paper.row
    for row, found in notes.items():
        heights[row] += _note_height(len(found), paper)
    return Layout(tuple(widths), panels, head, lines, tuple(heights), notes)


def _note_height(lines: int, paper: Paper) -> float:
    return lines * paper.table * 1.5 + 2


def _wrap_heading(text: str, width: float, paper: Paper) -> list[str]:
    return wrap_text(text, width - 2, paper.table, Style.BOLD)


def _column_widths(table: Table, paper: Paper) -> tuple[list[float], list[float]]:
    """Least and wished width of each column: numbers never wrap, long names may shrink or wrap."""
    least, wish = [], []
    sums = table.sums(0, table.size)
    for column, total in zip(table.columns, sums, strict=True):
        distinct = set(column.cells)
        widest = max(map(measure, distinct), default=0) * paper.table / 1000
        if column.align == "left":
            need = max((_least_name(text, paper.table) for text in distinct), default=0.0)
            common = sorted(map(measure, column.cells))[int(len(column.cells) * 0.97)] * paper.table / 1000
            need, widest = max(need, min(common, 7 * paper.table)), min(widest, 16 * paper.table)
        else:
            need = widest = max(widest, measure(total, Style.BOLD) * paper.table / 1000)
        heading = max((measure(p, Style.BOLD) for p in _heading_parts(column.heading)), default=0) * paper.table / 1000
        least.append(max(need + 2 * PAD, heading + 2.5))
        wish.append(max(widest + 2 * PAD, heading + 2.5))
    return least, wish


def _heading_parts(heading: str) -> list[str]:
    """The narrowest lines a heading may be broken into: it may take three lines, of two characters at least."""
    step = max(2, ceil(len(heading) / 3))
    return [heading[i : i + step] for i in range(0, len(heading), step)]


def _least_name(text: str, size: float) -> float:
    """The narrowest a name can be set: at full size while short, else in two lines of the smallest size."""
    full = measure(text) * size / 1000
    if len(text) <= _COMMON_NAME:
        return full
    return max(_COMMON_NAME * size, ceil(len(text) / 2) * _SMALLEST)


def _spread(least: list[float], wish: list[float], room: float, table: Table) -> list[float]:
    """Widths that fill the room: first what columns wish for, then evenly; too little room shrinks the text columns."""
    spare = room - sum(least)
    want = sum(wish) - sum(least)
    if spare < 0:
        texts = [i for i, c in enumerate(table.columns) if c.align == "left"] or list(range(len(least)))
        share = max(0.3, 1 + spare / sum(least[i] for i in texts))
        widths = [w * share if i in texts else w for i, w in enumerate(least)]
        scale = room / sum(widths)
        return [w * scale for w in widths]
    given = min(1.0, spare / want) if want else 0.0
    widths = [a + given * (b - a) for a, b in zip(least, wish, strict=True)]
    rest = (room - sum(widths)) / (len(widths) + 1)
    return [w + (rest * 2 if i == 1 else rest) for i, w in enumerate(widths)] if len(widths) > 1 else [room]


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
    row, heights = 0, layout.heights
    while row < table.size or not sheets:
        room = rooms[min(len(sheets), 1)] - layout.head - (paper.row if sheets else 0)
        last = _fill(heights, row, layout.panels, room - paper.row * (2 if sheets else 1) - closing)
        if last.end == table.size:
            sheets.append(_balance(heights, last, table))
            break
        full = _fill(heights, row, layout.panels, room - paper.row)
        if full.end > table.size - 2:  # the rest must not be a total alone
            keep = max(row + 1, table.size - max(2, min(6, (table.size - row) // 3)))
            full = _cut(full, keep)
        if full.end == row:  # a row higher than the page: set it all the same
            full = Sheet((row,), row + 1)
        sheets.append(full)
        row = full.end
    return sheets


def _fill(heights: Sequence[float], row: int, panels: int, room: float) -> Sheet:
    starts = []
    for _ in range(panels):
        starts.append(row)
        used = 0.0
        while row < len(heights) and used + heights[row] <= room + 0.01:
            used += heights[row]
            row += 1
    return Sheet(tuple(starts), row)


def _cut(sheet: Sheet, end: int) -> Sheet:
    return Sheet(tuple(s for s in sheet.starts if s < end) or sheet.starts[:1], end)


def _balance(heights: Sequence[float], sheet: Sheet, table: Table) -> Sheet:
    """On the last page both panels get about the same height."""
    first, end = sheet.starts[0], sheet.end
    if len(sheet.starts) == 1 or end - first < 2:
        return sheet
    half, used, row = sum(heights[first:end]) / 2, 0.0, first
    while row < end and used < half - 0.01:
        used += heights[row]
        row += 1
    return Sheet((first, row), end)


class TableDrawer:
    """Draws the sheets of a table on pages of a document."""

    def __init__(self, table: Table, layout: Layout, paper: Paper, root: Element) -> None:
        self.table, self.layout, self.paper = table, layout, paper
        self._element = Element("Table", root)
        self._edges = [0.0]
        for width in layout.widths:
            self._edges.append(self._edges[-1] + width)
        self._moves = column_moves([self._anchor(i, column.align) for i, column in enumerate(table.columns)])
        columns = (
            build_cells(c.cells, c.align, w - 2 * PAD, paper.table)
            for c, w in zip(table.columns, layout.widths, strict=True)
        )
        self._rows = list(zip(*columns, strict=True))
        self._chars = set("".join(text for c in table.columns for text in set(c.cells)))
        self._summed = next((i for i, c in enumerate(table.columns) if c.values), len(table.columns))

    def _anchor(self, column: int, align: Align) -> float:
        """Where a cell's text starts, ends or has its middle, from the left edge of the panel."""
        left, right = self._edges[column : column + 2]
        return {"left": left + PAD, "right": right - PAD, "center": (left + right) / 2}[align]

    def draw(self, page: Page, y: float, sheet: Sheet, *, is_first: bool, is_last: bool) -> float:
        """Draws one page's part from the top down; gives the height below it."""
        top = y
        page.used[Style.REGULAR].update(self._chars)
        y = self._draw_heads(page, y, is_first=is_first)
        if not is_first:
            y = self._draw_total(page, y, self.table.labels[1], (0, sheet.starts[0]))
        y = self._draw_panels(page, y, sheet)
        if not (is_first and is_last):
            y = self._draw_total(page, y, self.table.labels[0], (sheet.starts[0], sheet.end))
        if is_last:
            y = self._draw_total(page, y, self.table.labels[2], (0, self.table.size))
            if self.table.capital:
                y = self._draw_wide(page, self.paper.left, y, self.table.capital, self.paper.row, self._width())
        with page.mark(None):
            left, right = self.paper.left, self.paper.left + self._width()
            page.lines([(left, top, right, top), (left, y, right, y)], self.paper.thick)
        return y

    def _width(self) -> float:
        count = self.layout.panels
        return self._edges[-1] * count + GUTTER * (count - 1)

    def _draw_heads(self, page: Page, y: float, *, is_first: bool) -> float:
        paper, head = self.paper, self.layout.head
        for number in range(self.layout.panels):
            left = paper.left + number * (self._edges[-1] + GUTTER)
            row = Element("TR", self._element) if is_first and number == 0 else None
            for i, lines in enumerate(self.layout.heading_lines):
                middle = left + (self._edges[i] + self._edges[i + 1]) / 2
                with page.mark(Element("TH", row, _TH) if row else None):
                    base = y - head / 2 + (len(lines) / 2 - 0.8) * paper.table * 1.25
                    for k, line in enumerate(lines):
                        page.text(
                            middle,
                            base - k * paper.table * 1.25,
                            line,
                            size=paper.table,
                            style=Style.BOLD,
                            align="center",
                        )
            with page.mark(None):
                uprights = [(left + x, y, left + x, y - head) for x in self._edges]
                page.lines([*uprights, (left, y, left + self._edges[-1], y)], paper.thin)
                page.lines([(left, y - head, left + self._edges[-1], y - head)], paper.thick)
        return y - head

    def _draw_panels(self, page: Page, y: float, sheet: Sheet) -> float:
        lowest = y
        ends = (*sheet.starts[1:], sheet.end)
        for number, (first, end) in enumerate(zip(sheet.starts, ends, strict=True)):
            left = self.paper.left + number * (self._edges[-1] + GUTTER)
            lowest = min(lowest, self._draw_panel(page, left, y, range(first, end)))
        return lowest

    def _draw_panel(self, page: Page, left: float, y: float, rows: range) -> float:
        """Runs of plain rows are drawn at once; bands and notes stand between them."""
        row = rows.start
        while row < rows.stop:
            if row in self.table.bands:
                y = self._draw_wide(page, left, y, self.table.bands[row], self.paper.row)
            end = row + 1
            while end < rows.stop and end not in self.table.bands and end - 1 not in self.layout.note_lines:
                end += 1
            y = self._draw_run(page, left, y, row, end)
            if end - 1 in self.layout.note_lines:
                y = self._draw_note(page, left, y, self.layout.note_lines[end - 1])
            row = end
        return y

    def _draw_run(self, page: Page, left: float, y: float, first: int, end: int) -> float:
        height, size = self.paper.row, self.paper.table
        self._draw_bars(page, left, y, range(first, end))
        elements = [Element("TR", self._element) for _ in range(first, end)]
        base = y - height / 2 - 0.36 * size
        page.rows((left, base), height, self._rows[first:end], self._moves, elements, size)
        bottom = y - (end - first) * height
        right = left + self._edges[-1]
        with page.mark(None):
            flat = [(left, y - k * height, right, y - k * height) for k in range(1, end - first + 1)]
            page.lines(flat + [(left + x, y, left + x, bottom) for x in self._edges], self.paper.thin)
        return bottom

    def _draw_bars(self, page: Page, left: float, y: float, rows: range) -> None:
        """Grey bars at the foot of the cells, behind the text."""
        for i, column in enumerate(self.table.columns):
            if not column.bars:
                continue
            x, room = left + self._edges[i], self.layout.widths[i]
            boxes = [
                (x, y - k * self.paper.row, room * column.bars[row], _BAR)
                for k, row in enumerate(rows, 1)
                if column.bars[row] > 0
            ]
            with page.mark(None):
                page.rectangles(boxes, _BAR_GRAY)

    def _draw_wide(self, page: Page, left: float, y: float, text: str, height: float, width: float = 0.0) -> float:
        """A line over all columns of a panel, or over `width`."""
        size, right = self.paper.table, left + (width or self._edges[-1])
        with page.mark(self._spanning(len(self.layout.widths))):
            page.fitted_text(
                (left + PAD, y - height / 2 - 0.36 * size),
                text,
                size=size,
                style=Style.BOLD,
                width=right - left - 2 * PAD,
            )
        self._box(page, (left, right), (y, y - height))
        return y - height

    def _draw_note(self, page: Page, left: float, y: float, lines: list[str]) -> float:
        bottom = y - _note_height(len(lines), self.paper)
        with page.mark(self._spanning(len(self.layout.widths))):
            draw_lines(page, (left + PAD + self._edges[1], y - 1), lines, self.paper.table)
        self._box(page, (left, left + self._edges[-1]), (y, bottom))
        return bottom

    def _draw_total(self, page: Page, y: float, label: str, rows: tuple[int, int]) -> float:
        """A line of sums: in their columns, or in words over the whole width where panels stand side by side."""
        words, sums = self.table.count(label, rows[1] - rows[0]), self.table.sums(*rows)
        paper, bottom = self.paper, y - self.paper.row
        base = y - paper.row / 2 - 0.36 * paper.table
        row = Element("TR", self._element)
        if self.layout.panels > 1:
            parts = [f"{c.heading} {s}" for c, s in zip(self.table.columns, sums, strict=True) if s]
            right = paper.left + self._width()
            ends: tuple[tuple[float, str, Align, float], ...] = (
                (paper.left + PAD, words, "left", 0.34), (right - PAD, "　".join(parts), "right", 0.64),
            )  # fmt: skip
            for x, text, align, share in ends:
                with page.mark(Element("TD", row)):
                    page.fitted_text(
                        (x, base), text, size=paper.table, style=Style.BOLD, width=self._width() * share, align=align
                    )
            self._box(page, (paper.left, right), (y, bottom))
            return bottom
        self._draw_sums(page, base, row, words, sums)
        cuts = [self._edges[0], *self._edges[self._summed :]]
        with page.mark(None):
            uprights = [(paper.left + x, y, paper.left + x, bottom) for x in cuts]
            page.lines([*uprights, (paper.left, bottom, paper.left + self._edges[-1], bottom)], paper.thin)
        return bottom

    def _draw_sums(self, page: Page, base: float, row: Element, words: str, sums: list[str]) -> None:
        paper = self.paper
        with page.mark(Element("TD", row, b"/A<</O/Table/ColSpan %d>>" % max(1, self._summed))):
            room = self._edges[self._summed] - 2 * PAD
            page.fitted_text((paper.left + PAD, base), words, size=paper.table, style=Style.BOLD, width=room)
        for i in range(self._summed, len(sums)):
            with page.mark(Element("TD", row)):
                if sums[i]:
                    x, room = paper.left + self._edges[i + 1] - PAD, self.layout.widths[i] - 2 * PAD
                    page.fitted_text((x, base), sums[i], size=paper.table, style=Style.BOLD, width=room, align="right")

    def _spanning(self, columns: int) -> Element:
        return Element("TD", Element("TR", self._element), b"/A<</O/Table/ColSpan %d>>" % columns)

    def _box(self, page: Page, sides: tuple[float, float], ends: tuple[float, float]) -> None:
        (left, right), (top, bottom) = sides, ends
        with page.mark(None):
            page.lines(
                [(left, top, left, bottom), (right, top, right, bottom), (left, bottom, right, bottom)], self.paper.thin
            )


def build_cells(texts: list[str], align: Align, width: float, size: float) -> list[bytes]:
    """The drawn cells of a column; a text that is too wide shrinks, a long name goes into two lines."""
    known = {text: fit_cell(text, align, round(width, 2), size) for text in set(texts)}
    return [known[text] for text in texts]


@lru_cache(maxsize=65536)
def fit_cell(text: str, align: Align, width: float, size: float) -> bytes:
    """The operators of one cell that is no wider than `width`."""
    if measure(text) * size <= width * 1000:
        return draw_cell(text, align, Style.REGULAR, size)
    small = width * 1000 / measure(text)
    if align != "left" or small >= _SMALLEST:
        return draw_cell(text, align, Style.REGULAR, max(small, _TINIEST), size)
    small, lines = _SMALLEST, wrap_text(text, width, _SMALLEST)
    while len(lines) > 2 and small > _TINIEST:
        small -= 0.5
        lines = wrap_text(text, width, small)
    step = small * 1.08
    pieces = [draw_cell(line, align, Style.REGULAR, small, size) for line in lines]
    up = (len(lines) - 1) / 2 * step + (size - small) * 0.36
    between = b"0 %.2f Td " % -step
    return b"0 %.2f Td %s0 %.2f Td\n" % (up, between.join(pieces), (len(lines) - 1) * step - up)
