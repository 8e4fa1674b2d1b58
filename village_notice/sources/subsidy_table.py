"""The programmes of subsidies.csv, found by exact name first, then by the longest names inside a title."""

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from village_notice.domain.subsidy import Subsidy
from village_notice.domain.text import fold_text, is_near

_MARKS = re.compile(r"[“”\"‘’'「」《》()（）\[\]【】〔〕*·:]")
_SHORTEST_IN_TEXT = 3
"""Names of two characters (低保, 地力) are looked for inside a text only where no longer name stands in it."""


def fold_programme(text: str) -> str:
    """A programme's wording in the form it is compared: no spaces, quotation marks or brackets."""
    return _MARKS.sub("", fold_text(text))


@dataclass(frozen=True, slots=True)
class SubsidyMatch:
    """What a wording may mean.

    Attributes:
        subsidy: The programme, or None where it means none or several.
        candidates: Every programme named, in the order of the text.
    """

    subsidy: Subsidy | None = None
    candidates: tuple[Subsidy, ...] = ()

    @property
    def strictest(self) -> Subsidy | None:
        """The candidate with the strictest privacy tier (the first of them), None without candidates.

        Source: the office's rule that a heading that joins two programmes takes the stricter tier.
        """
        return max(self.candidates, key=lambda s: s.tier.value, default=None)


@dataclass(frozen=True)
class SubsidyTable:
    """All programmes, in the order of the file.

    Attributes:
        subsidies: Every programme; no two share a name, short name or alias.
    """

    subsidies: tuple[Subsidy, ...]
    _cache: dict[str, SubsidyMatch] = field(default_factory=dict, init=False, repr=False, compare=False)

    @cached_property
    def _by_code(self) -> Mapping[str, Subsidy]:
        return {s.code: s for s in self.subsidies}

    @cached_property
    def _by_name(self) -> Mapping[str, Subsidy]:
        return {fold_programme(n): s for s in self.subsidies for n in (s.name, s.short_name, *s.aliases)}

    @cached_property
    def _by_start(self) -> Mapping[str, tuple[str, ...]]:
        """First character → names that begin with it, longest first."""
        starts: defaultdict[str, list[str]] = defaultdict(list)
        for name in self._by_name:
            starts[name[0]].append(name)
        return {start: tuple(sorted(names, key=lambda n: (-len(n), n))) for start, names in starts.items()}

    def find_code(self, code: str) -> Subsidy | None:
        """The programme of a code, or None."""
        return self._by_code.get(code)

    def find(self, text: str) -> Subsidy | None:
        """The programme whose name, short name or alias is exactly this, or None."""
        return self._by_name.get(fold_programme(text))

    def suggest(self, text: str) -> tuple[str, ...]:
        """Names that differ from the text in one character, for a message only."""
        plain = fold_programme(text)
        return tuple(name for name in self._by_name if len(name) >= _SHORTEST_IN_TEXT and is_near(plain, name))

    def match(self, text: str) -> SubsidyMatch:
        """What a cell, heading or title means: an exact name, else the names that stand inside it.

        Names are looked for from the left, the longest at each place, without overlap. Several programmes give no
        `subsidy` but all `candidates`.
        """
        known = self._cache.get(text)
        if known is None:
            known = self._cache[text] = self._match(fold_programme(text))
        return known

    def _match(self, plain: str) -> SubsidyMatch:
        exact = self._by_name.get(plain)
        if exact is not None:
            return SubsidyMatch(exact, (exact,))
        found = self._scan(plain, _SHORTEST_IN_TEXT) or self._scan(plain, 2)
        return SubsidyMatch(found[0] if len(found) == 1 else None, found)

    def _scan(self, plain: str, shortest: int) -> tuple[Subsidy, ...]:
        found: dict[str, Subsidy] = {}
        place = 0
        while place < len(plain):
            name = self._longest_at(plain, place, shortest)
            if name:
                found.setdefault(self._by_name[name].code, self._by_name[name])
            place += len(name) or 1
        return tuple(found.values())

    def _longest_at(self, plain: str, place: int, shortest: int) -> str:
        names = self._by_start.get(plain[place], ())
        return next((n for n in names if len(n) >= shortest and plain.startswith(n, place)), "")
