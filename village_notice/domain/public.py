"""What may leave the office about one village and year. Nothing here is private; made only by `ledger.disclosure`."""

import base64
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from typing import Any, Literal

from village_notice.domain.public_table import Kind, PublicTable
from village_notice.domain.subsidy import Tier

LINE_COLUMNS: dict[str, Kind] = {
    "key": "text",  # programme key: the code for tiers A and B, "C1", "C2" … for a neutral title
    "serial": "int",  # from 1 inside the programme, in printing order
    "group": "text",  # 村民小组, "" unknown and for tier C
    "name": "text",  # as printed; masked for tier C; same-name people carry a mark such as （2）
    "quantity_milli": "int or none",  # tier A only
    "rate_micro": "int or none",  # tier A only; none where several rates were paid
    "payments": "int",  # number of payments (or months) behind the line
    "amount_fen": "int",
    "person_no": "int or none",  # serial of the person in this village and year; none for tier C
    "household_no": "int or none",  # serial of the household; none for tier C
    "pay_months": "text",  # e.g. "6月", "1–12月", "" unknown
}
"""Columns and kinds of `VillageYear.lines`: one line a person a programme a year, tiers A, B and C only."""

HOUSEHOLD_COLUMNS: dict[str, Kind] = {
    "household_no": "int",
    "serial": "int",  # from 1 in printing order
    "group": "text",
    "name": "text",  # the head where he is on the lists, else the first listed person; with 等n人 when several
    "people": "int",
    "amount_fen": "int",  # sum over the household's lines of tiers A and B
}
"""Columns and kinds of `VillageYear.households`: one line a household, tiers A and B only."""


@dataclass(frozen=True, slots=True)
class ProgrammeSummary:
    """One line of the village's 汇总公开.

    Attributes:
        key: Programme code for tiers A and B; "C1" … for a neutral title; "D" for the merged line of totals.
        title: Title on paper.
        tier: A, B, C or D.
        department: Department in charge, "" for C and D.
        unit: Unit of the quantity, "" where none is shown.
        people: People (or organisations) paid.
        payments: Payments.
        quantity_milli: Sum of the quantities, None where none is shown.
        rate_text: Rate in yuan as text, "" where several or none.
        amount_fen: Public total.
        pay_months: When it was paid, e.g. "6月".
        held: Payments of this programme in this village that are still held back: the sheet is a 草稿 while > 0.
        lists_names: True where `lines` holds its people; False for D, and for C below three people.
    """

    key: str
    title: str
    tier: Tier
    department: str
    unit: str
    people: int
    payments: int
    quantity_milli: int | None
    rate_text: str
    amount_fen: int
    pay_months: str = ""
    held: int = 0
    lists_names: bool = True


@dataclass(frozen=True, slots=True)
class MergedTotal:
    """Totals too small to stand in their villages, joined over a township: shown by the county office only.

    Attributes:
        office: Township or manager.
        villages: Villages joined, at least two.
        people, payments, amount_fen: Together, at least three people.
    """

    office: str
    villages: int
    people: int
    payments: int
    amount_fen: int


@dataclass(frozen=True, slots=True)
class VillageYear:
    """Everything public about one village and one year.

    Attributes:
        year: Calendar year.
        county: Name of the county, "" unknown.
        office: Township or manager that heads the folder.
        township: Township of the register.
        village: Short village name.
        full_name: Committee's full name.
        village_code: 12 digits.
        kind: 村 or 社区.
        programmes: Lines of the summary in printing order: A, B, C, D.
        lines: One line a person a programme, see `LINE_COLUMNS`, sorted by key and serial.
        households: One line a household, see `HOUSEHOLD_COLUMNS`.
        people: Distinct people behind the public total.
        payments: Payments behind the public total.
        public_fen: Sum shown on paper, package and query.
        withheld_fen: Paid but not shown in this village (tier X, totals of too few people).
        has_withheld: True where the paper must say that other items are published by the township.
        held: Payments held back in this village, of any programme.
        data_until: Last day the figures cover, YYYY-MM-DD.
    """

    year: int
    county: str
    office: str
    township: str
    village: str
    full_name: str
    village_code: str
    kind: Literal["村", "社区"]
    programmes: tuple[ProgrammeSummary, ...]
    lines: PublicTable
    households: PublicTable
    people: int
    payments: int
    public_fen: int
    withheld_fen: int
    has_withheld: bool
    held: int
    data_until: str

    @property
    def is_draft(self) -> bool:
        """Whether the village's summary is a draft."""
        return self.held > 0


