"""Who is logged in at the desk: kept in memory, so that a restart logs everybody out; a cookie holds a random word only."""

import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

IDLE_SECONDS = 30 * 60
LONGEST_SECONDS = 10 * 60 * 60


@dataclass(slots=True)
class DeskSession:
    """One clerk's time at the desk.

    Attributes:
        clerk: Name for the log.
        started, seen: Seconds of the clock.
        note: What the next page tells, "" nothing.
        tickets: Answers whose entry is written: pressing twice writes once.
    """

    clerk: str
    started: float
    seen: float
    note: str = ""
    tickets: set[str] = field(default_factory=set)


class Sessions:
    """The sessions of one server."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._open: dict[str, DeskSession] = {}
        self._lock = threading.Lock()

    def start(self, clerk: str) -> str:
        """The random word of a new session."""
        word, now = secrets.token_urlsafe(32), self._clock()
        with self._lock:
            self._open = {w: s for w, s in self._open.items() if self._is_alive(s)}
            self._open[word] = DeskSession(clerk, now, now)
        return word

    def find(self, word: str) -> DeskSession | None:
        """The session of a word, None where there is none or it has ended."""
        with self._lock:
            session = self._open.get(word)
            if session is None or not self._is_alive(session):
                self._open.pop(word, None)
                return None
            session.seen = self._clock()
            return session

    def end(self, word: str) -> None:
        """Ends a session."""
        with self._lock:
            self._open.pop(word, None)

    def _is_alive(self, session: DeskSession) -> bool:
        now = self._clock()
        return now - session.seen <= IDLE_SECONDS and now - session.started <= LONGEST_SECONDS
