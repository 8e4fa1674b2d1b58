"""What is odd among many payments: blocks that repeat, serials for amounts, amounts far from the usual, dates years away."""

from collections.abc import Iterator
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

from village_notice.checks.keys import Keys, count_before, find_previous, list_rows
from village_notice.domain.codes import (
    Bools,
    Ints,
    are_among,
    code_column,
    code_texts,
    combine_codes,
    find_among,
    find_repeated,
    sort_codes,
)
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
_MOST_BITS = 63
Floats = npt.NDArray[np.float64]


def check_unusual(payments: pd.DataFrame, keys: Keys, year: int) -> Iterator[Finding]:
    """X13, X19, C17, X14 and R15 of payments in path order; `year` is that of the run, 0 unknown."""
    yield from _check_blocks(payments, keys)
    table, serials = _count_serials(payments, keys)
    is_product = _find_products(payments, keys)
    yield from _check_serials(payments, keys, table, serials, is_product)
    yield from _check_days(payments, keys)
    yield from _check_amounts(payments, keys, serials, is_product)
    if year:
        yield from _check_dates(payments, year)


def _check_blocks(payments: pd.DataFrame, keys: Keys) -> Iterator[Finding]:
    """X13, once a block: the same people and amounts again, in one sheet, in another sheet, or in another batch.

    Twins in one sheet hide among plots (see `twice`), twins in another batch among honest instalments; rows that repeat
    in the same order are neither. Twins in another sheet are told row by row; the block says what has happened.
    """
    paid = (keys.amount > 0) & are_among(payments["status"], ["成功", "补发", ""])
    paid &= ~are_among(payments["programme"], [""])
    quantity = payments["quantity_milli"].to_numpy(dtype=np.int64, na_value=-1)
    what = (keys.person, keys.programme, keys.amount, quantity)
    rows = np.flatnonzero(paid)
    some = np.flatnonzero(np.isin(rows, keys.repeated, assume_unique=True, kind="table"))  # of one person and time
    own = rows[some]
    timed = combine_codes(*(k[own] for k in what), keys.time[own])
    previous = find_previous(combine_codes(timed, keys.sheet[own]))
    yield from _tell_blocks(payments, keys, rows, (some, previous), _FEWEST_IN_BLOCK)

    previous = find_previous(timed)
    elsewhere = keys.sheet[own] != keys.sheet[own[previous]]
    yield from _tell_blocks(payments, keys, rows, (some, np.where(elsewhere, previous, -1)), _FEWEST_ELSEWHERE)

    rows = rows[keys.is_vague[rows]]
    some = find_repeated(*(k[rows] for k in what))
    own = rows[some]
    previous = find_previous(combine_codes(*(k[own] for k in what)))
    elsewhere = (keys.sheet[own] != keys.sheet[own[previous]]) & (keys.time[own] != keys.time[own[previous]])
    yield from _tell_blocks(payments, keys, rows, (some, np.where(elsewhere, previous, -1)), _FEWEST_ACROSS)


def _tell_blocks(
    payments: pd.DataFrame, keys: Keys, rows: Ints, repeats: tuple[Ints, Ints], fewest: int
) -> Iterator[Finding]:
    """The blocks among some rows; `repeats` are places among them, and for each which of these it repeats, -1 none."""
    some, previous = repeats
    is_again = previous >= 0
    again, before = some[is_again], some[previous[is_again]]
    if len(again) < fewest:
        return
    shift = again - before
    starts = np.flatnonzero(np.r_[True, (np.diff(again) != 1) | (np.diff(shift) != 0)])
    sizes = np.diff(np.r_[starts, len(again)])
    for start, size in zip(starts[sizes >= fewest], sizes[sizes >= fewest], strict=True):
        block = rows[again[start : start + size]]
        origin = rows[before[start : start + size]]
        if len(np.unique(keys.person[block])) < fewest or len(np.unique(keys.sheet[block])) > 1:
            continue
        ends = [list(list_rows(payments, part[[0, -1]])) for part in (block, origin)]
        (_, first, _), (_, last, _) = ends[0]
        (_, first_before, _), (_, last_before, _) = ends[1]
        found = f"第 {first.row}–{last.row} 行"
        origin_rows = f"第 {first_before.row}–{last_before.row} 行"
        where = " ".join(filter(None, (first_before.file, first_before.sheet, origin_rows)))
        yield Finding("X13", first, found, where, fen=int(keys.amount[block].sum()))


def _count_serials(payments: pd.DataFrame, keys: Keys) -> tuple[Ints, Ints]:
    """For each payment its sheet and money column as a number, and which of these it is, from 1, as serials would say."""
    table = combine_codes(keys.sheet, code_texts(payments["column"]))
    return table, count_before(table) + 1


def _check_serials(
    payments: pd.DataFrame, keys: Keys, table: Ints, serials: Ints, is_product: Bools
) -> Iterator[Finding]:
    """X19 for amounts that number the rows: 1, 2, 3 … from the first payment of a sheet, or many in step from anywhere.

    Source: a column pasted one too far to the left; every row looks like a small payment.
    """
    order, begins = sort_codes(table, int(table.max(initial=0)) + 1)
    amount = keys.amount[order]
    offset = amount - serials[order] * FEN_PER_YUAN
    can_be = (amount > 0) & (amount % FEN_PER_YUAN == 0) & ~is_product[order]
    goes_on = ~begins
    goes_on[1:] &= (offset[1:] == offset[:-1]) & can_be[1:] & can_be[:-1]
    starts = np.flatnonzero(~goes_on)
    sizes = np.diff(starts, append=len(order))
    sizes = np.repeat(sizes, sizes)
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


