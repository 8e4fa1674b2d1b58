"""Findings that only several rows together tell: names, IDs, accounts and rates that do not agree, payments made twice."""

from collections.abc import Collection, Iterable, Iterator

import numpy as np
import pandas as pd

from village_notice.checks.keys import (
    Keys,
    build_keys,
    combine_codes,
    list_rows,
    sort_by_path,
)
from village_notice.checks.reissues import check_reissues
from village_notice.checks.twice import check_twice
from village_notice.domain.finding import Finding, Place
from village_notice.domain.money import format_scaled
from village_notice.domain.subsidy import Subsidy

_FEWEST_RATES = 20
_USUAL_SHARE = 0.9
_FAMILY = 4
"""People of unknown household who may share the account of one of them without a word."""
_MOST_NAMES = 10


def check_across(
    payments: pd.DataFrame, subsidies: Iterable[Subsidy] = (), *, copies: Collection[str] = ()
) -> Iterator[Finding]:
    """X01 to X10, in a fixed order.

    Args:
        payments: Payments frame; files are compared in path order whatever the order of the frame.
        subsidies: The table of programmes; rates (X07) are only compared for those it counts in 亩.
        copies: Files held already as copies of another (F05): nothing further is told about them.
    """
    frame = payments[~payments["file"].isin(list(copies))] if copies else payments
    frame = sort_by_path(frame)
    if frame.empty:
        return
    keys = build_keys(frame)
    yield from check_twice(frame, keys)
    yield from _check_identities(frame, keys)
    yield from _check_accounts(frame)
    yield from _check_rates(frame, keys, [s.code for s in subsidies if s.unit == "亩"])
    yield from check_reissues(frame, keys)


def _check_identities(frame: pd.DataFrame, keys: Keys) -> Iterator[Finding]:
    """X03 one ID with several names, X04 one name with several IDs in a village, X06 one ID in several villages."""
    people = frame[["file", "sheet", "row", "column", "id", "name", "village_code", "township", "village"]][
        keys.has_id & (frame["organisation"] == 0).to_numpy()
    ]
    known = people.drop_duplicates(["id", "name", "village_code"])
    placed = known[known["village_code"] != ""]
    villages = placed.assign(village=placed["township"] + placed["village"])
    for code, rows, alike, other, shown in (
        ("X03", known[known["name"] != ""], ["id"], "name", "name"),
        ("X04", placed[placed["name"] != ""], ["village_code", "name"], "id", "id"),
        ("X06", villages, ["id"], "village_code", "village"),
    ):
        pairs = rows.drop_duplicates([*alike, other])
        for _, found in pairs[pairs.duplicated(alike, keep=False)].groupby(alike, sort=True):
            yield Finding(code, _last_place(found), _join(found[shown]), person=str(found["name"].iloc[-1]))


def _check_accounts(frame: pd.DataFrame) -> Iterator[Finding]:
    """X05, once for an account that people of several names were paid into, unless they are one household."""
    wanted = (frame["account"] != "") & (frame["name"] != "") & (frame["organisation"] == 0)
    pairs = frame.loc[wanted, ["account", "name"]].drop_duplicates()
    shared = pairs.loc[pairs["account"].duplicated(), "account"]
    suspects = frame[wanted & frame["account"].isin(shared)]
    for _, found in suspects.groupby("account", sort=True):
        if not _is_household(found):
            names = found["name"].drop_duplicates()
            fen = int(found.loc[found["amount_fen"].notna(), "amount_fen"].sum())
            person = str(found["name"].iloc[-1])
            yield Finding("X05", _last_place(found), str(len(names)), _join(names), person=person, fen=fen)


def _is_household(rows: pd.DataFrame) -> bool:
    """Whether the rows of one account name one household; or, where no household is told, one payee of a small family."""
    told = [
        rows[columns].drop_duplicates()
        for columns in (["household_id"], ["household_head", "village_code"])
        if (rows[columns[0]] != "").all()
    ]
    if told:
        return any(len(t) == 1 for t in told)
    payees, names = set(rows["payee"]), set(rows["name"])
    is_told = bool((rows[["household_id", "household_head"]] != "").any(axis=None))
    return not is_told and len(payees) == 1 and payees <= names and len(names) <= _FAMILY


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
    is_usual = (sizes[group] >= _FEWEST_RATES) & (of_kind[kind] >= sizes[group] * _USUAL_SHARE)
    usual[group[is_usual]] = rate[is_usual]
    odd = np.flatnonzero((usual[group] > 0) & ~is_usual)
    for position, (row, place, name) in zip(odd, list_rows(frame, rows[odd]), strict=True):
        found, expected = (f"{format_scaled(int(r), 6)} 元/亩" for r in (rate[position], usual[group[position]]))
        yield Finding("X07", place, found, expected, person=name, fen=int(keys.amount[row]))


def _last_place(rows: pd.DataFrame) -> Place:
    file, sheet, row, column = rows[["file", "sheet", "row", "column"]].iloc[-1]
    return Place(str(file), str(sheet), int(row), str(column))


def _join(texts: pd.Series) -> str:
    """Distinct texts, the first ten of them."""
    distinct = list(dict.fromkeys(map(str, texts)))
    return "、".join(distinct[:_MOST_NAMES]) + (f" 等 {len(distinct)} 个" if len(distinct) > _MOST_NAMES else "")
