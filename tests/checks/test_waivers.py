import pytest

from village_notice.checks.waivers import Waiver, read_waivers, split_waived
from village_notice.domain.finding import Finding, Place
from village_notice.errors import ReferenceFileError

HEAD = "规则,文件,工作表,行,理由,经手人,日期\n"


@pytest.fixture
def home(tmp_path):
    def write(text, encoding="utf-8-sig"):
        (tmp_path / "waivers.csv").write_bytes(text.encode(encoding))
        return tmp_path

    return write


def test_none_without_a_file(tmp_path):
    assert read_waivers(tmp_path) == []
    assert read_waivers(None) == []


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8", "gbk"])
def test_chinese_headings_as_excel_saves_them(home, encoding):
    text = HEAD.replace("\n", "\r\n") + "X01,甲\\种粮.xlsx,表1,7,两块地各领一次,王五,2023-12-01\r\n,,,,,,\r\n"
    expected = Waiver("X01", Place("甲/种粮.xlsx", "表1", 7), "两块地各领一次", "王五", "2023-12-01")
    assert read_waivers(home(text, encoding)) == [expected]


def test_english_headings_and_a_reason_of_two_lines(home):
    text = 'rule,file,reason,by,date\nh02,a.xlsx,"已经发到卡上\n见回单",王五,2023-12-01\n'
    waiver = read_waivers(home(text))[0]
    assert (waiver.rule, waiver.place, waiver.reason) == ("H02", Place("a.xlsx"), "已经发到卡上\n见回单")


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("X01,a.xlsx,,,,王五,2023-12-01", "“理由”列"),
        ("X01,a.xlsx,,,理由,,2023-12-01", "“经手人”列"),
        ("X01,a.xlsx,,,理由,王五,", "“日期”列"),
        ("X01,,,,理由,王五,2023-12-01", "“文件”列"),
        ("X99,a.xlsx,,,理由,王五,2023-12-01", "X99"),
        ("P01,a.xlsx,,,理由,王五,2023-12-01", "P01"),
        ("P02,a.xlsx,,,理由,王五,2023-12-01", "P02"),
        ("P03,a.xlsx,,,理由,王五,2023-12-01", "P03"),
        ("R02,a.xlsx,,,理由,王五,2023-12-01", "R02"),
        ("C01,a.xlsx,,,理由,王五,2023-12-01", "C01"),
        ("X01,a.xlsx,,七,理由,王五,2023-12-01", "不是行号"),
    ],
)
def test_what_is_no_waiver_stops_the_run(home, line, problem):
    with pytest.raises(ReferenceFileError, match=problem) as error:
        read_waivers(home(HEAD + "\n" + line + "\n"))
    assert error.value.line == 3


def test_place_of_a_waiver():
    whole, sheet, row = (Waiver("X01", Place(*p), "r", "b", "d") for p in (("a",), ("a", "s"), ("a", "s", 7)))
    findings = [
        Finding("X01", Place("a", "s", 7, "F")),
        Finding("X01", Place("a", "s", 8, "F")),
        Finding("X01", Place("a", "t", 7)),
    ]
    for waiver, count in ((whole, 3), (sheet, 2), (row, 1)):
        standing, waived = split_waived(findings, [waiver])
        assert (len(waived), len(standing)) == (count, 3 - count)
    assert split_waived([Finding("X02", Place("a")), Finding("X01", Place("b"))], [whole])[1] == []
