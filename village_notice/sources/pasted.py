"""Rows that stand twice on one sheet while its total counts them once: a list pasted a second time."""

from collections.abc import Iterator, Mapping, Sequence

from village_notice.domain.columns import PAID_STATUSES
from village_notice.domain.finding import Finding, Place
from village_notice.domain.money import format_fen
from village_notice.domain.text import column_letters
from village_notice.sources.totals import Mismatch

_SAME = ("name", "id", "account", "village", "group", "programme", "period", "pay_date", "quantity_milli", "raw_fen")


def find_pasted(values: Mapping[str, Sequence[object]], wrong: Mismatch, place: Place) -> Iterator[Finding]:
    """X20 for each payment that repeats an earlier one in every word, where a total is short by exactly these.

    Args:
        values: The payments of the table, one list a column.
        wrong: A total that is not the sum of its rows.
        place: The sheet.
    """
    letters = column_letters(wrong.column)
    over = wrong.found_fen - wrong.stated_fen
    if wrong.code != "T01" or over <= 0:
        return
    own = [i for i, c in enumerate(values["column"]) if c == letters and values["status"][i] in PAID_STATUSES]
    first: dict[tuple[object, ...], int] = {}
    again: list[tuple[int, int]] = []
    for i in own:
        earlier = first.setdefault(tuple(values[c][i] for c in _SAME), i)
        if earlier != i:
            again.append((i, earlier))
    money = [fen for i, _ in again if isinstance(fen := values["raw_fen"][i], int)]
    if not again or sum(money) != over:
        return
    words = f"人和金额都相同，而第 {wrong.row} 行的合计 {format_fen(wrong.stated_fen)} 元只算了一遍"
    for (i, earlier), fen in zip(again, money, strict=True):
        where = place._replace(row=int(str(values["row"][i])), column=letters)
        name = str(values["name"][i])
        yield Finding("X20", where, words, f"第 {values['row'][earlier]} 行", "", name, abs(fen))
