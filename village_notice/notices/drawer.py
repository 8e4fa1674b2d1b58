"""Drawing a list: headings, panels of rows, bands, notes and lines of sums."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from village_notice.notices.fonts import Style, measure, measure_all
from village_notice.notices.page import (
    Align,
    Element,
    Page,
    column_moves,
    draw_cell,
    draw_cells,
    show_length,
    trace_lines,
)
from village_notice.notices.paper import Paper, draw_lines, wrap_name
from village_notice.notices.table import (
    GUTTER,
    NOTE_LEADING,
    PAD,
    Column,
    Layout,
    Sheet,
    Table,
    note_height,
    smallest_name,
)

_TIGHT = 1.5  # the least space beside a sum
_TINIEST = 5.0
_LINE = 1.08  # of the size: leading of a name in two lines
_BAR, _BAR_GRAY = 2.6, 0.5  # dark enough to survive a photocopier
_ASCII = bytes(range(128))
_TH = b"/A<</O/Table/Scope/Column>>"


class TableDrawer:
    """Draws the sheets of a table on pages of a document."""

    def __init__(self, table: Table, layout: Layout, paper: Paper, root: Element) -> None:
        self.table, self.layout, self.paper = table, layout, paper
        self._element = Element("Table", root)
        self._edges = [0.0]
        for width in layout.widths:
            self._edges.append(self._edges[-1] + width)
        self._moves = column_moves([self._anchor(i, column.align) for i, column in enumerate(table.columns)])
        columns = (build_cells(c, w - 2 * PAD, paper) for c, w in zip(table.columns, layout.widths, strict=True))
        self._cells = [b""] * (table.size * len(table.columns))
        for number, cells in enumerate(columns):
            self._cells[number :: len(table.columns)] = cells
        notes = [line for lines in layout.note_lines.values() for line in lines]
        draw_cells(notes, "left", Style.REGULAR, paper.table)  # all at once: `draw_lines` then finds them made
        self._chars = list_chars(table.columns)
        self._added = [i for i, c in enumerate(table.columns) if c.values]
        self._summed = self._added[0] if self._added else len(table.columns)
        self._heads: dict[tuple[float, float], bytes] = {}
        self._boxes: dict[float, bytes] = {}
        self._barred = [i for i, c in enumerate(table.columns) if c.bars]
        self._panels: dict[float, _Lines] = {}
        self._grids: dict[tuple[float, float, int], bytes] = {}
        self._sums: dict[tuple[int, int], list[str]] = {}

    def _anchor(self, column: int, align: Align) -> float:
        """Where a cell's text starts, ends or has its middle, from the left edge of the panel."""
        left, right = self._edges[column : column + 2]
        return {"left": left + PAD, "right": right - PAD, "center": (left + right) / 2}[align]

    def prepare(self, sheets: Sequence[Sheet]) -> None:
        """Makes the sums of all sheets, drawn one after the other, at once."""
        spans = [span for sheet in sheets for span in ((0, sheet.starts[0]), (sheet.starts[0], sheet.end))]
        self._sums = {span: self.table.sums(*span) for span in (*spans, (0, self.table.size))}
        texts = sorted(set().union(*self._sums.values()))
        measure_all(texts, Style.BOLD)
        draw_cells(texts, "right", Style.BOLD, self.paper.table)

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
                sides = (self.paper.left, self.paper.left + self._width())
                with page.mark(None):
                    page.stroke(_trace_panel([*sides]).box % _frame(y, y - self.paper.row), self.paper.thin)
                y = self._draw_wide(page, sides, y, self.table.capital)
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
            if is_first and number == 0:
                self._draw_head(page, left, y, Element("TR", self._element))
                continue
            if (left, y) not in self._heads:  # repeated: no content, and the same on every page
                sample = Page(0, 0, 0, page.used)
                self._draw_head(sample, left, y, None)
                self._heads[left, y] = b"".join(sample.operators)
            page.operators.append(self._heads[left, y])
        return y - head

    def _draw_head(self, page: Page, left: float, y: float, row: Element | None) -> None:
        """The headings of one panel; without a row they are decoration."""
        paper, head, edges = self.paper, self.layout.head, self._edges
        for i, lines in enumerate(self.layout.heading_lines):
            middle = left + (edges[i] + edges[i + 1]) / 2
            with page.mark(Element("TH", row, _TH) if row else None):
                base = y - head / 2 + (len(lines) / 2 - 0.8) * paper.table * 1.25
                for k, line in enumerate(lines):
                    height = base - k * paper.table * 1.25
                    page.text(middle, height, line, size=paper.table, style=Style.BOLD, align="center")
        with page.mark(None):
            uprights = [(left + x, y, left + x, y - head) for x in edges]
            page.lines([*uprights, (left, y, left + edges[-1], y)], paper.thin)
            page.lines([(left, y - head, left + edges[-1], y - head)], paper.thick)

    def _draw_panels(self, page: Page, y: float, sheet: Sheet) -> float:
        lowest = y
        ends = (*sheet.starts[1:], sheet.end)
        for number, (first, end) in enumerate(zip(sheet.starts, ends, strict=True)):
            left = self.paper.left + number * (self._edges[-1] + GUTTER)
            lowest = min(lowest, self._draw_panel(page, left, y, range(first, end)))
        return lowest

    def _draw_panel(self, page: Page, left: float, y: float, rows: range) -> float:
        """Runs of plain rows are drawn at once; bands and notes stand between them. The lines come last, in one piece."""
        row, lines, bands, notes = rows.start, list[bytes](), self.table.bands, self.layout.note_lines
        sides = (left, left + self._edges[-1])
        while row < rows.stop:
            if row in bands:
                lines.append(self._box(left, (y, y - self.paper.row)))
                y = self._draw_wide(page, sides, y, bands[row])
            end = row + 1
            while end < rows.stop and end not in bands and end - 1 not in notes:
                end += 1
            lines.append(self._grid(left, y, end - row))
            y = self._draw_run(page, left, y, row, end)
            if end - 1 in notes:
                bottom = self._draw_note(page, left, y, notes[end - 1])
                lines.append(self._box(left, (y, bottom)))
                y = bottom
            row = end
        with page.mark(None):
            page.stroke(b"".join(lines), self.paper.thin)
        return y

    def _draw_run(self, page: Page, left: float, y: float, first: int, end: int) -> float:
        height, size, columns = self.paper.row, self.paper.table, len(self.layout.widths)
        if self._barred:
            self._draw_bars(page, left, y, range(first, end))
        base = y - height / 2 - 0.36 * size
        page.rows((left, base), height, self._cells[first * columns : end * columns], self._moves, self._element, size)
        return y - (end - first) * height

    def _grid(self, left: float, y: float, count: int) -> bytes:
        """The lines of some plain rows; the same on many pages."""
        known = self._grids.get((left, y, count))
        if known is None:
            lines, height = self._lines(left), self.paper.row
            heights = [show_length(y - k * height) for k in range(count + 1)]
            flat = [lines.flat % (at, at) for at in heights[1:]]
            known = b"".join(flat) + lines.uprights % ((heights[0], heights[-1]) * len(self._edges))
            self._grids[left, y, count] = known
        return known

    def _box(self, left: float, ends: tuple[float, float]) -> bytes:
        """Both sides and the bottom of a row over all columns."""
        return self._lines(left).box % _frame(*ends)

    def _lines(self, left: float) -> "_Lines":
        if left not in self._panels:
            self._panels[left] = _trace_panel([left + x for x in self._edges])
        return self._panels[left]

    def _draw_bars(self, page: Page, left: float, y: float, rows: range) -> None:
        """Grey bars at the foot of the cells, behind the text."""
        height = min(_BAR, 0.13 * self.paper.row)
        for i in self._barred:
            x, room, bars = left + self._edges[i], self.layout.widths[i], self.table.columns[i].bars
            boxes = [
                (x, y - k * self.paper.row, room * bars[row], height) for k, row in enumerate(rows, 1) if bars[row] > 0
            ]
            with page.mark(None):
                page.rectangles(boxes, _BAR_GRAY)

    def _draw_wide(self, page: Page, sides: tuple[float, float], y: float, text: str) -> float:
        """Words over all columns of a panel, or of the sheet, in a row of their own."""
        size, height = self.paper.table, self.paper.row
        with page.mark_row(self._element, len(self.layout.widths)):
            place, width = (sides[0] + PAD, y - height / 2 - 0.36 * size), sides[1] - sides[0] - 2 * PAD
            page.fitted_text(place, text, size=size, style=Style.BOLD, width=width)
        return y - height

    def _draw_note(self, page: Page, left: float, y: float, lines: list[str]) -> float:
        with page.mark_row(self._element, len(self.layout.widths)):
            draw_lines(page, (left + PAD + self._edges[1], y), lines, self.paper.table, leading=NOTE_LEADING)
        return y - note_height(len(lines), self.paper)

    def _draw_total(self, page: Page, y: float, label: str, rows: tuple[int, int]) -> float:
        """A line of sums over all panels: each sum in its column of the last panel, the label before them."""
        words, sums = (
            (self.table.count(label, rows[1] - rows[0]), label),
            self._sums.get(rows) or self.table.sums(*rows),
        )
        paper, bottom = self.paper, y - self.paper.row
        base = y - paper.row / 2 - 0.36 * paper.table
        left = paper.left + self._width() - self._edges[-1]
        self._draw_sums(page, (left, base), words, sums)
        if y not in self._boxes:  # the same on many pages
            uprights = [paper.left, *(left + x for x in self._edges[self._summed :])]
            lines = [(x, y, x, bottom) for x in uprights]
            lines += [(paper.left, height, uprights[-1], height) for height in (y, bottom)]
            self._boxes[y] = trace_lines(lines)
        with page.mark(None):
            page.stroke(self._boxes[y], paper.thin)
        return bottom

    def _draw_sums(self, page: Page, place: tuple[float, float], labels: tuple[str, str], sums: list[str]) -> None:
        """A label and the sums, these all in one size; the longer label only where it can be read."""
        (left, base), start, size = place, self.paper.left, self.paper.table
        widths, wide = self.layout.widths, measure_all(sums, Style.BOLD)
        for i in self._added:
            if wide[i] * size > 1000 * (widths[i] - 2 * _TIGHT):
                size = 1000 * (widths[i] - 2 * _TIGHT) / wide[i]
        room = left - start + self._edges[self._summed] - 2 * PAD
        words = labels[0] if measure(labels[0], Style.BOLD) * self.paper.least <= room * 1000 else labels[1]
        cells = [(start + PAD - left, self._draw_label(words, room, size))]
        drawn = draw_cells(sums, "right", Style.BOLD, size)
        for i in range(self._summed, len(sums)):
            slack = max(_TIGHT, (widths[i] - wide[i] * size / 1000) / 2)
            cells.append((self._edges[i + 1] - min(PAD, slack), drawn[i] if sums[i] else b""))
        page.used[Style.BOLD].update(words, *[sums[i] for i in self._added])
        page.single_row((left, base), cells, self._element, (Style.BOLD, size), max(1, self._summed))

    def _draw_label(self, words: str, room: float, size: float) -> bytes:
        """The label of a line of sums, drawn within the size of the sums."""
        own = max(_TINIEST, min(self.paper.table, room * 1000 / max(1, measure(words, Style.BOLD))))
        return draw_cell(words, "left", Style.BOLD, own, size if own != size else 0.0)


