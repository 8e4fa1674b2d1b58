"""Work done on two processors at once: NumPy, pandas and Arrow leave the interpreter to others while they work."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")
U = TypeVar("U")
_THREADS = 2
"""Each takes memory for what it works on; more of them gain little, as the interpreter itself is one."""
MANY = 50_000
"""Rows from which starting a thread is worth while."""


def do_side_by_side(works: Sequence[Callable[[], T]], rows: int) -> list[T]:
    """What each piece of work gives, in their order whichever is done first; where there are few rows, one after the other.

    Of several that fail the first one's exception is raised, when all that were begun have ended.
    """
    if rows < MANY or len(works) < _THREADS:
        return [work() for work in works]
    with ThreadPoolExecutor(_THREADS) as threads:
        waiting = [threads.submit(work) for work in works]
        try:
            return [one.result() for one in waiting]
        except BaseException:
            threads.shutdown(cancel_futures=True)
            raise


def do_both(first: Callable[[], T], second: Callable[[], U], rows: int) -> tuple[T, U]:
    """What two pieces of work give, see `do_side_by_side`: the first in a thread of its own."""
    if rows < MANY:
        return first(), second()
    with ThreadPoolExecutor(1) as thread:
        waiting = thread.submit(first)
        try:
            made = second()
        except Exception:
            waiting.result()  # where both fail, the first one's exception is raised
            raise
        return waiting.result(), made
