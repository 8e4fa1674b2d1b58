"""The shared strings of an .xlsx: text by index, and which of them are struck through."""

import html
import re

from village_notice.sources.limits import ReadLimits, Unreadable
from village_notice.sources.xlsx_row_shape import OutOfOrdinaryError, ValueTable
from village_notice.sources.xml_events import is_true, parse_xml

_SIMPLE = re.compile(r"<si><t(?: xml:space=\"preserve\")?>([^<]*)</t></si>")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_NAMED = ("&amp;", "&lt;", "&gt;", "&quot;", "&apos;")
_NUMBERED = re.compile(r"&#(?:([0-9]{1,7})|x([0-9A-Fa-f]{1,6}));")


class SharedStrings(list[str]):
    """Texts by index; `struck` holds the indexes of those with struck runs, `table` the texts by piece of XML (`7</`)."""

    def __init__(self) -> None:
        super().__init__()
        self.struck: frozenset[int] = frozenset()
        self.table = ValueTable(_refuse_index)

    def fill_table(self) -> None:
        """Puts every text into `table`."""
        _PIECES.extend(f"{i}</" for i in range(len(_PIECES), len(self)))
        self.table.update(zip(_PIECES, (t or None for t in self), strict=False))


_PIECES: list[str] = []
"""`0</`, `1</` …: the same for every file, made once."""


def _refuse_index(_: str) -> None:
    raise OutOfOrdinaryError


def read_strings(data: bytes, part: str, limits: ReadLimits) -> SharedStrings:
    """The shared strings, furigana left out, rich runs joined."""
    strings = SharedStrings()
    simple = _find_simple(data)
    if simple is None:
        handler = parse_xml(data, part, _Strings)
        strings.extend(handler.texts)
        strings.struck = frozenset(handler.struck)
    else:
        strings.extend(simple)
    strings.fill_table()
    longest = max(map(len, strings), default=0)
    if longest > limits.text:
        raise Unreadable("F10", f"一个单元格里有 {longest} 个字，超出 {limits.text} 个字")
    return strings


def _find_simple(data: bytes) -> list[str] | None:
    """The texts where the part holds nothing but plain items, as nearly every file does; else None."""
    if b"<!" in data:
        return None
    try:
        xml = data.decode("utf-8")
    except UnicodeDecodeError:
        return None
    if not has_lawful_references(xml):
        return None
    texts = _SIMPLE.findall(xml)
    if len(texts) != xml.count("<si") or not xml.rstrip().endswith("</sst>"):
        return None
    if "&" in xml or "_x" in xml or "\r" in xml:
        return [unescape_text(html_unescape(t)) for t in texts] if "&" in xml else [unescape_text(t) for t in texts]
    return texts


def has_lawful_references(xml: str) -> bool:
    """Whether every & begins a reference that XML knows, to a character that XML may hold; a parser has to judge others."""
    count = xml.count("&")
    if not count or count == sum(map(xml.count, _NAMED)):
        return True
    numbers = [int(decimal) if decimal else int(digits, 16) for decimal, digits in _NUMBERED.findall(xml)]
    return count == sum(map(xml.count, _NAMED)) + len(numbers) and all(
        n in (9, 10, 13) or _is_character(n) for n in numbers
    )


def _is_character(number: int) -> bool:
    """Whether a number stands for a character of text, the same in XML and HTML."""
    return 32 <= number < 127 or 160 <= number < 0xD800 or 0xE000 <= number < 0xFFFE or 0x10000 <= number < 0x110000


def html_unescape(text: str) -> str:
    """XML text with its references resolved and line ends made one character."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return html.unescape(text) if "&" in text else text


def unescape_text(text: str) -> str:
    """Text with Office's _x000D_ escapes resolved; carriage returns of the typed text are dropped before line feeds."""
    if "_x" in text:
        text = _ESCAPED.sub(_read_escape, text)
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def _read_escape(match: re.Match[str]) -> str:
    """The character of an escape; nothing for one that no XML may hold, the escape itself for half a character."""
    number = int(match[1], 16)
    if 0xD800 <= number < 0xE000:
        return match[0]
    return chr(number) if number in (9, 10, 13) or number == 0x7F or _is_character(number) else ""


class _Strings:
    def __init__(self) -> None:
        self.texts: list[str] = []
        self.struck: set[int] = set()
        self._pieces: list[str] = []
        self._in_text = False
        self._phonetic = 0
        self._struck_run = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "si":
            self._pieces = []
        elif name == "rPh":
            self._phonetic += 1
        elif name == "r":
            self._struck_run = False
        elif name == "strike":
            self._struck_run = is_true(attributes.get("val", "1"))
        elif name == "t":
            self._in_text = not self._phonetic

    def text(self, text: str) -> None:
        if self._in_text:
            self._pieces.append(text)
            if self._struck_run and text.strip():
                self.struck.add(len(self.texts))

    def end(self, name: str) -> None:
        if name == "t":
            self._in_text = False
        elif name == "rPh":
            self._phonetic -= 1
        elif name == "r":
            self._struck_run = False
        elif name == "si":
            self.texts.append(unescape_text("".join(self._pieces)))
