"""整套打印: all notices of a township in one file, with a packing list, a divider a village and padding for duplex.

The pages are those of the single notices, operator by operator: what passed the last look is what is printed.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import NamedTuple

from village_notice.domain.finding import Finding, Place
from village_notice.notices.book import Book, Part, close_with_texts
from village_notice.notices.document import Document
from village_notice.notices.fonts import Style
from village_notice.notices.page import Element
from village_notice.notices.paper import Paper
from village_notice.notices.readback import read_pieces
from village_notice.notices.table import Column, Table
from village_notice.notices.template import Template, fill_text
from village_notice.notices.village import KIND_WORDS, Kind, Notice
from village_notice.notices.work import Drawn

_NAME_SIZE, _NOTE_SIZE, _STEP = 60.0, 18.0, 1.8


class Item(NamedTuple):
    """One notice of a village, looked at and passed."""

    kind: Kind
    drawn: Drawn


@dataclass(frozen=True, slots=True)
class Stack:
    """What is printed for one village.

    Attributes:
        village: Its name.
        items: Its notices in printing order.
    """

    village: str
    items: tuple[Item, ...]

    @property
    def pages(self) -> int:
        """Printed pages."""
        return sum(item.drawn.pages for item in self.items)


@dataclass(frozen=True, slots=True)
class Order:
    """How a township's file is made.

    Attributes:
        office: Township or manager.
        year: Of the notices.
        stamp: The one date of the document.
        paper: Paper of list and dividers.
        template: bundle.toml.
        is_duplex: Every notice begins on the front of a sheet.
    """

    office: str
    year: int
    stamp: datetime
    paper: Paper
    template: Template
    is_duplex: bool = True

    def sheets(self, pages: int) -> int:
        """Sheets of paper a notice takes."""
        return (pages + 1) // 2 if self.is_duplex else pages


def draw_bundle(order: Order, stacks: Sequence[Stack]) -> Notice:
    """The file of a township: packing list, then for each village a divider and its notices."""
    template, variables = order.template, {"office": order.office, "year": order.year}
    title = template.fill("list_title", variables)
    whole = Document(title, order.office, order.stamp)
    _add(whole, _draw_list(order, stacks, title), order)
    for stack in stacks:
        _add(whole, _draw_divider(order, stack), order)
        for item in stack.items:
            _add(whole, item.drawn.document, order)
    name = template.fill("file_name", variables)
    return Notice("bundle", f"{name}.pdf", title, len(whole.pages), whole.render(), on_wall=False)


def _add(whole: Document, part: Document, order: Order) -> None:
    """Appends a part; on duplex paper a blank back keeps the next one on a front."""
    whole.append(part)
    if order.is_duplex and len(whole.pages) % 2:
        last = whole.pages[-1]
        whole.new_page(last.width, last.height)


def _draw_list(order: Order, stacks: Sequence[Stack], title: str) -> Document:
    template = order.template
    note = "list_note" if order.is_duplex else "list_note_one"
    pages = [stack.pages for stack in stacks]
    sheets = [sum(order.sheets(item.drawn.pages) for item in stack.items) for stack in stacks]
    kinds = ["、".join(f"{KIND_WORDS[kind]} {count} 页" for kind, count in _count_kinds(stack)) for stack in stacks]
    columns = [
        Column(template.heading("serial"), "center", [str(n) for n in range(1, len(stacks) + 1)]),
        Column(template.heading("village"), "left", [stack.village for stack in stacks]),
        Column(template.heading("kinds"), "left", kinds),
        Column(template.heading("pages"), "right", [f"{n:,}" for n in pages], pages, "{:,}".format),
        Column(template.heading("sheets"), "right", [f"{n:,}" for n in sheets], sheets, "{:,}".format),
    ]
    labels = (template.values["subtotal"], template.values["carried"], template.values["total"])
    book = Book(Document(title, order.office, order.stamp))
    book.add(
        Part(
            title=title,
            running_title=title,
            bookmark=title,
            paper=replace(order.paper, panels=1),
            table=Table(columns, labels, partial(_count, template.values["count"])),
            closing=close_with_texts([template.values["sign"]], order.paper),
            paragraphs=(template.fill(note, {"villages": f"{len(stacks):,}"}),),
            footer=template.values["footer"],
        )
    )
    book.finish()
    return book.document


def _count_kinds(stack: Stack) -> Iterator[tuple[Kind, int]]:
    for item in stack.items:
        yield item.kind, item.drawn.pages


def _count(template: str, label: str, rows: int) -> str:
    return fill_text(template, {"label": label, "items": f"{rows:,}"})


def _draw_divider(order: Order, stack: Stack) -> Document:
    """A page with the village's name in large type and what follows."""
    template, paper = order.template, order.paper
    document = Document(stack.village, order.office, order.stamp)
    page = document.new_page(paper.width, paper.height)
    name = template.fill("divider", {"village": stack.village})
    document.add_bookmark(name, page, paper.top)
    sheets = sum(order.sheets(item.drawn.pages) for item in stack.items)
    told = {"office": order.office, "year": order.year, "pages": stack.pages, "list": sheets}
    lines = [template.fill("divider_note", told)]
    for item in stack.items:
        words = {"label": item.drawn.title, "pages": item.drawn.pages, "list": order.sheets(item.drawn.pages)}
        lines.append(template.fill("item", words))
    middle, y = paper.width / 2, paper.height * 0.62
    with page.mark(Element("H1", document.root)):
        page.fitted_text((middle, y), name, size=_NAME_SIZE, width=paper.inside, style=Style.BOLD, align="center")
    y -= _NAME_SIZE
    for line in lines:
        y -= _NOTE_SIZE * _STEP
        with page.mark(Element("P", document.root)):
            page.fitted_text(
                (middle, y), line, size=_NOTE_SIZE, width=paper.inside, style=Style.REGULAR, align="center"
            )
    return document


def check_bundle(bundle: Notice, order: Order, stacks: Sequence[Stack]) -> list[Finding]:
    """P02 where the file holds any piece that is in none of its parts, each of which passed the last look before.

    Raises:
        VerificationError: The file cannot be read back.
    """
    parts = [item.drawn.data for stack in stacks for item in stack.items]
    parts += [_draw_list(order, stacks, bundle.title).render()]
    parts += [_draw_divider(order, stack).render() for stack in stacks]
    known = Counter((p.tag, p.text) for data in parts for p in read_pieces(data) if p.page)
    found = Counter((p.tag, p.text) for p in read_pieces(bundle.data) if p.page)
    return [Finding("P02", Place(bundle.file_name), found=text) for _, text in found - known]
