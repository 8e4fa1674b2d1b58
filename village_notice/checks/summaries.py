"""Sheets of sums by village held against the people's payments, in the same workbook or in another.

What a sheet of sums is the sum of (one file or all, one month or the year, with what failed or without) is written
nowhere. It is held against that of these which it agrees with best; where it agrees with none in at least half of its
villages, nothing can be said.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

import pandas as pd

from village_notice.domain.finding import Finding, Place
from village_notice.domain.money import format_fen
from village_notice.domain.reading import FileReading, StatedLine

_FEWEST_LINES = 2
_LEAST_TOLERANCE = 5
Sums = dict[str, tuple[int, int]]
"""Village code → (fen, payments)."""


def check_summaries(readings: Iterable[FileReading], decided: pd.DataFrame) -> Iterator[Finding]:
    """T03 for each village that a sheet of sums states other money of than its people got.

    Args:
        readings: Files, with what their sheets of sums state.
        decided: Payments with verdicts.

    Source: real workbooks hold detail and sums of the same money; who posts the one should not contradict the other.
    """
    stated = [
        (r.file, s.sheet, [StatedLine(*line) for line in s.stated]) for r in readings for s in r.sheets if s.stated
    ]
    for file, sheet, lines in stated:
        for code in dict.fromkeys(line.programme_code for line in lines):
            own = [line for line in lines if line.programme_code == code]
            if len(own) >= _FEWEST_LINES:
                villages = decided["village_code"].isin([line.village_code for line in own])
                part = decided[villages & (decided["programme_code"] == code)]
                yield from _check_lines(Place(file, sheet), own, part)


def _check_lines(place: Place, lines: Sequence[StatedLine], payments: pd.DataFrame) -> Iterator[Finding]:
    ways = [(sum(_agrees(line, sums) for line in lines), sums) for sums in _list_sums(payments)]
    if not ways:
        return
    agreeing, sums = max(ways, key=lambda way: way[0])
    if agreeing * 2 < len(lines):
        return
    for line in lines:
        if not _agrees(line, sums):
            found = sums.get(line.village_code, (0, 0))[0]
            difference = line.fen - found
            where = place._replace(row=line.row, column=line.column)
            words = f"{line.township}{line.village} {format_fen(found)}"
            yield Finding("T03", where, words, format_fen(line.fen), format_fen(abs(difference)), fen=abs(difference))


def _agrees(line: StatedLine, sums: Sums) -> bool:
    fen, payments = sums.get(line.village_code, (0, 0))
    return abs(line.fen - fen) <= max(payments, _LEAST_TOLERANCE) and payments > 0


def _list_sums(payments: pd.DataFrame) -> Iterator[Sums]:
    """What may have been added up: everything first, then by file, by period, by month of payment."""
    known = payments[payments["verdict"] != "other_year"]
    paid = known[known["verdict"] != "not_paid"]
    for part in (paid, known) if len(paid) < len(known) else (paid,):
        months = part["pay_date"].str[:7]
        yield from map(_add, chain([part], *(_split(part, by) for by in (part["file"], part["period"], months))))


def _split(payments: pd.DataFrame, by: pd.Series) -> Iterator[pd.DataFrame]:
    if by.nunique() > 1:
        yield from (part for _, part in payments.groupby(by, sort=True))


def _add(payments: pd.DataFrame) -> Sums:
    found = payments.groupby("village_code")["raw_fen"].agg(["sum", "size"])
    return {str(code): (int(fen), int(size)) for code, fen, size in found.itertuples(name=None)}
