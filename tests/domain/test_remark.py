import pytest

from village_notice.domain.remark import (
    is_failure_reason,
    is_private_remark,
    may_tell_of_removal,
    says_not_paid,
    sounds_negative,
    tells_of_failure,
)


@pytest.mark.parametrize(
    "text",
    [
        "因患病，生活困难", "肢体二级", "尿毒症透析", "智力障碍", "失独家庭", "瘫痪在床", "聋哑", "离异", "刑满释放", "社区矫正", "吸毒",
        "联系13800138000", "电话 138 0013 8000", "0535-7312345", "座机7312345", "证号379999196501011234", "卡6299991234567896",
    ],
)  # fmt: skip
def test_what_nobody_else_may_know(text):
    assert is_private_remark(text)


@pytest.mark.parametrize(
    "text",
    ["", "无病虫害地块", "病死猪5头", "残缺地块", "户主变更", "面积以确权为准", "农业局20220630", "合同编号2022000123", "370682104202", "代领"],
)  # fmt: skip
def test_what_is_nothing_private(text):
    assert not is_private_remark(text)


@pytest.mark.parametrize(
    "text",
    ["未到账", "卡号错误", "账户已销户", "未发放（死亡）", "打卡不成功", "银行退回待重发", "卡号错误，待重新打卡"],
)
def test_money_that_did_not_arrive(text):
    assert tells_of_failure(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "已更换卡号",
        "补发失败款",
        "去年未发",
        "第一批未发放",
        "改卡",
        "到账成功",
        "退耕还林",
        "面积未发生变化",
        "未发现问题",
        "退回承包地0.5亩",
        "未成功已补发",
        "未到账后重发",
    ],
)
def test_nothing_about_this_money(text):
    assert not tells_of_failure(text)


@pytest.mark.parametrize("text", ["账户异常", "户名不符", "身份证过期", "长期不动户", "卡号错误", "失败"])
def test_reasons_that_banks_give(text):
    assert is_failure_reason(text)


@pytest.mark.parametrize("text", ["", "无", "正常", "交易成功", "已入账", "处理成功", "挂失后已换卡"])
def test_what_is_no_reason(text):
    assert not is_failure_reason(text)


@pytest.mark.parametrize(
    "text",
    [
        "自愿放弃", "未打上", "退", "本月取消", "重复，剔除", "已在外村领取", "本人2025年2月去世，本月起停发", "不再享受", "本次不发", "8月死亡，停发",
        "查无此人，暂缓", "没给", "因故暂停，未恢复", "查无此人", "户口迁走", "待补发", "死亡", "退票，下批补发", "已注销，尚未更换卡号", "银行退回待重发", "停发一天，扣款",
    ],
)  # fmt: skip
def test_remarks_of_removal(text):
    assert may_tell_of_removal(text)


@pytest.mark.parametrize(
    "text",
    [
        "", "无", "无误", "未成年", "误工补助", "退役军人", "退耕还林", "病死猪5头", "不含流转面积", "无异议", "本人不在家，代领", "停车场占地", "待遇正常", "停发后经复核恢复", "因外出暂停，已恢复", "8月暂停，11月恢复发放", "已退出低保，发至本月", "未脱贫",
        "面积未发生变化", "未发现问题", "退回承包地0.5亩", "去年未发", "挂失后已换卡", "失败后已补发", "缺劳力", "未流转", "扣除退耕面积后", "死角地已核", "错别字已改", "缺角地", "易地搬迁", "户主变更", "代领", "同户孔义树", "缺勤扣款", "请假2天扣工资80元",
    ],
)  # fmt: skip
def test_remarks_that_only_sound_like_it(text):
    assert not may_tell_of_removal(text)


@pytest.mark.parametrize(
    "text",
    [
        "户主已故", "户主死亡，子代领", "未确权", "不在册", "外出未归", "户口迁出", "未参保", "户籍不在本村", "误差0.1亩", "原户主死亡", "不同意流转",
        "未按手印", "没有承包证", "未领证", "未补种", "未享受其他补贴",
    ],
)  # fmt: skip
def test_remarks_to_look_at_that_hold_nothing_back(text):
    assert sounds_negative(text)
    assert not may_tell_of_removal(text)


@pytest.mark.parametrize(
    ("text", "is_plain"),
    [
        ("已退款，未发放", True),
        ("未到账", True),
        ("发放失败", True),
        ("卡号错误待核实", False),
        ("第一批未发放，第二批已发", False),
        ("未发放，已补发", False),
    ],
)
def test_remarks_that_say_plainly_that_nothing_was_paid(text, is_plain):
    assert says_not_paid(text) is is_plain


@pytest.mark.parametrize(
    ("text", "is_open"),
    [
        ("退回待重发", True),
        ("退票，下批补发", True),
        ("未到账，待核实后补发", True),
        ("卡号错误退回，需换卡后补发", True),
        ("失败待重新发放", True),
        ("卡号错误需更换卡号后已补发成功", False),
        ("退回待更正账号后已重发", False),
        ("销户需换卡现已补发到位", False),
        ("因卡号错误未到账，需重新提供账号后于5月补发", False),
        ("账户异常退回，待遇补发成功", False),
    ],
)
def test_what_is_still_to_be_made_good_is_not_made_good(text, is_open):
    assert tells_of_failure(text) is is_open
    assert is_failure_reason(text) is is_open


@pytest.mark.parametrize(
    ("text", "is_taken"),
    [
        ("重复，上批已发", True),
        ("上月已领，本月不再发", True),
        ("请假扣发", True),
        ("上批退回，本批已补发", False),
        ("上次未发，本次已发", False),
        ("请假3天扣款150元", False),
    ],
)
def test_what_was_paid_another_time_settles_nothing(text, is_taken):
    assert may_tell_of_removal(text) is is_taken


@pytest.mark.parametrize(
    "text",
    ["睡眠户", "卡号不对", "账号不符", "账户休眠", "久悬户", "卡过期", "款已追回", "止付", "社保卡停用，账户锁定"],
)
def test_reasons_of_banks_in_remarks(text):
    assert tells_of_failure(text)


@pytest.mark.parametrize("text", ["睡眠户已激活", "卡过期已换卡", "账号不符已更正", "未追回"])
def test_reasons_that_were_settled(text):
    assert not tells_of_failure(text)


@pytest.mark.parametrize("text", ["款在镇财政所暂存", "款已追回", "多领追缴", "资金挂账", "钱在村会计处"])
def test_money_kept_or_taken_back(text):
    assert may_tell_of_removal(text)


@pytest.mark.parametrize(
    "text", ["资金存入新卡", "款已存入镇信用社卡", "挂靠合作社", "在镇上居住", "追肥补贴", "村会计代领"]
)
def test_money_that_only_sounds_kept(text):
    assert not may_tell_of_removal(text)
