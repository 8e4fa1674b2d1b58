"""Findings that only several rows together tell: names, IDs, accounts and rates that do not agree, payments made twice."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import partial
from typing import NamedTuple, TypeVar

import numpy as np
import pandas as pd

from village_notice.checks.keys import Keys, build_keys, list_rows, sort_by_path
from village_notice.checks.reissues import check_reissues
from village_notice.checks.returned import check_returned, find_returned
from village_notice.checks.twice import check_twice
from village_notice.checks.unusual import check_unusual
from village_notice.checks.versions import check_versions
from village_notice.domain.codes import (
    Bools,
    Ints,
    are_among,
    code_texts,
    combine_codes,
    find_repeated,
    find_single,
    list_firsts,
)
from village_notice.domain.finding import Finding, Place
from village_notice.domain.identity import is_valid_id
from village_notice.domain.money import format_scaled
from village_notice.domain.side_by_side import do_side_by_side
from village_notice.domain.subsidy import Subsidy

_FEWEST_RATES, _MANY_RATES = 5, 20
_USUAL_SHARE = 0.9
"""Of many payments, how many must have the usual rate; of few, all but one."""
_FAMILY = 4
"""People of unknown household who may share the account of one of them without a word."""
_MOST_NAMES = 10
T = TypeVar("T")


def check_across(
    payments: pd.DataFrame, subsidies: Iterable[Subsidy] = (), *, copies: Collection[str] = (), year: int = 0
) -> Iterator[Finding]:
    """X01 to X14, X20, X21 and R15, in a fixed order.

    Args:
        payments: Payments frame; files are compared in path order whatever the order of the frame.
        subsidies: The table of programmes; rates (X07) are only compared for those it counts in 亩.
        copies: Files held already as copies of another (F05): nothing further is told about them.
        year: The year of the run, 0 unknown.
    """
    subsidies = list(subsidies)
    frame = payments[~payments["file"].isin(list(copies))] if copies else payments
    frame = sort_by_path(frame)
    if frame.empty:
        return
    keys = build_keys(frame)
    returned = find_returned(frame, keys)

    def check_repeats() -> Iterator[Finding]:
        yield from (twice := list(check_twice(frame, keys, returned.doubted)))
        yield from check_versions(frame, keys, {f.place for f in twice if f.code == "X01"}, returned.doubted)

    checks: list[Callable[[], Iterator[Finding]]] = [
        partial(check_returned, frame, returned),
        check_repeats,
        partial(_check_identities, frame, keys),
        partial(_check_accounts, frame),
        partial(_check_rates, frame, keys, [s.code for s in subsidies if s.unit == "亩"]),
        partial(check_reissues, frame, keys, returned),
        partial(_check_children, frame, keys, [s.code for s in subsidies if s.is_for_children]),
        partial(_check_bases, frame, keys, [s.code for s in subsidies if s.quantity_rule == "same_base"]),
        partial(check_unusual, frame, keys, year),
    ]
    for found in do_side_by_side([partial(_list_findings, check) for check in checks], len(frame)):
        yield from found


def _list_findings(check: Callable[[], Iterator[Finding]]) -> list[Finding]:
    return list(check())


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


def _find_persons(frame: pd.DataFrame) -> Bools:
    """Which payments are no organisation's."""
    found: Bools = (frame["organisation"] == 0).to_numpy()
    return found


def _group_rows(frame: pd.DataFrame, columns: Sequence[str]) -> list[list[_Row]]:
    """The payments with equal values in some columns together, sorted by these; an unknown amount is 0."""
    values = (frame[c].fillna(0).tolist() if c == "amount_fen" else frame[c].tolist() for c in _Row._fields)
    groups: dict[tuple[str, ...], list[_Row]] = {}
    key = zip(*(frame[c].tolist() for c in columns), strict=True)
    for own, row in zip(key, map(_Row._make, zip(*values, strict=True)), strict=True):
        groups.setdefault(own, []).append(row)
    return [groups[own] for own in sorted(groups)]


def _check_identities(frame: pd.DataFrame, keys: Keys) -> Iterator[Finding]:
    """X03 one ID with several names, X04 one name with several IDs in a village, X06 one ID in several villages."""
    people = np.flatnonzero(keys.has_id & _find_persons(frame))
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
    rows = np.flatnonzero(_find_persons(frame) & ~nameless)
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


