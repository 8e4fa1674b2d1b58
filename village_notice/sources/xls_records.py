"""The records of an .xls, walked once: what makes a workbook need more than the quick reader, and what xlrd hides.

Source: [MS-XLS] 2.4 (FORMULA 6, ROW 520, COLINFO 125, BOOLERR 517, BOUNDSHEET 133, XF 224, FORMAT 1054, FONT 49).
"""

import io
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import unquote

from xlrd import compdoc

from village_notice.sources.cell_styles import Style, make_style
from village_notice.sources.limits import Unreadable
from village_notice.sources.number_format import is_scaled_format

_HEADER = struct.Struct("<HH")
_CELL_HEADER = struct.Struct("<HHHH")
_BOF = (0x0809, 0x0009, 0x0209, 0x0409)
_EOF, _FORMULA, _ROW, _COLUMN, _ERROR, _LOCK = 0x0A, 0x06, 0x208, 0x7D, 0x205, 0x2F
_LINKS, _SEVERAL = 0x01AE, 0xBD
_MOST_COLUMNS = 1 << 16
_CELLS = frozenset((0xFD, 0x203, 0x27E, 0x204))
_DAMAGE = (struct.error, IndexError, UnicodeDecodeError)
_NAMED_STYLE, _FIRST_OWN = 0x04, 164
_QUICK_NUMBERS = {*range(14), *range(37, 45), 48, 49}
_QUICK_DATES = {14, 15, 16, 17, 22}


@dataclass(slots=True)
class SheetScan:
    """One sheet as the records tell it.

    Attributes:
        formulas: Formulas with any result.
        blank_formulas: (row, column) of formulas whose result is the empty text, which is also how export libraries
            write a formula they never calculated.
        is_quick: Nothing hidden, no formula, no error.
        cells: Cells with a value that the records hold.
        height, width: Rows and columns up to the last of them.
        last: Place of the last one read, row by row.
        is_ordered: Each stands behind the one before it, so that none stands twice.
    """

    name: str
    kind: int
    is_hidden: bool
    formulas: int = 0
    blank_formulas: list[tuple[int, int]] = field(default_factory=list)
    is_quick: bool = True
    cells: int = 0
    height: int = 0
    width: int = 0
    last: int = -1
    is_ordered: bool = True


@dataclass(slots=True)
class XlsScan:
    """A workbook stream as its records tell it.

    Attributes:
        stream: The workbook stream.
        is_plain: Nothing struck through, no charts; `xls_plain` may read it.
        is_quick: calamine sees all there is; before `scan_sheets`, as far as the first part of the workbook tells.
        sheets, positions: The sheets, and where each begins.
        strings_at: Where the shared strings begin, 0 without any.
        styles: What each cell style means.
        since_1904: Days count from 1904.
    """

    stream: bytes
    is_biff8: bool = False
    is_locked: bool = False
    is_plain: bool = True
    is_quick: bool = True
    codepage: int = 0
    links: str = ""
    sheets: list[SheetScan] = field(default_factory=list)
    positions: list[int] = field(default_factory=list)
    strings_at: int = 0
    styles: list[Style] = field(default_factory=list)
    since_1904: bool = False


def scan_xls(data: bytes) -> XlsScan:
    """What the first part of an .xls says, which is about all sheets.

    Raises:
        Unreadable: F01 where the workbook stream cannot be found or walked.
    """
    scan = XlsScan(_find_stream(data))
    try:
        _scan_globals(scan.stream, scan)
    except _DAMAGE as error:
        raise _refuse_damage() from error
    return scan


def scan_sheets(scan: XlsScan) -> None:
    """Adds what the records of the sheets say.

    Raises:
        Unreadable: F01 where a sheet cannot be walked, or a cell has two values.
    """
    for sheet, position in zip(scan.sheets, scan.positions, strict=True):
        try:
            if sheet.kind == 0:
                _scan_sheet(scan.stream, position, sheet)
        except _DAMAGE as error:
            raise _refuse_damage() from error
        scan.is_quick = scan.is_quick and sheet.is_quick


