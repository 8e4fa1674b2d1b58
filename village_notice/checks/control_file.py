"""The control file of an office: what the finance bureau paid out, line by line.

The office gives control.xlsx or control.csv: 补贴项目, 发放期间, 乡镇, 人数, 金额 (programme, period, township, people, yuan).
"""

import csv
import io
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from village_notice.domain.money import FEN_PER_YUAN, parse_amount
from village_notice.domain.text import fold_text
from village_notice.errors import ReferenceFileError

FILE_NAMES = ("control.xlsx", "control.csv")
_HEADINGS = {
    "programme": ("补贴项目", "项目名称", "项目", "programme"),
    "period": ("发放期间", "期间", "批次", "月份", "period"),
    "township": ("乡镇", "镇街", "乡镇街道", "街道", "township"),
    "people": ("人数", "发放人数", "people"),
    "yuan": ("金额", "拨付金额", "发放金额", "实拨金额", "拨付资金", "yuan", "amount"),
}
_UNIT = re.compile(r"[(（].*?[)）]")
_TOTAL = re.compile(r"(总|合|小|共)计")
_WAN = 10_000 * FEN_PER_YUAN
Cells = Sequence[object]


def _text(value: object) -> str:
    return "" if value is None else str(value).strip()


@dataclass(frozen=True, slots=True)
class ControlLine:
    """One line of the control file.

    Attributes:
        file, row: Where it stands.
        code, programme: The programme.
        township: As the register names it, "" for the whole county.
        period: As written.
        people: People paid, None where it is not told.
        fen: Money paid out.
        time: The period as payments have it, "" where none is told.
    """

    file: str
    row: int
    code: str
    programme: str
    township: str
    period: str
    people: int | None
    fen: int
    time: str = ""


class ControlReader:
    """Reads the control file of an office.

    Args:
        find_programme: Words → (code, name), None where they mean none or several.
        find_township: Words → township as the register names it, None where there is none.
        parse_period: Cell → period as payments have it, "" where it is blank.
    """

    def __init__(
        self,
        find_programme: Callable[[str], tuple[str, str] | None],
        find_township: Callable[[str], str | None],
        parse_period: Callable[[object], str] = _text,
    ) -> None:
        self.find_programme, self.find_township, self.parse_period = find_programme, find_township, parse_period

    def read(self, home: Path | None) -> list[ControlLine]:
        """The lines, in the order of the file; [] where the office gives none.

        Raises:
            ReferenceFileError: No headings, or a line whose programme, township, people or money cannot be understood.
        """
        path = next((home / name for name in FILE_NAMES if (home / name).is_file()), None) if home else None
        if path is None:
            return []
        rows = _read_xlsx(path) if path.suffix == ".xlsx" else _read_csv(path)
        head, columns, unit_fen = _find_headings(path.name, rows)
        lines: list[ControlLine] = []
        last = ""
        for number, cells in enumerate(rows[head + 1 :], start=head + 2):
            told = {name: cells[i] if i < len(cells) else None for name, i in columns.items()}
            words = _text(told["programme"])
            if not any(_text(v) for v in told.values()) or any(
                _TOTAL.fullmatch(fold_text(_text(c))) for c in cells[:3]
            ):
                continue
            last = words or last
            lines.append(self._read_line(path.name, number, told | {"programme": last}, unit_fen))
        return lines

    def _read_line(self, file: str, row: int, told: dict[str, object], unit_fen: int) -> ControlLine:
        words, place = _text(told["programme"]), _text(told.get("township"))
        programme = self.find_programme(words) if words else None
        if programme is None:
            raise ReferenceFileError(file, row, "补贴项目", f"“{words}”不是 subsidies.csv 里唯一的一个项目")
        township = self.find_township(place) if place else ""
        if township is None:
            raise ReferenceFileError(file, row, "乡镇", f"名册里没有“{place}”")
        amount = parse_amount(told["yuan"], unit_fen=unit_fen)
        if amount is None:
            raise ReferenceFileError(file, row, "金额", f"“{_text(told['yuan'])}”不是金额")
        people = re.sub(r"\.0+$", "", _text(told.get("people")).removesuffix("人"))
        if people and not people.isdecimal():
            raise ReferenceFileError(file, row, "人数", f"“{people}”不是人数")
        period = _text(told.get("period"))
        time = self.parse_period(told.get("period")) if period else ""
        return ControlLine(file, row, *programme, township, period, int(people) if people else None, amount.fen, time)


def _read_xlsx(path: Path) -> list[Cells]:
    import openpyxl

    try:
        book = openpyxl.load_workbook(path, data_only=True)
    except Exception as error:  # a damaged workbook shows as any of zipfile's, expat's or openpyxl's errors
        raise ReferenceFileError(path.name, 1, "", f"打不开（{type(error).__name__}），请另存为 .xlsx") from error
    return [list(row) for row in book.worksheets[0].iter_rows(values_only=True)]


def _read_csv(path: Path) -> list[Cells]:
    data = path.read_bytes()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("gb18030", errors="replace")
    return list(csv.reader(io.StringIO(text, newline="")))


def _find_headings(file: str, rows: Sequence[Cells]) -> tuple[int, dict[str, int], int]:
    """Place of the heading row, the columns, and the fen in one unit of money."""
    for number, cells in enumerate(rows[:10]):
        plain = [_UNIT.sub("", fold_text(_text(c))).casefold() for c in cells]
        columns = {
            name: next(plain.index(w) for w in words if w in plain)
            for name, words in _HEADINGS.items()
            if set(words) & set(plain)
        }
        if {"programme", "yuan"} <= set(columns):
            above = [_text(c) for row in rows[:number] for c in row]
            is_wan = any("万元" in text for text in (*above, _text(cells[columns["yuan"]])))
            return number, columns, _WAN if is_wan else FEN_PER_YUAN
    raise ReferenceFileError(file, 1, "", "没有找到表头；第一行应写：补贴项目、发放期间、乡镇、人数、金额（元）")
