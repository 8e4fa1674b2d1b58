import pytest

from village_notice.checks.across import check_across
from village_notice.domain.subsidy import Subsidy, Tier

LAND = Subsidy("S001", "耕地地力保护补贴", "耕地地力", "农业农村局", "亩", Tier.A, "same_base")
ORPHANS = Subsidy("S042", "孤儿基本生活费", "孤儿", "民政局", "", Tier.D, "none", is_for_children=True)


def told(frame, code, subsidies=(), year=2023):
    return [(f.place.row, f.found, f.expected) for f in check_across(frame, subsidies, year=year) if f.code == code]


def person(n, **more):
    return {"name": f"万{n}", "account": str(n), "amount_fen": 1000 + n} | more


def test_a_list_pasted_twice_into_one_sheet(make):
    people = [person(n) for n in range(6)]
    frame = make(*people, *people)
    assert told(frame, "X13") == [(11, "第 11–16 行", "a.xlsx 表1 第 5–10 行")]


@pytest.mark.parametrize(
    "second",
    [
        [person(n) for n in range(4)],  # four rows are no block
        [person(n) for n in reversed(range(6))],  # another order
        [person(n, amount_fen=7) for n in range(6)],  # other plots
        [person(n, period="2023-02") for n in range(6)],  # another month
    ],
)
def test_rows_that_are_no_block(make, second):
    assert told(make(*(person(n) for n in range(6)), *second), "X13") == []


def test_plots_of_one_person_below_each_other_are_no_block(make):
    assert told(make(*(person(1) for _ in range(20))), "X13") == []


def test_the_same_list_as_another_batch(make):
    first = [person(n, file="第一批.xlsx") for n in range(20)]
    again = [person(n, file="第二批.xlsx") for n in range(20)]
    assert told(make(*first, *again), "X13") == [(25, "第 25–44 行", "第一批.xlsx 表1 第 5–24 行")]
    assert told(make(*first[:19], *again[:19]), "X13") == []
    dated = [p | {"pay_date": "2023-08-01"} for p in again]
    assert told(make(*first, *dated), "X13") == []


def test_the_same_list_on_another_sheet(make):
    one = [person(n, pay_date="2023-08-01") for n in range(10)]
    again = [p | {"sheet": "表2"} for p in one]
    assert told(make(*one, *again), "X13") == [(15, "第 15–24 行", "a.xlsx 表1 第 5–14 行")]
    assert told(make(*one[:9], *again[:9]), "X13") == []
    assert told(make(*one, *reversed(again)), "X13") == []
    assert told(make(*one, *[p | {"pay_date": "2023-09-01"} for p in again]), "X13") == []


def test_an_amount_far_above_its_programme(make):
    frame = make(*(person(n) for n in range(40)), person(99, amount_fen=120_000))
    assert told(frame, "X14") == [(45, "1200.00", "10.20")]
    assert told(make(*(person(n) for n in range(40)), person(99, amount_fen=10_000)), "X14") != []  # a nought too many
    assert told(make(*(person(n) for n in range(40)), person(99, amount_fen=8_000)), "X14") == []
    assert told(make(*(person(n) for n in range(12)), person(99, amount_fen=120_000)), "X14") != []
    assert told(make(*(person(n) for n in range(6)), person(99, amount_fen=120_000)), "X14") == []


def test_amounts_that_differ_anyway_may_differ_more(make):
    spread = [person(n, amount_fen=1_000 * 2 ** (n % 7)) for n in range(70)]
    assert told(make(*spread, person(99, amount_fen=64_000 * 5)), "X14") == []
    assert told(make(*spread, person(99, amount_fen=64_000 * 50)), "X14") != []


def test_an_amount_far_below_its_programme(make):
    assert told(make(*(person(n) for n in range(40)), person(99, amount_fen=10)), "X14") == [(45, "0.10", "10.19")]
    assert told(make(*(person(n) for n in range(40)), person(99, amount_fen=200)), "X14") == []


def test_the_serial_of_one_row_for_its_amount(make):
    plots = [person(n, amount_fen=10_000 * (1 + n % 12)) for n in range(40)]
    assert told(make(*plots[:10], person(99, amount_fen=1_100), *plots[10:]), "X14") == [(15, "11.00", "600.00")]
    assert told(make(*plots[:10], person(99, amount_fen=1_200), *plots[10:]), "X14") == []


