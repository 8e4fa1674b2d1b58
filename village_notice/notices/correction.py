"""更正公告: what a new run says otherwise than the sheets on the wall; old value, new value, reason, sheets replaced.

Names stand only for programmes that show them (A and B) before and after; of all others only the totals are compared.
"""

import re
from collections.abc import Iterator
from functools import partial
from typing import NamedTuple

from village_notice.domain.finding import Finding
from village_notice.domain.public import ProgrammeSummary, VillageYear, check_code
from village_notice.domain.subsidy import Tier
from village_notice.notices.book import Closing, Part, close_with_texts
from village_notice.notices.fonts import show_text
from village_notice.notices.gate import look_at_pieces
from village_notice.notices.lists import Rows, show_quantities, show_yuan, split_lines
from village_notice.notices.page import Element, Page
from village_notice.notices.paper import MM, Paper
from village_notice.notices.readback import Piece
from village_notice.notices.summary import draw_signature
from village_notice.notices.table import Column, Table
from village_notice.notices.template import Template, fill_text
from village_notice.notices.village import Notice
from village_notice.notices.wording import list_phones
from village_notice.notices.work import Work, one_line

_SEAL_MM = 36.0
_FIGURES = re.compile(r"-?[\d,.]+")
_OPEN_TIERS = (Tier.A, Tier.B)


class Change(NamedTuple):
    """One place where the two publications differ.

    Attributes:
        title: Of the programme.
        name, group: Of the person, "" where only the totals are told.
        before, after: Fen, None where it is not there.
        quantity_before, quantity_after: Thousandths, None where none is shown.
    """

    title: str
    name: str
    group: str
    before: int | None
    after: int | None
    quantity_before: int | None
    quantity_after: int | None


def find_changes(before: VillageYear, after: VillageYear) -> list[Change]:
    """The changes by programme in printing order, then by name; the sum of their differences is that of the totals."""
    old = {p.key: p for p in before.programmes}
    new = {p.key: p for p in after.programmes}
    rows = (split_lines(before), split_lines(after))
    found: list[Change] = []
    for key in dict.fromkeys([*new, *old]):
        found += _compare(key, (old.get(key), new.get(key)), rows)
    return found


def _compare(
    key: str, programmes: tuple[ProgrammeSummary | None, ProgrammeSummary | None], rows: tuple[dict[str, Rows], ...]
) -> Iterator[Change]:
    known = [p for p in programmes if p]
    title = known[-1].title
    if all(p.tier in _OPEN_TIERS and p.lists_names for p in known):
        old, new = (_index(found.get(key)) for found in rows)
        for person in sorted(dict.fromkeys([*new, *old]), key=lambda person: person[0]):
            (fen, quantity), (now, quantity_now) = old.get(person, (None, None)), new.get(person, (None, None))
            if (fen, quantity) != (now, quantity_now):
                yield Change(title, person[1], person[0], fen, now, quantity, quantity_now)
        return
    totals = [(p.amount_fen, p.people, p.payments) if p else None for p in programmes]
    if totals[0] != totals[1]:
        fens = [t[0] if t else None for t in totals]
        yield Change(title, "", "", fens[0], fens[1], None, None)


def _index(rows: Rows | None) -> dict[tuple[str, str], tuple[int, int | None]]:
    """(group, name) → fen and quantity; a name that stands several times is added up."""
    found: dict[tuple[str, str], tuple[int, int | None]] = {}
    if rows:
        for group, name, fen, milli in zip(
            rows["group"], rows["name"], rows["amount_fen"], rows["quantity_milli"], strict=True
        ):
            before = found.get((group, name), (0, None))
            quantity = milli if before[1] is None else before[1] + (milli or 0)
            found[group, name] = (before[0] + fen, quantity)
    return found


def draw_correction(work: Work, before: VillageYear, reason: str) -> Notice | None:
    """The notice, or None where nothing differs.

    Args:
        work: The village as it is now.
        before: As it hangs on the wall.
        reason: Why, in the office's words; "" prints a line to fill in.
    """
    changes = find_changes(before, work.village)
    if not changes:
        return None
    template, paper = work.read("correction"), work.paper()
    variables = _build_variables(work, template, before, changes, reason)
    title = template.fill("title", variables)
    book = work.new_book(title)
    book.add(
        Part(
            title=title,
            running_title=template.fill("running_title", variables),
            bookmark=one_line(title),
            paper=paper,
            table=_build_table(template, changes),
            closing=_close(template, variables, paper),
            paragraphs=tuple(template.fill(key, variables) for key in ("lead", "sheets", "reason")),
            unit_note=template.values["unit_note"],
            footer=template.values["footer"],
            held_note=template.fill("held_note", variables) if work.village.is_draft else "",
        )
    )
    name, title, pages, data, _ = work.finish(book, template.fill("file_name", variables))
    return Notice("correction", f"{name}.pdf", title, pages, data, on_wall=True)


