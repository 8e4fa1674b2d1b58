"""Values as the templates show them: rows of texts, bars as parts of a hundred, sums of several years side by side."""

from collections.abc import Sequence
from typing import NamedTuple

from village_notice.archive.answer import AnswerLine, PersonAnswer, VillageAnswer
from village_notice.domain.money import format_fen, format_scaled


class ShownLine(NamedTuple):
    """One programme: texts, and the length of its bar out of 100."""

    title: str
    people: str
    quantity: str
    rate: str
    payments: str
    months: str
    amount: str
    bar: int


class ShownYears(NamedTuple):
    """Programmes by years: headings, rows of (title, amounts), sums, and bars of the sums out of 100."""

    years: tuple[int, ...]
    rows: tuple[tuple[str, tuple[str, ...]], ...]
    sums: tuple[str, ...]
    bars: tuple[int, ...]


def show_lines(lines: Sequence[AnswerLine]) -> list[ShownLine]:
    """The lines of a person or a village as texts."""
    longest = max((abs(line.amount_fen) for line in lines), default=0)
    return [
        ShownLine(
            title=x.title,
            people=f"{x.people:,}" if x.people else "",
            quantity="" if x.quantity_milli is None else f"{format_scaled(x.quantity_milli, 3)}{x.unit}",
            rate="" if x.rate_micro is None else format_scaled(x.rate_micro, 6),
            payments=f"{x.payments:,}",
            months=x.pay_months,
            amount=format_fen(x.amount_fen, grouped=True),
            bar=_share(x.amount_fen, longest),
        )
        for x in lines
    ]


def show_years(answers: Sequence[PersonAnswer | VillageAnswer]) -> ShownYears | None:
    """A table of programmes by years, None where there is one year only."""
    by_year = {a.year: a for a in answers}
    years = tuple(sorted(by_year))
    if len(years) < 2:
        return None
    titles = dict.fromkeys(line.title for year in reversed(years) for line in by_year[year].lines)
    rows = tuple((title, tuple(_add(by_year[year].lines, title) for year in years)) for title in titles)
    sums = [by_year[year].amount_fen for year in years]
    bars = tuple(_share(fen, max(sums)) for fen in sums)
    return ShownYears(years, rows, tuple(format_fen(fen, grouped=True) for fen in sums), bars)


def _add(lines: Sequence[AnswerLine], title: str) -> str:
    found = [line.amount_fen for line in lines if line.title == title]
    return format_fen(sum(found), grouped=True) if found else "—"


def _share(fen: int, longest: int) -> int:
    return max(1, round(100 * abs(fen) / longest)) if longest and fen else 0
