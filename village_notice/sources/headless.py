"""A list without headings: what its columns are is told by what stands in them, and the clerk is asked before it counts."""

import re
from collections.abc import Sequence
from itertools import pairwise

from village_notice.domain.identity import is_valid_id
from village_notice.domain.money import parse_amount
from village_notice.domain.patterns import compile_late
from village_notice.sources.grid import Cell, Grid
from village_notice.sources.heading_words import is_other_person
from village_notice.sources.people_choice import look_like_people
from village_notice.sources.places import PlaceFinder
from village_notice.sources.tables import Table, cell_text
from village_notice.sources.wording import fold_words

_NAME = compile_late(r"[\u4e00-\u9fff·]{2,4}")
_ACCOUNT = compile_late(r"\d{16,19}")
_PHONE = compile_late(r"1[3-9]\d{9}")
_DAY = compile_late(r"(19|20)\d{2}[-./年]?(\d{1,2}([-./月]?\d{1,2})?)?日?")
_FEWEST_ROWS = 2
_MOST_TITLES = 6
_SURE_HEADINGS = frozenset(("姓名", "户主", "户主姓名", "农户姓名"))
_MOST_ROWS, _MOST_COLUMNS = 2_000, 200


def find_headless(grid: Grid, places: PlaceFinder) -> Table | None:
    """The whole sheet as a table with headings made up for it, or None where it is no list of people.

    Only a list with valid ID numbers or bank accounts beside names is taken for one.
    """
    rows = [r for r in grid.rows if sum(v not in (None, "") for v in r) >= 3]
    if len(rows) < _FEWEST_ROWS:
        return None
    columns = _list_columns(rows)
    kinds = [_find_kind(cells, min(len(rows), _MOST_ROWS), places) for cells in columns]
    if _is_heading(rows[0]) or "姓名" not in kinds or not {"身份证号", "银行账号"} & set(kinds):
        return None
    texts = [kind if kind not in kinds[:place] else "" for place, kind in enumerate(kinds)]
    money = _find_money(columns, kinds)
    if money is not None:
        texts[money] = "补贴金额"
    return Table(0, 0, len(grid.rows), tuple(t.replace("数", "") for t in texts), ())


def find_unknown_table(grid: Grid) -> Table | None:
    """The table under the first row of words with as wide a row below it, whatever its words mean; None without one."""
    filled = [(n, r) for n, r in enumerate(grid.rows, 1) if sum(v not in (None, "") for v in r) >= 3]
    for (number, row), (_, below) in pairwise(filled):
        if _is_heading(row) and not _is_heading(below):
            above = [t for r in grid.rows[: number - 1] for v in r if (t := cell_text(v))]
            return Table(number, number, len(grid.rows), tuple(map(cell_text, row)), tuple(dict.fromkeys(above))[-40:])
    return None


def has_unknown_headings(grid: Grid, places: PlaceFinder) -> bool:
    """Whether a sheet is a list of people under headings that nobody knows."""
    rows = [r for r in grid.rows if sum(v not in (None, "") for v in r) >= 3]
    if len(rows) < _FEWEST_ROWS or not _is_heading(rows[0]):
        return False
    return find_headless(Grid(grid.name, rows[1:]), places) is not None


def has_unknown_people(grid: Grid, places: PlaceFinder) -> bool:
    """Whether a sheet seems to list people beside numbers that may be money, whatever its headings mean."""
    rows = [r for r in grid.rows if sum(v not in (None, "") for v in r) >= 2]
    if not rows:
        return False
    first = [r for r in grid.rows if any(v not in (None, "") for v in r)][:_MOST_TITLES]
    headings = [cell_text(v) for v in rows[0]] if _is_heading(rows[0]) else []
    rows = rows[1:] if headings else rows
    others = {c for c, text in enumerate(headings) if is_other_person(text)}
    columns = [[] if c in others else cells for c, cells in enumerate(_list_columns(rows))]
    kinds = [_find_kind(cells, min(len(rows), _MOST_ROWS), places) for cells in columns]
    people = [cells for cells, kind in zip(columns, kinds, strict=True) if kind == "姓名"]
    has_people = any(fold_words(v) in _SURE_HEADINGS for r in first for v in r if isinstance(v, str)) or any(
        look_like_people(cells) for cells in people
    )
    return has_people and _find_money(columns, kinds) is not None


def _list_columns(rows: Sequence[Sequence[Cell]]) -> list[list[Cell]]:
    """The filled cells of each column, of as many rows and columns as tell what a list is."""
    width = min(max(map(len, rows), default=0), _MOST_COLUMNS)
    looked_at = rows[:_MOST_ROWS]
    return [[r[c] for r in looked_at if c < len(r) and r[c] not in (None, "")] for c in range(width)]


def _is_heading(row: Sequence[Cell]) -> bool:
    """Whether a row is all words: no number, no ID, no account."""
    texts = [cell_text(v) for v in row if v not in (None, "")]
    return all(not re.search(r"\d{3}", t) and not t.replace(".", "").isdecimal() for t in texts)


def _find_kind(cells: Sequence[Cell], rows: int, places: PlaceFinder) -> str:
    """The heading a column would have, 数 for one of other numbers, "" unknown."""
    if len(cells) * 2 < rows:
        return ""
    texts = [re.sub(r"[\s']", "", cell_text(v)).upper() for v in cells]

    def most(found: Sequence[bool]) -> bool:
        return sum(found) * 10 >= len(texts) * 6

    if most([is_valid_id(t) for t in texts]):
        return "身份证号"
    if most([bool(_ACCOUNT.fullmatch(t)) for t in texts]):
        return "银行账号"
    if most([bool(places.find_in_sheet_name(t)) for t in texts]):
        return "村名"
    if most([bool(_NAME.fullmatch(t)) and not t.endswith(("村", "组", "镇", "户", "社区")) for t in texts]):
        return "姓名"
    if most(
        [
            bool(_PHONE.fullmatch(t)) or (bool(_DAY.fullmatch(t)) and float(t) > 1900 if t.isdecimal() else False)
            for t in texts
        ]
    ):
        return ""
    return "数" if most([parse_amount(v) is not None for v in cells]) else ""


def _find_money(columns: Sequence[Sequence[Cell]], kinds: Sequence[str]) -> int | None:
    """The last column of numbers that does not only count the rows."""
    for place in reversed(range(len(columns))):
        numbers = [a.fen for v in columns[place] if (a := parse_amount(v))]
        is_serial = numbers[:1] == [100] and all(b - a in (100, 0) or b == 100 for a, b in pairwise(numbers))
        if kinds[place] == "数" and not is_serial:
            return place
    return None
