"""Findings that only several rows together tell: names, IDs, accounts and rates that do not agree, payments made twice."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from operator import attrgetter
from typing import NamedTuple

import numpy as np
import pandas as pd

from village_notice.checks.keys import Keys, build_keys, list_rows, sort_by_path
from village_notice.checks.reissues import check_reissues
from village_notice.checks.returned import check_returned, find_returned
from village_notice.checks.twice import check_twice
from village_notice.checks.unusual import check_unusual
from village_notice.checks.versions import check_versions
from village_notice.domain.codes import Bools, Ints, code_texts, combine_codes, find_single
from village_notice.domain.finding import Finding, Place
from village_notice.domain.identity import is_valid_id
from village_notice.domain.money import format_scaled
from village_notice.domain.subsidy import Subsidy

_FEWEST_RATES, _MANY_RATES = 5, 20
_USUAL_SHARE = 0.9
"""Of many payments, how many must have the usual rate; of few, all but one."""
_FAMILY = 4
"""People of unknown household who may share the account of one of them without a word."""
_MOST_NAMES = 10


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
    yield from check_returned(frame, returned)
    yield from (twice := list(check_twice(frame, keys, returned.doubted)))
    yield from check_versions(frame, keys, {f.place for f in twice if f.code == "X01"}, returned.doubted)
    yield from _check_identities(frame, keys)
    yield from _check_accounts(frame)
    yield from _check_rates(frame, keys, [s.code for s in subsidies if s.unit == "亩"])
    yield from check_reissues(frame, keys, returned)
    yield from _check_children(frame, keys, [s.code for s in subsidies if s.is_for_children])
    yield from _check_bases(frame, keys, [s.code for s in subsidies if s.quantity_rule == "same_base"])
    yield from check_unusual(frame, keys, year)


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
    township: str
    village: str
    household_id: str
    household_head: str
    payee: str
    amount_fen: int

    @property
    def place(self) -> Place:
        return Place(self.file, self.sheet, self.row, self.column)

    @property
    def whole_village(self) -> str:
        return self.township + self.village


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
    people = _find_suspects(frame, keys.has_id & (frame["organisation"] == 0).to_numpy())
    known = people.drop_duplicates(["id", "name", "village_code"])
    for code, wanted, alike, other, shown in (
        ("X03", ("name",), ["id"], "name", "name"),
        ("X04", ("name", "village_code"), ["village_code", "name"], "id", "id"),
        ("X06", ("village_code",), ["id"], "village_code", "whole_village"),
    ):
        rows = known[(known[list(wanted)] != "").all(axis=1)]
        pairs = rows.drop_duplicates([*alike, other])
        pairs = pairs[pairs.duplicated(alike, keep=False)]
        suspects = people[people[alike[-1]].isin(pairs[alike[-1]])]
        suspects = suspects[(suspects[list(wanted)] != "").all(axis=1)].merge(pairs[alike].drop_duplicates(), on=alike)
        show = attrgetter(shown)
        for found in _group_rows(suspects, alike):
            odd, usual = _split_odd([getattr(row, other) for row in found])
            last = found[odd[-1]]
            expected = _join(show(found[place]) for place in usual[:1])
            yield Finding(code, last.place, _join(map(show, found)), expected, person=last.name)


def _find_suspects(frame: pd.DataFrame, wanted: Bools) -> pd.DataFrame:
    """The wanted payments of whoever has more than one name, ID or village: nobody else can be amiss, and they are few."""
    rows = np.flatnonzero(wanted)
    identity, name, village = (code_texts(frame[c])[rows] for c in ("id", "name", "village_code"))
    called = combine_codes(village, name)
    doubtful = _has_several(identity, name) | _has_several(identity, village) | _has_several(called, identity)
    return frame[list(_Row._fields)].iloc[rows[doubtful]]


def _has_several(keys: Ints, values: Ints) -> Bools:
    """For each row whether the rows of its key have several values; keys from 0."""
    return find_single(keys, values, np.ones(len(keys), dtype=np.bool_)) < 0


def _split_odd(values: Sequence[str]) -> tuple[list[int], list[int]]:
    """Where the rarest value stands, of equals the one that comes last; where the commonest stands.

    The second is empty where no value is commoner than the others.
    """
    counts = Counter(values)
    rarest = min(reversed(counts), key=counts.__getitem__)
    commonest = max(counts, key=counts.__getitem__)
    has_usual = counts[commonest] > counts[rarest]
    return (
        [place for place, value in enumerate(values) if value == rarest],
        [place for place, value in enumerate(values) if has_usual and value == commonest],
    )


def _check_accounts(frame: pd.DataFrame) -> Iterator[Finding]:
    """X05, once for an account that people of several names were paid into, unless they are one household."""
    wanted = (frame["account"] != "") & (frame["name"] != "") & (frame["organisation"] == 0)
    rows = np.flatnonzero(wanted.to_numpy())
    shared = rows[_has_several(code_texts(frame["account"])[rows], code_texts(frame["name"])[rows])]
    for found in _group_rows(frame[list(_Row._fields)].iloc[shared], ["account"]):
        if not _is_household(found):
            names = [row.name for row in found]
            odd, _ = _split_odd(names)
            last, fen = found[odd[-1]], sum(row.amount_fen for row in found)
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
    wanted = frame["programme_code"].isin(codes) & frame["rate_micro"].notna() & frame["quantity_milli"].notna()
    rows = np.flatnonzero(wanted.to_numpy() & (keys.amount > 0))
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
    wanted = frame["programme_code"].isin(codes) & (frame["birth_date"] == "") & (frame["organisation"] == 0)
    rows = np.flatnonzero(wanted.to_numpy() & ~keys.has_id)
    _, first = np.unique(keys.person[rows], return_index=True)
    for _, place, name in list_rows(frame, rows[np.sort(first)]):
        yield Finding("X11", place, person=name)


def _check_bases(frame: pd.DataFrame, keys: Keys, codes: list[str]) -> Iterator[Finding]:
    """X12, once for each person whose area differs between the instalments of one programme and year."""
    wanted = frame["programme_code"].isin(codes) & frame["quantity_milli"].notna() & frame["status"].isin(["成功", ""])
    rows = np.flatnonzero(wanted.to_numpy() & (keys.amount > 0))
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
