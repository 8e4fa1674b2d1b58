import pytest

from village_notice.archive.people import check_totals, group_people, read_lines
from village_notice.errors import ConservationError

from ..tables import edit_table


def test_persons_hold_lines_of_named_tiers_only(village):
    people = group_people(village, read_lines(village))
    assert [len(p.lines) for p in people if p.name == "王建国"] == [2, 1]
    assert not [p for p in people if "*" in p.name]
    titles = {village.programmes[line.position].key for p in people for line in p.lines}
    assert titles == {"S001", "S002"}


def test_lines_without_a_number_are_never_joined(make_village):
    village = make_village()
    numbers = zip(*map(village.lines.values, ("person_no", "name")), strict=True)
    lines = edit_table(village.lines, person_no=[None if name == "王建国" else number for number, name in numbers])
    people = group_people(make_village(lines=lines), read_lines(make_village(lines=lines)))
    assert [len(p.lines) for p in people if p.name == "王建国"] == [1, 1, 1]


def test_line_of_a_programme_that_the_summary_lacks(make_village):
    village = make_village()
    with pytest.raises(ConservationError, match="没有的项目"):
        read_lines(make_village(lines=edit_table(village.lines, key=lambda _: "S999")))


def test_names_under_a_total_are_caught(make_village):
    """A programme of totals only whose names stand in the lines must stop the package."""
    from dataclasses import replace

    village = make_village()
    programmes = tuple(replace(p, lists_names=False) if p.key == "C1" else p for p in village.programmes)
    changed = make_village(programmes=programmes)
    with pytest.raises(ConservationError, match="民政救助类项目"):
        check_totals(changed, read_lines(changed))
