"""The sheets of any file as a bare .xlsx: values with their types, merges, hidden sheets; no formatting."""

import io
import math
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Protocol

from village_notice.checks.annotation_words import Key, clean_text
from village_notice.domain.text import column_letters, escape_xml, quote_xml

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_DOCUMENT = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_ROWS_FOR_WIDTH, _WIDEST = 200, 40
_TEXT, _DAY, _MOMENT, _TIME = 1, 2, 3, 4
"""Places of the cell formats in `_STYLES`."""
_STYLES = (
    f'{_HEAD}<styleSheet xmlns="{_MAIN}"><numFmts count="3"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/>'
    '<numFmt numFmtId="165" formatCode="yyyy\\-mm\\-dd\\ hh:mm:ss"/><numFmt numFmtId="166" formatCode="hh:mm:ss"/></numFmts>'
    '<fonts count="1"><font><sz val="11"/><name val="宋体"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="5">'
    + "".join(
        f'<xf numFmtId="{n}" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
        for n in (0, 49, 164, 165, 166)
    )
    + '</cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)
_EPOCH = datetime(1899, 12, 30, tzinfo=UTC)
_FIRST_DAY = date(1900, 3, 1)
"""Excel counts a day in February 1900 that never was: earlier days are written as texts."""


class PlainSheet(Protocol):
    """A sheet as a reader gives it; see `sources.grid.Grid`."""

    name: str
    rows: list[list[Any]]
    is_hidden: bool
    errors: dict[Key, str]

    @property
    def merges(self) -> Sequence[tuple[int, int, int, int]]:
        """First row, first column, last row, last column."""


def build_plain(sheets: Iterable[PlainSheet]) -> bytes:
    """The bytes of the workbook, for `patch_xlsx` to go on from; texts stay texts, whatever they begin with."""
    made = list(sheets)
    names = _name_sheets(made)
    numbers = range(1, len(made) + 1)
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        + _override("/xl/workbook.xml", "sheet.main")
        + _override("/xl/styles.xml", "styles")
        + "".join(_override(f"/xl/worksheets/sheet{n}.xml", "worksheet") for n in numbers)
        + "</Types>",
        "_rels/.rels": _relations([("rId1", "officeDocument", "xl/workbook.xml")]),
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_DOCUMENT}"><bookViews><workbookView/></bookViews><sheets>'
        + "".join(
            f'<sheet name={quote_xml(name)} sheetId="{n}"{_hide(sheet)} r:id="rId{n}"/>'
            for n, name, sheet in zip(numbers, names, made, strict=True)
        )
        + "</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": _relations(
            [
                *((f"rId{n}", "worksheet", f"worksheets/sheet{n}.xml") for n in numbers),
                (f"rId{len(made) + 1}", "styles", "styles.xml"),
            ]
        ),
        "xl/styles.xml": _STYLES.removeprefix(_HEAD),
    }
    parts |= {f"xl/worksheets/sheet{n}.xml": _draw(sheet) for n, sheet in zip(numbers, made, strict=True)}
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as package:
        for name, text in parts.items():
            package.writestr(name, (_HEAD + text).encode("utf-8", "replace"))
    return buffer.getvalue()


def _name_sheets(sheets: Sequence[PlainSheet]) -> list[str]:
    """Names that a workbook may have: as they are, Sheet1 for none, numbered where two are alike."""
    taken: dict[str, int] = {}
    names = []
    for sheet in sheets:
        name = clean_text(sheet.name)[:31] or "Sheet1"
        count = taken[name.casefold()] = taken.get(name.casefold(), 0) + 1
        names.append(name if count == 1 else f"{name[:28]}{count}")
    return names


def _override(part: str, kind: str) -> str:
    content = f"application/vnd.openxmlformats-officedocument.spreadsheetml.{kind}+xml"
    return f'<Override PartName="{part}" ContentType="{content}"/>'


def _relations(found: Iterable[tuple[str, str, str]]) -> str:
    rows = "".join(f'<Relationship Id="{i}" Type="{_DOCUMENT}/{kind}" Target="{target}"/>' for i, kind, target in found)
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{rows}</Relationships>'


def _hide(sheet: PlainSheet) -> str:
    return ' state="hidden"' if sheet.is_hidden else ""


def _draw(sheet: PlainSheet) -> str:
    rows = "".join(_draw_row(number, cells, sheet.errors) for number, cells in enumerate(sheet.rows, 1))
    ranges = [
        f'<mergeCell ref="{column_letters(left)}{top}:{column_letters(right)}{bottom}"/>'
        for top, left, bottom, right in sheet.merges
    ]
    merged = f'<mergeCells count="{len(ranges)}">{"".join(ranges)}</mergeCells>' if ranges else ""
    head = f'<worksheet xmlns="{_MAIN}" xmlns:r="{_DOCUMENT}">{_draw_widths(sheet)}'
    return f"{head}<sheetData>{rows}</sheetData>{merged}</worksheet>"


def _draw_widths(sheet: PlainSheet) -> str:
    """Columns wide enough for what they hold; titles, which run over several, are not looked at."""
    widths: dict[int, int] = {}
    titles = {top for top, left, _, right in sheet.merges if right > left}
    for number, cells in enumerate(sheet.rows[:_ROWS_FOR_WIDTH], 1):
        if number not in titles and sum(v is not None for v in cells) > 1:
            for column, value in enumerate(cells, 1):
                widths[column] = max(widths.get(column, 0), _measure(value))
    drawn = (
        f'<col min="{c}" max="{c}" width="{min(w + 2, _WIDEST)}" customWidth="1"/>'
        for c, w in sorted(widths.items())
        if w
    )
    columns = "".join(drawn)
    return f"<cols>{columns}</cols>" if columns else ""


def _measure(value: object) -> int:
    """Width in digits; a Chinese character is two wide."""
    text = "" if value is None else str(value)
    return sum(1 if c.isascii() else 2 for c in max(text.split("\n"), key=len))


def _draw_row(number: int, cells: Sequence[object], errors: Mapping[Key, str]) -> str:
    last = max([len(cells), *(column for row, column in errors if row == number)]) if errors else len(cells)
    told = (
        _draw_cell(f"{column_letters(column)}{number}", errors.get((number, column)) or value)
        for column, value in enumerate([*cells, *[None] * (last - len(cells))], 1)
    )
    drawn = "".join(told)
    return f'<row r="{number}">{drawn}</row>' if drawn else ""


def _draw_cell(place: str, value: object) -> str:
    """A cell; "" for an empty one."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return f'<c r="{place}" t="b"><v>{int(value)}</v></c>'
    if isinstance(value, int | float) and math.isfinite(value):
        return f'<c r="{place}"><v>{value!r}</v></c>'
    if isinstance(value, time):
        serial, style = (
            timedelta(hours=value.hour, minutes=value.minute, seconds=value.second) / timedelta(days=1),
            _TIME,
        )
        return f'<c r="{place}" s="{style}"><v>{serial!r}</v></c>'
    if isinstance(value, date) and (value.date() if isinstance(value, datetime) else value) >= _FIRST_DAY:
        is_moment = isinstance(value, datetime)
        moment = value if isinstance(value, datetime) else datetime.combine(value, time())
        days = (moment.replace(tzinfo=UTC) - _EPOCH) / timedelta(days=1)
        return f'<c r="{place}" s="{_MOMENT if is_moment else _DAY}"><v>{days!r}</v></c>'
    text = escape_xml(clean_text(str(value)))
    return f'<c r="{place}" s="{_TEXT}" t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'
