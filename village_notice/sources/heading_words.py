"""Headings that columns.csv does not list, by their words: money, a person, a village. What stands below must agree."""

from functools import lru_cache

from village_notice.domain.patterns import compile_late
from village_notice.sources.reference import fold_heading
from village_notice.sources.wording import find_units, fold_words

GUESSED = 0.5
"""How surely a heading is what only its words say."""
_LONGEST = 14
_MONEY_WORDS = compile_late(
    r"金额|资金|[款额]$|补贴|补助|补偿|津贴|奖|救助|低保|优待|抚恤|慰问|供养|生活费|管护费|报酬|工资|分红|收益|赔付|红利|"
    r"现金|[金费]$|合计|小计|总计|共计|总数|实发|实领|应领|到账|到卡|领到|钱|发放|兑现|兑付|配套$|^计$|^万?元$"
)
_OTHER_UNIT = compile_late(
    r"亩|人|户|头|台|只|件|袋|包|份|套|个|斤|公斤|kg|吨|米|平方米|㎡|月|天|日|年|岁|周岁|%|次|株|辆|口|间|kw|千瓦|马力|床|条|双|套|桶|壶|盒|箱|棵|瓶|块|羽|尾|枚|处|座"
)
_UNIT_OF_MONEY = compile_late(r"万?元")
_OTHER_MONEY = compile_late(
    r"标准|[单售定总均市]价|价[格款值]|每|/[亩人户头月台只年]|[人亩户台]均|面积|亩数?$|数量|[人户台头只件株次天个]数|月数|比例|比率|系数|百分|"
    r"累计|出勤|余额|结余|结转|未[发领付到兑补]|上[年期次月季]|去年|往年|历年|前期|前次|扣|自[筹付缴]|农户(?:承担|缴|自)|个人(?:承担|缴|自)|单[台头亩户只]|"
    r"保险金?额|保额|保费(?!补)|收入|支出|投资|造价|成本|年龄|周岁|电话|号码?$|编[号码]|代码|序号|年限|工龄|学费|罚|贷|赡养|抚养|日期|时间|"
    r"差[额异]|尾数|限额|上限|起付|量(?:[(（]|$)|(?<![\d本全当])年[月度份]$|(?<![\d一二三四五六七八九十])月份$|^原|(?:调整|变更|变动)前|功率|马力|千瓦"
)
"""Headings of numbers that are not what a person is paid now."""
_NO_COLUMN = compile_late(
    r"[:：]|生产企业|[表册单]$|公示|签[字名章]|盖章|手印|原因|情况|是否|状态|结果|类[别型]|等级|级别|地址|说明|备注"
)
_PERSON = compile_late(
    r"(?:姓名|名字|户名|对象|人员|医生|乡医|军人|义务兵|学生|学员|职工|队员|劳力|用户名?称?|[户船车机牧林]主|[^\d村]人|[^\d]户|农场|合作社|企业|公司|主体|"
    r"[护保养管检防巡监][林洁护理疫山河路水]员)(?:姓名|名称|名单)?$"
)
_OTHER_PERSON = compile_late(
    r"代领|代办|监护|家长|联系人|配偶|照料|照护|护理人|经办|负责人|干部|帮扶人|责任人|包保|法人|法定代表|担保|见证|介绍|子女|父亲|母亲|受托|委托|"
    r"小班|林班|图斑|地块|宗地|组长|主任|书记|会计|审核|复核|制表|填表|经手|发放人|验收人|丈量人|登记人|调查人"
)
"""Whoever a heading names so is not the one who is paid."""
_OF_PAYMENT = compile_late(
    r"补贴|补助|津贴|奖补|资金|款项?|金额?|费用?|发放|发|所属|归属|属期|实际|项目|业务|待遇|享受|保障|救助|供养|低保|打款|拨付|拨款|下达|到[账卡]|"
    r"支付|付款|兑[付现]|代发|打卡|结算|清算|计发|补发|入账|转账|记账|银行|财政|预算|指标|本[次批期月季年]|第?[一二三四五六七八九十\d]+[次批期笔]|当[次批期月季年]|公历|日历|会计|"
    r"农村|城乡|城市|困难|残疾人|特困|高龄|优抚|工资|报酬|生活|养老|年度?|月份?|季度|批次|期间?|年|月|日|\d|[的及和与或/、.-]"
)
_PAPERS = compile_late(r"[证折册牌书]$|社保卡$|物资$|[种药苗肥贷]$")
_OTHER_TIME = compile_late(
    r"出生|入[学伍党职户保住]|毕业|退[耕伍役休出]|脱贫|返贫|造林|栽植|种植|播种|收获|离[任岗职]|上岗|任[职期]|到[任龄期]|确认|认定|纳入|识别|评定|鉴定|办证|发证|"
    r"参[保加军]|首次|初次|第一次享受|最初|起始|开始|建档|建[设成造房]|立功|竣工|开工|完工|验收|改造|购[买置机]|报废|搬迁|婚|死亡|失能|致残|伤残|迁入|审[批核定]|申[请报]|批准|"
    r"贷款|借款|到期|届满|有效期|还款|放款|年检|年审|受灾|出险|承保|投保|作业|承包|流转|签订|合同"
)
"""Events in somebody's life or of a thing, none of them the payment: the year a student began, a forest was planted."""
_VILLAGE = compile_late(r"(?<!自然)村[居庄名民委会称]*$|社区(?:名称)?$|居委会?$|村[(（/、]?社区?[)）]?$")


