"""Paper and type sizes, and text set on it: lines, paragraphs, titles."""

from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from village_notice.notices.fonts import Style, get_widths, measure
from village_notice.notices.linebreak import break_lines
from village_notice.notices.page import Element, Page
from village_notice.notices.template import Template, read_template

MM = 72 / 25.4
_SIZES_MM = {"A4": (210.0, 297.0), "A3": (297.0, 420.0)}
LEADING = 1.5
_TITLE_LEADING, _BELOW_TITLE = 1.45, 0.2
_SMALLEST_TITLE = 12.0
_LARGE = 16.0
_DOT = "·"
_UNEVEN = (0.1, 0.35, 0.6, 0.75, 0.9)  # of the size: how much longer than the average a line may be, least first
_WIDOW, _CLOSEST = 2, 0.04
_WIDEST_GAP = 0.12  # of the size: a line that would need wider gaps between characters is not stretched


@dataclass(frozen=True, slots=True)
class Paper:
    """Geometry of a sheet, in points.

    Attributes:
        width, height: Of the sheet.
        left, right, top, bottom: Edges of the printed area, from the lower left corner.
        title, body, table, footer: Type sizes.
        row: Height of a table row.
        thin, thick: Widths of lines.
        panels: Lists set side by side at most.
        draft_word: Words of the watermark.
        least: Smallest type of words and tables that are made to fit.
    """

    width: float
    height: float
    left: float
    right: float
    top: float
    bottom: float
    title: float
    body: float
    table: float
    footer: float
    row: float
    thin: float
    thick: float
    panels: int
    draft_word: str
    least: float = 9.0

    @property
    def inside(self) -> float:
        """Width of the printed area."""
        return self.right - self.left

    @property
    def floor(self) -> float:
        """Lowest point above the footer."""
        return self.bottom + 1.6 * self.footer


def read_paper(folder: Path | None, *, turned: bool = False, size: str = "", is_large: bool = False) -> Paper:
    """The paper of `paper.toml`.

    Args:
        folder: The office folder, or None.
        turned: Exchanges width and height.
        size: A4 or A3 in place of the template's.
        is_large: Large print. Source: design of the notices, table ≥ 16 pt.
    """
    template = read_template("paper", folder)
    width, height = (v * MM for v in _SIZES_MM[size or template.values["size"]])
    if (template.values["orientation"] == "landscape") != turned:
        width, height = height, width
    paper = _make_paper(template, width, height)
    return _enlarge(paper) if is_large else paper


def _enlarge(paper: Paper) -> Paper:
    """The same sheet in large print; what is larger already stays as it is."""
    return replace(
        paper,
        title=max(paper.title, 26.0),
        body=max(paper.body, 17.0),
        table=max(paper.table, _LARGE),
        footer=max(paper.footer, 12.0),
        row=max(paper.row, 10.5 * MM),
        least=_LARGE,
    )


def _make_paper(template: Template, width: float, height: float) -> Paper:
    number = template.number
    return Paper(
        width=width, height=height, left=number("margin_left_mm") * MM, right=width - number("margin_right_mm") * MM,
        top=height - number("margin_top_mm") * MM, bottom=number("margin_bottom_mm") * MM, title=number("title_pt"),
        body=number("body_pt"), table=number("table_pt"), footer=number("footer_pt"), row=number("row_mm") * MM,
        thin=number("line_thin_pt"), thick=number("line_thick_pt"), panels=template.values["panels"],
        draft_word=template.values["draft_word"],
    )  # fmt: skip


def wrap_text(text: str, width: float, size: float, style: Style = Style.REGULAR) -> list[str]:
    """The lines of a text set in `size`, none wider than `width` points."""
    return list(_wrap(text, width, size, style))


@lru_cache(maxsize=2048)
def _wrap(text: str, width: float, size: float, style: Style) -> tuple[str, ...]:
    """Cached: a layout is tried on several papers, and villages say much in the same words."""
    widths, room = get_widths(style), width * 1000 / size
    if "\n" not in text and widths[text] <= room:
        return (text,)
    return tuple(break_lines(text, room, widths.__getitem__))


