"""Files read by child processes, watched for time and memory; results come back in the order of the files.

Threads of the parent wait on the pipes (Windows cannot poll pipes), one watcher looks at clocks and memory and kills.
A file whose child died is tried once more in a fresh child, so that no file pays for what an earlier one left behind.
"""

import os
import subprocess
import sys
import tempfile
import threading
import time
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

import psutil

from village_notice.errors import VillageNoticeError
from village_notice.sources.discover import InputFile
from village_notice.sources.reader_child import Answer, Job, read_frame, write_frame

_LOOK_EVERY_SECONDS = 0.05
_PATIENCE = 4
"""How much longer than its work a file may take by the clock, where other programs keep the computer busy."""
_OUT_OF_MEMORY = "memory allocation of"
"""What libraries in Rust say before they end the process for want of memory."""
_AHEAD = 16


@dataclass(frozen=True, slots=True)
class PoolLimits:
    """Limits of the reader children.

    Attributes:
        seconds: Work (processor time) on a file of up to `free_megabytes`; a busy computer refuses no file.
        seconds_per_megabyte: Time for each megabyte more.
        free_megabytes: Size from which a file gets more time.
        memory_bytes: Resident memory of one child.
        files_per_child: Files after which a child is replaced.
        start_seconds: Time a child may take to start.
    """

    seconds: float = 15.0
    seconds_per_megabyte: float = 2.0
    free_megabytes: float = 1.0
    memory_bytes: int = 2_000_000_000
    files_per_child: int = 1_000
    start_seconds: float = 60.0

    def say_memory(self) -> str:
        """What is told of a file that needs more memory."""
        return f"占用内存超过 {self.memory_bytes / 1e9:.1f} GB"

    def find_seconds(self, size: int) -> float:
        """The time a file of a size may take."""
        return self.seconds + max(0.0, size / 1_000_000 - self.free_megabytes) * self.seconds_per_megabyte


@dataclass(frozen=True, slots=True)
class Failure:
    """A file that gave no result: the rule it breaks and what was found. `detail` is for the log."""

    file: InputFile
    code: str
    found: str
    detail: str = ""


class ReaderStartError(VillageNoticeError):
    """The reader process does not start on this machine."""


class _Child:
    """One child process with its pipes."""

    def __init__(self, modules: Sequence[str], limits: PoolLimits) -> None:
        self.limits = limits
        self.errors = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the child
        package = str(Path(__file__).resolve().parents[2])
        paths = [package, *filter(None, [os.environ.get("PYTHONPATH")])]
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-X", "faulthandler", "-m", "village_notice.sources.reader_child",
             str(limits.memory_bytes), *modules],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.errors,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(paths), "PYTHONUTF8": "1"},
        )  # fmt: skip
        self.watched = psutil.Process(self.process.pid)
        self.lock = threading.Lock()
        self.deadline: float | None = None
        self.allowed = self.worked_before = limits.start_seconds
        self.killed_for: tuple[str, str] | None = None
        self.files = 0

    @property
    def pipes(self) -> tuple[BinaryIO, BinaryIO]:
        """(to the child, from the child)."""
        if self.process.stdin is None or self.process.stdout is None:
            raise ReaderStartError("读取程序没有启动成功，请重新安装后再试。")
        return self.process.stdin, self.process.stdout  # type: ignore[return-value]

    def wait_until_ready(self) -> None:
        """Waits for the child's first word; EOFError where it dies before."""
        self.deadline = time.monotonic() + self.allowed  # from when it is needed: its parent may be busy before
        try:
            read_frame(self.pipes[1])
        finally:
            with self.lock:
                self.deadline = None

    def ask(self, job: Job, seconds: float) -> Answer:
        """The child's answer; EOFError or OSError where it dies over it."""
        self.files += 1
        self.allowed, self.worked_before = seconds, self._read_work()
        self.deadline = time.monotonic() + seconds * _PATIENCE
        try:
            write_frame(self.pipes[0], job)
            answer = read_frame(self.pipes[1])
        finally:
            with self.lock:
                self.deadline = None
        if not isinstance(answer, Answer):
            raise EOFError
        return answer

    def check(self) -> None:
        """Kills the child where it has overstepped a limit."""
        with self.lock:
            if self.deadline is not None and not self.killed_for:
                self._check_limits(self.deadline)

    def _check_limits(self, deadline: float) -> None:
        if time.monotonic() > deadline or (self.files and self._read_work() - self.worked_before > self.allowed):
            self.killed_for = ("F10", f"读了 {self.allowed:.0f} 秒还没有读完")
        elif self._read_memory() > self.limits.memory_bytes:
            self.killed_for = ("F10", self.limits.say_memory())
        if self.killed_for:
            self.process.kill()

    def _read_work(self) -> float:
        """Processor time this child has used, in seconds."""
        try:
            times = self.watched.cpu_times()
        except psutil.Error:
            return 0.0
        return float(times.user + times.system)

    def _read_memory(self) -> int:
        try:
            return int(self.watched.memory_info().rss)
        except psutil.Error:
            return 0

    def close(self) -> str:
        """Ends the child for good; what it wrote to its error file last."""
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            try:
                if pipe:
                    pipe.close()
            except OSError:  # the child is gone and what was still to be sent with it
                continue
        self.errors.seek(0)
        text = self.errors.read(4000).decode("utf-8", "replace")
        self.errors.close()
        return text


