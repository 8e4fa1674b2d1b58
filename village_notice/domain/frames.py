"""Payments as a pandas frame, from lists or from what the reading processes have packed.

Apart from `columns` and `packed`, so that a reading process, which makes no frame, is spared the import of pandas.
"""

import json
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray
from pandas.api.extensions import ExtensionArray

from village_notice.domain.columns import PAYMENT_COLUMNS, UNKNOWN, Column, Dtype
from village_notice.domain.packed import (
    BETWEEN,
    UNKNOWN_NUMBER,
    PackedColumn,
    PackedPayments,
    Value,
    split_columns,
)

TEXT = pd.StringDtype(na_value=np.nan)
"""Texts of a frame."""
_TEXTS = pa.large_string()


def build_frame(values: dict[str, list[object]]) -> pd.DataFrame:
    """A payments frame with every column of `PAYMENT_COLUMNS`, in order, from equally long lists.

    Columns left out are filled with "" or NA (0 for the "int64" columns).
    """
    length = max((len(v) for v in values.values()), default=0)
    arrays = {c.name: _build_array(values.get(c.name, [UNKNOWN[c.dtype]] * length), c.dtype) for c in PAYMENT_COLUMNS}
    return pd.DataFrame(arrays, copy=False)


def _build_array(values: list[object], dtype: Dtype) -> ExtensionArray | NDArray[np.int64]:
    """One column; the quick way for those that hold one value throughout, as most do in a file."""
    if dtype == "int64":
        return np.array(values, dtype=np.int64)
    if dtype == "Int64":
        values = [None if value is pd.NA else value for value in values]
    first = values[0] if values else None
    is_constant = bool(values) and values.count(first) == len(values)
    kind = pa.int64() if dtype == "Int64" else _TEXTS
    return _take(pa.repeat(pa.scalar(first, kind), len(values)) if is_constant else pa.array(values, kind), dtype)


def _take(array: pa.Array, dtype: Dtype) -> ExtensionArray | NDArray[np.int64]:
    """An Arrow array as a column of a frame."""
    if dtype == "str":
        return pd.arrays.ArrowStringArray(array, dtype=TEXT)  # type: ignore[call-arg]  # the stubs lack it
    unknown = array.is_null().to_numpy(zero_copy_only=False)
    numbers: NDArray[np.int64] = array.fill_null(1).to_numpy(zero_copy_only=False)
    return pd.arrays.IntegerArray(numbers.copy(), unknown) if dtype == "Int64" else numbers


def unpack_payments(parts: Sequence[PackedPayments]) -> pd.DataFrame:
    """The payments of all files in one frame, in their order; each column is one piece of memory."""
    parts = [part for part in parts if part.rows]
    if not parts:
        return build_frame({})
    columns = [split_columns(part.data) for part in parts]
    return pd.DataFrame({c.name: _join_parts(c, parts, columns) for c in PAYMENT_COLUMNS}, copy=False)


def _join_parts(
    column: Column, parts: Sequence[PackedPayments], columns: Sequence[Mapping[str, PackedColumn]]
) -> ExtensionArray | NDArray[np.int64]:
    """One column of all files."""
    name, kind = column.name, _TEXTS if column.dtype == "str" else pa.int64()
    if all(name in part.same for part in parts):
        codes, distinct = _number_values([part.same[name] for part in parts])
        whole = pa.array(distinct, kind).take(pa.array(np.repeat(codes, [part.rows for part in parts])))
    else:
        whole = pa.concat_arrays(
            [
                _read_column(own[name], part.rows)
                if name in own
                else pa.repeat(pa.scalar(part.same[name], kind), part.rows)
                for part, own in zip(parts, columns, strict=True)
            ]
        )
    return _take(whole, column.dtype)


def _number_values(values: Sequence[Value]) -> tuple[NDArray[np.int32], list[Value]]:
    """A number for each value, and the distinct values."""
    distinct = {value: number for number, value in enumerate(dict.fromkeys(values))}
    return np.array([distinct[value] for value in values], dtype=np.int32), [*distinct]


def _read_column(column: PackedColumn, rows: int) -> pa.Array:
    if column.form == "texts":
        return _read_texts(column.data)
    if column.form == "numbered":
        codes = np.frombuffer(column.data, np.uint32, rows)
        return _read_texts(column.data[codes.nbytes :]).take(pa.array(codes))
    if column.form == "json":
        return pa.array(json.loads(column.data), _TEXTS)
    numbers = np.frombuffer(column.data, np.int64)
    unknown = numbers == UNKNOWN_NUMBER
    return pa.array(numbers, mask=unknown if unknown.any() else None)


def _read_texts(data: bytes) -> pa.Array:
    """Texts that stand in one piece, by the places of what stands between them."""
    marks = np.flatnonzero(np.frombuffer(data, np.uint8) == ord(BETWEEN))
    offsets = np.zeros(len(marks) + 2, dtype=np.int64)
    offsets[1:-1] = marks - np.arange(len(marks))
    offsets[-1] = len(data) - len(marks)
    texts = data.replace(BETWEEN.encode(), b"")
    return pa.LargeStringArray.from_buffers(len(offsets) - 1, pa.py_buffer(offsets), pa.py_buffer(texts))
