"""A list that goes on over sheets: the next one has no headings, and its serials go on where the last ones end."""

from collections.abc import Sequence
from typing import NamedTuple

from village_notice.domain.money import parse_amount
from village_notice.sources.column_map import ColumnMap
from village_notice.sources.grid import Cell, Grid
from village_notice.sources.tables import Table, cell_text


class Listed(NamedTuple):
    """A list of payments of a sheet and what its columns mean."""

    grid: Grid
    table: Table
    columns: ColumnMap


def find_continued(grid: Grid, before: Listed | None) -> Table | None:
    """A sheet without headings as the rest of the list of the sheet before it, None where it is no such rest.

    Its first row must bear the next serial, and have a name and money where the list has them.
    """
    if before is None or not {"seq", "name"} <= before.columns.fields.keys() or not before.columns.amounts:
        return None
    seq, name = before.columns.fields["seq"], before.columns.fields["name"]
    first = next((row for row in grid.rows if any(v not in (None, "") for v in row)), [])
    if max(map(len, grid.rows)) > len(before.table.texts):
        return None
    serial = _read_serial(first, seq)
    if not serial or not any(parse_amount(_cell(first, a.column)) for a in before.columns.amounts):
        return None
    rows = before.grid.rows[before.table.header_last : before.table.body_last]
    if serial != next((n for row in reversed(rows) if (n := _read_serial(row, seq))), 0) + 1:
        return None
    if not isinstance(_cell(first, name), str) or not cell_text(_cell(first, name)):
        return None
    return Table(0, 0, len(grid.rows), before.table.texts, before.table.above)


def _cell(row: Sequence[Cell], column: int) -> Cell:
    return row[column - 1] if column <= len(row) else None


def _read_serial(row: Sequence[Cell], column: int) -> int:
    """The row's serial, 0 where it has none."""
    text = cell_text(_cell(row, column))
    return int(text) if text.isdecimal() and len(text) < 7 else 0
