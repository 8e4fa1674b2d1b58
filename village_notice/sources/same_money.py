"""Sheets of a workbook that say the same money once more: the sums of a year beside its months, lists of who is new or changed."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from village_notice.sources.sheet_task import SheetResult

_FEWEST_PEOPLE = 2
_FEWEST_SHEETS = 2
_NEARLY = 0.8

_Person = tuple[object, ...]


class Sums(NamedTuple):
    """A sheet (from 0) on which nearly everybody, or everybody, has just what he has on other sheets together."""

    place: int
    is_exact: bool


def find_sums(results: Sequence[SheetResult]) -> Iterator[Sums]:
    """The sheets of sums: of two other sheets at least, with two people at least.

    The others may be all, those that are no sums themselves, of these the ones of a time inside the sheet's own, or those
    since the last sums.
    """
    filled = [i for i, r in enumerate(results) if r.rows]
    sums = {i: _add_up(results[i]) for i in filled} if len(filled) > _FEWEST_SHEETS else {}
    for place, own in sums.items():
        if len(own) < _FEWEST_PEOPLE or not any(own.values()):
            continue
        best = 0
        for others in _list_parts(results, place, filled):
            found = [sums[i] for i in others if own.keys() & sums[i].keys()]
            if len(found) >= _FEWEST_SHEETS:
                best = max(best, sum(sum(f[person] for f in found) == fen for person, fen in own.items()))
        if best >= max(len(own) * _NEARLY, _FEWEST_PEOPLE):
            yield Sums(place, best == len(own))


def _list_parts(results: Sequence[SheetResult], place: int, filled: Sequence[int]) -> Iterator[Sequence[int]]:
    """The sheets that one may add up, as several guesses."""
    others = [i for i in filled if i != place]
    plain = [i for i in others if not results[i].says_sum]
    span = _find_span(results[place])
    before = [i for i in others if i < place]
    last = max((i for i in before if results[i].says_sum), default=-1)
    yield others
    yield plain
    if span:
        yield [i for i in plain if (s := _find_span(results[i])) and span[0] <= s[0] and s[1] <= span[1]]
    yield [i for i in before if i > last]


def _find_span(result: SheetResult) -> tuple[str, str] | None:
    """First and last month of a sheet's payments, None where they do not all tell theirs."""
    months = [str(p).split("/") for p in set(result.values["period"])]
    if not months or not all(re.fullmatch(r"\d{4}-\d\d", m) for parts in months for m in parts):
        return None
    return min(parts[0] for parts in months), max(parts[-1] for parts in months)


def find_changes(results: Sequence[SheetResult]) -> Iterator[int]:
    """The lists of changes (新增, 变更) all of whose people have the same money on other sheets."""
    counts = [_count_money(r) for r in results]
    for place, (result, own) in enumerate(zip(results, counts, strict=True)):
        others = sum(
            (c for i, c in enumerate(counts) if i != place and not results[i].says_changes), Counter[_Person]()
        )
        if result.says_changes and own and own <= others:
            yield place


def _count_money(result: SheetResult) -> Counter[_Person]:
    columns = ("name", "village", "programme", "amount_fen")
    return Counter(zip(*(result.values[c] for c in columns), strict=True))


def _add_up(result: SheetResult) -> Counter[_Person]:
    """Fen of each person: one name of a village, with one programme."""
    values, found = result.values, Counter[_Person]()
    rows = zip(values["name"], values["village"], values["programme"], values["amount_fen"], strict=True)
    for name, village, programme, fen in rows:
        found[name, village, programme] += fen if isinstance(fen, int) else 0
    return found
