"""What a remark gives away: private things that never leave the office, and that the money did not arrive."""

from functools import lru_cache

from village_notice.domain.patterns import compile_late

_PRIVATE = compile_late(
    r"\d{15,17}[\dXx]|\d{15,19}|(?<!\d)1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?!\d)|(?<!\d)0\d{2,3}[- ]?[2-8]\d{6,7}(?!\d)"
    r"|(?:电话|座机|手机|联系)\D{0,4}\d{7,}|病(?![虫害死])|残(?![缺留余])|[亡癌艾瘫痪瘤聋哑]|盲人|失明|尿毒|透析|化疗|智障|智力|弱智|"
    r"肢体|抑郁|癫痫|中风|卧床|失能|孤儿|孤寡|孤老|失独|流产|不孕|家暴|离异|离婚|单亲|非婚|超生|低保户|五保户|特困户|贫困户|监测户|"
    r"服刑|刑满|判刑|缓刑|犯罪|罪犯|社区矫正|监狱|监外执行|拘留|吸毒|戒毒|上访"
)
"""Numbers of persons, cards and telephones; illness, disability, family and crime.

Pests (病虫害), dead stock (病死猪) and what is left over (残缺, 残留) are none of these.
"""
_NOT_ARRIVED = compile_late(
    r"失败|退回(?!.{0,6}[地亩田林])|退票|退汇|退款|未到[账帐]|没到[账帐]|未收到|没收到|未发(?![生现展证])|没发(?![生现])|未打款|未拨付|未入[账帐]|未兑付|不成功|打不进|"
    r"[账帐卡]号?(?:异常|错误|有误|无效|不(?:存在|对|符|正确)|冻结|停用|失效|过期|止付|锁定)|户名不[符对]|姓名不[符对]|"
    r"[账帐]户(?:异常|冻结|注销|休眠|睡眠|久悬|不存在|止付|锁定)|(?:睡眠|休眠|久悬|不动)[账帐]?户|止付|只收不付|已?销户|卡已?冻结|(?<!未)已追[回缴]"
)
_CLAUSES = compile_late(r"[\s，,；;。、:：()（）]+")
_NOT_PAID = compile_late(
    r"(?:暂|尚|还|实际|本次|本月|补贴|资金)?(?:未|没有?)(?:发放?|到[账帐卡]|打[款卡]|兑付|拨付|发到|支付)(?:成功|到位)?|不予发放|发放失败"
)
_STOPPED = compile_late(r"(?:本月|本次|死亡|已)?停发|取消发放|已取消")
_STOPPED_FROM = compile_late(
    r"(?:从|自)?(\d{1,2})月(?:份)?(?:起|开始|后)?(?:因?(?:离岗|死亡|去世|病故|迁出|退出|户籍迁出))?(?:已)?停[发保]"
)
_MONTHS = 12
_REASON = compile_late(
    r"异常|不符|不对|不存在|无此[账帐卡]|过期|失效|止付|锁定|睡眠|不动户|冻结|挂失|注销|销户|未激活|未实名|错误|有误"
)
"""Reasons that banks give; in a column of reasons they need no word of failure beside them."""
_MADE_GOOD = compile_late(
    r"已补|补发|重发|重新|再次|二次|第二次|改[为用发成]?|更[正换改]|换|另|现已|(?<!未)已激活|已[到发打入收付改]|(?<!不)成功|后发|[去上前]年|\d+\s*[月年批次]|[一二三四五六七八九十]+[月批次]"
)
"""Words of a remark that tells of an earlier failure, made good since or of another time."""
_STILL_OPEN = compile_late(
    r"(?:[拟将需]|待(?!遇))[^，,。；;已现]{0,8}后再?(?:补发|重新?发放?|发放)(?!成功|到|完|了)|"
    r"(?:[未拟将需]|待(?!遇)|尚|准备|下[个一]?[批月次季年期])[^，,。；;已现后]{0,4}(?:补[发付打办]?|重发|重新|再次?|二次|另|[更改]|换)"
    r"(?:(?!已|现|后[^，,。；;]{0,4}[补重发]|于|成功)[^，,。；;])*"
)
"""待重发, 下次补发: what is to be made good has not been yet."""

