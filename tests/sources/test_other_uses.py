"""Titles and headings of money that is not what people were paid."""

import pytest

from village_notice.sources.other_uses import names_open_money, names_other_use


@pytest.mark.parametrize(
    "title",
    [
        "2025年高龄津贴扣发明细表", "高龄津贴扣减花名册", "高龄津贴上缴财政明细", "高龄津贴结余资金明细表", "减少人员花名册",
        "2025年高龄津贴应退未退资金明细", "抵扣明细表", "滞留资金明细表", "漏报人员统计表", "2025年高龄津贴拖欠资金明细表（第一批）",
        "低保金多领人员名单", "欠发补贴花名册", "剩余资金明细", "待补人员名单", "结余",
    ],
)  # fmt: skip
def test_titles_of_other_uses(title):
    assert names_other_use(title)


@pytest.mark.parametrize(
    "title",
    [
        "2025年高龄津贴发放表", "利用结余资金发放高龄津贴明细表", "结余资金发放明细表", "剩余农户补贴发放表", "2025年剩余农户明细表",
        "漏报人员补发花名册", "欠发人员补发表", "高龄津贴发放表（已扣除死亡人员）", "待遇发放明细表", "玉米调减补贴明细表",
        "公益岗工资发放表（扣发缺勤工资）", "粮食入库明细表", "退耕还林补助明细表", "减少化肥用量补贴发放表", "扣除保险后发放表",
        "轮作补贴明细表", "退役军人补助明细表", "退休人员明细表", "多子女家庭补助名单", "少数民族补助表",
    ],
)  # fmt: skip
def test_titles_of_payments(title):
    assert not names_other_use(title)


@pytest.mark.parametrize(
    ("heading", "is_open"),
    [
        ("拖欠金额", True), ("停发金额", True), ("缓发金额", True), ("待发金额（元）", True), ("待补金额", True), ("多领金额", True), ("扣款金额", True), ("结余金额", True),
        ("扣发工资后金额", False), ("扣除后实发金额", False), ("待遇金额", False), ("补贴金额", False), ("补差金额", False),
        ("漏发补发金额", False), ("余额", False), ("扣款后实发", False), ("退耕还林补助", False), ("多胎补贴金额", False),
    ],
)  # fmt: skip
def test_headings(heading, is_open):
    assert names_open_money(heading) == is_open
