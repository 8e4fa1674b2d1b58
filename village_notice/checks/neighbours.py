"""Villages held against their neighbours and against last year: a programme that is missing, people who are missing."""

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from village_notice.domain.codes import code_texts, combine_codes
from village_notice.domain.finding import Finding, Place
from village_notice.domain.identity import is_valid_id
from village_notice.domain.money import format_fen
from village_notice.domain.village import Village

_REGISTER = "村名册"
"""Stands for the file in findings about a whole village."""
_FEWEST_VILLAGES = 10
_SHARE = 0.95
_MOST_NAMES = 10
_KEYS, _BY_NAME = ["village_code", "programme_code", "who"], ["village_code", "programme_code", "name"]
_NAMED = "姓名 "
"""Begins what stands for the ID of somebody who has none."""


def check_neighbours(decided: pd.DataFrame, villages: Sequence[Village]) -> Iterator[Finding]:
    """X17 for a village with payments that lacks a programme nearly all its neighbours of the township have.

    Source: the county asks which village lacks what.
    """
    numbers = combine_codes(
        *(code_texts(decided[c]) for c in ("township", "village_code", "programme_code", "verdict"))
    )
    _, first = np.unique(numbers, return_index=True)
    rows = decided[["township", "village_code", "programme_code", "programme", "verdict"]].iloc[first]
    rows = rows[rows["verdict"].isin(["accepted", "held", "not_paid"])]
    rows = rows[(rows["village_code"] != "") & (rows["programme_code"] != "")]
    for township, part in rows.groupby("township", sort=True):
        codes = set(part["village_code"].unique())
        there = [v for v in villages if v.township == township and v.code in codes]
        if len(there) < _FEWEST_VILLAGES:
            continue
        for code, own in part.groupby("programme_code", sort=True):
            have = set(own["village_code"].unique())
            missing = [v for v in there if v.code not in have]
            if len(missing) <= len(there) * (1 - _SHARE):
                name = str(own["programme"].iloc[0] or code)
                for village in missing:
                    place = Place(_REGISTER, village.township + village.name)
                    yield Finding("X17", place, name, f"{len(have)} 个村有，共 {len(there)} 个村")


def check_last_year(decided: pd.DataFrame, before: pd.DataFrame | None) -> Iterator[Finding]:
    """X15 people paid last year and not this year, X16 people whose sum changed by more than half; once a village.

    Only programmes that the township has in both years are compared. Whoever waits for a payment is not missing.

    Args:
        decided: Payments of this year.
        before: What the ledger kept of last year: township, village, village_code, name, id, programme_code, programme,
            amount_fen, a row a person and programme; None or empty where it kept nothing.
    """
    if before is None or before.empty:
        return
    now = decided[decided["verdict"].isin(["accepted", "held", "not_paid"]) & (decided["village_code"] != "")]
    now = now.assign(amount_fen=now["amount_fen"].where(now["verdict"] == "accepted", 0).fillna(0).astype("int64"))
    earlier, sums = _add_people(before), _add_people(now)
    names = _link_by_name(earlier, sums)
    sums = sums.assign(who=_rename(sums, names))
    both = earlier.merge(sums, on=_KEYS, how="left", suffixes=("", "_now"))
    alive = now[["township", "programme_code"]].drop_duplicates()
    both = both.merge(alive, on=["township", "programme_code"])
    waiting = _add_people(now[now["verdict"] != "accepted"])
    waiting = waiting.assign(who=_rename(waiting, names), waits=True)
    both = both.merge(waiting[[*_KEYS, "waits"]], on=_KEYS, how="left")
    is_missing = both["amount_fen_now"].isna() & (both["amount_fen"] > 0)
    yield from _tell_people("X15", both[is_missing])
    change = (both["amount_fen_now"] - both["amount_fen"]).abs() * 2 > both["amount_fen"]
    yield from _tell_people("X16", both[change.fillna(False) & both["waits"].isna() & (both["amount_fen"] > 0)])


def _add_people(rows: pd.DataFrame) -> pd.DataFrame:
    """The sum of each person and programme in a village; a person is the valid ID, else the name."""
    codes, ids = pd.factorize(rows["id"])
    is_valid = np.array([*map(is_valid_id, ids), False], dtype=np.bool_)[codes]
    who = rows["id"].where(is_valid, _NAMED + rows["name"])
    grouped = rows.assign(who=who).groupby(_KEYS, sort=True)
    first = grouped[["township", "village", "name", "programme"]].first()
    return first.assign(amount_fen=grouped["amount_fen"].sum()).reset_index()


def _link_by_name(before: pd.DataFrame, now: pd.DataFrame) -> pd.Series:
    """(village, programme, who now) → who before, where only the name tells: an ID is missing or wrong in one year.

    Only names that nobody else of the village has among those not found by ID; two different valid IDs are two people.
    """
    sides = []
    for own, other in ((before, now), (now, before)):
        known = own.merge(other[_KEYS], on=_KEYS, how="left", indicator=True)
        rest = known.loc[known["_merge"] == "left_only", [*_KEYS, "name"]]
        sides.append(rest[~rest.duplicated(_BY_NAME, keep=False)])
    pairs = sides[0].merge(sides[1], on=_BY_NAME, suffixes=("", "_now"))
    is_open = [not (is_valid_id(a) and is_valid_id(b)) for a, b in zip(pairs["who"], pairs["who_now"], strict=True)]
    pairs = pairs[np.array(is_open, dtype=np.bool_)]
    return pairs.set_index(["village_code", "programme_code", "who_now"])["who"]


def _rename(sums: pd.DataFrame, names: pd.Series) -> pd.Series:
    """Who each is, by the names of last year where these were found."""
    index = pd.MultiIndex.from_frame(sums[_KEYS])
    found = names.reindex(index)
    return sums["who"].where(found.isna().to_numpy(), found.to_numpy())


def _tell_people(code: str, rows: pd.DataFrame) -> Iterator[Finding]:
    for (township, village, programme), part in rows.groupby(["township", "village", "programme"], sort=True):
        changes = [
            f"{name}（{format_fen(int(old))}→{format_fen(int(new))}）" if new == new else str(name)  # noqa: PLR0124  # NA
            for name, old, new in part[["name", "amount_fen", "amount_fen_now"]]
            .astype({"amount_fen_now": "float64"})
            .itertuples(index=False, name=None)
        ]
        more = f" 等 {len(changes)} 人" if len(changes) > _MOST_NAMES else ""
        place = Place(_REGISTER, f"{township}{village}")
        yield Finding(code, place, f"{programme} {len(changes)}", "、".join(changes[:_MOST_NAMES]) + more)
