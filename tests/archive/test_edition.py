import json

import pytest

from village_notice.archive.edition import (
    EDITION_FILE,
    EditionError,
    build_edition_file,
    parse_edition_file,
    read_edition,
)


def strip(edition):
    """Without the numbers of persons and households, which the file does not hold."""
    people = [
        (p.name, p.group, [x._replace(person_no=None, household_no=None, group="", name="") for x in p.lines])
        for p in edition.people
    ]
    return edition.village, edition.facts, edition.programmes, people, edition.masked


def test_reads_back_what_was_written(village):
    edition = read_edition(village)
    again = parse_edition_file(build_edition_file(edition))
    assert strip(again) == strip(edition)
    assert build_edition_file(again) == build_edition_file(edition)


def test_lies_in_the_package_without_numbers_of_persons(package):
    values = json.loads(package[f"data/{EDITION_FILE}"])
    assert set(values) == {"village", "facts", "programmes", "people", "masked"}
    assert values["people"][0] == [
        "王建国", "1组", [[0, 1, "3.25", "120", 1, "390.00", "6月"], [1, 1, None, None, 12, "1200.00", "1–12月"]],
    ]  # fmt: skip


def spoil(package, change):
    values = json.loads(package[f"data/{EDITION_FILE}"])
    change(values)
    return json.dumps(values).encode()


@pytest.mark.parametrize(
    "change",
    [
        lambda v: v["people"][0][2][0].__setitem__(5, "390.01"),
        lambda v: v["people"].pop(),
        lambda v: v["masked"].pop(),
        lambda v: v["facts"].__setitem__("public_yuan", "1.00"),
        lambda v: v["facts"].pop("check_code"),
        lambda v: v["people"][0][2][0].__setitem__(0, 99),
        lambda v: v["people"][0][2][0].__setitem__(5, "x"),
    ],
)
def test_figures_that_do_not_agree_are_refused(package, change):
    with pytest.raises(EditionError):
        parse_edition_file(spoil(package, change))


@pytest.mark.parametrize("data", [b"", b"[]", b"{}", b"\xff", b"null"])
def test_another_file_is_refused(data):
    with pytest.raises(EditionError):
        parse_edition_file(data)
