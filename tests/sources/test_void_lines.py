"""Lines that void the list they stand beside, and ordinary notes that do not."""

import pytest

from village_notice.sources.void_lines import voids_list


@pytest.mark.parametrize(
    "line",
    [
        "作废", "（作废）", "作废！", "此表作废", "此表不用", "（此表不用）", "不用", "本表已作废，以新表为准", "此表作废，以新表为准",
        "以新表为准", "此表未发放，以第二次公示为准", "注：此表仅供核对面积用，不作为发放依据。", "不作为发放依据", "本表不作发放使用",
        "该名单停用", "作废 重做", "重做", "本表只供测算参考", "此表已由新名单代替", "草稿", "仅供参考", "本表不是发放表",
        "此花名册无效", "错表", "已有新表", "以更正后的名单为准",
    ],
)  # fmt: skip
def test_lines_that_void(line):
    assert voids_list(line)


@pytest.mark.parametrize(
    "line",
    [
        "原表作废，以此表为准", "本表涂改无效", "本表一式三份，涂改作废", "本表不用盖章", "此表不用填写开户行", "逾期作废", "旧卡作废",
        "以实际到账为准", "最终以银行实际发放为准", "如有变动，以更新后的名单为准", "本表仅供公示使用", "不作为下年度发放依据",
        "本通知不作为领款凭证", "本表未盖章无效", "旧店镇", "老年人", "老店村", "样板村", "以新标准为准", "测试村", "以本表为准",
        "2025年高龄津贴发放表", "说明：报废更新补贴不在本表", "合计", "单位：元", "本表由乡镇财政所制作", "废旧农膜回收补贴发放表",
        "不符合条件的不予发放", "此前公示的名单作废", "重残人员补贴", "土地确权面积不作为补贴依据", "非低保户不发放",
    ],
)  # fmt: skip
def test_ordinary_lines(line):
    assert not voids_list(line)
