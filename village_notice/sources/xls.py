""".xls of Excel 5 to 2003 and .et: row by row alike, calamine where the records show it sees everything, else xlrd."""

import io
from collections.abc import Callable

import xlrd
from python_calamine import CalamineWorkbook

from village_notice.sources.cell_styles import PLAIN, Style, make_style
from village_notice.sources.grid import Cell, Grid, WorkbookGrids
from village_notice.sources.grid_maker import CellBudget, GridMaker, check_text, simplify
from village_notice.sources.limits import ReadLimits, Unreadable
from village_notice.sources.number_format import read_serial
from village_notice.sources.xls_plain import read_plain
from village_notice.sources.xls_records import SheetScan, XlsScan, scan_sheets, scan_xls
from village_notice.sources.xlsx import check_not_empty

_WESTERN = (0, 367, 437, 1252, 32768, 32769)
_GAP_FACTOR, _MOST_GAPS = 8, 100_000


def read_xls(data: bytes, limits: ReadLimits, scan: XlsScan | None = None) -> WorkbookGrids:
    """Every sheet of an .xls, as typed cells.

    Args:
        data: The file.
        limits: How much of it is read.
        scan: What its records say where they have been walked already.

    Raises:
        Unreadable: F01 damaged, F02 locked, F03 only charts, F06 nothing in it, F10 a limit was hit.
    """
    scan = scan or scan_xls(data)
    if scan.is_locked:
        raise Unreadable("F02", "")
    if len(scan.sheets) > limits.sheets:
        raise Unreadable("F10", f"工作表多于 {limits.sheets} 张")
    book = read_plain(scan.stream, scan, limits) if scan.is_plain else None
    if book is None:
        scan_sheets(scan)
        book = _read_quick(data, scan, limits) if scan.is_quick else None
    if book is None:
        book = _read_careful(data, scan, limits)
    if scan.links and any(s.formulas for s in scan.sheets):
        book.notes.append(("F14", "", f"引用 {scan.links}"))
    check_not_empty(book)
    return book


def _read_quick(data: bytes, scan: XlsScan, limits: ReadLimits) -> WorkbookGrids | None:
    """The workbook by calamine, or None where it fails or does not see the same sheets."""
    if any(s.height * s.width > s.cells * _GAP_FACTOR + _MOST_GAPS for s in scan.sheets):
        return None
    budget = CellBudget(limits)
    book = WorkbookGrids([], "xls")
    try:
        file = CalamineWorkbook.from_filelike(io.BytesIO(data))
        if file.sheet_names != [s.name for s in scan.sheets]:
            return None
        for index, entry in enumerate(scan.sheets):
            sheet = file.get_sheet_by_index(index)
            if sheet.total_height * sheet.total_width > entry.cells * _GAP_FACTOR + _MOST_GAPS:
                return None
            rows: list[list[Cell]] = [
                [v or None if v.__class__ is str else simplify(v) if v.__class__ is float else v for v in row]  # type: ignore[misc]  # calamine gives int, bool, date, datetime and time besides
                for row in sheet.to_python(skip_empty_area=False)
            ]
            maker = GridMaker(entry.name, budget)
            budget.take(sum(map(len, rows)))
            maker.grid.rows, maker.grid.is_hidden = rows, entry.is_hidden
            for (top, left), (bottom, right) in sheet.merged_cell_ranges or []:
                maker.add_span(top + 1, left + 1, bottom + 1, right + 1)
            book.grids.append(maker.finish())
    except (Unreadable, MemoryError, KeyboardInterrupt, SystemExit):
        raise
    except BaseException:  # noqa: BLE001 - a CalamineError, or a Rust panic, which is no Exception; xlrd has another look
        return None
    return book


def _read_careful(data: bytes, scan: XlsScan, limits: ReadLimits) -> WorkbookGrids:
    file = _open_with_xlrd(data, scan)
    if file.nsheets != sum(s.kind == 0 for s in scan.sheets):
        raise Unreadable("F01", "工作表的数目前后不符")
    reader = _XlsReader(
        file, CellBudget(limits), calculated=any(s.formulas > len(s.blank_formulas) for s in scan.sheets)
    )
    book = WorkbookGrids([], "xls")
    numbers = iter(range(file.nsheets))
    for entry in scan.sheets:
        if entry.kind == 0:
            book.grids.append(reader.read(next(numbers), entry))
        else:
            book.grids.append(Grid(entry.name, [], is_hidden=entry.is_hidden, is_chart=True))
    return book


