import pytest

from village_notice.checks.across import check_across


def found(frame, places):
    return places(check_across(frame), "X08", "X09", "X10")


def test_failure_nobody_made_good(make, places):
    assert found(make({"status": "失败"}), places) == [("X08", "a.xlsx", 5)]
    assert found(make({"status": "退回"}, {"status": "成功", "amount_fen": 12001}), places) == [("X08", "a.xlsx", 5)]


@pytest.mark.parametrize("again", [{"status": "补发", "period": "2023-09"}, {"status": "成功", "period": "2023-06"}])
def test_failure_made_good(make, places, again):
    assert not found(make({"status": "失败", "period": "2023-06"}, again), places)


def test_the_next_month_does_not_hide_a_failure(make, places):
    frame = make({"status": "失败", "period": "2023-01"}, {"status": "成功", "period": "2023-02"})
    assert found(frame, places) == [("X08", "a.xlsx", 5)]


def test_two_failures_and_one_reissue(make, places):
    assert found(make({"status": "失败"}, {"status": "失败"}, {"status": "补发"}), places) == [("X08", "a.xlsx", 6)]


@pytest.mark.parametrize("reason", ["失败", "退回", "停发", "待发"])
def test_reissue_with_its_failure(make, places, reason):
    assert not found(make({"status": reason}, {"status": "补发"}), places)


def test_reissue_without_its_failure(make, places):
    assert found(make({"status": "补发"}), places) == [("X09", "a.xlsx", 5)]
    assert ("X09", "a.xlsx", 6) in found(make({"status": "失败", "name": "方木"}, {"status": "补发"}), places)


def test_more_taken_back_than_paid(make, places):
    paid, back = {"amount_fen": 12000, "status": "成功"}, {"amount_fen": -12000, "status": "追回"}
    assert not found(make(paid, back), places)
    findings = [f for f in check_across(make(paid, back, back | {"amount_fen": -1})) if f.code == "X10"]
    assert [(f.found, f.expected, f.fen, f.place.row) for f in findings] == [("120.01", "120.00", 1, 7)]
    assert found(make({"amount_fen": 12000, "status": "失败"}, back), places)[-1] == ("X10", "a.xlsx", 6)


def test_money_taken_back_for_another_year(make, places):
    frame = make({"amount_fen": 12000, "year": 2022}, {"amount_fen": -12000, "status": "追回"})
    assert found(frame, places) == [("X10", "a.xlsx", 6)]


def test_a_minus_that_nobody_calls_a_recovery_is_told_elsewhere(make, places):
    assert not found(make({"status": "成功", "amount_fen": -5000}), places)
