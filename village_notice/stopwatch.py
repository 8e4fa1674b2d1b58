"""Where the time of a run goes, stage by stage: what `--profile` shows."""

import time
from collections.abc import Mapping


class Stopwatch:
    """Wall time by stage, in the order the stages came first; made when the clock shall start."""

    def __init__(self) -> None:
        self._last = time.perf_counter()
        self.seconds: dict[str, float] = {}

    def lap(self, stage: str, parts: Mapping[str, float] | None = None) -> None:
        """Counts the time since the last lap for a stage.

        Args:
            stage: Its name in Chinese.
            parts: Name → seconds of work in other processes meanwhile; where there are any, the time is shared out
                among them instead.
        """
        now = time.perf_counter()
        spent, self._last = now - self._last, now
        parts = {name: work for name, work in (parts or {}).items() if work > 0} or {stage: 1.0}
        for name, work in parts.items():
            self.seconds[name] = self.seconds.get(name, 0.0) + spent * work / sum(parts.values())

    def format_table(self) -> str:
        """A line a stage with its share of the whole, and the whole."""
        total = sum(self.seconds.values())
        lines = [f"{spent:8.2f} 秒 {spent / (total or 1):6.1%}  {stage}" for stage, spent in self.seconds.items()]
        return "\n".join(["用时：", *lines, f"{total:8.2f} 秒         合计"])
