"""A title names a programme only where the rest of it names no other purpose of money."""

from pathlib import Path

import pytest

from village_notice.errors import VillageNoticeError
from village_notice.resources import find_data
from village_notice.sources.reference import read_subsidies

TABLE = read_subsidies(find_data("reference", "subsidies.csv"))

ORDINARY = """
S001 望岚镇2025年耕地地力保护补贴面积及资金到户花名册（公示）
S001 莱阳市财政局关于2025年地力补贴资金发放明细表（第二批）
S001 2025年小麦种植面积核定暨耕地地力保护补贴发放清册
S002 2025年实际种粮农民一次性补贴资金（中央财政）兑付明细
S003 2025年农机购置与应用补贴资金第三批结算公示表
S005 2025年度大豆玉米带状复合种植补贴种植户名单
S007 2025年中央财政大豆生产者补贴资金兑付到户清单
S012 2025年花生良种补贴供种户发放表
S014 东岚村2025年小麦“一喷三防”补助物资折资到户表
S016 2025年农机深松整地作业补助合作社验收公示
S021 2025年能繁母猪补贴养殖户存栏核定及资金发放表
S023 2025年三季度病死猪无害化处理补助养殖户发放明细
S027 2025年政策性农业保险保费补贴财政承担部分公示
S027 2025年小麦种植保险保费补贴明细表
S028 2025年玉米种植保险受灾农户理赔款支付清单
S028 2025年能繁母猪养殖保险理赔款支付明细
S029 2025年完善退耕还林政策补助资金兑现到户花名册
S030 2025年省级公益林补偿资金分配到户表
S033 2025年上半年生态护林员工资及绩效报酬发放表
S033 2025年公益林护林员管护劳务补助发放表
S036 2025年第四季度大中型水库移民后期扶持直补资金发放花名册
S037 山前店镇2025年10月农村低保金社会化发放花名册
S037 2025年农村低保对象提标补差资金发放表
S037 2025年第二季度农村低保家庭分类施保补助金发放明细
S037 莱阳市医疗保障局抄送：2025年3月农村低保金发放表
S039 2025年5月特困人员基本生活费和照料护理费发放表
S041 2025年临时救助金（支出型、急难型）发放台账
S048 2025年6月残疾人两项补贴资金社会化发放明细（生活、护理）
S053 2025年高龄老人（80周岁以上）生活津贴发放花名册
S057 2025年农村低保家庭冬季清洁取暖补贴发放表
S057 2025年清洁取暖运行补贴（煤改电电费）兑付表
S058 2025年农村低保对象免费电量补助发放表
S062 莱阳市住房和城乡建设局2025年农村危房改造补助资金拨付表
S064 2025年秋季学期雨露计划职业教育补助在校学生花名册
S066 2025年7月优抚对象抚恤补助金发放名册（退役军人事务局）
S067 2025年义务兵家庭优待金发放花名册（现役军人）
S067 2025年义务兵家庭优待金发放表（大学生入伍增发）
S068 2025年洪涝灾害受灾群众生活救助资金发放表
S069 2025年受灾群众冬春生活困难救助资金发放表
S070 2025年医疗救助金（住院、门诊）支付明细表
S071 2025年为困难人员代缴城乡居民养老保险费花名册
S072 2025年度低保对象参加城乡居民医保个人缴费资助明细表
S073 2025年8月城乡居民基本养老保险参保人员待遇发放明细
S074 2025年9月乡村公益性岗位人员工资补贴发放表（就业困难人员）
S075 2025年老年乡村医生生活补助发放表（卫生健康局）
S078 2025年上半年正常离任村干部生活补贴发放表
S079 2025年脱贫户产业奖补资金验收兑付表
S078 正常离任村干部2025年度生活补贴发放花名册
S001 东岚村股份经济合作社2025年耕地地力保护补贴发放表
S080 2025年光伏收益分红发放表
S086 2025年高素质农民培训误工补助发放表
"""
"""Programme and title as departments write it, with place, batch, office and what the table is around the name."""

