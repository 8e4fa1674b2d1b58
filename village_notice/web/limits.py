"""How often somebody may ask: nobody lists a county by guessing names.

Counters live in memory only and hold addresses no longer than a day; nothing is written down.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

_MOST_CLIENTS = 20_000


@dataclass(frozen=True, slots=True)
class Limits:
    """Requests allowed.

    Attributes:
        searches_a_minute, searches_a_day: Searches for people by one address.
        pages_a_minute: Any requests by one address.
        searches_of_all_a_minute: Searches for people by everybody together: many addresses are no way round.
    """

    searches_a_minute: int = 20
    searches_a_day: int = 400
    pages_a_minute: int = 240
    searches_of_all_a_minute: int = 600


class Counter:
    """Counts requests in fixed windows of time; the oldest clients are forgotten first when there are too many."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._counts: OrderedDict[tuple[str, str, int], int] = OrderedDict()
        self._lock = threading.Lock()

    def is_allowed(self, kind: str, client: str, most: int, seconds: int) -> bool:
        """Counts one request; False where it is one too many in its window."""
        key = (kind, client, int(self._clock() // seconds))
        with self._lock:
            count = self._counts.pop(key, 0) + 1
            self._counts[key] = count
            while len(self._counts) > _MOST_CLIENTS:
                self._counts.popitem(last=False)
        return count <= most

    def is_search_allowed(self, client: str, limits: Limits) -> bool:
        """Counts one search for a person; False where it is one too many for the address or for everybody together."""
        return (
            self.is_allowed("minute", client, limits.searches_a_minute, 60)
            and self.is_allowed("day", client, limits.searches_a_day, 86_400)
            and self.is_allowed("all", "", limits.searches_of_all_a_minute, 60)
        )
