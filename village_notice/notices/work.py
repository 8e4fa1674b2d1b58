"""What every notice of a village is made from: the figures, the settings, the date, the templates."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from village_notice.domain.public import VillageYear
from village_notice.notices.book import Book
from village_notice.notices.document import Document
from village_notice.notices.paper import Paper, read_paper
from village_notice.notices.template import Template, read_template
from village_notice.notices.wording import build_variables
from village_notice.settings import Settings


class Drawn(NamedTuple):
    """A finished notice: name without .pdf, title in one line, pages, and the PDF itself."""

    name: str
    title: str
    pages: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Work:
    """One village's notices to be made.

    Attributes:
        village: The figures.
        settings: The office's settings.
        stamp: The one date of all documents, with a time zone.
        variables: Variables of the templates for the whole village.
    """

    village: VillageYear
    settings: Settings
    stamp: datetime
    variables: dict[str, object]

    def read(self, name: str) -> Template:
        """A template by name."""
        return read_template(name, self.settings.folder)

    def paper(self, *, turned: bool = False) -> Paper:
        """The paper of all notices, or the same turned by a quarter."""
        return read_paper(self.settings.folder, turned=turned)

    def new_book(self, title: str) -> Book:
        """An empty notice; its title may have several lines."""
        return Book(Document(one_line(title), self.village.full_name, self.stamp))

    def finish(self, book: Book, name: str) -> Drawn:
        """The finished notice."""
        return Drawn(name, book.document.title, len(book.document.pages), book.finish())


def start_work(village: VillageYear, settings: Settings, stamp: datetime) -> Work:
    """The work of a village."""
    return Work(village, settings, stamp, build_variables(village, settings))


def one_line(title: str) -> str:
    """A title of several lines in one."""
    return title.replace("\n", "")
