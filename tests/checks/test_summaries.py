import pytest

from village_notice.checks.summaries import check_summaries
from village_notice.domain.reading import FileReading, SheetReading, StatedLine

NAMES = {"A": "东关村", "B": "西关村", "C": "南关村"}


def told(frame, code="S001", **yuan):
    lines = [
        StatedLine(n, "E", code, "石桥镇", NAMES[v], v, round(y * 100)) for n, (v, y) in enumerate(yuan.items(), 3)
    ]
    sheet = SheetReading("汇总", "no_table", 0, 0, "", "", (), lines)
    found = check_summaries([FileReading("汇总.xlsx", sheets=[sheet])], frame)
    return [(f.code, f.place.row, f.found, f.expected, f.difference, f.fen) for f in found]


def pay(village, yuan, **more):
    return {"village_code": village, "amount_fen": yuan * 100, "raw_fen": yuan * 100} | more


@pytest.fixture
def detail(make):
    return make(pay("A", 100), pay("A", 20), pay("B", 200), pay("C", 300))


def test_sums_that_agree(detail):
    assert told(detail, A=120, B=200, C=300) == []
    assert told(detail, A=120.02, B=200, C=300) == []  # rounding, a fen a row and five at least


def test_a_village_with_another_sum(detail):
    assert told(detail, A=120, B=230, C=300) == [("T03", 4, "石桥镇西关村 200.00", "230.00", "30.00", 3_000)]


def test_a_village_whose_list_is_not_there(make):
    frame = make(pay("A", 120), pay("B", 200))
    assert told(frame, A=120, B=200, C=300) == [("T03", 5, "石桥镇南关村 0.00", "300.00", "300.00", 30_000)]


def test_sums_of_something_else_say_nothing(detail):
    assert told(detail, A=1, B=2, C=300) == []
    assert told(detail, code="S053", A=1, B=2) == []
    assert told(detail, A=1) == []


@pytest.mark.parametrize(
    "more", [{"file": "二批.xlsx"}, {"period": "2023-07"}, {"pay_date": "2023-07-01"}, {"verdict": "not_paid"}]
)
def test_the_part_that_was_added_up_is_found(make, more):
    first = [pay("A", 120), pay("B", 200), pay("C", 300)]
    frame = make(*first, *(p | more for p in first))
    assert told(frame, A=120, B=200, C=300) == []
    assert [t[1] for t in told(frame, A=120, B=200, C=301)] == [5]


def test_money_of_another_year_is_no_detail(make):
    assert told(make(pay("A", 120, verdict="other_year"), pay("B", 200, verdict="other_year")), A=1, B=200) == []
