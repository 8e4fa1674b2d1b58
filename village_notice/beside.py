"""Work in threads beside the run: what does not wait for the step in hand, on the processor that the step leaves free.

NumPy, Arrow, SQLite and hashing let go of the interpreter while they work, and while villages are drawn by other
processes nobody else needs it.
"""

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import ParamSpec, Self, TypeVar

from village_notice.stopwatch import Stopwatch

P = ParamSpec("P")
T = TypeVar("T")
_THREADS = 3


class Beside:
    """The work; left, all of it has ended, and what had not begun will not."""

    def __init__(self, watch: Stopwatch) -> None:
        self._watch = watch
        self._threads = ThreadPoolExecutor(_THREADS)
        self._started: list[Future[object]] = []

    def start(self, stage: str, work: Callable[P, T], *args: P.args, **options: P.kwargs) -> Future[T]:
        """Begins some work of a stage, named as `--profile` shows it; whatever it raises is raised by `wait`, too."""

        def measure() -> T:
            begun = time.thread_time()
            try:
                return work(*args, **options)
            finally:
                self._watch.add(stage, time.thread_time() - begun)

        self._watch.begin(stage)
        future = self._threads.submit(measure)
        self._started.append(future)  # type: ignore[arg-type]  # what they give is of no interest here
        return future

    def wait(self) -> None:
        """Waits for everything that was started.

        Raises:
            Exception: What some of it raised.
        """
        for future in self._started:
            future.result()
        self._started.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._threads.shutdown(cancel_futures=True)
