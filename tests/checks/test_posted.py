from datetime import date

import pytest

from village_notice.archive.postings import read_posted
from village_notice.checks.posted import check_posted, list_unposted, remind_of_posting

DONGGUAN, XIGUAN = "370999101200", "370999101201"
QUARTERS = [date(2023, 3, 1), date(2023, 6, 1), date(2023, 9, 1), date(2023, 12, 20)]


@pytest.fixture
def paid(make):
    """Two villages: 东关村 is paid in February and August, 西关村 in August."""
    west = {"village": "西关村", "village_code": XIGUAN}
    return make(
        {"pay_date": "2023-02-10"},
        {"pay_date": "2023-08"},
        {"pay_date": "2023-08-01"} | west,
        {"pay_date": "2023-02-01", "verdict": "held"} | west,
    )


@pytest.mark.parametrize(
    ("posted", "today", "told"),
    [
        ({}, "2023-12-31", []),
        ({}, "2024-01-01", [("N09", "石桥镇", "2", "东关村、西关村")]),
        ({DONGGUAN: QUARTERS}, "2023-10-20", []),
        ({DONGGUAN: QUARTERS}, "2023-10-21", [("N10", "第3季度", "1", "石桥镇西关村")]),
        ({DONGGUAN: QUARTERS, XIGUAN: [date(2023, 10, 20)]}, "2024-01-05", []),
        ({DONGGUAN: [date(2023, 12, 20)], XIGUAN: [date(2023, 12, 20)]}, "2023-12-31",
         [("N10", "第1季度", "1", "石桥镇东关村"), ("N10", "第3季度", "2", "石桥镇东关村、石桥镇西关村")]),
        ({DONGGUAN: QUARTERS}, "2024-01-05", [("N09", "石桥镇", "1", "西关村"), ("N10", "第3季度", "1", "石桥镇西关村")]),
    ],
)  # fmt: skip
def test_what_was_paid_and_not_posted(paid, posted, today, told):
    found = check_posted(paid, posted, 2023, date.fromisoformat(today))
    assert [(f.code, f.place.sheet, f.found, f.expected) for f in found] == told


def test_the_postings_of_all_villages_are_read_at_once(tmp_path):
    (tmp_path / "postings.csv").write_text(
        "年度,乡镇,村,村代码,张贴日期\n2023,石桥镇,东关村民委员会,,2023-12-20\n2023,,西关,370999101201,2023-12-21\n"
        "2022,石桥镇,东关村,,2022-12-20\n2023,石桥镇,没有的村,,2023-12-20\n",
        encoding="utf-8",
    )
    villages = [(DONGGUAN, "石桥镇", "东关村"), (XIGUAN, "石桥镇", "西关村")]
    assert read_posted(tmp_path, 2023, villages) == {DONGGUAN: [date(2023, 12, 20)], XIGUAN: [date(2023, 12, 21)]}
    assert read_posted(tmp_path / "没有", 2023, villages) == {}


def test_villages_without_a_posting_whatever_the_day_is(paid):
    assert list_unposted(paid, {}) == ("石桥镇东关村", "石桥镇西关村")
    assert list_unposted(paid, {DONGGUAN: QUARTERS, XIGUAN: []}) == ("石桥镇西关村",)


@pytest.mark.parametrize(
    ("today", "words"),
    [("2023-11-30", ""), ("2023-12-01", "离年底还有 30 天，还有 1 个村没有登记张贴：石桥镇东关村"), ("2023-12-31", "今天是最后一天"),
     ("2024-01-05", "2023 年底已过")],
)  # fmt: skip
def test_the_deadline_by_the_clock(today, words):
    told = remind_of_posting(["石桥镇东关村"], 2023, date.fromisoformat(today))
    assert told.startswith(words) and bool(told) is bool(words)
    assert remind_of_posting([], 2023, date.fromisoformat(today)) == ""
