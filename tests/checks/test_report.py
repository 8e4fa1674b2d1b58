import io
import re
import zipfile
from datetime import datetime

import openpyxl
import pytest

import village_notice.checks.causes as causes_module
import village_notice.checks.report as report_module
from village_notice.checks.report import Surroundings, build_report
from village_notice.checks.summary import build_summary
from village_notice.checks.totals import check_conservation
from village_notice.domain.finding import Finding, Place
from village_notice.domain.reading import FileReading

STAMP = datetime(2023, 12, 20)  # noqa: DTZ001


@pytest.fixture
def build(make):
    """The report of some findings on four payments in two files, as a workbook."""

    def build(findings, waived=(), inbox="../../收件箱"):
        frame = make(
            {"verdict": "held", "amount_fen": 100},
            {"verdict": "held", "amount_fen": 200, "name": "方木"},
            {"verdict": "held", "amount_fen": 50_000, "file": "乙/b.xls"},
            {"verdict": "accepted", "amount_fen": 7, "file": "乙/b.xls"},
        )
        readings = [
            FileReading(f, places_read=2, fen_read=int(part["raw_fen"].sum())) for f, part in frame.groupby("file")
        ]
        summary = build_summary(2023, readings, check_conservation(readings, frame), findings, waived=len(waived))
        return build_report(findings, waived, frame, summary, STAMP, Surroundings(inbox))

    return build


def load(data):
    return openpyxl.load_workbook(io.BytesIO(data))


def rows_of(sheet):
    return [[c if c is not None else "" for c in row] for row in sheet.iter_rows(min_row=3, values_only=True)]


FINDINGS = (
    Finding("H03", Place("a.xlsx", "表1")),
    Finding("C03", Place("a.xlsx", "表1", 5, "F"), "1 00", "1.00"),
    Finding("R01", Place("a.xlsx", "表1", 5, "F"), "1.00"),
    Finding("R01", Place("a.xlsx", "表1", 6, "F"), "2.00"),
    Finding("R10", Place("乙/b.xls", "表1", 7, "C")),
    Finding("R05", Place("a.xlsx", "表1", 6, "F"), "2.00", "3.00", "-1.00", fen=100),
)


def test_what_stops_the_posting_comes_first(build):
    sheet = load(build(FINDINGS))["先看这里"]
    rows = rows_of(sheet)
    assert rows[0][:5] == ["乙/b.xls", 1, 1, 500, "没有村名（1 处）"]
    assert rows[1][:5] == ["a.xlsx", 2, 2, 3, "没有姓名（2 处）"]
    assert "3 笔、503.00 元待核实" in sheet["A1"].value
    assert sheet["A3"].hyperlink.target == "../../收件箱/乙/b.xls"
    assert ["读到", 4, "", 503.07] in [r[:4] for r in rows]
    assert any("与读到的相等" in r for r in rows)


def test_a_difference_with_what_was_paid_out_comes_by_its_money(build):
    sheet = load(
        build([*FINDINGS, Finding("T04", Place("control.csv", "", 3), "石桥镇 1.00", "99.00", "98.00", fen=9_800)])
    )
    assert [r[0] for r in rows_of(sheet["先看这里"])[:3]] == ["乙/b.xls", "control.csv", "a.xlsx"]


def test_one_row_a_finding_errors_and_money_first(build):
    sheet = load(build(FINDINGS))["逐条问题"]
    rows = rows_of(sheet)
    assert [(r[0], r[2], r[4], r[11]) for r in rows] == [
        ("R10", "乙/b.xls", "C7", "待处理"),
        ("R01", "a.xlsx", "F6", "待处理"),
        ("R01", "a.xlsx", "F5", "待处理"),
        ("H03", "a.xlsx", "整张表", "请留意"),
        ("R05", "a.xlsx", "F6", "请留意"),
        ("C03", "a.xlsx", "F5", "已自动改正"),
    ]
    assert rows[1][5] == "方木"
    assert rows[4][8] == -1
    assert rows[0][12] == 500
    assert (sheet.auto_filter.ref, sheet.freeze_panes, sheet.page_setup.orientation) == ("A2:M8", "A3", "landscape")


def test_cell_links_into_the_file(build):
    sheet = load(build(FINDINGS))["逐条问题"]
    assert sheet["E3"].hyperlink.target == "../../收件箱/乙/b.xls"
    assert sheet["E3"].hyperlink.location == "'表1'!C7"


def test_no_links_without_an_inbox(build):
    assert load(build(FINDINGS, inbox=None))["逐条问题"]["E3"].hyperlink is None


