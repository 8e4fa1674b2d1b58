import pytest

from village_notice.checks.single import check_single


def test_amount_that_is_not_area_times_rate(make, places):
    """12.5 亩 × 9.6 元 = 120 元; one fen is rounding, two are not."""
    quantity = {"quantity_milli": 12_500, "rate_micro": 9_600_000}
    frame = make(*({**quantity, "amount_fen": fen} for fen in (12000, 12001, 11999, 12002, 11998)))
    found = list(check_single(frame))
    assert places(found) == [("R05", "a.xlsx", 8), ("R05", "a.xlsx", 9)]
    assert (found[0].found, found[0].expected, found[0].difference, found[0].fen) == ("120.02", "120.00", "0.02", 2)
    assert found[1].difference == "-0.02"


@pytest.mark.parametrize(
    "odd", [{"amount_fen": None}, {"amount_fen": -12000}, {"quantity_milli": None}, {"quantity_milli": 0}]
)
def test_product_is_only_compared_where_all_is_known(make, odd):
    assert not list(check_single(make({"quantity_milli": 1000, "rate_micro": 1_000_000} | odd)))


def test_product_of_huge_numbers_is_exact(make):
    frame = make({"quantity_milli": 10**15, "rate_micro": 10**12, "amount_fen": 10**20 // 10**5 + 7})
    assert [f.code for f in check_single(frame)] == ["R05"]


def test_child_on_the_day_before_its_birthday(make, places):
    frame = make(
        {"birth_date": "2009-06-30", "pay_date": "2023-06-29"},
        {"birth_date": "2009-06-30", "pay_date": "2023-06-30"},
        {"birth_date": "2009-06-30", "pay_date": "2023-06"},
        {"birth_date": "2009-01-01"},
        {"birth_date": "2009-01-02"},
        {"birth_date": "2019-01-02", "organisation": 1},
    )
    assert places(check_single(frame)) == [("R06", "a.xlsx", 5), ("R06", "a.xlsx", 7), ("R06", "a.xlsx", 9)]


def test_zero(make, places):
    frame = make({"amount_fen": 0}, {"amount_fen": 1}, {"amount_fen": None})
    assert places(check_single(frame)) == [("R14", "a.xlsx", 5)]


def test_nothing_in_nothing_out(make):
    assert not list(check_single(make({}).iloc[:0]))


def test_card_with_a_wrong_check_digit_once(make, places):
    good, bad, passbook = "6299991234567896", "6299991234567897", "9060300123456789"
    frame = make({"account": good}, {"account": bad}, {"account": bad}, {"account": passbook}, {"account": ""})
    assert places(check_single(frame), "C14") == [("C14", "a.xlsx", 6)]


@pytest.mark.parametrize(
    ("remark", "status", "is_told"),
    [
        ("账户异常退回", "成功", True),
        ("失败，未到账", "", True),
        ("户名不符", "成功", True),
        ("原账户退回，已补发", "成功", False),
        ("3月退回", "成功", False),
        ("退耕还林", "成功", False),
        ("挂失换卡", "成功", False),
        ("账户异常退回", "补发", False),
        ("账户异常退回", "退回", False),
    ],
)
def test_a_remark_that_the_money_did_not_arrive(make, places, remark, status, is_told):
    found = [f for f in check_single(make({"remark": remark, "status": status})) if f.code == "R18"]
    assert [f.found for f in found] == ([remark] if is_told else [])


@pytest.mark.parametrize(
    ("birth", "day", "is_told"),
    [
        ("20230701", "2023-06-30", True),
        ("20230630", "2023-06-30", False),
        ("20230701", "2023-06", True),
        ("20240101", "", True),
        ("20230701", "", False),
        ("19071231", "2023-06-30", True),
        ("19080101", "2023-06-30", False),
    ],
)
def test_an_id_of_somebody_not_born_yet_or_born_too_long_ago(make, make_id, birth, day, is_told):
    born = f"{birth[:4]}-{birth[4:6]}-{birth[6:]}"
    frame = make({"id": make_id(1, birth), "birth_date": born, "pay_date": day})
    assert bool([f for f in check_single(frame) if f.code == "C05"]) is is_told


def test_a_month_of_stop_says_nothing_against_the_months_before(make):
    rows = [{"status": "", "remark": "5月停发", "period": p} for p in ("2022-04", "2022-05", "2022-01/2022-04", "2022")]
    found = [f.place.row for f in check_single(make(*rows)) if f.code == "R18"]
    assert len(found) == 2
