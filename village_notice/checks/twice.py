"""The same payment in two files (held), the same person twice in one programme and period (to look at)."""

import re
from collections.abc import Collection, Iterator, Sequence

import numpy as np
import pandas as pd

from village_notice.checks.keys import Keys, count_before, find_between, find_first, list_rows
from village_notice.checks.returned import is_reissue
from village_notice.domain.codes import Bools, Ints, are_among, combine_codes, find_repeated
from village_notice.domain.finding import Finding

_PLOT_LIST_PEOPLE = 5
_PLOT_LIST_SHARE = 0.2
"""A sheet that lists at least so many people, and such a share of them, several times lists plots, not people."""
_REISSUED = "补发的名单里又有这一笔"
_OTHER_TIME = re.compile(r"[\d一二三四五六七八九十上前去往历漏欠]")
"""A remark 补发 with such a word behind it (补发6月, 补发上月漏发) speaks of money of another time."""


def check_twice(payments: pd.DataFrame, keys: Keys, doubted: Collection[int] = ()) -> Iterator[Finding]:
    """X01 for each payment that an earlier file has too, X02 for other repeats of a person, programme and period.

    A list of re-issues in the same workbook is held like one in another file (X20).

    Args:
        payments: Payments in path order.
        keys: Their keys.
        doubted: Positions of payments that a failure speaks of (X21): what repeats one of them is its re-issue.

    Where two files repeat a payment, the n-th in one is the n-th in the other: two equal plots in both are two payments.
    Source: design, "the identical (person, programme, period, amount) in two different files, the later is held".
    """
    paid = _find_paid(payments, keys)
    paid[list(doubted)] = False
    rows = keys.repeated[paid[keys.repeated]]
    file, person, programme, time, amount, sheet = (
        k[rows] for k in (keys.file, keys.person, keys.programme, keys.time, keys.amount, keys.sheet)
    )
    is_vague = keys.is_vague[rows]
    same = combine_codes(person, programme, time, amount)
    same = combine_codes(same, count_before(combine_codes(same, file)))
    first = find_first(same)
    again = first != np.arange(len(rows))
    yield from _tell(payments, "X01", rows[again], rows[first[again]], keys.amount)

    listed = combine_codes(person, programme, time)
    is_plot = _find_plots(keys, paid, rows, combine_codes(listed, sheet))
    left = np.flatnonzero((amount > 0) & ~is_plot)  # a recovery beside its payment is no repeat
    group = combine_codes(listed[left], np.where(is_vague[left], sheet[left] + 1, 0))
    start = find_first(group)
    repeated = (start != np.arange(len(left))) & ~again[left]
    sizes = np.bincount(group, minlength=1)[group]
    own, origin = rows[left[repeated]], rows[left[start[repeated]]]
    is_again = _find_reissued(payments, keys, own, origin)
    words = [_REISSUED] * int(is_again.sum())
    yield from _tell(payments, "X20", own[is_again], origin[is_again], keys.amount, words)
    undated = left[is_vague[left] & ~again[left] & ~repeated]  # of these the sheets were looked at one by one
    start = find_first(listed[undated])
    other = start != np.arange(len(undated))
    own_undated, first_undated = rows[undated[other]], rows[undated[start[other]]]
    is_undated = _find_reissued(payments, keys, own_undated, first_undated)
    words = [_REISSUED] * int(is_undated.sum())
    yield from _tell(payments, "X20", own_undated[is_undated], first_undated[is_undated], keys.amount, words)
    rest = ~is_again
    yield from _tell(payments, "X02", own[rest], origin[rest], keys.amount, sizes[repeated][rest].tolist())

    paid[rows[again | is_plot]] = False
    paid[rows[left[repeated]]] = False
    paid[own_undated[is_undated]] = False
    vague, dated = _match_undated(keys, np.flatnonzero(paid & (keys.amount > 0)))
    yield from _tell(payments, "X02", vague, dated, keys.amount, [2] * len(vague))


