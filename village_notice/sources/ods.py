""".ods and .fods: sheets, repeated rows and cells, hidden, struck and error cells."""

from village_notice.sources.grid import Cell, WorkbookGrids
from village_notice.sources.grid_maker import CellBudget, GridMaker, read_iso_moment, read_number
from village_notice.sources.limits import ReadLimits, Unreadable
from village_notice.sources.xlsx import check_not_empty
from village_notice.sources.xml_events import parse_xml
from village_notice.sources.zip_members import ZipReader

_PASSED_OVER = frozenset(("annotation", "tracked-changes", "shapes", "forms", "binary-data"))
_MOST_REPEATS = 1 << 21
_MOST_ALIKE = 100_000
"""Times that a row with values may be repeated."""


def read_ods(data: bytes, limits: ReadLimits) -> WorkbookGrids:
    """Every sheet of an .ods, as typed cells.

    Raises:
        Unreadable: F01 damaged, F02 locked, F03 only pictures, F06 nothing in it, F10 a limit was hit.
    """
    if not data.startswith(b"PK"):
        return _read_content(data, "文件", limits)
    reader = ZipReader(data, limits)
    members = {m.filename: m for m in reader.members}
    manifest = members.get("META-INF/manifest.xml")
    if manifest is not None and b"encryption-data" in reader.read(manifest):
        raise Unreadable("F02", "")
    if "content.xml" not in members:
        raise Unreadable("F01", "文件里缺少 content.xml")
    has_pictures = any(n.startswith("Pictures/") for n in members)
    return _read_content(reader.read(members["content.xml"]), "content.xml", limits, has_pictures=has_pictures)


def _read_content(data: bytes, part: str, limits: ReadLimits, *, has_pictures: bool = False) -> WorkbookGrids:
    """The sheets of content.xml, or of a flat file (.fods), which holds the same in one document."""
    handler = parse_xml(data, part, lambda: _Content(limits))
    book = WorkbookGrids([m.finish() for m in handler.makers], "ods")
    check_not_empty(book, has_pictures=has_pictures)
    return book


