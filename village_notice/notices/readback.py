"""Text of a finished notice, read back out of the file itself: content streams and ToUnicode maps, no drawing cache.

Only files written by `document` are understood: object streams, a cross-reference stream, Flate, Identity-H fonts.
"""

import binascii
import re
import struct
import sys
import zlib
from array import array
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from village_notice.errors import VerificationError

_REFERENCE = re.compile(rb"(\d+) 0 R")
_FONT = re.compile(rb"/F(\d+)\s+(\d+) 0 R")
_WORDS = re.compile(rb"<feff([0-9a-f]+)>")
_BLOCK = re.compile(rb"beginbfchar(.*?)endbfchar", re.DOTALL)
_PAIR = re.compile(rb"<([0-9a-fA-F]{4})>\s*<([0-9a-fA-F]+)>")
_TOKEN = re.compile(rb"/(\w+)\s*(?:<</MCID \d+>>\s*)?B(?:DC|MC)|/F(\d+) |<([0-9a-f]+)>")
_CELL = re.compile(rb"/TD<</MCID \d+>>BDC (?:\[\d+)?<([0-9a-f]+)>\]?T[Jj]\nEMC\n")
"""A cell of one text in the font that is set already: nearly all of a list."""
_MOVES = re.compile(rb"(?:-?[\d.]+ -?[\d.]+ Td\s?|/TD<</MCID \d+>>BDC <>Tj\nEMC\n)*")
"""What may stand between two cells: steps to the next one, and empty cells."""
_BETWEEN = b"ffff"  # between the codes of two cells; no face has so many characters
_INDEX = re.compile(rb"/Index\[([\d ]+)\]")
_UTF_32 = f"utf-32-{sys.byteorder[0]}e"
_ENTRY = struct.Struct(">BIH")
_BROKEN = "公示文件读不回来：{}。请重新运行；还不行请联系维护人员。"


class Piece(NamedTuple):
    """One marked piece of a page: a cell, a paragraph, a title, or decoration.

    Attributes:
        page: Number of the page, from 1; 0 for words of the document, such as bookmarks.
        tag: TD, TH, P, H1, Figure; Artifact for what is no content, such as footers; "" for words of the document.
        text: Its text; lines are joined as they were before wrapping.
    """

    page: int
    tag: str
    text: str


def read_pieces(data: bytes) -> Iterator[Piece]:
    """The pieces of every page, in the order they were drawn, then title, bookmarks and other words of the document.

    Raises:
        VerificationError: The file is not as `document` writes it.
    """
    for run in read_runs(data):
        if "\n" in run.text:
            yield from (Piece(run.page, run.tag, text) for text in run.text.split("\n"))
        else:
            yield run


def read_runs(data: bytes) -> Iterator[Piece]:
    """The same as `read_pieces`, but cells that follow each other come in one, a line each.

    Raises:
        VerificationError: The file is not as `document` writes it.
    """
    try:
        file = _File(data)
        maps: dict[int, _Codes] = {}
        for number, page in enumerate(file.list_pages(), 1):
            body = file.read(page)
            resources = file.read(_follow(body, rb"/Font (\d+) 0 R"))
            fonts = {}
            for name, font in ((m[1], int(m[2])) for m in _FONT.finditer(resources)):
                if font not in maps:
                    maps[font] = _Codes(file.read_map(font))
                fonts[name] = maps[font]
            yield from _PageReader(number, fonts).read(file.read_stream(_follow(body, rb"/Contents (\d+) 0 R")))
        for words in file.find_words():
            yield Piece(0, "", bytes.fromhex(words.decode("ascii")).decode("utf-16-be"))
    except (KeyError, ValueError, IndexError, zlib.error, struct.error) as error:
        raise VerificationError(_BROKEN.format(error)) from error


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
        file = _File(data)
        catalog = file.read(file.root)
        number = _follow(catalog, rb"/Metadata (\d+) 0 R")
        identity = re.findall(rb"/ID\[<([0-9a-f]+)>", file.head)[0]
        numbers = (_follow(file.head, rb"/Size (\d+)"), file.root)
        info = _follow(file.head, rb"/Info (\d+) 0 R")
        return Base(file.start, *numbers, catalog, number, file.read_stream(number), info, identity)
    except (KeyError, ValueError, IndexError, zlib.error, struct.error) as error:
        raise VerificationError(_BROKEN.format(error)) from error


