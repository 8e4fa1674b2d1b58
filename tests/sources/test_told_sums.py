"""Counts and sums in words above and below a list: told where they are of nothing that was read."""

import pytest

from village_notice.sources.told_sums import _compare, _Known

READ = _Known(frozenset([25_000]), frozenset([2]), 2)


@pytest.mark.parametrize(
    ("line", "code"), [("本次共发放10户", "T08"), ("共2户，金额5394元", "T01"), ("合计人民币（大写）：叁仟元整", "T01")]
)
def test_what_contradicts(line, code):
    assert [told[0] for told in _compare(line, READ)] == [code]


@pytest.mark.parametrize(
    "line",
    [
        "本次共发放2户，金额250元", "已公示，共收到意见3户", "县级补贴资金100元，省级补贴资金150元", "代发手续费共计5元", "每户补贴100元",
        "大写：贰佰伍拾元整", "标准：每亩118.5元",
    ],
)  # fmt: skip
def test_what_does_not(line):
    assert not list(_compare(line, READ))
