import io
import zipfile
from datetime import datetime

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from village_notice.workbook import Link, Sheet, SheetColumn, build_workbook, format_column, format_location

STAMP = datetime(2023, 12, 20, 9, 30)  # noqa: DTZ001
COLUMNS = (SheetColumn("文件", width=30), SheetColumn("处数", "integer"), SheetColumn("金额（元）", "fen", 16))


def build(sheet, *more):
    return build_workbook((sheet, *more), title="试", stamp=STAMP)


def load(data):
    return openpyxl.load_workbook(io.BytesIO(data))


def rich_sheet():
    rows = (("一.xlsx", 2, 123456), ("二#3 号.xls", 1, None), ("说明", None, None), ("合计", 3, -500))
    links = (Link(0, 0, "../../收件箱/一.xlsx"), Link(1, 0, "../../收件箱/二#3 号.xls", format_location("甲'村", "B7")))
    styles = ("error", "warning", "section", "heading")
    return Sheet(
        "先看这里", "标题", COLUMNS, rows, ("注",), landscape=True, styles=styles, links=links, has_filter=True
    )


def test_values_come_back_with_both_readers():
    data = build(rich_sheet())
    rows = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()
    assert rows[0][0] == "标题"
    assert rows[1] == ["文件", "处数", "金额（元）"]
    assert rows[2] == ["一.xlsx", 2, 1234.56]
    assert load(data)["先看这里"]["C6"].value == -5


def test_rows_have_their_colours():
    sheet = load(build(rich_sheet()))["先看这里"]
    fills = [sheet.cell(row, 2).fill.fgColor.rgb for row in (3, 4)]
    assert fills == ["FFFBD5D5", "FFFFF4C2"]
    assert sheet["A5"].font.b
    assert sheet["A6"].font.b
    assert sheet["C3"].number_format == "#,##0.00"
    assert not sheet["B3"].alignment.wrap_text


def test_links_open_a_cell_of_a_file_beside_the_workbook():
    sheet = load(build(rich_sheet()))["先看这里"]
    assert sheet["A3"].hyperlink.target == "../../收件箱/一.xlsx"
    assert sheet["A3"].font.u == "single"
    assert sheet["A4"].hyperlink.target == "../../收件箱/二%233%20号.xls"
    assert sheet["A4"].hyperlink.location == "'甲''村'!B7"


def test_link_inside_the_workbook():
    link = Link(0, 0, "", format_location("二", "A3"))
    book = load(build(Sheet("一", "t", COLUMNS, (("x", 1, 1),), links=(link,)), Sheet("二", "t", COLUMNS, ())))
    assert book["一"]["A3"].hyperlink.location == "'二'!A3"
    assert book["一"]["A3"].hyperlink.target is None


def test_filter_frozen_headings_and_paper():
    sheet = load(build(rich_sheet()))["先看这里"]
    assert sheet.auto_filter.ref == "A2:C6"
    assert sheet.freeze_panes == "A3"
    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
    assert sheet.print_title_rows == "$1:$2"


def test_an_empty_sheet_has_no_filter():
    assert load(build(Sheet("空", "t", COLUMNS, (), has_filter=True)))["空"].auto_filter.ref is None


def test_same_arguments_give_same_bytes():
    assert build(rich_sheet()) == build(rich_sheet())


def test_styles_must_match_the_rows():
    with pytest.raises(ValueError, match="zip"):
        build(Sheet("一", "t", COLUMNS, (("x", 1, 1),), styles=("error", "error")))


@pytest.mark.parametrize("text", ["=1+1", "+cmd", "-cmd", "@x", "\tx"])
def test_formulas_are_guarded(text):
    assert load(build(Sheet("一", "t", COLUMNS, ((text, 1, 1),))))["一"]["A3"].value == "'" + text


def test_a_negative_number_as_text_keeps_its_look():
    assert load(build(Sheet("一", "t", COLUMNS, (("-12.50", 1, 1),))))["一"]["A3"].value == "-12.50"


def test_too_many_links_stay_text():
    rows = tuple((str(n), n, n) for n in range(65_010))
    sheet = Sheet("一", "t", COLUMNS, rows, links=tuple(Link(n, 0, "a.xlsx") for n in range(len(rows))))
    xml = zipfile.ZipFile(io.BytesIO(build(sheet))).read("xl/worksheets/sheet1.xml")
    assert xml.count(b"<hyperlink ") == 65_000


@given(st.text(max_size=50))
def test_any_text_gives_a_file_that_opens(text):
    data = build(Sheet("一", text, COLUMNS, ((text, 1, 1),), links=(Link(0, 0, text or "a", "'x'!A1"),)))
    assert load(data)["一"]["B3"].value == 1