def _open_with_xlrd(data: bytes, scan: XlsScan) -> xlrd.book.Book:
    """The workbook in xlrd; old exports that say Western but hold GBK text are read as GBK."""
    encoding = "gb18030" if not scan.is_biff8 and scan.codepage in _WESTERN else None
    attempts: list[Callable[[], xlrd.book.Book]] = [
        lambda: _open(data, encoding, is_lax=False),
        lambda: _open(data, encoding, is_lax=True),
        lambda: _open(data, None, is_lax=True),
    ]
    for attempt in attempts:
        try:
            return attempt()
        except MemoryError:
            raise
        except Exception as error:  # noqa: BLE001 - xlrd raises assertion, index, struct and unicode errors on damaged files
            problem = error
    raise Unreadable("F01", "工作簿的记录损坏，读不出来") from problem


def _open(data: bytes, encoding: str | None, *, is_lax: bool) -> xlrd.book.Book:
    return xlrd.open_workbook(
        file_contents=data, formatting_info=True, ragged_rows=True, logfile=io.StringIO(),
        encoding_override=encoding, ignore_workbook_corruption=is_lax,
    )  # fmt: skip


class _XlsReader:
    """Reads the sheets of one workbook opened with xlrd."""

    def __init__(self, file: xlrd.book.Book, budget: CellBudget, *, calculated: bool) -> None:
        self.file, self.budget, self.calculated = file, budget, calculated
        self.styles: dict[int, Style] = {}

    def read(self, index: int, entry: SheetScan) -> Grid:
        sheet = self.file.sheet_by_index(index)
        maker = GridMaker(sheet.name, self.budget)
        maker.grid.is_hidden = sheet.visibility != 0
        for row in range(sheet.nrows):
            self._read_row(sheet, row, maker)
        if not self.calculated:
            maker.uncalculated.update(entry.blank_formulas)
        for row, info in sheet.rowinfo_map.items():
            if info.hidden or info.height == 0:
                maker.hidden_rows.add(row + 1)
        for column, shape in sheet.colinfo_map.items():
            if shape.hidden or shape.width == 0:
                maker.hide_columns(column + 1, column + 1)
        for top, bottom, left, right in sheet.merged_cells:
            maker.add_span(top + 1, left + 1, bottom, right)
        for row, column in sheet.rich_text_runlist_map:
            if self._has_struck_run(sheet.rich_text_runlist_map[row, column]):
                maker.struck.add((row + 1, column + 1))
        return maker.finish()

    def _read_row(self, sheet: xlrd.sheet.Sheet, row: int, maker: GridMaker) -> None:
        for column, (kind, value) in enumerate(zip(sheet.row_types(row), sheet.row_values(row), strict=True)):
            if kind in (xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK) or value == "":
                continue
            place = (row + 1, column + 1)
            style = self._find_style(sheet.cell_xf_index(row, column))
            if kind == xlrd.XL_CELL_ERROR:
                maker.grid.errors[place] = xlrd.error_text_from_code.get(int(value), "#ERR!")
                continue
            maker.put(*place, self._read_value(kind, value, style, maker, place))
            if style.is_struck:
                maker.struck.add(place)

    def _read_value(self, kind: int, value: object, style: Style, maker: GridMaker, place: tuple[int, int]) -> Cell:
        if kind == xlrd.XL_CELL_BOOLEAN:
            return bool(value)
        if not isinstance(value, float):
            text = str(value)
            check_text(text, self.budget.limits)
            return text
        if style.format:
            maker.grid.formats[place] = style.format
        number = simplify(value)
        return None if number is None else read_serial(number, style.kind, since_1904=self.file.datemode == 1)

    def _find_style(self, index: int) -> Style:
        if index not in self.styles:
            self.styles[index] = self._make_style(index)
        return self.styles[index]

    def _make_style(self, index: int) -> Style:
        if not 0 <= index < len(self.file.xf_list):
            return PLAIN
        xf = self.file.xf_list[index]
        fonts = self.file.font_list
        code = self.file.format_map[xf.format_key].format_str if xf.format_key in self.file.format_map else ""
        code = "" if xf.format_key < 164 and code.lower() in ("", "general") else code
        struck = 0 <= xf.font_index < len(fonts) and bool(fonts[xf.font_index].struck_out)
        return make_style(xf.format_key, code, is_struck=struck)

    def _has_struck_run(self, runs: list[tuple[int, int]]) -> bool:
        fonts = self.file.font_list
        return any(0 <= font < len(fonts) and fonts[font].struck_out for _, font in runs)
