"""Which payments are of one person, one time, one sheet: whole numbers to compare by, made once for a run.

Two million payments are compared in several ways.
"""

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from village_notice.domain.codes import (
    Bools,
    Ints,
    code_column,
    code_texts,
    combine_codes,
    factorize_texts,
    find_among,
    find_repeated,
    judge_texts,
    list_firsts,
    sort_codes,
)
from village_notice.domain.finding import Place
from village_notice.domain.identity import are_valid_ids
from village_notice.domain.text import fold_text

_BATCH = re.compile(
    r"[一二三四五六七八九十\d]+(?:批|次|期|季)|[上下]半年|\d{1,2}月|[一二三四五六七八九十]+月|20\d\d[-._]?(?:0[1-9]|1[0-2])(?!\d)"
)
"""Words of a file or sheet name that tell batches and months apart; an eight-digit day is only the day it was saved."""
_YEAR_OR_NOTHING = re.compile(r"(\d{4})?")


@dataclass(frozen=True, slots=True)
class Keys:
    """Equal numbers mean equal things; all arrays are as long as the frame.

    Attributes:
        has_id: Where the ID is valid: right form, date and check digit.
        person: Who was paid: the valid ID, else name, group, account and village together.
        programme: Programme code.
        time: When: pay date and period; where neither says more than a year, the year and the batch that file and sheet
            are named after.
        is_vague: Where neither pay date nor period says more than a year.
        sheet: File and sheet.
        file: File.
        amount: Fen, 0 where unknown.
        year: Year, -1 unknown.
        repeated: Positions of the payments of one person, programme and time that there are several of: the only ones
            that may repeat another.
    """

    has_id: Bools
    person: Ints
    programme: Ints
    time: Ints
    is_vague: Bools
    sheet: Ints
    file: Ints
    amount: Ints
    year: Ints
    repeated: Ints


def build_keys(payments: pd.DataFrame) -> Keys:
    """The keys of a payments frame."""
    file = code_texts(payments["file"])
    sheet = combine_codes(file, code_texts(payments["sheet"]))
    year = payments["year"].to_numpy(dtype=np.int64, na_value=-1)
    time, is_vague = _code_times(payments, sheet, year)
    has_id = find_valid_ids(payments)
    person, programme = _code_persons(payments, has_id), _code_programmes(payments)
    return Keys(
        has_id=has_id,
        person=person,
        programme=programme,
        time=time,
        is_vague=is_vague,
        sheet=sheet,
        file=file,
        amount=payments["amount_fen"].to_numpy(dtype=np.int64, na_value=0),
        year=year,
        repeated=find_repeated(person, programme, time),
    )


def sort_by_path(payments: pd.DataFrame) -> pd.DataFrame:
    """The payments by path, without regard to case, inside a file as they stand: the order in which files are read."""
    codes, index = factorize_texts(payments["file"])
    files = [str(f) for f in index]
    ranks = np.empty(len(files), dtype=np.int64)
    ranks[sorted(range(len(files)), key=lambda i: (files[i].casefold(), files[i]))] = np.arange(len(files))
    places = ranks[codes]
    if bool(np.all(places[1:] >= places[:-1])):
        return payments
    return payments.iloc[np.argsort(places, kind="stable")]


def leave_out_copies(payments: pd.DataFrame, copies: Collection[str]) -> pd.DataFrame:
    """The payments in path order, without those of files that are copies of another."""
    return sort_by_path(payments[~payments["file"].isin(list(copies))] if copies else payments)


def count_before(codes: Ints) -> Ints:
    """For each row how many earlier rows have the same number, from 0."""
    order, begins = sort_codes(codes, int(codes.max(initial=0)) + 1)
    starts = np.flatnonzero(begins)
    counts = np.empty(len(codes), dtype=np.int64)
    counts[order] = np.arange(len(codes)) - np.repeat(starts, np.diff(starts, append=len(codes)))
    return counts


def find_previous(codes: Ints) -> Ints:
    """For each row the place of the last earlier row with the same number, from 0; -1 where there is none."""
    order, begins = sort_codes(codes, int(codes.max(initial=0)) + 1)
    previous = np.empty(len(codes), dtype=np.int64)
    previous[order[1:]] = order[:-1]
    previous[order[begins]] = -1
    return previous


def find_first(codes: Ints) -> Ints:
    """For each row the place of the first row with the same number (numbers from 0, dense)."""
    return list_firsts(codes)[codes]


def find_between(codes: Ints, wanted: Bools, among: Bools) -> Ints:
    """The places, in order, of the rows of either kind whose number rows of both kinds have: only they can be pairs."""
    size = int(codes.max(initial=-1)) + 1
    has_both = np.bincount(codes[wanted], minlength=size).astype(np.bool_)
    has_both &= np.bincount(codes[among], minlength=size).astype(np.bool_)
    return np.flatnonzero(has_both[codes] & (wanted | among)) if has_both.any() else np.zeros(0, dtype=np.int64)


def find_persons(payments: pd.DataFrame) -> Bools:
    """Which payments are no organisation's."""
    found: Bools = (payments["organisation"] == 0).to_numpy()
    return found


