"""THE privacy wall: accepted payments go in, what may leave the office about each village comes out.

Everything downstream (paper, package, query) sees only the `VillageYear`s made here. The tiers are those of `tiers.py`;
paid = public + withheld is checked to the fen for every village. Source: design of disclosure; 个人信息保护法 §6, §28.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd

from village_notice.domain.codes import (
    Bools,
    Ints,
    are_among,
    code_column,
    combine_codes,
    keep_rows,
    sort_rows,
)
from village_notice.domain.money import format_fen, format_scaled
from village_notice.domain.order import USUAL_ORDERS, ListOrders
from village_notice.domain.pinyin import Pinyin
from village_notice.domain.public import MergedTotal, ProgrammeSummary, VillageYear
from village_notice.domain.public_table import NONE, PublicTable
from village_notice.domain.side_by_side import do_both
from village_notice.domain.subsidy import Subsidy, Tier
from village_notice.domain.village import Village
from village_notice.errors import ConservationError
from village_notice.ledger import names
from village_notice.ledger.held import HeldCounts, count_held
from village_notice.ledger.lines import RULES, Lines, add_at, find_starts, format_months, lengths, or_at, sum_lines
from village_notice.ledger.owners import Owners, find_owners, number_heads
from village_notice.ledger.tiers import FEWEST, TOTALS_KEY, Heading, Headings

_ASKED = [
    "file", "sheet", "column", "village_code", "group", "name", "id", "programme_code", "quantity_milli", "rate_micro",
    "amount_fen", "pay_date", "household_head", "period", "person_no", "household_no", "birth_date", "organisation",
]  # fmt: skip
"""Columns that are looked at here: of a county's payments no more is copied."""
_format_months = lru_cache(maxsize=4096)(format_months)


@dataclass(frozen=True, slots=True)
class Scope:
    """What is to be disclosed.

    Attributes:
        year: Calendar year.
        county: Name of the county, "" unknown.
        data_until: Last day the figures cover, YYYY-MM-DD or "".
        villages: Villages of the run, in the order of the register.
        unsettled: Programme code and township of each total that does not agree with what was paid out.
        others: Townships of the register that the run is not for.
        orders: In which order people and households stand.
    """

    year: int
    county: str
    data_until: str
    villages: Sequence[Village]
    unsettled: frozenset[tuple[str, str]] = frozenset()
    others: frozenset[str] = frozenset()
    orders: ListOrders = USUAL_ORDERS


@dataclass(frozen=True, slots=True)
class Disclosure:
    """What may leave: the villages that have something to post, and small totals joined over a township."""

    villages: tuple[VillageYear, ...]
    merged: tuple[MergedTotal, ...]


def disclose(decided: pd.DataFrame, scope: Scope, subsidies: Sequence[Subsidy], pinyin: Pinyin) -> Disclosure:
    """The public side of the accepted payments of the villages in scope.

    Args:
        decided: Payments with verdicts, person_no and household_no.
        scope: Year and villages.
        subsidies: The county's programmes with their tiers.
        pinyin: Reads names, for the order of lists and for surnames.

    Raises:
        ConservationError: An accepted payment has no village or no amount, or public + withheld is not what was paid.
    """
    number_heads(decided)
    accepted = keep_rows(decided[_ASKED], are_among(decided["verdict"], ["accepted"]))
    if are_among(accepted["village_code"], [""]).any() or accepted["amount_fen"].isna().any():
        raise ConservationError("有计入的款项没有村或金额，已停止。请把收件箱发给维护人员。")
    headings = Headings(subsidies, code_column(decided["programme_code"]).texts)
    held = count_held(decided, scope.villages, headings, scope.year, scope.unsettled, scope.others)
    place = {village.code: number for number, village in enumerate(scope.villages)}
    codes, texts = code_column(accepted["village_code"])
    village: Ints = np.array([*(place.get(str(code), -1) for code in texts), -1], dtype=np.int64)[codes]
    rows = keep_rows(accepted, village >= 0)
    village = village[village >= 0]
    del accepted
    rules = np.array([RULES.index(h.quantity_rule) for h in headings.all], dtype=np.int64)
    lines, owners = do_both(
        lambda: sum_lines(rows, village, headings.place_rows(rows, scope.year), rules, scope.year),
        lambda: find_owners(rows, village, pinyin, scope.orders),
        len(rows),
    )
    return _Wall(owners, lines, headings.all, scope).build(held)


