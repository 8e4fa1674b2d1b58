"""Files below a folder or inside a zip, under one face, so that verification reads both the same way.

Nothing outside the tree is ever opened: links are not followed but named as faults, and a path in a manifest is only
looked up among the names that were found here.
"""

import os
import stat
import unicodedata
import zipfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, cast

from village_notice.errors import UsageError

MAX_ZIP_BYTES = 8 << 30
"""A village's package is a few megabytes, a county's a few gigabytes; a zip that unfolds to more is refused."""
_MAX_ZIP_RATIO = 200
_UTF8_NAME = 0x800
_BAG_MARK = "bagit.txt"
UNREADABLE_FOLDER, UNREADABLE_ZIP = "文件夹打不开", "压缩包打不开或过大"
"""What stands in `Tree.faults` where a package may be hidden from sight."""
_OF_THE_SYSTEM = (
    "System Volume Information",
    "$RECYCLE.BIN",
    "lost+found",
    ".Trashes",
    ".Spotlight-V100",
    ".fseventsd",
)
"""Folders at the top of a stick that only the system may open; no package lies there."""
_JUNCTION = 0xA0000003
"""Windows' reparse tag of a mount point; files of a cloud drive carry other tags and are ordinary files."""


@dataclass(slots=True)
class Tree:
    """A folder or a zip as a table of files.

    Attributes:
        files: Relative path with / → opens the file for reading.
        faults: What must not be in an archive (links, doubled names, unsafe paths), as Chinese words.
        folders: Relative paths of all folders, "" for the top.
    """

    files: dict[str, Callable[[], BinaryIO]] = field(default_factory=dict)
    faults: list[tuple[str, str]] = field(default_factory=list)
    folders: set[str] = field(default_factory=lambda: {""})

    def below(self, folder: str) -> "Tree":
        """The part of the tree below one of its folders, paths relative to that folder."""
        start = f"{folder}/" if folder else ""
        files = {path[len(start) :]: opener for path, opener in self.files.items() if path.startswith(start)}
        faults = [(path[len(start) :], words) for path, words in self.faults if path.startswith(start)]
        folders = {path[len(start) :] for path in self.folders if path.startswith(start)} | {""}
        return Tree(files, faults, folders)


@contextmanager
def open_tree(path: Path) -> Iterator[Tree]:
    """The tree of a folder or a zip file; a zip stays open as long as the tree is used.

    Raises:
        UsageError: There is nothing at the path, or it is neither a folder nor a zip.
    """
    if path.is_dir():
        with ExitStack() as opened:
            tree = _read_folder(path)
            _unfold_zips(tree, opened)
            yield tree
    elif not path.exists():
        raise UsageError(f"找不到 {path}。请检查路径，或重新插好 U 盘再试。")
    else:
        try:
            archive = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, OSError, ValueError):
            raise UsageError(f"{path} 不是文件夹，也不是完好的 zip。请给出档案文件夹或档案的 zip。") from None
        with archive:
            yield _read_zip(path, archive)


def _read_folder(root: Path) -> Tree:
    tree = Tree()
    todo = [("", root)]
    while todo:
        prefix, folder = todo.pop()
        try:
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        except OSError:
            if prefix not in _OF_THE_SYSTEM:
                tree.faults.append((prefix or ".", UNREADABLE_FOLDER))
            continue
        for entry in entries:
            name = "/".join(part for part in (prefix, _read_name(entry.name)) if part)
            if _is_link(entry):
                tree.faults.append((name, "是链接，不是文件"))
            elif entry.is_dir(follow_symlinks=False):
                tree.folders.add(name)
                todo.append((name, Path(entry.path)))
            elif entry.is_file(follow_symlinks=False):
                tree.files[name] = _open_path(Path(entry.path))
            else:
                tree.faults.append((name, "不是普通文件"))
    return tree