def is_other_person(text: str) -> bool:
    """Whether a heading names somebody who is not the one who is paid: a guardian, an official, who fetched the money."""
    return bool(_OTHER_PERSON.search(fold_words(text)))


def is_other_money(text: str) -> bool:
    """Whether a heading says that its numbers are a rate, a price, an earlier year, a deduction."""
    units = find_units(text)
    return bool(_OTHER_MONEY.search(fold_words(text))) or (bool(units) and all(map(_OTHER_UNIT.fullmatch, units)))


def tells_other_time(heading: str, wording: str, *, is_day: bool) -> bool:
    """Whether a heading that ends with a wording of time says when something else was: 确认年度, 入学年月, 首次享受年度.

    Only words of the payment itself (补贴, 发放, 所属 …) may stand in front of a bare one (年度, 月份). One of the day
    of payment (发放日期) tells it itself, but for a paper that was handed out: 残疾证发放日期.

    Args:
        heading: The heading; where it does not end with the wording, it is not judged.
        wording: The wording.
        is_day: Whether the wording is one of the day of payment.
    """
    before = heading.removesuffix(wording)
    if before == heading:
        return False
    is_paper = wording.startswith(("发", "领")) and bool(_PAPERS.search(before))
    is_strange = is_paper if is_day else bool(_OF_PAYMENT.sub("", before))
    return is_strange or names_other_time(heading)


def names_other_time(text: str) -> bool:
    """Whether the words over a column of time name an event that is not the payment: 入学 over 年份."""
    return bool(_OTHER_TIME.search(text))


def names_money(text: str) -> bool:
    """Whether the words of a heading that columns.csv does not know speak of money paid now."""
    last = fold_heading(text.rsplit("\n", maxsplit=1)[-1])
    is_money_word = _MONEY_WORDS.search(last) or any(map(_UNIT_OF_MONEY.fullmatch, find_units(text)))
    return bool(is_money_word) and not is_other_money(text)


@lru_cache(maxsize=16384)
def guess_field(text: str) -> str:
    """name, village or amount_paid by the words of a heading alone, "" where they say none of them."""
    plain = fold_words(text)
    if not plain or len(plain) > _LONGEST or _NO_COLUMN.search(plain):
        return ""
    last = fold_heading(text.rsplit("\n", maxsplit=1)[-1])
    if _VILLAGE.search(last):
        return "village"
    if _PERSON.search(last) and not _OTHER_PERSON.search(plain):
        return "name"
    return "amount_paid" if names_money(text) else ""
