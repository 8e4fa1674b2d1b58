"""汇总公开: one sheet a village, programme by programme, with bars, the total in 大写, signatures and a QR code."""

from collections.abc import Callable
from dataclasses import replace
from urllib.parse import urlencode

from village_notice.domain.money import format_capital, format_fen
from village_notice.domain.public import ProgrammeSummary, VillageYear, check_code
from village_notice.notices.book import Closing, Part, count_pages
from village_notice.notices.fonts import Style
from village_notice.notices.lists import group_digits, show_quantities, show_yuan
from village_notice.notices.page import Align, Element, Page
from village_notice.notices.paper import MM, Paper, draw_lines, height_of, wrap_paragraph
from village_notice.notices.pdfa import text_string
from village_notice.notices.qr import list_bricks
from village_notice.notices.table import Column, Table, measure_wishes
from village_notice.notices.template import Template, fill_text
from village_notice.notices.work import Drawn, Work, one_line

_SCALES = (1.15, 1.0, 0.95, 0.9, 0.85, 0.8, 0.75, 0.7, 0.65, 0.6, 0.58)
"""Rows are roomy where the page allows it; a summary of more than a page is set smaller before it takes a second one."""
_GROWN = (1.6, 1.5, 1.4, 1.3, 1.2)
_LARGE_SHEET = 1.5 * 210 * 297 * MM**2
_LEGIBLE = 6  # of these scales, where it takes more pages anyway
_SMALLEST_TITLE, _SMALLEST_ROW = 16.0, 1.1  # the row in parts of the type
_LEAST_ROW = 13.2
_QR_MM = 24.0
_SEAL_MM = 32.0  # a round seal of 30 to 42 mm lies over name and date
_GAP = 6.0
_LESS_NEEDED = ("department", "months", "rate")
"""What large print leaves out first; all of it stands in the normal sheet and in the archive."""


def draw_summary(work: Work) -> Drawn:
    """The village's summary, on one page wherever that can be read at all."""
    template = work.read("summary")
    paper, columns = _choose_paper(work, template)
    table = build_table(template, work.village, columns)
    grown = _grow(work, template, paper, table)
    tried: list[tuple[int, Part]] = [(1, grown)] if grown else []
    for scale in _SCALES if not grown else ():
        part = _build_part(work, template, resize(paper, scale), table)
        tried.append((count_pages(part), part))
        if tried[-1][0] == 1:
            break
    pages, chosen = tried[-1]
    if pages > 1:
        _, chosen = min(tried[:_LEGIBLE], key=lambda found: found[0])
    book = work.new_book(chosen.title)
    book.add(chosen)
    return work.finish(book, template.fill("file_name", work.variables))


def _grow(work: Work, template: Template, paper: Paper, table: Table) -> Part | None:
    """The summary in larger type on a sheet larger than A4, None where it has no room for that on one page."""
    if paper.width * paper.height < _LARGE_SHEET:
        return None
    wishes = sum(measure_wishes(table, paper))
    for scale in _GROWN:
        sizes = {name: getattr(paper, name) * scale for name in ("title", "body", "table", "footer", "row")}
        part = _build_part(work, template, replace(paper, panels=1, **sizes), table)
        if wishes * scale <= paper.inside and count_pages(part) == 1:
            return part
    return None


def resize(paper: Paper, scale: float) -> Paper:
    """The same sheet in one panel, with other rows, and with smaller type but never below what can be read."""

    def scaled(size: float, least: float) -> float:
        return min(size, max(least, size * scale))

    table = scaled(paper.table, paper.least)
    return replace(
        paper,
        title=scaled(paper.title, _SMALLEST_TITLE),
        body=scaled(paper.body, paper.least),
        table=table,
        row=max(_SMALLEST_ROW * table, _LEAST_ROW, paper.row * scale),
        panels=1,
    )


def _choose_paper(work: Work, template: Template) -> tuple[Paper, list[str]]:
    """The paper and the columns; large print leaves columns out, then turns the sheet, before it sets a title smaller."""
    columns = list(template.values["columns"])
    upright = work.paper()
    if not work.choice.is_large:
        return upright, columns
    for paper in (upright, work.paper(turned=True)):
        for dropped in range(len(_LESS_NEEDED) + 1):
            kept = [c for c in columns if c not in _LESS_NEEDED[:dropped]]
            table = build_table(template, work.village, kept)
            if sum(measure_wishes(table, paper)) <= paper.inside:
                return paper, kept
    return paper, kept


def _build_part(work: Work, template: Template, paper: Paper, table: Table) -> Part:
    variables, village = work.variables, work.village
    title = template.fill("title", variables)
    withheld = template.fill("withheld_note", variables) if village.has_withheld else ""
    return Part(
        title=title,
        running_title=template.fill("running_title", variables),
        bookmark=one_line(title),
        paper=paper,
        table=table,
        closing=_close(work, template, paper),
        paragraphs=(template.fill("lead", variables) + withheld,),
        unit_note=template.fill("unit_note", variables),
        footer=template.values["footer"],
        held_note=template.fill("held_note", variables) if village.is_draft else "",
    )


