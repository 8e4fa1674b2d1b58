r"""What a number format means: date, time or number, shown smaller than it is or not. And serial days become dates.

Readers take `0.00_);[Red]\(0.00\)` or `"d"0` for dates, and an amount becomes a day in 1900. Only letters outside of
quotes, escapes, fillers and brackets count here, and a format with digit places is a number whatever else it holds.
"""

import re
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Literal

Kind = Literal["number", "date", "time"]

_LITERAL = re.compile(r'"[^"]*"?|\\.|!.|_.|\*.')
_BRACKET = re.compile(r"\[[^\]]*\]")
_GENERAL = re.compile(r"general|g/通用格式|standard", re.IGNORECASE)
_SCALED = re.compile(r"[0#?](?:!\.|\\\.)?[0#?]*,+(?![0#?,])")
_BUILTIN_DATES = {*range(14, 18), 22, *range(27, 32), 36, *range(50, 55), 57, 58}
_BUILTIN_TIMES = {18, 19, 20, 21, 32, 33, 34, 35, 45, 47, 55, 56}
"""Built-in formats of Chinese Excel, which no file spells out. Source: ECMA-376 part 1, 18.8.30 (zh-cn)."""
_LAST_SERIAL = 2_958_465
_LONGEST_CODE = 1_000
"""Excel itself keeps 255 characters; whatever is longer is no format anybody set."""


@lru_cache(maxsize=4096)
def find_kind(format_id: int, code: str) -> Kind:
    """Whether cells of a format show a day, a time of day, or a number (elapsed hours [h] are a number)."""
    if not code or len(code) > _LONGEST_CODE:
        return "date" if format_id in _BUILTIN_DATES else "time" if format_id in _BUILTIN_TIMES else "number"
    section = _first_section(code)
    if re.search(r"\[(h+|m+|s+)\]", section, re.IGNORECASE):
        return "number"
    plain = _GENERAL.sub("", _BRACKET.sub("", section)).lower()
    plain = re.sub(r"上午/下午|am/pm|a/p", "h", plain)
    if re.search(r"[0#?]", re.sub(r"s\.0+", "s", plain)):
        return "number"
    if re.search(r"[yd]|aaa|^m+$|m+[-/. ]m*", plain) or ("m" in plain and not re.search(r"[hs]", plain)):
        return "date"
    if re.search(r"[hs]", plain):
        return "time"
    return "date" if re.search(r"e|b{2}", plain) else "number"


@lru_cache(maxsize=4096)
def is_scaled_format(code: str) -> bool:
    """Whether the cell shows another figure than it holds, or says 万, 千, 亿 beside it (0!.0, and 0.00"万元")."""
    if len(code) > _LONGEST_CODE:
        return False
    if re.search(r"[万萬千亿]", code):
        return True
    return bool(_SCALED.search(re.sub(r'"[^"]*"', "", code.split(";", maxsplit=1)[0])))


def _first_section(code: str) -> str:
    return _LITERAL.sub(" ", code).split(";")[0]


def read_serial(value: float, kind: Kind, *, since_1904: bool = False) -> int | float | date | datetime | time:
    """The day or time a serial number stands for; the number itself where no calendar has it.

    Excel's 29 February 1900 (60), day 0, negative numbers and years past 9999 stay numbers.
    """
    if kind == "number" or not 0 <= value < _LAST_SERIAL + 1:
        return value
    if kind == "time" and value < 1:
        return (datetime(2000, 1, 1) + _round_fraction(value)).time()  # noqa: DTZ001 - wall time without a zone
    if (not since_1904 and (value < 1 or 60 <= value < 61)) or (since_1904 and value > _LAST_SERIAL - 1462):
        return value
    whole = int(value)
    days = whole + 1462 if since_1904 else whole + 1 if whole < 60 else whole
    moment = datetime(1899, 12, 30) + timedelta(days=days) + _round_fraction(value - whole)  # noqa: DTZ001
    return moment.date() if value == whole else moment


def _round_fraction(fraction: float) -> timedelta:
    return timedelta(milliseconds=min(round(fraction * 86_400_000), 86_399_999))
