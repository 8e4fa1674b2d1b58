"""When a list says that it was paid: which lines and names move it to another year, which leave it open, which say nothing."""

import pytest

from village_notice.sources.paid_when import PaidWhen, find_paid_when


def find(line, year=2025, period="2025-12", names=(), folders=()):
    return find_paid_when([line] if line else [], names, folders, year, period)


@pytest.mark.parametrize(
    ("line", "day"),
    [
        ("发放日期：2026年1月8日", "2026-01-08"),
        ("发放时间 2026年1月", "2026-01"),
        ("打卡日期：2026.1.12", "2026-01-12"),
        ("资金到账时间：2026-01-15", "2026-01-15"),
        ("发放时间：2026-01-15 09:30", "2026-01-15"),
        ("发放日期：二〇二六年一月八日", "2026-01-08"),
        ("注：本月资金于2026年1月15日发放", "2026-01-15"),
        ("12月资金于2026年1月15日通过一卡通发放到户。", "2026-01-15"),
        ("本批资金已于2026年1月8日打卡发放完毕，请查收。", "2026-01-08"),
        ("2025年12月高龄津贴发放表（2026年1月8日发放）", "2026-01-08"),
        ("2026年1月8日统一发放", "2026-01-08"),
        ("县财政已于2025年12月28日拨付，2026年1月8日打卡到户", "2026-01-08"),
        ("制表：甲一；发放日期：2026年1月8日", "2026-01-08"),
    ],
)
def test_lines_that_move_the_year(line, day):
    assert find(line) == PaidWhen(day)


@pytest.mark.parametrize(
    "line",
    [
        "打印时间：2026-01-05 09:12", "填表日期：2026年1月3日（补打印）", "制表日期：2026年1月8日", "公示时间：2026年1月8日至15日",
        "注：2026年起标准调整为120元。", "自2026年1月1日起按新标准发放", "2026年1月8日", "2025年12月高龄津贴发放表",
        "领取时间：2026年1月起，逾期未领退回财政", "上月资金已于2024年11月28日发放", "第一批资金已于2024年12月28日拨付到户",
        "依据2026年1月8日发放标准", "残疾证发放日期：2024年3月", "资金已于2026年1月8日拨付至镇财政所", "去年补贴于2024年12月28日发放",
        "根据莱财〔2026〕1号文件发放", "公示期：2026年1月8日—1月15日", "2026年1月发放表附后", "2026年1月1日以后死亡的停发",
        "请于2026年1月8日前核对签字", "监督电话：0535-20260115", "下次发放时间：2026年1月",
        "发放时间：2024年10月—2025年9月",
    ],
)  # fmt: skip
def test_lines_that_say_nothing(line):
    assert find(line) == PaidWhen()


@pytest.mark.parametrize(
    "line",
    [
        "其中3户于2026年1月15日发放", "资金拟于2026年1月15日发放", "计划发放日期：2026年1月15日", "发放日期：2024年1月8日",
        "发放日期：2025年12月28日至2026年1月5日", "发放日期：1月15日", "发放日期：2062年1月8日",
        "未发放的将于2026年1月发放", "补发的2户于2026年1月5日发放",
    ],
)  # fmt: skip
def test_lines_that_leave_the_year_open(line):
    assert find(line) == PaidWhen(doubt=line)


def test_a_day_of_the_same_year_tells_nothing_new():
    assert find("发放日期：2025年12月20日") == PaidWhen("2025-12-20")
    assert find("发放日期：11月25日") == PaidWhen()


def test_money_of_the_year_before_and_of_the_next_one():
    assert find("以上资金已于2025年1月20日通过一卡通发放。", 2024, "2024-Q4") == PaidWhen("2025-01-20")
    assert find("2026年1月高龄津贴提前发放花名册（2025年12月25日发放）", 2026, "") == PaidWhen("2025-12-25")
    assert find("12月资金于2026年1月15日发放", 2025, "2025") == PaidWhen(doubt="12月资金于2026年1月15日发放")


def test_names_of_sheet_and_file():
    assert find("", names=("20260115发放",)) == PaidWhen("2026-01-15")
    assert find("", names=("Sheet1", "2025年12月高龄津贴（2026年1月发放）")) == PaidWhen("2026-01")
    assert find("发放日期：2025年12月20日", names=("2026年1月发放",)) == PaidWhen("2025-12-20")
    assert find("", names=("2025年12月高龄津贴发放表", "2026年1月发放表")) == PaidWhen()
    assert find("", 2026, "2026-01", names=("2025年12月发放",)).doubt
    assert find("", folders=("2026年1月发放",)).doubt and not find("", folders=("2025年",)).doubt


@pytest.mark.parametrize(
    "line",
    [
        "县财政局已于2022年12月30日拨付", "县财政局2022年12月拨付", "资金拨付日期：2022年12月30日", "于2023年12月至2024年1月发放到户",
        "2023年12月-2024年1月发放", "资金于2024年1月8日前发放到位", "本批资金于2024年1月15日开始发放", "于2024年1月经镇政府研究发放到户",
    ],
)  # fmt: skip
def test_days_of_offices_and_ends_of_ranges_do_not_move_a_list(line):
    assert find(line, 2023, "2023") == PaidWhen(doubt=line)


@pytest.mark.parametrize(
    "line",
    [
        "本方案于2022年12月经镇政府研究兑付", "该补贴于2021年10月开始发放，标准每亩120元", "该补贴于2022年10月开始发放", "于2022年1月1日起发放",
        "于2022年5月通过一卡通发放试点", "补贴于2020年5月发放", "于2024年1月1日起按新标准发放",
    ],
)  # fmt: skip
def test_the_history_of_a_subsidy_says_nothing(line):
    assert find(line, 2023, "2023") == PaidWhen()


def test_a_range_within_the_other_year_moves_a_list():
    assert find("于2026年1月5日至8日发放到户") == PaidWhen("2026-01")
    assert find("于2026年1月5日至2026年1月8日发放").pay_date[:4] == "2026"
    assert find("", 2023, "2023", names=("2023年12月至2024年1月发放",)).doubt
    assert find("", names=("高龄津贴-2026年1月发放",)) == PaidWhen("2026-01")
