"""明白纸: a slip a household, several a page with cut lines, in the order in which the clerk walks from door to door.

Only lines of tiers A and B. A household with more lines than a slip takes goes on in the next slip.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil
from typing import NamedTuple

from village_notice.domain.money import format_capital, format_scaled
from village_notice.domain.subsidy import Tier
from village_notice.notices.document import Document
from village_notice.notices.fonts import Style
from village_notice.notices.lists import show_quantity, show_yuan, split_lines
from village_notice.notices.page import Element, Page
from village_notice.notices.paper import LEADING, Paper, draw_lines, height_of, wrap_text
from village_notice.notices.template import Template
from village_notice.notices.work import Drawn, Work

_NARROWEST = 21.0  # of the type: width of a slip
_MOST_ROWS = 5
_FEW_SPLIT = 0.05  # so many slips may go on in the next one, to save paper
_PAD = 9.0
_NAME, _DETAIL, _NOTE = 1.3, 0.875, 0.8  # sizes, in parts of the table's type
_STEP, _RULE = 1.45, 4.0  # leading of the lines; room for a rule
_DASH = (4.0, 3.0)
_CUT = 0.5
_WATERMARK, _WATERMARK_GRAY = 150.0, 0.9


class Entry(NamedTuple):
    """One programme of a household: title, what is said about it, fen."""

    title: str
    detail: str
    amount_fen: int


@dataclass(frozen=True, slots=True)
class Slip:
    """What one household's slip says.

    Attributes:
        name: Of the household, as on the wall.
        place: Village and 村民小组.
        entries: In printing order of the programmes.
        amount_fen: Sum.
    """

    name: str
    place: str
    entries: tuple[Entry, ...]
    amount_fen: int


def build_slips(work: Work, template: Template) -> list[Slip]:
    """The slips in the order of 一户一行: by 村民小组, then by name."""
    found: dict[int, list[Entry]] = {}
    rows = split_lines(work.village)
    several = set(work.village.households.query("people > 1")["household_no"].tolist())
    for programme in work.village.programmes:
        if programme.tier not in (Tier.A, Tier.B) or programme.key not in rows:
            continue
        columns = rows[programme.key]
        for place, number in enumerate(columns["household_no"]):
            line = {name: values[place] for name, values in columns.items()}
            shown = {
                "name": line["name"] if number in several else "",
                "quantity": "" if line["quantity_milli"] is None else show_quantity(line["quantity_milli"]),
                "rate": "" if line["rate_micro"] is None else format_scaled(line["rate_micro"], 6),
                "payments": f"{line['payments']:,}" if line["payments"] > 1 else "",
                "months": line["pay_months"],
                "unit": programme.unit,
            }
            detail = template.values["between"].join(template.fill_all("details", shown))
            found.setdefault(number, []).append(Entry(programme.title, detail, line["amount_fen"]))
    return [
        Slip(name, template.fill("place", work.variables | {"group": group}), tuple(found.get(number, ())), fen)
        for number, group, name, fen in work.village.households[["household_no", "group", "name", "amount_fen"]]
        .sort_values("household_no", key=lambda c: work.village.households["serial"], kind="stable")
        .itertuples(index=False, name=None)
    ]


def list_notes(work: Work, template: Template) -> list[str]:
    """The words at the foot of every slip."""
    held = [template.fill("held_note", work.variables)] if work.village.is_draft else []
    return held + template.fill_all("notes", work.variables)


def draw_cards(work: Work) -> Drawn | None:
    """The village's slips, or None where nobody is shown by name."""
    template = work.read("card")
    slips = build_slips(work, template)
    if not slips:
        return None
    name = template.fill("file_name", work.variables)
    document = work.new_book(name).document
    _Drawer(work, template, work.paper(), document).draw(slips)
    return Drawn(name + work.choice.mark, document.title, len(document.pages), document.render())


@dataclass(frozen=True, slots=True)
class _Grid:
    """Where the slips stand: columns and rows of equal cells, and how many entries one takes."""

    columns: int
    rows: int
    width: float
    height: float


