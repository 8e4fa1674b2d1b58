import pytest

from village_notice.checks.verdict import decide
from village_notice.domain.finding import Finding, Place


def verdicts(frame, *findings, year=2023):
    return decide(frame, findings, year=year)["verdict"].tolist()


def test_precedence(make, spot):
    """not_paid before held before other_year before accepted; WARNING and FIXED hold nothing."""
    frame = make({"status": "失败", "year": 2022}, {"year": 2022}, {"year": 2022}, {}, {}, {"status": "追回"})
    findings = [Finding("R01", spot(5)), Finding("R01", spot(6)), Finding("R05", spot(8)), Finding("C03", spot(9))]
    assert verdicts(frame, *findings) == ["not_paid", "held", "other_year", "accepted", "accepted", "accepted"]


@pytest.mark.parametrize("status", ["失败", "退回", "待发", "停发"])
def test_states_that_never_count(make, status):
    assert verdicts(make({"status": status})) == ["not_paid"]


@pytest.mark.parametrize("status", ["成功", "补发", "追回", ""])
def test_states_that_count(make, status):
    assert verdicts(make({"status": status})) == ["accepted"]


def test_unknown_amount_and_unknown_year_are_held(make):
    assert verdicts(make({"amount_fen": None}, {"year": None}, {})) == ["held", "held", "accepted"]


def test_an_error_holds_its_cell_its_row_its_sheet_or_its_file(make):
    frame = make({"column": "F"}, {"row": 5, "column": "G"}, {"row": 6}, {"sheet": "表2"}, {"file": "b.xlsx"})
    for place, held in (
        (Place("a.xlsx", "表1", 5, "G"), [1]),
        (Place("a.xlsx", "表1", 5, "B"), [0, 1]),
        (Place("a.xlsx", "表1", 5), [0, 1]),
        (Place("a.xlsx", "表1"), [0, 1, 2]),
        (Place("a.xlsx"), [0, 1, 2, 3]),
        (Place("c.xlsx"), []),
        (Place(), []),
    ):
        expected = ["held" if n in held else "accepted" for n in range(5)]
        assert verdicts(frame, Finding("R01", place)) == expected, place


def test_codes_are_listed_once_and_sorted(make, spot):
    findings = [
        Finding("R05", spot(5)),
        Finding("H03", Place("a.xlsx", "表1")),
        Finding("R05", spot(5)),
        Finding("C04", Place("a.xlsx", "表1", 5, "D")),
    ]
    assert decide(make({}, {}), findings, year=2023)["findings"].tolist() == ["C04 H03 R05", "H03"]


def test_order_and_other_columns_stay(make):
    frame = make({"file": "z.xlsx"}, {"file": "a.xlsx"})
    decided = decide(frame, [], year=2023)
    same = [c for c in frame.columns if c not in ("verdict", "findings")]
    assert decided[same].equals(frame[same])


def test_nothing_to_decide(make, spot):
    assert verdicts(make({}).iloc[:0], Finding("R01", spot(5))) == []
