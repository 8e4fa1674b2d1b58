"""What stands on an .xlsx sheet outside of its cells' values: comments (批注), text boxes, print headers and footers.

Looked for only in files whose list of parts names any; what is damaged or too large is passed over, as the cells count.
"""

import html
import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from village_notice.sources.grid import Grid
from village_notice.sources.grid_maker import find_place
from village_notice.sources.limits import Unreadable
from village_notice.sources.ooxml import Package, Relation
from village_notice.sources.xml_events import parse_xml

_LARGEST_PART = 8_000_000
_MOST_BYTES = 40_000_000
"""Bytes of all such parts of a workbook that are read."""
_MOST_COMMENTS = 20_000
_MOST_TEXTS = 200
_LONGEST = 1_000
_PARTS = ("comment", "drawing")
_HEADERS = re.compile(r"<(?:\w+:)?(?:odd|even|first)(Header|Footer)(?:\s[^>]*)?>([^<]*)<")
_LARGEST_TAIL = 2_000_000
_LARGEST_HEADERS = 20_000
_CODES = re.compile(r'&(?:"[^"]*"|K[0-9A-Fa-f+\-]{6,8}|\d{1,3}|[A-Za-z])')
_PARTS_OF_HEADER = re.compile(r"&[LCR]")
_VML_BOX, _VML_END, _LONGEST_BOX = b"<v:textbox", b"</v:textbox>", 20_000
_TAG = re.compile(r"<[^<>]*>")
_IN_OLD_EXCEL = re.compile(r"(?s)\s*\[[^\]]{2,40}\].*?(?:注释|批注|[Cc]omment)\s*[:：]\s*")
"""What Excel writes before a threaded comment for versions that know none: [线程批注] … 注释:"""
_THREADED = re.compile(r"\s*\[(?:线程批注|会话批注|线程化批注|Threaded comment)\]")

_FINDING = re.compile(r"【(?:错误|提醒|已改正) [A-Z]\d\d】")
"""How a comment of an annotated copy begins: what was found is nothing that the clerk says."""


class _Text(NamedTuple):
    place: tuple[int, int] | None
    text: str


class NoteReader:
    """Reads what stands outside of the cells of the sheets of one workbook."""

    def __init__(self, package: Package) -> None:
        self.package = package
        self.has_parts = package.has_named(_PARTS)
        self.left = _MOST_BYTES

    def read(self, grid: Grid, part: str, xml: bytes) -> None:
        """Puts the comments and the other words of a sheet into its grid."""
        grid.margins += list(dict.fromkeys(_read_headers(xml)))[:_MOST_TEXTS]
        if not self.has_parts:
            return
        try:
            relations = list(self.package.read_relations(part).values())
        except Unreadable:
            return
        known: dict[tuple[int, int], list[str]] = {}
        threaded = set[tuple[int, int]]()
        for one in self._read_parts(relations, "threadedcomment", _Comments):
            if one.place:
                threaded.add(one.place)
                known.setdefault(one.place, []).append(one.text)
        for one in self._read_parts(relations, "comments", _Comments):
            if one.place and not (one.place in threaded and _THREADED.match(one.text)):
                text = _IN_OLD_EXCEL.sub("", one.text, count=1) if _THREADED.match(one.text) else one.text
                known.setdefault(one.place, []).append(text)
        own = {
            p: [_FINDING.split(t)[0].removeprefix("（原有批注）").strip() for t in texts] for p, texts in known.items()
        }
        grid.comments = {p: "\n".join(filter(None, texts))[:_LONGEST] for p, texts in own.items() if any(texts)}
        boxes = [one.text for one in self._read_parts(relations, "drawing", _Boxes)]
        boxes += [text for data in self._list_data(relations, "vmldrawing") for text in _read_vml(data)]
        grid.margins += [("文本框", text[:_LONGEST]) for text in dict.fromkeys(boxes) if text][:_MOST_TEXTS]

    def _list_data(self, relations: list[Relation], kind: str) -> Iterator[bytes]:
        """The bytes of the parts of a kind, as many as may be read."""
        for relation in relations:
            size = self.package.size(relation.target) if relation.kind == kind and not relation.is_external else 0
            if not 0 < size <= min(_LARGEST_PART, self.left):
                continue
            self.left -= size
            try:
                yield self.package.read(relation.target)
            except Unreadable:
                continue

    def _read_parts(
        self, relations: list[Relation], kind: str, make: Callable[[], "_Comments | _Boxes"]
    ) -> Iterator[_Text]:
        for data in self._list_data(relations, kind):
            try:
                yield from parse_xml(data, kind, make).found
            except Unreadable:
                continue


