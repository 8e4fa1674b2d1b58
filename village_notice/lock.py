"""One command at a time writes into an OUT folder: not two clerks on a shared folder, nor two clicks of one.

The operating system keeps the lock and takes it back when the process ends, however it ends; the file stays, and means
nothing by itself. A disk that knows no locks, as of some file servers, is written to without.
"""

import errno
import getpass
import os
import platform
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from village_notice.errors import BusyError

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

_FAR = 1 << 30
"""The byte that is locked on Windows, where nobody may read what is: far behind what the file holds."""
_TAKEN = frozenset({errno.EAGAIN, errno.EACCES, errno.EDEADLK})
_NO_LOCKS = frozenset({errno.EINVAL, errno.ENOSYS})
"""What Windows says of a disk without locks; whatever else it says, the lock was not given."""


@contextmanager
def hold(path: Path, folder: Path) -> Iterator[None]:
    """Nobody else is in here with the same lock, on any computer whose disk tells of it.

    Args:
        path: The file to lock, made where there is none.
        folder: What it stands for.

    Raises:
        BusyError: Somebody else has it.
        OSError: The file cannot be written.
    """
    try:
        with _open(path, folder) as stream:
            if not _take(stream):
                who = stream.read(999).decode("utf-8", "replace")
                raise BusyError(
                    f"另一个命令正在往 {folder} 里写{f'（{who}）' if who else ''}，这一次什么也没有做。"
                    "请等它做完再运行；点了两次的，不用管这一次。"
                )
            _write(stream, _describe())
            try:
                yield
            finally:
                _write(stream, "")
                _give_back(stream)
    finally:
        if sys.platform == "win32":
            _remove_bare(path, folder)


def _open(path: Path, folder: Path) -> BinaryIO:
    """The file, which everybody may write to who may write to the folder; only to be read where somebody else's may not be written."""
    try:
        made = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o666)
    except FileExistsError:
        try:
            return path.open("r+b", buffering=0)
        except PermissionError:
            return path.open("rb", buffering=0)  # a lock asks for no more on the disks of this computer
    if sys.platform != "win32":
        with suppress(OSError):
            os.fchmod(made, folder.stat().st_mode & 0o666)
    return os.fdopen(made, "r+b", buffering=0)


def _take(stream: BinaryIO) -> bool:
    """Whether the lock could be had; it is had, too, where there are no locks."""
    try:
        if sys.platform == "win32":
            stream.seek(_FAR)
            msvcrt.locking(stream.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        return error.errno in _NO_LOCKS if sys.platform == "win32" else error.errno not in _TAKEN
    finally:
        stream.seek(0)
    return True


def _give_back(stream: BinaryIO) -> None:
    """The lock is free at once; Windows takes its time where a file is only closed."""
    if sys.platform == "win32":
        stream.seek(_FAR)
        with suppress(OSError):  # there are no locks on this disk
            msvcrt.locking(stream.fileno(), msvcrt.LK_UNLCK, 1)


def _remove_bare(path: Path, folder: Path) -> None:
    """Takes a folder away that holds nothing but the lock: on Windows it cannot go while the lock is open."""
    with suppress(OSError):  # somebody else has it open
        if [p.name for p in folder.iterdir()] == [path.name]:
            path.unlink()
            folder.rmdir()


def _write(stream: BinaryIO, words: str) -> None:
    """Says who is at work; nothing depends on it, so that a full disk does not matter here."""
    with suppress(OSError):  # io.UnsupportedOperation, where it may only be read, is one too
        stream.seek(0)
        stream.truncate()
        stream.write(words.encode())


def _describe() -> str:
    """Who has it, for whoever comes later."""
    name = ""
    with suppress(OSError, KeyError, ImportError):  # a computer need not know its users
        name = getpass.getuser()
    return f"电脑 {platform.node()}，用户 {name}，{datetime.now().astimezone():%m-%d %H:%M} 开始"
