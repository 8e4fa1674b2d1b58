"""The block of headings around a row that reads like headings: its rows, its levels joined, and whether it repeats."""

import re
from collections.abc import Sequence
from datetime import date
from itertools import pairwise

from village_notice.sources.grid import Cell, Grid
from village_notice.sources.heading_index import HeadingIndex
from village_notice.sources.wording import fold_words

_PEOPLE = frozenset({"name", "household_head", "payee", "id", "seq", "village"})
_FEWEST_HALVES = 3
YEAR_MONTH = re.compile(r"(20\d\d)[.\-/]?(0[1-9]|1[0-2])(?:[.\-/]01)?(?: 00:00(?::00)?)?")
"""A month as a heading may give it: 202301, 2023.01, the first of it."""
_UNIT = re.compile(
    r"[(（]?(?:万?元|亩|人|户|头|台|只|月|个|公斤|斤|吨|元[/每](?:亩|人|户|头|台|只|月|年|人月|人年|亩年)|平方米)[)）]?"
)
_HIGHEST_HEADER = 4
"""Rows of headings below the first one, at most."""


def _text(value: Cell) -> str:
    """A cell of the headings; a month given as a date or as 2023.01 is written out."""
    if isinstance(value, date):
        return f"{value.year}年{value.month}月"
    if isinstance(value, str) and (match := YEAR_MONTH.fullmatch(value.strip())):
        return f"{match[1]}年{int(match[2])}月"
    return re.sub(r"[\r\n\t]+", "", str(value)).strip() if value is not None else ""


def extend_header(grid: Grid, row: int, index: HeadingIndex) -> tuple[int, int]:
    """The first and last row of the block of headings around a row that reads like headings."""
    merges = grid.lookup.find_merges(row, row)
    last = max([row, *(m.last_row for m in merges if m.last_row <= row + _HIGHEST_HEADER)])
    if last == row:
        while last < min(row + _HIGHEST_HEADER, len(grid.rows)) and _continues(grid, row, last + 1, index):
            last += 1
    return _find_first(grid, row), last


def _find_first(grid: Grid, row: int) -> int:
    """The row above belongs to the headings where it is cut into spans over some of the columns."""
    width, merges = grid.lookup.width, grid.lookup.find_merges_to(row - 1)
    spans = [m for m in merges if 1 <= m.last_column - m.first_column < width - 1]
    if not spans or any(v not in (None, "") and not isinstance(v, str) for v in grid.rows[row - 2]):
        return row
    whole = [m for m in grid.lookup.find_merges(row - 1, row - 1) if m.last_column - m.first_column >= width - 2]
    texts = [t for v in grid.rows[row - 2] if (t := _text(v))]
    is_level = not whole and len(texts) >= 2 and not any(re.search(r"单位|[:：]", t) for t in texts)
    return row - 1 if is_level else row


def _continues(grid: Grid, header: int, number: int, index: HeadingIndex) -> bool:
    """Whether a row goes on with the headings above it: words only, and none below a heading of people."""
    row, above = grid.rows[number - 1], grid.rows[header - 1]
    filled = [(c, v) for c, v in enumerate(row) if v not in (None, "")]
    if filled and all(isinstance(v, str) and _UNIT.fullmatch(fold_words(v)) for _, v in filled):
        return True
    if not filled or not all(isinstance(v, str) for _, v in filled):
        return False
    if _completes(filled, above, index):
        return True
    for column, _ in filled:
        heading = _text(above[column]) if column < len(above) else ""
        found = index.find(heading) if heading else ()
        if found and found[0][0] in _PEOPLE and found[0][1] >= 0.9:
            return False
    return len(filled) >= 2


def _completes(filled: Sequence[tuple[int, Cell]], above: Sequence[Cell], index: HeadingIndex) -> bool:
    """Whether a row only makes sense as the lower half of the headings above it: 户主 / 姓名, 发放 / 金额."""
    if len(filled) < _FEWEST_HALVES:
        return False
    known = 0
    for column, value in filled:
        upper, lower = _text(above[column]) if column < len(above) else "", _text(value)
        is_known = any(sure >= 0.9 for half in (upper + lower, lower) for _, sure in index.find(half))
        known += is_known and upper != lower
    return known * 3 >= len(filled) * 2


def combine_levels(grid: Grid, first: int, last: int) -> tuple[str, ...]:
    """The heading of each column: its levels from top to bottom, joined by line breaks, each said once."""
    width = max((len(r) for r in grid.rows[first - 1 : last]), default=0)
    width = max([width, *(m.last_column for m in grid.lookup.find_merges(first, last))]) if width else 0
    width = min(width, grid.lookup.width)
    levels: list[list[str]] = []
    for number in range(first, last + 1):
        row = grid.rows[number - 1]
        levels.append([_text(row[c]) if c < len(row) else "" for c in range(width)])
    _fill_merges(grid, levels, first, last)
    _fill_unmerged(grid, levels, first, last)
    return tuple(_join_levels(column) for column in zip(*levels, strict=True))


def _join_levels(levels: Sequence[str]) -> str:
    """Levels joined by line breaks, each said once; a unit below a heading is put into brackets behind it."""
    *upper, last = dict.fromkeys(t for t in levels if t) or ("",)
    if upper and _UNIT.fullmatch(fold_words(last)):
        return "\n".join(upper) + f"（{last.strip('()（）')}）"
    return "\n".join((*upper, last))


def _fill_merges(grid: Grid, levels: list[list[str]], first: int, last: int) -> None:
    width = len(levels[0])
    for merge in grid.lookup.find_merges(first, last):
        text = levels[merge.first_row - first][merge.first_column - 1] if merge.first_column <= width else ""
        for row in range(merge.first_row, min(merge.last_row, last) + 1):
            for column in range(merge.first_column, min(merge.last_column, width) + 1):
                levels[row - first][column - 1] = levels[row - first][column - 1] or text


def _fill_unmerged(grid: Grid, levels: list[list[str]], first: int, last: int) -> None:
    """Without merges, a heading with others below it reaches right over the columns that have only a lower heading."""
    if any(m.first_column != m.last_column for m in grid.lookup.find_merges(first, last)):
        return
    for upper, lower in pairwise(levels):
        for column in range(1, len(upper)):
            if not upper[column] and lower[column] and lower[column - 1] and upper[column - 1]:
                upper[column] = upper[column - 1]


def is_repeated_block(texts: tuple[str, ...], before: tuple[str, ...]) -> bool:
    """Whether a block of headings is the one before it again."""
    pairs = [(a, b) for a, b in zip(texts, before, strict=False) if a or b]
    return bool(pairs) and sum(a == b for a, b in pairs) * 4 >= len(pairs) * 3
