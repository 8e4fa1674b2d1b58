"""全市汇总 and 缺项清单: the villages of a run side by side, as totals only."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import NamedTuple

from village_notice.domain.finding import Finding
from village_notice.domain.public import MergedTotal, ProgrammeSummary, VillageYear
from village_notice.domain.subsidy import Tier
from village_notice.notices.book import Book, Part, close_with_texts
from village_notice.notices.document import Document
from village_notice.notices.gate import look_at_pieces
from village_notice.notices.lists import find_runs, show_quantities, show_yuan
from village_notice.notices.paper import Paper, read_paper
from village_notice.notices.table import Column, Table
from village_notice.notices.template import Template, fill_text, read_template
from village_notice.notices.village import Kind, Notice
from village_notice.notices.wording import check_settings
from village_notice.notices.work import Choice, one_line
from village_notice.settings import Settings

_MOST, _FEWEST_VILLAGES = 0.8, 5
"""A programme that so large a part of a township's villages has is missed in the others; a small township tells nothing."""


class Gap(NamedTuple):
    """One thing that is missing: where, what, and how that was seen."""

    office: str
    village: str
    what: str
    why: str


@dataclass(frozen=True, slots=True)
class County:
    """What the sheets of a county are made from.

    Attributes:
        villages: One a village, in the order of the run.
        merged: Totals too small for their villages.
        empty: Villages with nothing: (township, village).
        settings: The office's settings.
        stamp: The one date of the documents.
        choice: Paper and size of print.
    """

    villages: Sequence[VillageYear]
    merged: Sequence[MergedTotal]
    empty: Sequence[tuple[str, str]]
    settings: Settings
    stamp: datetime
    choice: Choice = field(default_factory=Choice)

    @property
    def paper(self) -> Paper:
        """One list a page's width."""
        return read_paper(self.settings.folder, size=self.choice.size, is_large=self.choice.is_large)

    @property
    def template(self) -> Template:
        """The wording."""
        return read_template("county", self.settings.folder)

    def variables(self) -> dict[str, object]:
        """The variables of the whole county."""
        fen = sum(v.public_fen for v in self.villages) + sum(m.amount_fen for m in self.merged)
        payments = sum(v.payments for v in self.villages) + sum(m.payments for m in self.merged)
        return {
            "county": next((v.county for v in self.villages if v.county), self.settings.county),
            "year": self.villages[0].year if self.villages else "",
            "villages": f"{len(self.villages):,}",
            "total": show_yuan(fen),
            "payments": f"{payments:,}",
            "held": sum(v.is_draft for v in self.villages),
        }


def draw_county(county: County) -> Notice:
    """The county's public totals: by township, by programme, by village."""
    template, variables = county.template, county.variables()
    title = template.fill("title", variables)
    book = Book(Document(one_line(title), str(variables["county"]), county.stamp))
    lead = [template.fill("lead", variables)]
    lead += [template.fill("drafts", variables)] if variables["held"] else []
    close = close_with_texts([template.fill("control", variables)], county.paper)
    parts = (
        (title, tuple(lead), "by_office", _build_offices(county)),
        (template.values["by_programme"], (), "by_programme", _build_programmes(county)),
        (template.values["by_village"], (), "by_village", _build_villages(county)),
    )
    for number, (heading, paragraphs, bookmark, table) in enumerate(parts):
        book.add(
            Part(
                title=heading,
                running_title=template.fill("running_title", variables),
                bookmark=template.values[bookmark],
                paper=county.paper,
                table=table,
                closing=close,
                paragraphs=paragraphs,
                unit_note=template.values["unit_note"],
                footer=template.values["footer"],
            ),
            may_share=number > 0,
        )
    return _finish(book, template.fill("file_name", variables) + county.choice.mark, "county")


def _finish(book: Book, name: str, kind: Kind) -> Notice:
    data = book.finish()
    return Notice(kind, f"{name}.pdf", book.document.title, len(book.document.pages), data, on_wall=False)


def _labels(template: Template) -> tuple[str, str, str]:
    return template.values["subtotal"], template.values["carried"], template.values["total"]


def _count(template: str, label: str, rows: int) -> str:
    return fill_text(template, {"label": label, "items": f"{rows:,}"})


