"""The faces notices are set in: a chain a style, later faces read only when a text needs them.

A character that no face has is never drawn as a box: it becomes 〓 on paper and `find_missing` names it.
"""

import sys
import unicodedata
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from enum import Enum
from functools import cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from village_notice.notices.face import Face, load_face
from village_notice.resources import find_data

SUBSTITUTE = "〓"
_FACES = ("NotoSerifSC-Regular.ttf", "NotoSerifSC-Bold.ttf", "FallbackHana.ttf", "FallbackBabel.ttf")
_CACHE_LIMIT = 50_000
_UTF_32 = f"utf-32-{sys.byteorder[0]}e"
_MANY = 24
"""Texts from which on they are quicker measured at once."""
_NEWLINE = 10
_BETWEEN = b"\n\n\n\n"
"""As long as the code of a character."""
_Points = npt.NDArray[np.uint32]


class Style(Enum):
    """Weight of a text; the value is the chain of face numbers. Faces behind a bold first one are stroked bolder."""

    REGULAR = (0, 2, 3)
    BOLD = (1, 0, 2, 3)

    __hash__ = object.__hash__  # that of Enum is written in Python, and styles are looked up for every cell


class Run(NamedTuple):
    """A piece of text in one face.

    Attributes:
        face: Number of the face, F<face> in the PDF.
        hex: The CIDs as hexadecimal digits.
        width: In 1/1000 em.
        is_stroked: Whether the outlines are stroked to look bold.
    """

    face: int
    hex: bytes
    width: int
    is_stroked: bool


@cache
def get_face(number: int) -> Face:
    """The face of a number, read when first asked for."""
    return load_face(find_data("fonts", _FACES[number]))


@dataclass(slots=True)
class _Table:
    """Hexadecimal CID and width of the characters of a face, filled as they are met.

    `codes`, the four digits as one number, and `advances` are the same once more, for many texts at once.
    """

    face: int
    hexes: dict[int, str] = field(default_factory=dict)
    widths: dict[str, int] = field(default_factory=dict)
    codes: _Points = field(default_factory=lambda: np.zeros(sys.maxunicode + 1, np.uint32))
    advances: npt.NDArray[np.int32] = field(default_factory=lambda: np.zeros(sys.maxunicode + 1, np.int32))

    def __post_init__(self) -> None:
        self.codes[_NEWLINE] = int.from_bytes(_BETWEEN, sys.byteorder)

    def learn(self, text: str) -> bool:
        """Whether the face has every character of the text."""
        face = get_face(self.face)
        for char in set(text).difference(self.widths):
            cid = face.cids.get(char)
            if cid is None:
                return False
            self.hexes[ord(char)] = f"{cid:04x}"
            self.codes[ord(char)] = int.from_bytes(b"%04x" % cid, sys.byteorder)
            self.widths[char] = self.advances[ord(char)] = face.width(cid)
        return True

    def look_up(self, texts: Collection[str]) -> _Points | None:
        """The characters of all texts, each with the end of a line behind it; None where the face lacks one of them."""
        joined = "\n".join([*texts, ""])
        points = np.frombuffer(joined.encode(_UTF_32, "surrogatepass"), np.uint32)
        is_known = joined.count("\n") == len(texts) and (self.codes[points].all() or self.learn("".join(texts)))
        return points if is_known else None


@cache
def _table(face: int) -> _Table:
    return _Table(face)


_runs: dict[tuple[Style, str], tuple[Run, ...]] = {}


def encode_text(text: str, style: Style = Style.REGULAR) -> tuple[Run, ...]:
    """The runs of a text, in order; a character no face has counts as 〓."""
    known = _runs.get((style, text))
    if known is None:
        if len(_runs) > _CACHE_LIMIT:
            _runs.clear()
        known = _runs[style, text] = _encode(text, style)
    return known


