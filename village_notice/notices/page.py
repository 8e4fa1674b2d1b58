"""One page being drawn: operators of its content stream, each piece marked with its place in the structure tree."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Literal

from village_notice.notices.fonts import Run, Style, encode_all, encode_text, measure, measure_all

Align = Literal["left", "right", "center"]
_END, _EMPTY = b"EMC\n", b"<>Tj\n"
_CACHE_LIMIT = 50_000
_TINIEST = 5.0  # nothing is ever set smaller
_STROKE_PER_SIZE = 0.03  # line width that makes a stroked fallback character as heavy as the bold face
_cells: dict[tuple[Align, Style, float, float], dict[str, bytes]] = {}
_misses = [0]  # cells put into it since it was emptied
_shift = {"left": 0.0, "right": 1.0, "center": 0.5}


class Element:
    """A node of the structure tree: P, H1, Table, TR, TH, TD and so on.

    Attributes:
        tag: Structure type.
        kids: Elements, rows of cells, or (page index, mark) of marked content.
        extra: More entries of its dictionary, as PDF.
    """

    __slots__ = ("extra", "kids", "tag")

    def __init__(self, tag: str, parent: "Element | None" = None, extra: bytes = b"") -> None:
        self.tag = tag.encode("ascii")
        self.extra = extra
        self.kids: list[Element | Rows | tuple[int, int]] = []
        if parent is not None:
            parent.kids.append(self)

    def shift(self, pages: int) -> None:
        """Moves all marked content below it by a number of pages."""
        for place, kid in enumerate(self.kids):
            if isinstance(kid, tuple):
                self.kids[place] = (kid[0] + pages, kid[1])
            else:
                kid.shift(pages)


class Rows:
    """Rows of cells drawn at once: a TR a row, a TD a cell, marked in reading order.

    Nine of ten elements are such cells, so they are never made one by one.

    Attributes:
        page: Index of the page they stand on.
        first: Mark of the first cell.
        count: Number of rows.
        columns: Cells of a row.
        span: Columns of the table that the first cell of each row goes over.
    """

    __slots__ = ("columns", "count", "first", "page", "span")

    def __init__(self, page: int, first: int, count: int, columns: int, span: int = 1) -> None:
        self.page, self.first, self.count, self.columns, self.span = page, first, count, columns, span

    def shift(self, pages: int) -> None:
        """Moves them by a number of pages."""
        self.page += pages


class _Piece:
    """A marked piece of a page: what is drawn between entering and leaving belongs together."""

    __slots__ = ("_operators",)

    def __init__(self, operators: list[bytes]) -> None:
        self._operators = operators

    def __enter__(self) -> None:
        """It was opened when it was made."""

    def __exit__(self, *_: object) -> None:
        self._operators.append(_END)


class Page:
    """A page; lengths in points, origin at the lower left.

    Attributes:
        index: From 0.
        width: Of the page.
        height: Of the page.
        operators: Pieces of the content stream.
        marked: The element of each marked piece, in order of the marks; rows stand for all their cells.
        marks: Number of marks.
        used: Style → characters drawn in the document so far.
    """

    def __init__(self, index: int, width: float, height: float, used: dict[Style, set[str]]) -> None:
        self.index, self.width, self.height, self.used = index, width, height, used
        self.operators: list[bytes] = []
        self.marked: list[Element | Rows] = []
        self.marks = 0
        self._piece = _Piece(self.operators)

    def mark(self, element: Element | None) -> _Piece:
        """Everything drawn inside belongs to the element; None means it is decoration, not content."""
        self.operators.append(self._open(element))
        return self._piece

    def text(
        self, x: float, y: float, text: str, *, size: float, style: Style = Style.REGULAR, align: Align = "left"
    ) -> None:
        """A line of text; `x` is its left end, right end or middle. Call inside `mark`."""
        self.used[style].update(text)
        place = (_begin_text(style, size), show_length(x), b" ", show_length(y), b" Td ")
        self.operators += (*place, draw_cell(text, align, style, size), b"ET\n")

    def spaced_text(self, x: float, y: float, text: str, *, size: float, width: float) -> None:
        """A line of text stretched to `width` by the space between characters."""
        self.used[Style.REGULAR].update(text)
        gap = (width - measure(text) * size / 1000) / max(1, len(text) - 1)
        self.operators.append(b"BT/F%d %g Tf %.3f Tc %.2f %.2f Td " % (Style.REGULAR.value[0], size, gap, x, y))
        self.operators += [draw_cell(text, "left", Style.REGULAR, size), b"0 Tc ET\n"]

    def fitted_text(
        self, place: tuple[float, float], text: str, *, size: float, width: float, style: Style, align: Align = "left"
    ) -> None:
        """A line of text as `text` draws it, set smaller where it would be wider than `width`. Call inside `mark`."""
        wide = measure(text, style)
        if wide * size > width * 1000:
            size = max(_TINIEST, width * 1000 / wide)
        self.text(*place, text, size=size, style=style, align=align)

    def rows(
        self,
        start: tuple[float, float],
        height: float,
        cells: Sequence[bytes],
        moves: tuple[bytes, ...],
        table: Element,
        size: float,
    ) -> None:
        """Rows of ready-made cells, from the top down, all of one height.

        Args:
            start: Base line of the first row, at the left edge of the table.
            height: From base line to base line.
            cells: Cells from `draw_cell`, row after row.
            moves: How far each column's anchor is from the one before, as PDF; from `column_moves`.
            table: The element the rows belong to.
            size: Type size the cells were drawn for.

        The characters of the cells must have been put into `used` by the caller.
        """
        count, columns = len(cells), len(moves) - 1
        made = self._add_rows(table, count // columns, columns)
        first, behind = _row_pieces(moves, height)
        pieces = [b""] * (3 * count)  # join takes each as it is: quicker than a pattern that is filled in
        pieces[0::3] = _list_marks(made.first + count)[made.first : made.first + count]
        pieces[1::3] = cells
        pieces[2::3] = behind * made.count
        pieces[-1] = pieces[-1][: -len(first)]
        self.operators += [b"BT/F0 %g Tf %.2f %.2f Td\n%s" % (size, *start, first), *pieces, b"ET\n"]

    def single_row(
        self, start: tuple[float, float], cells: Sequence[tuple[float, bytes]], table: Element, font: tuple[Style, float],
        span: int,
    ) -> None:  # fmt: skip
        """A row of ready-made cells of which the first goes over several columns.

        Args:
            start: Where the anchors are measured from, on the base line.
            cells: Anchor and cell from `draw_cell`; no bytes for an empty one.
            table: The element the row belongs to.
            font: Style and size the cells were drawn for.
            span: Columns the first cell goes over.

        The characters of the cells must have been put into `used` by the caller.
        """
        made, at = self._add_rows(table, 1, len(cells), span), 0.0
        self.operators.append(b"BT/F%d %g Tf %.2f %.2f Td\n" % (font[0].value[0], font[1], *start))
        for mark, (x, cell) in zip(_list_marks(self.marks)[made.first : self.marks], cells, strict=True):
            self.operators += (show_length(x - at), b" 0 Td", mark, cell or _EMPTY, _END)
            at = x
        self.operators.append(b"ET\n")

    def mark_row(self, table: Element, span: int) -> _Piece:
        """Everything drawn inside is a row of one cell that goes over several columns."""
        made = self._add_rows(table, 1, 1, span)
        self.operators.append(b"/TD<</MCID %d>>BDC\n" % made.first)
        return self._piece

    def _add_rows(self, table: Element, count: int, columns: int, span: int = 1) -> Rows:
        made = Rows(self.index, self.marks, count, columns, span)
        table.kids.append(made)
        self.marked.append(made)
        self.marks += count * columns
        return made

    def lines(self, segments: Iterable[tuple[float, float, float, float]], width: float) -> None:
        """Straight lines (x1, y1, x2, y2) of one width. Call inside `mark`."""
        self.stroke(trace_lines(segments), width)

    def stroke(self, path: bytes, width: float) -> None:
        """A path from `trace_lines` in lines of one width. Call inside `mark`."""
        self.operators.append(b"%g w\n%sS\n" % (width, path))

    def rectangles(self, boxes: Iterable[tuple[float, float, float, float]], gray: float = 0.0) -> None:
        """Filled rectangles (x, y, width, height); gray 0 is black. Call inside `mark`."""
        path = b"".join(b"%.2f %.2f %.2f %.2f re\n" % box for box in boxes)
        self.operators.append(b"%g g\n%sf\n0 g\n" % (gray, path))

    def bricks(self, rows: Sequence[Sequence[tuple[int, int]]], unit: float, corner: tuple[float, float]) -> None:
        """Rows of black rectangles, one unit high, from the lower left corner up. Call inside `mark`.

        Args:
            rows: Start and width of each rectangle, in units.
            unit: In points.
            corner: Lower left corner.
        """
        layers = [b"".join([b"%d 0 %d 1 re\n" % brick for brick in row]) + (b"f\n" if row else b"") for row in rows]
        scale = b"q %.5f 0 0 %.5f %.2f %.2f cm\n" % (unit, unit, *corner)
        self.operators.append(scale + b"1 0 0 1 0 1 cm\n".join(layers) + b"Q\n")

    def draw_watermark(self, text: str, size: float, gray: float) -> None:
        """Large pale words across the page, behind what is drawn later."""
        self.used[Style.BOLD].update(text)
        x, y = self.width / 2, self.height / 2
        with self.mark(None):
            self.operators.append(
                b"BT %g g/F%d %g Tf 0.819 0.574 -0.574 0.819 %.2f %.2f Tm " % (gray, Style.BOLD.value[0], size, x, y)
            )
            self.operators += [draw_cell(text, "center", Style.BOLD, size), b"0 g ET\n"]

    def _open(self, element: Element | None) -> bytes:
        if element is None:
            return b"/Artifact BMC\n"
        mark, self.marks = self.marks, self.marks + 1
        self.marked.append(element)
        element.kids.append((self.index, mark))
        return b"/%s<</MCID %d>>BDC\n" % (element.tag, mark)


@lru_cache(maxsize=256)
def _begin_text(style: Style, size: float) -> bytes:
    return b"BT/F%d %g Tf " % (style.value[0], size)


@lru_cache(maxsize=8192)
def show_length(points: float) -> bytes:
    """A length or a place as PDF; the rows of all pages stand at a few hundred heights."""
    return b"%.2f" % points


def trace_lines(segments: Iterable[tuple[float, float, float, float]]) -> bytes:
    """Straight lines (x1, y1, x2, y2) as a path."""
    return b"".join([b"%.2f %.2f m %.2f %.2f l\n" % segment for segment in segments])


def column_moves(anchors: Sequence[float]) -> tuple[bytes, ...]:
    """The steps from column to column, and the one back to the left edge (without its height)."""
    steps = [b"%.2f 0 Td" % (b - a) for a, b in zip([0.0, *anchors[:-1]], anchors, strict=True)]
    return (*steps, b"%.2f " % -anchors[-1])


@lru_cache(maxsize=256)
def _row_pieces(moves: tuple[bytes, ...], height: float) -> tuple[bytes, list[bytes]]:
    """What stands before the first cell of a row, and behind each: the way on to the next cell; not to be changed."""
    back = b"%s%.2f Td\n" % (moves[-1], -height)
    return moves[0], [*(_END + move for move in moves[1:-1]), _END + back + moves[0]]


_marks: list[bytes] = []


def _list_marks(count: int) -> list[bytes]:
    """The openings of the marked cells 0 … count-1 at least; shared, not to be changed."""
    if len(_marks) < count:
        _marks.extend([b"/TD<</MCID %d>>BDC " % n for n in range(len(_marks), max(count, 2 * len(_marks)))])
    return _marks


def draw_cell(text: str, align: Align, style: Style, size: float, around: float = 0.0) -> bytes:
    """The operators that show a text at the current point and leave font and line start as they were; cached.

    Args:
        text: One line.
        align: The current point is its left end, right end or middle.
        style: Weight; its first face must be the current font.
        size: In points.
        around: Size of the current font, 0 where it is `size`.
    """
    known = _cells.get((align, style, size, around))
    if known is None:
        known = _cells[align, style, size, around] = {}
    cell = known.get(text)
    if cell is None:
        _count_misses(1)
        cell = known[text] = _draw_cell(encode_text(text, style), align, style.value[0], size, around)
    return cell


def draw_cells(texts: Sequence[str], align: Align, style: Style, size: float) -> list[bytes]:
    """The operators of each text as from `draw_cell`: a column at once."""
    try:
        return list(map(_cells[align, style, size, 0.0].__getitem__, texts))
    except KeyError:  # a text drawn for the first time
        pass
    missing = set(texts).difference(_cells.get((align, style, size, 0.0), ()))
    if _count_misses(len(missing)):
        missing = set(texts)
    known = _cells.setdefault((align, style, size, 0.0), {})
    known |= _draw_all(list(missing), align, style, size)
    return list(map(known.__getitem__, texts))


def _draw_all(texts: list[str], align: Align, style: Style, size: float) -> dict[str, bytes]:
    hexes = encode_all(texts, style)
    if hexes is None:
        return {text: _draw_cell(encode_text(text, style), align, style.value[0], size, 0.0) for text in texts}
    if align == "left":
        made = [b"<%s>Tj\n" % codes for codes in hexes]
    else:
        shifts = measure_all(texts, style)
        if align == "center":
            shifts = [round(width * _shift[align]) for width in shifts]
        made = [b"[%d<%s>]TJ\n" % pair if pair[0] else b"<>Tj\n" for pair in zip(shifts, hexes, strict=True)]
    return dict(zip(texts, made, strict=True))


def _count_misses(count: int) -> bool:
    """Empties the cells drawn so far where there are too many; whether it did."""
    _misses[0] += count
    if _misses[0] <= _CACHE_LIMIT:
        return False
    _misses[0] = 0
    _cells.clear()
    return True


def _draw_cell(runs: tuple[Run, ...], align: Align, main: int, size: float, around: float) -> bytes:
    shift = round(sum(run.width for run in runs) * _shift[align])
    if len(runs) == 1 and runs[0].face == main and not around:
        return b"[%d<%s>]TJ\n" % (shift, runs[0].hex) if shift else b"<%s>Tj\n" % runs[0].hex
    pieces = [b"/F%d %g Tf[%d]TJ" % (main, size, shift)] if shift else []
    for run in runs:
        pieces.append(b"/F%d %g Tf" % (run.face, size))
        bold = b" 2 Tr %.2f w" % (size * _STROKE_PER_SIZE) if run.is_stroked else b""
        pieces.append(b"%s<%s>Tj%s" % (bold, run.hex, b" 0 Tr" if bold else b""))
    return b"".join([*pieces, b"/F%d %g Tf\n" % (main, around or size)])
