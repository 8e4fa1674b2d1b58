"""The payments of one file, packed: to travel from a reading process, to be kept, and to wait until all files are read.

A county has some 1 700 files of two million payments. A frame a file costs more than parsing it, and gigabytes while
they wait; here a column that holds one value throughout (most do) is that value, and the others are plain bytes. Neither
pandas nor pyarrow has a part in it: importing them takes a reading process longer than reading a hundred files.
"""

import json
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from village_notice.domain.columns import PAYMENT_COLUMNS, UNKNOWN, Column

Value = str | int | None
Form = Literal["texts", "numbered", "numbers", "json"]
UNKNOWN_NUMBER = -(1 << 63)
"""Stands for an unknown number; no payment is of so much."""
BETWEEN = "\0"
"""Stands between the texts of a column."""
_NUMBERS, _PLACES = "q", "I"
_SAMPLE = 64
_FEW = 0.25
"""Texts of which fewer than this share are distinct are kept as numbers into a list of them."""


@dataclass(frozen=True, slots=True)
class PackedPayments:
    """The payments of one file.

    Attributes:
        rows: How many.
        same: Columns that hold one value throughout, and that value.
        data: The other columns: a line of JSON that tells name, form and length of each, and their bytes on end; b""
            where there are none. See `PackedColumn`.
    """

    rows: int
    same: dict[str, Value]
    data: bytes


class PackedColumn(NamedTuple):
    """One column of different values.

    Attributes:
        form: texts: UTF-8 with `BETWEEN` between them. numbered: for each payment a number from 0 (32 bits), then the
            distinct texts in that order, as in texts. numbers: 64 bits each, `UNKNOWN_NUMBER` for unknown. json: a list,
            where a text holds `BETWEEN` itself. All numbers are of the machine's own byte order.
        data: Its bytes.
    """

    form: Form
    data: bytes | memoryview


NO_PAYMENTS = PackedPayments(0, {}, b"")


def pack_columns(values: Mapping[str, Sequence[object]]) -> PackedPayments:
    """Payments packed, from equally long sequences for columns of `PAYMENT_COLUMNS`; what is left out is unknown."""
    rows = max(map(len, values.values()), default=0)
    if not rows:
        return NO_PAYMENTS
    same: dict[str, Value] = {}
    packed: dict[str, PackedColumn] = {}
    for column in PAYMENT_COLUMNS:
        cells = values.get(column.name) or (UNKNOWN[column.dtype],)
        first = cells[0]
        if first == cells[-1] and cells.count(first) == len(cells):
            same[column.name] = first  # type: ignore[assignment]  # texts and numbers alone
        else:
            packed[column.name] = _pack(column, cells)
    return PackedPayments(rows, same, _join(packed) if packed else b"")


def _pack(column: Column, cells: Sequence[object]) -> PackedColumn:
    if column.dtype == "str":
        return _pack_texts(cells)  # type: ignore[arg-type]  # as the column says
    if None in cells:
        cells = [UNKNOWN_NUMBER if v is None else v for v in cells]
    return PackedColumn("numbers", array(_NUMBERS, cells).tobytes())  # type: ignore[type-var]  # as above


def _pack_texts(texts: Sequence[str]) -> PackedColumn:
    if len(set(texts[:_SAMPLE])) * 2 < _SAMPLE:
        places = {text: place for place, text in enumerate(dict.fromkeys(texts))}
        if len(places) < len(texts) * _FEW:
            listed = _join_texts([*places])
            numbers = array(_PLACES, map(places.__getitem__, texts)).tobytes()
            return PackedColumn("numbered", numbers + listed) if listed is not None else _list(texts)
    joined = _join_texts(texts)
    return PackedColumn("texts", joined) if joined is not None else _list(texts)


def _join_texts(texts: Sequence[str]) -> bytes | None:
    """Texts in one piece, None where one of them holds what stands between them."""
    whole = BETWEEN.join(texts)
    return whole.encode() if whole.count(BETWEEN) == len(texts) - 1 else None


def _list(texts: Sequence[str]) -> PackedColumn:
    return PackedColumn("json", json.dumps([*texts], ensure_ascii=False).encode())


def _join(columns: Mapping[str, PackedColumn]) -> bytes:
    words = json.dumps([(name, c.form, len(c.data)) for name, c in columns.items()]).encode()
    return b"".join([words, b"\n", *(c.data for c in columns.values())])


def split_columns(data: bytes) -> dict[str, PackedColumn]:
    """Name → column, of the columns in `PackedPayments.data`."""
    columns: dict[str, PackedColumn] = {}
    at, view = data.find(b"\n") + 1, memoryview(data)  # a county's payments are not copied for nothing
    for name, form, length in json.loads(data[:at]) if data else ():
        columns[name] = PackedColumn(form, view[at : at + length])
        at += length
    return columns
