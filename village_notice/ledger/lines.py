"""One line a person a heading a year, added up over any number of payments in one pass over arrays.

Two million payments are never two million objects: every step is one numpy operation over the whole county.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pandas as pd

from village_notice.domain.codes import Bools, Ints, code_column, code_texts, combine_codes, list_firsts, sort_rows
from village_notice.domain.subsidy import QuantityRule

RULES: tuple[QuantityRule, ...] = ("none", "sum", "same_base", "months")
_HIGHEST = np.iinfo(np.int64).max
_OF_BATCH = ("file", "sheet", "column", "pay_date", "period")


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines sorted by village, heading, person; all arrays are equally long but the last.

    Attributes:
        village, heading, person, household: As given; household is that of the person's first payment.
        payments: Payments behind the line, recoveries too.
        amount: Fen, recoveries taken off: may be zero or negative, so that totals stay exact.
        quantity: Thousandths, where `has_quantity`; 0 elsewhere.
        rate: Millionths of a yuan, where `has_rate`: one single rate was paid; 0 elsewhere.
        months: Bit 0 January … bit 11 December of the pay dates; 0 unknown.
        of_row: For each payment the place of its line.
    """

    village: Ints
    heading: Ints
    person: Ints
    household: Ints
    payments: Ints
    amount: Ints
    quantity: Ints
    has_quantity: Bools
    rate: Ints
    has_rate: Bools
    months: Ints
    of_row: Ints

    def __len__(self) -> int:
        return len(self.village)


def sum_lines(payments: pd.DataFrame, village: Ints, heading: Ints, rules: Ints, year: int) -> Lines:
    """The lines of some payments.

    Args:
        payments: Payments with person_no, household_no and amount_fen known.
        village: Village of each payment, as a small number.
        heading: Heading of each payment, as a small number.
        rules: Quantity rule of each heading, as a place in `RULES`.
        year: The year, for the months.
    """
    person = payments["person_no"].to_numpy(dtype=np.int64)
    amount = payments["amount_fen"].to_numpy(dtype=np.int64)
    order, begins = sort_rows(village, heading, person)
    starts = np.flatnonzero(begins)
    of_row = np.empty(len(order), dtype=np.int64)
    of_row[order] = np.repeat(np.arange(len(starts)), lengths(starts, len(order)))
    first = order[starts]
    total = add_at(amount, of_row, len(starts))
    rule = rules[heading[first]] if len(first) else first
    quantity, has_quantity = _add_quantities(payments, of_row, rule, year)
    has_quantity &= total > 0
    rate, has_rate = _single_rates(payments, of_row, len(starts))
    return Lines(
        village[first],
        heading[first],
        person[first],
        payments["household_no"].to_numpy(dtype=np.int64)[first],
        lengths(starts, len(order)),
        total,
        np.where(has_quantity, quantity, 0),
        has_quantity,
        rate,
        has_rate,
        or_at(_pay_months(payments["pay_date"], year), of_row, len(starts)),
        of_row,
    )


def find_starts(*sorted_keys: npt.NDArray[np.generic]) -> Ints:
    """Where a new combination of the keys begins, in arrays already sorted by them."""
    size = len(sorted_keys[0])
    changed = np.zeros(size, dtype=bool)
    changed[:1] = True
    for key in sorted_keys:
        changed[1:] |= key[1:] != key[:-1]
    return np.flatnonzero(changed).astype(np.int64)


def lengths(starts: Ints, size: int) -> Ints:
    """How long each run is, from where the runs start."""
    return np.diff(np.append(starts, size)).astype(np.int64)


def add_at(values: Ints, places: Ints, size: int) -> Ints:
    """Sums of whole numbers by place; never through floats, which lose fen above 2**53."""
    sums = np.zeros(size, dtype=np.int64)
    np.add.at(sums, places, values)
    return sums


def or_at(values: Ints, places: Ints, size: int) -> Ints:
    """Bitwise "or" of values by place."""
    sums = np.zeros(size, dtype=np.int64)
    np.bitwise_or.at(sums, places, values)
    return sums


def code_columns(frame: pd.DataFrame, columns: tuple[str, ...]) -> Ints:
    """One number for each distinct combination of some text or number columns."""
    return combine_codes(*(code_texts(frame[c]) for c in columns))


def known_values(column: pd.Series) -> tuple[Ints, Bools]:
    """The numbers of an Int64 column (0 for NA) and where they are known."""
    return column.to_numpy(dtype=np.int64, na_value=0), column.notna().to_numpy(copy=True)


def format_months(mask: int) -> str:
    """Months as text, runs joined: 6月, 1–12月, 1–3、6月; "" for none."""
    months = [m for m in range(1, 13) if mask >> (m - 1) & 1]
    runs: list[list[int]] = []
    for month in months:
        if runs and runs[-1][-1] == month - 1:
            runs[-1].append(month)
        else:
            runs.append([month])
    return "、".join(f"{r[0]}–{r[-1]}" if len(r) > 1 else f"{r[0]}" for r in runs) + "月" if runs else ""


