"""An annotated copy made by changing as little as possible inside the package of the clerk's own .xlsx.

Everything that is not touched stays byte for byte: formats, pictures, shapes, charts, print settings. A cell that is marked
gets a format of its own (the old one with another fill); comments and the sheet in front are new parts. What does not look
as expected is not touched at all: the caller then has the whole workbook written anew.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from village_notice.checks.annotation_words import (
    FILLS,
    FIRST_COLUMNS,
    HEADINGS,
    MOST_LISTED,
    WIDTHS,
    Key,
    Origin,
    clean_text,
    find_target,
    find_worst,
    group_findings,
    measure_comment,
    say_formulas,
    sort_findings,
    write_comment,
    write_head,
    write_row,
)
from village_notice.checks.xlsx_package import CannotPatchError, Package, SheetPart
from village_notice.checks.xlsx_styles import Styles
from village_notice.domain.annotation import FRONT_MARK, FRONT_SHEET, PATH_PROPERTY, SOURCE_PROPERTY, format_sources
from village_notice.domain.finding import Finding
from village_notice.domain.rules import RULES
from village_notice.domain.text import column_letters, escape_xml, quote_xml
from village_notice.workbook import build_zip

__all__ = ["CannotPatchError", "patch_xlsx"]
_CELL = re.compile(r'<c\b((?:\s+[\w:]+="[^"]*")*)\s*(?:/>|>(.*?)</c>)', re.DOTALL)
_CELL_BEGINS = re.compile(r"<c[\s/>]")
_FORMULA = re.compile(r"<f\b[^>]*?(?:/>|>.*?</f>)", re.DOTALL)
_HAS_VALUE = re.compile(r"<v\b[^>]*>[^<]|<is>")
_ROW = re.compile(r"<row\b([^>]*?)(/?)>")
_PLACE = re.compile(r'\br="([A-Z]{1,3})(\d+)"')
_MERGE = re.compile(r'<mergeCell\b[^>]*\bref="([A-Z]+)(\d+):([A-Z]+)(\d+)"')
_BEHIND = ("<legacyDrawingHF", "<drawingHF", "<picture", "<webPublishItems", "<tableParts")
"""What stands behind <legacyDrawing> in a sheet. Source: ECMA-376 part 1, CT_Worksheet."""
_SHAPE_TYPE = (
    '<v:shapetype id="_x0000_t202" coordsize="21600,21600" o:spt="202" path="m,l,21600r21600,l21600,xe">'
    '<v:stroke joinstyle="miter"/><v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype>'
)
_SHAPES_IN_BLOCK = 1024
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_DOCUMENT = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def patch_xlsx(data: bytes, findings: Sequence[Finding], origin: Origin) -> bytes:
    """The bytes of the copy.

    Raises:
        CannotPatchError: The workbook has something that this does not know how to keep.
    """
    package = Package.open(data)
    if FRONT_SHEET in package.names or SOURCE_PROPERTY in package.parts.get("docProps/custom.xml", ""):
        raise CannotPatchError("a copy of ours already")
    styles = Styles(package.read("xl/styles.xml"))
    ordered = sort_findings(findings)
    groups = group_findings(ordered, package.names)
    became = stayed = 0
    for number, sheet in enumerate(package.sheets, 1):
        text = _deselect(package.read(sheet.part))
        text, *formulas = _drop_formulas(text)
        became, stayed = became + formulas[0], stayed + formulas[1]
        marks = _Sheet(text)
        comments = _mark(marks, groups.get(sheet.name, {}), styles)
        package.parts[sheet.part] = _hang_comments(package, sheet, marks.join(), comments, number)
    if became:
        package.drop_calculation_chain()
    front = _draw_front(ordered, origin, [*origin.losses, *say_formulas(became, stayed)], package.names, styles)
    package.add_front(FRONT_SHEET, front)
    package.parts["xl/styles.xml"] = styles.join()
    package.set_properties({SOURCE_PROPERTY: format_sources(origin.hashes), PATH_PROPERTY: origin.path})
    package.set_modified(origin.stamp)
    return build_zip(package.encode(), origin.stamp)


def _deselect(text: str) -> str:
    """The sheet without the mark that it is the chosen one: several chosen sheets would be edited together."""
    head, found, rest = text.partition("<sheetData")
    return re.sub(r'\stabSelected="[^"]*"', "", head) + found + rest


def _drop_formulas(text: str) -> tuple[str, int, int]:
    """The sheet with the values that its formulas were saved with; how many became values, how many have none and stay."""
    if "<f" not in text or not _FORMULA.search(text):
        return text, 0, 0
    counts = [0, 0]

    def drop(match: re.Match[str]) -> str:
        whole, inside = match[0], match[2] or ""
        if "<f" not in inside or not _FORMULA.search(inside):
            return whole
        has_value = bool(_HAS_VALUE.search(inside))
        counts[0 if has_value else 1] += 1
        return _FORMULA.sub("", whole) if has_value else whole

    text = _CELL.sub(drop, text)
    if counts[1] and 't="shared"' in text:
        raise CannotPatchError("a shared formula of which some cells have no value")
    if ' cm="' in text:
        raise CannotPatchError("dynamic arrays")
    return text, counts[0], counts[1]


@dataclass(slots=True)
class _Sheet:
    """A sheet's text, cut at its rows, so that single cells can be changed."""

    text: str
    rows: dict[int, list[int]] = field(default_factory=dict)
    changed: dict[int, str] = field(default_factory=dict)
    merges: list[tuple[int, int, int, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        start, end = self.text.find("<sheetData"), self.text.find("</sheetData>")
        if start < 0:
            raise CannotPatchError("no sheetData")
        for match in _ROW.finditer(self.text, start, end if end >= 0 else start):
            number = re.search(r'\br="(\d+)"', match[1])
            if not number:
                raise CannotPatchError("a row without its number")
            stop = match.end() if match[2] else self.text.find("</row>", match.end()) + len("</row>")
            self.rows[int(number[1])] = [match.start(), stop]
        for left, top, right, bottom in _MERGE.findall(self.text, max(end, 0)):
            self.merges.append((int(top), _column(left), int(bottom), _column(right)))

    def read_row(self, number: int) -> str:
        """The row as it is now, an empty one where there is none."""
        if number in self.changed:
            return self.changed[number]
        span = self.rows.get(number)
        return self.text[span[0] : span[1]] if span else f'<row r="{number}"></row>'

    def find_cell(self, row: int, column: int) -> Key:
        """The cell to mark: the first filled one of a row where no column is told, the first of a merged range."""
        row = max(row, 1)
        if not column:
            filled = (c for c, inside in self._list_cells(row) if c <= FIRST_COLUMNS and _HAS_VALUE.search(inside))
            column = next(filled, 1)
        inside = (m for m in self.merges if m[0] <= row <= m[2] and m[1] <= column <= m[3])
        return next(((m[0], m[1]) for m in inside), (row, column))

    def _list_cells(self, row: int) -> list[tuple[int, str]]:
        return [(column, match[2] or "") for column, match in _find_cells(self.read_row(row))]

    def fill(self, row: int, column: int, find_style: "Mapping[str, str] | _Filled") -> None:
        """Gives a cell another format, by that which it has."""
        text, place = self.read_row(row), f"{column_letters(column)}{row}"
        if text.endswith("/>") and "</row>" not in text:
            text = text.removesuffix("/>") + "></row>"
        behind = None
        for number, match in _find_cells(text):
            if number == column:
                old = re.search(r'\ss="(\d+)"', match[1])
                attributes = re.sub(r'\ss="\d+"', "", match[1]) + f' s="{find_style[old[1] if old else "0"]}"'
                self.changed[row] = text[: match.start()] + f"<c{attributes}" + text[match.end(1) :]
                return
            if behind is None and number > column:
                behind = match.start()
        at = behind if behind is not None else text.rindex("</row>")
        self.changed[row] = text[:at] + f'<c r="{place}" s="{find_style["0"]}"/>' + text[at:]

    def join(self) -> str:
        """The sheet with its changed rows."""
        pieces, last = [], 0
        new = sorted(n for n in self.changed if n not in self.rows)
        old = sorted(self.rows)
        if new and "<sheetData/>" in self.text:
            self.text = self.text.replace("<sheetData/>", "<sheetData></sheetData>")
        end = self.text.find("</sheetData>")
        spots = {n: next((self.rows[o][0] for o in old if o > n), end) for n in new}
        edits = [(spots[n], spots[n], self.changed[n]) for n in new]
        edits += [(*self.rows[n], self.changed[n]) for n in self.changed if n in self.rows]  # type: ignore[misc]  # a span has two ends
        for start, stop, text in sorted(edits, key=lambda e: (e[0], e[1])):
            pieces += [self.text[last:start], text]
            last = stop
        return "".join([*pieces, self.text[last:]])


def _find_cells(row: str) -> list[tuple[int, re.Match[str]]]:
    """The cells of a row by their columns.

    Raises:
        CannotPatchError: One of them is not written as usual, so that it would be put in a second time.
    """
    found = []
    for match in _CELL.finditer(row):
        place = _PLACE.search(match[1])
        if not place:
            raise CannotPatchError("a cell without its place")
        found.append((_column(place[1]), match))
    if len(found) != len(_CELL_BEGINS.findall(row)):
        raise CannotPatchError("a cell that is not written as usual")
    return found


class _Filled:
    """Format → the same with the colour of a severity."""

    def __init__(self, styles: Styles, colour: str) -> None:
        self._styles, self._colour = styles, colour

    def __getitem__(self, style: str) -> str:
        return self._styles.fill(int(style), self._colour)


def _mark(sheet: _Sheet, cells: Mapping[Key, Sequence[Finding]], styles: Styles) -> dict[Key, str]:
    """Colours the cells; the texts of their comments."""
    found: dict[Key, list[Finding]] = {}
    for (row, column), told in cells.items():
        found.setdefault(sheet.find_cell(row, column), []).extend(told)
    for (row, column), told in found.items():
        sheet.fill(row, column, _Filled(styles, FILLS[find_worst(told)]))
    return {place: write_comment(told) for place, told in sorted(found.items())}


def _hang_comments(package: Package, sheet: SheetPart, text: str, comments: Mapping[Key, str], number: int) -> str:
    """The sheet with its comments, which are parts of their own."""
    if not comments:
        return text
    end = text.find("</sheetData>")
    tail = text[end:] if end >= 0 else text
    if "<legacyDrawing " in tail or "AlternateContent" in tail or "<oleObjects" in tail or "<controls" in tail:
        raise CannotPatchError("comments or controls that are there already")
    drawing, notes = f"xl/drawings/vmlDrawingNotice{number}.vml", f"xl/commentsNotice{number}.xml"
    package.add_part(
        notes, _draw_comments(comments), "application/vnd.openxmlformats-officedocument.spreadsheetml.comments+xml"
    )
    package.add_part(drawing, _draw_boxes(comments, number))
    package.add_default("vml", "application/vnd.openxmlformats-officedocument.vmlDrawing")
    package.relate(sheet.part, "comments", notes)
    relation = package.relate(sheet.part, "vmlDrawing", drawing)
    spots = [tail.find(word) for word in _BEHIND if word in tail]
    if re.search(r"</extLst>\s*</worksheet>\s*$", tail):
        spots.append(tail.rfind("<extLst"))
    spots.append(tail.rfind("</worksheet>"))
    at = len(text) - len(tail) + min(spots)
    return package.declare_relations(text[:at] + f'<legacyDrawing r:id="{relation}"/>' + text[at:])


def _draw_comments(comments: Mapping[Key, str]) -> str:
    told = "".join(
        f'<comment ref="{column_letters(column)}{row}" authorId="0"><text><t xml:space="preserve">{escape_xml(words)}</t></text></comment>'
        for (row, column), words in comments.items()
    )
    return f'<comments xmlns="{_MAIN}"><authors><author>{FRONT_MARK}</author></authors><commentList>{told}</commentList></comments>'


def _draw_boxes(comments: Mapping[Key, str], number: int) -> str:
    """The boxes of the comments, as Excel still wants them."""
    first = number * _SHAPES_IN_BLOCK
    blocks = range(number, number + 1 + len(comments) // _SHAPES_IN_BLOCK)
    shapes = []
    for place, ((row, column), words) in enumerate(comments.items(), 1):
        width, height = measure_comment(words)
        shapes.append(
            f'<v:shape id="_x0000_s{first + place}" type="#_x0000_t202" style="position:absolute;margin-left:59.25pt;'
            f'margin-top:1.5pt;width:{width}px;height:{height}px;z-index:{place};visibility:hidden" fillcolor="#ffffe1" '
            'o:insetmode="auto"><v:fill color2="#ffffe1"/><v:shadow color="black" obscured="t"/><v:path o:connecttype="none"/>'
            '<v:textbox style="mso-direction-alt:auto"><div style="text-align:left"></div></v:textbox>'
            '<x:ClientData ObjectType="Note"><x:MoveWithCells/><x:SizeWithCells/><x:AutoFill>False</x:AutoFill>'
            f"<x:Row>{row - 1}</x:Row><x:Column>{column - 1}</x:Column></x:ClientData></v:shape>"
        )
    return (
        '<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" '
        'xmlns:x="urn:schemas-microsoft-com:office:excel"><o:shapelayout v:ext="edit">'
        f'<o:idmap v:ext="edit" data="{",".join(map(str, blocks))}"/></o:shapelayout>{_SHAPE_TYPE}{"".join(shapes)}</xml>'
    )


def _draw_front(
    findings: Sequence[Finding], origin: Origin, losses: Sequence[str], names: Sequence[str], styles: Styles
) -> str:
    """The sheet in front: how to use the copy, what could not be kept, every finding with a link to its cell."""
    head = write_head(findings, origin, losses)
    looks = [styles.front("title"), *[styles.front("text")] * (len(head) - 3), *[styles.front("faint")] * 2]
    rows = [_draw_row(n, [(1, text, look)]) for n, (text, look) in enumerate(zip(head, looks, strict=True), 1)]
    first = len(rows) + 1
    rows.append(_draw_row(first, [(c, word, styles.front("bold")) for c, word in enumerate(HEADINGS, 1)]))
    links = []
    for number, finding in enumerate(findings[:MOST_LISTED], first + 1):
        target = find_target(finding, names)
        looks = [
            styles.front("text", FILLS[RULES[finding.code].severity]), *[styles.front("text")] * 2,
            styles.front("link" if target else "text"), *[styles.front("wrap")] * 2,
        ]  # fmt: skip
        rows.append(
            _draw_row(number, [(c, w, s) for c, (w, s) in enumerate(zip(write_row(finding), looks, strict=True), 1)])
        )
        if target:
            links.append(f'<hyperlink ref="D{number}" location={quote_xml(target)} display={quote_xml(target)}/>')
    if len(findings) > MOST_LISTED:
        rest = f"……另有 {len(findings) - MOST_LISTED:,} 条，见问题清单"
        rows.append(_draw_row(first + 1 + MOST_LISTED, [(1, rest, styles.front("text"))]))
    columns = "".join(f'<col min="{n}" max="{n}" width="{w}" customWidth="1"/>' for n, w in enumerate(WIDTHS, 1))
    linked = f"<hyperlinks>{''.join(links)}</hyperlinks>" if links else ""
    return (
        f'<worksheet xmlns="{_MAIN}" xmlns:r="{_DOCUMENT}"><sheetPr><pageSetUpPr fitToPage="1"/></sheetPr><sheetViews>'
        f'<sheetView tabSelected="1" workbookViewId="0"><pane ySplit="{first}" topLeftCell="A{first + 1}" '
        'activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><sheetFormatPr defaultRowHeight="15"/>'
        f"<cols>{columns}</cols><sheetData>{''.join(rows)}</sheetData>{linked}"
        '<pageMargins left="0.4" right="0.4" top="0.6" bottom="0.6" header="0.3" footer="0.3"/>'
        '<pageSetup paperSize="9" orientation="landscape" fitToHeight="0"/></worksheet>'
    )


def _draw_row(number: int, cells: Sequence[tuple[int, str, str]]) -> str:
    drawn = "".join(
        f'<c r="{column_letters(c)}{number}" s="{style}" t="inlineStr"><is><t xml:space="preserve">{escape_xml(clean_text(text))}</t></is></c>'
        for c, text, style in cells
        if text
    )
    return f'<row r="{number}">{drawn}</row>'


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number
