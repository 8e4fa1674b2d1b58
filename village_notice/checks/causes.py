"""Findings by cause: one line a cause, e.g. 37 IDs that Excel damaged in column D of a file, the rows folded below it."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import attrgetter
from typing import NamedTuple

from village_notice.checks.links import NOT_IN_INBOX, link_places
from village_notice.domain.finding import Finding, Place
from village_notice.domain.rules import RULES, SEVERITY_WORDS, Severity, format_advice, format_message
from village_notice.workbook import MOST_ROWS, RowStyle, Sheet, SheetColumn, Value

SHEET = "按原因归并"
STATES = {Severity.ERROR: "待处理", Severity.WARNING: "请留意", Severity.FIXED: "已自动改正"}
WAIVED = "已放行"
RANKS = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.FIXED: 2}
STYLES: dict[Severity, RowStyle] = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.FIXED: "fixed"}
_BY_VALUE = frozenset(["R02", "R04", "R09", "R13"])
"""Rules where each value found is a cause of its own: one village written wrongly in forty rows is one thing to mend."""
_REGISTER = "村名册"
_FIRST = 5
_MOST_BELOW = 500
_MOST_BELOW_ALL = 20_000
_MOST_CAUSES = MOST_ROWS // 2 - _MOST_BELOW_ALL
_COLUMNS = (
    SheetColumn("编号", width=7), SheetColumn("级别", width=8), SheetColumn("原因", width=50),
    SheetColumn("处数", "integer", 9), SheetColumn("涉及金额（元）", "fen", 16), SheetColumn("文件", width=40),
    SheetColumn("工作表", width=16), SheetColumn("列", width=6), SheetColumn("哪几行", width=34),
    SheetColumn("姓名", width=10), SheetColumn("怎么办", width=56), SheetColumn("状态", width=12),
)  # fmt: skip


class Entry(NamedTuple):
    """A finding ready to be listed.

    Attributes:
        finding: What is told.
        state: What becomes of it, one of `STATES` or `WAIVED`.
        person: Name of the person concerned, from the payments where the finding tells none.
        fen: Money concerned, likewise.
        message: The sentence, with words that fit the state.
        size: How many places like it, where they are told together.
    """

    finding: Finding
    state: str
    person: str
    fen: int
    message: str
    size: int = 1

    @property
    def severity(self) -> Severity:
        """How grave the rule is in this run."""
        return RULES[self.finding.code].severity

    @property
    def style(self) -> RowStyle:
        """The colour of its row."""
        return "fixed" if self.state == WAIVED else STYLES[self.severity]

    @property
    def order(self) -> tuple[object, ...]:
        """Errors that stand first, most money first, then file, sheet, row, column."""
        file, sheet, row, column = self.finding.place
        severity = self.severity
        is_settled = severity is Severity.ERROR and self.state == WAIVED
        rank = len(RANKS) if is_settled else RANKS[severity]
        return (rank, -abs(self.fen), _fold_name(file), sheet, row, len(column), column)


@lru_cache(maxsize=4096)
def _fold_name(file: str) -> tuple[str, str]:
    """What files are sorted by: the same object for each finding in a file, which is compared at once."""
    return file.casefold(), file


def make_entry(finding: Finding, state: str, person: str, fen: int) -> Entry:
    """The entry of one finding."""
    return Entry(finding, state, person, fen, format_message(finding, is_waived=state == WAIVED))


@dataclass(frozen=True, slots=True)
class Cause:
    """Findings that have one cause, in the order of their places, and the money of all of them."""

    entries: Sequence[Entry]
    fen: int

    @property
    def first(self) -> Entry:
        """The first of them."""
        return self.entries[0]

    @property
    def order(self) -> tuple[object, ...]:
        """As of an entry, with the money of all, and among equals the more frequent first."""
        rank, _, *place = self.first.order
        return (rank, -self.fen, -len(self.entries), *place)

    def merge(self) -> Entry:
        """One entry for all of them."""
        return self.first._replace(fen=self.fen, size=len(self.entries))

    @property
    def words(self) -> str:
        """The cause in a few words; where there is one finding only, its sentence."""
        first, count = self.first, len(self.entries)
        finding, place = first.finding, first.finding.place
        title = RULES[finding.code].title
        if count == 1:
            return first.message
        if finding.code in _BY_VALUE:
            return f"{title} {count:,} 处：{first.message}"
        where = f"（{place.column} 列）" if place.column else ""
        is_sheet = place.sheet and not place.row and place.file not in NOT_IN_INBOX
        is_village = place.sheet and not place.row and place.file in ("", _REGISTER)
        return f"{title} {count:,} {'个村' if is_village else '张表' if is_sheet else '处'}{where}"


def _find_key(entry: Entry) -> tuple[str, ...]:
    """What findings of one cause have in common; of those that name no row, the sheet (or village) is not asked."""
    finding = entry.finding
    file, sheet, row, column = finding.place
    value = finding.found if finding.code in _BY_VALUE else ""
    return finding.code, entry.state, file, sheet if row else "", column, value


def group_causes(entries: Iterable[Entry]) -> list[Cause]:
    """The causes of some findings: errors first, most money first."""
    groups: defaultdict[tuple[str, ...], list[Entry]] = defaultdict(list)
    for entry in entries:
        groups[_find_key(entry)].append(entry)
    by_place = attrgetter("finding.place")
    causes = [Cause(sorted(group, key=by_place), sum(abs(e.fen) for e in group)) for group in groups.values()]
    return sorted(causes, key=lambda c: c.order)


def draw_causes(causes: Sequence[Cause], inbox: str | None) -> Sheet:
    """The sheet 按原因归并: a line a cause, its findings folded below it.

    Args:
        causes: As `group_causes` gives them.
        inbox: Path of the inbox seen from the workbook; None writes the files without links.
    """
    rows: list[tuple[Value, ...]] = []
    shown: list[Entry] = []
    folded: list[bool] = []
    room = _MOST_BELOW_ALL
    for cause in causes[:_MOST_CAUSES]:
        below = cause.entries[: min(_MOST_BELOW, room)] if len(cause.entries) > 1 else ()
        room -= len(below)
        rows += [_draw_cause(cause), *map(_draw_entry, below)]
        shown += [cause.first, *below]
        if len(below) < len(cause.entries) and len(cause.entries) > 1:
            rows.append(_draw_rest(cause, len(cause.entries) - len(below)))
            shown.append(cause.first)
        folded += [False, *[True] * (len(rows) - len(folded) - 1)]
    left = len(causes) - _MOST_CAUSES
    notes = ["每个原因一行；点左边的“＋”展开下面的各处，左上角的“1”“2”全部收起、全部展开。"]
    notes += [f"原因太多，还有 {left:,} 个没有列出。"] if left > 0 else []
    return Sheet(
        SHEET,
        f"按原因归并：{sum(len(c.entries) for c in causes):,} 条问题，{len(causes):,} 个原因",
        _COLUMNS,
        rows,
        tuple(notes),
        landscape=True,
        styles=[e.style for e in shown],
        links=link_places([e.finding for e in shown], inbox, 5, 8),
        has_filter=True,
        folded=folded,
    )


def _draw_cause(cause: Cause) -> tuple[Value, ...]:
    first, place = cause.first, cause.first.finding.place
    sheets = place.sheet if place.row else _shorten([e.finding.place.sheet for e in cause.entries])
    rows = _say_rows(sorted({e.finding.place.row for e in cause.entries} - {0}), place)
    person = first.person if len(cause.entries) == 1 else ""
    return (
        first.finding.code, SEVERITY_WORDS[first.severity], cause.words, len(cause.entries), cause.fen or None,
        place.file, sheets, place.column, rows, person, format_advice(first.finding), first.state,
    )  # fmt: skip


def _draw_entry(entry: Entry) -> tuple[Value, ...]:
    place = entry.finding.place
    file, sheet, row, column = place
    where = f"第 {row} 行" if row else name_whole(place)
    return (
        entry.finding.code, SEVERITY_WORDS[entry.severity], f"　{entry.message}", None, entry.fen or None, file,
        sheet, column, where, entry.person, "", entry.state,
    )  # fmt: skip


def _draw_rest(cause: Cause, left: int) -> tuple[Value, ...]:
    first, place = cause.first, cause.first.finding.place
    words = f"　……另有 {left:,} 处，请在“逐条问题”里按编号和文件筛选"
    return (
        first.finding.code, SEVERITY_WORDS[first.severity], words, None, None, place.file, "", "", "", "", "",
        first.state,
    )  # fmt: skip


def _shorten(names: Sequence[str]) -> str:
    """The first names, e.g. 表1、表2 等 12 个."""
    told = list(dict.fromkeys(n for n in names if n))
    return "、".join(told[:_FIRST]) + (f" 等 {len(told):,} 个" if len(told) > _FIRST else "")


def _say_rows(rows: Sequence[int], place: Place) -> str:
    """The first rows, e.g. 第 5、6、9 行等 37 行; see `name_whole` where there are none."""
    if not rows:
        return name_whole(place)
    words = f"第 {'、'.join(map(str, rows[:_FIRST]))} 行"
    return words + (f"等 {len(rows):,} 行" if len(rows) > _FIRST else "")


def name_whole(place: Place) -> str:
    """A place that names no row: 整张表, 整个文件; "" for a village or a file of the office."""
    is_in_inbox = place.file and place.file not in NOT_IN_INBOX
    return ("整张表" if place.sheet else "整个文件") if is_in_inbox else ""
