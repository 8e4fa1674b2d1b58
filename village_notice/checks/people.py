"""Findings on people: names, IDs, villages and accounts that do not agree over several rows."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import NamedTuple, TypeVar

import numpy as np
import pandas as pd

from village_notice.checks.keys import find_persons, find_valid_ids, leave_out_copies, list_rows
from village_notice.domain.codes import (
    Ints,
    are_among,
    code_texts,
    combine_codes,
    find_single,
    list_firsts,
)
from village_notice.domain.finding import Finding, Place
from village_notice.domain.identity import is_valid_id

_FAMILY = 4
"""People of unknown household who may share the account of one of them without a word."""
_MOST_NAMES = 10
T = TypeVar("T")


def check_people(payments: pd.DataFrame, *, copies: Collection[str] = ()) -> Iterator[Finding]:
    """X03 to X06.

    Args:
        payments: Payments frame; files are compared in path order whatever the order of the frame.
        copies: Files held already as copies of another (F05): nothing further is told about them.
    """
    frame = leave_out_copies(payments, copies)
    if not frame.empty:
        yield from _check_identities(frame)
        yield from _check_accounts(frame)


class _Row(NamedTuple):
    """What is asked about a payment that may be amiss."""

    file: str
    sheet: str
    row: int
    column: str
    id: str
    name: str
    account: str
    village_code: str
    household_id: str
    household_head: str
    payee: str
    amount_fen: int

    @property
    def place(self) -> Place:
        return Place(self.file, self.sheet, self.row, self.column)


def _group_rows(frame: pd.DataFrame, columns: Sequence[str]) -> list[list[_Row]]:
    """The payments with equal values in some columns together, sorted by these; an unknown amount is 0."""
    values = (frame[c].fillna(0).tolist() if c == "amount_fen" else frame[c].tolist() for c in _Row._fields)
    groups: dict[tuple[str, ...], list[_Row]] = {}
    key = zip(*(frame[c].tolist() for c in columns), strict=True)
    for own, row in zip(key, map(_Row._make, zip(*values, strict=True)), strict=True):
        groups.setdefault(own, []).append(row)
    return [groups[own] for own in sorted(groups)]


def _check_identities(frame: pd.DataFrame) -> Iterator[Finding]:
    """X03 one ID with several names, X04 one name with several IDs in a village, X06 one ID in several villages."""
    people = np.flatnonzero(find_valid_ids(frame) & find_persons(frame))
    identity, name, village = (code_texts(frame[c])[people] for c in ("id", "name", "village_code"))
    has_name, has_village = (~are_among(frame[c], [""])[people] for c in ("name", "village_code"))
    called = combine_codes(village, name)
    for code, alike, other, among, values, wanted in (
        ("X03", ["id"], ["name"], identity, name, has_name),
        ("X04", ["village_code", "name"], ["id"], called, identity, has_name & has_village),
        ("X06", ["id"], ["township", "village"], identity, village, has_village),
    ):
        suspects = np.flatnonzero(wanted & (find_single(among, values, wanted) < 0))
        yield from _tell_odd(frame, code, people[suspects], values[suspects], (alike, other))


def _tell_odd(
    frame: pd.DataFrame, code: str, rows: Ints, values: Ints, columns: tuple[list[str], list[str]]
) -> Iterator[Finding]:
    """One finding for each group of rows that are alike in some columns, at the rarest of their values.

    Args:
        frame: The payments.
        code: The rule.
        rows: Positions of the payments.
        values: What they should have in common, as numbers.
        columns: Columns by which they go together, and those that show what they should have in common.
    """
    kinds = combine_codes(*(code_texts(frame[c])[rows] for c in (*columns[0], *columns[1])), values)
    first, sizes = list_firsts(kinds), np.bincount(kinds).tolist()
    last = np.zeros(len(sizes), dtype=np.int64)
    last[kinds] = np.arange(len(kinds))  # the last place is written last
    alike, other = (_list_texts(frame, rows[first], names) for names in columns)
    groups: dict[tuple[str, ...], list[int]] = {}
    for kind, own in enumerate(alike):
        groups.setdefault(own, []).append(kind)
    of_kind, last_rows = values[first].tolist(), last.tolist()
    told: list[tuple[int, str, str]] = []
    for own in sorted(groups):
        group = groups[own]
        shown = ["".join(other[kind]) for kind in group]
        counts: Counter[int] = Counter()
        for kind in group:
            counts[of_kind[kind]] += sizes[kind]
        odd, usual = _find_odd(counts)
        place = max(last_rows[kind] for kind in group if of_kind[kind] == odd)
        named = [text for kind, text in zip(group, shown, strict=True) if of_kind[kind] == usual]
        told.append((place, _join(shown), _join(named[:1])))
    here = list_rows(frame, rows[[place for place, _, _ in told]])
    for (_, spot, name), (_, found, expected) in zip(here, told, strict=True):
        yield Finding(code, spot, found, expected, person=name)


def _list_texts(frame: pd.DataFrame, rows: Ints, columns: Sequence[str]) -> list[tuple[str, ...]]:
    return [*zip(*(frame[c].iloc[rows].tolist() for c in columns), strict=True)]


def _find_odd(counts: Counter[T]) -> tuple[T, T | None]:
    """The rarest value, of equals the one that was seen first last; the commonest, None where none is commoner."""
    rarest = min(reversed(counts), key=counts.__getitem__)
    commonest = max(counts, key=counts.__getitem__)
    return rarest, commonest if counts[commonest] > counts[rarest] else None


def _check_accounts(frame: pd.DataFrame) -> Iterator[Finding]:
    """X05, once for an account that people of several names were paid into, unless they are one household."""
    nameless = are_among(frame["account"], [""]) | are_among(frame["name"], [""])
    rows = np.flatnonzero(find_persons(frame) & ~nameless)
    account, name = code_texts(frame["account"])[rows], code_texts(frame["name"])[rows]
    shared = rows[find_single(account, name, np.ones(len(rows), dtype=np.bool_)) < 0]
    for found in _group_rows(frame[list(_Row._fields)].iloc[shared], ["account"]):
        if not _is_household(found):
            names = [row.name for row in found]
            odd, _ = _find_odd(Counter(names))
            last, fen = [row for row in found if row.name == odd][-1], sum(row.amount_fen for row in found)
            yield Finding("X05", last.place, str(len(set(names))), _join(names), person=last.name, fen=fen)


def _is_household(rows: Sequence[_Row]) -> bool:
    """Whether the rows of one account name one household; or, where no household is told, one payee of a small family.

    One ID under several names is one person (X03 tells of the names).
    """
    if len({row.id for row in rows}) == 1 and is_valid_id(rows[0].id):
        return True
    ids, heads = {row.household_id for row in rows}, {row.household_head for row in rows}
    told = [len(ids) == 1] if "" not in ids else []
    told += [len({(row.household_head, row.village_code) for row in rows}) == 1] if "" not in heads else []
    if told:
        return any(told)
    payees, names = {row.payee for row in rows}, {row.name for row in rows}
    return ids == heads == {""} and len(payees) == 1 and payees <= names and len(names) <= _FAMILY


def _join(texts: Iterable[str]) -> str:
    """Distinct texts, the first ten of them."""
    distinct = list(dict.fromkeys(texts))
    return "、".join(distinct[:_MOST_NAMES]) + (f" 等 {len(distinct)} 个" if len(distinct) > _MOST_NAMES else "")
