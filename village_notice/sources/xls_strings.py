"""The shared strings of an .xls. Source: [MS-XLS] 2.4.265 (SST 252), 2.4.58 (CONTINUE 60), 2.5.293 (the string itself)."""

import struct

_HEADER, _RECORD = struct.Struct("<HB"), struct.Struct("<HH")
_CONTINUE = 0x3C
_WIDE, _EXTENDED, _RICH = 1, 4, 8
_CODES = ("latin-1", "utf-16-le")


def read_strings(stream: bytes, at: int) -> list[str]:
    """The texts by index; formats of single characters and how the text is spoken are left out.

    Args:
        stream: The workbook stream.
        at: Where the data of its SST record begins.

    Raises:
        struct.error, IndexError, UnicodeDecodeError: The record is damaged.
    """
    pieces = _list_pieces(stream, at)
    (count,) = struct.unpack_from("<I", pieces[0], 4)
    reader = _StringReader(pieces)
    while len(reader.texts) < count:
        reader.read_plain(count)
        if len(reader.texts) < count:
            reader.read_any()
    return reader.texts


def _list_pieces(stream: bytes, at: int) -> list[bytes]:
    """The record's data and those of the records that continue it."""
    pieces: list[bytes] = []
    while True:
        (length,) = struct.unpack_from("<H", stream, at - 2)
        pieces.append(stream[at : at + length])
        at += length + 4
        if _RECORD.unpack_from(stream, at - 4)[0] != _CONTINUE:
            return pieces


class _StringReader:
    def __init__(self, pieces: list[bytes]) -> None:
        self.texts: list[str] = []
        self._rest = iter(pieces)
        self._piece, self._at = next(self._rest), 8

    def read_plain(self, most: int) -> None:
        """Reads the texts on end that lie in this piece whole and have nothing but characters; nearly all are such."""
        piece, at, end = self._piece, self._at, len(self._piece)
        letters = piece.decode("latin-1")  # cutting one text is faster than decoding many
        add = self.texts.append
        for _ in range(most - len(self.texts)):
            if at + 3 > end:
                break
            count, flags = piece[at] | piece[at + 1] << 8, piece[at + 2]
            stop = at + 3 + (count << flags)
            if flags > _WIDE or stop > end:
                break
            add(piece[at + 3 : stop].decode("utf-16-le") if flags else letters[at + 3 : stop])
            at = stop
        self._at = at

    def read_any(self) -> None:
        """Reads one text, which may go on in the next pieces: each then says anew how its characters are written."""
        if self._at >= len(self._piece):
            self._turn(0)
        left, flags = _HEADER.unpack_from(self._piece, self._at)
        self._at += 3
        behind = 0
        if flags & _RICH:
            behind += 4 * struct.unpack_from("<H", self._piece, self._at)[0]
            self._at += 2
        if flags & _EXTENDED:
            behind += struct.unpack_from("<I", self._piece, self._at)[0]
            self._at += 4
        text, width = "", flags & _WIDE
        while True:
            part = self._piece[self._at : self._at + (left << width)]
            text += part.decode(_CODES[width])
            self._at += len(part)
            left -= len(part) >> width
            if not left:
                break
            self._turn(1)
            width = self._piece[0] & _WIDE
        while behind > len(self._piece) - self._at:
            behind -= len(self._piece) - self._at
            self._turn(0)
        self._at += behind
        self.texts.append(text)

    def _turn(self, at: int) -> None:
        piece = next(self._rest, None)
        if piece is None:
            raise IndexError
        self._piece, self._at = piece, at
