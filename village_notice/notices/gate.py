"""The last look before a file leaves the office: the finished file is read back, and what may not stand there is named.

Numbers: nothing of seven or more digits but money, dates and the numbers of the settings. Names: in a table only those
of the list they stand in. Source: 个人信息保护法 articles 28 and 51; boards with ID and card numbers were what
procurators objected to.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from village_notice.domain.finding import Finding, Place
from village_notice.domain.public import VillageYear, check_code, list_columns
from village_notice.domain.subsidy import Tier
from village_notice.notices.fonts import show_all, show_text
from village_notice.notices.gate_card import CardCheck
from village_notice.notices.gate_numbers import find_numbers, known_numbers, list_suspects, mask_number
from village_notice.notices.lists import programme_variables
from village_notice.notices.readback import Piece, read_pieces, read_texts
from village_notice.notices.summary import show_rate
from village_notice.notices.template import Template, fill_text, read_template
from village_notice.notices.village import Notice
from village_notice.notices.wording import build_variables, list_phones
from village_notice.notices.work import one_line
from village_notice.settings import Settings

_CAPITAL = "[零壹贰叁肆伍陆柒捌玖拾佰仟万亿元角分整负]+"
_FIGURES = r"-?[\d,.]+"

_FIGURE_LINES = re.compile(rf"^{_FIGURES}\n", re.MULTILINE)
"""Lines of figures only: such a cell may stand in every list, unless it is a long number."""


def check_notice(notice: Notice, village: VillageYear, settings: Settings) -> list[Finding]:
    """P01 for each number and P02 for each name that may not stand in a finished notice; empty where all is well.

    Raises:
        VerificationError: The file cannot be read back.
    """
    numbers = _allowed_numbers(notice, village, settings)
    if notice.kind == "card":
        return look_at_pieces(notice, numbers, CardCheck(village, settings).allows)
    names = _NameCheck(notice, village, settings)
    if _is_clean(notice, numbers, names):
        return []
    return look_at_pieces(notice, numbers, names.allows)


def _is_clean(notice: Notice, numbers: Iterable[str], names: "_NameCheck") -> bool:
    """Whether nothing at all is to be said about a notice of lists: each text is looked at once.

    Raises:
        VerificationError: The file cannot be read back.
    """
    found, words, cells = read_texts(notice.data), known_numbers(tuple(numbers)), known_numbers(())
    if any(find_numbers(text, words) for text in list_suspects(found.words)):
        return False
    return all(
        names.allows_all(title, texts) and not any(find_numbers(text, cells) for text in list_suspects(texts))
        for title, texts in found.cells.items()
    )


def look_at_pieces(
    notice: Notice, numbers: Iterable[str], allows: Callable[[Piece], bool], *, in_cells: Iterable[str] = ()
) -> list[Finding]:
    """P01 for each long number, P02 for each piece that may not stand in a finished notice.

    Args:
        notice: The file.
        numbers: Long numbers that may stand outside the tables.
        allows: Whether a piece may stand where it does; asked in reading order.
        in_cells: Long numbers that may stand in them.

    Raises:
        VerificationError: The file cannot be read back.
    """
    cells, words = known_numbers(tuple(in_cells)), known_numbers(tuple(numbers))
    findings: dict[Finding, None] = {}
    for piece in read_pieces(notice.data):
        faults = [("P01", mask_number(n)) for n in find_numbers(piece.text, cells if piece.tag == "TD" else words)]
        if not allows(piece):
            faults.append(("P02", piece.text))
        for code, found in faults:
            place = Place(notice.file_name, f"第{piece.page}页" if piece.page else "")
            findings[Finding(code, place, found=found)] = None
    return list(findings)


def _allowed_numbers(notice: Notice, village: VillageYear, settings: Settings) -> list[str]:
    """Numbers that may stand outside the tables."""
    keys = [p.key for p in village.programmes if notice.kind == "detail" or p.tier is Tier.C]
    codes = [check_code(village, key) for key in ("", *keys)]
    return [*list_phones(village, settings), village.village_code, *codes, *filter(None, [settings.archive_fonds])]


class _NameCheck:
    """Which words may stand in the cells of a notice; follows the lists as their titles go by."""

    def __init__(self, notice: Notice, village: VillageYear, settings: Settings) -> None:
        shared = _read_vocabulary(village, settings)
        self._words, self._lines = shared.words, shared.lines
        self._lists = _names_of_lists(notice, village, settings, shared)
        self._names: frozenset[str] = frozenset()

    def allows(self, piece: Piece) -> bool:
        """Whether the piece may stand where it does; a title decides which names may follow it."""
        if piece.tag == "H1":
            self._names = self._lists.get(piece.text, frozenset())
            return piece.text in self._lists
        if piece.tag != "TD" or piece.text in self._names or piece.text in self._words:
            return True
        return self._lines.fullmatch(piece.text) is not None

    def allows_all(self, title: str, cells: set[str]) -> bool:
        """Whether a title, "" for none, may stand there, and all these cells under it."""
        if title and title not in self._lists:
            return False
        others = cells.difference(self._lists.get(title, ()), self._words)
        without_figures = _FIGURE_LINES.sub("", "\n".join(others) + "\n")
        return all(self._lines.fullmatch(text) for text in without_figures.split("\n") if text)


class _Vocabulary(NamedTuple):
    """What may stand in the cells of all notices of a village.

    Attributes:
        names: Programme key → names in its list.
        households: Names of the households.
        words: Words other than names.
        lines: Figures, and lines over several columns.
    """

    names: dict[str, frozenset[str]]
    households: frozenset[str]
    words: frozenset[str]
    lines: re.Pattern[str]


_last: list[tuple[VillageYear, Settings, _Vocabulary]] = []
"""The village looked at last: its notices are looked at one after the other."""


def _read_vocabulary(village: VillageYear, settings: Settings) -> _Vocabulary:
    last = _last[0] if _last else None
    if last is not None and last[0] is village and last[1] is settings:
        return last[2]
    found: dict[str, set[str]] = {}
    lines = list_columns(village)
    for key, name in zip(lines["key"], lines["name"], strict=True):
        found.setdefault(key, set()).add(name)
    names = {key: show_all(own) for key, own in found.items()}
    households = show_all(village.households.values("name"))
    words = _list_words(village, settings)
    vocabulary = _Vocabulary(names, households, words, _line_pattern(village, settings))
    _last[:] = [(village, settings, vocabulary)]
    return vocabulary


def _names_of_lists(
    notice: Notice, village: VillageYear, settings: Settings, known: _Vocabulary
) -> dict[str, frozenset[str]]:
    """Title of each list of the notice, in one line → the names that may stand in it."""
    lists: dict[str, frozenset[str]] = {}
    if notice.kind == "detail":
        lists[_fill_title("detail", "totals_title", village, settings)] = frozenset()
    else:
        lists[show_text(notice.title)] = known.households if notice.kind == "household" else frozenset()
    if notice.kind == "summary":
        return lists
    template, variables = read_template("detail", settings.folder), build_variables(village, settings)
    for programme in village.programmes:
        if programme.lists_names and (programme.tier is Tier.C or notice.kind != "household"):
            title = template.fill("title", programme_variables(village, variables, programme))
            lists[_shown(title)] = known.names.get(programme.key, frozenset())
    return lists


def _fill_title(template: str, key: str, village: VillageYear, settings: Settings) -> str:
    return _shown(read_template(template, settings.folder).fill(key, build_variables(village, settings)))


def _shown(title: str) -> str:
    return show_text(one_line(title))


def _list_words(village: VillageYear, settings: Settings) -> frozenset[str]:
    """Words other than names that may fill a cell: titles, departments, rates, months."""
    mark = read_template("summary", settings.folder).values["held_mark"]
    lines = list_columns(village)
    words = {"", *lines["pay_months"], *lines["group"]}
    for p in village.programmes:
        words |= {p.title, p.title + fill_text(mark, {"held": p.held}), p.department, p.pay_months, show_rate(p)}
    return show_all(words)


def _line_pattern(village: VillageYear, settings: Settings) -> re.Pattern[str]:
    """What else may fill a cell: figures, and the lines over several columns that the templates word."""
    patterns = [_FIGURES, rf"{_FIGURES}(?:{_any_of(p.unit for p in village.programmes if p.unit)})"]
    for name in ("summary", "household", "detail"):
        patterns += _template_patterns(read_template(name, settings.folder), village)
    return re.compile("|".join(patterns))


def _template_patterns(template: Template, village: VillageYear) -> Iterator[str]:
    values = template.values
    titles = [show_text(p.title) for p in village.programmes]
    groups = {
        *show_all({*list_columns(village)["group"], *village.households.values("group")}),
        values.get("no_group", ""),
    }
    labels = _any_of(values[key] for key in ("subtotal", "carried", "total", "total_label") if key in values)
    amounts = rf"(?:{_any_of(titles)}) {_FIGURES}"
    known = {
        "label": labels, "people": _FIGURES, "total": _FIGURES, "group": _any_of(groups), "capital": _CAPITAL,
        "list": f"{amounts}(?:；{amounts})*",
    }  # fmt: skip
    yield f"(?:{labels})"
    yield from (
        _fill_pattern(values[key], known) for key in ("band", "count", "capital_label", "more") if key in values
    )


def _fill_pattern(text: str, known: dict[str, str]) -> str:
    """A template's text as a pattern: every variable becomes the pattern of what may stand for it."""
    parts = re.split(r"\{([^{}]*)\}", text)
    return "".join(f"(?:{known.get(part, _FIGURES)})" if i % 2 else re.escape(part) for i, part in enumerate(parts))


def _any_of(words: Iterable[str]) -> str:
    """A pattern for any of some words; for nothing where there are none."""
    return "|".join(sorted(map(re.escape, set(words)), key=len, reverse=True)) or "(?!)"
