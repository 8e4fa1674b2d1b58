"""A roll without states beside a list of what came back."""

import pytest

from village_notice.checks.across import check_across

ROLL = {"status": "", "file": "发放花名册.xlsx", "period": "2023-03"}
LIST = {"status": "退回", "file": "退票清单.xlsx", "period": "2023-03"}


def find(frame, *codes):
    return [(f.code, f.place.file, f.place.row) for f in check_across(frame) if f.code in codes]


def test_a_payment_of_the_roll_that_came_back_is_held(make):
    frame = make(ROLL, ROLL | {"name": "方木", "account": "1"}, LIST)
    found = [f for f in check_across(frame) if f.code == "X21"]
    assert [(f.place.row, f.found, f.expected) for f in found] == [(5, "退回", "退票清单.xlsx 表1 第 7 行")]


@pytest.mark.parametrize(
    ("roll", "failure", "held"),
    [
        ({}, {"amount_fen": 1}, False),
        ({}, {"name": "方木"}, False),
        ({}, {"account": "6299990000000000"}, False),
        ({}, {"account": ""}, True),
        ({}, {"period": "2023-04"}, False),
        ({}, {"period": ""}, True),
        ({"period": ""}, {}, True),
        ({}, {"period": "", "year": 2022}, False),
        ({"period": "", "file": "一批.xlsx"}, {"period": "", "file": "二批退票.xlsx"}, False),
        ({"period": "", "file": "一批.xlsx"}, {"period": "", "file": "退票.xlsx"}, True),
        ({}, {"status": "停发"}, True),
        ({}, {"status": "停发", "period": ""}, False),
        ({"status": "成功"}, {}, False),
        ({"file": "高龄补发.xlsx"}, {}, False),
        ({"remark": "补发"}, {}, False),
        ({"sheet": "直补发放"}, {}, True),
        ({}, {"village_code": "", "programme": ""}, True),
        ({}, {"village_code": "", "programme": "", "account": ""}, False),
    ],
)
def test_who_is_the_same(make, roll, failure, held):
    assert bool(find(make(ROLL | roll, LIST | failure), "X21")) == held


def test_one_failure_speaks_of_one_payment_of_its_own_file(make):
    undated = {"period": ""}
    frame = make(ROLL | {"period": "2023-02"}, ROLL, LIST | undated, ROLL | {"file": "退票清单.xlsx"})
    assert find(frame, "X21") == [("X21", "退票清单.xlsx", 8)]


def test_the_reissue_counts_once_and_the_roll_is_held(make):
    again = ROLL | {"file": "补发.xlsx"}
    other = {"name": "方木", "account": "1"}
    frame = make(ROLL, ROLL | other, LIST, LIST | other, again, again | other)
    assert find(frame, "X21", "X01", "X20", "X08") == [("X21", "发放花名册.xlsx", 5), ("X21", "发放花名册.xlsx", 6)]
    assert find(make(ROLL, LIST), "X08") == [("X08", "退票清单.xlsx", 6)]


@pytest.mark.parametrize(
    ("again", "held"),
    [
        ({"sheet": "退票重发"}, True),
        ({"sheet": "失败人员重新发放"}, True),
        ({"file": "3月重发.xlsx"}, True),
        ({"remark": "销户；重发"}, True),
        ({"sheet": "退票重发", "account": "1"}, True),
        ({"sheet": "退票重发", "status": "成功"}, True),
        ({"sheet": "退票重发", "amount_fen": 1}, False),
        ({"sheet": "退票重发", "period": "2023-04"}, False),
        ({"sheet": "退票重发", "id": "1"}, True),
        ({"sheet": "二次发放"}, False),
        ({"sheet": "补发"}, False),
        ({"sheet": "重点人员"}, False),
    ],
)
def test_what_was_made_again_did_not_arrive_the_first_time(make, again, held):
    frame = make(ROLL, ROLL | {"name": "方木"}, ROLL | again)
    assert find(frame, "X21") == ([("X21", "发放花名册.xlsx", 5)] if held else [])


def test_of_two_plots_the_failure_and_its_reissue_concern_one(make):
    frame = make(ROLL, ROLL, LIST, ROLL | {"sheet": "退票重发"})
    assert len(find(frame, "X21")) == 1


@pytest.mark.parametrize(
    ("other", "held"),
    [
        ({"name": "方木"}, True),
        ({"village_code": "370999101201"}, False),
        ({"village_code": "370999101201", "status": "成功"}, False),
        ({"village_code": "370999101201", "period": "2023-04"}, True),
        ({"village_code": "370999101201", "amount_fen": 1}, True),
        ({"village_code": "", "file": "退票清单.xlsx", "status": "成功"}, False),
    ],
)
def test_a_failure_without_village_speaks_of_the_only_payment_like_it(make, other, held):
    frame = make(ROLL | {"account": ""}, ROLL | {"account": ""} | other, LIST | {"village_code": ""})
    assert find(frame, "X21") == ([("X21", "发放花名册.xlsx", 5)] if held else [])
