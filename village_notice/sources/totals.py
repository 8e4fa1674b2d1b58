"""Stated totals against the sum of the payments they stand for: 合计, 小计, 本页合计, 累计, 承前页, 汇总表.

Which rows a total stands for is written nowhere. It is right where it is the sum of any stretch that it may stand for
(its section, its page, everything so far, everything below it), and a finding only where it is none of them.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
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


@dataclass(slots=True)
class _Column:
    """Money of one column, in the order of the rows: everything, and what was paid."""

    rows: list[int] = field(default_factory=list)
    fen: list[int] = field(default_factory=list)
    paid: list[int] = field(default_factory=list)

    def add_up(self, after: int, before: int, fen: list[int]) -> tuple[int, int]:
        """(sum, number of payments) between two rows, both exclusive."""
        first, last = bisect_right(self.rows, after), bisect_left(self.rows, before)
        return sum(fen[first:last]), last - first


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
        own = self._columns.setdefault(column, _Column())
        own.rows.append(row)
        own.fen.append(fen)
        own.paid.append(fen if is_paid else 0)

    def add_total(self, row: int, kind: str, column: int, fen: int, *, is_page: bool) -> None:
        """Notes a stated total; `kind` is total, subtotal or carried."""
        self._stated.append(_Stated(row, kind, column, fen, is_page))

    def add_bound(self, row: int) -> None:
        """Notes a row where a section or a page begins."""
        self._bounds.append(row)

    def sum_fen(self) -> int:
        """All money of the table."""
        return sum(sum(c.fen) for c in self._columns.values())

    def check(self, also: Sequence[int] = ()) -> Iterator[Mismatch]:
        """The totals that are wrong.

        Args:
            also: Sums over several tables of the sheet that a total may stand for, in fen.
        """
        for stated in self._stated:
            own = self._columns.get(stated.column)
            if own is None:
                continue
            stretches = self._find_stretches(stated, own)
            if not stretches:
                continue
            sums = [own.add_up(first, last, fen) for first, last in stretches for fen in (own.fen, own.paid)]
            sums += [(s, len(own.rows)) for s in also]
            if all(abs(stated.fen - s) > max(rows, FEN_OF_ROUNDING) for s, rows in sums):
                code = "T01" if stated.kind == "total" else "T02"
                yield Mismatch(code, stated.row, stated.column, sums[0][0], stated.fen)

    def _find_stretches(self, stated: _Stated, own: _Column) -> list[tuple[int, int]]:
        """(first row, last row) of every stretch a total may stand for, the likeliest first; only those with payments."""
        row, end = stated.row, 2**31
        rows = sorted({s.row for s in self._stated})
        alike = sorted({s.row for s in self._stated if (s.kind, s.is_page) == (stated.kind, stated.is_page)})
        low = [_before(rows, row), _before(alike, row), _before(sorted(self._bounds), row)]
        high = [_after(rows, row, end), _after(alike, row, end), _after(sorted(self._bounds), row, end)]
        back = [(b, row) for b in (max(low), *low)]
        back = [(0, row), *back] if stated.kind != "subtotal" else [*back, (0, row)]
        ahead = [(row, h) for h in ((min(high), *high, end) if stated.kind == "subtotal" else (end, *high))]
        return [s for s in (*back, *ahead) if bisect_right(own.rows, s[0]) < bisect_left(own.rows, s[1])]


def _before(rows: list[int], row: int) -> int:
    place = bisect_left(rows, row)
    return rows[place - 1] if place else 0


def _after(rows: list[int], row: int, end: int) -> int:
    place = bisect_right(rows, row)
    return rows[place] if place < len(rows) else end
