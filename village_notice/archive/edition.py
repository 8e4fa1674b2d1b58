"""One village and year as it lies in 查询.db, and the same as a file of the package, from which it can be read again.

The file holds what hung on the wall and the summary, no number of a person or household; money, quantities and rates are
texts with decimals, so that the last look can tell them from numbers that must not leave.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from village_notice.archive.people import NAMED_TIERS, Line, Person, check_totals, group_people, read_lines
from village_notice.domain.money import format_each, format_fen, format_scaled, parse_own
from village_notice.domain.public import VillageYear, check_code

Row = tuple[object, ...]
EDITION_FILE = "查询数据.json"
_VILLAGE = ("village_code", "village", "full_name", "township", "office", "county", "kind")
_FACTS = ("year", "people", "payments", "public_yuan", "has_withheld", "held", "data_until", "check_code")


class EditionError(ValueError):
    """The file is not what this tool writes; the message is Chinese."""


@dataclass(frozen=True, slots=True)
class Edition:
    """One village and year as it lies in the database.

    Attributes:
        village: Values of the columns of `village` behind id.
        facts: year, people, payments, public_fen, has_withheld, held, data_until, check_code.
        programmes: For each line of the summary the values of `programme` behind id, and of `summary` behind it.
        people: Persons of tiers A and B.
        masked: Lines of tier C: position, serial, name, payments, amount_fen, pay_months.
    """

    village: Row
    facts: Row
    programmes: tuple[tuple[Row, Row], ...]
    people: tuple[Person, ...]
    masked: tuple[tuple[int, int, str, int, int, str], ...]


def read_edition(village: VillageYear) -> Edition:
    """The edition of a village-year.

    Raises:
        ConservationError: Its lines, summary and total do not agree.
    """
    lines = read_lines(village)
    check_totals(village, lines)
    return build_edition(village, lines, group_people(village, lines))


def build_edition(village: VillageYear, lines: Sequence[Line], named: Sequence[Person]) -> Edition:
    """The edition of a village-year, from its lines and its persons of tiers A and B."""
    v = village
    is_named = [p.tier in NAMED_TIERS for p in v.programmes]
    return Edition(
        village=(v.village_code, v.village, v.full_name, v.township, v.office, v.county, v.kind),
        facts=(v.year, v.people, v.payments, v.public_fen, int(v.has_withheld), v.held, v.data_until, check_code(v)),
        programmes=tuple(
            (
                (p.key, p.title, str(p.tier), p.department, p.unit),
                (
                    p.people,
                    p.payments,
                    p.quantity_milli,
                    p.rate_text,
                    p.amount_fen,
                    p.pay_months,
                    p.held,
                    int(p.lists_names),
                ),
            )
            for p in v.programmes
        ),
        people=tuple(named),
        masked=tuple(
            (x.position, x.serial, x.name, x.payments, x.amount_fen, x.pay_months)
            for x in lines
            if not is_named[x.position]
        ),
    )


def build_edition_file(edition: Edition) -> bytes:
    """查询数据.json; the same edition gives the same bytes."""
    facts = dict(zip(_FACTS, edition.facts, strict=True))
    values = {
        "village": dict(zip(_VILLAGE, edition.village, strict=True)),
        "facts": facts | {"public_yuan": _yuan(facts["public_yuan"])},
        "programmes": [
            [*programme, people, payments, _decimal(quantity, 3), rate, _yuan(fen), *rest]
            for programme, (people, payments, quantity, rate, fen, *rest) in edition.programmes
        ],
        "people": _list_people(edition.people),
        "masked": [[*m[:4], _yuan(m[4]), m[5]] for m in edition.masked],
    }
    return (json.dumps(values, ensure_ascii=False, separators=(",", ":")) + "\n").encode("utf-8")


def parse_edition_file(data: bytes) -> Edition:
    """The edition a file holds.

    Raises:
        EditionError: It is no such file, or its figures do not agree with each other.
    """
    try:
        values = json.loads(data)
        edition = _parse_values(values)
        total, summary = edition.facts[3], [numbers[4] for _, numbers in edition.programmes]
        lines = [x for person in edition.people for x in person.lines]
        found: list[int] = [0] * len(summary)
        for position, fen in (*((x.position, x.amount_fen) for x in lines), *((m[0], m[4]) for m in edition.masked)):
            found[position] += fen
    except (ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError) as error:
        raise EditionError(f"{EDITION_FILE} 看不懂") from error
    expected = [fen if numbers[7] else 0 for fen, (_, numbers) in zip(summary, edition.programmes, strict=True)]
    if found != expected or sum(summary) != total:  # type: ignore[arg-type]  # parsed as integers above
        raise EditionError(f"{EDITION_FILE} 里的明细、汇总和合计不相等")
    return edition


def _parse_values(values: Any) -> Edition:  # noqa: ANN401  # any JSON value
    facts = values["facts"] | {"public_yuan": parse_own(values["facts"]["public_yuan"], 2)}
    return Edition(
        village=tuple(str(values["village"][name]) for name in _VILLAGE),
        facts=tuple(facts[name] for name in _FACTS),
        programmes=tuple(
            (tuple(row[:5]), (*row[5:7], _scale_or_none(row[7], 3), row[8], parse_own(row[9], 2), *row[10:]))
            for row in values["programmes"]
        ),
        people=tuple(_parse_person(*row) for row in values["people"]),
        masked=tuple((m[0], m[1], m[2], m[3], parse_own(m[4], 2), m[5]) for m in values["masked"]),
    )


def _parse_person(name: str, group: str, rows: list[list[Any]]) -> Person:
    lines = (
        Line(r[0], r[1], group, name, _scale_or_none(r[2], 3), _scale_or_none(r[3], 6), r[4], parse_own(r[5], 2), None,
             None, r[6])
        for r in rows
    )  # fmt: skip
    return Person(name, group, tuple(lines))


def _list_people(people: Sequence[Person]) -> list[tuple[str, str, list[Row]]]:
    """Name, group and lines of each person; a line is place, serial, quantity, rate, payments, yuan, months."""
    lines = [line for person in people for line in person.lines]
    if not lines:
        return []
    positions, serials, _, _, quantities, rates, payments, amounts, _, _, months = zip(*lines, strict=True)
    rows = zip(
        positions, serials, _decimals(quantities, 3), _decimals(rates, 6), payments, map(format_fen, amounts), months,
        strict=True,
    )  # fmt: skip
    return [(p.name, p.group, list(islice(rows, len(p.lines)))) for p in people]


def _decimals(values: Sequence[int | None], places: int) -> list[str | None]:
    return [text or None for text in format_each(values, lambda value: format_scaled(value, places))]


def _yuan(fen: object) -> str:
    return format_fen(int(fen))  # type: ignore[call-overload]  # the rows of an edition are values of any kind


def _decimal(value: object, places: int) -> str | None:
    return None if value is None else format_scaled(int(value), places)  # type: ignore[call-overload]


def _scale_or_none(text: str | None, places: int) -> int | None:
    return None if text is None else parse_own(text, places)
