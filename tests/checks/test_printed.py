"""The clerk is told what the wall keeps in."""

import pytest

from village_notice.checks.printed import check_printed


def codes(frame):
    return [(f.code, f.place.row, f.expected) for f in check_printed(frame)]


def test_clean_names_and_groups_say_nothing(make):
    farm = {"name": "东村（北）合作社", "organisation": 1}
    assert codes(make({"name": "王一", "group": "4组"}, {"name": "古丽·买买提"}, {"name": ""}, farm)) == []


def test_numbers_and_remarks_behind_a_name_are_told_in_every_row(make):
    frame = make({"name": "王一残疾"}, {"name": "李二13800138000"}, {"name": "王一残疾"})
    assert sorted(codes(frame)) == [("C18", 5, "王一"), ("C18", 6, "李二"), ("C18", 7, "王一")]


def test_an_address_in_the_name_holds_the_payment(make):
    assert codes(make({"name": "王三南务村56号"})) == [("C19", 5, "")]


@pytest.mark.parametrize("name", ["不详", "见附件一", "以下空白", "同上"])
def test_a_word_that_says_there_is_no_name_holds_the_payment(make, name):
    assert codes(make({"name": name}, {"name": f"王{name[0]}"})) == [("C19", 5, "")]


def test_a_group_that_says_more_than_a_place_is_told(make):
    assert codes(make({"name": "王一", "group": "低保2组"})) == [("R16", 5, "")]


def test_a_name_that_is_a_township_of_the_run_is_no_name_but_a_person_may_be_called_so(make):
    frame = make({"name": "王镇山"}, {"name": "史金街"}, {"name": "羊郡镇"})
    frame["township"] = "羊郡镇"
    assert codes(frame) == [("C19", 7, "")]


@pytest.mark.parametrize(
    ("name", "is_held"), [("山前店", True), ("马耳山村", True), ("马耳山", True), ("万第", False), ("困难户", True)]
)
def test_the_place_itself_in_the_name_is_nobody(make, name, is_held):
    frame = make({"name": name})
    frame["township"], frame["village"] = "山前店镇", "马耳山村"
    assert codes(frame) == ([("C19", 5, "")] if is_held else [])


def test_a_namesake_of_another_village_is_a_person(make):
    frame = make({"name": "王建国"}, {"name": "李一"})
    frame["village"] = ["马耳山村", "王建国村"]
    assert codes(frame) == []
    frame["village"] = "王建国村"
    assert codes(frame) == [("C19", 5, "")]


def test_a_household_needs_a_surname_before_it(make):
    frame = make({"name": "王建国户"}, {"name": "外地户"})
    assert [f.place.row for f in check_printed(frame, {"王", "李"})] == [6]
