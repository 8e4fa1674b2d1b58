"""一户一行: a line a household, a column a programme of tiers A and B; then the masked lists, which have no households."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache, partial

from village_notice.domain.money import format_capital, format_each
from village_notice.domain.public import ProgrammeSummary, VillageYear
from village_notice.domain.subsidy import Tier
from village_notice.notices.book import Book, Part, close_with_texts, count_pages
from village_notice.notices.lists import (
    Rows,
    build_bands,
    build_continued,
    build_programme_part,
    is_scattered,
    shorten,
    show_yuan,
    split_lines,
)
from village_notice.notices.paper import Paper
from village_notice.notices.table import Column, Table
from village_notice.notices.template import Template, fill_text
from village_notice.notices.wording import count_variables
from village_notice.notices.work import Drawn, Work, one_line

_GAP = "\0"


@dataclass(frozen=True, slots=True)
class Households:
    """The households and what each got.

    Attributes:
        names, groups, sums: Of each household, in printing order.
        programmes: Programmes of tiers A and B.
        amounts: Programme key → fen of each household, None where it got nothing of it.
        payments: Payments behind all of it.
        known: Columns made so far: they are the same on every paper.
    """

    names: list[str]
    groups: list[str]
    sums: list[int]
    programmes: tuple[ProgrammeSummary, ...]
    amounts: dict[str, list[int | None]]
    payments: int
    known: dict[object, Column] = field(default_factory=dict, repr=False, compare=False)

    def make(self, key: object, build: Callable[[], Column]) -> Column:
        """A column by its key, built when first asked for."""
        if key not in self.known:
            self.known[key] = build()
        return self.known[key]


def draw_household(work: Work) -> Drawn | None:
    """The village's households and masked lists, or None where it has neither."""
    village, template = work.village, work.read("household")
    rows = split_lines(village)
    masked = [p for p in village.programmes if p.tier is Tier.C and p.lists_names and p.key in rows]
    found = gather_households(village, rows)
    if not found.names and not masked:
        return None
    parts = _candidates(work, template, found) if found.names else []
    parts = [min(parts, key=count_pages)] if len(parts) > 1 else parts
    book = work.new_book(parts[0].title if parts else template.fill("title", work.variables))
    for part in parts:
        book.add(part)
    _add_masked(work, book, masked, rows)
    return work.finish(book, template.fill("file_name", work.variables))


def gather_households(village: VillageYear, rows: dict[str, Rows]) -> Households:
    """Lines of tiers A and B, added up by household and programme."""
    households = village.households
    place = {number: i for i, number in enumerate(households.values("household_no"))}
    programmes = tuple(p for p in village.programmes if p.tier in (Tier.A, Tier.B) and p.key in rows)
    amounts: dict[str, list[int | None]] = {}
    for programme in programmes:
        column: list[int | None] = [None] * len(place)
        found = rows[programme.key]
        for number, fen in zip(found["household_no"], found["amount_fen"], strict=True):
            column[place[number]] = (column[place[number]] or 0) + fen
        amounts[programme.key] = column
    return Households(
        names=households.values("name"),
        groups=households.values("group"),
        sums=households.values("amount_fen"),
        programmes=programmes,
        amounts=amounts,
        payments=sum(sum(rows[p.key]["payments"]) for p in programmes),
    )


def _candidates(work: Work, template: Template, found: Households) -> list[Part]:
    """The list on upright and on turned paper; the second only where the first has no room for every programme."""
    parts: list[Part] = []
    for paper in (work.paper(), work.paper(turned=True)):
        shown = choose_columns(template, found, paper)
        least = sum(column.measure(paper.table)[0] for column in _list_columns(template, found, shown))
        if least > paper.inside and paper.width < paper.height:  # names would be squeezed: upright is no choice
            continue
        parts.append(_build_part(work, template, found, shown, paper))
        if len(shown) == len(found.programmes):
            break
    return parts


def choose_columns(template: Template, found: Households, paper: Paper) -> list[ProgrammeSummary]:
    """Programmes that get a column: all where they fit, else those of most households, in printing order."""
    programmes = found.programmes
    counts = [len(found.names) - found.amounts[p.key].count(None) for p in programmes]
    ranked = sorted(range(len(programmes)), key=lambda i: (-counts[i], i))
    least = [column.measure(paper.table)[0] for column in _columns_but_others(template, found, programmes)]
    first = len(least) - len(programmes) - (len(programmes) > 1)  # of the programmes' columns
    for size in range(len(programmes), 0, -1):
        kept = sorted(ranked[:size])
        shown = [programmes[i] for i in kept]
        # the sum of the programmes without a column is only added up where it may matter
        if sum([*least[:first], *(least[first + i] for i in kept), *least[first + len(programmes) :]]) > paper.inside:
            continue
        if sum(c.measure(paper.table)[0] for c in _list_columns(template, found, shown)) <= paper.inside:
            return shown
    return [programmes[i] for i in ranked[:1]]


