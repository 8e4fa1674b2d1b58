"""The parts that make a file archival: metadata, colour profile, character maps. Source: ISO 19005-2 (PDF/A-2), level U."""

import zlib
from datetime import datetime
from functools import cache
from typing import NamedTuple

from village_notice.domain.text import escape_xml
from village_notice.notices.face import Face
from village_notice.resources import find_data

PRODUCER = "village_notice"
_BLOCK = 100  # entries a bfchar block may hold
_DEFAULT_WIDTH = 1000

_XMP = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:pdf="http://ns.adobe.com/pdf/1.3/"
 xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/">
<dc:format>application/pdf</dc:format>
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">%(title)s</rdf:li></rdf:Alt></dc:title>
<dc:creator><rdf:Seq><rdf:li>%(author)s</rdf:li></rdf:Seq></dc:creator>
<dc:language><rdf:Bag><rdf:li>zh-CN</rdf:li></rdf:Bag></dc:language>
<pdf:Producer>%(producer)s</pdf:Producer><xmp:CreatorTool>%(producer)s</xmp:CreatorTool>
<xmp:CreateDate>%(date)s</xmp:CreateDate><xmp:ModifyDate>%(date)s</xmp:ModifyDate>
<pdfaid:part>2</pdfaid:part><pdfaid:conformance>U</pdfaid:conformance>
</rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="w"?>"""


def build_xmp(title: str, author: str, stamp: datetime) -> bytes:
    """The XMP packet; says the same as `build_info`."""
    date = stamp.isoformat(timespec="seconds")
    values = {"title": title, "author": author, "producer": PRODUCER, "date": date}
    return (_XMP % {key: escape_xml(value) for key, value in values.items()}).encode("utf-8")


def build_info(title: str, author: str, stamp: datetime) -> bytes:
    """The document information dictionary."""
    zone = stamp.strftime("%z") or "+0000"
    date = f"D:{stamp:%Y%m%d%H%M%S}{zone[:3]}'{zone[3:5]}'".encode("ascii")
    return b"<</Title%s/Author%s/Producer(%s)/Creator(%s)/CreationDate(%s)/ModDate(%s)>>" % (
        text_string(title), text_string(author), PRODUCER.encode(), PRODUCER.encode(), date, date,
    )  # fmt: skip


def text_string(text: str) -> bytes:
    """A PDF text string in UTF-16BE, written in hexadecimal."""
    return b"<feff%s>" % text.encode("utf-16-be").hex().encode("ascii")


@cache
def pack_profile() -> bytes:
    """The sRGB colour profile (version 2) of the output intent, compressed: it is the same in every document."""
    return zlib.compress(find_data("fonts", "sRGB.icc").read_bytes(), 9)


def build_widths(face: Face, cids: list[int]) -> bytes:
    """The W array's content: only widths that differ from one em."""
    known = _entries(face).widths
    for cid in set(cids).difference(known):
        width = face.width(cid)
        known[cid] = b"%d[%d]" % (cid, width) if width != _DEFAULT_WIDTH else b""
    return b"".join(map(known.__getitem__, cids))


class _Entries(NamedTuple):
    """What was written about the characters of a face: the entries of W and of ToUnicode by CID."""

    widths: dict[int, bytes]
    characters: dict[int, bytes]


@cache
def _entries(_: Face) -> _Entries:
    return _Entries({}, {})


def build_to_unicode(face: Face, cids: list[int]) -> bytes:
    """The map from CIDs back to characters; those beyond the BMP as surrogate pairs, as the standard wants."""
    known = _entries(face).characters
    for cid in set(cids).difference(known):
        known[cid] = b"<%04x><%s>" % (cid, face.char(cid).encode("utf-16-be").hex().encode("ascii"))
    entries = list(map(known.__getitem__, cids))
    blocks = []
    for start in range(0, len(entries), _BLOCK):
        block = entries[start : start + _BLOCK]
        blocks.append(b"%d beginbfchar\n%s\nendbfchar" % (len(block), b"\n".join(block)))
    return (
        b"/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
        b"/CIDSystemInfo <</Registry(Adobe)/Ordering(UCS)/Supplement 0>> def\n/CMapName/Adobe-Identity-UCS def\n"
        b"/CMapType 2 def\n1 begincodespacerange\n<0000><ffff>\nendcodespacerange\n%s\nendcmap\n"
        b"CMapName currentdict /CMap defineresource pop\nend\nend\n" % b"\n".join(blocks)
    )
