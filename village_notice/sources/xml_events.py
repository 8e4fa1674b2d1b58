"""Foreign XML as a stream of start, text and end, without namespaces and without ever expanding an entity."""

import codecs
import re
from collections.abc import Callable
from typing import Protocol, TypeVar
from xml.parsers import expat

from village_notice.sources.limits import Unreadable


class Events(Protocol):
    """What a reader of one kind of XML offers; names come without prefix."""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins."""

    def text(self, text: str) -> None:
        """Characters, as many pieces as the parser likes."""

    def end(self, name: str) -> None:
        """An element ends."""


E = TypeVar("E", bound=Events)
_CONTROL = re.compile(
    rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|&#(?:x0*[0-8bBcCeEfF]|x0*1[0-9a-fA-F]|0*[0-8]|0*1[124-9]|0*2\d|0*3[01]);"
)
_DECLARED = re.compile(rb"""^\s*<\?xml[^>]*?encoding\s*=\s*["']([\w.:-]+)["']""")
_KNOWN_TO_EXPAT = {"utf-8", "utf-16", "iso8859-1", "ascii"}


def parse_xml(data: bytes, part: str, make: Callable[[], E]) -> E:
    """The handler made by `make` after it has seen the whole document.

    Control characters no XML may hold (exports of old systems) are taken out once, then the document is read again.

    Raises:
        Unreadable: F01 where it is no well-formed XML, F10 where it defines entities.
    """
    try:
        return _parse(data, make())
    except expat.ExpatError as error:
        cleaned = _CONTROL.sub(b"", data) if not data.startswith((b"\xff\xfe", b"\xfe\xff")) else data
        if cleaned == data:
            raise Unreadable("F01", f"{part} 第 {error.lineno} 行起内容不完整或写法有错") from error
    try:
        return _parse(cleaned, make())
    except expat.ExpatError as error:
        raise Unreadable("F01", f"{part} 第 {error.lineno} 行起内容不完整或写法有错") from error


def _parse(data: bytes, handler: E) -> E:
    encoding, data = _recode(data)
    parser = expat.ParserCreate(encoding)
    parser.buffer_text = True
    parser.buffer_size = 65536
    local: dict[str, str] = {}

    def start(name: str, attributes: dict[str, str]) -> None:
        plain = local.get(name)
        if plain is None:
            plain = local[name] = name.rpartition(":")[2]
        handler.start(plain, attributes)

    def end(name: str) -> None:
        handler.end(local[name])

    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = handler.text
    parser.StartDoctypeDeclHandler = _refuse_doctype
    try:
        parser.Parse(data, True)
    except LookupError as error:
        if type(error) is not LookupError:  # a fault of the handler's own
            raise
        raise Unreadable("F01", f"文字编码没有人认识：{error}") from error
    return handler


def _refuse_doctype(*_: object) -> None:
    raise Unreadable("F10", "XML 里带有实体定义，正常的表格没有这种内容")


def _recode(data: bytes) -> tuple[str | None, bytes]:
    """Expat knows few encodings: a document that says GB2312 or Big5 is made UTF-8 first."""
    match = _DECLARED.match(data[:200])
    if not match:
        return None, data
    try:
        name = codecs.lookup(match[1].decode("ascii")).name
    except LookupError:
        return None, data
    if name in _KNOWN_TO_EXPAT or name.startswith("utf"):
        return None, data
    name = "gb18030" if name.startswith("gb") else name
    try:
        return "utf-8", data.decode(name).encode("utf-8")
    except (UnicodeError, LookupError) as error:  # codecs that make no text are none either
        raise Unreadable("F01", f"文字编码与声明的 {name} 不符") from error


def find_attribute(attributes: dict[str, str], name: str) -> str:
    """An attribute by its local name (r:id, d2p1:id → id), or ""."""
    value = attributes.get(name)
    if value is not None:
        return value
    return next((v for k, v in attributes.items() if k.rpartition(":")[2] == name), "")


def is_true(text: str | None) -> bool:
    """Whether an XML boolean says yes; a missing one says no."""
    return text is not None and text.strip().lower() in ("1", "true", "on", "t")
