"""Reader processes that go on from one run to the next: what each would import takes longer than a small inbox to read.

They are the processes of the program, and are asked through the same pipes; only their starts and ends are left out. What
these are worth is tried where nobody takes this: tests/sources/test_reader_pool.py, test_resume.py, test_demo.py.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from village_notice.sources.reader_pool import ReaderPool, _Child

_MOST = 3


class WarmReaders:
    """Readers that wait for the next run, by all that they were started with."""

    def __init__(self) -> None:
        self._waiting: list[tuple[object, _Child]] = []

    @contextmanager
    def use(self) -> Iterator[None]:
        """Every pool of this process takes its readers here, and leaves them where it ended well."""
        start, close = ReaderPool._start_child, ReaderPool.close

        def take_or_start(pool: ReaderPool, slot: int) -> _Child:
            with pool._lock:
                child = None if pool._closed else self._take(_describe(pool))
                if child is None:
                    return start(pool, slot)
                child.limits = pool.limits
                pool._children[slot] = child
                return child

        def keep_and_close(pool: ReaderPool) -> None:
            if sys.exc_info()[1] is None:  # all that was asked has been answered
                with pool._lock:
                    for slot, child in enumerate(pool._children):
                        if child is not None and self._keep(_describe(pool), child):
                            pool._children[slot] = None
            close(pool)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(ReaderPool, "_start_child", take_or_start)
            patch.setattr(ReaderPool, "close", keep_and_close)
            yield

    def _take(self, wanted: object) -> _Child | None:
        for number, (known, child) in enumerate(self._waiting):
            if known == wanted and child.process.poll() is None:
                del self._waiting[number]
                return child
        return None

    def _keep(self, known: object, child: _Child) -> bool:
        if not child.files or child.deadline is not None or child.killed_for or child.process.poll() is not None:
            return False
        self._waiting.append((known, child))
        if len(self._waiting) > _MOST:
            self._waiting.pop(0)[1].close()
        return True

    def close(self) -> None:
        """Ends all that wait."""
        for _, child in self._waiting:
            child.close()
        self._waiting.clear()


def _describe(pool: ReaderPool) -> object:
    environment = {name: text for name, text in os.environ.items() if name != "PYTEST_CURRENT_TEST"}
    return pool.start, pool.limits.memory_bytes, Path.cwd(), environment
