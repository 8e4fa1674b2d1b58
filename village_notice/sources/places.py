"""The village and township of a payment: resolved exactly through the register, never by likeness."""

import re
import unicodedata
from dataclasses import dataclass, field
from typing import NamedTuple

from village_notice.domain.patterns import compile_late
from village_notice.domain.script import simplify_script
from village_notice.domain.text import fold_text, short_village
from village_notice.sources.register import Register
from village_notice.sources.village_lines import cut_village_line

_LABEL = r"(?:(?:村名|村别|村庄|行政村|所在村|村居|村[(（]居[)）]|村)[:：])?"
_LONGEST_SECTION = 200
_SECTION = compile_late(
    _LABEL
    + r"(?:(?:[一二三四五六七八九十]+|\d+)[、.．]|[(（](?:[一二三四五六七八九十]+|\d+)[)）])?\s*(.+?)(?:[（(].*[)）])?"
)
_NUMBERED_SECTION = compile_late(_LABEL + r"(?:[一二三四五六七八九十]+|\d+)\s*(.+?)(?:[（(].*[)）])?")
_TOWNSHIPS = ("镇", "乡", "街道", "办事处")
_COMMITTEES = ("村", "社区", "村委会", "居委会", "村民委员会", "居民委员会")
_VILLAGE_END = compile_late(r"社区居委会|村民委员会|居民委员会|村委会|居委会|社区|村")
_SEGMENTS = compile_late(r"[\s:：,，、。;；()（）《》【】\[\]_\-—·/\\]+")
_PREFIXES = (
    compile_late(r"^[^县市区]{2,4}[县市区](.+)"),
    compile_late(r"^.{0,12}?\d{4}年度?(?:\d{1,2}月)?(.+)"),
    compile_late(r"^(?:附件|附表|表)?\d{1,8}[.．]?(\D.+)"),
)
_BEFORE_YEAR = compile_late(r"([\u4e00-\u9fff]{2,6})(?=20\d\d年)")
"""What stands whole between the township and the year: 望岚镇东岚2023年, never a part of it."""
_UNKNOWN = compile_late(r"([\u4e00-\u9fff]{1,6}(?:村|社区))(?:村?民?委员?会|居委会)?(?=20\d\d年)")
_SEEMS_UNKNOWN = compile_late(r"([\u4e00-\u9fff]{1,6}?(?:村|社区))(?!干部|医|级|民|居|集体|庄|组|两|务|内|镇)")
_YEAR_FIRST = compile_late(r"^20\d\d年度?")
_KIND_OF_VILLAGE = compile_late(
    r"(?:[农乡各全本新老驻等辖属关的]|行政|自然|脱贫|贫困|示范|移民|重点|试点|中心|特色|"
    r"涉及|部分|个别|其他|其余|多个|几个|[两二三四五六七八九十]个|[有相]关|库区|库周|城[中郊边]|受灾|沿[河江海路]|山区|贫困|小麦|粮食)(?:村|社区)$|^社区$"
)
_NO_VILLAGE = compile_late(
    r"[所站局办科院校司社行室组会府员人户林金费险款]$|补[贴助偿]|津贴|奖|救助|低保|特困|高龄|孤儿|优抚|地力|移民|乡医|村医"
)
_NAME = compile_late(r"[\u4e00-\u9fff]{2,6}")
_GROUP = compile_late(r"[一二三四五六七八九十\d]+[组队社]|小组$")
_BOUNDARY = compile_late(r"补贴|补助|津贴|资金|奖补|表|册|公示|批|月份?|年度?|季度|项目|镇|乡|街道|办事处|政府")
"""Words behind which a village may be named in the middle of a title: 耕地地力保护补贴东岚村发放表."""
_PATH = compile_late(r"[/\\>＞·—–\-]+|\s+")
_SEVERAL = 2
_OUTER = compile_late(r"(?:省|市|县|区|镇|乡|街道|办事处)$")
_WORDY = compile_late(r"(?:村?党总?支部?|行政村|自然村|村委|村居委会?|村两委)$")
_SERIAL = compile_late(r"^\d{1,3}[.、．\-—_]?(?=[^\d.、．\-—_])")
_WITH_GROUP = compile_late(r"(.+?)[（(]?(第?[一二三四五六七八九十\d]{1,3}(?:村民小组|小组|组))[）)]?")
_LONGEST_VILLAGE = 14
_SHORTEST_WITH_TOWNSHIP = 4
_LONGEST_SECTION = 24


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
    _starts: dict[str, str] = field(default_factory=dict, init=False, repr=False, compare=False)
    _texts: dict[tuple[str, str], tuple[str, str]] = field(default_factory=dict, init=False, repr=False, compare=False)

    def resolve(self, township: str, village: str) -> Residence:
        """The residence of a township's and a village's text, either may be ""."""
        key = (township, village)
        known = self._cache.get(key)
        if known is None:
            simple = (simplify_script(township), simplify_script(village))
            known = self._resolve(*simple)
            if known.rule and simple != key:  # the register may write it so itself
                written = self._resolve(township, village)
                known = known if written.rule else written
            self._cache[key] = known
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
        place = self._look_up(township, fold_text(township_text), words)
        return (self._read_path(text, township) if place.rule else None) or place

    def _read_path(self, text: str, township: str) -> Residence | None:
        """The residence that a path names (莱阳市/山前店镇/宋家庄村): county and township, then the village; None for other texts."""
        *outer, last = [fold_text(p) for p in _PATH.split(text) if p.strip()] or [text]
        if not outer or not all(map(_OUTER.search, outer)):
            return None
        named = next((t for p in reversed(outer) if (t := self.register.find_township(p))), "")
        return None if township and named and named != township else self._look_up(named or township, "", last)

    def _look_up(self, township: str, township_text: str, words: str) -> Residence:
        short = short_village(words)
        if township:
            forms = (words, _SERIAL.sub("", words), _WORDY.sub("村", words))
            village = next((v for form in forms if (v := self.register.find(township, form))), None)
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

    def split_group(self, township: str, text: str) -> tuple[str, str]:
        """(village, group) of a cell that holds both (东岚村3组); (text, "") where the whole cell is a village or unknown."""
        match = _WITH_GROUP.fullmatch(text)
        if match is None or self.resolve(township, text).code or not self.resolve(township, match[1]).code:
            return text, ""
        return match[1], match[2]

    def split_township(self, text: str) -> str:
        """The township a village's text begins with, "" where it begins with none."""
        if len(text) <= _SHORTEST_WITH_TOWNSHIP:
            return ""
        known = self._starts.get(text)
        if known is None:
            known = self._starts[text] = self.register.split_township(simplify_script(text))[0]
        return known

    def find_in_section(self, text: str) -> str:
        """The village words of a section row (一、东关村（6户）), "" where it names none."""
        text = cut_village_line(text)
        if len(text) > _LONGEST_SECTION:
            return ""
        plain = simplify_script(text).strip()
        for pattern in (_SECTION, _NUMBERED_SECTION):
            match = pattern.fullmatch(plain)
            words = fold_text(match[1]) if match else ""
            if self._is_known(words):
                return words
        match = _SECTION.fullmatch(plain)
        words = fold_text(match[1]) if match and len(plain) <= _LONGEST_SECTION else ""
        return words if words.endswith(_COMMITTEES) else self.find_in_text(plain)[1]

    def find_misspelt(self, text: str, township: str) -> str:
        """The words of a section row that is nearly the name of a village (大东岚), "" for any other."""
        match = _SECTION.fullmatch(simplify_script(text).strip())
        words = fold_text(match[1]) if match else ""
        is_name = bool(_NAME.fullmatch(words)) and not _GROUP.search(words)
        place = self.resolve(township, words) if is_name else None
        return words if place and place.rule == "R02" and place.hint else ""

    def find_township_section(self, text: str) -> str:
        """The township that a section row names and nothing else (一、望岚镇（2户）), "" where it names none."""
        match = _SECTION.fullmatch(simplify_script(text).strip())
        words = fold_text(match[1]) if match else ""
        named = self.register.find_township(words) if words.endswith(_TOWNSHIPS) else None
        return named or ""

    def find_in_sheet_name(self, name: str) -> str:
        """The village words of a sheet's name (4北坡, 南河（一组）), "" where it names no village of the register."""
        plain = simplify_script(name.strip())
        bare = re.sub(r"[（(].*[)）]", "", plain)
        for words in (bare, re.sub(r"^\d+[.、\s-]*|\d+$", "", bare)):
            if self._is_known(words):
                return words
        return ""

    def find_in_text(self, text: str, township: str = "") -> tuple[str, str]:
        """(township, village words) in a title, a file name or an address; "" for what it does not name.

        A village is only taken where a word begins: behind the township, the county, a year, a mark or a space.
        """
        key = (text, township)
        known = self._texts.get(key)
        if known is None:
            known = self._texts[key] = self._find_in_text(
                simplify_script(unicodedata.normalize("NFKC", text)), township
            )
        return known

    def list_in_text(self, text: str, township: str) -> list[str]:
        """The words of every village that a text names at the beginning of a word, as `find_in_text`; no village twice."""
        named, first = self.find_in_text(text, township)
        if not first or len(_VILLAGE_END.findall(text)) < _SEVERAL:
            return [first] if first else []
        found: dict[Residence, str] = {}
        for segment in _SEGMENTS.split(simplify_script(unicodedata.normalize("NFKC", text))):
            if words := self._find_in_text(segment, named or township)[1]:
                found.setdefault(self.resolve(named or township, words), words)
        return list(found.values()) or [first]

    def drop_places(self, title: str) -> str:
        """A title without the township and the village at its beginning; the village may lack its ending (瑶头补贴发放表)."""
        text = fold_text(simplify_script(unicodedata.normalize("NFKC", title)))
        for named in self.register.townships:
            text = text.replace(named, "", 1)
        text = _YEAR_FIRST.sub("", text)
        lengths = (n for n in range(6, 1, -1) if self._find_any("", text[:n]))
        return text[next(lengths, 0) :]

    def find_unknown(self, title: str) -> tuple[str, bool]:
        """(the village a title seems to name that the register has not, whether it surely is one); ("", False) where none.

        南岚村2023年… surely names one; 望岚镇南岚2023年… and 2023年南岚村… may. Whatever village is known from the table
        above is not the one of that table.
        """
        text = fold_text(simplify_script(unicodedata.normalize("NFKC", title)))
        named = next((t for t in self.register.townships if t in text), "")
        behind = text[text.index(named) + len(named) :] if named else text
        start = _YEAR_FIRST.sub("", behind)
        ended = _UNKNOWN.match(behind)
        found = ended or (_SEEMS_UNKNOWN.match(start) if named or start != behind else None)
        bare = _BEFORE_YEAR.match(behind) if named and not found else None
        words = found[1] if found else bare[1] if bare and not _NO_VILLAGE.search(bare[1]) else ""
        is_known = _KIND_OF_VILLAGE.search(words) or self._find_any(named, words)
        return ("", False) if not words or is_known else (words, bool(ended))

    def _find_in_text(self, text: str, township: str) -> tuple[str, str]:
        plain = fold_text(text)
        places = [(plain.find(t), t) for t in self.register.townships if t in plain]
        named = min(places)[1] if places else ""
        where = named or (self.register.find_township(township) if township else None) or ""
        for segment in _SEGMENTS.split(text):
            starts = [segment[segment.index(named) + len(named) :]] if named and named in segment else [segment]
            starts += [m[1] for start in starts for pattern in _PREFIXES if (m := pattern.match(start))]
            starts += [segment[m.end() :] for m in _BOUNDARY.finditer(segment)]
            for start in starts:
                if words := self._find_at_start(start, where, is_whole=start == segment):
                    return named, words
        return named, ""

    def _find_at_start(self, text: str, township: str, *, is_whole: bool) -> str:
        """The longest village name a text begins with; a bare name (东岚) only where it is the whole segment."""
        for match in reversed(list(_VILLAGE_END.finditer(text[:_LONGEST_VILLAGE]))):
            words = text[: match.end()]
            if match.start() and self._find_any(township, words):
                return words
        if (year := _BEFORE_YEAR.match(text)) and self._is_bare_village(township, year[1]):
            return year[1]
        return text if is_whole and 2 <= len(text) <= 8 and self._is_bare_village(township, text) else ""

    def _is_bare_village(self, township: str, words: str) -> bool:
        return not self.register.find_township(words) and self._find_any(township, words)

    def _find_any(self, township: str, words: str) -> bool:
        return bool(self.register.find(township, words) if township else self.register.find_all(words))

    def _is_known(self, words: str) -> bool:
        return bool(words) and bool(self.register.find_all(words))
