"""The payments of one file, packed: to travel from a reading process, to be kept, and to wait until all files are read.

A county has some 1 700 files of two million payments. A frame a file costs more than parsing it, and gigabytes while
they wait; here a column that holds one value throughout (most do) is that value, the others are one Arrow file.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from pandas.api.extensions import ExtensionArray

from village_notice.domain.columns import PAYMENT_COLUMNS, TEXT, Column, build_frame

Value = str | int | None
_FEW = 0.25
"""Texts of which fewer than this share are distinct are kept as numbers into a list of them."""
_TEXTS = pa.large_string()


@dataclass(frozen=True, slots=True)
class PackedPayments:
    """The payments of one file.

    Attributes:
        rows: How many.
        same: Columns that hold one value throughout, and that value.
        data: The other columns, an Arrow file; b"" where there is none.
    """

    rows: int
    same: dict[str, Value]
    data: bytes


def pack_payments(payments: pd.DataFrame) -> PackedPayments:
    """A payments frame, packed."""
    if payments.empty:
        return PackedPayments(0, {}, b"")
    same: dict[str, Value] = {}
    columns: dict[str, pa.Array] = {}
    for name in payments.columns:
        array = pa.array(payments[name].array)
        array = array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array
        if array.null_count == len(array) or (not array.null_count and pc.all(pc.equal(array, array[0])).as_py()):
            same[name] = array[0].as_py()
        else:
            columns[name] = _number_texts(array) if pa.types.is_large_string(array.type) else array
    return PackedPayments(len(payments), same, _write(columns) if columns else b"")


def _number_texts(texts: pa.Array) -> pa.Array:
    numbered = texts.dictionary_encode()
    return numbered if len(numbered.dictionary) < len(texts) * _FEW else texts


def _write(columns: dict[str, pa.Array]) -> bytes:
    table = pa.table(columns)
    stream = pa.BufferOutputStream()
    with pa.ipc.new_file(stream, table.schema) as writer:
        writer.write_table(table)
    data: bytes = stream.getvalue().to_pybytes()
    return data


def unpack_payments(parts: Sequence[PackedPayments]) -> pd.DataFrame:
    """The payments of all files in one frame, in their order; each column is one piece of memory."""
    parts = [part for part in parts if part.rows]
    if not parts:
        return build_frame({})
    tables = [pa.ipc.open_file(pa.py_buffer(part.data)).read_all() if part.data else None for part in parts]
    return pd.DataFrame({c.name: _join(c, parts, tables) for c in PAYMENT_COLUMNS}, copy=False)


def _join(
    column: Column, parts: Sequence[PackedPayments], tables: Sequence[pa.Table | None]
) -> ExtensionArray | NDArray[np.int64]:
    """One column of all files."""
    kind = _TEXTS if column.dtype == "str" else pa.int64()
    if all(column.name in part.same for part in parts):
        numbered = _number_values([part.same[column.name] for part in parts])
        codes = np.repeat(numbered[0], [part.rows for part in parts])
        whole = pa.array(numbered[1], kind).take(pa.array(codes))
    else:
        pieces: list[pa.Array] = []
        for part, table in zip(parts, tables, strict=True):
            pieces += _list_pieces(column.name, part, table, kind)
        whole = pa.concat_arrays(pieces)
    if column.dtype == "str":
        return pd.arrays.ArrowStringArray(whole, dtype=TEXT)  # type: ignore[call-arg]  # the stubs lack it
    unknown = whole.is_null().to_numpy(zero_copy_only=False)
    numbers: NDArray[np.int64] = whole.fill_null(1).to_numpy(zero_copy_only=False)
    return pd.arrays.IntegerArray(numbers.copy(), unknown) if column.dtype == "Int64" else numbers


def _number_values(values: Sequence[Value]) -> tuple[NDArray[np.int32], list[Value]]:
    """A number for each value, and the distinct values."""
    distinct = {value: number for number, value in enumerate(dict.fromkeys(values))}
    return np.array([distinct[value] for value in values], dtype=np.int32), [*distinct]


def _list_pieces(name: str, part: PackedPayments, table: pa.Table | None, kind: pa.DataType) -> list[pa.Array]:
    if name in part.same or table is None:
        return [pa.repeat(pa.scalar(part.same[name], kind), part.rows)]
    chunks: list[pa.Array] = table[name].chunks
    return [c.dictionary_decode() if isinstance(c, pa.DictionaryArray) else c for c in chunks]
