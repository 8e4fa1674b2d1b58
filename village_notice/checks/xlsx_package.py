"""The package of an .xlsx, opened to be changed here and there: parts, what they refer to, what kind they are."""

import io
import posixpath
import re
import zipfile
from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple, Self

from village_notice.domain.text import escape_xml, quote_xml, unescape_xml

_DOCUMENT = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
_CUSTOM = "http://schemas.openxmlformats.org/officeDocument/2006/custom-properties"
_TYPES = "http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_FORMAT = "{D5CDD505-2E9C-101B-9397-08002B2CF9AE}"
"""What custom properties belong to. Source: ECMA-376 part 1, 15.2.12.2."""
_BOOK, _RELATIONS, _KINDS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "[Content_Types].xml"
_TEXTS = (".xml", ".rels", ".vml")


class CannotPatchError(Exception):
    """The workbook has something that cannot be kept by changing it here and there."""


class SheetPart(NamedTuple):
    """A sheet with cells: its name and where it lies."""

    name: str
    part: str


class Package:
    """The parts of a workbook; use `open`.

    Attributes:
        parts: Name → text of every part that is one, to be changed.
        others: Name → bytes of every other part.
        names: Names of all sheets, in their order.
        sheets: The sheets with cells.
    """

    def __init__(self, parts: dict[str, str], others: dict[str, bytes]) -> None:
        self.parts, self.others = parts, others
        book = self.read(_BOOK)
        if "purl.oclc.org/ooxml" in book:
            raise CannotPatchError("Strict OOXML, whose parts have other names")
        targets = self._list_targets()
        self.names: list[str] = []
        self.sheets: list[SheetPart] = []
        for tag in re.findall(r"<sheet\b[^>]*>", book):
            name, relation = _attribute(tag, "name"), _attribute(tag, r"r:id")
            kind, part = targets.get(relation, ("", ""))
            self.names.append(name)
            if kind == "worksheet":
                self.sheets.append(SheetPart(name, part))
        if not self.sheets or "<sheets>" not in book:
            raise CannotPatchError("no sheets that are written as usual")

    @classmethod
    def open(cls, data: bytes) -> Self:
        """The package of a workbook.

        Raises:
            CannotPatchError: It has macros, a signature, or parts that are not written as usual.
        """
        parts, others = {}, {}
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as package:
                for name in package.namelist():
                    content = package.read(name)
                    if name.lower().endswith(_TEXTS):
                        parts[name] = content.decode("utf-8-sig")
                    else:
                        others[name] = content
        except (UnicodeDecodeError, zipfile.BadZipFile) as error:
            raise CannotPatchError("parts that are no UTF-8") from error
        if any(n.endswith("vbaProject.bin") or n.startswith("_xmlsignatures") for n in (*parts, *others)):
            raise CannotPatchError("macros or a signature")
        if any("<!DOCTYPE" in text[:1000] for text in parts.values()) or "macroEnabled" in parts.get(_KINDS, ""):
            raise CannotPatchError("a document type of its own")
        return cls(parts, others)

    def read(self, name: str) -> str:
        """A part that must be there.

        Raises:
            CannotPatchError: It is not.
        """
        if name not in self.parts:
            raise CannotPatchError(f"no {name}")
        return self.parts[name]

    def _list_targets(self) -> dict[str, tuple[str, str]]:
        """Relation → (kind, part) of what the workbook refers to."""
        found = {}
        for tag in re.findall(r"<Relationship\b[^>]*>", self.read(_RELATIONS)):
            target = posixpath.normpath(posixpath.join("/xl", _attribute(tag, "Target"))).lstrip("/")
            found[_attribute(tag, "Id")] = _attribute(tag, "Type").rpartition("/")[2], target
        return found

    def add_part(self, name: str, text: str, kind: str = "") -> None:
        """Adds a part; `kind` is its content type, "" where its ending tells."""
        if name in self.parts or name in self.others:
            raise CannotPatchError(f"{name} is there already")
        self.parts[name] = _HEAD + text if not name.endswith(".vml") else text
        if kind:
            self._insert(_KINDS, "</Types>", f'<Override PartName="/{name}" ContentType="{kind}"/>')

    def add_default(self, ending: str, kind: str) -> None:
        """Says what parts with an ending are, where nobody has said so."""
        if not re.search(rf'Extension="{ending}"', self.read(_KINDS), re.IGNORECASE):
            text = self.parts[_KINDS]
            at = re.search(r"<Types\b[^>]*>", text)
            if not at:
                raise CannotPatchError("content types that are not written as usual")
            self.parts[_KINDS] = (
                text[: at.end()] + f'<Default Extension="{ending}" ContentType="{kind}"/>' + text[at.end() :]
            )

    def relate(self, part: str, kind: str, target: str) -> str:
        """Lets a part refer to another; the name of the relation."""
        folder, _, name = part.rpartition("/")
        relations = f"{folder}/_rels/{name}.rels" if folder else f"_rels/{name}.rels"
        if relations not in self.parts:
            self.parts[relations] = f'{_HEAD}<Relationships xmlns="{_PACKAGE}"></Relationships>'
        text = re.sub(r"<Relationships([^>]*)/>", r"<Relationships\1></Relationships>", self.parts[relations])
        number = next(n for n in range(1, 100_000) if f'"rIdNotice{n}"' not in text)
        own = f'<Relationship Id="rIdNotice{number}" Type="{_DOCUMENT}/{kind}" Target={quote_xml("/" + target)}/>'
        self.parts[relations] = text
        self._insert(relations, "</Relationships>", own)
        return f"rIdNotice{number}"

    def declare_relations(self, text: str) -> str:
        """A sheet in which r: means relations."""
        match = re.search(r"<worksheet\b[^>]*>", text)
        if not match:
            raise CannotPatchError("a sheet that is not written as usual")
        if f'xmlns:r="{_DOCUMENT}"' in match[0]:
            return text
        if "xmlns:r=" in match[0]:
            raise CannotPatchError("r: means something else")
        return text[: match.end() - 1] + f' xmlns:r="{_DOCUMENT}"' + text[match.end() - 1 :]

    def add_front(self, name: str, text: str) -> None:
        """Adds a sheet before all others, and opens the workbook at it."""
        part = "xl/worksheets/sheetNotice.xml"
        self.add_part(part, text, "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml")
        relation = self.relate(_BOOK, "worksheet", part)
        book = self.parts[_BOOK]
        numbers = [int(n) for n in re.findall(r'<sheet\b[^>]*\bsheetId="(\d+)"', book)]
        own = f'<sheet name={quote_xml(name)} sheetId="{max(numbers, default=0) + 1}" r:id="{relation}"/>'
        book = book.replace("<sheets>", f"<sheets>{own}", 1)
        book = re.sub(r'\blocalSheetId="(\d+)"', lambda m: f'localSheetId="{int(m[1]) + 1}"', book)
        book = re.sub(r"<workbookView\b[^>]*>", lambda m: re.sub(r'\s(?:activeTab|firstSheet)="\d*"', "", m[0]), book)
        self.parts[_BOOK] = book

    def drop_calculation_chain(self) -> None:
        """Takes out the order of calculation, which must not name cells without a formula."""
        chains = [n for n in self.parts if n.lower().endswith("calcchain.xml")]
        for name in chains:
            del self.parts[name]
            self.parts[_KINDS] = re.sub(
                rf'<Override\b[^>]*PartName="/{re.escape(name)}"[^>]*/>', "", self.parts[_KINDS]
            )
            self.parts[_RELATIONS] = re.sub(r'<Relationship\b[^>]*/calcChain"[^>]*/>', "", self.parts[_RELATIONS])

    def set_properties(self, values: Mapping[str, str]) -> None:
        """Adds custom properties."""
        name = "docProps/custom.xml"
        if name not in self.parts:
            self.add_part(
                name,
                f'<Properties xmlns="{_CUSTOM}" xmlns:vt="{_TYPES}"></Properties>',
                "application/vnd.openxmlformats-officedocument.custom-properties+xml",
            )
            self.relate("", "custom-properties", name)
        text = re.sub(r"<Properties([^>]*)/>", r"<Properties\1></Properties>", self.parts[name])
        first = max([1, *(int(n) for n in re.findall(r'\bpid="(\d+)"', text))]) + 1
        self.parts[name] = text
        for number, (key, value) in enumerate(values.items(), first):
            own = f'<property fmtid="{_FORMAT}" pid="{number}" name="{key}"><vt:lpwstr xmlns:vt="{_TYPES}">{escape_xml(value)}</vt:lpwstr></property>'
            self._insert(name, "</Properties>", own)

    def set_modified(self, stamp: datetime) -> None:
        """Puts the date of the run in place of the last change's."""
        name = "docProps/core.xml"
        if name in self.parts:
            moment = f"{stamp:%Y-%m-%dT%H:%M:%SZ}"
            self.parts[name] = re.sub(r"(<dcterms:modified[^>]*>)[^<]*", rf"\g<1>{moment}", self.parts[name])

    def _insert(self, name: str, before: str, text: str) -> None:
        head, found, tail = self.read(name).rpartition(before)
        if not found:
            raise CannotPatchError(f"{name} is not written as usual")
        self.parts[name] = head + text + found + tail

    def encode(self) -> dict[str, bytes]:
        """All parts as bytes; content types stand first, as some programs want them."""
        texts = {name: text.encode("utf-8") for name, text in self.parts.items()}
        return {_KINDS: texts.pop(_KINDS)} | texts | self.others


def _attribute(tag: str, name: str) -> str:
    match = re.search(rf'\s{name}="([^"]*)"', tag)
    return unescape_xml(match[1]) if match else ""
