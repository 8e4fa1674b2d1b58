import pytest

from village_notice.checks.across import check_across
from village_notice.checks.people import check_people
from village_notice.domain.subsidy import Subsidy, Tier

LAND = Subsidy("S001", "耕地地力保护补贴", "耕地地力", "农业农村局", "亩", Tier.A, "same_base")


def find(frame, subsidies=()):
    return [*check_people(frame), *check_across(frame, subsidies)]


def codes(frame, *wanted, subsidies=()):
    return [f.code for f in find(frame, subsidies) if f.code in wanted]


def test_one_id_two_names(make, make_id):
    frame = make({"id": make_id(1), "name": "万木"}, {"id": make_id(1), "name": "万沐", "period": "2023-07"})
    found = [f for f in find(frame) if f.code == "X03"]
    assert [(f.found, f.place.row) for f in found] == [("万木、万沐", 6)]
    assert not codes(make({"id": make_id(1)}, {"id": make_id(1), "period": "2023-07"}), "X03")


def test_an_invalid_id_tells_nothing(make, make_id):
    bad = make_id(1)[:-1] + ("0" if make_id(1)[-1] != "0" else "1")
    assert not codes(make({"id": bad}, {"id": bad, "name": "方木"}), "X03")


def test_one_name_two_ids_in_a_village(make, make_id):
    frame = make({"id": make_id(1)}, {"id": make_id(2)})
    assert codes(frame, "X04") == ["X04"]
    assert not codes(make({"id": make_id(1)}, {"id": make_id(2), "village_code": "370999101201"}), "X04")


def test_one_id_two_villages(make, make_id):
    other = {"village_code": "370999102200", "township": "双河镇"}
    found = [f for f in find(make({"id": make_id(1)}, {"id": make_id(1)} | other)) if f.code == "X06"]
    assert [f.found for f in found] == ["石桥镇东关村、双河镇东关村"]
    assert not codes(make({"id": make_id(1)}, {"id": make_id(1), "village_code": ""}), "X06")


def test_one_account_for_several_people(make):
    found = [f for f in find(make({"name": "万木"}, {"name": "方木", "amount_fen": 1})) if f.code == "X05"]
    assert [(f.found, f.expected, f.fen) for f in found] == [("2", "万木、方木", 12001)]


@pytest.mark.parametrize(
    ("first", "second", "told"),
    [
        ({"household_head": "万木"}, {"household_head": "万木"}, False),
        ({"household_id": "H1"}, {"household_id": "H1"}, False),
        ({"payee": "万木"}, {"payee": "万木"}, False),
        ({"household_head": "万木"}, {"household_head": "方木"}, True),
        ({"household_head": "万木"}, {"household_head": "万木", "village_code": "370999101201"}, True),
        ({"payee": "村会计"}, {"payee": "村会计"}, True),
        ({"payee": "万木"}, {"payee": "方木"}, True),
        ({}, {"account": "6299990000000000"}, False),
        ({"account": ""}, {"account": ""}, False),
        ({}, {"organisation": 1}, False),
    ],
)
def test_one_account_in_a_household_is_quiet(make, first, second, told):
    frame = make({"name": "万木"} | first, {"name": "方木"} | second)
    assert codes(frame, "X05") == (["X05"] if told else [])


def test_a_large_group_is_no_family(make):
    frame = make(*({"name": f"万{n}", "payee": "万1"} for n in range(5)))
    assert codes(frame, "X05") == ["X05"]


def rates(make, *micro):
    rows = [{"name": f"万{n}", "account": "", "quantity_milli": 1000, "rate_micro": r} for n, r in enumerate(micro)]
    return make(*rows)


def test_rate_that_differs_from_nearly_all(make):
    found = [f for f in find(rates(make, *[125_000_000] * 19, 120_500_000), [LAND]) if f.code == "X07"]
    assert [(f.found, f.expected, f.place.row) for f in found] == [("120.5 元/亩", "125 元/亩", 24)]


def test_rates_are_quiet_without_a_clear_majority(make):
    many, few = [125_000_000], [120_000_000]
    assert not codes(rates(make, *many * 3, *few), "X07", subsidies=[LAND])
    assert not codes(rates(make, *many * 8, *few * 2), "X07", subsidies=[LAND])
    assert not codes(rates(make, *many * 17, *few * 3), "X07", subsidies=[LAND])
    assert not codes(rates(make, *many * 19, *few), "X07")
    assert codes(rates(make, *many * 18, *few * 2), "X07", subsidies=[LAND]) == ["X07", "X07"]
    assert codes(rates(make, *many * 4, *few), "X07", subsidies=[LAND]) == ["X07"]  # the one of a few


def test_empty_frame(make):
    assert not list(find(make({}).iloc[:0]))


def test_the_odd_row_is_told_not_the_last(make, make_id, places):
    one = {"id": make_id(1), "amount_fen": 100}
    frame = make(*(one | {"period": f"2023-{n:02d}", "name": "方木" if n == 2 else "万木"} for n in range(1, 6)))
    (found,) = [f for f in find(frame) if f.code == "X03"]
    assert (found.place.row, found.person, found.expected) == (6, "方木", "万木")
    other = {"village": "西关村", "village_code": "370999101201"}
    frame = make(*(one | {"period": f"2023-{n:02d}"} | (other if n == 3 else {}) for n in range(1, 6)))
    (found,) = [f for f in find(frame) if f.code == "X06"]
    assert (found.place.row, found.found, found.expected) == (7, "石桥镇东关村、石桥镇西关村", "石桥镇东关村")
    frame = make(*({"period": f"2023-{n:02d}", "name": "方木" if n == 1 else "万木"} for n in range(1, 6)))
    assert places(find(frame), "X05") == [("X05", "a.xlsx", 5)]


def test_one_id_under_two_names_is_one_owner_of_an_account(make, make_id, places):
    one = {"id": make_id(1)}
    assert [f.code for f in find(make(one, one | {"name": "万术", "period": "2023-02"})) if f.code[0] == "X"] == ["X03"]