def test_long_notes_and_titles_get_room():
    sheet = load(build(Sheet("一", "题" * 40, COLUMNS, (), notes=("注" * 60, "短"))))["一"]
    assert [sheet.row_dimensions[n].height for n in (1, 3, 4)] == [90, 54, 18]


def test_totals_stay_outside_the_filter():
    sheet = Sheet("一", "t", COLUMNS, (("x", 1, 1), ("合计", 1, 1)), styles=("", "total"), has_filter=True)
    shown = load(build(sheet))["一"]
    assert shown.auto_filter.ref == "A2:C3"
    assert shown["A4"].font.b
    assert shown["C4"].number_format == "#,##0.00"


def test_one_column_has_nothing_to_merge():
    """Excel repairs a workbook that merges one cell with itself."""
    assert not load(build(Sheet("一", "t", COLUMNS[:1], (("x",),), notes=("注",))))["一"].merged_cells.ranges


def test_rows_of_one_look_and_of_many_stand_in_their_places():
    rows = [(f"名{n}", n, n) for n in range(10_050)]
    styles = ["error" if n in (3, 4, 10_049) else "" for n in range(len(rows))]
    sheet = load(build(Sheet("一", "t", COLUMNS, rows, styles=styles, links=(Link(7, 0, "a.xlsx"),))))["一"]
    found = list(sheet.iter_rows(min_row=3, values_only=True))
    assert [row[:2] for row in found] == [(name, n) for name, n, _ in rows]
    assert [row for row in (5, 6, 7, 8, 10_052) if sheet.cell(row, 2).fill.fgColor.rgb == "FFFBD5D5"] == [6, 7, 10_052]
    assert [row for row in (9, 10, 11) if sheet.cell(row, 1).font.u == "single"] == [10]


@pytest.mark.parametrize(
    ("values", "kind", "texts"),
    [
        (("=1", "王", ""), "text", ["'=1", "王", ""]),
        ((1, 20), "fen", ["0.01", "0.20"]),
        ((1500, None, -2), "milli", ["1.5", "", "-0.002"]),
        ((1, "共-1", "-1"), "integer", ["1", "共-1", "'-1"]),
        ((), "micro", []),
    ],
)
def test_columns_as_texts(values, kind, texts):
    assert format_column(values, kind) == texts


def test_one_value_in_several_columns_stays_in_each():
    columns = tuple(SheetColumn(f"列{n}") for n in range(28))  # beyond Z
    rows = [("同",) * 28, *[(None,) * 28] * 2, ("异", *("同",) * 27)]
    sheet = load(build(Sheet("表", "标题", columns, rows), Sheet("二", "标题", columns[:2], [("同", "同")])))["表"]
    assert [cell.value for cell in sheet[3]] == ["同"] * 28 and [cell.value for cell in sheet[6]][:2] == ["异", "同"]
    assert (sheet["AA3"].value, sheet["AB6"].value, sheet["AB4"].value) == ("同", "同", None)


def test_rows_without_columns():
    sheet = Sheet("空", "标题", (), [(), ()])
    with zipfile.ZipFile(io.BytesIO(build(sheet))) as parts:
        drawn = parts.read("xl/worksheets/sheet1.xml").decode("utf-8")
    assert '<row r="3"></row><row r="4"></row>' in drawn


def test_what_xml_forbids_cannot_be_printed():
    """Only texts that cannot be printed are searched for it."""
    forbidden = [*map(chr, (*range(9), 11, 12, *range(14, 32), *range(0xD800, 0xE000), 0xFFFE, 0xFFFF))]
    assert not any(c.isprintable() for c in forbidden)
    sheet = Sheet(
        "一", "t", COLUMNS, (("".join(["王", *forbidden, "\u3000伟"]), 1, 1),), links=(Link(0, 0, "", "\0A1"),)
    )
    cell = load(build(sheet))["一"]["A3"]
    assert (cell.value, cell.hyperlink.location) == ("王\u3000伟", "A1")


def test_rows_folded_away_with_their_colours_and_links():
    rows = [(f"名{n}", n, n) for n in range(5)]
    styles, folded = ["error", "error", "error", "error", "fixed"], [False, True, True, False, False]
    links = (Link(1, 0, "a.xlsx"), Link(1, 2, "a.xlsx"), Link(3, 0, "a.xlsx"))
    sheet = load(build(Sheet("一", "t", COLUMNS, rows, styles=styles, links=links, folded=folded)))["一"]
    looks = [sheet.row_dimensions[row] for row in range(3, 8)]
    assert [look.outlineLevel for look in looks] == [0, 1, 1, 0, 0]
    assert [look.collapsed for look in looks] == [True, False, False, False, False]
    linked = [[cell.font.u == "single" for cell in row] for row in sheet.iter_rows(min_row=3)]
    assert linked == [[False] * 3, [True, False, True], [False] * 3, [True, False, False], [False] * 3]
