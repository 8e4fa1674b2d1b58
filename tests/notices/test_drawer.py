import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from village_notice.notices.document import Document
from village_notice.notices.drawer import TableDrawer, build_cells, fit_cell, list_chars
from village_notice.notices.paper import read_paper, wrap_name
from village_notice.notices.readback import read_pieces
from village_notice.notices.table import Column, Sheet, Table, plan_layout

PAPER = read_paper(None)
STAMP = datetime(2022, 12, 20, tzinfo=UTC)


def test_a_long_name_goes_into_two_lines_and_stays_whole():
    cell = fit_cell("莱阳市山前店镇东关村绿源果蔬种植专业合作社", "left", 100.0, 12.0, 22.7)
    assert cell.count(b"Tj") == 2
    assert fit_cell("王小二", "left", 100.0, 12.0, 22.7).count(b"Tj") == 1


def test_a_name_too_long_for_two_lines_goes_into_three_before_it_gets_tiny():
    cell = fit_cell("莱阳市山前店镇东关村丰禾源果蔬种植农民专业合作社（1组）", "left", 80.0, 16.0, 29.8)
    assert cell.count(b"Tj") == 3
    assert min(float(size) for size in re.findall(rb"/F0 ([\d.]+) Tf<", cell)) >= 8


def test_a_name_with_a_dot_is_broken_behind_it():
    lines = wrap_name("买买提江·阿卜杜热合曼·艾合买提", 120.0, 10.0)
    assert lines == ["买买提江·", "阿卜杜热合曼·艾合买提"]
    lines = wrap_name("莱阳市东关村绿源果蔬专业合作社金", 100.0, 10.0)
    assert [len(line) for line in lines] == [8, 8]


def _draw_sums(table, layout):
    document = Document("试", "村", STAMP)
    page = document.new_page(PAPER.width, PAPER.height)
    TableDrawer(table, layout, PAPER, document.root).draw(page, 700.0, Sheet((0,), 2), is_first=True, is_last=False)
    return [p.text for p in read_pieces(document.render()) if p.tag == "TD"]


@pytest.mark.parametrize(("name", "label"), [("王小二·阿卜杜热合曼", "本页小计（2户）"), ("王", "本页小计")])
def test_the_number_in_a_label_goes_where_it_could_not_be_read(name, label):
    columns = [Column("序号", "center", ["1", "2", "3"]), Column("户", "left", [name] * 3)]
    columns += [Column("金额", "right", ["1.00"] * 3, [100] * 3)]
    table = Table(columns, ("本页小计", "承前页", "合计"), lambda word, rows: f"{word}（{rows}户）")
    layout = replace(plan_layout(table, PAPER), widths=(20.0, 24.0 if name == "王" else 90.0, 60.0), panels=1)
    assert label in _draw_sums(table, layout)


def test_the_line_of_sums_is_closed_above_where_a_panel_is_shorter():
    names = ["王小二"] * 11
    columns = [Column("姓名", "left", names), Column("金额", "right", ["1.00"] * 11, [100] * 11)]
    table = Table(columns, ("本页小计", "承前页", "合计"), lambda word, rows: f"{word}（{rows}户）")
    layout, document = plan_layout(table, PAPER), Document("试", "村", STAMP)
    page = document.new_page(PAPER.width, PAPER.height)
    drawer = TableDrawer(table, layout, PAPER, document.root)
    drawer.draw(page, 700.0, Sheet((0, 6), 11), is_first=True, is_last=True)
    top = 700.0 - layout.head - 6 * PAPER.row
    assert b"%.2f %.2f m %.2f %.2f l" % (PAPER.left, top, PAPER.right, top) in b"".join(page.operators)


def test_cells_that_fit_and_cells_that_do_not_keep_their_order():
    names = ["王小二", "莱阳市山前店镇东关村绿源果蔬种植专业合作社", "李四", "王小二"]
    cells = build_cells(Column("姓名", "left", names), 60.0, PAPER)
    assert [cell.count(b"Tj") for cell in cells] == [1, 3, 1, 1]
    assert cells[0] == cells[3] != cells[2]


def test_every_character_of_a_list_is_known():
    """A character left out would have no outline in the file."""
    columns = [Column("a", "right", ["1,234.50", "-7", ""]), Column("b", "left", ["王 A", "李·é"])]
    assert list_chars(columns) == set("1,234.50-7王 A李·é")


def test_sums_made_at_once_are_those_made_one_by_one():
    count = 70
    amounts = [100 * n for n in range(count)]
    columns = [Column("姓名", "left", ["王小二"] * count)]
    columns += [Column("金额", "right", [str(fen) for fen in amounts], amounts)]
    table = Table(columns, ("本页小计", "承前页", "合计"), lambda word, rows: f"{word}（{rows}户）")
    layout, sheets, drawn = plan_layout(table, PAPER), [Sheet((0,), 30), Sheet((30,), 69), Sheet((69,), 70)], []
    for is_prepared in (False, True):
        document = Document("试", "村", STAMP)
        drawer = TableDrawer(table, layout, PAPER, document.root)
        if is_prepared:
            drawer.prepare(sheets)
        for number, sheet in enumerate(sheets):
            page = document.new_page(PAPER.width, PAPER.height)
            drawer.draw(page, 700.0, sheet, is_first=not number, is_last=number == 2)
        drawn.append(document.render())
    assert drawn[0] == drawn[1]
    texts = [p.text for p in read_pieces(drawn[0]) if p.tag == "TD"]
    assert str(sum(amounts)) in texts and str(sum(amounts[:30])) in texts and str(sum(amounts[30:69])) in texts
