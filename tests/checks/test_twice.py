from itertools import pairwise

import pytest

from village_notice.checks.across import check_across


def twice(frame, **options):
    return [f for f in check_across(frame, **options) if f.code in ("X01", "X02")]


def test_same_payment_in_two_files_holds_the_later(make, make_id, places):
    row = {"id": make_id(1), "period": "2023-06"}
    found = twice(make(row | {"file": "b.xlsx"}, row | {"file": "A.xlsx"}))
    assert places(found) == [("X01", "b.xlsx", 5)]
    assert found[0].expected == "A.xlsx 表1 第 6 行"
    assert (found[0].person, found[0].fen) == ("万木", 12000)


@pytest.mark.parametrize(
    "other",
    [
        {"amount_fen": 12001},
        {"period": "2023-07"},
        {"programme_code": "S002"},
        {"status": "失败"},
        {"name": "方木", "id": ""},
        {"programme_code": ""},
    ],
)
def test_no_duplicate_where_one_thing_differs(make, make_id, other):
    row = {"id": make_id(1), "period": "2023-06"}
    frame = make(row | {"file": "a.xlsx"}, row | {"file": "b.xlsx"} | other)
    assert [f.code for f in twice(frame)] == (["X02"] if "amount_fen" in other else [])


def test_twelve_months_in_twelve_files_are_twelve_payments(make, make_id):
    rows = [{"id": make_id(1), "file": f"{m:02d}.xlsx", "period": f"2023-{m:02d}"} for m in range(1, 13)]
    assert not twice(make(*rows))


@pytest.mark.parametrize(
    ("first", "second"), [("低保1月.xlsx", "低保2月.xlsx"), ("第一批.xls", "第二批.xls"), ("202301.csv", "202302.csv")]
)
def test_files_named_after_batches_are_no_duplicates(make, first, second):
    assert not twice(make({"file": first}, {"file": second}))


def test_undated_lists_of_one_year_are_the_same_payment(make, places):
    found = twice(make({"file": "种粮.xlsx"}, {"file": "种粮（新）.xlsx", "period": "2023"}))
    assert places(found) == [("X01", "种粮（新）.xlsx", 6)]
    assert not twice(make({"file": "种粮.xlsx"}, {"file": "种粮（新）.xlsx", "year": 2022}))


def test_dated_and_undated_list_is_to_look_at(make, places):
    found = twice(make({"file": "平台.xlsx", "pay_date": "2023-06-30"}, {"file": "村.xlsx"}))
    assert places(found) == [("X02", "村.xlsx", 6)]


def test_two_equal_plots_in_both_files_are_two_payments_twice(make, places):
    rows = [{"file": f, "period": "2023"} for f in ("a.xlsx", "a.xlsx", "b.xlsx", "b.xlsx", "b.xlsx")]
    found = twice(make(*rows))
    assert places(found, "X01") == [("X01", "b.xlsx", 7), ("X01", "b.xlsx", 8)]
    assert ("X02", "b.xlsx", 9) in places(found, "X02")


def test_same_person_twice_in_one_file(make, places):
    found = twice(make({}, {"name": "方木"}, {}))
    assert places(found) == [("X02", "a.xlsx", 7)]
    assert found[0].found == "2"
    assert not twice(make({}, {"account": "6299990000000000"}))


def test_list_of_plots_is_quiet(make):
    """Six people with two plots each: one row is one plot, nobody is listed twice by mistake."""
    rows = [{"name": f"万{n}", "amount_fen": fen} for n in range(6) for fen in (100, 200)]
    assert not twice(make(*rows))
    assert len(twice(make(*rows[:8]))) == 4


def test_other_batches_in_other_sheets_without_dates_are_quiet(make):
    assert not twice(make({"sheet": "甲", "amount_fen": 100}, {"sheet": "乙", "amount_fen": 200}))


def test_copies_held_already_are_not_told_again(make):
    row = {"period": "2023-06"}
    frame = make(row, row | {"file": "b.xlsx"})
    assert len(twice(frame)) == 1
    assert not twice(frame, copies={"b.xlsx"})


def test_three_files_hold_the_second_and_third(make, places):
    frame = make(*({"file": f"{c}.xlsx", "pay_date": "2023-06-01"} for c in "abc"))
    assert places(twice(frame)) == [("X01", "b.xlsx", 6), ("X01", "c.xlsx", 7)]
    assert all(a.expected == b.expected for a, b in pairwise(twice(frame)))


def test_the_same_recovery_in_two_files_is_held_but_one_beside_its_payment_is_not(make, places):
    paid = {"amount_fen": 60000, "pay_date": "2023-06-30"}
    back = {"amount_fen": -12000, "status": "追回", "pay_date": "2023-06-30"}
    assert places(twice(make(paid, back)), "X01", "X02") == []
    assert places(twice(make(paid, back, back | {"file": "b.xlsx"})), "X01") == [("X01", "b.xlsx", 7)]


def test_a_row_without_id_is_linked_by_the_ledgers_number(make, make_id, places):
    same = {"person_no": 1, "pay_date": "2023-06-30"}
    frame = make(same | {"id": make_id(1)}, same | {"id": "", "file": "b.xlsx"})
    assert places(twice(frame), "X01") == [("X01", "b.xlsx", 6)]
    other = make(same | {"id": make_id(1)}, same | {"id": "", "file": "b.xlsx", "person_no": 2, "name": "李四"})
    assert places(twice(other), "X01") == []


@pytest.mark.parametrize(
    ("again", "code"),
    [
        ({"sheet": "补发"}, "X20"),
        ({"sheet": "表2", "remark": "补发"}, "X20"),
        ({"sheet": "补发", "remark": "补发6月"}, "X02"),
        ({"sheet": "补发", "remark": "补发上月漏发"}, "X02"),
        ({"sheet": "补发", "status": "补发"}, "X02"),
        ({"sheet": "补发", "amount_fen": 1}, "X02"),
        ({"sheet": "直补"}, "X02"),
        ({"sheet": "表2"}, "X02"),
        ({"remark": "补发"}, "X02"),
    ],
)
def test_a_list_of_reissues_in_the_same_workbook_is_held_like_one_in_another(make, again, code):
    row = {"period": "2023-07", "status": ""}
    found = [(f.code, f.place.row) for f in check_across(make(row, row | again)) if f.code in ("X02", "X20")]
    assert found == [(code, 6)]


@pytest.mark.parametrize(
    ("again", "found"),
    [({"sheet": "补发"}, ["X20"]), ({"sheet": "表2"}, []), ({"sheet": "补发", "amount_fen": 1}, [])],
)
def test_so_is_one_where_neither_list_tells_its_time(make, again, found):
    row = {"period": "", "pay_date": "", "status": ""}
    assert [f.code for f in check_across(make(row, row | again)) if f.code in ("X02", "X20")] == found