def list_chars(columns: Iterable[Column]) -> set[str]:
    """The characters of the cells of some columns."""
    chars = set[str]()
    for column in columns:
        joined = "".join(column.cells)
        if joined.isascii():  # figures, as most are: what is left of the alphabet without them is not there
            absent = _ASCII.translate(None, joined.encode())
            chars.update(_ASCII.translate(None, absent).decode())
        else:
            chars.update("".join(set(column.cells)))
    return chars


class _Lines(NamedTuple):
    """The lines of a panel as PDF, with a gap for each height.

    Attributes:
        flat: From the left to the right edge; both ends.
        uprights: All of them; top and bottom of each.
        box: The outer ones and the bottom between them.
    """

    flat: bytes
    uprights: bytes
    box: bytes


def _frame(top: float, bottom: float) -> tuple[bytes, ...]:
    """The heights of a box, as `_Lines` wants them."""
    above, below = show_length(top), show_length(bottom)
    return above, below, above, below, below, below


def _trace_panel(edges: list[float]) -> _Lines:
    shown = [show_length(x) for x in edges]
    uprights = [b"%b %%b m %b %%b l\n" % (x, x) for x in shown]
    flat = b"%b %%b m %b %%b l\n" % (shown[0], shown[-1])
    return _Lines(flat, b"".join(uprights), uprights[0] + uprights[-1] + flat)


