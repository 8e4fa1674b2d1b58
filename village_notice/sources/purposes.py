"""What money is for, by the words of a title: whether what is left beside a programme's name speaks of something else.

特困人员丧葬费 names 特困, which is a programme, but the money is for a burial: 特困人员 only tells who gets it.
"""

from collections.abc import Iterable

from village_notice.domain.patterns import compile_late

_FAMILIES = tuple(
    compile_late(words)
    for words in (
        r"保险|社保",
        r"保费|承保|代缴|缴费|缴纳|参保|资助|代交|交费",
        r"理赔|赔付|赔款|出险",
        r"丧葬|殡葬|安葬|火化|遗属|死亡(?!人员)",
        r"抚恤",
        r"慰问|走访|送温暖",
        r"助学|入学|升学|学费|奖学|大学|新生|圆梦|教育|学生|学杂费",
        r"电价|电费|电量|用电|煤改电",
        r"水费|水价|饮水|供水|自来水|用水",
        r"燃气|煤气|天然气|液化气|煤改气",
        r"采暖|取暖|供暖|供热|煤改|清洁煤",
        r"医疗|医药|医保|大病|门诊|住院|两癌|重病",
        r"体检|查体",
        r"租金|流转费|承包费|押金|保证金",
        r"住房|租房|租赁|公租房|危房|建房|危改|农房|房屋|倒房",
        r"培训|培育|技能|误工",
        r"就业|创业|务工|岗位?(?:补|工)|公益性?岗",
        r"交通|乘车|公交|路费|油补|油价|燃油",
        r"意外|伤害",
        r"救助|急难",
        r"贷款|贴息|信贷|利息",
        r"康复|辅具|辅助器具|轮椅|假肢|助听器|无障碍",
        r"护理|照料|照护|托养|陪护",
        r"助餐|就餐|食堂|用餐|伙食",
        r"价格|物价",
        r"搬迁|拆迁|征地|征收",
        r"立功|受奖|表彰",
        r"通讯费|话费|降温费|服装",
        r"扑杀|无害化|防疫|免疫|疫苗",
        r"无线网|宽带|电视|家电|以旧换新",
    )
)
"""Purposes of money, one family a line: 门诊 beside 医疗救助 is the same purpose, beside 低保 it is another one.

Source: titles of departments' tables in which a programme's name stands for whom the money is: 高龄老人意外伤害保险保费, 公益性岗位
人员意外伤害保险, 低保对象医保个人缴费资助, 特困人员丧葬费, 低保家庭大学新生入学救助金, 重阳节高龄老人慰问金, 低保对象免费电量补助.
"""
_HARMLESS = compile_late(
    r"(?:医疗保障|医保|住房和城乡建设|住建|教育和体育|教体|教育|交通运输|交通|人力资源和社会保障|社会保障|人社|退役军人事务)(?:局|厅|部|办公室|所|中心|服务站|服务中心)|"
    r"(?:养老|医疗|社会|社会养老)?保险(?:事业|服务|基金)?(?:管理)?(?:中心|局|处|所)|[\u4e00-\u9fff]{0,8}?(?:保险|财险|人寿|电力|供电)(?:股份)?(?:有限)?(?:责任)?公司|"
    r"残疾人联合会|救助(?:管理)?(?:站|科|中心|办|局)|社会救助|救助(?:供养)?(?:对象|人员)|就业困难(?:人员|对象|群体)?|社会化?保障(?:卡|一卡通)|社保卡|"
    r"大学生(?:入伍|士兵|义务兵)|参保(?:人员|人|居民|对象|群众)|因[病学灾残](?:返贫|致贫)?|重大疾病患者|易地扶贫搬迁(?:户|人口)?|"
    r"搬迁(?:户|人口|群众|安置)|(?:培育|培训)(?:对象|人员|学员)|(?:大学|新生|创业|交通|搬迁|教育|就业)(?:村|社区|街道|镇|乡|庄)"
)
"""Words that hold one of a purpose but tell who pays, who is paid or where."""
_COLLECTIVE = compile_late(r"集体(?:经济|收益|资产|土地|分红|股)|经济(?:股份)?(?:合作|联合)社|股[金份权民]|按股|盈余")
_SHARE = compile_late(r"收益|分红")
"""A share of what the village itself earned is no subsidy; that of a project paid for by the state is one."""
_WHO = compile_late(
    r"(?:保障|救助|供养|补助|边缘|受益)?(?:对象|家庭|农?户|人员|群众|人口|居民|老年?人|学生|职工|队员|群体|边缘)"
)
_TO_MONEY = compile_late(r"(.{2,14}?)(?:补贴|补助|津贴|金(?!额)|费|款)")
_ORDINARY = compile_late(
    r"[\u4e00-\u9fff]{1,4}(?:街道|社区|镇|乡|村|县|市)|(?:中央|省|市|县|区|镇)级?(?:财政|配套)|第.{1,2}[批次季轮]度?|[上下]半年|[\d.~-]+|"
    r"[一二三四五六七八九十〇零]+|[年月日号度季期批次轮份至到]|周?岁及?以[上下]|城乡|城镇|城市|农村|基本|日常|生活|保障|救助|供养|分散|集中|定期|定量|定额|一次性|困难|特殊|重点|"
    r"提标|补差|差额|补发|增发|加发|清算|尾款|剩余|结算|分类施保|动态|调整|新增|停发|到期|核减|应发|实发|拟发|已发|发放|公示|公开|享受|领取|待遇|社会化|银行|代发|打卡|"
    r"一卡通|财政|中央|省级|市级|县级|配套|专项|惠民|惠农|涉农|资金|补贴|补助|津贴|金额|工资|报酬|岗位|管护|花名册|名册|名单|明细|汇总|情况|清册|台账|登记|统计|兑[付现]|"
    r"脱贫不稳定|脱贫|监测对象|监测|边缘易致贫|边缘|到[户人账卡]|直[发达]|[的及和与、()表册单户人个元类项]"
)
"""Words that say nothing of the purpose: place, time, batch, how the money goes out, what the table is."""
_LISTED = compile_late(
    r"(.{2,24}?)(?:补贴|补助|津贴|补偿|奖补|奖励|奖金|工资|报酬|救助|慰问|误工|劳务|分红|[金费款](?!额))"
    r"(?=.{0,16}(?:[表册单]|明细|公示|发放|兑[付现]))"
)
_OFFICE = compile_late(
    r"[\u4e00-\u9fff]{2,6}(?:开发区|度假区|新区|[农林]场)|(?:人民)?政府|(?:财政|民政|农业|农业农村|林业|水利|卫健|社保)(?:[所局办站]|服务中心)"
)
_ALL_MONEY = compile_late(r"各[类项]|惠民惠农|强农|支农|农民|农业|村民|群众|直接|到人到户|其他|附件|附表")
_MONEY_END = compile_late(r"(?:补贴|补助|津贴|补偿|奖补|奖励|金|费|款|资金|直补|待遇|收益|分红|代缴|理赔)$")
_SENTENCE = compile_late(r"[:：，。；;！!？?]")
_LIST = compile_late(r"[、,;。+/和及与含并]")


