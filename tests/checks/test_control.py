import openpyxl
import pytest

from village_notice.checks.control import check_control, draw_control, find_unsettled, reconcile
from village_notice.checks.control_file import ControlReader
from village_notice.domain.rules import switch_rules
from village_notice.errors import ReferenceFileError
from village_notice.sources.dates import parse_period

PROGRAMMES = {"耕地地力保护补贴": ("S001", "耕地地力保护补贴"), "高龄津贴": ("S053", "高龄津贴")}
TOWNSHIPS = {"石桥": "石桥镇", "石桥镇": "石桥镇", "双河镇": "双河镇"}
HEAD = "补贴项目,发放期间,乡镇,人数,金额（元）\n"


@pytest.fixture
def read(tmp_path):
    """The lines of a control.csv with this text."""

    def read(text, encoding="utf-8-sig"):
        (tmp_path / "control.csv").write_bytes((HEAD + text).encode(encoding))
        return ControlReader(PROGRAMMES.get, TOWNSHIPS.get).read(tmp_path)

    return read


def check(lines, frame, townships=()):
    rows = reconcile(lines, frame.assign(person_no=range(1, len(frame) + 1)), townships)
    return [(f.code, f.place.row, f.found, f.expected, f.difference) for f in check_control(rows)]


def test_without_the_file_nothing_is_compared(make, tmp_path):
    lines = ControlReader(PROGRAMMES.get, TOWNSHIPS.get).read(tmp_path)
    assert lines == [] and check(lines, make({})) == []
    assert ControlReader(PROGRAMMES.get, TOWNSHIPS.get).read(None) == []


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_money_that_agrees_to_the_fen(read, make, encoding):
    lines = read("耕地地力保护补贴,2023,石桥,2,240.00\n合计,,,2,240.00\n", encoding)
    assert [(n.row, n.township, n.people, n.fen) for n in lines] == [(2, "石桥镇", 2, 24_000)]
    assert check(lines, make({}, {})) == []


def test_one_fen_is_told(read, make):
    lines = read("耕地地力保护补贴,2023,石桥,,240.01\n")
    assert check(lines, make({}, {})) == [("T04", 2, "石桥镇耕地地力保护补贴（2023） 240.00", "240.01", "0.01")]


def test_periods_are_added_up_and_names_below_each_other_are_carried_on(read, make):
    lines = read("耕地地力保护补贴,第一批,石桥镇,1,100\n,第二批,石桥镇,1,140\n高龄津贴,7月,双河镇,,60\n")
    frame = make({}, {}, {"programme_code": "S053", "township": "双河镇", "amount_fen": 6000})
    assert check(lines, frame) == []


def test_what_is_held_failed_or_of_another_year_is_not_accepted(read, make):
    lines = read("耕地地力保护补贴,,石桥镇,,240\n")
    frame = make({}, {"verdict": "held"}, {"verdict": "not_paid"}, {"verdict": "other_year"})
    assert [c[0] for c in check(lines, frame)] == ["T04"]
    row = reconcile(lines, frame.assign(person_no=1))[0]
    assert (row.read, row.accepted, row.held, row.not_paid, row.difference) == (48_000, 12_000, 12_000, 12_000, 12_000)


def test_a_line_for_the_whole_county(read, make):
    lines = read("耕地地力保护补贴,,,,240\n")
    assert check(lines, make({}, {"township": "双河镇"})) == []
    assert check(lines, make({}, {"township": "双河镇"}), ["石桥镇"]) == [
        ("T05", 0, "石桥镇耕地地力保护补贴 120.00", "", "")
    ]


def test_what_has_no_line_and_people_that_differ(read, make):
    lines = read("耕地地力保护补贴,,石桥镇,3,240\n")
    frame = make({}, {}, {"programme_code": "S053", "programme": "高龄津贴"})
    assert check(lines, frame) == [
        ("T06", 2, "石桥镇耕地地力保护补贴 2", "3", ""),
        ("T05", 0, "石桥镇高龄津贴 120.00", "", ""),
    ]


MONTHS = "高龄津贴,1月,石桥镇,1,120\n高龄津贴,2月,石桥镇,1,120\n"


