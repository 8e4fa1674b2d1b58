"""One TrueType face, read once a process: which characters it has, how wide they are, and subsets of it for a document.

Characters are numbered by their rank in the face's own character map. The numbers are the CIDs of the PDF, so the bytes
of a text are the same in every document and every process, and two characters that share a glyph stay two characters.
"""

from __future__ import annotations  # array[int] is no type at run time before 3.12

import mmap
import struct
from array import array
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import accumulate
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from village_notice.errors import SettingsError

_Numbers = npt.NDArray[np.int64]
_COPIED_TABLES = ("cvt ", "fpgm", "prep")
_SHORT_LOCA = 2 * 0xFFFF  # the most that offsets of two bytes, in steps of two, can tell
_SHORT = 512  # bytes that are added up faster without numpy
_MORE_COMPONENTS, _WORDS, _SCALE, _XY_SCALE, _TWO_BY_TWO = 0x20, 0x01, 0x08, 0x40, 0x80


class _Glyph(NamedTuple):
    """One glyph: outline with padding, entry of hmtx, and the glyphs it is composed of."""

    outline: bytes
    metric: bytes
    parts: tuple[int, ...]


class Face:
    """A TrueType face with `glyf` outlines.

    Attributes:
        path: The font file.
        cids: Character → CID (from 1, by rank in the character map).
        ascent: Height above the base line, in 1/1000 em.
        descent: Depth below it, negative.
        bbox: Box round all glyphs, in 1/1000 em.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        with path.open("rb") as stream:
            self._data = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)
        self._tables = dict(_read_directory(self._data))
        if "glyf" not in self._tables:
            raise SettingsError(f"字体 {path} 不是 TrueType 轮廓（glyf），不能用。请换成 .ttf 字体。")
        head, hhea = self._table("head"), self._table("hhea")
        self._units = int(struct.unpack(">H", head[18:20])[0])
        self.bbox: tuple[int, ...] = tuple(self._scale(v) for v in struct.unpack(">4h", head[36:44]))
        self.ascent, self.descent = (self._scale(v) for v in struct.unpack(">hh", hhea[4:8]))
        self._loca = self._read_loca(is_long=head[50:52] == b"\0\1")
        metrics_count = struct.unpack(">H", hhea[34:36])[0]
        self._advances = _read_words(self._table("hmtx")[: metrics_count * 4])[::2]
        codes, glyphs = _read_cmap(self._table("cmap"))
        self._chars = "\0" + str(codes.astype("<u4").tobytes(), "utf-32-le", "surrogatepass")
        self.cids = dict(zip(self._chars[1:], range(1, len(self._chars)), strict=True))
        self._glyph_of = array("H", [0, *glyphs.tolist()])
        self._glyphs: dict[int, _Glyph] = {}

    def width(self, cid: int) -> int:
        """The advance of a character in 1/1000 em."""
        return self._scale(self._advance(self._glyph_of[cid]))

    def char(self, cid: int) -> str:
        """The character behind a CID."""
        return self._chars[cid]

    def subset(self, cids: Iterable[int]) -> tuple[bytes, bytes]:
        """A TrueType program with only the glyphs of `cids`, and the CIDToGIDMap that goes with it."""
        wanted = np.array(sorted(set(cids)), dtype=np.intp)
        own = np.frombuffer(self._glyph_of, dtype=np.uint16)[wanted]
        glyphs = self._close_over_parts({0, *own.tolist()})
        to_glyph = np.zeros(int(wanted[-1]) + 1 if len(wanted) else 1, dtype=">u2")
        to_glyph[wanted] = np.searchsorted(np.array(glyphs), own)
        return self._assemble(glyphs), to_glyph.tobytes()

    def _assemble(self, glyphs: list[int]) -> bytes:
        found = list(map(self._glyphs.__getitem__, glyphs))
        outlines = [g.outline for g in found]
        composed = [place for place, g in enumerate(found) if g.parts]
        if composed:
            number = {glyph: n for n, glyph in enumerate(glyphs)}
            for place in composed:
                outlines[place] = _renumber(outlines[place], number)
        offsets = list(accumulate(map(len, outlines), initial=0))
        is_long = offsets[-1] > _SHORT_LOCA
        loca = array("I", offsets) if is_long else array("H", [offset // 2 for offset in offsets])
        loca.byteswap()
        count = struct.pack(">H", len(glyphs))
        head, hhea, maxp = (bytearray(self._table(tag)) for tag in ("head", "hhea", "maxp"))
        head[8:12], head[50:52], hhea[34:36], maxp[4:6] = bytes(4), b"\0\1" if is_long else bytes(2), count, count
        tables = {"head": bytes(head), "hhea": bytes(hhea), "maxp": bytes(maxp), "loca": loca.tobytes()}
        tables["hmtx"] = b"".join([g.metric for g in found])
        tables["glyf"] = b"".join(outlines)
        tables |= {tag: self._table(tag) for tag in _COPIED_TABLES if tag in self._tables}
        return _write_font(tables)

    def _close_over_parts(self, glyphs: set[int]) -> list[int]:
        """The glyphs with all glyphs that composite ones are made of, sorted; all of them read."""
        known, seen, fresh = self._glyphs, set(glyphs), glyphs
        while fresh:
            for glyph in fresh.difference(known):
                known[glyph] = self._read_glyph(glyph)
            fresh = {part for glyph in fresh for part in known[glyph].parts} - seen
            seen |= fresh
        return sorted(seen)

    def _table(self, tag: str) -> bytes:
        offset, length = self._tables[tag]
        return self._data[offset : offset + length]

    def _read_loca(self, *, is_long: bool) -> array[int]:
        if not is_long:
            return array("I", [2 * v for v in _read_words(self._table("loca"))])
        loca = array("I")
        loca.frombytes(self._table("loca"))
        loca.byteswap()
        return loca

    def _read_glyph(self, glyph: int) -> _Glyph:
        start = self._tables["glyf"][0]
        outline = self._data[start + self._loca[glyph] : start + self._loca[glyph + 1]]
        parts = tuple(part for _, part in _read_parts(outline))
        return _Glyph(outline + b"\0" * (len(outline) % 2), self._metric(glyph), parts)

    def _advance(self, glyph: int) -> int:
        return int(self._advances[min(glyph, len(self._advances) - 1)])

    def _metric(self, glyph: int) -> bytes:
        """Advance and left side bearing of a glyph, as hmtx holds them."""
        start, count = self._tables["hmtx"][0], len(self._advances)
        at = start + (4 * glyph + 2 if glyph < count else 4 * count + 2 * (glyph - count))
        return struct.pack(">H", self._advance(glyph)) + self._data[at : at + 2]

    def _scale(self, value: int) -> int:
        return round(value * 1000 / self._units)


@cache
def load_face(path: Path) -> Face:
    """The face of a font file; parsed once a process."""
    return Face(path)


def _read_directory(data: mmap.mmap) -> Iterator[tuple[str, tuple[int, int]]]:
    start = struct.unpack(">I", data[12:16])[0] if data[:4] == b"ttcf" else 0
    for i in range(struct.unpack(">H", data[start + 4 : start + 6])[0]):
        tag, _, offset, length = struct.unpack(">4sIII", data[start + 12 + 16 * i : start + 28 + 16 * i])
        yield tag.decode("latin-1"), (offset, length)


def _read_words(data: bytes) -> array[int]:
    words = array("H", data)
    words.byteswap()
    return words


def _read_cmap(table: bytes) -> tuple[_Numbers, _Numbers]:
    """Code points and their glyphs, out of a format 12 or else a format 4 sub-table; those without a glyph are left out."""
    offsets = {}
    for i in range(struct.unpack(">H", table[2:4])[0]):
        _, _, offset = struct.unpack(">HHI", table[4 + 8 * i : 12 + 8 * i])
        offsets[struct.unpack(">H", table[offset : offset + 2])[0]] = offset
    codes, glyphs = _read_format_12(table, offsets[12]) if 12 in offsets else _read_format_4(table, offsets[4])
    codes, last = np.unique(codes[::-1], return_index=True)  # of a code that comes twice the last counts
    found = glyphs[::-1][last]
    return codes[found > 0], found[found > 0]


def _read_format_12(table: bytes, start: int) -> tuple[_Numbers, _Numbers]:
    count = struct.unpack(">I", table[start + 12 : start + 16])[0]
    first, last, glyph = np.frombuffer(table, ">u4", 3 * count, start + 16).astype(np.int64).reshape(-1, 3).T
    sizes = last - first + 1
    inside = np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    return np.repeat(first, sizes) + inside, np.repeat(glyph, sizes) + inside


def _read_format_4(table: bytes, start: int) -> tuple[_Numbers, _Numbers]:
    size = struct.unpack(">H", table[start + 6 : start + 8])[0]
    at = [start + 14, start + 16 + size, start + 16 + 2 * size, start + 16 + 3 * size]
    ends, starts, deltas, ranges = (_read_words(table[a : a + size]) for a in at)
    pairs = []
    for i, (first, last) in enumerate(zip(starts, ends, strict=True)):
        for code in range(first, min(last, 0xFFFE) + 1):
            if not ranges[i]:
                pairs.append((code, (code + deltas[i]) & 0xFFFF))
                continue
            place = at[3] + 2 * i + ranges[i] + 2 * (code - first)
            glyph = struct.unpack(">H", table[place : place + 2])[0]
            pairs.append((code, (glyph + deltas[i]) & 0xFFFF if glyph else 0))
    codes, glyphs = np.array(pairs, np.int64).reshape(-1, 2).T
    return codes, glyphs


def _read_parts(outline: bytes) -> Iterator[tuple[int, int]]:
    """Place and number of each glyph a composite outline is made of; nothing for a simple one."""
    if len(outline) < 10 or not outline[0] & 0x80:
        return
    place = 10
    while True:
        flags, part = struct.unpack(">HH", outline[place : place + 4])
        yield place + 2, part
        place += 8 if flags & _WORDS else 6
        place += 2 if flags & _SCALE else 4 if flags & _XY_SCALE else 8 if flags & _TWO_BY_TWO else 0
        if not flags & _MORE_COMPONENTS:
            return


def _renumber(outline: bytes, number: dict[int, int]) -> bytes:
    changed = bytearray(outline)
    for place, part in _read_parts(outline):
        changed[place : place + 2] = struct.pack(">H", number[part])
    return bytes(changed)


def _write_font(tables: dict[str, bytes]) -> bytes:
    """A TrueType file of the tables, with right checksums."""
    power = len(tables).bit_length() - 1
    header = struct.pack(">IHHHH", 0x10000, len(tables), 16 << power, power, 16 * len(tables) - (16 << power))
    offset = len(header) + 16 * len(tables)
    directory, bodies, head_at, total = [], [], 0, 0
    for tag, data in sorted(tables.items()):
        padded = data + b"\0" * (-len(data) % 4)
        checksum = _checksum(padded)
        directory.append(struct.pack(">4sIII", tag.encode("latin-1"), checksum, offset, len(data)))
        bodies.append(padded)
        head_at = offset if tag == "head" else head_at
        offset += len(padded)
        total += checksum
    start = header + b"".join(directory)
    adjustment = (0xB1B0AFBA - total - _checksum(start)) & 0xFFFFFFFF
    font = bytearray(start + b"".join(bodies))
    font[head_at + 8 : head_at + 12] = struct.pack(">I", adjustment)
    return bytes(font)


def _checksum(data: bytes) -> int:
    """The sum of the 32-bit words. Source: OpenType, table directory."""
    if len(data) < _SHORT:
        return int(sum(struct.unpack(f">{len(data) // 4}I", data))) & 0xFFFFFFFF
    return int(np.frombuffer(data, ">u4").sum(dtype=np.uint64)) & 0xFFFFFFFF
