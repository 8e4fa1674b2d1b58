"""The archive's copy of a notice: PDF/A-3u with its table attached as .csv. Source: ISO 19005-3, 6.8 and annex E.

What hangs on the wall stays as it was drawn and looked at, byte for byte; a new catalogue, the metadata and the tables
are appended (ISO 32000-1, 7.5.6). Only the archive gets such a copy.
"""

import hashlib
import re
import struct
import zlib
from collections.abc import Mapping
from datetime import datetime

import deflate

from village_notice.domain.finding import Finding, Place
from village_notice.domain.public import VillageYear, list_columns
from village_notice.domain.subsidy import Tier
from village_notice.errors import VerificationError
from village_notice.notices.attached_table import build_tables, list_headings, read_cells
from village_notice.notices.gate_numbers import check_file
from village_notice.notices.pdfa import text_string
from village_notice.notices.readback_file import Base, open_base
from village_notice.notices.village import Kind, Notice
from village_notice.settings import Settings

_ENTRY = struct.Struct(">BIH")
_PART_2, _PART_3 = b"<pdfaid:part>2<", b"<pdfaid:part>3<"
_FILE = re.compile(rb"/F\(\d+\.csv\)/UF<feff([0-9a-f]+)>[^\n]*?/EF<</F (\d+) 0 R")
_FIGURES = re.compile(r"^-?\d+(?:\.\d+)?$", re.MULTILINE)
_STREAM = b"%d 0 obj\n<</Type/EmbeddedFile"
_BROKEN = "公示所附的表读不回来：{}。请重新运行；还不行请联系维护人员。"


def build_archive_copy(notice: Notice, village: VillageYear, settings: Settings, stamp: datetime) -> bytes:
    """The notice with its tables attached; as it is where it has none.

    Raises:
        VerificationError: The notice is not as `document` writes it.
    """
    tables = build_tables(notice.kind, village, settings.folder)
    return attach_tables(notice.data, tables, stamp) if tables else notice.data


def attach_tables(data: bytes, tables: Mapping[str, bytes], stamp: datetime) -> bytes:
    """The file with tables attached: name → content.

    Raises:
        VerificationError: The file is not as `document` writes it.
    """
    base = open_base(data)
    if base.metadata.count(_PART_2) != 1 or b"/Names" in base.catalog or b"/AF" in base.catalog:
        raise VerificationError(_BROKEN.format("catalog"))
    update = _Update(data, base)
    files = [update.add_file(number, name, content, stamp) for number, (name, content) in enumerate(tables.items(), 1)]
    names = sorted((text_string(name), file) for name, file in zip(tables, files, strict=True))
    tree = b" ".join([b"%s %d 0 R" % pair for pair in names])
    related = b" ".join([b"%d 0 R" % file for file in files])
    update.put(base.metadata_number, _stream(b"/Type/Metadata/Subtype/XML", base.metadata.replace(_PART_2, _PART_3)))
    catalog = base.catalog.rstrip().removesuffix(b">>")
    update.put(base.root, b"%s/AF[%s]/Names<</EmbeddedFiles<</Names[%s]>>>>>>" % (catalog, related, tree))
    return update.finish()


def _stream(entries: bytes, data: bytes | bytearray) -> bytes:
    return b"<<%s/Length %d>>\nstream\n%s\nendstream" % (entries, len(data), data)


