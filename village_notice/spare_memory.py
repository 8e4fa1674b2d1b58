"""Memory that a finished step no longer needs, given back to the computer before the next one takes its own."""

import ctypes
import gc
from collections.abc import Iterator
from contextlib import contextmanager

_GARBAGE = 50_000
"""Objects between two searches for cycles."""


@contextmanager
def search_garbage_seldom() -> Iterator[None]:
    """While a run makes many small objects, few of them in cycles, Python looks for cycles seldom, and not in modules."""
    usual = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(_GARBAGE)
    try:
        yield
    finally:
        gc.set_threshold(*usual)
        gc.unfreeze()


def give_back_memory() -> None:
    """Gives back what Arrow and the C library keep for later: two million payments leave half a gigabyte of it."""
    import pyarrow as pa  # cycles are looked for seldom before it is there

    pa.default_memory_pool().release_unused()
    trim = getattr(
        ctypes.pythonapi, "malloc_trim", None
    )  # glibc has it; Windows and macOS give memory back by themselves
    if trim is not None:
        trim(0)
