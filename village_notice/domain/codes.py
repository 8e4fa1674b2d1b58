"""Whole numbers in place of texts and combinations: comparing them is twenty times faster than comparing texts."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
_LARGEST = 1 << 62


_MOST_KNOWN = 16
_known: list[dict[int, tuple[object, Ints, "pd.Index[Any]"]]] = []
"""The columns numbered so far, by the Arrow array they stand in, which is kept alive meanwhile."""


@contextmanager
def remember_codes() -> Iterator[None]:
    """Inside, a column that is numbered again gives the same numbers at once; a county's are numbered ten times over."""
    _known.append({})
    try:
        yield
    finally:
        _known.pop()


def factorize_texts(column: pd.Series) -> tuple[Ints, "pd.Index[Any]"]:
    """A number for each text, from 0 in the order of first appearance, and the distinct texts; not to be written to."""
    store = getattr(column.array, "_pa_array", None) if _known else None
    if store is None:
        codes, texts = pd.factorize(column)
        return codes.astype(np.int64, copy=False), texts
    known = _known[-1]
    if id(store) not in known:
        codes, texts = pd.factorize(column)
        codes = codes.astype(np.int64, copy=False)
        codes.setflags(write=False)
        while len(known) >= _MOST_KNOWN:
            known.pop(next(iter(known)))
        known[id(store)] = store, codes, texts
    return known[id(store)][1:]


def code_texts(column: pd.Series) -> Ints:
    """One number for each distinct text, from 0 in the order of first appearance."""
    return factorize_texts(column)[0]


def combine_codes(*codes: Ints) -> Ints:
    """One number for each distinct combination, from 0 without gaps in the order of first appearance.

    Args:
        codes: Equally long arrays of any whole numbers.
    """
    combined, span = np.zeros(len(codes[0]), dtype=np.int64), 1
    for code in codes:
        dense, width = _shift(code)
        if span * width >= _LARGEST:  # only then is what was combined so far numbered anew
            combined = _number(combined)
            span = int(combined.max(initial=0)) + 1
        combined, span = combined * width + dense, span * width
    return _number(combined)


def _shift(code: Ints) -> tuple[Ints, int]:
    """The numbers from 0, and how many there may be; numbered anew where they are far apart."""
    low, high = int(code.min(initial=0)), int(code.max(initial=0))
    if high - low < 4 * len(code):
        return (code - low if low else code), high - low + 1
    dense = _number(code)
    return dense, int(dense.max(initial=0)) + 1


def _number(code: Ints) -> Ints:
    return pd.factorize(code)[0].astype(np.int64)


def find_single(keys: Ints, values: Ints, wanted: Bools, *, none: int = -1) -> Ints:
    """For each row the one value that the wanted rows of its key have; `none` where they have none or several.

    Args:
        keys: Numbers from 0.
        values: Numbers from 0, as long as `keys`.
        wanted: Which rows tell.
        none: What stands for no value.
    """
    size = int(keys.max(initial=-1)) + 1
    lowest, highest = np.full(size, _LARGEST), np.full(size, -1, dtype=np.int64)
    np.minimum.at(lowest, keys[wanted], values[wanted])
    np.maximum.at(highest, keys[wanted], values[wanted])
    return np.where(lowest == highest, highest, none)[keys]


def keep_rows(frame: pd.DataFrame, wanted: Bools) -> pd.DataFrame:
    """The wanted rows; the frame itself where that is all of them: a county's payments are not copied for nothing."""
    return frame if wanted.all() else frame[wanted]
