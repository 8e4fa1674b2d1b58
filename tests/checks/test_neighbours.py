import pandas as pd
import pytest

from village_notice.checks.neighbours import check_last_year, check_neighbours
from village_notice.domain.village import Village

VILLAGES = [Village(f"3709991012{n:02d}", f"东{n}村", f"东{n}村村民委员会", "370999101", "石桥镇") for n in range(20)]


def at(n, **more):
    return {"village_code": VILLAGES[n].code, "village": VILLAGES[n].name} | more


def neighbours(frame):
    return [(f.code, f.place.sheet, f.found) for f in check_neighbours(frame, VILLAGES)]


def test_a_village_without_what_all_others_have(make):
    everywhere = [at(n, programme_code="S053", programme="高龄津贴") for n in range(20)]
    most = [at(n) for n in range(19)]
    assert neighbours(make(*everywhere, *most)) == [("X17", "石桥镇东19村", "耕地地力保护补贴")]
    assert neighbours(make(*everywhere, *most, at(19, verdict="held"))) == []
    assert neighbours(make(*everywhere, *most[:18])) == []  # two lack it: it is not for every village
    assert neighbours(make(*most)) == []  # a village with nothing at all is N07
    assert neighbours(make(*(at(n) for n in range(8)), at(9, programme_code="S053"))) == []


@pytest.fixture
def before(make, make_id):
    """Last year: three people with 100 yuan each."""
    frame = make(*({"name": f"万{n}", "id": make_id(n), "amount_fen": 10_000} for n in range(3)))
    return frame.assign(amount_fen=frame["amount_fen"].astype("int64"))


def last_year(frame, before):
    return [(f.code, f.found, f.expected) for f in check_last_year(frame, before)]


def test_people_of_last_year(make, make_id, before):
    kept = [{"name": f"万{n}", "id": make_id(n), "amount_fen": fen} for n, fen in ((0, 15_000), (1, 15_100))]
    assert last_year(make(*kept), before) == [
        ("X15", "耕地地力保护补贴 1", "万2"),
        ("X16", "耕地地力保护补贴 1", "万1（100.00→151.00）"),
    ]


def test_who_waits_for_a_payment_is_not_missing(make, make_id, before):
    rows = [{"name": f"万{n}", "id": make_id(n), "amount_fen": 10_000} for n in range(2)]
    waits = {"name": "万2", "id": make_id(2), "verdict": "held", "amount_fen": None}
    assert last_year(make(*rows, waits), before) == []


def test_a_programme_that_ended_is_not_told_person_by_person(make, before):
    assert last_year(make({"programme_code": "S053"}), before) == []
    assert last_year(make({}), None) == last_year(make({}), pd.DataFrame()) == []


@pytest.mark.parametrize("lost", ["", "370999196001010"])
def test_an_id_that_is_missing_or_wrong_in_one_year_is_no_other_person(make, make_id, before, lost):
    people = [{"name": f"万{n}", "id": make_id(n), "amount_fen": 10_000} for n in range(3)]
    assert last_year(make(people[0] | {"id": lost}, *people[1:]), before) == []
    assert last_year(make(*people), before.assign(id=lost)) == []
    assert last_year(make(people[0] | {"id": lost, "amount_fen": 20_000}, *people[1:]), before) == [
        ("X16", "耕地地力保护补贴 1", "万0（100.00→200.00）")
    ]


def test_two_valid_ids_are_two_people_and_two_of_one_name_are_not_told_apart(make, make_id, before):
    people = [{"name": f"万{n}", "id": make_id(n), "amount_fen": 10_000} for n in range(3)]
    assert last_year(make(people[0] | {"id": make_id(9)}, *people[1:]), before) == [
        ("X15", "耕地地力保护补贴 1", "万0")
    ]
    twins = [{"name": "万0", "id": "", "amount_fen": 10_000, "account": a} for a in "12"]
    assert last_year(make(*twins, *people[1:]), before) == [("X16", "耕地地力保护补贴 1", "万0（100.00→200.00）")]
