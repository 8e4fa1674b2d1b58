"""How Chinese characters and words read, from the table `data/pinyin.txt`: one look for a character, one for a word.

The table is the library pypinyin's (`tools/make_pinyin.py`), whose own start and name-by-name work took a quarter of the
time of the archive; only what the table does not know is given to the library.
"""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from village_notice.resources import find_data

_HAN = re.compile(
    "[\u3007\u3400-\u4dbf\u4e00-\u9fff\ue815-\ue864\ufa18\uf900-\ufaff\U00020000-\U0002ebef\U0002f800-\U0002fa1f"
    "\U00030000-\U000323af]"
)


class _Table(NamedTuple):
    characters: dict[str, str]
    words: dict[str, tuple[str, ...]]
    longest: int


def read_syllables(text: str) -> tuple[str, ...]:
    """The syllables of a text without tones, small, ü written v; words are known (长江 is chang jiang).

    What is no Chinese character stands for itself, several of them in a row as one.
    """
    try:
        return tuple(_read_words(text))
    except KeyError:
        return _read_by_library(text) if _HAN.search(text) else (text.lower(),)


def read_character(character: str) -> str:
    """How a character reads wherever no word says otherwise; "" where the table does not know it."""
    return _read_table().characters.get(character, "")


def list_words() -> Mapping[str, tuple[str, ...]]:
    """Word → how it reads where its characters read otherwise in it than alone, else ()."""
    return _read_table().words


def _read_words(text: str) -> Sequence[str]:
    """The syllables word by word, the longest word first.

    Raises:
        KeyError: The table does not know a character.
    """
    characters, words, longest = _read_table()
    if len(text) <= 2:  # most given names
        return words.get(text) or [characters[char] for char in text]
    syllables: list[str] = []
    start = 0
    while start < len(text):
        sizes = range(min(longest, len(text) - start), 1, -1)
        size = next((size for size in sizes if text[start : start + size] in words), 1)
        word = text[start : start + size]
        syllables += words.get(word) or [characters[char] for char in word]
        start += size
    return syllables


def _read_by_library(text: str) -> tuple[str, ...]:
    """By pypinyin, imported for the first such text only: it takes a quarter of a second to start."""
    from pypinyin import lazy_pinyin

    return tuple(syllable.lower() for syllable in lazy_pinyin(text))


@lru_cache(maxsize=1)
def _read_table() -> _Table:
    """Character → reading; word → its reading where its characters read otherwise in it, else ()."""
    single, own, others = find_data("pinyin.txt").read_text(encoding="utf-8").split("\n\n")
    characters = {}
    for line in single.split("\n"):
        reading, _, found = line.partition(" ")
        characters.update(dict.fromkeys(found, reading))
    words: dict[str, tuple[str, ...]] = dict.fromkeys(others.split(), ())
    for line in own.split("\n"):
        word, *syllables = line.split(" ")
        words[word] = tuple(syllables)
    return _Table(characters, words, max(map(len, words)))
