"""Stated totals that do not agree with the rows: the one row, or the one pair of digits, that explains the difference."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace

import numpy as np
import pandas as pd

from village_notice.domain.codes import code_texts, combine_codes
from village_notice.domain.finding import Finding
from village_notice.domain.money import format_fen, parse_amount

_CODES = ("T01", "T02")
Row = tuple[int, int]
"""Row of a sheet and its fen."""


def explain_totals(findings: Iterable[Finding], payments: pd.DataFrame) -> list[Finding]:
    """The findings, with the row named in T01 and T02 where exactly one row explains the whole difference."""
    findings = list(findings)
    wanted = {f.place[:2] for f in findings if f.code in _CODES}
    if not wanted:
        return findings
    rows = _list_rows(payments, wanted)
    return [replace(f, found=f.found + _explain(f, rows[f.place[:2]])) if f.code in _CODES else f for f in findings]


def _list_rows(payments: pd.DataFrame, wanted: set[tuple[str, str]]) -> defaultdict[tuple[str, str], list[Row]]:
    """Rows and amounts of the sheets concerned."""
    sheet = combine_codes(code_texts(payments["file"]), code_texts(payments["sheet"]))
    _, first = np.unique(sheet, return_index=True)
    names = payments[["file", "sheet"]].iloc[first].itertuples(index=False, name=None)
    chosen = [number for number, pair in enumerate(names) if pair in wanted]
    part = payments.loc[np.isin(sheet, chosen) & payments["amount_fen"].notna().to_numpy()]
    found: defaultdict[tuple[str, str], list[Row]] = defaultdict(list)
    for file, name, row, fen in part[["file", "sheet", "row", "amount_fen"]].itertuples(index=False, name=None):
        found[file, name].append((int(row), int(fen)))
    return found


def _explain(finding: Finding, rows: list[Row]) -> str:
    """Words for the one row that explains the difference; "" where none or several do."""
    added, stated = parse_amount(finding.found), parse_amount(finding.expected)
    if added is None or stated is None or added.fen == stated.fen:
        return ""
    over = added.fen - stated.fen
    exact = [row for row, fen in rows if fen == over]
    if len(exact) == 1:
        return f"（第 {exact[0]} 行正好是 {format_fen(over)} 元，可能多了这一行）"
    swapped = [(row, fen) for row, fen in rows if fen - over in _swap_digits(fen)]
    if len(swapped) == 1 and not exact:
        row, fen = swapped[0]
        return f"（第 {row} 行 {format_fen(fen)} 元若是 {format_fen(fen - over)} 元就相符，可能两位数字颠倒）"
    return ""


def _swap_digits(fen: int) -> Iterator[int]:
    """The amounts that two neighbouring digits changed round would make of one."""
    digits = str(fen)
    for place in range(len(digits) - 1):
        if digits[place] != digits[place + 1]:
            yield int(digits[:place] + digits[place + 1] + digits[place] + digits[place + 2 :])
