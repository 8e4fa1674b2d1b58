"""Words as departments write them, in one comparable form: simplified characters, no spaces, units taken apart."""

import re
import unicodedata
from functools import lru_cache

from village_notice.domain.patterns import compile_late
from village_notice.domain.script import simplify_script
from village_notice.domain.text import fold_text
from village_notice.sources.reference import fold_heading

_BRACKETS = compile_late(r"[(\[〔【]([^()\[\]〔〕【】]*)[)\]〕】]")
_TAIL_UNIT = compile_late(r"[:/](万?元|亩|人|户|头|台)$")
_NUMBERING = compile_late(r"^(?:\d{1,2}[.、])(?=[^\d])")

_DITTO = compile_late(r"[-—~]*(?:同上|上同|〃|″|′′|\"|”|“|〞|〝|''|、、|,,)[-—~]*")
_DASHES = compile_late(r"\s*[-—－–―─ー~～]{1,4}\s*")
_SAME = compile_late(r"\s*(?:同|同村|[Dd][Oo]|[Dd]itto)\s*")
_DITTO_STARTS = frozenset("-—~同上〃″′\"”“〞〝'、,＂ ")
PROGRAMME_WORDS = compile_late(r"补贴|补助|津贴|奖补|奖励|奖扶|救助|慰问|抚恤|补偿|直补|生活费|优待金|保障金|供养")
"""Words that make a text the name of a programme, also of one that subsidies.csv does not have."""

ODD_UNIT = compile_late(r"(?:百|千|十万|百万|千万|亿)元|(?<![\u4e00-\u9fff])[分角](?![\u4e00-\u9fff])")
"""Units of money that no list of people is in: nothing is multiplied by them, the clerk is told."""

OTHER_UNIT = "别的金额列写的万元"
"""The unit of money where its own heading says none and that of another column says 万元."""


@lru_cache(maxsize=65536)
def fold_label(text: str) -> str:
    """A heading as it is compared: simplified, without spaces, stars, brackets and their contents, in capitals."""
    plain = simplify_script(unicodedata.normalize("NFKC", text))
    plain = _NUMBERING.sub("", re.sub(r"[\s\u200b-\u200f\ufeff]", "", plain))
    return fold_heading(plain) or fold_heading(re.sub(r"[()\[\]〔〕【】]", "", plain))


@lru_cache(maxsize=65536)
def fold_words(text: str) -> str:
    """A label, title or section row as it is compared: simplified, NFKC, no spaces; brackets and colons stay."""
    return re.sub(r"[\u200b-\u200f\ufeff]", "", simplify_script(fold_text(text)))


@lru_cache(maxsize=16384)
def find_units(text: str) -> tuple[str, ...]:
    """What stands in the brackets of a heading, and a unit behind a colon or slash: 补贴金额（元） → ("元",)."""
    plain = fold_words(text)
    tail = _TAIL_UNIT.search(plain)
    return (*_BRACKETS.findall(plain), *((tail[1],) if tail else ()))


def drop_brackets(text: str) -> str:
    """Text without brackets and what stands in them."""
    return _BRACKETS.sub("", text)


def means_above(field: str, text: str) -> bool:
    """Whether a cell of a field means what stands above it: 同上, 〃; for a village or township, which nobody is without, a dash too."""
    return is_ditto(text) or (
        field in ("village", "township") and bool(_DASHES.fullmatch(text) or _SAME.fullmatch(text))
    )


def is_ditto(text: str) -> bool:
    """Whether a text means what stands above it: 同上, 〃."""
    return len(text) <= 6 and text[:1] in _DITTO_STARTS and bool(_DITTO.fullmatch(fold_text(text)))
