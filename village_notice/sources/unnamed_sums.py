"""Rows with money and without a person that only add others up: a village's line above its people, a last row without a word.

Such a row is one only where its figures are exactly those of the rows it would stand for, or where it has none; else it
stays a payment without a name, which the clerk is asked about.
"""

import re
from collections.abc import Container, Mapping, Sequence
from operator import add

from village_notice.sources.body import is_footer
from village_notice.sources.cells import read_amount
from village_notice.sources.column_map import ColumnMap
from village_notice.sources.grid import Cell
from village_notice.sources.places import PlaceFinder
from village_notice.sources.tables import cell_text
from village_notice.sources.village_lines import cut_village_line

_COUNT = re.compile(r"共?[\d,.]+\s*(?:户|人|人次|个|笔)?")
_GROUP = re.compile(r"第?[一二三四五六七八九十\d]{1,3}(?:村民小组|小组|组)")
_FEWEST_ROWS = 2
_LONGEST_LINE = 24

Rows = Sequence[tuple[int, list[Cell]]]


def find_sum_rows(  # noqa: PLR0913, PLR0917 - what is known of the rows comes from as many places
    rows: Rows,
    kinds: Sequence[str],
    columns: ColumnMap,
    unit_fen: int,
    places: PlaceFinder,
    lost: Container[tuple[int, int]] = (),
    people: Sequence[bool] = (),
) -> Mapping[int, str]:
    """Place in `rows` → the section's words for a line above its people, "" for a total without a word.

    `people` says of each row whether it is known to be a person's; () where nothing is known.
    """
    unknown = [i for i, kind in enumerate(kinds) if kind == "payment" and not (people and people[i])]
    named = {i: s for i in unknown if (s := _find_section(rows[i][1], columns, places)) is not None}
    if not named:
        return {}
    sections = {i: named.get(i) for i, kind in enumerate(kinds) if kind == "payment"}
    money = [_read_money(row, columns, unit_fen) if kinds[i] == "payment" else None for i, (_, row) in enumerate(rows)]
    found: dict[int, str] = {}
    so_far: tuple[int, ...] = (0,) * len(columns.amounts)
    count = 0
    for place, section in sections.items():
        own = money[place] or ()
        if section is None:
            so_far, count = tuple(map(add, so_far, own)), count + 1
        elif section:
            ahead = _take_people(range(place + 1, len(rows)), sections, kinds)
            number, row = rows[place]
            is_blank = all(
                _cell(row, a.column) in (None, "") and (number, a.column) not in lost for a in columns.amounts
            )
            if ahead and (is_blank or own == _add_up([money[i] for i in ahead])):
                found[place] = section
        elif count >= _FEWEST_ROWS and own == so_far:
            found[place] = ""
    return found


def is_section_line(row: Sequence[Cell], places: PlaceFinder) -> bool:
    """Whether a row without person and money begins with a village of the register or a group: 一、东岚村 … 共2户."""
    text = next((cell_text(v) for v in row if isinstance(v, str) and v.strip()), "")
    if places.find_township_section(text):
        return True
    text = cut_village_line(text)
    village = places.find_in_section(text) if len(text) <= _LONGEST_LINE and not is_footer(text) else ""
    return bool(village and places.find_in_sheet_name(village)) or bool(_GROUP.fullmatch(text))


def _take_people(places: Sequence[int], sections: Mapping[int, str | None], kinds: Sequence[str]) -> list[int]:
    """The payments to people that follow, up to the next line of a section or total."""
    people = []
    for place in places:
        if sections.get(place) is not None or kinds[place] in ("total", "subtotal", "section"):
            break
        if place in sections:
            people.append(place)
    return people


def _find_section(row: Sequence[Cell], columns: ColumnMap, places: PlaceFinder) -> str | None:
    """The village or group a row without a person names, "" where it names none, None where it has a person."""
    for name in ("id", "account", "household_id"):
        if cell_text(_cell(row, columns.fields.get(name, 0))):
            return None
    name = cell_text(_cell(row, columns.fields["name"]))
    if name and not _COUNT.fullmatch(name) and not names_section(name, places):
        return None
    own = cell_text(_cell(row, columns.fields.get("village", 0)))  # before whatever stands left of it
    texts = [own, *(cell_text(v) for v in row if isinstance(v, str))]
    return next((t for t in texts if t and names_section(t, places)), "")


def names_section(text: str, places: PlaceFinder) -> bool:
    """Whether a text is a village of the register or a group."""
    return bool(places.find_in_sheet_name(text)) or bool(_GROUP.fullmatch(text))


def _read_money(row: Sequence[Cell], columns: ColumnMap, unit_fen: int) -> tuple[int, ...]:
    amounts = (read_amount(_cell(row, a.column), unit_fen) for a in columns.amounts)
    return tuple(a.fen if a else 0 for a in amounts)


def _add_up(money: Sequence[tuple[int, ...] | None]) -> tuple[int, ...]:
    return tuple(sum(column) for column in zip(*(m for m in money if m is not None), strict=True))


def _cell(row: Sequence[Cell], column: int) -> Cell:
    return row[column - 1] if 0 < column <= len(row) else None