def wrap_even(text: str, width: float, size: float, style: Style = Style.REGULAR) -> list[str]:
    """The lines of a heading or name, of about the same length: no single character on the last one."""
    lines = wrap_text(text, width, size, style)
    even = measure(text, style) * size / 1000 / len(lines)
    for more in _UNEVEN if len(lines) > 1 else ():
        balanced = wrap_text(text, min(width, even + more * size), size, style)
        if len(balanced) == len(lines):
            return balanced
    return lines


def wrap_name(text: str, width: float, size: float, style: Style = Style.REGULAR) -> list[str]:
    """The lines of a name: where two will do, one with · is broken behind it."""
    lines = wrap_even(text, width, size, style)
    if len(lines) != 2 or _DOT not in text:
        return lines
    breaks = [place + 1 for place, char in enumerate(text[:-1]) if char == _DOT]
    pairs = [[text[:place], text[place:]] for place in breaks]
    wide = [max(measure(line, style) for line in pair) for pair in pairs]
    best = min(range(len(pairs)), key=wide.__getitem__, default=-1)
    return pairs[best] if pairs and wide[best] * size <= width * 1000 else lines


def wrap_paragraph(text: str, width: float, size: float) -> list[str]:
    """The lines of a paragraph of body text; a last line of one or two characters is drawn in, or gets two more.

    The lines may then be a little wider than `width`: `draw_lines` sets them closer.
    """
    lines = wrap_text(text, width, size)
    if len(lines) == 1 or len(lines[-1]) > _WIDOW:
        return lines
    closer = wrap_text(text, width * (1 + _CLOSEST), size)
    if len(closer) < len(lines):
        return closer
    looser = [*lines[:-2], *wrap_text(lines[-2] + lines[-1], width - _WIDOW * size, size)]
    return looser if len(looser) == len(lines) else lines


def draw_lines(
    page: Page,
    place: tuple[float, float],
    lines: list[str],
    size: float,
    *,
    width: float = 0.0,
    leading: float = LEADING,
) -> float:
    """Draws lines of body text from a top left corner down; gives the height below the last one.

    Args:
        page: The page; call inside `mark`.
        place: Left edge and top.
        lines: From `wrap_text`.
        size: In points.
        width: Stretch all lines but the last to this width, and draw wider ones in to it; 0 leaves them ragged.
        leading: From base line to base line, in parts of the size.
    """
    x, y = place
    for number, line in enumerate(lines, 1):
        y -= leading * size
        gap = (width - measure(line) * size / 1000) / max(1, len(line) - 1) if width else 0.0
        if gap < 0 or (number < len(lines) and 0 < gap <= _WIDEST_GAP * size):
            page.spaced_text(x, y + (leading - 1.14) * size, line, size=size, width=width)
        else:
            page.text(x, y + (leading - 1.14) * size, line, size=size)
    return y


def height_of(lines: list[str], size: float) -> float:
    """The height `draw_lines` needs."""
    return len(lines) * LEADING * size


def draw_title(page: Page, paper: Paper, text: str, element: Element, top: float) -> float:
    """Draws a title of one or more lines in the middle, from `top` down; gives the height below it.

    A line too wide for the paper is set smaller, and broken where it would become too small.
    """
    y = top
    with page.mark(element):
        for line, size in title_lines(text, paper):
            y -= _TITLE_LEADING * size
            page.text(paper.width / 2, y + 0.3 * size, line, size=size, style=Style.BOLD, align="center")
    return y - _BELOW_TITLE * paper.title


def title_height(text: str, paper: Paper) -> float:
    """The height `draw_title` needs."""
    return sum(_TITLE_LEADING * size for _, size in title_lines(text, paper)) + _BELOW_TITLE * paper.title


def title_lines(text: str, paper: Paper) -> list[tuple[str, float]]:
    """The lines of a title with their sizes."""
    lines = []
    for part in text.split("\n"):
        size = min(paper.title, paper.inside * 1000 / max(1, measure(part, Style.BOLD)))
        size = max(size, _SMALLEST_TITLE)
        lines += [(line, size) for line in wrap_text(part, paper.inside + 0.01, size, Style.BOLD)]
    return lines