class _Drawer:
    """Draws slips on the pages of a document."""

    def __init__(self, work: Work, template: Template, paper: Paper, document: Document) -> None:
        self.work, self.template, self.paper, self.document = work, template, paper, document
        self.size = paper.table
        self.detail = max(paper.least, _DETAIL * self.size)
        self.note = max(paper.least, _NOTE * self.size)
        self.columns = max(1, int(paper.inside / (_NARROWEST * self.size)))
        self.width = paper.inside / self.columns
        room = self.width - 2 * _PAD
        self.notes = [wrap_text(text, room, self.note) for text in list_notes(work, template)]

    def draw(self, slips: Sequence[Slip]) -> None:
        grid, cells = self._plan(slips)
        a_page = grid.columns * grid.rows
        pages = ceil(len(cells) / a_page)
        for number in range(pages):
            self._draw_page(grid, cells[number * a_page : (number + 1) * a_page], number + 1, pages)

    def _plan(self, slips: Sequence[Slip]) -> tuple[_Grid, list[tuple[Slip, int, int]]]:
        """As many slips a page as there is room for without splitting more than a few of them.

        Returns:
            The grid, and for each cell its slip with the first and the end of the entries shown there.
        """
        paper = self.paper
        for rows in range(_MOST_ROWS, 0, -1):
            grid = _Grid(self.columns, rows, self.width, (paper.top - paper.floor) / rows)
            cells = [(slip, *part) for slip in slips for part in self._split(slip, grid.height - 2 * _PAD)]
            if len(cells) <= len(slips) * (1 + _FEW_SPLIT) or rows == 1:
                break
        return grid, cells

    def _split(self, slip: Slip, room: float) -> Iterator[tuple[int, int]]:
        """First and end of the entries of each cell of a slip."""
        room -= self._head_height()
        first, count = 0, len(slip.entries)
        foot = self._foot_height(slip)
        while True:
            used, end = 0.0, first
            while end < count and used + self._entry_height(slip.entries[end]) + self.note * LEADING <= room:
                used += self._entry_height(slip.entries[end])
                end += 1
            if self._heights(slip, first, count) + foot <= room or (end == first and first == count):
                yield first, count
                return
            end = max(first + 1, min(end, count - 1)) if first < count else count
            yield first, end
            if end == first:
                return
            first = end

    def _heights(self, slip: Slip, first: int, end: int) -> float:
        return sum(self._entry_height(entry) for entry in slip.entries[first:end])

    def _head_height(self) -> float:
        return self.size * (1.5 + _NAME * 1.5) + 2 * _RULE

    def _entry_height(self, entry: Entry) -> float:
        return self.size * _STEP + (self.detail * 1.3 if entry.detail else 0.0)

    def _foot_height(self, slip: Slip) -> float:
        capital = self._capital(slip)
        return 2 * _RULE + self.size * 1.5 + sum(height_of(lines, self.note) for lines in (capital, *self.notes))

    def _capital(self, slip: Slip) -> list[str]:
        words = self.template.fill("capital", {"capital": format_capital(slip.amount_fen)})
        return wrap_text(words, self.width - 2 * _PAD, self.note)

    def _draw_page(self, grid: _Grid, cells: Sequence[tuple[Slip, int, int]], number: int, pages: int) -> None:
        paper = self.paper
        page = self.document.new_page(paper.width, paper.height)
        if self.work.village.is_draft:
            page.draw_watermark(paper.draft_word, _WATERMARK, _WATERMARK_GRAY)
        if number == 1:
            self.document.add_bookmark(self.document.title, page, paper.top)
        for place, (slip, first, end) in enumerate(cells):
            left = paper.left + place % grid.columns * grid.width + _PAD
            top = paper.top - place // grid.columns * grid.height - _PAD
            self._draw_slip(page, (left, top), slip, (first, end))
        self._draw_cuts(page, grid, ceil(len(cells) / grid.columns))
        with page.mark(None):
            words = self.template.fill("footer", {"page": number, "pages": pages})
            page.text(paper.right, paper.bottom, words, size=paper.footer, align="right")

    def _draw_cuts(self, page: Page, grid: _Grid, rows: int) -> None:
        """Dashed lines between the slips, from edge to edge of the sheet."""
        paper = self.paper
        bottom = paper.top - rows * grid.height
        flat = [paper.top - k * grid.height for k in range(1, rows + 1) if k < grid.rows]
        upright = [paper.left + k * grid.width for k in range(1, grid.columns)]
        with page.mark(None):
            for y in flat:
                page.lines(list(_dashes(0, paper.width, y, upright=False)), _CUT)
            for x in upright:
                page.lines(list(_dashes(bottom, paper.height, x, upright=True)), _CUT)

    def _draw_slip(self, page: Page, corner: tuple[float, float], slip: Slip, shown: tuple[int, int]) -> None:
        root = Element("Sect", self.document.root)
        y = self._draw_head(page, corner, slip, root, is_first=not shown[0])
        table = Element("Table", root)
        for entry in slip.entries[slice(*shown)]:
            y = self._draw_entry(page, (corner[0], y), entry, Element("TR", table))
        if shown[1] < len(slip.entries):
            with page.mark(Element("P", root)):
                draw_lines(page, (corner[0], y), [self.template.values["next_card"]], self.note)
            return
        self._draw_foot(page, (corner[0], y), slip, (root, table))

    def _draw_head(self, page: Page, corner: tuple[float, float], slip: Slip, root: Element, *, is_first: bool) -> float:
        (left, y), size, room = corner, self.size, self.width - 2 * _PAD
        right, name_size = left + room, _NAME * self.size
        y -= 1.5 * size
        with page.mark(Element("P", root)):
            title = self.template.fill("title", self.work.variables)
            page.fitted_text(
                (left + room / 2, y + 0.4 * size), title, size=size, width=room, style=Style.BOLD, align="center"
            )
        y -= 1.5 * name_size
        again = "" if is_first else self.template.values["again"]
        with page.mark(Element("H2", root)):
            place = (left, y + 0.35 * name_size)
            page.fitted_text(place, slip.name + again, size=name_size, width=0.64 * room, style=Style.BOLD)
        with page.mark(Element("P", root)):
            place = (right, y + 0.35 * name_size)
            page.fitted_text(place, slip.place, size=size, width=0.34 * room, style=Style.REGULAR, align="right")
        with page.mark(None):
            page.lines([(left, y, right, y)], self.paper.thick)
        return y - _RULE

    def _draw_entry(self, page: Page, place: tuple[float, float], entry: Entry, row: Element) -> float:
        (left, y), size, room = place, self.size, self.width - 2 * _PAD
        y = self._draw_pair(page, (left, y), (entry.title, self._yuan(entry.amount_fen)), row, entry.detail)
        if entry.detail:
            y -= 1.3 * self.detail
            with page.mark(row.kids[1] if isinstance(row.kids[1], Element) else None):
                base = y + 0.42 * self.detail
                page.fitted_text(
                    (left + size, base), entry.detail, size=self.detail, width=room - size, style=Style.REGULAR
                )
        return y

    def _draw_pair(
        self, page: Page, place: tuple[float, float], words: tuple[str, str], row: Element, detail: str = ""
    ) -> float:
        """A title at the left and an amount at the right; room in the structure for what stands below the title."""
        (left, y), size, room = place, self.size, self.width - 2 * _PAD
        y -= _STEP * size
        base, amount_room = y + 0.4 * size, 0.42 * room
        cells = [Element("TD", row) for _ in range(3 if detail else 2)]
        with page.mark(cells[0]):
            style = Style.REGULAR if detail or row.kids[0] is not cells[0] else Style.REGULAR
            page.fitted_text((left, base), words[0], size=size, width=room - amount_room, style=style)
        with page.mark(cells[-1]):
            page.fitted_text(
                (left + room, base), words[1], size=size, width=amount_room, style=Style.BOLD, align="right"
            )
        return y

    def _draw_foot(self, page: Page, place: tuple[float, float], slip: Slip, elements: tuple[Element, Element]) -> None:
        (left, y), (root, table) = place, elements
        y -= _RULE
        with page.mark(None):
            page.lines([(left, y, left + self.width - 2 * _PAD, y)], self.paper.thin)
        words = (self.template.values["total"], self._yuan(slip.amount_fen))
        y = self._draw_pair(page, (left, y), words, Element("TR", table))
        for lines in (self._capital(slip), *self.notes):
            with page.mark(Element("P", root)):
                y = draw_lines(page, (left, y), lines, self.note)

    def _yuan(self, fen: int) -> str:
        return self.template.fill("amount", {"total": show_yuan(fen)})


def _dashes(start: float, end: float, place: float, *, upright: bool) -> Iterator[tuple[float, float, float, float]]:
    """A dashed straight line as segments."""
    on, off = _DASH
    at = start
    while at < end:
        stop = min(at + on, end)
        yield (place, at, place, stop) if upright else (at, place, stop, place)
        at += on + off
