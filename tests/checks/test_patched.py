"""The copy that keeps the clerk's workbook as it is, down to the bytes of what is not touched."""

import io
import re
import zipfile
from datetime import UTC, date, datetime, time
from xml.etree import ElementTree

import openpyxl
import pytest
from openpyxl.chart import BarChart, Reference
from openpyxl.comments import Comment
from openpyxl.formatting.rule import DataBarRule
from openpyxl.packaging.custom import StringProperty
from openpyxl.styles import Border, Font, PatternFill, Side

from village_notice.checks.annotated import Origin, annotate_sheets
from village_notice.checks.patched import CannotPatchError, patch_xlsx
from village_notice.domain.annotation import FRONT_SHEET, PATH_PROPERTY, SOURCE_PROPERTY
from village_notice.domain.finding import Finding, Place
from village_notice.sources.grid import Grid
from village_notice.sources.workbook import read_workbook

STAMP = datetime(2022, 12, 20, tzinfo=UTC)
ORIGIN = Origin("甲/a.xlsx", ("1" * 64,), STAMP)
HELD = Finding("C01", Place("a.xlsx", "表", 4, "C"), found="见<备注>&")
ROWS = [["标题"], ["姓名", "身份证号", "金额"], ["万木", "370", 1000], ["方木", "371", "见备注"], ["合计", None, None]]
ORDER = [
    "sheetPr", "dimension", "sheetViews", "sheetFormatPr", "cols", "sheetData", "sheetProtection", "autoFilter", "mergeCells",
    "conditionalFormatting", "dataValidations", "hyperlinks", "printOptions", "pageMargins", "pageSetup", "headerFooter", "drawing",
    "legacyDrawing", "legacyDrawingHF", "tableParts", "extLst",
]  # fmt: skip


def save(book):
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


