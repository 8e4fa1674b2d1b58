"""Two files that list the same people with the same money: a list and the bank's answer, a list and its corrected version.

X01 holds what is the same in every word. Here half of a file is enough, whatever accounts or groups only one of them names.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterator

import numpy as np
import pandas as pd

from village_notice.checks.keys import Keys, find_between, find_first, list_rows
from village_notice.domain.codes import (
    Bools,
    Ints,
    are_among,
    code_texts,
    combine_codes,
    factorize_texts,
    find_repeated,
)
from village_notice.domain.finding import Finding, Place

_VERSION = re.compile(
    r"[新旧终修订正]版|版本|更[正新]|修[改订正]|定稿|终稿|初稿|最终|最新|\bv\d|重做|重报", re.IGNORECASE
)
_Whose = tuple[Ints, Ints, Ints]
"""Name, village and programme of some payments, as numbers."""
_SHARE = 0.5
_FEWEST = 2
_SAME, _CHANGED = "同一人、同一项目、同一金额", "同一人、同一项目，金额不同"


def check_versions(
    payments: pd.DataFrame, keys: Keys, held: Collection[Place], doubted: Collection[int] = ()
) -> Iterator[Finding]:
    """X20 for payments of files that share at least half of their payments with an earlier file.

    Args:
        payments: Payments in path order.
        keys: Their keys.
        held: The places of payments that X01 holds already.
        doubted: Positions of payments that X21 holds: what repeats one of them is its re-issue.

    People of both files whose amounts differ are told in both: nobody knows which of the two was paid.
    """
    paid = are_among(payments["status"], ["成功", ""]) & (keys.amount > 0)
    paid &= ~(are_among(payments["name"], [""]) | are_among(payments["programme"], [""]))
    paid[list(doubted)] = False
    rows = np.flatnonzero(paid)
    if not len(rows) or keys.file[rows[0]] == keys.file[rows[-1]]:
        return
    whose = (code_texts(payments["name"])[rows], code_texts(payments["village_code"])[rows], keys.programme[rows])
    own, partner = _pair(payments, keys, rows, whose)
    if not len(own):
        return
    sizes = np.bincount(keys.file[rows])
    files = list(zip(keys.file[rows[own]].tolist(), keys.file[rows[partner]].tolist(), strict=True))
    shared: dict[tuple[int, int], list[tuple[int, int]]] = defaultdict(list)
    for pair, one, other in zip(files, own.tolist(), partner.tolist(), strict=True):
        shared[pair].append((one, other))
    for pair in sorted(shared):
        if len(shared[pair]) < max(_SHARE * min(sizes[pair[0]], sizes[pair[1]]), _FEWEST):
            continue
        same = [(int(rows[a]), int(rows[b])) for a, b in shared[pair]]
        changed = [(int(rows[a]), int(rows[b])) for a, b in _find_changed(keys, rows, whose, pair, shared[pair])]
        told = [(a, b, _SAME) for a, b in same] + [(x, y, _CHANGED) for a, b in changed for x, y in ((a, b), (b, a))]
        yield from (f for f in _tell(payments, keys, told) if f.place not in held)


def _pair(payments: pd.DataFrame, keys: Keys, rows: Ints, whose: _Whose) -> tuple[Ints, Ints]:
    """Payments and the earlier ones of other files that may be the same, as places among `rows`."""
    loose = (*whose, keys.amount[rows], keys.year[rows])
    vague, time = keys.is_vague[rows], keys.time[rows]
    some = find_repeated(*loose, time)
    first = some[find_first(combine_codes(*(k[some] for k in loose), time[some]))]
    apart = keys.file[rows[first]] != keys.file[rows[some]]
    pairs = [(some[apart], first[apart])]
    names = factorize_texts(payments["file"])[1]
    versions = [number for number, name in enumerate(names) if _VERSION.search(str(name).rpartition("/")[2])]
    is_version = np.isin(keys.file[rows], versions)
    for wanted, among in ((vague, ~vague), (vague & is_version, vague & ~is_version)):
        some = find_between(keys.programme[rows], wanted, among)
        some = some[find_repeated(*(k[some] for k in loose))]
        pair = _match(
            combine_codes(*(k[some] for k in loose)), keys.file[rows[some]], np.flatnonzero(wanted[some]),
            np.flatnonzero(among[some]),
        )  # fmt: skip
        pairs.append((some[pair[0]], some[pair[1]]))
    own, partner = (np.concatenate(p) for p in zip(*pairs, strict=True))
    _, once = np.unique(own, return_index=True)
    own, partner = own[once], partner[once]
    keep = _agree(payments, rows, own, partner)
    return own[keep], partner[keep]


def _match(loose: Ints, file: Ints, wanted: Ints, among: Ints) -> tuple[Ints, Ints]:
    """Of some payments those that others, of another file, are alike to."""
    known, first = np.unique(loose[among], return_index=True)
    if not len(known):
        return among, among
    at = np.minimum(np.searchsorted(known, loose[wanted]), len(known) - 1)
    alike = known[at] == loose[wanted]
    own, partner = wanted[alike], among[first[at[alike]]]
    apart = file[own] != file[partner]
    return own[apart], partner[apart]


def _agree(payments: pd.DataFrame, rows: Ints, own: Ints, partner: Ints) -> Bools:
    """Whether neither ID nor account, where both rows name one, tells two people apart."""
    keep = np.ones(len(own), dtype=np.bool_)
    for column in ("id", "account"):
        here, there = (payments[column].iloc[rows[p]].to_numpy(dtype=object) for p in (own, partner))
        keep &= (here == "") | (there == "") | (here == there)
    return keep


def _find_changed(
    keys: Keys, rows: Ints, whose: _Whose, pair: tuple[int, int], same: list[tuple[int, int]]
) -> Iterator[tuple[int, int]]:
    """The people of two files who stand in both with other amounts: (payment, earlier payment), as places among `rows`."""
    used = {p for one in same for p in one}
    people: dict[tuple[int, ...], int] = {}
    for place, person in _list_people(keys, rows, whose, pair[1]):
        if place not in used:
            people.setdefault(person, place)
    for place, person in _list_people(keys, rows, whose, pair[0]):
        other = people.pop(person, None) if place not in used else None
        if other is not None and keys.amount[rows[place]] != keys.amount[rows[other]]:
            yield place, other


def _list_people(keys: Keys, rows: Ints, whose: _Whose, file: int) -> Iterator[tuple[int, tuple[int, ...]]]:
    """The places of a file's payments among `rows`, and whose each is."""
    places = np.flatnonzero(keys.file[rows] == file)
    return zip(places.tolist(), zip(*(codes[places].tolist() for codes in whose), strict=True), strict=True)


def _tell(payments: pd.DataFrame, keys: Keys, told: list[tuple[int, int, str]]) -> Iterator[Finding]:
    here = list_rows(payments, np.array([a for a, _, _ in told], dtype=np.int64))
    there = list_rows(payments, np.array([b for _, b, _ in told], dtype=np.int64))
    for (row, place, name), (_, other, _), (_, _, words) in zip(here, there, told, strict=True):
        where = " ".join(filter(None, (other.file, other.sheet, f"第 {other.row} 行")))
        yield Finding("X20", place, words, where, "", name, int(keys.amount[row]))
