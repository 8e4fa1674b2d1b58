"""export-usb: a village's notices and packages onto a stick, each file read back from it and compared.

A file is written under a temporary name and renamed when it is whole, so a stick that fills up or is pulled out holds
whole files only; running the command again goes on where it stopped. What lies on the stick otherwise is not touched.
"""

import errno
import hashlib
import os
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from village_notice.archive.verify import PackageVerdict, verify_path
from village_notice.archive.versions import PACKAGE, is_sealed
from village_notice.domain.text import short_village
from village_notice.errors import CannotWriteError, UsageError

_PART = ".正在复制"
_BLOCK = 1 << 20
_ROOM = 1 << 20
_WORDS = {
    errno.ENOSPC: "U 盘满了，请删去不用的文件或换一个大的",
    errno.EROFS: "U 盘是只读的，请拨开写保护开关",
    errno.EIO: "U 盘读写出错或被拔出，请重新插好",
    errno.ENODEV: "U 盘被拔出，请重新插好",
    errno.ENXIO: "U 盘被拔出，请重新插好",
    errno.ENOENT: "U 盘被拔出，请重新插好",
    errno.ENOTDIR: "U 盘被拔出，请重新插好",
    errno.EACCES: "U 盘上的文件不能改，请关闭正打开的文件",
    errno.EINVAL: "U 盘不接受这样的文件名，请换一个 U 盘",
    errno.EFBIG: "U 盘的格式放不下这么大的文件，请换一个 U 盘",
}


@dataclass(frozen=True, slots=True)
class StickResult:
    """What was done.

    Attributes:
        villages: Folders on the stick, relative to it.
        copied: Files written now.
        same: Files that were there already, whole and equal.
        verdicts: On every package on the stick that was copied, read back from it.
    """

    villages: tuple[str, ...]
    copied: int
    same: int
    verdicts: tuple[PackageVerdict, ...]

    @property
    def is_intact(self) -> bool:
        """Whether there is a package and all are intact."""
        return bool(self.verdicts) and all(v.is_intact for v in self.verdicts)

    def to_json(self) -> dict[str, Any]:
        """The result as JSON values."""
        return asdict(self) | {"is_intact": self.is_intact}

    def format_text(self) -> str:
        """The verdicts and the counts, for the terminal."""
        tail = (
            f"共 {len(self.villages)} 个村：复制 {self.copied} 个文件，原有相同的 {self.same} 个，已从 U 盘读回核对。"
        )
        return "\n".join([*(v.sentence for v in self.verdicts), tail])


def export(public: Path, target: Path, villages: Sequence[str], townships: Sequence[str]) -> StickResult:
    """Copies villages to a stick and verifies them there.

    Args:
        public: Folder 公开 of a run.
        target: The stick, or a folder on it.
        villages: Names of villages; one that occurs in two townships means both.
        townships: Names of townships: all their villages, or of them those that are named.

    Raises:
        UsageError: There is no such village or stick, or nothing was chosen.
        CannotWriteError: The stick is full, pulled out, read-only or holds another sealed package.
    """
    folders = _choose(public, villages, townships)
    if not target.is_dir():
        raise UsageError(f"找不到 {target}。请插好 U 盘，检查盘符。")
    if target.resolve().is_relative_to(public.parent.resolve()):
        raise UsageError(f"{target} 在结果文件夹里面。请给出 U 盘的位置。")
    copied = same = 0
    with _Stick(target) as stick:
        pairs = [(f, target / f.relative_to(public)) for f in folders]
        todo = [pair for source, place in pairs for pair in stick.list_changes(source, place)]
        stick.check_room(todo)
        for source, place in todo:
            stick.copy(source, place)
        copied = len(todo)
        same = sum(_count_files(f) for f in folders) - copied
        verdicts = [v for _, place in pairs for v in verify_path(place)]
    names = tuple(place.relative_to(target).as_posix() for _, place in pairs)
    return StickResult(names, copied, same, tuple(verdicts))


