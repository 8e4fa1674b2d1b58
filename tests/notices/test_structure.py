import io
from datetime import UTC, datetime

import pypdf
import pytest

from village_notice.notices import structure
from village_notice.notices.document import Document
from village_notice.notices.fonts import Style
from village_notice.notices.page import Element, column_moves, draw_cell

STAMP = datetime(2022, 12, 20, tzinfo=UTC)
CELL = draw_cell("1", "left", Style.REGULAR, 10)


def draw_rows(pages):
    """A table over some pages: rows of three cells, a line of two of which the first goes over two columns, a note."""
    document = Document("试", "村", STAMP)
    table = Element("Table", document.root)
    for rows in range(1, pages + 1):
        page = document.new_page(600, 800)
        page.used[Style.REGULAR].add("1")
        page.rows((10, 700), 20, [CELL] * (3 * rows), column_moves([0, 50, 100]), table, 10)
        page.single_row((10, 100), [(0, CELL), (100, CELL)], table, (Style.REGULAR, 10), 2)
        with page.mark_row(table, 3):
            page.text(10, 50, "1", size=10)
    return pypdf.PdfReader(io.BytesIO(document.render()), strict=True)


@pytest.mark.parametrize("packed", [1, 5, 4000])
def test_rows_of_every_shape_hang_together(monkeypatch, packed):
    """Also where the rows of one shape take several streams: rows lead to cells, cells to row, page and mark."""
    monkeypatch.setattr(structure, "_PACKED", packed)
    reader = draw_rows(3)
    root = reader.trailer["/Root"]["/StructTreeRoot"]
    table = root["/K"]["/K"]
    rows = [row.get_object() for row in table["/K"]]
    assert [len(row["/K"]) for row in rows] == [3, 2, 1, 3, 3, 2, 1, 3, 3, 3, 2, 1]
    parents = root["/ParentTree"]["/Nums"]
    for index, page in enumerate(reader.pages):
        cells = [cell.get_object() for cell in parents[2 * index + 1]]
        assert [cell["/K"] for cell in cells] == list(range(len(cells)))
        assert all(cell["/Pg"].get_object() == page for cell in cells)
        spans = [cell["/A"]["/ColSpan"] for cell in cells if "/A" in cell]
        assert spans == [2, 3] and cells[-1]["/A"]["/ColSpan"] == 3
        assert {cell["/S"] for cell in cells} == {"/TD"}
    assert all(cell.get_object()["/P"] == row for row in rows for cell in row["/K"])
    assert all(row["/P"] == table and row["/S"] == "/TR" for row in rows)
