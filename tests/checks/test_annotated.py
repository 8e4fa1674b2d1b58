import hashlib
import io
import zipfile
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

import openpyxl
import pytest
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill

from village_notice.checks.annotated import Origin, annotate_sheets, annotate_xlsx
from village_notice.domain.annotation import FRONT_SHEET, PATH_PROPERTY, SOURCE_PROPERTY, parse_sources
from village_notice.domain.finding import Finding, Place

STAMP = datetime(2022, 12, 20, tzinfo=UTC)
FINDINGS = (
    Finding("C01", Place("a.xlsx", "表", 4, "C"), found="见备注"),
    Finding("C04", Place("a.xlsx", "表", 3, "B"), found="3.7E+17"),
    Finding("C03", Place("a.xlsx", "表", 3, "C"), found="1,000", expected="1000.00"),
    Finding("H03", Place("a.xlsx", "表")),
    Finding("F12", Place("a.xlsx"), found="文件名", expected="2022"),
)


@dataclass
class PlainSheet:
    name: str
    rows: list
    is_hidden: bool = False
    errors: dict = field(default_factory=dict)
    merges: list = field(default_factory=list)


@pytest.fixture
def source():
    """A workbook with a merged title, bold headings, a formula that has a value and one that has none."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "表"
    for row in (
        ["标题"],
        ["姓名", "身份证号", "金额"],
        ["万木", 3.70999e17, 1000],
        ["方木", "370", "见备注"],
        ["合计", None, None],
    ):
        sheet.append(row)
    sheet.merge_cells("A1:C1")
    sheet["A2"].font = Font(bold=True)
    sheet["A3"].fill = PatternFill("solid", fgColor="FF00FF00")
    sheet["A3"].comment = Comment("户主本人", "张会计")
    sheet.column_dimensions["A"].width = 33
    book.create_sheet("藏").sheet_state = "hidden"
    sheet["C5"] = "=SUM(C3:C4)"
    sheet["D5"] = "=1+1"
    made = io.BytesIO()
    book.save(made)
    return put_value(made.getvalue(), b"<f>SUM(C3:C4)</f><v></v>", b"<f>SUM(C3:C4)</f><v>1000</v>")


def put_value(data, old, new):
    """The workbook with the value a formula was saved with."""
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        parts = {n: package.read(n) for n in package.namelist()}
    name = "xl/worksheets/sheet1.xml"
    assert old in parts[name] or old.replace(b"<v></v>", b"<v />") in parts[name]
    parts[name] = parts[name].replace(old, new).replace(old.replace(b"<v></v>", b"<v />"), new)
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as package:
        for part, content in parts.items():
            package.writestr(part, content)
    return made.getvalue()


def origin(data=b"", losses=()):
    return Origin("a.xlsx", (hashlib.sha256(data).hexdigest(),), STAMP, losses)


def load(data):
    return openpyxl.load_workbook(io.BytesIO(data))


def test_cells_are_coloured_by_severity_and_say_what_to_do(source):
    sheet = load(annotate_xlsx(source, FINDINGS, origin(source)))["表"]
    assert {c: sheet[c].fill.fgColor.rgb for c in ("C4", "B3", "C3", "A1", "B4")} == {
        "C4": "FFFFC7CE", "B3": "FFFFEB9C", "C3": "FFE2EFDA", "A1": "FFFFEB9C", "B4": "00000000",
    }  # fmt: skip
    assert (
        sheet["C4"].comment.text.startswith("【错误 C01】金额“见备注”不是数") and "怎么办：" in sheet["C4"].comment.text
    )


def test_sheets_and_formatting_stay(source):
    book = load(annotate_xlsx(source, FINDINGS, origin(source)))
    sheet = book["表"]
    assert book.sheetnames == [FRONT_SHEET, "表", "藏"] and book["藏"].sheet_state == "hidden"
    assert sheet["A2"].font.bold and sheet.column_dimensions["A"].width == 33
    assert sheet["A3"].fill.fgColor.rgb == "FF00FF00" and sheet["A3"].comment.text == "户主本人"
    assert [str(m) for m in sheet.merged_cells.ranges] == ["A1:C1"]
    assert [[c.value for c in row] for row in sheet["A3:C4"]] == [["万木", 3.70999e17, 1000], ["方木", "370", "见备注"]]


def test_formulas_carry_their_value_or_stay(source):
    book = load(annotate_xlsx(source, FINDINGS, origin(source)))
    assert (book["表"]["C5"].value, book["表"]["D5"].value) == (1000, "=1+1")
    told = book[FRONT_SHEET]["A4"].value
    assert "1 个公式换成了表里保存的结果" in told and "1 个公式没有保存结果" in told


def test_the_front_sheet_lists_everything_with_links(source):
    front = load(annotate_xlsx(source, FINDINGS, origin(source)))[FRONT_SHEET]
    assert front["A1"].value == "核对说明：a.xlsx，错误 1 处，提醒和已改正 4 处"
    listed = [[c.value for c in row[:4]] for row in front.iter_rows(min_row=8)]
    assert listed == [
        ["错误", "C01", "表", "C4"], ["提醒", "F12", None, "整个文件"], ["提醒", "H03", "表", "整张表"],
        ["提醒", "C04", "表", "B3"], ["已改正", "C03", "表", "C3"],
    ]  # fmt: skip
    assert front["D8"].hyperlink.location == "'表'!C4" or front["D8"].hyperlink.target == "#'表'!C4"


def test_the_source_is_named_and_the_bytes_are_the_same_again(source):
    first = annotate_xlsx(source, FINDINGS, origin(source))
    assert first == annotate_xlsx(source, FINDINGS, origin(source))
    book, digest = load(first), hashlib.sha256(source).hexdigest()
    assert parse_sources(book.custom_doc_props[SOURCE_PROPERTY].value) == (digest,)
    assert parse_sources(book[FRONT_SHEET]["A5"].value) == (digest,)


def test_a_copy_of_a_copy_has_one_front_and_new_marks_only(source):
    first = annotate_xlsx(source, FINDINGS, origin(source))
    again = load(annotate_xlsx(first, FINDINGS[1:2], Origin("a_核对.xlsx", ("1" * 64, "2" * 64), STAMP)))
    assert again.sheetnames == [FRONT_SHEET, "表", "藏"]
    sheet = again["表"]
    assert sheet["C4"].comment is None and sheet["C4"].fill.fill_type is None
    assert sheet["B3"].comment.text.count("【") == 1 and sheet["A3"].comment.text == "户主本人"
    assert [p.name for p in again.custom_doc_props.props] == [SOURCE_PROPERTY, PATH_PROPERTY]


def test_what_cannot_be_kept_is_named(source):
    drawn = io.BytesIO(source)
    with zipfile.ZipFile(drawn, "a") as package:
        package.writestr("xl/vbaProject.bin", b"x")
        package.writestr("xl/drawings/drawing1.xml", b"<xdr:wsDr><xdr:sp>stamp</xdr:sp></xdr:wsDr>")
    told = load(annotate_xlsx(drawn.getvalue(), FINDINGS, origin()))[FRONT_SHEET]["A4"].value
    assert "宏" in told and "图形、文本框" in told


def test_a_row_without_a_column_and_a_cell_inside_a_merge(source):
    findings = (Finding("R08", Place("a.xlsx", "表", 3), "示例"), Finding("C01", Place("a.xlsx", "表", 1, "B"), "x"))
    sheet = load(annotate_xlsx(source, findings, origin(source)))["表"]
    assert "R08" in sheet["A3"].comment.text and "（原有批注）户主本人" in sheet["A3"].comment.text
    assert "C01" in sheet["A1"].comment.text


def test_any_other_file_comes_back_as_a_workbook():
    rows = [
        ["姓名", "身份证号", "金额", "日期"],
        ["=HYPERLINK(1)", "370682196501011234", 5, date(2022, 6, 30)],
        [None, None, None],
    ]
    sheet = PlainSheet("", rows, errors={(3, 3): "#N/A"}, merges=[(3, 1, 3, 2)])
    finding = Finding("C11", Place("a.csv", "", 3, "C"), found="#N/A")
    book = load(annotate_sheets([sheet], [finding], origin(losses=("原来的格式（CSV，副本改为 .xlsx）",))))
    made = book["Sheet1"]
    assert made["A2"].data_type == "s" and made["A2"].value == "=HYPERLINK(1)"
    assert (made["B2"].value, made["B2"].number_format, made["C3"].value) == ("370682196501011234", "@", "#N/A")
    assert "C11" in made["C3"].comment.text and "CSV" in book[FRONT_SHEET]["A4"].value
    again = annotate_sheets([sheet], [finding], origin(losses=("x",)))
    assert again == annotate_sheets([sheet], [finding], origin(losses=("x",)))
