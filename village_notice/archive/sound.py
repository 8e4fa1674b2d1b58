"""How names sound: what is typed in pinyin, with initials, or with a wrong character of the same sound, is folded here.

The page of the package folds in the same way in `templates/offline/query.js`; a test compares both.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from village_notice.domain.pinyin import Pinyin
from village_notice.domain.text import clean_name, fold_text

PinyinReader = Callable[[str], Sequence[tuple[str, str]]]
"""A name → its alternative readings as (full pinyin, initials), lower case, no tones; empty where none is known."""

_NOT_LETTERS = re.compile("[^a-z]")
_MARK = re.compile(r"（\d+）$")


def search_key(name: str) -> str:
    """The form in which names are compared: no spaces, dots, full-width letters or same-name marks such as （2）."""
    return fold_text(clean_name(_MARK.sub("", name))).replace("·", "").lower()


def fold_letters(text: str) -> str:
    """Pinyin as typed, reduced to its letters: ü and v are u."""
    plain = text.lower().replace("ü", "u").replace("v", "u")
    return plain if plain.isascii() and plain.isalpha() else _NOT_LETTERS.sub("", plain)


def fold_sound(text: str) -> str:
    """Pinyin with sounds made alike that many people do not tell apart: zh z, ch c, sh s, ang an, eng en, ing in.

    Every g behind an n goes, that of the next syllable too: zeng guang, zen guang and zenguang must all become the same.
    """
    return _make_alike(fold_letters(text))


def _make_alike(letters: str) -> str:
    while "ng" in letters:
        letters = letters.replace("ng", "n")
    return letters.replace("zh", "z").replace("ch", "c").replace("sh", "s")


_fold_reading = lru_cache(maxsize=2048)(_make_alike)
"""For single characters, which have a few hundred readings."""


class Spelling(NamedTuple):
    """A name's pinyin and that of its endings, the same as they sound, and its initials."""

    spelled: tuple[str, ...]
    sounds: tuple[str, ...]
    initials: tuple[str, ...]


class Speller:
    """Reads names and single characters through one pinyin reader, each only once."""

    def __init__(self, read: PinyinReader) -> None:
        self._read = read
        owner = getattr(read, "__self__", None)
        self._pinyin = owner if isinstance(owner, Pinyin) else None
        self.read_character = lru_cache(maxsize=None)(self._read_character)
        self.read_name = lru_cache(maxsize=None)(self._read_name)
        self.spell_row = lru_cache(maxsize=None)(self._spell_row)

    def _read_name(self, name: str) -> tuple[tuple[str, str], ...]:
        found = {(fold_letters(full), fold_letters(initials)) for full, initials in self._read(name)}
        return tuple(sorted([pair for pair in found if pair[0]]))

    def _read_character(self, char: str) -> tuple[str, ...]:
        """The readings of a character, as a surname and inside a name, without tones; empty where none is known."""
        if self._pinyin:  # it knows without reading two names
            return tuple(sorted({fold_letters(reading) for reading in self._pinyin.read_character(char)} - {""}))
        alone = {full for full, _ in self.read_name(char)}
        # the reader takes a leading character for a surname: behind 王 it is read as in a given name
        behind = {full.removeprefix("wang") for full, _ in self.read_name("王" + char) if full.startswith("wang")}
        return tuple(sorted(reading for reading in alone | behind if reading))

    def spell_endings(self, name: str) -> tuple[str, ...]:
        """The pinyin of a name and of each of its endings (wangjianguo, jianguo, guo), sorted."""
        found = set()
        for full, _ in self.read_name(name):
            rest = full
            for char in name[:-1]:
                found.add(rest)
                rest = self._drop_first(char, rest)
            found.add(rest)
        return tuple(sorted(found - {""}))

    def _drop_first(self, char: str, letters: str) -> str:
        """The letters behind the longest reading of a character that they begin with; all of them where there is none."""
        readings = self.read_character(char)
        if len(readings) == 1:  # nearly always
            return letters.removeprefix(readings[0])
        return letters[max((len(r) for r in readings if letters.startswith(r)), default=0) :]

    def _spell_row(self, key: str) -> tuple[str, str]:
        """What a name is found by on the page of the package: pinyin and its endings, and initials, parted by spaces."""
        return " ".join(self.spell_endings(key)), " ".join(sorted({short for _, short in self.read_name(key)}))

    def spell_name(self, key: str) -> "Spelling":
        """Everything a name is found by besides its characters, each sorted."""
        spelled = self.spell_endings(key)
        return Spelling(
            spelled,
            tuple(sorted(set(map(_make_alike, spelled)))),
            tuple(sorted({initials for _, initials in self.read_name(key)})),
        )

    def list_sounds(self, keys: Iterable[str], known: Mapping[str, str] | None = None) -> Iterator[tuple[str, str]]:
        """How each common character and each character of names reads, for names typed with a wrong character.

        Args:
            keys: The names.
            known: What was worked out before.
        """
        known = known or {}
        for char in sorted({*common_characters(), *(char for key in keys for char in key)}):
            if readings := known.get(char) or self.read_sounds(char):
                yield char, readings

    def read_sounds(self, char: str) -> str:
        """The readings of a character as they sound, parted by spaces; "" where none is known."""
        return " ".join(self.list_alike(char))

    def list_alike(self, char: str) -> list[str]:
        """The readings of a character as they sound, each once, sorted."""
        return sorted({_fold_reading(reading) for reading in self.read_character(char)})


@lru_cache(maxsize=1)
def common_characters() -> tuple[str, ...]:
    """The 6 763 characters of GB 2312: what a clerk may type for a name heard on the telephone."""
    codes = (bytes((high, low)) for high in range(0xB0, 0xF8) for low in range(0xA1, 0xFF))
    found = (code.decode("gb2312", errors="ignore") for code in codes)
    return tuple(char for char in found if char)
