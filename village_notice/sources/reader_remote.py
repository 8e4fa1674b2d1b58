"""Files read by the computers of a cluster: each of its processes opens them in a reader child of its own, with the same limits."""

import atexit
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache

from village_notice.sources.discover import InputFile
from village_notice.sources.reader_pool import PoolLimits, ReaderPool

Run = Callable[..., Iterator[object]]
"""Has a function done with (what all tasks share, tasks), in order or not; see `executor.Workers.run`."""


class RemotePool:
    """What `ReaderPool` is on one computer: the same results in the same order.

    Args:
        run: Who has tasks done.
        limits: Time and memory of a file.
    """

    def __init__(self, run: Run, limits: PoolLimits | None = None) -> None:
        self._run, self._limits = run, limits or PoolLimits()

    def map(self, files: Sequence[InputFile], job: str, arguments: tuple[object, ...] = ()) -> Iterator[object]:
        """What `job(path, relative, *arguments)` returns for each file, or a `Failure`, in the order of the files."""
        tasks = [(file,) for file in files]
        return self._run(read_in_child, (job, arguments, self._limits), tasks, in_order=True)


def read_in_child(shared: tuple[str, tuple[object, ...], PoolLimits], file: InputFile) -> object:
    """One file, read in this process's reader child."""
    job, arguments, limits = shared
    [answer] = _open_pool(job.partition(":")[0], limits).map([file], job, arguments)
    return answer


@lru_cache(maxsize=1)
def _open_pool(module: str, limits: PoolLimits) -> ReaderPool:
    pool = ReaderPool(1, limits, start=[module]).__enter__()
    atexit.register(pool.close)
    return pool
