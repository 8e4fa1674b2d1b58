"""Hashes of files, worked out by another process while the run reads and checks.

Whether somebody has changed a result of an earlier run is known by its hash, and a county has more than a gigabyte of
them. A hash counts only for a file that is still the one that was hashed: same size, times and number on the disk. What
is not known when it is asked for, whoever asks must work out.
"""

import os
import signal
from collections.abc import Iterable, Sequence
from concurrent.futures import BrokenExecutor, CancelledError, Future, ProcessPoolExecutor
from contextlib import suppress
from multiprocessing import get_context
from pathlib import Path

from village_notice.fingerprint import hash_file

_MANY = 1_000
"""Fewer files than this are hashed as soon as a process has started for them."""
_AT_ONCE = 64


_Look = tuple[int, int, int, int]
"""What tells one state of a file from the next without reading it: size, times of change, number on the disk."""
_Found = tuple[_Look | None, str]


class HashedFiles:
    """What is known of some files; whoever starts it must close it."""

    def __init__(self) -> None:
        self._executor: ProcessPoolExecutor | None = None
        self._batches: dict[str, tuple[Future[list[_Found]], int]] = {}
        self._noted: dict[str, _Found] = {}

    def start(self, paths: Iterable[Path]) -> None:
        """Begins to hash files in another process, where they are many; once only."""
        names = list(map(str, paths))  # texts are sent to and fro ten times as fast
        if len(names) < _MANY:
            return
        self._executor = ProcessPoolExecutor(1, mp_context=get_context("spawn"), initializer=_ignore_interrupt)
        with suppress(BrokenExecutor):  # ended by somebody: whoever asks works it out
            for start in range(0, len(names), _AT_ONCE):
                batch = names[start : start + _AT_ONCE]
                future = self._executor.submit(hash_files, batch)
                self._batches |= {name: (future, place) for place, name in enumerate(batch)}

    def note(self, path: Path) -> None:
        """Hashes a file here and now, for whoever asks later."""
        self._noted[str(path)] = _hash(str(path))

    def find(self, path: Path) -> str | None:
        """The hash of a file as it is now; None where it is not known."""
        name = str(path)
        look, digest = self._noted.get(name) or self._look_up(name)
        return digest if look is not None and look == _look_at(name) else None

    def _look_up(self, name: str) -> _Found:
        batch, place = self._batches.get(name, (None, 0))
        if batch is None or not (batch.running() or batch.done()):  # whoever asks is quicker than what has not begun
            return None, ""
        try:
            return batch.result()[place]
        except (BrokenExecutor, CancelledError):  # the process was ended
            return None, ""

    def close(self) -> None:
        """Ends the process."""
        if self._executor:
            self._executor.shutdown(cancel_futures=True)

    def __reduce__(self) -> tuple[type["HashedFiles"], tuple[()]]:
        """Another process knows nothing."""
        return HashedFiles, ()


def hash_files(names: Sequence[str]) -> list[_Found]:
    """What each file looks like and its hash; nothing for those that cannot be read or change meanwhile."""
    return [_hash(name) for name in names]


def _hash(name: str) -> _Found:
    before, digest = _look_at(name), hash_file(Path(name))
    return (before, digest) if digest and before == _look_at(name) else (None, "")


def _look_at(name: str) -> _Look | None:
    try:
        seen = os.stat(name)  # noqa: PTH116  # a hundred thousand files
    except OSError:
        return None
    return seen.st_size, seen.st_mtime_ns, seen.st_ctime_ns, seen.st_ino


def _ignore_interrupt() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to answer
