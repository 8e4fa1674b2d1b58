"""Cells put one by one into a Grid, in any order, inside the limits. Used by every reader."""

import math
import re
from collections.abc import Iterator
from datetime import date, datetime, time
from functools import lru_cache

from village_notice.sources.grid import Cell, Grid, Span
from village_notice.sources.limits import ReadLimits, Unreadable

_REFERENCE = re.compile(r"\$?([A-Za-z]{1,3})\$?([0-9]{1,7})")
_PLAIN_NUMBER = re.compile(r"\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\s*", re.ASCII)


class CellBudget:
    """Cells a workbook may still use, shared by its sheets."""

    def __init__(self, limits: ReadLimits) -> None:
        self.limits, self.left = limits, limits.cells

    def take(self, cells: int) -> None:
        """Counts cells; F10 when there are too many."""
        self.left -= cells
        if self.left < 0:
            raise Unreadable("F10", f"单元格多于 {self.limits.cells} 个")

    def check_ahead(self, cells: int) -> None:
        """F10 where there will be too many cells, before hours are spent on them."""
        if cells > self.left:
            self.take(cells)

    def check_place(self, row: int, column: int) -> None:
        """F10 for a cell outside of any sheet Excel could show."""
        if row > self.limits.rows:
            raise Unreadable("F10", f"第 {row} 行超出 {self.limits.rows} 行")
        if column > self.limits.columns:
            raise Unreadable("F10", f"第 {column} 列超出 {self.limits.columns} 列")
        if row < 1 or column < 1:
            raise Unreadable("F01", "单元格位置不对")


