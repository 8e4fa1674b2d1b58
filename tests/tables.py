"""Public tables with other figures than they had: a table is never changed itself."""

from village_notice.domain.public import HOUSEHOLD_COLUMNS, LINE_COLUMNS
from village_notice.domain.public_table import PublicTable, make_table


def edit_table(table: PublicTable, **columns) -> PublicTable:
    """The table with other columns: a list of values, or a function of each value."""
    values = table.to_lists()
    for name, new in columns.items():
        values[name] = list(map(new, values[name])) if callable(new) else list(new)
    return build_table(table, zip(*values.values(), strict=True))


def edit_row(table: PublicTable, row: int, **values) -> PublicTable:
    """The table with other values in one row, counted from 0: a value, or a function of the one before."""
    rows = list_rows(table)
    rows[row] |= {name: new(rows[row][name]) if callable(new) else new for name, new in values.items()}
    return build_table(table, (r.values() for r in rows))


def list_rows(table: PublicTable) -> list[dict]:
    """Each row by the names of its columns."""
    columns = table.to_lists()
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def build_table(like: PublicTable, rows) -> PublicTable:
    """Rows, each with the values of all columns in order, as lines or households, whichever `like` is."""
    return make_table(LINE_COLUMNS if "key" in like.columns else HOUSEHOLD_COLUMNS, map(tuple, rows))
