"""Dates and periods as people write them, as YYYY-MM-DD, YYYY-MM or YYYY-Qn."""

import re
from datetime import date, datetime, timedelta
from functools import lru_cache

from village_notice.domain.text import fold_text
from village_notice.sources.grid import Cell

_DAY_ONE = date(1899, 12, 30)
_YEAR = r"(20\d{2}|19\d{2})"
_DAY = re.compile(_YEAR + r"[-./年](1[0-2]|0?[1-9])[-./月](3[01]|[12]\d|0?[1-9])[日号]?.*")
_COMPACT = re.compile(_YEAR + r"(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])")
_MONTH = re.compile(_YEAR + r"[-./年]?(1[0-2]|0?[1-9])月?(?:份)?")
_MONTHS = re.compile(_YEAR + r"年?[-.]?(1[0-2]|0?[1-9])月?[-—~至到](1[0-2]|0?[1-9])月.*")
_PART = re.compile(_YEAR + r"年?第?([一二三四1-4])季度?")
_HALF = re.compile(_YEAR + r"年?([上下])半年")


@lru_cache(maxsize=65536)
def _parse_text(text: str) -> str | None:
    plain = fold_text(text).strip("'")
    if not plain:
        return ""
    match = _DAY.fullmatch(plain) or _COMPACT.fullmatch(plain)
    if match:
        try:
            return date(int(match[1]), int(match[2]), int(match[3])).isoformat()
        except ValueError:
            return None
    match = _MONTH.fullmatch(plain)
    if match:
        return f"{match[1]}-{int(match[2]):02d}"
    if plain.isdecimal() and len(plain) == 5:
        return _from_serial(int(plain))
    return None


def parse_date(value: Cell) -> str | None:
    """The day or month in a cell, "" where it is empty, None where it cannot be understood."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int | float) and not isinstance(value, bool):
        number = int(value)
        return _from_serial(number) if 20_000 <= number <= 80_000 else _parse_text(str(number))
    return _parse_text(value) if isinstance(value, str) else None


def _from_serial(days: int) -> str | None:
    """The day of an Excel serial number. Source: ECMA-376 part 1, 18.17.4.1 (1900 date base)."""
    return (_DAY_ONE + timedelta(days=days)).isoformat() if 20_000 <= days <= 80_000 else None


@lru_cache(maxsize=65536)
def parse_period(text: str) -> str:
    """A period or batch: YYYY, YYYY-MM, YYYY-Qn, YYYY-Hn, YYYY-MM/YYYY-MM, else the words as they are."""
    plain = fold_text(text).strip("'")
    if re.fullmatch(_YEAR + r"(年度?)?", plain):
        return plain[:4]
    match = _PART.fullmatch(plain)
    if match:
        return f"{match[1]}-Q{'一二三四1234'.index(match[2]) % 4 + 1}"
    match = _HALF.fullmatch(plain)
    if match:
        return f"{match[1]}-H{1 if match[2] == '上' else 2}"
    match = _MONTHS.fullmatch(plain)
    if match:
        return f"{match[1]}-{int(match[2]):02d}/{match[1]}-{int(match[3]):02d}"
    match = _MONTH.fullmatch(re.sub(r"(补发|补|第.批)$", "", plain))
    if match:
        return f"{match[1]}-{int(match[2]):02d}"
    return plain


def find_year(text: str) -> int | None:
    """The one year a text names, None where it names none or several."""
    years = set(re.findall(r"(?<!\d)(20[0-4]\d)(?!\d)", text))
    return int(years.pop()) if len(years) == 1 else None
