"""A list of households and a list of their people that are the same money."""

import pytest

from village_notice.checks.across import check_across

HOUSE = {"sheet": "分户", "account": "", "group": ""}
PEOPLE = {"sheet": "分人", "account": "", "group": ""}
SIZES = {"甲一": 3, "乙二": 2, "丙三": 1}


def house(name, fen, **more):
    return HOUSE | {"name": name, "household_head": name, "amount_fen": fen} | more


def people(head, size, *, each=60000, **more):
    names = [head, *(f"{head}家{n}" for n in range(1, size))]
    return [PEOPLE | {"name": n, "household_head": head, "amount_fen": each} | more for n in names]


def find(frame):
    return sorted({(f.place.file, f.place.sheet) for f in check_across(frame) if f.code == "X20" and "一户" in f.found})


def both(*, houses=None, persons=None, sizes=SIZES):
    rows = [house(n, 60000 * k, **(houses or {})) for n, k in sizes.items()]
    return rows + [p for n, k in sizes.items() for p in people(n, k, **(persons or {}))]


def test_the_later_list_is_held_and_says_of_which_household(make):
    frame = make(*both())
    found = [f for f in check_across(frame) if f.code == "X20"]
    assert {f.place.row for f in found} == set(range(8, 14))
    first = found[0]
    assert first.found == "户主甲一这一户 3 人的金额相加，正好是按户发的名单上这一户的金额"
    assert first.expected == "a.xlsx 分户 第 5 行"


@pytest.mark.parametrize(
    ("houses", "persons", "held"),
    [
        ({}, {}, [("a.xlsx", "分人")]),
        ({"file": "户.xlsx"}, {"file": "人.xlsx"}, [("户.xlsx", "分户")]),
        ({"sheet": "表1"}, {"sheet": "表1", "column": "K"}, [("a.xlsx", "表1")]),
        ({}, {"household_head": ""}, [("a.xlsx", "分人")]),
        ({"file": "一批.xlsx"}, {"file": "二批.xlsx"}, []),
        ({"period": "2023-06"}, {"period": "2023-07"}, []),
        ({}, {"programme": "稻谷补贴", "programme_code": "S002"}, []),
        ({}, {"village_code": "370999101201"}, []),
        ({"status": "失败"}, {}, []),
        ({}, {"each": 60100}, []),
    ],
)
def test_which_lists_are_one_money(make, houses, persons, held):
    assert find(make(*both(houses=houses, persons=persons))) == held


def test_households_of_one_person_are_what_other_checks_look_at(make):
    assert find(make(*both(sizes=dict.fromkeys(SIZES, 1)))) == []


def test_a_household_whose_people_have_another_sum_is_held_in_both(make):
    frame = make(*both(), house("丁四", 120000), *people("丁四", 2, each=50000))
    assert [f.place.row for f in check_across(frame) if f.code == "X20" and "不是" in f.found] == [15, 16, 14]


def test_other_households_on_the_two_lists_are_two_payments(make):
    rows = [house("甲一", 180000), house("乙二", 120000), *people("丙三", 3), *people("丁四", 2)]
    assert find(make(*rows)) == []


def test_people_without_heads_must_all_fit(make):
    frame = make(*both(persons={"household_head": ""}), *people("丁四", 2, household_head=""))
    assert find(frame) == []
