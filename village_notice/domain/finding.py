"""A finding: what is wrong, where, what was found, what was expected. Collected, never raised."""

from dataclasses import dataclass
from typing import NamedTuple


class Place(NamedTuple):
    """Where something is, as the clerk sees it.

    Attributes:
        file: Path inside the inbox with /, "" for the whole run.
        sheet: Sheet name, "" for the whole file.
        row: Row as Excel shows it, from 1; 0 for the whole sheet.
        column: Column letters, "" for the whole row.
    """

    file: str = ""
    sheet: str = ""
    row: int = 0
    column: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """One broken rule at one place.

    Attributes:
        code: Code of a rule in `domain/rules.py`.
        place: Where.
        found: What stands there, as text (office copy only: may be private).
        expected: What should stand there.
        difference: The difference, with its unit.
        person: Name of the person concerned, "" where none (office copy only).
        fen: Money concerned, for sorting "most money first"; 0 unknown.
    """

    code: str
    place: Place
    found: str = ""
    expected: str = ""
    difference: str = ""
    person: str = ""
    fen: int = 0
