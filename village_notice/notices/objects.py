"""The numbered objects of a file: object streams and a cross-reference stream. Source: ISO 32000-1, 7.5.7 and 7.5.8.

Nearly all objects of a tagged page are small ones of the structure tree: in the open, each with a line of its own in a
cross-reference table, they were four fifths of the file. reportlab's document gives the numbers.
"""

import zlib
from collections.abc import Iterable
from itertools import accumulate
from typing import Any, cast

import numpy as np
from reportlab.pdfbase.pdfdoc import PDFDocument

_LEVEL = 1
"""A higher one makes a page a tenth smaller and takes a fifth longer."""
_SMALL_LEVEL = 6
"""For a document of a page or two, nearly all of which is its fonts; 9 saves half of a hundredth and takes twice as long."""
_PACKED = 250  # objects after which a stream is closed
_ENTRY = np.dtype([("kind", ">u1"), ("place", ">u4"), ("index", ">u2")])
_DIGITS = 7
_refs: list[bytes] = []


def list_refs(count: int) -> list[bytes]:
    """References to the objects 0 … count-1 at least, all of one length; shared, not to be changed."""
    if len(_refs) < count:
        _refs.extend([b"%*d 0 R" % (_DIGITS, n) for n in range(len(_refs), max(count, 2 * len(_refs)))])
    return _refs


class ObjectFile(PDFDocument):
    """reportlab's document, writing objects that are bytes already.

    Attributes:
        fonts: Name of a font on the pages → reference to it.
    """

    def __init__(self, *, is_small: bool = False) -> None:
        super().__init__(compression=0, invariant=1, pdfVersion=(1, 7))
        self.fonts: dict[str, str] = cast("Any", self).idToObject["BasicFonts"].dict
        self._level = _SMALL_LEVEL if is_small else _LEVEL
        self._streams: dict[int, bytes] = {}
        self._closed: list[tuple[int, list[int]]] = []
        self._open_pack()

    def _open_pack(self) -> None:
        self._numbers: list[int] = []
        self._offsets: list[int] = []
        self._bodies: list[bytes] = []
        self._size = 0

    def reserve(self, count: int = 1) -> int:
        """The first of some fresh numbers."""
        first: int = self.objectcounter + 1
        self.objectcounter += count
        return first

    def put(self, number: int, body: bytes) -> None:
        """The object of a number."""
        self._numbers.append(number)
        self._offsets.append(self._size)
        self._bodies += (body, b"\n")
        self._size += len(body) + 1
        if len(self._offsets) >= _PACKED:
            self._close_pack()

    def put_all(self, numbers: range, bodies: bytes, offsets: Iterable[int]) -> None:
        """Objects of consecutive numbers: their bodies, and where each begins in them."""
        size = self._size
        self._numbers += numbers
        self._offsets += [size + offset for offset in offsets]
        self._bodies.append(bodies)
        self._size += len(bodies)
        if len(self._offsets) >= _PACKED:
            self._close_pack()

    def add(self, body: bytes) -> int:
        """A new object; gives its number."""
        number = self.reserve()
        self.put(number, body)
        return number

    def add_stream(self, data: bytes, extra: bytes = b"") -> int:
        """A new stream, compressed; gives its number."""
        return self.add_packed(zlib.compress(data, self._level), extra)

    def add_outlines(self, data: bytes, extra: bytes) -> int:
        """A new stream of outlines, in which hardly anything comes again: in a long document it is not looked for."""
        if self._level != _LEVEL:
            return self.add_stream(data, extra)
        packer = zlib.compressobj(_LEVEL, strategy=zlib.Z_HUFFMAN_ONLY)
        return self.add_packed(packer.compress(data) + packer.flush(), extra)

    def add_packed(self, data: bytes, extra: bytes) -> int:
        """A new stream of compressed data; gives its number."""
        return self.add_plain(data, extra + b"/Filter/FlateDecode")

    def add_plain(self, data: bytes, extra: bytes) -> int:
        """A new stream that anybody can read; gives its number."""
        number = self.reserve()
        self._streams[number] = b"<<%s/Length %d>>\nstream\n%s\nendstream" % (extra, len(data), data)
        return number

    def _close_pack(self) -> None:
        """Writes the small objects gathered so far into a stream."""
        count = len(self._offsets)
        values = [0] * (2 * count)
        values[0::2], values[1::2] = self._numbers, self._offsets
        head = b"%d %d " * count % tuple(values)
        data = b"".join([head, *self._bodies])
        stream = self.add_stream(data, b"/Type/ObjStm/N %d/First %d" % (count, len(head)))
        self._closed.append((stream, self._numbers))
        self._open_pack()

    def assemble(self, root: int, info: int, identity: bytes) -> bytes:
        """The finished file."""
        document = cast("Any", self)  # the stubs of reportlab leave most of it out
        for number, name in document.numberToId.items():
            self.put(number, document.idToObject[name].format(self))
        if self._offsets:
            self._close_pack()
        table = self.reserve()
        entries = np.zeros(table + 1, _ENTRY)
        for stream, packed in self._closed:
            places = np.array(packed, dtype=np.int64)
            entries["kind"][places], entries["place"][places] = 2, stream
            entries["index"][places] = np.arange(len(packed))
        parts = [b"%PDF-1.7\n%\x93\x8c\x8b\x9e\n"]
        parts += [b"%d 0 obj\n%s\nendobj\n" % stream for stream in self._streams.items()]
        *offsets, offset = accumulate(map(len, parts))
        numbers = [*self._streams, table]
        entries["kind"][numbers], entries["place"][numbers] = 1, [*offsets, offset]
        entries["index"][0] = 0xFFFF
        data = zlib.compress(entries.tobytes(), self._level)
        parts.append(
            b"%d 0 obj\n<</Type/XRef/Size %d/W[1 4 2]/Root %d 0 R/Info %d 0 R/ID[<%s><%s>]/Filter/FlateDecode/Length %d>>\n"
            b"stream\n%s\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n"
            % (table, table + 1, root, info, identity, identity, len(data), data, offset)
        )
        return b"".join(parts)
