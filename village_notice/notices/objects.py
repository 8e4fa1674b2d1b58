"""The numbered objects of a file: object streams and a cross-reference stream. Source: ISO 32000-1, 7.5.7 and 7.5.8.

Nearly all objects of a tagged page are small ones of the structure tree: in the open, each with a line of its own in a
cross-reference table, they were four fifths of the file. reportlab's document gives the numbers.
"""

import struct
import zlib
from collections.abc import Iterable
from functools import cache
from itertools import chain
from typing import Any, cast

from reportlab.pdfbase.pdfdoc import PDFDocument

_LEVEL = 1
"""A higher one makes a page a tenth smaller and takes a fifth longer."""
_LARGE_LEVEL = 6
"""For what is written once a document."""
_PACKED = 250  # objects after which a stream is closed
_ENTRY = struct.Struct(">BIH")
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

    def __init__(self) -> None:
        super().__init__(compression=0, invariant=1, pdfVersion=(1, 7))
        self.fonts: dict[str, str] = cast("Any", self).idToObject["BasicFonts"].dict
        self._streams: dict[int, bytes] = {}
        self._closed: list[tuple[int, list[range]]] = []
        self._open_pack()

    def _open_pack(self) -> None:
        self._numbers: list[range] = []
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
        self.put_all(range(number, number + 1), body + b"\n", (0,))

    def put_all(self, numbers: range, bodies: bytes, offsets: Iterable[int]) -> None:
        """Objects of consecutive numbers: their bodies, and where each begins in them."""
        size = self._size
        self._numbers.append(numbers)
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

    def add_stream(self, data: bytes, extra: bytes = b"", *, is_packed: bool = True, is_large: bool = False) -> int:
        """A new stream; gives its number.

        Args:
            data: What is in it.
            extra: More entries of its dictionary.
            is_packed: Whether it is compressed.
            is_large: Whether it is worth a better compression.
        """
        if is_packed:
            data = zlib.compress(data, _LARGE_LEVEL if is_large else _LEVEL)
            extra += b"/Filter/FlateDecode"
        number = self.reserve()
        self._streams[number] = b"<<%s/Length %d>>\nstream\n%s\nendstream" % (extra, len(data), data)
        return number

    def _close_pack(self) -> None:
        """Writes the small objects gathered so far into a stream."""
        count = len(self._offsets)
        values = [0] * (2 * count)
        values[0::2], values[1::2] = chain.from_iterable(self._numbers), self._offsets
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
        self._close_pack()
        table = self.reserve()
        entries = bytearray(_ENTRY.size * (table + 1))
        for stream, runs in self._closed:
            index = 0
            for run in runs:
                entries[_ENTRY.size * run.start : _ENTRY.size * run.stop] = _list_places(stream, index, len(run))
                index += len(run)
        parts = [b"%PDF-1.7\n%\x93\x8c\x8b\x9e\n"]
        offset = len(parts[0])
        for number, body in self._streams.items():
            parts.append(b"%d 0 obj\n%s\nendobj\n" % (number, body))
            _ENTRY.pack_into(entries, _ENTRY.size * number, 1, offset, 0)
            offset += len(parts[-1])
        _ENTRY.pack_into(entries, 0, 0, 0, 0xFFFF)
        _ENTRY.pack_into(entries, _ENTRY.size * table, 1, offset, 0)
        data = zlib.compress(entries, _LEVEL)
        parts.append(
            b"%d 0 obj\n<</Type/XRef/Size %d/W[1 4 2]/Root %d 0 R/Info %d 0 R/ID[<%s><%s>]/Filter/FlateDecode/Length %d>>\n"
            b"stream\n%s\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n"
            % (table, table + 1, root, info, identity, identity, len(data), data, offset)
        )
        return b"".join(parts)


def _list_places(stream: int, index: int, count: int) -> bytes:
    """The entries of some objects that follow each other in a stream."""
    prefix = b"\2" + struct.pack(">I", stream)
    return prefix + prefix.join(_list_indexes()[index : index + count])


@cache
def _list_indexes() -> list[bytes]:
    return [struct.pack(">H", n) for n in range(0x10000)]