class _File:
    """The objects of a file, looked up by its cross-reference stream when they are asked for."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.start = int(data[data.rindex(b"startxref") + 9 :].split()[0])
        self.head, self._entries = self._read_table(self.start)
        self.root = _follow(self.head, rb"/Root (\d+) 0 R")
        self._packs: dict[int, tuple[bytes, int, list[int]]] = {}

    def _read_table(self, start: int) -> tuple[bytes, bytes]:
        """Dictionary and entries of the cross-reference stream at an offset, over those of the file it was appended to."""
        head, entries = self._unpack(start)
        if b"/W[1 4 2]" not in head:
            raise ValueError("xref")
        if b"/Prev " not in head:
            return head, entries
        before = self._read_table(_follow(head, rb"/Prev (\d+)"))[1]
        whole = bytearray(before.ljust(_ENTRY.size * _follow(head, rb"/Size (\d+)"), b"\0"))
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
        stream = self.read_stream(_follow(self.read(font), rb"/ToUnicode (\d+) 0 R"))
        pairs = [pair for block in _BLOCK.findall(stream) for pair in _PAIR.findall(block)]
        codes = _decode_words(b"".join([code for code, _ in pairs]))
        chars = b"000a".join([char for _, char in pairs]) if pairs else b""
        texts = bytes.fromhex(chars.decode("ascii")).decode("utf-16-be").split("\n")
        known = dict(zip(codes, texts, strict=True)) if pairs else {}
        return known | {int(_BETWEEN, 16): "\n"}

    def list_pages(self) -> list[int]:
        """Numbers of the pages, in order."""
        tree = self.read(_follow(self.read(self.root), rb"/Pages (\d+) 0 R"))
        return [int(n) for n in _REFERENCE.findall(tree[tree.index(b"/Kids") :])]

    def find_words(self) -> Iterator[bytes]:
        """Every text of the document's own objects, as hexadecimal digits."""
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
        content = self._data[begin + 8 : begin + 8 + _follow(head, rb"/Length (\d+)")]
        return head, zlib.decompress(content) if b"/FlateDecode" in head else content

    def _open_pack(self, number: int) -> tuple[bytes, int, list[int]]:
        head, content = self._unpack(self._find(number))
        first = _follow(head, rb"/First (\d+)")
        return content, first, [*map(int, content[:first].split()[1::2]), len(content) - first]


def _follow(body: bytes, pattern: bytes) -> int:
    match = re.search(pattern, body)
    if match is None:
        raise ValueError(pattern.decode("ascii"))
    return int(match[1])


def _decode_words(hexes: bytes) -> "array[int]":
    """Numbers of four hexadecimal digits each."""
    words = array("H", binascii.unhexlify(hexes))
    words.byteswap()
    return words


class _Codes(dict[bytes, str]):
    """Texts by their hexadecimal digits in one font: words such as headings come again on every page."""

    def __init__(self, chars: dict[int, str]) -> None:
        super().__init__()
        self._chars = chars
        self._points = np.zeros(0x10000 if chars else 0, np.uint32)
        if chars:
            self._points[list(chars)] = [ord(char) for char in chars.values()]

    def __missing__(self, hexes: bytes) -> str:
        text = self[hexes] = "".join(map(self._chars.__getitem__, _decode_words(hexes)))
        return text

    def decode(self, hexes: bytes) -> str:
        """The text of many digits, which are not likely to come again."""
        points = self._points[np.frombuffer(binascii.unhexlify(hexes), ">u2")]
        if not points.all():
            raise KeyError("ToUnicode")
        return str(points.tobytes(), _UTF_32)


class _PageReader:
    """Reads the content stream of one page."""

    def __init__(self, number: int, fonts: dict[bytes, _Codes]) -> None:
        self._number, self._fonts = number, fonts
        self._codes = _Codes({})
        self._tag = ""
        self._parts: list[str] = []

    def read(self, contents: bytes) -> Iterator[Piece]:
        """The page's pieces; cells that follow each other come in one."""
        pieces = _CELL.split(contents)
        around, cells = pieces[0::2], pieces[1::2]
        plain = {piece for piece in set(around) if _MOVES.fullmatch(piece)}
        breaks = [place for place, piece in enumerate(around) if piece not in plain]
        last = 0
        for place in breaks:
            yield from self._read_cells(cells[last:place])
            yield from self._read_tokens(around[place])
            last = place
        yield from self._read_cells(cells[last:])
        yield from self._finish()

    def _read_cells(self, cells: list[bytes]) -> Iterator[Piece]:
        if cells:
            yield from self._finish()
            yield Piece(self._number, "TD", self._codes.decode(_BETWEEN.join(cells)))

    def _read_tokens(self, contents: bytes) -> Iterator[Piece]:
        *closed, rest = contents.split(b"EMC\n")
        for piece in closed:
            yield from self._read_piece(piece)
            yield from self._finish()
            self._tag = ""
        yield from self._read_piece(rest)

    def _read_piece(self, contents: bytes) -> Iterator[Piece]:
        for opened, font, hexes in _TOKEN.findall(contents) if b"T" in contents else ():  # else it is lines only
            if hexes:
                self._parts.append(self._codes[hexes])
            elif font:
                self._codes = self._fonts[font]
            else:
                yield from self._finish()
                self._tag = opened.decode("ascii")

    def _finish(self) -> Iterator[Piece]:
        if self._parts:
            yield Piece(self._number, self._tag, "".join(self._parts))
            self._parts = []
