"""姓氏笔画: how a name stands in a list that is sorted by strokes."""

from functools import cache

from village_notice.resources import find_data

_UNKNOWN = (99, 1 << 30)
"""A character the table does not have, such as a Latin letter: behind all others, by its number."""


def stroke_key(name: str) -> tuple[tuple[int, int, str], ...]:
    """The place of a name in a list by strokes: character by character, fewer strokes first, then stroke by stroke.

    Source: GB 13000.1字符集汉字字序（笔画序）规范 (GF 3003-1999): strokes, then their kinds 横竖撇点折 in writing order.
    """
    ranks = _read_ranks()
    return tuple((*ranks.get(char, _UNKNOWN), char) for char in name)


@cache
def _read_ranks() -> dict[str, tuple[int, int]]:
    """Character → its strokes and its place among those of as many; see data/reference/README.md."""
    ranks: dict[str, tuple[int, int]] = {}
    for line in find_data("reference", "strokes.tsv").read_text(encoding="utf-8").splitlines():
        count, ordered, others = line.split("\t")
        ranks |= {char: (int(count), place) for place, char in enumerate(ordered + others)}
    return ranks
