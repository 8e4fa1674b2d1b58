"""Control totals: what the finance bureau paid out, held against what was read, per programme and township.

The office gives control.xlsx or control.csv: 补贴项目, 发放期间, 乡镇, 人数, 金额 (programme, period, township, people, yuan).
A line without a township is for the whole county. Lines of one programme and township are added up over their periods,
because what a notice shows is the year.

Source: the county must know that the sum is right because it agrees with the money that was paid out.
"""

import csv
import io
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from village_notice.domain.finding import Finding, Place
from village_notice.domain.money import FEN_PER_YUAN, format_fen, parse_amount
from village_notice.domain.text import fold_text
from village_notice.errors import ReferenceFileError
from village_notice.workbook import RowStyle, Sheet, SheetColumn, Value

SHEET = "对账"
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
_MOST_FILES = 3
_COLUMNS = (
    SheetColumn("补贴项目", width=30), SheetColumn("乡镇", width=12), SheetColumn("期间", width=14),
    SheetColumn("财政拨付（元）", "fen", 18), SheetColumn("读到（元）", "fen", 18), SheetColumn("计入（元）", "fen", 18),
    SheetColumn("待核实（元）", "fen", 16), SheetColumn("相差（元）", "fen", 16), SheetColumn("拨付人数", "integer", 10),
    SheetColumn("计入人数", "integer", 10), SheetColumn("结论", width=40), SheetColumn("来自哪些文件", width=50),
)  # fmt: skip
Cells = Sequence[object]


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
    """

    file: str
    row: int
    code: str
    programme: str
    township: str
    period: str
    people: int | None
    fen: int


@dataclass(frozen=True, slots=True)
class ControlRow:
    """One programme and township: what was paid out and what was read.

    Attributes:
        place: First line of the control file, row 0 where it has none.
        code, programme, township: What is compared; township "" is the whole county.
        periods: Periods of the lines.
        paid_out: Fen paid out, None where the control file has no line.
        people_paid_out: People, None where it is not told.
        read, accepted, held, not_paid: Fen.
        people: People accepted.
        files: (file, accepted fen), most money first.
    """

    place: Place
    code: str
    programme: str
    township: str
    periods: tuple[str, ...]
    paid_out: int | None
    people_paid_out: int | None
    read: int = 0
    accepted: int = 0
    held: int = 0
    not_paid: int = 0
    people: int = 0
    files: tuple[tuple[str, int], ...] = ()

    @property
    def difference(self) -> int:
        """Fen paid out less fen accepted; 0 where nothing is known to compare with."""
        return 0 if self.paid_out is None else self.paid_out - self.accepted

    @property
    def key(self) -> tuple[str, str]:
        """Programme code and township."""
        return self.code, self.township


class ControlReader:
    """Reads the control file of an office.

    Args:
        find_programme: Words → (code, name), None where they mean none or several.
        find_township: Words → township as the register names it, None where there is none.
    """

    def __init__(
        self,
        find_programme: Callable[[str], tuple[str, str] | None],
        find_township: Callable[[str], str | None],
    ) -> None:
        self.find_programme, self.find_township = find_programme, find_township

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
        return ControlLine(file, row, *programme, township, period, int(people) if people else None, amount.fen)


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


def _text(value: object) -> str:
    return "" if value is None else str(value).strip()


def reconcile(lines: Sequence[ControlLine], decided: pd.DataFrame, townships: Collection[str] = ()) -> list[ControlRow]:
    """Every programme and township that was paid out or read, in the order of the control file, what it lacks last.

    Args:
        lines: The control file; [] gives [].
        decided: Payments with verdicts and person_no.
        townships: Townships the run is for, () for all: lines of others, and of the whole county, are left out then.
    """
    if not lines:
        return []
    wanted = [n for n in lines if not townships or n.township in townships]
    groups: dict[tuple[str, str], list[ControlLine]] = {}
    for line in wanted:
        groups.setdefault((line.code, line.township), []).append(line)
    read = _Read(decided)
    rows = [_compare(group, read) for group in groups.values()]
    whole = {code for code, township in groups if not township}
    for code, township in read.list_pairs():
        if (code, township) not in groups and code not in whole and (not townships or township in townships):
            place = Place(lines[0].file)
            rows.append(read.fill(ControlRow(place, code, read.names[code], township, (), None, None)))
    return rows


def _compare(group: Sequence[ControlLine], read: "_Read") -> ControlRow:
    first = group[0]
    people = [n.people for n in group if n.people is not None]
    periods = tuple(dict.fromkeys(n.period for n in group if n.period))
    # the people of several periods are the same people and cannot be added
    told = people[0] if len(group) == len(people) == 1 else None
    row = ControlRow(
        Place(first.file, "", first.row), first.code, first.programme, first.township, periods,
        sum(n.fen for n in group), told,
    )  # fmt: skip
    return read.fill(row)


class _Read:
    """Sums of the payments by programme, township, verdict and file."""

    def __init__(self, decided: pd.DataFrame) -> None:
        keys = ["programme_code", "township", "verdict", "file"]
        self.sums = decided.groupby(keys, sort=True)["raw_fen"].sum().reset_index()
        known = decided.loc[decided["programme_code"] != "", ["programme_code", "programme"]].drop_duplicates()
        self.names = {str(code): str(name) for code, name in known.itertuples(index=False, name=None)}
        accepted = decided.loc[
            decided["verdict"] == "accepted", ["programme_code", "township", "village_code", "person_no"]
        ]
        self.people = accepted.drop_duplicates().groupby(["programme_code", "township"]).size()

    def list_pairs(self) -> Iterator[tuple[str, str]]:
        """Programme and township of what was accepted."""
        rows = self.sums[(self.sums["verdict"] == "accepted") & (self.sums["programme_code"] != "")]
        for code, township in rows[["programme_code", "township"]].drop_duplicates().itertuples(index=False, name=None):
            yield str(code), str(township)

    def fill(self, row: ControlRow) -> ControlRow:
        """The row with what was read."""
        rows = self.sums[self.sums["programme_code"] == row.code]
        people = self.people[self.people.index.get_level_values(0) == row.code]
        if row.township:
            rows = rows[rows["township"] == row.township]
            people = people[people.index.get_level_values(1) == row.township]
        fen = rows.groupby("verdict")["raw_fen"].sum()
        files = rows[rows["verdict"] == "accepted"].groupby("file")["raw_fen"].sum().sort_values(ascending=False)
        accepted, held, not_paid = (int(fen.get(v, 0)) for v in ("accepted", "held", "not_paid"))
        return ControlRow(
            row.place, row.code, row.programme, row.township, row.periods, row.paid_out, row.people_paid_out,
            int(fen.sum()), accepted, held, not_paid, int(people.sum()),
            tuple((str(file), int(sum_fen)) for file, sum_fen in files.items()),
        )  # fmt: skip


def check_control(rows: Iterable[ControlRow]) -> Iterator[Finding]:
    """T04 money that does not agree, T05 what the control file has no line for, T06 people that do not agree."""
    for row in rows:
        what = row.township + row.programme
        accepted = f"{what} {format_fen(row.accepted)}"
        if row.paid_out is None:
            yield Finding("T05", row.place, found=accepted, fen=abs(row.accepted))
        elif row.difference:
            paid, difference = format_fen(row.paid_out), format_fen(row.difference)
            yield Finding("T04", row.place, accepted, paid, difference, fen=abs(row.difference))
        elif row.people_paid_out not in (None, row.people):
            yield Finding("T06", row.place, f"{what} {row.people}", str(row.people_paid_out))


def find_unsettled(rows: Iterable[ControlRow], standing: Iterable[Finding]) -> frozenset[tuple[str, str]]:
    """Programme and township of each difference that nobody explained; a waiver of T04 explains one."""
    open_places = {f.place for f in standing if f.code == "T04"}
    return frozenset(row.key for row in rows if row.difference and row.place in open_places)


def draw_control(rows: Sequence[ControlRow], unsettled: Collection[tuple[str, str]]) -> Sheet:
    """The sheet 对账, differences first."""
    ordered = sorted(rows, key=lambda r: -abs(r.difference))
    shown = [_draw_row(r, is_open=r.key in unsettled) for r in ordered]
    styles: list[RowStyle] = [_choose_style(r, is_open=r.key in unsettled) for r in ordered]
    differing = sum(bool(r.difference) for r in rows)
    title = f"与财政拨付对账：{len(rows):,} 项，其中 {differing:,} 项不符"
    notes = (
        "相差 = 财政拨付 − 计入。没有写明理由的差额，使该项目在该乡镇各村的公示保持草稿。",
        "差额确有原因的，在 waivers.csv 写一行：规则 T04、文件 control.xlsx（或 control.csv）、行号、理由、经手人、日期。",
        "本表含全部项目，只供内部使用，不得外传。",
    )
    return Sheet(SHEET, title, _COLUMNS, shown, notes, landscape=True, styles=styles, has_filter=True)


def _choose_style(row: ControlRow, *, is_open: bool) -> RowStyle:
    return "error" if is_open else "warning" if row.paid_out is None or row.difference else "fixed"


def _draw_row(row: ControlRow, *, is_open: bool) -> tuple[Value, ...]:
    files = "、".join(f"{file}（{format_fen(fen, grouped=True)}）" for file, fen in row.files[:_MOST_FILES])
    more = f" 等 {len(row.files)} 个" if len(row.files) > _MOST_FILES else ""
    return (
        row.programme, row.township or "（全市）", "、".join(row.periods), row.paid_out, row.read, row.accepted,
        row.held, None if row.paid_out is None else row.difference, row.people_paid_out, row.people,
        _explain(row, is_open=is_open), files + more,
    )  # fmt: skip


def _explain(row: ControlRow, *, is_open: bool) -> str:
    """What the difference may come from, where one figure explains it to the fen."""
    if row.paid_out is None:
        return "对账表里没有这一项"
    if not row.difference:
        return "相符" if row.people_paid_out in (None, row.people) else "金额相符，人数不符"
    if not is_open:
        return "已写明理由"
    extra = next((file for file, fen in row.files if fen and fen == -row.difference), "")
    reasons = (
        (row.difference == row.held, "不符：差额正好是待核实的金额，处理完就对上了"),
        (row.difference == row.not_paid, "不符：差额正好是失败、退回、待发的金额"),
        (bool(extra), f"不符：差额正好是“{extra}”的金额，可能重复"),
        (not row.accepted and not row.held, "不符：没有读到任何表格，可能漏交"),
    )
    return next((words for holds, words in reasons if holds), "不符")
