"""A copy of the clerk's own workbook with every finding at its cell: coloured, with a comment, and a front sheet.

The copy can be corrected and put into the inbox beside its source or in its place; see `corrections`. Formulas become
the values the workbook was saved with, because no program may compute a paid amount anew.
"""

import io
import re
import zipfile
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

import openpyxl
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell, MergedCell
from openpyxl.comments import Comment
from openpyxl.packaging.custom import CustomPropertyList, StringProperty
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import column_index_from_string
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from village_notice.domain.annotation import (
    FRONT_MARK,
    FRONT_SHEET,
    PATH_PROPERTY,
    SOURCE_PROPERTY,
    format_path,
    format_sources,
)
from village_notice.domain.finding import Finding
from village_notice.domain.rules import RULES, SEVERITY_WORDS, Severity, format_advice, format_message
from village_notice.workbook import build_zip

_FILLS = {Severity.ERROR: "FFFFC7CE", Severity.WARNING: "FFFFEB9C", Severity.FIXED: "FFE2EFDA"}
_RANKS = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.FIXED: 2}
_MOST_IN_COMMENT = 6
_MOST_LISTED = 5_000
_HEADINGS = ("级别", "编号", "工作表", "单元格", "问题", "怎么办")
_WIDTHS = (8, 8, 18, 10, 70, 70)
_FIRST_COLUMNS = 30
"""Columns looked through for the first cell with something in it, where a finding names a row only."""
_HOW_TO = (
    "怎么用：按颜色和批注改好单元格，保存，把本文件放进收件箱（放在原文件旁边，或者代替原文件），再运行一次。",
    "红色＝错误，这一笔暂不计入；黄色＝提醒，照常计入；绿色＝已按安全的规则整理。本表和批注再读入时不算数，可以不删。",
)
Key = tuple[int, int]


class PlainSheet(Protocol):
    """A sheet as a reader gives it; see `sources.grid.Grid`."""

    name: str
    rows: list[list[Any]]
    is_hidden: bool
    errors: dict[Key, str]

    @property
    def merges(self) -> Sequence[tuple[int, int, int, int]]:
        """First row, first column, last row, last column."""


@dataclass(frozen=True, slots=True)
class Origin:
    """What a copy is made of.

    Attributes:
        file: Path inside the inbox.
        hashes: SHA-256 of the files it came from, the oldest first, that of the file itself last.
        stamp: Date of the run.
        losses: What could not be kept, in Chinese, as far as the reader knows.
        source: Path of the file that `file` itself is a corrected copy of, "" where it is none.
    """

    file: str
    hashes: tuple[str, ...]
    stamp: datetime
    losses: tuple[str, ...] = ()
    source: str = ""

    @property
    def path(self) -> str:
        """Path of the file it all began with."""
        return self.source or self.file


def annotate_xlsx(data: bytes, findings: Sequence[Finding], origin: Origin) -> bytes:
    """The copy of an .xlsx or .xlsm, with sheets and formatting as they are.

    Raises:
        Exception: openpyxl cannot open it, whatever it raises; `annotate_sheets` is then the way.
    """
    book = openpyxl.load_workbook(io.BytesIO(data), data_only=True, keep_links=False)
    if not book.worksheets:
        raise ValueError("openpyxl shows no sheets of a Strict workbook")
    formulas, kept = _restore_formulas(book, data)
    _forget_earlier(book)
    losses = (*origin.losses, *_find_losses(data), *_say_formulas(formulas, kept))
    return _finish(book, findings, origin, losses)


