"""Headings and titles of money taken back, and those of payments that only mention it."""

import pytest

from village_notice.sources import taken_back


@pytest.mark.parametrize(
    "heading",
    [
        "扣回金额", "追回补贴金额", "补贴金额（扣回）", "补贴金额（追回）", "追缴资金", "已追回金额", "追回已发放补贴金额", "金额（扣回多领款）",
        "本次追回金额", "本次补贴扣回金额", "本年应扣回金额", "实发金额追回", "本次发放金额（追回）", "多领补贴追缴金额",
    ],
)  # fmt: skip
def test_headings_of_money_taken_back(heading):
    assert taken_back._is_heading_of_recoveries(heading)


@pytest.mark.parametrize(
    "heading",
    [
        "实发金额（已扣回多领）", "补贴金额（扣回后）", "本次发放金额（扣回多领款）", "扣回多领后实发金额", "实发（扣回后）", "补贴金额（已扣回多领部分）",
        "扣除追回款后金额", "实发金额（已扣回）", "本次实发（含追回）", "补贴金额",
    ],
)  # fmt: skip
def test_headings_of_payments(heading):
    assert not taken_back._is_heading_of_recoveries(heading)


@pytest.mark.parametrize(
    ("title", "is_back"),
    [
        ("2023年高龄津贴扣回花名册", True), ("2023年多领补贴及追缴情况表", True), ("2023年违规补贴追缴表", True),
        ("2023年耕地地力保护补贴及扣回情况表", False), ("2023年高龄津贴和追回情况表", False), ("2023年高龄津贴明细表（已扣回多领部分）", False),
    ],
)  # fmt: skip
def test_titles(title, is_back):
    assert taken_back._is_list_of_recoveries(title) == is_back
