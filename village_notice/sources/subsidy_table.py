"""The programmes of subsidies.csv, found by exact name first, then by the longest names inside a title.

A title that says more than the name is only known where the rest of it names no other purpose of money.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise, product

from village_notice.domain.patterns import compile_late
from village_notice.domain.subsidy import Subsidy
from village_notice.domain.text import fold_text, is_near
from village_notice.sources.purposes import find_other_purpose, find_strange_words, tells_who

_MARKS = compile_late(r"[“”\"‘’'「」《》()（）\[\]【】〔〕*·:]")
_SHORTEST_IN_TEXT = 3
"""Names of two characters (低保, 地力) are looked for inside a text only where no longer name stands in it."""
_GAP = "…"
_IN_GAP = r"[^、,;。+/和及与含]{0,14}?"
_JOIN = compile_late(r"[、及和与+/]")
_YEAR_WITHIN = compile_late(r"(?<=[\u4e00-\u9fff])20\d\d年度?(?=[\u4e00-\u9fff])")
_CLAUSE = compile_late(r"[,;。:!?]")


def fold_programme(text: str) -> str:
    """A programme's wording in the form it is compared: no spaces, quotation marks or brackets."""
    return _MARKS.sub("", fold_text(text))


def expand_alias(alias: str) -> tuple[tuple[str, ...], ...]:
    """The wordings an alias stands for, each as its parts in order: 小麦|玉米…理赔 → (小麦, 理赔), (玉米, 理赔).

    An alias without … is one wording of one part.
    """
    return tuple(product(*_split_alias(alias)))


def _split_alias(alias: str) -> list[list[str]]:
    """The parts of an alias in order, each as the words that may stand for it, the longest first."""
    if _GAP not in alias:
        return [[fold_programme(alias)]]
    return [sorted(map(fold_programme, p.split("|")), key=lambda w: (-len(w), w)) for p in re.split(f"{_GAP}+", alias)]


