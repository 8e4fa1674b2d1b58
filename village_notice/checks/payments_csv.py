"""Writes payments.csv, the contract of a run: every payment with its place, verdict and findings.

UTF-8 with BOM, CRLF, columns of `domain.columns.CSV_COLUMNS` in order. It is for programs: Excel would turn IDs into
3.7E+17. A text that a spreadsheet program would run as a formula gets an apostrophe in front all the same.

Lines are put together by Arrow, many at once: two million of them cell by cell would take half a minute.
"""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from village_notice.domain.columns import CSV_COLUMNS
from village_notice.domain.money import format_fen, format_scaled
from village_notice.domain.text import guard_formula

PAYMENTS = "payments.csv"
_SCALED = {"quantity_milli": 3, "rate_micro": 6}
_AT_ONCE = 100_000
_END = "\r\n"
_SPECIAL = r'^[=+\-@\t\r]|[,"\r\n]'
"""A text that must be guarded, or quoted: most texts are neither."""
_QUOTED = re.compile(r'[,"\r\n]')


def write_payments(payments: pd.DataFrame, path: Path) -> None:
    """Write the payments, in the order of the frame."""
    with path.open("wb") as stream:
        stream.write((",".join(heading for _, heading in CSV_COLUMNS) + _END).encode("utf-8-sig"))
        for start in range(0, len(payments), _AT_ONCE):
            part = payments.iloc[start : start + _AT_ONCE]
            stream.write(_join_lines([_to_texts(part[name], name) for name, _ in CSV_COLUMNS]))


def _join_lines(columns: "list[pa.Array[Any]]") -> memoryview:
    """The bytes of lines, one for each place of the columns: Arrow keeps texts of a column one behind the other."""
    *first, last = columns
    ended = pc.binary_join_element_wise(last, _large(_END), _large(""))
    lines = pc.binary_join_element_wise(*first, ended, _large(","))
    _, offsets, texts = lines.buffers()
    ends = memoryview(offsets).cast("q")
    return memoryview(texts)[ends[0] : ends[len(lines)]]


def _to_texts(column: pd.Series, name: str) -> "pa.Array[Any]":
    """The column as it is written; every distinct value is formatted once."""
    if name == "amount_fen":
        return _map_values(column, lambda value: format_fen(int(value)))
    if name in _SCALED:
        return _map_values(column, lambda value: format_scaled(int(value), _SCALED[name]))
    values = _combine(pa.array(column)).cast(pa.large_string()).fill_null("")
    if column.dtype != "str":
        return values
    special = pc.match_substring_regex(values, _SPECIAL)
    return _map_values(column, lambda text: _quote(guard_formula(text))) if pc.any(special).as_py() else values


def _combine(values: "pa.Array[Any] | pa.ChunkedArray[Any]") -> "pa.Array[Any]":
    return values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values


def _map_values(column: pd.Series, function: Callable[..., str]) -> "pa.Array[Any]":
    """The column with a function applied; unknown values become ""."""
    codes, values = pd.factorize(column)
    texts = pa.array([*(function(v) for v in values), ""], type=pa.large_string())
    return texts.take(pa.array(codes % len(texts)))


def _quote(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if _QUOTED.search(text) else text


def _large(text: str) -> "pa.Scalar[Any]":
    return pa.scalar(text, pa.large_string())
