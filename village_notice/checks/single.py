"""Findings on one payment that its own row tells: rate times quantity, age, zero amounts, remarks that it did not arrive."""

import re
from collections.abc import Iterable, Iterator

import numpy as np
import pandas as pd

from village_notice.checks.keys import list_rows
from village_notice.domain.codes import are_among, code_column, code_texts, list_firsts, list_texts
from village_notice.domain.finding import Finding
from village_notice.domain.identity import are_valid_cards, is_under_14
from village_notice.domain.money import format_fen
from village_notice.domain.remark import (
    find_month_of_stop,
    may_tell_of_removal,
    sounds_negative,
    tells_of_failure,
)
from village_notice.domain.subsidy import Subsidy

_CARD = re.compile(r"62\d{14,17}")
_OLDEST = 115
"""Years: whoever is older by the ID has a wrong ID."""
_TOLERANCE_FEN = 1
"""Rounding is per household, so one fen either way is no mistake. Source: published tables of 冷水镇 and 铜梁区."""


def check_single(payments: pd.DataFrame, subsidies: Iterable[Subsidy] = ()) -> Iterator[Finding]:
    """R05, C05, R06, R14, C14 and R18 of the payments, rule by rule, each in the order of the frame.

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
    yield from _check_remarks(payments)


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
    texts = list_texts(payments["account"])
    invalid = np.flatnonzero(~are_valid_cards(texts))
    asked = zip(invalid.tolist(), texts.take(invalid).to_pylist(), strict=True)
    wrong = [number for number, text in asked if _CARD.fullmatch(text)]
    if not wrong:
        return
    first = list_firsts(code_texts(payments["account"]))
    for row, place, name in list_rows(payments, np.sort(first[wrong])):
        yield Finding("C14", place, str(payments["account"].iloc[row]), person=name)


def _check_remarks(payments: pd.DataFrame) -> Iterator[Finding]:
    """R18 for money that counts as paid although the remark says that it came back or never arrived; R19 where it might.

    Source: the annual figure is what was actually paid; banks send their reasons back in the remark.
    """
    codes, remarks = code_column(payments["remark"])
    told = np.array([*map(tells_of_failure, remarks), False], dtype=np.bool_)[codes]
    told &= are_among(payments["status"], ["成功", ""])
    doubtful = np.array([*map(may_tell_of_removal, remarks), False], dtype=np.bool_)[codes]
    negative = np.array([*map(sounds_negative, remarks), False], dtype=np.bool_)[codes]
    has_no_state = are_among(payments["status"], [""])
    told |= doubtful & has_no_state
    counted = (payments["raw_fen"] > 0).to_numpy()
    stops = np.array([*map(find_month_of_stop, remarks), 0], dtype=np.int64)[codes]
    if stops.any():  # 5月停发 says nothing against what was paid for the months before
        last = (
            payments["period"]
            .str.extract(r"^\d{4}-(?:\d{2}/\d{4}-)?(\d{2})$")[0]
            .fillna("99")
            .astype(np.int64)
            .to_numpy()
        )
        told &= (stops == 0) | (last >= stops)
    for code, chosen in (("R18", told & counted), ("R19", negative & ~told & has_no_state & counted)):
        for row, place, name in list_rows(payments, np.flatnonzero(chosen)):
            yield Finding(code, place, str(payments["remark"].iloc[row]), person=name)


def _check_age(payments: pd.DataFrame, children: list[str]) -> Iterator[Finding]:
    """R06 for a person under fourteen on the pay date (the first of January of the year where it is unknown).

    C05 for one whose ID says that he was born after the payment, or more than a hundred years before it.
    """
    years = payments["year"].to_numpy(dtype=np.int64, na_value=0)
    last = int(years[years > 0].min(initial=9999))
    codes, texts = code_column(
        payments["birth_date"], key=lambda: code_texts(payments["id"])
    )  # nearly every date comes from one
    born = texts.to_numpy(dtype=np.str_)
    young = (born >= f"{last - 15:04d}")[codes] & ~are_among(payments["programme_code"], children)
    is_odd = (born != "") & ((born < f"{last - _OLDEST:04d}") | (born >= f"{last:04d}"))
    rows = np.flatnonzero((young | is_odd[codes]) & (payments["organisation"] == 0).to_numpy())
    births, days, ids = (payments[c].iloc[rows] for c in ("birth_date", "pay_date", "id"))
    told = zip(list_rows(payments, rows), births, days, ids, young[rows].tolist(), strict=True)
    for (row, place, name), birth, day, number, is_young in told:
        on_day = str(day) or f"{years[row]:04d}"
        if number and on_day > "1900" and (birth[: len(on_day)] > on_day or birth < f"{int(on_day[:4]) - _OLDEST:04d}"):
            yield Finding("C05", place, f"{number}（出生日期 {birth}，发放日期 {on_day}）", person=name)
        if is_young and is_under_14(str(birth), on_day):
            yield Finding("R06", place, person=name)
