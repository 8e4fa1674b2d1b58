"""Which period of the control file a payment belongs to, by the period it is for or by the month it was paid in."""

import re
from collections.abc import Collection
from typing import NamedTuple

_YEAR = re.compile(r"(\d{4})")
_PART = re.compile(r"(\d{4})-([QH])(\d)")
_MONTHS = re.compile(r"(\d{4}-\d\d)(?:-\d\d)?(?:/(\d{4}-\d\d))?")
_LENGTHS = {"Q": 3, "H": 6}


class Span(NamedTuple):
    """The first and the last month, as YYYY-MM."""

    first: str
    last: str

    def holds(self, other: "Span") -> bool:
        """Whether another span lies inside this one."""
        return self.first <= other.first and other.last <= self.last

    def touches(self, other: "Span") -> bool:
        """Whether they have a month in common."""
        return self.first <= other.last and other.first <= self.last


def read_span(period: str) -> Span | None:
    """The months of YYYY, YYYY-MM, YYYY-MM-DD, YYYY-Qn, YYYY-Hn or YYYY-MM/YYYY-MM; None for other words."""
    if match := _YEAR.fullmatch(period):
        return Span(f"{match[1]}-01", f"{match[1]}-12")
    if match := _PART.fullmatch(period):
        months = _LENGTHS[match[2]]
        last = int(match[3]) * months
        return Span(f"{match[1]}-{last - months + 1:02d}", f"{match[1]}-{last:02d}")
    if match := _MONTHS.fullmatch(period):
        return Span(match[1], match[2] or match[1])
    return None


def find_slot(time: str, told: Collection[str]) -> str | None:
    """The one of the told periods that a payment's time lies in, the time itself where it lies outside all of them.

    None where it cannot be decided: the time is not known, is wider than a told period, or lies in several.
    """
    if time in told:
        return time
    own, spans = read_span(time), {t: span for t in told if (span := read_span(t))}
    if own is None:
        return None
    holding = [t for t, span in spans.items() if span.holds(own)]
    if holding:
        return holding[0] if len(holding) == 1 else None
    return time if len(spans) == len(told) and not any(span.touches(own) for span in spans.values()) else None


def choose_time(period: str, pay_date: str, told: Collection[str], *, by_period: bool) -> str:
    """The time of a payment to look up: the period it is for, or the month it was paid in; the other where one is vague."""
    month = pay_date[: len("2022-01")] if len(pay_date) > len("2022") else ""
    is_told = period in told or (read_span(period) is not None and len(period) > len("2022"))
    return (period if is_told or not month else month) if by_period else month or period
