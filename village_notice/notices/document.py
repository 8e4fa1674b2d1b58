"""A PDF/A-2u document: pages, fonts, bookmarks, structure tree. reportlab's pdfdoc numbers the objects and writes the file.

One content stream a page, one Identity-H font a face. No clock is read and nothing depends on what the process drew
before: the same content and stamp give the same bytes.
"""

import hashlib
import zlib
from datetime import datetime
from typing import Any, NamedTuple, cast

from reportlab.pdfbase.pdfdoc import PDFDocument, PDFObject, PDFTrailer

from village_notice.notices import pdfa
from village_notice.notices.fonts import Style, find_face, get_face
from village_notice.notices.page import Element, Page

_LEVEL = 2  # a higher one saves three parts in a hundred and takes a sixth longer a page
_CID_SYSTEM = b"<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>"


class Bookmark(NamedTuple):
    """An entry of the outline.

    Attributes:
        title: Words of the entry.
        page: Index of the page, from 0.
        top: Height on the page, in points.
    """

    title: str
    page: int
    top: float


class _Raw(PDFObject):
    """A finished object: bytes that reportlab writes as they are."""

    __RefOnly__ = 1

    def __init__(self) -> None:
        self.body = b""

    def format(self, document: object) -> bytes:
        return self.body


class _File(PDFDocument):
    """reportlab's document, writing objects that are bytes already without asking each how it looks.

    A page has about 150 small objects of the structure tree: reportlab's own way took longer than drawing the page.
    """

    def new_object(self) -> tuple[int, _Raw]:
        """The next number, and the object that bears it."""
        raw = _Raw()
        self.objectcounter = number = self.objectcounter + 1
        name = f"R{number}"
        self.numberToId[number], self.idToObject[name] = name, raw
        self.idToObjectNumberAndVersion[name] = (number, 0)
        return number, raw

    def format(self) -> bytes:
        """The finished file."""
        pdf = cast("Any", self)  # the stubs of reportlab leave most of it out
        root, info = pdf.Reference(pdf.Catalog), pdf.Reference(pdf.info)
        parts = [b"%%PDF-%d.%d\n%%\223\214\213\236\n" % pdf._pdfVersion]
        offset, offsets = len(parts[0]), []
        for number in range(1, self.objectcounter + 1):
            entry = pdf.idToObject[pdf.numberToId[number]]
            body = entry.body if type(entry) is _Raw else entry.format(self)
            parts.append(b"%d 0 obj\n%s\nendobj\n" % (number, body))
            offsets.append(offset)
            offset += len(parts[-1])
        size = self.objectcounter + 1
        parts.append(b"xref\n0 %d\n0000000000 65535 f \n" % size)
        parts += [b"%010d 00000 n \n" % place for place in offsets]
        trailer = PDFTrailer(startxref=offset, Size=size, Root=root, Info=info, ID=pdf.ID())
        parts.append(trailer.format(self))
        return b"".join(parts)


class Document:
    """A document being made: add pages, then `render`.

    Attributes:
        title: Title in the document's properties.
        author: Author in the properties.
        stamp: The one date of the document, with a time zone.
        root: Root of the structure tree.
    """

    def __init__(self, title: str, author: str, stamp: datetime) -> None:
        self.title, self.author, self.stamp = title, author, stamp
        self.root = Element("Document")
        self.pages: list[Page] = []
        self.used: dict[Style, set[str]] = {style: set() for style in Style}
        self._bookmarks: list[Bookmark] = []

    def new_page(self, width: float, height: float) -> Page:
        """A fresh page at the end, in points."""
        page = Page(len(self.pages), width, height, self.used)
        self.pages.append(page)
        return page

    def add_bookmark(self, title: str, page: Page, top: float) -> None:
        """Adds an entry to the outline."""
        self._bookmarks.append(Bookmark(title, page.index, top))

    def append(self, other: "Document") -> None:
        """Puts the pages of another document behind the own ones; the other must not be used afterwards."""
        shift = len(self.pages)
        for page in other.pages:
            page.index += shift
        other.root.shift(shift)
        other.root.tag = b"Sect"
        self.root.kids.append(other.root)
        self.pages += other.pages
        self._bookmarks += [b._replace(page=b.page + shift) for b in other._bookmarks]
        for style, chars in other.used.items():
            self.used[style] |= chars

    def render(self) -> bytes:
        """The finished file."""
        return _Writer(self, self._bookmarks).write()