def build_table(template: Template, village: VillageYear, keys: list[str] | None = None) -> Table:
    """The programmes as a list, in the columns given or those of the template; one with nothing in it is left out."""
    programmes = village.programmes
    found = [_build_column(key, template, programmes) for key in keys or template.values["columns"]]
    columns = [column for column in found if any(column.cells) or not programmes]
    labels = (template.values["subtotal"], template.values["carried"], template.values["total_label"])
    capital = template.fill("capital_label", {"capital": format_capital(village.public_fen)})
    return Table(columns, labels, lambda label, _: label, capital=capital)


def _build_column(key: str, template: Template, programmes: tuple[ProgrammeSummary, ...]) -> Column:
    if key == "serial":
        return Column(template.heading(key), "center", [str(n) for n in range(1, len(programmes) + 1)])
    if key == "quantity":
        cells = show_quantities([p.quantity_milli for p in programmes], [p.unit for p in programmes])
        return Column(template.heading(key), "right", cells)
    show, align = _CELLS[key]
    column = Column(template.heading(key), align, [show(p) for p in programmes])
    if key == "amount":
        column.values, column.show = [p.amount_fen for p in programmes], show_yuan
    if key == "title":
        most = max((p.amount_fen for p in programmes), default=0)
        column.bars = [max(0, p.amount_fen) / most if most > 0 else 0.0 for p in programmes]
        held = (fill_text(template.values["held_mark"], {"held": p.held}) if p.held else "" for p in programmes)
        column.cells = [cell + mark for cell, mark in zip(column.cells, held, strict=True)]
    return column


def show_rate(programme: ProgrammeSummary) -> str:
    """A rate with its unit, "" where there is none."""
    if not programme.rate_text:
        return ""
    rate = f"{group_digits(programme.rate_text)}元"
    return f"{rate}/{programme.unit}" if programme.unit else rate


_CELLS: dict[str, tuple[Callable[[ProgrammeSummary], str], Align]] = {
    "title": (lambda p: p.title, "left"),
    "department": (lambda p: p.department, "left"),
    "rate": (show_rate, "right"),
    "people": (lambda p: f"{p.people:,}", "right"),
    "amount": (lambda p: show_yuan(p.amount_fen), "right"),
    "months": (lambda p: p.pay_months, "center"),
}
"""Column → what its cell shows, and where it stands in the cell."""


def qr_text(work: Work) -> str:
    """What the QR code says: the control line, as words or as the address of the villagers' page."""
    village = work.village
    if not work.settings.base_url:
        return village.full_name + str(village.year) + "年度　" + work.read("summary").fill("control", work.variables)
    figures = {
        "village": village.village_code,
        "year": village.year,
        "people": village.people,
        "payments": village.payments,
        "yuan": format_fen(village.public_fen),
        "check": check_code(village),
    }
    address = work.settings.base_url
    return f"{address}{'&' if '?' in address else '?'}{urlencode(figures)}"


def _close(work: Work, template: Template, paper: Paper) -> Closing:
    """Paragraphs, then the QR code at the left and the signatures at the right, then the lines to fill in."""
    variables = work.variables
    paragraphs = [f"{p['label']}：{fill_text(p['text'], variables)}" for p in template.values["paragraphs"]]
    wrapped = [wrap_paragraph(text, paper.inside, paper.body) for text in paragraphs]
    control = template.fill("control", variables)
    log = template.fill("log", variables)
    block = max((_QR_MM + 2) * MM + 1.4 * paper.footer, _SEAL_MM * MM)
    height = _GAP + sum(height_of(lines, paper.body) for lines in wrapped) + block
    height += 3.1 * paper.table

    def draw(page: Page, y: float, root: Element) -> None:
        y -= _GAP
        for lines in wrapped:
            with page.mark(Element("P", root)):
                y = draw_lines(page, (paper.left, y), lines, paper.body, width=paper.inside)
        _draw_qr(page, paper, y, Element("Figure", root, b"/Alt" + text_string(control)), work)
        with page.mark(Element("P", root)):
            page.text(
                paper.left, y - (_QR_MM + 3) * MM - paper.footer, template.fill("qr_note", variables), size=paper.footer
            )
        draw_signature(page, paper, y, block, template.fill_all("signature", variables), root)
        y -= block
        for line, text, style in ((1.2, log, Style.REGULAR), (2.7, control, Style.BOLD)):
            place = (paper.left, y - line * paper.table)
            with page.mark(Element("P", root)):
                page.fitted_text(place, text, size=paper.table, width=paper.inside, style=style)

    return Closing(height, draw)


def _draw_qr(page: Page, paper: Paper, y: float, figure: Element, work: Work) -> None:
    with page.mark(figure):
        rows = list_bricks(qr_text(work))
        page.bricks(rows, _QR_MM * MM / len(rows), (paper.left, y - (_QR_MM + 2) * MM))


def draw_signature(page: Page, paper: Paper, y: float, height: float, lines: list[str], root: Element) -> None:
    """The lines one below the other, spread over the block so that a seal finds room."""
    step = height / (len(lines) + 0.5)
    left = paper.right - max(75 * MM, 14 * paper.body)
    for number, line in enumerate(lines, 1):
        with page.mark(Element("P", root)):
            place = (left, y - number * step + 0.2 * step)
            page.fitted_text(place, line, size=paper.body, width=paper.right - left, style=Style.REGULAR)
