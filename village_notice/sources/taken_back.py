"""Lists of money that is taken back or claimed back, told by their headings and titles."""

import re

from village_notice.domain.patterns import compile_late
from village_notice.sources.column_map import ColumnMap
from village_notice.sources.tables import Table
from village_notice.sources.wording import fold_words

_LONGEST_TITLE = 40
_TAKEN_BACK = compile_late(
    r"追缴|追回|扣回|退缴|清缴|收缴|缴回|清退(?:资金|补贴|款|金额)|收回(?:的?资金|的?补贴|的?补助|款|金额)|(?:资金|补贴|补助|款)(?:收回|清退)"
)
_TAKEN_OFF_BEFORE = compile_late(r"[(（][^()（）]*扣回[^()（）]*[)）]|已?扣回.{0,12}[后的]")
"""（已扣回多领部分）: what a list says of earlier money beside its own name."""
_PAID_OUT = compile_late(
    r"(?:实[发付领补]|实际(?:发|付|补|领|到)|本[次期月季年批](?:实|发放|兑|拨|补))[^()（）追扣收退清缴]*[(（](?!(?:追[回缴]|扣回|退缴|收回)[)）])"
)
"""实发金额（已扣回多领）: the heading of what is left and was paid."""
_AFTER_TAKING = compile_late(r"[(（][^()（）]*(?:扣回[^()（）]*后|已扣回[^()（）]+)[)）]|(?:扣回|追[回缴]).{0,8}后")
_BESIDE_PAYMENTS = compile_late(
    r"(?<!多领)(?:补[贴助]款?|津贴|奖[补励]|[助救]金)(?:及其?|和|与|、|暨)(?:资金)?(?:扣回|追[回缴]|收[回缴]|[退清]缴|缴回)"
)
"""补贴及扣回情况表 lists payments too; 多领补贴及追缴情况表 does not."""
_WRONGLY_PAID = compile_late(r"[多冒误错超重骗虚套]领|[多误错重]发|重复|违规|骗|套取|不符")
_CLAIMED_BACK = compile_late(
    r"(?:应|拟|需|须|待|尚未|未)(?:追[缴回]|退[回缴款赔]|退(?=资金|补[贴助]款?|金额|款|$)|收回|缴回|清[退缴])"
)
"""What is still to come back has not been taken off anybody's card."""


def find_taken_back(table: Table, columns: ColumnMap) -> str:
    """The heading or title that says that a table lists money taken back, "" where none does or a state says more."""
    if "status" in columns.fields:
        return ""
    texts = [table.texts[a.column - 1] for a in columns.amounts]
    claimed = next((t for t in texts if _CLAIMED_BACK.search(fold_words(t))), "")
    if claimed or any(a.status for a in columns.amounts):
        return claimed.replace("\n", "")
    own = [t for t in texts if _is_heading_of_recoveries(fold_words(t))]
    if own:
        return own[0].replace("\n", "")
    return next((t[:_LONGEST_TITLE] for t in table.above if _is_list_of_recoveries(fold_words(t))), "")


def _is_heading_of_recoveries(heading: str) -> bool:
    return bool(_TAKEN_BACK.search(_AFTER_TAKING.sub("", heading))) and not _PAID_OUT.search(heading)


def _is_list_of_recoveries(title: str) -> bool:
    if _BESIDE_PAYMENTS.search(title) and not _WRONGLY_PAID.search(title):
        return False
    match = _TAKEN_BACK.search(_TAKEN_OFF_BEFORE.sub("", title))
    return bool(match) and len(title) <= _LONGEST_TITLE and not re.search(r"[。：:]|发放|补发|兑付|拨付", title)
