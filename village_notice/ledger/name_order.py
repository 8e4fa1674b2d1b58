"""The order of names by how they are read, for all names of a county at once."""

import sys
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from village_notice.domain.codes import Ints
from village_notice.domain.pinyin import Pinyin
from village_notice.domain.syllables import read_character

_SIMPLE = 3
"""Characters of the names that are read character by character, at most (see `Pinyin.find_simple`)."""
_MOST_BITS = 62
Key = tuple[str, ...]


def number_readings(names: Sequence[str], pinyin: Pinyin) -> Ints:
    """For each name a number, smaller where its reading (`Pinyin.sort_key`) comes earlier, equal where that is the same.

    Most names are read character by character, and each character once, not once a name.
    """
    places = np.array(pinyin.find_simple(names), dtype=np.int64)
    characters = np.array([names[place] for place in places.tolist()], dtype=f"<U{_SIMPLE}")
    codes = characters.view(np.uint32).reshape(-1, _SIMPLE)
    heads = {c: pinyin.sort_key(chr(c)) for c in np.unique(codes[:, 0]).tolist()}
    others = {c: (read_character(chr(c)),) if c else () for c in np.unique(codes[:, 1:]).tolist()}
    unknown = [c for c, key in heads.items() if len(key) != 1], [c for c, key in others.items() if key == ("",)]
    is_known = ~(np.isin(codes[:, 0], unknown[0]) | np.isin(codes[:, 1:], unknown[1]).any(axis=1))
    places, codes = places[is_known], codes[is_known]
    others_places = np.setdiff1d(np.arange(len(names)), places, assume_unique=True).tolist()
    keys = [pinyin.sort_key(names[place]) for place in others_places]
    numbers = _number_syllables([*heads.values(), *others.values(), *keys])
    longest = max((_SIMPLE, *map(len, keys)))
    width = (len(numbers) + 1).bit_length()
    if width * longest > _MOST_BITS:
        return _number_keys([pinyin.sort_key(name) for name in names])
    found = np.empty(len(names), dtype=np.int64)
    tables = [_tabulate(heads, numbers), *[_tabulate(others, numbers)] * (_SIMPLE - 1)]
    found[places] = _pack((table[codes[:, n]] for n, table in enumerate(tables)), len(places), width, longest)
    columns = ([numbers[key[n]] if n < len(key) else 0 for key in keys] for n in range(longest))
    found[others_places] = _pack((np.array(c, dtype=np.int64) for c in columns), len(keys), width, longest)
    return found


def _number_syllables(keys: Iterable[Key]) -> dict[str, int]:
    """Syllable → its place in the order of all, from 1."""
    return {syllable: number for number, syllable in enumerate(sorted({s for key in keys for s in key}), 1)}


def _tabulate(keys: Mapping[int, Key], numbers: Mapping[str, int]) -> Ints:
    """For each character the number of its one syllable, 0 where it has none."""
    table = np.zeros(sys.maxunicode + 1, dtype=np.int64)
    for character, key in keys.items():
        table[character] = numbers[key[0]] if key else 0
    return table


def _pack(columns: Iterable[Ints], size: int, width: int, longest: int) -> Ints:
    """One number for the syllables of each name, the first one foremost; nothing comes before every syllable."""
    packed = np.zeros(size, dtype=np.int64)
    for place, column in enumerate(columns, 1):
        packed |= column << (width * (longest - place))
    return packed


def _number_keys(keys: Sequence[Key]) -> Ints:
    """The same for any keys: names with more syllables than fit one number are rare."""
    numbers = {key: number for number, key in enumerate(sorted(set(keys)))}
    return np.array([numbers[key] for key in keys], dtype=np.int64)
