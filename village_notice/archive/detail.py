"""明细.xlsx and 明细.csv of a package: what hung on the wall as a table, and nothing more."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from village_notice.archive.people import Line
from village_notice.archive.wording import Variables, read_package_words
from village_notice.domain.csv_text import write_csv
from village_notice.domain.public import VillageYear
from village_notice.workbook import Sheet, SheetColumn, Value, build_workbook, format_column

_KINDS: dict[str, SheetColumn] = {
    "serial": SheetColumn("", "integer", 6),
    "programme": SheetColumn("", "text", 30),
    "department": SheetColumn("", "text", 18),
    "group": SheetColumn("", "text", 10),
    "name": SheetColumn("", "text", 22),
    "people": SheetColumn("", "integer", 8),
    "quantity": SheetColumn("", "milli", 12),
    "unit": SheetColumn("", "text", 6),
    "rate": SheetColumn("", "micro", 12),
    "payments": SheetColumn("", "integer", 8),
    "pay_months": SheetColumn("", "text", 14),
    "amount": SheetColumn("", "fen", 14),
}
_LINE_COLUMNS = ("serial", "programme", "group", "name", "quantity", "unit", "rate", "payments", "pay_months", "amount")
_SUMMARY_COLUMNS = (
    "serial", "programme", "department", "people", "quantity", "unit", "payments", "pay_months", "amount",
)  # fmt: skip
_HOUSEHOLD_COLUMNS = ("serial", "group", "name", "people", "amount")


def build_detail_csv(rows: Sequence[Sequence[Value]]) -> bytes:
    """The rows of `list_rows` as .csv: UTF-8 with BOM, no value that a spreadsheet program would run as a formula."""
    columns = _columns(_LINE_COLUMNS)
    # without a row there are no columns of values
    texts = [
        format_column(values, column.kind) for column, values in zip(columns, zip(*rows, strict=True), strict=False)
    ]
    return build_csv([c.heading for c in columns], zip(*texts, strict=True))


def build_csv(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """Rows of texts as .csv that Excel opens by double-click."""
    return write_csv([headings, *rows])


def build_detail_workbook(
    village: VillageYear, rows: Sequence[Sequence[Value]], variables: Variables, stamp: datetime
) -> bytes:
    """The .xlsx with three sheets: summary, the rows of `list_rows`, households."""
    words = read_package_words()["detail"]
    title = words["title"].format_map(variables)
    notes = (words["total_note"].format_map(variables),)
    sheets = (
        Sheet(words["summary_sheet"], title, _columns(_SUMMARY_COLUMNS), list(_list_summary(village)), notes, True),
        Sheet(words["lines_sheet"], title, _columns(_LINE_COLUMNS), rows, notes, True),
        Sheet(
            words["households_sheet"],
            words["households_title"].format_map(variables),
            _columns(_HOUSEHOLD_COLUMNS),
            list(_list_households(village)),
            (words["household_note"],),
        ),
    )
    return build_workbook(sheets, title=title, stamp=stamp)


def list_rows(village: VillageYear, lines: Sequence[Line]) -> Iterator[tuple[Value, ...]]:
    """A row a line in the wall's order; a programme without names is one row of its total.

    The amounts add up to the public total.
    """
    of_programme: dict[int, list[Line]] = {}
    for line in lines:
        of_programme.setdefault(line.position, []).append(line)
    totals_only = read_package_words()["detail"]["totals_only"]
    for position, p in enumerate(village.programmes):
        if not p.lists_names:
            name = totals_only.format(people=p.people)
            yield None, p.title, "", name, p.quantity_milli, p.unit, None, p.payments, p.pay_months, p.amount_fen
        if own := of_programme.get(position):
            _, serials, groups, names, quantities, rates, payments, amounts, _, _, months = zip(*own, strict=True)
            titles, units = [p.title] * len(own), ["" if quantity is None else p.unit for quantity in quantities]
            yield from zip(
                serials, titles, groups, names, quantities, units, rates, payments, months, amounts, strict=True
            )


def _columns(names: Sequence[str]) -> tuple[SheetColumn, ...]:
    headings = read_package_words()["detail"]["headings"]
    return tuple(SheetColumn(headings[name], _KINDS[name].kind, _KINDS[name].width) for name in names)


def _list_summary(village: VillageYear) -> Iterator[tuple[Value, ...]]:
    for number, p in enumerate(village.programmes, start=1):
        unit = p.unit if p.quantity_milli is not None else ""
        yield (
            number, p.title, p.department, p.people, p.quantity_milli, unit, p.payments, p.pay_months, p.amount_fen,
        )  # fmt: skip


def _list_households(village: VillageYear) -> Iterator[tuple[Value, ...]]:
    households = village.households
    yield from zip(
        *(households.values(name) for name in ("serial", "group", "name", "people", "amount_fen")), strict=True
    )
