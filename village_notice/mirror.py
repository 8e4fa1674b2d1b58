"""An inbox or results on storage: a local folder stands for each, fetched before a run and sent back after it.

The run itself only knows folders: putting results in place whole needs renaming, which object storage lacks. What is on
both sides is compared, so that a run after a small change fetches and sends little.
"""

import hashlib
import json
import os
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from village_notice.errors import UsageError
from village_notice.manifest import MANIFEST
from village_notice.options import RunResult
from village_notice.output import CACHE, LOCK, PRIVATE, STAGING, UNFINISHED, forget_plan
from village_notice.progress import Progress
from village_notice.storage import HALF, FolderUrl, Storage
from village_notice.unchanged import forget_result

Folder = Path | FolderUrl
_OWN = (f"{STAGING}/", f"{UNFINISHED}/", f"{PRIVATE}/{CACHE}/", LOCK)
"""What of the results only helps the next run on the same computer."""
_AT_ONCE = 8
_SENDING = "正在送"
"""Mark of a file that was about to be sent: what is on storage may be half of it."""
_PIECE = 500
"""After so many files the record is written: what is stopped goes on from there."""


@dataclass(frozen=True, slots=True)
class Folders:
    """Where a run reads and writes.

    Attributes:
        inbox: Spreadsheets.
        out: Results.
        place: Local folder for what stands for those on storage, kept for the next run; None where none is.
    """

    inbox: Folder
    out: Folder
    place: Path | None = None


def run_mirrored(
    folders: Folders, work: Callable[[Path, Path], RunResult], progress: Progress, lap: Callable[[str], None]
) -> RunResult:
    """The result of a run over folders, each of which may be on storage.

    Args:
        folders: Where to read and write.
        work: Does the run for a local inbox and a local folder of results.
        progress: Told how many files were fetched and sent.
        lap: Told when fetching and sending end.

    Raises:
        UsageError: No local folder is given, the storage does not answer, or has a name that no file may have.
        CannotWriteError: The results could not all be sent; those in the local folder are whole.
    """
    inbox, out, place = folders.inbox, folders.out, folders.place
    if isinstance(inbox, Path) and isinstance(out, Path):
        return work(inbox, out)
    if place is None:
        raise UsageError(
            "收件箱或结果是网址时，请用 --mirror 给出一个本机文件夹：取回的表格和做好的结果先放在那里，下次只传有变化的。"
        )
    source = Mirror.open(inbox, place, "收件箱") if isinstance(inbox, FolderUrl) else None
    target = Mirror.open(out, place, "结果", keeps_own=True) if isinstance(out, FolderUrl) else None
    for mirror in filter(None, (source, target)):
        mirror.fetch(progress)
    lap("取回")
    result = work(_locate(source, inbox), _locate(target, out))
    if target:
        target.send(progress)
        lap("送出")
    return result


class Known(NamedTuple):
    """A file that was the same on both sides: its mark on storage, its size and time of change here."""

    mark: str
    size: int
    changed: int


