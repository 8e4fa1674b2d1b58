"""Where the tables of a sheet are: the rows of headings, what stands above them, and where the body ends."""

import re
from dataclasses import dataclass
from typing import NamedTuple

from village_notice.sources.columns_match import HeadingIndex
from village_notice.sources.grid import Cell, Grid

_PEOPLE = frozenset({"name", "household_head", "payee", "id"})
_MONEY = frozenset({"amount_paid", "amount_due", "amount_delta"})
_NUMBER = re.compile(r"[-+￥¥]?[\d,]+(\.\d+)?元?")
_KEY = re.compile(r"\d{7}|\d[Xx]$|^\d{4}[-./年]\d{1,2}[-./月]\d{1,2}")
"""IDs, cards, telephones and whole dates stand in bodies: a row that holds one is no row of headings."""
_HIGHEST_HEADER = 4
"""Rows of headings below the first one, at most."""


class HeaderRow(NamedTuple):
    """A row that reads like headings: how many fields it names, and whether people or money are among them."""

    row: int
    fields: int
    has_people: bool
    has_money: bool


@dataclass(frozen=True, slots=True)
class Table:
    """One table of a sheet; rows from 1, ends inclusive.

    Attributes:
        header_first, header_last: Rows of headings.
        body_last: Last row before the next table or the end of the sheet.
        texts: Heading of each column from A on, levels joined by a line break, "" where none.
        above: Texts that stand above the headings, top to bottom.
    """

    header_first: int
    header_last: int
    body_last: int
    texts: tuple[str, ...]
    above: tuple[str, ...]


def cell_text(value: Cell) -> str:
    """A cell as one line of text: whole numbers without .0, line breaks taken out."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return re.sub(r"[\r\n\t]+", "", str(value)).strip()


def find_tables(grid: Grid, index: HeadingIndex) -> list[Table]:
    """The tables of a sheet from top to bottom; [] where no row reads like headings.

    A row of headings repeated at the same columns (page-wise printing) belongs to the body of the table above it.
    """
    headers: list[HeaderRow] = []
    last_texts: tuple[str, ...] = ()
    skip_to = 0
    found: list[tuple[HeaderRow, int, int, tuple[str, ...]]] = []
    for number in range(1, len(grid.rows) + 1):
        if number <= skip_to:
            continue
        header = _read_header(grid.rows[number - 1], number, index)
        if header is None:
            continue
        first, last = _extend(grid, header, index)
        texts = _combine(grid, first, last)
        skip_to = last
        if last_texts and _is_repeat(texts, last_texts):
            continue
        headers.append(header)
        found.append((header, first, last, texts))
        last_texts = texts
    tables = []
    start = 1
    for place, (_, first, last, texts) in enumerate(found):
        end = found[place + 1][1] - 1 if place + 1 < len(found) else len(grid.rows)
        above = [cell_text(v) for row in grid.rows[start - 1 : first - 1] for v in row if cell_text(v)]
        tables.append(Table(first, last, end, texts, tuple(dict.fromkeys(above[-40:]))))
        start = last + 1
    return tables


def is_repeated_header(row: list[Cell], texts: tuple[str, ...]) -> bool:
    """Whether a body row repeats the headings."""
    pairs = [(cell_text(v), t) for v, t in zip(row, texts, strict=False) if cell_text(v)]
    same = sum(bool(t) and v.replace(" ", "") in t.replace("\n", "").replace(" ", "") for v, t in pairs)
    return len(pairs) >= 3 and same == len(pairs)


def _read_header(row: list[Cell], number: int, index: HeadingIndex) -> HeaderRow | None:
    texts = [cell_text(v) for v in row if isinstance(v, str) and v.strip()]
    numbers = sum(isinstance(v, int | float) and not isinstance(v, bool) for v in row)
    numbers += sum(bool(_NUMBER.fullmatch(t)) for t in texts)
    if len(texts) < 2 or numbers > 1 or any(_KEY.search(t) for t in texts):
        return None
    found = [index.find(t)[0] for t in texts if len(t) <= 30 and index.find(t)]
    fields = {f for f, c in found if c >= 0.7}
    sure = len({f for f, c in found if c >= 0.9})
    people, money = bool(fields & _PEOPLE), bool(fields & _MONEY)
    if not sure or (numbers and sure < 2):
        return None
    if len(fields) >= 3 or (len(fields) == 2 and (people or money)):
        return HeaderRow(number, len(fields), people, money)
    return None


def _extend(grid: Grid, header: HeaderRow, index: HeadingIndex) -> tuple[int, int]:
    """The first and last row of the block of headings around a row that reads like headings."""
    row = header.row
    last = max([row, *(m.last_row for m in grid.merges if m.first_row == row and m.last_row <= row + _HIGHEST_HEADER)])
    if last == row:
        while last < min(row + _HIGHEST_HEADER, len(grid.rows)) and _continues(grid, row, last + 1, index):
            last += 1
    first = row
    width = max((len(r) for r in grid.rows), default=0)
    spans = [m for m in grid.merges if m.last_row == row - 1 and 1 <= m.last_column - m.first_column < width - 1]
    if spans and not any(v not in (None, "") and not isinstance(v, str) for v in grid.rows[row - 2]):
        whole = [m for m in grid.merges if m.first_row == row - 1 and m.last_column - m.first_column >= width - 2]
        texts = [cell_text(v) for v in grid.rows[row - 2] if cell_text(v)]
        if not whole and len(texts) >= 2 and not any(re.search(r"单位|[:：]", t) for t in texts):
            first = row - 1
    return first, last


def _continues(grid: Grid, header: int, number: int, index: HeadingIndex) -> bool:
    """Whether a row goes on with the headings above it: words only, and none below a heading of people."""
    row, above = grid.rows[number - 1], grid.rows[header - 1]
    filled = [(c, v) for c, v in enumerate(row) if v not in (None, "")]
    if not filled or not all(isinstance(v, str) for _, v in filled):
        return False
    for column, _ in filled:
        heading = cell_text(above[column]) if column < len(above) else ""
        found = index.find(heading) if heading else ()
        if found and found[0][0] in _PEOPLE | {"seq", "village"} and found[0][1] >= 0.9:
            return False
    return len(filled) >= 2


def _combine(grid: Grid, first: int, last: int) -> tuple[str, ...]:
    width = max((len(r) for r in grid.rows[first - 1 : last]), default=0)
    levels: list[list[str]] = []
    for number in range(first, last + 1):
        row = grid.rows[number - 1]
        levels.append([cell_text(row[c]) if c < len(row) else "" for c in range(width)])
    for merge in grid.merges:
        if first <= merge.first_row <= last:
            text = levels[merge.first_row - first][merge.first_column - 1] if merge.first_column <= width else ""
            for r in range(merge.first_row, min(merge.last_row, last) + 1):
                for c in range(merge.first_column, min(merge.last_column, width) + 1):
                    levels[r - first][c - 1] = levels[r - first][c - 1] or text
    return tuple("\n".join(dict.fromkeys(t for t in column if t)) for column in zip(*levels, strict=True))


def _is_repeat(texts: tuple[str, ...], before: tuple[str, ...]) -> bool:
    pairs = [(a, b) for a, b in zip(texts, before, strict=False) if a or b]
    return bool(pairs) and sum(a == b for a, b in pairs) * 4 >= len(pairs) * 3
