"""Payments that stand twice in one workbook: on a sheet for printing, for the bank, or in a second table below the first.

Two lists are told apart by what their names and titles say of batch or time, and by what their rows say of person and time.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from village_notice.domain.patterns import compile_late
from village_notice.sources.sheet_task import SheetResult

_BATCH = compile_late(
    r"[一二三四五六七八九十\d]+(?:批|次|期|季)|[上下]半年|\d{1,2}月|[一二三四五六七八九十]+月|20\d\d[-._]?(?:0[1-9]|1[0-2])(?!\d)"
)
_SEASON = compile_late(r"[春夏秋冬](?=季|$|[补发])")
_MORE = compile_late(r"(?<![直奖粮农良综棉牧林])补发|补差|追加|重发|再次|二次")
_FEWEST = 2
_SHARE = 0.5


class Repeat(NamedTuple):
    """A payment that another one repeats: sheet and payment of both, from 0; whether the amounts are the same."""

    sheet: int
    row: int
    other_sheet: int
    other_row: int
    is_same: bool


class _List(NamedTuple):
    """The payments of one table: its sheet, its first payment and the one behind its last, the words of batch and time above it."""

    sheet: int
    first: int
    stop: int
    words: frozenset[str]

    @property
    def size(self) -> int:
        return self.stop - self.first


def find_repeats(results: Sequence[SheetResult]) -> list[Repeat]:
    """The payments of later lists that an earlier one has too, in the order of the sheets.

    They are told where the two lists share half of the shorter one, or where both rows name the month, the ID or the
    account. Where they share half, the people with other amounts are told too: one of the lists was corrected.
    """
    lists = list(_list_tables(results))
    found: list[Repeat] = []
    keys = [set(_list_keys(results[u.sheet], u)) for u in lists] if len(lists) > 1 else []
    for place, own in enumerate(lists[1:], 1):
        taken: set[int] = set()
        for earlier, other in enumerate(lists[:place]):
            if keys[place].isdisjoint(keys[earlier]) or (own.words and other.words and own.words != other.words):
                continue
            new = [r for r in _compare(results, own, other) if r.row not in taken]
            taken |= {r.row for r in new}
            found += new
    return found


def _list_tables(results: Sequence[SheetResult]) -> Iterator[_List]:
    for sheet, result in enumerate(results):
        starts = [start for start, _ in result.parts] if result.rows else []
        for (first, titles), stop in zip(result.parts, [*starts[1:], result.rows], strict=False):
            words = {w for t in (result.name, *titles) for w in _BATCH.findall(t)} | set(_SEASON.findall(result.name))
            if stop > first and not any(map(_MORE.search, (result.name, *titles))):
                yield _List(sheet, first, stop, frozenset(words))


def _list_keys(result: SheetResult, part: _List) -> Iterator[tuple[object, ...]]:
    columns = ("name", "village", "amount_fen")
    return zip(*(result.values[c][part.first : part.stop] for c in columns), strict=True)


def _compare(results: Sequence[SheetResult], own: _List, other: _List) -> list[Repeat]:
    """The repeats of two lists, () where they share too little to be of the same money."""
    here, there = results[own.sheet], results[other.sheet]
    people: dict[tuple[object, object], list[int]] = defaultdict(list)
    for row in range(other.first, other.stop):
        people[there.values["name"][row], there.values["village"][row]].append(row)
    same, rest, used = list[Repeat](), list[tuple[int, list[int]]](), set[int]()
    for row in range(own.first, own.stop):
        known = people.get((here.values["name"][row], here.values["village"][row]), [])
        known = [r for r in known if r not in used and _may_be_one(here, row, there, r)]
        fen = here.values["amount_fen"][row]
        match = next((r for r in known if fen and there.values["amount_fen"][r] == fen), None)
        if match is None:
            rest.append((row, known))
            continue
        used.add(match)
        same.append(Repeat(own.sheet, row, other.sheet, match, is_same=True))
    if len(same) >= max(min(own.size, other.size) * _SHARE, _FEWEST):
        changed = [(row, r) for row, known in rest for r in known if r not in used and here.values["amount_fen"][row]]
        return same + [Repeat(own.sheet, row, other.sheet, r, is_same=False) for row, r in changed]
    return [r for r in same if _is_sure(here, r.row, there, r.other_row)]


def _may_be_one(one: SheetResult, row: int, other: SheetResult, other_row: int) -> bool:
    """Whether nothing that both rows say tells two people, or two payments, apart."""
    for name in ("id", "account", "group", "programme", "period", "pay_date", "year"):
        here, there = one.values[name][row], other.values[name][other_row]
        if here and there and here != there:
            return False
    return all(s in ("", "成功") for s in (one.values["status"][row], other.values["status"][other_row]))


def _is_sure(one: SheetResult, row: int, other: SheetResult, other_row: int) -> bool:
    """Whether both rows name the same ID, account, day or month."""
    told = [(one.values[n][row], other.values[n][other_row]) for n in ("id", "account", "pay_date", "period")]
    return any(a and a == b and not re.fullmatch(r"\d{4}", str(a)) for a, b in told)
