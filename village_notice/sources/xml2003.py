"""SpreadsheetML 2003: the XML tables that export systems save as .xls."""

from village_notice.sources.cell_styles import PLAIN, Style, make_style
from village_notice.sources.grid import Cell, WorkbookGrids
from village_notice.sources.grid_maker import CellBudget, GridMaker, read_iso_moment, read_number
from village_notice.sources.limits import ReadLimits, Unreadable
from village_notice.sources.xlsx import check_not_empty
from village_notice.sources.xml_events import is_true, parse_xml


def read_xml2003(data: bytes, limits: ReadLimits) -> WorkbookGrids:
    """Every sheet of a SpreadsheetML 2003 file, as typed cells.

    Raises:
        Unreadable: F01 damaged, F06 nothing in it, F10 a limit was hit.
    """
    handler = parse_xml(data.lstrip(), "文件", lambda: _Workbook(limits))
    if not handler.makers:
        raise Unreadable("F01", "XML 里没有工作表")
    book = WorkbookGrids([m.finish() for m in handler.makers], "xml2003")
    check_not_empty(book)
    return book


class _Workbook:
    def __init__(self, limits: ReadLimits) -> None:
        self.budget = CellBudget(limits)
        self.makers: list[GridMaker] = []
        self.styles: dict[str, Style] = {}
        self.style_id = ""
        self.style_struck = False
        self.style_code = ""
        self.path: list[str] = []
        self.row = self.column = self.row_span = 0
        self.across = 0
        self.cell_style = PLAIN
        self.kind = ""
        self.has_formula = False
        self.pieces: list[str] | None = None

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.path.append(name)
        found = {k.rpartition(":")[2]: v for k, v in attributes.items()}
        if name == "Worksheet":
            self.makers.append(GridMaker(found.get("Name", ""), self.budget))
            if len(self.makers) > self.budget.limits.sheets:
                raise Unreadable("F10", f"工作表多于 {self.budget.limits.sheets} 张")
            self.row = self.column = self.row_span = 0
        elif name == "Row" and self.makers:
            self._start_row(found)
        elif name == "Cell" and self.makers:
            self._start_cell(found)
        elif name == "Column" and self.makers:
            self._start_column(found)
        elif name == "Data" and self.path[-2:-1] == ["Cell"]:  # a comment has a Data of its own
            self.kind, self.pieces = found.get("Type", "String"), []
        elif name in ("Style", "Font", "NumberFormat"):
            self._start_style(name, found)
        elif name == "S" and self.pieces is not None:
            self.cell_style = self.cell_style._replace(is_struck=True)
        elif name == "Visible" and self.makers:
            self.pieces = []

    def text(self, text: str) -> None:
        if self.pieces is not None and self.path[-1] != "PhoneticText":
            self.pieces.append(text)

    def end(self, name: str) -> None:
        self.path.pop()
        if name == "Data" and self.pieces is not None:
            self._put("".join(self.pieces))
            self.pieces = None
        elif name == "Visible" and self.makers and self.pieces is not None:
            self.makers[-1].grid.is_hidden = "".join(self.pieces).strip() != "SheetVisible"
            self.pieces = None
        elif name == "Cell":
            if self.has_formula and self.makers:
                self.makers[-1].uncalculated.add((self.row, self.column))
            self.column += self.across
        elif name == "Style":
            self.styles[self.style_id] = make_style(0, self.style_code, is_struck=self.style_struck)

    def _start_row(self, found: dict[str, str]) -> None:
        self.row = _read_count(found.get("Index"), self.row + self.row_span + 1)
        self.column = 0
        self.budget.check_place(self.row, 1)
        self.row_span = _read_count(found.get("Span"), 0)
        if is_true(found.get("Hidden")) or found.get("Height") == "0":
            self.makers[-1].hide_rows(self.row, self.row + self.row_span)

    def _start_cell(self, found: dict[str, str]) -> None:
        self.column = _read_count(found.get("Index"), self.column + 1)
        self.across = _read_count(found.get("MergeAcross"), 0)
        down = _read_count(found.get("MergeDown"), 0)
        self.cell_style = self.styles.get(found.get("StyleID", "Default"), PLAIN)
        self.has_formula = "Formula" in found
        if self.across or down:
            self.makers[-1].add_span(self.row, self.column, self.row + down, self.column + self.across)

    def _start_column(self, found: dict[str, str]) -> None:
        first = _read_count(found.get("Index"), self.column + 1)
        self.column = first + _read_count(found.get("Span"), 0)
        if is_true(found.get("Hidden")) or found.get("Width") == "0":
            self.makers[-1].hide_columns(first, self.column)

    def _start_style(self, name: str, found: dict[str, str]) -> None:
        if name == "Style":
            self.style_id, self.style_struck, self.style_code = found.get("ID", ""), False, ""
        elif name == "Font" and "Style" in self.path:
            self.style_struck = is_true(found.get("StrikeThrough"))
        elif name == "NumberFormat":
            self.style_code = found.get("Format", "")

    def _put(self, text: str) -> None:
        maker, place = self.makers[-1], (self.row, self.column)
        value = self._read_value(text, place)
        if self.has_formula:
            maker.note_formula(place, value, is_number=self.kind == "Number")
            self.has_formula = False
        if isinstance(value, int | float) and not isinstance(value, bool) and self.cell_style.format:
            maker.grid.formats[place] = self.cell_style.format
        if value is not None and self.cell_style.is_struck:
            maker.struck.add(place)
        maker.put(*place, value)

    def _read_value(self, text: str, place: tuple[int, int]) -> Cell:
        if self.kind == "Number":
            number = read_number(text)
            return number if number is not None else text.strip() or None
        if self.kind == "DateTime":
            return read_iso_moment(text)
        if self.kind == "Boolean":
            return is_true(text)
        if self.kind == "Error":
            self.makers[-1].grid.errors[place] = text.strip()
            return None
        return text or None


def _read_count(text: str | None, default: int) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 9 else default
