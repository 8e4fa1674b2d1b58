"""How a name is read: full pinyin and initials, surnames read as surnames, both readings where two are in use."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from village_notice.domain.syllables import read_syllables


class Reading(NamedTuple):
    """One way to read a name: 单雄信 → ("shanxiongxin", "sxx"). Small letters, ü written v, no tones."""

    full: str
    initials: str


class Pinyin:
    """Reads names. Every distinct name is worked out once and remembered for the life of the object.

    Args:
        surnames: Surname → readings, the usual one first; the syllables of a reading parted by spaces
            ("单": ("shan",), "尉迟": ("yu chi",), "盖": ("ge", "gai")). See data/reference/surnames.csv.
    """

    def __init__(self, surnames: Mapping[str, Sequence[str]]) -> None:
        self._surnames = {name: tuple(readings) for name, readings in surnames.items() if readings}
        self._longest = max((len(name) for name in self._surnames), default=1)
        self._given: dict[str, tuple[str, ...]] = {}
        self._keys: dict[str, tuple[str, ...]] = {}

    def read(self, name: str) -> tuple[Reading, ...]:
        """Every way the name may be read, the usual one first; a character nobody can read stands for itself."""
        ways: dict[Reading, None] = {}
        for surname in self._surnames_of(name):
            rest = self._read_given(name[len(surname) :])
            for reading in self._surnames.get(surname) or (" ".join(self._read_given(surname)),):
                syllables = (*reading.split(), *rest)
                ways[Reading("".join(syllables), "".join(s[0] for s in syllables))] = None
        return tuple(ways)

    def sort_key(self, name: str) -> tuple[str, ...]:
        """The syllables of the usual reading, for the order of lists: unreadable characters come after all others."""
        key = self._keys.get(name)
        if key is None:
            surname = self.surname(name)
            readings = self._surnames.get(surname)
            head = tuple(readings[0].split()) if readings else self._read_given(surname)
            key = self._keys[name] = (*head, *self._read_given(name[len(surname) :]))
        return key

    def surname(self, name: str) -> str:
        """The surname: the longest known one that leaves a given name, else the first character."""
        return self._surnames_of(name)[0]

    def _surnames_of(self, name: str) -> tuple[str, ...]:
        """Possible surnames, the longest first: 单于飞 may be 单于·飞 or 单·于飞."""
        longest = min(self._longest, len(name) - 1)
        found = [name[:size] for size in range(longest, 1, -1) if name[:size] in self._surnames]
        return (*found, name[:1])

    def _read_given(self, text: str) -> tuple[str, ...]:
        """The syllables of a given name, which knows words (长江 is chang jiang); Latin letters small."""
        syllables = self._given.get(text)
        if syllables is None:
            syllables = self._given[text] = read_syllables(text) if text else ()
        return syllables
