"""Finding a person by touch alone: a group, then the characters of the name one by one, until few people are left.

For a screen without a keyboard, and for who cannot type. Inside one village and year; no more people are named at a time
than by asking for a name.
"""

import re
from collections import Counter
from contextlib import closing
from dataclasses import dataclass

from village_notice.archive.dialect import Database, Source, open_database

_PEOPLE = (
    "SELECT n.key, n.text, p.group_name FROM person p JOIN name n ON n.id = p.name_id WHERE p.edition_id = ?"
    " ORDER BY p.id"
)


@dataclass(frozen=True, slots=True)
class Picked:
    """What may be touched next.

    Attributes:
        chars: Characters that may follow, those of most people first; () where people are named.
        people: (name, group), where few are left.
        is_capped: True where there are more people of this very name than are named.
    """

    chars: tuple[str, ...] = ()
    people: tuple[tuple[str, str], ...] = ()
    is_capped: bool = False


def list_groups(db: Source, township: str, village: str, year: int) -> list[str]:
    """The groups of a village and year, "" for people without one."""
    with closing(open_database(db)) as database:
        rows = [
            row
            for edition in _find_editions(database, township, village, year)
            for row in database.select("SELECT DISTINCT group_name FROM person WHERE edition_id = ?", edition)
        ]
    return sorted({str(row[0]) for row in rows}, key=group_order)


def pick(db: Source, place: tuple[str, str, int], group: str | None, start: str, most: int) -> Picked:
    """What follows some first characters of a name.

    Args:
        db: The database.
        place: Township, village, year.
        group: 村民小组, "" for people without one, None for the whole village.
        start: The characters chosen so far, as `search_key` folds names; "" gives the surnames.
        most: People named at a time.
    """
    with closing(open_database(db)) as database:
        rows = [row for edition in _find_editions(database, *place) for row in database.select(_PEOPLE, edition)]
    found = [(key, name, where) for key, name, where in rows if key.startswith(start) and group in (None, where)]
    people = tuple(dict.fromkeys((name, where) for _, name, where in found))
    counts = Counter(key[len(start)] for key, _, _ in found if len(key) > len(start))
    if start and (len(people) <= most or not counts):
        return Picked((), people[:most], len(people) > most)
    return Picked(tuple(sorted(counts, key=lambda char: (-counts[char], char))))


def _find_editions(database: Database, township: str, village: str, year: int) -> list[int]:
    """First, so that no other village's people are walked through."""
    query = (
        "SELECT e.id FROM village v JOIN edition e ON e.village_id = v.id"
        " WHERE v.township = ? AND v.name = ? AND e.year = ? ORDER BY e.id"
    )
    return [int(row[0]) for row in database.select(query, township, village, year)]


def group_order(group: str) -> tuple[bool, int, str]:
    """Sorts numbered groups by number, named ones behind them, unknown last."""
    number = re.match(r"\d+", group)
    return not group, int(number[0]) if number else 1 << 30, group
