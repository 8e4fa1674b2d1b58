"""Text of a finished notice, read back out of the file itself: content streams and ToUnicode maps, no drawing cache.

Only files written by `document` are understood: a plain cross-reference table, Flate streams, Identity-H fonts.
"""

import re
import zlib
from collections.abc import Iterator
from typing import NamedTuple

from village_notice.errors import VerificationError

_REFERENCE = re.compile(rb"(\d+) 0 R")
_FONT = re.compile(rb"/F(\d+)\s+(\d+) 0 R")
_WORDS = re.compile(rb"<feff([0-9a-f]+)>")
_PAIR = re.compile(rb"<([0-9a-fA-F]{4})>\s*<([0-9a-fA-F]+)>")
_TOKEN = re.compile(rb"/(\w+)\s*(?:<</MCID \d+>>\s*)?B(?:DC|MC)|/F(\d+) |<([0-9a-f]+)>|(EMC)")
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
    try:
        objects = _read_objects(data)
        maps: dict[int, dict[bytes, str]] = {}
        for number, page in enumerate(_find_pages(objects), 1):
            body = objects[page]
            resources = objects[_follow(body, rb"/Font (\d+) 0 R")]
            fonts = {
                name: maps.setdefault(font, {}) or _fill_map(maps[font], objects, font)
                for name, font in ((m[1], int(m[2])) for m in _FONT.finditer(resources))
            }
            contents = _read_stream(objects[_follow(body, rb"/Contents (\d+) 0 R")])
            yield from _read_page(number, contents, fonts)
        for body in objects.values():
            for words in _WORDS.findall(body[: body.find(b"stream\n")] if b"stream\n" in body else body):
                yield Piece(0, "", bytes.fromhex(words.decode("ascii")).decode("utf-16-be"))
    except (KeyError, ValueError, IndexError, zlib.error) as error:
        raise VerificationError(_BROKEN.format(error)) from error


def _read_objects(data: bytes) -> dict[int, bytes]:
    """Number → bytes of each object, by the cross-reference table."""
    start = int(data[data.rindex(b"startxref") + 9 :].split()[0])
    table = data[start : data.index(b"trailer", start)]
    offsets = [int(line[:10]) for line in re.findall(rb"\d{10} \d{5} [nf]", table)]
    ends = dict(zip(sorted(offsets), [*sorted(offsets)[1:], start], strict=True))
    return {number: data[offset : ends[offset]] for number, offset in enumerate(offsets) if number}


def _follow(body: bytes, pattern: bytes) -> int:
    match = re.search(pattern, body)
    if match is None:
        raise ValueError(pattern.decode("ascii"))
    return int(match[1])


def _find_pages(objects: dict[int, bytes]) -> list[int]:
    tree = next(body for body in objects.values() if b"/Type/Pages" in body[:80])
    return [int(n) for n in _REFERENCE.findall(tree[tree.index(b"/Kids") :])]


def _read_stream(body: bytes) -> bytes:
    start = body.index(b"stream\n") + 7
    length = _follow(body[:start], rb"/Length (\d+)")
    return zlib.decompress(body[start : start + length])


def _fill_map(known: dict[bytes, str], objects: dict[int, bytes], font: int) -> dict[bytes, str]:
    """Hexadecimal code → character, out of a font's ToUnicode map."""
    stream = _read_stream(objects[_follow(objects[font], rb"/ToUnicode (\d+) 0 R")])
    for block in re.findall(rb"beginbfchar(.*?)endbfchar", stream, re.DOTALL):
        for code, char in _PAIR.findall(block):
            known[code.lower()] = bytes.fromhex(char.decode("ascii")).decode("utf-16-be")
    return known


def _read_page(number: int, contents: bytes, fonts: dict[bytes, dict[bytes, str]]) -> Iterator[Piece]:
    tag, parts = "", []
    codes: dict[bytes, str] = {}
    for opened, font, hexes, closed in _TOKEN.findall(contents):
        if hexes:
            parts.append("".join([codes[hexes[i : i + 4]] for i in range(0, len(hexes), 4)]))
        elif font:
            codes = fonts[font]
        elif opened:
            yield from _finish(number, tag, parts)
            tag, parts = opened.decode("ascii"), []
        elif closed:
            yield from _finish(number, tag, parts)
            tag, parts = "", []
    yield from _finish(number, tag, parts)


def _finish(number: int, tag: str, parts: list[str]) -> Iterator[Piece]:
    if parts:
        yield Piece(number, tag, "".join(parts))
