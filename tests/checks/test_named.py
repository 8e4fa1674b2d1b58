"""People named as not paid in a list without money."""

import pytest

from village_notice.checks.across import check_across
from village_notice.domain.reading import UnpaidLine

PAID = {"status": "", "period": "2023-10", "file": "高龄.xlsx"}
LINE = UnpaidLine(3, "退票人员名单", "退回", True, "万木", "", "", "", "", "", "", 2023)


def find(frame, file="退票.xlsx", sheet="表1", **line):
    named = [(file, sheet, LINE._replace(**line))]
    found = [f for f in check_across(frame, unpaid=named) if f.code in ("X21", "X22")]
    return [(f.code, f.place.file, f.place.row) for f in found]


def test_the_payment_is_held_and_names_the_list(make):
    found = [f for f in check_across(make(PAID), unpaid=[("退票.xlsx", "表1", LINE)]) if f.code == "X21"]
    assert [(f.place.row, f.found, f.expected) for f in found] == [(5, "退票人员名单", "退票.xlsx 表1 第 3 行")]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ({}, "X21"),
        ({"account": "6299991234567896"}, "X21"),
        ({"account": "6299990000000000"}, "X22"),
        ({"village_code": "370999101201"}, "X22"),
        ({"programme_code": "S002"}, "X22"),
        ({"period": "2023-10"}, "X21"),
        ({"period": "2023-09"}, "X22"),
        ({"year": 2022}, "X22"),
        ({"status": "停发", "period": "2023-10"}, "X21"),
        ({"status": "停发"}, ""),
        ({"status": "停发", "period": "2023-09"}, ""),
    ],
)
def test_who_is_meant(make, line, code):
    assert [c for c, *_ in find(make(PAID), **line)] == ([code] if code else [])


@pytest.mark.parametrize("paid", [{"status": "失败"}, {"status": "成功"}, {"status": "停发", "amount_fen": 0}])
def test_where_the_list_tells_the_state_nothing_is_held(make, paid):
    assert find(make(PAID | paid)) == []


def test_of_several_payments_nobody_knows_which(make):
    other = {"village_code": "370999101201", "village": "西关村"}
    assert find(make(PAID, PAID | other)) == [("X22", "退票.xlsx", 3)]
    assert find(make(PAID, PAID | {"amount_fen": 500})) == [("X21", "高龄.xlsx", 5), ("X21", "高龄.xlsx", 6)]
    assert find(make(PAID, PAID | other | {"file": "退票.xlsx"})) == [("X21", "退票.xlsx", 6)]


def test_a_line_below_a_list_speaks_of_that_sheet(make):
    own = {"is_list": False, "status": "?"}
    assert find(make(PAID), file="高龄.xlsx", **own) == [("X21", "高龄.xlsx", 5)]
    assert find(make(PAID), **own) == []


def test_the_reissue_counts(make):
    again = PAID | {"file": "补发.xlsx", "account": "1"}
    frame = make(PAID, again)
    codes = [(f.code, f.place.file) for f in check_across(frame, unpaid=[("退票.xlsx", "表1", LINE)])]
    assert [c for c in codes if c[0] in ("X01", "X20", "X21", "X22")] == [("X21", "高龄.xlsx")]
