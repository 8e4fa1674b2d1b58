"""People named as not paid without an amount: a list of failures that has no column of money, names below 下列人员不予发放：."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from village_notice.domain.reading import UnpaidLine
from village_notice.sources.body import classify_row, is_person
from village_notice.sources.cells import read_name
from village_notice.sources.column_map import AmountColumn, ColumnMap
from village_notice.sources.grid import Grid
from village_notice.sources.row_reader import RowReader, cell_at
from village_notice.sources.state_words import is_told_state, read_section_state, read_title_state
from village_notice.sources.surroundings import Surroundings
from village_notice.sources.tables import Table, cell_text
from village_notice.sources.unread import has_open_money

_LONGEST = 40
_PAID = ("成功", "补发")
_NO_REASON = ("", "-", "—", "/", "无", "成功", "正常", "发放成功", "交易成功")
"""A column 失败原因 tells of those only beside whom something stands in it."""


def read_unpaid_list(grid: Grid, table: Table, columns: ColumnMap, around: Surroundings) -> list[UnpaidLine]:
    """The people of a list without money whose title, name or column of reasons says that they were not paid; else []."""
    if columns.amounts or "name" not in columns.fields or not table.header_last:
        return []
    if has_open_money(grid, table, columns):
        return []
    stem = around.file.rpartition("/")[2].rpartition(".")[0]
    names = (*reversed(table.above), grid.name, stem)
    words, status = next(((t, s) for t in names if (s := _read_state(t))), ("", ""))
    reasons = 0 if status else columns.fields.get("failure_reason", 0)
    if reasons:
        words, status = table.texts[reasons - 1].replace("\n", ""), "失败"
    if not status:
        return []
    columns = replace(columns, amounts=(AmountColumn(columns.fields["name"]),))  # where its findings would stand
    reader = RowReader(around.read(table, columns, None), columns, around.lookups, {})
    found: list[UnpaidLine] = []
    for number in range(table.header_last + 1, table.body_last + 1):
        row = table.view(grid.rows[number - 1])
        cell = cell_at(row, columns.fields["name"])
        if is_person(cell) and classify_row(row, columns, table, number, ()) == "payment":
            own = reader.read_shared(row, number, read_name(cell).text)
            if own.get("status") in _PAID or (reasons and cell_text(cell_at(row, reasons)).strip() in _NO_REASON):
                continue
            found.append(make_line(own, words[:_LONGEST], status, is_list=True))
    return found


def _read_state(text: str) -> str:
    return read_title_state(text) or (read_section_state(text) if is_told_state(text) else "")


def describe_unpaid(people: Sequence[UnpaidLine]) -> str:
    """What becomes of a list of people who were not paid."""
    return f"“{people[0].words}”是没有发到的 {len(people)} 人的名单，没有金额；已在发放表里逐人核对。"


def list_named(
    values: Mapping[str, Sequence[object]], positions: Sequence[int], words: str, status: str
) -> Iterator[UnpaidLine]:
    """The payments (positions) of a section of the unpaid that have no amount: the people only are named."""
    for i in positions:
        if values["amount_fen"][i] is None:
            yield make_line({c: v[i] for c, v in values.items()}, words, status, is_list=False)


def make_line(own: Mapping[str, object], words: str, status: str, *, is_list: bool) -> UnpaidLine:
    """Somebody who was not paid, from the fields of a payment."""
    columns = ("name", "id", "account", "village_code", "programme_code", "period", "pay_date")
    name, id_, account, village, programme, period, pay_date = (str(own.get(c) or "") for c in columns)
    row, year = int(str(own["row"])), int(str(own.get("year") or 0))
    return UnpaidLine(row, words, status, is_list, name, id_, account, village, programme, period, pay_date, year)
