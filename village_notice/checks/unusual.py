"""What is odd among many payments: blocks of rows that repeat, amounts far outside the usual, dates years away."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from village_notice.checks.keys import Keys, list_rows
from village_notice.domain.codes import Bools, Ints, combine_codes
from village_notice.domain.finding import Finding
from village_notice.domain.money import format_fen

_FEWEST_IN_BLOCK = 5
_FEWEST_ACROSS = 20
"""Rows in a row that are the same people with the same amounts: in one sheet, in sheets of different batches."""
_FEWEST_PAYMENTS = 30
_OFTEN_MEDIAN, _OFTEN_HIGH = 20, 5
_FEWEST_IN_VILLAGE, _OFTEN_VILLAGE = 8, 100
_YEARS_AWAY = 2


def check_unusual(payments: pd.DataFrame, keys: Keys, year: int) -> Iterator[Finding]:
    """X13, X14 and R15 of payments in path order; `year` is that of the run, 0 unknown."""
    yield from _check_blocks(payments, keys)
    yield from _check_amounts(payments, keys)
    if year:
        yield from _check_dates(payments, year)


def _check_blocks(payments: pd.DataFrame, keys: Keys) -> Iterator[Finding]:
    """X13, once a block: the same people and amounts again, below each other in one sheet or in another batch.

    Twins in one sheet hide among plots (see `twice`), twins in another batch among honest instalments; rows that repeat
    in the same order are neither.
    """
    paid = (keys.amount > 0) & payments["status"].isin(["成功", "补发", ""]).to_numpy()
    paid &= (payments["programme"] != "").to_numpy()
    quantity = payments["quantity_milli"].to_numpy(dtype=np.int64, na_value=-1)
    rows = np.flatnonzero(paid)
    what = combine_codes(keys.person[rows], keys.programme[rows], keys.amount[rows], quantity[rows])
    inside = combine_codes(what, keys.time[rows], keys.sheet[rows])
    yield from _tell_blocks(payments, keys, rows, _find_previous(inside), _FEWEST_IN_BLOCK)

    vague = keys.is_vague[rows]
    left, what = rows[vague], what[vague]
    previous = _find_previous(what)
    known = np.maximum(previous, 0)
    elsewhere = (keys.sheet[left] != keys.sheet[left[known]]) & (keys.time[left] != keys.time[left[known]])
    yield from _tell_blocks(payments, keys, left, np.where(elsewhere, previous, -1), _FEWEST_ACROSS)


def _find_previous(codes: Ints) -> Ints:
    """For each row the place of the last earlier row with the same number, -1 where there is none."""
    places = pd.Series(np.arange(len(codes)))
    found: Ints = places.groupby(codes, sort=False).shift(1, fill_value=-1).to_numpy(dtype=np.int64)
    return found


def _tell_blocks(payments: pd.DataFrame, keys: Keys, rows: Ints, previous: Ints, fewest: int) -> Iterator[Finding]:
    again = np.flatnonzero(previous >= 0)
    if len(again) < fewest:
        return
    shift = again - previous[again]
    starts = np.flatnonzero(np.r_[True, (np.diff(again) != 1) | (np.diff(shift) != 0)])
    sizes = np.diff(np.r_[starts, len(again)])
    for start, size in zip(starts[sizes >= fewest], sizes[sizes >= fewest], strict=True):
        block = rows[again[start : start + size]]
        origin = rows[previous[again[start : start + size]]]
        if len(np.unique(keys.person[block])) < fewest or len(np.unique(keys.sheet[block])) > 1:
            continue
        ends = [list(list_rows(payments, part[[0, -1]])) for part in (block, origin)]
        (_, first, _), (_, last, _) = ends[0]
        (_, before, _), (_, before_last, _) = ends[1]
        found = f"第 {first.row}–{last.row} 行"
        where = " ".join(filter(None, (before.file, before.sheet, f"第 {before.row}–{before_last.row} 行")))
        yield Finding("X13", first, found, where, fen=int(keys.amount[block].sum()))


def _check_amounts(payments: pd.DataFrame, keys: Keys) -> Iterator[Finding]:
    """X14 for an amount far above what the programme, or the village in it, usually pays.

    Where quantity and rate give the amount it is explained: a large farm is no mistake.
    """
    rows = np.flatnonzero((keys.amount > 0) & ~_find_products(payments, keys))
    if not len(rows):
        return
    amount = keys.amount[rows].astype(np.float64)
    kind = payments["organisation"].to_numpy(dtype=np.int64)[rows]
    group = combine_codes(keys.programme[rows], kind)
    frame = pd.DataFrame({"group": group, "amount": amount})
    stats = frame.groupby("group")["amount"].agg(["size", "median"])
    stats["high"] = frame.groupby("group")["amount"].quantile(0.99)
    size, median, high = (stats[c].to_numpy()[group] for c in ("size", "median", "high"))
    # one high value in a hundred is the 99th percentile itself: it is held against the median alone
    odd = (size >= _FEWEST_PAYMENTS) & (amount > _OFTEN_MEDIAN * median)
    odd &= (amount > _OFTEN_HIGH * high) | (size < 2 / 0.01)
    village = combine_codes(group, pd.factorize(payments["village_code"])[0].astype(np.int64)[rows] + 1)
    own = frame.assign(group=village).groupby("group")["amount"].agg(["size", "median"])
    own_size, own_median = (own[c].to_numpy()[village] for c in ("size", "median"))
    odd |= (own_size >= _FEWEST_IN_VILLAGE) & (amount > _OFTEN_VILLAGE * own_median) & (amount > _OFTEN_HIGH * median)
    found = np.flatnonzero(odd)
    for place, (row, where, name) in zip(found, list_rows(payments, rows[found]), strict=True):
        fen = int(keys.amount[row])
        yield Finding("X14", where, format_fen(fen), format_fen(int(median[place])), person=name, fen=fen)


def _find_products(payments: pd.DataFrame, keys: Keys) -> Bools:
    """Payments that are quantity times rate."""
    quantity, rate = (
        payments[c].to_numpy(dtype=np.int64, na_value=0).astype(np.float64) for c in ("quantity_milli", "rate_micro")
    )
    found: Bools = (quantity > 0) & (rate > 0) & (np.abs(quantity * rate / 1e7 - keys.amount) <= 1.5)
    return found


def _check_dates(payments: pd.DataFrame, year: int) -> Iterator[Finding]:
    """R15 for a pay date two years or more away from the year of the run: a slip of the pen, not a late payment."""
    codes, days = pd.factorize(payments["pay_date"])
    far = [bool(d) and abs(int(str(d)[:4]) - year) >= _YEARS_AWAY for d in days]
    rows = np.flatnonzero(np.array([*far, False], dtype=np.bool_)[codes])
    for row, place, name in list_rows(payments, rows):
        day = str(payments["pay_date"].iloc[row])
        yield Finding("R15", place, day, str(year), person=name)
