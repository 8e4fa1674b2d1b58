""".xlsb: the binary twin of .xlsx, read record by record, because calamine drops its error cells and hidden rows.

Source: [MS-XLSB] 2.3 (record numbers), 2.5.122 (RkNumber).
"""

import struct
from collections.abc import Iterator

from village_notice.sources.cell_styles import PLAIN, Style, make_style
from village_notice.sources.grid import Cell, Grid, WorkbookGrids
from village_notice.sources.grid_maker import CellBudget, GridMaker, check_text, simplify
from village_notice.sources.limits import ReadLimits, Unreadable
from village_notice.sources.number_format import read_serial
from village_notice.sources.ooxml import Package, WorkbookEntry, make_sheet_entry
from village_notice.sources.xlsx import check_not_empty

_ERRORS = {
    0: "#NULL!",
    7: "#DIV/0!",
    15: "#VALUE!",
    23: "#REF!",
    29: "#NAME?",
    36: "#NUM!",
    42: "#N/A",
    43: "#GETTING_DATA",
}
_ROW, _CELLS, _STRING_ITEM = 0, range(1, 12), 19
_FONT, _FORMAT, _XF, _COLUMN = 43, 44, 47, 60
_BUNDLE, _PROPERTIES, _MERGE, _BEGIN_CELL_XFS, _END_CELL_XFS = 156, 153, 176, 617, 618


def read_xlsb(data: bytes, limits: ReadLimits) -> WorkbookGrids:
    """Every sheet of an .xlsb, as typed cells.

    Raises:
        Unreadable: F01 damaged, F03 only pictures or charts, F06 nothing in it, F10 a limit was hit.
    """
    package = Package(data, limits)
    try:
        return _read_book(package, limits)
    except (struct.error, IndexError, UnicodeDecodeError) as error:
        raise Unreadable("F01", "工作簿的记录不完整") from error


def _read_book(package: Package, limits: ReadLimits) -> WorkbookGrids:
    part = package.find_workbook()
    entry = WorkbookEntry(part, relations=package.read_relations(part))
    for record, body in _walk(package.read(part)):
        if record == _BUNDLE:
            key, at = _read_text(body, 8)
            name, _ = _read_text(body, at)
            entry.sheets.append(make_sheet_entry(entry, name, key, is_hidden=body[0] != 0))
        elif record == _PROPERTIES:
            entry.since_1904 = bool(body[0] & 1)
    if not entry.sheets or len(entry.sheets) > limits.sheets:
        raise Unreadable("F10" if entry.sheets else "F01", f"工作表有 {len(entry.sheets)} 张")
    strings, styles = _read_strings(package, entry, limits), _read_styles(package, entry)
    budget, book = CellBudget(limits), WorkbookGrids([], "xlsb")
    for sheet in entry.sheets:
        grid = Grid(sheet.name, [], is_chart=True)
        if sheet.kind == "worksheet":
            reader = _SheetReader(GridMaker(sheet.name, budget), strings, styles, since_1904=entry.since_1904)
            grid = reader.read(package.read(sheet.part))
        grid.is_hidden = sheet.is_hidden
        book.grids.append(grid)
    check_not_empty(book, has_pictures=package.has_folder("xl/media/"))
    return book


def _walk(data: bytes) -> Iterator[tuple[int, bytes]]:
    """(record number, body) one by one; both number and length are written seven bits a byte."""
    at = 0
    while at < len(data):
        record = data[at]
        at += 1
        if record & 0x80:
            record = (record & 0x7F) | (data[at] & 0x7F) << 7
            at += 1
        length = 0
        for shift in (0, 7, 14, 21):
            byte = data[at]
            at += 1
            length |= (byte & 0x7F) << shift
            if not byte & 0x80:
                break
        if at + length > len(data):
            raise IndexError
        yield record, data[at : at + length]
        at += length


def _read_text(body: bytes, at: int) -> tuple[str, int]:
    (count,) = struct.unpack_from("<I", body, at)
    if count == 0xFFFFFFFF:
        return "", at + 4
    end = at + 4 + 2 * count
    if end > len(body):
        raise IndexError
    return body[at + 4 : end].decode("utf-16-le", "replace"), end


