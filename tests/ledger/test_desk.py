"""What the desk may learn from the ledger: of one person, who is recognised, and nothing without that."""

from dataclasses import asdict

import pytest

from village_notice.domain.subsidy import Tier
from village_notice.errors import UsageError
from village_notice.ledger.desk import Caller, clean_digits, find_person, list_years, prepare_desk
from village_notice.settings import read_settings
from village_notice.sources.reference import read_reference

from ..web.office import IDS, PRIVATE, VILLAGE, build_office, keep_year

CALLER = Caller(VILLAGE, "王建国", "1组")


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return build_office(tmp_path_factory.mktemp("desk"))[0]


@pytest.fixture(scope="module")
def find(home):
    """A function: caller and digits → the person, or None."""
    subsidies = {s.code: s for s in read_reference(read_settings(home)).subsidies.subsidies}
    return lambda caller, digits, year=2022: find_person(home, caller, digits, year, subsidies)


def test_tells_everything_of_the_person_added_up_as_on_the_wall(find):
    person = find(CALLER, IDS["王建国1"][-4:])
    assert (person.name, person.groups) == ("王建国", ("1组",))
    told = {x.code: x for x in person.this.lines}
    assert [x.code for x in person.this.lines] == ["S001", "S053", "S047", "S045"]
    assert told["S001"].amount_fen == 39_000 and told["S001"].quantity_milli == 3250
    assert told["S053"].amount_fen == 8_000 and told["S053"].reissued == 1 and told["S053"].recovered_fen == 2_000
    assert told["S047"].tier is Tier.D and told["S045"].tier is Tier.X
    assert [x.amount_fen for x in person.last.lines] == [35_400]


def test_tells_why_money_did_not_come(find):
    others = {(x.code, x.verdict, x.status): x for x in find(CALLER, IDS["王建国1"][-4:]).this.others}
    assert len(others) == 5
    cured = others["S053", "not_paid", "失败"]
    assert (cured.made_good, cured.made_good_on, cured.reasons) == (True, "2022-08-15", ("户名不符",))
    assert not others["S053", "not_paid", "退回"].made_good
    assert others["S053", "other_year", "成功"].year == 2023
    assert others["S002", "held", "成功"].questions == ("金额不是数",)  # C05 is a warning and no question
    assert others["", "held", "成功"].questions == ("补贴项目不明",)  # held without a village, found by the ID


@pytest.mark.parametrize(
    ("caller", "digits"),
    [
        (CALLER, "0000"),
        (CALLER, ""),
        (CALLER, "%%%%"),
        (CALLER, IDS["王建国2"][-4:]),
        (CALLER, IDS["赵隐"][-4:]),
        (Caller(VILLAGE, "王建", "1组"), IDS["王建国1"][-4:]),
        (Caller(VILLAGE, "", ""), IDS["王建国1"][-4:]),
        (Caller(VILLAGE, "王建国", "3组"), IDS["王建国1"][-4:]),
        (Caller("370682105003", "王建国", "1组"), IDS["王建国1"][-4:]),
        (Caller("", "王建国", "1组"), IDS["王建国1"][-4:]),
    ],
)
def test_nobody_else_is_recognised(find, caller, digits):
    assert find(caller, digits) is None


@pytest.mark.parametrize("name", ["王建国", "王 建国", "王建国（2）"])
@pytest.mark.parametrize("group", ["1组", "一组", "第一村民小组", ""])
def test_name_and_group_as_people_say_them(find, name, group):
    assert find(Caller(VILLAGE, name, group), IDS["王建国1"][-4:]).this.lines


def test_two_people_of_one_name_are_told_apart_by_the_digits(find):
    one, two = (find(Caller(VILLAGE, "王建国", ""), IDS[f"王建国{n}"][-4:]) for n in (1, 2))
    assert one.this.lines[0].amount_fen == 39_000 and [x.amount_fen for x in two.this.lines] == [48_000]


def test_no_private_number_is_handed_on(find):
    told = repr(asdict(find(CALLER, IDS["王建国1"][-4:])))
    assert not [number for number in PRIVATE if number in told]


def test_digits_in_every_writing():
    assert clean_digits(" 01 2x ") == "012X"
    assert clean_digits("０１２３") == "0123"
    assert [clean_digits(t) for t in ("123", "12345", "X123", "1 or", "")] == [""] * 5


def test_the_same_file_in_two_inboxes_is_the_same_money(tmp_path):
    home, _ = build_office(tmp_path)
    keep_year(home, 2022, inbox="/另一个收件箱")
    subsidies = {s.code: s for s in read_reference(read_settings(home)).subsidies.subsidies}
    person = find_person(home, CALLER, IDS["王建国1"][-4:], 2022, subsidies)
    assert person.this.lines[0].amount_fen == 39_000 and len(person.this.others) == 5


def test_a_folder_that_was_moved_and_corrected_counts_once(tmp_path):
    home, _ = build_office(tmp_path)
    keep_year(home, 2022, inbox="/旧", files={"甲.xlsx": "a", "乙.xlsx": "b", "丙.xlsx": "c"})
    keep_year(home, 2022, inbox="/收件箱", files={"甲.xlsx": "a", "乙.xlsx": "b", "丙.xlsx": "corrected"})
    subsidies = {s.code: s for s in read_reference(read_settings(home)).subsidies.subsidies}
    person = find_person(home, CALLER, IDS["王建国1"][-4:], 2022, subsidies)
    assert person.this.lines[0].amount_fen == 39_000 and len(person.this.others) == 5


def test_folders_of_different_files_are_added(tmp_path):
    home, _ = build_office(tmp_path)
    keep_year(home, 2022, inbox="/另一个乡镇", files={"甲.xlsx": "a"})
    subsidies = {s.code: s for s in read_reference(read_settings(home)).subsidies.subsidies}
    person = find_person(home, CALLER, IDS["王建国1"][-4:], 2022, subsidies)
    assert len(person.this.others) == 10


def test_years_and_an_office_without_a_ledger(home, tmp_path):
    assert list_years(home) == (2022, 2021)
    with pytest.raises(UsageError, match="还没有台账"):
        prepare_desk(tmp_path)
