"""Web pages saved as .xls: the tables of a page one under the other, as Excel shows them; every cell stays text."""

import email
import email.policy
import re
from html.parser import HTMLParser

from village_notice.sources.grid import Cell, WorkbookGrids
from village_notice.sources.grid_maker import CellBudget, GridMaker, read_number
from village_notice.sources.limits import ReadLimits, Unreadable
from village_notice.sources.text_file import decode_text
from village_notice.sources.xlsx import check_not_empty

_CHARSET = re.compile(rb"""charset\s*=\s*["']?([\w-]+)""", re.IGNORECASE)
_HIDDEN = re.compile(r"display\s*:\s*none", re.IGNORECASE)
_STRUCK = re.compile(r"line-through", re.IGNORECASE)
_SILENT = ("script", "style", "title", "head", "noscript")
_MOST_SPAN = 2_000


def read_html(data: bytes, limits: ReadLimits) -> WorkbookGrids:
    """The page as one sheet.

    Raises:
        Unreadable: F01 undecodable, F03 no table in it, F06 nothing in it, F10 a limit was hit.
    """
    text = _decode_html(data)
    if "<table" not in text.lower():
        words = (
            "网页只有外壳，表格在另一个文件夹里，请在 Excel 中打开后另存为 .xlsx"
            if "frameset" in text.lower()
            else "网页里没有表格"
        )
        raise Unreadable("F03", words)
    page = _Page(GridMaker(_find_sheet_name(text), CellBudget(limits)))
    page.feed(text)
    page.close()
    page.finish()
    book = WorkbookGrids([page.maker.finish()], "html", keys_are_text=True)
    check_not_empty(book)
    return book


def read_mhtml(data: bytes, limits: ReadLimits) -> WorkbookGrids:
    """A web archive: every part that holds a table is a sheet.

    Raises:
        Unreadable: As `read_html`.
    """
    book = WorkbookGrids([], "mhtml", keys_are_text=True)
    for part in email.message_from_bytes(data, policy=email.policy.compat32).walk():
        body = part.get_payload(decode=True)
        if part.get_content_type() == "text/html" and isinstance(body, bytes) and b"<table" in body.lower():
            grid = read_html(body, limits).grids[0]
            grid.name = grid.name or f"Sheet{len(book.grids) + 1}"
            book.grids.append(grid)
    if not book.grids:
        raise Unreadable("F03", "网页里没有表格")
    return book


def _decode_html(data: bytes) -> str:
    match = _CHARSET.search(data[:4096])
    if match and not data.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        name = match[1].decode("ascii").lower()
        try:
            return data.decode("gb18030" if name.startswith(("gb", "hz")) else name)
        except (LookupError, UnicodeDecodeError):
            pass
    return decode_text(data)


def _find_sheet_name(text: str) -> str:
    names = re.findall(r"<x:Name>([^<]*)</x:Name>", text)
    return names[0] if len(names) == 1 else ""


class _Page(HTMLParser):
    """Puts a page into a grid; text between tables is a row of its own. Nested tables are text of their cell."""

    def __init__(self, maker: GridMaker) -> None:
        super().__init__(convert_charrefs=True)
        self.maker = maker
        self.row = self.column = 0
        self.depth = self.silent = self.struck = 0
        self.taken: dict[int, set[int]] = {}
        self.cell: list[str] | None = None
        self.attributes: dict[str, str] = {}
        self.is_struck = False
        self.line: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {k: v or "" for k, v in attrs}
        if tag == "table":
            self.depth += 1
            if self.depth == 1:
                self.flush_line()
        elif self.depth == 1 and tag == "tr":
            self._end_cell()
            self.row, self.column = self.row + 1, 0
            if _HIDDEN.search(attributes.get("style", "")):
                self.maker.hidden_rows.add(self.row)
        elif self.depth == 1 and tag in ("td", "th"):
            self._end_cell()
            self.row = max(self.row, 1)
            self.cell, self.attributes, self.is_struck = (
                [],
                attributes,
                bool(_STRUCK.search(attributes.get("style", ""))),
            )
        elif tag in ("br", "p", "div"):
            self._break_line()
        elif tag in ("s", "strike", "del"):
            self.struck += 1
        elif tag in _SILENT:
            self.silent += 1

    def handle_endtag(self, tag: str) -> None:
        if tag == "table" and self.depth:
            if self.depth == 1:
                self._end_cell()
                self.row += max([0, *(r - self.row for r in self.taken)])
                self.taken.clear()
            self.depth -= 1
        elif self.depth == 1 and tag in ("td", "th", "tr"):
            self._end_cell()
        elif tag in ("p", "div"):
            self._break_line()
        elif tag in ("s", "strike", "del"):
            self.struck = max(0, self.struck - 1)
        elif tag in _SILENT:
            self.silent = max(0, self.silent - 1)

    def handle_data(self, data: str) -> None:
        if self.silent:
            return
        text = re.sub(r"[ \t\r\n]+", " ", data)
        if self.cell is not None:
            self.cell.append(text)
            self.is_struck = self.is_struck or (self.struck > 0 and bool(text.strip()))
        elif not self.depth:
            self.line.append(text)

    def finish(self) -> None:
        """Puts what the page never closed into the grid."""
        self._end_cell()
        self.flush_line()

    def flush_line(self) -> None:
        """Puts the text gathered outside of tables into rows of its own."""
        for text in "".join(self.line).split("\n"):
            if text.strip():
                self.row += 1
                self.maker.put(self.row, 1, text.strip())
        self.line = []

    def _break_line(self) -> None:
        if self.cell is not None:
            self.cell.append("\n")
        elif not self.depth:
            self.line.append("\n")

    def _end_cell(self) -> None:
        if self.cell is None:
            return
        text, self.cell = "".join(self.cell), None
        self.column += 1
        while self.column in self.taken.get(self.row, ()):
            self.column += 1
        across, down = _read_span(self.attributes, "colspan"), _read_span(self.attributes, "rowspan")
        place = (self.row, self.column)
        value = self._read_value(text)
        self.maker.put(*place, value)
        if self.is_struck and value is not None:
            self.maker.struck.add(place)
        if across * down > 1:
            self.maker.budget.take(across * down)
            self.maker.add_span(*place, self.row + down - 1, self.column + across - 1)
            for row in range(self.row + 1, self.row + down):
                self.taken.setdefault(row, set()).update(range(self.column, self.column + across))
        self.taken.pop(self.row - 1, None)
        self.column += across - 1

    def _read_value(self, text: str) -> Cell:
        number = self.attributes.get("x:num")
        if number:
            return read_number(number) if read_number(number) is not None else number
        lines = [line.strip(" ") for line in text.split("\n")]
        return "\n".join(line for line in lines if line).replace("\xa0", " ").strip() or None


def _read_span(attributes: dict[str, str], name: str) -> int:
    text = attributes.get(name, "1").strip()
    return min(max(int(text), 1), _MOST_SPAN) if text.isascii() and text.isdigit() and len(text) < 9 else 1
