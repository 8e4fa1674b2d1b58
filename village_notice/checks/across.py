"""Findings that only several rows together tell: payments made twice, rates and areas that do not agree, what is unusual."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import partial

import numpy as np
import pandas as pd

from village_notice.checks.households import check_households
from village_notice.checks.keys import Keys, build_keys, find_persons, leave_out_copies, list_rows
from village_notice.checks.named import Unpaid, find_named
from village_notice.checks.reissues import check_reissues
from village_notice.checks.returned import check_returned, find_returned
from village_notice.checks.twice import check_twice
from village_notice.checks.unusual import check_unusual
from village_notice.checks.versions import check_versions
from village_notice.domain.codes import (
    are_among,
    combine_codes,
    find_repeated,
)
from village_notice.domain.finding import Finding
from village_notice.domain.money import format_scaled
from village_notice.domain.side_by_side import do_side_by_side
from village_notice.domain.subsidy import Subsidy

_FEWEST_RATES, _MANY_RATES = 5, 20
_USUAL_SHARE = 0.9
"""Of many payments, how many must have the usual rate; of few, all but one."""


def check_across(
    payments: pd.DataFrame,
    subsidies: Iterable[Subsidy] = (),
    *,
    copies: Collection[str] = (),
    year: int = 0,
    unpaid: Sequence[Unpaid] = (),
) -> Iterator[Finding]:
    """X01, X02, X07 to X14, X20 to X22 and R15, in a fixed order; for X03 to X06 see `people.check_people`.

    Args:
        payments: Payments frame; files are compared in path order whatever the order of the frame.
        subsidies: The table of programmes; rates (X07) are only compared for those it counts in 亩.
        copies: Files held already as copies of another (F05): nothing further is told about them.
        year: The year of the run, 0 unknown.
        unpaid: Who is named as not paid in lists without money.
    """
    subsidies = list(subsidies)
    frame = leave_out_copies(payments, copies)
    if frame.empty:
        return
    keys = build_keys(frame)
    returned = find_returned(frame, keys)
    named = find_named(frame, keys, unpaid, returned.doubted)
    doubted = {*returned.doubted, *named.doubted}

    def check_repeats() -> Iterator[Finding]:
        yield from (twice := list(check_twice(frame, keys, doubted)))
        held = {f.place for f in twice if f.code == "X01"}
        yield from check_versions(frame, keys, held, doubted)
        yield from check_households(frame, keys, held)

    checks: list[Callable[[], Iterator[Finding]]] = [
        partial(check_returned, frame, returned),
        partial(iter, named.findings),
        check_repeats,
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
    rows = np.flatnonzero(wanted & find_persons(frame))
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
