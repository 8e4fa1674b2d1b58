"""What the sample really holds, to the fen: the answer a run is compared with."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import TypedDict

from village_notice.sample.people import CARD_PREFIX, PHONE_PREFIX
from village_notice.sample.plan import Book, Payment, Planted
from village_notice.sample.scenario import PROGRAMMES

FILE_NAME = "truth.json"
MADE_BY = "village-notice sample"
Sum = list[int]
"""[payments, fen]."""
_LONG = re.compile(r"(?<![0-9A-Z])(?:[0-9A-Z]{18}|\d{19}|\d{15}|\d{17}|1\d{10})(?![0-9A-Z])")


class VillageTruth(TypedDict):
    """What was really paid in one village."""

    township: str
    village: str
    total: Sum
    programmes: dict[str, Sum]
    withheld_names: list[str]


class PlantedTruth(TypedDict):
    """One planted mistake; file "" where it may be reported anywhere."""

    kind: str
    rules: list[str]
    description: str
    file: str
    sheet: str
    row: int
    is_payment: bool


class Truth(TypedDict):
    """The contents of truth.json; money in fen."""

    made_by: str
    year: int
    seed: int
    townships: list[str]
    totals: dict[str, Sum]
    files: dict[str, dict[str, Sum]]
    villages: dict[str, VillageTruth]
    planted: list[PlantedTruth]
    private: dict[str, list[str]]
    sha256: dict[str, str]


def build_truth(books: Sequence[Book], planted: Sequence[Planted], *, year: int, seed: int) -> Truth:
    """The truth of the books; `sha256` is left for who writes them."""
    payments = [p for book in books for p in book.payments]
    accepted = [p for p in payments if p.verdict == "accepted"]
    return Truth(
        made_by=MADE_BY,
        year=year,
        seed=seed,
        townships=sorted({p.person.village.township for p in payments}),
        totals=_add_up(payments),
        files={b.path: _add_up(b.payments) for b in sorted(books, key=lambda b: b.path) if b.payments},
        villages=_build_villages(accepted),
        planted=[_build_planted(p) for p in planted],
        private=_find_private(books),
        sha256={},
    )


def _add_up(payments: Iterable[Payment]) -> dict[str, Sum]:
    sums: dict[str, Sum] = {}
    for payment in payments:
        entry = sums.setdefault(payment.verdict, [0, 0])
        entry[0] += 1
        entry[1] += payment.fen
    return dict(sorted(sums.items()))


def _build_villages(accepted: Sequence[Payment]) -> dict[str, VillageTruth]:
    parts: defaultdict[str, list[Payment]] = defaultdict(list)
    for payment in accepted:
        parts[payment.person.village.code].append(payment)
    return {code: _build_village(part) for code, part in sorted(parts.items())}


def _build_village(part: list[Payment]) -> VillageTruth:
    programmes: defaultdict[str, list[Payment]] = defaultdict(list)
    for payment in part:
        programmes[payment.code].append(payment)
    village = part[0].person.village
    return VillageTruth(
        township=village.township,
        village=village.name,
        total=[len(part), sum(p.fen for p in part)],
        programmes={code: [len(g), sum(p.fen for p in g)] for code, g in sorted(programmes.items())},
        withheld_names=_find_withheld(part),
    )


def _find_withheld(part: list[Payment]) -> list[str]:
    """Names nobody outside the office may read: all who bear them got only tiers C, D and X, or are under fourteen.

    Source: docs/privacy.md, tiers.
    """
    shown: Counter[str] = Counter()
    for payment in part:
        person, day = payment.person, payment.pay_date
        is_child = day is not None and day.year - person.born.year < 14 and not person.is_organisation
        shown[person.name] += PROGRAMMES[payment.code][1] in "AB" and not is_child
    return sorted(name for name, times in shown.items() if not times)


def _build_planted(planted: Planted) -> PlantedTruth:
    payment = planted.payment
    place = (payment.file, payment.sheet, payment.row) if payment else (planted.file, planted.sheet, planted.row)
    return PlantedTruth(
        kind=planted.kind, rules=list(planted.rules), description=planted.description,
        file=place[0], sheet=place[1], row=place[2], is_payment=payment is not None,
    )  # fmt: skip


def _find_private(books: Sequence[Book]) -> dict[str, list[str]]:
    """Every ID, account and phone number that stands in a cell of the inbox."""
    found: set[str] = set()
    for value in (v for b in books for s in b.sheets for row in s.rows for v in row):
        if isinstance(value, str):
            found.update(_LONG.findall(value))
        elif isinstance(value, float) and value > 1e14:
            found.add(f"{value:.0f}")
    accounts = {n for n in found if n.startswith(CARD_PREFIX) and len(n) == 19}
    phones = {n for n in found if n.startswith(PHONE_PREFIX) and len(n) == 11}
    return {"ids": sorted(found - accounts - phones), "accounts": sorted(accounts), "phones": sorted(phones)}
