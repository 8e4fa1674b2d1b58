"""A sheet as typed cells: what every reader gives and every later step works on."""

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from itertools import zip_longest
from typing import NamedTuple

Cell = None | str | int | float | bool | date | datetime | time
"""A cell value with its type kept: a number in an ID column must stay a number to be seen as damaged."""


_MOST_GAPS, _MANY_CELLS = 8, 200_000


class Span(NamedTuple):
    """A merged range, all ends from 1 and inclusive."""

    first_row: int
    first_column: int
    last_row: int
    last_column: int


@dataclass(slots=True)
class Grid:
    """One sheet.

    Attributes:
        name: Sheet name; "" for a text file.
        rows: Cells row by row; row r of Excel is rows[r - 1], column c is its [c - 1]. Rows may differ in length.
        merges: Merged ranges; the value stands in the first cell only.
        is_hidden: The sheet is hidden or very hidden.
        hidden_rows, hidden_columns: Numbers from 1 (filtered-out rows count as hidden).
        struck: Cells (row, column) whose text is struck through.
        errors: Cells (row, column) → error text such as #REF!; the value in rows is None.
        uncalculated: Cells (row, column) with a formula and no cached value; the value in rows is None.
        is_chart: A chart sheet or anything else without cells of its own.
        formats: Number formats of cells where they matter ("万元" scaled display), (row, column) → format text.
        comments: Cells (row, column) → the words of their comments.
        margins: (文本框, 页眉 or 页脚, words) of what is printed with the sheet outside of its cells.
        bodies: (first, last) rows on end of which the reader knows that each holds several numbers: none is of headings.
    """

    name: str
    rows: list[list[Cell]]
    merges: list[Span] = field(default_factory=list)
    is_hidden: bool = False
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    struck: frozenset[tuple[int, int]] = frozenset()
    errors: dict[tuple[int, int], str] = field(default_factory=dict)
    uncalculated: frozenset[tuple[int, int]] = frozenset()
    is_chart: bool = False
    formats: dict[tuple[int, int], str] = field(default_factory=dict)
    comments: dict[tuple[int, int], str] = field(default_factory=dict)
    margins: list[tuple[str, str]] = field(default_factory=list)
    bodies: list[tuple[int, int]] = field(default_factory=list, init=False)
    _lookup: "_Lookup | None" = field(default=None, init=False, repr=False, compare=False)

    @property
    def lookup(self) -> "_Lookup":
        """What is asked of the sheet for every table in it, worked out once; the sheet must be finished."""
        if self._lookup is None:
            self._lookup = _Lookup(self)
        return self._lookup


class _Lookup:
    """A sheet's marks by their rows: a sheet may hold ten thousand tables and as many merged ranges.

    Attributes:
        width: Cells of the longest row.
        struck: Row → its first struck-through column.
        lost: Cells (row, column) whose value was lost: errors, formulas without a result.
    """

    def __init__(self, grid: Grid) -> None:
        self._rows, self._columns = grid.rows, list[tuple[Cell, ...]]()
        self._listed = (0, 0, 0)
        self.width = max(map(len, grid.rows), default=0)
        self.lost = grid.uncalculated | grid.errors.keys()
        self.struck: Mapping[int, int] = dict(sorted(grid.struck, reverse=True))
        self._formats = sorted(grid.formats.items())
        self._first: dict[int, list[Span]] = {}
        self._last: dict[int, list[Span]] = {}
        for span in grid.merges:
            self._first.setdefault(span.first_row, []).append(span)
            self._last.setdefault(span.last_row, []).append(span)

    def list_columns(self, first: int, last: int, headings: int) -> list[tuple[Cell, ...]]:
        """The columns of rows, both ends inclusive: those with a heading where few rows reach far beyond, else all."""
        if self._listed != (first, last, headings):
            rows = self._rows[first - 1 : last]
            self._columns = list_columns(rows, find_width(rows, headings))
            self._listed = (first, last, headings)
        return self._columns

    def find_merges(self, first: int, last: int) -> Iterator[Span]:
        """Merged ranges that begin in these rows, both ends inclusive, row by row."""
        rows = range(first, last + 1) if last - first < len(self._first) else sorted(self._first)
        return (span for row in rows if first <= row <= last for span in self._first.get(row, ()))

    def find_merges_to(self, row: int) -> list[Span]:
        """Merged ranges that end in a row."""
        return self._last.get(row, [])

    def find_formats(self, first: int, last: int) -> Iterator[tuple[tuple[int, int], str]]:
        """((row, column), format) of the cells in these rows, both ends inclusive, whose format matters."""
        place = bisect_left(self._formats, ((first, 0), ""))
        while place < len(self._formats) and self._formats[place][0][0] <= last:
            yield self._formats[place]
            place += 1


def find_width(rows: Sequence[Sequence[Cell]], headings: int) -> int:
    """How many columns of rows are worth a look: all, or those with a heading where few rows reach far beyond them."""
    widths = list(map(len, rows))
    widest = max(widths, default=0)
    is_sparse = widest * len(rows) > _MOST_GAPS * sum(widths) + _MANY_CELLS
    return headings if is_sparse else widest


def list_columns(rows: Sequence[Sequence[Cell]], most: int) -> list[tuple[Cell, ...]]:
    """The columns of rows, None where a row ends before; the cells past the column `most` are left out."""
    if max(map(len, rows), default=0) > most:
        rows = [row[:most] for row in rows]
    return list(zip_longest(*rows))


@dataclass(slots=True)
class WorkbookGrids:
    """One file opened: its sheets in order, and what could not be kept.

    Attributes:
        grids: The sheets.
        format: xlsx, xlsb, xls, ods, csv, html, xml2003 …, told from the content.
        notes: (rule code, sheet, found) for things seen while opening: links to other files, macros, wrong extension.
        keys_are_text: True for text files, where every cell is text and damage shows as 1.2E+17 only.
    """

    grids: list[Grid]
    format: str
    notes: list[tuple[str, str, str]] = field(default_factory=list)
    keys_are_text: bool = False
