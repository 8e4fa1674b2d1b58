"""Why a sheet or table is not read: an error where people and money may be among it, a warning where it is no list at all."""

from collections.abc import Sequence
from itertools import zip_longest

from village_notice.domain.finding import Finding, Place
from village_notice.domain.money import parse_amount
from village_notice.domain.patterns import compile_late
from village_notice.domain.text import column_letters
from village_notice.sources.column_map import ColumnMap
from village_notice.sources.columns_spread import adds_up, is_money
from village_notice.sources.grid import Cell, Grid
from village_notice.sources.heading_words import is_other_money, is_other_person
from village_notice.sources.headless import has_unknown_headings, has_unknown_people
from village_notice.sources.people_choice import look_like_people
from village_notice.sources.places import PlaceFinder
from village_notice.sources.seems import describe_sheet
from village_notice.sources.tables import Table, cell_text

_COUNTS = frozenset(("area_paid", "area_contract", "area_corrected", "quantity"))
_KEYS = frozenset(("id", "account"))
_LONGEST = 200
_PIVOT = compile_late(r"行标签|求和项[:：]|计数项[:：]")
_TOP = 20
_MANY = 2_000
"""Rows of a sheet that are looked at for money."""
_PAID_OUT = compile_late(r"(?:发放|兑[付现]|代发).{0,4}(?:花名册|名册|清册|表|明细|名单|清单)")
"""Words of a title that make a sheet a list of payments, whatever its columns."""


def explain_unread(
    grid: Grid,
    place: Place,
    tables: Sequence[Table],
    maps: Sequence[ColumnMap],
    places: PlaceFinder,
    *,
    is_headless: bool,
) -> Finding:
    """H01 where people are listed and money may be among the columns, F08 where it is no list of payments at all.

    Args:
        grid: The sheet.
        place: Where the finding stands.
        tables: Its tables, none of which lists payments.
        maps: What their columns mean.
        places: Where villages are looked up.
        is_headless: Whether the headings were made up.
    """
    if is_headless or (not tables and has_unknown_headings(grid, places)):
        return Finding("H01", place, found="是人员名单，但没有表头，或表头没有认出")
    if any(isinstance(v, str) and _PIVOT.match(v) for row in grid.rows[:_TOP] for v in row):
        words = "像是数据透视表，一行一人的明细看不出来，请用双击合计数得到的明细表，或请原单位发明细"
        return Finding("H01", place, found=words)
    for table, columns in zip(tables, maps, strict=True):
        if lists_people(grid, table, columns):
            return Finding("H01", place, found=format_headings(table)[:_LONGEST])
    if any(_has_people(grid, t, m) for t, m in zip(tables, maps, strict=True) if m.amounts and "name" not in m.fields):
        return Finding("H01", place, found=f"看不出哪一列是姓名，表头是：{format_headings(tables[0])}"[:_LONGEST])
    if not any("name" in m.fields for m in maps) and has_unknown_people(grid, places):
        return Finding("H01", place, found="有人名和数字，但看不出哪一行是表头")
    titles = [t for table in tables for t in table.above]
    if not tables:
        titles = [t for row in grid.rows[:_TOP] for v in row if isinstance(v, str) and (t := cell_text(v))]
    if (
        not tables
        and any(_PAID_OUT.search(t) for t in titles)
        and any(map(_has_money, zip_longest(*grid.rows[:_MANY])))
    ):
        return Finding("H01", place, found=f"没有认出表头；{describe_size(grid)}")
    if any("name" in m.fields for m in maps) and any(_PAID_OUT.search(t) for t in (*titles, place.sheet)):
        return Finding("H01", place, found=format_headings(tables[0])[:_LONGEST])
    return Finding("F08", place, found=describe_sheet(grid, tables, maps))


def lists_people(grid: Grid, table: Table, columns: ColumnMap) -> bool:
    """Whether a table without money names people and may have their money in a column that was not understood."""
    if "name" not in columns.fields or columns.amounts:
        return False
    counts = [columns.fields[f] for f in _COUNTS if f in columns.fields]
    return has_open_money(grid, table, columns) or (not counts and bool(_KEYS & set(columns.fields)))


def has_open_money(grid: Grid, table: Table, columns: ColumnMap) -> bool:
    """Whether a table that names people has numbers in a column that was not understood, which may be their money."""
    rows = [table.view(r) for r in grid.rows[table.header_last : table.body_last]]
    cells: list[Sequence[Cell]] = list(zip_longest(*rows))
    first = columns.fields["name"] + 1
    unheaded = [(c, "") for c in range(first, len(cells) + 1) if c > len(table.texts) or not table.texts[c - 1]]
    numbers = [
        c
        for c, text in (*columns.unknown, *unheaded)
        if c <= len(cells) and not is_other_money(text) and _has_money(cells[c - 1])
    ]
    counts = [columns.fields[f] for f in _COUNTS if f in columns.fields]
    return bool(numbers) and not any(
        _are_parts(cells[c - 1], [cells[n - 1] for n in numbers]) for c in counts if c <= len(cells)
    )


def _has_people(grid: Grid, table: Table, columns: ColumnMap) -> bool:
    """Whether a column that means nothing holds people's names."""
    known = set(columns.fields.values())
    cells = list(zip_longest(*(table.view(r) for r in grid.rows[table.header_last : table.body_last])))
    headings = [*table.texts, *[""] * (len(cells) - len(table.texts))]
    open_ = [
        c for c, text in enumerate(headings, 1) if c not in known and c <= len(cells) and not is_other_person(text)
    ]
    return any(look_like_people(cells[c - 1]) for c in open_)


def format_headings(table: Table) -> str:
    """The headings of a table on one line."""
    return "、".join(t.replace("\n", "") for t in table.texts if t)


def name_columns(table: Table, columns: Sequence[int]) -> str:
    """Columns by their headings; one without by its letters."""
    return "、".join(table.texts[c - 1].replace("\n", "") or f"{column_letters(c)} 列（没有表头）" for c in columns)


def describe_size(grid: Grid) -> str:
    """How much a sheet holds and how it begins."""
    first = next((cell_text(v) for row in grid.rows for v in row if cell_text(v)), "")
    return f"共 {len(grid.rows)} 行，开头是“{first[:30]}”"


def _are_parts(area: Sequence[Cell], numbers: Sequence[Sequence[Cell]]) -> bool:
    """Whether numbers are only the parts of an area (自有, 流转)."""
    return adds_up(area, numbers)


def _has_money(cells: Sequence[Cell]) -> bool:
    return is_money(cells) and any(parse_amount(c) is not None for c in cells)