def _read_name(name: str) -> str:
    """The name of a file as text; a Linux that mounts a Windows stick carelessly shows GBK as bytes that are no text."""
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return os.fsencode(name).decode("gb18030", errors="replace")
    return name


def _is_link(entry: "os.DirEntry[str]") -> bool:
    """Whether an entry is a symbolic link or, on Windows, a junction."""
    if entry.is_symlink():
        return True
    try:
        return getattr(entry.stat(follow_symlinks=False), "st_reparse_tag", 0) == _JUNCTION
    except OSError:
        return False


def _open_path(path: Path) -> Callable[[], BinaryIO]:
    return lambda: path.open("rb")


def _unfold_zips(tree: Tree, opened: ExitStack) -> None:
    """Zips with a package in them count as folders, on a stick say; one inside a package is a piece of evidence."""
    bags = {path.rpartition("/")[0] for path in tree.files if path.rpartition("/")[2] == _BAG_MARK}
    for path in sorted(p for p in tree.files if p.lower().endswith(".zip")):
        if any(not bag or path.startswith(f"{bag}/") for bag in bags):
            continue
        try:
            archive = opened.enter_context(zipfile.ZipFile(opened.enter_context(tree.files[path]())))
            if not any(name.rpartition("/")[2] == _BAG_MARK for name in archive.namelist()):
                continue
            inside = _read_zip(Path(path), archive)
        except (zipfile.BadZipFile, OSError, ValueError, UsageError):
            tree.faults.append((path, UNREADABLE_ZIP))
            continue
        tree.files |= {f"{path}/{name}": opener for name, opener in inside.files.items()}
        tree.faults += [(f"{path}/{name}", words) for name, words in inside.faults]
        tree.folders |= {f"{path}/{name}".rstrip("/") for name in inside.folders}


def _read_zip(path: Path, archive: zipfile.ZipFile) -> Tree:
    tree = Tree()
    members = archive.infolist()
    size, packed = sum(m.file_size for m in members), sum(m.compress_size for m in members)
    if size > MAX_ZIP_BYTES or (size > 1 << 28 and size > packed * _MAX_ZIP_RATIO):
        raise UsageError(f"{path} 解开后过大，没有核对。请先解开成文件夹再核对。")
    for member in members:
        name = read_member_name(member)
        if member.is_dir():
            tree.folders.add(name.rstrip("/"))
        else:
            _add_member(tree, archive, member, name)
    return tree


def _add_member(tree: Tree, archive: zipfile.ZipFile, member: zipfile.ZipInfo, name: str) -> None:
    parts = name.split("/")
    tree.folders.update("/".join(parts[:depth]) for depth in range(1, len(parts)))
    if name in tree.files:
        tree.faults.append((name, "在压缩包里有两份"))
    elif not is_safe_path(name):
        tree.faults.append((name, "路径不安全"))
    elif stat.S_ISLNK(member.external_attr >> 16):
        tree.faults.append((name, "是链接，不是文件"))
    else:
        tree.files[name] = lambda: cast(BinaryIO, archive.open(member))


def read_member_name(member: zipfile.ZipInfo) -> str:
    """The name of a zip member; Windows' own zip writes GBK without saying so, which Python reads as cp437."""
    name = member.orig_filename.replace("\\", "/")
    if member.flag_bits & _UTF8_NAME:
        return name
    try:
        raw = name.encode("cp437")
    except UnicodeEncodeError:
        return name
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding).replace("\\", "/")
        except UnicodeDecodeError:
            continue
    return name


def is_safe_path(path: str) -> bool:
    """Whether a path stays inside its folder on every system."""
    parts = path.split("/")
    return bool(path) and ":" not in parts[0] and "\\" not in path and not any(p in ("", ".", "..") for p in parts)


def normal_path(path: str) -> str:
    """The path in NFC, in which names are compared: a Mac writes them in NFD."""
    return unicodedata.normalize("NFC", path)
