import pytest

from village_notice.checks.periods import choose_time, find_slot, read_span


@pytest.mark.parametrize(
    ("period", "span"),
    [
        ("2022", ("2022-01", "2022-12")), ("2022-06", ("2022-06", "2022-06")), ("2022-06-30", ("2022-06", "2022-06")),
        ("2022-Q2", ("2022-04", "2022-06")), ("2022-H2", ("2022-07", "2022-12")),
        ("2022-01/2022-06", ("2022-01", "2022-06")), ("第一批", None), ("", None),
    ],
)  # fmt: skip
def test_months_of_a_period(period, span):
    assert read_span(period) == span


@pytest.mark.parametrize(
    ("time", "told", "slot"),
    [
        ("2022-06", ["2022-06"], "2022-06"),
        ("2022-06", ["2022-Q2", "2022-Q3"], "2022-Q2"),
        ("第一批", ["第一批", "第二批"], "第一批"),
        ("2022-07", ["第一批", "第二批"], None),
        ("2022-Q2", ["2022-04", "2022-05"], None),
        ("2022-06", ["2022", "2022-H1"], None),
        ("2022-09", ["2022-06"], "2022-09"),
        ("2022", ["2022-06"], None),
        ("", ["2022-06"], None),
    ],
)
def test_the_period_a_payment_belongs_to(time, told, slot):
    assert find_slot(time, told) == slot


@pytest.mark.parametrize(
    ("period", "pay_date", "by_period", "time"),
    [
        ("2022-06", "2022-07-15", True, "2022-06"), ("2022-06", "2022-07-15", False, "2022-07"),
        ("2022", "2022-07-15", True, "2022-07"), ("", "2022-07-15", True, "2022-07"), ("2022-06", "", False, "2022-06"),
        ("第一批", "2022-07-15", True, "第一批"), ("第三批", "2022-07-15", True, "2022-07"), ("2022", "2022", True, "2022"),
    ],
)  # fmt: skip
def test_the_time_of_a_payment(period, pay_date, by_period, time):
    assert choose_time(period, pay_date, ["第一批", "2022-06"], by_period=by_period) == time
