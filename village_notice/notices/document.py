"""A PDF/A-2u document: pages, fonts, bookmarks, structure tree.

One content stream a page, one Identity-H font a face. No clock is read and nothing depends on what the process drew
before: the same content and stamp give the same bytes.
"""

import hashlib
from datetime import datetime
from typing import NamedTuple

from village_notice.notices import pdfa
from village_notice.notices.fonts import Style, find_face, get_face
from village_notice.notices.objects import ObjectFile
from village_notice.notices.page import Element, Page
from village_notice.notices.structure import StructureTree

_FEW_PAGES = 2
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
        self._file = ObjectFile(is_small=len(document.pages) <= _FEW_PAGES)
        self._digest = hashlib.sha256(document.title.encode())

    def write(self) -> bytes:
        file, pages = self._file, self._source.pages
        numbers, tree = [file.reserve() for _ in pages], file.reserve()
        for index, page in enumerate(pages):
            content = b"".join(page.operators)
            self._digest.update(content)
            file.put(
                numbers[index],
                b"<</Type/Page/Parent %d 0 R/MediaBox[0 0 %.2f %.2f]/Resources<</Font 1 0 R>>/Contents %d 0 R"
                b"/StructParents %d/Tabs/S>>" % (tree, page.width, page.height, file.add_stream(content), index),
            )
        kids = b" ".join([b"%d 0 R" % n for n in numbers])
        file.put(tree, b"<</Type/Pages/Count %d/Kids[%s]>>" % (len(numbers), kids))
        self._add_fonts()
        catalog = self._add_catalog(tree, numbers)
        info = file.add(pdfa.build_info(self._source.title, self._source.author, self._source.stamp))
        return file.assemble(catalog, info, self._digest.hexdigest()[:32].encode())

    def _add_catalog(self, tree: int, pages: list[int]) -> int:
        source, file = self._source, self._file
        structure = StructureTree(file, source.pages, pages).write(source.root)
        outline = self._add_outline(pages)
        packet = pdfa.build_xmp(source.title, source.author, source.stamp)
        self._digest.update(packet)
        metadata = file.add_plain(packet, b"/Type/Metadata/Subtype/XML")
        profile = file.add_packed(pdfa.pack_profile(), b"/N 3")
        intent = (
            b"<</Type/OutputIntent/S/GTS_PDFA1/OutputConditionIdentifier(sRGB IEC61966-2.1)/Info(sRGB IEC61966-2.1)/DestOutputProfile %d 0 R>>"
            % profile
        )
        return file.add(
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

    def _add_outline(self, pages: list[int]) -> int:
        """Number of the outline object, 0 where there are no bookmarks."""
        if not self._bookmarks:
            return 0
        root = self._file.reserve()
        numbers = [self._file.reserve() for _ in self._bookmarks]
        for i, (bookmark, number) in enumerate(zip(self._bookmarks, numbers, strict=True)):
            links = b"/Prev %d 0 R" % numbers[i - 1] if i else b""
            links += b"/Next %d 0 R" % numbers[i + 1] if i + 1 < len(numbers) else b""
            place = b"[%d 0 R/XYZ 0 %.2f 0]" % (pages[bookmark.page], bookmark.top)
            title = pdfa.text_string(bookmark.title)
            self._file.put(number, b"<</Title%s/Parent %d 0 R/Dest%s%s>>" % (title, root, place, links))
        count = (len(numbers), numbers[0], numbers[-1])
        self._file.put(root, b"<</Type/Outlines/Count %d/First %d 0 R/Last %d 0 R>>" % count)
        return root

    def _add_fonts(self) -> None:
        used: dict[int, set[str]] = {}
        for style, chars in self._source.used.items():
            known = get_face(style.value[0]).cids.keys()
            own = chars if chars <= known else chars & known
            used.setdefault(style.value[0], set()).update(own)
            for char in chars - own:
                face, shown = find_face(char, style)
                used.setdefault(face, set()).update(shown)
        for face in sorted(face for face, chars in used.items() if chars):
            self._file.fonts[f"F{face}"] = f"{self._add_font(face, used[face])} 0 R"

    def _add_font(self, number: int, chars: set[str]) -> int:
        file, face = self._file, get_face(number)
        cids = sorted(map(face.cids.__getitem__, chars))
        program, to_glyph = face.subset(cids)
        digest = hashlib.sha256(repr(cids).encode()).digest()
        tag = "".join(chr(65 + b % 26) for b in digest[:6])
        self._digest.update(digest)
        name = f"{tag}+{face.path.stem}".encode("ascii", "replace")
        descriptor = file.add(
            b"<</Type/FontDescriptor/FontName/%s/Flags 4/FontBBox[%s]/ItalicAngle 0/Ascent %d/Descent %d"
            b"/CapHeight 700/StemV 80/FontFile2 %d 0 R>>"
            % (
                name,
                b" ".join([b"%d" % v for v in face.bbox]),
                face.ascent,
                face.descent,
                file.add_stream(program, b"/Length1 %d" % len(program)),
            )
        )
        descendant = file.add(
            b"<</Type/Font/Subtype/CIDFontType2/BaseFont/%s/CIDSystemInfo%s/FontDescriptor %d 0 R/DW 1000"
            b"/CIDToGIDMap %d 0 R/W[%s]>>"
            % (name, _CID_SYSTEM, descriptor, file.add_stream(to_glyph), pdfa.build_widths(face, cids))
        )
        return file.add(
            b"<</Type/Font/Subtype/Type0/BaseFont/%s/Encoding/Identity-H/DescendantFonts[%d 0 R]/ToUnicode %d 0 R>>"
            % (name, descendant, file.add_stream(pdfa.build_to_unicode(face, cids)))
        )
