"""A subsidy programme and its privacy tier."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

QuantityRule = Literal["sum", "same_base", "months", "none"]


class Tier(StrEnum):
    """How much of a programme may hang on the wall, from most to least. See docs/privacy.md."""

    A = "A"  # name, quantity, rate, amount
    B = "B"  # name, amount
    C = "C"  # masked name, amount, neutral title
    D = "D"  # totals only
    X = "X"  # nothing, not even as a name


@dataclass(frozen=True, slots=True)
class Subsidy:
    """One programme of subsidies.csv.

    Attributes:
        code: Stable code, e.g. S001; never reused.
        name: Official full name.
        short_name: 四字摘要, the words a bankbook shows.
        department: The county department in charge.
        unit: Unit of the quantity (亩, 台, 人, 户, 头 …); "" where none is counted.
        tier: Privacy tier.
        quantity_rule: How quantities of several payments add up (see design of the notice).
        months: Usual months of payment, 1 to 12.
        rate_yuan: Typical rate as decimal text, "" unknown. Never used to compute a payment.
        rate_source: Where the rate is from, in plain words.
        is_verified: True where an official source of this county gave tier and rate.
        is_for_children: True for programmes whose beneficiaries are minors.
        allows_organisations: True where a co-operative, company or village may be paid.
        neutral_title: Title on paper for tier C.
        aliases: Other names met in sheets.
    """

    code: str
    name: str
    short_name: str
    department: str
    unit: str
    tier: Tier
    quantity_rule: QuantityRule
    months: tuple[int, ...] = ()
    rate_yuan: str = ""
    rate_source: str = ""
    is_verified: bool = False
    is_for_children: bool = False
    allows_organisations: bool = False
    neutral_title: str = ""
    aliases: tuple[str, ...] = ()
