"""Stated totals that do not agree with the rows: the one row, or the one swap, that explains the difference.

Nothing is put right by it; the clerk is told where to look first. Words are only added where one row explains the whole
difference to the fen (up to three rows of the same money are all named).
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np
import pandas as pd

from village_notice.domain.codes import code_texts, combine_codes
from village_notice.domain.finding import Finding
from village_notice.domain.money import format_fen, parse_amount
from village_notice.domain.reading import SetAside

_CODES = ("T01", "T02")
_BOUNDS = frozenset(["total", "subtotal", "carried", "section", "header"])
_MOST_NAMED = 3
Table = tuple[str, str, str]
"""File, sheet and column of the money."""


class Row(NamedTuple):
    """A payment of a table: its row, its fen, and whether area times rate gives them."""

    number: int
    fen: int
    is_product: bool


@dataclass(slots=True)
class _Rows:
    """The payments of one table and the rows where a stretch of them may begin or end."""

    rows: list[Row] = field(default_factory=list)
    bounds: list[int] = field(default_factory=list)

    def find_stretch(self, total: int, fen: int) -> list[Row]:
        """The rows a total was compared with: those above it as far as they add up to what was found, else all."""
        starts = [b for b in sorted(self.bounds, reverse=True) if b < total]
        for start, end in [
            *((s, total) for s in (*starts, 0)),
            *((total, b) for b in sorted(self.bounds) if b > total),
        ]:
            rows = [r for r in self.rows if start < r.number < end]
            if rows and sum(r.fen for r in rows) == fen:
                return rows
        return self.rows


def explain_totals(
    findings: Iterable[Finding], payments: pd.DataFrame, aside: Iterable[SetAside] = ()
) -> list[Finding]:
    """The findings; T01 and T02 with the money they are about, and the row that explains it where there is one.

    Args:
        findings: All findings.
        payments: Payments frame.
        aside: Rows that are no payments: sections and totals, between which the stretches lie.
    """
    findings = list(findings)
    wanted = {_find_table(f) for f in findings if f.code in _CODES}
    if not wanted:
        return findings
    tables = _list_rows(payments, wanted, aside)
    wrong: defaultdict[Table, list[Finding]] = defaultdict(list)
    for finding in findings:
        if finding.code in _CODES:
            wrong[_find_table(finding)].append(finding)
    return [_explain(f, tables[_find_table(f)], wrong[_find_table(f)]) if f.code in _CODES else f for f in findings]


def _find_table(finding: Finding) -> Table:
    return finding.place.file, finding.place.sheet, finding.place.column


def _list_rows(payments: pd.DataFrame, wanted: set[Table], aside: Iterable[SetAside]) -> Mapping[Table, _Rows]:
    """Rows of the tables concerned."""
    codes = combine_codes(*(code_texts(payments[c]) for c in ("file", "sheet", "column")))
    _, first = np.unique(codes, return_index=True)
    names = payments[["file", "sheet", "column"]].iloc[first].itertuples(index=False, name=None)
    chosen = [number for number, table in enumerate(names) if table in wanted]
    part = payments.loc[np.isin(codes, chosen) & payments["amount_fen"].notna().to_numpy()]
    tables: defaultdict[Table, _Rows] = defaultdict(_Rows)
    columns = ["file", "sheet", "column", "row", "amount_fen", "quantity_milli", "rate_micro"]
    for file, sheet, column, row, fen, quantity, rate in part[columns].itertuples(index=False, name=None):
        known = not pd.isna(quantity) and not pd.isna(rate) and quantity > 0 and rate > 0
        is_product = known and abs(int(quantity) * int(rate) - int(fen) * 10**7) <= 15 * 10**6
        tables[file, sheet, column].rows.append(Row(int(row), int(fen), is_product))
    for mark in aside:
        if mark.kind in _BOUNDS:
            for table in (t for t in wanted if t[:2] == (mark.file, mark.sheet)):
                tables[table].bounds.append(mark.row)
    return tables


def _explain(finding: Finding, table: _Rows, wrong: Sequence[Finding]) -> Finding:
    """The finding with its money, and words for what explains the difference where something does."""
    over = _measure(finding)
    if not over:
        return finding
    added = parse_amount(finding.found)
    stretch = table.find_stretch(finding.place.row, added.fen if added else 0)
    words = _explain_row(stretch, table.rows, over) or _explain_pair(finding, table, stretch, wrong)
    return replace(finding, found=finding.found + words, fen=abs(over))


def _measure(finding: Finding) -> int:
    """Fen that the rows add up to beyond the stated total; 0 where it cannot be known."""
    added, stated = parse_amount(finding.found), parse_amount(finding.expected)
    return added.fen - stated.fen if added and stated else 0


def _explain_row(stretch: Sequence[Row], rows: Sequence[Row], over: int) -> str:
    """Words for one row that is too many, stands in another stretch, or has two digits or a nought wrong."""
    exact = [r for r in stretch if r.fen == over]
    if 0 < len(exact) <= _MOST_NAMED:
        which = "可能多了这一行" if len(exact) == 1 else "可能多了其中一行"
        return f"（第 {_join(exact)} 行正好是 {format_fen(over)} 元，{which}）"
    inside = {r.number for r in stretch}
    apart = [r for r in rows if r.fen == -over and r.number not in inside]
    if len(apart) == 1:
        return f"（第 {apart[0].number} 行正好是 {format_fen(-over)} 元，不在这一段里，可能放错了地方）"
    for find, words in ((_shift_point, "多写或少写了零"), (_swap_digits, "两位数字颠倒")):
        found = _find_slips(stretch, over, find)
        if 0 < len(found) <= _MOST_NAMED and not exact:
            if len(found) == 1:
                row = found[0]
                told = f"第 {row.number} 行 {format_fen(row.fen)} 元若是 {format_fen(row.fen - over)} 元就相符"
            else:
                told = f"第 {_join(found)} 行中有一行少 {format_fen(over)} 元就相符"
            return f"（{told}，可能{words}）"
    return ""


def _find_slips(stretch: Sequence[Row], over: int, find: Callable[[int], Iterator[int]]) -> list[Row]:
    """Rows that a slip of one kind would explain; where some of them are not area times rate, only these."""
    found = [r for r in stretch if r.fen - over in find(r.fen)]
    return [r for r in found if not r.is_product] or found


def _explain_pair(finding: Finding, table: _Rows, stretch: Sequence[Row], wrong: Sequence[Finding]) -> str:
    """Words for two rows that changed places between two stretches, of which one is as much over as the other is short."""
    over = _measure(finding)
    others = [f for f in wrong if f is not finding and f.code == finding.code and _measure(f) == -over]
    if len(others) != 1:
        return ""
    other = others[0]
    there = parse_amount(other.found)
    rows = table.find_stretch(other.place.row, there.fen if there else 0)
    pairs = [(a, b) for a in stretch for b in rows if a.fen - b.fen == over and a.number != b.number]
    if len(pairs) == 1:
        return f"（第 {pairs[0][0].number} 行和第 {pairs[0][1].number} 行的金额对调就相符）"
    return f"（与第 {other.place.row} 行的{'小计' if other.code == 'T02' else '合计'}正好一多一少，可能有一行放错了段）"


def _join(rows: Sequence[Row]) -> str:
    return "、".join(str(r.number) for r in rows)


def _swap_digits(fen: int) -> Iterator[int]:
    """The amounts that two neighbouring digits changed round would make of one."""
    sign, digits = -1 if fen < 0 else 1, str(abs(fen))  # a recovery is below 0
    for place in range(len(digits) - 1):
        if digits[place] != digits[place + 1]:
            yield sign * int(digits[:place] + digits[place + 1] + digits[place] + digits[place + 2 :])


def _shift_point(fen: int) -> Iterator[int]:
    """The amounts that one or two noughts more or less would make of one."""
    for power in (10, 100):
        yield fen * power
        if fen % power == 0:
            yield fen // power
