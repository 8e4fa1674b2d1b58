"""A sheet as typed cells: what every reader gives and every later step works on."""

from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import NamedTuple

Cell = None | str | int | float | bool | date | datetime | time
"""A cell value with its type kept: a number in an ID column must stay a number to be seen as damaged."""


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
