"""Days and periods in every Chinese manner."""

from datetime import date, datetime

import pytest

from village_notice.sources.dates import find_period, find_year, parse_date, parse_period


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (date(2023, 6, 7), "2023-06-07"), (datetime.fromisoformat("2023-06-07T10:00"), "2023-06-07"), (45084, "2023-06-07"),
        (20230607, "2023-06-07"), ("2023.6.7", "2023-06-07"), ("2023年6月7日", "2023-06-07"), ("2023/06/07", "2023-06-07"),
        ("２０２３－６－７", "2023-06-07"), ("二〇二三年六月七日", "2023-06-07"), ("二○二三年十二月", "2023-12"), ("202306", "2023-06"),
        ("2023年6月", "2023-06"), (202306, "2023-06"), ("2023年", "2023"), (2023, "2023"), (2023.6, "2023-06"),
        (2023.1, "2023"), (2023.11, "2023-11"), ("6月7日", "2023-06-07"), ("六月", "2023-06"), ("23.6.7", "2023-06-07"),
        ("2023-06-07 10:30:00", "2023-06-07"), ("", ""), (None, ""), ("—", ""), ("无", ""),
    ],
)  # fmt: skip
def test_days_are_understood(value, expected):
    assert parse_date(value, 2023) == expected


@pytest.mark.parametrize(
    "value", ["2023-02-30", "2023.13", 2023.13, "去年", 20231301, "0", 7, True, "1823-01-01", "3月32日"]
)
def test_impossible_days_are_none(value):
    assert parse_date(value, 2023) is None


def test_a_day_without_a_year_needs_one():
    assert parse_date("6月7日") is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2023年3月高龄津贴", "2023-03"), ("2023年第一季度", "2023-Q1"), ("2023年上半年", "2023-H1"), ("2023年1-3月", "2023-01/2023-03"),
        ("一季度", "2023-Q1"), ("12月份", "2023-12"), ("2023年度", "2023"), ("棉花补贴", "2023"), ("202311", "2023-11"),
    ],
)  # fmt: skip
def test_periods_are_found(text, expected):
    assert find_period(text, 2023) in (expected, "" if expected == "2023" else expected)


@pytest.mark.parametrize(
    ("value", "expected"),
    [(3, "2023-03"), ("3月", "2023-03"), ("2022年补发", "2022"), ("第一批", "第一批"), ("", ""), (None, "")],
)
def test_period_cells_keep_what_is_not_understood(value, expected):
    assert parse_period(value, 2023) == expected


@pytest.mark.parametrize(
    ("text", "year"),
    [
        ("2023年补贴", 2023), ("二〇二三年", 2023), ("表2023-1", 2023), ("13812023999", None), ("高龄津贴202306", 2023),
        ("2023.06.30", 2023), ("2023.6", 2023), ("补贴款2023", 2023), ("低保2023元月", 2023), ("20230115发放", 2023),
        ("东岚村  共5户  补贴金额2052元", None), ("东岚村（4户，2023元）", None), ("面积20.24亩  金额2023.00元", None),
        ("户数：4户  金额：2019", None), ("合计2,023元", None), ("¥2023", None), ("2019元，2023年", 2023), ("2023户", None),
    ],
)  # fmt: skip
def test_years_are_found(text, year):
    assert find_year(text) == year
