"""Words as departments write them, in one comparable form: simplified characters, no spaces, units taken apart."""

import re
import unicodedata
from functools import lru_cache

from village_notice.domain.text import fold_text
from village_notice.sources.reference import fold_heading

_TRADITIONAL = (
    "額證號碼補貼發鎮鄉戶帳賬銀開領實應積標準單價備註項編組狀態時間電話類計總畝數農資區稱萬圓種糧齡貧殘護養費機購"
    "東關龍馬門園莊廟嶺溝澗橋後裡劉張陳楊趙黃吳孫鄭馮謝許葉盧蔣蘇呂鍾譚範賴聯係頁過轉審覈製責導監督舉報村紅"
    "樓臺灣塢壩專業場進運還衛優撫災傷醫療險繳蟲豬漁創業綠圖連團隊長處對訂調課請讓議論設訪評識譯護營選達遼遠邊嵐棗橋莊臺灘澤淵濱鳳鶴雙興義禮陽陰鐵銀錢鏡鮑魯齊"
    "別冊級賠償獎勵撥產戰軍參屬務給據簽蓋餘兒"
)
_SIMPLIFIED = (
    "额证号码补贴发镇乡户账账银开领实应积标准单价备注项编组状态时间电话类计总亩数农资区称万圆种粮龄贫残护养费机购"
    "东关龙马门园庄庙岭沟涧桥后里刘张陈杨赵黄吴孙郑冯谢许叶卢蒋苏吕钟谭范赖联系页过转审核制责导监督举报村红"
    "楼台湾坞坝专业场进运还卫优抚灾伤医疗险缴虫猪渔创业绿图连团队长处对订调课请让议论设访评识译护营选达辽远边岚枣桥庄台滩泽渊滨凤鹤双兴义礼阳阴铁银钱镜鲍鲁齐"
    "别册级赔偿奖励拨产战军参属务给据签盖余儿"
)
_SIMPLER = str.maketrans(dict(zip(_TRADITIONAL, _SIMPLIFIED, strict=True)))
"""Traditional characters met in headings, titles and place names. Names of people are never changed."""

_BRACKETS = re.compile(r"[(\[〔【]([^()\[\]〔〕【】]*)[)\]〕】]")
_TAIL_UNIT = re.compile(r"[:/](万?元|亩|人|户|头|台)$")
_NUMBERING = re.compile(r"^(?:\d{1,2}[.、])(?=[^\d])")

_DITTO = re.compile(r"[-—~]*(?:同上|上同|〃|″|′′|\"|”|“|〞|〝|''|、、|,,)[-—~]*")
_DASHES = re.compile(r"\s*[-—－–―─ー~～]{1,4}\s*")
_SAME = re.compile(r"\s*(?:同|同村|[Dd][Oo]|[Dd]itto)\s*")
_DITTO_STARTS = frozenset("-—~同上〃″′\"”“〞〝'、,＂ ")
PROGRAMME_WORDS = re.compile(r"补贴|补助|津贴|奖补|奖励|奖扶|救助|慰问|抚恤|补偿|直补|生活费|优待金|保障金|供养")
"""Words that make a text the name of a programme, also of one that subsidies.csv does not have."""

ODD_UNIT = re.compile(r"(?:百|千|十万|百万|千万|亿)元|(?<![\u4e00-\u9fff])[分角](?![\u4e00-\u9fff])")
"""Units of money that no list of people is in: nothing is multiplied by them, the clerk is told."""

OTHER_UNIT = "别的金额列写的万元"
"""The unit of money where its own heading says none and that of another column says 万元."""


def simplify_script(text: str) -> str:
    """Text with the traditional characters of headings and place names in simplified form."""
    return text.translate(_SIMPLER)


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