class _Wall:
    """Builds the villages from lines of the whole county; every step but the last is one operation over arrays."""

    def __init__(self, owners: Owners, lines: Lines, headings: Sequence[Heading], scope: Scope) -> None:
        self.owners, self.lines, self.headings, self.scope = owners, lines, headings, scope
        self.size = len(scope.villages)
        self.bounds = np.searchsorted(lines.village, np.arange(self.size + 1))
        tiers = np.array([list(Tier).index(h.tier) for h in headings], dtype=np.int64)
        self.tier = tiers[lines.heading]
        self.owner = np.zeros(len(lines), dtype=np.int64)
        self.owner[lines.of_row] = owners.of_row
        self.is_named = self.tier <= 1  # A and B
        self.small = self._find_small()
        self.is_listed = self.is_named | ((self.tier == 2) & ~self.small)
        is_printed = np.zeros(len(owners.name), dtype=np.bool_)
        is_printed[self.owner[self.is_named]] = True
        self.printed = owners.print_names(is_printed)

    def _find_small(self) -> Bools:
        """Lines of a heading that has fewer than three people in the village (tiers C and D)."""
        width = len(self.headings)
        cell = self.lines.village * width + self.lines.heading
        counts = np.bincount(cell, minlength=self.size * width)
        small: Bools = (self.tier >= 2) & (counts[cell] < FEWEST)
        return small

    def build(self, held: HeldCounts) -> Disclosure:
        table, bounds = self._build_lines()
        households, house_bounds = self._build_households()
        masses = self._sum_headings()
        villages = []
        for number, village in enumerate(self.scope.villages):
            part = table.cut(*bounds[number : number + 2].tolist())
            houses = households.cut(*house_bounds[number : number + 2].tolist())
            made = self._build_village(number, village, (part, houses), masses, held)
            if made is not None:
                villages.append(made)
        return Disclosure(tuple(villages), self._merge_small())

    def _build_lines(self) -> tuple[PublicTable, Ints]:
        """All lines of lists in printing order, and where each village's begin."""
        lines = self.lines
        chosen = np.flatnonzero(self.is_listed)
        owner, tier = self.owner[chosen], self.tier[chosen]
        masked = tier == 2
        printed = self.printed[owner]
        group = np.where(masked, "", self.owners.group_texts[self.owners.group[owner]])
        groups, ranks = self.owners.rank(self.scope.orders.lines)
        name_rank = ranks[owner]
        # a masked list stands by what it shows, so that its order tells nothing about the people behind it
        printed[masked], name_rank[masked] = self._mask_names(self.owners.name[owner[masked]])
        group_rank = np.where(masked, 0, groups[owner])
        last = np.where(masked, lines.amount[chosen], lines.person[chosen])
        order, _ = sort_rows(lines.village[chosen], lines.heading[chosen], group_rank, name_rank, last)
        chosen, masked = chosen[order], masked[order]
        is_a = self.tier[chosen] == 0
        keys = np.array([h.key for h in self.headings], dtype=object)
        village, heading = lines.village[chosen], lines.heading[chosen]
        table = PublicTable(
            {
                "key": keys[heading],
                "serial": _count_inside(village, heading),
                "group": group[order],
                "name": printed[order],
                "quantity_milli": np.where(is_a & lines.has_quantity[chosen], lines.quantity[chosen], NONE),
                "rate_micro": np.where(is_a & lines.has_rate[chosen], lines.rate[chosen], NONE),
                "payments": lines.payments[chosen],
                "amount_fen": lines.amount[chosen],
                "person_no": np.where(masked, NONE, lines.person[chosen]),
                "household_no": np.where(masked, NONE, lines.household[chosen]),
                "pay_months": _list_months(lines.months[chosen]),
            }
        )
        return table, np.searchsorted(village, np.arange(self.size + 1))

    def _mask_names(self, names_of: Ints) -> tuple[names.Texts, Ints]:
        """For some names, as places in `owners.name_texts`, what is shown of them, and its place in the order of lists."""
        distinct, places = np.unique(names_of, return_inverse=True)
        pinyin = self.owners.pinyin
        shown = [names.mask_name(text, pinyin) for text in self.owners.name_texts[distinct].tolist()]
        texts = sorted(set(shown))
        number = {text: place for place, text in enumerate(texts)}
        numbers = np.array([number[text] for text in shown], dtype=np.int64)[places]
        return np.array(texts, dtype=object)[numbers], names.rank_names(texts, pinyin, self.scope.orders.lines)[numbers]

    def _build_households(self) -> tuple[PublicTable, Ints]:
        """One line a household over its lines of tiers A and B, in printing order, and where each village's begin."""
        lines, named = self.lines, self.is_named
        village, household, owner = lines.village[named], lines.household[named], self.owner[named]
        house = combine_codes(village, household)
        size = int(house.max(initial=-1)) + 1
        first = np.full(size, len(house), dtype=np.int64)
        np.minimum.at(first, house, np.arange(len(house)))
        people = names.count_distinct(house, owner, np.ones(len(house), dtype=bool), size)
        plain = self.owners.name_texts[self.owners.name]
        speaker = _choose_speakers(house, owner, plain, self.owners.head, size)
        counts = people.tolist()
        shown = [f"{n}等{c}人" if c > 1 else str(n) for n, c in zip(self.printed[speaker], counts, strict=True)]
        of_village = village[first]
        groups, ranks = self.owners.rank(self.scope.orders.households)
        order, _ = sort_rows(of_village, groups[speaker], ranks[speaker], household[first])
        table = PublicTable(
            {
                "household_no": household[first][order],
                "serial": _count_inside(of_village[order]),
                "group": self.owners.group_texts[self.owners.group[speaker]][order],
                "name": np.array(shown, dtype=object)[order],
                "people": people[order],
                "amount_fen": add_at(lines.amount[named], house, size)[order],
            }
        )
        return table, np.searchsorted(of_village[order], np.arange(self.size + 1))

    def _sum_headings(self) -> "_Masses":
        """People, payments, amounts … of each village and heading."""
        lines, width = self.lines, len(self.headings)
        cell = lines.village * width + lines.heading
        size = self.size * width
        shape = (self.size, width)
        quantity = np.where(lines.has_quantity, lines.quantity, 0)
        return _Masses(
            people=np.bincount(cell, minlength=size).reshape(shape),
            payments=add_at(lines.payments, cell, size).reshape(shape),
            amount=add_at(lines.amount, cell, size).reshape(shape),
            quantity=add_at(quantity, cell, size).reshape(shape),
            measured=add_at(lines.has_quantity.astype(np.int64), cell, size).reshape(shape),
            months=or_at(lines.months, cell, size).reshape(shape),
            rate=_single_rates(lines, cell, size).reshape(shape),
        )

    def _build_village(
        self,
        number: int,
        village: Village,
        tables: tuple[PublicTable, PublicTable],
        masses: "_Masses",
        held: HeldCounts,
    ) -> VillageYear | None:
        found = [i for i in range(len(self.headings)) if masses.people[number, i]]
        shown = [i for i in found if self._is_shown(i, int(masses.people[number, i]))]
        if not shown:
            return None
        programmes = tuple(self._summarise(number, i, masses, held) for i in shown)
        public = sum(p.amount_fen for p in programmes)
        withheld = sum(int(masses.amount[number, i]) for i in found if i not in shown)
        lines, households = tables
        self._check(number, village, (public, withheld), lines, programmes)
        mine = slice(int(self.bounds[number]), int(self.bounds[number + 1]))
        owners = self.owner[mine][np.isin(self.lines.heading[mine], shown)]
        return VillageYear(
            year=self.scope.year, county=self.scope.county, office=village.office, township=village.township,
            village=village.name, full_name=village.full_name, village_code=village.code, kind=village.kind,
            programmes=programmes, lines=lines, households=households,
            people=len(np.unique(owners)), payments=sum(p.payments for p in programmes),
            public_fen=public, withheld_fen=withheld,
            has_withheld=any(self.headings[i].key == TOTALS_KEY for i in found if i not in shown),
            held=held.of_village(village.code), data_until=self.scope.data_until,
        )  # fmt: skip

    def _is_shown(self, heading: int, people: int) -> bool:
        tier = self.headings[heading].tier
        return tier is not Tier.X and (tier is not Tier.D or people >= FEWEST)

    def _summarise(self, number: int, place: int, masses: "_Masses", held: HeldCounts) -> ProgrammeSummary:
        heading, people = self.headings[place], int(masses.people[number, place])
        is_a = heading.tier is Tier.A
        has_quantity = is_a and heading.unit != "" and bool(masses.measured[number, place])
        rate = int(masses.rate[number, place])
        return ProgrammeSummary(
            key=heading.key, title=heading.title, tier=heading.tier, department=heading.department,
            unit=heading.unit if is_a else "", people=people, payments=int(masses.payments[number, place]),
            quantity_milli=int(masses.quantity[number, place]) if has_quantity else None,
            rate_text=format_scaled(rate, 6) if is_a and rate > 0 else "",
            amount_fen=int(masses.amount[number, place]), pay_months=_format_months(int(masses.months[number, place])),
            held=held.of_heading(self.scope.villages[number].code, place),
            lists_names=heading.tier in (Tier.A, Tier.B) or (heading.tier is Tier.C and people >= FEWEST),
        )  # fmt: skip

    def _check(
        self,
        number: int,
        village: Village,
        sums: tuple[int, int],
        lines: PublicTable,
        programmes: Sequence[ProgrammeSummary],
    ) -> None:
        paid = int(self.lines.amount[self.bounds[number] : self.bounds[number + 1]].sum())
        listed = sum(p.amount_fen for p in programmes if p.lists_names)
        if paid != sum(sums) or listed != int(lines.columns["amount_fen"].sum()):
            raise ConservationError(
                f"{village.township}{village.name}：实发 {format_fen(paid)} 元，公开与不公开相加 {format_fen(sum(sums))} 元，"
                "不相等，已停止。请把收件箱发给维护人员。"
            )

    def _merge_small(self) -> tuple[MergedTotal, ...]:
        """Totals of D left out of their villages, joined over each township where that hides everybody."""
        totals = len(self.headings) - 2
        chosen = np.flatnonzero(self.small & (self.lines.heading == totals))
        found: dict[str, list[int]] = {}
        for line in chosen:
            office = self.scope.villages[int(self.lines.village[line])].office
            found.setdefault(office, []).append(int(line))
        merged = []
        for office, lines in found.items():
            places = np.array(lines)
            villages = len(np.unique(self.lines.village[places]))
            if villages > 1 and len(places) >= FEWEST:
                payments, amount = (int(a[places].sum()) for a in (self.lines.payments, self.lines.amount))
                merged.append(MergedTotal(office, villages, len(places), payments, amount))
        return tuple(merged)