@dataclass(slots=True)
class Mirror:
    """A local folder that stands for one on storage.

    Attributes:
        storage: The one on storage.
        folder: The local one.
        title: What it is called in the progress.
        keeps_own: What is newer here stays, for it waits to be sent; else the storage is always right.
        record: File with what is known of both.
        known: Name → how it was when both sides were last the same.
    """

    storage: Storage
    folder: Path
    title: str
    keeps_own: bool
    record: Path
    known: dict[str, Known] = field(default_factory=dict)

    @classmethod
    def open(cls, url: FolderUrl, place: Path, title: str, *, keeps_own: bool = False) -> "Mirror":
        """The mirror of a folder, made inside a local folder where there is none yet.

        Raises:
            UsageError: A library for this kind of storage is not installed.
        """
        name = f"{title}-{hashlib.sha256(url.text.encode()).hexdigest()[:8]}"
        folder, record = place / name, place / f"{name}.json"
        mirror = cls(Storage(url), folder, title, keeps_own, record)
        folder.mkdir(parents=True, exist_ok=True)
        mirror.known = _read_record(record, url)
        return mirror

    def fetch(self, progress: Progress) -> None:
        """Makes the local folder as the one on storage is.

        Raises:
            UsageError: The folder is empty where it may not be, does not answer, or holds a name no file may have.
        """
        there = self._list_there()
        self._check(there)
        gone = [name for name in self._list_here() if name not in there and self._may_go(name)]
        for name in gone:
            (self.folder / name).unlink()
            self.known.pop(name, None)
        _remove_empty_folders(self.folder)

        def fetch(name: str) -> None:
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            self.storage.fetch(name, path)
            self._note(name, there[name])

        wanted = [name for name, mark in there.items() if self._must_fetch(name, mark)]
        if self.keeps_own and (gone or wanted):  # of another computer: what this one ended with last is no longer there
            forget_result(self.folder / PRIVATE / CACHE)
            forget_plan(self.folder)
        self._do_all(wanted, fetch, f"取回{self.title}", progress)

    def _check(self, there: Mapping[str, str]) -> None:
        """Nothing, where what is on storage can be meant to take the place of what is here."""
        url, known = self.storage.url, self.known.get(MANIFEST)
        if not there and not self.keeps_own:
            raise UsageError(f"网址 {url} 下面没有文件。请检查网址有没有写错，或先把表格放上去。")
        if self.keeps_own and known and known.mark != _SENDING and MANIFEST not in there:
            raise UsageError(
                f"网址 {url} 下面原有的结果不见了。本机 {self.folder} 里的没有动。请检查网址和存储（是不是没有挂上）；"
                "确实要全部重新送出，请换一个空的结果网址。"
            )
        if self.keeps_own and not self.known and any(self._list_here()):
            raise UsageError(
                f"镜像文件夹里没有 {self.record.name}（或已损坏），{self.folder} 里却有结果，分不清哪边新，没有动。"
                "请换一个空的 --mirror 文件夹（会全部取回）。"
            )

    def _may_go(self, name: str) -> bool:
        """Whether a file that is not on storage is none of this computer's own."""
        return name in self.known and self.known[name].mark != _SENDING if self.keeps_own else True

    def send(self, progress: Progress) -> None:
        """Makes the folder on storage as the local one is, the list of files last; what is not ours stays.

        Raises:
            UsageError: The storage does not answer.
            CannotWriteError: Not all could be sent.
        """
        there, here = self._list_there(), self._list_here()
        changed = [name for name in here if self._must_send(name, there.get(name))]
        for name in changed:
            self._note(name, _SENDING)
        self._write_record()

        def send(name: str) -> None:
            self.storage.send(self.folder / name, name)

        self._do_all([name for name in changed if name != MANIFEST], send, f"送出{self.title}", progress)
        for name in self.known.keys() - set(here):
            if name in there:
                self.storage.remove(name)
            self.known.pop(name)
        self._do_all([name for name in changed if name == MANIFEST], send, f"送出{self.title}的清单", progress)
        if changed:  # what the storage says of a single file may be worded otherwise than in the list of all
            there = self._list_there()
            self.known |= {name: self.known[name]._replace(mark=there.get(name, "")) for name in changed}
            self._write_record()

    def _do_all(self, names: list[str], work: Callable[[str], None], stage: str, progress: Progress) -> None:
        """The work for each name, some at once; what was done is recorded, also where one of them fails."""
        try:
            with ThreadPoolExecutor(_AT_ONCE) as pool:
                for first in range(0, len(names), _PIECE):
                    for done, _ in enumerate(pool.map(work, names[first : first + _PIECE]), first + 1):
                        progress(stage, done, len(names))
                    self._write_record()
        finally:
            self._write_record()

    def _note(self, name: str, mark: str) -> None:
        self.known[name] = Known(mark, *self._look(name))

    def _look(self, name: str) -> tuple[int, int]:
        facts = (self.folder / name).stat()
        return facts.st_size, facts.st_mtime_ns

    def _must_fetch(self, name: str, mark: str) -> bool:
        known = self.known.get(name)
        if known is None or not (self.folder / name).is_file():
            return True
        if known.mark == _SENDING:
            return False
        if not mark or known.mark != mark:
            return True
        return not self.keeps_own and self._look(name) != known[1:]

    def _must_send(self, name: str, mark: str | None) -> bool:
        """Whether a file here is not on storage as it is; the mark is None where it is not there at all."""
        known = self.known.get(name)
        return known is None or known.mark != mark or self._look(name) != known[1:]

    def _list_there(self) -> dict[str, str]:
        return {name: mark for name, mark in self.storage.list_files().items() if self._is_meant(name)}

    def _list_here(self) -> list[str]:
        for half in [*self.folder.rglob(f"*{HALF}")]:
            half.unlink()  # left by a run that was ended while it fetched
        names = (p.relative_to(self.folder).as_posix() for p in self.folder.rglob("*") if p.is_file())
        return sorted(filter(self._is_meant, names))

    def _is_meant(self, name: str) -> bool:
        """Whether a file travels: of results not what only helps the next run on the same computer."""
        return not (self.keeps_own and name.startswith(_OWN))

    def _write_record(self) -> None:
        half = self.record.with_suffix(".tmp")
        text = json.dumps({"url": self.storage.url.text, "files": dict(sorted(self.known.items()))}, ensure_ascii=False)
        half.write_text(text, encoding="utf-8", newline="\n")
        half.replace(self.record)


def _remove_empty_folders(folder: Path) -> None:
    """A folder on storage is what its files' names say."""
    for place, _, _ in os.walk(folder, topdown=False):
        if Path(place) != folder and not any(Path(place).iterdir()):
            Path(place).rmdir()


def _locate(mirror: Mirror | None, folder: Folder) -> Path:
    return mirror.folder if mirror else Path(str(folder))


def _read_record(path: Path, url: FolderUrl) -> dict[str, Known]:
    """What is known of both sides; nothing where that is not there or damaged: then everything is fetched."""
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
        files = {str(name): Known(str(m), int(s), int(t)) for name, (m, s, t) in record["files"].items()}
        return files if record["url"] == url.text else {}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}
