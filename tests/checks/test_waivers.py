import pytest

from village_notice.checks.waivers import Waiver, expand_villages, find_unused, follow_files, read_waivers, split_waived
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
        ("X01,a.xlsx,,,　 ,王五,2023-12-01", "“理由”列"),
        ("X01,a.xlsx,,,理由,王五,2023-13-45", "不是日期"),
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


def test_no_advice_has_blanks_left_in_it(home):
    with pytest.raises(ReferenceFileError) as error:
        read_waivers(home(HEAD + "P03,a.xlsx,,,理由,王五,2023-12-01\n"))
    assert "{" not in str(error.value)


@pytest.mark.parametrize(("separator", "encoding"), [("\t", "utf-16"), (";", "utf-8-sig"), ("\t", "gb18030")])
def test_other_separators_and_encodings(home, separator, encoding):
    text = (HEAD + "X01,./a.xlsx,,第7行,理由,王五,2023年12月1日\n").replace(",", separator)
    assert read_waivers(home(text, encoding)) == [
        Waiver("X01", Place("a.xlsx", "", 7), "理由", "王五", "2023年12月1日")
    ]


def test_headings_in_other_words_and_those_that_lack(home):
    (waiver,) = read_waivers(home("编号,文件名,行号,原因,经办人,日期\nX01,a.xlsx,7.0,理由,王五,2023-12-01\n"))
    assert (waiver.place, waiver.line) == (Place("a.xlsx", "", 7), 2)
    with pytest.raises(ReferenceFileError, match="没有“经手人、日期”列"):
        read_waivers(home("规则,文件,理由\nX01,a.xlsx,理由\n"))


def waiver(file, row=0, rule="X01"):
    return Waiver(rule, Place(file, "", row), "理由", "王五", "2023-12-01", 2)


def test_a_waiver_follows_its_file():
    names = {"a_核对.xlsx": {"a.xlsx"}, "b.xlsx": {"b.xlsx"}, "甲/C.xlsx": ()}
    assert follow_files([waiver("a.xlsx", 7)], names) == [waiver("a.xlsx", 7), waiver("a_核对.xlsx", 7)]
    assert follow_files([waiver("b.xlsx")], names) == [waiver("b.xlsx")]
    assert follow_files([waiver("甲/c.XLSX")], names)[1:] == [waiver("甲/C.xlsx")]


@pytest.mark.parametrize(
    ("mine", "standing", "words"),
    [
        (waiver("a.xlsx", 9), [], "那里没有这个问题，可能已经改好"),
        (waiver("a.xlsx", 9), [Finding("X01", Place("a.xlsx", "表", 8))], "那里没有这个问题，这个问题在第 8 行"),
        (
            waiver("a.xlsx", 9, "H02"),
            [Finding("H02", Place("a.xlsx", "表"))],
            "那里没有这个问题，这个问题是整张表的，行号要空着",
        ),
        (waiver("b.xlsx"), [], "收件箱里没有这个文件"),
        (waiver("c.xlsx"), [], "收件箱里没有这个文件，同名的有 甲/c.xlsx"),
    ],
)
def test_a_waiver_that_lets_nothing_pass_is_told(mine, standing, words):
    (told,) = find_unused([mine], [], standing, ["a.xlsx", "甲/c.xlsx"])
    assert (told.code, told.place, told.expected) == ("F19", Place("waivers.csv", "", 2), words)


def test_one_that_lets_something_pass_is_not():
    found = Finding("X01", Place("a_核对.xlsx", "表", 9))
    followed = [waiver("a.xlsx", 9), waiver("a_核对.xlsx", 9)]
    assert not list(find_unused(followed, [found], [], ["a_核对.xlsx"]))


VILLAGE_HEAD = "规则,文件,工作表,行,村,理由,经手人,日期\n"


def test_a_waiver_for_a_village(home, make):
    waivers = read_waivers(
        home(VILLAGE_HEAD + "X01,,,,东关村,两块地,王五,2023-12-01\nX17,,,,石桥镇东关村,没有,王五,2023-12-01\n")
    )
    frame = make({}, {"village": "西关村", "village_code": "2"})
    rows = [Finding("X01", Place("a.xlsx", "表1", row, "F")) for row in (5, 6)]
    expanded = expand_villages(waivers, rows, frame)
    standing, waived = split_waived([*rows, Finding("X17", Place("村名册", "石桥镇东关村"))], expanded)
    assert [(f.code, f.place.row) for f in waived] == [("X01", 5), ("X17", 0)] and standing == [rows[1]]
    assert not list(find_unused(expanded, waived, standing, []))
    assert split_waived([Finding("X01", Place(""))], waivers)[1] == []


def test_a_waiver_for_a_village_that_lets_nothing_pass(home, make):
    waivers = read_waivers(home(VILLAGE_HEAD + "X01,,,,东关村,两块地,王五,2023-12-01\n"))
    (told,) = find_unused(expand_villages(waivers, [], make({})), [], [], [])
    assert (told.found, told.expected) == ("X01 东关村", "这个村没有这个问题，可能已经改好")
