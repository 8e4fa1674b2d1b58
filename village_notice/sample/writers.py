"""Writes the planned files; the same plan gives the same bytes on every machine and day."""

import csv
import io
import re
import zipfile
from collections.abc import Sequence
from datetime import date, datetime

import openpyxl
import xlwt
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Font
from openpyxl.worksheet.worksheet import Worksheet

from village_notice.domain.text import column_letters
from village_notice.sample.plan import Book, CellValue, Sheet

_STAMP = datetime(2023, 1, 16, 9, 0, 0)  # noqa: DTZ001  # files of Excel know no time zone
"""The one time inside every file, so that a file depends on its plan alone."""
_TITLE, _CENTRE = Font(name="宋体", size=16, bold=True), Alignment(horizontal="center", vertical="center")


def build_bytes(book: Book) -> bytes:
    """The bytes of a file: as given, or by the suffix of its path."""
    if book.raw is not None:
        return book.raw
    if book.path.endswith(".csv"):
        return _build_csv(book)
    return _build_xls(book) if book.path.endswith(".xls") else _build_xlsx(book)


def build_zip(path: str, books: Sequence[Book]) -> bytes:
    """The bytes of a zip with books in it; their paths begin with the zip's own."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as target:
        for book in books:
            entry = zipfile.ZipInfo(book.path.removeprefix(path + "/"), _STAMP.timetuple()[:6])
            entry.compress_type, entry.create_system = zipfile.ZIP_DEFLATED, 0
            target.writestr(entry, build_bytes(book))
    return stream.getvalue()


def _build_xlsx(book: Book) -> bytes:
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.worksheets[0])
    for sheet in book.sheets:
        _fill(workbook.create_sheet(sheet.name), sheet)
    workbook.properties.creator = "虚构数据"
    workbook.properties.created = _STAMP
    stream = io.BytesIO()
    workbook.save(stream)
    return _fix_times(stream.getvalue())


def _fill(worksheet: Worksheet, sheet: Sheet) -> None:
    for row, values in enumerate(sheet.rows, 1):
        for column, value in enumerate(values, 1):
            if value is None or value == "":
                continue
            cell = worksheet.cell(row, column, value)
            if isinstance(value, date):
                cell.number_format = "yyyy-mm-dd"
            elif isinstance(value, float) and value > 1e15:
                cell.number_format = "0"
    for first_row, first_column, last_row, last_column in sheet.merges:
        worksheet.merge_cells(start_row=first_row, start_column=first_column, end_row=last_row, end_column=last_column)
    top = worksheet.cell(1, 1)
    if isinstance(top, Cell):
        top.font, top.alignment = _TITLE, _CENTRE
    for column in range(1, max(map(len, sheet.rows), default=1) + 1):
        worksheet.column_dimensions[column_letters(column)].width = 14
    if sheet.is_hidden:
        worksheet.sheet_state = "hidden"


def _fix_times(data: bytes) -> bytes:
    """The workbook with one time in every zip entry and in its properties; openpyxl writes the hour of saving."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            content = source.read(name)
            if name == "docProps/core.xml":
                moment = f"{_STAMP:%Y-%m-%dT%H:%M:%SZ}".encode()
                content = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>" + moment, content)
            entry = zipfile.ZipInfo(name, _STAMP.timetuple()[:6])
            entry.compress_type, entry.create_system = zipfile.ZIP_DEFLATED, 0
            target.writestr(entry, content)
    return stream.getvalue()


def _build_xls(book: Book) -> bytes:
    workbook = xlwt.Workbook(encoding="utf-8")
    dates = xlwt.easyxf(num_format_str="yyyy-mm-dd")
    for sheet in book.sheets:
        worksheet = workbook.add_sheet(sheet.name)
        for row, values in enumerate(sheet.rows):
            for column, value in enumerate(values):
                if isinstance(value, date):
                    worksheet.write(row, column, value, dates)
                elif value is not None and value != "":
                    worksheet.write(row, column, value)
        for first_row, first_column, last_row, last_column in sheet.merges:
            worksheet.merge(first_row - 1, last_row - 1, first_column - 1, last_column - 1)
    stream = io.BytesIO()
    workbook.save(stream)
    return stream.getvalue()


def _build_csv(book: Book) -> bytes:
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\r\n")
    for values in book.sheets[0].rows:
        writer.writerow([_format_cell(value) for value in values])
    return stream.getvalue().encode(book.encoding)


def _format_cell(value: CellValue) -> str:
    return "" if value is None else value.isoformat() if isinstance(value, date) else str(value)