class GridMaker:
    """One sheet being read."""

    def __init__(self, name: str, budget: CellBudget) -> None:
        self.grid, self.budget = Grid(name, []), budget
        self.struck: set[tuple[int, int]] = set()
        self.uncalculated: set[tuple[int, int]] = set()
        self.zero_formulas: set[tuple[int, int]] = set()
        self.formulas = 0
        self.hidden_rows: set[int] = set()
        self._hidden_spans: list[tuple[int, int]] = []
        self.hidden_columns: list[tuple[int, int]] = []

    def put(self, row: int, column: int, value: Cell) -> None:
        """Puts a value at a place, both from 1. Two different values for one place are damage, never a choice."""
        self.budget.check_place(row, column)
        if value is None or value == "":
            return
        if isinstance(value, str):
            check_text(value, self.budget.limits)
        rows = self.grid.rows
        if row > len(rows):
            self.budget.take((row - len(rows)) // 8)
            rows.extend([] for _ in range(row - len(rows)))
        cells = rows[row - 1]
        if column > len(cells):
            self.budget.take(column - len(cells))
            cells.extend([None] * (column - len(cells)))
        before = cells[column - 1]
        if before is not None and before != value:
            raise Unreadable("F01", f"工作表“{self.grid.name}”第 {row} 行同一个单元格有两个不同的值")
        cells[column - 1] = value

    def note_formula(self, place: tuple[int, int], value: Cell, *, is_number: bool) -> None:
        """Counts a formula, and keeps its place where it has no result or only 0."""
        self.formulas += 1
        if is_number and value is None and place not in self.grid.errors:
            self.uncalculated.add(place)
        elif is_number and value == 0:
            self.zero_formulas.add(place)

    def hide_rows(self, first: int, last: int) -> None:
        """Marks rows hidden, both ends from 1."""
        self._hidden_spans.append((first, last))

    def hide_columns(self, first: int, last: int) -> None:
        """Marks columns hidden, both ends from 1."""
        self.hidden_columns.append((first, last))

    def merge(self, reference: str) -> None:
        """Adds a merged range written as A1:C3; anything else is passed over, as it holds no value."""
        first, _, last = reference.partition(":")
        start, end = find_place(first), find_place(last or first)
        if start and end and start != end:
            self.add_span(start[0], start[1], end[0], end[1])

    def add_span(self, first_row: int, first_column: int, last_row: int, last_column: int) -> None:
        """Adds a merged range by its corners, inside the sheet's limits."""
        limits = self.budget.limits
        if first_row <= min(last_row, limits.rows) and first_column <= min(last_column, limits.columns):
            self.grid.merges.append(
                Span(first_row, first_column, min(last_row, limits.rows), min(last_column, limits.columns))
            )

    def finish(self) -> Grid:
        """The sheet: trailing blank rows and cells taken off, marks outside of the used rows and columns dropped."""
        grid = self.grid
        marked = [*self.struck, *self.uncalculated, *grid.errors]
        trim_rows(grid.rows)
        height = max([len(grid.rows), *(r for r, _ in marked)])
        width = max([0, *map(len, grid.rows), *(c for _, c in marked)])
        hidden = (r for r in self.hidden_rows if r <= height)
        grid.hidden_rows = frozenset((*hidden, *_list_numbers(self._hidden_spans, height)))
        grid.hidden_columns = frozenset(_list_numbers(self.hidden_columns, width))
        grid.struck, grid.uncalculated = frozenset(self.struck), frozenset(self.uncalculated)
        grid.merges = [s for s in grid.merges if s.first_row <= height and s.first_column <= width]
        return grid


def _list_numbers(spans: list[tuple[int, int]], most: int) -> Iterator[int]:
    """The numbers from 1 that spans cover, each once, up to the last that is used."""
    done = 0
    for first, last in sorted(spans):
        yield from range(max(first, done + 1), min(last, most) + 1)
        done = max(done, min(last, most))


def trim_rows(rows: list[list[Cell]]) -> None:
    """Takes trailing blank cells off every row and trailing blank rows off the sheet, in place."""
    for cells in rows:
        while cells and cells[-1] is None:
            cells.pop()
    while rows and not rows[-1]:
        rows.pop()


def check_text(text: str, limits: ReadLimits) -> None:
    """F10 for a cell text longer than any person typed."""
    if len(text) > limits.text:
        raise Unreadable("F10", f"一个单元格里有 {len(text)} 个字，超出 {limits.text} 个字")


@lru_cache(maxsize=65536)
def find_place(reference: str) -> tuple[int, int] | None:
    """(row, column) from 1 of a reference such as B12 or $B$12, or None."""
    match = _REFERENCE.fullmatch(reference)
    return (int(match[2]), column_number(match[1])) if match else None


@lru_cache(maxsize=20000)
def column_number(letters: str) -> int:
    """The number of a column, from 1: A → 1, AA → 27."""
    number = 0
    for char in letters.upper():
        number = number * 26 + ord(char) - 64
    return number


def is_number(text: str) -> bool:
    """Whether a text is written as a number, however large."""
    return bool(_PLAIN_NUMBER.fullmatch(text))


def read_number(text: str) -> int | float | None:
    """A number as a file writes it, whole ones as int, or None where it is none (also NaN and beyond 1E308)."""
    if not is_number(text):
        return None
    try:
        return int(text) if text.isdigit() and len(text) < 19 else simplify(float(text))
    except (OverflowError, ValueError):
        return None


def simplify(number: float) -> int | float | None:
    """A float as int where it is whole, None where it is no finite number."""
    if not math.isfinite(number):
        return None
    return int(number) if number.is_integer() and abs(number) < 1e18 else number


def read_iso_moment(text: str) -> date | datetime | time | str:
    """A day, moment or time written as ISO 8601; midnight is the day alone; the text itself where it is none."""
    plain = text.strip().removesuffix("Z")
    try:
        if "T" not in plain and ":" in plain:
            return time.fromisoformat(plain)
        moment = datetime.fromisoformat(plain)
    except ValueError:
        return text
    return moment if moment.time() != time() else moment.date()


def add_body(bodies: list[tuple[int, int]], first: int, last: int) -> None:
    """Notes rows that have the shape of the row above them; the first of a shape may be of headings (2023, 2024 …)."""
    if bodies and bodies[-1][1] == first - 1:
        bodies[-1] = (bodies[-1][0], last)
    elif first <= last:
        bodies.append((first, last))
