"""In which order the people of a list stand; a template says it, the privacy wall sorts by it."""

from typing import NamedTuple

GROUP, PINYIN, STROKES, RECEIVED = "group", "pinyin", "strokes", "received"
Order = tuple[str, ...]
USUAL: Order = (GROUP, PINYIN)
ORDERS: tuple[Order, ...] = tuple((*first, last) for first in ((GROUP,), ()) for last in (PINYIN, STROKES, RECEIVED))
"""Every order there is: by 村民小组 first or not, then by surname's pinyin, by 姓氏笔画, or as the tables came."""


class ListOrders(NamedTuple):
    """The order of the lists of one programme, and that of the households."""

    lines: Order = USUAL
    households: Order = USUAL


USUAL_ORDERS = ListOrders()
