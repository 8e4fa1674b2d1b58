"""Every column of a payments frame, once: name, dtype, unit, meaning, private or public.

Payments travel between the stages as one pandas frame, one line a payment. Unknown text is "", unknown numbers are NA.
`payments.csv` shows the columns in `CSV_COLUMNS`, in that order; the order is a promise and is only ever extended.
"""

from dataclasses import dataclass
from typing import Literal

Dtype = Literal["str", "Int64", "int64"]
UNKNOWN: dict[Dtype, str | int | None] = {"str": "", "Int64": None, "int64": 0}
"""What stands in a column for a value that is not known."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the payments frame.

    Attributes:
        name: Name in frames.
        dtype: pandas dtype; "str" columns hold "" for unknown, "Int64" columns NA.
        meaning: What it holds, with unit and range.
        private: True where the value must never leave the office.
        csv: Heading in payments.csv, or "" where the file does not show it.
    """

    name: str
    dtype: Dtype
    meaning: str
    private: bool = True
    csv: str = ""


PAYMENT_COLUMNS: tuple[Column, ...] = (
    Column("file", "str", "path inside the inbox, with /", csv="file"),
    Column("sheet", "str", "sheet name; '' in a text file", csv="sheet"),
    Column("row", "int64", "row of the amount as Excel shows it, from 1", csv="row"),
    Column("column", "str", "column letters of the amount, e.g. 'I'", csv="column"),
    Column("township", "str", "township as the register writes it, else as found", private=False, csv="township"),
    Column("village", "str", "short village name (…村 or …社区), else as found", private=False, csv="village"),
    Column("village_code", "str", "12 digits, '' while unresolved", private=False, csv="village_code"),
    Column("group", "str", "村民小组, numerals normalised (4组), '' unknown", csv="group"),
    Column("name", "str", "the beneficiary", csv="name"),
    Column("id", "str", "ID number, 18 characters; '' when missing or damaged", csv="id"),
    Column("account", "str", "bank account; '' when missing or damaged", csv="account"),
    Column("programme", "str", "official name of the programme, '' unresolved", private=False, csv="programme"),
    Column("programme_code", "str", "code in subsidies.csv, '' unresolved", private=False, csv="programme_code"),
    Column("quantity_milli", "Int64", "area or number in thousandths of the unit", csv="quantity"),
    Column("rate_micro", "Int64", "rate in millionths of a yuan a unit", csv="rate"),
    Column("amount_fen", "Int64", "amount in fen; recoveries negative; NA when it cannot be known", csv="amount"),
    Column("pay_date", "str", "YYYY-MM-DD, YYYY-MM or ''", csv="pay_date"),
    Column("status", "str", "one of STATUSES, '' when the sheet has none", csv="status"),
    Column("verdict", "str", "one of verdicts.VERDICTS; '' before the verdict", csv="verdict"),
    Column("findings", "str", "codes of the findings on this payment, joined by spaces", csv="findings"),
    Column("household_head", "str", "户主 as found", csv="household_head"),
    Column("payee", "str", "收款人/账户名 as found", csv="payee"),
    Column("programme_text", "str", "programme as the sheet words it", csv="programme_text"),
    Column("period", "str", "YYYY, YYYY-MM, YYYY-Qn, YYYY-Hn, YYYY-MM/YYYY-MM, or the sheet's words", csv="period"),
    Column("person_no", "Int64", "serial of the person inside village and year, from 1", csv="person_no"),
    Column("household_no", "Int64", "serial of the household inside village and year, from 1", csv="household_no"),
    # what follows stays inside the run and the private ledger
    Column("year", "Int64", "calendar year the payment belongs to; NA unknown"),
    Column("household_id", "str", "户主's ID or 户编号, as understood; '' unknown"),
    Column("birth_date", "str", "YYYY-MM-DD from the ID or a birth column, '' unknown"),
    Column("remark", "str", "free text of the row's 备注, never printed"),
    Column("organisation", "int64", "1 for a co-operative, company or committee, else 0"),
    Column("raw_fen", "int64", "fen as the amount cell reads, for conservation; 0 when it is no number"),
)

FRAME_COLUMNS: tuple[str, ...] = tuple(c.name for c in PAYMENT_COLUMNS)
CSV_COLUMNS: tuple[tuple[str, str], ...] = tuple((c.name, c.csv) for c in PAYMENT_COLUMNS if c.csv)
PRIVATE_COLUMNS: frozenset[str] = frozenset(c.name for c in PAYMENT_COLUMNS if c.private)

STATUSES = ("成功", "失败", "退回", "待发", "停发", "补发", "追回")
"""Payment states after statuses.csv: 补发 is a re-issue that succeeded, 追回 money taken back."""
PAID_STATUSES = frozenset({"成功", "补发", "追回", ""})
"""States that count as paid ('' is a sheet without a status, taken as paid with a warning)."""
