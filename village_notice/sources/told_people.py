"""What columns of days of death and of signatures say of a payment: dead before the time it is for, never fetched."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from village_notice.domain.patterns import compile_late
from village_notice.sources.dates import parse_date
from village_notice.sources.wording import fold_words

_DEATH = compile_late(r"(?:死亡|去世|病故|亡故|逝世|身故|离世)(?:日期|时间|年月|月份|日)")
_OTHER_PERSON = compile_late(r"配偶|子女|父|母|家属|遗属|亲属|职工|烈士|军人|户主")
_FOR_THE_DEAD = compile_late(r"丧葬|抚恤|遗属|殡葬|安葬|火化|死亡|去世|病故")
"""Money that is paid because somebody died."""
_NOT_FETCHED = compile_late(
    r"(?:[未没]有?(?:领[取到]?|取|来[领取])|拒[领收签]|不[领要]|放弃|无人[领取]|查无此人|退回?|停发|作废|注销|未发放?|没发)[^，,。；;]{0,6}"
)
"""未签, 外出, 不在家 say that nobody signed, not that nobody was paid."""
_SETTLED = compile_late(r"代领|已[领发补]|补[领发]|后领|电话")
_MONTH = len("2025-01")


class Told(NamedTuple):
    """A payment (its position) against which a cell speaks, with the cell's words."""

    position: int
    words: str


def is_day_of_death(heading: str) -> bool:
    """Whether a column tells when the person of the row died."""
    plain = fold_words(heading)
    return bool(_DEATH.search(plain)) and not _OTHER_PERSON.search(plain)


def find_dead(
    heading: str, cells: Sequence[object], values: Mapping[str, Sequence[object]], titles: Sequence[str]
) -> Iterator[Told]:
    """The payments of people who died in a month before the time their money is for, or before its year.

    Args:
        heading: The column's.
        cells: Its cells, one a payment.
        values: The payments.
        titles: What the list is called; money for the dead is no mistake.
    """
    words = (*titles, *map(str, set(values["programme_text"])))
    if sum(c not in (None, "") for c in cells) * 2 > len(cells) or any(map(_FOR_THE_DEAD.search, words)):
        return
    for position, cell in enumerate(cells):
        year, period = values["year"][position], str(values["period"][position])
        day = parse_date(cell, year if isinstance(year, int) else None)
        if not day or not isinstance(year, int):
            continue
        first = _first_month(period) or f"{year}-01"
        if day[:_MONTH] < first[: len(day[:_MONTH])]:
            yield Told(position, f"{heading}：{day}")


def says_not_fetched(text: str) -> bool:
    """Whether a cell for the signature says that the money was not fetched (未领, 拒领; not 代领, 未签)."""
    plain = fold_words(text)
    return bool(_NOT_FETCHED.fullmatch(plain)) and not _SETTLED.search(plain)


def find_not_fetched(heading: str, texts: Sequence[str]) -> Iterator[Told]:
    """The payments beside which the column of signatures says that the money was not fetched (未领, 拒领)."""
    for position, text in enumerate(texts):
        if says_not_fetched(text):
            yield Told(position, f"{heading}：{text}")


def _first_month(period: str) -> str:
    if match := re.fullmatch(r"(\d{4})-([QH])(\d)", period):
        months = 3 if match[2] == "Q" else 6
        return f"{match[1]}-{(int(match[3]) - 1) * months + 1:02d}"
    return period[:_MONTH] if re.match(r"\d{4}-\d\d", period) else ""
