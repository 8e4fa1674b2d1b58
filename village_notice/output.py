"""The OUT folder: what a run made is put in place at the end, all at once, and nothing else is ever touched.

A run writes into a staging folder inside OUT. Only when everything is made do the files move to their places, so a run
that is interrupted leaves the earlier results as they were. Before the first file moves a plan is written of what goes
where: a run that is stopped from then on is carried out to the end by the next, before it does anything else. A manifest
lists what the tool wrote: a later run replaces those files, moves what is no longer produced to 旧版, and never touches a
file it did not write.
"""

import errno
import hashlib
import shutil
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from village_notice.errors import CannotWriteError, HalfwayError, UsageError
from village_notice.hashed_files import Found, HashedFiles, Times, join_path, note_looks, read_looks
from village_notice.lock import hold
from village_notice.manifest import HALF, MANIFEST, PLAN, Plan, read_manifest, read_plan, write_manifest, write_plan

PRIVATE = "内部资料_不得外传"
PUBLIC = "公开"
OLD = "旧版"
STAGING = ".正在生成"
UNFINISHED = ".未完成"
"""What a run that was stopped had finished: the next one takes from it what is still right."""
JOURNAL = "完成.jsonl"
"""In the staging folder: one line a village that is finished, written when it is."""
LOCK = ".village_notice.lock"
"""Held by the command that writes into OUT; it stays there, and means nothing by itself."""
CACHE = ".缓存"
"""In the private folder: what later runs need not work out again."""
_LOOKS = "样子.json"
"""In the cache: hashes of results with what tells whether a file has changed since."""
_LONGEST_PATH = 240
"""Windows opens no longer paths without special settings."""

_PLAIN_WORDS = {
    errno.ENOSPC: "磁盘满了，请腾出空间",
    errno.EDQUOT: "磁盘配额用完了，请腾出空间",
    errno.EACCES: "没有写入权限，请换一个文件夹，或关闭正在打开的文件",
    errno.EPERM: "没有写入权限，请换一个文件夹",
    errno.EROFS: "磁盘是只读的，请换一个文件夹",
    errno.ENAMETOOLONG: "路径太长，请把输出文件夹放到浅一些的位置",
}


