"""Where the tables of a sheet are: the rows of headings, what stands above them, and where the body ends."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from village_notice.domain.patterns import compile_late
from village_notice.sources.beside import choose_titles, find_own_sections, find_parts, give_columns
from village_notice.sources.grid import Cell, Grid
from village_notice.sources.header_block import YEAR_MONTH, combine_levels, extend_header, is_repeated_block
from village_notice.sources.heading_index import HeadingIndex
from village_notice.sources.heading_words import guess_field
from village_notice.sources.limits import Unreadable
from village_notice.sources.wording import fold_words

_PEOPLE = frozenset({"name", "household_head", "payee", "id"})
_MONEY = frozenset({"amount_paid", "amount_due", "amount_delta"})
_NUMBER = compile_late(r"[-+￥¥]?[\d,]+(\.\d+)?元?")
_KEY = compile_late(r"\d{7}|\d[Xx]$|^\d{4}[-./年]\d{1,2}[-./月]\d{1,2}")
"""IDs, cards, telephones and whole dates stand in bodies: a row that holds one is no row of headings."""
_DAY = compile_late(r"(?:1[0-2]|[1-9])[./](?:3[01]|[12]\d|0?[1-9])")
"""3.1 over a day's column of a list of attendance."""
_END_OF_BODY = compile_late(
    r"^(制表|审核|复核|负责人|单位负责人|分管|经办|村主任|村书记|会计|出纳|第\d+页|.{0,10}(合计|总计|共计|小计)|本页|累计|承前页|过次页|"
    r"(备注|注|说明)[:：])"
)
_PAGE_WORDS = compile_late(r"第?\d+页.*$|[(（]续.*?[)）]|续表?$|\s")
_TOTAL = compile_late(r"[合总共小]\s*计")
_UNIT_CELL = compile_late(r"^[(（]?(金额)?单位[:：]")
_SECTION = compile_late(r"(?:村|社区|委会|组|屯|镇|街道)\s*(?:[（(].*[)）])?\s*$")
_MOST_TITLE_ROWS = 8
_MOST_BESIDE = 100
"""Tables beside each other, at most."""
_SURE = 0.9
_MOST_UNHEADED = 8
"""Columns right of the last heading that are looked at: money may stand there."""
_FEWEST_GUESSED = 3
"""In a row of fewer texts a heading is never told by its words alone: it may be a title and a unit."""


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
        header_first, header_last: Rows of headings; both 0 for a table without headings.
        body_last: Last row before the next table or the end of the sheet.
        texts: Heading of each column from A on, levels joined by a line break, "" where none or another table's.
        above: Texts that stand above the headings, top to bottom.
        columns: The columns of a table that shares its rows with another beside it; () where it has them all.
        sections: First and last column in which the only text of a row names the village of this table too.
    """

    header_first: int
    header_last: int
    body_last: int
    texts: tuple[str, ...]
    above: tuple[str, ...]
    columns: tuple[int, ...] = ()
    sections: tuple[int, int] = (0, 0)

    def view(self, row: list[Cell]) -> list[Cell]:
        """A row with the cells of the tables beside this one blanked."""
        if not self.columns:
            return row
        own: list[Cell] = [None] * max(len(row), self.columns[0])
        for column in self.columns:
            if column <= len(row):
                own[column - 1] = row[column - 1]
        filled = [(c, v) for c, v in enumerate(row, 1) if v not in (None, "")]
        column, text = filled[0] if len(filled) == 1 else (0, None)
        if isinstance(text, str) and self.sections[0] <= column <= self.sections[1] and _SECTION.search(text):
            own[self.columns[0] - 1] = text  # the name of a village over tables beside each other is said of all
        elif filled and _TOTAL.fullmatch(cell_text(filled[0][1])) and not any(isinstance(v, str) for v in own):
            own[self.columns[0] - 1] = cell_text(filled[0][1])  # so is 合计 where it stands in the first list only
        return own


class _Block(NamedTuple):
    """Rows of headings found, with the title above them."""

    first: int
    last: int
    title_first: int
    texts: tuple[str, ...]


def cell_text(value: Cell) -> str:
    """A cell as one line of text: whole numbers without .0, line breaks taken out."""
    if value is None:
        return ""
    if isinstance(value, str) and "\n" not in value and "\r" not in value and "\t" not in value:
        return value.strip()
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return re.sub(r"[\r\n\t]+", "", str(value)).strip()


def find_tables(grid: Grid, index: HeadingIndex) -> list[Table]:
    """The tables of a sheet from top to bottom and left to right; [] where no row reads like headings.

    A row of headings repeated at the same columns (page-wise printing) belongs to the body of the table above it,
    unless a new title stands between them.
    """
    blocks = _find_blocks(grid, index)
    tables: list[Table] = []
    for place, block in enumerate(blocks):
        end = blocks[place + 1].title_first - 1 if place + 1 < len(blocks) else len(grid.rows)
        tables += _split_beside(grid, block, end, index)
    return tables


def _find_blocks(grid: Grid, index: HeadingIndex) -> list[_Block]:
    blocks: list[_Block] = []
    skip_to = 0
    for number in _list_candidates(grid):
        header = _read_header(grid.rows[number - 1], number, index) if number > skip_to else None
        if header is None:
            continue
        first, last = extend_header(grid, number, index)
        texts = combine_levels(grid, first, last)
        title_first = _find_title(grid, first, skip_to + 1)
        skip_to = last
        if blocks and is_repeated_block(texts, blocks[-1].texts):
            known = {_plain(t) for b in blocks[-1:] for t in _texts_of(grid, b.title_first, b.first - 1)}
            titles = {_plain(t) for t in _texts_of(grid, title_first, first - 1)}
            if not {t for t in titles - known if len(t) >= 2}:
                continue
        blocks.append(_Block(first, last, title_first, texts))
    return blocks


def _list_candidates(grid: Grid) -> Iterator[int]:
    """Numbers of the rows that may be of headings."""
    at = 1
    for first, last in grid.bodies:
        yield from range(at, first)
        at = last + 1
    yield from range(at, len(grid.rows) + 1)


def _find_title(grid: Grid, first: int, lowest: int) -> int:
    """The first row of the title block above headings: rows of a few words, up to a row of a body or a footer."""
    if lowest == 1:
        return 1
    top = first
    for number in range(first - 1, max(lowest, first - _MOST_TITLE_ROWS) - 1, -1):
        texts = [cell_text(v) for v in grid.rows[number - 1] if v not in (None, "")]
        if not texts:
            continue
        if len(set(texts)) > 3 or any(_NUMBER.fullmatch(t) or _KEY.search(t) for t in texts):
            break
        if _END_OF_BODY.match(fold_words(texts[0])):
            break
        top = number
    return top


def _plain(text: str) -> str:
    return _PAGE_WORDS.sub("", text)


def _texts_of(grid: Grid, first: int, last: int) -> list[str]:
    return [t for row in grid.rows[first - 1 : last] for v in row if (t := cell_text(v))]


def _split_beside(grid: Grid, block: _Block, end: int, index: HeadingIndex) -> list[Table]:
    """The table under a block of headings, or the tables beside each other where the headings stand there twice."""
    parts = find_parts(block.texts, index)
    if len(parts) < 2:
        texts, above = _lift_title(block.texts)
        above = [*_texts_of(grid, block.title_first, block.first - 1), *above]
        texts, units = _take_units(texts)
        width = min(max(map(len, grid.rows[block.last : end]), default=0), len(texts) + _MOST_UNHEADED)
        texts += ("",) * (width - len(texts))
        return [Table(block.first, block.last, end, texts, _distinct([*above, *units]))]
    if len(parts) > _MOST_BESIDE:
        raise Unreadable("F10", f"第 {block.first} 行并排着 {len(parts)} 张表，多于 {_MOST_BESIDE} 张")
    return list(_read_beside(grid, block, end, parts))


def _read_beside(grid: Grid, block: _Block, end: int, headed: Sequence[Sequence[int]]) -> Iterator[Table]:
    """The tables that share their rows, left to right."""
    body = grid.rows[block.last : end]
    parts = give_columns(headed, body)
    is_own = find_own_sections(body, parts)
    titles = [list(map(cell_text, row)) for row in grid.rows[block.title_first - 1 : block.first - 1]]
    start = block.title_first - 1
    merges = grid.lookup.find_merges(block.title_first, block.first - 1)
    spans = [m._replace(first_row=m.first_row - start, last_row=m.last_row - start) for m in merges]
    width = max(len(block.texts), parts[-1].columns[-1])
    for place, (part, columns) in enumerate(zip(parts, headed, strict=True)):
        taken = set(columns)
        own = tuple(t if c in taken else "" for c, t in enumerate(block.texts, 1))
        texts, lifted = _lift_title(own)
        above = [*choose_titles(titles, spans, parts, place), *lifted]
        texts, units = _take_units(texts)
        texts += ("",) * (width - len(texts))
        sections = (part.first, part.last) if is_own else (1, parts[0].last)
        yield Table(block.first, block.last, end, texts, _distinct([*above, *units]), part.columns, sections)


def _distinct(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(texts))[-40:]


def _lift_title(texts: tuple[str, ...]) -> tuple[tuple[str, ...], list[str]]:
    """A first level that all columns share is a title, not a heading."""
    tops = {t.split("\n")[0] for t in texts if t}
    if len(tops) == 1 and all("\n" in t for t in texts if t):
        return tuple(t.partition("\n")[2] for t in texts), [next(iter(tops))]
    return texts, []


def _take_units(texts: tuple[str, ...]) -> tuple[tuple[str, ...], list[str]]:
    """单位：万元 in the row of headings is said of the table; it names no column."""
    units = [t for t in texts if _UNIT_CELL.match(t)]
    return tuple("" if t in units else t for t in texts), units


def _read_header(row: list[Cell], number: int, index: HeadingIndex) -> HeaderRow | None:
    if len(row) < 2:
        return None
    kinds = list(map(type, row))
    numbers = kinds.count(int) + kinds.count(float)
    if numbers > 1:
        return None
    texts = [cell_text(v) for v in row if isinstance(v, str) and v.strip()]
    if len(texts) < 2:
        return None
    months = [t for t in texts if t[:2] == "20" and YEAR_MONTH.fullmatch(t)]
    months = months if len(months) > 1 else [t for t in texts if _DAY.fullmatch(t)]
    months = months if len(months) > 1 else []
    numbers += sum(bool(_NUMBER.fullmatch(t)) for t in texts if t not in months)
    if numbers > 1 or any(_KEY.search(t) for t in texts if t not in months):
        return None
    found = [f[0] for t in texts if len(t) <= 30 and (f := index.find(t))]
    fields = {f for f, c in found if c >= 0.7}
    sure = len({f for f, c in found if c >= 0.9})
    is_wide = len(texts) >= _FEWEST_GUESSED or bool(fields & _PEOPLE)
    if sure and is_wide and not numbers and not any(re.search("[:：]", t) for t in texts):
        fields |= {guessed for t in texts if not index.find(t) and (guessed := guess_field(t)) and guessed != "village"}
    people, money = bool(fields & _PEOPLE), bool(fields & _MONEY)
    if not sure or (numbers and sure < 2):
        return None
    across = (
        sum(map(index.names_money, texts))
        + len([t for t in months if t[:2] == "20"])
        + sum(isinstance(v, date) for v in row)
    )
    is_wide = people and across >= 2
    if len(fields) >= 3 or (len(fields) == 2 and (people or money)) or is_wide:
        return HeaderRow(number, len(fields), people, money)
    return None
