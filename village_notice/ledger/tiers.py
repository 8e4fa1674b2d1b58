"""Which heading a payment comes under on paper, and how much of it may be shown: the rules of privacy, row by row."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from village_notice.domain.codes import are_among, code_column
from village_notice.domain.finding import Finding, Place
from village_notice.domain.identity import is_under_14, read_birth_date
from village_notice.domain.money import format_fen
from village_notice.domain.subsidy import QuantityRule, Subsidy, Tier

_ID_LENGTH = 18
JOIN = "+"
"""Between the codes of a heading that names several programmes."""
TOTALS_KEY = "D"
TOTALS_TITLE = "其他依法不公开姓名的项目"
NEUTRAL_TITLE = "民政救助类项目"
FEWEST = 3
"""Totals of fewer people would tell about one of them. Source: domain rule n<3 of the disclosure design."""

_TOLD = ["file", "sheet", "village_code", "name", "id", "programme", "programme_code", "programme_text", "amount_fen"]
"""Columns that a finding about a programme is made of."""
_STRICTNESS = {tier: place for place, tier in enumerate(Tier)}
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Heading:
    """What payments are added up under on paper.

    Attributes:
        key: Code for tiers A and B (several joined by +), "C1" … for a neutral title, "D", "X".
        title: Title on paper; "" for X.
        tier: How much may be shown.
        department: Department in charge, "" for C, D, X.
        unit: Unit of the quantity where one is shown.
        quantity_rule: How quantities of one person add up.
        is_for_children: True where an unknown age counts as under fourteen.
    """

    key: str
    title: str
    tier: Tier
    department: str = ""
    unit: str = ""
    quantity_rule: QuantityRule = "none"
    is_for_children: bool = False


TOTALS = Heading(TOTALS_KEY, TOTALS_TITLE, Tier.D)
NOTHING = Heading("X", "", Tier.X)


class Headings:
    """The headings of a set of programmes, in printing order A, B, C, D, X, inside a tier in the table's order.

    Args:
        subsidies: The county's table.
        codes: The `programme_code`s to be placed; one that the table does not know comes under the merged totals.

    Attributes:
        all: The headings in printing order; the last two are always the merged totals and nothing.
        of_code: Programme code → its heading's place in `all`.
    """

    def __init__(self, subsidies: Iterable[Subsidy], codes: Iterable[str]) -> None:
        table = {s.code: s for s in subsidies}
        order = {code: place for place, code in enumerate(table)}
        titles = _number_titles(table.values())
        made = {code: _make_heading(code, table, titles) for code in sorted(set(codes))}
        places = {code: min((order.get(c, len(order)) for c in code.split(JOIN)), default=0) for code in made}
        ranked = sorted(made, key=lambda code: (_STRICTNESS[made[code].tier], places[code], code))
        named = {made[code].key: made[code] for code in ranked if made[code].tier in (Tier.A, Tier.B, Tier.C)}
        self.all = (*named.values(), TOTALS, NOTHING)
        place_of = {heading.key: place for place, heading in enumerate(self.all)}
        self.of_code = {code: place_of[heading.key] for code, heading in made.items()}
        self.children = frozenset(code for code, heading in made.items() if heading.is_for_children)

    def place_rows(self, payments: pd.DataFrame, year: int) -> Ints:
        """For each payment the place of its heading in `all`, children under fourteen among the totals.

        Source: 个人信息保护法 §28, §31: what concerns a child under fourteen is sensitive whatever the programme.
        """
        codes, names = code_column(payments["programme_code"])
        places: Ints = np.array([self.of_code[name] for name in names] or [0], dtype=np.int64)[codes]
        nothing, totals = len(self.all) - 1, len(self.all) - 2
        minors = find_minors(payments, self.children, year) & (places != nothing)
        places[minors] = totals
        return places


def stricter(tiers: Iterable[Tier]) -> Tier:
    """The strictest of some tiers; D where there is none."""
    return max(tiers, key=_STRICTNESS.__getitem__, default=Tier.D)


def tier_of(code: str, table: Mapping[str, Subsidy]) -> Tier:
    """The tier of a code or of several joined ones; D for a programme nobody classified, the strictest when joined."""
    return stricter(_single_tier(table.get(part)) for part in code.split(JOIN))


def find_minors(payments: pd.DataFrame, children_codes: frozenset[str], year: int) -> Bools:
    """For each payment whether its person counts as under fourteen on the pay date.

    A pay date that is not known counts as the first day of what is known, so that the child is at its youngest. Both the
    birth column and the ID are asked, and either is enough. In `children_codes` an unknown age counts as under fourteen.
    """
    people = (payments["organisation"] == 0).to_numpy()
    born, numbers = code_column(payments["birth_date"]), code_column(payments["id"])
    births, ids = (coded.texts.to_numpy(dtype=object).tolist() for coded in (born, numbers))
    eldest = f"{year - 16:04d}"
    is_young = np.array([*(text >= eldest for text in births), False], dtype=np.bool_)[born.codes]
    told_by_id = [(text[6:10] if len(text) == _ID_LENGTH else "19" + text[6:8]) >= eldest for text in ids]
    is_young |= np.array([*told_by_id, False], dtype=np.bool_)[numbers.codes]
    minors: Bools = people & are_among(payments["programme_code"], children_codes)
    minors &= are_among(payments["birth_date"], [""])
    rows = np.flatnonzero(minors)
    minors[rows] = [read_birth_date(ids[number]) == "" for number in numbers.codes[rows].tolist()]
    rows = np.flatnonzero(people & is_young)
    dates = zip(born.codes[rows].tolist(), numbers.codes[rows].tolist(), payments["pay_date"].iloc[rows], strict=True)
    for row, (birth, number, day) in zip(rows.tolist(), dates, strict=True):
        told = births[birth], read_birth_date(ids[number])
        if max(told) >= eldest:
            minors[row] = any(is_under_14(text, day or f"{year:04d}") for text in told)
    return minors


def check_tiers(payments: pd.DataFrame, subsidies: Iterable[Subsidy]) -> list[Finding]:
    """P03 for each programme with accepted payments whose tier nobody settled: people, yuan, the exact line to add."""
    table = {s.code: s for s in subsidies}
    codes = [str(code) for code in code_column(payments["programme_code"]).texts]
    lacking = {code: [p for p in code.split(JOIN) if not _is_settled(table.get(p))] for code in codes}
    unsettled = are_among(payments["programme_code"], [code for code in codes if lacking[code]])
    rows_told = payments.loc[unsettled & are_among(payments["verdict"], ["accepted"]), _TOLD]
    findings = []
    for number, ((code, told), rows) in enumerate(rows_told.groupby(["programme_code", "programme"], sort=True)):
        first = rows.iloc[0]
        fen = int(rows["amount_fen"].sum())
        people = len(rows[["village_code", "name", "id"]].drop_duplicates())
        name = str(told or first["programme_text"])
        short = re.sub(r"补贴|补助|资金|[^\w]", "", name)[:4]
        line = f"{lacking[str(code)][0] or f'N{number + 1:03d}'},{name},{short if len(short) > 1 else name},主管部门,,D,none,,,,no,no,no,,"
        place = Place(str(first["file"]), str(first["sheet"]))
        findings.append(Finding("P03", place, str(name), f"{people} 人、{format_fen(fen)} 元", line, fen=fen))
    return findings


def _is_settled(subsidy: Subsidy | None) -> bool:
    return subsidy is not None and isinstance(subsidy.tier, Tier)


def _single_tier(subsidy: Subsidy | None) -> Tier:
    return subsidy.tier if subsidy is not None and isinstance(subsidy.tier, Tier) else Tier.D


def _neutral(subsidy: Subsidy) -> str:
    return subsidy.neutral_title or NEUTRAL_TITLE


def _number_titles(subsidies: Iterable[Subsidy]) -> dict[str, str]:
    """Neutral title → key, numbered over the whole table so that a key means the same in every village."""
    titles = dict.fromkeys(_neutral(s) for s in subsidies if _single_tier(s) is Tier.C)
    return {title: f"C{number}" for number, title in enumerate(titles, 1)}


def _make_heading(code: str, table: Mapping[str, Subsidy], titles: Mapping[str, str]) -> Heading:
    parts = [s for s in (table.get(part) for part in code.split(JOIN)) if s is not None]
    tier = tier_of(code, table)
    for_children = any(s.is_for_children for s in parts)
    if tier is Tier.X:
        return NOTHING
    if tier is Tier.D:
        return TOTALS
    if tier is Tier.C:
        title = next(_neutral(s) for s in parts if s.tier is Tier.C)
        return Heading(titles[title], title, tier, is_for_children=for_children)
    rules = {s.quantity_rule for s in parts}
    units = {s.unit for s in parts}
    rule: QuantityRule = parts[0].quantity_rule if tier is Tier.A and len(rules) == len(units) == 1 else "none"
    unit = "" if rule == "none" else "月" if rule == "months" else parts[0].unit
    departments = "、".join(dict.fromkeys(s.department for s in parts if s.department))
    return Heading(code, "、".join(s.name for s in parts), tier, departments, unit, rule, for_children)
