"""Sheets of .xlsx in any lawful XML: Strict files, prefixes, rich text, cells in any order or without references."""

from village_notice.sources.cell_styles import PLAIN, StyleTable
from village_notice.sources.grid import Cell
from village_notice.sources.grid_maker import CellBudget, GridMaker, find_place
from village_notice.sources.limits import Unreadable
from village_notice.sources.number_format import read_serial
from village_notice.sources.xlsx_plain import read_cell_value
from village_notice.sources.xlsx_strings import SharedStrings, unescape_text
from village_notice.sources.xml_events import is_true, parse_xml

_OWN = 2
"""How deep a cell's own value lies: the cell is 1."""


def read_careful(name: str, data: bytes, styles: StyleTable, strings: SharedStrings, budget: CellBudget) -> GridMaker:
    """One sheet read event by event; the stated dimension is never believed."""
    left = budget.left

    def make() -> "_Sheet":
        budget.left = left
        return _Sheet(name, styles, strings, budget)

    return parse_xml(data, f"工作表“{name}”", make).maker


class _Sheet:
    def __init__(self, name: str, styles: StyleTable, strings: SharedStrings, budget: CellBudget) -> None:
        self.maker = GridMaker(name, budget)
        self.styles, self.strings = styles, strings
        self.row = self.column = 0
        self.kind = self.style = ""
        self.has_formula = self.struck_run = self.is_in_rows = False
        self.value: list[str] = []
        self.inline: list[str] = []
        self.capture: list[str] | None = None
        self.phonetic = self.depth = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if self.depth:
            self._start_in_cell(name, attributes)
        elif name == "c" and self.is_in_rows:
            self._start_cell(attributes)
        elif name == "row" and self.is_in_rows:
            self._start_row(attributes)
        elif name == "sheetData":
            self.is_in_rows = True
        elif name == "mergeCell":
            self.maker.merge(attributes.get("ref", ""))
        elif name == "col" and (is_true(attributes.get("hidden")) or _is_zero(attributes.get("width"))):
            self.maker.hide_columns(_read_count(attributes.get("min")), _read_count(attributes.get("max")))

    def text(self, text: str) -> None:
        if self.capture is not None:
            self.capture.append(text)

    def end(self, name: str) -> None:
        if self.depth:
            self.depth -= 1
            if name in ("v", "t"):
                self.capture = None
            elif name == "rPh":
                self.phonetic -= 1
            elif not self.depth:
                self._end_cell()
        elif name == "sheetData":
            self.is_in_rows = False

    def _start_in_cell(self, name: str, attributes: dict[str, str]) -> None:
        """An element inside a cell; what lies deeper than its own value and text (extensions) holds no value."""
        self.depth += 1
        if name == "c" or (name == "v" and self.depth == _OWN and self.value):
            raise self._refuse_two_values()
        if name == "v" and self.depth == _OWN:
            self.capture = self.value
        elif name == "f" and self.depth == _OWN:
            self.has_formula = True
        elif name == "t" and self.depth <= _OWN + 2:
            self.capture = None if self.phonetic else self.inline
        elif name == "rPh":
            self.phonetic += 1
        elif name == "strike" and is_true(attributes.get("val", "1")):
            self.struck_run = True

    def _refuse_two_values(self) -> Unreadable:
        return Unreadable("F01", f"工作表“{self.maker.grid.name}”第 {self.row} 行一个单元格里有两个值")

    def _start_row(self, attributes: dict[str, str]) -> None:
        given = attributes.get("r")
        self.row = _read_count(given) if given else self.row + 1
        self.column = 0
        self.maker.budget.check_place(self.row, 1)
        if is_true(attributes.get("hidden")) or _is_zero(attributes.get("ht")):
            self.maker.hidden_rows.add(self.row)

    def _start_cell(self, attributes: dict[str, str]) -> None:
        reference = attributes.get("r")
        place = find_place(reference) if reference else (self.row, self.column + 1)
        if place is None or place[0] != self.row:
            raise Unreadable("F01", f"工作表“{self.maker.grid.name}”第 {self.row} 行里有位置为 {reference} 的单元格")
        self.column, self.depth = place[1], 1
        self.kind, self.style = attributes.get("t", ""), attributes.get("s", "")
        self.has_formula = self.struck_run = False
        self.value, self.inline = [], []

    def _end_cell(self) -> None:
        place = (self.row, self.column)
        if not (self.value or self.inline or self.has_formula):
            return
        value, text = self._read_value(place), "".join(self.value)
        style = self.styles.special.get(self.style, PLAIN)
        if self.has_formula:
            self.maker.note_formula(place, value, is_number=self.kind in ("", "n"))
        if isinstance(value, int | float) and not isinstance(value, bool):
            if style.format:
                self.maker.grid.formats[place] = style.format
            value = read_serial(value, style.kind, since_1904=self.styles.since_1904)
        struck = style.is_struck or self.struck_run or (self.kind == "s" and int(text) in self.strings.struck)
        if value is not None and struck:
            self.maker.struck.add(place)
        self.maker.put(*place, value)

    def _read_value(self, place: tuple[int, int]) -> Cell:
        if self.inline and self.value and self.inline != self.value:
            raise self._refuse_two_values()
        if self.inline or self.kind == "inlineStr":
            return unescape_text("".join(self.inline or self.value)) or None
        text = "".join(self.value)
        if self.kind not in ("str", "s", "inlineStr"):
            text = text.strip()
        return read_cell_value(place, self.kind, text, self.strings, self.maker.grid.errors)


def _read_count(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else 0


def _is_zero(text: str | None) -> bool:
    return text is not None and text.strip("0") in (".", "") and text != ""