class _Content:
    """Reads content.xml; a value repeated over many cells is put into each, blank repeats cost nothing."""

    def __init__(self, limits: ReadLimits) -> None:
        self.budget = CellBudget(limits)
        self.makers: list[GridMaker] = []
        self.hidden_styles: set[str] = set()
        self.struck_styles: set[str] = set()
        self.style = ""
        self.row = self.column = 0
        self.row_repeats = 1
        self.row_cells: list[tuple[int, int, Cell]] = []
        self.cell: dict[str, str] | None = None
        self.lines: list[list[str]] = []
        self.skip = self.depth = 0
        self.is_struck = False

    def start(self, name: str, attributes: dict[str, str]) -> None:  # noqa: PLR0912 - one branch an element
        if self.skip or name in _PASSED_OVER:
            self.skip += 1
            return
        found = {k.rpartition(":")[2]: v for k, v in attributes.items()}
        if name == "table":
            self._start_table(found)
        elif name == "table-row" and self.makers:
            self.row_repeats = _read_count(found.get("number-rows-repeated"))
            self.column, self.row_cells = 0, []
            if found.get("visibility") in ("collapse", "filter"):
                self.makers[-1].hide_rows(self.row + 1, self.row + self.row_repeats)
        elif name in ("table-cell", "covered-table-cell") and self.makers:
            self.cell, self.lines = found, []
            self.is_struck = found.get("style-name", "") in self.struck_styles
        elif name == "table-column" and self.makers:
            repeats = _read_count(found.get("number-columns-repeated"))
            if found.get("visibility") in ("collapse", "filter"):
                self.makers[-1].hide_columns(self.column + 1, self.column + repeats)
            self.column += repeats
        elif name in ("p", "h") and self.cell is not None:
            self.lines.append([])
        elif name in ("s", "tab", "line-break") and self.lines:
            self.lines[-1].append({"s": " " * min(_read_count(found.get("c")), 1000), "tab": "\t"}.get(name, "\n"))
        elif name == "style":
            self.style = found.get("name", "")
        elif name == "table-properties" and found.get("display") == "false":
            self.hidden_styles.add(self.style)
        elif name == "text-properties" and found.get("text-line-through-style", "none") != "none":
            self.struck_styles.add(self.style)
        elif name == "span" and found.get("style-name", "") in self.struck_styles:
            self.is_struck = True

    def text(self, text: str) -> None:
        if self.lines and self.cell is not None and not self.skip:
            self.lines[-1].append(text)

    def end(self, name: str) -> None:
        if self.skip:
            self.skip -= 1
        elif name in ("table-cell", "covered-table-cell") and self.cell is not None:
            self._end_cell(self.cell)
            self.cell, self.lines = None, []
        elif name == "table-row" and self.makers:
            self._end_row()

    def _start_table(self, found: dict[str, str]) -> None:
        if self.cell is not None:
            raise Unreadable("F01", "单元格里面还有表格")
        maker = GridMaker(found.get("name", ""), self.budget)
        maker.grid.is_hidden = found.get("style-name", "") in self.hidden_styles
        self.makers.append(maker)
        self.row = self.column = 0
        if len(self.makers) > self.budget.limits.sheets:
            raise Unreadable("F10", f"工作表多于 {self.budget.limits.sheets} 张")

    def _end_cell(self, found: dict[str, str]) -> None:
        repeats = _read_count(found.get("number-columns-repeated"))
        place = (self.row + 1, self.column + 1)
        maker = self.makers[-1]
        value = self._read_value(found, place)
        if "formula" in found:
            is_number = found.get("value-type", "float") != "string"
            maker.note_formula(place, value, is_number=is_number)
        if value is not None:
            self.row_cells.append((self.column + 1, repeats, value))
            if self.is_struck:
                maker.struck.add(place)
        across, down = _read_count(found.get("number-columns-spanned")), _read_count(found.get("number-rows-spanned"))
        if across * down > 1:
            maker.add_span(*place, place[0] + down - 1, place[1] + across - 1)
        self.column += repeats

    def _read_value(self, found: dict[str, str], place: tuple[int, int]) -> Cell:
        kind = found.get("value-type", "")
        text = "\n".join("".join(line) for line in self.lines)
        if text.startswith("#") and text.rstrip("!?") in _ERRORS and ("formula" in found or kind == "error"):
            self.makers[-1].grid.errors[place] = text
            return None
        if kind in ("float", "currency", "percentage"):
            number = read_number(found.get("value", ""))
            return number if number is not None else text or None
        if kind == "date":
            return read_iso_moment(found.get("date-value", text))
        if kind == "boolean":
            return found.get("boolean-value") == "true"
        return text or found.get("string-value") or None

    def _end_row(self) -> None:
        if self.row_cells:
            width = sum(r for _, r, _ in self.row_cells)
            if self.row_repeats > _MOST_ALIKE:
                raise Unreadable("F10", f"同一行重复 {self.row_repeats} 次，多于 {_MOST_ALIKE} 次")
            if width * self.row_repeats > self.budget.left:
                self.budget.take(width * self.row_repeats)
            for row in range(self.row + 1, self.row + self.row_repeats + 1):
                for first, repeats, value in self.row_cells:
                    for column in range(first, first + repeats):
                        self.makers[-1].put(row, column, value)
        self.row += self.row_repeats


_ERRORS = {"#REF", "#N/A", "#VALUE", "#DIV/0", "#NAME", "#NUM", "#NULL"}


def _read_count(text: str | None) -> int:
    return (
        min(int(text), _MOST_REPEATS)
        if text and text.isascii() and text.isdigit() and len(text) < 9 and int(text)
        else 1
    )
