"""The county's village register: villages found by code or by exact name, never by likeness.

473 of Laiyang's 802 names differ from another village of the same township in one character, so a near name is only
ever suggested to a person. Source: the register itself (国家统计局 2023 年统计用区划代码).
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from village_notice.domain.text import fold_text, is_near, short_village
from village_notice.domain.village import Village

_COUNTY = re.compile(r"^(?:[^省]{2,3}省)?(?:[^市]{2,4}市)?(?:[^市县区]{2,4}[市县区])?")


class VillageAlias(NamedTuple):
    """Another name of a village, told by the office in aliases.csv."""

    township: str
    alias: str
    code: str


@dataclass(frozen=True)
class Register:
    """All villages, in the order of their codes, with exact look-ups.

    Attributes:
        villages: Every village.
        aliases: Other names, each inside one township.
    """

    villages: tuple[Village, ...]
    aliases: tuple[VillageAlias, ...] = ()
    _by_code: Mapping[str, Village] = field(init=False, repr=False, compare=False)
    _by_name: Mapping[tuple[str, str], Village] = field(init=False, repr=False, compare=False)
    _by_short: Mapping[str, tuple[Village, ...]] = field(init=False, repr=False, compare=False)
    _townships: Mapping[str, str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        by_code = {v.code: v for v in self.villages}
        by_name = {(v.township, v.name): v for v in self.villages}
        by_name |= {(a.township, short_village(a.alias)): by_code[a.code] for a in self.aliases}
        by_short: defaultdict[str, list[Village]] = defaultdict(list)
        for (_, name), village in by_name.items():
            by_short[name].append(village)
        object.__setattr__(self, "_by_code", by_code)
        object.__setattr__(self, "_by_name", by_name)
        object.__setattr__(self, "_by_short", {name: tuple(found) for name, found in by_short.items()})
        object.__setattr__(self, "_townships", _name_townships(v.township for v in self.villages))

    @cached_property
    def townships(self) -> tuple[str, ...]:
        """Names of the townships, in the order of the register."""
        return tuple(dict.fromkeys(v.township for v in self.villages))

    @cached_property
    def _longest_first(self) -> tuple[str, ...]:
        return tuple(sorted(self.townships, key=lambda t: (-len(t), t)))

    def in_township(self, township: str) -> tuple[Village, ...]:
        """The villages of a township, in the order of the register; () where it is unknown."""
        return tuple(v for v in self.villages if v.township == township)

    def find_code(self, code: str) -> Village | None:
        """The village of a 12-digit code, or None."""
        return self._by_code.get(fold_text(code))

    def find_township(self, text: str) -> str | None:
        """The township a text names (山前店, 山前店镇, 莱阳市山前店镇人民政府), or None."""
        plain = fold_text(text)
        return self._townships.get(plain) or self._townships.get(_drop_county(plain))

    def find(self, township: str, name: str) -> Village | None:
        """The village of exactly this name in a township (long, short or alias), or None."""
        return self._by_name.get((township, short_village(name)))

    def find_all(self, name: str) -> tuple[Village, ...]:
        """The villages of this name in any township."""
        return self._by_short.get(short_village(name), ())

    def find_unique(self, name: str) -> Village | None:
        """The village of this name where the whole register has only one, else None."""
        found = {v.code: v for v in self.find_all(name)}
        return next(iter(found.values())) if len(found) == 1 else None

    def split_township(self, text: str) -> tuple[str, str]:
        """The township a text begins with, and what follows it: 莱阳市羊郡镇东埠前村 → 羊郡镇, 东埠前村.

        ("", text) where it begins with none. A village named like a township (姜疃村) is not split.
        """
        plain = fold_text(text)
        for words in (plain, _drop_county(plain)):
            for township in self._longest_first:
                if words.startswith(township) and len(words) > len(township):
                    return township, words[len(township) :].removeprefix("人民政府").removeprefix("办事处")
        return "", plain

    def suggest(self, name: str, township: str = "") -> tuple[Village, ...]:
        """Villages whose name differs in one character, for a message only; () where none does."""
        plain = short_village(name)
        near = (v for v in self.villages if (not township or v.township == township) and is_near(plain, v.name))
        return tuple(near)


def _name_townships(names: Iterable[str]) -> dict[str, str]:
    """Every way a township may be written → its name; a bare name two townships share is left out."""
    written: defaultdict[str, set[str]] = defaultdict(set)
    for name in names:
        bare = name.removesuffix("街道") if name.endswith("街道") else name[:-1] if name[-1:] in "镇乡" else name
        for form in (name, bare, name + "办事处", name + "人民政府", name + "政府", name + "办"):
            written[form].add(name)
        if name.endswith("街道"):
            written[bare + "办事处"].add(name)
            written[bare + "街道办"].add(name)
    return {form: next(iter(owners)) for form, owners in written.items() if len(owners) == 1}


def _drop_county(text: str) -> str:
    return _COUNTY.sub("", text)
