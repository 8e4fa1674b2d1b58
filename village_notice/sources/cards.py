"""One card a person: labels with their values right of them, turned into rows that the table reader understands.

The money keeps its own place on the sheet; the other values of a card are set beside it, on columns past the sheet's
last one, so that the same code reads them.
"""

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from typing import NamedTuple

from village_notice.domain.patterns import compile_late
from village_notice.sources.grid import Cell, Grid
from village_notice.sources.heading_index import HeadingIndex
from village_notice.sources.tables import Table, cell_text

_SURE = 0.9
_MOST_OPEN = 1_000
_TITLES = 3
_TOTAL = compile_late(r"\s*[合总共小]\s*计\s*[:：]?\s*")
_LABELLED = compile_late(r"([\u4e00-\u9fff]{1,8}(?:[(（][^()（）]{1,6}[)）])?)\s*[:：]\s*([^\s:：；;]+)")
_FIELDS = frozenset((
    "name", "household_head", "payee", "id", "account", "village", "township", "group", "address", "area_paid",
    "quantity", "rate", "pay_date", "period", "programme", "status", "amount_paid", "amount_due", "household_id",
    "remark",
))  # fmt: skip


_MONEY = frozenset(("amount_paid", "amount_due"))


class _Value(NamedTuple):
    field: str
    label: str
    row: int
    column: int
    value: Cell


def find_cards(grid: Grid, index: HeadingIndex) -> tuple[Grid, list[Table]] | None:
    """The cards of a sheet as a sheet of one-row tables, or None where it has no cards with a name and money."""
    cards = _collect(list(_find_values(grid, index)))
    cards = [c for c in cards if any(v.field == "name" for v in c)]
    paid = [c for c in cards if any(v.field in _MONEY for v in c)]
    if not paid:
        return None
    fewest = min(map(len, paid)) - 1  # as full as the others but for the money: it is told that it has none
    cards = [c for c in cards if c in paid or (len(c) >= max(fewest, 2) and c[0].value)]
    width = max(map(len, grid.rows))
    rows: list[list[Cell]] = [[] for _ in grid.rows]
    tables = []
    titled_rows, titles = _list_titles(grid)
    for card in cards:
        money = min((v for v in card if v.field in _MONEY), key=_rank_money, default=card[0])
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
        end = bisect_left(titled_rows, money.row)
        above = tuple(titles[max(end - _TITLES, 0) : end][::-1])
        tables.append(Table(money.row - 1, money.row - 1, money.row, tuple(texts), above, tuple(columns)))
    return replace(grid, rows=rows, merges=[]), tables


def _find_values(grid: Grid, index: HeadingIndex) -> Iterator[_Value]:
    """Every label with the value right of it (a merge of the label is stepped over), or behind a colon in its own cell."""
    ends = {(m.first_row, m.first_column): m.last_column for m in grid.merges}
    for number, row in enumerate(grid.rows, 1):
        for column, value in enumerate(row, 1):
            if isinstance(value, str) and _LABELLED.search(value):
                yield from _read_labelled(value, number, column, index)
                continue
            field = _find_field(value, index)
            last = ends.get((number, column), column)
            right = row[last] if last < len(row) else None
            if field == "name" and _heads_column(grid, number, column, index):
                continue
            if field == "name" and right in (None, ""):
                yield _Value(field, cell_text(value), number, last + 1, None)  # a card whose name was left out
                continue
            if field and right not in (None, "") and not _find_field(right, index):
                yield _Value(field, cell_text(value), number, last + 1, right)


def _read_labelled(text: str, row: int, column: int, index: HeadingIndex) -> Iterator[_Value]:
    """The labels of a cell with what stands behind their colons: 姓名：王建国 村：东岚村."""
    for label, value in _LABELLED.findall(text):
        if field := _find_field(label, index):
            yield _Value(field, label, row, column, value)


def _heads_column(grid: Grid, row: int, column: int, index: HeadingIndex) -> bool:
    """Whether 姓名 stands over a name and not left of one: then it heads a list that is no card."""
    below = grid.rows[row] if row < len(grid.rows) else []
    value = below[column - 1] if column <= len(below) else None
    return isinstance(value, str) and bool(value.strip()) and not index.find(value) and not _LABELLED.search(value)


def _find_field(value: Cell, index: HeadingIndex) -> str:
    if isinstance(value, str) and _TOTAL.fullmatch(value):
        return ""
    found = index.find(value.strip()) if isinstance(value, str) and value.strip() else ()
    return next((f for f, sure in found if sure >= _SURE and f in _FIELDS), "")


def _collect(values: list[_Value]) -> list[list[_Value]]:
    """Values by card: a name begins one; further values go to the nearest open card left of or above them.

    Money under several labels all belongs to the card: which of it counts is settled like that of columns.
    """
    cards: list[dict[str, _Value]] = []  # by field, money by label, row by row
    for value in values:
        if value.field == "name":
            cards.append({"name": value})
            continue
        near = islice(reversed(cards), _MOST_OPEN)
        key = value.label if value.field in _MONEY else value.field
        card = next((c for c in near if key not in c and c["name"].column <= value.column), None)
        if card is not None:
            card[key] = value
    return [list(card.values()) for card in cards]


def _rank_money(value: _Value) -> tuple[bool, bool]:
    """实发 before other money, what was only due last."""
    return value.field == "amount_due", not value.label.startswith("实")


def _list_titles(grid: Grid) -> tuple[list[int], list[str]]:
    """(row, text) of each row of a single text where that text stands for the first time."""
    titles: dict[str, int] = {}
    for number, row in enumerate(grid.rows, 1):
        texts = [t for v in row if (t := cell_text(v))]
        if len(texts) == 1:
            titles.setdefault(texts[0], number)
    return list(titles.values()), list(titles)
