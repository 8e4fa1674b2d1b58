"""Findings on one payment that its own row tells: rate times quantity, children under fourteen, zero amounts."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from village_notice.domain.finding import Finding, Place
from village_notice.domain.identity import is_under_14
from village_notice.domain.money import format_fen

_TOLERANCE_FEN = 1
"""Rounding is per household, so one fen either way is no mistake. Source: published tables of 冷水镇 and 铜梁区."""


def check_single(payments: pd.DataFrame) -> Iterator[Finding]:
    """R05, R06, R14 of the payments, in the order of the frame."""
    yield from _check_product(payments)
    yield from _check_age(payments)
    for row in payments[payments["amount_fen"].eq(0).fillna(False)].itertuples():
        yield Finding("R14", _place(row), person=str(row.name))


def _check_product(payments: pd.DataFrame) -> Iterator[Finding]:
    """R05 where amount and quantity × rate differ; integers only: milli × micro is 1e-9 yuan, 1e-7 fen."""
    known = payments[payments[["quantity_milli", "rate_micro", "amount_fen"]].notna().all(axis=1)]
    known = known[(known["amount_fen"] > 0) & (known["quantity_milli"] > 0) & (known["rate_micro"] > 0)]
    quantity, rate = (known[c].to_numpy(dtype=np.int64) for c in ("quantity_milli", "rate_micro"))
    amounts = known["amount_fen"].to_numpy(dtype=np.int64)
    rough = quantity.astype(np.float64) * rate / 1e7
    for place in np.flatnonzero(np.abs(rough - amounts) > _TOLERANCE_FEN - 0.5):
        product = (int(quantity[place]) * int(rate[place]) + 5_000_000) // 10_000_000
        difference = int(amounts[place]) - product
        if abs(difference) > _TOLERANCE_FEN:
            row = next(known.iloc[[int(place)]].itertuples())
            yuan = [format_fen(f) for f in (int(amounts[place]), product, difference)]
            yield Finding("R05", _place(row), yuan[0], yuan[1], yuan[2], str(row.name), abs(difference))


def _check_age(payments: pd.DataFrame) -> Iterator[Finding]:
    """R06 for a person under fourteen on the pay date (the first of January where it is unknown)."""
    young = payments[(payments["birth_date"] >= "2000") & (payments["organisation"] == 0)]
    for row in young.itertuples():
        if is_under_14(str(row.birth_date), str(row.pay_date) or f"{row.year}"):
            yield Finding("R06", _place(row), person=str(row.name))


def _place(row: object) -> Place:
    return Place(*(getattr(row, c) for c in ("file", "sheet", "row", "column")))
