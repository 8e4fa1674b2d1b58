"""Progress on stderr: a bar at a terminal, a line a stage elsewhere, nothing when quiet."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NoReturn

Progress = Callable[[str, int, int], None]
"""Called with (stage in Chinese, done, total); done == total ends the stage."""


def stay_silent(_stage: str, _done: int, _total: int) -> None:
    """A progress that shows nothing."""


@contextmanager
def show_progress(*, quiet: bool) -> Iterator[Progress]:
    """A progress for one command; the last bar is closed when the command ends."""
    if quiet:
        yield stay_silent
        return
    from tqdm import tqdm

    bars: dict[str, tqdm[NoReturn]] = {}

    def report(stage: str, done: int, total: int) -> None:
        if not sys.stderr.isatty():
            if done == total:
                print(f"{stage}：{total}", file=sys.stderr, flush=True)  # noqa: T201  # talk goes to stderr
            return
        if stage not in bars:
            bars[stage] = tqdm(desc=stage, total=total, file=sys.stderr, ncols=80, leave=True)
        bars[stage].total = total
        bars[stage].update(done - bars[stage].n)
        if done == total:
            bars[stage].close()

    try:
        yield report
    finally:
        for bar in bars.values():
            bar.close()
