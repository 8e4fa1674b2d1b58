"""Names as printed: one for each person, namesakes told apart, masked ones, and the order they stand in."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from village_notice.domain.codes import Bools, Ints, code_column, combine_codes, list_firsts, sort_rows
from village_notice.domain.order import STROKES, Order
from village_notice.domain.pinyin import Pinyin
from village_notice.domain.printed import print_name
from village_notice.domain.strokes import stroke_key
from village_notice.domain.text import parse_numeral
from village_notice.ledger.lines import find_starts
from village_notice.ledger.name_order import number_readings

MASK = "＊"
"""Full-width, in every Song face, and never part of a name (○ is too like the name character 〇)."""
NAMELESS = "（姓名未登记）"
Texts = npt.NDArray[np.object_]


def code_texts(column: pd.Series, clean_text: Callable[[str], str]) -> tuple[Ints, Texts]:
    """A text column as numbers and the texts they stand for, cleaned for paper.

    The numbers follow the order of the texts, so that the smaller number is the earlier text.
    """
    codes, values = code_column(column)
    return _order_texts(codes, [clean_text(v) for v in values.to_numpy(dtype=object).tolist()])


def code_names(column: pd.Series, is_organisation: Bools) -> tuple[Ints, Texts]:
    """Names as `code_texts` gives texts; of an organisation's, brackets belong to the name."""
    if not is_organisation.any():
        return code_texts(column, print_name)
    names, values = code_column(column)
    codes = combine_codes(names.astype(np.int64), is_organisation.astype(np.int64))
    first = list_firsts(codes)
    kinds = zip(values[names[first]].to_numpy(dtype=object).tolist(), is_organisation[first].tolist(), strict=True)
    return _order_texts(codes, [print_name(text, is_organisation=kind) for text, kind in kinds])


def _order_texts(codes: npt.NDArray[np.signedinteger[Any]], clean: Sequence[str]) -> tuple[Ints, Texts]:
    coded = pa.array(clean or [""], pa.large_string()).dictionary_encode()
    order = pc.sort_indices(coded.dictionary)
    places = np.empty(len(order), dtype=np.int64)
    places[order.to_numpy()] = np.arange(len(order))
    numbers: Ints = np.append(places[coded.indices.to_numpy()], 0)[codes]
    return numbers, coded.dictionary.take(order).to_numpy(zero_copy_only=False)


def choose_codes(owner: Ints, codes: Ints, size: int, *, empty: int = -1) -> Ints:
    """For each owner 0 … size-1 the code it has most often, the smaller of equals; `empty` only where it has no other."""
    width = int(codes.max(initial=0)) + 1
    pairs = np.sort(owner * width + codes)
    starts = find_starts(pairs)
    pairs, counts = pairs[starts], np.diff(starts, append=len(pairs))
    owners, found = pairs // width, pairs % width
    order, _ = sort_rows(owners, -np.where(found == empty, 0, counts))
    first = order[find_starts(owners[order])]
    chosen = np.zeros(size, dtype=np.int64)
    chosen[owners[first]] = found[first]
    return chosen


def mark_namesakes(village: Ints, name: Ints, group: Ints, person: Ints) -> Ints:
    """For each person 0, or n where it is the n-th (from 2) of the same name and group in its village, by serial."""
    order = np.lexsort((person, group, name, village))
    starts = find_starts(village[order], name[order], group[order])
    place = np.arange(len(order)) - np.repeat(starts, np.diff(np.append(starts, len(order))))
    marks = np.zeros(len(order), dtype=np.int64)
    marks[order] = np.where(place > 0, place + 1, 0)
    return marks


def print_names(codes: Ints, texts: Texts, marks: Ints) -> Texts:
    """Names as printed: the text, with （2） … behind a namesake's, and words where no name is known."""
    printed: Texts = texts[codes]
    for place in np.flatnonzero((printed == "") | (marks > 0)):
        mark = f"（{marks[place]}）" if marks[place] else ""
        printed[place] = (printed[place] or NAMELESS) + mark
    return printed


def mask_name(name: str, pinyin: Pinyin) -> str:
    """The surname and a ＊ for every other character: 王建国 → 王＊＊, 欧阳修 → 欧阳＊; at least one ＊.

    Source: 国办2018年政务公开工作要点: personal matters are published 去标识化.
    """
    surname = pinyin.surname(name)
    return surname + MASK * max(1, len(name) - len(surname))


def rank_names(names: Sequence[str], pinyin: Pinyin, order: Order = ()) -> Ints:
    """For each text its place in the order of lists: by strokes where the order says so, else by pinyin."""
    if STROKES in order:
        return _rank(names, [(stroke_key(name), name) for name in names])
    places = np.empty(len(names), dtype=np.int64)
    places[sorted(range(len(names)), key=names.__getitem__)] = np.arange(len(names))
    ordered, _ = sort_rows(number_readings(names, pinyin), places)
    ranks = np.empty(len(names), dtype=np.int64)
    ranks[ordered] = np.arange(len(names))
    return ranks


def rank_groups(groups: Sequence[str]) -> Ints:
    """For each group its place: numbered groups by number, then named ones, the unknown last."""
    return _rank(groups, [_group_key(group) for group in groups])


def count_distinct(places: Ints, codes: Ints, wanted: Bools, size: int) -> Ints:
    """For each place 0 … size-1 how many distinct codes it has among the wanted rows."""
    places, codes = places[wanted], codes[wanted]
    order, begins = sort_rows(places, codes)
    return np.bincount(places[order[begins]], minlength=size).astype(np.int64)


def _group_key(group: str) -> tuple[int, int, str]:
    if not group:
        return (2, 0, "")
    bare = group.removesuffix("组")
    number = int(bare) if bare.isdecimal() else parse_numeral(bare)
    return (0, number, group) if number is not None else (1, 0, group)


def _rank(texts: Sequence[str], keys: Iterable[tuple[object, ...]]) -> Ints:
    ordered = sorted(zip(keys, range(len(texts)), strict=True))
    ranks = np.zeros(len(texts), dtype=np.int64)
    for rank, (_, place) in enumerate(ordered):
        ranks[place] = rank
    return ranks
