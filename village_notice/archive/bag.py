"""BagIt 1.0 folders: tag files as bytes, and the same bytes understood again.

Written here and not by the `bagit` library, which writes version 0.97, changes the working directory of the whole
process, reads the clock and lists files in the order of the disk; `docs/decisions` has the reasons. The library's own
validator must accept every package: a test sees to it. Source: RFC 8493, sections 2.1 and 2.2.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import BinaryIO

ALGORITHMS = ("sha256", "sha512")
"""sha512 because RFC 8493 §2.4 asks for it, sha256 because every tool on every old computer knows it."""
BAGIT_TXT = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
FORMAT_VERSION = 1
"""Version of what lies under data/; raised when an older reader could no longer make sense of it."""
FORMAT_KEY = "Format-Version"
STATUS_KEY = "Status"
DRAFT, SEALED = "draft", "sealed"
_MAKERS = {name: getattr(hashlib, name) for name in ALGORITHMS}
"""`hashlib.new` looks the algorithm up anew for every file, which takes longer than a small file itself."""
_BLOCK = 1 << 20
_LINE = re.compile(r"(?P<digest>[0-9A-Fa-f]+)[ \t]+\*?(?P<path>.+)")


class BagFormatError(ValueError):
    """A tag file is not what BagIt says; the message is Chinese and names the line."""


@dataclass(frozen=True, slots=True)
class Digest:
    """Length and checksums of one file.

    Attributes:
        size: Bytes.
        values: Algorithm → lower-case hexadecimal digest, in the order of `ALGORITHMS`.
    """

    size: int
    values: Mapping[str, str]


def hash_bytes(data: bytes) -> Digest:
    """Length and checksums of bytes in memory."""
    return Digest(len(data), {name: make(data).hexdigest() for name, make in _MAKERS.items()})


def hash_stream(stream: BinaryIO, target: BinaryIO | None = None) -> Digest:
    """Length and checksums of a stream, read once; what is read is also written to `target` where given."""
    hashers, size = {name: make() for name, make in _MAKERS.items()}, 0
    while block := stream.read(_BLOCK):
        size += len(block)
        for hasher in hashers.values():
            hasher.update(block)
        if target is not None:
            target.write(block)
    return Digest(size, {name: hasher.hexdigest() for name, hasher in hashers.items()})


def format_manifest(digests: Mapping[str, Digest], algorithm: str) -> bytes:
    """A manifest: one line a file, sorted by path, lower-case digest, two spaces."""
    lines = (f"{digests[path].values[algorithm]}  {encode_path(path)}\n" for path in sorted(digests))
    return "".join(lines).encode("utf-8")


def parse_manifest(data: bytes) -> dict[str, str]:
    """Path → digest as a manifest's lines say.

    Raises:
        BagFormatError: No UTF-8, a line that is none of a manifest, or a path named twice.
    """
    entries: dict[str, str] = {}
    for number, line in enumerate(_decode(data).splitlines(), start=1):
        if not line.strip():
            continue
        match = _LINE.fullmatch(line)
        if match is None:
            raise BagFormatError(f"第 {number} 行看不懂")
        path = decode_path(match["path"])
        if path in entries:
            raise BagFormatError(f"第 {number} 行重复列出 {path}")
        entries[path] = match["digest"].lower()
    return entries


def format_info(pairs: Iterable[tuple[str, str]]) -> bytes:
    """The text of bag-info.txt; a line break inside a value becomes a space, so that no value can add a line."""
    return "".join(f"{label}: {' '.join(value.split())}\n" for label, value in pairs).encode("utf-8")


def parse_info(data: bytes) -> dict[str, str]:
    """Label → value of a tag file; folded lines are joined, of a repeated label the first counts.

    Raises:
        BagFormatError: No UTF-8, or a line without a colon.
    """
    values: dict[str, str] = {}
    label = ""
    for number, line in enumerate(_decode(data).splitlines(), start=1):
        if line[:1].isspace() and label:
            values[label] += " " + line.strip()
        elif line.strip():
            name, colon, value = line.partition(":")
            if not colon:
                raise BagFormatError(f"第 {number} 行看不懂")
            label = name.strip()
            values.setdefault(label, value.strip())
    return values


def build_tag_files(payload: Mapping[str, Digest], info: Iterable[tuple[str, str]]) -> dict[str, bytes]:
    """The tag files of a bag, name → bytes, from the digests of its payload (paths start with data/)."""
    oxum = ("Payload-Oxum", f"{sum(d.size for d in payload.values())}.{len(payload)}")
    files = {"bagit.txt": BAGIT_TXT, "bag-info.txt": format_info([*info, oxum])}
    files |= {f"manifest-{name}.txt": format_manifest(payload, name) for name in ALGORITHMS}
    tags = {path: hash_bytes(data) for path, data in files.items()}
    return files | {f"tagmanifest-{name}.txt": format_manifest(tags, name) for name in ALGORITHMS}


def encode_path(path: str) -> str:
    """A path as a manifest writes it. Source: RFC 8493 §2.1.3: only line breaks and the percent sign are encoded."""
    return path.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def decode_path(path: str) -> str:
    """The path a manifest means."""
    for code, char in (("%0D", "\r"), ("%0d", "\r"), ("%0A", "\n"), ("%0a", "\n"), ("%25", "%")):
        path = path.replace(code, char)
    return path


def _decode(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BagFormatError("不是 UTF-8 文字") from None
