"""What a sheet of sums states for each village, to be held against the people's payments wherever these stand."""

from village_notice.domain.reading import StatedLine
from village_notice.domain.text import column_letters
from village_notice.sources.cells import read_amount
from village_notice.sources.column_map import ColumnMap
from village_notice.sources.grid import Grid
from village_notice.sources.row_reader import RowReader, cell_at
from village_notice.sources.surroundings import Surroundings
from village_notice.sources.tables import Table


def read_stated_lines(grid: Grid, table: Table, columns: ColumnMap, around: Surroundings) -> list[StatedLine]:
    """One line a village with its money; [] for a table without one column of money and one of villages.

    Totals, subtotals and lines whose village or programme is not known for certain are passed over.
    """
    if len(columns.amounts) != 1 or not {"village", "village_code"} & set(columns.fields) or "name" in columns.fields:
        return []
    context, column = around.read(table, columns, None), columns.amounts[0].column
    reader = RowReader(context, columns, around.lookups, {})
    lines = []
    for number in range(table.header_last + 1, table.body_last + 1):
        row = table.view(grid.rows[number - 1])
        amount = read_amount(cell_at(row, column), context.unit_fen)
        if amount is None or not (reader.text(row, number, "village") or reader.text(row, number, "village_code")):
            continue
        place = reader.read_place(row, number, "")
        code = str(reader.read_own_programme(row, number, "")["programme_code"])
        if place["village_code"] and code:
            township, village, village_code = (str(place[k]) for k in ("township", "village", "village_code"))
            lines.append(StatedLine(number, column_letters(column), code, township, village, village_code, amount.fen))
    return lines
