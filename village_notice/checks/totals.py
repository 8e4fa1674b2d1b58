"""Conservation: every row and fen read is accepted, held, not_paid, other_year or set aside, or the run stops."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from village_notice.domain.money import format_fen
from village_notice.domain.verdicts import VERDICTS
from village_notice.errors import ConservationError

if TYPE_CHECKING:  # the table of a run that has nothing to do is shown without pandas
    import pandas as pd

    from village_notice.domain.reading import FileReading


@dataclass(frozen=True, slots=True)
class Balance:
    """Rows and fen of one file (or of the run), as the cells read.

    Attributes:
        file: Path inside the inbox, "" for the run.
        rows, fen: What was read, counted straight from the grid.
        by_verdict: Verdict → (rows, fen).
        set_aside: (rows, fen) of totals, blanks, notes, examples and sheets left out.
    """

    file: str
    rows: int
    fen: int
    by_verdict: dict[str, tuple[int, int]]
    set_aside: tuple[int, int]


def check_conservation(readings: Sequence[FileReading], decided: pd.DataFrame) -> list[Balance]:
    """The balance of each file, in the order of the readings.

    Raises:
        ConservationError: Something read is neither a payment nor set aside, or a payment has appeared or vanished.
    """
    found = _add_files(decided)
    balances = [_balance(reading, found.pop(reading.file, {})) for reading in readings]
    if found:
        raise ConservationError(f"出现了没有读过的文件的款项：{'、'.join(found)}。请把收件箱和日志发给维护人员。")
    return balances


def _add_files(decided: pd.DataFrame) -> dict[str, dict[str, tuple[int, int]]]:
    """File → verdict → (rows, fen)."""
    from village_notice.domain import codes  # brings pandas

    pairs = codes.combine_codes(*(codes.code_texts(decided[c]) for c in ("file", "verdict")))
    sizes, fen = codes.add_numbers(pairs, decided["raw_fen"].to_numpy(dtype="int64"))
    names = decided[["file", "verdict"]].iloc[codes.list_firsts(pairs)].itertuples(index=False, name=None)
    found: dict[str, dict[str, tuple[int, int]]] = {}
    for (file, verdict), size, money in zip(names, sizes.tolist(), fen.tolist(), strict=True):
        found.setdefault(str(file), {})[str(verdict)] = (size, money)
    return found


def _balance(reading: FileReading, by_verdict: dict[str, tuple[int, int]]) -> Balance:
    aside = (sum(s.rows for s in reading.set_aside), sum(s.fen for s in reading.set_aside))
    rows = aside[0] + sum(v[0] for v in by_verdict.values())
    fen = aside[1] + sum(v[1] for v in by_verdict.values())
    if set(by_verdict) - set(VERDICTS) or (rows, fen) != (reading.places_read, reading.fen_read):
        raise ConservationError(
            f"{reading.file}：读到 {reading.places_read} 处、{format_fen(reading.fen_read)} 元，"
            f"归类后是 {rows} 处、{format_fen(fen)} 元，不相等，已停止。请把这个文件发给维护人员。"
        )
    return Balance(reading.file, reading.places_read, reading.fen_read, by_verdict, aside)


def add_balances(balances: Sequence[Balance]) -> Balance:
    """The balance of the whole run."""
    by_verdict = {
        v: (
            sum(b.by_verdict.get(v, (0, 0))[0] for b in balances),
            sum(b.by_verdict.get(v, (0, 0))[1] for b in balances),
        )
        for v in VERDICTS
    }
    aside = (sum(b.set_aside[0] for b in balances), sum(b.set_aside[1] for b in balances))
    return Balance("", sum(b.rows for b in balances), sum(b.fen for b in balances), by_verdict, aside)
