"""One small list of payments, and writers for every kind of file that departments save it as."""

import io
import struct
import zipfile
from pathlib import Path
from xml.sax.saxutils import escape

import openpyxl
import pytest

from village_notice.domain.identity import id_check_digit
from village_notice.domain.money import format_fen
from village_notice.sources.payments import ReadOptions, read_file

REGISTER = Path(__file__).parents[1] / "golden" / "register.csv"


def make_id(number):
    """The ID of an invented person, in an area code nobody has."""
    first = f"37999919600101{number:03d}"
    return first + id_check_digit(first)


TITLE = "望岚镇2023年耕地地力保护补贴发放公示表"
HEADINGS = ["村", "姓名", "身份证号", "补贴面积（亩）", "补贴金额（元）"]
ROWS = [
    ["东岚村", "甲一", make_id(1), 1, 120],
    ["东岚村", "乙二", make_id(2), 2.5, 300],
    ["西岚村", "丙三", make_id(3), 0.75, 90.5],
]
EXPECTED = [
    (3, "E", "甲一", "120.00", "东岚村", make_id(1)),
    (4, "E", "乙二", "300.00", "东岚村", make_id(2)),
    (5, "E", "丙三", "90.50", "西岚村", make_id(3)),
]


@pytest.fixture(scope="session")
def cells():
    """The list as rows of cells: title, headings, three people."""
    return [[TITLE], HEADINGS, *ROWS]


@pytest.fixture(scope="session")
def expected():
    """What must come out of it: row, column, name, amount, village, ID."""
    return EXPECTED


@pytest.fixture
def read():
    """Reads a file with the invented register."""

    def read_path(path, relative=None, **options):
        return read_file(Path(path), relative or Path(path).name, ReadOptions(2023, register=REGISTER, **options))

    return read_path


@pytest.fixture(scope="session")
def listed():
    """Payments of a reading in the form of `expected`."""

    def list_payments(reading):
        columns = ("row", "column", "name", "amount_fen", "village", "id")
        rows = zip(*(reading.payments[c].tolist() for c in columns), strict=True)
        return [(r, c, n, format_fen(int(a)), v, i) for r, c, n, a, v, i in rows]

    return list_payments


@pytest.fixture(scope="session")
def codes():
    """Codes of a reading's findings, but for H03 (no state column)."""
    return lambda reading: sorted({f.code for f in reading.findings} - {"H03"})


@pytest.fixture
def reader(read, listed, codes):
    """`read`, `listed` and `codes` together."""
    import types

    return types.SimpleNamespace(read=read, listed=listed, codes=codes)


def write_xlsx(rows):
    book = openpyxl.Workbook()
    sheet = book.active
    for row in rows:
        sheet.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def write_strict(rows):
    """The workbook in the Strict form of the standard, as Excel's "Strict Open XML" saves it."""
    old = "http://schemas.openxmlformats.org"
    pairs = (
        (f"{old}/spreadsheetml/2006/main", "http://purl.oclc.org/ooxml/spreadsheetml/main"),
        (f"{old}/officeDocument/2006/relationships", "http://purl.oclc.org/ooxml/officeDocument/relationships"),
    )
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(write_xlsx(rows))) as source, zipfile.ZipFile(stream, "w") as target:
        for name in source.namelist():
            text = source.read(name).decode()
            for one, other in pairs:
                text = text.replace(one, other)
            target.writestr(name, text)
    return stream.getvalue()


def write_xls(rows):
    import xlwt

    book = xlwt.Workbook()
    sheet = book.add_sheet("Sheet1")
    for r, row in enumerate(rows):
        for c, value in enumerate(row):
            sheet.write(r, c, value)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def write_text(rows, delimiter=","):
    return "\r\n".join(delimiter.join(map(str, row)) for row in rows) + "\r\n"


def write_html(rows):
    body = "".join("<tr>" + "".join(f"<td>{escape(str(v))}</td>" for v in row) + "</tr>" for row in rows)
    return f"<html><head><meta charset='utf-8'></head><body><table>{body}</table></body></html>".encode()


def write_xml2003(rows):
    def cell(value):
        kind = "String" if isinstance(value, str) else "Number"
        return f'<Cell><Data ss:Type="{kind}">{escape(str(value))}</Data></Cell>'

    body = "".join("<Row>" + "".join(map(cell, row)) + "</Row>" for row in rows)
    space = "urn:schemas-microsoft-com:office:spreadsheet"
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><Workbook xmlns="{space}" xmlns:ss="{space}">'
        f'<Worksheet ss:Name="Sheet1"><Table>{body}</Table></Worksheet></Workbook>'
    ).encode()