def annotate_sheets(sheets: Iterable[PlainSheet], findings: Sequence[Finding], origin: Origin) -> bytes:
    """The copy of a file of any other kind, as .xlsx: values, merges and hidden sheets, no formatting."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for sheet in sheets:
        _write_sheet(book.create_sheet(sheet.name or "Sheet1"), sheet)
    book.properties.creator = FRONT_MARK
    return _finish(book, findings, origin, origin.losses)


def _write_sheet(target: Worksheet, sheet: PlainSheet) -> None:
    for number, cells in enumerate(sheet.rows, 1):
        for column, value in enumerate(cells, 1):
            if value is not None and value != "":
                _write_cell(target.cell(number, column), value)
    for (row, column), text in sheet.errors.items():
        _write_cell(target.cell(row, column), text)
    for first_row, first_column, last_row, last_column in sheet.merges:
        target.merge_cells(start_row=first_row, start_column=first_column, end_row=last_row, end_column=last_column)
    target.sheet_state = "hidden" if sheet.is_hidden else "visible"


def _write_cell(cell: Cell | MergedCell, value: object) -> None:
    """Writes a value; a text stays text, whatever it begins with, and is shown as text."""
    if isinstance(cell, MergedCell):
        return
    if isinstance(value, str):
        cell.value = ILLEGAL_CHARACTERS_RE.sub("", value)
        cell.data_type = "s"
        cell.number_format = "@"
    else:
        cell.value = value  # type: ignore[assignment]  # numbers, dates and truth values, all of which a cell takes


def _restore_formulas(book: Workbook, data: bytes) -> tuple[int, int]:
    """Puts formulas back that were saved without a value; how many became values, and how many stayed."""
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        sheets = [n for n in package.namelist() if n.startswith("xl/worksheets/") and n.endswith(".xml")]
        if not any(b"<f" in package.read(n) for n in sheets):
            return 0, 0
    became = stayed = 0
    for sheet in openpyxl.load_workbook(io.BytesIO(data), keep_links=False).worksheets:
        for cell in (c for row in sheet.iter_rows() for c in row if c.data_type == "f"):
            target = book[sheet.title][cell.coordinate]
            if target.value is None and not isinstance(target, MergedCell):
                target.value = cell.value
                stayed += 1
            else:
                became += 1
    return became, stayed


def _say_formulas(became: int, stayed: int) -> Iterable[str]:
    if became:
        yield f"{became:,} 个公式换成了表里保存的结果"
    if stayed:
        yield f"{stayed:,} 个公式没有保存结果，原样保留"


def _find_losses(data: bytes) -> Iterable[str]:
    """What the library that writes the copy does not keep."""
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        names = package.namelist()
        drawn = b"".join(package.read(n) for n in names if re.fullmatch(r"xl/drawings/drawing\d+\.xml", n))
    if any(n.endswith("vbaProject.bin") for n in names):
        yield "宏"
    if b":sp>" in drawn or b":grpSp>" in drawn:
        yield "图形、文本框、印章图样"
    if any(n.startswith(("xl/ctrlProps/", "xl/activeX/")) for n in names):
        yield "按钮等控件"
    if any(n.startswith("xl/externalLinks/") for n in names):
        yield "与别的文件的链接"
    if any(n.startswith("xl/slicers/") for n in names):
        yield "切片器"


def _forget_earlier(book: Workbook) -> None:
    """Takes out the front sheet, comments and colours of an earlier copy."""
    if FRONT_SHEET in book.sheetnames:
        book.remove(book[FRONT_SHEET])
    properties = _list_properties(book)
    for name in [p.name for p in properties.props if p.name in (SOURCE_PROPERTY, PATH_PROPERTY)]:
        del properties[name]
    for sheet in book.worksheets:
        for cell in (c for row in sheet.iter_rows() for c in row if c.comment and c.comment.author == FRONT_MARK):
            cell.comment = None
            if cell.fill.fgColor.rgb in _FILLS.values():
                cell.fill = PatternFill()


def _list_properties(book: Workbook) -> "CustomPropertyList[StringProperty]":
    """The custom properties of a workbook, which the stubs of openpyxl do not know yet."""
    found: CustomPropertyList[StringProperty] = book.custom_doc_props  # type: ignore[attr-defined]
    return found


def _finish(book: Workbook, findings: Sequence[Finding], origin: Origin, losses: Sequence[str]) -> bytes:
    ordered = sorted(findings, key=lambda f: (_RANKS[RULES[f.code].severity], f.place.sheet, *_find_key(f), f.code))
    for name, cells in _group(ordered, book.sheetnames).items():
        for (row, column), found in cells.items():
            _mark(book[name], row, column, found)
    _draw_front(book, ordered, origin, losses)
    for name, value in ((SOURCE_PROPERTY, format_sources(origin.hashes)), (PATH_PROPERTY, origin.path)):
        _list_properties(book).append(StringProperty(name=name, value=value))
    return _pack(book, origin.stamp)


def _find_key(finding: Finding) -> Key:
    column = finding.place.column
    return finding.place.row, column_index_from_string(column) if column else 0


def _group(findings: Sequence[Finding], names: Sequence[str]) -> dict[str, dict[Key, list[Finding]]]:
    """Findings by sheet and cell; those on the whole file stand on the front sheet only."""
    groups: defaultdict[str, defaultdict[Key, list[Finding]]] = defaultdict(lambda: defaultdict(list))
    for finding in findings:
        sheet = finding.place.sheet or (names[0] if finding.place.row and len(names) == 1 else "")
        if sheet in names:
            groups[sheet][_find_key(finding)].append(finding)
    return {sheet: dict(cells) for sheet, cells in groups.items()}


def _mark(sheet: Worksheet, row: int, column: int, findings: Sequence[Finding]) -> None:
    """Colours a cell by the worst of its findings and writes them into its comment."""
    cell = _find_cell(sheet, row, column)
    worst = min((RULES[f.code].severity for f in findings), key=_RANKS.__getitem__)
    cell.fill = PatternFill("solid", fgColor=_FILLS[worst])
    words = [_say(f) for f in findings[:_MOST_IN_COMMENT]]
    if len(findings) > _MOST_IN_COMMENT:
        words.append(f"……另有 {len(findings) - _MOST_IN_COMMENT} 条，见“{FRONT_SHEET}”")
    if cell.comment and cell.comment.author == FRONT_MARK:  # two places that show as one cell
        words.insert(0, cell.comment.text)
    elif cell.comment:
        words.insert(0, f"（原有批注）{cell.comment.text}")
    text = "\n".join(words)
    comment = Comment(text[:3_000], FRONT_MARK)
    comment.width, comment.height = 420, min(60 + 18 * sum(1 + len(line) // 28 for line in text.split("\n")), 600)
    cell.comment = comment


def _say(finding: Finding) -> str:
    word = SEVERITY_WORDS[RULES[finding.code].severity]
    return ILLEGAL_CHARACTERS_RE.sub(
        "", f"【{word} {finding.code}】{format_message(finding)}\n怎么办：{format_advice(finding)}"
    )


def _find_cell(sheet: Worksheet, row: int, column: int) -> Cell:
    """The cell to mark: the first of a merged range; the first filled one of a row; A1 for a whole sheet."""
    row = max(row, 1)
    if not column:
        last = min(sheet.max_column, _FIRST_COLUMNS)
        column = next((c for c in range(1, last + 1) if sheet.cell(row, c).value not in (None, "")), 1)
    cell = sheet.cell(row, column)
    if isinstance(cell, Cell):
        return cell
    merged = next(m for m in sheet.merged_cells.ranges if cell.coordinate in m)
    first = sheet.cell(merged.min_row, merged.min_col)
    return first if isinstance(first, Cell) else sheet.cell(1, 1)  # type: ignore[return-value]  # A1 begins its range


def _draw_front(book: Workbook, findings: Sequence[Finding], origin: Origin, losses: Sequence[str]) -> None:
    """The summary in front: how to use the copy, what could not be kept, every finding with a link to its cell."""
    front = book.create_sheet(FRONT_SHEET, 0)
    errors = sum(RULES[f.code].severity is Severity.ERROR for f in findings)
    lines = [
        f"核对说明：{origin.file}，错误 {errors:,} 处，提醒和已改正 {len(findings) - errors:,} 处",
        *_HOW_TO,
        f"没有保留下来的：{'；'.join(losses)}。" if losses else "工作表和格式都已保留。",
        format_sources(origin.hashes),
        format_path(origin.path),
    ]
    for row, text in enumerate(lines, 1):
        _write_cell(front.cell(row, 1), text)
        front.cell(row, 1).alignment = Alignment(vertical="top")
    front.cell(1, 1).font = Font(bold=True, size=14)
    for row in (len(lines) - 1, len(lines)):
        front.cell(row, 1).font = Font(color="FFAAAAAA", size=8)
    head = len(lines) + 1
    for column, (words, width) in enumerate(zip(_HEADINGS, _WIDTHS, strict=True), 1):
        front.cell(head, column, words).font = Font(bold=True)
        front.column_dimensions[front.cell(head, column).column_letter].width = width
    for row, finding in enumerate(findings[:_MOST_LISTED], head + 1):
        _list_finding(front, row, finding, book.sheetnames)
    if len(findings) > _MOST_LISTED:
        front.cell(head + 1 + _MOST_LISTED, 1, f"……另有 {len(findings) - _MOST_LISTED:,} 条，见问题清单")
    front.freeze_panes = front.cell(head + 1, 1)
    for sheet in book.worksheets:
        sheet.sheet_view.tabSelected = sheet is front
    book.active = 0


def _list_finding(front: Worksheet, row: int, finding: Finding, names: Sequence[str]) -> None:
    place, severity = finding.place, RULES[finding.code].severity
    cell = f"{place.column or 'A'}{max(place.row, 1)}"
    shown = cell if place.row else "整张表" if place.sheet else "整个文件"
    values = (
        SEVERITY_WORDS[severity],
        finding.code,
        place.sheet,
        shown,
        format_message(finding),
        format_advice(finding),
    )
    for column, value in enumerate(values, 1):
        target = front.cell(row, column)
        _write_cell(target, value)
        target.alignment = Alignment(wrap_text=column > 4, vertical="top")
    front.cell(row, 1).fill = PatternFill("solid", fgColor=_FILLS[severity])
    sheet = place.sheet or (names[-1] if place.row else "")
    if sheet in names:
        quoted = sheet.replace("'", "''")
        front.cell(row, 4).hyperlink = f"#'{quoted}'!{cell}"
        front.cell(row, 4).font = Font(color="FF0563C1", underline="single")


def _pack(book: Workbook, stamp: datetime) -> bytes:
    """The bytes, with the one date of the run in place of the clock's."""
    made = io.BytesIO()
    book.save(made)
    with zipfile.ZipFile(made) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    core = parts["docProps/core.xml"].decode("utf-8")
    moment = f"{stamp:%Y-%m-%dT%H:%M:%SZ}"
    core = re.sub(r"(<dcterms:modified[^>]*>)[^<]*", rf"\g<1>{moment}", core)
    if book.properties.creator == FRONT_MARK:
        core = re.sub(r"(<dcterms:created[^>]*>)[^<]*", rf"\g<1>{moment}", core)
    parts["docProps/core.xml"] = core.encode("utf-8")
    return build_zip(parts, stamp)
