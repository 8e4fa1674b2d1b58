"""All notices of one village, and what has to be said about them. Runs in worker processes: nothing global is needed."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from village_notice.domain.finding import Finding, Place
from village_notice.domain.public import VillageYear, list_columns
from village_notice.notices.card import draw_cards
from village_notice.notices.detail import draw_detail
from village_notice.notices.fonts import find_missing
from village_notice.notices.household import draw_household
from village_notice.notices.summary import draw_summary
from village_notice.notices.work import Choice, Drawn, Work, start_work
from village_notice.settings import Settings

Kind = Literal["summary", "household", "detail", "card", "correction", "guide", "county", "gaps", "bundle"]
KIND_WORDS: dict[Kind, str] = {"summary": "汇总公开", "household": "一户一行", "detail": "明细公开", "card": "明白纸"}
"""Kinds of a village in the words of the people."""
_DRAW: dict[Kind, Callable[[Work], Drawn | None]] = {
    "summary": draw_summary,
    "household": draw_household,
    "detail": draw_detail,
    "card": draw_cards,
}
_ON_WALL = ("summary", "household")
_OF_RUN: tuple[Kind, ...] = ("summary", "household", "detail")
_SEVERAL = re.compile(r"等\d+人$")


@dataclass(frozen=True, slots=True)
class Notice:
    """One finished notice.

    Attributes:
        kind: Which one.
        file_name: With .pdf.
        title: In one line.
        pages: Number of pages.
        data: The PDF.
        on_wall: Whether it belongs to the set for the board.
    """

    kind: Kind
    file_name: str
    title: str
    pages: int
    data: bytes
    on_wall: bool


def draw_village(village: VillageYear, settings: Settings, stamp: datetime) -> tuple[list[Notice], list[Finding]]:
    """The notices of a village and the findings about them; the wall set comes first.

    Args:
        village: The figures.
        settings: The office's settings.
        stamp: The one date of the documents, with a time zone.

    Raises:
        SettingsError: A template of the office has a mistake.
    """
    notices = draw_kinds(village, settings, stamp, _OF_RUN)
    return notices, list(check_village(village, notices, settings))


def draw_kinds(
    village: VillageYear, settings: Settings, stamp: datetime, kinds: Sequence[Kind], choice: Choice | None = None
) -> list[Notice]:
    """The notices of some kinds, in the order asked for; a kind the village has nothing for is left out.

    Raises:
        SettingsError: A template of the office has a mistake.
    """
    work = start_work(village, settings, stamp, choice)
    return [make_notice(kind, made) for kind, made in draw_each(work, kinds)]


def draw_each(work: Work, kinds: Sequence[Kind]) -> Iterator[tuple[Kind, Drawn]]:
    """What is drawn of each kind, with the document it was rendered from."""
    for kind in kinds:
        made = _DRAW[kind](work)
        if made is not None:
            yield kind, made


def make_notice(kind: Kind, made: Drawn) -> Notice:
    """The notice that is looked at and written."""
    return Notice(kind, f"{made.name}.pdf", made.title, made.pages, made.data, on_wall=kind in _ON_WALL)


def check_village(village: VillageYear, notices: list[Notice], settings: Settings) -> Iterator[Finding]:
    """Findings about a village's paper: characters without a font, too many sheets, payments still held."""
    place = Place(sheet=village.township + village.village)
    yield from check_characters(village)
    sheets = sum(notice.pages for notice in notices if notice.on_wall)
    if sheets > settings.board_sheets:
        yield Finding("N06", place, found=str(sheets), expected=str(settings.board_sheets))
    if village.is_draft:
        titles = "、".join(p.title for p in village.programmes if p.held)
        yield Finding("N08", place, found=str(village.held), expected=titles)


def check_characters(village: VillageYear) -> Iterator[Finding]:
    """A finding for each name, group or title with a character no font has."""
    lines = list_columns(village)
    names = [*lines["name"], *village.households.values("name")]
    words = [village.village, village.full_name, *lines["group"]]
    words += [word for p in village.programmes for word in (p.title, p.department)]
    texts = dict.fromkeys([*names, *words])
    if not find_missing("".join(texts)):
        return
    for text in dict.fromkeys(_SEVERAL.sub("", text) for text in texts):
        missing = find_missing(text)
        if missing:
            yield Finding(
                "N05", Place(sheet=village.township + village.village), found="、".join(missing), expected=text
            )
