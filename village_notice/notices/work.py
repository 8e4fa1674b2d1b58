"""What every notice of a village is made from: the figures, the settings, the date, the templates."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import NamedTuple

from village_notice.domain.public import ProgrammeSummary, VillageYear
from village_notice.notices.book import Book
from village_notice.notices.document import Document
from village_notice.notices.paper import Paper, read_paper
from village_notice.notices.template import Template, read_template
from village_notice.notices.wording import build_variables
from village_notice.settings import Settings


class Drawn(NamedTuple):
    """A finished notice: name without .pdf, title in one line, pages, the PDF itself, and what it was rendered from."""

    name: str
    title: str
    pages: int
    data: bytes
    document: Document


@dataclass(frozen=True, slots=True)
class Choice:
    """What is wished for a set of notices beyond the office's templates.

    Attributes:
        size: A4 or A3; "" as in paper.toml.
        is_large: Large print: the table at 16 pt at least.
        programmes: Keys of the programmes of 明细公开; empty for all.
        columns: Template (summary, detail) → its columns; what is missing has those of the template.
    """

    size: str = ""
    is_large: bool = False
    programmes: frozenset[str] = frozenset()
    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def wants(self, programme: ProgrammeSummary) -> bool:
        """Whether a programme's list is wished for."""
        return not self.programmes or programme.key in self.programmes

    @property
    def mark(self) -> str:
        """What tells such a file from the usual one: goes behind its name."""
        words = (self.size, "大字" if self.is_large else "", "选列" if self.columns else "")
        return "".join(f"_{word}" for word in words if word)


@dataclass(frozen=True, slots=True)
class Work:
    """One village's notices to be made.

    Attributes:
        village: The figures.
        settings: The office's settings.
        stamp: The one date of all documents, with a time zone.
        variables: Variables of the templates for the whole village.
        choice: What is wished beyond the templates.
    """

    village: VillageYear
    settings: Settings
    stamp: datetime
    variables: dict[str, object]
    choice: Choice = Choice()

    def read(self, name: str) -> Template:
        """A template by name."""
        template, columns = read_template(name, self.settings.folder), self.choice.columns.get(name)
        return replace(template, values={**template.values, "columns": columns}) if columns else template

    def paper(self, *, turned: bool = False) -> Paper:
        """The paper of all notices, or the same turned by a quarter."""
        choice = self.choice
        return read_paper(self.settings.folder, turned=turned, size=choice.size, is_large=choice.is_large)

    def new_book(self, title: str) -> Book:
        """An empty notice; its title may have several lines."""
        return Book(Document(one_line(title), self.village.full_name, self.stamp))

    def finish(self, book: Book, name: str) -> Drawn:
        """The finished notice."""
        return Drawn(
            name + self.choice.mark, book.document.title, len(book.document.pages), book.finish(), book.document
        )


def start_work(village: VillageYear, settings: Settings, stamp: datetime, choice: Choice | None = None) -> Work:
    """The work of a village."""
    return Work(village, settings, stamp, build_variables(village, settings), choice or Choice())


def one_line(title: str) -> str:
    """A title of several lines in one."""
    return title.replace("\n", "")
