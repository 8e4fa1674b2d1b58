"""Rows between the people that say of those below them whether they were paid: 未发放人员：, 二、发放失败, 死亡核减人员."""

import re
from collections.abc import Iterator, Mapping, Set
from typing import NamedTuple

from village_notice.domain.patterns import compile_late
from village_notice.sources.body import is_footer, is_person
from village_notice.sources.grid import Cell, Grid
from village_notice.sources.places import PlaceFinder
from village_notice.sources.sheet_reader import TableReading
from village_notice.sources.state_words import DOUBT, is_told_state, opens_section, read_section_state
from village_notice.sources.tables import Table, cell_text

_FIGURES = compile_late(r"\s*[￥¥]?-?[\d,.]+元?\s*")
_STATES = frozenset(
    ("停发", "退回", "退票", "退款", "失败", "未发", "未发放", "待发", "缓发", "不发", "作废", "未成功", "不成功")
)
"""Words of a state in the column of names; longer ones are looked at more closely."""
_SHORTEST = 4
_PAGE = compile_late(r"本页|承前|承上|接上|过次|转下|累计")
_GROUP = compile_late(r"第?[一二三四五六七八九十\d]{1,3}(?:村民小组|小组|组|队|屯)")
_SUMS = frozenset(("subtotal", "total"))
_ASIDE = _SUMS | {"section", "note"}
_SUM_WORDS = compile_late(r"[总合小共]\s*[计额].*|计$")


class Section(NamedTuple):
    """Payments (positions) below a row that gives them a state; the state is `DOUBT` where it is open."""

    row: int
    text: str
    status: str
    positions: list[int]


def find_sections(grid: Grid, table: Table, reading: TableReading, places: PlaceFinder) -> list[Section]:
    """The sections of a table in which nobody was paid, or in which that is open; [] where no row speaks of it.

    A section ends at the row that opens another one. Behind its sum, or below a village's name, nobody knows whether it
    goes on: these payments are open.
    """
    lines = {s.row: s.kind for s in reading.set_aside if s.kind in _ASIDE}
    texts = {n: _read_line(table.view(grid.rows[n - 1])) for n in lines}
    people = _find_lines_as_people(grid, table, reading)
    states = {n: read_section_state(t) for n, t in (texts | people).items() if t and not _is_signature(t)}
    titles = set(table.above)  # repeated page by page
    states = {n: s for n, s in states.items() if s and lines.get(n) not in _SUMS and texts.get(n) not in titles}
    names = {str(n) for n in set(reading.values["name"]) if len(str(n)) > 1} if states else set()
    states = {n: s for n, s in states.items() if n in people or not any(name in texts[n] for name in names)}
    for number in [n for n, s in states.items() if s == DOUBT and n in texts]:
        is_row = lines[number] == "note" and _count_values(table.view(grid.rows[number - 1])) > 1
        if is_row or _is_village_only(texts[number], places):
            del states[number]
    sums = {n for n, t in texts.items() if lines[n] in _SUMS and read_section_state(_SUM_WORDS.sub("", t))}
    rows: dict[int, list[int]] = {}
    for position, row in enumerate(reading.values["row"] if states or sums else ()):
        rows.setdefault(int(str(row)), []).append(position)
    found = list(_walk(rows, lines, texts | people, states, places)) if states else []
    return found + list(_walk_sums(rows, lines, texts, sums, {i for s in found for i in s.positions}))


def _walk_sums(
    rows: Mapping[int, list[int]], lines: Mapping[int, str], texts: Mapping[int, str], sums: Set[int], told: Set[int]
) -> Iterator[Section]:
    """The payments between one sum and a later one that says 未发合计: these are open."""
    since: list[int] | None = None
    for number in sorted({*lines, *rows}) if sums else ():
        if number in sums and since:
            yield Section(number, texts[number], DOUBT, since)
        if number in lines:
            since = [] if lines[number] in _SUMS else None
        if since is not None:
            since.extend(i for i in rows.get(number, ()) if i not in told)


def _walk(
    rows: Mapping[int, list[int]],
    lines: Mapping[int, str],
    texts: Mapping[int, str],
    states: Mapping[int, str],
    places: PlaceFinder,
) -> Iterator[Section]:
    """The sections from top to bottom, those without payments left out."""
    current: Section | None = None
    for number in sorted({*lines, *rows}):
        following = current
        if number in states:
            following = Section(number, texts[number], states[number], [])
        elif number in lines and current:
            following = _pass_line(current, lines[number], texts[number], places)
        if following is not current:
            if current and current.positions:
                yield current
            current = following
        if current and number in rows:
            current.positions.extend(rows[number])
    if current and current.positions:
        yield current


def _pass_line(current: Section, kind: str, text: str, places: PlaceFinder) -> Section | None:
    """The section below a line that says nothing of states itself."""
    is_open = current.status == DOUBT
    if _PAGE.match(text) or _is_signature(text) or not text:
        return current
    if kind in _SUMS or _is_village_only(text, places):
        return current if is_open else Section(current.row, current.text, DOUBT, [])
    if kind == "section" and opens_section(text):
        return None
    return current if kind == "note" or is_open else Section(current.row, current.text, DOUBT, [])


def _find_lines_as_people(grid: Grid, table: Table, reading: TableReading) -> dict[int, str]:
    """Rows read as payments whose name, or whose text in place of a name, is the line of a section: (row → text)."""
    names = reading.values["name"]
    long = [n for n in set(names) if isinstance(n, str) and (len(n) >= _SHORTEST or not n.isalpha() or n in _STATES)]
    counts = {n for n in long if not n.isalpha() and not is_person(n)}  # 未发放人员 | 2人
    odd = counts | {n for n in long if n in _STATES or is_told_state(n)}
    found: dict[int, str] = {}
    for position in [i for i, n in enumerate(names) if n in odd] if odd else ():
        row = int(str(reading.values["row"][position]))
        text = str(names[position])
        text = _read_line(table.view(grid.rows[row - 1])) if text in counts else text
        if is_told_state(text):
            found[row] = text
    return found


def _read_line(row: list[Cell]) -> str:
    """The texts of a row that are no figures (those of text files are texts too), each once."""
    texts = dict.fromkeys(cell_text(v) for v in row if isinstance(v, str) and v.strip() and not _FIGURES.fullmatch(v))
    return "".join(texts)


def _count_values(row: list[Cell]) -> int:
    return len({cell_text(v) for v in row if v not in (None, "")})


def _is_signature(text: str) -> bool:
    return is_footer(text) and not re.match("其中|[审复]核[未不]", text)


def _is_village_only(text: str, places: PlaceFinder) -> bool:
    """Whether a line names a village, group or township, and says nothing else that may be of a state."""
    village = places.find_in_section(text)
    rest = text.replace(village, "") if village else text
    is_place = bool(village or places.find_township_section(text) or _GROUP.search(text))
    return is_place and not read_section_state(rest)