def _encode(text: str, style: Style) -> tuple[Run, ...]:
    main = _table(style.value[0])
    if main.learn(text):
        return (_make_run(main, text, is_stroked=False),)
    pieces: list[tuple[int, str]] = []
    for char in text:
        face, shown = find_face(char, style)
        if pieces and pieces[-1][0] == face:
            pieces[-1] = (face, pieces[-1][1] + shown)
        else:
            pieces.append((face, shown))
    first = style.value[0]
    return tuple(_make_run(_table(f), t, is_stroked=style is Style.BOLD and f != first) for f, t in pieces if t)


def encode_all(texts: Sequence[str], style: Style) -> list[bytes] | None:
    """The hexadecimal CIDs of each text, None where the style's first face lacks a character of any of them."""
    main = _table(style.value[0])
    points = main.look_up(texts)
    return None if points is None else main.codes[points].tobytes().split(_BETWEEN)[:-1]


def _make_run(table: _Table, text: str, *, is_stroked: bool) -> Run:
    table.learn(text)
    codes = text.translate(table.hexes).encode("ascii")
    return Run(table.face, codes, sum(map(table.widths.__getitem__, text)), is_stroked)


@cache
def find_face(char: str, style: Style = Style.REGULAR) -> tuple[int, str]:
    """Number of the first face that has a character, and what is shown: itself, or 〓 in the first face.

    Variation selectors show nothing: they only choose between shapes of the character before them.
    """
    for face in style.value:
        if char in get_face(face).cids:
            return face, char
    return style.value[0], "" if _is_selector(char) else SUBSTITUTE


def _is_selector(char: str) -> bool:
    return "\ufe00" <= char <= "\ufe0f" or "\U000e0100" <= char <= "\U000e01ef"


def show_text(text: str) -> str:
    """The text as it appears on paper, 〓 for what no face has."""
    if _table(0).learn(text):
        return text
    return "".join(find_face(char)[1] for char in text)


def show_all(texts: Iterable[str]) -> frozenset[str]:
    """The texts as they appear on paper."""
    known = frozenset(texts)
    return known if _table(0).learn("".join(known)) else frozenset(map(show_text, known))


def find_missing(text: str) -> list[str]:
    """Characters of the text that no face has, with their code points, in order: ["U+E000"]."""
    if _table(0).learn(text):
        return []
    missing = [char for char in dict.fromkeys(text) if find_face(char)[1] != char]
    return [f"{_visible(char)}U+{ord(char):04X}" for char in missing]


def _visible(char: str) -> str:
    return char if unicodedata.category(char)[0] in "LPSN" else ""


class Widths(dict[str, int]):
    """Text → its width in one style, in 1/1000 em, worked out when first asked for."""

    def __init__(self, style: Style) -> None:
        super().__init__()
        self._style = style

    def __missing__(self, text: str) -> int:
        if len(self) > _CACHE_LIMIT:
            self.clear()
        width = self[text] = _measure(text, self._style)
        return width

    def learn(self, texts: Collection[str]) -> None:
        """Measures texts that are not known yet, many of them at once."""
        main = _table(self._style.value[0])
        points = main.look_up(texts)
        if points is None:
            return  # each will be measured when it is asked for
        if len(self) > _CACHE_LIMIT:
            self.clear()
        ends = np.flatnonzero(points == _NEWLINE)
        widths = np.add.reduceat(main.advances[points], np.concatenate(([0], ends[:-1] + 1)))
        self.update(zip(texts, widths.tolist(), strict=True))


_widths = {style: Widths(style) for style in Style}


def get_widths(style: Style) -> Widths:
    """The widths of texts in a style."""
    return _widths[style]


def measure(text: str, style: Style = Style.REGULAR) -> int:
    """The width of a text in 1/1000 em."""
    return _widths[style][text]


def measure_all(texts: Collection[str], style: Style = Style.REGULAR) -> list[int]:
    """The width of each text in 1/1000 em."""
    known = _widths[style]
    missing = [text for text in set(texts) if text not in known]
    if len(missing) >= _MANY:
        known.learn(missing)
    return list(map(known.__getitem__, texts))


def _measure(text: str, style: Style) -> int:
    main = _table(style.value[0])
    try:
        return sum(map(main.widths.__getitem__, text))
    except KeyError:  # a character met for the first time, or of another face
        return sum(run.width for run in encode_text(text, style))