def _refuse_damage() -> Unreadable:
    return Unreadable("F01", "工作簿的记录不完整，文件可能没有传完")


def _find_stream(data: bytes) -> bytes:
    if data[:4] != b"\xd0\xcf\x11\xe0":
        return data
    try:
        file = compdoc.CompDoc(data, logfile=io.StringIO(), ignore_workbook_corruption=True)
        for name in ("Workbook", "Book"):
            memory, start, length = file.locate_named_stream(name)
            if memory:
                return bytes(memory[start : start + length])
    except Exception as error:
        raise Unreadable("F01", "文件结构损坏，文件可能没有传完") from error
    raise Unreadable("F01", "文件里没有工作簿")


def _walk(stream: bytes, start: int, sheet: SheetScan | None = None) -> Iterator[tuple[int, int, int]]:
    """(record, where its data begins, length) until the end of the substream; embedded charts are stepped over.

    For a sheet its single cells, nearly all of its records, are only counted.
    """
    at, depth, end = start, 0, len(stream)
    read, counted = _HEADER.unpack_from, _CELLS if sheet else frozenset[int]()
    while at + 4 <= end:
        record, length = read(stream, at)
        if record in counted:
            if sheet and depth <= 1:
                at = _count_cells(stream, at, sheet)
            else:
                at += 4 + length
            continue
        if record in _BOF:
            depth += 1
        elif record == _EOF:
            depth -= 1
            if depth <= 0:
                return
        if depth <= 1:
            yield record, at + 4, length
        at += 4 + length
    raise IndexError


