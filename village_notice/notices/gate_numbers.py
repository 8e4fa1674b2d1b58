"""Long numbers in a text that is about to leave: identity, card and telephone numbers, however they are typed.

Most texts hold none. So a text is first folded: every digit becomes 0, and what may part the digits of one number goes,
which makes any long number a row of noughts. Only lines with such a row are looked at closely.
"""

import re
import sys
import unicodedata
from collections.abc import Collection, Sequence
from functools import lru_cache
from typing import AnyStr

import numpy as np

_DASH = r"\-‐‑‒–—―−_"
_ALONE = (rf"(?<!\d)(?<!\d[{_DASH}\s.,])", rf"(?!\d|[{_DASH}\s.,]\d)")
"""Stands alone: no digit before or behind it, not even with one separator between."""
_MONEY = r"-?(?:\d{1,3}(?:,\d{3}){1,4}(?:\.\d{1,6})?|\d{1,6}\.\d{1,6})"
_DATE = rf"(?:19|20)\d\d-\d\d-\d\d|(?:19|20)\d\d[{_DASH}](?:19|20)\d\d"
_LONG = re.compile(rf"\d(?:[{_DASH}\s.·]*\d){{6,}}[Xx]?")
_LONG_DIGITS = 7
_DIGIT = re.compile(r"\d")
_GONE = "\ufffc"

_HASH = re.compile(r"(?<![0-9A-Za-z])[0-9a-fA-F]{32,128}(?![0-9A-Za-z])")
_PLAIN_DATE = re.compile(r"(?<!\d)(?:19|20)\d\d-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d)?)?(?!\d)")
_PLAIN_MONEY = re.compile(
    r"(?=[-\d])(?<![\d.])(?<!\d,)(?!1[3-9]\d{9}\.)-?(?:\d{1,13}|\d{1,3}(?:,\d{3})+)\.\d{1,2}(?![\d.])"
)
_NINE = re.compile(rf"\d(?:[ \t.·{_DASH}]{{0,2}}\d){{8,}}[Xx]?")
_NINE_DIGITS = 9

_NOUGHTS = bytes.maketrans(b"123456789", b"000000000")
_PARTING = b" \t\v\f\r\x1c\x1d\x1e\x1f.-_"
_PARTS = re.compile(rf"[{_DASH}\s.·]")


def find_numbers(text: str, known: re.Pattern[str]) -> list[str]:
    """Numbers of seven digits or more, also those parted by spaces or dashes, that are none of the known ones."""
    plain = _plain(text)
    if not _DIGIT.search(plain):
        return []
    return [match[0] for match in _LONG.finditer(known.sub(_GONE, plain))]


def list_suspects(texts: Collection[str], digits: int = _LONG_DIGITS) -> list[str]:
    """The texts that may hold a number of so many digits, parted or not: all such texts, and few others.

    Args:
        texts: The texts; the end of a line in one parts digits as a space does.
        digits: How many; as a default as many as `find_numbers` looks for.
    """
    lines = list(texts)
    joined = "\n".join([text.replace("\n", " ") for text in lines])
    return _pick(lines, _fold(joined.encode("utf-8", "surrogatepass")), digits) if lines else []


def _pick(lines: Sequence[AnyStr], folded: bytes, digits: int) -> list[AnyStr]:
    """The lines that have so many noughts in a row where they are folded."""
    if folded.count(b"\n") + 1 != len(lines):
        raise ValueError("lines")
    found: dict[AnyStr, None] = {}
    line = last = 0
    for match in re.finditer(b"0" * digits, folded):
        line += folded.count(b"\n", last, match.start())
        last = match.start()
        found[lines[line]] = None
    return list(found)


def check_text(text: str, allowed_numbers: frozenset[str]) -> list[str]:
    """The same as `check_file`, for a text."""
    return check_file(text.encode("utf-8", "surrogatepass"), allowed_numbers)


