import pytest

from village_notice.checks.stated import explain_totals
from village_notice.domain.finding import Finding, Place


def explain(frame, added, stated, sheet="表1"):
    finding = Finding("T01", Place("a.xlsx", sheet, 9, "F"), added, stated)
    other = Finding("T03", Place("a.xlsx", sheet), added, stated)
    told = explain_totals([finding, other], frame)
    assert told[1] == other
    return told[0].found.removeprefix(added)


def test_the_one_row_too_many(make):
    frame = make({"amount_fen": 60_000}, {"amount_fen": 12_000}, {"amount_fen": 50_000})
    assert explain(frame, "1220.00", "1100.00") == "（第 6 行正好是 120.00 元，可能多了这一行）"
    assert explain(frame, "1220.00", "1100.00", sheet="另一张") == ""


def test_two_digits_changed_round(make):
    frame = make({"amount_fen": 63_000}, {"amount_fen": 11_100})
    assert explain(frame, "741.00", "471.00") == "（第 5 行 630.00 元若是 360.00 元就相符，可能两位数字颠倒）"
    assert "63.00 元若是 36.00 元" not in explain(frame, "741.00", "742.00")


@pytest.mark.parametrize("fens", [(12_000, 12_000), (5,), (21_000, 21_000)])
def test_nothing_is_guessed(make, fens):
    assert explain(make(*({"amount_fen": f} for f in fens)), "1220.00", "1100.00") == ""


def test_without_such_findings_nothing_is_looked_at(make):
    assert explain_totals(iter([]), make({})) == []
