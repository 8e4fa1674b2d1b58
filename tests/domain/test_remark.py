import pytest

from village_notice.domain.remark import is_failure_reason, is_private_remark, tells_of_failure


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


@pytest.mark.parametrize("text", ["未到账", "卡号错误", "账户已销户", "未发放（死亡）", "打卡不成功"])
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
