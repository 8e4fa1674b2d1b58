"""Rows between the people, and titles, that say whether money arrived."""

import pytest

from village_notice.sources.state_words import DOUBT, is_title_of_reissue, read_section_state


@pytest.mark.parametrize(
    ("text", "state"),
    [
        ("暂缓发放人员名单：", "待发"),
        ("本月停发人员", "停发"),
        ("退回人员名单：", "退回"),
        ("以下为退回人员：", "退回"),
        ("不符合条件不予发放人员", "停发"),
        ("待发人员（社保卡未办）", "待发"),
        ("二、发放失败", "失败"),
        ("（三）补发失败人员", "失败"),
        ("作废", "停发"),
        ("死亡核减人员：", DOUBT),
        ("二、下季度拟新增人员", DOUBT),
        ("人员名单（未到账）", DOUBT),
        ("退回重发人员", DOUBT),
        ("因病死亡", DOUBT),
        ("一、本季度发放人员", ""),
        ("一、发放成功", ""),
        ("补发8月份人员", ""),
        ("上月失败本月补发人员", ""),
        ("本月新增人员", ""),
        ("二、新增农户", ""),
        ("退役军人", ""),
        ("死亡人员丧葬补助", ""),
        ("天然林停伐", ""),
        ("以上人员未发放", ""),
        ("说明：未发放的请联系村委会", ""),
    ],
)
def test_sections(text, state):
    assert read_section_state(text) == state


@pytest.mark.parametrize(
    ("title", "is_reissue"),
    [
        ("2025年耕地地力保护补贴补发花名册", True),
        ("补发", True),
        ("高龄津贴发放及补发表", False),
        ("移民直补发放表", False),
        ("未补发人员", False),
        ("补发失败名单", False),
        ("地力补贴发放失败人员重新发放表", True),
        ("退票及补发", False),
    ],
)
def test_titles_of_reissues(title, is_reissue):
    assert is_title_of_reissue(title) == is_reissue