class _Writer:
    """Turns a document into numbered objects."""

    def __init__(self, document: Document, bookmarks: list[Bookmark]) -> None:
        self._source, self._bookmarks = document, bookmarks
        self._pdf: Any = _File(compression=0, invariant=1, pdfVersion=(1, 7))
        self._digest = hashlib.sha256(document.title.encode())
        self._fonts: dict[str, object] = cast("Any", self._pdf).idToObject["BasicFonts"].dict

    def write(self) -> bytes:
        pages = [self._new_object() for _ in self._source.pages]
        tree = self._new_object()
        for index, page in enumerate(self._source.pages):
            contents = self._add_stream(b"".join(page.operators))
            pages[index][1].body = (
                b"<</Type/Page/Parent %d 0 R/MediaBox[0 0 %.2f %.2f]/Resources<</Font 1 0 R>>/Contents %d 0 R"
                b"/StructParents %d/Tabs/S>>" % (tree[0], page.width, page.height, contents, index)
            )
        numbers = [number for number, _ in pages]
        kids = b" ".join(b"%d 0 R" % n for n in numbers)
        tree[1].body = b"<</Type/Pages/Count %d/Kids[%s]>>" % (len(numbers), kids)
        self._add_fonts()
        self._add_catalog(tree[0], numbers)
        identity = self._digest.hexdigest()[:32].encode()
        self._pdf._ID = b"[<%s><%s>]\n" % (identity, identity)
        data: bytes = self._pdf.format()
        return data

    def _add_catalog(self, tree: int, pages: list[int]) -> None:
        source = self._source
        catalog, info = _Raw(), _Raw()
        structure = self._add_structure(pages)
        outline = self._add_outline(pages)
        metadata = self._add_stream(
            pdfa.build_xmp(source.title, source.author, source.stamp), b"/Type/Metadata/Subtype/XML", is_packed=False
        )
        profile = self._add_stream(pdfa.read_profile(), b"/N 3")
        intent = (
            b"<</Type/OutputIntent/S/GTS_PDFA1/OutputConditionIdentifier(sRGB IEC61966-2.1)/Info(sRGB IEC61966-2.1)/DestOutputProfile %d 0 R>>"
            % profile
        )
        catalog.body = (
            b"<</Type/Catalog/Pages %d 0 R%s/StructTreeRoot %d 0 R/MarkInfo<</Marked true>>/Lang(zh-CN)"
            b"/ViewerPreferences<</DisplayDocTitle true>>/Metadata %d 0 R/OutputIntents[%s]>>"
            % (
                tree,
                b"/Outlines %d 0 R/PageMode/UseOutlines" % outline if outline else b"",
                structure,
                metadata,
                intent,
            )
        )
        info.body = pdfa.build_info(source.title, source.author, source.stamp)
        self._pdf.Catalog, self._pdf.info = catalog, info

    def _add_outline(self, pages: list[int]) -> int:
        """Number of the outline object, 0 where there are no bookmarks."""
        if not self._bookmarks:
            return 0
        root = self._new_object()
        entries = [self._new_object() for _ in self._bookmarks]
        numbers = [number for number, _ in entries]
        for i, (bookmark, (_, entry)) in enumerate(zip(self._bookmarks, entries, strict=True)):
            links = b"/Prev %d 0 R" % numbers[i - 1] if i else b""
            links += b"/Next %d 0 R" % numbers[i + 1] if i + 1 < len(numbers) else b""
            place = b"[%d 0 R/XYZ 0 %.2f 0]" % (pages[bookmark.page], bookmark.top)
            entry.body = b"<</Title%s/Parent %d 0 R/Dest%s%s>>" % (
                pdfa.text_string(bookmark.title),
                root[0],
                place,
                links,
            )
        root[1].body = b"<</Type/Outlines/Count %d/First %d 0 R/Last %d 0 R>>" % (len(numbers), numbers[0], numbers[-1])
        return root[0]

    def _add_structure(self, pages: list[int]) -> int:
        """Number of the structure tree's root; every marked piece of every page leads to its element."""
        root, parents = self._new_object(), self._new_object()
        numbers: dict[int, int] = {}
        root[1].body = b"<</Type/StructTreeRoot/K %d 0 R/ParentTree %d 0 R/ParentTreeNextKey %d>>" % (
            self._add_element(self._source.root, root[0], pages, numbers), parents[0], len(pages),
        )  # fmt: skip
        rows = [
            b"%d[%s]" % (page.index, b" ".join([b"%d 0 R" % numbers[id(e)] for e in page.marked]))
            for page in self._source.pages
        ]
        parents[1].body = b"<</Nums[%s]>>" % b"\n".join(rows)
        return root[0]

    def _add_element(self, element: Element, parent: int, pages: list[int], numbers: dict[int, int]) -> int:
        number, target = self._pdf.new_object()
        numbers[id(element)] = number
        if len(element.kids) == 1 and isinstance(element.kids[0], tuple):  # a cell: nine of ten elements
            page, mark = element.kids[0]
            target.body = b"<</S/%s/P %d 0 R/Pg %d 0 R/K %d%s>>" % (
                element.tag, parent, pages[page], mark, element.extra,
            )  # fmt: skip
            return int(number)
        kids, first = [], -1
        for kid in element.kids:
            if isinstance(kid, Element):
                kids.append(b"%d 0 R" % self._add_element(kid, number, pages, numbers))
                continue
            page, mark = kid
            first = page if first < 0 else first
            kids.append(b"%d" % mark if page == first else b"<</Type/MCR/Pg %d 0 R/MCID %d>>" % (pages[page], mark))
        place = b"/Pg %d 0 R" % pages[first] if first >= 0 else b""
        inside = b"[%s]" % b" ".join(kids) if len(kids) != 1 else b" " + kids[0]
        target.body = b"<</S/%s/P %d 0 R%s/K%s%s>>" % (element.tag, parent, place, inside, element.extra)
        return int(number)

    def _add_fonts(self) -> None:
        used: dict[int, set[str]] = {}
        for style, chars in sorted(self._source.used.items(), key=lambda item: item[0].value):
            for char in chars:
                face, shown = find_face(char, style)
                if shown:
                    used.setdefault(face, set()).add(shown)
        for face in sorted(used):
            self._fonts[f"F{face}"] = self._reference(self._add_font(face, used[face]))

    def _add_font(self, number: int, chars: set[str]) -> int:
        face = get_face(number)
        cids = sorted(face.cids[char] for char in chars)
        program, to_glyph = face.subset(cids)
        tag = "".join(chr(65 + b % 26) for b in hashlib.sha256(repr(cids).encode()).digest()[:6])
        name = f"{tag}+{face.path.stem}".encode("ascii", "replace")
        file = self._add_stream(program, b"/Length1 %d" % len(program))
        descriptor = self._add_object(
            b"<</Type/FontDescriptor/FontName/%s/Flags 4/FontBBox[%s]/ItalicAngle 0/Ascent %d/Descent %d"
            b"/CapHeight 700/StemV 80/FontFile2 %d 0 R>>"
            % (name, b" ".join([b"%d" % v for v in face.bbox]), face.ascent, face.descent, file)
        )
        descendant = self._add_object(
            b"<</Type/Font/Subtype/CIDFontType2/BaseFont/%s/CIDSystemInfo%s/FontDescriptor %d 0 R/DW 1000"
            b"/CIDToGIDMap %d 0 R/W[%s]>>"
            % (name, _CID_SYSTEM, descriptor, self._add_stream(to_glyph), pdfa.build_widths(face, cids))
        )
        return self._add_object(
            b"<</Type/Font/Subtype/Type0/BaseFont/%s/Encoding/Identity-H/DescendantFonts[%d 0 R]/ToUnicode %d 0 R>>"
            % (name, descendant, self._add_stream(pdfa.build_to_unicode(face, cids)))
        )

    def _new_object(self) -> tuple[int, _Raw]:
        number, raw = self._pdf.new_object()
        return int(number), raw

    def _add_object(self, body: bytes) -> int:
        number, raw = self._new_object()
        raw.body = body
        return number

    def _add_stream(self, data: bytes, extra: bytes = b"", *, is_packed: bool = True) -> int:
        self._digest.update(data)
        if is_packed:
            data, extra = zlib.compress(data, _LEVEL), extra + b"/Filter/FlateDecode"
        return self._add_object(b"<<%s/Length %d>>\nstream\n%s\nendstream\n" % (extra, len(data), data))

    def _reference(self, number: int) -> Any:  # noqa: ANN401  # reportlab's own reference object
        return self._pdf.Reference(self._pdf.idToObject[self._pdf.numberToId[number]])
