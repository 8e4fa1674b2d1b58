"""Text of a finished notice, read back out of the file itself: content streams and ToUnicode maps, no drawing cache.

Only files written by `document` are understood: marked pieces, Identity-H fonts.
"""

import binascii
import re
import sys
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from village_notice.errors import VerificationError
from village_notice.notices.readback_file import BROKEN, ERRORS, FinishedFile, follow

_FONT = re.compile(rb"/F(\d+)\s+(\d+) 0 R")
_TOKEN = re.compile(rb"/(\w+)\s*(?:<</MCID \d+>>\s*)?B(?:DC|MC)|/F(\d+) |<([0-9a-f]+)>|E(MC)\n")
"""A piece begins, a font is set, codes are shown, a piece ends."""
_CELL = re.compile(rb"/TD<</MCID \d+>>BDC (?:\[\d+)?<([0-9a-f]+)>\]?T[Jj]\nEMC\n")
"""A cell of one text in the font that is set already: nearly all of a list."""
_MOVES = re.compile(rb"(?:-?[\d.]+ -?[\d.]+ Td\s?|/TD<</MCID \d+>>BDC <>Tj\nEMC\n)*")
"""What may stand between two cells: steps to the next one, and empty cells."""
_BETWEEN = 0xFFFF  # between the codes of two texts; no face has so many characters
_UTF_32 = f"utf-32-{sys.byteorder[0]}e"


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


class Texts(NamedTuple):
    """The distinct texts of a finished notice.

    Attributes:
        cells: Each title (H1), and "" before the first → texts of the cells behind it, up to the next title.
        words: Every other text, the titles too.
    """

    cells: dict[str, set[str]]
    words: set[str]


def read_pieces(data: bytes) -> Iterator[Piece]:
    """The pieces of every page, in the order they were drawn, then title, bookmarks and other words of the document.

    Raises:
        VerificationError: The file is not as `document` writes it.
    """
    try:
        file = FinishedFile(data)
        for page, run in _read_runs(file):
            yield from (Piece(page, run.tag, text) for text in run.show())
        yield from (Piece(0, "", text) for text in file.read_words())
    except ERRORS as error:
        raise VerificationError(BROKEN.format(error)) from error


def read_texts(data: bytes) -> Texts:
    """The texts of all pieces that `read_pieces` reads, each once: far fewer are decoded.

    Raises:
        VerificationError: The file is not as `document` writes it.
    """
    words = _Distinct()
    cells = {"": _Distinct()}
    own = cells[""]
    try:
        file = FinishedFile(data)
        for _, run in _read_runs(file):
            if run.tag == "H1":
                own = cells.setdefault(run.show()[0], _Distinct())
            (own if run.tag == "TD" else words).add(run)
        return Texts({title: texts.show() for title, texts in cells.items()}, words.show().union(file.read_words()))
    except ERRORS as error:
        raise VerificationError(BROKEN.format(error)) from error


class _Font:
    """The characters of a font by their codes."""

    def __init__(self, chars: dict[int, str]) -> None:
        self._points = np.zeros(0x10000, np.uint32)
        self._points[list(chars)] = [ord(char) for char in chars.values()]
        self._points[_BETWEEN] = ord("\n")
        self._known: dict[bytes, str] = {}

    def show(self, hexes: bytes) -> str:
        """The text of some codes; words such as headings come again on every page."""
        text = self._known.get(hexes)
        if text is None:
            text = self._known[hexes] = self._decode(hexes)
        return text

    def show_all(self, hexes: Iterable[bytes]) -> list[str]:
        """The texts of many codes, which are not likely to come again."""
        texts = list(hexes)
        if any(len(text) % 4 for text in texts):  # it would shift all that follow
            raise ValueError("codes")
        return self._decode((b"%04x" % _BETWEEN).join(texts)).split("\n")

    def _decode(self, hexes: bytes) -> str:
        points = self._points[np.frombuffer(binascii.unhexlify(hexes), ">u2")]
        if not points.all():
            raise KeyError("ToUnicode")
        return str(points.tobytes(), _UTF_32)


