"""Hashes of files, worked out by another process while the run reads and checks.

Whether somebody has changed a result of an earlier run is known by its hash, and a county has more than a gigabyte of
them. A hash counts only for a file that is still the one that was hashed: same size, times and number on the disk. So
the hashes of a run are kept for the next one (`note_looks`), as git does for the files of a repository. What is not known
when it is asked for, whoever asks must work out.
"""

import json
import os
import signal
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import BrokenExecutor, CancelledError, Future
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from village_notice.fingerprint import hash_file
from village_notice.orphans import leave_with_parent

if TYPE_CHECKING:
    from concurrent.futures import ProcessPoolExecutor

_MANY = 1_000
"""Fewer files than this are hashed as soon as a process has started for them."""
_AT_ONCE = 64
_LOOK_EVERY_SECONDS = 1.0
_TICK = 2_000_000_000
"""Nanoseconds in which a file may change without another time, as the clocks of some disks go."""
_LONG = 60_000_000_000
"""Nanoseconds that a run may have hashed files for before it opens the folder of results."""


Look = tuple[int, int, int, int]
"""What tells one state of a file from the next without reading it: size, times of change, number on the disk."""
Found = tuple[Look | None, str]
"""A file's look and hash."""
_UNKNOWN: Found = (None, "")


class HashedFiles:
    """What is known of some files; whoever starts it must close it.

    Args:
        known: What was known when the last run ended, see `read_looks`.
    """

    def __init__(self, known: Mapping[str, Found] | None = None) -> None:
        self._executor: ProcessPoolExecutor | None = None
        self._batches: dict[str, tuple[Future[list[Found]], int]] = {}
        self._noted: dict[str, Found] = dict(known or {})
        self._seen: dict[str, Found] = {}

    def start(self, paths: Iterable[Path | str]) -> None:
        """Begins to hash files of which nothing is known in another process, where they are many; once only."""
        names = [name for name in map(str, paths) if not self._is_known(name)]  # texts are sent ten times as fast
        if len(names) < _MANY:
            return
        from concurrent.futures import ProcessPoolExecutor  # where there are few, or none, nobody needs it
        from multiprocessing import get_context

        self._executor = ProcessPoolExecutor(1, mp_context=get_context("spawn"), initializer=_begin)
        with suppress(BrokenExecutor):  # ended by somebody: whoever asks works it out
            for start in range(0, len(names), _AT_ONCE):
                batch = names[start : start + _AT_ONCE]
                future = self._executor.submit(hash_files, batch)
                self._batches |= {name: (future, place) for place, name in enumerate(batch)}

    def note(self, path: Path) -> None:
        """Hashes a file here and now, for whoever asks later."""
        self._noted[str(path)] = _hash(str(path))

    def find(self, path: Path | str) -> str | None:
        """The hash of a file as it is now; None where it is not known."""
        return self.recall(path)[1] or None

    def hash(self, path: Path | str) -> str:
        """The hash of a file as it is now, worked out where it is not known; "" where it cannot be read."""
        found = self.recall(path)
        if not found[1]:
            name = str(path)
            found = self._noted[name] = self._seen[name] = _hash(name)
        return found[1]

    def recall(self, path: Path | str) -> Found:
        """What was known of a file, where it still looks the same."""
        name = str(path)
        found, now = self._noted.get(name, _UNKNOWN), _look_at(name)
        if now is None or found[0] != now:
            found = self._look_up(name)
        self._seen[name] = found = found if now is not None and found[0] == now else _UNKNOWN
        return found

    def see(self, path: Path | str) -> Found:
        """What was known of a file when somebody asked last, with how it looked then; it is looked at where nobody has.

        Who changes it later changes its look, so that the hash never counts for what it has become.
        """
        found = self._seen.get(str(path), _UNKNOWN)
        return found if found[1] else self.recall(path)

    def _is_known(self, name: str) -> bool:
        look = self._noted.get(name, _UNKNOWN)[0]
        return look is not None and look == _look_at(name)

    def _look_up(self, name: str) -> Found:
        batch, place = self._batches.get(name, (None, 0))
        if batch is None or not (batch.running() or batch.done()):  # whoever asks is quicker than what has not begun
            return _UNKNOWN
        try:
            return batch.result()[place]
        except (BrokenExecutor, CancelledError):  # the process was ended
            return _UNKNOWN

    def close(self) -> None:
        """Ends the process."""
        if self._executor:
            self._executor.shutdown(cancel_futures=True)

    def __reduce__(self) -> tuple[type["HashedFiles"], tuple[()]]:
        """Another process knows nothing."""
        return HashedFiles, ()


