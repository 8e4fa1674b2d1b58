"""Payments as a pandas frame, from lists or from what the reading processes have packed.

Apart from `columns` and `packed`, so that a reading process, which makes no frame, is spared the import of pandas.
"""

import json
from collections.abc import Sequence
from functools import partial
from operator import mul

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray
from pandas.api.extensions import ExtensionArray

from village_notice.domain.codes import combine_codes, list_firsts, remember_codes
from village_notice.domain.columns import FRAME_COLUMNS, PAYMENT_COLUMNS, UNKNOWN, Column, Dtype
from village_notice.domain.packed import (
    BETWEEN,
    UNKNOWN_NUMBER,
    PackedColumn,
    PackedPayments,
    Value,
    split_columns,
)
from village_notice.domain.side_by_side import do_side_by_side

TEXT = pd.StringDtype(na_value=np.nan)
"""Texts of a frame."""
_TEXTS = pa.large_string()
_FEW = 0.25
"""Share of the rows below which runs of equal texts are written one by one."""
_Values = ExtensionArray | NDArray[np.int64]
_Part = PackedColumn | Value
"""A column of one file, or the value that all its rows have."""


def build_frame(values: dict[str, list[object]]) -> pd.DataFrame:
    """A payments frame with every column of `PAYMENT_COLUMNS`, in order, from equally long lists.

    Columns left out are filled with "" or NA (0 for the "int64" columns).
    """
    length = max((len(v) for v in values.values()), default=0)
    arrays = {c.name: _build_array(values.get(c.name, [UNKNOWN[c.dtype]] * length), c.dtype) for c in PAYMENT_COLUMNS}
    return pd.DataFrame(arrays, copy=False)


def _build_array(values: list[object], dtype: Dtype) -> _Values:
    """One column; the quick way for those that hold one value throughout, as most do in a file."""
    if dtype == "int64":
        return np.array(values, dtype=np.int64)
    if dtype == "Int64":
        values = [None if value is pd.NA else value for value in values]
    first = values[0] if values else None
    is_constant = bool(values) and values.count(first) == len(values)
    kind = pa.int64() if dtype == "Int64" else _TEXTS
    return _take(pa.repeat(pa.scalar(first, kind), len(values)) if is_constant else pa.array(values, kind), dtype)


def _show(array: pa.Array) -> ExtensionArray:
    """An Arrow array of texts as a column of a frame."""
    return pd.arrays.ArrowStringArray(array, dtype=TEXT)  # type: ignore[call-arg]  # the stubs lack it


def _take(array: pa.Array, dtype: Dtype) -> _Values:
    """An Arrow array as a column of a frame."""
    if dtype == "str":
        return _show(array)
    unknown = array.is_null().to_numpy(zero_copy_only=False)
    numbers: NDArray[np.int64] = array.fill_null(1).to_numpy(zero_copy_only=False)
    return pd.arrays.IntegerArray(numbers.copy(), unknown) if dtype == "Int64" else numbers


def unpack_payments(parts: Sequence[PackedPayments]) -> pd.DataFrame:
    """The payments of all files in one frame, in their order; each column is one piece of memory."""
    parts = [part for part in parts if part.rows]
    if not parts:
        return build_frame({})
    packed = [split_columns(part.data) for part in parts]
    sizes = [part.rows for part in parts]

    def join_column(column: Column) -> _Values:
        own = [o.get(column.name) or p.same[column.name] for p, o in zip(parts, packed, strict=True)]
        return _join_texts(own, sizes) if column.dtype == "str" else _join_numbers(own, sizes, column.dtype)

    joined = do_side_by_side([partial(join_column, column) for column in PAYMENT_COLUMNS], sum(sizes))
    return pd.DataFrame(dict(zip(FRAME_COLUMNS, joined, strict=True)), copy=False)


def _join_numbers(parts: Sequence[_Part], sizes: Sequence[int], dtype: Dtype) -> _Values:
    """A column of numbers of all files; where one is unknown, 1 stands below the mark."""
    whole = np.empty(sum(sizes), dtype=np.int64)
    start = 0
    for part, size in zip(parts, sizes, strict=True):
        own = np.frombuffer(part.data, np.int64) if isinstance(part, PackedColumn) else part
        whole[start : start + size] = UNKNOWN_NUMBER if own is None else own
        start += size
    if dtype == "int64":
        return whole
    unknown = whole == UNKNOWN_NUMBER
    whole[unknown] = 1
    return pd.arrays.IntegerArray(whole, unknown)


