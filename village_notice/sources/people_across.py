"""A table on its side: one column a person, one row a field. It is turned, read like any other, and its places turned back."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import zip_longest

from village_notice.domain.finding import Finding, Place
from village_notice.domain.text import column_letters
from village_notice.sources.grid import Cell, Grid, Span
from village_notice.sources.grid_maker import column_number
from village_notice.sources.heading_index import HeadingIndex
from village_notice.sources.heading_words import guess_field
from village_notice.sources.tables import Table, cell_text

_MOST_CELLS = 1_000_000
"""Cells of a sheet that is turned, gaps counted."""
_PEOPLE = frozenset(("name", "household_head", "payee"))
_TOTAL = re.compile(r"[合总共小]\s*计")
_FEWEST_PEOPLE = 2
_FEWEST_FIELDS = 2


def turn_people_across(
    grid: Grid, index: HeadingIndex, rows: Sequence[int] | None = None
) -> tuple[Grid, list[Table]] | None:
    """The sheet turned, with its tables, or None where no people stand beside each other under labels at the left.

    A row of labels and values is one only where at least two people stand right of the label, and money below or above.

    Args:
        grid: The sheet.
        index: Wordings of headings.
        rows: Rows one of which must hold the people; None for any.
    """
    everywhere = range(1, len(grid.rows) + 1)
    if rows is not None and not any(_find_blocks(grid, index, rows)):
        return None
    blocks = list(_find_blocks(grid, index, everywhere))
    if not blocks or grid.lookup.width * len(grid.rows) > _MOST_CELLS:
        return None
    turned = _turn(grid)
    tables = [_make_table(grid, label, rows) for label, rows in blocks]
    return turned, tables


def turn_back(place: Place) -> Place:
    """The place on the sheet as it is of a place on the turned one."""
    if not place.row:
        return place
    row = column_number(place.column) if place.column else 0
    return place._replace(row=row, column=column_letters(place.row))


def turn_findings(
    findings: Iterable[Finding], payments: Sequence[tuple[int, str]], tables: Sequence[Table]
) -> Iterator[Finding]:
    """Findings with their places turned back; what concerns a person stands at each of his payments, which it may hold.

    `payments` are (row, column) on the turned sheet, `tables` its tables.
    """
    own: dict[int, list[str]] = {}
    for row, column in payments:
        own.setdefault(row, []).append(column)
    for finding in findings:
        place = finding.place
        number = column_number(place.column) if place.column else 0
        block = next((t.columns for t in tables if number in t.columns), None)
        columns = [c for c in own.get(place.row, []) if block is None or column_number(c) in block]
        if place.column in columns or not columns:
            columns = [place.column]
        for column in columns:
            yield replace(finding, place=turn_back(place._replace(column=column)))


def _find_blocks(grid: Grid, index: HeadingIndex, numbers: Iterable[int]) -> Iterator[tuple[int, list[int]]]:
    """(column of the labels, rows of the block) of each block, top to bottom."""
    done = 0
    for number in numbers:
        label = _find_label(grid.rows[number - 1])
        if number <= done or not label or _find_field(grid, number, label, index) not in _PEOPLE:
            continue
        people = grid.rows[number - 1][label:]
        names = [v for v in people if isinstance(v, str) and v.strip() and not _TOTAL.fullmatch(v.strip())]
        if len(names) < _FEWEST_PEOPLE or any(index.find(v) or v.strip().endswith((":", "：")) for v in names):
            continue
        rows = _take_rows(grid, number, done + 1, label, index)
        fields = [_find_field(grid, n, label, index) for n in rows]
        money = [n for n, f in zip(rows, fields, strict=True) if f.startswith("amount")]
        if len(rows) >= _FEWEST_FIELDS and any(_has_values(grid.rows[n - 1][label:]) for n in money):
            done = rows[-1]
            yield label, rows


def _take_rows(grid: Grid, name: int, lowest: int, label: int, index: HeadingIndex) -> list[int]:
    """The rows of the block around the row of names: every row with a label at the same column, up to a label again."""
    first = last = name
    while first > lowest and _is_labelled(grid, first - 1, label) and _find_field(grid, first - 1, label, index):
        first -= 1
    labels = {cell_text(grid.rows[n - 1][label - 1]) for n in range(first, name + 1)}
    while last < len(grid.rows) and _is_labelled(grid, last + 1, label):
        text = cell_text(grid.rows[last][label - 1])
        if text in labels:
            break
        labels.add(text)
        last += 1
    return list(range(first, last + 1))


def _is_labelled(grid: Grid, number: int, label: int) -> bool:
    row = grid.rows[number - 1]
    values = [v for v in row[label:] if v not in (None, "")]
    return _find_label(row) == label and bool(values)


def _find_label(row: Sequence[Cell]) -> int:
    """The column of a row's first cell where that is a text, 0 where it is none."""
    first = next(((c, v) for c, v in enumerate(row, 1) if v not in (None, "")), (0, None))
    return first[0] if isinstance(first[1], str) else 0


def _find_field(grid: Grid, number: int, label: int, index: HeadingIndex) -> str:
    text = cell_text(grid.rows[number - 1][label - 1])
    return next((f for f, _ in index.find(text)), "") or guess_field(text)


def _has_values(cells: Sequence[Cell]) -> bool:
    return any(v not in (None, "") for v in cells)


def _make_table(grid: Grid, label: int, rows: Sequence[int]) -> Table:
    """The block as a table of the turned sheet: its labels are the headings, the titles above it stay above."""
    texts = [""] * len(grid.rows)
    for number in rows:
        texts[number - 1] = cell_text(grid.rows[number - 1][label - 1])
    above = [
        t
        for row in grid.rows[: rows[0] - 1]
        if sum(v not in (None, "") for v in row) <= 2
        for v in row
        if (t := cell_text(v))
    ]
    width = max(len(grid.rows[n - 1]) for n in rows)
    return Table(label, label, width, tuple(texts), tuple(dict.fromkeys(above)), tuple(rows))


def _turn(grid: Grid) -> Grid:
    """The sheet with rows and columns exchanged."""
    rows = [list(row) for row in zip_longest(*grid.rows)]
    return replace(
        grid,
        rows=rows,
        merges=[Span(m.first_column, m.first_row, m.last_column, m.last_row) for m in grid.merges],
        hidden_rows=grid.hidden_columns,
        hidden_columns=grid.hidden_rows,
        struck=frozenset((c, r) for r, c in grid.struck),
        errors={(c, r): text for (r, c), text in grid.errors.items()},
        uncalculated=frozenset((c, r) for r, c in grid.uncalculated),
        formats={(c, r): text for (r, c), text in grid.formats.items()},
    )
