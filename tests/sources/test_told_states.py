"""States that a title or a cell tells in words of its own."""

import pytest

from village_notice.sources.reference import find_status
from village_notice.sources.state_words import drop_taken_out, find_mixed_title, read_title_state


@pytest.mark.parametrize(
    ("title", "state"),
    [
        ("退回清单（账号有误，待重新发放）", "退回"),
        ("2025年耕地地力保护补贴未发放到位人员明细表", "待发"),
        ("高龄津贴发放失败名单", "失败"),
        ("失败", "失败"),
        ("失败明细：", "失败"),
        ("二、未发放人员名单（3人）", "待发"),
        ("2025年8月耕地地力保护补贴发放成功清单", ""),
        ("高龄津贴发放及退回情况表", ""),
        ("退回重新发放明细", ""),
        ("是否退票", ""),
        ("2025年退役军人补助发放表", ""),
        ("说明：未到账的请联系村委会", ""),
    ],
)
def test_titles(title, state):
    assert read_title_state(title) == state


def test_titles_of_paid_and_unpaid_money_are_asked_about():
    titles = ["高龄津贴发放及退回情况表", "退回重新发放明细", "高龄津贴发放表", "退回清单"]
    assert find_mixed_title(titles) == ["高龄津贴发放及退回情况表"]


@pytest.mark.parametrize(
    ("text", "state"),
    [
        ("失败", "失败"),
        ("失败-账户不存在", "失败"),
        ("失败（户名不符）", "失败"),
        ("失败，已补发", ""),
        ("账户-不存在", ""),
        ("成功-退汇", ""),
        ("成功（已冲正）", ""),
        ("成功/未到账", ""),
        ("成功（社保卡）", "成功"),
        ("成功-跨行", "成功"),
        ("成功（退役军人）", "成功"),
        ("", ""),
    ],
)
def test_states_with_a_reason(text, state):
    assert find_status({"失败": "失败", "成功": "成功"}, text) == state


@pytest.mark.parametrize(
    ("title", "left"),
    [
        ("2025年10月高龄津贴发放表（已扣除死亡人员）", "2025年10月高龄津贴发放表"),
        ("高龄津贴发放表(不含停发人员)", "高龄津贴发放表"),
        ("核减死亡人员后发放表", "发放表"),
        ("剔除死亡人员名单", "剔除死亡人员名单"),
        ("已剔除死亡人员名单", "已剔除死亡人员名单"),
        ("高龄津贴（死亡停发）", "高龄津贴（死亡停发）"),
    ],
)
def test_who_is_not_on_a_list_any_more(title, left):
    assert drop_taken_out(title) == left
