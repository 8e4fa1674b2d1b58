"""What reading one file gives: payments, findings, and everything that was set aside, so that nothing is lost."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from village_notice.domain.finding import Finding
from village_notice.domain.packed import NO_PAYMENTS, PackedPayments

if TYPE_CHECKING:
    import pandas as pd


class SetAside(NamedTuple):
    """A row (or an amount in a row, or a whole sheet) that is no payment, with the reason.

    Attributes:
        file, sheet, row, column: The place; row 0 for a whole sheet.
        kind: total, subtotal, carried, blank, note, header, example, section, summary_sheet, hidden_sheet, no_table,
            skipped (the clerk has answered that the layout does not count).
        rows: Number of amount places it stands for.
        fen: Money in its amount cells (0 where they hold no number).
        text: What it says, shortened to 60 characters.
    """

    file: str
    sheet: str
    row: int
    column: str
    kind: str
    rows: int
    fen: int
    text: str


class StatedLine(NamedTuple):
    """What a sheet of sums states for one village.

    Attributes:
        row, column: The money's cell.
        programme_code, township, village, village_code: What it is of.
        fen: The sum.
    """

    row: int
    column: str
    programme_code: str
    township: str
    village: str
    village_code: str
    fen: int


class UnpaidLine(NamedTuple):
    """Somebody whom a list without money, or a line below a list, names as not paid.

    Attributes:
        row: Where the name stands.
        words: What says that the money did not arrive.
        status: One of STATUSES, "?" where it is open.
        is_list: Whether it is a list of its own, else the rows below a line of the list itself.
        name, id, account, village_code, programme_code, period, pay_date, year: As of a payment; year 0 unknown.
    """

    row: int
    words: str
    status: str
    is_list: bool
    name: str
    id: str
    account: str
    village_code: str
    programme_code: str
    period: str
    pay_date: str
    year: int


class SheetReading(NamedTuple):
    """How one sheet was understood, for the summary and `--json`.

    `columns` are (field, letters of its column), where all its tables agree: findings about a person are told there.
    `stated` are the lines of a sheet of sums, `unpaid` people who were not paid and whose money stands elsewhere.
    """

    sheet: str
    outcome: str  # payments, held, summary_sheet, hidden_sheet, no_table, skipped, empty
    places_read: int
    fen_read: int
    programme: str
    headings: str
    columns: Sequence[tuple[str, str]] = ()
    stated: Sequence[StatedLine] = ()
    unpaid: Sequence[UnpaidLine] = ()


@dataclass(slots=True)
class FileReading:
    """One file, read.

    Attributes:
        file: Path inside the inbox with /.
        sha256: Hash of the bytes.
        sheets: One entry a sheet.
        packed: The payments (`domain/columns.py`), packed; verdict, findings and serials still empty.
        findings: What was noticed while reading.
        set_aside: Everything read that is no payment.
        places_read: Amount places counted straight from the grid, before anything was classified.
        fen_read: Their sum in fen.
        readable: False where the file could not be opened at all.
        corrects: Hashes of the files it is a corrected copy of, the oldest first; () for any other file.
    """

    file: str
    sha256: str = ""
    sheets: list[SheetReading] = field(default_factory=list)
    packed: PackedPayments = NO_PAYMENTS
    findings: list[Finding] = field(default_factory=list)
    set_aside: list[SetAside] = field(default_factory=list)
    places_read: int = 0
    fen_read: int = 0
    readable: bool = True
    corrects: tuple[str, ...] = ()

    @property
    def count(self) -> int:
        """Number of payments."""
        return self.packed.rows

    @property
    def payments(self) -> "pd.DataFrame":
        """The payments as a frame, made anew each time: for a look at one file."""
        from village_notice.domain.frames import unpack_payments  # brings pandas

        return unpack_payments([self.packed])
