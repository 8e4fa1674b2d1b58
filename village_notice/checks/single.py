"""Findings on one payment that its own row tells: rate times quantity, children under fourteen, zero amounts."""

import re
from collections.abc import Iterable, Iterator

import numpy as np
import pandas as pd

from village_notice.checks.keys import list_rows
from village_notice.domain.finding import Finding
from village_notice.domain.identity import are_valid_cards, is_under_14
from village_notice.domain.money import format_fen
from village_notice.domain.subsidy import Subsidy

_CARD = re.compile(r"62\d{14,17}")
_TOLERANCE_FEN = 1
"""Rounding is per household, so one fen either way is no mistake. Source: published tables of 冷水镇 and 铜梁区."""


def check_single(payments: pd.DataFrame, subsidies: Iterable[Subsidy] = ()) -> Iterator[Finding]:
    """R05, R06, R14 and C14 of the payments, in the order of the frame.

    Args:
        payments: Payments frame.
        subsidies: The table of programmes: that a children's programme pays children is nothing to tell.
    """
    yield from _check_product(payments)
    yield from _check_age(payments, [s.code for s in subsidies if s.is_for_children])
    zero = payments["amount_fen"].eq(0).fillna(False).to_numpy(dtype=np.bool_)
    for _, place, name in list_rows(payments, np.flatnonzero(zero)):
        yield Finding("R14", place, person=name)
    yield from _check_cards(payments)


def _check_product(payments: pd.DataFrame) -> Iterator[Finding]:
    """R05 where amount and quantity × rate differ; integers only: milli × micro is 1e-9 yuan, 1e-7 fen."""
    quantity, rate, amounts = (
        payments[c].to_numpy(dtype=np.int64, na_value=0) for c in ("quantity_milli", "rate_micro", "amount_fen")
    )
    known = (amounts > 0) & (quantity > 0) & (rate > 0)
    rough = quantity.astype(np.float64) * rate / 1e7  # one product in a million may not fit 64 bits
    rows = np.flatnonzero(known & (np.abs(rough - amounts) > _TOLERANCE_FEN - 0.5))
    for row, place, name in list_rows(payments, rows):
        product = (int(quantity[row]) * int(rate[row]) + 5_000_000) // 10_000_000
        difference = int(amounts[row]) - product
        if abs(difference) > _TOLERANCE_FEN:
            found, expected, words = (format_fen(f) for f in (int(amounts[row]), product, difference))
            yield Finding("R05", place, found, expected, words, name, abs(difference))


def _check_cards(payments: pd.DataFrame) -> Iterator[Finding]:
    """C14, once for each bank card whose check digit is wrong; passbook numbers have none and are passed over.

    Source: ISO/IEC 7812-1 annex B; cards of Chinese banks begin with 62 (中国银联) and have 16 to 19 digits.
    """
    codes, accounts = pd.factorize(payments["account"])
    texts = accounts.to_numpy(dtype=object).tolist()
    invalid = np.flatnonzero(~are_valid_cards(texts))
    wrong = [number for number in invalid if _CARD.fullmatch(texts[number])]
    if not wrong:
        return
    _, first = np.unique(codes, return_index=True)
    first = first[codes[first] >= 0]
    rows = np.sort(first[np.isin(codes[first], wrong)])
    for row, place, name in list_rows(payments, rows):
        yield Finding("C14", place, str(payments["account"].iloc[row]), person=name)


def _check_age(payments: pd.DataFrame, children: list[str]) -> Iterator[Finding]:
    """R06 for a person under fourteen on the pay date (the first of January of the year where it is unknown)."""
    years = payments["year"].to_numpy(dtype=np.int64, na_value=0)
    earliest = f"{int(years[years > 0].min(initial=9999)) - 15:04d}"
    wanted = (payments["birth_date"] >= earliest) & (payments["organisation"] == 0)
    rows = np.flatnonzero((wanted & ~payments["programme_code"].isin(children)).to_numpy())
    births, days = payments["birth_date"].iloc[rows], payments["pay_date"].iloc[rows]
    told = zip(list_rows(payments, rows), births, days, strict=True)
    for (row, place, name), birth, day in told:
        if is_under_14(str(birth), str(day) or f"{years[row]:04d}"):
            yield Finding("R06", place, person=name)
