"""The numbered objects of a file: object streams and a cross-reference stream. Source: ISO 32000-1, 7.5.7 and 7.5.8.

Nearly all objects of a tagged page are small ones of the structure tree: in the open, each with a line of its own in a
cross-reference table, they were four fifths of the file.
"""

from itertools import accumulate

import deflate
import numpy as np
import numpy.typing as npt

_LEVEL = 1
"""A higher one makes a page a twentieth smaller and takes half as long again."""
_SMALL_LEVEL = 6
"""For a document of a page or two, nearly all of which is its fonts."""
_FONTS = 1
_PACKED = 250  # single objects after which a stream is closed
_ENTRY = np.dtype([("kind", ">u1"), ("place", ">u4"), ("index", ">u2")])
Numbers = npt.NDArray[np.int64]
_NUMERAL = 8  # bytes of a number in the head of an object stream, with the space behind it
_numerals = [np.zeros(0, dtype=np.uint64)]


def _write_numbers(numbers: Numbers) -> bytes:
    """The numbers with a space behind each: taken out of a table, and what pads them in it left out."""
    most = int(numbers.max())
    if most >= len(_numerals[0]):
        texts = [b"%d " % n for n in range(max(most + 1, 2 * len(_numerals[0])))]
        _numerals[0] = np.array(texts, dtype=f"S{_NUMERAL}").view(np.uint64)
    padded = _numerals[0][numbers].view(np.uint8)
    return bytes(padded[padded != 0])


class ObjectFile:
    """The objects of a file being made, bytes already; the first is the dictionary of its fonts.

    Attributes:
        fonts: Name of a font on the pages → reference to it.
    """

    def __init__(self, *, is_small: bool = False) -> None:
        self.fonts: dict[str, str] = {}
        self._last = _FONTS
        self._level = _SMALL_LEVEL if is_small else _LEVEL
        self._streams: dict[int, bytes] = {}
        self._closed: list[tuple[int, Numbers]] = []
        self._numbers: list[int] = []
        self._offsets: list[int] = []
        self._bodies: list[bytes] = []
        self._size = 0

    def reserve(self, count: int = 1) -> int:
        """The first of some fresh numbers."""
        first = self._last + 1
        self._last += count
        return first

    def put(self, number: int, body: bytes) -> None:
        """The object of a number."""
        self._numbers.append(number)
        self._offsets.append(self._size)
        self._bodies += (body, b"\n")
        self._size += len(body) + 1
        if len(self._numbers) >= _PACKED:
            self._close_pack()

    def put_all(self, numbers: Numbers, offsets: Numbers, bodies: bytes) -> None:
        """Many objects in a stream of their own: their numbers, where each begins, and their bodies."""
        head = _write_numbers(np.column_stack((numbers, offsets)).ravel())
        stream = self.add_stream(head + bodies, b"/Type/ObjStm/N %d/First %d" % (len(numbers), len(head)))
        self._closed.append((stream, numbers))

    def add(self, body: bytes) -> int:
        """A new object; gives its number."""
        number = self.reserve()
        self.put(number, body)
        return number

    def add_stream(self, data: bytes, extra: bytes = b"") -> int:
        """A new stream, compressed; gives its number."""
        return self.add_packed(deflate.zlib_compress(data, self._level), extra)

    def add_packed(self, data: bytes | bytearray, extra: bytes) -> int:
        """A new stream of compressed data; gives its number."""
        return self.add_plain(data, extra + b"/Filter/FlateDecode")

    def add_plain(self, data: bytes | bytearray, extra: bytes) -> int:
        """A new stream that anybody can read; gives its number."""
        number = self.reserve()
        self._streams[number] = b"<<%s/Length %d>>\nstream\n%s\nendstream" % (
            extra,
            len(data),
            data,
        )
        return number

    def _close_pack(self) -> None:
        """Writes the single objects gathered so far into a stream."""
        self.put_all(np.array(self._numbers), np.array(self._offsets), b"".join(self._bodies))
        self._numbers, self._offsets, self._bodies, self._size = [], [], [], 0

    def assemble(self, root: int, info: int, identity: bytes) -> bytes:
        """The finished file."""
        fonts = " ".join(f"/{name} {reference}" for name, reference in sorted(self.fonts.items()))
        self.put(_FONTS, b"<<\n%s\n>>" % fonts.encode())
        if self._numbers:
            self._close_pack()
        table = self.reserve()
        entries = np.zeros(table + 1, _ENTRY)
        for stream, packed in self._closed:
            entries["kind"][packed], entries["place"][packed] = 2, stream
            entries["index"][packed] = np.arange(len(packed))
        parts = [b"%PDF-1.7\n%\x93\x8c\x8b\x9e\n"]
        parts += [b"%d 0 obj\n%s\nendobj\n" % stream for stream in self._streams.items()]
        *offsets, offset = accumulate(map(len, parts))
        numbers = [*self._streams, table]
        entries["kind"][numbers], entries["place"][numbers] = 1, [*offsets, offset]
        entries["index"][0] = 0xFFFF
        data = deflate.zlib_compress(entries.tobytes(), self._level)
        parts.append(
            b"%d 0 obj\n<</Type/XRef/Size %d/W[1 4 2]/Root %d 0 R/Info %d 0 R/ID[<%s><%s>]/Filter/FlateDecode/Length %d>>\n"
            b"stream\n%s\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n"
            % (
                table,
                table + 1,
                root,
                info,
                identity,
                identity,
                len(data),
                data,
                offset,
            )
        )
        return b"".join(parts)