def _numbers(template: Template, key: str, values: list[int], show: Callable[[int], str] = "{:,}".format) -> Column:
    return Column(template.heading(key), "right", [show(v) for v in values], values, show)


def _bars(values: list[int]) -> list[float]:
    most = max(values, default=0)
    return [max(0, v) / most if most > 0 else 0.0 for v in values]


def _build_offices(county: County) -> Table:
    template, offices = county.template, dict.fromkeys(v.office for v in county.villages)
    rows = [[v for v in county.villages if v.office == office] for office in offices]
    drafts = [sum(v.is_draft for v in part) for part in rows]
    names = Column(template.heading("office"), "left", list(offices))
    amounts = [sum(v.public_fen for v in part) for part in rows]
    merged = [sum(m.amount_fen for m in county.merged if m.office == office) for office in offices]
    names.bars = _bars(amounts)
    columns = [
        Column(template.heading("serial"), "center", [str(n) for n in range(1, len(rows) + 1)]),
        names,
        _numbers(template, "villages", [len(part) for part in rows]),
        _numbers(template, "people", [sum(v.people for v in part) for part in rows]),
        _numbers(template, "payments", [sum(v.payments for v in part) for part in rows]),
        _numbers(template, "amount", amounts, show_yuan),
    ]
    if any(merged):
        columns.append(Column(template.values["merged"], "right", list(map(show_yuan, merged)), merged, show_yuan))
    if any(drafts):
        cells = [template.fill("drafts_count", {"held": n}) if n else "" for n in drafts]
        columns.append(Column(template.heading("state"), "center", cells))
    return Table(columns, _labels(template), partial(_count, template.values["count"]))


def _build_programmes(county: County) -> Table:
    template = county.template
    groups: dict[tuple[str, str, str], list[ProgrammeSummary]] = {}
    for p in sorted((p for v in county.villages for p in v.programmes), key=lambda p: p.tier):
        groups.setdefault((p.key, p.title, p.unit), []).append(p)
    rows = [(title, unit, part) for (_, title, unit), part in groups.items()]
    amounts = [sum(p.amount_fen for p in part) for _, _, part in rows]
    quantities = show_quantities([_add_quantities(part) for _, _, part in rows], [unit for _, unit, _ in rows])
    cells = [
        (title, len(part), sum(p.people for p in part), quantity)
        for (title, _, part), quantity in zip(rows, quantities, strict=True)
    ]
    if county.merged:
        cells.append((template.values["merged"], sum(m.villages for m in county.merged),
                      sum(m.people for m in county.merged), ""))  # fmt: skip
        amounts.append(sum(m.amount_fen for m in county.merged))
    titles = Column(template.heading("programme"), "left", [c[0] for c in cells])
    titles.bars = _bars(amounts)
    columns = [
        Column(template.heading("serial"), "center", [str(n) for n in range(1, len(cells) + 1)]),
        titles,
        Column(template.heading("villages"), "right", [f"{c[1]:,}" for c in cells]),
        Column(template.heading("people"), "right", [f"{c[2]:,}" for c in cells]),
        Column(template.heading("quantity"), "right", [c[3] for c in cells]),
        _numbers(template, "amount", amounts, show_yuan),
    ]
    return Table(columns, _labels(template), lambda label, _: label)


def _add_quantities(part: Sequence[ProgrammeSummary]) -> int | None:
    """The quantity of a programme in thousandths, None where one village does not tell its own."""
    known = [p.quantity_milli for p in part if p.quantity_milli is not None]
    return sum(known) if known and len(known) == len(part) else None


def _build_villages(county: County) -> Table:
    template, villages = county.template, county.villages
    offices = [v.office for v in villages]
    columns = [
        Column(template.heading("serial"), "center", [str(n) for n in range(1, len(villages) + 1)]),
        Column(template.heading("village"), "left", [v.village for v in villages]),
        _numbers(template, "people", [v.people for v in villages]),
        _numbers(template, "amount", [v.public_fen for v in villages], show_yuan),
    ]
    if any(v.is_draft for v in villages):
        cells = [template.values["draft"] if v.is_draft else "" for v in villages]
        columns.append(Column(template.heading("state"), "center", cells))
    runs = list(find_runs(offices))
    return Table(
        columns,
        _labels(template),
        partial(_count, template.values["count"]),
        bands={first: offices[first] for first, _ in runs},
        again={first: offices[first] for first, _ in runs},
    )