def join_path(folder: Path, name: str) -> str:
    """The path of a file by its name with slashes; of twenty thousand files in a tenth of the time."""
    return _find_start(folder) + name.replace("/", os.sep)


@lru_cache(maxsize=16)
def _find_start(folder: Path) -> str:
    """How the paths of all that lies in a folder begin: of "." not at all."""
    return str(folder / "x")[:-1]


def read_looks(path: Path, folder: Path) -> dict[str, Found]:
    """What `note_looks` has written, by the whole path; nothing where there is none or it is damaged."""
    try:
        kept = json.loads(path.read_bytes())
        return {join_path(folder, name): (tuple(look), str(digest)) for name, (look, digest) in kept.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


@dataclass(frozen=True, slots=True)
class Times:
    """Times of the disk, which may be that of another computer, in nanoseconds.

    Attributes:
        opened: When the run opened the folder of results, 0 unknown.
        began: When it began to put files in place.
    """

    opened: int
    began: int


def note_looks(path: Path, folder: Path, made: Mapping[str, str], others: Mapping[str, Found], times: Times) -> None:
    """Keeps what files of a folder look like and their hashes, for the next run; it is made without where that fails.

    Left out is what may have changed since it was hashed, or may yet in the same tick of the clock. Nothing at all is kept
    on a disk that does not tell when a file was changed last whatever its date says.

    Args:
        path: Where to.
        folder: What the names start from.
        made: Name → SHA-256 of what was just put there.
        others: Name → what was known of other files there when this run looked at them.
        times: When that was.
    """
    new = {name: (_look_at(join_path(folder, name)), digest) for name, digest in made.items()}
    kept = _choose(others, times.opened - _LONG) | _choose(new, times.began - _TICK)
    temporary = path.with_suffix(".tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary.touch()
        words = json.dumps(kept if _tells_changes(temporary) else {}, ensure_ascii=False)
        temporary.write_text(words, encoding="utf-8", newline="\n")
        temporary.replace(path)
    except OSError:  # the results are in place, and the next run will read them
        with suppress(OSError):
            path.unlink(missing_ok=True)
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


def _choose(found: Mapping[str, Found], before: int) -> dict[str, Found]:
    """Those whose date is before a time."""
    return {name: (look, digest) for name, (look, digest) in found.items() if look and look[1] < before}


def _tells_changes(probe: Path) -> bool:
    """Whether `st_ctime` is the time of the last change, which nobody can turn back, on the disk of a file that may be changed.

    On Windows it is when the file was made; some disks of other computers give the date in its place.
    """
    now = probe.stat().st_mtime_ns
    os.utime(probe, ns=(now, now - 2 * _TICK))
    return os.name != "nt" and probe.stat().st_ctime_ns > now - _TICK


def hash_files(names: Sequence[str]) -> list[Found]:
    """What each file looks like and its hash; nothing for those that cannot be read or change meanwhile."""
    return [_hash(name) for name in names]


def _hash(name: str) -> Found:
    before, digest = _look_at(name), hash_file(Path(name))
    return (before, digest) if digest and before == _look_at(name) else (None, "")


def _look_at(name: str) -> Look | None:
    try:
        seen = os.stat(name)  # noqa: PTH116  # a hundred thousand files
    except OSError:
        return None
    return seen.st_size, seen.st_mtime_ns, seen.st_ctime_ns, seen.st_ino


def _begin() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to answer
    leave_with_parent(_LOOK_EVERY_SECONDS)
