"""Numbers that were given stay with their person through every correction."""

import pandas as pd
import pytest

from village_notice.ledger.memory import list_identities
from village_notice.ledger.persons import number_people

from .conftest import make_id


@pytest.fixture
def again(make_payments):
    """Numbers people twice: the second time remembering the first; gives name → number of both."""

    def number(first, second):
        before = number_people(make_payments(*first))
        after = number_people(make_payments(*second), list_identities(before))
        return [dict(zip(f["name"], f["person_no"], strict=True)) for f in (before, after)]

    return number


ONE = {"name": "王一", "id": make_id(1), "account": "61", "group": "1组"}
TWO = {"name": "王二", "id": make_id(2), "account": "62", "group": "1组"}
THREE = {"name": "王三", "id": make_id(3), "account": "63", "group": "1组"}


def test_the_same_again_is_the_same(again):
    before, after = again([ONE, TWO, THREE], [ONE, TWO, THREE])
    assert before == after == {"王一": 1, "王三": 2, "王二": 3}


def test_who_comes_new_is_numbered_behind_and_who_goes_leaves_a_gap(again):
    new = {"name": "丁一", "id": make_id(4), "account": "64", "group": "1组"}
    _, after = again([ONE, TWO, THREE], [TWO, new, THREE])
    assert after == {"王二": 3, "王三": 2, "丁一": 4}


@pytest.mark.parametrize(
    "correction", [{"name": "王壹"}, {"id": make_id(9)}, {"id": ""}, {"group": "2组"}, {"account": "99"}]
)
def test_a_correction_moves_nobody(again, correction):
    _, after = again([ONE, TWO, THREE], [ONE, TWO | correction, THREE])
    assert after.pop(correction.get("name", "王二")) == 3
    assert after == {"王一": 1, "王三": 2}


def test_another_person_of_the_name_is_not_taken_for_the_first(again):
    namesake = {"name": "王二", "id": make_id(7), "account": "", "group": "1组"}
    before, after = again([ONE, TWO | {"account": ""}], [ONE, namesake])
    assert before["王二"] == 2
    assert after["王二"] == 3


def test_two_who_claim_one_number_are_told_apart(make_payments):
    before = number_people(make_payments(ONE))
    split = [ONE, ONE | {"id": make_id(8), "name": "王八"}, ONE | {"id": ""} | {"account": "61"}]
    after = number_people(make_payments(*split), list_identities(before))
    assert after["person_no"].tolist() == [1, 2, 1]


def test_people_with_nothing_but_a_name_keep_their_numbers(make_payments):
    rows = [{"name": "李四", "row": 5}, {"name": "李四", "row": 6}, {"name": "丁一", "row": 7}]
    before = number_people(make_payments(*rows))
    after = number_people(make_payments({"name": "丙一", "row": 4}, *rows), list_identities(before))
    assert after["person_no"].tolist()[1:] == before["person_no"].tolist()
    assert after["person_no"].iloc[0] == 4


def test_households_stay_too(make_payments):
    rows = [ONE, TWO | {"household_id": make_id(1)}, THREE]
    before = number_people(make_payments(*rows))
    after = number_people(make_payments(THREE, rows[1]), list_identities(before))
    assert after["household_no"].tolist() == before["household_no"].tolist()[:0:-1]


def test_numbers_are_never_given_twice_in_a_village(make_payments):
    before = number_people(make_payments(ONE, TWO, THREE | {"village_code": "V2"}))
    memory = pd.concat([list_identities(before)])
    after = number_people(make_payments(*({"name": f"赵{n}", "id": make_id(20 + n)} for n in range(9)), TWO), memory)
    assert after["person_no"].is_unique
