"""People on a list of failures or returns whom a roll without states has too, with the same money: nobody knows whether it arrived."""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from village_notice.checks.keys import Keys, find_batches, find_stretches, list_rows
from village_notice.domain.codes import Bools, Ints, are_among, code_column, code_texts, combine_codes
from village_notice.domain.finding import Finding
from village_notice.domain.remark import names_failure_before, names_reissue

_CAME_BACK = ("失败", "退回")
_NOT_PAID = (*_CAME_BACK, "待发", "停发")
_REMADE = "列在重发的名单里"
_REISSUED = re.compile(r"(?<![未待不没直奖粮农良综棉牧林])(?:补发|重发|重打|重新[发打支兑拨代]|再次发|二次发)")


class _Payment(NamedTuple):
    """What tells one payment from another."""

    position: int
    file: str
    sheet: str
    status: str
    id: str
    account: str
    remark: str
    time: int
    is_vague: bool
    year: int
    is_failure: bool

    @property
    def is_reissue(self) -> bool:
        """Whether its list or its remark says that it is paid once more."""
        return is_reissue(self.file, self.sheet, self.remark)


class Returned(NamedTuple):
    """What failures and returns say of the payments without a state: positions in the frame.

    Attributes:
        doubted: Payment → the failure of the same money.
        reissued: Payments that a list calls a re-issue, of money that some failure names.
    """

    doubted: dict[int, int]
    reissued: list[int]


def find_returned(payments: pd.DataFrame, keys: Keys) -> Returned:
    """The payments without a state that a failure of the same person, programme, amount and time speaks of.

    One failure speaks of one payment: of the one of its own time, else, where one of the two names no time, of one of the
    year. A list called 补发 is the re-issue of a failure and never spoken of.
    """
    found = Returned({}, [])
    status = payments["status"]
    known = (keys.amount > 0) & (payments["name"] != "").to_numpy()
    failed = status.isin(_NOT_PAID).to_numpy() & known
    open_ = (status == "").to_numpy() & known
    remade = _find_remade(payments) & known & are_among(status, ["", "成功", "补发"])
    if not (failed.any() or remade.any()) or not open_.any():
        return found
    name = code_texts(payments["name"])
    village, account = code_texts(payments["village_code"]), code_texts(payments["account"])
    is_placed = ((payments["village_code"] != "") & (payments["programme"] != "")).to_numpy()
    has_account = (payments["account"] != "").to_numpy()
    whose = combine_codes(name, village, keys.programme, keys.amount)
    _match(payments, keys, whose, failed & is_placed, open_, found)
    by_account = combine_codes(name, account, keys.amount)
    _match(payments, keys, by_account, failed & ~is_placed & has_account, open_ & has_account, found)
    has_no_village = (payments["village_code"] == "").to_numpy() & (payments["programme"] != "").to_numpy()
    if (failed & has_no_village).any():
        _match_namesakes(
            payments, keys, combine_codes(name, keys.programme, keys.amount), failed & has_no_village, found
        )
    remade[found.reissued] = False  # of these a failure is known
    _match(payments, keys, whose, remade & is_placed, open_ & ~remade, found)
    return found


def is_reissue(file: str, sheet: str, remark: str) -> bool:
    """Whether a payment's list or its remark says that it is paid once more."""
    stem = file.rpartition("/")[2].rpartition(".")[0]
    return names_reissue(stem) or names_reissue(sheet) or bool(_REISSUED.search(remark))


def _find_remade(payments: pd.DataFrame) -> Bools:
    """The payments of lists that say that the first payments did not arrive: 退票重发, 重新发放."""
    starts = find_stretches(payments)
    names = payments[["file", "sheet"]].iloc[starts].itertuples(index=False, name=None)
    stems = ((str(file).rpartition("/")[2].rpartition(".")[0], str(sheet)) for file, sheet in names)
    told = np.array(
        [names_failure_before(stem) or names_failure_before(sheet) for stem, sheet in stems], dtype=np.bool_
    )
    found: Bools = np.repeat(told, np.diff(starts, append=len(payments)))
    codes, remarks = code_column(payments["remark"])
    marked = [bool(r) and names_failure_before(str(r).rpartition("；")[2]) for r in remarks]
    return found | np.array([*marked, False], dtype=np.bool_)[codes] if any(marked) else found