def check_file(data: bytes, allowed_numbers: frozenset[str]) -> list[str]:
    """Private-looking numbers in any file that leaves: IDs, cards, mobiles, any nine digits in a row.

    Args:
        data: Everything people can read in the file, as UTF-8.
        allowed_numbers: Numbers that may stand there: village codes, telephones, 档号.

    Returns:
        Each number once, masked. Money with decimals, dates and checksums are no such numbers.
    """
    folded = _fold(data)
    if b"0" * _NINE_DIGITS not in folded:
        return []
    # none of the patterns reaches over a quotation mark or the end of a line
    lines = data.replace(b'"', b"\n").split(b"\n")
    pieces = b"\n".join(_pick(lines, folded.replace(b'"', b"\n"), _NINE_DIGITS)).decode("utf-8", "surrogatepass")
    plain = "\n".join(piece for piece in _plain(pieces).split("\n") if _NINE.search(piece))
    for pattern in (_HASH, _PLAIN_DATE, _PLAIN_MONEY):
        plain = pattern.sub(_GONE, plain)
    if allowed_numbers:
        plain = _known_literals(allowed_numbers).sub(_GONE, plain)
    return list(dict.fromkeys(mask_number(match[0]) for match in _NINE.finditer(plain)))


def mask_number(number: str) -> str:
    """A number as a finding may show it: its first digits and how many there are."""
    digits = re.sub(r"\W|_", "", number)
    return f"{digits[:3]}…，共{len(digits)}位"


@lru_cache(maxsize=8)
def known_numbers(literals: tuple[str, ...]) -> re.Pattern[str]:
    """What `find_numbers` passes over: money, dates, and these numbers, where they stand alone."""
    words = sorted(map(re.escape, map(_plain, literals)), key=len, reverse=True)
    before, after = _ALONE
    return re.compile(f"{before}(?:{'|'.join([*words, _DATE, _MONEY])}){after}")


@lru_cache(maxsize=8)
def _known_literals(numbers: frozenset[str]) -> re.Pattern[str]:
    words = sorted(map(re.escape, map(_plain, filter(None, numbers))), key=lambda w: (-len(w), w))
    return re.compile(f"(?<!\\d)(?:{'|'.join(words)})(?!\\d)")


def _plain(text: str) -> str:
    """Full-width digits become ordinary ones; what is invisible goes."""
    if text.isascii():
        return text
    plain = unicodedata.normalize("NFKC", text)
    if plain.isprintable():
        return plain
    hidden = {ord(c): None for c in set(plain) if unicodedata.category(c) == "Cf"}
    return plain.translate(hidden) if hidden else plain


def _fold(data: bytes) -> bytes:
    """A text in UTF-8 with every digit as 0 and nothing between the digits of one number; lines stay lines."""
    if not data.isascii():
        found = np.frombuffer(data, np.uint8)
        others = found[found >= 0x80].tobytes().decode("utf-8", "surrogatepass")
        codes = np.frombuffer(others.encode("utf-32-le", "surrogatepass"), np.uint32)
        are_inert = _inert[codes]
        for char in map(chr, () if are_inert.all() else np.unique(codes[~are_inert]).tolist()):
            folded = _fold_character(char)
            if folded == char:
                _inert[ord(char)] = True
            else:
                data = data.replace(char.encode("utf-8", "surrogatepass"), folded.encode("utf-8", "surrogatepass"))
    return data.translate(_NOUGHTS, _PARTING)


_inert = np.zeros(sys.maxunicode + 1, np.bool_)
"""Characters, met before, that neither are nor become digits or what may part digits: nearly all Chinese ones."""


def _fold_character(char: str) -> str:
    """A character as the noughts it stands for: １ and ① are 0, a dash is nothing, 村 is itself."""
    plain = _plain(char)
    if plain and not any(c.isdecimal() or _PARTS.fullmatch(c) for c in plain):
        return char
    return "".join("0" if c.isdecimal() else "" if _PARTS.fullmatch(c) else c for c in plain)