def test_rows_explained_by_their_area_tell_what_is_usual(make):
    plots = [person(n, amount_fen=60_000, quantity_milli=5_000, rate_micro=120_000_000) for n in range(40)]
    assert told(make(*plots, person(99, amount_fen=6_000_000)), "X14") == [(45, "60000.00", "600.00")]


def serials(*numbers, **more):
    return [person(n, amount_fen=100 * n, **more) for n in numbers]


def test_serials_in_the_amount_column(make):
    assert [row for row, *_ in told(make(*serials(1, 2, 3, 4)), "X19")] == [5, 6, 7, 8]
    mixed = make(person(50, amount_fen=60_000), *serials(2, 3, 4, 5), person(51, amount_fen=60_000))
    assert [row for row, *_ in told(mixed, "X19")] == [6, 7, 8, 9]
    assert [row for row, *_ in told(make(*serials(*range(41, 51))), "X19")] == list(range(5, 15))


@pytest.mark.parametrize("numbers", [(1, 2, 3), (2, 3, 4, 5), (1, 3, 4, 5), range(41, 50), (4, 3, 2, 1), (7,) * 20])
def test_amounts_that_are_no_serials(make, numbers):
    assert told(make(*serials(*numbers)), "X19") == []


def test_amounts_in_step_that_their_area_explains(make):
    rows = [p | {"quantity_milli": p["amount_fen"] * 10, "rate_micro": 1_000_000} for p in serials(*range(1, 9))]
    assert told(make(*rows), "X19") == []


def test_a_day_for_an_amount(make):
    assert told(make({"amount_fen": 2_022_063_000}), "C17") == [(5, "20220630（像日期 2022-06-30）", "")]
    assert told(make({"amount_fen": 2_022_133_000}), "C17") == []
    assert told(make({"amount_fen": 2_022_063_000, "organisation": 1, "name": "方木合作社"}), "C17") == []


def test_a_large_farm_is_explained_by_its_area(make):
    farm = person(99, amount_fen=1_200_000, quantity_milli=100_000, rate_micro=120_000_000)
    assert told(make(*(person(n) for n in range(40)), farm), "X14") == []
    assert told(make(*(person(n) for n in range(40)), farm | {"amount_fen": 120_000_000}), "X14") != []


def test_many_large_amounts_are_usual(make):
    frame = make(*(person(n) for n in range(400)), *(person(n, amount_fen=90_000) for n in range(900, 930)))
    assert told(frame, "X14") == []


def test_an_amount_far_above_its_village(make):
    poor = [person(n, village_code="370999101201", amount_fen=100) for n in range(10)]
    rich = [person(n, amount_fen=2_000) for n in range(100, 400)]
    odd = person(99, village_code="370999101201", amount_fen=12_000)
    assert [row for row, *_ in told(make(*poor, *rich, odd), "X14")] == [315]
    assert told(make(*poor, *rich, odd | {"amount_fen": 9_000}), "X14") == []


@pytest.mark.parametrize(
    ("day", "is_told"), [("2032-06-30", True), ("2021-12", True), ("2022-12-30", False), ("", False)]
)
def test_a_date_years_away(make, day, is_told):
    assert bool(told(make({"pay_date": day}), "R15")) is is_told
    assert told(make({"pay_date": "2032-06-30"}), "R15", year=0) == []


def test_a_child_of_unknown_age_is_told_once(make, make_id):
    child = {"programme_code": "S042", "account": "1"}
    frame = make(
        child | {"period": "2023-01"}, child | {"period": "2023-02"}, child | {"name": "方木", "organisation": 1}
    )
    assert [row for row, *_ in told(frame, "X11", [ORPHANS])] == [5]
    assert told(make(child | {"id": make_id(1, "20150101")}), "X11", [ORPHANS]) == []
    assert told(make(child | {"birth_date": "2015-01-01"}), "X11", [ORPHANS]) == []
    assert told(make({}), "X11", [ORPHANS]) == []


def test_instalments_of_one_area(make):
    first, second = {"quantity_milli": 5000, "period": "第一批"}, {"quantity_milli": 4000, "period": "第二批"}
    assert told(make(first, second), "X12", [LAND]) == [(6, "4、5", "")]
    assert told(make(first, second | {"quantity_milli": 5000}), "X12", [LAND]) == []
    plots = [first | {"quantity_milli": 1000}, first | {"quantity_milli": 3000}]
    assert told(make(*plots, second), "X12", [LAND]) == []
    assert told(make(first, second | {"status": "补发"}), "X12", [LAND]) == []
    assert told(make(first, second), "X12", []) == []