class _Comments:
    """Comments of a sheet, old ones (text in runs) and threaded ones; the author's name before the words comes off."""

    def __init__(self) -> None:
        self.found: list[_Text] = []
        self._authors = set[str]()
        self._place: tuple[int, int] | None = None
        self._pieces: list[str] | None = None
        self._length = self._phonetic = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name in ("comment", "threadedComment"):
            self._place = find_place(attributes.get("ref", ""))
            self._pieces, self._length = None, 0
        elif name == "author" or (name == "text" and len(self.found) < _MOST_COMMENTS):
            self._pieces = []
        elif name == "rPh":
            self._phonetic += 1

    def text(self, text: str) -> None:
        if self._pieces is not None and not self._phonetic and self._length < _LONGEST:
            self._pieces.append(text[:_LONGEST])
            self._length += len(text)

    def end(self, name: str) -> None:
        if name == "rPh":
            self._phonetic -= 1
        if self._pieces is None or name not in ("author", "text"):
            return
        text = "".join(self._pieces).strip()
        if name == "author":
            self._authors.add(text)
        elif text:
            self.found.append(_Text(self._place, _take_author_off(text, self._authors)))
        self._pieces, self._length = None, 0


def _take_author_off(text: str, authors: set[str]) -> str:
    first, colon, rest = text.partition("\n")
    is_author = colon and first.rstrip(" :：") in authors and first.rstrip().endswith((":", "："))
    return rest.strip() if is_author else text


class _Boxes:
    """Texts of the shapes of a drawing, one entry a shape, its paragraphs on lines of their own."""

    def __init__(self) -> None:
        self.found: list[_Text] = []
        self._pieces: list[str] = []
        self._depth = self._length = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "txBody":
            self._pieces, self._length = [], 0
        self._depth += name == "t"

    def text(self, text: str) -> None:
        if self._depth and self._length < _LONGEST:
            self._pieces.append(text[:_LONGEST])
            self._length += len(text)

    def end(self, name: str) -> None:
        self._depth -= name == "t"
        if name == "p":
            self._pieces.append("\n")
        elif name == "txBody" and len(self.found) < _MOST_TEXTS and (text := "".join(self._pieces).strip()):
            self.found.append(_Text(None, text))


def _read_vml(data: bytes) -> Iterator[str]:
    """Texts of the shapes of old drawings; those of comments are empty there."""
    for piece in data.split(_VML_BOX, _MOST_TEXTS + 1)[1:]:
        inner, end, _ = piece[: _LONGEST_BOX + len(_VML_END)].partition(_VML_END)
        text = html.unescape(_TAG.sub("", inner.partition(b">")[2].decode("utf-8", "replace"))).strip() if end else ""
        if text:
            yield text


def _read_headers(xml: bytes) -> Iterator[tuple[str, str]]:
    """("页眉" or "页脚", words) of a sheet, without page numbers, fonts and sizes."""
    start = xml.find(b"headerFooter", max(xml.rfind(b"</sheetData>"), len(xml) - _LARGEST_TAIL, 0))
    if start < 0:
        return
    for kind, code in _HEADERS.findall(xml[start : start + _LARGEST_HEADERS].decode("utf-8", "replace")):
        for piece in _PARTS_OF_HEADER.split(html.unescape(code)[:_LONGEST]):
            text = " ".join(_CODES.sub("", piece.replace("&&", "＆")).split())
            if text:
                yield "页眉" if kind == "Header" else "页脚", text