@lru_cache(maxsize=65536)
def read_months(period: str, pay_date: str, year: int) -> int:
    """The months a payment is for: bit 0 is January of the year before; 0 where they cannot be told.

    A period of months, a quarter or a half year says it; a bare year, or none, leaves the month of the pay date.
    """
    match = re.fullmatch(r"(\d{4})-(\d{2})(?:/(\d{4})-(\d{2}))?", period)
    if match:
        first = (int(match[1]) - year + 1) * 12 + int(match[2]) - 1
        last = (int(match[3]) - year + 1) * 12 + int(match[4]) - 1 if match[3] else first
    elif match := re.fullmatch(r"(\d{4})-([QH])([1-4])", period):
        size = 3 if match[2] == "Q" else 6
        first = (int(match[1]) - year + 1) * 12 + (int(match[3]) - 1) * size
        last = first + size - 1
    elif re.match(r"\d{4}-\d{2}", pay_date):
        return read_months(pay_date[:7], "", year)
    else:
        return 0
    return sum(1 << month for month in range(first, last + 1)) if 0 <= first <= last < 36 else 0


def _pay_months(pay_date: pd.Series, year: int) -> Ints:
    """Bit of the month for each pay date of the year; 0 for another year or an unknown month."""
    codes, values = code_column(pay_date)
    bits = [1 << (int(v[5:7]) - 1) if re.match(rf"{year:04d}-(0[1-9]|1[0-2])", v) else 0 for v in values.astype(str)]
    months: Ints = np.array([*bits, 0], dtype=np.int64)[codes]
    return months


def _single_rates(payments: pd.DataFrame, of_row: Ints, size: int) -> tuple[Ints, Bools]:
    """The rate of each line where all its payments that tell one tell the same."""
    rate, known = known_values(payments["rate_micro"])
    lowest, highest = np.full(size, _HIGHEST), np.full(size, -1, dtype=np.int64)
    np.minimum.at(lowest, of_row[known], rate[known])
    np.maximum.at(highest, of_row[known], rate[known])
    single = lowest == highest
    return np.where(single, highest, 0), single


def _add_quantities(payments: pd.DataFrame, of_row: Ints, rule: Ints, year: int) -> tuple[Ints, Bools]:
    """The quantity of each line by its rule, and where it is known.

    sum adds the payments and takes recovered quantities off; it is unknown where one payment does not tell. same_base is
    the largest batch (rows of one batch are several plots and add up). months counts the months paid for. Recoveries do
    not change the last two: a line whose money was all taken back shows no quantity (see `sum_lines`).
    """
    size = len(rule)
    quantity, has_quantity = np.zeros(size, dtype=np.int64), np.zeros(size, dtype=bool)
    for number, add, columns in (
        (1, _add_sum, ["quantity_milli", "amount_fen"]),
        (2, _add_same_base, ["quantity_milli", "amount_fen", *_OF_BATCH]),
        (3, _add_months, ["amount_fen", "period", "pay_date"]),
    ):
        rows = np.flatnonzero(rule[of_row] == number) if size else of_row
        if len(rows):
            lines = rule == number
            found, known = add(payments[columns].iloc[rows], of_row[rows], size, year)
            quantity[lines], has_quantity[lines] = found[lines], known[lines]
    return quantity, has_quantity


def _add_sum(rows: pd.DataFrame, of_row: Ints, size: int, _year: int) -> tuple[Ints, Bools]:
    quantity, known = known_values(rows["quantity_milli"])
    recovered = rows["amount_fen"].to_numpy(dtype=np.int64) < 0
    signed = np.where(recovered, -np.abs(quantity), quantity)
    missing = add_at((~known & ~recovered).astype(np.int64), of_row, size)
    total = add_at(signed, of_row, size)
    return total, (missing == 0) & (total > 0)


def _add_same_base(rows: pd.DataFrame, of_row: Ints, size: int, _year: int) -> tuple[Ints, Bools]:
    quantity, known = known_values(rows["quantity_milli"])
    known &= rows["amount_fen"].to_numpy(dtype=np.int64) >= 0
    rows, of_row, quantity = rows[known], of_row[known], quantity[known]
    batch = combine_codes(of_row, code_columns(rows, _OF_BATCH))
    first = list_firsts(batch)
    sums = add_at(quantity, batch, len(first))
    largest = np.full(size, -1, dtype=np.int64)
    np.maximum.at(largest, of_row[first], sums)
    return largest, largest >= 0


def _add_months(rows: pd.DataFrame, of_row: Ints, size: int, year: int) -> tuple[Ints, Bools]:
    paid = rows["amount_fen"].to_numpy(dtype=np.int64) >= 0
    rows, of_row = rows[paid], of_row[paid]
    when = code_columns(rows, ("period", "pay_date"))
    pairs = rows[["period", "pay_date"]].iloc[list_firsts(when)].itertuples(index=False, name=None)
    masks = np.array([*(read_months(period, day, year) for period, day in pairs), 0], dtype=np.int64)[when]
    months = or_at(masks, of_row, size)
    unknown = add_at((masks == 0).astype(np.int64), of_row, size)
    counts = np.bitwise_count(months).astype(np.int64) if hasattr(np, "bitwise_count") else _count_bits(months)
    return counts * 1000, (unknown == 0) & (counts > 0)


def _count_bits(masks: Ints) -> Ints:
    return np.array([int(mask).bit_count() for mask in masks], dtype=np.int64)
