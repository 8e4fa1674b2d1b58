"""Sheets of .xlsx written the way Excel, WPS and the export libraries write them, read at the speed of `re`.

Nothing is guessed: a sheet in which any row or cell is not matched to the last letter is left to `xlsx_careful`.
python-calamine is about as fast, but hides error cells, formulas without results and struck-through text.
"""

import re
from collections.abc import Callable, Sequence

from village_notice.sources.cell_styles import PLAIN, StyleTable
from village_notice.sources.grid import Cell
from village_notice.sources.grid_maker import (
    CellBudget,
    GridMaker,
    add_body,
    check_text,
    column_number,
    is_number,
    read_iso_moment,
    read_number,
    simplify,
)
from village_notice.sources.limits import Unreadable
from village_notice.sources.number_format import Kind, read_serial
from village_notice.sources.xlsx_row_shape import (
    CUT,
    MOST_VALUES,
    OutOfOrdinaryError,
    RowShape,
    ShapeBook,
    TextTable,
    ValueTable,
)
from village_notice.sources.xlsx_strings import (
    SharedStrings,
    has_lawful_references,
    html_unescape,
    unescape_text,
)

_CELL = re.compile(
    r'<c r="([A-Z]{1,3}[0-9]{1,7})"(?: s="([0-9]+)")?(?: t="([a-zA-Z]+)")?(?: ?/>|>'
    r"(<f[^>]*/>|<f[^>]*>[^<]*</f>)?(?:<v>([^<]*)</v>|<v ?/>)?</c>)"
)
_ROW = re.compile(r'r="([1-9][0-9]{0,6})"[^<>]*?(/?)>')
_HIDDEN = re.compile(r'\bhidden="(?:1|true)"|\bht="0(?:\.0+)?"')
_INLINE = re.compile(rb'<is><t(?: xml:space="preserve")?>([^<]*)</t></is>')
_MERGE = re.compile(r'<mergeCell ref="([A-Z0-9:]+)" ?/>')
_COLUMN = re.compile(r"<col [^>]*>")
_MOST_ALIKE = 128
"""Rows read together at most, so that their pieces stay in the processor's cache: a third faster than thousands."""
_LONGEST_PAUSE = 4_000
"""Rows read one by one at most before several are tried again."""
_FEWEST_ALIKE = 8
_MARKS = (b"\x00", b"\x01")
"""Characters no XML may hold, which mark places in the shapes of rows."""
_INFINITE = re.compile(r"(?i)[+-]?(nan|inf|infinity|[\d.]+e\+?\d+)")


