"""Workbooks of fixed shape, written with the standard library: title, headings, typed columns, ready to print.

A county-year has some 780 packages; openpyxl needs 21–27 s for their rows and xlsxwriter 6–7 s, string building about
one. The shape never varies, so the library's freedom is not needed. Texts are inline strings, which no program runs as a
formula, and are guarded like those in .csv files all the same, because people copy them from one into the other.
A sheet may have coloured rows, links and a filter on its headings; it is always ready to print on A4.
"""

import io
import math
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import groupby, repeat
from typing import Literal, NamedTuple

from village_notice.chart import Chart, build_chart_parts, list_chart_types
from village_notice.domain.money import format_fen, format_scaled
from village_notice.domain.text import column_letters, escape_xml, guard_formula, guard_formulas, quote_texts, quote_xml

Kind = Literal["text", "integer", "fen", "milli", "micro"]
RowStyle = Literal["", "error", "warning", "fixed", "total", "heading", "section"]
Value = str | int | None

MOST_LINKS = 65_000
"""Excel repairs a sheet with more than 65 530 links by throwing them away."""
MOST_ROWS = 1_048_000
"""Rows of data a sheet holds, with room for title, headings and notes. Source: Excel specifications and limits."""
_MOST_CHARACTERS = 32_767
_MOST_REMEMBERED = 20_000
_MOST_AT_ONCE = 500
"""Rows drawn and joined at a time: more would not stay in the cache of the processor."""
_DEFLATE_LEVEL = 3
"""Half the time of level 6 for a tenth more bytes."""
_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_SHEET_NAME = re.compile(r"[\[\]:*?/\\]")
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?%?")
_NO_STYLE: tuple[RowStyle, ...] = ("",)
_PLAIN_STYLES = {"title": 1, "heading": 2, "section": 3, "note": 4}
_FILLS = {"": 0, "error": 3, "warning": 4, "fixed": 5, "total": 2}
_FORMATS: tuple[tuple[Kind, int, bool], ...] = (
    ("text", 49, True), ("integer", 0, False), ("milli", 0, False), ("micro", 0, False), ("fen", 4, False),
)  # fmt: skip
_SHOWS: dict[Kind, Callable[[int], str]] = {
    "text": str, "integer": str, "fen": format_fen, "milli": lambda value: format_scaled(value, 3),
    "micro": lambda value: format_scaled(value, 6),
}  # fmt: skip
_FOLDS = {
    (False, False): "", (False, True): ' collapsed="1"', (True, False): ' outlineLevel="1" hidden="1"',
    (True, True): ' outlineLevel="1" hidden="1"',
}  # fmt: skip
"""(row, next row) is folded away → how the row is marked."""
_CLOSE_TEXT = "</t></is></c>"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"


