"""Two files of the same people and money: a list and the bank's answer, a list and its corrected version."""

import pytest

from village_notice.checks.across import check_across


def find(frame):
    return [(f.place.file, f.place.row, f.found) for f in check_across(frame) if f.code == "X20"]


def write(file, amounts, **more):
    return [{"file": file, "name": f"万{n}", "amount_fen": fen} | more for n, fen in enumerate(amounts)]


SAME, CHANGED = "同一人、同一项目、同一金额", "同一人、同一项目，金额不同"


def test_a_list_and_the_answer_of_the_bank(make):
    rows = [*write("a.xlsx", [100, 200, 300], account=""), *write("b.xlsx", [100, 200, 300], group="")]
    assert find(make(*rows)) == [("b.xlsx", 8, SAME), ("b.xlsx", 9, SAME), ("b.xlsx", 10, SAME)]


def test_a_corrected_version_holds_both_of_who_was_changed(make):
    rows = [*write("补贴.xlsx", [100, 200, 300, 400]), *write("补贴（更正）.xlsx", [100, 200, 300, 500])]
    assert find(make(*rows)) == [("补贴（更正）.xlsx", 12, CHANGED), ("补贴.xlsx", 8, CHANGED)]


def test_a_version_is_no_batch(make):
    rows = [*write("补贴（第一次）.xlsx", [100, 200, 300]), *write("补贴（最终版）.xlsx", [100, 200, 350])]
    assert len(find(make(*rows))) == 4


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"file": "1月.xlsx"}, {"file": "2月.xlsx"}),
        ({"file": "第一批.xlsx"}, {"file": "第二批.xlsx"}),
        ({"pay_date": "2023-06-30"}, {"pay_date": "2023-12-30"}),
        ({"account": "6299990000000001"}, {"account": "6299990000000002"}),
        ({}, {"programme": "高龄津贴", "programme_code": "S034"}),
        ({}, {"village_code": "370999101201", "village": "西关村"}),
    ],
)
def test_what_tells_two_lists_apart(make, one, other):
    first = write("a.xlsx", [100, 200], group="") if "file" not in one else write(one["file"], [100, 200], group="")
    second = write("b.xlsx", [100, 200]) if "file" not in other else write(other["file"], [100, 200])
    assert not find(make(*(r | one for r in first), *(r | other for r in second)))


def test_one_person_of_many_is_no_version(make):
    rows = [*write("a.xlsx", [100, 200, 300, 400], group=""), *write("b.xlsx", [100, 201, 301, 401])]
    assert not find(make(*rows))