def write_texts(codes: NDArray[np.int64], texts: Sequence[str]) -> ExtensionArray:
    """A column of texts from numbers into a list of them; numbered at once, so that nobody has to compare the texts.

    Most columns made so hold one text over many rows, and another one then.
    """
    starts = np.flatnonzero(np.diff(codes, prepend=-1))
    runs = codes[starts]
    dense = combine_codes(runs)
    sizes = np.diff(starts, append=len(codes))
    if len(runs) < len(codes) * _FEW:
        whole = _repeat_texts([texts[code] for code in runs.tolist()], sizes.tolist())
    else:
        whole = pa.array(texts, _TEXTS).take(pa.array(codes))
    column = _show(whole)
    distinct = [texts[code] for code in runs[list_firsts(dense)].tolist()]
    remember_codes(column, np.repeat(dense, sizes), pd.Index(distinct, dtype=TEXT))
    return column


def _join_texts(parts: Sequence[_Part], sizes: Sequence[int]) -> _Values:
    """A column of texts of all files, numbered at once where all of them list their texts (see `codes.Coded`)."""
    forms = {part.form if isinstance(part, PackedColumn) else "same" for part in parts}
    if forms == {"texts"}:
        data = BETWEEN.encode().join(part.data for part in parts if isinstance(part, PackedColumn))
        return _show(_read_texts(data))
    if not forms <= {"same", "numbered"}:
        own = (
            _read_column(part, size) if isinstance(part, PackedColumn) else _repeat_texts([str(part)], [size])
            for part, size in zip(parts, sizes, strict=True)
        )
        return _show(pa.concat_arrays([*own]))
    codes, texts = _number_texts(parts, sizes)
    whole = (
        _repeat_texts([*map(str, parts)], sizes) if forms == {"same"} else pa.array(texts, _TEXTS).take(pa.array(codes))
    )
    joined = _show(whole)
    remember_codes(joined, codes, pd.Index(texts, dtype=TEXT))
    return joined


def _number_texts(parts: Sequence[_Part], sizes: Sequence[int]) -> tuple[NDArray[np.int32], list[str]]:
    """A number for each text, from 0 in the order of first appearance, and the distinct texts."""
    places: dict[str, int] = {}
    codes = np.empty(sum(sizes), dtype=np.int32)
    start = 0
    for part, size in zip(parts, sizes, strict=True):
        if isinstance(part, PackedColumn):
            own, texts = _split_numbered(part, size)
            numbers = [places.setdefault(text, len(places)) for text in texts.to_pylist()]
            codes[start : start + size] = np.array(numbers, dtype=np.int32)[own]
        else:
            codes[start : start + size] = places.setdefault(str(part), len(places))
        start += size
    return codes, [*places]


def _repeat_texts(texts: Sequence[str], sizes: Sequence[int]) -> pa.Array:
    """Each text as often as is said, one after the other."""
    encoded = [text.encode() for text in texts]
    offsets = np.zeros(sum(sizes) + 1, dtype=np.int64)
    np.cumsum(np.repeat([*map(len, encoded)], sizes), out=offsets[1:])
    data = b"".join(map(mul, encoded, sizes))
    return pa.LargeStringArray.from_buffers(len(offsets) - 1, pa.py_buffer(offsets), pa.py_buffer(data))


def _read_column(column: PackedColumn, rows: int) -> pa.Array:
    """A column of texts."""
    if column.form == "texts":
        return _read_texts(column.data)
    if column.form == "numbered":
        codes, texts = _split_numbered(column, rows)
        return texts.take(pa.array(codes))
    return pa.array(json.loads(bytes(column.data)), _TEXTS)


def _split_numbered(column: PackedColumn, rows: int) -> tuple[NDArray[np.uint32], pa.Array]:
    """The number of each text and the distinct texts."""
    codes = np.frombuffer(column.data, np.uint32, rows)
    return codes, _read_texts(column.data[codes.nbytes :])


def _read_texts(data: bytes | memoryview) -> pa.Array:
    """Texts that stand in one piece, by the places of what stands between them."""
    marks = np.flatnonzero(np.frombuffer(data, np.uint8) == ord(BETWEEN))
    offsets = np.zeros(len(marks) + 2, dtype=np.int64)
    offsets[1:-1] = marks - np.arange(len(marks))
    offsets[-1] = len(data) - len(marks)
    texts = bytes(data).replace(BETWEEN.encode(), b"")
    return pa.LargeStringArray.from_buffers(len(offsets) - 1, pa.py_buffer(offsets), pa.py_buffer(texts))
