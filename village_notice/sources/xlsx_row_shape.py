"""Rows that look like an earlier row but for their values: the reason .xlsx sheets are read at the speed of a parser in C.

A row's XML is cut at its values (`v>`). What is left, with the row's own number marked, is its shape. The next row has
the same shape exactly when putting its number into the marked shape gives what is left of it, letter by letter; then
every value's column, type and style are known, and only the values have to be looked at. Nothing is ever assumed.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from village_notice.sources.grid import Cell

CUT = "v>"
_ROW_MARK, _CUT_MARK = "\x01", "\x00"
_MOST_SHAPES = 400
_ONE_MARK = 2
MOST_VALUES = 200_000


class OutOfOrdinaryError(Exception):
    """A value that is not written as its shape says; the row is read with care instead."""


class ValueTable(dict[str, Cell]):
    """Values by their piece of XML (`125</`), each read once."""

    def __init__(self, read: Callable[[str], Cell]) -> None:
        super().__init__()
        self._read = read

    def read_all(self, pieces: Sequence[str]) -> list[Cell]:
        """The values of many pieces."""
        return list(map(self.__getitem__, pieces))

    def __missing__(self, piece: str) -> Cell:
        if piece[-2:] != "</" or "<" in piece[:-2]:
            raise OutOfOrdinaryError
        value = self._read(piece[:-2])
        if len(self) < MOST_VALUES:
            self[piece] = value
        return value


class TextTable(ValueTable):
    """Values that are text; most stand once in a file, so that many are taken at once and not kept."""

    longest = 200_000
    """Characters of all pieces together, so that none of them is longer than a cell may be."""

    def read_all(self, pieces: Sequence[str]) -> list[Cell]:
        """The values of many pieces."""
        whole = _ROW_MARK.join(pieces)
        values: list[Cell] = whole.split("</" + _ROW_MARK)  # type: ignore[assignment]  # texts are cells
        is_plain = (
            len(values) == len(pieces) == whole.count("<")
            and whole.endswith("</")
            and whole.count(_ROW_MARK) + 1 == len(pieces)
            and len(whole) <= self.longest
            and not any(mark in whole for mark in ("&", "_x", "\r"))
        )
        if not is_plain:
            return super().read_all(pieces)
        values[-1] = pieces[-1][:-2]
        return [v or None for v in values] if "" in values else values


@dataclass(slots=True)
class RowShape:
    """What is known of every row of one shape.

    Attributes:
        template: The row without values, its number marked.
        tables: One table a value, in order.
        columns: Column of each value, from 0.
        width: Columns up to the last value.
        odd: (index of the value, style, type, formula) of those to be read one by one.
        is_hidden: The row is hidden.
    """

    template: str
    tables: list[ValueTable] = field(default_factory=list)
    columns: list[int] = field(default_factory=list)
    width: int = 0
    odd: list[tuple[int, str, str, str]] = field(default_factory=list)
    is_hidden: bool = False

    def fits(self, pieces: list[str], row: int) -> bool:
        """Whether a row cut into pieces has this shape and a number."""
        return self.template.replace(_ROW_MARK, str(row)) == _CUT_MARK.join(pieces[::2])

    def cut_rows(self, texts: Sequence[str], first: int) -> list[list[str]] | None:
        """The pieces with the values of rows on end, column by column, or None where any of them has another shape.

        Args:
            texts: The rows' XML.
            first: The number of the first of them.
        """
        frames = self.template.split(_CUT_MARK)
        step = 2 * len(frames) - 1
        pieces = CUT.join(texts).split(CUT)
        if len(pieces) != step * len(texts):
            return None
        numbers = list(map(str, range(first, first + len(texts))))
        for place, frame in enumerate(frames):
            if _CUT_MARK.join(pieces[2 * place :: step]) != _repeat(frame, numbers):
                return None
        return [pieces[place::step] for place in range(1, step, 2)]

    def fill(self, pieces: list[str]) -> list[Cell]:
        """The row's cells from the pieces between the cuts."""
        values = [table[piece] for table, piece in zip(self.tables, pieces[1::2], strict=True)]
        if self.width == len(values):
            return values
        cells: list[Cell] = [None] * self.width
        for column, value in zip(self.columns, values, strict=True):
            cells[column] = value
        return cells


def _repeat(frame: str, numbers: Sequence[str]) -> str:
    """A part of a shape once for each row, with the row's number put in, joined as the pieces are."""
    parts = frame.split(_ROW_MARK)
    if len(parts) == _ONE_MARK:
        before, behind = parts
        return before + (behind + _CUT_MARK + before).join(numbers) + behind
    return _CUT_MARK.join(n.join(parts) for n in numbers)


class ShapeBook:
    """The shapes seen on one sheet, found again by their lengths."""

    def __init__(self) -> None:
        self._shapes: dict[tuple[int, int, int], list[RowShape]] = {}
        self._number = 0
        self.last: RowShape | None = None

    def find(self, pieces: list[str], digits: str) -> RowShape | None:
        """The shape of a row cut into pieces, or None."""
        skeleton = _CUT_MARK.join(pieces[::2])
        for shape in self._shapes.get((len(pieces), len(digits), len(skeleton)), ()):
            if shape.template.replace(_ROW_MARK, digits) == skeleton:
                self.last = shape
                return shape
        self.last = None
        return None

    def make(
        self, text: str, digits: str, cells: Iterator[re.Match[str]]
    ) -> tuple[RowShape, list[re.Match[str]]] | None:
        """A new, still empty shape for a row and the cells with values, or None where there is no use in one."""
        if self._number >= _MOST_SHAPES or _ROW_MARK in text or _CUT_MARK in text:
            return None
        found = list(cells)
        if any(m[4] and m[5] is None for m in found):
            return None  # a formula without a result has no value to be cut out, and must be told in every row
        pieces = text.split(CUT)
        with_value = [m for m in found if m[5] is not None]
        if len(pieces) != 2 * len(with_value) + 1:
            return None
        template = _CUT_MARK.join(_mark_row(text, digits, found).split(CUT)[::2])
        shape = RowShape(template)
        length = len(template) + (len(digits) - 1) * template.count(_ROW_MARK)
        self._shapes.setdefault((len(pieces), len(digits), length), []).insert(0, shape)
        self._number += 1
        return shape, with_value


def _mark_row(text: str, digits: str, cells: list[re.Match[str]]) -> str:
    """The row with its number marked in its own place, in cell references, and in formulas (E4*F4)."""
    marked = [text[:3], _ROW_MARK]
    at = 3 + len(digits)
    for match in cells:
        marked += [text[at : match.end(1) - len(digits)], _ROW_MARK]
        at = match.end(1)
        if match[4]:
            formula = re.sub(rf"(?<=[A-Z]){digits}(?!\d)", _ROW_MARK, match[4])
            marked += [text[at : match.start(4)], formula]
            at = match.end(4)
    return "".join([*marked, text[at:]])
