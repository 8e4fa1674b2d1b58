"""What a visitor chooses from before anything is asked: townships, villages, years. Places only, never people."""

from contextlib import closing
from dataclasses import dataclass

from village_notice.archive.dialect import Database, Source, open_database
from village_notice.domain.text import fold_text


@dataclass(frozen=True, slots=True)
class VillagePlace:
    """One village of the database.

    Attributes:
        township: Township of the register.
        village: Short name.
        office: Township or manager, heads the folder.
        years: Years with figures, newest first.
    """

    township: str
    village: str
    office: str
    years: tuple[int, ...]


def list_townships(db: Source) -> list[str]:
    """The townships in the order of the villages' codes.

    Raises:
        UsageError: It is no database of this tool.
    """
    with closing(open_database(db)) as database:
        rows = database.select("SELECT township FROM village GROUP BY township ORDER BY min(code)")
        return [row[0] for row in rows]


def list_villages(db: Source, township: str) -> list[str]:
    """The villages of a township by code, [] where there is no such township."""
    with closing(open_database(db)) as database:
        query = "SELECT name FROM village WHERE township = ? GROUP BY name ORDER BY min(code)"
        return [row[0] for row in database.select(query, township)]


def find_villages(db: Source, text: str, limit: int = 30) -> list[tuple[str, str]]:
    """(township, village) of villages whose name holds a text; those that begin with it first, at most `limit`."""
    plain = fold_text(text)
    if not plain:
        return []
    with closing(open_database(db)) as database:
        where = f"{database.position}(name, ?)"
        rows = database.select(
            f"SELECT township, name FROM village WHERE {where} > 0 GROUP BY township, name"
            f" ORDER BY {where}, min(code) LIMIT ?",
            plain,
            plain,
            limit,
        )
        return [(township, name) for township, name in rows]


def read_place(db: Source, township: str, village: str) -> VillagePlace | None:
    """A village with its years, None where the database has none of this name in the township."""
    with closing(open_database(db)) as database:
        return _read_place(database, township, village)


def _read_place(database: Database, township: str, village: str) -> VillagePlace | None:
    rows = database.select(
        "SELECT e.year, v.office FROM edition e JOIN village v ON v.id = e.village_id"
        " WHERE v.township = ? AND v.name = ? ORDER BY e.year DESC",
        township,
        village,
    )
    years = tuple(dict.fromkeys(year for year, _ in rows))
    return VillagePlace(township, village, rows[0][1], years) if rows else None


def find_by_code(db: Source, code: str) -> VillagePlace | None:
    """The village of a 12-digit code, as the QR code on the paper names it."""
    with closing(open_database(db)) as database:
        rows = database.select("SELECT township, name FROM village WHERE code = ?", code)
        return _read_place(database, *rows[0]) if rows else None


def list_years(db: Source) -> list[int]:
    """The years that any village has figures of, newest first."""
    with closing(open_database(db)) as database:
        return [row[0] for row in database.select("SELECT DISTINCT year FROM edition ORDER BY year DESC")]
