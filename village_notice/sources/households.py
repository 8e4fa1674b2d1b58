"""Rows of a household's other members: the household's money stands once, on the head's row."""

from collections.abc import Mapping, Sequence

from village_notice.sources.column_map import ColumnMap
from village_notice.sources.grid import Cell

_HEADS = frozenset(("户主", "本人", "户主本人", "本人或户主", "01", "1", "1.本人或户主"))
_SAME_HOUSEHOLD = ("household_no", "household_id", "household_head")

Merged = Mapping[tuple[int, int], Cell]


def is_member_row(
    row: Sequence[Cell], number: int, columns: ColumnMap, merged: Merged, before: tuple[list[Cell], int] | None
) -> bool:
    """Whether a row without money of its own is a member of the household above, whose money stands on an earlier row.

    Args:
        row: The row, `number` its place.
        number: Row as Excel shows it.
        columns: What the columns mean.
        merged: Values of cells merged downwards.
        before: The last payment's row and number, None before the first.
    """
    if before is None or any(_cell(row, a.column) not in (None, "") for a in columns.amounts):
        return False
    if all((number, a.column) in merged for a in columns.amounts):
        return any(merged[number, a.column] not in (None, "") for a in columns.amounts)
    if columns.relation:
        relation = str(_cell(row, columns.relation) or "").replace(" ", "")
        return bool(relation) and relation not in _HEADS
    for field in _SAME_HOUSEHOLD:
        if field in columns.fields and columns.fields[field] != columns.fields.get("name"):
            own, above = (_filled(r, n, columns.fields[field], merged) for r, n in ((row, number), before))
            return above not in (None, "") and own in (None, "", above)
    seq = columns.fields.get("seq")
    return bool(seq) and _filled(row, number, seq or 0, merged) in (None, "") and _cell(before[0], seq or 0) is not None


def _filled(row: Sequence[Cell], number: int, column: int, merged: Merged) -> Cell:
    value = _cell(row, column)
    return value if value not in (None, "") else merged.get((number, column))


def _cell(row: Sequence[Cell], column: int) -> Cell:
    return row[column - 1] if 0 < column <= len(row) else None