def find_valid_ids(payments: pd.DataFrame) -> Bools:
    """Which payments tell a valid ID."""
    column = payments["id"]
    found: Bools = judge_texts(column, are_valid_ids)[code_column(column).codes]
    return found


def find_stretches(payments: pd.DataFrame) -> Ints:
    """Where another sheet begins, in the order of the payments: few, as those of a sheet stand together."""
    changes = np.zeros(len(payments), dtype=np.bool_)
    changes[:1] = True
    for column in ("file", "sheet"):
        codes = code_column(payments[column]).codes
        changes[1:] |= codes[1:] != codes[:-1]
    return np.flatnonzero(changes)


def find_named_rows(payments: pd.DataFrame, sheet: Ints, places: Iterable[Place]) -> Ints:
    """Positions of the payments in the rows that some places name; `sheet` are their numbers of file and sheet."""
    rows = sheet << 32 | payments["row"].to_numpy(dtype=np.int64)
    is_sorted = bool(np.all(rows[1:] >= rows[:-1]))  # as they are read
    first = np.searchsorted(sheet, np.arange(int(sheet.max(initial=-1)) + 1)) if is_sorted else list_firsts(sheet)
    names = zip(*(payments[column].iloc[first].tolist() for column in ("file", "sheet")), strict=True)
    numbers = {name: number << 32 for number, name in enumerate(names)}
    wanted = {number | p.row for p in places if p.row and (number := numbers.get(p[:2])) is not None}
    named = np.array(sorted(wanted), dtype=np.int64)
    return _find_in_order(rows, named) if is_sorted else find_among(rows, named)


def _find_in_order(numbers: Ints, wanted: Ints) -> Ints:
    """The places of the numbers that are among those wanted, both in ascending order."""
    first, end = (np.searchsorted(numbers, wanted, side) for side in ("left", "right"))
    sizes = end - first
    before = np.cumsum(sizes) - sizes
    return np.repeat(first - before, sizes) + np.arange(int(sizes.sum()))


def list_rows(payments: pd.DataFrame, rows: Ints) -> Iterator[tuple[int, Place, str]]:
    """Position, place and name of some payments."""
    taken = payments[["file", "sheet", "row", "column", "name"]].iloc[rows]
    for row, (file, sheet, number, column, name) in zip(rows, taken.itertuples(index=False, name=None), strict=True):
        yield int(row), Place(str(file), str(sheet), int(number), str(column)), str(name)


def _code_programmes(payments: pd.DataFrame) -> Ints:
    """One number for each code and name of a programme, written one behind the other."""
    pairs = combine_codes(*(code_texts(payments[c]) for c in ("programme_code", "programme")))
    first = list_firsts(pairs)
    texts = payments["programme_code"].iloc[first] + payments["programme"].iloc[first]
    return code_texts(texts)[pairs]


def _code_persons(payments: pd.DataFrame, has_id: Bools) -> Ints:
    persons = code_texts(payments["id"])
    if has_id.all():
        return persons
    rows = np.flatnonzero(~has_id)
    loose = (code_texts(payments[c])[rows] for c in ("name", "group", "account", "village_code", "village"))
    # the ledger's number links a row without an ID to the ID the same person has elsewhere in the village
    numbers = payments["person_no"].to_numpy(dtype=np.int64, na_value=0)
    linked = combine_codes(code_texts(payments["village_code"]), numbers)
    known = np.full(int(linked.max(initial=-1)) + 1, -1, dtype=np.int64)
    told = has_id & (numbers > 0)
    known[linked[told]] = persons[told]
    found = np.where(numbers[rows] > 0, known[linked[rows]], -1)
    persons[rows] = np.where(found >= 0, found, combine_codes(*loose) + int(persons.max(initial=0)) + 1)
    return persons


def _code_times(payments: pd.DataFrame, sheet: Ints, year: Ints) -> tuple[Ints, Bools]:
    day, period = code_texts(payments["pay_date"]), payments["period"]
    codes, texts = factorize_texts(period)
    is_year = np.array([*(bool(_YEAR_OR_NOTHING.fullmatch(t)) for t in texts), True], dtype=np.bool_)[codes]
    is_vague = is_year & (payments["pay_date"] == "").to_numpy()
    told = combine_codes(day, codes.astype(np.int64))
    named = combine_codes(_code_batches(payments, sheet), year)
    return np.where(is_vague, named, told + int(named.max(initial=0)) + 1), is_vague


def _code_batches(payments: pd.DataFrame, sheet: Ints) -> Ints:
    """One number for each set of batch words in the names of file and sheet."""
    first = list_firsts(sheet)  # sheet numbers are dense from 0
    names = payments[["file", "sheet"]].iloc[first].itertuples(index=False, name=None)
    words = [find_batches(str(file), str(name)) for file, name in names]
    numbers = {w: n for n, w in enumerate(dict.fromkeys(words))}
    return np.array([*(numbers[w] for w in words), 0], dtype=np.int64)[sheet]


def find_batches(file: str, sheet: str) -> tuple[str, ...]:
    """The words of batch and month in the names of a file and its sheet."""
    return tuple(sorted(set(_BATCH.findall(fold_text(f"{file} {sheet}")))))
