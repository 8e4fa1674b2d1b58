"""What a table says of a payment a second time: a later result, the same money taken off again, a kind of people."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from village_notice.domain.columns import PAID_STATUSES
from village_notice.domain.patterns import compile_late
from village_notice.sources.grid import Cell, Grid
from village_notice.sources.reference import find_status
from village_notice.sources.row_reader import cell_at
from village_notice.sources.sheet_reader import fill_merges
from village_notice.sources.state_words import is_told_state
from village_notice.sources.tables import Table, cell_text
from village_notice.sources.wording import fold_words

_RESULT = compile_late(
    r"(?:二次|再次|第[二三]次|补发|重发|重新|发放|代发|银行|到[账帐卡]|回盘|返[回盘]|支付).{0,6}(?:结果|状态|情况|标[志识])"
)
_MOST_KINDS = 20
"""A column of more values than these tells no kinds of people."""
_SAME = ("name", "village", "programme", "period")
_SETTLED = ("成功", "补发", "")


class Second(NamedTuple):
    """A payment (its position) of which nobody knows whether it arrived, with the words that leave it open."""

    position: int
    words: str


def names_result(heading: str) -> bool:
    """Whether a column that is of no other use tells results: 二次发放结果."""
    return bool(_RESULT.search(fold_words(heading)))


def find_second_results(
    heading: str, cells: Sequence[Cell], status: Sequence[object], wordings: Mapping[str, str]
) -> Iterator[Second]:
    """The payments of which a second column of results says the opposite of the state."""
    for position, (cell, own) in enumerate(zip(cells, status, strict=True)):
        other = find_status(wordings, cell_text(cell))
        if own and other and (own in PAID_STATUSES) != (other in PAID_STATUSES):
            yield Second(position, f"{own}；{heading}：{cell_text(cell)}")


def find_reversed(values: Mapping[str, Sequence[object]]) -> Iterator[Second]:
    """The payments whose very money is taken off again in another row of the same person, without a word of recovery.

    Of another programme or time it is other money: a sign typed by mistake says nothing of the month before.
    """
    amounts = values["amount_fen"]
    states = values["status"]
    taken = [i for i, fen in enumerate(amounts) if isinstance(fen, int) and fen < 0 and states[i] in _SETTLED]
    if not taken:
        return
    paid: dict[tuple[object, ...], list[int]] = defaultdict(list)
    for i, fen in enumerate(amounts):
        if isinstance(fen, int) and fen > 0 and states[i] in _SETTLED:
            paid[*(values[c][i] for c in _SAME), fen].append(i)
    for i in taken:
        known = paid.get((*(values[c][i] for c in _SAME), -int(str(amounts[i]))), [])
        if known:
            yield Second(known.pop(), f"第 {values['row'][i]} 行又减去了这一笔")


def find_told_kinds(
    grid: Grid, table: Table, rows: Sequence[object], columns: Sequence[int]
) -> Iterator[tuple[int, list[Second]]]:
    """The columns that say of some payments that they belong to those not paid (停发人员), with these payments."""
    numbers = [row for row in rows if isinstance(row, int)] if columns else []
    for column in columns:
        values = {row[column - 1] for row in (grid.rows[n - 1] for n in numbers) if column <= len(row)}
        if len(values) > _MOST_KINDS or not any(isinstance(v, str) and is_told_state(v) for v in values):
            continue
        filled = fill_merges(grid, table)
        texts = (cell_text(cell_at(grid.rows[n - 1], column) or filled.get((n, column))) for n in numbers)
        yield column, [Second(i, text) for i, text in enumerate(texts) if is_told_state(text)]
