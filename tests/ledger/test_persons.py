"""Who is the same person: never merged on a guess, never told apart against a valid ID."""

from village_notice.ledger.persons import number_people

from .conftest import make_id


def test_same_valid_id_is_the_same_person_whatever_the_name(make_payments):
    found = number_people(make_payments({"id": make_id(1)}, {"id": make_id(1), "name": "王壹"}, {"id": make_id(2)}))
    assert found["person_no"].nunique() == 2
    assert found["person_no"].iloc[0] == found["person_no"].iloc[1]


def test_same_name_without_id_and_account_stays_separate(make_payments):
    found = number_people(make_payments({}, {}))
    assert found["person_no"].tolist() == [1, 2]


def test_payments_of_one_row_are_one_person(make_payments):
    found = number_people(make_payments({"row": 5, "column": "F"}, {"row": 5, "column": "G"}))
    assert found["person_no"].tolist() == [1, 1]


def test_name_group_and_account_make_a_person_and_link_to_a_single_id(make_payments):
    found = number_people(
        make_payments(
            {"id": make_id(1), "account": "62", "group": "1组"},
            {"account": "62", "group": "1组"},
            {"account": "62"},
            {"account": "62", "group": "2组"},
            {"account": "63", "group": "1组"},
        )
    )
    first, second, third, fourth, fifth = found["person_no"]
    # the third tells no group, but the account has two: it may be either, so it stays alone
    assert first == second
    assert len({first, third, fourth, fifth}) == 4


def test_a_damaged_id_does_not_join_people(make_payments):
    broken = make_id(1)[:-1] + ("0" if make_id(1)[-1] != "0" else "1")
    found = number_people(make_payments({"id": broken, "name": "王一"}, {"id": broken, "name": "李二"}))
    assert found["person_no"].nunique() == 2


def test_households_follow_the_head_id_also_where_the_head_stands_alone(make_payments):
    found = number_people(
        make_payments(
            {"id": make_id(1), "name": "王一"},
            {"id": make_id(2), "name": "王二", "household_id": make_id(1)},
            {"id": make_id(3), "name": "王三"},
        )
    )
    one, two, three = found["household_no"]
    assert one == two != three


def test_numbers_are_serials_inside_each_village_and_absent_without_one(make_payments):
    found = number_people(
        make_payments({"village_code": "V2"}, {"village_code": "V1"}, {"village_code": ""}, {"village_code": "V2"})
    )
    assert found["person_no"].isna().tolist() == [False, False, True, False]
    assert sorted(found["person_no"].dropna()) == [1, 1, 2]


def test_numbers_do_not_depend_on_the_id(make_payments):
    one = number_people(make_payments({"id": make_id(1)}, {"id": make_id(2), "name": "李二"}))
    other = number_people(make_payments({"id": make_id(9)}, {"id": make_id(3), "name": "李二"}))
    assert one["person_no"].tolist() == other["person_no"].tolist()


def test_an_organisation_is_known_by_its_name(make_payments):
    farm = {"name": "东村某某合作社", "organisation": 1}
    found = number_people(make_payments(farm, farm | {"account": "62"}, farm | {"village_code": "V2"}))
    assert found["person_no"].tolist() == [1, 1, 1]
    assert found["household_no"].tolist() == [1, 1, 1]
