"""Notes that say of a whole list, or of rows known by a colour, that the money may not have been paid."""

import pytest

from village_notice.sources.told_marks import tells_of_list


@pytest.mark.parametrize(
    "note",
    [
        "本表为拟发放名单", "注：本表为测算数，最终以实际拨付为准。", "此表只作存档，款未拨", "本批次银行尚未入账", "以上人员待核实后发放",
        "注：绿色为退汇", "图例：绿色＝卡号有误退汇", "带*号的为未发放",
    ],
)  # fmt: skip
def test_notes_against_a_list(note):
    assert tells_of_list(note)


@pytest.mark.parametrize(
    "note",
    [
        "以上资金已于2023年6月30日全部发放到位", "未拨付到位的请致电财政所", "补贴标准按测算面积确定", "黄色为今年新增", "绿色为换卡人员",
        "核实后发放", "本表一式三份", "款已拨付",
    ],
)  # fmt: skip
def test_notes_that_are_nothing_against_it(note):
    assert not tells_of_list(note)
