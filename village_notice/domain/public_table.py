"""A small table of public figures: columns of whole numbers and texts, cut without copying and never changed."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

Kind = Literal["text", "int", "int or none"]
Array = npt.NDArray[Any]
NONE = int(np.iinfo(np.int64).min)
"""Stands in a column of numbers where there is none."""
_TYPES: Mapping[Kind, set[type]] = {"text": {str}, "int": {int}, "int or none": {int, type(None)}}
_NUMBERS, _TEXTS = np.dtype(np.int64), np.dtype(object)


@dataclass(frozen=True, eq=False)
class PublicTable:
    """Rows of a list.

    Attributes:
        columns: Name → its values: int64 with `NONE` where there is no number, or an object array of str.
    """

    columns: Mapping[str, Array]

    def __post_init__(self) -> None:
        if len({len(column) for column in self.columns.values()}) > 1:
            raise ValueError("columns of different lengths")
        wrong = [name for name, column in self.columns.items() if column.dtype not in (_NUMBERS, _TEXTS)]
        if wrong:
            raise TypeError(f"{wrong[0]} holds neither whole numbers nor texts")
        own = {name: column.view() for name, column in self.columns.items()}
        for column in own.values():
            column.flags.writeable = False  # a table may share its memory with others, and remembers its hash
        object.__setattr__(self, "columns", own)

    def __len__(self) -> int:
        return len(next(iter(self.columns.values()), ()))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, PublicTable):
            return NotImplemented
        return list(self.columns) == list(other.columns) and all(
            np.array_equal(mine, other.columns[name]) for name, mine in self.columns.items()
        )

    __hash__ = None  # type: ignore[assignment]  # compared by what it holds

    def values(self, name: str) -> list[Any]:
        """A column as plain numbers and texts, None where there is no number."""
        column = self.columns[name]
        values: list[Any] = column.tolist()
        for place in np.flatnonzero(column == NONE).tolist() if column.dtype == _NUMBERS else ():
            values[place] = None
        return values

    def to_lists(self) -> dict[str, list[Any]]:
        """Name → values, for every column."""
        return {name: self.values(name) for name in self.columns}

    def cut(self, first: int, end: int) -> "PublicTable":
        """The rows from `first` up to `end`, which is not among them, in the same memory."""
        return PublicTable({name: column[first:end] for name, column in self.columns.items()})

    @cached_property
    def digest(self) -> str:
        """A hash of every name and value; another one where anything at all differs."""
        kinds = [(name, column.dtype.char) for name, column in self.columns.items()]
        found = hashlib.sha256(repr((len(self), kinds)).encode())
        for column in self.columns.values():
            found.update(column.tobytes() if column.dtype == _NUMBERS else _join_texts(column.tolist()))
        return found.hexdigest()


def _join_texts(texts: list[str]) -> bytes:
    """The texts behind each other, so that no others give the same bytes: where NUL may not part them, with lengths."""
    whole = "\0".join(texts)
    lengths = repr([*map(len, texts)]) if whole.count("\0") >= len(texts) > 0 else ""
    return f"{lengths}:{len(whole)}:{whole}".encode("utf-8", "surrogatepass")


def make_table(kinds: Mapping[str, Kind], rows: Iterable[Sequence[Any]] = ()) -> PublicTable:
    """A table from rows of plain values in the order of `kinds`.

    Raises:
        ValueError: A row has fewer or more values than there are columns.
        TypeError: A value is not of its column's kind.
    """
    columns = list(zip(*rows, strict=True)) or [()] * len(kinds)
    return PublicTable(
        {name: _make_column(name, kind, column) for (name, kind), column in zip(kinds.items(), columns, strict=True)}
    )


def _make_column(name: str, kind: Kind, values: Sequence[Any]) -> Array:
    wrong = set(map(type, values)) - _TYPES[kind]
    if wrong or NONE in values:
        raise TypeError(f"{name} is {kind}, not {wrong or NONE}")
    if kind == "text":
        return np.array(values, dtype=object)
    return np.array([NONE if value is None else value for value in values], dtype=np.int64)