@dataclass(frozen=True, slots=True)
class _Masses:
    """Sums of each village (row) and heading (column)."""

    people: Ints
    payments: Ints
    amount: Ints
    quantity: Ints
    measured: Ints
    months: Ints
    rate: Ints


def _list_months(masks: Ints) -> names.Texts:
    """The months of each line as text."""
    distinct, places = np.unique(masks, return_inverse=True)
    return np.array([format_months(int(mask)) for mask in distinct], dtype=object)[places]


def _count_inside(*sorted_keys: Ints) -> Ints:
    """Serials from 1 inside each run of equal keys."""
    starts = find_starts(*sorted_keys)
    size = len(sorted_keys[0])
    return np.arange(size) - np.repeat(starts, lengths(starts, size)) + 1


def _single_rates(lines: Lines, cell: Ints, size: int) -> Ints:
    """The rate of each cell where all its lines have the same one; 0 elsewhere."""
    lowest, highest = np.full(size, np.iinfo(np.int64).max), np.zeros(size, dtype=np.int64)
    rate = np.where(lines.has_rate, lines.rate, -1)
    np.minimum.at(lowest, cell, rate)
    np.maximum.at(highest, cell, rate)
    return np.where(lowest == highest, highest, 0)


def _choose_speakers(house: Ints, owner: Ints, plain: names.Texts, head: names.Texts, size: int) -> Ints:
    """For each household the person whose name stands for it: the head where listed, else the first person."""
    is_head = np.array([name == of_head != "" for name, of_head in zip(plain, head, strict=True)], dtype=bool)
    order, _ = sort_rows(house, (~is_head[owner]).astype(np.int64), owner)
    speakers = np.zeros(size, dtype=np.int64)
    speakers[house[order][::-1]] = owner[order][::-1]
    return speakers
