import pytest

from village_notice.ledger.held import count_held
from village_notice.ledger.tiers import Headings


def test_a_total_that_does_not_agree_opens_its_heading_in_the_villages_that_have_it(make_payments, villages, subsidies):
    frame = make_payments({"village_code": "V1", "verdict": "held"}, {"village_code": "V2"}, {"programme_code": "B1"})
    headings = Headings(subsidies, frame["programme_code"].unique())
    place, other = (headings.of_code[c] for c in ("A1", "B1"))
    counts = count_held(frame, villages, headings, 2022, {("A1", "甲镇")})
    assert [counts.of_heading(v.code, place) for v in villages] == [1, 1, 0]  # V1 has its held payment already
    assert [counts.of_village(v.code) for v in villages] == [1, 1, 0]
    assert counts.of_heading("V1", other) == 0
    assert count_held(frame, villages, headings, 2022, {("A1", "乙镇")}).of_village("V2") == 0
    assert count_held(frame, villages, headings, 2022, {("A1", "")}).of_village("V2") == 1
    assert count_held(frame, villages, headings, 2022, {("A1", "")}).of_village("V3") == 0


@pytest.mark.parametrize(
    ("row", "opens"),
    [
        ({"programme_code": "", "verdict": "held"}, 1),
        ({"programme_code": "A1", "verdict": "not_paid"}, 1),
        ({"programme_code": "A1", "verdict": "other_year"}, 0),
    ],
)
def test_a_village_that_may_have_the_programme(make_payments, villages, subsidies, row, opens):
    frame = make_payments({"village_code": "V2"}, {"village_code": "V3"} | row)
    headings = Headings(subsidies, frame["programme_code"].unique())
    counts = count_held(frame, villages, headings, 2022, {("A1", "甲镇")})
    assert counts.of_heading("V3", headings.of_code["A1"]) == opens


def test_what_nothing_may_tell_of_stays_untold(make_payments, villages, subsidies):
    frame = make_payments({"programme_code": "X1"}, {"programme_code": "A1"})
    headings = Headings(subsidies, frame["programme_code"].unique())
    assert count_held(frame, villages, headings, 2022, {("X1", ""), ("S999", "")}).of_village("V1") == 0
