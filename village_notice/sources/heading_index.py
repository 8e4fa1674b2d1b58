"""The wordings of columns.csv, looked up: which field a heading names, and how surely."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from village_notice.domain.patterns import compile_late
from village_notice.sources.heading_words import names_other_time, tells_other_time
from village_notice.sources.reference import Heading, fold_heading
from village_notice.sources.subsidy_table import SubsidyTable
from village_notice.sources.wording import fold_label, fold_words

_SHORTEST_CONTAINED = 2
_LONGEST_HEADING = 30
_MOST_KNOWN = 50_000
_TIMES = ("period", "pay_date")
"""Fields that say when a payment was made; the year and month of anything else must not be taken for them."""
PERIOD = r"(?:20\d\d年)?(?:(?:1[0-2]|[1-9]|十[一二]?|[一二三四五六七八九])(?:月?[-~至到—](?:1[0-2]|[1-9]))?月份?|第?[一二三四1-4]季度?|[上下]半年)"
"""A month, months, a quarter or half a year as a heading names them."""
PERIOD_MONEY = compile_late(f"({PERIOD})(?:实发|发放|补贴|补助|津贴|保障|救助|金额|金)*")
_TAIL_UNIT = compile_late(r"(?<=[额金款计发数积准])(万元|元|亩|人|户)$")

_TRANSLATION = compile_late(r"^[A-Z]{2,}(?=[\u4e00-\u9fff])|(?<=[\u4e00-\u9fff])[A-Z]{2,}$")
"""The English beside a Chinese heading: NO序号, 村VILLAGE."""


@dataclass(frozen=True)
class HeadingIndex:
    """The wordings of columns.csv, ready to be looked up.

    Attributes:
        headings: The wordings.
        subsidies: Programmes, whose names head the money columns of wide tables.
    """

    headings: tuple[Heading, ...]
    subsidies: SubsidyTable
    _cache: dict[str, tuple[tuple[str, float], ...]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    @cached_property
    def _exact(self) -> dict[str, list[Heading]]:
        found: dict[str, list[Heading]] = {}
        for heading in self.headings:
            found.setdefault(fold_heading(heading.heading), []).append(heading)
        return found

    @cached_property
    def _contained(self) -> dict[str, Heading]:
        """Wordings that mean the same inside a longer heading."""
        pairs = [(fold_heading(h.heading), h) for h in self.headings if not h.is_ambiguous]
        return {wording: heading for wording, heading in reversed(pairs) if len(wording) >= _SHORTEST_CONTAINED}

    def find(self, text: str) -> tuple[tuple[str, float], ...]:
        """(field, confidence) of a heading: 1.0 exact, 0.9 exact but ambiguous, less where it only contains a wording."""
        known = self._cache.get(text)
        if known is None:
            if len(self._cache) >= _MOST_KNOWN:
                self._cache.clear()
            known = self._cache[text] = self._find(text)
        return known

    def is_wording(self, text: str) -> bool:
        """Whether a text is a wording itself, whatever it only contains; quicker than `find`."""
        return bool(self._find_exact(text, fold_label(text)))

    def names_money(self, text: str) -> bool:
        """Whether a heading is a programme, a month or a quarter: the money columns of wide tables are headed so."""
        return bool(PERIOD_MONEY.fullmatch(fold_words(text))) or self.subsidies.find(text) is not None

    def _find_exact(self, text: str, plain: str) -> Sequence[Heading]:
        last = fold_label(text.rsplit("\n", maxsplit=1)[-1]) if "\n" in text else plain
        for form in (plain, last, _TAIL_UNIT.sub("", plain), _TAIL_UNIT.sub("", last)):
            if exact := self._exact.get(form):
                return exact
        return () if plain.isalpha() is plain.isascii() else self._exact.get(_TRANSLATION.sub("", plain), ())

    def _find(self, text: str) -> tuple[tuple[str, float], ...]:
        plain = fold_label(text)
        if not plain or len(plain) > _LONGEST_HEADING:
            return ()
        if exact := self._find_exact(text, plain):
            upper = fold_label(text.rpartition("\n")[0]) if plain not in self._exact else ""
            if upper and exact[0].field in _TIMES and names_other_time(upper):
                return ()
            return tuple((h.field, 0.9 if h.is_ambiguous else 1.0) for h in exact)
        for length in range(len(plain), _SHORTEST_CONTAINED - 1, -1):
            parts = {plain[i : i + length] for i in range(len(plain) - length + 1)}
            if wording := min(parts & self._contained.keys(), default=""):
                field = self._contained[wording].field
                is_other = field in _TIMES and tells_other_time(plain, wording, is_day=field == "pay_date")
                return () if is_other else ((field, 0.6 + 0.3 * length / len(plain)),)
        return ()