_last_columns: list[tuple["VillageYear", dict[str, list[Any]]]] = []
_last_codes: list[tuple["VillageYear", dict[str, str], dict[str, list[str]]]] = []
"""The village asked about last with its codes and its lines by key: paper, gate and package ask for them again and again."""
_CODED = ("key", "serial", "group", "name", "quantity_milli", "payments", "amount_fen")


def list_columns(village: VillageYear) -> dict[str, list[Any]]:
    """Column of `LINE_COLUMNS` → its values, None where there is none; not to be changed.

    The village asked about last is remembered: a dozen places ask for them.
    """
    last, columns = _last_columns[0] if _last_columns else (None, {})
    if last is not village:
        columns = village.lines.to_lists()
        _last_columns[:] = [(village, columns)]
    return columns


def check_code(village: VillageYear, key: str = "") -> str:
    """The 校验码 of a village's sheet: ten characters that change when any public figure or name changes.

    Args:
        village: The village-year.
        key: A programme's key for its list, "" for the summary of the whole village.

    It is printed on the paper and kept in the package, so that anyone can compare the two.
    """
    last, codes, lines = _last_codes[0] if _last_codes else (None, {}, {})
    if last is not village:
        codes, lines = {}, _list_lines(village)
        _last_codes[:] = [(village, codes, lines)]
    if key not in codes:
        codes[key] = _work_out_code(village, key, lines.get(key, []))
    return codes[key]


def hash_figures(village: VillageYear) -> str:
    """A hash of everything there is of a village-year, to tell whether it is the same as before."""
    facts = [(f.name, getattr(village, f.name)) for f in fields(village) if f.name not in {"lines", "households"}]
    whole = repr((facts, village.lines.digest, village.households.digest))
    return hashlib.sha256(whole.encode()).hexdigest()


def _list_lines(village: VillageYear) -> dict[str, list[str]]:
    """Key → its lines as they are counted, "" → all of them."""
    values = list_columns(village)
    columns = [_list_texts(LINE_COLUMNS[name], values[name]) for name in _CODED]
    columns[-1] = [text + "\n" for text in columns[-1]]  # a line as `format_coded` makes it
    found: dict[str, list[str]] = {"": list(map("|".join, zip(*columns, strict=True)))}
    for key, line in zip(columns[0], found[""], strict=True):
        found.setdefault(key, []).append(line)
    return found


def _list_texts(kind: Kind, values: list[Any]) -> list[str]:
    if kind == "text":
        return values
    return ["<NA>" if v is None else str(v) for v in values] if None in values else list(map(str, values))


def _work_out_code(village: VillageYear, key: str, lines: Sequence[str]) -> str:
    programmes = [
        (p.key, p.title, p.people, p.payments, p.quantity_milli, p.amount_fen)
        for p in village.programmes
        if not key or p.key == key
    ]
    return work_out_code((village.village_code, village.year, key, village.public_fen), programmes, lines)


def work_out_code(head: Sequence[object], programmes: Iterable[Sequence[object]], lines: Iterable[str]) -> str:
    """The 校验码 of figures that may come from anywhere, a package of long ago say.

    Args:
        head: Village code, year, key of the programme or "", public fen.
        programmes: Key, title, people, payments, quantity_milli, amount_fen of each.
        lines: Each line as `format_coded` writes it.
    """
    digest = hashlib.sha256(("|".join(map(str, head)) + "\n").encode())
    for programme in programmes:
        digest.update(("|".join(map(str, programme)) + "\n").encode())
    digest.update("".join(lines).encode())
    text = base64.b32encode(digest.digest()).decode("ascii")[:10]
    return f"{text[:5]}-{text[5:]}"


def format_coded(values: Iterable[str]) -> str:
    """One line as the 校验码 counts it: key, serial, group, name, quantity_milli (<NA> for none), payments, amount_fen."""
    return "|".join(values) + "\n"
