"""明白纸: a slip a household, several a page with cut lines, in the order in which the clerk walks from door to door.

Only lines of tiers A and B. A household with more lines than a slip takes goes on in the next slip.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import NamedTuple

from village_notice.domain.money import format_capital, format_scaled
from village_notice.domain.subsidy import Tier
from village_notice.notices.document import Document
from village_notice.notices.fonts import Style
from village_notice.notices.lists import group_digits, show_quantity, show_yuan, split_lines
from village_notice.notices.page import Element, Page
from village_notice.notices.paper import LEADING, Paper, draw_lines, wrap_name, wrap_text
from village_notice.notices.template import Template
from village_notice.notices.work import Drawn, Work

_NARROWEST = 21.0  # of the type: width of a slip
_NAME_PART = 0.66  # of the slip's width
_PAD = 8.0
_NAME, _DETAIL, _NOTE = 1.3, 0.875, 0.8  # sizes, in parts of the table's type
_STEP, _RULE = 1.45, 4.0  # leading of the lines; room for a rule
_NOTE_LEADING = 1.3
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
    homes = work.village.households.to_lists()
    several = {number for number, people in zip(homes["household_no"], homes["people"], strict=True) if people > 1}
    for programme in work.village.programmes:
        if programme.tier not in (Tier.A, Tier.B) or programme.key not in rows:
            continue
        columns = rows[programme.key]
        for place, number in enumerate(columns["household_no"]):
            line = {name: values[place] for name, values in columns.items()}
            shown = {
                "name": line["name"] if number in several else "",
                "quantity": "" if line["quantity_milli"] is None else show_quantity(line["quantity_milli"]),
                "rate": "" if line["rate_micro"] is None else group_digits(format_scaled(line["rate_micro"], 6)),
                "payments": f"{line['payments']:,}" if line["payments"] > 1 else "",
                "months": line["pay_months"],
                "unit": programme.unit,
            }
            detail = template.values["between"].join(template.fill_all("details", shown))
            found.setdefault(number, []).append(Entry(programme.title, detail, line["amount_fen"]))
    return [
        Slip(name, template.fill("place", work.variables | {"group": group}), tuple(found.get(number, ())), fen)
        for _, number, group, name, fen in sorted(
            zip(*(homes[c] for c in ("serial", "household_no", "group", "name", "amount_fen")), strict=True),
            key=itemgetter(0),
        )
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
    return Drawn(name + work.choice.mark, document.title, len(document.pages), document.render(), document)


class _Cell(NamedTuple):
    """A slip, or a piece of one: the entries from `first` to `end`, and the height it takes."""

    slip: Slip
    first: int
    end: int
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
        room = self.paper.top - self.paper.floor
        cells = [cell for slip in slips for cell in self._split(slip, room)]
        rows = [cells[i : i + self.columns] for i in range(0, len(cells), self.columns)]
        sheets = list(_fill_sheets(rows, room))
        for number, (found, height) in enumerate(sheets, 1):
            spare = (room - height) / len(found) if number < len(sheets) else 0.0
            self._draw_page(found, spare, (number, len(sheets)))

    def _split(self, slip: Slip, room: float) -> Iterator[_Cell]:
        """The slip in one piece, or in several where it is higher than the page."""
        head, foot = self._head_height(slip) + 2 * _PAD, self._foot_height(slip)
        more = self.note * LEADING
        first, count = 0, len(slip.entries)
        while head + self._heights(slip, first, count) + foot > room and first < count:
            end, used = first + 1, head + self._entry_height(slip.entries[first]) + more
            while end < count - 1 and used + self._entry_height(slip.entries[end]) <= room:
                used += self._entry_height(slip.entries[end])
                end += 1
            yield _Cell(slip, first, end, used)
            first = end
        yield _Cell(slip, first, count, head + self._heights(slip, first, count) + foot)

    def _heights(self, slip: Slip, first: int, end: int) -> float:
        return sum(self._entry_height(entry) for entry in slip.entries[first:end])

    def _head_height(self, slip: Slip) -> float:
        lines, size = self._name_lines(slip.name)
        return self.size * 1.5 + len(lines) * size * 1.5 + 2 * _RULE

    def _name_lines(self, name: str) -> tuple[list[str], float]:
        """The lines of a name with their size: large where it fits on one, else as large as the list."""
        room = _NAME_PART * (self.width - 2 * _PAD)
        for size in (_NAME * self.size, self.size):
            lines = wrap_name(name, room, size, Style.BOLD)
            if len(lines) == 1:
                break
        return lines, size

    def _entry_height(self, entry: Entry) -> float:
        return self.size * _STEP + (self.detail * 1.3 if entry.detail else 0.0)

    def _foot_height(self, slip: Slip) -> float:
        capital = self._capital(slip)
        return (
            2 * _RULE
            + self.size * _STEP
            + sum(len(lines) for lines in (capital, *self.notes)) * self.note * _NOTE_LEADING
        )

    def _capital(self, slip: Slip) -> list[str]:
        words = self.template.fill("capital", {"capital": format_capital(slip.amount_fen)})
        return wrap_text(words, self.width - 2 * _PAD, self.note)

    def _draw_page(self, rows: Sequence[Sequence[_Cell]], spare: float, numbers: tuple[int, int]) -> None:
        paper = self.paper
        page = self.document.new_page(paper.width, paper.height)
        if self.work.village.is_draft:
            page.draw_watermark(paper.draft_word, _WATERMARK, _WATERMARK_GRAY)
        if numbers[0] == 1:
            self.document.add_bookmark(self.document.title, page, paper.top)
        y = paper.top
        for row in rows:
            for place, cell in enumerate(row):
                self._draw_slip(page, (paper.left + place * self.width + _PAD, y - _PAD), cell)
            y -= max(cell.height for cell in row) + spare
            with page.mark(None):
                page.lines(list(_dashes((0, y), (paper.width, y))), _CUT)
        with page.mark(None):
            for x in (paper.left + k * self.width for k in range(1, self.columns)):
                page.lines(list(_dashes((x, y), (x, paper.height))), _CUT)
            words = self.template.fill("footer", {"page": numbers[0], "pages": numbers[1]})
            page.text(paper.right, paper.bottom, words, size=paper.footer, align="right")

    def _draw_slip(self, page: Page, corner: tuple[float, float], cell: _Cell) -> None:
        root = Element("Sect", self.document.root)
        slip = cell.slip
        y = self._draw_head(page, corner, slip, root, is_first=not cell.first)
        table = Element("Table", root)
        for entry in slip.entries[cell.first : cell.end]:
            y = self._draw_entry(page, (corner[0], y), entry, Element("TR", table))
        if cell.end < len(slip.entries):
            with page.mark(Element("P", root)):
                draw_lines(page, (corner[0], y), [self.template.values["next_card"]], self.note)
            return
        self._draw_foot(page, (corner[0], y), slip, (root, table))

    def _draw_head(
        self, page: Page, corner: tuple[float, float], slip: Slip, root: Element, *, is_first: bool
    ) -> float:
        (left, y), size, room = corner, self.size, self.width - 2 * _PAD
        y -= 1.5 * size
        with page.mark(Element("P", root)):
            title = self.template.fill("title", self.work.variables)
            page.fitted_text(
                (left + room / 2, y + 0.4 * size), title, size=size, width=room, style=Style.BOLD, align="center"
            )
        lines, name_size = self._name_lines(slip.name)
        with page.mark(Element("H2", root)):
            for line in lines:
                y -= 1.5 * name_size
                page.text(left, y + 0.35 * name_size, line, size=name_size, style=Style.BOLD)
        with page.mark(Element("P", root)):
            where = slip.place + ("" if is_first else self.template.values["again"])
            page.fitted_text(
                (left + room, y + 0.35 * name_size), where, size=size, width=(1 - _NAME_PART) * room - 4,
                style=Style.REGULAR, align="right",
            )  # fmt: skip
        with page.mark(None):
            page.lines([(left, y, left + room, y)], self.paper.thick)
        return y - _RULE

    def _draw_entry(self, page: Page, place: tuple[float, float], entry: Entry, row: Element) -> float:
        """Title and amount on one line, what is said about them below."""
        (left, y), room = place, self.width - 2 * _PAD - self.size
        y = self._draw_pair(page, (left, y), (entry.title, self._yuan(entry.amount_fen)), row)
        if not entry.detail:
            return y
        y -= 1.3 * self.detail
        with page.mark(Element("TD", row)):
            base = (left + self.size, y + 0.42 * self.detail)
            page.fitted_text(base, entry.detail, size=self.detail, width=room, style=Style.REGULAR)
        return y

    def _draw_pair(self, page: Page, place: tuple[float, float], words: tuple[str, str], row: Element) -> float:
        """A title at the left and an amount at the right."""
        (left, y), size, room = place, self.size, self.width - 2 * _PAD
        y -= _STEP * size
        base, amount_room = y + 0.4 * size, 0.42 * room
        with page.mark(Element("TD", row)):
            page.fitted_text((left, base), words[0], size=size, width=room - amount_room, style=Style.REGULAR)
        with page.mark(Element("TD", row)):
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
                y = draw_lines(page, (left, y), lines, self.note, leading=_NOTE_LEADING)

    def _yuan(self, fen: int) -> str:
        return self.template.fill("amount", {"total": show_yuan(fen)})


def _fill_sheets(rows: Sequence[Sequence[_Cell]], room: float) -> Iterator[tuple[list[Sequence[_Cell]], float]]:
    """The rows of slips of each sheet, and the height they take."""
    found: list[Sequence[_Cell]] = []
    used = 0.0
    for row in rows:
        height = max(cell.height for cell in row)
        if found and used + height > room + 0.01:
            yield found, used
            found, used = [], 0.0
        found.append(row)
        used += height
    if found:
        yield found, used


def _dashes(start: tuple[float, float], end: tuple[float, float]) -> Iterator[tuple[float, float, float, float]]:
    """A dashed straight line as segments."""
    (x, y), length = start, max(end[0] - start[0], end[1] - start[1])
    across = 1.0 if end[0] > start[0] else 0.0
    at = 0.0
    while at < length:
        stop = min(at + _DASH[0], length)
        yield x + at * across, y + at * (1 - across), x + stop * across, y + stop * (1 - across)
        at += sum(_DASH)