class ReaderPool:
    """Children that read files. Use as a context manager; leaving it ends every child, also after Ctrl-C.

    Args:
        workers: Children that work at the same time.
        limits: Time and memory of a file.
        start: Modules the children import before their first job, while the parent still looks for files.
    """

    def __init__(self, workers: int = 2, limits: PoolLimits | None = None, start: Sequence[str] = ()) -> None:
        self.limits, self.start, self.workers = limits or PoolLimits(), tuple(start), max(1, workers)
        self._children: list[_Child | None] = [None] * self.workers
        self._lock = threading.RLock()
        self._changed = threading.Condition(self._lock)
        self._closed = False
        self._watcher = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Self:
        for slot in range(self.workers):
            self._start_child(slot)
        self._watcher.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Ends every child."""
        with self._changed:
            self._closed = True
            children = [c for c in self._children if c]
            for child in children:
                child.process.kill()
            self._changed.notify_all()
        if self._watcher.is_alive():
            self._watcher.join()
        for slot in range(self.workers):
            self._drop_child(slot)

    def grow(self, workers: int) -> None:
        """Lets at least so many children work at the same time; those added start with their first file."""
        with self._lock:
            self._children += [None] * (workers - self.workers)
            self.workers = len(self._children)

    def map(
        self,
        files: Sequence[InputFile],
        job: str,
        arguments: tuple[object, ...] = (),
        own: Mapping[str, tuple[object, ...]] | None = None,
    ) -> Iterator[object]:
        """What `job(path, relative, *arguments)` returns for each file, or a `Failure`, in the order of the files.

        Args:
            files: What to read.
            job: Function as `module:name`, importable in the child.
            arguments: Further arguments, the same for every file.
            own: Relative path → arguments of that file alone, behind the others.

        Raises:
            ReaderStartError: Children do not start at all.
        """
        batch = _Batch(files, job, arguments, own or {})
        threads = [threading.Thread(target=self._work, args=(slot, batch), daemon=True) for slot in range(self.workers)]
        for thread in threads:
            thread.start()
        try:
            for index in range(len(files)):
                yield self._wait_for(batch, index)
        finally:
            with self._changed:
                batch.is_stopped = True
                self._changed.notify_all()

    def _wait_for(self, batch: "_Batch", index: int) -> object:
        with self._changed:
            while index not in batch.results:
                if batch.error is not None:
                    raise batch.error
                if self._closed:
                    raise ReaderStartError("读取已经停止。请重新运行。")
                self._changed.wait(timeout=0.5)
            batch.taken = index + 1
            self._changed.notify_all()
            return batch.results.pop(index)

    def _work(self, slot: int, batch: "_Batch") -> None:
        """Reads files until there are none; runs in a thread of its own for each child."""
        while (index := self._next_index(batch)) is not None:
            try:
                result = self._read_file(slot, batch, index)
            except BaseException as error:  # noqa: BLE001 - raised again where the results are waited for
                with self._changed:
                    batch.error = error
                    self._changed.notify_all()
                return
            with self._changed:
                batch.results[index] = result
                self._changed.notify_all()

    def _next_index(self, batch: "_Batch") -> int | None:
        with self._changed:
            while not (self._closed or batch.is_stopped) and batch.waiting:
                if batch.waiting[0] < batch.taken + _AHEAD * self.workers:
                    return batch.waiting.popleft()
                self._changed.wait(timeout=0.5)
        return None

    def _read_file(self, slot: int, batch: "_Batch", index: int) -> object:
        file = batch.files[index]
        job = Job(batch.job, (file.path, file.relative, *batch.arguments, *batch.own.get(file.relative, ())))
        while True:
            child = self._find_child(slot)
            try:
                answer = child.ask(job, self.limits.find_seconds(file.size))
            except (EOFError, OSError):
                is_fresh, reason = child.files <= 1, child.killed_for
                status = child.process.wait()
                detail = self._drop_child(slot)
                if self._closed or is_fresh or (reason and "秒" in reason[1]):
                    if _OUT_OF_MEMORY in detail:
                        reason = reason or ("F10", self.limits.say_memory())
                    code, found = reason or ("F15", f"读取程序意外退出（{status}）")
                    return Failure(file, code, found, detail)
                continue
            is_fresh = child.files <= 1
            if answer.is_full or child.killed_for:
                self._drop_child(slot)
            if answer.is_full:
                if is_fresh:
                    return Failure(file, answer.code, self.limits.say_memory())
                continue
            return Failure(file, answer.code, answer.found) if answer.code else answer.result

    def _find_child(self, slot: int) -> _Child:
        """A child that is ready, started anew where the last one died or has read enough."""
        for _ in range(3):
            child = self._children[slot]
            if child is not None and child.files >= self.limits.files_per_child:
                self._drop_child(slot)
                child = None
            child = child or self._start_child(slot)
            if child.files:
                return child
            try:
                child.wait_until_ready()
            except (EOFError, OSError):
                detail = self._drop_child(slot)
                continue
            return child
        raise ReaderStartError(f"读取程序启动不了，请重新安装后再试。{detail[-300:]}")

    def _start_child(self, slot: int) -> _Child:
        with self._lock:
            if self._closed:
                raise ReaderStartError("读取已经停止。请重新运行。")
            self._children[slot] = child = _Child(self.start, self.limits)
            return child

    def _drop_child(self, slot: int) -> str:
        with self._lock:
            child, self._children[slot] = self._children[slot], None
        return child.close() if child else ""

    def _watch(self) -> None:
        with self._changed:
            while not self._closed:
                for child in self._children:
                    if child is not None:
                        child.check()
                self._changed.wait(timeout=_LOOK_EVERY_SECONDS)


class _Batch:
    """One call of `map`: what waits, what is done, how far the caller has come."""

    def __init__(
        self,
        files: Sequence[InputFile],
        job: str,
        arguments: tuple[object, ...],
        own: Mapping[str, tuple[object, ...]],
    ) -> None:
        self.files, self.job, self.arguments, self.own = files, job, arguments, own
        self.waiting = deque(range(len(files)))
        self.results: dict[int, object] = {}
        self.taken = 0
        self.is_stopped = False
        self.error: BaseException | None = None
