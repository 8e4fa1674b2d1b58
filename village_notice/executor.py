"""Tasks done by other processes, of this computer or of a Dask cluster, through one concurrent.futures interface.

A task is a function with what all tasks share, sent to each process once, and its own arguments. It may be done twice
where a computer of the cluster is lost half-way, and so must leave the same files either time.
"""

import os
import socket
import tempfile
import threading
import warnings
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, wait
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from importlib import import_module
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, NamedTuple, Self, TypeVar

from village_notice.errors import ExitCode, UsageError, VillageNoticeError
from village_notice.fingerprint import hash_program
from village_notice.orphans import leave_with_parent

if TYPE_CHECKING:
    from multiprocessing.queues import Queue

T = TypeVar("T")
_AHEAD = 4
"""Tasks on their way for each process: enough that none waits, few enough that a county does not lie in the queue."""
_GARBAGE = 50_000
"""Objects between two searches of a process for cycles."""
_LOOK_EVERY_SECONDS = 1.0
_CONNECT_SECONDS = 15
_LISTED = 200


class ClusterError(VillageNoticeError):
    """The cluster went away, or gave a task up."""

    exit_code = ExitCode.CANNOT_WRITE


class Standby:
    """Processes that start, and import what they will need, while their parent is busy with something else.

    Entered before there is anything to do; left, the processes end, whether or not they were given work.
    """

    def __init__(self, count: int, module: str) -> None:
        from concurrent.futures import ProcessPoolExecutor  # a run of a few villages never has other processes
        from multiprocessing import get_context

        context = get_context("spawn")
        self.count = count
        self._shared: Queue[object] = context.Queue()
        self._executor = ProcessPoolExecutor(
            count, mp_context=context, initializer=_start_without_work, initargs=(self._shared, module)
        )
        for _ in range(count):  # a process starts when it is asked for something
            self._executor.submit(int)

    def open(self, shared: object) -> "_Pool":
        """The processes, for tasks that share something; once only."""
        for _ in range(self.count):
            self._shared.put(shared)
        return _Pool(lambda *task: self._executor.submit(_call_given, *task), self.count)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._shared.cancel_join_thread()  # a process that got no task has not fetched it
        self._executor.shutdown(cancel_futures=True)


@dataclass(frozen=True, slots=True)
class Workers:
    """Who does the tasks.

    Attributes:
        count: Processes of this computer.
        cluster: Address of a Dask scheduler whose computers do them instead, "" for none.
        standby: Processes of this computer that were started before there was work, for one `run`.
    """

    count: int
    cluster: str = ""
    standby: Standby | None = None

    @property
    def has_one_ready(self) -> bool:
        """Whether one process has started, too few for many tasks."""
        return self.standby is not None and self.standby.count < min(self.count, 2)

    def choose(self, tasks: int, few: int) -> "Workers | None":
        """Who does so many tasks; None where a process that must start first would take longer than they do.

        Args:
            tasks: How many there are.
            few: So many are worth starting processes for.
        """
        if self.cluster:
            return self
        if tasks < few or self.count < 2:
            return self if tasks and self.standby else None
        return replace(self, standby=None) if self.has_one_ready else self

    def run(
        self, function: Callable[..., T], shared: object, tasks: Iterable[tuple[Any, ...]], *, in_order: bool = False
    ) -> Iterator[T]:
        """What `function(shared, *task)` gives for each task, as they are finished or in their order.

        Raises:
            ClusterError: The cluster went away or gave a task up.
            UsageError: The cluster is not there, or has another version of the program.
            Exception: What a task raised; tasks not yet begun are cancelled.
        """
        with self._open(shared) as pool:
            waiting, rest = deque[Future[T]](), iter(tasks)
            try:
                while True:
                    more = islice(rest, max(1, pool.workers * _AHEAD) - len(waiting))
                    waiting.extend(pool.submit(function, *task) for task in more)
                    if not waiting:
                        return
                    done = {waiting[0]} if in_order else wait(waiting, return_when=FIRST_COMPLETED).done
                    for future in [f for f in waiting if f in done]:
                        waiting.remove(future)
                        yield future.result()
            finally:
                for future in waiting:
                    future.cancel()

    @contextmanager
    def _open(self, shared: object) -> "Iterator[_Pool]":
        if self.cluster:
            with _open_cluster(self.cluster, shared) as pool:
                yield pool
        elif self.standby:
            with self.standby:
                yield self.standby.open(shared)
        else:
            with _open_processes(self.count, shared) as pool:
                yield pool


class _Pool(NamedTuple):
    submit: Callable[..., Future[Any]]
    workers: int


_given: list[object] = []
"""What all tasks of this process share."""
_waiting_for: "list[Queue[object]]" = []
"""Where this process gets it from, until it has it."""


@contextmanager
def _open_processes(count: int, shared: object) -> Iterator[_Pool]:
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    context = get_context("spawn")
    with ProcessPoolExecutor(count, mp_context=context, initializer=_start, initargs=(shared,)) as executor:
        yield _Pool(lambda *task: executor.submit(_call_given, *task), count)


def _start(shared: object) -> None:
    import gc
    import signal

    gc.freeze()  # what was imported stays; results are made of many small objects, few of them in cycles
    gc.set_threshold(_GARBAGE)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to answer
    leave_with_parent(_LOOK_EVERY_SECONDS)
    _given[:] = [shared]


