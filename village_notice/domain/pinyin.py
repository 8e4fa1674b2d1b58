"""How a name is read: full pinyin and initials, surnames read as surnames, both readings where two are in use."""

from collections.abc import Mapping, Sequence
from itertools import islice, product
from typing import NamedTuple

from village_notice.domain.syllables import list_words, read_syllables

_DOUBLE = {
    entry[0]: tuple(entry[1:].split())
    for entry in (
        "乐le yue", "朝chao zhao", "行xing hang", "重chong zhong", "长chang zhang", "都du dou", "盛sheng cheng",
        "曾zeng ceng", "晟sheng cheng", "茜qian xi", "莎sha suo", "娜na nuo", "炅jiong gui", "蔓man wan",
        "殷yin yan", "和he huo", "颉jie xie", "隽jun juan", "单dan shan", "传chuan zhuan", "藏cang zang",
        "调tiao diao", "宿su xiu", "柏bai bo", "泊bo po", "薄bo bao", "劲jin jing", "奇qi ji", "参can shen",
        "仔zi zai", "朴pu piao", "栎li yue", "桔ju jie", "纶lun guan", "莞guan wan", "蔚wei yu", "解jie xie",
        "靓liang jing", "鹄hu gu", "弹tan dan", "省sheng xing", "种zhong chong", "绿lv lu", "翟zhai di",
        "会hui kuai", "车che ju", "还huan hai", "降jiang xiang", "陆lu liu", "露lu lou", "查zha cha", "盖gai ge",
        "荥xing ying", "呙guo wo",
    )
}  # fmt: skip
"""Characters of given names with two readings in use: the tool knows one, the clerk may type the other. Source: 新华字典."""
_MOST_WAYS = 8


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
        self._surnames = {
            name: tuple([tuple(reading.split()) for reading in readings])
            for name, readings in surnames.items()
            if readings
        }
        self._longest = max((len(name) for name in self._surnames), default=1)
        self._begins = {name[0] for name in self._surnames if len(name) > 1}
        self._given: dict[str, tuple[str, ...]] = {}
        self._keys: dict[str, tuple[str, ...]] = {}

    def read(self, name: str) -> tuple[Reading, ...]:
        """Every way the name may be read, the usual one first; a character nobody can read stands for itself."""
        ways: dict[Reading, None] = {}
        for surname in self._surnames_of(name):
            heads = self._surnames.get(surname) or (self._read_unknown(surname),)
            for rest in self._list_given(name[len(surname) :]):
                for head in heads:
                    syllables = head + rest
                    ways[Reading("".join(syllables), "".join([s[0] for s in syllables]))] = None
        return tuple(ways)

    def read_character(self, character: str) -> set[str]:
        """Every way a character may be read, as a surname or in a given name."""
        usual = "".join(self._read_given(character))
        return {usual, *_DOUBLE.get(character, ()), *map("".join, self._surnames.get(character, ()))}

    def sort_key(self, name: str) -> tuple[str, ...]:
        """The syllables of the usual reading, for the order of lists: unreadable characters come after all others."""
        key = self._keys.get(name)
        if key is None:
            surname = self.surname(name)
            readings = self._surnames.get(surname)
            head = readings[0] if readings else self._read_given(surname)
            key = self._keys[name] = (*head, *self._read_given(name[len(surname) :]))
        return key

    def find_simple(self, names: Sequence[str]) -> list[int]:
        """Places of the names that are a surname of one character and one or two others that read in it as they do alone."""
        surnames, words = self._surnames, list_words()
        return [
            place
            for place, name in enumerate(names)
            if (size := len(name)) == 2 or (size == 3 and name[:2] not in surnames and not words.get(name[1:]))
        ]

    def surname(self, name: str) -> str:
        """The surname: the longest known one that leaves a given name, else the first character."""
        return self._surnames_of(name)[0]

    def _surnames_of(self, name: str) -> tuple[str, ...]:
        """Possible surnames, the longest first: 单于飞 may be 单于·飞 or 单·于飞."""
        if name[:1] not in self._begins:
            return (name[:1],)
        longest = min(self._longest, len(name) - 1)
        found = [name[:size] for size in range(longest, 1, -1) if name[:size] in self._surnames]
        return (*found, name[:1])

    def _read_unknown(self, surname: str) -> tuple[str, ...]:
        """The syllables of what is in no list of surnames; what is blank has none."""
        return tuple(" ".join(self._read_given(surname)).split())

    def _list_given(self, text: str) -> list[tuple[str, ...]]:
        """Ways to read a given name, the usual one first: a character with two readings may be read either way."""
        usual = self._read_given(text)
        if _DOUBLE.keys().isdisjoint(text) or len(usual) != len(text):
            return [usual]
        choices = [
            dict.fromkeys((syllable, *_DOUBLE.get(char, ()))) for char, syllable in zip(text, usual, strict=True)
        ]
        return list(islice(product(*choices), _MOST_WAYS))

    def _read_given(self, text: str) -> tuple[str, ...]:
        """The syllables of a given name, which knows words (长江 is chang jiang); Latin letters small."""
        syllables = self._given.get(text)
        if syllables is None:
            syllables = self._given[text] = read_syllables(text) if text else ()
        return syllables
