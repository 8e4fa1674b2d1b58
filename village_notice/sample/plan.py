"""What the sample will hold, before a byte is written: payments, sheets, workbooks, planted mistakes."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from village_notice.domain.money import format_fen
from village_notice.domain.text import column_letters
from village_notice.sample.people import Person

CellValue = str | int | float | date | None
Verdict = Literal["accepted", "held", "not_paid", "other_year"]
Columns = Sequence[tuple[str, str]]
"""Key of `VALUES` and heading, column by column."""


@dataclass(slots=True, eq=False)
class Payment:
    """One payment of the sample, as it happened and as the sheet will say it.

    Attributes:
        person: Who got it (for an organisation: its name, account and village).
        code: Programme code.
        fen: The amount that must come out; recoveries negative; 0 where nobody could know it.
        verdict: What design demands for it.
        quantity_milli: Area or number, 0 for none.
        rate_fen: Rate a unit, 0 for none.
        period: Words of the period column.
        pay_date: Day of payment, None where the sheet does not say.
        status: Words of the status column.
        programme: Words of the programme column.
        reason: Words of the failure column.
        remark: Words of the remark column.
        cells: Cell values that differ from the truth: key of `VALUES` → what is written.
        file, sheet, row, column: The place of the amount, set when the sheet is laid out.
    """

    person: Person
    code: str
    fen: int
    verdict: Verdict = "accepted"
    quantity_milli: int = 0
    rate_fen: int = 0
    period: str = ""
    pay_date: date | None = None
    status: str = "成功"
    programme: str = ""
    reason: str = ""
    remark: str = ""
    cells: dict[str, CellValue] = field(default_factory=dict)
    file: str = ""
    sheet: str = ""
    row: int = 0
    column: str = ""


VALUES: dict[str, Callable[[Payment], CellValue]] = {
    "township": lambda p: p.person.village.township,
    "village": lambda p: p.person.village.name,
    "village_code": lambda p: p.person.village.code,
    "place": lambda p: p.person.village.township + p.person.village.name,
    "group": lambda p: p.person.group,
    "name": lambda p: p.person.name,
    "payee": lambda p: p.person.name,
    "id": lambda p: p.person.id,
    "account": lambda p: p.person.account,
    "bank": lambda p: f"莱阳农商行{p.person.village.township[:2]}支行",
    "phone": lambda p: p.person.phone,
    "address": lambda p: f"{p.person.village.township}{p.person.village.name}{p.person.household}号",
    "area": lambda p: number(p.quantity_milli, 1000),
    "area_own": lambda p: number(p.quantity_milli - p.quantity_milli // 4 // 10 * 10, 1000),
    "area_rented": lambda p: number(p.quantity_milli // 4 // 10 * 10, 1000),
    "months": lambda p: p.quantity_milli // 1000,
    "rate": lambda p: number(p.rate_fen, 100),
    "amount": lambda p: number(p.fen, 100),
    "amount_text": lambda p: format_fen(p.fen, grouped=True),
    "amount_wan": lambda p: number(p.fen, 1_000_000),
    "date": lambda p: p.pay_date,
    "date_text": lambda p: p.pay_date.isoformat() if p.pay_date else "",
    "date_dots": lambda p: f"{p.pay_date.year}.{p.pay_date.month}.{p.pay_date.day}" if p.pay_date else "",
    "period": lambda p: p.period,
    "programme": lambda p: p.programme,
    "status": lambda p: p.status,
    "reason": lambda p: p.reason,
    "remark": lambda p: p.remark,
    "empty": lambda _: None,
}
"""How a column of a sheet is filled; "seq" is filled by the sheet."""


def number(value: int, scale: int) -> CellValue:
    """A scaled integer as the number a clerk would type: an int where it is whole, else a float."""
    return value // scale if value % scale == 0 else value / scale


@dataclass(slots=True)
class Sheet:
    """One sheet: rows of cells and where the payments stand.

    Attributes:
        name: Sheet name, "" in a text file.
        rows: Cells, row by row.
        merges: Merged ranges as first row, first column, last row, last column, all from 1.
        is_hidden: True for a hidden sheet.
        payments: Payments on it, in order.
    """

    name: str
    rows: list[list[CellValue]] = field(default_factory=list)
    merges: list[tuple[int, int, int, int]] = field(default_factory=list)
    is_hidden: bool = False
    payments: list[Payment] = field(default_factory=list)

    def add(self, *values: CellValue) -> int:
        """Adds a row and gives its number."""
        self.rows.append(list(values))
        return len(self.rows)

    def add_title(self, text: str, width: int) -> int:
        """Adds a row whose one text is merged over the whole width."""
        row = self.add(text)
        self.merges.append((row, 1, row, width))
        return row

    def add_payment(self, payment: Payment, columns: Columns, seq: int) -> int:
        """Adds a payment as one row; the first amount column is its place."""
        row = self.add(*(seq if key == "seq" else value_of(payment, key) for key, _ in columns))
        self.place(payment, row, next(i for i, (key, _) in enumerate(columns, 1) if key.startswith("amount")))
        return row

    def place(self, payment: Payment, row: int, column: int) -> None:
        """Notes where a payment's amount stands."""
        payment.sheet, payment.row, payment.column = self.name, row, column_letters(column)
        self.payments.append(payment)

    def add_total(self, word: str, columns: Columns, payments: Iterable[Payment]) -> int:
        """Adds a total row: the word first, the sum of the written amounts in the amount column."""
        key = next(key for key, _ in columns if key.startswith("amount"))
        total = sum(p.fen for p in payments)
        scale = 1_000_000 if key == "amount_wan" else 100
        cells: list[CellValue] = [None] * len(columns)
        cells[0] = word
        cells[[k for k, _ in columns].index(key)] = format_fen(total) if key == "amount_text" else number(total, scale)
        return self.add(*cells)


def value_of(payment: Payment, key: str) -> CellValue:
    """What is written for a payment in a column: the planted value, else the true one."""
    kind = "amount" if key.startswith("amount") else key
    return payment.cells[kind] if kind in payment.cells else VALUES[key](payment)


@dataclass(slots=True)
class Book:
    """One file of the inbox.

    Attributes:
        path: Path inside the inbox with /; the suffix decides the format.
        sheets: Its sheets; a text file has one.
        encoding: Encoding of a text file.
        raw: Bytes written as they are, in place of sheets.
    """

    path: str
    sheets: list[Sheet] = field(default_factory=list)
    encoding: str = "utf-8-sig"
    raw: bytes | None = None

    @property
    def payments(self) -> list[Payment]:
        """Every payment in it."""
        return [p for s in self.sheets for p in s.payments]


@dataclass(slots=True)
class Planted:
    """A mistake that was planted, and what must be said about it.

    Attributes:
        kind: Short English name of the mistake.
        rules: Codes of which at least one must be reported there; () where only the outcome counts.
        description: What was done, in Chinese.
        payment: The payment concerned, None for a whole file or sheet.
        file, sheet: The place, where no payment tells it.
        row: Row of a planted total, 0 for none.
    """

    kind: str
    rules: tuple[str, ...]
    description: str
    payment: Payment | None = None
    file: str = ""
    sheet: str = ""
    row: int = 0