def _list_columns(template: Template, found: Households, shown: Sequence[ProgrammeSummary]) -> list[Column]:
    """The columns: serial, name, programmes shown, the other programmes together, the sum of all."""
    columns = _columns_but_others(template, found, shown)
    keys = {p.key for p in shown}
    others = tuple(p.key for p in found.programmes if p.key not in keys)
    if others:  # before the sum of all
        columns.insert(len(columns) - 1, _amount_column(found, template.values["heading_more"], others))
    return columns


def _columns_but_others(template: Template, found: Households, shown: Sequence[ProgrammeSummary]) -> list[Column]:
    values = template.values
    columns = [
        found.make("serial", lambda: Column(values["heading_serial"], "center", _number(len(found.names)))),
        found.make("name", lambda: Column(values["heading_name"], "left", found.names)),
        *(
            [found.make("group", lambda: Column(values["heading_group"], "center", found.groups))]
            if is_scattered(found.groups)
            else ()
        ),
        *(_amount_column(found, p.title, p.key) for p in shown),
    ]
    if len(found.programmes) > 1:
        columns.append(_amount_column(found, values["heading_sum"], ""))
    return columns


def _number(count: int) -> list[str]:
    return [str(n) for n in range(1, count + 1)]


def build_table(template: Template, found: Households, shown: Sequence[ProgrammeSummary]) -> Table:
    """The households as a list; programmes without a column are told in a line below the household."""
    others = [p for p in found.programmes if p not in shown]
    labels = (template.values["subtotal"], template.values["carried"], template.values["total"])
    return Table(
        _list_columns(template, found, shown),
        labels,
        partial(_count, template.values["count"]),
        bands=build_bands(template, found.groups, found.sums),
        again=build_continued(template, found.groups),
        notes=_build_notes(template, found, others),
        capital=template.fill("capital_label", {"capital": format_capital(sum(found.sums))}),
    )


def _amount_column(found: Households, heading: str, key: str | tuple[str, ...]) -> Column:
    """The column of a programme, of several added up, or of everything where the key is empty."""

    def build() -> Column:
        if isinstance(key, tuple):
            amounts: Sequence[int | None] = _add_up([found.amounts[k] for k in key])
        else:
            amounts = found.amounts[key] if key else found.sums
        cells = format_each(amounts, show_yuan) if key else list(map(show_yuan, found.sums))
        return Column(heading, "right", cells, [fen or 0 for fen in amounts], show_yuan)

    return found.make(key, build)


def _add_up(columns: list[list[int | None]]) -> list[int | None]:
    """The sum of each row, None where no column has anything."""
    filled = [[fen for fen in row if fen is not None] for row in zip(*columns, strict=True)]
    return [sum(row) if row else None for row in filled]


def _build_notes(template: Template, found: Households, others: Sequence[ProgrammeSummary]) -> dict[int, str]:
    told: dict[int, list[str]] = {}
    for programme in others:
        for row, fen in enumerate(found.amounts[programme.key]):
            if fen is not None:
                told.setdefault(row, []).append(f"{programme.title} {show_yuan(fen)}")
    before, behind = template.fill("more", {"list": _GAP}).split(_GAP)  # one text for hundreds of rows
    return {row: before + "；".join(parts) + behind for row, parts in told.items()}


@lru_cache(maxsize=4096)
def _count(template: str, label: str, rows: int) -> str:
    return fill_text(template, {"label": label, "people": f"{rows:,}"})


def _build_part(
    work: Work, template: Template, found: Households, shown: Sequence[ProgrammeSummary], paper: Paper
) -> Part:
    figures = count_variables(sum(work.village.households.values("people")), found.payments, sum(found.sums))
    variables = work.variables | figures | {"items": len(found.programmes)}
    title = template.fill("title", variables)
    return Part(
        title=title,
        running_title=template.fill("running_title", variables),
        bookmark=one_line(title),
        paper=paper,
        table=build_table(template, found, shown),
        closing=close_with_texts(
            [template.fill("control", variables), *template.fill_all("closing", variables)], paper
        ),
        paragraphs=(template.fill("lead", variables),),
        unit_note=template.values["unit_note"],
        footer=template.values["footer"],
        held_note=held_note(work, template),
    )


def held_note(work: Work, template: Template) -> str:
    """Why the village's sheets are drafts, "" where they are none."""
    return template.fill("held_note", work.variables) if work.village.is_draft else ""


def _add_masked(work: Work, book: Book, masked: list[ProgrammeSummary], rows: dict[str, Rows]) -> None:
    """The masked lists begin on a new page and then follow each other."""
    note = held_note(work, work.read("household"))
    for number, programme in enumerate(masked):
        part = build_programme_part(work, programme, rows[programme.key], work.paper())
        if number:
            part = shorten(part, work, programme)
        book.add(replace(part, held_note=note), may_share=number > 0)
