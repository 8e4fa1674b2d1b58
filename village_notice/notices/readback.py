"""Text of a finished notice, read back out of the file itself: content streams and ToUnicode maps, no drawing cache.

Only files written by `document` are understood: marked pieces, Identity-H fonts.
"""

import binascii
import re
import sys
from collections.abc import Iterable, Iterator
from itertools import compress, pairwise
from typing import NamedTuple

import numpy as np

from village_notice.errors import VerificationError
from village_notice.notices.readback_file import BROKEN, ERRORS, FinishedFile, follow

_FONT = re.compile(rb"/F(\d+)\s+(\d+) 0 R")
_TOKEN = re.compile(rb"/F(\d+) |<(?!<)([^>]+)>|/(\w+)\s*(?:<</MCID \d+>>\s*)?B(?:DC|MC)|E(MC)\n")
"""A font is set, codes are shown (whether they are any is seen when they are read), a piece begins, a piece ends."""
_END = b"EMC\n"
_CELL = re.compile(rb"/TD<</MCID \d+>>BDC [\[\d]*<([^>]+)>\]?T[Jj]\nEMC\n")
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
        for page, runs in _read_pages(file):
            yield from (Piece(page, run.tag, text) for run in runs for text in run.show())
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
        for _, runs in _read_pages(file):
            for run in runs:
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
        self._points[list(chars)] = list(map(ord, chars.values()))
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
        if any(length % 4 for length in set(map(len, texts))):  # it would shift all that follow
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


def _read_pages(file: FinishedFile) -> Iterator[tuple[int, list[_Run]]]:
    """Number of each page, and what is shown there in drawing order."""
    known: dict[int, _Font] = {}
    moves = set[bytes]()
    for number, page in enumerate(file.list_pages(), 1):
        body = file.read(page)
        resources = file.read(follow(body, rb"/Font (\d+) 0 R"))
        fonts = {}
        for name, font in ((m[1], int(m[2])) for m in _FONT.finditer(resources)):
            if font not in known:
                known[font] = _Font(file.read_map(font))
            fonts[name] = known[font]
        contents = file.read_stream(follow(body, rb"/Contents (\d+) 0 R"))
        yield number, _PageReader(fonts, moves).read(contents)


class _PageReader:
    """Reads the content stream of one page; `moves`, met on other pages, are the same on many."""

    def __init__(self, fonts: dict[bytes, _Font], moves: set[bytes]) -> None:
        self._fonts, self._moves = fonts, moves
        self._font: _Font | None = None
        self._tag = ""
        self._parts: list[tuple[_Font, bytes]] = []
        self._runs: list[_Run] = []

    def read(self, contents: bytes) -> list[_Run]:
        """What the page shows; cells that follow each other come in one."""
        pieces = _CELL.split(contents)
        around, cells = pieces[0::2], pieces[1::2]
        distinct = set(around)
        self._moves.update(filter(_MOVES.fullmatch, distinct - self._moves))
        others = distinct - self._moves
        breaks = [0, *compress(range(1, len(around)), map(others.__contains__, around[1:]))]
        for place, after in pairwise([*breaks, len(around)]):
            self._read_tokens(around[place])
            if own := cells[place:after]:
                self._end_piece()
                self._runs.append(_Run("TD", self._find_font(), own))
        self._end_piece()
        return self._runs

    def _read_tokens(self, contents: bytes) -> None:
        *pieces, last = contents.split(_END)
        told = [p for p in pieces if p.find(b"<") >= 0 or p.find(b"/F") >= 0]  # the others are lines and boxes
        for font, hexes, opened, _ in _TOKEN.findall(_END.join([*told, last])):
            if hexes:
                self._parts.append((self._find_font(), hexes))
            elif font:
                self._font = self._fonts[font]
            else:
                self._end_piece()
                self._tag = opened.decode("ascii")  # "" behind the end of a piece

    def _find_font(self) -> _Font:
        if self._font is None:
            raise KeyError("Tf")
        return self._font

    def _end_piece(self) -> None:
        """Takes what was read as one piece; it may consist of several parts."""
        if not self._parts:
            return
        parts, self._parts = self._parts, []
        font, hexes = parts[0]
        if len(parts) == 1:
            run = _Run(self._tag, font, [hexes])
        elif all(other is font for other, _ in parts):
            run = _Run(self._tag, font, [b"".join([hexes for _, hexes in parts])])
        else:
            run = _Run(self._tag, None, [], "".join([own.show(hexes) for own, hexes in parts]))
        self._runs.append(run)