def _read_strings(package: Package, entry: WorkbookEntry, limits: ReadLimits) -> list[str]:
    strings: list[str] = []
    for relation in entry.relations.values():
        if relation.kind == "sharedstrings" and package.has_part(relation.target):
            for record, body in _walk(package.read(relation.target)):
                if record == _STRING_ITEM:
                    strings.append(_read_text(body, 1)[0])
                    check_text(strings[-1], limits)
    return strings


def _read_styles(package: Package, entry: WorkbookEntry) -> list[Style]:
    codes: dict[int, str] = {}
    struck: list[bool] = []
    cells: list[tuple[int, int]] = []
    is_in_cells = False
    for part in [r.target for r in entry.relations.values() if r.kind == "styles"]:
        for record, body in _walk(package.read(part)):
            if record == _FORMAT:
                codes[struct.unpack_from("<H", body)[0]] = _read_text(body, 2)[0]
            elif record == _FONT:
                struck.append(bool(body[2] & 0x08))
            elif record in (_BEGIN_CELL_XFS, _END_CELL_XFS):
                is_in_cells = record == _BEGIN_CELL_XFS
            elif record == _XF and is_in_cells:
                cells.append(struct.unpack_from("<2xHH", body))
    return [make_style(f, codes.get(f, ""), is_struck=font < len(struck) and struck[font]) for f, font in cells]


class _SheetReader:
    def __init__(self, maker: GridMaker, strings: list[str], styles: list[Style], *, since_1904: bool) -> None:
        self.maker, self.strings, self.styles, self.since_1904 = maker, strings, styles, since_1904
        self.row = 0

    def read(self, data: bytes) -> Grid:
        for record, body in _walk(data):
            if record == _ROW:
                self.row = struct.unpack_from("<I", body)[0] + 1
                self.maker.budget.check_place(self.row, 1)
                if body[11] & 0x10 or not any(body[8:10]):
                    self.maker.hidden_rows.add(self.row)
            elif record in _CELLS:
                self._read_cell(record, body)
            elif record == _COLUMN and (body[16] & 1):
                first, last = struct.unpack_from("<II", body)
                self.maker.hide_columns(first + 1, last + 1)
            elif record == _MERGE:
                top, bottom, left, right = struct.unpack_from("<IIII", body)
                self.maker.add_span(top + 1, left + 1, bottom + 1, right + 1)
        return self.maker.finish()

    def _read_cell(self, record: int, body: bytes) -> None:
        column, style_id = struct.unpack_from("<II", body)
        place = (self.row, column + 1)
        style = self.styles[style_id & 0xFFFFFF] if style_id & 0xFFFFFF < len(self.styles) else PLAIN
        value = self._read_value(record, body, place)
        if record in range(8, 12):
            self.maker.note_formula(place, value, is_number=record == 9)
        if isinstance(value, int | float) and not isinstance(value, bool):
            if style.format:
                self.maker.grid.formats[place] = style.format
            value = read_serial(value, style.kind, since_1904=self.since_1904)
        if value is not None and style.is_struck:
            self.maker.struck.add(place)
        self.maker.put(*place, value)

    def _read_value(self, record: int, body: bytes, place: tuple[int, int]) -> Cell:
        if record == 2:
            return simplify(_read_rk(struct.unpack_from("<I", body, 8)[0]))
        if record in (3, 11):
            self.maker.grid.errors[place] = _ERRORS.get(body[8], "#ERR!")
            return None
        if record in (4, 10):
            return body[8] != 0
        if record in (5, 9):
            return simplify(struct.unpack_from("<d", body, 8)[0])
        if record in (6, 8):
            return _read_text(body, 8)[0] or None
        if record == 7:
            return self.strings[struct.unpack_from("<I", body, 8)[0]] or None
        return None


def _read_rk(packed: int) -> float:
    """A number packed into 30 bits: bit 0 divides by 100, bit 1 says integer."""
    if packed & 2:
        number = float((packed >> 2) - (1 << 30 if packed & 0x80000000 else 0))
    else:
        number = struct.unpack("<d", struct.pack("<II", 0, packed & 0xFFFFFFFC))[0]
    return number / 100 if packed & 1 else number
