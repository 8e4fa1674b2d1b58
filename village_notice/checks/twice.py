"""The same payment in two files (held), the same person twice in one programme and period (to look at)."""

from collections.abc import Collection, Iterator

import numpy as np
import pandas as pd

from village_notice.checks.keys import Keys, count_before, find_first, list_rows
from village_notice.domain.codes import Bools, Ints, combine_codes
from village_notice.domain.finding import Finding

_PLOT_LIST_PEOPLE = 5
_PLOT_LIST_SHARE = 0.2
"""A sheet that lists at least so many people, and such a share of them, several times lists plots, not people."""


def check_twice(payments: pd.DataFrame, keys: Keys, doubted: Collection[int] = ()) -> Iterator[Finding]:
    """X01 for each payment that an earlier file has too, X02 for other repeats of a person, programme and period.

    Args:
        payments: Payments in path order.
        keys: Their keys.
        doubted: Positions of payments that a failure speaks of (X21): what repeats one of them is its re-issue.

    Where two files repeat a payment, the n-th in one is the n-th in the other: two equal plots in both are two payments.
    Source: design, "the identical (person, programme, period, amount) in two different files, the later is held".
    """
    paid = _find_paid(payments, keys)
    paid[list(doubted)] = False
    rows = np.flatnonzero(paid)
    file, person, programme, time, amount, sheet, year = (
        k[rows] for k in (keys.file, keys.person, keys.programme, keys.time, keys.amount, keys.sheet, keys.year)
    )
    is_vague = keys.is_vague[rows]
    same = combine_codes(person, programme, time, amount)
    same = combine_codes(same, count_before(combine_codes(same, file)))
    first = find_first(same)
    again = first != np.arange(len(rows))
    yield from _tell(payments, "X01", rows[again], rows[first[again]], keys.amount)

    listed = combine_codes(person, programme, time)
    is_payment = amount > 0  # a recovery beside its payment is no repeat
    left = np.flatnonzero(is_payment & ~_find_plots(sheet, programme, combine_codes(listed, sheet)))
    group = combine_codes(listed[left], np.where(is_vague[left], sheet[left] + 1, 0))
    start = find_first(group)
    repeated = (start != np.arange(len(left))) & ~again[left]
    sizes = np.bincount(group, minlength=1)[group]
    yield from _tell(payments, "X02", rows[left[repeated]], rows[left[start[repeated]]], keys.amount, sizes[repeated])

    left = left[~repeated & ~again[left]]
    vague, dated = _match_undated(combine_codes(person, programme, amount, year)[left], is_vague[left], file[left])
    yield from _tell(payments, "X02", rows[left[vague]], rows[left[dated]], keys.amount, np.full(len(vague), 2))


def _find_paid(payments: pd.DataFrame, keys: Keys) -> Bools:
    """Payments to compare: somebody was paid, or gave back, a known sum in a known programme."""
    known = payments["status"].isin(["成功", "补发", "追回", ""]) & (payments["programme"] != "")
    known &= (payments["name"] != "") | (payments["id"] != "")
    paid: Bools = known.to_numpy() & (keys.amount != 0)
    return paid


def _find_plots(sheet: Ints, programme: Ints, listed: Ints) -> Bools:
    """Second and later rows of a person in a sheet that lists many people several times: one row is one plot there."""
    table = combine_codes(sheet, programme)
    place = count_before(listed)
    people = np.bincount(table[place == 0], minlength=1)
    several = np.bincount(table[place == 1], minlength=len(people))
    is_plot_list = (several >= _PLOT_LIST_PEOPLE) & (several >= people * _PLOT_LIST_SHARE)
    found: Bools = (place > 0) & is_plot_list[table]
    return found


def _match_undated(same: Ints, is_vague: Bools, file: Ints) -> tuple[Ints, Ints]:
    """Undated payments and the dated one, alike in all else, that another file has: places of both."""
    dated, first = np.unique(same[~is_vague], return_index=True)
    vague = np.flatnonzero(is_vague & np.isin(same, dated))
    partner = np.flatnonzero(~is_vague)[first[np.searchsorted(dated, same[vague])]] if len(vague) else vague
    elsewhere = file[vague] != file[partner]
    return vague[elsewhere], partner[elsewhere]


def _tell(
    payments: pd.DataFrame, code: str, rows: Ints, origins: Ints, amounts: Ints, counts: Ints | None = None
) -> Iterator[Finding]:
    """One finding a row, with the place of the payment it repeats."""
    found = [""] * len(rows) if counts is None else [str(n) for n in counts]
    told = zip(list_rows(payments, rows), list_rows(payments, origins), found, strict=True)
    for (row, place, name), (_, origin, _), words in told:
        where = " ".join(filter(None, (origin.file, origin.sheet, f"第 {origin.row} 行")))
        yield Finding(code, place, words, where, person=name, fen=int(amounts[row]))
