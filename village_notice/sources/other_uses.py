"""Titles and headings of money that is not what people were paid: held back, left over, owed, drawn too much.

Only what a title ends with says what its list is: 结余资金明细表 lists what was left over, 利用结余资金发放的补贴明细表 payments.
"""

from functools import lru_cache

from village_notice.domain.patterns import compile_late
from village_notice.domain.remark import names_reissue
from village_notice.sources.reference import fold_heading
from village_notice.sources.wording import drop_brackets, fold_words

_LONGEST = 40
_OWED = r"拖欠|欠[发付补]|应补未补|待[发补付领拨兑打]|漏[发领报登补]|少[发领补付]"
_TOO_MUCH = r"多[领发付补报]|超[领发付]|重领|重复领取?|误[发领]|错[发领报]|[冒虚瞒]领|虚报|瞒报|骗[取领]|套取|违规(?:领取|享受)|应退未退|[应未]退"
_TAKEN_OFF = r"扣[发减除罚缴留]|[抵冲]扣|抵减|冲[减抵]|核扣|上[缴交]|缴库|退库"
_LEFT_OVER = r"结余|节余|结存|滞留|沉淀|截留|挪用|侵占|缺口|无人认?领|[无未]人?认领"
_FEWER = r"减少|削减"
_NOUNS = r"(?:资金|款项?|金额|补[贴助]款?|津贴|人员|对象|农?户|人口|人|财政|国库|专户|部分|情况|统计|明细|花?名册|名单|清[单册]|台账|登记|汇总|表|册|的|[\d.]+|[-_])*"
_OTHER_USE = compile_late(
    rf"(?:{_OWED}|{_TOO_MUCH}|{_TAKEN_OFF}|{_LEFT_OVER}|{_FEWER}|(?:剩余|留存|暂存)(?=资金|款|金额|补[贴助]款)){_NOUNS}"
)
_OPEN_MONEY = compile_late(
    rf"(?:本[次月期批年])?(?:{_OWED}|{_TOO_MUCH}|{_TAKEN_OFF}|{_LEFT_OVER}|{_FEWER}|欠|扣|剩余|留存|暂存|挂账|结转|未[付补]|[停缓]发|冻结|暂[停扣])"
    r"(?:发放)?(?:补[贴助])?(?:资金|金额|款项?|额|津贴|钱数?|数)*"
)


@lru_cache(maxsize=4096)
def names_other_use(title: str) -> bool:
    """Whether a title or a name ends as that of money held back, left over, owed or drawn too much (扣发明细表)."""
    plain = fold_words(drop_brackets(fold_words(title)))
    if len(plain) > _LONGEST or names_reissue(plain):
        return False
    return any(_OTHER_USE.fullmatch(plain, m.start()) for m in _OTHER_USE.finditer(plain))


@lru_cache(maxsize=4096)
def names_open_money(heading: str) -> bool:
    """Whether a heading of money is that of what is owed, was drawn too much or taken off (待发金额, 多领金额)."""
    plain = fold_heading(heading.rsplit("\n", maxsplit=1)[-1])
    return bool(_OPEN_MONEY.fullmatch(plain)) and not names_reissue(plain)
