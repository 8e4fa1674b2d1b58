"""A list of households and a list of their people that are the same money: each household has just what its people have together."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import pandas as pd

from village_notice.checks.keys import Keys, list_rows
from village_notice.domain.codes import are_among, code_texts, combine_codes, find_single
from village_notice.domain.columns import PAID_STATUSES
from village_notice.domain.finding import Finding, Place

_FEWEST, _SHARE = 2, 0.5
"""So many households, and such a share of those with several people, must have just what their people have."""


class _Row(NamedTuple):
    """One payment: its position in the frame, who got it and whose household he says he is of."""

    position: int
    name: str
    head: str
    fen: int


class _Household(NamedTuple):
    """A household of one list beside its people of another."""

    own: Sequence[_Row]
    people: Sequence[_Row]

    @property
    def is_equal(self) -> bool:
        """Whether the people have just what the household has."""
        return sum(r.fen for r in self.own) == sum(r.fen for r in self.people)

    @property
    def has_several(self) -> bool:
        """Whether there is anybody beside the head of the household."""
        return len(self.people) > 1 and any(r.name != self.own[0].name for r in self.people)


@dataclass(slots=True)
class _Pair:
    """Two lists, over all villages: the households, and whether the heads are named or only stand first among their people."""

    households: list[_Household] = field(default_factory=list)
    is_same: bool = True

    @property
    def is_one_money(self) -> bool:
        """Whether the two lists are of the same money."""
        large = [h for h in self.households if h.has_several]
        equal = [h for h in large if h.is_equal]
        if self.is_same and equal and len(self.households) >= _FEWEST and all(h.is_equal for h in self.households):
            return True
        return len(equal) >= max(_FEWEST, len(large) * _SHARE)


def check_households(payments: pd.DataFrame, keys: Keys, held: Collection[Place] = ()) -> Iterator[Finding]:
    """X20 for the payments of the later of two lists, one of households, one of their people, that are the same money.

    Args:
        payments: Payments in path order.
        keys: Their keys.
        held: The places of payments that X01 holds already.

    Lists are compared that have a village, a programme and a time in common. A household whose people have another sum is
    told in both lists: nobody knows which of the two was paid.
    """
    pairs: defaultdict[tuple[int, int], _Pair] = defaultdict(_Pair)
    for lists in _list_villages(payments, keys):
        for first in lists:
            for second in lists:
                if first != second:
                    _compare(lists[first], lists[second], pairs[first, second])
    for pair in pairs.values():
        if pair.households and pair.is_one_money:
            yield from (f for f in _tell(payments, pair) if f.place not in held)


def _list_villages(payments: pd.DataFrame, keys: Keys) -> Iterator[Mapping[int, Sequence[_Row]]]:
    """The rows by list, for each village, programme and time of which there are several lists."""
    known = are_among(payments["status"], [s for s in PAID_STATUSES if s != "追回"]) & (keys.amount > 0)
    known &= ~(are_among(payments["programme"], [""]) | are_among(payments["village_code"], [""]))
    rows = np.flatnonzero(known)
    cell = combine_codes(code_texts(payments["village_code"])[rows], keys.programme[rows], keys.time[rows])
    table = combine_codes(keys.sheet[rows], code_texts(payments["column"])[rows])
    some = np.flatnonzero(find_single(cell, table, np.ones(len(rows), dtype=np.bool_)) < 0)
    rows = rows[some]
    texts = (payments[c].iloc[rows].tolist() for c in ("name", "household_head"))
    found: defaultdict[int, defaultdict[int, list[_Row]]] = defaultdict(lambda: defaultdict(list))
    values = zip(
        cell[some].tolist(), table[some].tolist(), rows.tolist(), *texts, keys.amount[rows].tolist(), strict=True
    )
    for village, own, *row in values:
        found[village][own].append(_Row(*row))
    yield from found.values()


def _compare(households: Sequence[_Row], people: Sequence[_Row], pair: _Pair) -> None:
    """Adds the households that stand on one list and whose people stand on the other."""
    if len(people) <= len(households) or any(r.head not in ("", r.name) for r in households):
        return
    own: defaultdict[str, list[_Row]] = defaultdict(list)
    for row in households:
        own[row.name].append(row)
    named = {r.head for r in people} - {""}
    members: defaultdict[str, list[_Row]] = defaultdict(list)
    head = ""
    for row in people:
        head = row.head or (row.name if row.name in own else head)
        members[head].append(row)
    found = [_Household(own[h], members[h]) for h in members if h in own]
    if named or (len(found) == len(own) == len(members) and all(h.is_equal for h in found)):
        pair.households += found
        pair.is_same &= len(found) == len(own) == len(members)


def _tell(payments: pd.DataFrame, pair: _Pair) -> Iterator[Finding]:
    """X20 in the list that stands later, in both where the sums differ."""
    is_after = pair.households[0].own[0].position > pair.households[0].people[0].position
    for household in pair.households:
        name = household.own[0].name
        sides = (household.own, household.people) if is_after else (household.people, household.own)
        same = "正好是" if household.is_equal else "不是"
        words = f"户主{name}这一户 {len(household.people)} 人的金额相加，{same}按户发的名单上这一户的金额"
        for here, there in [sides] if household.is_equal else [sides, sides[::-1]]:
            where = _name_rows([p for _, p, _ in list_rows(payments, np.array([r.position for r in there]))])
            rows = np.array([r.position for r in here], dtype=np.int64)
            for (_, place, person), row in zip(list_rows(payments, rows), here, strict=True):
                yield Finding("X20", place, words, where, person=person, fen=row.fen)


def _name_rows(places: Sequence[Place]) -> str:
    """Where some rows of one list are."""
    rows = "、".join(str(p.row) for p in places)
    return " ".join(filter(None, (places[0].file, places[0].sheet, f"第 {rows} 行")))
