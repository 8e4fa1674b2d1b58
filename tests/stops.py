"""Stops the process in hand before a file-system operation of its choice, as a loss of power would: nothing is tidied up."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psutil

_CHANGES = {"os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.utime", "os.truncate", "os.link", "os.symlink"}


class Stopped(BaseException):
    """Nobody handles it."""


class _Watch:
    """Counts the operations that change something on the disk; all of them pass here, see PEP 578.

    Attributes:
        left: How many may still be done; None counts none.
    """

    left: int | None = None
    is_set = False

    @classmethod
    def look(cls, event: str, args: tuple) -> None:
        if cls.left is None or not (event in _CHANGES or (event == "open" and _is_written(args))):
            return
        if cls.left == 0:
            raise Stopped
        cls.left -= 1


def _is_written(args: tuple) -> bool:
    flags = args[2]
    return isinstance(flags, int) and bool(flags & (os.O_WRONLY | os.O_RDWR))


@contextmanager
def stop_before(number: int) -> Iterator[list[bool]]:
    """What is done inside ends before its operation of that number, from 0; the list holds True where it was stopped."""
    if not _Watch.is_set:
        sys.addaudithook(_Watch.look)
        _Watch.is_set = True
    told: list[bool] = []
    _Watch.left = number
    try:
        yield told
    except Stopped:
        told.append(True)
    finally:
        _Watch.left = None


def kill_all(process):
    """Ends a process and all that it started, as a power cut would; on Windows, too, which knows no groups."""
    family = psutil.Process(process.pid)
    for one in [family, *family.children(recursive=True)]:
        with suppress(psutil.NoSuchProcess):
            one.kill()
