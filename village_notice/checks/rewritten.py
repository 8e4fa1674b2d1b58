"""An annotated copy as openpyxl writes the whole workbook anew, for workbooks that cannot be changed here and there.

Shapes, charts and macros are lost on the way, and the front sheet says so.
"""

import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from datetime import datetime

import openpyxl
from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.comments import Comment
from openpyxl.packaging.custom import CustomPropertyList, StringProperty
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.workbook import Workbook
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from village_notice.checks.annotation_words import (
    FILLS,
    FIRST_COLUMNS,
    HEADINGS,
    MOST_LISTED,
    WIDTHS,
    Origin,
    clean_text,
    find_target,
    find_worst,
    group_findings,
    measure_comment,
    say_formulas,
    sort_findings,
    write_comment,
    write_head,
    write_row,
)
from village_notice.domain.annotation import FRONT_MARK, FRONT_SHEET, PATH_PROPERTY, SOURCE_PROPERTY, format_sources
from village_notice.domain.finding import Finding
from village_notice.domain.rules import RULES
from village_notice.workbook import build_zip


def rewrite_xlsx(data: bytes, findings: Sequence[Finding], origin: Origin) -> bytes:
    """The bytes of the copy.

    Raises:
        Exception: openpyxl cannot open it, whatever it raises.
    """
    book = openpyxl.load_workbook(io.BytesIO(data), data_only=True, keep_links=False)
    if not book.worksheets:
        raise ValueError("openpyxl shows no sheets of a Strict workbook")
    formulas, kept = _restore_formulas(book, data)
    _forget_earlier(book)
    losses = (*origin.losses, *_find_losses(data), *say_formulas(formulas, kept))
    return _finish(book, findings, origin, losses)


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
            if cell.fill.fgColor.rgb in FILLS.values():
                cell.fill = PatternFill()


def _list_properties(book: Workbook) -> "CustomPropertyList[StringProperty]":
    """The custom properties of a workbook, which the stubs of openpyxl do not know yet."""
    found: CustomPropertyList[StringProperty] = book.custom_doc_props  # type: ignore[attr-defined]
    return found


def _finish(book: Workbook, findings: Sequence[Finding], origin: Origin, losses: Sequence[str]) -> bytes:
    ordered = sort_findings(findings)
    for name, cells in group_findings(ordered, book.sheetnames).items():
        for (row, column), found in cells.items():
            _mark(book[name], row, column, found)
    _draw_front(book, ordered, origin, losses)
    for name, value in ((SOURCE_PROPERTY, format_sources(origin.hashes)), (PATH_PROPERTY, origin.path)):
        _list_properties(book).append(StringProperty(name=name, value=value))
    return _pack(book, origin.stamp)


def _mark(sheet: Worksheet, row: int, column: int, findings: Sequence[Finding]) -> None:
    """Colours a cell by the worst of its findings and writes them into its comment."""
    cell = _find_cell(sheet, row, column)
    cell.fill = PatternFill("solid", fgColor=FILLS[find_worst(findings)])
    before = ""
    if cell.comment and cell.comment.author == FRONT_MARK:  # two places that show as one cell
        before = cell.comment.text
    elif cell.comment:
        before = f"（原有批注）{cell.comment.text}"
    text = write_comment(findings, before)
    comment = Comment(text, FRONT_MARK)
    comment.width, comment.height = measure_comment(text)
    cell.comment = comment


def _find_cell(sheet: Worksheet, row: int, column: int) -> Cell:
    """The cell to mark: the first of a merged range; the first filled one of a row; A1 for a whole sheet."""
    row = max(row, 1)
    if not column:
        last = min(sheet.max_column, FIRST_COLUMNS)
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
    lines = write_head(findings, origin, losses)
    for row, text in enumerate(lines, 1):
        _write_cell(front.cell(row, 1), text)
        front.cell(row, 1).alignment = Alignment(vertical="top")
    front.cell(1, 1).font = Font(bold=True, size=14)
    for row in (len(lines) - 1, len(lines)):
        front.cell(row, 1).font = Font(color="FFAAAAAA", size=8)
    head = len(lines) + 1
    for column, (words, width) in enumerate(zip(HEADINGS, WIDTHS, strict=True), 1):
        front.cell(head, column, words).font = Font(bold=True)
        front.column_dimensions[front.cell(head, column).column_letter].width = width
    for row, finding in enumerate(findings[:MOST_LISTED], head + 1):
        _list_finding(front, row, finding, book.sheetnames)
    if len(findings) > MOST_LISTED:
        front.cell(head + 1 + MOST_LISTED, 1, f"……另有 {len(findings) - MOST_LISTED:,} 条，见问题清单")
    front.freeze_panes = front.cell(head + 1, 1)
    front.page_setup.orientation, front.page_setup.paperSize, front.page_setup.fitToHeight = "landscape", 9, 0
    front.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    for sheet in book.worksheets:
        sheet.sheet_view.tabSelected = sheet is front
    book.active = 0


def _list_finding(front: Worksheet, row: int, finding: Finding, names: Sequence[str]) -> None:
    values = write_row(finding)
    for column, value in enumerate(values, 1):
        target = front.cell(row, column)
        _write_cell(target, value)
        target.alignment = Alignment(wrap_text=column > 4, vertical="top")
    front.cell(row, 1).fill = PatternFill("solid", fgColor=FILLS[RULES[finding.code].severity])
    if link := find_target(finding, names):
        front.cell(row, 4).hyperlink = f"#{link}"
        front.cell(row, 4).font = Font(color="FF0563C1", underline="single")


def _write_cell(cell: Cell | MergedCell, text: str) -> None:
    """Writes a text that stays text, whatever it begins with."""
    if not isinstance(cell, MergedCell):
        cell.value = clean_text(text)
        cell.data_type, cell.number_format = "s", "@"


def _pack(book: Workbook, stamp: datetime) -> bytes:
    """The bytes, with the one date of the run in place of the clock's."""
    made = io.BytesIO()
    book.save(made)
    with zipfile.ZipFile(made) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    core = parts["docProps/core.xml"].decode("utf-8")
    moment = f"{stamp:%Y-%m-%dT%H:%M:%SZ}"
    core = re.sub(r"(<dcterms:modified[^>]*>)[^<]*", rf"\g<1>{moment}", core)
    parts["docProps/core.xml"] = core.encode("utf-8")
    return build_zip(parts, stamp)