@dataclass(slots=True)
class OutputFolder:
    """An OUT folder while a run writes to it.

    Attributes:
        folder: OUT itself.
        staging: Where the run writes; same layout as OUT.
        before: Relative path → SHA-256 of what the last run wrote.
        moved: What `finish` moved to 旧版, relative paths.
        blocked: What could not be put in place because another program holds it open.
        changed_by_hand: Files of ours that somebody edited since; a copy is kept in 旧版.
        hashed: What is known of files in OUT and of staged ones before anybody asks.
        opened: When OUT was opened by the clock of its disk, in nanoseconds.
    """

    folder: Path
    staging: Path
    before: dict[str, str]
    moved: list[str] = field(default_factory=list)
    blocked: list[str] = field(default_factory=list)
    changed_by_hand: list[str] = field(default_factory=list)
    hashed: HashedFiles = field(default_factory=HashedFiles)
    opened: int = 0

    def place(self, *parts: str) -> Path:
        """The staging path of an output, its folder made."""
        path = self.staging.joinpath(*parts)
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    @property
    def unfinished(self) -> Path:
        """What a stopped run left; same layout as OUT, with its journal."""
        return self.folder / UNFINISHED

    @property
    def cache(self) -> Path:
        """Where what later runs need not work out again is kept."""
        return self.folder / PRIVATE / CACHE

    def is_intact(self) -> bool:
        """Whether everything that was written last is there as it was written, and nothing waits to be finished."""
        if self.unfinished.exists() or not self.before:
            return False
        find = HashedFiles(list_looks(self.folder)).find
        others = [name for name, digest in self.before.items() if find(join_path(self.folder, name)) != digest]
        with ThreadPoolExecutor() as pool:  # hashing a county takes seconds, and lets go of the interpreter
            return all(pool.map(self._is_as_written, others))

    def _is_as_written(self, name: str) -> bool:
        path = self.folder / name
        return path.is_file() and self._hash(path) == self.before[name]

    def discard(self, *, keep_finished: bool = False) -> None:
        """Take away what was staged; an OUT folder that is new and holds nothing goes too.

        Args:
            keep_finished: Leave the villages that are finished for the next run.
        """
        if (self.staging / PLAN).exists():  # half of it is in place: the next run has to go on
            return
        if keep_finished and (self.staging / JOURNAL).is_file():
            shutil.rmtree(self.staging / PRIVATE, ignore_errors=True)
            return
        shutil.rmtree(self.staging, ignore_errors=True)
        if not keep_finished:
            shutil.rmtree(self.unfinished, ignore_errors=True)
        if not self.before and {p.name for p in self.folder.iterdir()} <= {MANIFEST, LOCK}:
            shutil.rmtree(self.folder, ignore_errors=True)

    def finish(self, *, keep: frozenset[str] = frozenset(), known: Mapping[str, str] | None = None) -> None:
        """Put everything made in place and move what is no longer produced to 旧版.

        Args:
            keep: Relative folder prefixes of earlier outputs that stay although this run did not make them again
                (sealed packages).
            known: Relative path → SHA-256 of files whose hash is known: those staged, and those of OUT that stay as
                they are.
        """
        self.hashed.close()  # a file that is being read cannot be replaced on Windows
        known = known or {}
        made = self._list_staged()
        self._check_lengths(made)
        after = {name: known.get(name) or self._hash(path) for name, path in made.items()}
        after |= {name: digest for name, digest in known.items() if name not in made}
        kept, gone = tuple(keep), []
        for name, digest in self.before.items():
            if name.startswith(kept):
                after.setdefault(name, digest)
            elif name not in after:
                gone.append(name)
        plan = Plan(after, gone)
        write_plan(self.staging, plan)
        began = (self.staging / PLAN).stat().st_mtime_ns
        try:
            after = self._carry_out(plan)
        except KeyboardInterrupt as stopped:
            raise HalfwayError(_tell_halfway(self.folder)) from stopped
        self._note_looks({name: after[name] for name in made if name not in self.blocked}, after, began)

    def _carry_out(self, plan: Plan) -> dict[str, str]:
        """Does what was planned; what is done already is passed over, so that it can be gone on with anywhere.

        Returns:
            What is there then, as the manifest says.
        """
        after = dict(plan.files)
        for name in plan.gone:
            self._set_aside(name)
        for name, path in self._list_staged().items():
            if name in after:
                self._put(name, path, after)
        _remove_empty_folders(self.folder, plan.gone)  # as long as the plan tells what lay in them
        write_manifest(self.folder, after)
        (self.staging / PLAN).unlink()
        shutil.rmtree(self.staging, ignore_errors=True)
        shutil.rmtree(self.unfinished, ignore_errors=True)
        return after

    def _list_staged(self) -> dict[str, Path]:
        """Relative path → file of everything that was made and is not in its place yet."""
        files = (p for p in sorted(self.staging.rglob("*")) if p.is_file())
        staged = {p.relative_to(self.staging).as_posix(): p for p in files}
        return {name: path for name, path in staged.items() if name not in (JOURNAL, PLAN, PLAN + HALF)}

    def _note_looks(self, made: Mapping[str, str], after: Mapping[str, str], began: int) -> None:
        """Keeps what is known of all results: of those just made, and of those that somebody has looked at in this run."""
        others = {name: self.hashed.see(join_path(self.folder, name)) for name in after if name not in made}
        sure = {name: found for name, found in others.items() if found[1] == after[name]}
        note_looks(self.cache / _LOOKS, self.folder, made, sure, Times(self.opened, began))

    def _put(self, name: str, path: Path, after: dict[str, str]) -> None:
        target = self.folder / name
        if target.exists() and name not in self.before:
            self._set_aside(name)
        elif target.exists() and self._hash(target) not in (self.before[name], after[name]):
            self.changed_by_hand.append(name)
            self._set_aside(name)
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            path.replace(target)
            self.blocked = [b for b in self.blocked if b != name]  # it could not when a run before was gone on with
        except PermissionError:
            self.blocked.append(name)
            after[name] = self.before.get(name, after[name])

    def _hash(self, path: Path) -> str:
        """The hash of a file of OUT or of what is staged."""
        return self.hashed.find(path) or _hash_file(path)

    def _set_aside(self, name: str) -> None:
        source, target = self.folder / name, self.folder / OLD / name
        if not source.exists():
            return
        number = 1
        while target.exists():
            number += 1
            target = self.folder / OLD / f"{name}.{number}"
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            source.replace(target)
        except PermissionError:
            self.blocked.append(name)
            return
        self.moved.append(name)

    def _check_lengths(self, made: dict[str, Path]) -> None:
        longest = max(made, key=len, default="")
        if len(str(self.folder / longest)) > _LONGEST_PATH:
            raise CannotWriteError(
                f"路径太长（{len(str(self.folder / longest))} 个字符，Windows 只允许 {_LONGEST_PATH} 个）："
                f"{longest}。请把输出文件夹换到浅一些的位置，如 D:\\公开。"
            )


