"""Words of titles, sheet names and section rows that say whether the money below them arrived."""

import re
from collections.abc import Sequence
from functools import lru_cache

from village_notice.domain.patterns import compile_late
from village_notice.domain.remark import may_tell_of_removal, names_reissue
from village_notice.sources.wording import drop_brackets, fold_words

DOUBT = "?"
"""What `read_section_state` gives for words that leave open whether anybody was paid."""

_UNPAID = compile_late(
    r"(?:发放|代发|打卡|支付|兑[付现]|拨付)?(?:失败|未成功|不成功|退回|退票|退汇|退库|应[发补]未[发补]|未发放?|未到[账帐卡]|未打卡|未兑[付现]|未拨付|未领取?)(?:到位|成功)?"
)
"""Titles of what did not arrive; 停发名单 is asked about elsewhere (H02)."""
_PAID = compile_late(r"成功|补发|重发|再发|发放|兑[付现]|代发|拨付|打卡|支付|到[账卡]|汇总|统计|及|和|与")
"""A title that says any of these too is not of unpaid money alone."""
_LISTS = compile_late(r"(?:清单|名单|名册|花名册|明细|人员|农户|户|表|册|情况|数据)*\d*$")
_LONGEST = 40

_NUMBERING = compile_late(
    r"^(?:[(（]?(?:[一二三四五六七八九十]{1,3}|\d{1,2})[)）、.．:：]|第[一二三四五六七八九十]部分[:：]?|[①-⑳*※◆●■★▲#]+|(?:附|另|其中)[:：]?)"
)
_TAIL = compile_late(r"(?:[(（][^()（）]*[)）]|[:：\-—－_=*…。]+|共?计?\d+[户人名笔个])+$")
_SECTION_UNPAID = compile_late(
    _UNPAID.pattern.replace("(?:发放|", "(?:补发|重发|发放|", 1)
    + r"|退款|(?:暂停|停止|终止|取消|暂缓|暂不|不予|不再|停|缓|不|待)(?:发放?|兑[付现]|拨付)|作废"
)
_SECTION_LISTS = compile_late(r"(?:清单|名单|名册|花名册|明细|人员|对象|农户|家庭|户|表|册|情况|数据|部分|及|原因)*")
_SECTION_PAID = compile_late(
    r"成功|补发|重发|再发|发放|兑[付现]|代发|拨付|打卡|支付|到[账卡]|汇总|统计|及|和|与|、|\d[号.]"
)
_ELSEWHERE = compile_late(r"以上|上述|上列|上表|前述")
"""Words of a line that speaks of the rows above it."""
_SENTENCE = compile_late(r"[:：。；;]")
_MADE_GOOD = compile_late(
    r"(?<![直奖粮农良综棉牧林])补发|补付|重新?发|再次?发|二次发|续发|恢复|解除|已[发领到]|取消停发"
)
_EARLIER = compile_late(r"[上去前]个?[月年季批期次]|\d+月|[一二三四五六七八九十]月|以前|此前|前期|往年|历史")
_UNSURE = compile_late(
    r"(?<!模)拟|下一?[个季月批年期次]|预[发拨留]|申报|申请|候[补选]|(?<!雨露)计划(?!生育)|预算|测算|(?<![招接等优善])待(?![遇业])|"
    r"死亡|去世|病故|亡故|已故|逝世|[核扣]减|减[员少发]|剔除|清退|追[缴回]|迁出|转出|超龄|暂[停缓不扣存]|冻结|挂[账失]|销户|注销|异常|疑似|存疑|有误|错误|"
    r"不合格|不符|不享受|[无没]有?(?:银行|社保|惠农|一卡通)?[卡账]|未[发领办开享通到打兑拨付激核]|失败|退[回票汇款]|拒[付收]|冲[销正]|作废|废"
)
_FUNERAL = compile_late(r"丧葬|抚恤|遗属|殡葬|安葬")
_DEATH = compile_late(r"死亡|去世|病故|亡故|已故|逝世|亡")
_FARMING = compile_late(
    r"退[耕牧捕]|退回(?=.{0,6}[地亩田林])|停[伐产车机泊]|报废|废[旧弃]|死[猪牛羊禽畜]|病死(?!亡)|错[峰时]|待业"
)


