"""Names of sheets, files and folders that say that the list in them is void, a trial, or of money that did not arrive."""

from collections.abc import Iterator, Sequence

from village_notice.domain.patterns import compile_late
from village_notice.domain.remark import names_reissue
from village_notice.sources.state_words import drop_taken_out, read_section_state, read_title_state
from village_notice.sources.wording import fold_words

_PARTS = compile_late(r"[\s\-—–_.·()（）【】\[\]、,，+]+")
_VOID = compile_late(
    r"作废|(?<!报)废(?:[表稿止]|弃(?![物农膜]))|已废|[弃停禁勿]用|不用(?![改填动])|不要(?![改填动删随])|不算|错表|"
    r"旧(?:[表版稿档]|数据|名单|名册|的)|老版|草[稿表]|初稿|[未非]定稿|讨论稿|送审稿|征求意见|测试|演示|试[填算]|[待可已]删|删除$"
)
_VOID_ALONE = frozenset(("废", "旧", "老", "草", "错", "错误", "假", "样", "停", "删", "无效", "失效", "多余", "重复"))
"""Void only where nothing else stands in the name, or between two brackets or dashes: 旧店镇 and 报废 are harmless."""
_FILLED = compile_late(r"导[入出]|批量|上传|填报|录入")
_SAMPLE = compile_late(r"样[表张本例]|模[板版]|范本|空白?表")
_UNPAID = compile_late(
    r"[未待缓拟预]发(?![生现育展电达改票布动文])|不发(?![生达])|停发|暂[停缓扣]|不予|退(?:回(?!.{0,6}[地亩田林])|[票款汇库])|失败|[不未]成功|"
    r"未到[账帐卡]|未[领兑拨]|[待未送]审(?!计)|没[发到]|拒[付收]|冲[销正]|核减|剔除|取消(?:资格|享受|待遇|发放)?|挂账|死亡|去世|注销|销户|冻结"
)
_LISTS = compile_late(r"(?:清单|名单|名册|花名册|明细|人员|农户|户|表|册|[(（].*[)）]|\d|月|年|的)*")
_DOUBTFUL = compile_late(r"备份|问题|疑[点似]|黑名单|核查|备用|参考|样[表张例]|[示范]例|[初待未]审|停保|[迁转]出")
_FUNERAL = compile_late(r"丧葬|抚恤|遗属|殡葬|安葬")
_AFTER = compile_late(r"[\u4e00-\u9fff]{2,8}后")
"""停发后, 核减死亡人员后: what is left once they have been taken out."""
_PLANNED = compile_late(r"拟|测算|预算|(?<!雨露)计划(?!生育)|申报|申请|[初复待未送]审|审核中|审批中|公示(?:稿|期|中)")
_OFFICE = compile_late(r"[科股办局室站所院中心]$")
_PAID_OUT = compile_late(r"发放|兑[付现]|拨付|打卡|代发|实发|补发|支付|到账")


def find_unpaid_names(sheet: str, file: str, above: Sequence[str], *, has_states: bool, is_told: bool) -> Iterator[str]:
    """The names around a list that make it doubtful whether it was paid.

    Args:
        sheet: The sheet's name.
        file: Path of the file in the inbox, its folders with it.
        above: What stands above the headings.
        has_states: Whether a column tells what arrived: only a void list or a trial is then asked about.
        is_told: Whether the list tells it of some otherwise: the words of the file's name may be of these.
    """
    *folders, name = file.split("/")
    stem = name.rpartition(".")[0]
    own = (*above, sheet, stem)
    is_filled = any(map(_PAID_OUT.search, (*above, stem))) or bool(_FILLED.search(stem))
    is_planned = not any(map(_PAID_OUT.search, map(fold_words, own)))
    is_reissue = any(names_reissue(fold_words(t)) for t in own)
    for text in (sheet, stem, *reversed(folders)):
        plain = fold_words(text)
        if _is_void(text) or (not is_filled and _is_sample(plain, is_title=text == stem)):
            yield text
        elif has_states or is_reissue or names_reissue(plain) or (is_told and text == stem):
            continue
        elif (
            _sounds_unpaid(text, is_title=text == stem)
            or (text == sheet and _sounds_doubtful(plain))
            or (is_planned and text in folders and _is_plan(plain))
        ):
            yield text


def _is_sample(plain: str, *, is_title: bool) -> bool:
    """Whether a name is that of a form; one that a bank gave to be filled in names what it was filled with behind it."""
    match = _SAMPLE.search(plain)
    return match is not None and not (is_title and plain[match.end() :])


def _is_plan(plain: str) -> bool:
    return bool(_PLANNED.search(plain)) and not _OFFICE.search(plain)


def _is_void(text: str) -> bool:
    return bool(_VOID.search(fold_words(text))) or any(p in _VOID_ALONE for p in _PARTS.split(text.strip()))


def _sounds_doubtful(sheet: str) -> bool:
    """Whether the name of a sheet may be that of people who were not paid; the other sheets list those who were."""
    plain = _AFTER.sub("", sheet)
    return bool(_DOUBTFUL.search(plain)) or (bool(read_section_state(plain)) and not _FUNERAL.search(plain))


def _sounds_unpaid(text: str, *, is_title: bool) -> bool:
    """Whether a name is that of money that did not arrive; one that is a title says 发放 too where only a part was stopped."""
    plain = _AFTER.sub("", drop_taken_out(fold_words(text)))
    if read_title_state(plain):
        return True
    found = list(_UNPAID.finditer(plain))
    if not found or _FUNERAL.search(plain) or "是否" in plain:
        return False
    if not is_title or any(map(_UNPAID.fullmatch, _PARTS.split(plain))):
        return True
    return bool(_LISTS.fullmatch(plain[found[-1].end() :])) and not _PAID_OUT.search(_UNPAID.sub("", plain))