def _check_rates(frame: pd.DataFrame, keys: Keys, codes: list[str]) -> Iterator[Finding]:
    """X07 where nearly all payments of a programme and time have one rate and this one another; areas in 亩 only."""
    wanted = are_among(frame["programme_code"], codes) & (keys.amount > 0)
    wanted &= (frame["rate_micro"].notna() & frame["quantity_milli"].notna()).to_numpy()
    rows = np.flatnonzero(wanted)
    if not len(rows):
        return
    rate = frame["rate_micro"].iloc[rows].to_numpy(dtype=np.int64)
    group = combine_codes(keys.programme[rows], keys.time[rows])
    kind = combine_codes(group, rate)
    sizes, of_kind = np.bincount(group), np.bincount(kind)
    usual = np.zeros(len(sizes), dtype=np.int64)
    size, alike = sizes[group], of_kind[kind]
    is_usual = (size >= _FEWEST_RATES) & ((alike >= size * _USUAL_SHARE) | ((size < _MANY_RATES) & (alike == size - 1)))
    usual[group[is_usual]] = rate[is_usual]
    odd = np.flatnonzero((usual[group] > 0) & ~is_usual)
    for position, (row, place, name) in zip(odd, list_rows(frame, rows[odd]), strict=True):
        found, expected = (f"{format_scaled(int(r), 6)} 元/亩" for r in (rate[position], usual[group[position]]))
        yield Finding("X07", place, found, expected, person=name, fen=int(keys.amount[row]))


def _check_children(frame: pd.DataFrame, keys: Keys, codes: list[str]) -> Iterator[Finding]:
    """X11, once for each person of a children's programme whose age nobody told.

    Source: 个人信息保护法 §28: what concerns a child under fourteen is sensitive, so an unknown age counts as one.
    """
    wanted = ~keys.has_id & are_among(frame["programme_code"], codes) & are_among(frame["birth_date"], [""])
    rows = np.flatnonzero(wanted & _find_persons(frame))
    _, first = np.unique(keys.person[rows], return_index=True)
    for _, place, name in list_rows(frame, rows[np.sort(first)]):
        yield Finding("X11", place, person=name)


def _check_bases(frame: pd.DataFrame, keys: Keys, codes: list[str]) -> Iterator[Finding]:
    """X12, once for each person whose area differs between the instalments of one programme and year."""
    wanted = are_among(frame["programme_code"], codes) & are_among(frame["status"], ["成功", ""]) & (keys.amount > 0)
    rows = np.flatnonzero(wanted & frame["quantity_milli"].notna().to_numpy())
    rows = rows[find_repeated(keys.person[rows], keys.programme[rows], keys.year[rows])]
    if not len(rows):
        return
    quantity = frame["quantity_milli"].iloc[rows].to_numpy(dtype=np.int64)
    base = combine_codes(keys.person[rows], keys.programme[rows], keys.year[rows])
    batch = combine_codes(base, keys.sheet[rows], keys.time[rows])  # several plots of one batch add up
    sums = np.zeros(int(batch.max()) + 1, dtype=np.int64)
    np.add.at(sums, batch, quantity)
    size = int(base.max()) + 1
    lowest, highest = np.full(size, np.iinfo(np.int64).max), np.zeros(size, dtype=np.int64)
    np.minimum.at(lowest, base, sums[batch])
    np.maximum.at(highest, base, sums[batch])
    last = np.full(size, -1, dtype=np.int64)
    np.maximum.at(last, base, np.arange(len(rows)))
    odd = last[lowest < highest]
    for number, (_, place, name) in zip(odd, list_rows(frame, rows[odd]), strict=True):
        found = "、".join(format_scaled(int(q[base[number]]), 3) for q in (lowest, highest))
        yield Finding("X12", place, found, person=name, fen=int(keys.amount[rows[number]]))


def _join(texts: Iterable[str]) -> str:
    """Distinct texts, the first ten of them."""
    distinct = list(dict.fromkeys(texts))
    return "、".join(distinct[:_MOST_NAMES]) + (f" 等 {len(distinct)} 个" if len(distinct) > _MOST_NAMES else "")