@dataclass(frozen=True, slots=True)
class SubsidyMatch:
    """What a wording may mean.

    Attributes:
        subsidy: The programme, or None where it means none or several.
        candidates: Every programme named, in the order of the text; none where it is doubtful.
        doubt: The word that names another purpose than the programmes found have: 丧葬 of 特困人员丧葬费; "" for no doubt.
        near: The programmes found in a doubtful text.
    """

    subsidy: Subsidy | None = None
    candidates: tuple[Subsidy, ...] = ()
    doubt: str = ""
    near: tuple[Subsidy, ...] = ()

    @property
    def is_named(self) -> bool:
        """Whether the text speaks of a programme, be it a doubtful one."""
        return bool(self.candidates or self.near)

    @property
    def reason(self) -> str:
        """Why the programme is not certain, as a sentence's part; "" for no doubt."""
        if not self.doubt:
            return ""
        names = "、".join(s.name for s in self.near)
        return f"像是“{names}”，但“{self.doubt}”说的可能是另一笔钱"

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
        return {fold_programme(n): s for s in self.subsidies for n in _list_names(s)}

    @cached_property
    def _gapped(self) -> tuple[tuple[re.Pattern[str], Subsidy], ...]:
        """(pattern with a group a part, programme) of the aliases whose parts stand apart in a title."""
        found = []
        for subsidy, alias in ((s, a) for s in self.subsidies for a in s.aliases if _GAP in a):
            parts = ("|".join(map(re.escape, words)) for words in _split_alias(alias))
            found.append((re.compile(f"({f'){_IN_GAP}('.join(parts)})"), subsidy))
        return tuple(found)

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
        `subsidy` but all `candidates`. Where the rest of the text names another purpose, a programme whose parts stand
        apart in it (养老保险…代缴) covers more of it and wins; without one the text is doubtful and names none.
        """
        known = self._cache.get(text)
        if known is None:
            known = self._cache[text] = self._match(text)
        return known

    def _match(self, text: str) -> SubsidyMatch:
        plain = fold_programme(text)
        exact = self._by_name.get(plain)
        if exact is not None:
            return SubsidyMatch(exact, (exact,))
        clauses = [fold_programme(c) for c in _CLAUSE.split(fold_text(text))]
        told = [m for c in clauses if c and (m := self._match_clause(c)).is_named]
        certain = tuple({s.code: s for m in told for s in m.candidates}.values())
        if not told and (bare := _YEAR_WITHIN.sub("", text)) != text:  # 正常离任村干部2023年度生活补贴
            return self.match(bare)
        if certain or not told:
            return SubsidyMatch(certain[0] if len(certain) == 1 else None, certain)
        return told[0]

    def _match_clause(self, plain: str) -> SubsidyMatch:
        spans = self._scan(plain, _SHORTEST_IN_TEXT)
        spans = self._add_joined(plain, spans) if spans else self._scan(plain, 2)
        found = self._list_subsidies(plain, spans)
        doubt = _find_doubt(plain, spans, found)
        if found and not doubt:
            return SubsidyMatch(found[0] if len(found) == 1 else None, found)
        apart = self._match_apart(plain)
        if len(apart) == 1:
            return SubsidyMatch(apart[0], apart)
        return SubsidyMatch(doubt=doubt, near=apart or found) if doubt else SubsidyMatch(None, apart)

    def _match_apart(self, plain: str) -> tuple[Subsidy, ...]:
        """The programmes whose parts stand apart in a text and leave no other purpose; those that cover most of it."""
        covered: dict[str, int] = {}
        for pattern, subsidy in self._gapped:
            for match in pattern.finditer(plain):
                spans = [match.span(g) for g in range(1, pattern.groups + 1)]
                if not _find_doubt(plain, spans, (subsidy,)):
                    covered[subsidy.code] = max(covered.get(subsidy.code, 0), sum(e - s for s, e in spans))
        most = max(covered.values(), default=0)
        return tuple(self._by_code[code] for code, length in covered.items() if length == most)

    def _scan(self, plain: str, shortest: int) -> list[tuple[int, int]]:
        """Where names stand, from the left, without overlap."""
        spans: list[tuple[int, int]] = []
        place = 0
        while place < len(plain):
            name = self._longest_at(plain, place, shortest)
            if name:
                spans.append((place, place + len(name)))
            place += len(name) or 1
        return spans

    def _add_joined(self, plain: str, spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
        """The spans with the short names that a mark joins to them: 低保、 of 低保、高龄津贴发放表."""
        found = set(spans)
        for start, end in spans if _JOIN.search(plain) else ():
            if tells_who(plain[start:end], plain[end:], ""):
                continue
            for mark, first in ((start - 1, start - 3), (end, end + 1)):
                if first < 0 or not _JOIN.fullmatch(plain[mark : mark + 1]):
                    continue
                name, behind = plain[first : first + 2], plain[first + 2 :]
                is_free = all(first + 2 <= s or e <= first for s, e in spans)
                if is_free and name in self._by_name and not tells_who(name, behind, ""):
                    found.add((first, first + 2))
        return sorted(found)

    def _list_subsidies(self, plain: str, spans: Sequence[tuple[int, int]]) -> tuple[Subsidy, ...]:
        """The programmes of the names found, without those that tell who is paid for another one behind them.

        A programme with a stricter tier than the other one stays: the stricter one then holds for both.
        """
        owners = [self._by_name[plain[start:end]] for start, end in spans]
        found = {s.code: s for s in owners}
        for place, ((start, end), (following, _)) in enumerate(pairwise(spans)):
            who, what = owners[place], owners[place + 1]
            is_who = tells_who(plain[start:end], plain[end:], plain[end:following])
            if is_who and who is not what and who.tier.value <= what.tier.value:
                found.pop(who.code, None)
        return tuple(found.values())

    def _longest_at(self, plain: str, place: int, shortest: int) -> str:
        names = self._by_start.get(plain[place], ())
        return next((n for n in names if len(n) >= shortest and plain.startswith(n, place)), "")


def _list_names(subsidy: Subsidy) -> tuple[str, ...]:
    return (subsidy.name, subsidy.short_name, *(a for a in subsidy.aliases if _GAP not in a))


def _find_doubt(plain: str, spans: Sequence[tuple[int, int]], found: Iterable[Subsidy]) -> str:
    """The word outside the names found that speaks of another purpose than theirs, "" where none does."""
    starts, ends = [s for s, _ in spans], [e for _, e in spans]
    left = [plain[end:start] for end, start in zip([0, *ends], [*starts, len(plain)], strict=True)]
    own = (n for s in found for n in (s.name, s.short_name, *s.aliases))
    if left and left[-1].startswith("费") and spans and plain[slice(*spans[-1])].endswith("流转"):
        left[-1] = f"流转{left[-1]}"  # 土地流转费 is what a tenant pays
    if doubt := find_other_purpose(left, own):
        return doubt
    return find_strange_words(plain[slice(*spans[-1])], left[-1]) if spans else ""
