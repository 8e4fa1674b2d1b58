"""What is odd among many payments: blocks that repeat, serials for amounts, amounts far from the usual, dates years away."""

from collections.abc import Iterator
from datetime import date

import numpy as np
import pandas as pd

from village_notice.checks.keys import Keys, count_before, list_rows
from village_notice.domain.codes import Bools, Ints, code_texts, combine_codes, factorize_texts
from village_notice.domain.finding import Finding
from village_notice.domain.money import FEN_PER_YUAN, format_fen

_FEWEST_IN_BLOCK, _FEWEST_ELSEWHERE = 5, 10
_FEWEST_ACROSS = 20
"""Rows in a row that are the same people with the same amounts: in one sheet, in another one, in another batch."""
_FEWEST_SERIALS, _FEWEST_IN_STEP = 4, 10
"""Amounts that go up by one yuan a row: as the rows are numbered, from anywhere."""
_FEWEST_PAYMENTS, _MANY_PAYMENTS = 10, 30
_OFTEN, _OFTEN_IF_FEW, _NEARLY_ALL_ONE = 8.0, 20.0, 1.2
"""How many times the usual is odd: among many payments or where nearly all are the same, among few."""
_MOST_ODD = 0.02
"""More of them are a kind of payment of their own."""
_FEWEST_IN_VILLAGE, _OFTEN_VILLAGE, _OFTEN_MEDIAN = 8, 100, 5
_FEW_FOR_A_SERIAL = 4
"""How many times less than usual an amount is that may be its own serial."""
_YEARS_AWAY = 2
_FIRST_DAY, _LAST_DAY = 19000101, 20991231


def check_unusual(payments: pd.DataFrame, keys: Keys, year: int) -> Iterator[Finding]:
    """X13, X19, C17, X14 and R15 of payments in path order; `year` is that of the run, 0 unknown."""
    yield from _check_blocks(payments, keys)
    serials = _count_serials(payments, keys)
    yield from _check_serials(payments, keys, serials)
    yield from _check_days(payments, keys)
    yield from _check_amounts(payments, keys, serials)
    if year:
        yield from _check_dates(payments, year)


def _check_blocks(payments: pd.DataFrame, keys: Keys) -> Iterator[Finding]:
    """X13, once a block: the same people and amounts again, in one sheet, in another sheet, or in another batch.

    Twins in one sheet hide among plots (see `twice`), twins in another batch among honest instalments; rows that repeat
    in the same order are neither. Twins in another sheet are told row by row; the block says what has happened.
    """
    paid = (keys.amount > 0) & payments["status"].isin(["成功", "补发", ""]).to_numpy()
    paid &= (payments["programme"] != "").to_numpy()
    quantity = payments["quantity_milli"].to_numpy(dtype=np.int64, na_value=-1)
    rows = np.flatnonzero(paid)
    what = combine_codes(keys.person[rows], keys.programme[rows], keys.amount[rows], quantity[rows])
    inside = combine_codes(what, keys.time[rows], keys.sheet[rows])
    yield from _tell_blocks(payments, keys, rows, _find_previous(inside), _FEWEST_IN_BLOCK)

    previous = _find_previous(combine_codes(what, keys.time[rows]))
    elsewhere = keys.sheet[rows] != keys.sheet[rows[np.maximum(previous, 0)]]
    yield from _tell_blocks(payments, keys, rows, np.where(elsewhere, previous, -1), _FEWEST_ELSEWHERE)

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


def _count_serials(payments: pd.DataFrame, keys: Keys) -> Ints:
    """For each payment which of its sheet and money column it is, from 1: what a column of serials would say."""
    return count_before(combine_codes(keys.sheet, code_texts(payments["column"]))) + 1


