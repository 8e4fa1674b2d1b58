"""Which of several columns with the same meaning counts: who is paid, in which village, under which ID.

Two columns that may both be the person or the village, and do not say the same, are never settled by their order on the
sheet: the clerk is asked.
"""

import re
from collections.abc import Callable, Iterator, Sequence

from village_notice.domain.patterns import compile_late
from village_notice.domain.text import short_village
from village_notice.sources.cells import is_organisation
from village_notice.sources.grid import Cell
from village_notice.sources.heading_words import is_other_person
from village_notice.sources.tables import cell_text
from village_notice.sources.wording import fold_label, fold_words

_ASIDE = compile_late(r"^\s*\d{1,4}\s*[.、．]?\s*(?=[\u3400-\u9fff])|[（(][^)）]{0,40}[)）]|\s")
_TAKER = compile_late(r"领取人|领款人|取款人")
_NAME = compile_late(r"[\u3400-\u9fff·]{2,5}|[\u3400-\u9fff]+·[\u3400-\u9fff·]+")
_CLASS = compile_late(r"[户类型级别人员]$")
_PLACES = ("村", "组", "社区", "镇", "庄", "店", "街道", "户", "员", "厂", "场")
_NUMERAL = compile_late(r"[一二三四五六七八九十百]+")
_TOTAL = compile_late(r"[合总共小]\s*计")
_SURNAMES = frozenset(
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金"
    "陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文隋宫曲迟衢盖修左初鞠辛柳牟战矫"
)
"""Common surnames, those of the county's villages among them: of words of two to four characters they make people's names."""
_FEWEST = 3
_SAMPLE = 300
"""Rows that are looked at to tell what a column holds."""
_ENOUGH = 20
"""Of the rows one in twenty may disagree: footers and totals stand in them too."""

Candidate = tuple[float, int]
"""How surely a heading has the meaning, and its column."""
_Fold = Callable[[str], str]


def choose_person(
    candidates: Sequence[Candidate], texts: Sequence[str], samples: Sequence[Sequence[Cell]]
) -> tuple[int, tuple[int, ...]]:
    """(column of the person paid, columns among which it cannot be known; () as a rule).

    Args:
        candidates: Columns headed as people, left to right.
        texts: Combined heading of each column.
        samples: For each column the cells below the heading.
    """
    left = [one for one in candidates if not _is_other(texts[one[1] - 1])] or list(candidates)
    left = [one for one in left if has_names(samples[one[1] - 1])] or left
    return _choose(left, texts, samples, _fold_person)


def choose_village(
    candidates: Sequence[Candidate], texts: Sequence[str], samples: Sequence[Sequence[Cell]]
) -> tuple[int, tuple[int, ...]]:
    """As `choose_person`, for the village: 东岚 and 东岚村委会 say the same; a vaguer heading gives way to a surer."""
    best = max(sure for sure, _ in candidates)
    return _choose([one for one in candidates if one[0] == best], texts, samples, _fold_village)


def choose_id(candidates: Sequence[Candidate], person: int) -> int:
    """The column of the person's own ID: of equal headings the first right of the name."""
    best = max(sure for sure, _ in candidates)
    columns = [c for sure, c in candidates if sure == best]
    return next((c for c in columns if c > person), columns[0])


def _is_other(text: str) -> bool:
    """Whether a heading names somebody else, or who fetched the money."""
    return is_other_person(text) or is_taker(text)


def is_taker(text: str) -> bool:
    """Whether a heading names who fetched the money: 领取人, 领款人."""
    return bool(_TAKER.search(fold_label(text)))


def _choose(
    candidates: Sequence[Candidate], texts: Sequence[str], samples: Sequence[Sequence[Cell]], fold: _Fold
) -> tuple[int, tuple[int, ...]]:
    ranked = sorted(candidates, key=lambda one: (-one[0], one[1]))
    chosen = ranked[0][1]
    rivals = [c for _, c in ranked[1:] if _disagree(chosen, c, texts, samples, fold)]
    return chosen, tuple(sorted([chosen, *rivals])) if rivals else ()


def _fold_person(text: str) -> str:
    """A name without what stands in brackets, blanks, and a serial before it (1.甲一)."""
    return _ASIDE.sub("", text)


def _fold_village(text: str) -> str:
    return short_village(re.split(r"镇|乡(?!村)|街道", text)[-1])


def _disagree(one: int, other: int, texts: Sequence[str], samples: Sequence[Sequence[Cell]], fold: _Fold) -> bool:
    pairs = list(_pair(one, other, texts, samples))
    wrong = sum(fold(a) != fold(b) for a, b in pairs)
    return wrong * _ENOUGH > len(pairs)


def _pair(one: int, other: int, texts: Sequence[str], samples: Sequence[Sequence[Cell]]) -> Iterator[tuple[str, str]]:
    """The cells of two columns where both hold something that is neither a heading nor a total."""
    headings = texts[one - 1].split("\n")
    for a, b in zip(samples[one - 1], samples[other - 1], strict=True):
        if a in (None, "") or b in (None, ""):
            continue
        texts_of = cell_text(a), cell_text(b)
        if not any(_TOTAL.search(t) for t in texts_of) and texts_of[0] not in headings:
            yield texts_of


def has_names(cells: Sequence[Cell]) -> bool:
    """Whether a column holds names of people or organisations, not kinds of people (一般农户) or numbers."""
    texts = [t for c in cells[:_SAMPLE] if isinstance(c, str) and (t := fold_words(c))]
    if not texts:
        return False
    names = [t for t in texts if _NAME.fullmatch(_fold_person(t)) or is_organisation(t)]
    is_class = len(texts) >= _FEWEST and len(set(texts)) * 2 <= len(texts)
    is_class = is_class or all(_CLASS.search(t) for t in set(texts))
    return len(names) * 10 >= len(texts) * 6 and not is_class


def holds_names_only(cells: Sequence[Cell]) -> bool:
    """Whether most cells hold names and none a number, a place or a total: no serials, whatever the heading says."""
    filled = [c for c in cells[:_SAMPLE] if c not in (None, "")]
    if len(filled) * 10 < len(cells[:_SAMPLE]) * 6 or not all(isinstance(c, str) for c in filled):
        return False
    texts = [fold_words(str(c)) for c in filled]
    return has_names(cells) and not any(t.endswith(_PLACES) or _NUMERAL.fullmatch(t) for t in texts)


def look_like_people(cells: Sequence[Cell]) -> bool:
    """Whether a column holds names that begin with common surnames: then they are people's whatever the heading says."""
    words = [t for c in cells[:_SAMPLE] if isinstance(c, str) and (t := _fold_person(fold_words(c)))]
    texts = [t for t in words if not _TOTAL.search(t) and not t.endswith("页")]
    people = [t for t in texts if _NAME.fullmatch(t) and t[0] in _SURNAMES and not t.endswith(_PLACES)]
    return len(people) * 10 >= len(texts) * 7 > 0 and has_names(cells)
