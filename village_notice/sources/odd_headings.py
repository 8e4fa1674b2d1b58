"""Headings put into words before anything is looked for: months typed as numbers, a name in two columns.

序号 | 姓名 | 2023.01 | 2023.02      →  序号 | 姓名 | 2023年1月 | 2023年2月
序号 | 姓 | 名 | 金额                →  序号 | 姓名 | | 金额, and 王 | 小一 → 王小一 |
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from village_notice.sources.grid import Cell, Grid

_HIGHEST = 30
"""Rows at the top of a sheet in which headings are looked for."""
_FEWEST_TEXTS = 2
_FIRST, _LAST = 2000, 2100
_OCTOBER = 10
_FAMILY, _GIVEN = frozenset(("姓", "姓氏")), frozenset(("名", "名字"))


def tidy_headings(grid: Grid) -> Grid:
    """The sheet with such headings in words; the same sheet where it has none."""
    found: dict[int, list[Cell]] = {}
    names: list[tuple[int, int]] = []
    for number, row in enumerate(grid.rows[:_HIGHEST], 1):
        if sum(isinstance(v, str) for v in row) < _FEWEST_TEXTS:
            continue
        if months := _read_months(row):
            found[number] = [months.get(c, v) for c, v in enumerate(row)]
        names += [(number, c) for c in _find_split_name(row)]
    if not found and not names:
        return grid
    rows = [found.get(number, row) for number, row in enumerate(grid.rows, 1)]
    for number, column in names[:1]:
        rows[number - 1 :] = [_join_name(row, column, is_heading=i == 0) for i, row in enumerate(rows[number - 1 :])]
    tidied = replace(grid, rows=rows)
    tidied.bodies = list(_cut_bodies(grid.bodies, found))
    return tidied


def _read_months(row: Sequence[Cell]) -> dict[int, str]:
    """Column (from 0) → 2023年1月 where the only numbers of a row are months on end: 2023.01 or 202301; {} else."""
    numbers = [(c, v) for c, v in enumerate(row) if isinstance(v, int | float) and not isinstance(v, bool)]
    if len(numbers) < _FEWEST_TEXTS:
        return {}
    parts = [_split_month(v) for _, v in numbers]
    is_short = any(
        f"{v}"[-2:-1] == "." and f"{v}"[-1] not in "01" for _, v in numbers
    )  # 2023.2: then 2023.1 is January
    months: list[int] = []
    for part in parts:
        if part is None:
            return {}
        year, month = part
        is_october = (
            month == 1
            and f"{numbers[len(months)][1]}".endswith(".1")
            and (not is_short or months[-1:] == [year * 12 + 9])
        )
        months.append(year * 12 + (_OCTOBER if is_october else month))
    if any(b - a != 1 for a, b in pairwise(months)):
        return {}
    return {c: f"{(m - 1) // 12}年{(m - 1) % 12 + 1}月" for (c, _), m in zip(numbers, months, strict=True)}


def _split_month(value: float) -> tuple[int, int] | None:
    """(year, month) of 2023.01, 2023.2 or 202301; 2023.1 gives January."""
    if not _FIRST <= value < _LAST * 100 + 100:  # nor is anything that is no number
        return None
    if isinstance(value, int) or value.is_integer():
        year, month = divmod(int(value), 100)
    else:
        digits = f"{value}".partition(".")[2]
        year, month = int(value), int(digits) if digits.isdecimal() and len(digits) <= 2 else 0
    return (year, month) if _FIRST <= year < _LAST and 1 <= month <= 12 else None


def _find_split_name(row: Sequence[Cell]) -> Iterator[int]:
    """Columns (from 0) headed 姓 with 名 right of them."""
    for column, (one, other) in enumerate(pairwise(row)):
        if f"{one}".strip() in _FAMILY and f"{other}".strip() in _GIVEN:
            yield column


def _join_name(row: list[Cell], column: int, *, is_heading: bool) -> list[Cell]:
    """A row with family and given name in the first of the two columns."""
    one, other = (row[c] if c < len(row) else None for c in (column, column + 1))
    if not isinstance(one, str) or not isinstance(other, str):
        return row
    name = "姓名" if is_heading else one.strip() + other.strip()
    return [*row[:column], name, None, *row[column + 2 :]]


def _cut_bodies(bodies: Sequence[tuple[int, int]], rows: dict[int, list[Cell]]) -> Iterator[tuple[int, int]]:
    """The stretches of rows that hold no headings, without those that do after all."""
    for first, last in bodies:
        at = first
        for row in sorted(r for r in rows if first <= r <= last):
            if at < row:
                yield at, row - 1
            at = row + 1
        if at <= last:
            yield at, last
