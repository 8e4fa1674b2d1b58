"""Control totals: what the finance bureau paid out, held against what was read, per programme, period and township.

A line without a township is for the whole county. Where lines tell periods, each period is compared; what a notice shows is
the year, so periods that differ while the year agrees keep nothing back. Where a payment cannot be told to belong to one
of the periods, the lines of the programme and township are added up.

Source: the county must know that the sum is right because it agrees with the money that was paid out.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from village_notice.checks.control_file import ControlLine
from village_notice.checks.periods import choose_time, find_slot
from village_notice.domain.codes import factorize_texts
from village_notice.domain.finding import Finding, Place
from village_notice.domain.money import format_fen
from village_notice.domain.rules import is_error
from village_notice.workbook import RowStyle, Sheet, SheetColumn, Value

SHEET = "对账"
_MOST_FILES = 3
_COLUMNS = (
    SheetColumn("补贴项目", width=30), SheetColumn("乡镇", width=12), SheetColumn("期间", width=14),
    SheetColumn("财政拨付（元）", "fen", 18), SheetColumn("读到（元）", "fen", 18), SheetColumn("计入（元）", "fen", 18),
    SheetColumn("待核实（元）", "fen", 16), SheetColumn("相差（元）", "fen", 16), SheetColumn("拨付人数", "integer", 10),
    SheetColumn("计入人数", "integer", 10), SheetColumn("结论", width=40), SheetColumn("来自哪些文件", width=50),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ControlRow:
    """One programme, township and period (or all of its periods): what was paid out and what was read.

    Attributes:
        place: First line of the control file, row 0 where it has none.
        code, programme, township: What is compared; township "" is the whole county, code "" a programme that
            subsidies.csv does not have.
        periods: Periods of the lines.
        paid_out: Fen paid out, None where the control file has no line.
        people_paid_out: People, None where it is not told.
        read, accepted, held, not_paid: Fen.
        people: People accepted.
        files: (file, accepted fen), most money first.
        agrees_over_year: True where only the periods differ: all of them together agree to the fen.
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
    agrees_over_year: bool = False

    @property
    def difference(self) -> int:
        """Fen paid out less fen accepted; 0 where nothing is known to compare with."""
        return 0 if self.paid_out is None else self.paid_out - self.accepted

    @property
    def key(self) -> tuple[str, str]:
        """Programme code and township."""
        return self.code, self.township

    @property
    def what(self) -> str:
        """What the programme is compared by: its code, its name where it has none."""
        return self.code or self.programme


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
        groups.setdefault((line.code or line.programme, line.township), []).append(line)
    read = _Read(decided)
    rows = [row for group in groups.values() for row in _compare(group, read)]
    whole = {what for what, township in groups if not township}
    for what, township in read.list_pairs():
        if (what, township) not in groups and what not in whole and (not townships or township in townships):
            place = Place(lines[0].file)
            rows.append(read.fill(ControlRow(place, *read.programmes[what], township, (), None, None)))
    return rows


def _compare(group: Sequence[ControlLine], read: "_Read") -> list[ControlRow]:
    """The lines of one programme and township, period by period where that can be decided, else all together.

    A period may be meant as that which is paid for, or as the month of the payment: what agrees better is taken.
    """
    times = {line.time for line in group}
    found = [read.find_slots(group[0], times, by_period=b) for b in (True, False)] if "" not in times else []
    ways = [_compare_slots(group, read, slots) for slots in found if slots is not None]
    if not ways:
        return [read.fill(_add_lines(group))]
    rows = min(ways, key=lambda way: sum(abs((row.paid_out or 0) - row.accepted) for row in way))
    if sum(row.paid_out or 0 for row in rows) == sum(row.accepted for row in rows):
        return [replace(row, agrees_over_year=row.difference != 0) for row in rows]
    return rows


def _compare_slots(
    group: Sequence[ControlLine], read: "_Read", slots: Mapping[str, Collection[int]]
) -> list[ControlRow]:
    """A row for each period told, and for each other one in which something was accepted."""
    times = dict.fromkeys(line.time for line in group)
    rows = [read.fill(_add_lines([n for n in group if n.time == time]), slots[time]) for time in times]
    bare = replace(_add_lines(group[:1]), place=Place(group[0].file), paid_out=None, people_paid_out=None)
    rest = (read.fill(replace(bare, periods=(t,)), slots[t]) for t in sorted(slots.keys() - times.keys()))
    return [*rows, *(row for row in rest if row.accepted)]


def _add_lines(group: Sequence[ControlLine]) -> ControlRow:
    first = group[0]
    people = [n.people for n in group if n.people is not None]
    periods = tuple(dict.fromkeys(n.period for n in group if n.period))
    # the people of several periods are the same people and cannot be added
    told = people[0] if len(group) == len(people) == 1 else None
    return ControlRow(
        Place(first.file, "", first.row), first.code, first.programme, first.township, periods,
        sum(n.fen for n in group), told,
    )  # fmt: skip


