"""Zips from outside, opened inside limits: members by safe names, and the bytes of an input inside a zip.

An input inside a zip is known by the zip's path with the member's name behind it (`a.zip/b.xlsx`). Nothing is unpacked
to disk: private lists must not be left in a temporary folder.
"""

import io
import os
import re
import struct
import zipfile
import zlib
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from village_notice.sources.limits import ReadLimits, Unreadable

_DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, struct.error, ValueError, OSError, OverflowError, IndexError)
_UNSAFE = re.compile(r'[\x00-\x1f<>:"|?*]')
_UTF8_FLAG, _ENCRYPTED_FLAG = 0x800, 0x1


class ZipReader:
    """A zip whose members can be read, never more in all than the limit allows.

    Raises:
        Unreadable: F01 damaged, F10 too many or too large members.
    """

    def __init__(self, data: bytes, limits: ReadLimits, *, left: int | None = None) -> None:
        self.limits, self.left = limits, limits.unpacked_bytes if left is None else left
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except (*_DAMAGE, NotImplementedError) as error:
            raise Unreadable("F01", "压缩结构损坏，文件可能没有传完") from error
        self.members = self._zip.infolist()
        if len(self.members) > limits.parts:
            raise Unreadable("F10", f"压缩包里有 {len(self.members)} 个文件，多于 {limits.parts} 个")
        if _overlap(self.members):
            raise Unreadable("F10", "压缩包里的文件互相重叠，正常的压缩包没有这种情况")

    def read(self, member: zipfile.ZipInfo) -> bytes:
        """The bytes of one member."""
        if member.flag_bits & _ENCRYPTED_FLAG:
            raise Unreadable("F02", "压缩包设有密码")
        most = min(self.left, self.limits.part_bytes)
        if member.file_size > most:
            raise self._too_large(most)
        try:
            with self._zip.open(member) as stream:
                data = stream.read(most + 1)
        except (*_DAMAGE, NotImplementedError, RuntimeError) as error:
            raise Unreadable("F01", f"压缩包里的 {decode_name(member)} 损坏") from error
        if len(data) > most:
            raise self._too_large(most)
        if len(data) != member.file_size:
            raise Unreadable("F01", f"压缩包里的 {decode_name(member)} 不完整")
        self.left -= len(data)
        return data

    def _too_large(self, most: int) -> Unreadable:
        limit = self.limits.unpacked_bytes if most == self.left else most
        return Unreadable("F10", f"解压后大于 {limit // 1_000_000} MB")


def _overlap(members: Sequence[zipfile.ZipInfo]) -> bool:
    """Whether members share their bytes: a few kilobytes then unpack to any size."""
    ends = sorted((m.header_offset, m.header_offset + m.compress_size) for m in members if m.compress_size)
    return any(end > start for (_, end), (start, _) in pairwise(ends))


def decode_name(member: zipfile.ZipInfo) -> str:
    """A member's name; names without the UTF-8 flag are UTF-8 where they can be, else GBK as Windows zips them."""
    if member.flag_bits & _UTF8_FLAG:
        return member.filename
    try:
        raw = member.orig_filename.encode("cp437")
    except UnicodeEncodeError:
        return member.filename
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return member.filename


def find_safe_name(name: str) -> str:
    """A member's name as a relative path with /, or "" for one that would climb out of its folder."""
    parts = [p for p in name.replace("\\", "/").split("/") if p not in ("", ".")]
    if ".." in parts or not parts or name.startswith(("/", "\\")) or re.match(r"[A-Za-z]:", name):
        return ""
    return "/".join(_UNSAFE.sub("_", p).rstrip(" .") or "_" for p in parts)


def list_members(reader: ZipReader) -> list[tuple[str, zipfile.ZipInfo]]:
    """(safe name, member) of every file in a zip, in name order; a name given twice gets (2); "" for unsafe names."""
    named: list[tuple[str, zipfile.ZipInfo]] = []
    taken: dict[str, int] = {}
    for member in sorted(
        (m for m in reader.members if not m.filename.endswith("/")), key=lambda m: (decode_name(m), m.header_offset)
    ):
        name = find_safe_name(decode_name(member))
        base, given = PurePosixPath(name), name.casefold()
        while name and name.casefold() in taken:
            taken[given] += 1
            name = str(base.with_name(f"{base.stem} ({taken[given]}){base.suffix}"))
        taken.setdefault(name.casefold(), 1)
        named.append((name, member))
    return named


def read_input(path: Path, limits: ReadLimits | None = None) -> bytes:
    """The bytes of an input: a file, or a member of a zip (of a zip …) named by a path that goes through the zip.

    Raises:
        Unreadable: F01 missing, locked or damaged, F10 too large.
    """
    limits = limits or ReadLimits()
    outer, inner = _split_at_file(path)
    if not inner:
        return _read_file(outer, limits)
    opened: _OpenZip | None = _open_zip(outer, limits)
    data, wanted = b"", list[str]()
    for part in inner:
        wanted.append(part)
        if opened is None:
            opened = _OpenZip.make(ZipReader(data, limits))
        member = opened.members.get("/".join(wanted))
        if member is not None:
            data, opened, wanted = opened.reader.read(member), None, []
    if wanted:
        raise Unreadable("F01", f"压缩包里没有 {'/'.join(wanted)}")
    return data


class _OpenZip(NamedTuple):
    """A zip with its members by safe name."""

    reader: ZipReader
    members: dict[str, zipfile.ZipInfo]

    @staticmethod
    def make(reader: ZipReader) -> "_OpenZip":
        return _OpenZip(reader, dict(list_members(reader)))


_LAST: dict[tuple[str, int, int], _OpenZip] = {}
"""The zip opened last: a county sends one zip of a thousand workbooks, read one after the other."""


def _open_zip(path: Path, limits: ReadLimits) -> _OpenZip:
    status = path.stat()
    key = (str(path), status.st_mtime_ns, status.st_size)
    if key not in _LAST:
        _LAST.clear()
        _LAST[key] = _OpenZip.make(ZipReader(_read_file(path, limits), limits))
    _LAST[key].reader.left = limits.unpacked_bytes
    return _LAST[key]


def _split_at_file(path: Path) -> tuple[Path, tuple[str, ...]]:
    """The part of a path that is a file on disk, and the names behind it."""
    for outer in (path, *path.parents):
        if os.path.isfile(outer):  # noqa: PTH113 - a member's name may be longer than the disk allows: is_file raises
            return outer, path.parts[len(outer.parts) :]
    return path, ()


def _read_file(path: Path, limits: ReadLimits) -> bytes:
    try:
        with path.open("rb") as stream:
            data = stream.read(limits.file_bytes + 1)
    except PermissionError as error:
        raise Unreadable("F01", "文件被别的程序占用，或没有权限读取") from error
    except (OSError, ValueError) as error:
        raise Unreadable("F01", "文件不在了，或读取时磁盘出错") from error
    if len(data) > limits.file_bytes:
        raise Unreadable("F10", f"文件大于 {limits.file_bytes // 1_000_000} MB")
    return data