def build_cells(column: Column, width: float, paper: Paper) -> list[bytes]:
    """The drawn cells of a column; a text that is too wide shrinks, a long name goes into two lines."""
    size, limit = paper.table, round(width, 2) * 1000 / paper.table
    if column.widest <= limit:
        return draw_cells(column.cells, column.align, Style.REGULAR, size)
    wide = {text for text in set(column.cells) if measure(text) > limit}
    plain = draw_cells([text for text in column.cells if text not in wide], column.align, Style.REGULAR, size)
    drawn, width = iter(plain), round(width, 2)
    return [
        fit_cell(text, column.align, width, size, paper.row) if text in wide else next(drawn) for text in column.cells
    ]


@lru_cache(maxsize=8192)
def fit_cell(text: str, align: Align, width: float, size: float, height: float) -> bytes:
    """The operators of one cell that is no wider than `width` and no higher than `height`: a long name in 2 or 3 lines."""
    if measure(text) * size <= width * 1000:
        return draw_cell(text, align, Style.REGULAR, size)
    sizes = {count: min(smallest_name(size), (height - 1.5) / (count * _LINE)) for count in (2, 3)}
    single = width * 1000 / measure(text)
    if align != "left" or single >= sizes[2]:
        return draw_cell(text, align, Style.REGULAR, max(single, _TINIEST), size)
    small, lines = max(
        (_shrink(text, width, most, count) for count, most in sizes.items()),
        key=lambda found: (found[0], -len(found[1])),
    )
    step = small * _LINE
    pieces = [draw_cell(line, align, Style.REGULAR, small, size) for line in lines]
    up = (len(lines) - 1) / 2 * step + (size - small) * 0.36
    between = b"0 %.2f Td " % -step
    return b"0 %.2f Td %s0 %.2f Td\n" % (up, between.join(pieces), (len(lines) - 1) * step - up)


def _shrink(text: str, width: float, size: float, count: int) -> tuple[float, list[str]]:
    """The size, at most the one given, at which a text has no more lines than `count`, and these lines."""
    lines = wrap_name(text, width, size)
    while len(lines) > count and size > _TINIEST:
        size -= 0.5
        lines = wrap_name(text, width, size)
    return size, lines