def _check_serials(payments: pd.DataFrame, keys: Keys, serials: Ints) -> Iterator[Finding]:
    """X19 for amounts that number the rows: 1, 2, 3 … from the first payment of a sheet, or many in step from anywhere.

    Source: a column pasted one too far to the left; every row looks like a small payment.
    """
    table = combine_codes(keys.sheet, code_texts(payments["column"]))
    order = np.argsort(table, kind="stable")
    table, amount, offset = (a[order] for a in (table, keys.amount, keys.amount - serials * FEN_PER_YUAN))
    can_be = (amount > 0) & (amount % FEN_PER_YUAN == 0) & ~_find_products(payments, keys)[order]
    goes_on = np.r_[False, (table[1:] == table[:-1]) & (offset[1:] == offset[:-1]) & can_be[1:] & can_be[:-1]]
    run = np.cumsum(~goes_on) - 1
    sizes = np.bincount(run, minlength=1)[run]
    odd = np.flatnonzero(can_be & (sizes >= np.where(offset == 0, _FEWEST_SERIALS, _FEWEST_IN_STEP)))
    for place, (row, where, name) in zip(odd, list_rows(payments, order[odd]), strict=True):
        fen = int(keys.amount[row])
        yield Finding("X19", where, format_fen(fen), f"连续 {sizes[place]} 行", person=name, fen=fen)


def _check_days(payments: pd.DataFrame, keys: Keys) -> Iterator[Finding]:
    """C17 for a person's amount that reads as a day, such as 20220630."""
    yuan = keys.amount // FEN_PER_YUAN
    wanted = (yuan >= _FIRST_DAY) & (yuan <= _LAST_DAY) & (keys.amount % FEN_PER_YUAN == 0)
    wanted &= (payments["organisation"] == 0).to_numpy()
    for row, place, name in list_rows(payments, np.flatnonzero(wanted)):
        try:
            day = date.fromisoformat(str(yuan[row]))
        except ValueError:
            continue
        yield Finding("C17", place, f"{yuan[row]}（像日期 {day}）", person=name, fen=int(keys.amount[row]))


def _check_amounts(payments: pd.DataFrame, keys: Keys, serials: Ints) -> Iterator[Finding]:
    """X14 for an amount far from what the programme, or the village in it, usually pays.

    What is far depends on how much the amounts differ anyway: as far beyond the outermost tenth as that is from the
    middle, three times over. Where quantity and rate give the amount it is explained: a large farm is no mistake. Amounts
    that are odd but not rare are a kind of payment of their own (a year's allowance among those of a month). A small
    amount that is also the number of its row is odd sooner.
    """
    rows = np.flatnonzero(keys.amount > 0)
    if not len(rows):
        return
    amount = keys.amount[rows].astype(np.float64)
    group = combine_codes(keys.programme[rows], payments["organisation"].to_numpy(dtype=np.int64)[rows])
    grouped = pd.Series(amount).groupby(group)
    size, low, median, high = (
        grouped.quantile(q, interpolation=how).to_numpy()[group] if q else grouped.size().to_numpy()[group]
        for q, how in ((0, ""), (0.1, "higher"), (0.5, "linear"), (0.9, "lower"))
    )
    far = ~_find_products(payments, keys)[rows] & (size >= _FEWEST_PAYMENTS)
    odd = np.zeros(len(rows), dtype=np.bool_)
    for ratio, spread in ((amount / median, high / median), (median / amount, median / low)):
        least = np.where((size >= _MANY_PAYMENTS) | (spread <= _NEARLY_ALL_ONE), _OFTEN, _OFTEN_IF_FEW)
        side = far & (ratio >= np.maximum(least, spread**3))
        share = np.bincount(group, weights=side)[group]
        odd |= side & (share <= np.maximum(2, size * _MOST_ODD))
    village = combine_codes(group, code_texts(payments["village_code"].iloc[rows]) + 1)
    own = pd.Series(amount).groupby(village)
    own_size, own_median = own.size().to_numpy()[village], own.median().to_numpy()[village]
    odd |= (
        far
        & (own_size >= _FEWEST_IN_VILLAGE)
        & (amount > _OFTEN_VILLAGE * own_median)
        & (amount > _OFTEN_MEDIAN * median)
    )
    is_serial = keys.amount[rows] == serials[rows] * FEN_PER_YUAN
    odd |= far & is_serial & (np.minimum(median, own_median) >= _FEW_FOR_A_SERIAL * amount) & (low >= 2 * amount)
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
    codes, days = factorize_texts(payments["pay_date"])
    far = [bool(d) and abs(int(str(d)[:4]) - year) >= _YEARS_AWAY for d in days]
    rows = np.flatnonzero(np.array([*far, False], dtype=np.bool_)[codes])
    for row, place, name in list_rows(payments, rows):
        day = str(payments["pay_date"].iloc[row])
        yield Finding("R15", place, day, str(year), person=name)
