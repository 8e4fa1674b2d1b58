"""One card a person: labels with their values right of them, turned into rows that the table reader understands.

The money keeps its own place on the sheet; the other values of a card are set beside it, on columns past the sheet's
last one, so that the same code reads them.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from village_notice.sources.grid import Cell, Grid
from village_notice.sources.heading_index import HeadingIndex
from village_notice.sources.tables import Table, cell_text

_SURE = 0.9
_FIELDS = frozenset((
    "name", "household_head", "payee", "id", "account", "village", "township", "group", "address", "area_paid",
    "quantity", "rate", "pay_date", "period", "programme", "status", "amount_paid", "household_id", "remark",
))  # fmt: skip


class _Value(NamedTuple):
    field: str
    label: str
    row: int
    column: int
    value: Cell


def find_cards(grid: Grid, index: HeadingIndex) -> tuple[Grid, list[Table]] | None:
    """The cards of a sheet as a sheet of one-row tables, or None where it has no cards with a name and money."""
    cards = _collect(list(_find_values(grid, index)))
    cards = [c for c in cards if {"name", "amount_paid"} <= {v.field for v in c}]
    if not cards:
        return None
    width = max(map(len, grid.rows))
    rows: list[list[Cell]] = [[] for _ in grid.rows]
    tables = []
    for card in cards:
        money = next(v for v in card if v.field == "amount_paid")
        others = [v for v in card if v is not money]
        first = max(width, len(rows[money.row - 1]))
        cells = rows[money.row - 1]
        cells += [None] * (first - len(cells))
        cells[money.column - 1] = money.value
        cells += [v.value for v in others]
        texts = [""] * len(cells)
        texts[money.column - 1] = money.label
        columns = [money.column]
        for place, other in enumerate(others):
            texts[first + place] = other.label
            columns.append(first + place + 1)
        above = _find_titles(grid, money.row)
        tables.append(Table(money.row - 1, money.row - 1, money.row, tuple(texts), above, tuple(columns)))
    return replace(grid, rows=rows, merges=[]), tables


def _find_values(grid: Grid, index: HeadingIndex) -> Iterator[_Value]:
    """Every label with the value right of it (a merge of the label is stepped over)."""
    ends = {(m.first_row, m.first_column): m.last_column for m in grid.merges}
    for number, row in enumerate(grid.rows, 1):
        for column, value in enumerate(row, 1):
            field = _find_field(value, index)
            last = ends.get((number, column), column)
            right = row[last] if last < len(row) else None
            if field and right not in (None, "") and not _find_field(right, index):
                yield _Value(field, cell_text(value), number, last + 1, right)


def _find_field(value: Cell, index: HeadingIndex) -> str:
    found = index.find(value.strip()) if isinstance(value, str) and value.strip() else ()
    return next((f for f, sure in found if sure >= _SURE and f in _FIELDS), "")


def _collect(values: list[_Value]) -> list[list[_Value]]:
    """Values by card: a name begins one; further values go to the nearest open card left of or above them."""
    cards: list[list[_Value]] = []
    for value in values:
        if value.field == "name":
            cards.append([value])
            continue
        near = [c for c in cards if value.field not in {v.field for v in c} and c[0].column <= value.column]
        if near:
            max(near, key=lambda c: (c[0].row, c[0].column)).append(value)
    return cards


def _find_titles(grid: Grid, row: int) -> tuple[str, ...]:
    """Rows of a single text above a card's money, the nearest last."""
    rows = [[t for v in cells if (t := cell_text(v))] for cells in grid.rows[: row - 1]]
    return tuple(dict.fromkeys(texts[0] for texts in rows if len(texts) == 1))[-3:][::-1]
