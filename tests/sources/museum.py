"""Broken and odd files, made letter by letter: what spreadsheet libraries collect in their own tests, as small as it gets.

`SAME` must come out as the list of `conftest.py`; `REFUSED` gives no payment and one code; `HELD` keeps the first
payment back with a code and reads the others.
"""

import io
import struct
import zipfile
from xml.sax.saxutils import escape

from .conftest import HEADINGS, ROWS, TITLE, write_html, write_ods, write_text, write_xlsb, write_xml2003

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
KINDS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
TABLE = [[TITLE], HEADINGS, *ROWS]
DECLARED = '<?xml version="1.0" encoding="UTF-8"?>'
LAUGHS = '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'
FIRST = '<c r="E3"><v>120</v></c>'
NAME = '<c r="B3" t="inlineStr"><is><t>甲一</t></is></c>'


# .xlsx, part by part


def cell(row, column, value, *, has_place=True):
    place = f' r="{"ABCDEFG"[column - 1]}{row}"' if has_place else ""
    if isinstance(value, str):
        return f'<c{place} t="inlineStr"><is><t>{escape(value)}</t></is></c>'
    return f"<c{place}><v>{value}</v></c>"


def rows_xml(*, has_cells=True, has_rows=True, backwards=False):
    lines = []
    for number, row in enumerate(TABLE, 1):
        cells = [cell(number, c, v, has_place=has_cells) for c, v in enumerate(row, 1)]
        place = f' r="{number}"' if has_rows else ""
        lines.append(f"<row{place}>{''.join(reversed(cells) if backwards else cells)}</row>")
    return "".join(reversed(lines) if backwards else lines)


def sheet_xml(rows=None, *, head="", tail="", declared=DECLARED):
    rows = rows_xml() if rows is None else rows
    return f'{declared}<worksheet xmlns="{MAIN}">{head}<sheetData>{rows}</sheetData>{tail}</worksheet>'


def changed(old, new):
    """The sheet with something else in it."""
    text = sheet_xml()
    assert old in text
    return text.replace(old, new)


def relations(*items):
    lines = (f'<Relationship Id="{i}" Type="{KINDS}/{kind}" Target="{target}"/>' for i, kind, target in items)
    return f'{DECLARED}<Relationships xmlns="{PACKAGE}">{"".join(lines)}</Relationships>'


