"""广播稿: what is read out over the village's loudspeaker. Every number in words, no name, no person's amount."""

from collections.abc import Iterator
from datetime import timedelta

from village_notice.domain.finding import Finding, Place
from village_notice.domain.public import ProgrammeSummary, VillageYear, list_columns
from village_notice.domain.spoken import speak_count, speak_day, speak_digits, speak_fen, speak_phone
from village_notice.notices.template import Template
from village_notice.notices.work import Work

FEWEST_PEOPLE = 3
"""A sum over fewer people would tell one person's amount. Source: design of the notices, no person's amount."""
_BOM, _LINE = "\ufeff", "\r\n"  # the oldest Notepad reads it


def write_speech(work: Work) -> tuple[str, bytes]:
    """File name without .txt, and the text as UTF-8 that every Notepad opens."""
    template = work.read("speech")
    lines = list(_list_lines(work, template))
    return template.fill("file_name", work.variables), (_BOM + _LINE.join(lines) + _LINE).encode("utf-8")


def _list_lines(work: Work, template: Template) -> Iterator[str]:
    village, variables = work.village, build_spoken(work, template)
    if village.is_draft:
        yield from template.fill_all("draft", variables)
    yield from template.fill_all("opening", variables)
    yield template.fill("total" if village.people >= FEWEST_PEOPLE else "total_few", variables)
    few = [p for p in village.programmes if p.people < FEWEST_PEOPLE]
    for programme in village.programmes:
        if programme not in few:
            yield template.fill("programme", variables | _speak_programme(programme))
    if few:
        yield template.fill("few", variables | {"items": speak_count(len(few))})
    if village.has_withheld:
        yield template.fill("withheld", variables)
    yield from template.fill_all("closing", variables)


def build_spoken(work: Work, template: Template) -> dict[str, object]:
    """The variables of the village as they are said."""
    village, settings = work.village, work.settings
    first = settings.post_from
    last = first + timedelta(days=settings.notice_days - 1) if first else None
    phones = settings.phones
    office = phones.township.get(village.office) or phones.township.get(village.township) or ""
    figures = {
        "year_words": speak_digits(str(village.year)),
        "data_until": speak_day(village.data_until) or "目前",
        "items": speak_count(len(village.programmes)),
        "people": speak_count(village.people),
        "payments": speak_count(village.payments),
        "total": speak_fen(village.public_fen),
        "held": speak_count(village.held),
        "board": settings.board_place or template.values["no_board"],
        "post_from": speak_day(first.isoformat()) if first else "",
        "post_until": speak_day(last.isoformat()) if last else "",
        "days": speak_count(settings.notice_days),
        "ask": speak_phone(office),
        "supervision": speak_phone(phones.supervision),
    }
    return work.variables | figures


def _speak_programme(programme: ProgrammeSummary) -> dict[str, object]:
    return {
        "programme": programme.title,
        "people": speak_count(programme.people),
        "payments": speak_count(programme.payments),
        "total": speak_fen(programme.amount_fen),
    }


def check_speech(name: str, data: bytes, village: VillageYear) -> list[Finding]:
    """P01 for any figure, P02 for any name in a finished text; empty where all is well.

    Titles and the village's own names are taken out first: they may hold figures, and characters that are also a name.
    """
    text = data.decode("utf-8-sig")
    for known in sorted({p.title for p in village.programmes}, key=len, reverse=True):
        text = text.replace(known, "\n")
    for known in (village.full_name, village.office + village.village, village.village, village.office):
        text = text.replace(known, "\n") if known else text
    figures = sorted({char for char in text if char.isdecimal()})
    findings = [Finding("P01", Place(name), found="".join(figures))] if figures else []
    names = [n for n in dict.fromkeys(list_columns(village)["name"]) if len(n) > 1 and n in text]
    return findings + [Finding("P02", Place(name), found=found) for found in names]
