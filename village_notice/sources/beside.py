"""Lists beside each other on the same rows: which columns belong to which list, and what stands above it alone."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from village_notice.domain.patterns import compile_late
from village_notice.sources.grid import Cell, Span
from village_notice.sources.heading_index import HeadingIndex
from village_notice.sources.reference import fold_heading
from village_notice.sources.wording import fold_words

_PEOPLE = frozenset({"name", "household_head", "payee"})
_MONEY = frozenset({"amount_paid", "amount_due", "amount_delta"})
_SURE = 0.9
_SECTION = compile_late(r"(?:村|社区|委会|组|屯|镇|街道)\s*(?:[（(].*[)）])?\s*$")
_LABEL = compile_late(r"[:：]|^(?:20\d\d年?度?|去年|上年|本年)$|\d{4}[年.\-/]\d{1,2}[月.\-/]\d{1,2}日?$|^[(（]?万?元")
"""Lines that only say a unit, a date or who made the list: a title that stands over one list is none of them."""
_UNIT = compile_late(r"单位.{0,8}元|^[(（]?(?:金额[:：])?万?元[)）]?$")
_VILLAGE_LABEL = compile_late(r"^(?:村名|村别|村庄|行政村|所在村|村居|村\(居\)|村)[:：]")
_MOST_UNHEADED = 8
_MOST_SECTION_CELLS = 3
_LONGEST_NAME = 12


class Part(NamedTuple):
    """One of the lists that share their rows.

    Attributes:
        columns: Its columns, with those that serve every list.
        first, last: The columns above which its own titles stand.
    """

    columns: tuple[int, ...]
    first: int
    last: int


def find_parts(texts: Sequence[str], index: HeadingIndex) -> list[list[int]]:
    """The headed columns of each of several lists beside each other; one entry where there is one list."""
    filled = [(c, fold_heading(t.rsplit("\n", maxsplit=1)[-1])) for c, t in enumerate(texts, 1) if t]
    runs: list[list[tuple[int, str]]] = []
    for column, text in filled:
        if runs and runs[-1][-1][0] == column - 1:
            runs[-1].append((column, text))
        else:
            runs.append([(column, text)])
    whole = [run for run in runs if _is_list(run, index)]
    people = [{text for _, text in run if any(f in _PEOPLE for f, _ in index.find(text)[:1])} for run in whole]
    if len(whole) >= 2 and len(whole) == len(runs) and set.intersection(*people):  # not 户主, 人均 | 金额, 领取人
        return [c for run in runs for c in _split_repeats(run, index)]
    return _split_repeats(filled, index)


def _split_repeats(columns: list[tuple[int, str]], index: HeadingIndex) -> list[list[int]]:
    """Columns cut where the first heading that stands there twice begins anew; those before it serve every part."""
    names = [text for _, text in columns]
    counts = Counter(names)
    start = next((i for i, text in enumerate(names) if counts[text] > 1), None)
    everything = [[c for c, _ in columns]]
    if start is None:
        return everything
    cuts = [i for i, text in enumerate(names) if text == names[start]] + [len(names)]
    cuts[1:-1] = [i - 1 if index.find(names[i - 1])[:1] == (("seq", 1.0),) else i for i in cuts[1:-1]]
    parts = [columns[a:b] for a, b in pairwise(cuts)]
    if len(parts) < 2 or not all(_is_list(part, index) for part in parts):
        return everything
    serials = [c for c, text in columns[:start] if index.find(text)[:1] == (("seq", 1.0),)]  # they count the first list
    shared = [c for c, _ in columns[:start] if c not in serials]
    own = [[c for c, _ in part] for part in parts]
    return [[*shared, *(serials if part is own[0] else ()), *part] for part in own]


def _is_list(columns: Sequence[tuple[int, str]], index: HeadingIndex) -> bool:
    """Whether headings name both people and money."""
    found = [f[0] for _, text in columns if (f := index.find(text))]
    return any(f in _PEOPLE and sure >= _SURE for f, sure in found) and any(f in _MONEY for f, _ in found)


def give_columns(headed: Sequence[Sequence[int]], body: Sequence[Sequence[Cell]]) -> list[Part]:
    """The lists with the columns without a heading that belong to them, and how far each reaches.

    A column between two lists belongs to the right one where it counts rows or names villages, else to the left one.

    Args:
        headed: The headed columns of each list, left to right.
        body: The rows below the headings.
    """
    shared = set(headed[0]).intersection(*headed[1:])
    own = [[c for c in columns if c not in shared] for columns in headed]
    widest = min(max(map(len, body), default=0), own[-1][-1] + _MOST_UNHEADED)
    parts = []
    extra: list[list[int]] = [[] for _ in own]
    before = 0
    for place, columns in enumerate(own):
        for column in range(before + 1, columns[0]):
            if column not in shared and (cells := _list_filled(body, column)):
                extra[place if not place or _leads(cells) else place - 1].append(column)
        before = columns[-1]
    extra[-1] += [c for c in range(before + 1, widest + 1) if _list_filled(body, c)]
    last = 0
    for columns, also in zip(own, extra, strict=True):
        end = columns[-1]
        parts.append(Part(tuple(sorted({*shared, *columns, *also})), last + 1, end))
        last = end
    parts[-1] = parts[-1]._replace(last=max(widest, last) + _MOST_UNHEADED)
    return parts


def _list_filled(body: Sequence[Sequence[Cell]], column: int) -> list[Cell]:
    return [row[column - 1] for row in body if column <= len(row) and row[column - 1] not in (None, "")]


def _leads(cells: Sequence[Cell]) -> bool:
    """Whether a column counts rows (1, 2, 3) or names villages and groups: it stands left of the names."""
    numbers = [c for c in cells if isinstance(c, int | float)]
    if numbers:
        return len(numbers) == 1 or all(b - a == 1 or b == 1 for a, b in pairwise(numbers))
    return all(isinstance(c, str) and (_SECTION.search(c) or c.strip().isdecimal()) for c in cells)


def choose_titles(rows: Sequence[Sequence[str]], spans: Sequence[Span], parts: Sequence[Part], place: int) -> list[str]:
    """The texts above the headings that are said of one list: its own, and those of a row that are said of all.

    Args:
        rows: The rows above the headings as texts, "" where nothing stands.
        spans: Merged ranges of these rows, their rows from 1 as in `rows`.
        parts: The lists, left to right.
        place: Which of them is asked about, from 0.
    """
    ends = {(s.first_row, s.first_column): s.last_column for s in spans}
    own, shared, units = list[str](), list[str](), list[str]()
    for number, row in enumerate(rows, 1):
        filled = [(c, ends.get((number, c), c), t) for c, t in enumerate(row, 1) if t]
        kinds = [_find_kind(text) for _, _, text in filled]
        for one, kind in zip(filled, kinds, strict=True):
            over = list(_find_over(one, parts))
            if over != [place] and ((kinds.count(kind) == 1 and _is_for_all(one, parts)) or place in over):
                shared.append(one[2])
            elif place in over:
                (units if kind == "unit" else own).append(one[2])
    return [*own, *shared, *units]  # what is said of one list goes before what is said of all; the last unit counts


def _find_kind(text: str) -> str:
    """unit, label or title: only a title may stand over one list and be meant for it alone."""
    plain = fold_words(text)
    if _UNIT.search(plain):
        return "unit"
    return "label" if _LABEL.search(plain) and not _VILLAGE_LABEL.match(plain) else "title"


def _find_over(title: tuple[int, int, str], parts: Sequence[Part]) -> Iterator[int]:
    """The lists above which a text stands."""
    first, last, _ = title
    return (i for i, part in enumerate(parts) if first <= part.last and last >= part.first)


def _is_for_all(title: tuple[int, int, str], parts: Sequence[Part]) -> bool:
    """Whether the only title of a row is said of all lists: not one merged over a single list, nor a name over a later one."""
    first, last, text = title
    over = list(_find_over(title, parts))
    if _find_kind(text) != "title":
        return True
    if last > first:
        return len(over) != 1
    is_name = bool(_SECTION.search(text)) and len(text) <= _LONGEST_NAME
    return not (is_name and over and over[0])


def find_own_sections(body: Sequence[Sequence[Cell]], parts: Sequence[Part]) -> bool:
    """Whether the lists name their villages each for itself: a row of names has one above a later list."""
    for row in body:
        filled = [(c, v) for c, v in enumerate(row, 1) if v not in (None, "")]
        if len(filled) > _MOST_SECTION_CELLS or not all(isinstance(v, str) and _SECTION.search(v) for _, v in filled):
            continue
        if any(c > parts[0].last for c, _ in filled):
            return True
    return False
