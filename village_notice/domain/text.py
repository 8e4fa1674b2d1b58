"""Text as people typed it, made comparable: spaces, widths, brackets, village and group names."""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

_VILLAGE_TAIL = re.compile(r"(村民委员会|居民委员会|社区居委会|村委会|居委会|委员会)$")
_FORMULA = re.compile(r"[=+\-@\t\r]")
_MARKUP = re.compile('[&<>"\n\r\t]')
_NUMERALS = "零一二三四五六七八九"
_PRIVATE_USE = {
    0xE816: "\U00020087", 0xE817: "\U00020089", 0xE818: "\U000200cc", 0xE81E: "龴", 0xE826: "龵", 0xE82B: "龶",
    0xE82C: "龷", 0xE831: "\U000215d7", 0xE832: "龸", 0xE83B: "\U0002298f", 0xE843: "龹", 0xE854: "龺",
    0xE855: "\U000241fe", 0xE864: "龻", 0xE7C7: "ḿ",
}  # fmt: skip
"""Private-use code points that the 2000 edition of GB 18030 gives for characters that have since got their own."""


def fold_text(text: str) -> str:
    """Text in NFKC with all white space taken out; the form in which words are compared.

    Compatibility ideographs and Kangxi radicals become the ordinary characters.
    """
    return "".join(unicodedata.normalize("NFKC", text).split())


@lru_cache(maxsize=65536)
def clean_name(text: str) -> str:
    """A person's name as it may be printed: inner and outer spaces, zero-width marks and (户主)-like notes taken off.

    The middle dot of minority names is unified to ·. Private-use code points of old GB 18030 become real characters.
    """
    plain = unicodedata.normalize("NFC", text).translate(_PRIVATE_USE).translate(_RADICALS)
    plain = "".join(c for c in plain if unicodedata.category(c) not in ("Cf", "Cc", "Zs") and not c.isspace())
    plain = re.sub(r"[（(〔\[][^（）()〔〕\[\]]*[)）〕\]]?$", "", plain) if re.match(r".+[（(〔\[]", plain) else plain
    return (
        re.sub(r"[•・‧∙⋅．.]", "·", plain) if re.search(r"[\u4e00-\u9fff][•・‧∙⋅．.][\u4e00-\u9fff]", plain) else plain
    )


_RADICALS = {c: unicodedata.normalize("NFKC", chr(c)) for c in range(0x2F00, 0x2FD6)}


@lru_cache(maxsize=16384)
def short_village(text: str) -> str:
    """The short name of a village: committee words stripped, 村 added where it ends in neither 村 nor 社区.

    Examples: 东关村委会 → 东关村, 东关村村委会 → 东关村, 南河 → 南河村, 梨园社区居委会 → 梨园社区.
    """
    plain = fold_text(text)
    stripped = _VILLAGE_TAIL.sub("", plain)
    if "社区居委会" in plain and not stripped.endswith("社区"):
        stripped += "社区"
    plain = stripped or plain
    if plain.endswith("村村"):
        plain = plain[:-1]
    return plain if not plain or plain.endswith(("村", "社区")) else plain + "村"


@lru_cache(maxsize=16384)
def normal_group(text: str) -> str:
    """A 村民小组 with its numeral normalised: 四组, 第四村民小组, 4 → 4组; named groups stay as they are."""
    plain = fold_text(text)
    bare = re.sub(r"^第|(村民小组|村民组|小组|组|社|队|生产队)$", "", plain)
    bare = re.sub(r"^第", "", bare)
    if re.fullmatch(r"\d{1,9}(\.0+)?", bare):
        return f"{int(float(bare))}组"
    number = parse_numeral(bare)
    return f"{number}组" if number is not None else plain


def parse_numeral(text: str) -> int | None:
    """A small Chinese numeral (一 … 九十九) as a number, or None."""
    match = re.fullmatch(r"(?P<tens>[一二三四五六七八九]?)(?P<ten>十?)(?P<ones>[一二三四五六七八九]?)", text)
    if not match or not text or (match["tens"] and match["ones"] and not match["ten"]):
        return None
    tens = (_NUMERALS.index(match["tens"]) if match["tens"] else 1) * 10 if match["ten"] else 0
    ones = match["ones"] if match["ten"] else match["tens"] or match["ones"]
    return tens + (_NUMERALS.index(ones) if ones else 0)


@lru_cache(maxsize=1024)
def column_letters(number: int) -> str:
    """The letters of a column, from 1: 1 → A, 27 → AA."""
    letters = ""
    while number > 0:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def guard_formula(text: str) -> str:
    """Text that a spreadsheet program will not run as a formula: a leading = + - @ tab or return gets an apostrophe."""
    return "'" + text if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def guard_formulas(texts: Sequence[str]) -> list[str]:
    """The texts as `guard_formula` gives each; those of most columns have none of its characters at all."""
    return list(map(guard_formula, texts)) if _FORMULA.search("".join(texts)) else list(texts)


def is_near(one: str, other: str) -> bool:
    """Whether two different names are one insertion, deletion or replacement apart."""
    if one == other or abs(len(one) - len(other)) > 1:
        return False
    if len(one) > len(other):
        one, other = other, one
    start = 0
    while start < len(one) and one[start] == other[start]:
        start += 1
    return one[start + (len(one) == len(other)) :] == other[start + 1 :]


def escape_xml(text: str) -> str:
    """A text for XML, as `xml.sax.saxutils.escape` writes it: that module brings a whole client of the Internet along."""
    return text.replace("&", "&amp;").replace(">", "&gt;").replace("<", "&lt;")


def quote_xml(text: str) -> str:
    """A text as an attribute of XML with the quotation marks around it, as `xml.sax.saxutils.quoteattr` writes it."""
    plain = escape_xml(text).replace("\n", "&#10;").replace("\r", "&#13;").replace("\t", "&#9;")
    if '"' not in plain:
        return f'"{plain}"'
    if "'" not in plain:
        return f"'{plain}'"
    whole = plain.replace('"', "&quot;")
    return f'"{whole}"'


def quote_texts(texts: Sequence[str]) -> list[str]:
    """The texts as `quote_xml` gives each; most have none of its characters at all."""
    return list(map(quote_xml, texts)) if _MARKUP.search("".join(texts)) else [f'"{text}"' for text in texts]


def unescape_xml(text: str) -> str:
    """What was written as XML, in `escape_xml`, `quote_xml` or any other way: its five named entities as characters."""
    for entity, character in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&apos;", "'"), ("&amp;", "&")):
        text = text.replace(entity, character)
    return text
