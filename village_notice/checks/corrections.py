"""Corrected copies in the inbox: the newest stands for its source, and what changed is told cell by cell."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, NamedTuple

from village_notice.domain.finding import Finding, Place
from village_notice.domain.text import column_letters
from village_notice.workbook import Sheet, SheetColumn, Value

if TYPE_CHECKING:
    from village_notice.domain.reading import FileReading  # brings pandas, which a reader child can do without

SHEET = "更正了哪些"
MOST_CHANGES = 20_000
_COLUMNS = (
    SheetColumn("文件", width=40), SheetColumn("工作表", width=16), SheetColumn("单元格", width=10),
    SheetColumn("原来", width=34), SheetColumn("现在", width=34),
)  # fmt: skip
Rows = Sequence[Sequence[object]]


class CellChange(NamedTuple):
    """One cell that is other than in the source; for a whole row that came or went, `column` is ""."""

    sheet: str
    row: int
    column: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Settled:
    """What counts after corrected copies took the place of their sources.

    Attributes:
        readings: Readings that count.
        findings: F17 for each file replaced, F18 for each of several corrections of one source.
        replaces: Copy → hashes of what it replaces, the oldest first.
        dropped: Files replaced.
        sources: Hashes of everything that a copy in the inbox came from.
    """

    readings: "list[FileReading]"
    findings: list[Finding]
    replaces: dict[str, tuple[str, ...]]
    dropped: frozenset[str]
    sources: frozenset[str] = frozenset()


def settle_corrections(readings: "Sequence[FileReading]", twins: Collection[str] = ()) -> Settled:
    """Takes out every file that a corrected copy in the inbox came from.

    Args:
        readings: All files, read.
        twins: Files that are the same bytes as an earlier one: they are no second correction.
    """
    copies = {r.file: r for r in readings if r.corrects and r.file not in twins}
    newest: dict[str, list[str]] = {}
    for sha256 in dict.fromkeys(h for r in copies.values() for h in r.corrects):
        of_source = [r for r in copies.values() if sha256 in r.corrects]
        newest[sha256] = [r.file for r in of_source if not any(r.sha256 in other.corrects for other in of_source)]
    replaced = {r.file: newest[r.sha256] for r in readings if r.sha256 in newest and r.file not in copies}
    replaced |= {r.file: newest[r.sha256] for r in copies.values() if r.sha256 in newest}
    findings = [Finding("F17", Place(file), expected="、".join(by)) for file, by in replaced.items()]
    rivals = {tuple(files) for files in newest.values() if len(files) > 1}
    told = {file: [f for f in files if f != file] for files in sorted(rivals) for file in files}
    findings += [Finding("F18", Place(file), expected="、".join(others)) for file, others in told.items()]
    kept = [r for r in readings if r.file not in replaced]
    replaces = {r.file: r.corrects for r in copies.values() if r.file not in replaced}
    return Settled(kept, findings, replaces, frozenset(replaced), frozenset(newest))


def compare_sheets(before: Mapping[str, Rows], after: Mapping[str, Rows]) -> list[CellChange]:
    """Every cell that differs, in the order of the sheets; rows put in or taken out are told as rows."""
    changes: list[CellChange] = []
    for name in dict.fromkeys((*before, *after)):
        if name not in before or name not in after:
            words = ("", "新的工作表") if name not in before else ("原有工作表", "")
            changes.append(CellChange(name, 0, "", *words))
            continue
        changes += _compare_rows(name, _show_rows(before[name]), _show_rows(after[name]))
        if len(changes) > MOST_CHANGES:
            return changes[:MOST_CHANGES]
    return changes


def _show_rows(rows: Rows) -> list[tuple[str, ...]]:
    """Cells as texts, without empty cells and rows at the end: programs add and drop those as they like."""
    shown = [tuple("" if v is None else str(v) for v in row) for row in rows]
    shown = [row[: max((i for i, v in enumerate(row, 1) if v), default=0)] for row in shown]
    return shown[: max((i for i, row in enumerate(shown, 1) if row), default=0)]


def _compare_rows(name: str, before: list[tuple[str, ...]], after: list[tuple[str, ...]]) -> list[CellChange]:
    if len(before) == len(after):
        return [
            c for row, pair in enumerate(zip(before, after, strict=True), 1) for c in _compare_cells(name, row, *pair)
        ]
    changes: list[CellChange] = []
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for tag, first, last, first_now, last_now in matcher.get_opcodes():
        pairs = min(last - first, last_now - first_now) if tag == "replace" else 0
        for n in range(pairs):
            changes += _compare_cells(name, first_now + n + 1, before[first + n], after[first_now + n])
        if tag != "equal":
            gone, come = range(first + pairs, last), range(first_now + pairs, last_now)
            changes += [CellChange(name, row + 1, "", _join(before[row]), "（删去整行）") for row in gone]
            changes += [CellChange(name, row + 1, "", "（新加一行）", _join(after[row])) for row in come]
    return changes


def _compare_cells(name: str, row: int, before: tuple[str, ...], after: tuple[str, ...]) -> list[CellChange]:
    if before == after:
        return []
    width = max(len(before), len(after))
    old, new = (cells + ("",) * (width - len(cells)) for cells in (before, after))
    return [
        CellChange(name, row, column_letters(i), was, now)
        for i, (was, now) in enumerate(zip(old, new, strict=True), 1)
        if was != now
    ]


def _join(cells: tuple[str, ...]) -> str:
    return " ".join(c for c in cells if c)


def draw_changes(changes: Mapping[str, Sequence[CellChange]], unknown: Collection[str]) -> Sheet:
    """The sheet 更正了哪些.

    Args:
        changes: Copy → what is other in it than in its source.
        unknown: Copies whose source is nowhere to be found, so that nothing can be compared.
    """
    rows: list[tuple[Value, ...]] = [
        (
            file,
            c.sheet,
            f"{c.column}{c.row}" if c.column else f"第 {c.row} 行" if c.row else "整张表",
            c.before,
            c.after,
        )
        for file, found in changes.items()
        for c in found
    ]
    rows += [(file, "", "", "", "没有任何改动") for file, found in changes.items() if not found]
    rows += [(file, "", "", "原文件已不在收件箱", "不能逐格比较") for file in unknown]
    title = f"更正过的副本 {len(changes) + len(unknown):,} 个，改动 {sum(map(len, changes.values())):,} 处"
    notes = ("左边是原来的文件，右边是更正后放回收件箱的副本；本次只按副本计入。",)
    return Sheet(SHEET, title, _COLUMNS, rows, notes, landscape=True, has_filter=True)
