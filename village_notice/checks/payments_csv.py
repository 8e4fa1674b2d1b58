"""Writes payments.csv, the contract of a run: every payment with its place, verdict and findings.

UTF-8 with BOM, CRLF, columns of `domain.columns.CSV_COLUMNS` in order. It is for programs: Excel would turn IDs into
3.7E+17. A text that a spreadsheet program would run as a formula gets an apostrophe in front all the same.
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from village_notice.domain.columns import CSV_COLUMNS
from village_notice.domain.money import format_fen, format_scaled
from village_notice.domain.text import guard_formula

_SCALED = {"quantity_milli": 3, "rate_micro": 6}


def write_payments(payments: pd.DataFrame, path: Path) -> None:
    """Write the payments, in the order of the frame."""
    shown = pd.DataFrame({heading: _to_text(payments[name], name) for name, heading in CSV_COLUMNS})
    shown.to_csv(path, index=False, encoding="utf-8-sig", lineterminator="\r\n")


def _to_text(column: pd.Series, name: str) -> pd.Series:
    """The column as it is written; every distinct value is formatted once."""
    if name == "amount_fen":
        return _map_values(column, lambda value: format_fen(int(value)))
    if name in _SCALED:
        return _map_values(column, lambda value: format_scaled(int(value), _SCALED[name]))
    return _map_values(column, guard_formula) if column.dtype == "str" else column


def _map_values(column: pd.Series, function: Callable[..., str]) -> pd.Series:
    """The column with a function applied; unknown values become ""."""
    codes, values = pd.factorize(column)
    texts = np.array([*(function(v) for v in values), ""], dtype=object)
    return pd.Series(texts[codes], index=column.index)