@pytest.fixture
def book():
    """A workbook with much that has to be kept."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "表"
    for row in ROWS:
        sheet.append(row)
    sheet.merge_cells("A1:C1")
    sheet["C4"].font, sheet["C4"].border = Font(bold=True), Border(left=Side("thin"))
    sheet["A2"].fill = PatternFill("solid", fgColor="FF00FF00")
    sheet.print_title_rows, sheet.freeze_panes = "1:2", "A3"
    sheet.conditional_formatting.add("C3:C4", DataBarRule("min", None, "max", None, color="FF638EC6"))
    chart = BarChart()
    chart.add_data(Reference(sheet, min_col=3, min_row=2, max_row=4))
    sheet.add_chart(chart, "F2")
    book.create_sheet("藏").sheet_state = "hidden"
    book.custom_doc_props.append(StringProperty(name="单位", value="财政所"))
    return book


def parts(data):
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        return {name: package.read(name) for name in package.namelist()}


def change(data, name, old, new):
    """The workbook with something in a part changed."""
    found = parts(data)
    assert old in found[name]
    found[name] = found[name].replace(old, new)
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as package:
        for part, content in found.items():
            package.writestr(part, content)
    return made.getvalue()


def patch(data, *findings):
    made = patch_xlsx(data, findings or (HELD,), ORIGIN)
    return made, openpyxl.load_workbook(io.BytesIO(made))


def test_the_cell_keeps_its_format_and_takes_colour_and_comment(book):
    _, made = patch(save(book))
    cell = made["表"]["C4"]
    assert (cell.fill.fgColor.rgb, cell.font.bold, cell.border.left.style) == ("FFFFC7CE", True, "thin")
    assert cell.comment.text.startswith("【错误 C01】金额“见<备注>&”不是数") and cell.comment.author == "village-notice"
    assert made["表"]["C3"].fill.fill_type is None and made["表"]["A2"].fill.fgColor.rgb == "FF00FF00"


def test_what_is_not_touched_stays_byte_for_byte(book):
    data = save(book)
    before, after = parts(data), parts(patch(data)[0])
    touched = {"[Content_Types].xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml", "xl/worksheets/sheet1.xml",
               "xl/worksheets/_rels/sheet1.xml.rels", "docProps/custom.xml", "docProps/core.xml"}  # fmt: skip
    assert {n for n in before if before[n] != after[n]} <= touched
    assert "xl/charts/chart1.xml" in before and b"conditionalFormatting" in after["xl/worksheets/sheet1.xml"]


def test_the_front_sheet_comes_first_and_is_the_only_one_chosen(book):
    book.active = 0
    made, opened = patch(save(book))
    assert opened.sheetnames == [FRONT_SHEET, "表", "藏"] and opened["藏"].sheet_state == "hidden"
    assert opened.active.title == FRONT_SHEET
    assert [n for n, text in parts(made).items() if b"tabSelected" in text] == ["xl/worksheets/sheetNotice.xml"]
    assert opened["表"].print_title_rows == "$1:$2"  # its name is bound to the place of the sheet, which has moved
    front = opened[FRONT_SHEET]
    assert (
        front["A1"].value == "核对说明：甲/a.xlsx，错误 1 处，提醒和已改正 0 处"
        and front["D8"].hyperlink.location == "'表'!C4"
    )
    assert front["A4"].value == "工作表和格式都已保留。" and front.page_setup.orientation == "landscape"


def test_properties_are_added_to_those_that_are_there(book):
    _, made = patch(save(book))
    assert {p.name: p.value for p in made.custom_doc_props.props} == {
        "单位": "财政所", SOURCE_PROPERTY: f"village-notice {'1' * 64}", PATH_PROPERTY: "甲/a.xlsx",
    }  # fmt: skip


def test_a_sheet_stays_in_the_order_that_excel_wants(book):
    book["表"].oddFooter.center.text = "第 &P 页"
    for text in parts(patch(save(book))[0]).values():
        if text.startswith(b"<worksheet"):
            tags = [element.tag.partition("}")[2] for element in ElementTree.fromstring(text)]  # noqa: S314 - our own
            assert [ORDER.index(t) for t in tags] == sorted(ORDER.index(t) for t in tags)


def test_a_cell_and_a_row_that_are_not_there_yet(book):
    found = [Finding("C02", Place("a.xlsx", "表", r, c)) for r, c in ((5, "B"), (9, "D"), (7, "A"))]
    made, opened = patch(save(book), *found)
    assert [opened["表"][c].comment is not None for c in ("B5", "D9", "A7", "A5")] == [True, True, True, False]
    rows = [int(n) for n in re.findall(rb'<row r="(\d+)"', parts(made)["xl/worksheets/sheet1.xml"])]
    assert rows == sorted(rows) and {7, 9} <= set(rows)


def test_a_row_without_a_column_and_a_cell_inside_a_merge(book):
    found = [Finding("R08", Place("a.xlsx", "表", 4)), Finding("C01", Place("a.xlsx", "表", 1, "B"), "x"), HELD]
    sheet = patch(save(book), *found)[1]["表"]
    assert [c.coordinate for row in sheet.iter_rows() for c in row if c.comment] == ["A1", "A4", "C4"]


def test_several_findings_at_one_cell_are_one_comment(book):
    whole, first = Finding("H03", Place("a.xlsx", "表")), Finding("C01", Place("a.xlsx", "表", 1, "A"), "x")
    sheet = patch(save(book), whole, first)[1]["表"]
    assert sheet["A1"].comment.text.count("【") == 2 and sheet["A1"].fill.fgColor.rgb == "FFFFC7CE"


def test_formulas_become_their_values(book):
    book["表"]["C5"], book["表"]["D5"] = "=SUM(C3:C4)", "=1+1"
    data = save(book)
    text = parts(data)["xl/worksheets/sheet1.xml"]
    old = re.search(rb"<f>SUM\(C3:C4\)</f><v ?/>|<f>SUM\(C3:C4\)</f><v></v>", text)[0]
    data = change(data, "xl/worksheets/sheet1.xml", old, b"<f>SUM(C3:C4)</f><v>1000</v>")
    _, made = patch(data)
    assert (made["表"]["C5"].value, made["表"]["D5"].value) == (1000, "=1+1")
    told = made[FRONT_SHEET]["A4"].value
    assert "1 个公式换成了表里保存的结果" in told and "1 个公式没有保存结果" in told


def test_the_order_of_calculation_goes_with_the_formulas(book):
    data = change(save(book), "xl/worksheets/sheet1.xml", b"<v>1000</v>", b"<f>500*2</f><v>1000</v>")
    kinds = b'<Override PartName="/xl/calcChain.xml" ContentType="application/x"/></Types>'
    data = change(data, "[Content_Types].xml", b"</Types>", kinds)
    relation = b'<Relationship Id="rId77" Type="http://x/calcChain" Target="calcChain.xml"/></Relationships>'
    data = change(data, "xl/_rels/workbook.xml.rels", b"</Relationships>", relation)
    with zipfile.ZipFile(buffer := io.BytesIO(data), "a") as package:
        package.writestr("xl/calcChain.xml", "<calcChain/>")
    found = parts(patch(buffer.getvalue())[0])
    assert "xl/calcChain.xml" not in found
    assert not any(b"calcChain" in found[n] for n in ("[Content_Types].xml", "xl/_rels/workbook.xml.rels"))


def spoil_with_comment(book):
    book["表"]["A3"].comment = Comment("已核", "张会计")
    return save(book)


def spoil_with_macros(book):
    with zipfile.ZipFile(buffer := io.BytesIO(save(book)), "a") as package:
        package.writestr("xl/vbaProject.bin", b"x")
    return buffer.getvalue()


def spoil_rows(book):
    return change(save(book), "xl/worksheets/sheet1.xml", b'<row r="4"', b"<row")


def spoil_cells(book):
    return change(save(book), "xl/worksheets/sheet1.xml", b'<c r="A4"', b"<c r='A4'")


def spoil_strict(book):
    return change(save(book), "xl/workbook.xml", b"<sheets>", b"<!-- purl.oclc.org/ooxml --><sheets>")


def spoil_prefix(book):
    return change(save(book), "xl/workbook.xml", b"<sheets>", b'<sheets xmlns:y="y">')


def spoil_again(book):
    return patch_xlsx(save(book), [HELD], ORIGIN)


@pytest.mark.parametrize(
    "spoil", [spoil_with_comment, spoil_with_macros, spoil_rows, spoil_cells, spoil_strict, spoil_prefix, spoil_again]
)
def test_what_is_not_as_usual_is_left_to_others(book, spoil):
    with pytest.raises(CannotPatchError):
        patch_xlsx(spoil(book), [HELD], ORIGIN)


def test_any_grid_comes_back_as_it_was():
    cells = [
        "=1+1",
        3.70999e17,
        12,
        0.1,
        True,
        date(2022, 6, 30),
        datetime(2022, 6, 30, 8, 30),  # noqa: DTZ001 - a workbook knows no zones
        time(8, 30),
        " 空 格 ",
        "甲\n乙",
        None,
        "<&>\x01",
    ]
    grid = Grid("表", [cells, [], ["x"]], errors={(2, 3): "#N/A"}, is_hidden=False)
    other = Grid("藏", [[1]], is_hidden=True)
    made = annotate_sheets([grid, other], [HELD], ORIGIN)
    front, sheet, hidden = read_workbook(made, ".xlsx", password=None).grids
    assert (front.name, sheet.name, hidden.name, hidden.is_hidden) == (FRONT_SHEET, "表", "藏", True)
    expected = [*cells[:-1], "<&>"]
    assert sheet.rows[0] == expected and isinstance(sheet.rows[0][0], str)
    assert sheet.rows[1][2] == "#N/A" and sheet.rows[2] == ["x"]


def test_sheets_of_one_name_and_of_none():
    made = annotate_sheets([Grid("", [[1]]), Grid("", [[2]]), Grid("长" * 40, [[3]])], [], ORIGIN)
    assert openpyxl.load_workbook(io.BytesIO(made)).sheetnames == [FRONT_SHEET, "Sheet1", "Sheet12", "长" * 31]


def test_columns_are_wide_enough_for_what_they_hold():
    grid = Grid("表", [["很长很长很长很长很长很长的标题"], ["序号", "身份证号"], [1, "379999196501010011"]])
    sheet = openpyxl.load_workbook(io.BytesIO(annotate_sheets([grid], [], ORIGIN)))["表"]
    assert (sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width) == (6, 20)
