"""Which stretch of rows a stated total may stand for, and when it is wrong."""

import pytest

from village_notice.sources.totals import StatedTotals


def build(*rows):
    """p fen: a payment; f fen: a failed one; T/S/P/C fen: total, subtotal, page total, carried; b: a section begins."""
    totals = StatedTotals()
    for number, row in enumerate(rows, 1):
        kind, _, fen = row.partition(" ")
        if kind in "pf":
            totals.add_payment(number, 3, int(fen), is_paid=kind == "p")
        elif kind == "b":
            totals.add_bound(number)
        else:
            name = {"T": "total", "S": "subtotal", "P": "subtotal", "C": "carried"}[kind]
            totals.add_total(number, name, 3, int(fen), is_page=kind == "P")
    return [(m.code, m.row, m.found_fen, m.stated_fen) for m in totals.check()]


@pytest.mark.parametrize(
    "rows",
    [
        ("p 100", "p 200", "T 300"),
        ("T 300", "p 100", "p 200"),
        ("b", "p 100", "S 100", "b", "p 200", "S 200", "T 300"),
        ("b", "S 100", "p 100", "b", "S 200", "p 200", "T 300"),
        ("p 100", "P 100", "C 100", "C 100", "p 200", "P 200", "C 300", "T 300"),
        ("p 100", "f 200", "T 100"),
        ("p 100", "f 200", "T 300"),
        ("p 100", "p 200", "T 305"),
        ("T 300",),
        ("p 100",),
    ],
    ids=" ".join,
)
def test_right_totals_are_quiet(rows):
    assert build(*rows) == []


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        (("p 100", "p 200", "T 306"), ("T01", 3, 300, 306)),
        (("T 400", "p 100", "p 200"), ("T01", 1, 300, 400)),
        (("b", "p 100", "S 100", "b", "p 200", "S 210"), ("T02", 6, 200, 210)),
        (("p 100", "P 100", "p 200", "P 250"), ("T02", 4, 200, 250)),
        (("p 100", "C 150"), ("T02", 2, 100, 150)),
    ],
    ids=lambda v: " ".join(map(str, v)),
)
def test_wrong_totals_are_told_with_the_likeliest_sum(rows, found):
    assert build(*rows) == [found]


def test_tolerance_grows_with_the_rows():
    payments = ["p 100"] * 20
    assert build(*payments, "T 2020") == []
    assert build(*payments, "T 2021") == [("T01", 21, 2000, 2021)]


def test_a_total_may_stand_for_several_tables():
    totals = StatedTotals()
    totals.add_payment(1, 3, 100, is_paid=True)
    totals.add_total(2, "total", 3, 500, is_page=False)
    assert [m.code for m in totals.check()] == ["T01"]
    assert list(totals.check((500,))) == []
