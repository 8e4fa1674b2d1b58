"""Totals of a sheet against what was read of it; where a total is short by rows that explain it, these are asked about."""

from collections.abc import Container, Iterator, Sequence
from itertools import accumulate

from village_notice.domain.finding import Finding, Place
from village_notice.domain.money import format_fen
from village_notice.domain.text import column_letters
from village_notice.sources.pasted import find_pasted
from village_notice.sources.sheet_reader import TableReading
from village_notice.sources.totals import Mismatch


def check_totals(
    readings: Sequence[TableReading], place: Place, hidden: Container[int], fen_before: int
) -> Iterator[Finding]:
    """T01/T02 of every table; a total may also stand for all tables of the sheet, or for all up to its own.

    Args:
        readings: The tables of a sheet, in their order.
        place: The sheet.
        hidden: Rows that are filtered out.
        fen_before: Money of the sheets that this one continues.
    """
    so_far = list(accumulate(r.totals.sum_fen() for r in readings))
    for reading, own in zip(readings, so_far, strict=True):
        also = (so_far[-1], own) if len(readings) > 1 else (own + fen_before,) if fen_before else ()
        for wrong in reading.totals.check(also):
            if held := _find_left_out_rows(reading, wrong, place, hidden) or list(
                find_pasted(reading.values, wrong, place)
            ):
                yield from held
                continue
            where = place._replace(row=wrong.row, column=column_letters(wrong.column))
            yuan = [format_fen(f) for f in (wrong.found_fen, wrong.stated_fen)]
            difference = format_fen(abs(wrong.found_fen - wrong.stated_fen))
            yield Finding(wrong.code, where, yuan[0], yuan[1], difference)


def _find_left_out_rows(reading: TableReading, wrong: Mismatch, place: Place, hidden: Container[int]) -> list[Finding]:
    """R20 for each hidden payment, where a total is short by exactly these: they were filtered out, not paid."""
    values = reading.values
    if not hidden or wrong.code != "T01":
        return []
    letters = column_letters(wrong.column)
    cells = zip(values["row"], values["column"], values["raw_fen"], values["name"], strict=True)
    rows = [(row, fen, name) for row, column, fen, name in cells if row in hidden and column == letters]
    if sum(fen for _, fen, _ in rows if isinstance(fen, int)) != wrong.found_fen - wrong.stated_fen or not rows:
        return []
    return [
        Finding(
            "R20", place._replace(row=int(str(row)), column=letters), found=str(wrong.row),
            expected=format_fen(wrong.stated_fen), person=str(name), fen=abs(fen) if isinstance(fen, int) else 0,
        )
        for row, fen, name in rows
    ]  # fmt: skip