def _start_without_work(shared: "Queue[object]", module: str) -> None:
    import gc

    _start(None)
    _waiting_for[:] = [shared]
    import_module(module)  # the second or two before the first task
    gc.freeze()


def _call_given(function: Callable[..., T], *task: object) -> T:
    if _waiting_for:
        _given[:] = [_waiting_for.pop().get()]
    return function(_given[0], *task)


@contextmanager
def _open_cluster(address: str, shared: object) -> Iterator[_Pool]:
    with connect(address) as client:
        from distributed.scheduler import KilledWorker

        # a task and no scattered data: where the computer that holds it is lost, the scheduler has it made again
        given = client.submit(_give, shared, pure=False)
        try:
            yield _Pool(partial(_submit, client, hash_program(), given), len(client.nthreads()))
        except KilledWorker:
            raise ClusterError(
                "同一项工作接连让几台工作机退出，已经停止。多半是内存不够，请加内存或减少每台的进程，再运行一次。"
            ) from None
        except CancelledError:
            raise ClusterError(f"与集群 {address} 的连接断了，已经停止。请检查调度机，再运行一次。") from None


def _submit(client: Any, program: str, given: object, *task: object) -> Future[Any]:  # noqa: ANN401  # no types
    """A task given to a cluster.

    Its own `get_executor` is not used: where the computer that holds a result is lost just when that has been fetched, it
    takes the result for an exception.
    """
    here = Future[Any]()
    remote = client.submit(_call_remote, program, given, *task, pure=False)
    here.add_done_callback(lambda done: remote.cancel() if done.cancelled() else None)
    remote.add_done_callback(partial(_hand_over, here))
    return here


def _hand_over(here: Future[Any], remote: Any) -> None:  # noqa: ANN401  # no types
    if not here.set_running_or_notify_cancel():
        return
    try:
        result = remote.result()  # waits where it must be made again
    except BaseException as error:  # noqa: BLE001  # whoever waits must be told
        here.set_exception(error)
    else:
        here.set_result(result)


def _give(shared: T) -> T:
    return shared


_one_at_a_time = threading.Lock()
"""Drawing keeps fonts and wording in the process: a worker with several threads does one task after the other."""


def _call_remote(program: str, shared: object, function: Callable[..., T], *task: object) -> T:
    if hash_program() != program:  # a computer that joined after the run had begun
        raise UsageError(_explain_difference(socket.gethostname()))
    with _one_at_a_time:
        return function(shared, *task)


def _explain_difference(host: str) -> str:
    return f"工作机 {host} 上的程序、Python 或所用的库与这台电脑不同，做出来会不一样。请在每台机上装同样的版本再运行。"


@contextmanager
def connect(address: str) -> Iterator[Any]:
    """A client of the scheduler at an address.

    Raises:
        UsageError: The libraries for it are not installed, or it does not answer.
    """
    try:
        from distributed import Client
    except ImportError:
        raise UsageError("没有安装集群所需的程序。请运行 pip install 'village-notice[cluster]'，再试一次。") from None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # other versions are told in Chinese, and as an error
        try:
            client: Any = Client(address, timeout=_CONNECT_SECONDS, set_as_default=False)  # type: ignore[no-untyped-call]
        except (OSError, ValueError, TypeError):
            raise UsageError(
                f"连不上集群 {address}。请检查 --cluster 的网址（如 tcp://主机:8786）、网络，和调度机是否开着。"
            ) from None
    try:
        yield client
    finally:
        client.close()


def check_cluster(address: str, inbox: Path, out: Path) -> None:
    """Nothing, where every computer of the cluster has this very program and sees the same folders.

    Args:
        address: The scheduler.
        inbox: An absolute path.
        out: An absolute path; it, or the folder it will be made in, gets a file for a moment.

    Raises:
        UsageError: Something is missing; the computer and the folder are named.
    """
    place = out if out.is_dir() else out.parent
    with connect(address) as client:
        if not client.nthreads():
            raise UsageError(
                f"集群 {address} 上一台工作机也没有。请先在各机上运行 dask worker {address} --nthreads 1。"
            )
        with tempfile.NamedTemporaryFile(dir=_make_folder(place), prefix=".village_notice_") as marker:
            answers = client.run(_look_around, str(inbox), marker.name, on_error="return")
    expected = hash_program(), _list_names(str(inbox)), True
    for worker, found in answers.items():
        host = worker.rpartition("//")[2]
        if isinstance(found, ImportError):
            raise UsageError(f"工作机 {host} 上没有装 village-notice。请在每台机上装同样的版本再运行。")
        if isinstance(found, Exception):
            raise ClusterError(f"工作机 {host} 没有应答（{type(found).__name__}）。请检查后再运行一次。")
        if found[0] != expected[0]:
            raise UsageError(_explain_difference(host))
        for seen, wanted, folder in zip(found[1:], expected[1:], (inbox, place), strict=True):
            if seen != wanted:
                raise UsageError(f"工作机 {host} 看不到 {folder}。请把它放在各机都能看到、路径相同的共享文件夹里。")


def _make_folder(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _look_around(inbox: str, marker: str) -> tuple[str, list[str], bool]:
    """What a computer has: its program, the names in the inbox, and whether it sees a file that was just made."""
    return hash_program(), _list_names(inbox), Path(marker).exists()


def _list_names(folder: str) -> list[str]:
    try:
        return sorted(os.listdir(folder))[:_LISTED]  # noqa: PTH208  # names alone
    except OSError:
        return []
