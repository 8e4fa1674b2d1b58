"""The public lines of a village as plain rows: by programme as on the wall, and by person as they are asked for.

Only tiers A and B are joined to persons: a sum over a person must not tell of a line of tier C (masked) or D.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from operator import itemgetter
from typing import Any, NamedTuple

from village_notice.domain.money import format_fen
from village_notice.domain.public import VillageYear, list_columns
from village_notice.domain.subsidy import Tier
from village_notice.errors import ConservationError

NAMED_TIERS = (Tier.A, Tier.B)


class Line(NamedTuple):
    """One line of a programme's list, as on the wall.

    Attributes:
        position: Place of the programme in `VillageYear.programmes`, from 0.
        serial: Number inside the programme, from 1.
        group: 村民小组, "" unknown.
        name: As printed.
        quantity_milli, rate_micro: None where not shown.
        payments: Number of payments or months.
        amount_fen: Amount.
        person_no, household_no: Serials inside the village and year; None for tier C.
        pay_months: When it was paid, "" unknown.
    """

    position: int
    serial: int
    group: str
    name: str
    quantity_milli: int | None
    rate_micro: int | None
    payments: int
    amount_fen: int
    person_no: int | None
    household_no: int | None
    pay_months: str


class Person(NamedTuple):
    """One person (or organisation) of a village and year with the lines of tiers A and B, in the wall's order."""

    name: str
    group: str
    lines: tuple[Line, ...]


_MAKE_LINE: Callable[[Iterable[Any]], Line] = partial(tuple.__new__, Line)
"""As `Line._make` does, which runs a line of Python a time."""


def read_lines(village: VillageYear) -> list[Line]:
    """Every line of a village, by programme in printing order, then serial.

    Raises:
        ConservationError: A line's programme is not in the summary.
    """
    positions = {p.key: i for i, p in enumerate(village.programmes)}
    columns = list_columns(village)
    keys = columns["key"]
    unknown = next((key for key in set(keys) if key not in positions), None)
    if unknown is not None:
        raise ConservationError(f"{village.village} 的明细里有汇总没有的项目 {unknown}。请联系维护人员。")
    values = (columns[name] for name in Line._fields if name != "position")
    lines = map(_MAKE_LINE, zip([positions[key] for key in keys], *values, strict=True))
    return sorted(lines, key=itemgetter(0, 1))  # position and serial


def group_people(village: VillageYear, lines: list[Line]) -> list[Person]:
    """The persons of tiers A and B, sorted by the number the ledger gave them.

    A line without a number stands alone: two such lines are never taken for the same person.
    """
    named = {i for i, p in enumerate(village.programmes) if p.tier in NAMED_TIERS}
    found: dict[tuple[int, int, int], list[Line]] = {}
    for line in lines:
        if line.position in named:
            key = (line.person_no, 0, 0) if line.person_no is not None else (1 << 60, line.position, line.serial)
            found.setdefault(key, []).append(line)
    return [_join(found[key]) for key in sorted(found)]


def _join(lines: list[Line]) -> Person:
    group = lines[0].group or next((line.group for line in lines if line.group), "")
    return Person(lines[0].name, group, tuple(lines))


def check_totals(village: VillageYear, lines: list[Line]) -> None:
    """Nothing, where lines, summary and public total agree to the fen.

    Raises:
        ConservationError: They do not: no package may be made of such figures.
    """
    for found, expected, what in _compare_totals(village, lines):
        if found != expected:
            raise ConservationError(
                f"{village.township}{village.village} {what}相加 {format_fen(found)} 元，"
                f"应为 {format_fen(expected)} 元，没有做档案。请联系维护人员。"
            )


def _compare_totals(village: VillageYear, lines: list[Line]) -> Iterator[tuple[int, int, str]]:
    sums = [0] * len(village.programmes)
    for line in lines:
        sums[line.position] += line.amount_fen
    for programme, found in zip(village.programmes, sums, strict=True):
        yield found, programme.amount_fen if programme.lists_names else 0, f"“{programme.title}”明细"
    yield sum(p.amount_fen for p in village.programmes), village.public_fen, "各项"
