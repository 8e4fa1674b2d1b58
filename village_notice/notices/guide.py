"""申报指南: a sheet a programme with the ten fields of the public standard; nothing invented, nothing unverified.

Source: 涉农补贴领域基层政务公开标准目录, 申请指南 and 监督渠道. An empty field says whom to ask; an unverified one is left out.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple

from village_notice.domain.finding import Finding
from village_notice.domain.subsidy import Subsidy
from village_notice.errors import SettingsError
from village_notice.notices.document import Document
from village_notice.notices.fonts import Style, show_text
from village_notice.notices.gate import look_at_pieces
from village_notice.notices.page import Element, Page
from village_notice.notices.paper import (
    LEADING,
    Paper,
    draw_lines,
    draw_title,
    height_of,
    read_paper,
    wrap_paragraph,
    wrap_text,
)
from village_notice.notices.template import Template, read_template
from village_notice.notices.template_file import read_toml
from village_notice.notices.village import Notice
from village_notice.notices.work import Choice, one_line
from village_notice.resources import find_data
from village_notice.settings import Settings

FIELDS = (
    "basis", "audience", "scope", "standard", "procedure", "materials", "phone", "receiver", "time_limit", "supervision",
)  # fmt: skip
_LABEL = 5.5  # width of the label column, in parts of the body size
_PAD = 5.0
_SCALES = (1.6, 1.45, 1.3, 1.15, 1.0)
"""A guide that says little is set larger; of more than a page, in the usual type."""
_KEYS = {"text": str, "source": str, "verified": bool}


class Field(NamedTuple):
    """One field of a guide as it lies in the file."""

    text: str = ""
    source: str = ""
    is_verified: bool = False


@dataclass(frozen=True, slots=True)
class Guide:
    """What a sheet says.

    Attributes:
        programme: Name of the programme.
        title: Title of the sheet.
        rows: (label, text) of each field that is printed, in order.
        notes: Words above and below the fields.
        phones: Telephones that may stand on it.
    """

    programme: str
    title: str
    rows: tuple[tuple[str, str], ...]
    notes: tuple[str, str]
    phones: tuple[str, ...]


def read_fields(code: str, settings: Settings) -> dict[str, Field]:
    """The fields known of a programme; {} where there is no file.

    Raises:
        SettingsError: The file is no TOML, or has an unknown key or a wrong value.
    """
    path = settings.reference_file(f"guides/{code}.toml") or find_data("reference", "guides", f"{code}.toml")
    if not path.is_file():
        return {}
    values = read_toml(path, "申报指南")
    for key, field in values.items():
        _check_field(str(path), key, field)
    return {k: Field(v.get("text", ""), v.get("source", ""), v.get("verified", False)) for k, v in values.items()}


def _check_field(path: str, key: str, field: object) -> None:
    if key not in FIELDS or not isinstance(field, dict):
        raise SettingsError(f"申报指南 {path} 里没有“{key}”这一项，可用的有：{'、'.join(FIELDS)}。请改正。")
    for name, value in field.items():
        if not isinstance(value, _KEYS.get(name, type(None))):
            raise SettingsError(
                f"申报指南 {path} 的 [{key}] 里“{name}”不对，可用的有：text、source（带引号）、verified（true 或 false）。请改正。"
            )
    if field.get("verified") and field.get("text") and not field.get("source"):
        raise SettingsError(f"申报指南 {path} 的 [{key}] 核实过却没有写 source（出处）。请补上。")


def build_guide(subsidy: Subsidy, settings: Settings) -> Guide:
    """The sheet of a programme."""
    template, fields = read_template("guide", settings.folder), read_fields(subsidy.code, settings)
    variables = _build_variables(subsidy, settings, template)
    given = {
        "phone": template.fill("department_phone", variables),
        "supervision": template.fill("supervision_phone", variables),
    }
    ask = template.fill("ask", variables)
    rows = []
    for key in FIELDS:
        field = fields.get(key, Field())
        if not field.text:
            rows.append((template.heading(key), given.get(key, ask)))
        elif field.is_verified:
            rows.append((template.heading(key), field.text))
    sources = dict.fromkeys(f.source for f in fields.values() if f.text and f.is_verified)
    below = template.fill("sources", {"list": template.values["between"].join(sources)}) if sources else ""
    phones = (
        settings.phones.department.get(subsidy.department, ""),
        settings.phones.supervision,
        settings.phones.hotline,
    )
    title = template.fill("title", variables)
    return Guide(subsidy.name, title, tuple(rows), (template.fill("lead", variables), below), phones)


def _build_variables(subsidy: Subsidy, settings: Settings, template: Template) -> Mapping[str, object]:
    blank = template.values["no_phone"]
    phones = settings.phones
    return {
        "county": settings.county,
        "programme": subsidy.name,
        "department": subsidy.department or template.values["no_department"],
        "phones": phones.department.get(subsidy.department) or blank,
        "supervision": phones.supervision or blank,
        "hotline": phones.hotline or blank,
    }


def draw_guide(subsidy: Subsidy, settings: Settings, stamp: datetime, choice: Choice | None = None) -> Notice:
    """The sheet of a programme as a PDF."""
    choice = choice or Choice()
    guide, template = build_guide(subsidy, settings), read_template("guide", settings.folder)
    paper = read_paper(settings.folder, size=choice.size, is_large=choice.is_large)
    for scale in _SCALES:
        document = Document(one_line(guide.title), settings.county or guide.programme, stamp)
        _Drawer(guide, paper, document, scale).draw(template)
        if len(document.pages) == 1:
            break
    name = template.fill("file_name", {"programme": guide.programme}) + choice.mark
    return Notice("guide", f"{name}.pdf", document.title, len(document.pages), document.render(), on_wall=False)


class _Drawer:
    """Draws a guide from the top down, turning pages between fields."""

    def __init__(self, guide: Guide, paper: Paper, document: Document, scale: float) -> None:
        self.guide, self.document = guide, document
        self.paper = replace(paper, title=paper.title * scale, table=paper.table * scale)
        self.size, self.pad = paper.body * scale, _PAD * scale**2
        self.label = _LABEL * self.size
        self.y = 0.0
        self.page = self._turn()

    def draw(self, template: Template) -> None:
        paper, root = self.paper, self.document.root
        self.document.add_bookmark(self.document.title, self.page, paper.top)
        self.y = draw_title(self.page, paper, self.guide.title, Element("H1", root), paper.top) - self.pad
        self._draw_words(self.guide.notes[0])
        self.y -= self.pad
        table = Element("Table", root)
        self._draw_rule(paper.thick)
        for label, text in self.guide.rows:
            self._draw_row(label, text, Element("TR", table))
        self._draw_words(self.guide.notes[1], min(self.size, paper.table))
        for number, page in enumerate(self.document.pages, 1):
            words = template.fill("footer", {"page": number, "pages": len(self.document.pages)})
            with page.mark(None):
                page.text(paper.right, paper.bottom, words, size=paper.footer, align="right")

    def _turn(self) -> Page:
        self.y = self.paper.top
        return self.document.new_page(self.paper.width, self.paper.height)

    def _draw_words(self, text: str, size: float = 0.0) -> None:
        if not text:
            return
        size = size or self.size
        lines = wrap_paragraph(text, self.paper.inside, size)
        if self.y - height_of(lines, size) < self.paper.floor:
            self.page = self._turn()
        with self.page.mark(Element("P", self.document.root)):
            self.y = draw_lines(self.page, (self.paper.left, self.y), lines, size, width=self.paper.inside)

    def _draw_row(self, label: str, text: str, row: Element) -> None:
        paper, size = self.paper, self.size
        lines = wrap_text(text, paper.inside - self.label - 2 * _PAD, size)
        height = height_of(lines, size) + 2 * self.pad
        if self.y - height < paper.floor and self.y < paper.top:
            self.page = self._turn()
            self._draw_rule(paper.thick)
        top = self.y - self.pad
        with self.page.mark(Element("TH", row, b"/A<</O/Table/Scope/Row>>")):
            self.page.text(paper.left + _PAD, top - LEADING * size + 0.36 * size, label, size=size, style=Style.BOLD)
        with self.page.mark(Element("TD", row)):
            draw_lines(self.page, (paper.left + self.label + _PAD, top), lines, size)
        self.y -= height
        with self.page.mark(None):
            x = paper.left + self.label - _PAD
            sides = [(e, self.y + height, e, self.y) for e in (paper.left, x, paper.right)]
            self.page.lines([*sides, (paper.left, self.y, paper.right, self.y)], paper.thin)

    def _draw_rule(self, width: float) -> None:
        with self.page.mark(None):
            self.page.lines([(self.paper.left, self.y, self.paper.right, self.y)], width)


def check_guide(notice: Notice, subsidy: Subsidy, settings: Settings) -> list[Finding]:
    """P01 and P02 for a finished guide: only its own words, and no long number but the office's telephones.

    Raises:
        VerificationError: The file cannot be read back.
    """
    guide = build_guide(subsidy, settings)
    texts = {show_text(text) for row in guide.rows for text in row} | {show_text(note) for note in guide.notes}
    texts.add(show_text(one_line(guide.title)))
    checked = ("TD", "TH", "P", "H1")
    phones = list(filter(None, guide.phones))
    return look_at_pieces(notice, phones, lambda p: p.tag not in checked or p.text in texts, in_cells=phones)


def is_known(text: str, subsidy: Subsidy) -> bool:
    """Whether a programme is meant by a code, or by a part of its name."""
    return bool(text) and (text == subsidy.code or text in subsidy.name)