def _match_namesakes(payments: pd.DataFrame, keys: Keys, whose: Ints, failed: Bools, found: Returned) -> None:
    """Gives each failure whose village nobody tells the one payment of that name, programme, amount and time in the county."""
    spoken = set(found.doubted.values())
    alike = np.flatnonzero(np.isin(whose, whose[failed]) & (keys.amount > 0))
    groups: defaultdict[int, list[_Payment]] = defaultdict(list)
    for payment in _list_payments(payments, keys, alike, failed):
        groups[int(whose[payment.position])].append(payment)
    for group in groups.values():
        failures = [p for p in group if p.is_failure and p.position not in spoken]
        others = [p for p in group if not p.is_failure and not p.is_reissue and p.status in ("", "成功")]
        for failure in failures:
            same = [p for p in (*others, *failures) if p is not failure and _may_be_of_that_time(failure, p)]
            same = [p for p in same if _may_be_one(failure, p)]
            if len(same) == 1 and not same[0].status and same[0].position not in found.doubted:
                found.doubted[same[0].position] = failure.position


def check_returned(payments: pd.DataFrame, returned: Returned) -> Iterator[Finding]:
    """X21 for each payment that a failure speaks of."""
    rows = sorted(returned.doubted)
    here = list_rows(payments, np.array(rows, dtype=np.int64))
    there = list_rows(payments, np.array([returned.doubted[r] for r in rows], dtype=np.int64))
    for (row, place, name), (origin, other, _) in zip(here, there, strict=True):
        where = " ".join(filter(None, (other.file, other.sheet, f"第 {other.row} 行")))
        fen = int(payments["amount_fen"].iloc[row])
        state = str(payments["status"].iloc[origin])
        yield Finding("X21", place, state if state in _NOT_PAID else _REMADE, where, person=name, fen=fen)


def _match(payments: pd.DataFrame, keys: Keys, whose: Ints, failed: Bools, open_: Bools, found: Returned) -> None:
    """Gives each failure its payment; both are named in `found`."""
    alike = open_ & np.isin(whose, whose[failed])
    rows = np.flatnonzero((failed & np.isin(whose, whose[alike])) | alike)
    groups: dict[int, list[_Payment]] = defaultdict(list)
    for payment in _list_payments(payments, keys, rows, failed):
        groups[int(whose[payment.position])].append(payment)
    spoken = set(found.doubted.values())
    for group in groups.values():
        paid = [p for p in group if not p.status and not p.is_failure and p.position not in found.doubted]
        found.reissued.extend(p.position for p in paid if p.is_reissue)
        left = [p for p in paid if not p.is_reissue]
        for is_exact in (True, False):
            for failure in [p for p in group if p.is_failure and p.position not in spoken]:
                if own := _find_payment(failure, left, is_exact=is_exact):
                    left.remove(own)
                    spoken.add(failure.position)
                    found.doubted[own.position] = failure.position


def _list_payments(payments: pd.DataFrame, keys: Keys, rows: Ints, failed: Bools) -> Iterator[_Payment]:
    """What tells some payments from others; `failed` are those that speak of others."""
    columns = ("file", "sheet", "status", "id", "account", "remark")
    values = zip(*(payments[c].iloc[rows].tolist() for c in columns), strict=True)
    for row, texts in zip(rows.tolist(), values, strict=True):
        file, sheet, state, id_, account, remark = map(str, texts)
        when = int(keys.time[row]), bool(keys.is_vague[row]), int(keys.year[row])
        yield _Payment(row, file, sheet, state, id_, account, remark, *when, bool(failed[row]))


def _find_payment(failure: _Payment, left: Sequence[_Payment], *, is_exact: bool) -> _Payment | None:
    """The payment that a failure speaks of, in its own file rather than in another."""
    known = [p for p in left if _may_be_one(failure, p)]
    if is_exact:
        known = [p for p in known if p.time == failure.time and p.is_vague == failure.is_vague]
    else:
        came_back = failure.status not in _NOT_PAID or failure.status in _CAME_BACK
        known = [p for p in known if came_back and _may_be_of_one_time(failure, p)]
    return next((p for p in known if p.file == failure.file), known[-1] if known else None)


def _may_be_one(one: _Payment, other: _Payment) -> bool:
    """Whether neither ID nor account, where both name one, tells two people apart; a re-issue may go to another account."""
    return (not one.id or not other.id or one.id == other.id) and (
        one.status not in _NOT_PAID or not one.account or not other.account or one.account == other.account
    )


def _may_be_of_that_time(failure: _Payment, other: _Payment) -> bool:
    return (failure.time == other.time and failure.is_vague == other.is_vague) or _may_be_of_one_time(failure, other)


def _may_be_of_one_time(one: _Payment, other: _Payment) -> bool:
    """Whether one of two names no time of its own, and no two batches are named."""
    if one.year != other.year or not (one.is_vague or other.is_vague):
        return False
    batches = [find_batches(p.file, p.sheet) for p in (one, other)]
    return not (one.is_vague and other.is_vague and all(batches) and batches[0] != batches[1])