_TAKEN_OUT = compile_late(
    r"[(（](?:(?:现|均|全部)?已(?:经)?)?(?:扣除|剔除|核减|减去|去除|除去|排除|删除|清除|剔出|去掉|不含|不包[括含]|未含)[^()（）]*[)）]|"
    r"(?:已(?:经)?(?:扣除|剔除|核减|减去|去除|排除|删除)|不含|不包[括含])[^()（），,。；;]{0,12}?(?:人员|人口|农?户|对象)(?!名单|花?名册|明细|清[单册]|统计|汇总|台账|情况|表)|"
    r"(?:扣除|剔除|核减|减去|去除|排除|删除)[^()（），,。；;]{2,10}?(?:人员|人口|农?户|对象)?[之以]?后"
)
"""（已扣除死亡人员）, 不含停发人员, 核减死亡人员后: who is not on a list any more."""


def drop_taken_out(text: str) -> str:
    """A title without what it says of those who were taken out of its list."""
    return _TAKEN_OUT.sub("", text)


def read_title_state(text: str) -> str:
    """The state that a title or sheet name gives all payments below it (退回清单, 未发放人员明细表), "" where it gives none."""
    plain = _NUMBERING.sub("", fold_words(drop_brackets(fold_words(text)))).rstrip(":-—")
    match = _UNPAID.search(plain)
    if not match or "是否" in plain or len(plain) > _LONGEST or re.search("[。；：:，]", plain):
        return ""
    before, after = plain[: match.start()], plain[match.end() :]
    if _PAID.search(before) or _PAID.search(after) or not _LISTS.fullmatch(after.replace("的", "")):
        return ""
    return _name_state(match[0])


def is_title_of_reissue(text: str) -> bool:
    """Whether a title or sheet name is that of a list of re-issues and of nothing else (补发花名册, not 发放及补发表)."""
    plain = fold_words(drop_brackets(fold_words(text)))
    return len(plain) <= _LONGEST and not re.search("[。；：:，]", plain) and names_reissue(plain)


def find_mixed_title(titles: Sequence[str]) -> list[str]:
    """The titles that speak of money that did not arrive, but not of that alone (发放及退回情况): whether it was paid is open."""
    return [t for t in titles if not read_title_state(t) and _is_mixed(fold_words(drop_brackets(fold_words(t))))]


def _is_mixed(title: str) -> bool:
    is_short = len(title) <= _LONGEST and not re.search("[。；：:，]", title)
    return (
        is_short
        and bool(_UNPAID.search(title))
        and not re.search("(?<![直奖粮农良综棉牧林])补发|重发|重新|再次|二次|成功", title)
    )


@lru_cache(maxsize=4096)
def read_section_state(text: str) -> str:
    """The state that a row between the people gives those below it: 失败, 退回, 待发 or 停发.

    `DOUBT` where it may say that they were not paid (死亡核减人员：), "" where it says nothing of the kind (本月新增人员,
    补发8月份人员), speaks of the rows above it or is a sentence.
    """
    plain = _NUMBERING.sub("", fold_words(text))
    if len(plain) > _LONGEST or _ELSEWHERE.search(plain):
        return ""
    short = _TAIL.sub("", plain)
    if _SENTENCE.search(short):
        return ""
    is_unsure = _sounds_unpaid(plain)
    if _MADE_GOOD.search(plain) and not re.search("(?:补发|重发)(?:失败|不成功)", plain):
        is_open = bool(re.search("[待未拟将]|下[个一]?[月季批]", plain))
        return DOUBT if is_unsure and (is_open or not _EARLIER.search(plain)) else ""
    match = _SECTION_UNPAID.search(short)
    if match and "是否" not in short:
        before, after = short[: match.start()], short[match.end() :].replace("的", "")
        if not _SECTION_PAID.search(before) and _SECTION_LISTS.fullmatch(after):
            return _name_state(match[0])
    return DOUBT if is_unsure else ""


def is_told_state(text: str) -> bool:
    """Whether a text says plainly that those it stands beside were not paid (停发人员)."""
    return read_section_state(text) not in ("", DOUBT)


def _sounds_unpaid(plain: str) -> bool:
    words = _FARMING.sub("", plain)
    words = _DEATH.sub("", words) if _FUNERAL.search(words) else words
    return bool(_UNSURE.search(words)) or may_tell_of_removal(words)


def _name_state(word: str) -> str:
    if "退" in word:
        return "退回"
    if re.search("失败|成功", word):
        return "失败"
    return "停发" if re.search("停|终止|取消|不予|不再|^不发|作废", word) else "待发"


def opens_section(text: str) -> bool:
    """Whether a row between the people begins a section of its own: numbered, or the name of a list."""
    plain = fold_words(text)
    short = _TAIL.sub("", plain)
    return bool(
        _NUMBERING.match(plain)
        or plain.endswith((":", "："))
        or re.search("(?:人员|名单|名册|清单|明细|对象|户|部分)$", short)
    )