def pay(month, **more):
    return {"programme_code": "S053", "programme": "高龄津贴", "period": f"2023-{month:02d}"} | more


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([pay(1), pay(2)], []),
        ([pay(1)], [("T04", 3, "石桥镇高龄津贴（2月） 0.00", "120.00", "120.00")]),
        (
            [pay(1), pay(1)],
            [
                ("T07", 2, "石桥镇高龄津贴（1月） 240.00", "120.00", "-120.00"),
                ("T07", 3, "石桥镇高龄津贴（2月） 0.00", "120.00", "120.00"),
            ],
        ),
        ([pay(1), pay(2), pay(3)], [("T05", 0, "石桥镇高龄津贴（2023-03） 120.00", "", "")]),
        ([pay(1), pay(2), pay(2)], [
            ("T04", 3, "石桥镇高龄津贴（2月） 240.00", "120.00", "-120.00"),
        ]),
        ([pay(1), pay(2, period="2023", pay_date="2023-02-28")], []),
        ([pay(12, period="2022-12", pay_date="2023-01-15"), pay(1, pay_date="2023-02-15")], []),  # paid a month later
        ([pay(1, pay_date="2023-01-15"), pay(2, pay_date="2023-02-15"), pay(12, period="2022-12", pay_date="2023-01-15")],
         [("T05", 0, "石桥镇高龄津贴（2022-12） 120.00", "", "")]),
        ([pay(1), pay(2, period="")], []),  # no month anywhere: all are added up
        ([pay(1, person_no=1), pay(2, amount_fen=6000, person_no=1), pay(2, amount_fen=6000, person_no=2)],
         [("T06", 3, "石桥镇高龄津贴（2月） 2", "1", "")]),
    ],
)  # fmt: skip
def test_each_period_is_compared(tmp_path, make, rows, told):
    (tmp_path / "control.csv").write_text(HEAD + MONTHS, encoding="utf-8")
    lines = ControlReader(PROGRAMMES.get, TOWNSHIPS.get, lambda v: parse_period(v, 2023)).read(tmp_path)
    found = reconcile(lines, make(*rows).assign(person_no=[r.get("person_no", 1) for r in rows]))
    assert [(f.code, f.place.row, f.found, f.expected, f.difference) for f in check_control(found)] == told


def test_periods_that_only_differ_from_each_other_keep_nothing_back(tmp_path, make):
    (tmp_path / "control.csv").write_text(HEAD + MONTHS, encoding="utf-8")
    lines = ControlReader(PROGRAMMES.get, TOWNSHIPS.get, lambda v: parse_period(v, 2023)).read(tmp_path)
    rows = reconcile(lines, make(pay(1), pay(1)).assign(person_no=1))
    findings = list(check_control(rows))
    assert find_unsettled(rows, findings) == frozenset()
    sheet = draw_control(rows, ())
    assert {row[10] for row in sheet.rows} == {"这一期不符，各期相加相符：可能只是期间写法不同"}
    assert set(sheet.styles) == {"warning"}


def test_people_of_several_lines_are_not_added(read, make):
    lines = read("耕地地力保护补贴,1月,石桥镇,2,120\n耕地地力保护补贴,2月,石桥镇,2,120\n")
    assert check(lines, make({}, {})) == []


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("花生补贴,,石桥镇,,1\n", "花生补贴"),
        ("高龄津贴,,某某镇,,1\n", "某某镇"),
        ("高龄津贴,,石桥镇,,见附件\n", "见附件"),
        ("高龄津贴,,石桥镇,两个,1\n", "两个"),
    ],
)
def test_a_line_that_cannot_be_understood_stops_the_run(read, line, word):
    with pytest.raises(ReferenceFileError, match=word) as caught:
        read(line)
    assert caught.value.line == 2


def test_a_file_without_headings(tmp_path):
    (tmp_path / "control.csv").write_text("a,b\n", encoding="utf-8")
    with pytest.raises(ReferenceFileError, match="表头"):
        ControlReader(PROGRAMMES.get, TOWNSHIPS.get).read(tmp_path)


def test_a_workbook_in_wan(make, tmp_path):
    book = openpyxl.Workbook()
    for row in (
        ["2023年财政拨付"],
        ["项目名称", "乡镇", "金额（万元）"],
        ["耕地地力保护补贴", "石桥镇", 0.024],
        ["合计", None, 0.024],
    ):
        book.active.append(row)
    book.save(tmp_path / "control.xlsx")
    assert check(ControlReader(PROGRAMMES.get, TOWNSHIPS.get).read(tmp_path), make({}, {})) == []


def test_the_sheet_says_what_explains_the_difference(read, make):
    lines = read("耕地地力保护补贴,,石桥镇,,240\n高龄津贴,,石桥镇,,60\n")
    rows = reconcile(lines, make({}, {"verdict": "held"}).assign(person_no=1))
    findings = list(check_control(rows))
    unsettled = find_unsettled(rows, findings)
    assert unsettled == {("S001", "石桥镇"), ("S053", "石桥镇")}
    sheet = draw_control(rows, unsettled)
    assert [row[10] for row in sheet.rows] == [
        "不符：差额正好是待核实的金额，处理完就对上了",
        "不符：没有读到任何表格，可能漏交",
    ]
    assert sheet.rows[0][11] == "a.xlsx（120.00）"
    waived = find_unsettled(rows, findings[1:])
    assert waived == {("S053", "石桥镇")}
    assert draw_control(rows, waived).rows[0][10] == "已写明理由"


