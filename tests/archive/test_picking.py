import pytest

from village_notice.archive.picking import list_groups, pick

PLACE = ("山前店镇", "东关村", 2022)


@pytest.fixture(params=["database", "server_database"])
def db(request):
    return request.getfixturevalue(request.param)


def test_groups_in_order(db):
    assert list_groups(db, *PLACE) == ["1组", "2组", "3组", "10组", ""]
    assert list_groups(db, "山前店镇", "东关村", 2020) == []


def test_surnames_of_a_group_then_people(db):
    assert set(pick(db, PLACE, "2组", "", 12).chars) == set("王欧阿")
    found = pick(db, PLACE, "2组", "王", 12)
    assert found.people == (("王建国", "2组"), ("王建国（2）", "2组"))
    assert pick(db, PLACE, "", "赵", 12).people == (("赵小毛", ""),)


def test_the_whole_village_and_too_many_of_one_surname(db):
    assert pick(db, PLACE, None, "", 12).chars[0] == "王"
    assert pick(db, PLACE, None, "王", 2).chars == ("建",)
    namesakes = pick(db, PLACE, None, "王建国", 2)
    assert (len(namesakes.people), namesakes.is_capped) == (2, True)
    assert pick(db, PLACE, None, "%", 2) == pick(db, PLACE, "9组", "王", 2)