TRICKY = """
城乡居民基本养老保险丧葬补助金发放表
2025年特困人员丧葬费发放表
2025年低保对象火化补助发放表
2025年高龄老人意外伤害保险保费补助明细
2025年公益性岗位人员意外伤害保险补助明细
2025年护林员人身意外保险缴费明细
2025年护林员服装补助发放表
2025年低保家庭大学新生入学救助金发放花名册
2025年特困人员子女助学补助发放表
2025年孤儿圆梦大学补助发放表
2025年重阳节高龄老人慰问金发放表
2025年春节农村低保对象走访慰问款发放表
2025年老年乡村医生节日慰问发放表
2025年高龄老人乘车补贴发放表
2025年农村低保户自来水水费补助发放表
2025年农村低保户天然气补贴发放表
2025年特困人员供暖补助发放表
2025年低保对象住院补助发放表
2025年高龄老人体检补助发放表
2025年特困人员体检费发放表
2025年农村低保家庭租赁住房补贴发放表
2025年五保户建房补助发放表
2025年种粮大户贷款贴息发放表
2025年种粮大户培训补助发放表
2025年生态护林员技能培训补助发放表
2025年低保家庭创业补助发放表
2025年能繁母猪贷款贴息发放表
2025年农村低保对象物价补贴发放表
2025年高龄失能护理补贴发放表
2025年困难残疾人辅具补贴发放表
2025年重残人员助听器补助发放表
2025年五保老人助餐补贴发放表
2025年义务兵立功奖励及优待金发放表
2025年离任村干部补贴人员体检费用明细
2025年水库移民技能培训补助发放表
2025年农村低保金及电价补贴发放表
2025年低保户有线广播补贴发放表
2025年特困人员理发补助发放表
2025年公益性岗位人员社保补贴发放表
2025年城乡居民基本养老保险遗属补助发放表
2025年光伏收益公益岗位意外保险发放表
2025年农业保险工作人员交通补助发放表
柳沟村股份经济合作社2025年度集体收益分红发放表
东岚村2025年集体土地入股收益分红花名册
"""
"""Titles that hold a programme's name and are for other money."""


@pytest.mark.parametrize("line", ORDINARY.split("\n")[1:-1])
def test_ordinary_titles_name_their_programme(line):
    code, title = line.split(" ", 1)
    found = TABLE.match(title)
    assert ([s.code for s in found.candidates], found.doubt) == ([code], "")


@pytest.mark.parametrize("title", TRICKY.split("\n")[1:-1])
def test_titles_for_other_money_name_none(title):
    found = TABLE.match(title)
    assert not found.candidates
    assert found.is_named
    assert found.doubt in title
    assert found.near[0].name in found.reason


@pytest.mark.parametrize(
    ("title", "codes"),
    [
        ("2025年农村低保、特困人员供养金发放表", ["S037", "S039"]),  # a list of programmes is none of people
        ("2025年5月低保、高龄津贴发放表", ["S037", "S053"]),  # a short name that a mark joins
        ("2025年高龄津贴及低保金发放表", ["S053", "S037"]),
        ("2025年低保户、五保户清洁取暖补贴发放表", ["S057"]),
        ("2025年困难残疾人家庭取暖补贴发放表", ["S046", "S057"]),  # the stricter tier holds for both
        ("2025年农村低保户取暖补贴发放表", ["S057"]),
    ],
)
def test_names_that_tell_who_is_paid_are_left_out(title, codes):
    assert [s.code for s in TABLE.match(title).candidates] == codes


@pytest.mark.parametrize(
    ("title", "tier"),
    [
        ("2025年城乡居民养老保险困难群体政府代缴明细表", "D"),  # 基础养老金 is B
        ("2025年农村低保边缘家庭电价补贴发放表", "C"),  # 农村低保 is B
        ("低保对象医保代缴", "D"),
    ],
)
def test_who_is_helped_by_a_benefit_is_no_less_private(title, tier):
    found = TABLE.match(title).subsidy
    assert found
    assert found.tier == tier


@pytest.mark.parametrize(
    ("alias", "message"),
    [("甲乙|丙丁…戊", "太短"), ("甲乙|小麦…理赔", "一个叫法只能属于一个项目")],
)
def test_aliases_in_parts_are_checked(tmp_path, alias, message):
    lines = find_data("reference", "subsidies.csv").read_text(encoding="utf-8").splitlines()
    lines[1] += f";{alias}"
    path = Path(tmp_path, "subsidies.csv")
    path.write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(VillageNoticeError, match=message):
        read_subsidies(path)
