"""Whole numbers in place of texts and combinations: comparing them is twenty times faster than comparing texts."""

import threading
import weakref
from collections.abc import Callable, Collection, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
_LARGEST = 1 << 62
_BITS, _TABLE_BITS = 63, 22
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
"""2**64 by the golden ratio: multiplied by it, numbers that are close together come to lie far apart."""


class Coded(NamedTuple):
    """A text column as numbers.

    Attributes:
        codes: A number for each text, from 0 in the order of first appearance, in the smallest type; not to be written to.
        texts: The distinct texts.
    """

    codes: npt.NDArray[np.signedinteger[Any]]
    texts: "pd.Index[Any]"


class _Known(NamedTuple):
    store: "weakref.ref[Any]"
    coded: Coded
    verdicts: dict[object, Bools]


_known: dict[int, _Known] = {}
"""The columns numbered so far, by the Arrow array they stand in, for as long as that lives: a county's are numbered ten times over."""
_numbered_now: dict[int, threading.Lock] = {}
"""What a thread that numbers a column, or looks for its numbers, holds meanwhile; by the same Arrow array."""
_numbering = threading.Lock()


def code_column(column: pd.Series, key: Callable[[], Ints] | None = None) -> Coded:
    """The column as numbers; a frame's column is numbered once, whoever asks.

    Args:
        column: Texts, none of them missing.
        key: Gives a number from 0 for each row, without gaps; rows with the same one mostly hold the same text. Then most
            texts need not be looked up. The outcome is the same without. Asked only where the column is not numbered yet.
    """
    if isinstance(column.dtype, pd.CategoricalDtype) and not column.hasnans:
        return _code_categories(column)
    store = _find_store(column.array)
    if store is None:
        return _make_small(*pd.factorize(column))
    with _numbering:
        own = _numbered_now.setdefault(id(store), threading.Lock())
    with own:  # a second thread that asks for it waits
        if (found := _known.get(id(store))) and found.store() is store:
            return found.coded
        coded = _make_small(*(pd.factorize(column) if key is None else _factorize_by(column, key())))
        _remember(store, coded)
    return coded


def _factorize_by(column: pd.Series, key: Ints) -> tuple[Ints, "pd.Index[Any]"]:
    """What `pd.factorize` gives: only the first row of each key is looked up, and those that differ from it.

    No text is seen first anywhere else.
    """
    first = list_firsts(key)
    texts = column.array
    differs = np.asarray(texts != texts.take(first[key]), dtype=np.bool_)
    looked_up = differs.copy()
    looked_up[first] = True
    rows = np.flatnonzero(looked_up)
    found, distinct = pd.factorize(column.iloc[rows])
    place = np.empty(len(column), dtype=np.int64)
    place[rows] = found
    return np.where(differs, place, place[first[key]]), distinct


def _code_categories(column: pd.Series) -> Coded:
    """The column as numbers, of those categories that it has."""
    places: Ints = column.cat.codes.to_numpy().astype(np.int64)
    categories = column.cat.categories
    first = np.full(len(categories), -1)
    first[places[::-1]] = np.arange(len(places) - 1, -1, -1)
    if bool(np.all(np.diff(first, prepend=-1) > 0)):  # all are left, in this order
        return _make_small(places, pd.Index(categories))
    codes = combine_codes(places)
    return _make_small(codes, pd.Index(categories.take(places[list_firsts(codes)])))