_EARLIER = compile_late(
    r"(?:[上前去]一?个?[批月次年季期]|之前|此前|以前|早前)[^，,。；;未没退失]{0,4}已?经?[发领付打享入][^，,。；;]*"
)
"""上批已发: what was paid another time says nothing of this money."""
_HARMLESS = compile_late(
    r"无(?=$|[，,。；;])|无(?:误|异议|变|调整|劳|子|儿|女|房|业|收入|配偶|依|其他|障碍|偿|害化)|未(?:脱贫|成年|婚|成家|满|超|在家)|不(?:含|变|足|在家|识字|会|动产|低于|超过|满|包括)|"
    r"未流转|扣除[^，,。；;款钱资金元]{0,8}面积后?|死角|错别字|缺角|误工|错[峰时]|死[猪牛羊禽]|死亡率|停[车机泊]|退(?:休|役|伍|耕|林|渔|牧|养|出现役)|待(?:业|遇)|招待|等待|扣除面积|搬迁|迁[建入]|拆迁|走[访读]|冻[库害]|冰冻|挂[靠面牌]|销售|[营经促]销|销号|缺(?:劳|资|技|水|土)|暂住|病死|未(?:发[生现]|变)|"
    r"退[回还]?.{0,4}[地亩田林]|[去上前往]年[^，,。；;]*|第[一二三四五六七八九十\d]+[批次][^，,。；;]*"
)
_REMOVED = compile_late(
    r"停(?!产)|退(?:回|款|出|票|汇|缴|保|$)|取消|放弃|弃(?:领|补|权)|剔除|(?<![不无没未])重复|核减|暂(?:缓|停|扣|不|存|管)|缓发|追[回缴]|挂账|(?:款|钱|资金)[还仍现]?(?:在|留|存在|放在)[^，,。；;]{0,4}(?:财政|镇|乡|街道|村委|村里|会计|专户)|待(?:补|核|发|查|定)|不再|不予|"
    r"不(?:发|给|领|要|符|合格|通过|达标|存在|补(?![种植栽])|享受(?!其他|低保)|同意(?!流转|确权))|拒(?:领|收)|"
    r"[未没](?:给|发|拨|付|兑|通过|合格|达标|领(?!证)|打(?!药)|到(?![龄场会])|补(?![种植栽签证])|享受(?!其他|过|低保)|入[账帐卡户])|"
    r"扣(?:发|回|款|除.{0,6}[款钱元])|冲[销正回]|失联|失踪|查无|无此[人户账帐卡]|[账帐卡]号?.{0,4}(?:错|误|异常|不存在)|打不[进上]|转出|迁走|"
    r"外[村镇乡县].{0,3}[领享]|下[个一]?[批月次季年]|[存有]疑|核[实查]中|^已?(?:死亡|故|去世|病故|亡|死|逝世)$|"
    r"(?:死亡|去世|病故|已故|逝世).{0,12}(?:[停未不]|取消)|服刑|销户|注销(?!.{0,3}户口)"
)
"""Words that take a payment back or put it off: whether it was paid cannot be known."""
_WAGES = compile_late(
    r"(?:缺勤|缺岗|离岗|旷工|请假|[事病]假|迟到|早退|考勤)[^，,。；;停退]{0,6}扣(?:[款除]?(?:工资)?[\d.]+[天元]?|[款除](?:工资)?|工资)"
)
"""Why less was paid than a whole month's wages: what is written as paid was paid."""
_NEGATIVE = compile_late(
    r"[不未没无退停扣销冻挂缺错误死亡逝迁走待暂拒弃]|去世|病故|已故|转出|外[村镇乡县]|失联|失踪|下[个一]?[批月次季年]"
)
"""A negative word, one of death or of leaving: nearly always about the land or the papers, now and then about the money."""
_SETTLED = compile_late(
    r"(?<![未不没待])补发|补付|已补|(?<!待)重[发新]|再次|二次|现已|(?<![未不没])成功|(?<!误)已[到发打入付领](?!现)|(?<![未待不没])恢复|发(?:放)?至[本当]月|现金(?:发放|领取|支付)|无误|更正|后发|更?换[卡号]|已更?换"
)


@lru_cache(maxsize=1 << 16)
def may_tell_of_removal(text: str) -> bool:
    """Whether a remark takes a payment back or puts it off (自愿放弃, 未打上; not 误工, 退役, 未按手印)."""
    return bool(_REMOVED.search(_WAGES.sub("", _HARMLESS.sub("", text)))) and not _is_settled(text)


