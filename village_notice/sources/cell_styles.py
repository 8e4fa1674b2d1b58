"""What the styles of a workbook mean for its values: which cells are days, which are struck through or shown scaled."""

from dataclasses import dataclass, field
from typing import NamedTuple

from village_notice.sources.number_format import Kind, find_kind, is_scaled_format
from village_notice.sources.xml_events import is_true, parse_xml


class Style(NamedTuple):
    """A cell style that changes what a value means."""

    kind: Kind = "number"
    is_struck: bool = False
    format: str = ""


PLAIN = Style()


@dataclass(slots=True)
class StyleTable:
    """Styles that matter, by the index cells carry as text ("" is a cell without one); all others are PLAIN."""

    special: dict[str, Style] = field(default_factory=dict)
    since_1904: bool = False


def make_style(format_id: int, code: str, *, is_struck: bool) -> Style:
    """A style from its number format; the format is kept only where the cell shows another figure than it holds."""
    return Style(find_kind(format_id, code), is_struck, code if code and is_scaled_format(code) else "")


def read_styles(data: bytes, part: str, *, since_1904: bool) -> StyleTable:
    """The styles part of an .xlsx as a table."""
    found = parse_xml(data, part, _Styles)
    table = StyleTable(since_1904=since_1904)
    for index, (format_id, font_id) in enumerate(found.cell_formats):
        struck = 0 <= font_id < len(found.struck_fonts) and found.struck_fonts[font_id]
        style = make_style(format_id, found.codes.get(format_id, ""), is_struck=struck)
        if style != PLAIN:
            table.special[str(index)] = style
    if "0" in table.special:
        table.special[""] = table.special["0"]
    return table


class _Styles:
    def __init__(self) -> None:
        self.codes: dict[int, str] = {}
        self.struck_fonts: list[bool] = []
        self.cell_formats: list[tuple[int, int]] = []
        self._path: list[str] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        above = self._path[-1] if self._path else ""
        self._path.append(name)
        if name == "numFmt" and above == "numFmts":
            self.codes[_read_index(attributes.get("numFmtId"))] = attributes.get("formatCode", "")
        elif name == "font" and above == "fonts":
            self.struck_fonts.append(False)
        elif name == "strike" and above == "font" and self._path[-3:-2] == ["fonts"]:
            self.struck_fonts[-1] = is_true(attributes.get("val", "1"))
        elif name == "xf" and above == "cellXfs":
            self.cell_formats.append((_read_index(attributes.get("numFmtId")), _read_index(attributes.get("fontId"))))

    def text(self, text: str) -> None:
        pass

    def end(self, name: str) -> None:
        self._path.pop()


def _read_index(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 9 else 0
