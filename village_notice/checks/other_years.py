"""Payments of another year than the run's: they are on no paper of this year, so somebody must have seen them.

Source: the year is the calendar year of the pay date, so an accrual of December paid in January belongs to the next; a
year typed wrongly looks just the same.
"""

from collections.abc import Iterator

import pandas as pd

from village_notice.domain.finding import Finding, Place

_YEARS_AWAY = 2
"""Pay dates this far away are told row by row (R15)."""
_SHOWN = 5


def check_other_years(decided: pd.DataFrame, year: int) -> Iterator[Finding]:
    """R17, for each row where a sheet has a few, else once for the sheet and the other year.

    Args:
        decided: Payments with verdicts.
        year: The year of the run.
    """
    rows = decided.loc[
        decided["verdict"] == "other_year", ["file", "sheet", "row", "column", "year", "pay_date", "raw_fen"]
    ]
    far = (rows["year"] - year).abs() >= _YEARS_AWAY
    rows = rows[~(far & (rows["pay_date"] != "")).to_numpy(dtype=bool)]
    for (file, sheet, other), part in rows.groupby(["file", "sheet", "year"], sort=True):
        place, fen = Place(str(file), str(sheet)), int(part["raw_fen"].sum())
        if len(part) > _SHOWN:
            numbers = "、".join(map(str, sorted(part["row"].unique().tolist())[:_SHOWN]))
            yield Finding("R17", place, f"{other} 年 {len(part):,} 笔，第 {numbers} 行等", str(year), fen=fen)
            continue
        for row, column, day, money in part[["row", "column", "pay_date", "raw_fen"]].itertuples(
            index=False, name=None
        ):
            spot = place._replace(row=int(row), column=str(column))
            yield Finding("R17", spot, str(day) or f"{other} 年", str(year), fen=int(money))