def _find_paid(payments: pd.DataFrame, keys: Keys) -> Bools:
    """Payments to compare: somebody was paid, or gave back, a known sum in a known programme."""
    known = are_among(payments["status"], ["成功", "补发", "追回", ""]) & ~are_among(payments["programme"], [""])
    known &= ~(are_among(payments["name"], [""]) & are_among(payments["id"], [""]))
    known &= keys.amount != 0
    return known


def _find_reissued(payments: pd.DataFrame, keys: Keys, own: Ints, origin: Ints) -> Bools:
    """Of some repeats those that stand on another sheet of the same file, one of the two sheets a list of re-issues."""
    found: Bools = (keys.file[own] == keys.file[origin]) & (keys.sheet[own] != keys.sheet[origin])
    found &= keys.amount[own] == keys.amount[origin]
    some = np.flatnonzero(found)
    columns = ("file", "sheet", "remark", "status")
    pairs = zip(
        *(payments[[*columns]].iloc[r[some]].itertuples(index=False, name=None) for r in (own, origin)), strict=True
    )
    for place, texts in zip(some, pairs, strict=True):
        kinds = [is_reissue(str(file), str(sheet), str(remark)) for file, sheet, remark, _ in texts]
        remarks = [str(remark) for _, _, remark, _ in texts]
        is_plain = all(status == "" for *_, status in texts) and not any(map(_OTHER_TIME.search, remarks))
        found[place] = is_plain and kinds[0] != kinds[1]
    return found


def _find_plots(keys: Keys, paid: Bools, rows: Ints, listed: Ints) -> Bools:
    """Second and later rows of a person in a sheet that lists many people several times: one row is one plot there.

    Args:
        keys: Keys of all payments.
        paid: Which payments are compared.
        rows: Positions of those that may be repeats.
        listed: For each of `rows` a number for person, programme, time and sheet.
    """
    place = count_before(listed)
    if not place.any():
        return place > 0
    table = combine_codes(keys.sheet, keys.programme)
    own = table[rows]
    size = int(table.max()) + 1
    several = np.bincount(own[place == 1], minlength=size)
    people = np.bincount(table[paid], minlength=size) - np.bincount(own[place > 0], minlength=size)
    is_plot_list = (several >= _PLOT_LIST_PEOPLE) & (several >= people * _PLOT_LIST_SHARE)
    found: Bools = (place > 0) & is_plot_list[own]
    return found


def _match_undated(keys: Keys, rows: Ints) -> tuple[Ints, Ints]:
    """Undated payments and the dated one, alike in all else, that another file has: positions of both."""
    rows = rows[find_between(keys.programme[rows], keys.is_vague[rows], ~keys.is_vague[rows])]
    alike = (keys.person, keys.programme, keys.amount, keys.year)
    rows = rows[find_repeated(*(k[rows] for k in alike))]
    same, is_vague, file = combine_codes(*(k[rows] for k in alike)), keys.is_vague[rows], keys.file[rows]
    dated, first = np.unique(same[~is_vague], return_index=True)
    vague = np.flatnonzero(is_vague & np.isin(same, dated))
    partner = np.flatnonzero(~is_vague)[first[np.searchsorted(dated, same[vague])]] if len(vague) else vague
    elsewhere = file[vague] != file[partner]
    return rows[vague[elsewhere]], rows[partner[elsewhere]]


def _tell(
    payments: pd.DataFrame, code: str, rows: Ints, origins: Ints, amounts: Ints, found: Sequence[object] = ()
) -> Iterator[Finding]:
    """One finding a row, with the place of the payment it repeats and what was found, "" where that is left out."""
    told = zip(list_rows(payments, rows), list_rows(payments, origins), found or [""] * len(rows), strict=True)
    for (row, place, name), (_, origin, _), words in told:
        where = " ".join(filter(None, (origin.file, origin.sheet, f"第 {origin.row} 行")))
        yield Finding(code, place, str(words), where, person=name, fen=int(amounts[row]))
