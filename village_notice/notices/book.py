"""A notice being put together: parts with title, words, list and closing block, flowing over numbered pages."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from village_notice.notices.document import Document
from village_notice.notices.drawer import TableDrawer
from village_notice.notices.fonts import Style, measure
from village_notice.notices.page import Element, Page
from village_notice.notices.paper import (
    Paper,
    draw_lines,
    draw_title,
    height_of,
    title_height,
    wrap_paragraph,
)
from village_notice.notices.table import Layout, Sheet, Table, paginate, plan_layout, sheet_height
from village_notice.notices.template import fill_text

_RUNNING = 1.9  # height of the running title, in parts of the body size
_GAP = 5.0
_BETWEEN = 16.0  # between two lists on one page
_WATERMARK_GRAY = 0.88
_WATERMARK_SIZE = 150.0
_FEWEST_ROWS = 6  # a list that shares a page with the one before must show this many rows there


class Closing(NamedTuple):
    """What stands below the last total.

    Attributes:
        height: Room it takes, in points.
        draw: Draws it on a page from a height down, below an element of the structure tree.
    """

    height: float
    draw: Callable[[Page, float, Element], None]


@dataclass(frozen=True, slots=True)
class Part:
    """One list with its words.

    Attributes:
        title: One or more lines.
        running_title: Words at the top of its later pages.
        bookmark: Words of its outline entry.
        paper: Paper it is set on.
        table: The list.
        closing: What stands below the list.
        paragraphs: Words between title and list.
        facts: Words at the left edge above the list.
        unit_note: Words at the right edge above the list.
        footer: Template of the footer, with {page} and {pages}.
        held_note: Words that say why it is a draft; "" where it is none.
    """

    title: str
    running_title: str
    bookmark: str
    paper: Paper
    table: Table
    closing: Closing
    paragraphs: tuple[str, ...] = ()
    facts: str = ""
    unit_note: str = ""
    footer: str = "{page}/{pages}"
    held_note: str = ""


@dataclass(slots=True)
class Book:
    """A document with numbered pages.

    Attributes:
        document: What is drawn on.
        parts: The part each page began with.
        y: Lowest point used on the last page.
    """

    document: Document
    parts: list[Part] = field(default_factory=list)
    y: float = 0.0

    def add(self, part: Part, *, may_share: bool = False) -> None:
        """Draws a part on a new page, or below the one before where that leaves room for a good piece of it."""
        layout = plan_layout(part.table, part.paper)
        root = Element("Sect", self.document.root)
        head = _head_height(part)
        if may_share and self.parts and self._has_room(part, layout, head):
            self.y -= _BETWEEN
        else:
            self._turn(part)
        page = self.document.pages[-1]
        self.document.add_bookmark(part.bookmark, page, self.y)
        self.y = _draw_head(page, part, self.y, root)
        self._draw_table(part, layout, root)
        self._close(part, root)

    def finish(self) -> bytes:
        """Draws the footers, now that the number of pages is known; gives the file."""
        pages = len(self.parts)
        for number, (page, part) in enumerate(zip(self.document.pages, self.parts, strict=True), 1):
            _draw_footer(page, part, fill_text(part.footer, {"page": number, "pages": pages}))
        return self.document.render()

    def _has_room(self, part: Part, layout: Layout, head: float) -> bool:
        rows = layout.heights[: _FEWEST_ROWS * layout.panels]
        need = head + layout.head + sum(rows) / layout.panels + 2 * part.paper.row
        need += part.closing.height if part.table.size <= len(rows) else part.paper.row
        return self.y - _BETWEEN - need > part.paper.floor and part.paper.width == self.parts[-1].paper.width

    def _turn(self, part: Part, running_title: str = "") -> Page:
        """A new page; its top is a running title, or left to the part's title."""
        paper = part.paper
        page = self.document.new_page(paper.width, paper.height)
        self.parts.append(part)
        if part.held_note:
            page.draw_watermark(paper.draft_word, min(_WATERMARK_SIZE, paper.width / 4), _WATERMARK_GRAY)
        self.y = paper.top
        if running_title:
            self.y -= _running_height(paper)
            with page.mark(None):
                page.fitted_text(
                    (paper.width / 2, self.y + 0.6 * paper.body),
                    running_title,
                    size=paper.body,
                    style=Style.BOLD,
                    width=paper.inside,
                    align="center",
                )
        return page

    def _draw_table(self, part: Part, layout: Layout, root: Element) -> None:
        paper = part.paper
        sheets = _fill_sheets(part, layout, self.y)
        drawer = TableDrawer(part.table, layout, paper, root)
        drawer.prepare(sheets)
        for number, sheet in enumerate(sheets):
            title = f"{part.running_title}　{part.table.continued(sheet.starts[0])}".rstrip("　")
            page = self._turn(part, title) if number else self.document.pages[-1]
            if len(sheets) > 1:  # a list of several pages is looked through group by group
                for row in range(sheet.starts[0], sheet.end):
                    if row in part.table.bands:
                        self.document.add_bookmark(f"　{part.table.bands[row]}", page, self.y)
            self.y = drawer.draw(page, self.y, sheet, is_first=not number, is_last=_is_last(sheet, part.table))

    def _close(self, part: Part, root: Element) -> None:
        page = self.document.pages[-1]
        if not _has_closing_room(part, self.y):
            page = self._turn(part, part.running_title)
        part.closing.draw(page, self.y, root)
        self.y -= part.closing.height


