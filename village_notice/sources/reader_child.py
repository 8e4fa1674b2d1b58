"""The process in which foreign files are opened: takes jobs from its parent until there are no more.

Parsers panic, abort and eat memory on hostile files; here they can do so without ending the run. Jobs and answers are
pickles with their length before them. Whatever a library prints cannot reach the answers: the real standard output is
kept aside, and 1 and 2 lead to the parent's error file.
"""

import contextlib
import gc
import importlib
import os
import pickle
import signal
import struct
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import BinaryIO, NamedTuple

from village_notice.orphans import leave_with_parent
from village_notice.sources.limits import Unreadable

_LENGTH = struct.Struct("<Q")
_LOOK_EVERY_SECONDS = 1.0
_GARBAGE = 50_000
"""Objects that have stayed, from which on cycles are looked for."""


class Job(NamedTuple):
    """What the child is asked: call the function (`module:name`) with the arguments."""

    function: str
    arguments: tuple[object, ...]


class Answer(NamedTuple):
    """What the child says: a result, or the code and words of a finding; `is_full` where memory was not enough."""

    result: object = None
    code: str = ""
    found: str = ""
    is_full: bool = False


def write_frame(stream: BinaryIO, message: object) -> None:
    """Sends one message."""
    body = pickle.dumps(message, protocol=5)
    stream.write(_LENGTH.pack(len(body)))
    stream.write(body)
    stream.flush()


def read_frame(stream: BinaryIO) -> object:
    """The next message.

    Raises:
        EOFError: The other side is gone, or stopped in the middle.
    """
    head = stream.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        raise EOFError
    (length,) = _LENGTH.unpack(head)
    body = stream.read(length)
    if len(body) < length:
        raise EOFError
    return pickle.loads(body)  # noqa: S301 - our own process on the other end of a private pipe


def run_job(job: Job) -> Answer:
    """The answer to one job; nothing a foreign file can raise gets out."""
    try:
        return Answer(_find_function(job.function)(*job.arguments))
    except Unreadable as error:
        return Answer(None, error.code, error.found)
    except MemoryError:
        return Answer(None, "F10", "需要的内存太多", is_full=True)
    except RecursionError:
        return Answer(None, "F15", "里面一层套一层，太深了")
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # noqa: BLE001 - Rust panics of calamine are BaseExceptions; one bad file fails alone
        return Answer(None, "F15", _say_error(error))


def _find_function(name: str) -> Callable[..., object]:
    module, _, function = name.partition(":")
    found: Callable[..., object] = getattr(importlib.import_module(module), function)
    return found


def _say_error(error: BaseException) -> str:
    """The kind of error and where our code met it; never its message, which may hold a cell's content."""
    place, trace = "", error.__traceback__
    while trace is not None:
        place = f"{os.path.basename(trace.tb_frame.f_code.co_filename)}:{trace.tb_lineno}"  # noqa: PTH119
        trace = trace.tb_next
    return f"{type(error).__name__}，{place}"


def limit_memory(most: int) -> None:
    """Has allocations fail before this process holds more bytes, on Linux; elsewhere the parent's watch has to do.

    The watch looks a few times a second: a parser can take a gigabyte in between.
    """
    try:
        import resource

        lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    except (ImportError, OSError):
        return
    kilobytes = {
        name: int(rest.split()[0]) for name, _, rest in (line.partition(":") for line in lines) if "kB" in rest
    }
    room = max(most - kilobytes["VmRSS"] * 1024, 0)
    with contextlib.suppress(ValueError, OSError):  # a lower limit of the whole machine stands
        resource.setrlimit(resource.RLIMIT_DATA, (kilobytes["VmData"] * 1024 + room,) * 2)


def put_off_garbage() -> None:
    """Has no cycle looked for while a file is read: each look goes through every cell, and no cell is in a cycle."""
    gc.freeze()
    gc.disable()


def drop_garbage() -> None:
    """Looks for cycles where much has stayed since the last time; for between two files, when the cells are gone."""
    if gc.get_count()[0] > _GARBAGE:
        gc.collect()


def serve(requests: BinaryIO, answers: BinaryIO, modules: Sequence[str], most_memory: int) -> None:
    """Imports what will be needed, says ready, then answers jobs until the parent closes its end."""
    put_off_garbage()
    for module in modules:
        importlib.import_module(module)
    limit_memory(most_memory)
    gc.freeze()
    write_frame(answers, "ready")
    while True:
        try:
            job = read_frame(requests)
        except EOFError:
            return
        answer = run_job(job)  # type: ignore[arg-type]
        try:
            write_frame(answers, answer)
        except MemoryError:
            write_frame(answers, Answer(None, "F10", "需要的内存太多", is_full=True))
        except (pickle.PicklingError, TypeError, AttributeError) as error:
            write_frame(answers, Answer(None, "F15", _say_error(error)))
        del job, answer
        drop_garbage()


def main() -> None:
    """Runs the child; the parent ends it by closing the pipe or by killing it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    leave_with_parent(_LOOK_EVERY_SECONDS)
    answers = os.fdopen(os.dup(1), "wb")
    requests = os.fdopen(os.dup(0), "rb")
    nowhere = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nowhere, 0)
    os.dup2(2, 1)
    serve(requests, answers, sys.argv[2:], int(sys.argv[1]))


if __name__ == "__main__":
    # as `__main__` the messages' classes would have another name than in the parent, which could not unpack them
    from village_notice.sources.reader_child import main as serve_parent

    serve_parent()