class PlainReader:
    """Reads one sheet; made for the styles and strings of its workbook."""

    def __init__(self, name: str, styles: StyleTable, strings: SharedStrings, budget: CellBudget) -> None:
        self.styles, self.strings, self.budget = styles, strings, budget
        self.maker = GridMaker(name, budget)
        self.shapes = ShapeBook()
        self.unused = ValueTable(lambda _: None)
        self.tables: dict[tuple[str, str], ValueTable] = {}

    def read(self, data: bytes) -> GridMaker | None:
        """The sheet, or None where anything in it is out of the ordinary."""
        parts = _split(data)
        if parts is None:
            return None
        if len(_NUMBERS) >= MOST_VALUES:
            _NUMBERS.clear()
        head, rows, tail = parts
        if not self._read_rows(rows):
            return None
        for column in _COLUMN.findall(head):
            self._read_column(column)
        merges = _MERGE.findall(tail)
        if len(merges) != tail.count("<mergeCell "):
            return None
        for reference in merges:
            self.maker.merge(reference)
        return self.maker

    def _read_rows(self, rows: list[str]) -> bool:
        """Whether every row could be read; rows on end of one shape are read together."""
        index = last = wait = 0
        pause = _FEWEST_ALIKE
        while index < len(rows):
            shape = self.shapes.last
            count = self._take_alike(shape, rows, index, last) if shape and index >= wait else 0
            if count:
                index, last, pause = index + count, last + count, _FEWEST_ALIKE
                continue
            if shape and index >= wait:  # shapes that change all the time are read row by row for a while
                wait, pause = index + pause, min(pause * 2, _LONGEST_PAUSE)
            text = rows[index]
            last = self._read_row(text, text.split(CUT), last)
            if not last:
                return False
            index += 1
        return True

    def _take_alike(self, shape: RowShape, rows: list[str], index: int, last: int) -> int:
        """Puts rows on end of one shape into the grid, their values read column by column; how many, 0 for none.

        Args:
            shape: The shape they may have.
            rows: The rows' XML.
            index: The first of them that is not read yet.
            last: The number of the row before.
        """
        count = min(_MOST_ALIKE, len(rows) - index)
        while count >= _FEWEST_ALIKE:
            pieces = shape.cut_rows(rows[index : index + count], last + 1)
            if pieces is not None:
                return count if self._take_values(shape, pieces, last + 1, count) else 0
            count //= 4
        return 0

    def _take_values(self, shape: RowShape, pieces: list[list[str]], first: int, count: int) -> bool:
        """Whether the values of rows of one shape could be read and stand in the grid."""
        try:
            columns: list[Sequence[Cell]] = [t.read_all(p) for t, p in zip(shape.tables, pieces, strict=True)]
        except OutOfOrdinaryError:
            return False
        for index, style, kind, formula in shape.odd:
            column = shape.columns[index] + 1
            columns[index] = [
                self._read_cell((row, column), style, kind, formula, piece[:-2])
                for row, piece in enumerate(pieces[index], first)
            ]
        if shape.is_hidden:
            self.maker.hide_rows(first, first + count - 1)
        if shape.width != len(columns):
            blank: Sequence[Cell] = (None,) * count
            known = dict(zip(shape.columns, columns, strict=True))
            columns = [known.get(c, blank) for c in range(shape.width)]
        if sum(t is _NUMBERS for t in shape.tables) > 1:
            add_body(self.maker.grid.bodies, first, first + count - 1)
        self.budget.take(shape.width * count)
        self.maker.grid.rows += map(list, zip(*columns, strict=True)) if columns else ([] for _ in range(count))
        return True

    def _read_row(self, text: str, pieces: list[str], last: int) -> int:
        """The row's number once its cells are in the grid; 0 where it is out of the ordinary."""
        digits = text[3 : text.find('"', 3)]
        shape = self.shapes.find(pieces, digits)
        if shape is None:
            return self._read_new_row(text, last)
        row = int(digits)
        if row <= last:
            return 0
        try:
            values = shape.fill(pieces)
        except OutOfOrdinaryError:
            return self._read_new_row(text, last)
        for index, style, kind, formula in shape.odd:
            column = shape.columns[index]
            values[column] = self._read_cell((row, column + 1), style, kind, formula, pieces[2 * index + 1][:-2])
        if shape.is_hidden:
            self.maker.hidden_rows.add(row)
        self._add_row(row, values)
        return row

    def _read_new_row(self, text: str, last: int) -> int:
        match = _ROW.match(text)
        row = int(match[1]) if match else 0
        if not match or row <= last:
            return 0
        cells = _CELL.findall(text)
        if len(cells) != text.count("<c") or _CELL.sub("", text[match.end() :]).strip() not in ("</row>", ""):
            return 0
        is_hidden = bool(_HIDDEN.search(match[0]))
        if is_hidden:
            self.maker.hidden_rows.add(row)
        values: list[Cell] = []
        for reference, style, kind, formula, value in cells:
            letters = reference.rstrip("0123456789")
            column = column_number(letters)
            if reference != letters + match[1] or column <= len(values):
                return 0
            self.budget.check_place(row, column)
            if value or formula:
                values.extend([None] * (column - 1 - len(values)))
                values.append(self._read_cell((row, column), style, kind, formula, value))
        self._add_row(row, values)
        self._keep_shape(text, match[1], is_hidden=is_hidden)
        return row

    def _keep_shape(self, text: str, digits: str, *, is_hidden: bool) -> None:
        made = self.shapes.make(text, digits, _CELL.finditer(text))
        if made is None:
            return
        shape, cells = made
        shape.is_hidden = is_hidden
        for index, cell in enumerate(cells):
            style, kind, formula = cell[2] or "", cell[3] or "", cell[4] or ""
            shape.columns.append(column_number(cell[1].rstrip("0123456789")) - 1)
            table = None if formula else self._find_table(style, kind)
            shape.tables.append(self.unused if table is None else table)
            if table is None:
                shape.odd.append((index, style, kind, formula))
        shape.width = max(shape.columns, default=-1) + 1

    def _find_table(self, style: str, kind: str) -> ValueTable | None:
        """The table for values of a type and style, or None where each value has to be looked at."""
        special = self.styles.special.get(style, PLAIN)
        if special.is_struck or special.format or kind in ("e", "d") or (kind == "s" and self.strings.struck):
            return None
        if kind in ("", "n"):
            return self._find_number_table(special.kind)
        if kind == "s":
            return self.strings.table
        key = ("", kind)
        if key not in self.tables and kind in ("str", "inlineStr"):
            self.tables[key] = TextTable(self._read_text)
        elif key not in self.tables:
            self.tables[key] = ValueTable(lambda text: self._read_cell((0, 0), style, kind, "", text))
        return self.tables[key]

    def _read_text(self, text: str) -> str | None:
        check_text(text, self.budget.limits)
        return unescape_text(html_unescape(text)) if text else None

    def _find_number_table(self, kind: Kind) -> ValueTable:
        if kind == "number":
            return _NUMBERS
        if (kind, "") not in self.tables:
            since_1904 = self.styles.since_1904
            self.tables[kind, ""] = ValueTable(
                lambda text: read_serial(_read_plain_number(text), kind, since_1904=since_1904)
            )
        return self.tables[kind, ""]

    def _read_cell(self, place: tuple[int, int], style: str, kind: str, formula: str, text: str) -> Cell:
        special = self.styles.special.get(style, PLAIN)
        check_text(text, self.budget.limits)
        value = read_cell_value(place, kind, html_unescape(text), self.strings, self.maker.grid.errors)
        if formula:
            self.maker.note_formula(place, value, is_number=kind in ("", "n"))
        if isinstance(value, int | float) and not isinstance(value, bool):
            if special.format:
                self.maker.grid.formats[place] = special.format
            value = read_serial(value, special.kind, since_1904=self.styles.since_1904)
        if value is not None and (special.is_struck or (kind == "s" and int(text) in self.strings.struck)):
            self.maker.struck.add(place)
        return value

    def _add_row(self, row: int, values: list[Cell]) -> None:
        rows = self.maker.grid.rows
        gap = row - 1 - len(rows)
        if gap:
            self.budget.check_place(row, 1)
            rows.extend([] for _ in range(gap))
        self.budget.take(len(values) + gap // 8)
        rows.append(values)

    def _read_column(self, text: str) -> None:
        first, last = re.search(r'\bmin="([0-9]{1,5})"', text), re.search(r'\bmax="([0-9]{1,5})"', text)
        if first and last and re.search(r'\bhidden="(?:1|true)"|\bwidth="0(?:\.0+)?"', text):
            self.maker.hide_columns(int(first[1]), int(last[1]))


def _read_plain_number(text: str) -> int | float:
    """A number as nearly all are written; anything else is looked at with care."""
    if text.isdigit() and len(text) < 16:
        return int(text)
    if not text.isascii() or "_" in text or not text[-1:].isdigit():
        raise OutOfOrdinaryError
    try:
        number = simplify(float(text))
    except ValueError as error:
        raise OutOfOrdinaryError from error
    if number is None:
        raise OutOfOrdinaryError
    return number


_NUMBERS = ValueTable(_read_plain_number)
"""Numbers read before, in any file: small ones come again and again. Emptied when it has grown."""


def _split(data: bytes) -> tuple[str, list[str], str] | None:
    """(what stands before the rows, the rows, what stands behind), or None for another dialect of XML.

    What stands among the rows is not looked through here, since each row is matched to the last letter.
    """
    start, end = data.find(b"<sheetData>"), data.rfind(b"</sheetData>")
    if start < 0 or end < 0 or any(mark in data for mark in _MARKS):
        return None
    body = _shorten_inline(data[start + len(b"<sheetData>") : end])
    if body is None:
        return None
    try:
        head, text, tail = data[:start].decode("utf-8-sig"), body.decode("utf-8"), data[end:].decode("utf-8")
    except UnicodeDecodeError:
        return None
    if not tail.rstrip().endswith("</worksheet>") or re.search(r"<c |<col|<sheetData|<!", tail) or "<!" in head:
        return None
    if re.search(r"encoding=.(?!utf-8)", head[:100], re.IGNORECASE):
        return None
    if b"&" in data and not all(map(has_lawful_references, (head, text, tail))):
        return None
    first, *rows = text.split("<row ")
    return None if first.strip() else (head, rows, tail)


def _shorten_inline(body: bytes) -> bytes | None:
    """Texts that stand in their cells written as other values are; None where that is not lawfully done."""
    opened = body.replace(b"<is><t>", b"<v>")  # many times faster than a pattern
    closed = opened.replace(b"</t></is>", b"</v>")
    starts, ends = (len(body) - len(opened)) // 4, (len(opened) - len(closed)) // 5
    if starts == ends:
        return closed
    return _INLINE.sub(rb"<v>\1</v>", body) if b"<is><t " in body else None


def read_cell_value(
    place: tuple[int, int], kind: str, text: str, strings: SharedStrings, errors: dict[tuple[int, int], str]
) -> Cell:
    """The value of a <v> by the cell's type; an error goes to `errors`, text that is no number stays text."""
    if not text:
        return None
    reader: Callable[[str], Cell] | None = _READERS.get(kind)
    if reader:
        return reader(text)
    if kind == "s":
        if not (text.isascii() and text.isdigit() and int(text) < len(strings)):
            raise Unreadable("F01", "单元格指向不存在的文字（sharedStrings）")
        return strings[int(text)] or None
    number = read_number(text) if kind != "e" else None
    if kind == "e" or (number is None and (is_number(text) or _INFINITE.fullmatch(text.strip()))):
        errors[place] = text if kind == "e" else "#NUM!"
        return None
    return text if number is None else number


_READERS: dict[str, Callable[[str], Cell]] = {
    "str": unescape_text,
    "inlineStr": unescape_text,
    "d": read_iso_moment,
    "b": lambda text: text.strip() in ("1", "true"),
}
