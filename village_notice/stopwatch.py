"""Where the time of a run goes, stage by stage: what `--profile` shows."""

import threading
import time
from collections.abc import Mapping


class Stopwatch:
    """Wall time by stage, in the order the stages began; made when the clock shall start."""

    def __init__(self) -> None:
        self._last = time.perf_counter()
        self._lock = threading.Lock()
        self._beside: dict[str, float] = {}
        self.seconds: dict[str, float] = {}

    def begin(self, stage: str) -> None:
        """A stage begins beside the one that the run itself is at."""
        self.seconds.setdefault(stage, 0.0)

    def add(self, stage: str, seconds: float) -> None:
        """Work of a stage beside the run, from any thread: it shares the time of the lap in which it is told."""
        with self._lock:
            self._beside[stage] = self._beside.get(stage, 0.0) + seconds

    def lap(self, stage: str, parts: Mapping[str, float] | None = None) -> None:
        """Counts the time since the last lap for a stage, and for what was done beside it, each by its work.

        Args:
            stage: Its name in Chinese.
            parts: Name → seconds of work in other processes meanwhile; where there are any, they stand for the stage.
        """
        now = time.perf_counter()
        spent, self._last = now - self._last, now
        with self._lock:
            beside, self._beside = self._beside, {}
        work = {name: work for name, work in (parts or {}).items() if work > 0} or {stage: spent}
        for name, seconds in beside.items():
            work[name] = work.get(name, 0.0) + seconds
        total = sum(work.values()) or 1.0
        for name, seconds in work.items():
            self.seconds[name] = self.seconds.get(name, 0.0) + spent * seconds / total

    def format_table(self) -> str:
        """A line a stage with its share of the whole, and the whole."""
        total = sum(self.seconds.values())
        lines = [f"{spent:8.2f} 秒 {spent / (total or 1):6.1%}  {stage}" for stage, spent in self.seconds.items()]
        return "\n".join(["用时：", *lines, f"{total:8.2f} 秒         合计"])
