"""Payments to people on the office's list of the deceased, where it gives one: deceased.csv."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from village_notice.checks.keys import list_rows
from village_notice.checks.office_file import read_records, refuse_other_forms
from village_notice.domain.finding import Finding
from village_notice.domain.identity import is_valid_id
from village_notice.domain.text import clean_name, fold_text, short_village
from village_notice.errors import ReferenceFileError

FILE_NAME = "deceased.csv"
_WORDS = {
    "name": ("姓名", "name", "死者姓名", "死亡人员姓名"),
    "id": ("身份证号", "公民身份号码", "id", "身份证号码", "身份证", "证件号码"),
    "village": ("村", "村名", "village", "所在村", "行政村"),
    "date": ("死亡日期", "去世日期", "date", "死亡时间", "去世时间"),
}
_DAY = re.compile(r"(\d{4})[-/.年]?(?:(\d{1,2})(?:[-/.月](\d{1,2})日?|月)?|(\d{2})(\d{2}))?(?: 0?0:00(?::00)?)?年?")
_ID = re.compile(r"\d{15}|\d{17}[\dX]")


@dataclass(frozen=True, slots=True)
class Deceased:
    """One person of the list: an ID, or a name and a village, or all of them; `date` YYYY-MM-DD, YYYY-MM, YYYY or ""."""

    name: str
    id: str
    village: str
    date: str


def read_deceased(home: Path | None) -> list[Deceased]:
    """The list of an office folder, [] where there is none.

    Raises:
        ReferenceFileError: A heading is missing, or a line has neither an ID nor name and village.
    """
    if home is None:
        return []
    path = home / FILE_NAME
    found = _read_all(path) if path.is_file() else []
    if not found:
        refuse_other_forms(home, (FILE_NAME,))
    return found


def _read_all(path: Path) -> list[Deceased]:
    found = []
    for number, cells in read_records(path, _WORDS, ()):
        own = fold_text(cells["id"]).strip("'").upper()
        own = own if _ID.fullmatch(own) else ""
        name = clean_name(cells["name"])
        village = short_village(cells["village"]) if cells["village"] else ""
        if not own and not (name and village):
            words = "不是完整的身份证号" if cells["id"] else "没有写身份证号"
            raise ReferenceFileError(FILE_NAME, number, "身份证号", f"{words}，这样的要写姓名和村")
        found.append(Deceased(name, own, village, _read_day(number, cells["date"])))
    return found


def _read_day(number: int, text: str) -> str:
    """2022-3-5, 2022/3/5, 2022.3.5, 2022年3月5日 or 20220305 as 2022-03-05; 2022年3月 as 2022-03; 2022 as it is."""
    if not text:
        return ""
    match = _DAY.fullmatch(text)
    parts = [part for part in match.groups() if part] if match else []
    if not parts or not _is_day(*map(int, parts)):
        raise ReferenceFileError(FILE_NAME, number, "死亡日期", f"“{text}”不是 2022-03-05 这样的日期")
    return "-".join([parts[0], *(f"{int(p):02d}" for p in parts[1:])])


def _is_day(year: int, month: int = 1, day: int = 1) -> bool:
    try:
        return bool(date(year, month, day))
    except ValueError:
        return False


def check_deceased(payments: pd.DataFrame, people: Sequence[Deceased]) -> Iterator[Finding]:
    """X18 for each payment made after the day a person of the list died; without both days, for each payment.

    Source: audits of subsidies look for payments to the dead first.
    """
    if not people:
        return
    by_id = {p.id: p for p in people if p.id}
    by_name = {(p.name, p.village): p for p in people if p.name and p.village}
    wanted = payments["id"].isin(list(by_id)) | payments["name"].isin([name for name, _ in by_name])
    wanted &= payments["amount_fen"].gt(0).fillna(False) & payments["status"].isin(["成功", "补发", ""])
    rows = np.flatnonzero(wanted.to_numpy())
    told = payments[["id", "name", "village", "pay_date", "amount_fen"]].iloc[rows].itertuples(index=False, name=None)
    for (_, place, name), (number, own, village, day, fen) in zip(list_rows(payments, rows), told, strict=True):
        person = by_id.get(number) or _find_by_name(by_name, (own, village), number)
        if person and not (day and person.date and day[: len(person.date)] <= person.date[: len(day)]):
            yield Finding("X18", place, person.date or "日期未写", person=name, fen=int(fen))


def _find_by_name(by_name: Mapping[tuple[str, str], Deceased], who: tuple[str, str], number: str) -> Deceased | None:
    """The person of a name in a village, unless the IDs show that it is another one."""
    person = by_name.get(who)
    is_other = person is not None and bool(person.id) and is_valid_id(number) and number != person.id
    return None if is_other else person
