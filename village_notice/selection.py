"""Which villages and programmes of a finished run are meant by the words of the command line."""

from collections.abc import Mapping, Sequence
from difflib import get_close_matches

from village_notice.domain.public import VillageYear
from village_notice.errors import UsageError
from village_notice.kept import Where

_SUGGESTIONS = 6
_NO_KEY = frozenset([""])


def find_codes(known: Sequence[Where], villages: Sequence[str], townships: Sequence[str]) -> list[str]:
    """Codes of the villages meant.

    Raises:
        UsageError: A name nobody has, or one several have.
    """
    for text in townships:
        if not any(text in (w.office, w.township) for w in known):
            names = "、".join(dict.fromkeys(w.office for w in known))
            raise UsageError(f"结果里没有乡镇“{text}”。结果里有：{names}。请改正 --township。")
    inside = [w for w in known if not townships or {w.office, w.township} & set(townships)]
    if not villages:
        return [w.village_code for w in inside]
    return [_find_village(inside, text).village_code for text in villages]


def _find_village(known: Sequence[Where], text: str) -> Where:
    found = [w for w in known if text.replace("/", "") in _names(w)]
    if len(found) == 1:
        return found[0]
    if found:
        names = "、".join(f"{w.office}/{w.village}（{w.village_code}）" for w in found)
        raise UsageError(f"叫“{text}”的村有 {len(found)} 个：{names}。请写成“乡镇/村”，或用 12 位代码。")
    near = get_close_matches(text, [w.village for w in known], _SUGGESTIONS, 0.3) or [w.village for w in known]
    raise UsageError(f"结果里没有村“{text}”。相近的有：{'、'.join(list(dict.fromkeys(near))[:_SUGGESTIONS])}。请改正。")


def _names(where: Where) -> tuple[str, ...]:
    full = (where.office + where.village, where.township + where.village)
    return (where.village, where.full_name, where.village_code, *full)


def choose_programmes(villages: Sequence[VillageYear], texts: Sequence[str]) -> Mapping[str, frozenset[str]]:
    """Village code → keys of the programmes meant, empty for all; a village that has none of them gets no list.

    Raises:
        UsageError: No village has such a programme.
    """
    titles = dict.fromkeys(p.title for v in villages for p in v.programmes)
    for text in texts:
        if not any(text in title for title in titles):
            raise UsageError(f"这些村没有项目“{text}”。有的是：{'、'.join(titles)}。请改正 --programme。")
    if not texts:
        return {v.village_code: frozenset() for v in villages}
    return {
        v.village_code: frozenset(p.key for p in v.programmes if any(t in p.title for t in texts)) or _NO_KEY
        for v in villages
    }
