"""Days and periods in every Chinese manner, as ISO text. The clock is never read: a missing year comes from context."""

import re
from datetime import date, datetime, timedelta
from functools import lru_cache

from village_notice.domain.patterns import compile_late
from village_notice.domain.text import fold_text, parse_numeral

_DIGIT = str.maketrans("〇零○О一二三四五六七八九", "0000123456789")
_FULL = compile_late(r"(\d{4})[-./年](\d{1,2})[-./月](\d{1,2})[日号]?(?:[T]?\d{1,2}[:：时].*)?")
_MONTH = compile_late(r"(\d{4})[-./年]?(\d{1,2})月?份?(?:[上中下]旬|底|初|末)?")
_SHORT = compile_late(r"(\d{2})[-./年](\d{1,2})[-./月](\d{1,2})日?")
_DAY_ONLY = compile_late(r"(\d{1,2})月(\d{1,2})[日号]?")
_MONTH_ONLY = compile_late(r"(\d{1,2})月份?")
_FIGURE_BEFORE = compile_late(r"(?:金额|总额|数额|人民币)[:：为]?$")
_FIGURE_BEHIND = compile_late(
    r"(?:\.\d+|,\d{3}(?!\d)(?:\.\d+)?)?\s*(?:元(?![月旦])|户|人|笔|亩|公?斤|万元|头|只|羽|株|平方|米|吨)|\.(?:0?0|1[3-9]|[2-9]\d|\d{3,})(?!\d)"
)
_FIRST_SERIAL, _LAST_SERIAL = 36526, 55153
"""Serial days of 2000-01-01 and 2050-12-31: other plain numbers are no pay dates."""


def parse_date(value: object, year: int | None = None) -> str | None:
    """The day of a cell as YYYY-MM-DD, YYYY-MM or YYYY, "" where the cell is blank, None where it is no real day.

    Args:
        value: Cell value: a date, a serial number, 20230607, 2023.6.7, 2023年6月, 六月, 二〇二三年六月七日 …
        year: Year for days written without one.
    """
    if value is None or value in ("", "-", "—", "/"):
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return _parse_number(value)
    return _parse_text(value, year) if isinstance(value, str) else None


