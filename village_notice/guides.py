"""申报指南 of chosen programmes: needs no inbox and no run, only the reference data and the office's telephones."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from village_notice.domain.guide_text import GUIDE_TEXTS, GuideText, build_guide_texts, read_guide_texts
from village_notice.domain.subsidy import Subsidy, Tier
from village_notice.errors import UsageError
from village_notice.notices.guide import build_guide, check_guide, draw_guide, is_known
from village_notice.notices.picture import draw_pictures
from village_notice.notices.work import Choice
from village_notice.output import explain_write_errors
from village_notice.progress import Progress
from village_notice.publish import safe_name
from village_notice.settings import Settings, read_settings
from village_notice.sources.reference import read_reference
from village_notice.wish import Made

_NO_DATE = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class GuideWish:
    """What the user asked for.

    Attributes:
        programmes: Codes, names or parts of names; () for all.
        target: Folder the sheets go to.
        home: Office folder, None for defaults.
        paper: A4 or A3, None as in the template.
        is_large: Large print.
        has_pictures: A PNG a page as well.
        stamp: The one date of the documents; None takes a fixed one.
    """

    programmes: tuple[str, ...]
    target: Path
    home: Path | None = None
    paper: str | None = None
    is_large: bool = False
    has_pictures: bool = False
    stamp: datetime | None = None


def make_guides(wish: GuideWish, progress: Progress) -> Made:
    """Makes the sheets.

    Raises:
        UsageError: No programme is called so.
        SettingsError: The office's settings or a guide file have a mistake.
        CannotWriteError: The target cannot be written.
    """
    settings = read_settings(wish.home)
    chosen = choose_subsidies(read_reference(settings).subsidies.subsidies, wish.programmes)
    made, texts = Made(wish.target), {}
    with explain_write_errors(wish.target):
        wish.target.mkdir(parents=True, exist_ok=True)
        for number, subsidy in enumerate(chosen, 1):
            choice = Choice(wish.paper or "", wish.is_large)
            notice = draw_guide(subsidy, settings, wish.stamp or _NO_DATE, choice)
            faults = check_guide(notice, subsidy, settings)
            made.findings += faults
            if not faults:
                _write(made, safe_name(notice.file_name), notice.data, notice.pages)
                texts[safe_name(notice.file_name)] = _read_text(subsidy, settings)
                for page, picture in enumerate(draw_pictures(notice.data) if wish.has_pictures else [], 1):
                    behind = f"_第{page}页" if notice.pages > 1 else ""
                    name = safe_name(notice.file_name.removesuffix(".pdf") + behind + ".png")
                    _write(made, name, picture, 0)
            progress("申报指南", number, len(chosen))
        known = read_guide_texts(wish.target)
        (wish.target / GUIDE_TEXTS).write_bytes(build_guide_texts(known | texts))
    return made


def _read_text(subsidy: Subsidy, settings: Settings) -> GuideText:
    guide = build_guide(subsidy, settings)
    return GuideText(guide.title, subsidy.department, guide.rows, guide.notes)


def choose_subsidies(known: Sequence[Subsidy], texts: Sequence[str]) -> list[Subsidy]:
    """The programmes meant; all but those that may not even be named in a village where none is given.

    Raises:
        UsageError: No programme is called so.
    """
    if not texts:
        return [s for s in known if s.tier is not Tier.X]
    for text in texts:
        if not any(is_known(text, s) for s in known):
            raise UsageError(
                f"项目表里没有“{text}”。请用项目代码（如 S001）或名称中的几个字；全部名称在 subsidies.csv 里。"
            )
    return [s for s in known if any(is_known(text, s) for text in texts)]


def _write(made: Made, name: str, data: bytes, pages: int) -> None:
    (made.folder / name).write_bytes(data)
    made.files[name] = pages
