"""The last look at 明白纸: each slip says what its own household got, and nothing else.

What a slip may say is gathered anew from the village's lines, without the drawing's own grouping.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from operator import itemgetter
from typing import Any

from village_notice.domain.money import format_capital, format_fen, format_scaled
from village_notice.domain.public import VillageYear, list_columns
from village_notice.domain.subsidy import Tier
from village_notice.notices.card import list_notes
from village_notice.notices.fonts import show_text
from village_notice.notices.lists import group_digits, show_quantity
from village_notice.notices.readback import Piece
from village_notice.notices.work import start_work
from village_notice.settings import Settings

_NO_DATE = datetime(2000, 1, 1, tzinfo=UTC)
_OPEN_TIERS = (Tier.A, Tier.B)
Record = dict[str, Any]


def _list_records(columns: Mapping[str, list[Any]]) -> Iterator[Record]:
    """Each row of a table by the names of its columns."""
    for values in zip(*columns.values(), strict=True):
        yield dict(zip(columns, values, strict=True))


class CardCheck:
    """Which words may stand on the slips; follows the households as their names go by."""

    def __init__(self, village: VillageYear, settings: Settings) -> None:
        self._work = start_work(village, settings, _NO_DATE)
        self._template = self._work.read("card")
        title = show_text(self._template.fill("title", self._work.variables))
        self._slips = self._list_slips(village)
        self._name, self._cells, self._words = "", Counter[str](), frozenset([title])

    def allows(self, piece: Piece) -> bool:
        """Whether the piece may stand where it does: a cell once in its household's slip, words only fixed ones."""
        if piece.tag == "H2":
            return self._turn(piece.text)
        if piece.tag == "TD":
            self._cells[piece.text] -= 1
            return self._cells[piece.text] >= 0
        return piece.tag != "P" or piece.text in self._words

    def _turn(self, name: str) -> bool:
        """Goes to the next household; the same one goes on where its cells have not all been seen."""
        if name == self._name and any(count > 0 for count in self._cells.values()):
            return True
        self._name, self._cells, self._words = next(self._slips, ("", Counter[str](), frozenset[str]()))
        return name == self._name

    def _list_slips(self, village: VillageYear) -> Iterator[tuple[str, Counter[str], frozenset[str]]]:
        """Name, cells and words of each slip, in printing order."""
        values, variables = self._template.values, self._work.variables
        fixed = {values["next_card"], self._template.fill("title", variables), *list_notes(self._work, self._template)}
        homes = sorted(_list_records(village.households.to_lists()), key=itemgetter("serial"))
        cells = self._gather({home["household_no"] for home in homes if home["people"] > 1}, village)
        for home in homes:
            fen = home["amount_fen"]
            own = cells.get(home["household_no"], Counter())
            own.update([values["total"], self._template.fill("amount", {"total": format_fen(fen, grouped=True)})])
            place = self._template.fill("place", variables | {"group": home["group"]})
            capital = self._template.fill("capital", {"capital": format_capital(fen)})
            words = fixed | {place, place + values["again"], capital}
            yield show_text(home["name"]), own, frozenset(map(show_text, words))

    def _gather(self, several: set[int], village: VillageYear) -> dict[int, Counter[str]]:
        """Household number → the cells of its programmes."""
        programmes = {p.key: p for p in village.programmes if p.tier in _OPEN_TIERS}
        found: dict[int, Counter[str]] = {}
        for line in _list_records(list_columns(village)):
            programme, number = programmes.get(line["key"]), line["household_no"]
            if programme is None:
                continue
            detail = self._detail(line, programme.unit, has_name=number in several)
            amount = self._template.fill("amount", {"total": format_fen(line["amount_fen"], grouped=True)})
            texts = [programme.title, amount, *([detail] if detail else [])]
            found.setdefault(number, Counter()).update(map(show_text, texts))
        return found

    def _detail(self, line: Record, unit: str, *, has_name: bool) -> str:
        quantity, rate = line["quantity_milli"], line["rate_micro"]
        shown = {
            "name": line["name"] if has_name else "",
            "quantity": "" if quantity is None else show_quantity(quantity),
            "rate": "" if rate is None else group_digits(format_scaled(rate, 6)),
            "payments": f"{line['payments']:,}" if line["payments"] > 1 else "",
            "months": line["pay_months"],
            "unit": unit,
        }
        return str(self._template.values["between"]).join(self._template.fill_all("details", shown))
