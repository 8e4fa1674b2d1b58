"""A finished file as objects: what `readback` reads the text out of, and what tables are appended to.

Only files written by `document` are understood: object streams, a cross-reference stream, Flate.
"""

import re
import struct
import zlib
from collections.abc import Iterator
from typing import NamedTuple

from village_notice.errors import VerificationError

BROKEN = "公示文件读不回来：{}。请重新运行；还不行请联系维护人员。"
ERRORS = (KeyError, ValueError, IndexError, zlib.error, struct.error)
"""What reading a file that is not as `document` writes it ends with."""
_REFERENCE = re.compile(rb"(\d+) 0 R")
_WORDS = re.compile(rb"<feff([0-9a-f]+)>")
_BLOCK = re.compile(rb"beginbfchar(.*?)endbfchar", re.DOTALL)
_INDEX = re.compile(rb"/Index\[([\d ]+)\]")
_ENTRY = struct.Struct(">BIH")


class Base(NamedTuple):
    """What is needed to append to a finished file.

    Attributes:
        start: Where its cross-reference stream begins.
        size: The first number no object has.
        root, catalog: Number and body of the catalogue.
        metadata_number, metadata: Number and content of the XMP.
        info: Number of the document information.
        identity: The file's identity, in hexadecimal digits.
    """

    start: int
    size: int
    root: int
    catalog: bytes
    metadata_number: int
    metadata: bytes
    info: int
    identity: bytes


def open_base(data: bytes) -> Base:
    """What is needed to append to a finished file.

    Raises:
        VerificationError: The file is not as `document` writes it.
    """
    try:
        file = FinishedFile(data)
        catalog = file.read(file.root)
        number = follow(catalog, rb"/Metadata (\d+) 0 R")
        identity = re.findall(rb"/ID\[<([0-9a-f]+)>", file.head)[0]
        numbers = (follow(file.head, rb"/Size (\d+)"), file.root)
        info = follow(file.head, rb"/Info (\d+) 0 R")
        return Base(file.start, *numbers, catalog, number, file.read_stream(number), info, identity)
    except ERRORS as error:
        raise VerificationError(BROKEN.format(error)) from error


class FinishedFile:
    """The objects of a file, looked up by its cross-reference stream when they are asked for."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.start = int(data[data.rindex(b"startxref") + 9 :].split()[0])
        self.head, self._entries = self._read_table(self.start)
        self.root = follow(self.head, rb"/Root (\d+) 0 R")
        self._packs: dict[int, tuple[bytes, int, list[int]]] = {}

    def _read_table(self, start: int) -> tuple[bytes, bytes]:
        """Dictionary and entries of the cross-reference stream at an offset, over those of the file it was appended to."""
        head, entries = self._unpack(start)
        if b"/W[1 4 2]" not in head:
            raise ValueError("xref")
        if b"/Prev " not in head:
            return head, entries
        before = self._read_table(follow(head, rb"/Prev (\d+)"))[1]
        whole = bytearray(before.ljust(_ENTRY.size * follow(head, rb"/Size (\d+)"), b"\0"))
        numbers = _INDEX.findall(head)[0].split()[::2]  # appended objects are counted one by one
        for place, number in enumerate(map(int, numbers)):
            own = entries[_ENTRY.size * place : _ENTRY.size * (place + 1)]
            whole[_ENTRY.size * number : _ENTRY.size * (number + 1)] = own
        return head, bytes(whole)

    def read(self, number: int) -> bytes:
        """An object that is no stream."""
        kind, pack, index = _ENTRY.unpack_from(self._entries, _ENTRY.size * number)
        if kind == 1:
            return self._data[pack : self._data.index(b"\nendobj", pack)]
        if pack not in self._packs:
            self._packs[pack] = self._open_pack(pack)
        bodies, first, offsets = self._packs[pack]
        return bodies[first + offsets[index] : first + offsets[index + 1]]

    def read_stream(self, number: int) -> bytes:
        """What a stream holds."""
        return self._unpack(self._find(number))[1]

    def read_map(self, font: int) -> dict[int, str]:
        """Code → character, out of a font's ToUnicode map."""
        stream = self.read_stream(follow(self.read(font), rb"/ToUnicode (\d+) 0 R"))
        pairs = b" ".join(_BLOCK.findall(stream)).replace(b"<", b" ").replace(b">", b" ").split()
        codes, chars = pairs[0::2], pairs[1::2]
        if not set(map(len, codes)) <= {4}:
            raise ValueError("ToUnicode")
        texts = bytes.fromhex(b"000a".join(chars).decode("ascii")).decode("utf-16-be").split("\n") if pairs else []
        return dict(zip((int(code, 16) for code in codes), texts, strict=True))

    def list_pages(self) -> list[int]:
        """Numbers of the pages, in order."""
        tree = self.read(follow(self.read(self.root), rb"/Pages (\d+) 0 R"))
        return [int(n) for n in _REFERENCE.findall(tree[tree.index(b"/Kids") :])]

    def read_words(self) -> Iterator[str]:
        """Every text of the document's own objects: title, bookmarks and the like."""
        for words in self._find_words():
            yield bytes.fromhex(words.decode("ascii")).decode("utf-16-be")

    def _find_words(self) -> Iterator[bytes]:
        """The same as hexadecimal digits."""
        kinds = self._entries[:: _ENTRY.size]
        number = kinds.find(b"\1")
        while number >= 0:
            start = self._find(number)
            head = self._data[start : self._data.find(b"\nstream\n", start)].partition(b"\nendobj")[0]
            if b"/Type/ObjStm" in head:
                content = self._packs[number][0] if number in self._packs else self._unpack(start)[1]
                yield from _WORDS.findall(content) if b"<feff" in content else ()
            else:
                yield from _WORDS.findall(head)
            number = kinds.find(b"\1", number + 1)

    def _find(self, number: int) -> int:
        kind, offset, _ = _ENTRY.unpack_from(self._entries, _ENTRY.size * number)
        if kind != 1:
            raise ValueError(number)
        return int(offset)

    def _unpack(self, start: int) -> tuple[bytes, bytes]:
        """Dictionary and content of the stream that begins at an offset."""
        begin = self._data.index(b"\nstream\n", start)
        head = self._data[start:begin]
        content = self._data[begin + 8 : begin + 8 + follow(head, rb"/Length (\d+)")]
        return head, zlib.decompress(content) if b"/FlateDecode" in head else content

    def _open_pack(self, number: int) -> tuple[bytes, int, list[int]]:
        head, content = self._unpack(self._find(number))
        first = follow(head, rb"/First (\d+)")
        return content, first, [*map(int, content[:first].split()[1::2]), len(content) - first]


def follow(body: bytes, pattern: bytes) -> int:
    """The number a pattern finds in an object.

    Raises:
        ValueError: It finds none.
    """
    match = re.search(pattern, body)
    if match is None:
        raise ValueError(pattern.decode("ascii"))
    return int(match[1])