@pytest.mark.parametrize(
    ("file", "target", "location"),
    [
        ("甲.csv", "../in/甲.csv", None),
        ("包.zip/甲.xlsx", "../in/包.zip", None),
        ("x#1.xlsx", "../in/x%231.xlsx", "'表'!B2"),
    ],
)
def test_links_to_text_files_and_into_zips(build, file, target, location):
    link = load(build([Finding("R01", Place(file, "表", 2, "B"))], inbox="..\\in\\"))["逐条问题"]["E3"].hyperlink
    assert (link.target, link.location) == (target, location)


def test_waived_findings_are_shown_as_such(build):
    rows = rows_of(load(build(FINDINGS[:1], [FINDINGS[4]]))["逐条问题"])
    assert [(r[0], r[11]) for r in rows] == [("H03", "请留意"), ("R10", "已放行")]


def test_causes_are_counted_with_their_first_rows(build):
    findings = [Finding("C04", Place("a.xlsx", "表1", row, "D"), "3.7E+17") for row in range(5, 42)]
    sheet = load(build(findings))["按原因归并"]
    row = rows_of(sheet)[0]
    assert row[2:4] == ["身份证号已损坏 37 处（D 列）", 37]
    assert row[8] == "第 5、6、7、8、9 行等 37 行"
    assert sheet["I3"].hyperlink.location == "'表1'!D5"
    below = rows_of(sheet)[1:38]
    assert [(r[0], r[8]) for r in below] == [("C04", f"第 {n} 行") for n in range(5, 42)]
    assert [sheet.row_dimensions[n].outlineLevel for n in (3, 4, 40)] == [0, 1, 1]
    assert sheet.row_dimensions[4].hidden and not sheet.row_dimensions[3].hidden and sheet.row_dimensions[3].collapsed
    assert sheet.sheet_properties.outlinePr.summaryBelow is False


@pytest.mark.parametrize(
    ("findings", "words", "count"),
    [
        ([Finding("H03", Place("a.xlsx", f"表{n}")) for n in (1, 2, 3)], "没有发放状态，按已发放计 3 张表", 3),
        ([Finding("N08", Place("", f"石桥镇{n}村"), str(n)) for n in "甲乙"], "有待核实的款项，公示为草稿 2 个村", 2),
        ([Finding("F12", Place("a.xlsx"), "文件名", "2023")], "表里没有写明年度或发放日期，按 2023 年计入（依据：文件名）。", 1),
        (
            [Finding("R02", Place("a.xlsx", "表1", n, "B"), "东光村", "石桥镇") for n in (5, 9)],
            "村名对不上 2 处：村名“东光村”在石桥镇的名册里找不到。",
            2,
        ),
    ],
)  # fmt: skip
def test_one_cause_is_one_line(build, findings, words, count):
    sheet = load(build(findings))["按原因归并"]
    rows = rows_of(sheet)
    assert rows[0][2:4] == [words, count]
    assert [sheet.row_dimensions[n + 3].outlineLevel for n in range(count)] == [0, *[1] * (count - 1)]
    assert "1 个原因" in sheet["A1"].value


def test_two_wrong_village_names_are_two_causes(build):
    findings = [Finding("R02", Place("a.xlsx", "表1", n, "B"), name) for n, name in enumerate(("东光村", "西光村"), 5)]
    assert "2 个原因" in load(build(findings))["按原因归并"]["A1"].value


def test_what_is_not_shown_below_a_cause_is_said(build, monkeypatch):
    monkeypatch.setattr(causes_module, "_MOST_BELOW", 3)
    findings = [Finding("C04", Place("a.xlsx", "表1", row, "D"), "x") for row in range(5, 15)]
    rows = rows_of(load(build(findings))["按原因归并"])
    assert rows[0][3] == 10 and "另有 7 处" in rows[4][2]


def test_a_file_that_is_gone_has_no_link(build):
    book = load(build([Finding("F13", Place("没了.xlsx"), "3", fen=5), *FINDINGS]))
    cells = [row[2] for row in book["逐条问题"].iter_rows(min_row=3, max_row=9)]
    assert {c.value: c.hyperlink is None for c in cells} == {"没了.xlsx": True, "a.xlsx": False, "乙/b.xls": False}
    assert all(
        row[5].hyperlink is None for row in book["按原因归并"].iter_rows(min_row=3) if row[5].value == "没了.xlsx"
    )