def _check_amounts(payments: pd.DataFrame, keys: Keys, serials: Ints, is_product: Bools) -> Iterator[Finding]:
    """X14 for an amount far from what the programme, or the village in it, usually pays.

    What is far depends on how much the amounts differ anyway: as far beyond the outermost tenth as that is from the
    middle, three times over. Where quantity and rate give the amount it is explained: a large farm is no mistake. Amounts
    that are odd but not rare are a kind of payment of their own (a year's allowance among those of a month). A small
    amount that is also the number of its row is odd sooner.
    """
    rows = np.flatnonzero(keys.amount > 0)
    if not len(rows):
        return
    fen = keys.amount[rows]
    group = combine_codes(keys.programme[rows], payments["organisation"].to_numpy(dtype=np.int64)[rows])
    masses = _measure(group, fen)
    usual = masses[2][group]
    is_far = ~is_product[rows] & ((fen > _OFTEN_MEDIAN * usual) | (usual >= _FEW_FOR_A_SERIAL * fen))
    far = np.flatnonzero(is_far & (masses[0][group] >= _FEWEST_PAYMENTS))  # nothing else can be odd, whatever is asked
    if not len(far):
        return
    size, low, median, high = (of_group[group[far]] for of_group in masses)
    amount, odd = fen[far].astype(np.float64), np.zeros(len(far), dtype=np.bool_)
    for ratio, spread in ((amount / median, high / median), (median / amount, median / low)):
        least = np.where((size >= _MANY_PAYMENTS) | (spread <= _NEARLY_ALL_ONE), _OFTEN, _OFTEN_IF_FEW)
        side = ratio >= np.maximum(least, spread**3)
        share = np.bincount(group[far], weights=side)[group[far]]
        odd |= side & (share <= np.maximum(2, size * _MOST_ODD))
    own_size, own_median = _measure_villages(group, code_texts(payments["village_code"])[rows], fen, far)
    odd |= (own_size >= _FEWEST_IN_VILLAGE) & (amount > _OFTEN_VILLAGE * own_median) & (amount > _OFTEN_MEDIAN * median)
    is_serial = fen[far] == serials[rows[far]] * FEN_PER_YUAN
    odd |= is_serial & (np.minimum(median, own_median) >= _FEW_FOR_A_SERIAL * amount) & (low >= 2 * amount)
    found = np.flatnonzero(odd)
    for place, (row, where, name) in zip(found, list_rows(payments, rows[far[found]]), strict=True):
        money = int(keys.amount[row])
        yield Finding("X14", where, format_fen(money), format_fen(int(median[place])), person=name, fen=money)


def _measure_villages(group: Ints, village: Ints, fen: Ints, far: Ints) -> tuple[Ints, Floats]:
    """For some of the amounts how many their group and village have, and the middle one of these."""
    width = int(village.max(initial=0)) + 1
    places = group * width + village
    some = find_among(places, places[far])
    size, _, median, _ = _measure(combine_codes(places[some]), fen[some])
    own = combine_codes(places[some])[np.searchsorted(some, far)]
    return size[own], median[own]


def _measure(group: Ints, fen: Ints) -> tuple[Ints, Floats, Floats, Floats]:
    """For each group (from 0, dense) how many amounts it has, the tenth from below, the middle one, the tenth from above."""
    size = np.bincount(group)
    ordered = _sort_inside(group, fen).astype(np.float64)
    start = np.cumsum(size) - size
    tenth, ninth, half = (q * (size - 1) for q in (0.1, 0.9, 0.5))
    low, high = ordered[start + np.ceil(tenth).astype(np.int64)], ordered[start + np.floor(ninth).astype(np.int64)]
    below, above = ordered[start + np.floor(half).astype(np.int64)], ordered[start + np.ceil(half).astype(np.int64)]
    return size, low, (below + above) / 2, high


def _sort_inside(group: Ints, fen: Ints) -> Ints:
    """The amounts (above 0) group by group, inside a group by size."""
    bits = int(fen.max()).bit_length()
    if int(group.max()).bit_length() + bits > _MOST_BITS:
        return fen[np.lexsort((fen, group))]
    packed = group << bits | fen  # sorting numbers is ten times faster than sorting places
    packed.sort()
    return packed & ((1 << bits) - 1)


def _find_products(payments: pd.DataFrame, keys: Keys) -> Bools:
    """Payments that are quantity times rate."""
    quantity, rate = (
        payments[c].to_numpy(dtype=np.int64, na_value=0).astype(np.float64) for c in ("quantity_milli", "rate_micro")
    )
    found: Bools = (quantity > 0) & (rate > 0) & (np.abs(quantity * rate / 1e7 - keys.amount) <= 1.5)
    return found


def _check_dates(payments: pd.DataFrame, year: int) -> Iterator[Finding]:
    """R15 for a pay date two years or more away from the year of the run: a slip of the pen, not a late payment."""
    codes, days = code_column(payments["pay_date"])
    far = [bool(d) and abs(int(str(d)[:4]) - year) >= _YEARS_AWAY for d in days]
    rows = np.flatnonzero(np.array([*far, False], dtype=np.bool_)[codes])
    for row, place, name in list_rows(payments, rows):
        day = str(payments["pay_date"].iloc[row])
        yield Finding("R15", place, day, str(year), person=name)
