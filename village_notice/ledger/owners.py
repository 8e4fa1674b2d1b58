"""The people of the whole county, whose the lines are: their names, groups and heads of household, and the order they stand in."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from village_notice.domain.codes import Bools, Ints, code_column, code_texts, combine_codes
from village_notice.domain.order import GROUP, RECEIVED, ListOrders, Order
from village_notice.domain.pinyin import Pinyin
from village_notice.domain.printed import print_group, print_name
from village_notice.ledger import names


@dataclass(frozen=True, slots=True)
class Owners:
    """Everybody who was paid, numbered over the whole county.

    Attributes:
        of_row: For each payment the number of its person; all other arrays have one value a person.
        village, person: Village, as a small number, and serial inside it.
        name: Place in `name_texts` of the name, as it may be printed.
        group: Place in `group_texts`.
        head: Head of household as the sheets tell, "" unknown.
        received: Place of the first payment.
    """

    of_row: Ints
    village: Ints
    person: Ints
    name: Ints
    name_texts: names.Texts
    group: Ints
    group_texts: names.Texts
    head: names.Texts
    received: Ints
    pinyin: Pinyin
    _ranks: dict[Order, tuple[Ints, Ints]] = field(default_factory=dict)

    def rank(self, order: Order) -> tuple[Ints, Ints]:
        """For each person the ranks it stands by: of its group, then of its name or of where it was first read."""
        if order not in self._ranks:
            by_group = (
                names.rank_groups(self.group_texts.tolist())
                if GROUP in order
                else np.zeros(len(self.group_texts), np.int64)
            )
            ranks = self.received
            if RECEIVED not in order:
                ranks = names.rank_names(self.name_texts.tolist(), self.pinyin, order)[self.name]
            self._ranks[order] = by_group[self.group], ranks
        return self._ranks[order]

    def print_names(self, is_named: Bools) -> names.Texts:
        """The names as printed, namesakes told apart among those that are printed in full."""
        marks = np.zeros(len(self.name), dtype=np.int64)
        own = (self.village, self.name, self.group, self.person)
        marks[is_named] = names.mark_namesakes(*(values[is_named] for values in own))
        return names.print_names(self.name, self.name_texts, marks)


def number_heads(payments: pd.DataFrame) -> None:
    """Numbers the heads of households, unless somebody has: mostly it is the one who is paid, or nobody is told."""
    heads = payments["household_head"]

    def number_who_is_likely() -> Ints:
        return combine_codes(code_texts(payments["name"]), np.asarray(heads.array != "", dtype=np.int64))

    code_column(heads, key=number_who_is_likely)


def find_owners(rows: pd.DataFrame, village: Ints, pinyin: Pinyin, orders: ListOrders) -> Owners:
    """The people of some payments, their ranks worked out for the orders that will be asked for.

    Args:
        rows: Payments with name, group, household_head, organisation and person_no.
        village: Village of each payment, as a small number.
        pinyin: Reads names.
        orders: In which order people and households stand.
    """
    person = rows["person_no"].to_numpy(dtype=np.int64)
    of_row = combine_codes(village, person)
    size = int(of_row.max(initial=-1)) + 1
    first = np.full(size, len(rows), dtype=np.int64)
    np.minimum.at(first, of_row, np.arange(len(rows)))
    codes, texts = names.code_names(rows["name"], (rows["organisation"] != 0).to_numpy())
    group, group_texts = _choose_texts(*names.code_texts(rows["group"], print_group), of_row, size)
    head, head_texts = _choose_texts(*names.code_texts(rows["household_head"], print_name), of_row, size)
    owners = Owners(
        of_row, village[first], person[first], names.choose_codes(of_row, codes, size), texts, group, group_texts,
        head_texts[head], first, pinyin,
    )  # fmt: skip
    for order in (orders.lines, orders.households):
        owners.rank(order)
    return owners


def _choose_texts(codes: Ints, texts: names.Texts, owner: Ints, size: int) -> tuple[Ints, names.Texts]:
    """For each owner the text it has most often, as a place among the texts; "" only where it has no other."""
    empty = np.flatnonzero(texts == "")
    return names.choose_codes(owner, codes, size, empty=int(empty[0]) if len(empty) else -1), texts
