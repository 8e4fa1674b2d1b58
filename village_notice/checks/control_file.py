"""The control file of an office: what the finance bureau paid out, line by line.

The office gives control.xlsx or control.csv: 补贴项目, 发放期间, 乡镇, 人数, 金额 (programme, period, township, people, yuan).
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from village_notice.checks.office_file import Cells, read_rows, read_sheets, refuse_other_forms
from village_notice.domain.money import FEN_PER_YUAN, parse_amount
from village_notice.domain.text import fold_text
from village_notice.errors import ReferenceFileError

FILE_NAMES = ("control.xlsx", "control.csv")
_HEADINGS = {
    "programme": (
        "补贴项目", "项目名称", "项目", "补贴项目名称", "资金项目", "资金名称", "补贴名称", "补贴资金名称", "政策名称", "programme",
    ),
    "period": (
        "发放期间", "期间", "批次", "月份", "发放批次", "发放月份", "所属月份", "拨付时间", "拨付日期", "发放时间", "年月", "时间", "period",
    ),
    "township": ("乡镇", "镇街", "乡镇街道", "街道", "乡镇、街道", "乡镇名称", "镇街名称", "镇办", "镇", "单位", "township"),
    "people": ("人数", "发放人数", "享受人数", "补贴人数", "拨付人数", "人次", "户数", "people"),
    "yuan": (
        "实际拨付金额", "实拨金额", "拨付金额", "实际发放金额", "发放金额", "金额", "拨付资金", "实发金额", "拨付额", "拨付数", "财政拨付",
        "补贴金额", "补贴资金", "资金", "yuan", "amount",
    ),
}  # fmt: skip
"""Field → what its heading may be; the first that is there counts."""
_UNIT = re.compile(r"[(（].*?[)）]")
_TOTAL = re.compile(r"(总|合|小|共)计")
_NOTE = re.compile(
    r"制表|审核|复核|填表|填报|经办|负责|分管|领导|备注|说明|注[:：]|附[:：注]|单位[:：]|联系|电话|日期[:：]|盖章"
)
"""Beginnings of what stands below the lines."""
_WHOLE = frozenset(["全市", "全县", "全区", "全市合计", "全县合计", "全区合计"])
_WAN = 10_000 * FEN_PER_YUAN


def _text(value: object) -> str:
    return "" if value is None else str(value).strip()


@dataclass(frozen=True, slots=True)
class ControlLine:
    """One line of the control file.

    Attributes:
        file, row: Where it stands.
        code, programme: The programme; code "" where subsidies.csv does not have it.
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
        find_programme: Words → (code, name), None where they may be a slip for another name.
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
        if home is None:
            return []
        path = next((home / name for name in FILE_NAMES if (home / name).is_file()), None)
        lines = self._read_lines(path) if path else []
        if not lines:
            refuse_other_forms(home, FILE_NAMES)
        return lines

    def _read_lines(self, path: Path) -> list[ControlLine]:
        sheets = [list(enumerate(s, 1)) for s in read_sheets(path)] if path.suffix == ".xlsx" else [read_rows(path)]
        rows, head, columns, unit_fen = _find_headings(path.name, sheets)
        lines: list[ControlLine] = []
        last = ""
        for number, cells in rows[head + 1 :]:
            told = {name: cells[i] if i < len(cells) else None for name, i in columns.items()}
            if not any(_text(v) for v in told.values()) or _is_aside(cells, told):
                continue
            last = _text(told["programme"]) or last
            lines.append(self._read_line(path.name, number, told | {"programme": last}, unit_fen))
        return lines

    def _read_line(self, file: str, row: int, told: dict[str, object], unit_fen: int) -> ControlLine:
        words, place = _text(told["programme"]), _text(told.get("township"))
        programme = self.find_programme(words) if words else None
        if programme is None:
            raise ReferenceFileError(file, row, "补贴项目", f"“{words}”不是 subsidies.csv 里的项目，请写全称")
        township = self.find_township(place) if place and fold_text(place) not in _WHOLE else ""
        if township is None:
            raise ReferenceFileError(file, row, "乡镇", f"名册里没有“{place}”")
        amount = parse_amount(told["yuan"], unit_fen=unit_fen)
        if amount is None:
            found = _text(told["yuan"])
            words = f"“{found}”不是金额" if found else "没有金额；是公式的请用 Excel 打开、保存一次"
            raise ReferenceFileError(file, row, "金额", words)
        people = re.sub(r"\.0+$", "", _text(told.get("people")).removesuffix("人"))
        if people and not people.isdecimal():
            raise ReferenceFileError(file, row, "人数", f"“{people}”不是人数")
        period = _text(told.get("period"))
        time = self.parse_period(told.get("period")) if period else ""
        return ControlLine(file, row, *programme, township, period, int(people) if people else None, amount.fen, time)


def _is_aside(cells: Cells, told: Mapping[str, object]) -> bool:
    """Whether a row is no line: a total, or, without money, what stands below a table."""
    words = [fold_text(text) for c in cells if (text := _text(c))]
    if any(_TOTAL.fullmatch(w) for w in words[:3]):
        return True
    return not _text(told["yuan"]) and bool(words) and (len(words) == 1 or bool(_NOTE.match(words[0])))


def _find_headings(
    file: str, sheets: Sequence[Sequence[tuple[int, Cells]]]
) -> tuple[Sequence[tuple[int, Cells]], int, dict[str, int], int]:
    """The sheet with headings, the place of their row, the columns, and the fen in one unit of money."""
    for rows in sheets:
        for place, (_, cells) in enumerate(rows[:10]):
            plain = [_UNIT.sub("", fold_text(_text(c))).casefold() for c in cells]
            found = {
                name: next((plain.index(w) for w in words if w in plain), None) for name, words in _HEADINGS.items()
            }
            columns = {name: i for name, i in found.items() if i is not None}
            if {"programme", "yuan"} <= set(columns):
                above = [_text(c) for _, row in rows[:place] for c in row]
                is_wan = any("万元" in text for text in (*above, _text(cells[columns["yuan"]])))
                return rows, place, columns, _WAN if is_wan else FEN_PER_YUAN
    raise ReferenceFileError(file, 1, "", "没有找到表头；第一行应写：补贴项目、发放期间、乡镇、人数、金额（元）")
