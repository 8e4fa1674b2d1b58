"""Names of sheets, files and folders that say that a list was not paid."""

import pytest

from village_notice.sources.unpaid_names import find_unpaid_names

TITLE = ("2025年高龄津贴发放表",)


def find(sheet="Sheet1", file="高龄.xlsx", above=TITLE, *, has_states=False, is_told=False):
    return list(find_unpaid_names(sheet, file, above, has_states=has_states, is_told=is_told))


@pytest.mark.parametrize(
    "sheet",
    ["作废", "废", "旧", "旧表", "草稿", "测试", "待发(卡未激活)", "退款", "拒付", "冲销", "核减", "未发", "备份"],
)
def test_sheets_that_ask(sheet):
    assert find(sheet) == [sheet]


@pytest.mark.parametrize(
    "file",
    [
        "高龄津贴发放表-作废.xlsx", "高龄发放表（初稿）.xlsx", "退票清单.xlsx", "高龄津贴拒付.xlsx", "高龄发放表（退款）.xlsx",
        "退回未发/高龄.xlsx", "待发/山前店镇/高龄.xlsx", "旧/高龄.xlsx",
    ],
)  # fmt: skip
def test_files_and_folders_that_ask(file):
    assert len(find(file=file)) == 1


@pytest.mark.parametrize(
    ("sheet", "file"),
    [
        ("停发后发放", "2025年停发后发放表.xlsx"),
        ("待遇发放", "待遇发放.xlsx"),
        ("Sheet1", "旧店镇/农机报废更新发放.xlsx"),
        ("Sheet1", "危旧房改造/高龄.xlsx"),
        ("Sheet1", "计划生育/预算科/高龄.xlsx"),
        ("Sheet1", "一卡通导入模板_两项补贴7月.xlsx"),
        ("死亡人员丧葬补助", "退耕还林.xlsx"),
        ("Sheet1", "高龄发放表（请勿改动）.xlsx"),
        ("Sheet1", "发放失败后补发/补发.xlsx"),
        ("Sheet1", "2024年/高龄.xlsx"),
        ("Sheet1", "高龄津贴发放表（已扣除死亡人员）.xlsx"),
    ],
)
def test_harmless_names(sheet, file):
    assert not find(sheet, file)


def test_a_form_or_a_plan_is_asked_about_where_no_title_says_paid():
    assert find("模板", above=("高龄津贴",)) == ["模板"]
    assert find(file="测算/高龄.xlsx", above=("高龄津贴",)) == ["测算"]
    assert not find("模板") + find(file="测算/高龄.xlsx")


def test_a_list_that_tells_states_itself_is_only_asked_about_when_void():
    assert not find("未发", has_states=True)
    assert find("作废", has_states=True) == ["作废"]
    assert not find(file="高龄津贴拒付.xlsx", is_told=True)
    assert find("未发", is_told=True) == ["未发"]