class Link(NamedTuple):
    """A cell that opens something when clicked.

    Attributes:
        row: Place in `Sheet.rows`, from 0.
        column: Place in `Sheet.columns`, from 0.
        file: Address of a file relative to the workbook, with / (or an absolute one); "" for this workbook.
        location: Cell in that file, e.g. 'Sheet name'!B7; "" for the file as it opens.
    """

    row: int
    column: int
    file: str
    location: str = ""


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
        styles: Look of each row: light red, yellow or green, a bold total, like a heading, bold; () for plain rows.
        links: Cells to click; those after the first `MOST_LINKS` stay text.
        has_filter: True puts a filter on the heading row; totals at the end stay outside it.
        folded: True for each row that belongs to the row above, folded away behind a + at its left; () for none.
    """

    name: str
    title: str
    columns: tuple[SheetColumn, ...]
    rows: Sequence[Sequence[Value]]
    notes: tuple[str, ...] = ()
    landscape: bool = False
    styles: Sequence[RowStyle] = ()
    links: Sequence[Link] = ()
    has_filter: bool = False
    folded: Sequence[bool] = ()


def format_location(sheet: str, cell: str) -> str:
    """A place as a link names it: the sheet in quotes, then the cell, e.g. 'Sheet name'!B7."""
    return "'" + sheet.replace("'", "''") + "'!" + cell


def build_workbook(sheets: Sequence[Sheet], *, title: str, stamp: datetime, charts: Sequence[Chart] = ()) -> bytes:
    """The bytes of an .xlsx with the given sheets, then the charts; the same arguments give the same bytes."""
    names = [_SHEET_NAME.sub("_", name)[:31] for name in (*(s.name for s in sheets), *(c.tab for c in charts))]
    filters = {place: _filter_range(sheet) for place, sheet in enumerate(sheets) if sheet.has_filter and sheet.rows}
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": _content_types(len(names), list_chart_types(len(charts))),
        "_rels/.rels": _ROOT_RELATIONS,
        "docProps/core.xml": _core(title, stamp),
        "xl/workbook.xml": _workbook(names, filters, len(sheets)),
        "xl/_rels/workbook.xml.rels": _workbook_relations(len(names)),
        "xl/styles.xml": _STYLE_SHEET,
    }
    for number, sheet in enumerate(sheets, start=1):
        targets = _list_targets(sheet.links)
        parts[f"xl/worksheets/sheet{number}.xml"] = _sheet(sheet, targets)
        if targets:
            parts[f"xl/worksheets/_rels/sheet{number}.xml.rels"] = _link_relations(targets)
    for number, chart in enumerate(charts, start=1):
        parts |= build_chart_parts(chart, number, len(sheets) + number)
    return build_zip({name: p if isinstance(p, bytes) else p.encode("utf-8") for name, p in parts.items()}, stamp)


def build_zip(parts: dict[str, bytes], stamp: datetime) -> bytes:
    """The bytes of a zip whose members all carry the stamp, on every system alike."""
    time = (min(max(stamp.year, 1980), 2107), stamp.month, stamp.day, stamp.hour, stamp.minute, stamp.second)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in parts.items():
            member = zipfile.ZipInfo(name, time)
            member.create_system, member.external_attr = 3, 0o644 << 16  # else Windows and Linux would differ
            archive.writestr(member, data, zipfile.ZIP_DEFLATED, _DEFLATE_LEVEL)
    return buffer.getvalue()


def format_column(values: Sequence[Value], kind: Kind) -> list[str]:
    """The values of a column as texts for .csv: money with two decimals, quantities without needless zeros, texts guarded."""
    show, types = _SHOWS[kind], set(map(type, values))
    if types == {str}:
        return guard_formulas(values)  # type: ignore[arg-type]  # all of them are texts
    if types == {int}:
        return list(map(show, values))  # type: ignore[arg-type]  # all of them are numbers
    texts = {v: "" if v is None else guard_formula(v) if isinstance(v, str) else show(v) for v in set(values)}
    return list(map(texts.__getitem__, values))


def _sheet(sheet: Sheet, targets: dict[str, str]) -> bytes:
    last = column_letters(len(sheet.columns))
    first_note = len(sheet.rows) + 3
    whole_rows = (1, *range(first_note, first_note + len(sheet.notes)))
    merged = [f'<mergeCell ref="A{row}:{last}{row}"/>' for row in whole_rows if len(sheet.columns) > 1]
    widths = "".join(
        f'<col min="{i}" max="{i}" width="{c.width}" customWidth="1"/>' for i, c in enumerate(sheet.columns, start=1)
    )
    has_filter = sheet.has_filter and sheet.rows
    outline, levels = ('<outlinePr summaryBelow="0"/>', ' outlineLevelRow="1"') if any(sheet.folded) else ("", "")
    head = (
        f'{_HEAD}<worksheet xmlns="{_MAIN}" xmlns:r="{_RELATIONS}">'
        f'<sheetPr>{outline}<pageSetUpPr fitToPage="1"/></sheetPr>'
        '<sheetViews><sheetView workbookViewId="0"><pane ySplit="2" topLeftCell="A3" activePane="bottomLeft" '
        f'state="frozen"/></sheetView></sheetViews><sheetFormatPr defaultRowHeight="18"{levels}/>'
        f"<cols>{widths}</cols><sheetData>"
    )
    tail = (
        "</sheetData>"
        + (f'<autoFilter ref="{_filter_range(sheet)}"/>' if has_filter else "")
        + (f'<mergeCells count="{len(merged)}">{"".join(merged)}</mergeCells>' if merged else "")
        + _links(sheet.links, targets)
        + '<pageMargins left="0.6" right="0.6" top="0.7" bottom="0.7" header="0.3" footer="0.3"/>'
        f'<pageSetup paperSize="9" orientation="{"landscape" if sheet.landscape else "portrait"}" fitToHeight="0"/>'
        "<headerFooter><oddFooter>&amp;C第 &amp;P 页，共 &amp;N 页</oddFooter></headerFooter></worksheet>"
    )
    rows = _draw_rows(sheet, first_note)
    return b"".join([head.encode("utf-8"), *rows, tail.encode("utf-8")])  # in one go: a sheet may have megabytes


def _draw_rows(sheet: Sheet, first_note: int) -> list[bytes]:
    width = sum(c.width for c in sheet.columns)
    pieces = [
        _text_row(1, (sheet.title,), "title", height=30 * _count_lines(sheet.title, width * 0.65)),
        _text_row(2, (c.heading for c in sheet.columns), "heading"),
    ]
    for look, first, end in _find_runs(sheet):
        pieces += (
            _draw_run(sheet.columns, sheet.rows[start : min(start + _MOST_AT_ONCE, end)], look, start + 3)
            for start in range(first, end, _MOST_AT_ONCE)
        )
    for number, note in enumerate(sheet.notes, start=first_note):
        pieces.append(_text_row(number, (note,), "note", height=18 * _count_lines(note, width)))
    return pieces


def _count_lines(text: str, width: float) -> int:
    """Lines of a text in merged cells, for which no program finds the height itself; a Chinese character counts two."""
    return max(1, math.ceil(sum(2 if c > "\u2e7f" else 1 for c in text) / max(width - 2, 1)))


class _Tails(dict[Value, bytes]):
    """Value → as UTF-8 all that follows the number of the row in a cell, for one kind and style; each value is written once.

    What stands between it and the number of the row in the next cell belongs to it.
    """

    def __init__(self, kind: Kind, style: int, behind: str) -> None:
        super().__init__()
        self.show = _SHOWS[kind]
        self.empty = f'" s="{style}"/>{behind}'.encode("ascii")
        self.number = f'" s="{style}"><v>%b</v></c>{behind}'.encode("ascii")
        self.text = f"{_open_text(style)}%b{_CLOSE_TEXT}{behind}".encode("ascii")

    def __missing__(self, value: Value) -> bytes:
        if value is None:
            tail = self.empty
        elif isinstance(value, str):
            tail = self.text % _plain(value).encode("utf-8")
        else:
            tail = self.number % self.show(value).encode("ascii")
        if len(self) >= _MOST_REMEMBERED:
            self.clear()
        self[value] = tail
        return tail


@lru_cache(maxsize=256)
def _find_tails(kind: Kind, style: int, behind: str) -> _Tails:
    """What is remembered of cells of a kind and style before the same column, for all workbooks of the process."""
    return _Tails(kind, style, behind)


class _Look(NamedTuple):
    """What rows have in common besides their values: style, columns to click, and how they are folded away."""

    style: RowStyle
    linked: frozenset[int]
    fold: str


_PLAIN = _Look("", frozenset(), "")


def _find_runs(sheet: Sheet) -> Iterator[tuple[_Look, int, int]]:
    """The look of each run of rows of one look, its first row and its end."""
    if not (sheet.styles or sheet.links or any(sheet.folded)):
        yield _PLAIN, 0, len(sheet.rows)
        return
    linked: dict[int, int] = {}  # a set of columns as the bits of a number
    for row, column, _, _ in sheet.links[:MOST_LINKS]:
        linked[row] = linked.get(row, 0) | 1 << column
    count = len(sheet.rows)
    folded = sheet.folded if any(sheet.folded) else [False] * count
    looks = zip(
        sheet.styles or _NO_STYLE * count,
        map(linked.get, range(count), repeat(0)),
        folded,
        [*folded[1:], False][:count],
        strict=True,
    )
    first = 0
    for (style, bits, is_folded, is_next), run in groupby(looks):
        end = first + sum(1 for _ in run)
        columns = frozenset(i for i in range(bits.bit_length()) if bits >> i & 1)
        yield _Look(style, columns, _FOLDS[is_folded, is_next]), first, end
        first = end


def _draw_run(columns: Sequence[SheetColumn], rows: Sequence[Sequence[Value]], look: _Look, first: int) -> bytes:
    """Rows of one look, which only differ in their numbers and values."""
    numbers = "\n".join(map(str, range(first, first + len(rows)))).encode("ascii").split(b"\n")
    count = 2 * len(columns) + 3  # join takes each as it is: quicker than a pattern that is filled in
    pieces = [b""] * (count * len(rows))
    pieces[0::count], pieces[1::count] = [b'<row r="'] * len(rows), numbers
    opening = '<c r="A' if columns else "</row>"
    pieces[2::count] = [f'"{look.fold}>{opening}'.encode("ascii")] * len(rows)
    for i, (column, values) in enumerate(zip(columns, zip(*rows, strict=True), strict=True)):
        is_link = i in look.linked and look.style in _FILLS
        style = _LINK_STYLES[look.style] if is_link else _STYLES[look.style, column.kind]
        behind = f'<c r="{column_letters(i + 2)}' if i + 1 < len(columns) else "</row>"
        pieces[2 * i + 3 :: count] = numbers
        pieces[2 * i + 4 :: count] = map(_find_tails(column.kind, style, behind).__getitem__, values)
    return b"".join(pieces)


def _filter_range(sheet: Sheet) -> str:
    totals = next((i for i, style in enumerate(reversed(sheet.styles)) if style != "total"), len(sheet.styles))
    return f"A2:{column_letters(len(sheet.columns))}{len(sheet.rows) - totals + 2}"


def _list_targets(links: Sequence[Link]) -> dict[str, str]:
    """File → id of its relation, one for each distinct file."""
    return {file: f"rId{i}" for i, file in enumerate(dict.fromkeys(k.file for k in links[:MOST_LINKS] if k.file), 1)}


def _links(links: Sequence[Link], targets: dict[str, str]) -> str:
    if not links:
        return ""
    shown = links[:MOST_LINKS]
    relations = {"": ""} | {file: f' r:id="{number}"' for file, number in targets.items()}
    locations = quote_texts(list(map(_drop_illegal, [link.location for link in shown])))
    parts = [
        f'<hyperlink ref="{column_letters(column + 1)}{row + 3}"{relations[file]}'
        f"{f' location={location}' if has_location else ''}/>"
        for (row, column, file, has_location), location in zip(shown, locations, strict=True)
    ]
    return f"<hyperlinks>{''.join(parts)}</hyperlinks>"


def _link_relations(targets: dict[str, str]) -> str:
    relations = "".join(
        f'<Relationship Id="{number}" Type="{_RELATIONS}/hyperlink" Target={quote_xml(_quote_path(file))} '
        'TargetMode="External"/>'
        for file, number in targets.items()
    )
    return f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">{relations}</Relationships>'


def _quote_path(path: str) -> str:
    """A path as Excel writes it in a link: Chinese as it is, ASCII marks that mean something in an address escaped."""
    return re.sub(
        r"[\s%#?\"<>\[\]^`{}|]", lambda m: "".join(f"%{b:02X}" for b in m[0].encode()), _ILLEGAL.sub("", path)
    )


def _text_row(number: int, texts: Iterable[str], style: str, *, height: int = 0) -> bytes:
    look = _PLAIN_STYLES[style]
    cells = (_text_cell(f"{column_letters(i)}{number}", text, look) for i, text in enumerate(texts, start=1))
    fixed = f' ht="{height}" customHeight="1"' if height else ""
    return f'<row r="{number}"{fixed}>{"".join(cells)}</row>'.encode()


def _text_cell(reference: str, text: str, style: int) -> str:
    return f'<c r="{reference}{_open_text(style)}{_plain(text)}{_CLOSE_TEXT}'


def _open_text(style: int) -> str:
    return f'" s="{style}" t="inlineStr"><is><t xml:space="preserve">'


def _plain(text: str) -> str:
    """A text as XML; a bare negative number is no formula and keeps its look."""
    guarded = guard_formula(text)
    if guarded != text and _NUMBER.fullmatch(text):
        guarded = text
    return escape_xml(_drop_illegal(guarded)[:_MOST_CHARACTERS])


def _drop_illegal(text: str) -> str:
    """A text without what XML forbids; nothing of that can be printed."""
    return text if text.isprintable() else _ILLEGAL.sub("", text)


def _content_types(count: int, others: str) -> str:
    base = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    sheets = "".join(
        f'<Override PartName="/xl/worksheets/sheet{i}.xml" ContentType="{base}.worksheet+xml"/>'
        for i in range(1, count + 1)
    )
    return (
        f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{base}.sheet.main+xml"/>{sheets}{others}'
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
        f"<dc:title>{escape_xml(_ILLEGAL.sub('', title))}</dc:title><dc:creator>village-notice</dc:creator>"
        f"<dcterms:created {time}/dcterms:created><dcterms:modified {time}/dcterms:modified></cp:coreProperties>"
    )


def _workbook(names: Sequence[str], filters: dict[int, str], tables: int) -> str:
    sheets = "".join(
        f'<sheet name={quote_xml(name)} sheetId="{i}" r:id="rId{i}"/>' for i, name in enumerate(names, start=1)
    )
    return (
        f'{_HEAD}<workbook xmlns="{_MAIN}" xmlns:r="{_RELATIONS}"><sheets>{sheets}</sheets>'
        f"<definedNames>{_defined_names(names[:tables], filters)}</definedNames></workbook>"
    )


def _defined_names(names: Sequence[str], filters: dict[int, str]) -> str:
    """Rows repeated on every page, and the range of each filter, which older programs look for here."""
    ranges = [
        ("_xlnm._FilterDatabase", place, ' hidden="1"', re.sub(r"([A-Z]+)(\d+)", r"$\1$\2", area))
        for place, area in filters.items()
    ]
    ranges += [("_xlnm.Print_Titles", place, "", "$1:$2") for place in range(len(names))]
    return "".join(
        f'<definedName name="{name}" localSheetId="{place}"{mark}>{escape_xml(format_location(names[place], area))}</definedName>'
        for name, place, mark, area in ranges
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


def _number_styles() -> dict[tuple[str, Kind], int]:
    """(Look of the row, kind of the column) → number of the cell style; headings and bold rows have one for all."""
    first = len(_PLAIN_STYLES) + 1
    numbers: dict[tuple[str, Kind], int] = {}
    for block, fill in enumerate(_FILLS):
        for place, (kind, _, _) in enumerate(_FORMATS):
            numbers[fill, kind] = first + block * len(_FORMATS) + place
    for look in ("heading", "section"):
        numbers |= {(look, kind): _PLAIN_STYLES[look] for kind, _, _ in _FORMATS}
    return numbers


def _cell_styles() -> Iterable[str]:
    """Cells by fill and kind, then cells to click by fill, in the order of `_STYLES` and `_LINK_STYLES`."""
    for look, fill in _FILLS.items():
        for _, number, wraps in _FORMATS:
            yield _cell_style(2 if look == "total" else 0, fill, number, wraps=wraps)
    for fill in _FILLS.values():
        yield _cell_style(3, fill, 49, wraps=True)


def _cell_style(font: int, fill: int, number: int, *, wraps: bool) -> str:
    wrap = ' wrapText="1"' if wraps else ""
    return (
        f'<xf numFmtId="{number}" fontId="{font}" fillId="{fill}" borderId="1" applyNumberFormat="1" applyFont="1" '
        f'applyFill="1" applyBorder="1"><alignment vertical="center"{wrap}/></xf>'
    )


def _solid(colour: str) -> str:
    return f'<fill><patternFill patternType="solid"><fgColor rgb="FF{colour}"/></patternFill></fill>'


_STYLES = _number_styles()
_LINK_STYLES = {fill: max(_STYLES.values()) + 1 + place for place, fill in enumerate(_FILLS)}
_STYLE_SHEET = (
    f'{_HEAD}<styleSheet xmlns="{_MAIN}">'
    '<fonts count="4"><font><sz val="11"/><name val="宋体"/></font><font><b/><sz val="16"/><name val="宋体"/></font>'
    '<font><b/><sz val="11"/><name val="宋体"/></font>'
    '<font><u/><sz val="11"/><color rgb="FF0563C1"/><name val="宋体"/></font></fonts>'
    '<fills count="6"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>'
    f"{''.join(map(_solid, ('E7E6E6', 'FBD5D5', 'FFF4C2', 'DDF0DA')))}</fills>"
    '<borders count="2"><border/><border><left style="thin"/><right style="thin"/><top style="thin"/>'
    '<bottom style="thin"/></border></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>'
    f'<cellXfs count="{max(_LINK_STYLES.values()) + 1}"><xf/>'
    '<xf fontId="1" applyFont="1"><alignment horizontal="center" vertical="center" wrapText="1"/></xf>'
    '<xf fontId="2" fillId="2" borderId="1" applyFont="1" applyFill="1"><alignment horizontal="center" '
    'vertical="center" wrapText="1"/></xf>'
    '<xf fontId="2" applyFont="1"><alignment vertical="center"/></xf>'
    f'<xf><alignment vertical="top" wrapText="1"/></xf>{"".join(_cell_styles())}</cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)
