"""Workbooks of fixed shape, written with the standard library: title, headings, typed columns, ready to print.

A county-year has some 780 packages; openpyxl needs 21–27 s for their rows and xlsxwriter 6–7 s, string building about
one. The shape never varies, so the library's freedom is not needed. Texts are inline strings, which no program runs as a
formula, and are guarded like those in .csv files all the same, because people copy them from one into the other.
"""

import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from xml.sax.saxutils import escape, quoteattr

from village_notice.domain.money import format_fen, format_scaled
from village_notice.domain.text import column_letters, guard_formula

Kind = Literal["text", "integer", "fen", "milli", "micro"]
Value = str | int | None

_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_SHEET_NAME = re.compile(r"[\[\]:*?/\\]")
_STYLES = {"title": 1, "heading": 2, "text": 3, "integer": 4, "milli": 4, "micro": 4, "fen": 5, "note": 6}
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"


@dataclass(frozen=True, slots=True)
class SheetColumn:
    """One column: heading, kind of its values, width in characters (a Chinese character counts two)."""

    heading: str
    kind: Kind = "text"
    width: int = 12


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet of a workbook.

    Attributes:
        name: Name on the tab.
        title: First line, merged over all columns.
        columns: Columns from the left.
        rows: Values in the order of the columns; money in fen, quantities scaled, None is an empty cell.
        notes: Lines below the table.
        landscape: True prints the sheet across.
    """

    name: str
    title: str
    columns: tuple[SheetColumn, ...]
    rows: Sequence[Sequence[Value]]
    notes: tuple[str, ...] = ()
    landscape: bool = False


def build_workbook(sheets: Sequence[Sheet], *, title: str, stamp: datetime) -> bytes:
    """The bytes of an .xlsx with the given sheets; the same arguments give the same bytes."""
    names = [_SHEET_NAME.sub("_", sheet.name)[:31] for sheet in sheets]
    parts = {
        "[Content_Types].xml": _content_types(len(sheets)),
        "_rels/.rels": _ROOT_RELATIONS,
        "docProps/core.xml": _core(title, stamp),
        "xl/workbook.xml": _workbook(names),
        "xl/_rels/workbook.xml.rels": _workbook_relations(len(sheets)),
        "xl/styles.xml": _STYLE_SHEET,
    }
    parts |= {f"xl/worksheets/sheet{number}.xml": _sheet(s) for number, s in enumerate(sheets, start=1)}
    return build_zip({name: text.encode("utf-8") for name, text in parts.items()}, stamp)


def build_zip(parts: dict[str, bytes], stamp: datetime) -> bytes:
    """The bytes of a zip whose members all carry the stamp, on every system alike."""
    time = (max(stamp.year, 1980), stamp.month, stamp.day, stamp.hour, stamp.minute, stamp.second)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in parts.items():
            member = zipfile.ZipInfo(name, time)
            member.create_system, member.external_attr = 3, 0o644 << 16  # else Windows and Linux would differ
            archive.writestr(member, data, zipfile.ZIP_DEFLATED, 6)
    return buffer.getvalue()


def format_value(value: Value, kind: Kind) -> str:
    """A value as text for .csv: money with two decimals, quantities without needless zeros, texts guarded."""
    if value is None:
        return ""
    if isinstance(value, str):
        return guard_formula(value)
    if kind == "fen":
        return format_fen(value)
    return format_scaled(value, 3 if kind == "milli" else 6) if kind in ("milli", "micro") else str(value)


def _sheet(sheet: Sheet) -> str:
    last = column_letters(len(sheet.columns))
    rows = [_text_row(1, (sheet.title,), "title"), _text_row(2, (c.heading for c in sheet.columns), "heading")]
    kinds = [(column_letters(i), c.kind, _STYLES[c.kind]) for i, c in enumerate(sheet.columns, start=1)]
    rows.extend(_data_row(number, values, kinds) for number, values in enumerate(sheet.rows, start=3))
    first_note = len(sheet.rows) + 3
    rows.extend(_text_row(first_note + i, (note,), "note") for i, note in enumerate(sheet.notes))
    merged = [f"A1:{last}1", *(f"A{first_note + i}:{last}{first_note + i}" for i in range(len(sheet.notes)))]
    widths = "".join(
        f'<col min="{i}" max="{i}" width="{c.width}" customWidth="1"/>' for i, c in enumerate(sheet.columns, start=1)
    )
    return (
        f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetPr><pageSetUpPr fitToPage="1"/></sheetPr>'
        '<sheetViews><sheetView workbookViewId="0"><pane ySplit="2" topLeftCell="A3" activePane="bottomLeft" '
        'state="frozen"/></sheetView></sheetViews><sheetFormatPr defaultRowHeight="18"/>'
        f"<cols>{widths}</cols><sheetData>{''.join(rows)}</sheetData>"
        f'<mergeCells count="{len(merged)}">{"".join(f"<mergeCell ref={quoteattr(m)}/>" for m in merged)}</mergeCells>'
        '<pageMargins left="0.6" right="0.6" top="0.7" bottom="0.7" header="0.3" footer="0.3"/>'
        f'<pageSetup paperSize="9" orientation="{"landscape" if sheet.landscape else "portrait"}" fitToHeight="0"/>'
        "<headerFooter><oddFooter>&amp;C第 &amp;P 页，共 &amp;N 页</oddFooter></headerFooter></worksheet>"
    )


def _text_row(number: int, texts: Iterable[str], style: str) -> str:
    cells = (_text_cell(f"{column_letters(i)}{number}", text, _STYLES[style]) for i, text in enumerate(texts, start=1))
    height = ' ht="30" customHeight="1"' if style == "title" else ""
    return f'<row r="{number}"{height}>{"".join(cells)}</row>'


def _data_row(number: int, values: Sequence[Value], kinds: Sequence[tuple[str, Kind, int]]) -> str:
    cells = []
    for value, (letters, kind, style) in zip(values, kinds, strict=True):
        if value is None:
            cells.append(f'<c r="{letters}{number}" s="{style}"/>')
        elif isinstance(value, str):
            cells.append(_text_cell(f"{letters}{number}", value, style))
        else:
            cells.append(f'<c r="{letters}{number}" s="{style}"><v>{format_value(value, kind)}</v></c>')
    return f'<row r="{number}">{"".join(cells)}</row>'


def _text_cell(reference: str, text: str, style: int) -> str:
    plain = escape(_ILLEGAL.sub("", guard_formula(text)))
    return f'<c r="{reference}" s="{style}" t="inlineStr"><is><t xml:space="preserve">{plain}</t></is></c>'


def _content_types(count: int) -> str:
    base = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    sheets = "".join(
        f'<Override PartName="/xl/worksheets/sheet{i}.xml" ContentType="{base}.worksheet+xml"/>'
        for i in range(1, count + 1)
    )
    return (
        f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{base}.sheet.main+xml"/>{sheets}'
        f'<Override PartName="/xl/styles.xml" ContentType="{base}.styles+xml"/>'
        '<Override PartName="/docProps/core.xml" '
        'ContentType="application/vnd.openxmlformats-package.core-properties+xml"/></Types>'
    )


def _core(title: str, stamp: datetime) -> str:
    time = f'xsi:type="dcterms:W3CDTF">{stamp:%Y-%m-%dT%H:%M:%S}Z<'
    return (
        f'{_HEAD}<cp:coreProperties xmlns:cp="{_PACKAGE}/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"<dc:title>{escape(_ILLEGAL.sub('', title))}</dc:title><dc:creator>village-notice</dc:creator>"
        f"<dcterms:created {time}/dcterms:created><dcterms:modified {time}/dcterms:modified></cp:coreProperties>"
    )


def _workbook(names: Sequence[str]) -> str:
    sheets = "".join(
        f'<sheet name={quoteattr(name)} sheetId="{i}" r:id="rId{i}"/>' for i, name in enumerate(names, start=1)
    )
    titles = "".join(
        f'<definedName name="_xlnm.Print_Titles" localSheetId="{i}">'
        + escape("'" + name.replace("'", "''") + "'")
        + "!$1:$2</definedName>"
        for i, name in enumerate(names)
    )
    return (
        f'{_HEAD}<workbook xmlns="{_MAIN}" xmlns:r="{_RELATIONS}"><sheets>{sheets}</sheets>'
        f"<definedNames>{titles}</definedNames></workbook>"
    )


def _workbook_relations(count: int) -> str:
    relations = "".join(
        f'<Relationship Id="rId{i}" Type="{_RELATIONS}/worksheet" Target="worksheets/sheet{i}.xml"/>'
        for i in range(1, count + 1)
    )
    return (
        f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">{relations}'
        f'<Relationship Id="rId{count + 1}" Type="{_RELATIONS}/styles" Target="styles.xml"/></Relationships>'
    )


_ROOT_RELATIONS = (
    f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_RELATIONS}/officeDocument" Target="xl/workbook.xml"/>'
    f'<Relationship Id="rId2" Type="{_PACKAGE}/relationships/metadata/core-properties" Target="docProps/core.xml"/>'
    "</Relationships>"
)
_STYLE_SHEET = (
    f'{_HEAD}<styleSheet xmlns="{_MAIN}">'
    '<fonts count="3"><font><sz val="11"/><name val="宋体"/></font><font><b/><sz val="16"/><name val="宋体"/></font>'
    '<font><b/><sz val="11"/><name val="宋体"/></font></fonts>'
    '<fills count="3"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>'
    '<fill><patternFill patternType="solid"><fgColor rgb="FFE7E6E6"/></patternFill></fill></fills>'
    '<borders count="2"><border/><border><left style="thin"/><right style="thin"/><top style="thin"/>'
    '<bottom style="thin"/></border></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>'
    '<cellXfs count="7"><xf/>'
    '<xf fontId="1" applyFont="1"><alignment horizontal="center" vertical="center" wrapText="1"/></xf>'
    '<xf fontId="2" fillId="2" borderId="1"><alignment horizontal="center" vertical="center" wrapText="1"/></xf>'
    '<xf numFmtId="49" borderId="1"><alignment vertical="center" wrapText="1"/></xf>'
    '<xf borderId="1"><alignment vertical="center"/></xf>'
    '<xf numFmtId="4" borderId="1"><alignment vertical="center"/></xf>'
    '<xf><alignment vertical="top" wrapText="1"/></xf></cellXfs></styleSheet>'
)