class _Run(NamedTuple):
    """Some texts of one tag in a row: one piece, or cells that follow each other.

    Attributes:
        tag: See `Piece`.
        font: The font of the texts, None for one text in several fonts.
        hexes: The codes of each text; b"" for the one in several fonts.
        mixed: That text.
    """

    tag: str
    font: _Font | None
    hexes: list[bytes]
    mixed: str = ""

    def show(self) -> list[str]:
        """The texts."""
        if self.font is None:
            return [self.mixed]
        return [self.font.show(self.hexes[0])] if len(self.hexes) == 1 else self.font.show_all(self.hexes)


class _Distinct:
    """Texts, each kept once; their codes are read all together at the end."""

    def __init__(self) -> None:
        self._codes: dict[_Font, set[bytes]] = {}
        self._mixed = set[str]()

    def add(self, run: _Run) -> None:
        if run.font is None:
            self._mixed.add(run.mixed)
        else:
            self._codes.setdefault(run.font, set()).update(run.hexes)

    def show(self) -> set[str]:
        return self._mixed.union(*(font.show_all(hexes) for font, hexes in self._codes.items()))


def _read_runs(file: FinishedFile) -> Iterator[tuple[int, _Run]]:
    """Number of the page, and what is shown there, page by page in drawing order."""
    known: dict[int, _Font] = {}
    for number, page in enumerate(file.list_pages(), 1):
        body = file.read(page)
        resources = file.read(follow(body, rb"/Font (\d+) 0 R"))
        fonts = {}
        for name, font in ((m[1], int(m[2])) for m in _FONT.finditer(resources)):
            if font not in known:
                known[font] = _Font(file.read_map(font))
            fonts[name] = known[font]
        contents = file.read_stream(follow(body, rb"/Contents (\d+) 0 R"))
        yield from ((number, run) for run in _PageReader(fonts).read(contents))


class _PageReader:
    """Reads the content stream of one page."""

    def __init__(self, fonts: dict[bytes, _Font]) -> None:
        self._fonts = fonts
        self._font: _Font | None = None
        self._tag = ""
        self._parts: list[tuple[_Font, bytes]] = []

    def read(self, contents: bytes) -> Iterator[_Run]:
        """What the page shows; cells that follow each other come in one."""
        pieces = _CELL.split(contents)
        around, cells = pieces[0::2], pieces[1::2]
        moves = {piece for piece in set(around) if _MOVES.fullmatch(piece)}
        breaks = [place for place, piece in enumerate(around) if not place or piece not in moves]
        for place, after in pairwise([*breaks, len(around)]):
            yield from self._read_tokens(around[place])
            if own := cells[place:after]:
                if self._parts:
                    yield self._take_piece()
                yield _Run("TD", self._find_font(), own)
        if self._parts:
            yield self._take_piece()

    def _read_tokens(self, contents: bytes) -> Iterator[_Run]:
        for opened, font, hexes, _ in _TOKEN.findall(contents):
            if hexes:
                self._parts.append((self._find_font(), hexes))
            elif font:
                self._font = self._fonts[font]
            else:
                if self._parts:
                    yield self._take_piece()
                self._tag = opened.decode("ascii")  # "" behind the end of a piece

    def _find_font(self) -> _Font:
        if self._font is None:
            raise KeyError("Tf")
        return self._font

    def _take_piece(self) -> _Run:
        """The piece that was read; it may consist of several parts."""
        parts, self._parts = self._parts, []
        font = parts[0][0]
        if all(other is font for other, _ in parts):
            return _Run(self._tag, font, [b"".join([hexes for _, hexes in parts])])
        return _Run(self._tag, None, [], "".join(own.show(hexes) for own, hexes in parts))
