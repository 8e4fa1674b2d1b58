"""Payments to people on the office's list of the deceased, where it gives one: deceased.csv."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from village_notice.checks.keys import list_rows
from village_notice.domain.finding import Finding
from village_notice.domain.text import clean_name, fold_text, short_village
from village_notice.errors import ReferenceFileError

FILE_NAME = "deceased.csv"
_HEADINGS = {"name": ("姓名", "name"), "id": ("身份证号", "公民身份号码", "id"), "village": ("村", "村名", "village"),
             "date": ("死亡日期", "去世日期", "date")}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Deceased:
    """One person of the list: an ID, or a name and a village; `date` YYYY-MM-DD or ""."""

    name: str
    id: str
    village: str
    date: str


def read_deceased(home: Path | None) -> list[Deceased]:
    """The list of an office folder, [] where there is none.

    Raises:
        ReferenceFileError: A heading is missing, or a line has neither an ID nor name and village.
    """
    path = home / FILE_NAME if home else None
    if path is None or not path.is_file():
        return []
    data = path.read_bytes()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("gb18030", errors="replace")
    rows = list(csv.reader(io.StringIO(text, newline="")))
    heads = [fold_text(h) for h in rows[0]] if rows else []
    columns = {key: next((heads.index(w) for w in words if w in heads), None) for key, words in _HEADINGS.items()}
    if columns["id"] is None and (columns["name"] is None or columns["village"] is None):
        raise ReferenceFileError(FILE_NAME, 1, "", "第一行应写：姓名、身份证号、村、死亡日期")
    found = []
    for number, row in enumerate(rows[1:], start=2):
        cells = {k: row[i].strip() if i is not None and i < len(row) else "" for k, i in columns.items()}
        if not any(cells.values()):
            continue
        if not cells["id"] and not (cells["name"] and cells["village"]):
            raise ReferenceFileError(FILE_NAME, number, "身份证号", "没有身份证号时要写姓名和村")
        village = short_village(cells["village"]) if cells["village"] else ""
        day = _read_day(number, cells["date"])
        found.append(Deceased(clean_name(cells["name"]), fold_text(cells["id"]).upper(), village, day))
    return found


def _read_day(number: int, text: str) -> str:
    """2022-3-5, 2022/3/5 or 2022.3.5 as 2022-03-05."""
    parts = text.replace("/", "-").replace(".", "-").split("-") if text else []
    if not parts:
        return ""
    if len(parts) != 3 or not all(p.isdecimal() for p in parts):
        raise ReferenceFileError(FILE_NAME, number, "死亡日期", f"“{text}”不是 2022-03-05 这样的日期")
    return f"{int(parts[0]):04d}-{int(parts[1]):02d}-{int(parts[2]):02d}"


def check_deceased(payments: pd.DataFrame, people: Sequence[Deceased]) -> Iterator[Finding]:
    """X18 for each payment made after the day a person of the list died; without both days, for each payment.

    Source: audits of subsidies look for payments to the dead first.
    """
    if not people:
        return
    by_id = {p.id: p for p in people if p.id}
    by_name = {(p.name, p.village): p for p in people if not p.id}
    wanted = payments["id"].isin(list(by_id)) | payments["name"].isin([name for name, _ in by_name])
    wanted &= payments["amount_fen"].gt(0).fillna(False) & payments["status"].isin(["成功", "补发", ""])
    rows = np.flatnonzero(wanted.to_numpy())
    told = payments[["id", "name", "village", "pay_date", "amount_fen"]].iloc[rows].itertuples(index=False, name=None)
    for (_, place, name), (number, own, village, day, fen) in zip(list_rows(payments, rows), told, strict=True):
        person = by_id.get(number) or by_name.get((own, village))
        if person and not (day and person.date and day <= person.date[: len(day)]):
            yield Finding("X18", place, person.date or "日期未写", person=name, fen=int(fen))