def find_other_purpose(left: Iterable[str], own: Iterable[str]) -> str:
    """The word of what is left of a title that names a purpose none of the programmes found has, "" where none does.

    Args:
        left: The parts of the title outside the programmes' names.
        own: Every name of the programmes found.
    """
    parts = [_HARMLESS.sub(" ", part) for part in left]
    names = tuple(own)
    for family in _FAMILIES:
        word = next((m[0] for part in parts if (m := family.search(part))), "")
        if word and not any(map(family.search, names)):
            return word
    if any(map(_SHARE.search, names)):
        return next((m[0] for part in parts if (m := _COLLECTIVE.search(part))), "")
    return ""


def find_unknown_money(title: str) -> str:
    """The words of a list's title that say of which money it is, where these are no ordinary ones: 保洁员 of 保洁员工资发放表.

    For titles that name no programme: what a file is called, or the table above, is then not the programme of this list.
    """
    match = None if _SENTENCE.search(title) else _LISTED.match(title)
    words = _ORDINARY.sub("", _ALL_MONEY.sub("", _OFFICE.sub("", match[1]))) if match else ""
    return words if len(words) > 1 else ""


def tells_who(name: str, after: str, between: str) -> bool:
    """Whether a programme's name in a title only tells who is paid: 农村低保 of 农村低保家庭冬季取暖补贴.

    Args:
        name: The name.
        after: What follows it.
        between: What stands between it and the next name: a list of programmes (低保、五保) is none of people.
    """
    return not _MONEY_END.search(name) and bool(_WHO.match(after)) and not _LIST.search(between)


def find_strange_words(name: str, after: str) -> str:
    """The words between a name that tells who is paid and the money, where nobody knows them: 低保户|有线广播|补贴.

    Args:
        name: The programme's name.
        after: What follows it, up to the next name.
    """
    who = None if _MONEY_END.search(name) else _WHO.match(after)
    money = _TO_MONEY.match(after, who.end()) if who else None
    words = _HARMLESS.sub("", money[1]) if money else ""
    return words if len(_ORDINARY.sub("", words)) > 1 else ""
