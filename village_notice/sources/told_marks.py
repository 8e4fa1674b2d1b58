"""Small marks that say of a payment that it did not arrive: 某某（未发）, 4停, a tick under 不同意, a note on grey cells."""

import re
from collections.abc import Sequence

from village_notice.domain.patterns import compile_late
from village_notice.sources.state_words import read_title_state
from village_notice.sources.wording import fold_words

MARK = compile_late(r"[√✓✔☑■●○*vV1是有]")
"""What is put into a column headed 未发 for those it is said of."""
FLAGS = {
    "停发": "停发", "取消": "停发", "暂停": "停发", "缓发": "停发", "终止": "停发", "停保": "停发",
    "退票": "退回", "退回": "退回", "退汇": "退回", "退款": "退回", "失败": "失败",
}  # fmt: skip
"""Words of headings, and behind names → the state they give."""
_AGAINST = compile_late(
    r"(?:不(?:同意|符合|合格|通过|享受|予?发放?|属实|达标)|取消|停发|暂停|暂缓|缓发|终止|退出|剔除|核减|作废|有异议|"
    r"审核不通过)(?:发放|资格|享受|条件|人员)?"
)
"""Headings of columns in which a mark speaks against the payment."""
_IN_BRACKETS = compile_late(r"[(（\[【]([^()（）\[\]【】]{1,8})[)）\]】]")
_SERIAL = compile_late(r"\d{1,5}[(（、.\s]*(停发?|未发|退[票回]?|取消|缓发|失败)[)）]?")
_PLANNED = compile_late(
    r"(?:本|此|该|上)(?:表|名单|名册|清单|明细)[^，,。；;]{0,6}[为是系](?:(?:拟|预|计划|应)(?:发|补|拨|兑)|测算|预算|概算|估算)"
    r"|(?:以上|上述|本[表批]|表内)[^，,。；;]{0,8}待[^，,。；;]{1,6}后再?(?:发放|拨付|打[卡款]|兑付)|(?:款项?|资金|补[贴助])[尚还]?未[拨兑](?!.{0,4}的)"
)
"""本表为拟发放名单: a note that says of the whole list that nothing was paid yet."""
_LATER = compile_late(r"(?:尚|还)未[^，,。；;的]{0,4}(?:拨付|发放|到位|兑付|到账|入账|打卡)(?!的)")
_OF_ALL = compile_late(r"本[批次期季表]|此[批次]|资金|补[贴助]款?")
_COLOURED = compile_late(
    r"(?:[红黄灰绿蓝橙紫]色?|底[纹色]|阴影|加粗|斜体|删除线|划线|[*＊★☆△▲#]|星号?|带.{0,3}号|标.{0,3}号)[^，,。；;]{0,8}"
    r"(?:未发|未到|未打|未兑|未拨|未领|停发|退[回票汇]|失败|不发|缓发)"
)
"""灰色底纹为尚未发放人员, 带*号的为未发放: nobody here knows which rows are meant."""


_LEGEND = compile_late(r"图例|图注|图示|(?:颜色|标[色注记识]|色块|底色)(?:说明|含义|[:：]|$)|^[■□●○▲△◆◇★☆]")
"""What says that the words beside it explain colours or marks."""
_TITLE = compile_late(r"[表册单]|明细|公示|台账")
_LONGEST_LEGEND = 20


def find_legend(above: Sequence[str]) -> list[str]:
    """The lines above a list that explain its colours or marks (图例：■ 已注销，未发放): nobody here knows the rows meant."""
    lines = [(t, fold_words(t)) for t in above]
    if not any(_LEGEND.search(plain) and not _TITLE.search(plain) for _, plain in lines):
        return [t for t, plain in lines if _COLOURED.search(plain)]
    return [t for t, plain in lines if len(plain) <= _LONGEST_LEGEND and not _TITLE.search(plain)]


def read_name_state(text: str) -> str:
    """The state that stands in brackets behind a name (某某（未发）), "" where none does; not 已故, 代领."""
    for inner in _IN_BRACKETS.findall(text):
        plain = fold_words(inner)
        if state := FLAGS.get(plain) or read_title_state(plain):
            return state
    return ""


def read_serial_state(text: str) -> str:
    """The word behind a serial number that may take the payment away (4停), "" where there is none."""
    match = _SERIAL.fullmatch(text.strip())
    return match[1] if match else ""


def is_against(heading: str) -> bool:
    """Whether a tick in the column speaks against the payment (不同意, 不符合, 取消)."""
    return bool(_AGAINST.fullmatch(fold_words(heading)))


def find_marked(marks: Sequence[str]) -> list[int]:
    """The places of the marks, where nothing but marks stands in a column."""
    return [i for i, mark in enumerate(marks) if mark] if all(map(MARK.fullmatch, filter(None, marks))) else []


def tells_of_list(note: str) -> bool:
    """Whether a note says that the list itself, or rows known by a mark, may not have been paid.

    Args:
        note: A line beside the list.
    """
    plain = fold_words(note)
    is_later = _LATER.search(plain) and _OF_ALL.search(plain)
    return bool(
        _PLANNED.search(plain) or is_later or _COLOURED.search(plain) or _COLOURED.search(re.sub(r"\s", "", note))
    )