def _parse_number(value: float) -> str | None:
    number = int(value)
    if 19_000_000 < number < 21_000_000:
        return _build(number // 10000, number // 100 % 100, number % 100)
    if number != value and 2000 < number < 2100:
        month = round((value - number) * 100)
        if month == 10:
            return str(number)  # 2023.10 typed as a number is 2023.1: October or January
        return _build(number, month if month <= 12 else month // 10 if month % 10 == 0 else 0)
    if 200_000 < number < 210_000:
        return _build(number // 100, number % 100)
    if 2000 <= number < 2100:
        return str(number)
    if _FIRST_SERIAL <= number <= _LAST_SERIAL:
        return (date(1899, 12, 30) + timedelta(days=number)).isoformat()
    return None


@lru_cache(maxsize=16384)
def _parse_text(text: str, year: int | None) -> str | None:
    plain = fold_text(text).strip("'")
    if not plain or plain in ("-", "—", "/", "无"):
        return ""
    if re.search(r"[一二三四五六七八九十〇○零]", plain):
        plain = _arabic(plain)
    if re.fullmatch(r"\d{1,18}(\.0+)?", plain):
        return _parse_number(int(float(plain)))
    for pattern in (_FULL, _MONTH):
        if match := pattern.fullmatch(plain):
            return _build(*(int(g) for g in match.groups()))
    if match := _SHORT.fullmatch(plain):
        return _build(2000 + int(match[1]), int(match[2]), int(match[3]))
    if re.fullmatch(r"\d{4}年度?", plain):
        return plain[:4]
    if year and (match := _DAY_ONLY.fullmatch(plain) or _MONTH_ONLY.fullmatch(plain)):
        return _build(year, *(int(g) for g in match.groups()))
    try:
        return datetime.fromisoformat(text.strip()).date().isoformat()
    except ValueError:
        return None


def _arabic(text: str) -> str:
    """Chinese numerals as digits: 二〇二三年十二月 → 2023年12月."""
    text = re.sub(r"[〇零○一二三四五六七八九]{4}", lambda m: m[0].translate(_DIGIT), text)

    def number(match: re.Match[str]) -> str:
        value = parse_numeral(match[0])
        return str(value) if value is not None else match[0]

    return re.sub(r"[一二三四五六七八九十]+", number, text)


def _build(year: int, month: int, day: int | None = None) -> str | None:
    try:
        checked = date(year, month, 1 if day is None else day)
    except ValueError:
        return None
    if not 1990 <= year < 2100:
        return None
    return checked.isoformat() if day else f"{year:04d}-{month:02d}"


@lru_cache(maxsize=16384)
def find_year(text: str) -> int | None:
    """The year a text names (2023年, 二〇二三年, 2023 alone between other characters), or None. The first of several."""
    plain = re.sub(r"[〇零○一二三四五六七八九]{4}(?=年)", lambda m: m[0].translate(_DIGIT), fold_text(text))
    if match := re.search(r"(?<!\d)((?:19|20)\d{2})年", plain):
        return int(match[1])
    numbers = re.finditer(r"(?<![\d,.¥￥])(20\d{2})(?:0[1-9]|1[0-2])?(?:[0-3]\d)?(?!\d)", plain)
    return next((int(m[1]) for m in numbers if not _is_figure(plain, m)), None)


def _is_figure(text: str, found: re.Match[str]) -> bool:
    """Whether four digits are a sum or a count: 补贴金额2052元, 金额：2019, 20.24亩, 2023.50."""
    return bool(_FIGURE_BEFORE.search(text, 0, found.start()) or _FIGURE_BEHIND.match(text, found.end()))


_QUARTERS = {"一": 1, "二": 2, "三": 3, "四": 4, "1": 1, "2": 2, "3": 3, "4": 4}


@lru_cache(maxsize=16384)
def find_period(text: str, year: int | None = None) -> str:
    """The period a title, heading or cell names as YYYY, YYYY-MM, YYYY-Qn, YYYY-Hn, YYYY-MM/YYYY-MM; "" where none.

    Without a year in the text or as argument only MM, Qn, Hn and MM/MM are given.
    """
    plain = _arabic(fold_text(text)) if not re.search(r"[一二三四]季", text) else fold_text(text)
    found = find_year(plain) or year
    head = f"{found}-" if found else ""
    if match := re.search(r"([一二三四1-4])季", plain):
        return f"{head}Q{_QUARTERS[match[1]]}"
    if match := re.search(r"([上下])半年", plain):
        return f"{head}H{1 if match[1] == '上' else 2}"
    if match := re.search(r"(?<!\d)(1[0-2]|0?[1-9])月?(?:-|~|至|—|–|到)(1[0-2]|0?[1-9])月", plain):
        return f"{head}{int(match[1]):02d}/{head}{int(match[2]):02d}"
    if match := re.search(r"(?<!\d)(?:20\d\d[年.\-/]?)?(1[0-2]|0?[1-9])月", plain):
        return f"{head}{int(match[1]):02d}"
    if match := re.search(r"(?<!\d)(20\d\d)[-./]?(1[0-2]|0[1-9])(?!\d)", plain):
        return f"{match[1]}-{match[2]}"
    return str(find_year(plain) or "")


def parse_period(value: object, year: int | None = None) -> str:
    """A cell of a period column: normalised where it is understood, else the sheet's own words."""
    if value is None or value == "":
        return ""
    if isinstance(value, datetime | date):
        return f"{value.year:04d}-{value.month:02d}"
    if isinstance(value, int | float) and not isinstance(value, bool):
        if 1 <= value <= 12 and year:
            return f"{year}-{int(value):02d}"
        return _parse_number(value) or str(value)
    text = str(value)
    known = _parse_text(text, year)
    return known or find_period(text, year) or fold_text(text)
