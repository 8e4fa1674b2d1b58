"""Rows of a household's other members: the household's money stands once, on the head's row."""

from collections.abc import Mapping, MutableMapping, Sequence

from village_notice.sources.column_map import ColumnMap
from village_notice.sources.grid import Cell

_HEADS = frozenset(("户主", "本人", "户主本人", "本人或户主", "01", "1", "1.本人或户主"))
_WHO = (
    "seq",
    "name",
    "id",
    "account",
    "village",
    "township",
    "group",
    "household_head",
    "household_id",
    "household_no",
)
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


def fill_same_person(
    rows: Sequence[tuple[int, Sequence[Cell]]], columns: ColumnMap, merged: MutableMapping[tuple[int, int], Cell]
) -> set[int]:
    """Numbers of rows that go on with the person above: nothing tells who it is, and another programme or period does stand there.

    What tells who it is, and where, is taken over from the row above, as if the cells were merged.
    """
    own = [c for f in _WHO if (c := columns.fields.get(f, 0))]
    new = [c for f in ("programme", "period") if (c := columns.fields.get(f, 0))]
    name = columns.fields.get("name", 0)
    found: set[int] = set()
    if not new or not name or columns.relation:
        return found
    place = name - 1
    blank = [i for i, (_, row) in enumerate(rows) if i and (len(row) < name or row[place] in (None, ""))]
    for i in blank:
        (above, before), (number, row) = rows[i - 1], rows[i]
        if number != above + 1 or any(_cell(row, c) not in (None, "") for c in own) or (number, name) in merged:
            continue
        has_name = _cell(before, name) not in (None, "") or above in found
        is_new = any(isinstance(v := _cell(row, c), str) and v and v != _cell(before, c) for c in new)
        if has_name and is_new and any(_cell(row, a.column) for a in columns.amounts):
            found.add(number)
            for column in own:
                if (value := _filled(before, above, column, merged)) not in (None, ""):
                    merged.setdefault((number, column), value)
    return found


def _filled(row: Sequence[Cell], number: int, column: int, merged: Merged) -> Cell:
    value = _cell(row, column)
    return value if value not in (None, "") else merged.get((number, column))


def _cell(row: Sequence[Cell], column: int) -> Cell:
    return row[column - 1] if 0 < column <= len(row) else None