def open_output(folder: Path) -> OutputFolder:
    """The OUT folder, made if need be, with an empty staging folder; whoever opens it holds it (`hold_output`).

    What a run was stopped in while it put its results in place, is put there first.

    Raises:
        UsageError: The folder holds files and was not made by this tool.
        CannotWriteError: It cannot be written.
    """
    with explain_write_errors(folder):
        _check_is_ours(folder)
        manifest = folder / MANIFEST
        folder.mkdir(parents=True, exist_ok=True)
        staging = folder / STAGING
        stopped = OutputFolder(folder, staging, read_manifest(folder) if manifest.exists() else {})
        if plan := read_plan(staging):
            stopped._carry_out(plan)
        _gather_unfinished(staging, folder / UNFINISHED)
        shutil.rmtree(staging, ignore_errors=True)
        staging.mkdir()
        if not manifest.exists():
            write_manifest(folder, {})
        opened, edited = staging.stat().st_mtime_ns, stopped.changed_by_hand
        return OutputFolder(
            folder, staging, read_manifest(folder), stopped.moved, stopped.blocked, edited, opened=opened
        )


@contextmanager
def hold_output(folder: Path) -> Iterator[None]:
    """Nobody else writes into OUT inside.

    Raises:
        UsageError: The folder holds files and was not made by this tool.
        CannotWriteError: Another command is writing into it, or it cannot be written.
    """
    with ExitStack() as stack:
        with explain_write_errors(folder):
            _check_is_ours(folder)
            folder.mkdir(parents=True, exist_ok=True)
            stack.enter_context(hold(folder / LOCK, folder))
        yield


@contextmanager
def hold_around(place: Path) -> Iterator[None]:
    """As `hold_output`, for the OUT folder in which a file or folder lies, where there is one; it must be whole.

    Raises:
        UsageError: See `check_is_whole`.
        CannotWriteError: Another command is writing into it.
    """
    out = _find_output(place)
    if out is None:
        yield
        return
    with hold_output(out):
        check_is_whole(out)
        yield


def forget_plan(folder: Path) -> None:
    """What a run was stopped in is not gone on with: the results of another one came in its place."""
    (folder / STAGING / PLAN).unlink(missing_ok=True)


def check_is_whole(folder: Path) -> None:
    """Nothing, where everything in OUT is of one run.

    Raises:
        UsageError: A run was stopped while it put its results in place, or is about to.
    """
    if (folder / STAGING / PLAN).exists():
        raise UsageError(_tell_halfway(folder))


def _tell_halfway(folder: Path) -> str:
    return (
        f"{folder} 里的结果没有放完，有的是新的，有的还是上一次的，请先不要用。"
        "请再运行一次同样的 run（或 check）命令，会先接着放好。"
    )


def _check_is_ours(folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"输出位置 {folder} 是一个文件，不是文件夹。请另选一个文件夹。")
    if not folder.exists() or (folder / MANIFEST).exists():
        return
    if any(p.name not in (STAGING, UNFINISHED, LOCK, MANIFEST + HALF) for p in folder.iterdir()):
        raise UsageError(f"输出文件夹 {folder} 里已有别的文件，为免覆盖没有写入。请换一个空文件夹（--out）。")


