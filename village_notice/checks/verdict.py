"""The verdict on every payment: accepted, held, not_paid or other_year.

Precedence: a payment whose state says it never reached anybody is not_paid, whatever else is wrong with it; one that an
ERROR stands on is held; one of another year is other_year; all others are accepted. A held payment of another year is
held too: the error may be the very year.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from village_notice.domain.columns import PAID_STATUSES
from village_notice.domain.finding import Finding, Place
from village_notice.domain.rules import is_error

Bools = npt.NDArray[np.bool_]


def decide(payments: pd.DataFrame, findings: Iterable[Finding], *, year: int) -> pd.DataFrame:
    """The payments with `verdict` and `findings` filled in; order and other columns as given.

    Args:
        payments: Payments frame.
        findings: All findings on it, those waived already taken out. An ERROR holds the payment at its place, all
            payments of its row where none stands at its column, of its sheet where it names no row, of its file where
            it names no sheet.
        year: The year of the run. A payment whose year is not known is held.
    """
    codes, held = _place_findings(payments, findings)
    unpaid = ~payments["status"].isin(list(PAID_STATUSES)).to_numpy()
    years = payments["year"].to_numpy(dtype=np.int64, na_value=-1)
    held |= payments["amount_fen"].isna().to_numpy() | (years < 0)
    verdict = np.select([unpaid, held, years != year], ["not_paid", "held", "other_year"], "accepted")
    return payments.assign(
        verdict=pd.Series(verdict, index=payments.index, dtype="str"),
        findings=pd.Series(codes, index=payments.index, dtype="str"),
    )


def _place_findings(payments: pd.DataFrame, findings: Iterable[Finding]) -> tuple[list[str], Bools]:
    """For each payment the codes standing on it, and whether an ERROR does."""
    by_place: defaultdict[Place, set[str]] = defaultdict(set)
    errors: set[tuple[Place, str]] = set()
    for finding in findings:
        by_place[finding.place].add(finding.code)
        if is_error(finding):
            errors.add((finding.place, finding.code))
    codes: list[set[str]] = [set() for _ in range(len(payments))]
    held = np.zeros(len(payments), dtype=np.bool_)
    if by_place:
        index = _index_rows(payments, by_place)
        for place, found in by_place.items():
            for number in index.get(place, ()):
                codes[number] |= found
                held[number] |= any((place, code) in errors for code in found)
    return [" ".join(sorted(c)) for c in codes], held


def _index_rows(payments: pd.DataFrame, wanted: Mapping[Place, object]) -> dict[Place, list[int]]:
    """Place of a finding → positions of the payments it concerns."""
    files, sheets = {p.file for p in wanted}, {(p.file, p.sheet) for p in wanted}
    rows = {(p.file, p.sheet, p.row) for p in wanted if p.row}
    index: defaultdict[Place, list[int]] = defaultdict(list)
    of_row: defaultdict[tuple[str, str, int], list[int]] = defaultdict(list)
    columns = (payments[c].tolist() for c in ("file", "sheet", "row", "column"))
    for number, (file, sheet, row, column) in enumerate(zip(*columns, strict=True)):
        if file not in files:
            continue
        index[Place(file)].append(number)
        if (file, sheet) in sheets:
            index[Place(file, sheet)].append(number)
            if (file, sheet, row) in rows:
                of_row[file, sheet, row].append(number)
                index[Place(file, sheet, row, column)].append(number)
    for place in wanted:
        if place.row and place not in index:
            index[place] = of_row[place.file, place.sheet, place.row]
    return index