def count_pages(part: Part) -> int:
    """The pages of a part that begins on a new one."""
    layout, top = plan_layout(part.table, part.paper), part.paper.top
    begin = top - _head_height(part)
    sheets = _fill_sheets(part, layout, begin)
    below = (begin if len(sheets) == 1 else top - _running_height(part.paper)) - sheet_height(
        part.table, layout, part.paper, sheets[-1]
    )
    return len(sheets) + (not _has_closing_room(part, below))


def _fill_sheets(part: Part, layout: Layout, y: float) -> list[Sheet]:
    """The rows of each page, on the first one from a height down."""
    paper = part.paper
    rooms = (y - paper.floor, paper.top - _running_height(paper) - paper.floor)
    return paginate(part.table, layout, paper, rooms, part.closing.height)


def _has_closing_room(part: Part, y: float) -> bool:
    return y - part.closing.height >= part.paper.floor - 0.5


def _running_height(paper: Paper) -> float:
    return _RUNNING * paper.body


def _is_last(sheet: Sheet, table: Table) -> bool:
    return sheet.end == table.size


def _head_lines(part: Part) -> list[list[str]]:
    texts = (*part.paragraphs, "" if _shares_line(part) else part.facts)
    return [wrap_paragraph(text, part.paper.inside, part.paper.body) for text in texts if text]


def _shares_line(part: Part) -> bool:
    """Whether the facts stand on one line with the unit."""
    words = f"{part.facts}　{part.unit_note}"
    return bool(part.facts and part.unit_note) and measure(words) * part.paper.table <= part.paper.inside * 1000


def _head_height(part: Part) -> float:
    """Height of title and words above the list."""
    height = title_height(part.title, part.paper)
    height += sum(height_of(lines, part.paper.body) for lines in _head_lines(part))
    return height + (1.5 * part.paper.table if part.unit_note else 0) + _GAP


def _draw_head(page: Page, part: Part, y: float, root: Element) -> float:
    paper = part.paper
    y = draw_title(page, paper, part.title, Element("H1", root), y)
    for lines in _head_lines(part):
        with page.mark(Element("P", root)):
            y = draw_lines(page, (paper.left, y), lines, paper.body, width=paper.inside)
    if part.unit_note:
        y -= 1.5 * paper.table
        base = y + 0.36 * paper.table
        if _shares_line(part):
            with page.mark(Element("P", root)):
                page.text(paper.left, base, part.facts, size=paper.table)
        with page.mark(Element("P", root)):
            page.text(paper.right, base, part.unit_note, size=paper.table, align="right")
    return y - _GAP


def _draw_footer(page: Page, part: Part, numbers: str) -> None:
    paper = part.paper
    with page.mark(None):
        page.text(paper.right, paper.bottom, numbers, size=paper.footer, align="right")
    if part.held_note:
        with page.mark(None):
            width = paper.inside * 0.7
            page.fitted_text(
                (paper.left, paper.bottom), part.held_note, size=paper.footer, style=Style.BOLD, width=width
            )


def close_with_texts(texts: list[str], paper: Paper) -> Closing:
    """A closing block of paragraphs in the type of the table."""
    size = min(paper.table, paper.body)
    wrapped = [wrap_paragraph(text, paper.inside, size) for text in texts if text]

    def draw(page: Page, y: float, root: Element) -> None:
        y -= _GAP
        for lines in wrapped:
            with page.mark(Element("P", root)):
                y = draw_lines(page, (paper.left, y), lines, size, width=paper.inside)

    return Closing(sum(height_of(lines, size) for lines in wrapped) + _GAP, draw)