def _choose(public: Path, villages: Sequence[str], townships: Sequence[str]) -> list[Path]:
    if not villages and not townships:
        raise UsageError("请用 --village 写明哪个村，或用 --township 写明哪个乡镇。")
    every = sorted(f for f in public.glob("*/*") if f.is_dir() and any(f.glob(f"{PACKAGE}*")))
    wanted = [short_village(name) for name in villages]
    chosen = [
        f
        for f in every
        if (not townships or f.parent.name in townships) and (not wanted or f.name.partition("（")[0] in wanted)
    ]
    known = {f.name.partition("（")[0] for f in every} | {f.parent.name for f in every}
    missing = [name for name in (*wanted, *townships) if name not in known]
    if missing:
        raise UsageError(f"{public} 里没有“{'、'.join(missing)}”的档案。请检查村名、乡镇名和 --from。")
    if not chosen:
        raise UsageError(f"{'、'.join(townships)}里没有{'、'.join(wanted)}。请检查村名和乡镇名。")
    return chosen


def _count_files(folder: Path) -> int:
    return sum(p.is_file() for p in folder.rglob("*"))


class _Stick:
    """A stick being written to; every OSError on it becomes one sentence that says what to do."""

    def __init__(self, target: Path) -> None:
        self._target = target

    def __enter__(self) -> "_Stick":
        return self

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, OSError):
            words = _WORDS.get(error.errno or 0, f"U 盘写不进（{error.strerror}），请换一个 U 盘")
            raise CannotWriteError(f"{words}，再运行一次会接着复制。已复制的文件都是完整的。") from error

    def list_changes(self, source: Path, place: Path) -> Iterator[tuple[Path, Path]]:
        """The files that must be written; remains of a draft that is no more are taken away."""
        for package in sorted(f for f in source.iterdir() if f.is_dir()):
            _clear_remains(package, place / package.name)
        for file in sorted(p for p in source.rglob("*") if p.is_file()):
            twin = place / file.relative_to(source)
            if not _is_same(file, twin):
                yield file, twin

    def check_room(self, todo: Sequence[tuple[Path, Path]]) -> None:
        """Nothing, where all files fit: a stick is not filled in vain."""
        need = sum(source.stat().st_size + 4096 for source, _ in todo)
        freed = sum(place.stat().st_size for _, place in todo if place.is_file())
        free = shutil.disk_usage(self._target).free + freed
        if need and need + _ROOM > free:
            short = (need + _ROOM - free) // (1 << 20) + 1
            raise CannotWriteError(f"U 盘空间不够，还差 {short} MB，没有复制。请删去不用的文件或换一个大的。")

    def copy(self, source: Path, place: Path) -> None:
        """One file, whole or not at all, read back from the stick."""
        place.parent.mkdir(parents=True, exist_ok=True)
        part = place.with_name(place.name + _PART)
        try:
            digest = _write(source, part)
            if _hash(part) != digest:
                raise OSError(errno.EIO, "读回的内容与写入的不同")
            part.replace(place)
        except OSError:
            _remove(part)
            raise


def _clear_remains(package: Path, place: Path) -> None:
    """Takes away files of a draft on the stick that the package no longer has.

    Raises:
        CannotWriteError: A sealed package lies there that is not this one.
    """
    if not place.is_dir():
        return
    if is_sealed(place) and not _is_same(package / "manifest-sha256.txt", place / "manifest-sha256.txt"):
        raise CannotWriteError(
            f"U 盘上的“{place.parent.name}/{place.name}”已封存，与要复制的不是同一份，没有改动。请换一个 U 盘或文件夹。"
        )
    for file in sorted(p for p in place.rglob("*") if p.is_file()):
        if file.name.endswith(_PART) or not (package / file.relative_to(place)).is_file():
            file.unlink()


def _write(source: Path, part: Path) -> str:
    digest = hashlib.sha256()
    with source.open("rb") as reading, part.open("wb") as writing:
        while block := reading.read(_BLOCK):
            digest.update(block)
            writing.write(block)
        writing.flush()
        os.fsync(writing.fileno())
        _forget_cache(writing.fileno())
    return digest.hexdigest()


def _forget_cache(descriptor: int) -> None:
    """Lets what is read next come from the stick and not from memory, where the system can do that."""
    if hasattr(os, "posix_fadvise"):
        os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)


def _is_same(file: Path, twin: Path) -> bool:
    if not file.is_file() or not twin.is_file() or file.stat().st_size != twin.stat().st_size:
        return False
    return _hash(file) == _hash(twin)


def _hash(path: Path) -> str:
    with path.open("rb") as stream:
        _forget_cache(stream.fileno())
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _remove(part: Path) -> None:
    try:
        part.unlink(missing_ok=True)
    except OSError:
        return  # the stick is gone; the part is cleared away next time