def _count_cells(stream: bytes, at: int, sheet: SheetScan) -> int:
    """Counts the single cells that follow each other from `at` on; the place behind the last of them."""
    read, last, cells, place, width = _CELL_HEADER.unpack_from, len(stream) - 8, 0, sheet.last, sheet.width
    if at > last:
        raise IndexError
    while at <= last:
        record, length, row, column = read(stream, at)
        if record not in _CELLS:
            break
        before, place = place, row * _MOST_COLUMNS + column
        if place <= before:
            sheet.is_ordered = False
        if column >= width:
            width = column + 1
        cells += 1
        at += 4 + length
    sheet.cells += cells
    sheet.last, sheet.width, sheet.height = place, width, max(sheet.height, place // _MOST_COLUMNS + 1)
    return at


def _note_cells(sheet: SheetScan, row: int, first: int, last: int) -> None:
    """Takes account of cells of a row that stand in a record of their own or together."""
    if row * _MOST_COLUMNS + first <= sheet.last:
        sheet.is_ordered = False
    sheet.last = row * _MOST_COLUMNS + last
    sheet.width, sheet.height = max(sheet.width, last + 1), max(sheet.height, row + 1)


def _has_two_values(stream: bytes, position: int) -> bool:
    """Whether a cell stands twice with different values: readers take the one or the other."""
    values: dict[tuple[int, int], bytes] = {}
    for record, at, length in _walk(stream, position):
        if record in _CELLS or record in (_FORMULA, _ERROR):
            row, column = _HEADER.unpack_from(stream, at)
            value = stream[at + 6 : at + 14 if record == _FORMULA else at + length]
            if values.setdefault((row, column), value) != value:
                return True
        elif record == _SEVERAL:
            row, first = _HEADER.unpack_from(stream, at)
            for number in range((length - 6) // 6):
                value = stream[at + 6 + 6 * number : at + 10 + 6 * number]
                if values.setdefault((row, first + number), value) != value:
                    return True
    return False


def _scan_globals(stream: bytes, scan: XlsScan) -> None:
    formats: dict[int, str] = {}
    struck: list[bool] = []
    cell_formats: list[tuple[int, int, int]] = []
    for record, at, length in _walk(stream, 0):
        if record == 0x0809:
            scan.is_biff8 = struct.unpack_from("<H", stream, at)[0] == 0x0600
        elif record == _LOCK:
            scan.is_locked = True
            return
        elif record == 0x42:
            scan.codepage = struct.unpack_from("<H", stream, at)[0]
        elif record == 0x85:
            scan.positions.append(struct.unpack_from("<I", stream, at)[0])
            scan.sheets.append(_read_sheet_entry(stream[at : at + length], is_biff8=scan.is_biff8))
        elif record == 0x41E and scan.is_biff8:
            formats[struct.unpack_from("<H", stream, at)[0]] = _read_text(stream[at + 2 : at + length], 2)
        elif record == 0x31:
            struck.append(bool(stream[at + 2] & 0x08))
        elif record == 0xE0:
            cell_formats.append(struct.unpack_from("<HHH", stream, at))
        elif record == 0x22:
            scan.since_1904 = struct.unpack_from("<H", stream, at)[0] == 1
        elif record == 0xFC:
            scan.strings_at = at
        elif record == _LINKS and length > 4 and not scan.links:
            scan.links = _find_link_name(stream[at : at + length])
    are_quick = (_is_quick_format(f, formats) for _, f, flags in cell_formats if not flags & _NAMED_STYLE)
    scan.is_plain = scan.is_biff8 and not any(struck) and all(s.kind == 0 for s in scan.sheets)
    scan.is_quick = scan.is_plain and all(are_quick)
    scan.styles = [make_style(f, _find_code(f, formats), is_struck=False) for _, f, _ in cell_formats]


def _find_code(format_id: int, formats: dict[int, str]) -> str:
    """The format's own code, "" for a built-in one that shows a number as it is."""
    code = formats.get(format_id, "")
    return "" if format_id < _FIRST_OWN and code.lower() == "general" else code


def _is_quick_format(format_id: int, formats: dict[int, str]) -> bool:
    if format_id in _QUICK_NUMBERS and format_id not in range(5, 9):
        return True
    code = formats.get(format_id, "")
    if not code or format_id in _QUICK_DATES:
        return format_id in _QUICK_DATES
    return code.lower() == "general" or (not code.strip("0#?.,-_ ()%;@") and not is_scaled_format(code))


def _read_sheet_entry(data: bytes, *, is_biff8: bool) -> SheetScan:
    name = _read_text(data[6:], 1) if is_biff8 else data[7 : 7 + data[6]].decode("gb18030", "replace")
    return SheetScan(name, data[5] & 0x0F, bool(data[4] & 0x03))


def _read_text(data: bytes, size: int) -> str:
    count = int.from_bytes(data[:size], "little")
    wide = data[size] & 1
    body = data[size + 1 :]
    return body[: count * 2].decode("utf-16-le", "replace") if wide else body[:count].decode("latin-1")


def _find_link_name(data: bytes) -> str:
    if int.from_bytes(data[2:4], "little") in (0x0401, 0x3A01):
        return ""
    text = _read_text(data[2:], 2)
    name = "".join(c for c in text.replace("\\", "/").rpartition("/")[2].rpartition("\x03")[2] if c.isprintable())
    return ("其他文件" if not name else unquote(name)) if text.strip() else ""


def _scan_sheet(stream: bytes, position: int, sheet: SheetScan) -> None:
    for record, at, length in _walk(stream, position, sheet):
        if record == _FORMULA:
            sheet.formulas += 1
            sheet.is_quick = False
            row, column = _HEADER.unpack_from(stream, at)
            _note_cells(sheet, row, column, column)
            if stream[at + 12 : at + 14] == b"\xff\xff" and stream[at + 6] == 3:
                sheet.blank_formulas.append((row + 1, column + 1))
        elif record == _ROW:
            if stream[at + 12] & 0x20 or not (stream[at + 6] | stream[at + 7] & 0x7F):
                sheet.is_quick = False
        elif record == _SEVERAL:
            row, column = _HEADER.unpack_from(stream, at)
            count = (length - 6) // 6
            _note_cells(sheet, row, column, column + count - 1)
            sheet.cells += count
        elif (record == _COLUMN and stream[at + 8] & 1) or record in (_ERROR, 0xD6):
            sheet.is_quick = False
    if not sheet.is_ordered and _has_two_values(stream, position):
        raise Unreadable("F01", f"工作表“{sheet.name}”里同一个单元格有两个不同的值")
