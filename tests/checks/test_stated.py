import pytest

from village_notice.checks.stated import explain_totals
from village_notice.domain.finding import Finding, Place
from village_notice.domain.reading import SetAside


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


def test_the_digits_of_a_recovery_changed_round(make):
    frame = make({"amount_fen": 90_000}, {"amount_fen": -12_000, "status": "追回"})
    assert explain(frame, "780.00", "690.00") == "（第 6 行 -120.00 元若是 -210.00 元就相符，可能两位数字颠倒）"


@pytest.mark.parametrize("fens", [(12_000,) * 4, (5,), (12_345, 600)])
def test_nothing_is_guessed(make, fens):
    assert explain(make(*({"amount_fen": f} for f in fens)), "1220.00", "1100.00") == ""


def test_two_or_three_rows_of_the_same_money_are_all_named(make):
    frame = make(*({"amount_fen": f} for f in (12_000, 500, 12_000)))
    assert explain(frame, "245.00", "125.00") == "（第 5、7 行正好是 120.00 元，可能多了其中一行）"


def test_a_nought_too_many(make):
    frame = make({"amount_fen": 63_000}, {"amount_fen": 500_000})
    assert explain(frame, "5630.00", "1130.00") == "（第 6 行 5000.00 元若是 500.00 元就相符，可能多写或少写了零）"


def test_rows_that_area_and_rate_prove_are_not_suspected(make):
    proved = {"quantity_milli": 5_250, "rate_micro": 120_000_000}
    frame = make({"amount_fen": 63_000} | proved, {"amount_fen": 63_100})
    assert "第 6 行 631.00 元若是 361.00 元就相符" in explain(frame, "1261.00", "991.00")


def sections(make, *parts):
    """A frame of sections, each closed by its subtotal, and what stands between the payments."""
    rows, aside, number = [], [], 5
    for part in parts:
        rows += [{"row": number + n, "amount_fen": fen} for n, fen in enumerate(part)]
        number += len(part) + 1
        aside.append(SetAside("a.xlsx", "表1", number - 1, "F", "subtotal", 1, sum(part), "小计"))
    return make(*rows), aside


def subtotal(row, added, stated):
    return Finding("T02", Place("a.xlsx", "表1", row, "F"), added, stated)


def test_a_row_in_the_wrong_section(make):
    frame, aside = sections(make, (60_000, 10_100), (50_000, 20_200, 300))
    told = explain_totals([subtotal(7, "701.00", "704.00"), subtotal(11, "705.00", "702.00")], frame, aside)
    assert told[0].found.endswith("（第 10 行正好是 3.00 元，不在这一段里，可能放错了地方）")
    assert told[1].found.endswith("（第 10 行正好是 3.00 元，可能多了这一行）")
    assert [f.fen for f in told] == [300, 300]


def test_two_rows_that_changed_places(make):
    frame, aside = sections(make, (60_000, 10_100), (50_000, 20_200))
    told = explain_totals([subtotal(7, "701.00", "802.00"), subtotal(10, "702.00", "601.00")], frame, aside)
    assert [f.found[6:] for f in told] == [
        "（第 6 行和第 9 行的金额对调就相符）",
        "（第 9 行和第 6 行的金额对调就相符）",
    ]


def test_a_row_of_the_same_money_in_another_section_is_not_the_one_too_many(make):
    frame, aside = sections(make, (60_000, 300), (50_000, 300, 20_200))
    (told,) = explain_totals([subtotal(11, "705.00", "702.00")], frame, aside)
    assert "第 9 行正好是 3.00 元" in told.found


def test_without_such_findings_nothing_is_looked_at(make):
    assert explain_totals(iter([]), make({})) == []
