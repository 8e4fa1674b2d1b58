"""Memory that a finished step no longer needs, given back to the computer before the next one takes its own."""

import ctypes

import pyarrow as pa


def give_back_memory() -> None:
    """Gives back what Arrow and the C library keep for later: two million payments leave half a gigabyte of it."""
    pa.default_memory_pool().release_unused()
    trim = getattr(
        ctypes.pythonapi, "malloc_trim", None
    )  # glibc has it; Windows and macOS give memory back by themselves
    if trim is not None:
        trim(0)
