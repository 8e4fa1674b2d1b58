"""Chinese line breaking: which characters may not start or end a line, and numbers and words that stay whole."""

import re
from collections.abc import Callable, Iterator

NO_START = frozenset("，。、；：？！）》」』】〕〉”’…—～·％‰℃%,.;:?!)]}　")
NO_END = frozenset("（《「『【〔〈“‘￥([{")
_LONG_RULE = 12  # a rule to write on that may be broken
_UNIT = re.compile(r"[0-9A-Za-z][0-9A-Za-z,.:/\-%&=?_–]*(?<![,.:])|_+|.", re.DOTALL)

Measure = Callable[[str], float]


def break_lines(text: str, width: float, measure: Measure) -> list[str]:
    """The lines of a paragraph, none wider than `width` unless one unit is.

    Args:
        text: The paragraph; line feeds force a new line.
        width: In the unit `measure` returns.
        measure: Width of a text.
    """
    return [line for part in text.split("\n") for line in _break_part(part, width, measure)]


def _break_part(text: str, width: float, measure: Measure) -> Iterator[str]:
    units = _UNIT.findall(text)
    start, used = 0, 0.0
    i = 0
    while i < len(units):
        advance = measure(units[i])
        if used + advance > width and len(units[i]) > _LONG_RULE and units[i][0] == "_":
            units[i : i + 1] = list(units[i])  # a rule goes on in the next line
            continue
        if i > start and used + advance > width:
            end = _pull_back(units, start, i)
            yield "".join(units[start:end])
            start, used = end, sum(map(measure, units[end:i]))
            continue
        if i == start and advance > width and len(units[i]) > 1:
            units[i : i + 1] = list(units[i])  # a word longer than a line is cut anywhere
            continue
        used += advance
        i += 1
    yield "".join(units[start:])


def _pull_back(units: list[str], start: int, end: int) -> int:
    """Where the line really ends: carried back until neither rule is broken, or `end` where that would empty it."""
    cut = end
    while cut > start + 1 and (units[cut][0] in NO_START or units[cut - 1][-1] in NO_END):
        cut -= 1
    return cut if units[cut][0] not in NO_START and units[cut - 1][-1] not in NO_END else end