def categorize(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with its columns of texts as categories: rows are taken out of it without their texts being moved."""
    texts = {c: code_column(frame[c]) for c in frame.columns if isinstance(frame[c].dtype, pd.StringDtype)}
    return frame.assign(**{c: pd.Categorical.from_codes(t.codes, t.texts, validate=False) for c, t in texts.items()})


def remember_codes(column: object, codes: npt.NDArray[np.signedinteger[Any]], texts: "pd.Index[Any]") -> None:
    """Notes the numbers of a column of texts that whoever makes it knows already, as `Coded` says they must be."""
    store = _find_store(column)
    if store is not None:
        _remember(store, _make_small(codes, texts))


def _find_store(column: object) -> object | None:
    """The Arrow array of a column; pandas hands on the same one while nobody changes the column."""
    store: object | None = getattr(column, "_pa_array", None)
    return store


def _remember(store: object, coded: Coded) -> None:
    key = id(store)

    def forget(_: object) -> None:
        _known.pop(key, None)
        _numbered_now.pop(key, None)

    _known[key] = _Known(weakref.ref(store, forget), coded, {})


def _make_small(codes: npt.NDArray[Any], texts: "pd.Index[Any]") -> Coded:
    small = codes.astype(np.min_scalar_type(-max(len(texts), 1)))
    small.setflags(write=False)
    return Coded(small, texts)


def factorize_texts(column: pd.Series) -> tuple[Ints, "pd.Index[Any]"]:
    """A number for each text, from 0 in the order of first appearance, and the distinct texts."""
    coded = code_column(column)
    return coded.codes.astype(np.int64), coded.texts


def code_texts(column: pd.Series) -> Ints:
    """One number for each distinct text, from 0 in the order of first appearance."""
    return code_column(column).codes.astype(np.int64)


def are_among(column: pd.Series, wanted: Collection[str]) -> Bools:
    """For each text whether it is one of those wanted."""
    codes, texts = code_column(column)
    found: Bools = np.append(texts.isin([*wanted]), False)[codes]
    return found


def list_texts(column: pd.Series) -> pa.LargeStringArray:
    """The distinct texts of a column in the order of their numbers."""
    texts = pa.array(code_column(column).texts, pa.large_string())
    return texts.combine_chunks() if isinstance(texts, pa.ChunkedArray) else texts


def judge_texts(column: pd.Series, judge: Callable[[pa.LargeStringArray], Bools]) -> Bools:
    """What a judge says of each distinct text of a column, in the order of their numbers, and at the end False for no text.

    A frame's column is judged once, whoever asks.
    """
    texts, store = list_texts(column), _find_store(column.array)
    verdicts = _known[id(store)].verdicts if store is not None else {}
    if judge not in verdicts:
        verdicts[judge] = np.append(judge(texts), False)
    return verdicts[judge]


def find_among(numbers: Ints, wanted: Ints) -> Ints:
    """The places, in order, of the numbers that are among those wanted, which are few."""
    places = _find_maybe(_hash((numbers,)), _hash((wanted,)))
    return places[np.isin(numbers[places], wanted)]


def find_alike(codes: Sequence[Ints], rows: Ints) -> Ints:
    """The places, in order, of all combinations that some rows have, and of a few others.

    Args:
        codes: Equally long arrays of any whole numbers.
        rows: The rows, in order.
    """
    hashed = _hash(codes)
    return _find_maybe(hashed, hashed[rows])


def _find_maybe(hashed: npt.NDArray[np.uint64], wanted: npt.NDArray[np.uint64]) -> Ints:
    """The places of hashes that may be among those wanted: a table of a part of the bits rules out most of the others."""
    rest = np.uint64(64 - _TABLE_BITS)
    table = np.zeros(1 << _TABLE_BITS, dtype=np.bool_)
    table[wanted >> rest] = True
    return np.flatnonzero(table[hashed >> rest])


def combine_codes(*codes: Ints) -> Ints:
    """One number for each distinct combination, from 0 without gaps in the order of first appearance.

    Args:
        codes: Equally long arrays of any whole numbers.
    """
    return _number(*_combine(codes))


def _combine(codes: tuple[Ints, ...]) -> tuple[Ints, int]:
    """A number from 0 for each combination, and below what they all are: so few that number and place fit 63 bits, if possible."""
    size = len(codes[0])
    most = min(_LARGEST, 1 << (_BITS - _count_bits(size)))
    combined, span = np.zeros(size, dtype=np.int64), 1
    for place, code in enumerate(codes):
        dense, width = _shift(code)
        if span * width > most:  # only then is what was combined so far numbered anew
            combined, span = _renumber(combined, span)
            if span * width > most:
                dense, width = _renumber(dense, width)
        combined = combined * width + dense if place else dense
        span *= width
    return combined, span


def _shift(code: Ints) -> tuple[Ints, int]:
    """The numbers from 0, and how many there may be; numbered anew where they are far apart."""
    low, high = int(code.min(initial=0)), int(code.max(initial=0))
    if high - low < 4 * len(code):
        return (code - low if low else code), high - low + 1
    return _renumber(code - low, high - low + 1) if high - low < _LARGEST else _renumber(_factorize(code), len(code))


def _renumber(code: Ints, span: int) -> tuple[Ints, int]:
    dense = _number(code, span)
    return dense, int(dense.max(initial=0)) + 1


def _count_bits(size: int) -> int:
    """How many bits the place of a row takes."""
    return max(size - 1, 0).bit_length()


def _factorize(code: Ints) -> Ints:
    return pd.factorize(code)[0].astype(np.int64, copy=False)


def _number(code: Ints, span: int) -> Ints:
    """The numbers, from 0 and below `span`, numbered anew from 0 in the order of first appearance.

    By a table where they are close together, else by sorting: hashing two million numbers takes five times as long.
    """
    size = len(code)
    if span > 4 * size and span > 1 << (_BITS - _count_bits(size)):
        return _factorize(code)
    kind = np.dtype(np.int32 if size < 1 << 31 else np.int64)  # half the memory to go through
    places = np.arange(size, dtype=kind)
    if span <= 4 * size:
        table = np.empty(span, dtype=kind)
        table[code[::-1]] = places[::-1]  # the first place is written last
        first = table[code]
        if span <= size:
            own = np.flatnonzero(first == places)
            table[code[own]] = places[: len(own)]
            return table[code].astype(np.int64)
    else:
        order, begins = sort_codes(code, span)
        first = np.empty(size, dtype=kind)
        starts = np.flatnonzero(begins)
        first[order] = np.repeat(order[starts].astype(kind), np.diff(starts, append=size))
    numbers = np.cumsum(first == places, dtype=kind)
    numbers -= 1
    return numbers[first].astype(np.int64)


def list_firsts(codes: Ints) -> Ints:
    """The place of the first row of each number, in the order of the numbers (from 0, dense)."""
    size = int(codes.max(initial=-1)) + 1
    first = np.empty(size, dtype=np.int64)
    first[codes[::-1]] = np.arange(len(codes) - 1, -1, -1)  # the first place is written last
    return first


def sort_codes(code: Ints, span: int) -> tuple[Ints, Bools]:
    """The places in the order of the numbers, equal ones in their own order, and where another number begins.

    Args:
        code: Numbers from 0.
        span: Below what they all are.
    """
    size, bits = len(code), _count_bits(len(code))
    if span <= 1 << (_BITS - bits):  # number and place in one: sorting these is ten times faster than sorting places
        packed = code << bits
        packed |= np.arange(size)
        packed.sort()
        order = packed & ((1 << bits) - 1)
        packed >>= bits
    else:
        order = np.argsort(code, kind="stable")
        packed = code[order]
    begins = np.ones(size, dtype=np.bool_)
    np.not_equal(packed[1:], packed[:-1], out=begins[1:])
    return order, begins


def sort_rows(*codes: Ints) -> tuple[Ints, Bools]:
    """The places in the order of the first numbers, of equal ones of the second and so on, and where other numbers begin."""
    combined, span = np.zeros(len(codes[0]), dtype=np.int64), 1
    for code in codes:
        low, high = int(code.min(initial=0)), int(code.max(initial=0))
        span *= high - low + 1
        if span > _LARGEST:
            order = np.lexsort(codes[::-1])
            begins = np.ones(len(order), dtype=np.bool_)
            begins[1:] = np.logical_or.reduce([code[order][1:] != code[order][:-1] for code in codes])
            return order, begins
        combined = combined * (high - low + 1) + (code - low)
    return sort_codes(combined, span)


def find_repeated(*codes: Ints) -> Ints:
    """The places, in order, of the combinations that there are several of: mostly few, and only they can be repeats of others.

    Args:
        codes: Equally long arrays of any whole numbers.
    """
    size = len(codes[0])
    if not size:
        return np.zeros(0, dtype=np.int64)
    bits = _BITS - _count_bits(size)
    hashed = _hash(codes)
    hashed >>= np.uint64(64 - bits)
    places = _find_shared(hashed.view(np.int64), 1 << bits)
    if not len(places):
        return places
    exact = combine_codes(*(code[places] for code in codes))  # different combinations may have one hash
    return places[np.bincount(exact)[exact] > 1]


def _hash(codes: Sequence[Ints]) -> npt.NDArray[np.uint64]:
    """64 bits for each combination, of which the first tell most."""
    hashed = np.zeros(len(codes[0]), dtype=np.uint64)
    for code in codes:
        hashed ^= hashed >> np.uint64(32)
        hashed ^= code.view(np.uint64)
        hashed *= _GOLDEN
    return hashed


def _find_shared(code: Ints, span: int) -> Ints:
    """The places of the numbers that there are several of."""
    order, begins = sort_codes(code, span)
    alone = begins.copy()
    alone[:-1] &= begins[1:]
    places = order[~alone]
    places.sort()
    return places


def add_numbers(codes: Ints, numbers: Ints) -> tuple[Ints, Ints]:
    """For each number from 0 how many rows have it, and what they add up to, exactly."""
    sizes = np.bincount(codes)
    sums = np.zeros(len(sizes), dtype=np.int64)
    np.add.at(sums, codes, numbers)
    return sizes, sums


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
    asked, told = (keys, values) if wanted.all() else (keys[wanted], values[wanted])
    np.minimum.at(lowest, asked, told)
    np.maximum.at(highest, asked, told)
    return np.where(lowest == highest, highest, none)[keys]


def keep_rows(frame: pd.DataFrame, wanted: Bools) -> pd.DataFrame:
    """The wanted rows, with texts as categories; the frame as it is where that is all: a county's payments are not copied for nothing."""
    return frame if wanted.all() else categorize(frame)[wanted]
