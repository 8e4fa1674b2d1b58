"""The last look before a file leaves the office: the finished file is read back, and what may not stand there is named.

Numbers: nothing of seven or more digits but money, dates and the numbers of the settings. Names: in a table only those
of the list they stand in. Source: 个人信息保护法 articles 28 and 51; boards with ID and card numbers were what
procurators objected to.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from itertools import chain
from typing import NamedTuple

from village_notice.domain.finding import Finding, Place
from village_notice.domain.public import VillageYear, check_code
from village_notice.domain.subsidy import Tier
from village_notice.notices.fonts import show_all, show_text
from village_notice.notices.gate_card import CardCheck
from village_notice.notices.lists import programme_variables
from village_notice.notices.readback import Piece, read_pieces, read_runs
from village_notice.notices.summary import show_rate
from village_notice.notices.template import Template, fill_text, read_template
from village_notice.notices.village import Notice
from village_notice.notices.wording import build_variables, list_phones
from village_notice.notices.work import one_line
from village_notice.settings import Settings

_DASH = r"\-‐‑‒–—―−_"
_ALONE = (rf"(?<!\d)(?<!\d[{_DASH}\s.,])", rf"(?!\d|[{_DASH}\s.,]\d)")
"""Stands alone: no digit before or behind it, not even with one separator between."""
_MONEY = r"-?(?:\d{1,3}(?:,\d{3}){1,4}(?:\.\d{1,6})?|\d{1,6}\.\d{1,6})"
_DATE = rf"(?:19|20)\d\d-\d\d-\d\d|(?:19|20)\d\d[{_DASH}](?:19|20)\d\d"
_LONG = re.compile(rf"\d(?:[{_DASH}\s.·]*\d){{6,}}[Xx]?")
_DIGIT = re.compile(r"\d")
_GONE = "\ufffc"
_CAPITAL = "[零壹贰叁肆伍陆柒捌玖拾佰仟万亿元角分整负]+"
_FIGURES = r"-?[\d,.]+"

_PLAIN_CELLS = re.compile(r"^-?\d{1,3}(?:,\d{3}){0,4}(?:\.\d{1,6})?$", re.MULTILINE | re.ASCII)
"""Cells with a figure that may stand in every list: it is of `_MONEY`, or has fewer than seven digits."""

_HASH = re.compile(r"(?<![0-9A-Za-z])[0-9a-fA-F]{32,128}(?![0-9A-Za-z])")
_PLAIN_DATE = re.compile(r"(?<!\d)(?:19|20)\d\d-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d)?)?(?!\d)")
_PLAIN_MONEY = re.compile(
    r"(?=[-\d])(?<![\d.])(?<!\d,)(?!1[3-9]\d{9}\.)-?(?:\d{1,13}|\d{1,3}(?:,\d{3})+)\.\d{1,2}(?![\d.])"
)
_NINE = re.compile(rf"\d(?:[ \t.·{_DASH}]{{0,2}}\d){{8,}}[Xx]?")


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
    """Whether nothing at all is to be said about a notice of lists: many cells are looked at at once.

    Raises:
        VerificationError: The file cannot be read back.
    """
    cells, numbers = _known_numbers(()), tuple(numbers)
    seen: set[str] = set()
    for run in read_runs(notice.data):
        if run.tag == "TD":
            fresh = set(_PLAIN_CELLS.sub("", run.text).split("\n")) - names.fine
            if any(find_numbers(text, cells) or not names.allows(run._replace(text=text)) for text in fresh):
                return False
            names.fine |= fresh
        elif run.tag == "H1" or run.text not in seen:
            # few words have long numbers at all: only these are held against the settings, which takes a pattern of its own
            if find_numbers(run.text, cells) and find_numbers(run.text, _known_numbers(numbers)):
                return False
            if not names.allows(run):
                return False
            seen.add(run.text)
    return True


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
    cells, words = _known_numbers(tuple(in_cells)), _known_numbers(tuple(numbers))
    findings: dict[Finding, None] = {}
    for piece in read_pieces(notice.data):
        faults = [("P01", mask_number(n)) for n in find_numbers(piece.text, cells if piece.tag == "TD" else words)]
        if not allows(piece):
            faults.append(("P02", piece.text))
        for code, found in faults:
            place = Place(notice.file_name, f"第{piece.page}页" if piece.page else "")
            findings[Finding(code, place, found=found)] = None
    return list(findings)


def find_numbers(text: str, known: re.Pattern[str]) -> list[str]:
    """Numbers of seven digits or more, also those parted by spaces or dashes, that are none of the known ones."""
    plain = _plain(text)
    if not _DIGIT.search(plain):
        return []
    return [match[0] for match in _LONG.finditer(known.sub(_GONE, plain))]


def mask_number(number: str) -> str:
    """A number as a finding may show it: its first digits and how many there are."""
    digits = re.sub(r"\W|_", "", number)
    return f"{digits[:3]}…，共{len(digits)}位"


def check_text(text: str, allowed_numbers: frozenset[str]) -> list[str]:
    """Private-looking numbers in the text of any file that leaves: IDs, cards, mobiles, any nine digits in a row.

    Args:
        text: Everything people can read in the file.
        allowed_numbers: Numbers that may stand there: village codes, telephones, 档号.

    Returns:
        Each number once, masked. Money with decimals, dates and checksums are no such numbers.
    """
    # none of the patterns reaches over a quotation mark or the end of a line, and few pieces have nine digits at all
    plain = _plain("\n".join(dict.fromkeys(text.replace('"', "\n").split("\n"))))
    if not _NINE.search(plain):
        return []
    plain = "\n".join(piece for piece in plain.split("\n") if _NINE.search(piece))
    for pattern in (_HASH, _PLAIN_DATE, _PLAIN_MONEY):
        plain = pattern.sub(_GONE, plain)
    if allowed_numbers:
        plain = _known_literals(allowed_numbers).sub(_GONE, plain)
    return list(dict.fromkeys(mask_number(match[0]) for match in _NINE.finditer(plain)))


def _plain(text: str) -> str:
    """Full-width digits become ordinary ones; what is invisible goes."""
    if text.isascii():
        return text
    plain = unicodedata.normalize("NFKC", text)
    if plain.isprintable():
        return plain
    hidden = {ord(c): None for c in set(plain) if unicodedata.category(c) == "Cf"}
    return plain.translate(hidden) if hidden else plain


def _allowed_numbers(notice: Notice, village: VillageYear, settings: Settings) -> list[str]:
    """Numbers that may stand outside the tables."""
    keys = [p.key for p in village.programmes if notice.kind == "detail" or p.tier is Tier.C]
    codes = [check_code(village, key) for key in ("", *keys)]
    return [*list_phones(village, settings), village.village_code, *codes, *filter(None, [settings.archive_fonds])]


@lru_cache(maxsize=8)
def _known_numbers(literals: tuple[str, ...]) -> re.Pattern[str]:
    words = sorted(map(re.escape, map(_plain, literals)), key=len, reverse=True)
    before, after = _ALONE
    return re.compile(f"{before}(?:{'|'.join([*words, _DATE, _MONEY])}){after}")


@lru_cache(maxsize=8)
def _known_literals(numbers: frozenset[str]) -> re.Pattern[str]:
    words = sorted(map(re.escape, map(_plain, filter(None, numbers))), key=lambda w: (-len(w), w))
    return re.compile(f"(?<!\\d)(?:{'|'.join(words)})(?!\\d)")


class _NameCheck:
    """Which words may stand in the cells of a notice; follows the lists as their titles go by.

    Attributes:
        fine: Words known to be free of fault in the list that goes by.
    """

    def __init__(self, notice: Notice, village: VillageYear, settings: Settings) -> None:
        shared = _read_vocabulary(village, settings)
        self._words, self._lines, self._plain = shared.words, shared.lines, shared.plain
        self._lists = _names_of_lists(notice, village, settings, shared)
        self._names: frozenset[str] = frozenset()
        self.fine = self._plain & self._words

    def allows(self, piece: Piece) -> bool:
        """Whether the piece may stand where it does; a title decides which names may follow it."""
        if piece.tag == "H1":
            self._names = self._lists.get(piece.text, frozenset())
            self.fine = self._plain & (self._names | self._words)
            return piece.text in self._lists
        if piece.tag != "TD" or piece.text in self._names or piece.text in self._words:
            return True
        return self._lines.fullmatch(piece.text) is not None


def _without_digits(texts: set[str]) -> set[str]:
    """The texts that have no digit of any kind."""
    if not _DIGIT.search(_plain("|".join(texts))):
        return texts
    return {text for text in texts if not _DIGIT.search(_plain(text))}


class _Vocabulary(NamedTuple):
    """What may stand in the cells of all notices of a village.

    Attributes:
        names: Programme key → names in its list.
        households: Names of the households.
        words: Words other than names.
        lines: Figures, and lines over several columns.
        plain: Names and words without a digit.
    """

    names: dict[str, frozenset[str]]
    households: frozenset[str]
    words: frozenset[str]
    lines: re.Pattern[str]
    plain: set[str]


_last: list[tuple[VillageYear, Settings, _Vocabulary]] = []
"""The village looked at last: its notices are looked at one after the other."""


def _read_vocabulary(village: VillageYear, settings: Settings) -> _Vocabulary:
    last = _last[0] if _last else None
    if last is not None and last[0] is village and last[1] is settings:
        return last[2]
    found: dict[str, set[str]] = {}
    for key, name in zip(village.lines["key"].tolist(), village.lines["name"].tolist(), strict=True):
        found.setdefault(key, set()).add(name)
    names = {key: show_all(own) for key, own in found.items()}
    households = show_all(village.households["name"].tolist())
    words = _list_words(village, settings)
    plain = _without_digits({*words, *households, *chain.from_iterable(names.values())})
    vocabulary = _Vocabulary(names, households, words, _line_pattern(village, settings), plain)
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
    words = {"", *village.lines["pay_months"].tolist(), *village.lines["group"].unique()}
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
    groups = {show_text(group) for group in village.lines["group"].unique()}
    groups |= {show_text(group) for group in village.households["group"].unique()} | {values.get("no_group", "")}
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
