"""People whom a list without money, or a line below a list, names as not paid: their payment in the pay list is held (X21)."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from village_notice.checks.keys import Keys
from village_notice.checks.returned import is_reissue
from village_notice.domain.codes import are_among
from village_notice.domain.columns import PAID_STATUSES
from village_notice.domain.finding import Finding, Place
from village_notice.domain.reading import FileReading, UnpaidLine

_CAME_BACK = ("失败", "退回")
_COLUMNS = (
    "file",
    "sheet",
    "row",
    "column",
    "id",
    "account",
    "village_code",
    "programme_code",
    "status",
    "period",
    "pay_date",
    "remark",
)
Unpaid = tuple[str, str, UnpaidLine]
"""File, sheet and somebody named there."""


class Named(NamedTuple):
    """What the lists without money say of the payments: positions held, and the findings."""

    doubted: frozenset[int]
    findings: list[Finding]


class _Payment(NamedTuple):
    """What tells one payment of a name from another."""

    position: int
    fen: int
    year: int
    file: str
    sheet: str
    row: int
    column: str
    id: str
    account: str
    village_code: str
    programme_code: str
    status: str
    period: str
    pay_date: str
    remark: str

    @property
    def time(self) -> tuple[str, str]:
        """Day and period; both "" where only the year is told."""
        return self.pay_date, _shorten(self.period)


def list_unpaid(readings: Iterable[FileReading]) -> list[Unpaid]:
    """Everybody whom some sheet names as not paid without an amount."""
    return [(r.file, s.sheet, UnpaidLine(*line)) for r in readings for s in r.sheets for line in s.unpaid]


def find_named(payments: pd.DataFrame, keys: Keys, unpaid: Sequence[Unpaid], doubted: Collection[int]) -> Named:
    """X21 for the payments of people named as not paid, X22 for those of whom nobody knows which payment is meant.

    Args:
        payments: Payments in path order.
        keys: Their keys.
        unpaid: Who is named where.
        doubted: Positions of payments that another list says it of already.

    What a line below a list says is of that sheet alone. Of a list of its own nobody is asked about who is not found
    where it may only tell who was left out (停发, 待发).
    """
    groups = _find_payments(payments, keys, {line.name for _, _, line in unpaid}) if unpaid else {}
    held: dict[int, Finding] = {}
    asked: list[Finding] = []
    for file, sheet, line in unpaid:
        known = [p for p in groups.get(line.name, ()) if _may_be_of(line, p, (file, sheet))]
        paid = [p for p in known if p.status == "" and p.position not in doubted]
        own = [p for p in paid if p.file == file] or paid
        place = Place(file, sheet, line.row)
        if len({(p.village_code, p.programme_code, p.time) for p in own}) > 1:
            where = f"里有 {len(own)} 笔都可能是这个人的"
            asked.append(Finding("X22", place, line.words, line.name, where, line.name))
        elif own:
            words = " ".join(filter(None, (file, sheet, f"第 {line.row} 行")))
            for p in own:
                here = Place(p.file, p.sheet, p.row, p.column)
                held.setdefault(p.position, Finding("X21", here, line.words, words, "", line.name, p.fen))
        elif not known and line.is_list and line.status in _CAME_BACK:
            asked.append(Finding("X22", place, line.words, line.name, "里没有找到这个人的这一笔", line.name))
    return Named(frozenset(held), [*(held[p] for p in sorted(held)), *asked])


def _find_payments(payments: pd.DataFrame, keys: Keys, names: Collection[str]) -> dict[str, list[_Payment]]:
    rows = np.flatnonzero(are_among(payments["name"], names))
    found: dict[str, list[_Payment]] = defaultdict(list)
    values = zip(*(payments[c].iloc[rows].tolist() for c in ("name", *_COLUMNS)), strict=True)
    for row, (name, *texts) in zip(rows.tolist(), values, strict=True):
        found[str(name)].append(_Payment(row, int(keys.amount[row]), int(keys.year[row]), *texts))
    return found


def _may_be_of(line: UnpaidLine, payment: _Payment, where: tuple[str, str]) -> bool:
    """Whether nothing tells the money that is meant and a payment of that name apart."""
    if payment.fen <= 0 and payment.status in PAID_STATUSES:
        return False
    is_there = (payment.file, payment.sheet) == where
    if (not line.is_list and not is_there) or is_reissue(payment.file, payment.sheet, payment.remark):
        return False
    columns = ("id", "account", "village_code", "programme_code")
    pairs = [(getattr(line, c), getattr(payment, c)) for c in columns]
    return all(not a or not b or a == b for a, b in pairs) and _may_be_then(line, payment)


def _may_be_then(line: UnpaidLine, payment: _Payment) -> bool:
    """Whether the times agree; of who was stopped or is still to be paid another list speaks only where both name the time."""
    if line.year and payment.year > 0 and line.year != payment.year:
        return False
    own, other = (line.pay_date, _shorten(line.period)), payment.time
    if not any(own) or not any(other):
        return line.status in _CAME_BACK or not line.is_list
    return any(a and a == b for a, b in zip(own, other, strict=True))


def _shorten(period: str) -> str:
    return period if len(period) > len("2023") else ""
