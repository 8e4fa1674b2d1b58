"""How many held payments make a village's paper a draft, by village and by heading.

A held payment whose village is unknown counts in every village of its township (of the run, where the township is
unknown too) until it is answered: its money may belong to any of them. A heading whose total does not agree with what
was paid out has at least one payment that is open, known or not, in every village of the township.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from village_notice.domain.subsidy import Tier
from village_notice.domain.village import Village
from village_notice.ledger.tiers import Headings


@dataclass(frozen=True, slots=True)
class HeldCounts:
    """Held payments: village code → number, and (village code, place of the heading) → number."""

    villages: Counter[str]
    headings: Counter[tuple[str, int]]

    def of_village(self, code: str) -> int:
        """Held payments that concern a village, of any programme that may be named."""
        return self.villages[code]

    def of_heading(self, code: str, heading: int) -> int:
        """Held payments of one heading that concern a village."""
        return self.headings[code, heading]


def count_held(
    decided: pd.DataFrame,
    villages: Sequence[Village],
    headings: Headings,
    year: int,
    unsettled: Collection[tuple[str, str]] = (),
    others: Collection[str] = (),
) -> HeldCounts:
    """The held payments of the villages in scope; those of tier X are not counted, as nothing may tell of them.

    Args:
        decided: Payments with verdicts.
        villages: Villages in scope.
        headings: Headings of the run.
        year: Year of the run.
        unsettled: Programme code and township ("" for all) of each total that does not agree with what was paid out;
            it concerns the villages that have the programme, or by a held payment of no known programme may have it.
        others: Townships of the register that the run is not for: what is held there concerns nobody here.
    """
    rows = decided[decided["verdict"] == "held"]
    places = headings.place_rows(rows, year)
    nothing = np.array([h.tier is Tier.X for h in headings.all])
    by_township: dict[str, list[str]] = {}
    for village in villages:
        by_township.setdefault(village.township, []).append(village.code)
    everywhere = [v.code for v in villages]
    counts = HeldCounts(Counter(), Counter())
    keys = zip(rows["village_code"], rows["township"], places.tolist(), strict=True)
    for (code, township, heading), number in Counter(keys).items():
        if nothing[heading] or (not code and township in others):
            continue
        for concerned in [code] if code else by_township.get(str(township), everywhere):
            counts.villages[concerned] += number
            counts.headings[concerned, heading] += number
    paid, unnamed = _find_villages(decided, unsettled)
    for code, township in sorted(unsettled):
        place = headings.of_code.get(code)
        if place is not None and not nothing[place]:
            for concerned in by_township.get(township, ()) if township else everywhere:
                if concerned in unnamed or (code, concerned) in paid:
                    _open(counts, concerned, place)
    return counts


def _find_villages(
    decided: pd.DataFrame, unsettled: Collection[tuple[str, str]]
) -> tuple[set[tuple[str, str]], set[str]]:
    """(programme, village) where one of the programmes was paid or failed; villages with held payments of none known.

    A difference may lie with each of these; one that nobody of the village ever got is not on its paper.
    """
    if not unsettled:
        return set(), set()
    codes = decided["programme_code"]
    rows = decided[codes.isin([c for c, _ in unsettled]) & (decided["verdict"] != "other_year")]
    pairs = rows[["programme_code", "village_code"]].drop_duplicates().itertuples(index=False, name=None)
    unnamed = decided.loc[(codes == "") & (decided["verdict"] == "held"), "village_code"]
    return {(str(c), str(v)) for c, v in pairs}, set(unnamed.unique()) - {""}


def _open(counts: HeldCounts, village: str, heading: int) -> None:
    """Sees to it that a heading of a village counts one open payment at least."""
    if not counts.headings[village, heading]:
        counts.headings[village, heading] = 1
        counts.villages[village] += 1