def write_ods(rows):
    def cell(value):
        if isinstance(value, str):
            return f'<table:table-cell office:value-type="string"><text:p>{escape(value)}</text:p></table:table-cell>'
        return f'<table:table-cell office:value-type="float" office:value="{value}"><text:p>{value}</text:p></table:table-cell>'

    body = "".join("<table:table-row>" + "".join(map(cell, row)) + "</table:table-row>" for row in rows)
    start = "urn:oasis:names:tc:opendocument:xmlns:"
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content xmlns:office="{start}office:1.0" '
        f'xmlns:table="{start}table:1.0" xmlns:text="{start}text:1.0"><office:body><office:spreadsheet>'
        f'<table:table table:name="Sheet1">{body}</table:table></office:spreadsheet></office:body>'
        "</office:document-content>"
    )
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as target:
        target.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        target.writestr("content.xml", content)
        target.writestr("META-INF/manifest.xml", "<manifest/>")
    return stream.getvalue()


def write_xlsb(rows):
    """The smallest binary workbook: one sheet, text in the cells. Source: [MS-XLSB] 2.3."""

    def record(number, body=b""):
        head = bytes([number]) if number < 128 else bytes([number & 0x7F | 0x80, number >> 7])
        return (
            head + bytes([len(body)]) + body
            if len(body) < 128
            else head + bytes([len(body) & 0x7F | 0x80, len(body) >> 7]) + body
        )

    def text(value):
        return struct.pack("<I", len(value)) + value.encode("utf-16-le")

    def cell(column, value):
        if isinstance(value, str):
            return record(6, struct.pack("<II", column, 0) + text(value))
        return record(5, struct.pack("<IId", column, 0, value))

    parts = [record(129), record(145)]
    for number, row in enumerate(rows):
        parts.append(record(0, struct.pack("<IIHBBBI", number, 0, 300, 0, 0, 0, 0)))
        parts += [cell(c, v) for c, v in enumerate(row)]
    parts += [record(146), record(130)]
    book = record(131) + record(143) + record(156, struct.pack("<II", 0, 1) + text("rId1") + text("Sheet1"))
    book += record(144) + record(132)
    kinds = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    space = "http://schemas.openxmlformats.org/package/2006/relationships"
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as target:
        target.writestr("[Content_Types].xml", "<Types/>")
        target.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{space}"><Relationship Id="a" Type="{kinds}/officeDocument" Target="xl/workbook.bin"/></Relationships>',
        )
        target.writestr("xl/workbook.bin", book)
        target.writestr(
            "xl/_rels/workbook.bin.rels",
            f'<Relationships xmlns="{space}"><Relationship Id="rId1" Type="{kinds}/worksheet" Target="worksheets/sheet1.bin"/></Relationships>',
        )
        target.writestr("xl/worksheets/sheet1.bin", b"".join(parts))
    return stream.getvalue()


def lock(data, password):
    """A workbook behind a password."""
    from msoffcrypto.format.ooxml import OOXMLFile

    stream = io.BytesIO()
    OOXMLFile(io.BytesIO(data)).encrypt(password, stream)
    return stream.getvalue()


class GbkInfo(zipfile.ZipInfo):
    """A zip entry with its name in GBK and no mark for it, as Chinese Windows writes it."""

    def _encodeFilenameFlags(self):  # noqa: N802 - zipfile's own name
        return self.filename.encode("gbk"), self.flag_bits & ~0x800


def write_zip(files, *, gbk=False):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as target:
        for name, data in files.items():
            target.writestr(GbkInfo(name) if gbk else name, data)
    return stream.getvalue()


FORMATS = {
    "utf8.csv": lambda rows: write_text(rows).encode(),
    "bom.csv": lambda rows: write_text(rows).encode("utf-8-sig"),
    "gb18030.csv": lambda rows: write_text(rows).encode("gb18030"),
    "utf16.csv": lambda rows: write_text(rows, "\t").encode("utf-16"),
    "tabs.tsv": lambda rows: write_text(rows, "\t").encode(),
    "gbk.txt": lambda rows: write_text(rows, "\t").encode("gbk"),
    "book.xlsx": write_xlsx,
    "macros.xlsm": write_xlsx,
    "strict.xlsx": write_strict,
    "old.xls": write_xls,
    "wps.et": write_xls,
    "page.html": write_html,
    "table.xml": write_xml2003,
    "open.ods": write_ods,
    "binary.xlsb": write_xlsb,
}


@pytest.fixture(scope="session")
def formats():
    """File name → writer of rows of cells."""
    return FORMATS


@pytest.fixture(scope="session")
def make():
    """The writers of this module."""
    import types

    return types.SimpleNamespace(
        xlsx=write_xlsx, xls=write_xls, html=write_html, xml2003=write_xml2003, zip=write_zip, lock=lock, id=make_id
    )
