"""Processes that start before there is something for them to do, so that nobody waits for what they import.

The readers of files start while the run itself imports pandas; those that draw, while what was read is checked. Where
earlier runs left something, most of the work may be done already, and only what turns out to be needed is started; but
then somebody may have changed what they left, and a process hashes it.
"""

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self

from village_notice.executor import Standby, Workers
from village_notice.fingerprint import hash_parts
from village_notice.hashed_files import HashedFiles
from village_notice.options import RunOptions
from village_notice.output import CACHE, PRIVATE, list_looks, list_written
from village_notice.read_cache import FOLDER
from village_notice.sources.discover import Discovery, find_inputs
from village_notice.sources.reader_pool import ReaderPool

READER = "village_notice.sources.payments"
"""What the readers of files import."""
_DRAWER = "village_notice.publish"
_MANY = 10_000
"""Payments from which there surely are villages enough for several processes."""
_MUCH = 500_000
"""Bytes of spreadsheets that take as long to read as a reader to start."""


def find_readings(options: RunOptions) -> Path:
    """Where readings of this inbox are kept: in the office folder where there is one, else in the private folder of OUT."""
    inbox = hash_parts(str(options.inbox.resolve()))[:16]
    return options.home / "cache" / FOLDER / inbox if options.home else options.out / PRIVATE / CACHE / FOLDER


def count_readers(options: RunOptions, sizes: Iterable[int]) -> int:
    """How many processes to read files of these sizes with: for little a second one would start longer than it reads.

    The sizes are not asked further than what keeps all processes busy.
    """
    readers, size = 1, 0
    for one in sizes:
        size += one
        readers = 1 + size // _MUCH
        if readers >= options.workers:
            return options.workers
    return readers


def _list_sizes(folder: Path) -> Iterator[int]:
    """Sizes of the files under a folder; 0 for what cannot be looked at."""
    for place, _, names in os.walk(folder):
        for name in names:
            try:
                yield os.stat(os.path.join(place, name)).st_size  # noqa: PTH116, PTH118  # a county has ten thousand
            except OSError:
                yield 0


class Early:
    """What was started for a run; left, it ends.

    Attributes:
        readers: Processes that read files, None where they were not started yet.
        hashed: What is known of the files in OUT.
        discover: Looks at everything in the inbox, unless that was done already.
    """

    def __init__(self, options: RunOptions, discover: Callable[[], Discovery] | None = None) -> None:
        self.discover = discover or partial(find_inputs, options.inbox)
        self.readers: ReaderPool | None = None
        self._options = options
        self.hashed = HashedFiles({} if options.is_fresh else list_looks(options.out))
        self._stack = ExitStack()
        self._standby: Standby | None = None
        self._is_first = options.is_fresh or not find_readings(options).is_dir()
        self._has_other_files = False

    def start_readers(self, *, has_other_files: bool = False) -> None:
        """Starts the readers, where every file will have to be read here; one of them, where only some files are others.

        Args:
            has_other_files: True where the inbox holds other files than the last run has read.
        """
        self._has_other_files = has_other_files
        if self._options.cluster or not (self._is_first or has_other_files):
            return
        count = count_readers(self._options, _list_sizes(self._options.inbox)) if self._is_first else 1
        self.readers = self._stack.enter_context(ReaderPool(count, start=[READER]))

    def start_hashing(self) -> None:
        """Starts to hash what the last run left in OUT; `check` leaves the paper alone."""
        self._stack.callback(self.hashed.close)
        self.hashed.start(list_written(self._options.out, f"{PRIVATE}/" if self._options.check_only else ""))

    def start_drawers(self, payments: int) -> None:
        """Starts the processes that draw, where so many payments keep several busy here.

        One, where only some files are others: the run's own process has its hands full with the whole county then.
        """
        options = self._options
        if options.cluster or options.workers < 2 or payments < _MANY:
            return
        count = options.workers if self._is_first else 1 if self._has_other_files else 0
        if count:
            self._standby = self._stack.enter_context(Standby(count, _DRAWER))

    @property
    def drawers(self) -> Workers:
        """Who draws."""
        return Workers(self._options.workers, self._options.cluster, self._standby)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()
