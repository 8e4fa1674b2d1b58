"""Writes editions over their former selves in a copy of 查询.db, where they name the same people in the same order.

After most changes only money, quantities and months differ: then every number in the file (of people, names,
programmes, months) is what it would be in a file built anew, so that people, names and the full-text table can stay.
Whether it is so is looked at edition by edition; where it is not, the file is built (see `build`).
"""

import sqlite3
from collections.abc import Iterable, Mapping
from pathlib import Path

from village_notice.archive.compact import connect_scratch, write_compact
from village_notice.archive.edition import Edition, Row


def patch_database(earlier: Path, target: Path, editions: Mapping[int, Edition]) -> bool:
    """Whether `target` could be made of the earlier database and some editions that differ.

    Args:
        earlier: A database of this very program; what is not in `editions` stays.
        target: The file to make.
        editions: Number of an edition in the earlier database → the same village and year anew.
    """
    with connect_scratch(target, earlier) as database:
        database.execute("BEGIN")
        numbers = _Numbers(database)
        for number, edition in sorted(editions.items()):
            if not numbers.keep_with(number, edition):
                return False
            _write_edition(database, number, edition, numbers)
        database.execute("COMMIT")
        write_compact(database, target)
    return True


class _Numbers:
    """The numbers of programmes, months and people that the earlier database gave.

    Values got their numbers in the order in which they came, edition by edition: an edition keeps all numbers where it
    brings the same new ones in the same order as before.
    """

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        self.programmes: dict[Row, int] = {
            tuple(row[1:]): row[0]
            for row in database.execute("SELECT id, key, title, tier, department, unit FROM programme")
        }
        self.months: dict[Row, int] = {(text,): n for n, text in database.execute("SELECT id, text FROM pay_months")}
        self.first_person = 0
        self._highest_month, self._looked_until = 0, 0

    def keep_with(self, number: int, edition: Edition) -> bool:
        """Whether an edition in place of the one it had leaves all numbers as they are; editions come in order."""
        select = self._database.execute
        village = "SELECT v.code, v.name, v.full_name, v.township, v.office, v.county, v.kind, e.year FROM edition e"
        is_same = select(f"{village} JOIN village v ON v.id = e.village_id WHERE e.id = ?", (number,)).fetchone()
        if is_same != (*edition.village, edition.facts[0]):
            return False
        people = "SELECT p.id, n.text, p.group_name FROM person p JOIN name n ON n.id = p.name_id"
        known = select(f"{people} WHERE p.edition_id = ? ORDER BY p.id", (number,)).fetchall()
        if [row[1:] for row in known] != [(person.name, person.group) for person in edition.people]:
            return False
        self.first_person, end = (known[0][0], known[-1][0] + 1) if known else (0, 0)
        highest = "SELECT coalesce(max(programme_id), 0) FROM summary WHERE edition_id"
        [before], [after] = (select(f"{highest} {sign} ?", (number,)).fetchone() for sign in ("<", "<="))
        if not _come_alike((row for row, _ in edition.programmes), self.programmes, before, after):
            return False
        before, after = self._find_months(number, self.first_person, end)
        months = [*(m[5] for m in edition.masked), *(x.pay_months for p in edition.people for x in p.lines)]
        return _come_alike(((text,) for text in months), self.months, before, after)

    def _find_months(self, number: int, first: int, end: int) -> tuple[int, int]:
        """The highest number of a month that any edition before one has, and any up to it."""
        select = self._database.execute
        masked = "SELECT coalesce(max(pay_months_id), 0) FROM masked WHERE edition_id"
        [before], [after] = (select(f"{masked} {sign} ?", (number,)).fetchone() for sign in ("<", "<="))
        if not first:
            [first] = select("SELECT coalesce(max(id), 0) + 1 FROM person WHERE edition_id < ?", (number,)).fetchone()
            end = first
        lines = "SELECT coalesce(max(pay_months_id), 0) FROM line WHERE person_id >= ? AND person_id < ?"
        [between] = select(lines, (self._looked_until, first)).fetchone()  # each line is looked at once
        [own] = select(lines, (first, end)).fetchone()
        before = max(before, self._highest_month, between)
        self._highest_month, self._looked_until = max(before, own), end
        return before, max(before, after, own)


def _come_alike(values: Iterable[Row], numbers: Mapping[Row, int], before: int, after: int) -> bool:
    """Whether values that come in this order would get the numbers they have.

    Args:
        values: What an edition brings, each as often as it comes.
        numbers: Value → its number.
        before: The highest number before the edition.
        after: The highest number with it.
    """
    highest = before
    for value in values:
        number = numbers.get(value, 0)
        if not number or number > highest + 1:
            return False
        highest = max(highest, number)
    return highest == after


def _write_edition(database: sqlite3.Connection, number: int, edition: Edition, numbers: _Numbers) -> None:
    """The figures of an edition in place of those it had."""
    database.execute(
        "UPDATE edition SET people = ?, payments = ?, public_fen = ?, has_withheld = ?, held = ?, data_until = ?,"
        " check_code = ? WHERE id = ?",
        (*edition.facts[1:], number),
    )
    first = numbers.first_person
    for table, key, start, end in (
        ("summary", "edition_id", number, number + 1), ("masked", "edition_id", number, number + 1),
        ("line", "person_id", first, first + len(edition.people)),
    ):  # fmt: skip
        database.execute(f"DELETE FROM {table} WHERE {key} >= ? AND {key} < ?", (start, end))
    database.executemany(
        "INSERT INTO summary VALUES (?,?,?,?,?,?,?,?,?,?,?)",
        [(number, i, numbers.programmes[p], *s) for i, (p, s) in enumerate(edition.programmes)],
    )
    database.executemany(
        "INSERT INTO masked VALUES (?,?,?,?,?,?,?)",
        [(number, *m[:5], numbers.months[m[5],]) for m in edition.masked],
    )
    database.executemany(
        "INSERT INTO line VALUES (?,?,?,?,?,?,?,?)",
        [
            (person, x.position, x.serial, x.quantity_milli, x.rate_micro, x.payments, x.amount_fen,
             numbers.months[x.pay_months,])
            for person, one in enumerate(edition.people, first) for x in one.lines
        ],
    )  # fmt: skip