@lru_cache(maxsize=1 << 16)
def find_month_of_stop(text: str) -> int:
    """The month from which a remark says that nothing was paid any more (5月停发, 5月起离岗停发), 0 where it tells none."""
    match = _STOPPED_FROM.fullmatch(text.strip())
    month = int(match[1]) if match else 0
    return month if month <= _MONTHS else 0


@lru_cache(maxsize=1 << 16)
def sounds_negative(text: str) -> bool:
    """Whether a remark holds a negative word that is not known to be harmless (未按手印, 户主已故，其子代领)."""
    return bool(_NEGATIVE.search(_HARMLESS.sub("", text))) and not _is_settled(text)


def _is_settled(text: str) -> bool:
    return bool(_SETTLED.search(_EARLIER.sub("", _STILL_OPEN.sub("", text))))


@lru_cache(maxsize=1 << 16)
def is_private_remark(text: str) -> bool:
    """Whether a remark holds what nobody outside the office may know.

    Source: 个人信息保护法 §6, §28; boards that showed illness and crime beside names.
    """
    return bool(_PRIVATE.search(text))


@lru_cache(maxsize=1 << 16)
def tells_of_failure(text: str) -> bool:
    """Whether a remark says that this money did not arrive, and nothing of its having been made good."""
    is_stopped = any(map(_STOPPED.fullmatch, _CLAUSES.split(text)))
    return (is_stopped or bool(_NOT_ARRIVED.search(text))) and not _is_made_good(text)


@lru_cache(maxsize=1 << 16)
def says_not_paid(text: str) -> bool:
    """Whether a remark says plainly that this money was not paid (已退款，未发放), and nothing of its having been made good."""
    return any(map(_NOT_PAID.fullmatch, _CLAUSES.split(text))) and not _is_made_good(text)


@lru_cache(maxsize=1 << 16)
def is_failure_reason(text: str) -> bool:
    """Whether a column of reasons says why money did not arrive: not 无, 正常 or 交易成功."""
    return bool(_REASON.search(text) or _NOT_ARRIVED.search(text)) and not _is_made_good(text)


def _is_made_good(text: str) -> bool:
    return bool(_MADE_GOOD.search(_STILL_OPEN.sub("", text)))


_REISSUE = compile_late(
    r"(?<![未待不没直奖粮农良综棉牧林])(?:补发|重新?发放?|重新(?:打[卡款]|支付|兑付|拨付|代发)|重打卡?|再次发放?|二次发放?)"
)
"""直补发放表 and 粮补发放表 hold no 补发."""
_NOT_ALONE = compile_late(
    r"成功|发放|兑[付现]|代发|拨付|打卡|支付|到[账卡]|汇总|统计|及|和|与|失败|不成功|退[回票汇款库]|[未待停缓]发|、"
)


_FAILED_BEFORE = compile_late(
    r"(?:发放|代发|打卡|支付|兑[付现])?(?:失败|[不未]成功|退[回票汇款库]|未到[账帐卡]|未发放?|停发)"
)
"""What may stand before 补发: 失败人员重新发放表 is a list of re-issues, 补发失败名单 none."""


@lru_cache(maxsize=1 << 12)
def names_reissue(text: str) -> bool:
    """Whether a title, file or sheet name is that of re-issues and of nothing else (补发花名册, not 发放及补发表)."""
    match = _REISSUE.search(text)
    if not match:
        return False
    before, after = _FAILED_BEFORE.sub("", text[: match.start()]), _REISSUE.sub("", text[match.end() :])
    return not _NOT_ALONE.search(before) and not _NOT_ALONE.search(after)


_MADE_AGAIN = compile_late(r"重新?发|重新(?:打[卡款]|支付|兑付|拨付|代发)|重打")


@lru_cache(maxsize=1 << 12)
def names_failure_before(text: str) -> bool:
    """Whether a list of re-issues says that the first payments did not arrive (退票重发, 失败补发, 重新发放; not 补发, 二次发放)."""
    match = _REISSUE.search(text)
    if not match or not names_reissue(text):
        return False
    return bool(_MADE_AGAIN.search(text) or _FAILED_BEFORE.search(text[: match.start()]))
