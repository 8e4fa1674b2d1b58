"""The office's postings.csv and objections.csv: when a notice hung where, and how objections ended.

Of an objection only day, kind and outcome are read, from fixed words: who objected and what they wrote stays in the
office. A column that is not known is passed over; a word that is not known is an error, named with its line.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple

from village_notice.archive.detail import build_csv
from village_notice.domain.text import short_village
from village_notice.errors import ReferenceFileError

POSTINGS, OBJECTIONS = "postings.csv", "objections.csv"
KINDS = ("金额", "面积或数量", "漏报", "重复", "资格", "到账", "其他")
OUTCOMES = ("属实已更正", "不属实已说明", "转主管部门", "处理中")
OPEN = "处理中"
POSTING_HEADINGS = ("张贴日期", "撤下日期", "地点", "张贴人")
OBJECTION_HEADINGS = ("日期", "类别", "结果", "办结日期")
_LONG_NUMBER = re.compile(r"\d{7,}")


class Posting(NamedTuple):
    """One hanging of a village's notices; `taken_down` is None where it is not known."""

    village: str
    year: int
    posted: date
    taken_down: date | None
    place: str
    by: str


class Objection(NamedTuple):
    """One objection without names; `closed` is None where it is not closed."""

    village: str
    year: int
    day: date
    kind: str
    outcome: str
    closed: date | None


def read_postings(home: Path, village: tuple[str, str, str], year: int) -> list[Posting]:
    """The postings of a village and year, by day.

    Args:
        home: Office folder.
        village: Village code, township and short name.
        year: Year of the payments.

    Raises:
        ReferenceFileError: A line is broken, or holds a long number.
    """
    found = [_parse_posting(row, line) for line, row in _read_rows(home / POSTINGS, village, year)]
    return sorted(found, key=lambda p: p.posted)


def read_posted(home: Path, year: int, villages: Iterable[tuple[str, str, str]]) -> dict[str, list[date]]:
    """Village code → days of its postings, for all villages at once; those without any are left out.

    Raises:
        ReferenceFileError: A day is broken.
    """
    known = {key: code for code, township, name in villages for key in ((township, name), ("", name), (code, ""))}
    posted: dict[str, list[date]] = {}
    for line, row in _read_year(home / POSTINGS, year):
        key = (row["村代码"], "") if row.get("村代码") else (row.get("乡镇", ""), short_village(row.get("村", "")))
        day = _parse_day(row, "张贴日期", POSTINGS, line)
        if key in known and day:
            posted.setdefault(known[key], []).append(day)
    return posted


def read_objections(home: Path, village: tuple[str, str, str], year: int) -> list[Objection]:
    """The objections of a village and year, by day; see `read_postings`."""
    found = [_parse_objection(row, line) for line, row in _read_rows(home / OBJECTIONS, village, year)]
    return sorted(found, key=lambda o: (o.day, o.kind, o.outcome))


def build_postings_csv(postings: Sequence[Posting], note: tuple[str, str]) -> bytes:
    """张贴记录.csv; its last line says what evidence there is."""
    rows = [(p.posted.isoformat(), _format(p.taken_down), p.place, p.by) for p in postings]
    return build_csv(POSTING_HEADINGS, [*rows, (*note, "", "")])


def build_objections_csv(objections: Iterable[Objection]) -> bytes:
    """异议处理.csv."""
    rows = ((o.day.isoformat(), o.kind, o.outcome, _format(o.closed)) for o in objections)
    return build_csv(OBJECTION_HEADINGS, rows)


def has_long_number(text: str) -> bool:
    """Whether a text holds what may be a telephone or an ID."""
    return bool(_LONG_NUMBER.search(text))


def _format(day: date | None) -> str:
    return day.isoformat() if day else ""


def _read_rows(path: Path, village: tuple[str, str, str], year: int) -> Iterator[tuple[int, dict[str, str]]]:
    return ((number, row) for number, row in _read_year(path, year) if _is_of(row, village))


def _read_year(path: Path, year: int) -> Iterator[tuple[int, dict[str, str]]]:
    if not path.is_file():
        return
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        text = path.read_text(encoding="gb18030", errors="replace")  # Excel saves .csv so
    for number, row in enumerate(csv.DictReader(io.StringIO(text, newline="")), start=2):
        plain = {str(k).strip(): (v or "").strip() for k, v in row.items() if isinstance(v, str | None)}
        if plain.get("年度", "").removesuffix("年") == str(year):
            yield number, plain


def _is_of(row: dict[str, str], village: tuple[str, str, str]) -> bool:
    code, township, name = village
    if row.get("村代码"):
        return row["村代码"] == code
    return row.get("乡镇") in (township, "", None) and short_village(row.get("村", "")) == name


def _parse_posting(row: dict[str, str], line: int) -> Posting:
    for column in ("地点", "张贴人"):
        if has_long_number(row.get(column, "")):
            raise ReferenceFileError(POSTINGS, line, column, "有一串长号码，档案里不能有电话和证件号")
    posted = _parse_day(row, "张贴日期", POSTINGS, line)
    if posted is None:
        raise ReferenceFileError(POSTINGS, line, "张贴日期", "是空的，应写成 2022-12-20 这样")
    taken_down = _parse_day(row, "撤下日期", POSTINGS, line)
    return Posting(
        row.get("村", ""), int(row["年度"][:4]), posted, taken_down, row.get("地点", ""), row.get("张贴人", "")
    )


def _parse_objection(row: dict[str, str], line: int) -> Objection:
    day = _parse_day(row, "日期", OBJECTIONS, line)
    if day is None:
        raise ReferenceFileError(OBJECTIONS, line, "日期", "是空的，应写成 2022-12-20 这样")
    for column, allowed in (("类别", KINDS), ("结果", OUTCOMES)):
        if row.get(column, "") not in allowed:
            raise ReferenceFileError(OBJECTIONS, line, column, f"只能写：{'、'.join(allowed)}")
    closed = _parse_day(row, "办结日期", OBJECTIONS, line)
    return Objection(row.get("村", ""), int(row["年度"][:4]), day, row["类别"], row["结果"], closed)


def _parse_day(row: dict[str, str], column: str, file: str, line: int) -> date | None:
    text = row.get(column, "")
    match = re.fullmatch(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?", text)
    try:
        return date(*map(int, match.groups())) if match else None if not text else date.fromisoformat(text)
    except ValueError:
        raise ReferenceFileError(file, line, column, f"“{text}”不是日期，应写成 2022-12-20 这样") from None
