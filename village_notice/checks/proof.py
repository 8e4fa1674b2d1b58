"""For each village what its package tells of the checks: counts of findings, waivers with reasons, control totals.

A package leaves the office. A reason stays inside where it names a person, holds a long number, tells of illness or death
or names a programme that is not posted by name; so does everything about programmes that are not.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

import pandas as pd

from village_notice.checks.by_village import count_by_village
from village_notice.checks.control import ControlRow
from village_notice.checks.waivers import Waiver
from village_notice.domain.finding import Finding
from village_notice.domain.proof import AcceptedError, ControlOutcome, ControlTotal, VillageProof
from village_notice.domain.subsidy import Subsidy, Tier
from village_notice.domain.village import Village

_NAMED_TIERS = (Tier.A, Tier.B)
_NAME_COLUMNS = ("name", "household_head", "payee")
_PRIVATE = re.compile(
    r"\d{6,}|病|残|艾滋|精神|[死身伤]亡|去世|过世|已故|逝|孤儿|困境|[周一二三四五六七八九十\d]岁|服刑|戒毒|离婚"
)
_PLACE = ["file", "sheet", "row"]


@dataclass(frozen=True, slots=True)
class Decisions:
    """What a run found and the office decided.

    Attributes:
        standing: Findings that stand.
        waived: Findings that a waiver covers.
        waivers: The waivers.
        control: Rows of the comparison with what was paid out.
        unsettled: Programme and township of each difference nobody explained.
    """

    standing: Sequence[Finding]
    waived: Sequence[Finding]
    waivers: Sequence[Waiver]
    control: Sequence[ControlRow]
    unsettled: Collection[tuple[str, str]]


def prove_villages(
    made: Decisions, payments: pd.DataFrame, villages: Iterable[Village], subsidies: Sequence[Subsidy]
) -> dict[str, VillageProof]:
    """Village code → what its package tells.

    Args:
        made: Findings and decisions.
        payments: The run's payments, decided.
        villages: The villages of the run.
        subsidies: The programmes with their tiers.
    """
    shown = {s.code: s for s in subsidies if s.tier in _NAMED_TIERS}
    counts = count_by_village(made.standing, payments, shown)
    reasons = _clean_reasons(made.waivers, payments, subsidies)
    accepted = _find_accepted(made, payments, shown, reasons)
    paid = _list_paid(payments, shown) if made.control else {}
    proofs = {}
    for village in villages:
        control = tuple(_list_control(made, village.township, paid.get(village.code, frozenset()), reasons))
        proof = VillageProof(counts.get(village.code, {}), tuple(accepted.get(village.code, ())), control)
        if proof != VillageProof():
            proofs[village.code] = proof
    return proofs


def _clean_reasons(waivers: Sequence[Waiver], payments: pd.DataFrame, subsidies: Sequence[Subsidy]) -> list[str]:
    """The reason of each waiver, "" where it may not leave."""
    if not waivers:
        return []
    names = {str(name) for column in _NAME_COLUMNS for name in payments[column].unique() if len(str(name)) > 1}
    hidden = [s for s in subsidies if s.tier not in _NAMED_TIERS]
    names |= {word for s in hidden for word in (s.name, s.short_name, *s.aliases) if len(word) > 1}
    return [
        "" if _PRIVATE.search(w.reason) or any(name in w.reason for name in names) else " ".join(w.reason.split())
        for w in waivers
    ]


def _find_accepted(
    made: Decisions, payments: pd.DataFrame, shown: Collection[str], reasons: Sequence[str]
) -> dict[str, list[AcceptedError]]:
    """Village code → the waivers that let something of it pass; only rows, sheets and files of programmes shown."""
    found: dict[str, list[AcceptedError]] = {}
    files = {w.place.file for w in made.waivers}
    known = payments.loc[payments["file"].isin(files) & payments["programme_code"].isin(list(shown)), _PLACE]
    rows = set(known.itertuples(index=False, name=None))
    for waiver, reason in zip(made.waivers, reasons, strict=True):
        covered = [f for f in made.waived if waiver.covers(f)]
        if waiver.place.row:
            covered = [f for f in covered if tuple(f.place[:3]) in rows]
        for code, counts in (count_by_village(covered, payments, shown) if covered else {}).items():
            entry = AcceptedError(waiver.rule, counts[waiver.rule], reason, waiver.date)
            found.setdefault(code, []).append(entry)
    return found


def _list_paid(payments: pd.DataFrame, shown: Collection[str]) -> dict[str, frozenset[str]]:
    """Village code → the programmes shown that were paid there."""
    pairs = payments.loc[
        (payments["verdict"] == "accepted") & payments["programme_code"].isin(list(shown)),
        ["village_code", "programme_code"],
    ].drop_duplicates()
    paid: dict[str, set[str]] = {}
    for village, code in pairs.itertuples(index=False, name=None):
        paid.setdefault(str(village), set()).add(str(code))
    return {village: frozenset(codes) for village, codes in paid.items()}


def _list_control(
    made: Decisions, township: str, codes: Collection[str], reasons: Sequence[str]
) -> Iterator[ControlTotal]:
    for row in made.control:
        if row.paid_out is None or row.code not in codes or row.township not in ("", township):
            continue
        outcome = _judge(row, is_open=row.key in made.unsettled)
        difference = Finding("T04", row.place)
        why = (reason for waiver, reason in zip(made.waivers, reasons, strict=True) if waiver.covers(difference))
        reason = next(why, "") if outcome == "explained" else ""
        periods = "、".join(row.periods)
        yield ControlTotal(row.programme, row.township, periods, row.paid_out, row.accepted, outcome, reason)


def _judge(row: ControlRow, *, is_open: bool) -> ControlOutcome:
    if row.difference:
        return "periods" if row.agrees_over_year else "open" if is_open else "explained"
    return "agrees" if row.people_paid_out in (None, row.people) else "people"
