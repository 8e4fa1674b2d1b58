"""What of a typed name or group may be printed: numbers, notes and remarks that clerks write into the cell come off.

The same words are used by the check that tells the clerk and by the wall that keeps them in, so that neither can be
stricter than the other. Source: 个人信息保护法 §28; boards that showed 残疾, 孤儿 and telephones behind names.
"""

import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from village_notice.domain.patterns import compile_late

_SEPARATED = r"[\s\-‐‑‒–—―−_.·,，、/]{0,2}"
_NUMBERS = compile_late(rf"\d(?:{_SEPARATED}[\dXx]){{4,}}")
_BRACKETS = compile_late(r"[(（\[【〔《<〈{][^)）\]】〕》>〉}]*[)）\]】〕》>〉}]?")
_WORDS = (
    "已故|死亡|去世|病故|亡故|残疾人?|[一二三四]级|肢残|智残|精神病?|重病|大病|癌症|艾滋病?|孤儿|孤寡|低保户?|五保户?|特困户?|脱贫户?|贫困户?|"
    "监测户|失独|军属|烈属|优抚|代领|户主|本人|儿子|女儿|妻子|丈夫|父亲|母亲"
)
_REMARK = compile_late(rf"(?<=..)(?:{_WORDS})+$")
_PARTED_REMARK = compile_late(rf"[\s\-‐‑‒–—―−_、，,/:：]+(?:{_WORDS}|[代亡故残病孤妻子女]|户)+$")
_TAIL = compile_late(r"[\s\-‐‑‒–—―−_、，,/:：]+$")
_ADDRESS = compile_late(r"\d+号|[镇乡街].*[村组号路街]|.{4}[镇乡街]|[镇乡街].{4}|村.*[组号]|电话|手机|卡号|账号|身份证")
"""Words of a place. 王镇山, 史金街 and 欧阳志镇 are people: these characters alone say nothing in a short name."""
_GROUP = compile_late(
    r"(?:\d{1,3}|[东西南北前后上下中大小老新]?[一-鿿]{1,4}|[东西南北前后上下中大小][一二三四五六七八九十]{1,2})[组队屯片街庄沟头坡湾]?"
)
_SENSITIVE = compile_late(r"[病残孤贫亡癌艾]|低保|五保|特困|救助|电话|手机|户|补贴|监测|失独|优抚|军|烈|犯|矫|戒")
_NO_NAME = compile_late(
    r"见.{1,4}|同上|不详|不明|未知|暂无|没有|待[定查核]|(?:以下)?空[白户]|略|无|姓名|户名|户主|本人|[Xx×*＊某]+|测试.{0,4}|已故|死亡|"
    r"[男女]|(?:村|组|全)?集体|[五低]保户|贫困户|.{0,4}(?:合计|总计|累计|小计|总[数额])数?|.{0,4}小结|[Tt][Oo][Tt][Aa][Ll]|"
    r"\d+[户人]|第?[一二三四五六七八九十\d]+组|[零壹贰叁肆伍陆柒捌玖拾佰仟万]+[元圆]整?|停发|待发|发放?成功|发放?失败|失败|退[回票]"
)
"""What clerks write where they have no name, and words of totals and states that no person is called."""
_TOLD = "".join(sorted(c for c in {*_WORDS, *_ADDRESS.pattern, *_NO_NAME.pattern} if "\u4e00" <= c <= "\u9fff"))
_PLAIN = compile_late(rf"(?:(?![{_TOLD}])[\u4e00-\u9fff]){{2,4}}")
"""Most names: two to four characters, none of them in any of the words above, so that nothing of all this concerns them."""
_LONGEST_NAME = 6
"""Longer names of persons are those of minorities, with a dot in them."""


def pick_plain(characters: Iterable[str]) -> list[str]:
    """Those of some characters that none of the words here are written with: names made of them are printed as they are."""
    told = frozenset(_TOLD)
    return [c for c in characters if "\u4e00" <= c <= "\u9fff" and c not in told]


@lru_cache(maxsize=1 << 17)
def fold_digits(text: str) -> str:
    """The text with every kind of digit (full-width, circled) as an ordinary one."""
    if text.isascii() or not any(unicodedata.category(c)[0] == "N" for c in text):
        return text
    return "".join(unicodedata.normalize("NFKC", c) if unicodedata.category(c)[0] == "N" else c for c in text)


def print_name(text: str, *, is_organisation: bool = False) -> str:
    """A name as it may stand on paper, "" where nothing of a name is left.

    Long numbers come off everybody's name; bracketed notes and remarks only off a person's.
    """
    return text if _PLAIN.fullmatch(text) else _clean_name(text, is_organisation=is_organisation)


@lru_cache(maxsize=1 << 17)
def _clean_name(text: str, *, is_organisation: bool) -> str:
    plain = _NUMBERS.sub("", fold_digits(text))
    if is_organisation:
        return plain
    plain = _BRACKETS.sub("", plain)
    plain = _REMARK.sub("", _PARTED_REMARK.sub("", plain))
    return _TAIL.sub("", plain)


@lru_cache(maxsize=1 << 17)
def is_person_name(text: str) -> bool:
    """Whether a printed name can be that of a person: letters are left, neither an address nor 不详, and not too long."""
    if _PLAIN.fullmatch(text):
        return True
    if _NO_NAME.fullmatch(text) or not any(map(str.isalpha, text)):
        return False
    return ("·" in text or "、" in text or len(text) <= _LONGEST_NAME) and not _ADDRESS.search(text)


@lru_cache(maxsize=1 << 16)
def print_group(text: str) -> str:
    """A 村民小组 as it may stand on paper: 4组, 东一组, 西头; "" for words that say more than a place."""
    return text if _GROUP.fullmatch(text) and not _SENSITIVE.search(text) else ""
