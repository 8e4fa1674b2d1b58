"""The village and township of a payment: resolved exactly through the register, never by likeness."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from village_notice.domain.text import fold_text, short_village
from village_notice.sources.register import Register

_SECTION = re.compile(
    r"^(?:(?:村名|村别|村庄|行政村|所在村|村居|村[(（]居[)）]|村)[:：])?(?:[(（]?(?:[一二三四五六七八九十]+|\d+)[、.．)）])?\s*(.+?)(?:[（(].*[)）])?$"
)
_VILLAGE_LABEL = re.compile(r"(?:村名|村别|村庄|行政村|所在村|村居|村[(（]居[)）]|村)[:：]\s*(\S+)")
_NUMERAL = re.compile(r"^(?:[一二三四五六七八九十]+|\d+)")
_VILLAGE_WORD = re.compile(r"(.{1,12}?(?:社区居委会|村民委员会|居民委员会|村委会|居委会|社区|村))")


class Residence(NamedTuple):
    """Where a payment belongs.

    Attributes:
        township, village: As the register writes them, else as found.
        code: 12 digits, "" unresolved.
        rule: R02, R09 or R10 where it is unresolved, "" else.
        expected, hint: Words for the finding.
    """

    township: str
    village: str
    code: str
    rule: str = ""
    expected: str = ""
    hint: str = ""


@dataclass(frozen=True)
class PlaceFinder:
    """Resolves villages against a register; every distinct text is worked out once.

    Attributes:
        register: The register.
        home: The township the run is for where it is only one, "" else.
    """

    register: Register
    home: str = ""
    _cache: dict[tuple[str, str], Residence] = field(default_factory=dict, init=False, repr=False, compare=False)

    def resolve(self, township: str, village: str) -> Residence:
        """The residence of a township's and a village's text, either may be ""."""
        key = (township, village)
        known = self._cache.get(key)
        if known is None:
            known = self._cache[key] = self._resolve(township, village)
        return known

    def _resolve(self, township_text: str, text: str) -> Residence:
        named, rest = self.register.split_township(text) if text else ("", "")
        found = self.register.find_township(township_text) if township_text else None
        township = found or named or ("" if township_text else self.home)
        by_code = self.register.find_code(text) if text.isdecimal() else None
        if by_code:
            return Residence(by_code.township, by_code.name, by_code.code)
        if not text:
            return Residence(township or fold_text(township_text), "", "", "R10")
        words = rest if named and (not found or named == found) else text
        return self._look_up(township, fold_text(township_text), words)

    def _look_up(self, township: str, township_text: str, words: str) -> Residence:
        short = short_village(words)
        if township:
            village = self.register.find(township, words)
            if village:
                return Residence(village.township, village.name, village.code)
            return Residence(township, short, "", "R02", township, self._suggest(words, township))
        if township_text:
            return Residence(township_text, short, "", "R09", f"名册里没有“{township_text}”这个乡镇")
        unique = self.register.find_unique(words)
        if unique:
            return Residence(unique.township, unique.name, unique.code)
        several = {v.township for v in self.register.find_all(words)}
        if several:
            return Residence("", short, "", "R09", f"{'、'.join(sorted(several))}都有同名的村")
        return Residence("", short, "", "R02", "全县", self._suggest(words, ""))

    def _suggest(self, words: str, township: str) -> str:
        near = "、".join(v.name for v in self.register.suggest(words, township)[:5])
        return f"名称相近的有：{near}（请确认，工具不会替您选）。" if near else ""

    def find_in_section(self, text: str) -> str:
        """The village words of a section row (一、东关村（6户）), "" where it names none."""
        match = _SECTION.fullmatch(text.strip())
        words = fold_text(match[1]) if match else ""
        rest = _NUMERAL.sub("", words)
        if rest != words and not self._is_known(words) and self._is_known(rest):
            words = rest  # 4北坡 is the fourth village, 九家夼村 is a name
        looks_right = words.endswith(("村", "社区", "村委会", "居委会", "村民委员会", "居民委员会"))
        return words if looks_right or self._is_known(words) else ""

    def find_label(self, texts: Iterable[str]) -> str:
        """The village words of the last text that is a label 村名：东关村, "" where none is."""
        found = [m[1] for m in map(_VILLAGE_LABEL.fullmatch, texts) if m]
        return fold_text(found[-1]) if found else ""

    def find_in_sheet_name(self, name: str) -> str:
        """The village words of a sheet's name (4北坡, 南河（一组）), "" where it names no village of the register."""
        words = re.sub(r"[（(].*[)）]", "", re.sub(r"^\d+[.、\s-]*|\d+$", "", name.strip()))
        return words if self._is_known(words) else ""

    def find_in_text(self, text: str) -> tuple[str, str]:
        """(township, village words) in a title, a file name or an address; "" for what it does not name."""
        plain = fold_text(text)
        places = [(plain.find(t), t) for t in self.register.townships if t in plain]
        township = min(places)[1] if places else ""
        rest = plain[plain.find(township) + len(township) :] if township else plain
        match = _VILLAGE_WORD.match(rest)
        words = match[1] if match and (self.register.find(township, match[1]) if township else False) else ""
        return township, words

    def _is_known(self, words: str) -> bool:
        return bool(words) and bool(self.register.find_all(words))