def find_gaps(county: County) -> list[Gap]:
    """What is missing, township by township: villages with nothing, held payments, programmes, settings."""
    template = county.template
    why, what = template.values["gap_empty_why"], template.values["gap_empty"]
    gaps = [Gap(office, village, what, why) for office, village in county.empty]
    why = template.values["gap_held_why"]
    drafts = (v for v in county.villages if v.held)
    gaps += [Gap(v.office, v.village, template.fill("gap_held", {"held": v.held}), why) for v in drafts]
    gaps += _find_missed(county, template)
    order = {office: n for n, office in enumerate(dict.fromkeys(v.office for v in county.villages))}
    gaps.sort(key=lambda gap: (order.get(gap.office, len(order)), gap.office))
    return gaps + list(_find_blanks(county, template))


def _find_missed(county: County, template: Template) -> Iterator[Gap]:
    """Open programmes that most villages of a township have and some have not."""
    for office in dict.fromkeys(v.office for v in county.villages):
        part = [v for v in county.villages if v.office == office]
        owners: dict[str, set[str]] = {}
        titles = {p.key: p.title for v in part for p in v.programmes if p.tier in (Tier.A, Tier.B)}
        for v in part:
            for p in v.programmes:
                owners.setdefault(p.key, set()).add(v.village_code)
        for key, title in titles.items():
            share = len(owners[key]) / len(part)
            if len(part) < _FEWEST_VILLAGES or not _MOST <= share < 1:
                continue
            told = template.fill("gap_programme_why", {"villages": len(part), "people": len(owners[key])})
            what = template.fill("gap_programme", {"programme": title})
            yield from (Gap(office, v.village, what, told) for v in part if v.village_code not in owners[key])


def _find_blanks(county: County, template: Template) -> Iterator[Gap]:
    """Settings that are missing, once each."""
    found = dict.fromkeys(
        f.found for v in county.villages for f in check_settings(v, county.settings) if f.code == "N01"
    )
    for name in found:
        what = template.fill("gap_setting", {"label": name})
        yield Gap("", template.values["all_villages"], what, template.values["gap_setting_why"])


def draw_gaps(county: County) -> Notice | None:
    """缺项清单 for the office, or None where nothing is missing."""
    gaps, template = find_gaps(county), county.template
    if not gaps:
        return None
    variables = county.variables() | {"items": f"{len(gaps):,}"}
    title = template.fill("gaps_title", variables)
    book = Book(Document(one_line(title), str(variables["county"]), county.stamp))
    columns = [
        Column(template.heading("serial"), "center", [str(n) for n in range(1, len(gaps) + 1)]),
        Column(template.heading("office"), "left", [g.office for g in gaps]),
        Column(template.heading("village"), "left", [g.village for g in gaps]),
        Column(template.heading("gap"), "left", [g.what for g in gaps]),
        Column(template.heading("why"), "left", [g.why for g in gaps]),
    ]
    table = Table(columns, _labels(template), partial(_count, template.values["count"]))
    paper = county.paper
    book.add(
        Part(
            title=title,
            running_title=title,
            bookmark=title,
            paper=paper,
            table=table,
            closing=close_with_texts([], paper),
            paragraphs=(template.fill("gaps_lead", variables),),
            footer=template.values["footer"],
        )
    )
    return _finish(book, template.fill("gaps_file_name", variables) + county.choice.mark, "gaps")


def check_county(notice: Notice, county: County) -> list[Finding]:
    """P01 and P02 for a finished sheet of the county: no long number, and no person's name in any cell.

    Raises:
        VerificationError: The file cannot be read back.
    """
    titles = {p.title for v in county.villages for p in v.programmes}
    places = {word for v in county.villages for word in (v.village, v.office)}
    names = _names(county.villages) - titles - places
    return look_at_pieces(notice, [], lambda piece: piece.tag != "TD" or piece.text not in names)


def _names(villages: Iterable[VillageYear]) -> set[str]:
    return {name for v in villages for name in v.lines.values("name")}