class _Read:
    """Sums of the payments by programme, township, time, verdict and file."""

    def __init__(self, decided: pd.DataFrame) -> None:
        periods, period_texts = factorize_texts(decided["period"])
        days, day_texts = factorize_texts(decided["pay_date"])
        times, pairs = pd.factorize(periods * (len(day_texts) + 1) + days)
        places = (divmod(int(pair), len(day_texts) + 1) for pair in pairs)
        self.times = [(str(period_texts[period]), str(day_texts[day])) for period, day in places]
        codes = decided["programme_code"]
        rows = decided.assign(time=times, what=codes.where(codes != "", decided["programme"]))
        keys = ["what", "township", "time", "verdict", "file"]
        self.sums = rows.groupby(keys, sort=True)["raw_fen"].sum().reset_index()
        known = rows.loc[rows["what"] != "", ["what", "programme_code", "programme"]].drop_duplicates()
        self.programmes = {str(what): (str(c), str(name)) for what, c, name in known.itertuples(index=False, name=None)}
        accepted = rows[rows["verdict"] == "accepted"]
        self.people = accepted[["what", "township", "time", "village_code", "person_no"]].drop_duplicates()

    def list_pairs(self) -> Iterator[tuple[str, str]]:
        """What and township of what was accepted."""
        rows = self.sums[(self.sums["verdict"] == "accepted") & (self.sums["what"] != "")]
        for what, township in rows[["what", "township"]].drop_duplicates().itertuples(index=False, name=None):
            yield str(what), str(township)

    def find_slots(
        self, line: ControlLine, told: Collection[str], *, by_period: bool
    ) -> dict[str, frozenset[int]] | None:
        """Period → the times of the line's payments that belong to it; None where one belongs to none for certain."""
        rows = _select(self.sums, line.code or line.programme, line.township)
        slots: dict[str, set[int]] = {time: set() for time in told}
        for time in rows.loc[rows["verdict"] != "other_year", "time"].unique():
            slot = find_slot(choose_time(*self.times[int(time)], told, by_period=by_period), told)
            if slot is None:
                return None
            slots.setdefault(slot, set()).add(int(time))
        return {time: frozenset(found) for time, found in slots.items()}

    def fill(self, row: ControlRow, times: Collection[int] | None = None) -> ControlRow:
        """The row with what was read, at some times only or at all."""
        rows, people = (_select(f, row.what, row.township, times) for f in (self.sums, self.people))
        fen = rows.groupby("verdict")["raw_fen"].sum()
        files = rows[rows["verdict"] == "accepted"].groupby("file")["raw_fen"].sum().sort_values(ascending=False)
        accepted, held, not_paid = (int(fen.get(v, 0)) for v in ("accepted", "held", "not_paid"))
        return replace(
            row, read=int(fen.sum()), accepted=accepted, held=held, not_paid=not_paid,
            people=len(people.drop_duplicates(["township", "village_code", "person_no"])),
            files=tuple((str(file), int(sum_fen)) for file, sum_fen in files.items()),
        )  # fmt: skip


def _select(rows: pd.DataFrame, what: str, township: str, times: Collection[int] | None = None) -> pd.DataFrame:
    chosen = rows["what"] == what
    if township:
        chosen &= rows["township"] == township
    if times is not None:
        chosen &= rows["time"].isin(list(times))
    return rows[chosen]


def check_control(rows: Iterable[ControlRow]) -> Iterator[Finding]:
    """T04 money that does not agree, T05 what has no line, T06 people that do not agree, T07 periods only."""
    for row in rows:
        what = row.township + row.programme
        what += f"（{'、'.join(row.periods)}）" if row.periods else ""
        accepted = f"{what} {format_fen(row.accepted)}"
        if row.paid_out is None:
            yield Finding("T05", row.place, found=accepted, fen=abs(row.accepted))
        elif row.difference:
            paid, difference = format_fen(row.paid_out), format_fen(row.difference)
            code = "T07" if row.agrees_over_year else "T04"
            yield Finding(code, row.place, accepted, paid, difference, fen=abs(row.difference))
        elif row.people_paid_out not in (None, row.people):
            yield Finding("T06", row.place, f"{what} {row.people}", str(row.people_paid_out))


def find_unsettled(rows: Iterable[ControlRow], standing: Iterable[Finding]) -> frozenset[tuple[str, str]]:
    """Programme and township of each difference that nobody explained.

    A waiver of T04 explains one; where the county made T04 a warning, none keeps a notice a draft.
    """
    open_places = {f.place for f in standing if f.code == "T04" and is_error(f)}
    return frozenset(row.key for row in rows if row.difference and row.place in open_places)


def draw_control(rows: Sequence[ControlRow], unsettled: Collection[tuple[str, str]]) -> Sheet:
    """The sheet 对账, differences first."""
    ordered = sorted(rows, key=lambda r: -abs(r.difference))
    shown = [_draw_row(r, is_open=r.key in unsettled) for r in ordered]
    styles: list[RowStyle] = [_choose_style(r, is_open=r.key in unsettled) for r in ordered]
    differing = sum(bool(r.difference) for r in rows)
    title = f"与财政拨付对账：{len(rows):,} 项，其中 {differing:,} 项不符"
    notes = (
        "相差 = 财政拨付 − 计入。没有写明理由的差额，使该乡镇有这个项目的各村公示保持草稿；只有各期不符、全年相符的不影响公示。",
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
    if row.agrees_over_year:
        return "这一期不符，各期相加相符：可能只是期间写法不同"
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
