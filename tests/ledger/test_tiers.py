"""Which heading a programme comes under, and the finding about programmes nobody classified."""

from pathlib import Path
from tempfile import TemporaryDirectory

from village_notice.domain.finding import Place
from village_notice.domain.subsidy import Tier
from village_notice.ledger.tiers import Headings, check_tiers, stricter, tier_of


def test_the_strictest_tier_wins_when_programmes_are_joined(subsidies):
    table = {s.code: s for s in subsidies}
    assert tier_of("A1+B1", table) is Tier.B
    assert tier_of("A1+X1", table) is Tier.X
    assert tier_of("A1+Z9", table) is Tier.D
    assert stricter([]) is Tier.D


def test_headings_stand_in_the_order_a_b_c_d_x(subsidies):
    found = Headings(subsidies, ["X1", "D1", "C1", "B1", "A1"])
    assert [h.key for h in found.all] == ["A1", "B1", "C1", "D", "X"]


def test_an_unclassified_programme_is_reported_with_people_yuan_and_the_line_to_add(make_payments, subsidies):
    frame = make_payments({"programme_code": "Z9", "programme": "新项目"}, {"programme_code": "A1"})
    (finding,) = check_tiers(frame, subsidies)
    assert (finding.code, finding.place) == ("P03", Place("甲.xlsx", "表"))
    assert "1 人、1.00 元" in finding.expected and finding.difference.startswith("Z9,新项目,")
    assert check_tiers(make_payments({"programme_code": "A1"}), subsidies) == []


def test_held_payments_of_an_unclassified_programme_are_not_counted(make_payments, subsidies):
    assert check_tiers(make_payments({"programme_code": "Z9", "verdict": "held"}), subsidies) == []


def test_the_line_to_add_can_be_pasted_into_subsidies_csv(make_payments, subsidies):
    from village_notice.resources import find_data
    from village_notice.sources.reference import read_subsidies

    frame = make_payments({"programme_code": "", "programme": "乡村好人奖励资金"})
    (finding,) = check_tiers(frame, subsidies)
    path = find_data("reference", "subsidies.csv")
    copy = path.read_text(encoding="utf-8").rstrip("\n") + "\n" + finding.difference + "\n"
    with TemporaryDirectory() as folder:
        own = Path(folder, "subsidies.csv")
        own.write_text(copy, encoding="utf-8")
        found = read_subsidies(own).find("乡村好人奖励资金")
    assert found is not None and found.tier is Tier.D
