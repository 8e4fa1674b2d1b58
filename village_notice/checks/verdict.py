"""The verdict on every payment: accepted, held, not_paid or other_year.

Precedence: a payment whose state says it never reached anybody is not_paid, whatever else is wrong with it; one that an
ERROR stands on is held; one of another year is other_year; all others are accepted. A held payment of another year is
held too: the error may be the very year.
"""

from collections import defaultdict
from collections.abc import Iterable

import numpy as np
import pandas as pd

from village_notice.checks.keys import find_named_rows
from village_notice.domain.codes import Bools, Ints, are_among, code_texts, combine_codes, list_firsts
from village_notice.domain.columns import PAID_STATUSES
from village_notice.domain.finding import Finding, Place
from village_notice.domain.frames import write_texts
from village_notice.domain.rules import RULES, Severity
from village_notice.domain.verdicts import VERDICTS

Codes = frozenset[str]
_ACCEPTED, _HELD, _NOT_PAID, _OTHER_YEAR = map(VERDICTS.index, ("accepted", "held", "not_paid", "other_year"))


def decide(payments: pd.DataFrame, findings: Iterable[Finding], *, year: int) -> pd.DataFrame:
    """The payments with `verdict` and `findings` filled in; order and other columns as given.

    Args:
        payments: Payments frame.
        findings: All findings on it, those waived already taken out. An ERROR holds the payment at its place, all
            payments of its row where none stands at its column, of its sheet where it names no row, of its file where
            it names no sheet.
        year: The year of the run. A payment whose year, amount or village is not known is held, whatever was found.
    """
    numbers, texts, held = _place_findings(payments, findings)
    unpaid = ~are_among(payments["status"], PAID_STATUSES)
    years = payments["year"].to_numpy(dtype=np.int64, na_value=-1)
    held |= payments["amount_fen"].isna().to_numpy() | are_among(payments["village_code"], [""]) | (years < 0)
    verdict = np.select([unpaid, held, years != year], [_NOT_PAID, _HELD, _OTHER_YEAR], _ACCEPTED)
    return payments.assign(verdict=write_texts(verdict, VERDICTS), findings=write_texts(numbers, texts))


def _place_findings(payments: pd.DataFrame, findings: Iterable[Finding]) -> tuple[Ints, list[str], Bools]:
    """For each payment the codes standing on it, as a number into a list of texts, and whether an ERROR does.

    Most payments carry what stands on their whole sheet and nothing else: that is worked out once a sheet. Only rows
    that a finding names are looked at one by one.
    """
    by_place: defaultdict[Place, set[str]] = defaultdict(set)
    for finding in findings:
        by_place[finding.place].add(finding.code)
    sheet = combine_codes(code_texts(payments["file"]), code_texts(payments["sheet"]))
    first = list_firsts(sheet)
    sheets = [(str(f), str(s)) for f, s in payments[["file", "sheet"]].iloc[first].itertuples(index=False, name=None)]
    whole = [frozenset(by_place.get(Place(f), ())) | by_place.get(Place(f, s), set()) for f, s in sheets]
    texts: dict[str, int] = {}
    of_sheet = [texts.setdefault(_join(codes), len(texts)) for codes in whole]
    numbers = np.array([*of_sheet, 0], dtype=np.int64)[sheet]
    held = np.array([*map(_has_error, whole), False], dtype=np.bool_)[sheet]
    places = {pair: number for number, pair in enumerate(sheets)}
    for position, codes in _place_rows(payments, sheet, places, by_place):
        numbers[position] = texts.setdefault(_join(whole[sheet[position]] | codes), len(texts))
        held[position] |= _has_error(codes)
    return numbers, [*texts], held


def _place_rows(
    payments: pd.DataFrame, sheet: Ints, numbers: dict[tuple[str, str], int], by_place: dict[Place, set[str]]
) -> Iterable[tuple[int, Codes]]:
    """Positions of the payments in rows that findings name, and the codes standing on each of them."""
    wanted: defaultdict[tuple[int, int], dict[str, set[str]]] = defaultdict(dict)
    for place, codes in by_place.items():
        number = numbers.get((place.file, place.sheet))
        if place.row and number is not None:
            wanted[number, place.row][place.column] = codes
    rows = payments["row"].to_numpy(dtype=np.int64)
    found = find_named_rows(payments, sheet, by_place)
    columns = payments["column"].iloc[found].tolist()
    taken: defaultdict[tuple[int, int], set[str]] = defaultdict(set)
    pairs = [(int(sheet[position]), int(rows[position])) for position in found]
    for pair, column in zip(pairs, columns, strict=True):
        taken[pair].add(column)
    for position, pair, column in zip(found, pairs, columns, strict=True):
        of_row = wanted[pair]
        general = (codes for named, codes in of_row.items() if named not in taken[pair])
        yield int(position), frozenset(of_row.get(column, ())).union(*general)


def _join(codes: Iterable[str]) -> str:
    return " ".join(sorted(codes))


def _has_error(codes: Iterable[str]) -> bool:
    return any(RULES[code].severity is Severity.ERROR for code in codes)