def parts(sheet=None, *, target="worksheets/sheet1.xml", kind="worksheet", more=(), **others):
    """The parts of a workbook with one sheet; `more` relations, `others` parts by their last names."""
    names = {"styles": "xl/styles.xml", "strings": "xl/sharedStrings.xml", "workbook": "xl/workbook.xml"}
    entry = f'<sheets><sheet name="表" sheetId="1" xmlns:r="{KINDS}" r:id="rId1"/></sheets>'
    made = {
        "[Content_Types].xml": "<Types/>",
        "_rels/.rels": relations(("rId1", "officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": f'{DECLARED}<workbook xmlns="{MAIN}">{entry}</workbook>',
        "xl/_rels/workbook.xml.rels": relations(("rId1", kind, target), *more),
        "xl/worksheets/sheet1.xml": sheet_xml() if sheet is None else sheet,
    }
    return made | {names[name]: text for name, text in others.items()}


def pack(made, method=zipfile.ZIP_DEFLATED):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as target:
        for name, data in made.items() if isinstance(made, dict) else made:
            target.writestr(name, data)
    return stream.getvalue()


def xlsx(sheet=None, **others):
    return pack(parts(sheet, **others))


def without(name):
    return pack({n: d for n, d in parts().items() if n != name})


def renamed(rename):
    return pack({rename(n): d for n, d in parts().items()})


def with_strings(make=lambda items: items, first="0"):
    """The list with shared strings, its texts changed by `make`."""
    texts = list(dict.fromkeys(v for row in TABLE for v in row if isinstance(v, str)))
    rows = rows_xml()
    for number, text in enumerate(texts):
        index = first if number == 0 else str(number)
        rows = rows.replace(f't="inlineStr"><is><t>{text}</t></is>', f't="s"><v>{index}</v>')
    items = "".join(make([f"<si><t>{t}</t></si>" for t in texts]))
    more = (("rId2", "sharedStrings", "sharedStrings.xml"),)
    return xlsx(sheet_xml(rows), more=more, strings=f'{DECLARED}<sst xmlns="{MAIN}">{items}</sst>')


def with_styles(code):
    styles = (
        f'{DECLARED}<styleSheet xmlns="{MAIN}"><numFmts><numFmt numFmtId="164" formatCode="{escape(code)}"/></numFmts>'
        '<cellXfs><xf numFmtId="164"/></cellXfs></styleSheet>'
    )
    return xlsx(changed('<c r="E3">', '<c r="E3" s="0">'), more=(("rId2", "styles", "styles.xml"),), styles=styles)


# zips


def patched(data, at, value):
    """The zip with a field of its last member's directory entry changed."""
    place = data.rindex(b"PK\x01\x02") + at
    return data[:place] + value + data[place + len(value) :]


def overlapping(count=3):
    """A zip whose members are all the same bytes."""
    data = pack({"表.csv": write_text(TABLE)})
    begin, end = data.index(b"PK\x01\x02"), data.index(b"PK\x05\x06")
    entries = data[begin:end] * count
    tail = data[end : end + 8] + struct.pack("<HHII", count, count, len(entries), begin) + data[end + 20 :]
    return data[:begin] + entries + tail


# .xls


def record(number, body=b""):
    return struct.pack("<HH", number, len(body)) + body


def label(row, column, text):
    head = struct.pack("<HHHHB", row, column, 0, len(text), 1)
    return record(0x204, head + text.encode("utf-16-le"))


def number(row, column, value):
    return record(0x203, struct.pack("<HHHd", row, column, 0, value))


def biff8(*, early=b"", late=b"", before=b""):
    """A workbook stream of Excel 97 with one sheet; records before, early and late in it."""
    begin = record(0x809, struct.pack("<HHHHII", 0x600, 5, 0, 0, 0, 6))
    font = record(0x31, struct.pack("<HHHHHBBBBBB", 200, 0, 0x7FFF, 400, 0, 0, 0, 0, 0, 5, 0) + b"Arial")
    formats = b"".join(
        record(0xE0, struct.pack("<HHHBBBBIIH", 0, 0, 0xFFF5 if n < 15 else 1, 32, 0, 0, 0, 0, 0, 0x20C0))
        for n in range(16)
    )
    front = begin + font + formats + before
    entry = struct.pack("<IBBBB", len(front) + 22, 0, 0, 6, 0) + b"Sheet1"  # it and the end are 22 bytes
    cells = b"".join(
        (label if isinstance(v, str) else number)(r, c, v) for r, row in enumerate(TABLE) for c, v in enumerate(row)
    )
    begin = record(0x809, struct.pack("<HHHHII", 0x600, 16, 0, 0, 0, 6))
    sheet = begin + record(0x200, struct.pack("<IIHHH", 0, 5, 0, 5, 0)) + early + cells + late + record(10)
    return front + record(0x85, entry) + record(10) + sheet


def compound(name, stream):
    """The smallest compound file: one stream of at least eight sectors, its folder, its table of sectors."""
    stream = stream.ljust(4096, b"\0")
    stream += b"\0" * (-len(stream) % 512)
    count = len(stream) // 512
    none, end = 0xFFFFFFFF, 0xFFFFFFFE

    def entry(text, kind, child, start, size):
        raw = text.encode("utf-16-le") + b"\0\0"
        head = raw.ljust(64, b"\0") + struct.pack("<HBBIII", len(raw), kind, 1, none, none, child)
        return head + b"\0" * 36 + struct.pack("<IQ", start, size)

    folder = entry("Root Entry", 5, 1, end, 0) + entry(name, 2, none, 0, len(stream)) + b"\0" * 256
    table = [*range(1, count), end, end, 0xFFFFFFFD]
    sectors = struct.pack(f"<{len(table)}I", *table).ljust(512, b"\xff")
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16
    head += struct.pack("<6H", 0x3E, 3, 0xFFFE, 9, 6, 0) + struct.pack("<10I", 0, 0, 1, count, 0, 4096, end, 0, end, 0)
    return head + struct.pack("<109I", count + 1, *[none] * 108) + stream + folder + sectors


def xls(**records):
    return compound("Workbook", biff8(**records))


# pages, .xml, .ods


def page(old="", new=""):
    return write_html(TABLE).decode().replace(old, new).encode() if old else write_html(TABLE)


def table_xml(old, new):
    return write_xml2003(TABLE).decode().replace(old, new, 1).encode()


def ods(old, new):
    """The list as .ods with a part of content.xml changed."""
    with zipfile.ZipFile(io.BytesIO(write_ods(TABLE))) as source:
        made = {n: source.read(n) for n in source.namelist()}
    text = made["content.xml"].decode()
    assert old in text
    return pack(made | {"content.xml": text.replace(old, new, 1)})


def flat_ods():
    """The list as one XML document, as LibreOffice's flat form has it."""
    with zipfile.ZipFile(io.BytesIO(write_ods(TABLE))) as source:
        text = source.read("content.xml").decode()
    kind = ' office:mimetype="application/vnd.oasis.opendocument.spreadsheet" '
    return text.replace("document-content", "document").replace("<office:document ", f"<office:document{kind}").encode()


BLANK_ROWS = (
    '<table:table-row table:number-rows-repeated="1000000000"><table:table-cell/></table:table-row></table:table>'
)
HIDDEN_ROWS = BLANK_ROWS.replace("<table:table-row ", '<table:table-row table:visibility="collapse" ')
FIRST_DATA = '<Data ss:Type="String">甲一</Data>'

SAME = {
    "no_content_types.xlsx": lambda: without("[Content_Types].xml"),
    "no_root_relations.xlsx": lambda: without("_rels/.rels"),
    "absolute_target.xlsx": lambda: xlsx(target="/xl/worksheets/sheet1.xml"),
    "target_by_way_of_the_parent.xlsx": lambda: xlsx(target="../xl/worksheets/sheet1.xml"),
    "names_with_backslashes.xlsx": lambda: renamed(lambda n: n.replace("/", "\\")),
    "names_in_capitals.xlsx": lambda: renamed(str.upper),
    "names_from_the_root.xlsx": lambda: renamed(lambda n: "/" + n),
    "stored.xlsx": lambda: pack(parts(), zipfile.ZIP_STORED),
    "utf16.xlsx": lambda: xlsx(sheet_xml(declared='<?xml version="1.0" encoding="UTF-16"?>').encode("utf-16")),
    "gbk.xlsx": lambda: xlsx(sheet_xml(declared='<?xml version="1.0" encoding="GBK"?>').encode("gbk")),
    "huge_dimension.xlsx": lambda: xlsx(sheet_xml(head='<dimension ref="A1:XFD1048576"/>')),
    "rows_without_places.xlsx": lambda: xlsx(sheet_xml(rows_xml(has_rows=False))),
    "cells_without_places.xlsx": lambda: xlsx(sheet_xml(rows_xml(has_cells=False))),
    "backwards.xlsx": lambda: xlsx(sheet_xml(rows_xml(backwards=True))),
    "single_quotes.xlsx": lambda: xlsx(sheet_xml(declared="").replace('"', "'")),
    "cdata.xlsx": lambda: xlsx(changed("<t>甲一</t>", "<t><![CDATA[甲一]]></t>")),
    "comment_in_text.xlsx": lambda: xlsx(changed("<t>甲一</t>", "<t>甲<!-- x -->一</t>")),
    "rich_text.xlsx": lambda: xlsx(changed("<t>甲一</t>", "<r><t>甲</t></r><r><t>一</t></r>")),
    "phonetic.xlsx": lambda: xlsx(changed("<t>甲一</t>", '<t>甲一</t><rPh sb="0" eb="1"><t>jia</t></rPh>')),
    "extension_in_cell.xlsx": lambda: xlsx(changed(FIRST, FIRST[:-4] + "<extLst><ext><v>9</v></ext></extLst></c>")),
    "character_references.xlsx": lambda: xlsx(changed("甲一", "&#30002;&#x4E00;")),
    "control_reference.xlsx": lambda: xlsx(changed("甲一", "甲&#0;一")),
    "far_last_cell.xlsx": lambda: xlsx(sheet_xml(rows_xml() + '<row r="60000"><c r="XFD60000"><v>1</v></c></row>')),
    "merges_of_everything.xlsx": lambda: xlsx(
        sheet_xml(tail="<mergeCells>" + '<mergeCell ref="F1:XFD1048576"/>' * 500 + "</mergeCells>")
    ),
    "endless_format.xlsx": lambda: with_styles("0" * 100_000),
    "empty_shared_strings.xlsx": lambda: with_strings(lambda items: [*items, "<si/>", "<si><t/></si>"]),
    "office_escapes.xlsx": lambda: with_strings(lambda i: [t.replace("甲一", "甲_x0000__xFFFE_一") for t in i]),
    "bytes_before_the_zip.xlsx": lambda: b"PK garbage" + xlsx(),
    "value_repeated.xlsx": lambda: xlsx(changed(NAME, NAME * 2)),
    "unknown_records.xls": lambda: xls(early=record(0x7777, b"x") * 50),
    "merges_cut_off.xls": lambda: xls(early=record(0xE5, struct.pack("<H", 0))),
    "far_last_cell.xls": lambda: xls(late=number(65535, 255, 1)),
    "blank_rows_without_end.ods": lambda: ods("</table:table>", BLANK_ROWS),
    "hidden_rows_without_end.ods": lambda: ods("</table:table>", HIDDEN_ROWS),
    "flat.fods": flat_ods,
    "never_closed.html": lambda: page("</td>", "").replace(b"</tr>", b"").replace(b"</table></body></html>", b""),
    "cell_over_millions.html": lambda: page("<td>望岚", '<td colspan="1000000000">望岚'),
    "comment_in_cell.xml": lambda: table_xml(FIRST_DATA, FIRST_DATA + "<Comment><ss:Data>注</ss:Data></Comment>"),
    "quote_never_closed.csv": lambda: write_text(TABLE).replace("甲一", '"甲一').encode(),
}
"""Name → bytes."""

REFUSED = {
    "no_workbook.xlsx": ("F01", lambda: without("xl/workbook.xml")),
    "no_sheet.xlsx": ("F01", lambda: without("xl/worksheets/sheet1.xml")),
    "sheet_elsewhere.xlsx": (
        "F01",
        lambda: pack(
            parts()
            | {
                "xl/_rels/workbook.xml.rels": relations(("rId1", "worksheet", "a.xml")).replace(
                    "/>", ' TargetMode="External"/>'
                )
            }
        ),
    ),
    "part_twice.xlsx": ("F01", lambda: pack([*parts().items(), ("xl/Workbook.xml", "<a/>")])),
    "only_a_chart.xlsx": ("F03", lambda: xlsx("<chartsheet/>", kind="chartsheet")),
    "only_a_picture.xlsx": ("F03", lambda: pack(parts(sheet_xml("")) | {"xl/media/1.png": b"\x89PNG"})),
    "entities.xlsx": ("F10", lambda: xlsx(sheet_xml(declared=LAUGHS).replace(TITLE, "&b;"))),
    "entities_in_relations.xlsx": (
        "F10",
        lambda: pack(parts() | {"_rels/.rels": LAUGHS + relations().removeprefix(DECLARED)}),
    ),
    "foreign_entity.xlsx": ("F01", lambda: xlsx(changed("甲一", "甲一&copy;"))),
    "half_entity.xlsx": ("F01", lambda: xlsx(changed("甲一", "甲一&lt"))),
    "half_character.xlsx": ("F01", lambda: xlsx(changed("甲一", "甲一&#xD800;"))),
    "not_what_it_says.xlsx": ("F01", lambda: xlsx(sheet_xml().encode("gbk"))),
    "cut_off_xml.xlsx": ("F01", lambda: xlsx(sheet_xml()[:-60])),
    "two_values.xlsx": ("F01", lambda: xlsx(changed(FIRST, '<c r="E3"><v>120</v><v>999</v></c>'))),
    "value_and_text.xlsx": (
        "F01",
        lambda: xlsx(changed(FIRST, '<c r="E3" t="inlineStr"><v>120</v><is><t>999</t></is></c>')),
    ),
    "cell_twice.xlsx": ("F01", lambda: xlsx(changed(FIRST, FIRST + FIRST.replace("120", "999")))),
    "cell_in_a_cell.xlsx": ("F01", lambda: xlsx(changed(FIRST, FIRST[:-4] + FIRST + "</c>"))),
    "row_past_the_end.xlsx": ("F10", lambda: xlsx(sheet_xml('<row r="1048577"><c r="A1048577"><v>1</v></c></row>'))),
    "column_past_the_end.xlsx": ("F10", lambda: xlsx(sheet_xml('<row r="1"><c r="XFE1"><v>1</v></c></row>'))),
    "string_that_is_not_there.xlsx": ("F01", lambda: with_strings(lambda items: items[:2])),
    "string_without_end.xlsx": ("F01", lambda: with_strings(first="9" * 5000)),
    "text_without_end.xlsx": ("F10", lambda: xlsx(changed("甲一", "甲" * 200_001))),
    "many_tables_beside.xlsx": (
        "F10",
        lambda: xlsx(
            sheet_xml(
                '<row r="1">'
                + "<c t='inlineStr'><is><t>姓名</t></is></c><c t='inlineStr'><is><t>补贴金额</t></is></c>" * 200
                + "</row><row>"
                + "<c t='inlineStr'><is><t>甲一</t></is></c><c><v>1</v></c>" * 200
                + "</row>"
            )
        ),
    ),
    "wrong_checksum.xlsx": ("F01", lambda: patched(xlsx(), 16, b"\1\2\3\4")),
    "lies_about_its_size.xlsx": ("F01", lambda: patched(xlsx(), 24, struct.pack("<I", 10))),
    "far_too_large.xlsx": ("F10", lambda: patched(xlsx(), 24, struct.pack("<I", 0xFFFFFFF0))),
    "unknown_compression.xlsx": ("F01", lambda: patched(xlsx(), 10, struct.pack("<H", 99))),
    "locked_part.xlsx": ("F02", lambda: patched(xlsx(), 8, b"\1")),
    "cut_off.xlsx": ("F01", lambda: xlsx()[:-40]),
    "numbers.xlsx": ("F03", lambda: pack({"Index/Document.iwa": b"x"})),
    "letter.xls": ("F03", lambda: compound("WordDocument", b"x")),
    "mail.xls": ("F03", lambda: compound("__properties_version1.0", b"x")),
    "thumbnails.xls": ("F03", lambda: compound("Catalog", b"x")),
    "garbage.xls": ("F01", lambda: compound("Workbook", b"\xff" * 5000)),
    "nothing.xls": ("F01", lambda: compound("Workbook", b"")),
    "sectors_in_a_ring.xls": ("F01", lambda: xls()[:-512] + struct.pack("<128I", *range(128))),
    "sectors_far_too_large.xls": ("F03", lambda: xls()[:30] + struct.pack("<H", 65535) + xls()[32:-2000]),
    "cut_off.xls": ("F03", lambda: xls()[:-1200]),
    "locked.xls": ("F02", lambda: xls(before=record(0x2F, struct.pack("<HHH", 0, 1, 2)))),
    "cell_twice.xls": ("F01", lambda: xls(late=number(2, 4, 999))),
    "excel_2.xls": ("F03", lambda: b"\x09\x00\x04\x00\x02\x00\x10\x00" + record(10)),
    "excel_4.xls": ("F03", lambda: b"\x09\x04\x06\x00\x04\x00\x10\x00\x00\x00" + record(10)),
    "lotus.xls": ("F03", lambda: b"\0\0\2\0\6\4" + b"\6\0\x08\0" + b"\1" * 60),
    "cut_off.xlsb": ("F01", lambda: pack(_cut_sheet(write_xlsb(TABLE), "xl/worksheets/sheet1.bin"))),
    "locked.ods": ("F02", lambda: pack(_locked_ods())),
    "entities.ods": ("F10", lambda: ods('<?xml version="1.0" encoding="UTF-8"?>', LAUGHS)),
    "spans_over_everything.html": (
        "F10",
        lambda: write_html([["x"] * 9] * 9).replace(b"<td>", b'<td colspan="2000" rowspan="2000">'),
    ),
    "only_a_frame.html": ("F03", lambda: b"<html><frameset><frame src='a.htm'></frameset></html>"),
    "column_past_the_end.xml": ("F10", lambda: table_xml("<Cell>", '<Cell ss:Index="99999999">')),
    "entities.xml": ("F10", lambda: table_xml('<?xml version="1.0" encoding="UTF-8"?>', LAUGHS)),
    "two_encodings.csv": ("F01", lambda: write_text(TABLE).encode("gbk") + write_text(TABLE).encode()),
    "line_without_end.csv": ("F10", lambda: b"a;" * 600_000),
    "binary.csv": ("F03", lambda: bytes(range(256)) * 20),
    "wide.csv": ("F10", lambda: b"a," * 20_000),
    "prose.txt": ("F03", "关于做好工作的通知\n各村：\n请做好发放工作。\n".encode),
    "gzip.xlsx": ("F03", lambda: b"\x1f\x8b\x08" + b"x" * 50),
    "zeros.xlsx": ("F06", lambda: b"\0" * 1000),
    "zip_of_nothing.xlsx": ("F06", lambda: pack({})),
}
"""Name → (code, bytes)."""

TOLD = {
    "only_errors.xlsx": ("F08", lambda: xlsx(sheet_xml('<row r="1"><c r="A1" t="e"><v>#REF!</v></c></row>'))),
    "only_formulas.xlsx": ("F08", lambda: xlsx(sheet_xml('<row r="1"><c r="A1"><f>B1</f></c></row>'))),
}
"""Name → (code, bytes)."""

HELD = {
    "formula_without_result.xlsx": ("C12", lambda: xlsx(changed(FIRST, '<c r="E3"><f>D3*120</f></c>'))),
    "error.xlsx": ("C11", lambda: xlsx(changed(FIRST, '<c r="E3" t="e"><v>#REF!</v></c>'))),
    "not_a_number.xlsx": ("C11", lambda: xlsx(changed(FIRST, '<c r="E3"><v>NaN</v></c>'))),
    "too_large.xlsx": ("C11", lambda: xlsx(changed(FIRST, '<c r="E3"><v>1e309</v></c>'))),
    "digits_without_end.xlsx": ("C11", lambda: xlsx(changed(FIRST, f'<c r="E3"><v>{"9" * 5000}</v></c>'))),
    "truth.xlsx": ("C01", lambda: xlsx(changed(FIRST, '<c r="E3" t="b"><v>1</v></c>'))),
    "word.xlsx": ("C01", lambda: xlsx(changed(FIRST, '<c r="E3" t="n"><v>0x10</v></c>'))),
    "card.xlsx": ("C17", lambda: xlsx(changed(FIRST, '<c r="E3"><v>6223526592378607917</v></c>'))),
    "digits_without_end.csv": ("C17", lambda: write_text(TABLE).replace(",120\r\n", f",{'9' * 5000}\r\n").encode()),
}
"""Name → (code, bytes)."""


def _cut_sheet(data, name):
    with zipfile.ZipFile(io.BytesIO(data)) as source:
        made = {n: source.read(n) for n in source.namelist()}
    return made | {name: made[name][:-5]}


def _locked_ods():
    manifest = '<m><entry full-path="content.xml"><encryption-data/></entry></m>'
    return {
        "mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": b"\1\2\3",
        "META-INF/manifest.xml": manifest,
    }  # fmt: skip
