"""The inputs of a run: every file under INBOX (and inside its zips), what was passed over, and what cannot be read."""

import hashlib
import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from village_notice.domain.finding import Finding, Place
from village_notice.errors import UsageError
from village_notice.sources.limits import ReadLimits, Unreadable
from village_notice.sources.sniff import find_form
from village_notice.sources.zip_members import ZipReader, list_members

_MOST_FOLDERS_DEEP = 60
_MOST_TOLD = 10
"""Members of one zip of which it is told one by one that a limit was hit."""
_SILENT_NAMES = {"truth.json", "thumbs.db", "desktop.ini", "ehthumbs.db", "icon\r"}
_SILENT_FOLDERS = {"__macosx", "$recycle.bin", "system volume information"}
_EMPTY_ZIP = b"PK\5\6"
_LOCK = re.compile(r"~\$|\.~")
_TABLES = {
    "xlsx", "xlsm", "xltx", "xltm", "xls", "xlt", "et", "ett", "xlsb", "ods", "ots", "fods", "csv", "tsv", "txt", "tab", "prn",
    "htm", "html", "mht", "mhtml", "xml",
}  # fmt: skip
_ADVICE = {
    "rar": "RAR 压缩包，请先解压", "7z": "7z 压缩包，请先解压", "gz": "gz 压缩包，请先解压", "tar": "tar 压缩包，请先解压",
    "wps": "WPS 文字文档", "doc": "Word 文字文档", "docx": "Word 文字文档", "wpt": "WPS 文字文档", "rtf": "文字文档",
    "pdf": "PDF 文件", "ofd": "OFD 版式文件", "ceb": "CEB 版式文件", "ppt": "演示文稿", "pptx": "演示文稿", "dps": "演示文稿",
    "png": "图片", "jpg": "图片", "jpeg": "图片", "gif": "图片", "bmp": "图片", "tif": "图片", "tiff": "图片", "webp": "图片",
    "heic": "图片", "mp3": "音像文件", "mp4": "音像文件", "avi": "音像文件", "numbers": "苹果 Numbers 文件，请导出为 Excel",
    "dbf": "DBF 数据库文件", "mdb": "Access 数据库", "accdb": "Access 数据库", "db": "数据库文件", "json": "数据文件",
    "lnk": "快捷方式，不是文件本身", "url": "网址快捷方式，不是文件本身", "tmp": "临时文件", "exe": "程序文件",
    "uof": "标文通文件", "md": "文字文件", "eml": "邮件，请先存出附件", "msg": "邮件，请先存出附件",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class InputFile:
    """One file to read.

    Attributes:
        path: Where its bytes are; a member of a zip has the zip's path with its name behind it (see `read_input`).
        relative: Path inside the inbox with /, as findings and outputs name it.
        size: Bytes, of a zip member unpacked.
        sha256: Hash of the bytes, "" where they could not be read.
        same_as: `relative` of the first file with the same bytes, "" for the first; F05 stands on the others.
    """

    path: Path
    relative: str
    size: int
    sha256: str = ""
    same_as: str = ""


@dataclass(slots=True)
class Discovery:
    """Everything under the inbox.

    Attributes:
        files: Files to read, in path order without regard to case.
        findings: Lock files, other kinds of files, unreadable folders, the same file twice.
        passed_over: Relative paths of hidden and system files, which concern nobody.
    """

    files: list[InputFile] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    passed_over: list[str] = field(default_factory=list)


def find_inputs(inbox: Path, limits: ReadLimits | None = None) -> Discovery:
    """Everything to read under a folder (or one file), in an order that depends on names alone.

    Raises:
        UsageError: There is no such folder.
    """
    found = Discovery()
    search = _Search(found, limits or ReadLimits())
    if inbox.is_file():
        search.take_file(inbox, inbox.name)
    elif inbox.is_dir():
        search.walk(inbox)
    else:
        raise UsageError(f"找不到文件夹 {inbox}。请检查路径有没有写错、U 盘有没有插好。")
    found.passed_over.sort(key=_order)
    found.files = _mark_twins(sorted(found.files, key=lambda f: _order(f.relative)), found.findings)
    found.findings.sort(key=lambda f: (_order(f.place.file), f.code, f.found))
    return found


def _order(relative: str) -> tuple[str, str]:
    return relative.casefold(), relative


def _mark_twins(files: list[InputFile], findings: list[Finding]) -> list[InputFile]:
    """The files with `same_as` set on every later one of the same bytes; empty files are told as empty instead."""
    first: dict[str, str] = {}
    marked = []
    for file in files:
        original = first.setdefault(file.sha256, file.relative) if file.sha256 and file.size else file.relative
        if original != file.relative:
            findings.append(Finding("F05", Place(file.relative), expected=original))
            file = InputFile(file.path, file.relative, file.size, file.sha256, original)  # noqa: PLW2901
        marked.append(file)
    return marked


class _Search:
    """One walk through an inbox; whatever goes wrong with one entry is told and the walk goes on."""

    def __init__(self, found: Discovery, limits: ReadLimits) -> None:
        self.found, self.limits = found, limits
        self.seen: set[tuple[int, int]] = set()

    def walk(self, inbox: Path) -> None:
        self._mark_seen(inbox.stat())
        waiting = [(inbox, "", 0)]
        while waiting:
            folder, relative, depth = waiting.pop()
            for entry, name in self._list_folder(folder, relative):
                path = f"{relative}/{name}" if relative else name
                try:
                    if self._is_folder_to_walk(entry, path, depth):
                        waiting.append((Path(entry.path), path, depth + 1))
                except OSError as error:
                    self._tell("F01", path, _say_os_error(error))

    def _list_folder(self, folder: Path, relative: str) -> Iterator[tuple[os.DirEntry[str], str]]:
        try:
            with os.scandir(folder) as entries:
                listed = sorted(entries, key=lambda e: e.name)
        except OSError as error:
            self._tell("F01", relative, f"文件夹打不开：{_say_os_error(error)}")
            return
        for entry in listed:
            yield entry, _show_name(entry.name)

    def _is_folder_to_walk(self, entry: os.DirEntry[str], relative: str, depth: int) -> bool:
        """Whether the entry is a folder to go into; a file is taken at once."""
        status = entry.stat()
        if stat.S_ISREG(status.st_mode):
            self.take_file(Path(entry.path), relative)
            return False
        if not stat.S_ISDIR(status.st_mode):
            self._tell("F03", relative, "不是普通文件")
            return False
        name = entry.name.lower()
        if name.startswith(".") or name in _SILENT_FOLDERS:
            self.found.passed_over.append(relative)
            return False
        if depth >= _MOST_FOLDERS_DEEP:
            self._tell("F10", relative, f"文件夹套了 {_MOST_FOLDERS_DEEP} 层以上")
            return False
        if entry.is_symlink() and not self._mark_seen(status):
            self._tell("F03", relative, "指向另一个文件夹的链接，其中的文件在原处读取")
            return False
        self._mark_seen(status)
        return True

    def _mark_seen(self, status: os.stat_result) -> bool:
        """Whether a folder is new to this walk: links may lead back to where it came from."""
        key = (status.st_dev, status.st_ino)
        is_new = key not in self.seen
        self.seen.add(key)
        return is_new

    def take_file(self, path: Path, relative: str) -> None:
        """Takes one file on disk."""
        if self._is_set_aside(relative):
            return
        try:
            with path.open("rb") as stream:
                data = stream.read(self.limits.file_bytes + 1)
        except OSError as error:
            self._tell("F01", relative, _say_os_error(error))
            return
        if len(data) > self.limits.file_bytes:
            self._tell("F10", relative, f"文件大于 {self.limits.file_bytes // 1_000_000} MB")
            return
        try:
            self._take_bytes(path, relative, data, self.limits.unpacked_bytes, 1)
        except Exception as error:  # noqa: BLE001 - zipfile and codecs raise anything on hostile files; one fails alone
            code = "F10" if isinstance(error, MemoryError) else "F01"
            self._tell(code, relative, f"内容不合规范（{type(error).__name__}）")

    def _take_bytes(self, path: Path, relative: str, data: bytes, left: int, depth: int) -> int:
        """Takes a file's bytes, and its members where it is a zip; what is then left of the unpacking limit."""
        suffix = relative.rpartition("/")[2].rpartition(".")[2].lower() if "." in relative else ""
        if suffix not in _TABLES:
            form, words = find_form(data)
            if form == "zip" or data.startswith(_EMPTY_ZIP):
                return self._take_zip(path, relative, data, left, depth)
            if form in ("other", "text", "html") and not (form != "other" and suffix not in _ADVICE and suffix != ""):
                self._tell("F03", relative, _ADVICE.get(suffix) or words or "没有扩展名的文件")
                return left
        self.found.files.append(InputFile(path, relative, len(data), hashlib.sha256(data).hexdigest()))
        return left

    def _take_zip(self, path: Path, relative: str, data: bytes, left: int, depth: int) -> int:
        if depth > self.limits.depth:
            self._tell("F10", relative, f"压缩包套了 {self.limits.depth} 层以上")
            return left
        try:
            reader = ZipReader(data, self.limits, left=left)
            members = list_members(reader)
        except Unreadable as error:
            self._tell(error.code, relative, error.found)
            return left
        if not members:
            self._tell("F06", relative, "压缩包里没有任何文件")
        unread = 0
        for name, member in members:
            inside = f"{relative}/{name}"
            if not name:
                self._tell("F03", relative, "压缩包里有一个文件名指向包外，没有读取")
            elif not self._is_set_aside(inside):
                try:
                    content = reader.read(member)
                except Unreadable as error:
                    unread += error.code == "F10"
                    if unread <= _MOST_TOLD or error.code != "F10":
                        self._tell(error.code, inside, error.found)
                    continue
                reader.left = self._take_bytes(path / name, inside, content, reader.left, depth + 1)
        if unread > _MOST_TOLD:
            self._tell("F10", relative, f"压缩包里还有 {unread - _MOST_TOLD} 个文件因为同样的原因没有读")
        return reader.left

    def _is_set_aside(self, relative: str) -> bool:
        """Whether a name alone says that there is nothing to read: lock files are told, hidden ones only listed."""
        name = relative.rpartition("/")[2]
        if _LOCK.match(name):
            self._tell("F04", relative, "")
        elif name.startswith(".") or name.lower() in _SILENT_NAMES or "/__macosx/" in f"/{relative.lower()}":
            self.found.passed_over.append(relative)
        else:
            return False
        return True

    def _tell(self, code: str, relative: str, words: str) -> None:
        self.found.findings.append(Finding(code, Place(relative), found=words))


def _show_name(name: str) -> str:
    """A name as text: on Linux, names copied from old Windows disks are GBK bytes."""
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return os.fsencode(name).decode("gb18030", "replace")
    return name


def _say_os_error(error: OSError) -> str:
    if isinstance(error, PermissionError):
        return "没有权限读取，或正被别的程序占用"
    if isinstance(error, FileNotFoundError):
        return "链接指向的文件不存在"
    return f"系统读不出来（{error.strerror or type(error).__name__}）"