def test_what_was_waived_does_not_say_it_is_held(build):
    waived = Finding("X01", Place("a.xlsx", "表1", 5, "F"), expected="乙/b.xls")
    (row,) = rows_of(load(build([], [waived]))["逐条问题"])
    assert "照常计入" in row[9] and row[11] == "已放行"


def test_too_many_are_grouped_and_none_is_dropped(build, monkeypatch):
    monkeypatch.setattr(report_module, "MOST_FINDINGS", 10)
    many = [Finding("C04", Place("a.xlsx", "表1", row, "D"), "x") for row in range(5, 25)]
    sheet = load(build([*many, *FINDINGS]))["逐条问题"]
    rows = rows_of(sheet)
    assert [r[0] for r in rows[:3]] == ["R10", "R01", "R01"]
    assert next(r for r in rows if r[0] == "C04")[9] == "身份证号已损坏：共 20 处"
    assert any("没有丢掉" in str(r[0]) for r in rows)
    assert "26 条" in sheet["A1"].value


def test_nothing_wrong(build):
    book = load(build([]))
    assert book.sheetnames == ["先看这里", "逐条问题", "按原因归并"]


def test_same_findings_give_same_bytes(build):
    assert build(FINDINGS) == build(FINDINGS)


def test_formulas_are_guarded(build):
    rows = rows_of(load(build([Finding("R02", Place("a.xlsx", "表1", 5, "B"), "=1+1")]))["逐条问题"])
    assert rows[0][6] == "'=1+1"


@pytest.mark.parametrize("place", [Place("村名册", "石桥镇东关村"), Place("control.csv", "", 3)])
def test_what_is_no_file_of_the_inbox_has_no_link(build, place):
    sheet = load(build([Finding("N07" if place.sheet else "T04", place)]))["逐条问题"]
    assert sheet["C3"].value == place.file and sheet["C3"].hyperlink is None


def test_a_sheet_and_a_file_tell_the_money_of_all_their_payments(make):
    """Recoveries count as money too, and the payments of a sheet need not stand together."""
    fen = (("表1", 1 << 53), ("表2", 5), ("表1", -2), ("表1", 1))
    frame = make(*({"sheet": sheet, "amount_fen": amount} for sheet, amount in fen))
    reading = FileReading("a.xlsx", places_read=4, fen_read=int(frame["raw_fen"].sum()))
    findings = [Finding("H03", Place("a.xlsx", sheet)) for sheet in ("", "表1", "表2", "表3")]
    summary = build_summary(2023, [reading], check_conservation([reading], frame), findings)
    data = build_report(findings, (), frame, summary, STAMP, Surroundings())
    with zipfile.ZipFile(io.BytesIO(data)) as parts:  # openpyxl would round them
        drawn = parts.read("xl/worksheets/sheet2.xml").decode("utf-8")
    money = [re.findall(r'r="M\d+" s="\d+">(?:<v>([^<]*)</v>)?', row)[-1:] for row in drawn.split("<row ")[3:]]
    assert money == [["90071992547410.00"], ["90071992547409.95"], ["0.05"], []]


def test_a_row_paid_several_times_has_the_money_of_its_column_or_of_all(make):
    """Payments in any order: the name and the money of the column named, else the first name and all the money."""
    columns = (("F", "王甲", 100), ("G", "方乙", 20), ("F", "王甲", 3))
    row = {"file": "a.xlsx", "sheet": "表1", "row": 5}
    frame = make({"row": 9}, *({**row, "column": c, "name": n, "amount_fen": a} for c, n, a in columns))
    reading = FileReading("a.xlsx", places_read=4, fen_read=int(frame["raw_fen"].sum()))
    findings = [Finding("R05", Place("a.xlsx", "表1", 5, column)) for column in ("F", "G", "H", "")]
    summary = build_summary(2023, [reading], check_conservation([reading], frame), findings)
    rows = rows_of(load(build_report(findings, (), frame, summary, STAMP, Surroundings()))["逐条问题"])
    told = {r[4]: (r[5], r[12]) for r in rows}
    assert told == {"F5": ("王甲", 1.03), "G5": ("方乙", 0.2), "H5": ("王甲", 1.23), "第 5 行": ("王甲", 1.23)}


def test_a_report_without_payments(make):
    frame = make({}).iloc[:0]
    findings = [Finding("F06", Place("a.xlsx")), Finding("R01", Place("a.xlsx", "表1", 5))]
    summary = build_summary(2023, [], check_conservation([], frame), findings)
    rows = rows_of(load(build_report(findings, (), frame, summary, STAMP, Surroundings()))["逐条问题"])
    assert [(r[0], r[12]) for r in rows] == [("R01", ""), ("F06", "")]
