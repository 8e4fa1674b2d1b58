"""How quantities and months of several payments add up to one line."""

import pytest

from village_notice.ledger.lines import format_months, read_months


@pytest.mark.parametrize(
    ("period", "pay_date", "count"),
    [
        ("2022-03", "", 1), ("2022-01/2022-03", "", 3), ("2022-Q2", "", 3), ("2022-H1", "", 6), ("2021-12", "2022-01-10", 1),
        ("2022", "2022-06-30", 1), ("", "2022-06", 1), ("", "2022", 0), ("", "", 0), ("第一批", "", 0),
    ],
)  # fmt: skip
def test_months_a_payment_is_for(period, pay_date, count):
    assert read_months(period, pay_date, 2022).bit_count() == count


@pytest.mark.parametrize(
    ("months", "text"), [([], ""), ([6], "6月"), ([1, 2, 3, 6], "1–3、6月"), (list(range(1, 13)), "1–12月")]
)
def test_months_as_text(months, text):
    assert format_months(sum(1 << (m - 1) for m in months)) == text