def look_at_output(folder: Path) -> OutputFolder | None:
    """The OUT folder as a finished run left it, nothing touched; None where there is none, or a run was stopped."""
    manifest, staging = folder / MANIFEST, folder / STAGING
    if not manifest.is_file() or staging.exists():
        return None
    try:
        return OutputFolder(folder, staging, read_manifest(folder))
    except CannotWriteError:  # a damaged list is told when the folder is opened to be written
        return None


def list_written(folder: Path, below: str = "") -> list[str]:
    """Paths of what the last run into OUT wrote; nothing where its list is damaged, which is told when OUT is opened.

    Args:
        folder: OUT.
        below: How names of those wanted begin.
    """
    try:
        return [join_path(folder, name) for name in read_manifest(folder) if name.startswith(below)]
    except (CannotWriteError, OSError):
        return []


def list_looks(folder: Path) -> dict[str, Found]:
    """What the last run into OUT noted of its results, see `hashed_files.read_looks`."""
    return read_looks(folder / PRIVATE / CACHE / _LOOKS, folder)


def _gather_unfinished(staging: Path, unfinished: Path) -> None:
    """Moves what a stopped run had finished of villages out of the staging folder; nothing where it had none."""
    journal = staging / JOURNAL
    if not journal.is_file():
        return
    for village in sorted(p for p in (staging / PUBLIC).glob("*/*") if p.is_dir()):
        target = unfinished / village.relative_to(staging)
        shutil.rmtree(target, ignore_errors=True)
        target.parent.mkdir(parents=True, exist_ok=True)
        village.replace(target)
    unfinished.mkdir(exist_ok=True)
    with (unfinished / JOURNAL).open("ab") as stream:
        stream.write(b"\n" + journal.read_bytes())  # the line before may be cut off


def record_files(place: Path) -> None:
    """Tells the manifest of the OUT folder around a file or folder of ours what is there now.

    A command that completes a package calls this, so that the next run does not take its work for hand edits. Outside
    an OUT folder nothing is done. A folder must be one that holds nothing but ours, such as a package.
    """
    place, out = place.resolve(), _find_output(place)
    if out is None:
        return
    name = place.relative_to(out).as_posix()
    before = read_manifest(out)
    kept = {n: digest for n, digest in before.items() if n != name and not n.startswith(f"{name}/")}
    files = [place] if place.is_file() else sorted(p for p in place.rglob("*") if p.is_file())
    write_manifest(out, kept | {p.relative_to(out).as_posix(): _hash_file(p) for p in files})


def _find_output(place: Path) -> Path | None:
    """The OUT folder around a file or folder, None where it lies in none."""
    return next((folder for folder in place.resolve().parents if (folder / MANIFEST).is_file()), None)


@contextmanager
def explain_write_errors(folder: Path) -> Iterator[None]:
    """Turn an OSError while writing into one plain Chinese sentence.

    Raises:
        CannotWriteError: Disk full, read-only, no rights, path too long.
    """
    try:
        yield
    except OSError as error:
        words = _PLAIN_WORDS.get(error.errno or 0)
        if words is None:
            raise
        name = Path(error.filename).name if isinstance(error.filename, str) else str(folder)
        state = _tell_halfway(folder) if (folder / STAGING / PLAN).exists() else "已有的结果没有改动。"
        raise CannotWriteError(f"写不进输出文件夹 {folder}（{name}）：{words}后再运行一次。{state}") from error


def _hash_file(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _remove_empty_folders(folder: Path, gone: Iterable[str]) -> None:
    """Takes away the folders below 公开 in which files lay that are gone, where nothing else is in them."""
    places = {place for name in gone for place in PurePosixPath(name).parents if place.parts[:1] == (PUBLIC,)}
    for place in sorted(places, key=lambda p: len(p.parts), reverse=True):
        path = folder / place
        if path.is_dir() and not any(path.iterdir()):
            path.rmdir()