def test_a_file_that_is_counted_twice(read, make):
    lines = read("耕地地力保护补贴,,石桥镇,,120\n")
    rows = reconcile(lines, make({}, {"file": "b.xlsx"}).assign(person_no=1))
    assert "可能重复" in str(draw_control(rows, find_unsettled(rows, check_control(rows))).rows[0][10])


def test_a_difference_that_the_county_made_a_warning_keeps_nothing_a_draft(read, make):
    rows = reconcile(read("耕地地力保护补贴,,石桥镇,,240\n"), make({}).assign(person_no=1))
    findings = list(check_control(rows))
    assert find_unsettled(rows, findings) == {("S001", "石桥镇")}
    with switch_rules({"T04": "提醒"}):
        assert find_unsettled(rows, findings) == frozenset()


def write(tmp_path, *sheets, merges=()):
    """A control.xlsx with these sheets; the lines it is read as."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for rows in sheets:
        sheet = book.create_sheet()
        for row in rows:
            sheet.append(row)
        for area in merges:
            sheet.merge_cells(area)
    book.save(tmp_path / "control.xlsx")
    lines = ControlReader(lambda w: PROGRAMMES.get(w, ("", w)), TOWNSHIPS.get).read(tmp_path)
    return [(n.row, n.code or n.programme, n.township, n.people, n.fen) for n in lines]


HEADS = ["补贴项目", "发放期间", "乡镇", "人数", "金额（元）"]
LINE = ["高龄津贴", "2023", "石桥镇", 2, 240]


def test_what_stands_above_and_below_the_lines_is_passed_over(tmp_path):
    rows = [
        ["2023年拨付表"],
        ["编制单位：财政局"],
        HEADS,
        LINE,
        ["合计", None, None, 2, 240],
        ["制表人：甲", None, "审核人：乙"],
        ["以上为实际拨付数"],
    ]
    assert write(tmp_path, rows) == [(4, "S053", "石桥镇", 2, 24_000)]


def test_the_sheet_with_headings_is_read(tmp_path):
    assert write(tmp_path, [["说明"], ["本表由财政局提供"]], [HEADS, LINE]) == [(2, "S053", "石桥镇", 2, 24_000)]


def test_headings_in_other_words(tmp_path):
    heads = ["序号", "资金项目", "拨付时间", "镇街", "享受人数（人）", "实际拨付金额（元）", "备注"]
    assert write(tmp_path, [heads, [1, *LINE]]) == [(2, "S053", "石桥镇", 2, 24_000)]


def test_cells_merged_downwards(tmp_path):
    rows = [HEADS, LINE, [None, "2023", None, 1, 60], ["耕地地力保护补贴", "2023", None, 1, 5]]
    found = write(tmp_path, rows, merges=["A2:A3", "C2:C4"])
    assert [row[1:3] for row in found] == [("S053", "石桥镇"), ("S053", "石桥镇"), ("S001", "石桥镇")]


def test_the_whole_county_in_words(tmp_path):
    assert write(tmp_path, [HEADS, ["高龄津贴", "", "全市", 2, 240]]) == [(2, "S053", "", 2, 24_000)]


@pytest.mark.parametrize(("separator", "encoding"), [("\t", "utf-16"), (";", "utf-8-sig")])
def test_a_csv_of_other_separators(tmp_path, separator, encoding):
    text = (HEAD + "高龄津贴,2023,石桥,2,240\n").replace(",", separator)
    (tmp_path / "control.csv").write_bytes(text.encode(encoding))
    lines = ControlReader(PROGRAMMES.get, TOWNSHIPS.get).read(tmp_path)
    assert [(n.row, n.code, n.fen) for n in lines] == [(2, "S053", 24_000)]


def test_a_programme_that_nobody_classified_goes_by_its_name(tmp_path, make):
    (tmp_path / "control.csv").write_text(HEAD + "乡村好人奖,,石桥镇,1,120\n", encoding="utf-8")
    lines = ControlReader(lambda w: ("", w), TOWNSHIPS.get).read(tmp_path)
    good = {"programme": "乡村好人奖", "programme_code": ""}
    assert check(lines, make(good)) == []
    assert [c[0] for c in check(lines, make(good | {"amount_fen": 5}))] == ["T04"]
    assert [c[0] for c in check(lines, make(good, {}))] == ["T05"]
    (row,) = reconcile(lines, make(good | {"amount_fen": 5}).assign(person_no=1))
    assert row.key == ("", "石桥镇")


def test_no_money_is_told_as_such(tmp_path):
    with pytest.raises(ReferenceFileError, match="没有金额"):
        write(tmp_path, [HEADS, ["高龄津贴", "2023", "石桥镇", 2, "=1+2"]])
