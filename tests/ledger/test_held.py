from village_notice.ledger.held import count_held
from village_notice.ledger.tiers import Headings


def test_a_total_that_does_not_agree_opens_its_heading_in_the_township(make_payments, villages, subsidies):
    frame = make_payments({"village_code": "V1", "verdict": "held"}, {"village_code": "V2"}, {"programme_code": "B1"})
    headings = Headings(subsidies, frame["programme_code"].unique())
    place, other = (headings.of_code[c] for c in ("A1", "B1"))
    counts = count_held(frame, villages, headings, 2022, {("A1", "甲镇")})
    assert [counts.of_heading(v.code, place) for v in villages] == [1, 1, 1]  # V1 has its held payment already
    assert [counts.of_village(v.code) for v in villages] == [1, 1, 1]
    assert counts.of_heading("V1", other) == 0
    assert count_held(frame, villages, headings, 2022, {("A1", "乙镇")}).of_village("V2") == 0
    assert count_held(frame, villages, headings, 2022, {("A1", "")}).of_village("V3") == 1


def test_what_nothing_may_tell_of_stays_untold(make_payments, villages, subsidies):
    frame = make_payments({"programme_code": "X1"}, {"programme_code": "A1"})
    headings = Headings(subsidies, frame["programme_code"].unique())
    assert count_held(frame, villages, headings, 2022, {("X1", ""), ("S999", "")}).of_village("V1") == 0