class _Update:
    """Objects written behind a finished file."""

    def __init__(self, data: bytes, base: Base) -> None:
        self._base, self._next = base, base.size
        self._parts, self._length = [data], len(data)
        self._places: dict[int, int] = {}

    def put(self, number: int, body: bytes) -> None:
        """An object: a new one, or in place of one of the same number."""
        part = b"%d 0 obj\n%s\nendobj\n" % (number, body)
        self._places[number] = self._length
        self._parts.append(part)
        self._length += len(part)

    def add(self, body: bytes) -> int:
        """A new object; gives its number."""
        self._next += 1
        self.put(self._next - 1, body)
        return self._next - 1

    def add_file(self, number: int, name: str, content: bytes, stamp: datetime) -> int:
        """A file; gives the number of its specification."""
        zone = stamp.strftime("%z") or "+0000"
        date = f"D:{stamp:%Y%m%d%H%M%S}{zone[:3]}'{zone[3:5]}'".encode("ascii")
        params = b"/Params<</ModDate(%s)/Size %d/CheckSum<%s>>>" % (
            date, len(content), hashlib.md5(content, usedforsecurity=False).hexdigest().encode(),
        )  # fmt: skip
        entries = b"/Type/EmbeddedFile/Subtype/text#2Fcsv%s/Filter/FlateDecode" % params
        stream = self.add(_stream(entries, deflate.zlib_compress(content, 6)))
        return self.add(
            b"<</Type/Filespec/F(%d.csv)/UF%s/Desc%s/AFRelationship/Data/EF<</F %d 0 R/UF %d 0 R>>>>"
            % (number, text_string(name), text_string(name.removesuffix(".csv")), stream, stream)
        )

    def finish(self) -> bytes:
        """The whole file; its second identity tells it from the one without tables."""
        table, offset = self._next, self._length
        self._places[table] = offset
        numbers = sorted(self._places)
        entries = b"".join([_ENTRY.pack(1, self._places[n], 0) for n in numbers])
        index = b" ".join([b"%d 1" % n for n in numbers])
        identity = hashlib.sha256(b"".join(self._parts[1:])).hexdigest()[:32].encode()
        head = b"/Type/XRef/Size %d/W[1 4 2]/Index[%s]/Prev %d/Root %d 0 R/Info %d 0 R/ID[<%s><%s>]" % (
            table + 1, index, self._base.start, self._base.root, self._base.info, self._base.identity, identity,
        )  # fmt: skip
        self.put(table, _stream(head, entries))
        return b"".join([*self._parts, b"startxref\n%d\n%%%%EOF\n" % offset])


def read_tables(data: bytes) -> dict[str, bytes]:
    """Name → content of every table that `attach_tables` attached.

    Raises:
        VerificationError: What is appended is not as it was written.
    """
    try:
        appended = data[_find_end(data) :]
        found = {}
        for name, number in _FILE.findall(appended):
            start = appended.index(_STREAM % int(number))
            begin = appended.index(b"\nstream\n", start) + 8
            content = zlib.decompress(appended[begin : appended.index(b"\nendstream", begin)])
            found[bytes.fromhex(name.decode("ascii")).decode("utf-16-be")] = content
    except (ValueError, zlib.error) as error:
        raise VerificationError(_BROKEN.format(error)) from error
    return found


def _find_end(data: bytes) -> int:
    """Where the file that hangs on the wall ends."""
    return data.index(b"%%EOF\n") + 6


def check_archive_copy(
    notice: Notice, copy: bytes, village: VillageYear, settings: Settings, numbers: frozenset[str]
) -> list[Finding]:
    """The last look at an archive copy: the sheet is the one on the wall, and its tables hold no word it may not show.

    Args:
        notice: The sheet, which passed its own last look.
        copy: The sheet with tables.
        village: What may leave about the village.
        settings: The office's settings.
        numbers: Long numbers that may stand in files of this village.

    Returns:
        P01 for each long number, P02 for each word that this kind of sheet may not show, and for a sheet that is not the same.

    Raises:
        VerificationError: The copy cannot be read back.
    """
    if not copy.startswith(notice.data):
        return [Finding("P02", Place(notice.file_name), found=notice.title)]
    if len(copy) == len(notice.data):
        return []
    findings: dict[Finding, None] = {}
    words = _list_words(notice.kind, village) | list_headings(settings.folder)
    for name, content in read_tables(copy).items():
        place = Place(notice.file_name, name)
        findings |= {Finding("P01", place, found=n): None for n in check_file(content, numbers)}
        others = read_cells(content) - words
        others.difference_update(_FIGURES.findall("\n".join(others)))
        for cell in sorted(others):
            if cell.removeprefix("'") not in words:
                findings[Finding("P02", place, found=cell)] = None
    return list(findings)


def _list_words(kind: Kind, village: VillageYear) -> frozenset[str]:
    """Names and other words that may stand on a sheet of a kind."""
    lines = list_columns(village)
    words = {"", *lines["group"], *lines["pay_months"], *village.households.values("group")}
    for p in village.programmes:
        words |= {p.title, p.department, p.unit, p.rate_text, p.pay_months}
    if kind == "household":
        masked = {p.key for p in village.programmes if p.tier is Tier.C}
        words.update(name for name, key in zip(lines["name"], lines["key"], strict=True) if key in masked)
        words.update(village.households.values("name"))
    if kind == "detail":
        words.update(lines["name"])
    return frozenset(words)
