"""Stated totals against the sum of the payments they stand for: 合计, 小计, 本页合计, 累计, 承前页, 汇总表.

Which rows a total stands for is written nowhere. It is right where it is the sum of any stretch that it may stand for
(its section, its page, everything so far, everything below it), and a finding only where it is none of them.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, pairwise
from typing import NamedTuple

FEN_OF_ROUNDING = 5


class Mismatch(NamedTuple):
    """A stated total that is not the sum of its rows."""

    code: str
    row: int
    column: int
    found_fen: int
    stated_fen: int


class _Stated(NamedTuple):
    row: int
    kind: str
    column: int
    fen: int
    is_page: bool
    level: str


@dataclass(slots=True)
class _Column:
    """Money of one column, in the order of the rows, as running sums: everything, and what was paid."""

    rows: list[int] = field(default_factory=list)
    fen: list[int] = field(default_factory=lambda: [0])
    paid: list[int] = field(default_factory=lambda: [0])

    def add(self, row: int, fen: int, paid: int) -> None:
        self.rows.append(row)
        self.fen.append(self.fen[-1] + fen)
        self.paid.append(self.paid[-1] + paid)

    def add_all(self, rows: Sequence[int], fen: Sequence[int]) -> None:
        """As `add` for many rows on end, all of them paid."""
        self.rows += rows
        self.fen += list(accumulate(fen, initial=self.fen[-1]))[1:]
        self.paid += list(accumulate(fen, initial=self.paid[-1]))[1:]

    def take_off(self, rows: Container[int]) -> None:
        """Payments on some rows were not made after all."""
        own = [after - before for before, after in pairwise(self.paid)]
        kept = [0 if row in rows else fen for row, fen in zip(self.rows, own, strict=True)]
        self.paid = list(accumulate(kept, initial=0))

    def count(self, after: int, before: int) -> int:
        """Payments between two rows, both exclusive."""
        return max(bisect_left(self.rows, before) - bisect_right(self.rows, after), 0)

    def add_up(self, after: int, before: int) -> tuple[int, int]:
        """(everything, what was paid) between two rows, both exclusive."""
        first, last = bisect_right(self.rows, after), bisect_left(self.rows, before)
        return self.fen[last] - self.fen[first], self.paid[last] - self.paid[first]


class _Marks(NamedTuple):
    """Rows with payments, and rows where a stretch may begin or end: all totals, totals of each kind and of each level (组, 村), beginnings of sections and pages."""

    payments: list[int]
    totals: list[int]
    alike: dict[tuple[str, bool], list[int]]
    levels: dict[str, list[int]]
    bounds: list[int]


class StatedTotals:
    """The payments and stated totals of one table."""

    def __init__(self) -> None:
        self._columns: dict[int, _Column] = {}
        self._stated: list[_Stated] = []
        self._bounds: list[int] = []

    @property
    def columns(self) -> tuple[int, ...]:
        """Columns with payments."""
        return tuple(self._columns)

    def add_payment(self, row: int, column: int, fen: int, *, is_paid: bool) -> None:
        """Counts a payment's money as the cell shows it."""
        self._columns.setdefault(column, _Column()).add(row, fen, fen if is_paid else 0)

    def add_payments(self, rows: Sequence[int], column: int, fen: Sequence[int]) -> None:
        """Counts payments that were made, on rows on end."""
        self._columns.setdefault(column, _Column()).add_all(rows, fen)

    def take_off(self, rows: Container[int]) -> None:
        """Payments on some rows were not made after all: a total may leave them out."""
        for column in self._columns.values():
            column.take_off(rows)

    def add_total(self, row: int, kind: str, column: int, fen: int, *, is_page: bool, level: str = "") -> None:
        """Notes a stated total; `kind` is total, subtotal or carried, `level` what it is of: 组, 村 or unknown."""
        self._stated.append(_Stated(row, kind, column, fen, is_page, level))

    def add_bound(self, row: int) -> None:
        """Notes a row where a section or a page begins."""
        self._bounds.append(row)

    def sum_fen(self) -> int:
        """All money of the table."""
        return sum(c.fen[-1] for c in self._columns.values())

    def check(self, also: Sequence[int] = ()) -> Iterator[Mismatch]:
        """The totals that are wrong.

        Args:
            also: Sums over several tables of the sheet that a total may stand for, in fen.
        """
        marks = self._mark()
        for stated in self._stated:
            own = self._columns.get(stated.column, _Column())
            stretches = _find_stretches(stated, marks)
            if not stretches:
                continue
            sums = [(fen, own.count(*stretch)) for stretch in stretches for fen in own.add_up(*stretch)]
            sums += [(fen, len(own.rows)) for fen in also]
            if all(abs(stated.fen - fen) > max(rows, FEN_OF_ROUNDING) for fen, rows in sums):
                code = "T01" if stated.kind == "total" else "T02"
                yield Mismatch(code, stated.row, stated.column, sums[0][0], stated.fen)

    def _mark(self) -> _Marks:
        alike: dict[tuple[str, bool], list[int]] = {}
        levels: dict[str, list[int]] = {}
        for stated in self._stated:
            alike.setdefault((stated.kind, stated.is_page), []).append(stated.row)
            levels.setdefault(stated.level, []).append(stated.row)
        payments = sorted({row for column in self._columns.values() for row in column.rows})
        return _Marks(payments, [s.row for s in self._stated], alike, levels, self._bounds)


def _find_stretches(stated: _Stated, marks: _Marks) -> list[tuple[int, int]]:
    """(first row, last row) of every stretch a total may stand for, the likeliest first; only those with payments."""
    row, end = stated.row, 2**31
    kinds = (marks.totals, marks.alike[stated.kind, stated.is_page], marks.levels[stated.level], marks.bounds)
    low, high = [_before(k, row) for k in kinds], [_after(k, row, end) for k in kinds]
    if stated.kind == "subtotal":
        back, ahead = [max(low), *low, 0], [min(high), *high, end]
    else:
        back, ahead = [0, max(low), *low], [end, *high]
    stretches = [*((b, row) for b in back), *((row, a) for a in ahead)]
    return [s for s in stretches if bisect_right(marks.payments, s[0]) < bisect_left(marks.payments, s[1])]


def _before(rows: list[int], row: int) -> int:
    place = bisect_left(rows, row)
    return rows[place - 1] if place else 0


def _after(rows: list[int], row: int, end: int) -> int:
    place = bisect_right(rows, row)
    return rows[place] if place < len(rows) else end