def _build_variables(
    work: Work, template: Template, before: VillageYear, changes: list[Change], reason: str
) -> dict[str, object]:
    own = {
        "replaced_code": check_code(before),
        "list": "、".join(dict.fromkeys(c.title for c in changes)),
        "reason": reason or template.values["no_reason"],
        "items": f"{len(changes):,}",
        "before_total": show_yuan(before.public_fen),
        "change": show_yuan(work.village.public_fen - before.public_fen),
    }
    return work.variables | own


def _build_table(template: Template, changes: list[Change]) -> Table:
    nothing = template.values["nothing"]
    columns = [
        Column(template.heading("serial"), "center", [str(n) for n in range(1, len(changes) + 1)]),
        Column(template.heading("title"), "left", [c.title for c in changes]),
        Column(template.heading("name"), "left", [_show_person(template, c) for c in changes]),
    ]
    if any(c.quantity_before != c.quantity_after for c in changes):
        values = [*(c.quantity_before for c in changes), *(c.quantity_after for c in changes)]
        cells = show_quantities(values, [""] * len(values))
        columns.append(Column(template.heading("quantity_before"), "right", cells[: len(changes)]))
        columns.append(Column(template.heading("quantity_after"), "right", cells[len(changes) :]))
    for key, fens in (("before", [c.before for c in changes]), ("after", [c.after for c in changes])):
        cells = [nothing if fen is None else show_yuan(fen) for fen in fens]
        columns.append(Column(template.heading(key), "right", cells, [fen or 0 for fen in fens], show_yuan))
    differences = [(c.after or 0) - (c.before or 0) for c in changes]
    columns.append(
        Column(template.heading("change"), "right", [show_yuan(d) for d in differences], differences, show_yuan)
    )
    labels = (template.values["subtotal"], template.values["carried"], template.values["total"])
    return Table(columns, labels, partial(_count, template.values["count"]))


def _show_person(template: Template, change: Change) -> str:
    if not change.name:
        return str(template.values["no_name"])
    return template.fill("person", change._asdict()) if change.group else change.name


def _count(template: str, label: str, rows: int) -> str:
    return fill_text(template, {"label": label, "items": f"{rows:,}"})


def _close(template: Template, variables: dict[str, object], paper: Paper) -> Closing:
    """Words, then the signatures with room for a seal."""
    words = close_with_texts([template.fill("control", variables), *template.fill_all("closing", variables)], paper)
    block = _SEAL_MM * MM

    def draw(page: Page, y: float, root: Element) -> None:
        words.draw(page, y, root)
        draw_signature(page, paper, y - words.height, block, template.fill_all("signature", variables), root)

    return Closing(words.height + block, draw)


def check_correction(notice: Notice, work: Work, before: VillageYear, reason: str) -> list[Finding]:
    """P01 and P02 for a finished 更正公告: the names of changed lines of open programmes, and no other.

    Raises:
        VerificationError: The file cannot be read back.
    """
    template, changes = work.read("correction"), find_changes(before, work.village)
    variables = _build_variables(work, template, before, changes, reason)
    cells = {_show_person(template, c) for c in changes} | {c.title for c in changes} | {""}
    cells.add(template.values["nothing"])
    labels = {template.values[key] for key in ("subtotal", "carried", "total")}
    numbers = range(1, len(changes) + 1)
    cells |= {_count(template.values["count"], label, n) for label in labels for n in numbers}
    texts = [template.fill(key, variables) for key in ("lead", "sheets", "reason", "control", "unit_note")]
    texts += template.fill_all("closing", variables) + template.fill_all("signature", variables)
    allowed = {
        "TD": frozenset(map(show_text, cells)),
        "P": frozenset(map(show_text, texts)),
        "H1": frozenset([show_text(one_line(template.fill("title", variables)))]),
    }
    codes = [check_code(before), check_code(work.village), *list_phones(work.village, work.settings)]
    return look_at_pieces(notice, codes, lambda piece: _allows(allowed, piece))


def _allows(allowed: dict[str, frozenset[str]], piece: Piece) -> bool:
    if piece.tag == "TD" and _FIGURES.fullmatch(piece.text):
        return True
    return piece.tag not in allowed or piece.text in allowed[piece.tag]
