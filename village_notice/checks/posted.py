"""Whether what was paid was also posted, by the postings that the office has noted down.

Source: 国办发〔2022〕8号: before the end of the year, village by village; 村民委员会组织法 §30: at least once a quarter. How long
after a quarter is not written there; 重庆 asks for the 15th of the next month, Zhejiang counties for the 20th.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING

from village_notice.domain.finding import Finding, Place

if TYPE_CHECKING:
    import pandas as pd

_FILE = "postings.csv"
_LAST_DAY = 20
_SHOWN = 5


def check_posted(
    decided: pd.DataFrame, posted: Mapping[str, Collection[date]], year: int, today: date
) -> Iterator[Finding]:
    """N09, once a township, for villages posted nowhere after the year; N10, once a quarter, for those not posted in it.

    N10 is for offices that note postings down: where nothing is noted for the year, N09 says so once it is over.

    Args:
        decided: Payments with verdicts.
        posted: Village code → days on which something of the year was posted.
        year: The year of the run.
        today: The date of the run.
    """
    rows = decided[decided["verdict"] == "accepted"]
    names = rows[["township", "village", "village_code"]].drop_duplicates().sort_values(["township", "village"])
    if today > date(year, 12, 31):
        missing = names[~names["village_code"].isin([code for code, days in posted.items() if days])]
        for township, part in missing.groupby("township", sort=True):
            yield Finding("N09", Place(_FILE, str(township)), f"{len(part):,}", _list_names(part["village"]))
    if not posted:
        return
    for quarter in range(1, 5):
        first, last = date(year, quarter * 3 - 2, 1), date(year + quarter // 4, quarter * 3 % 12 + 1, _LAST_DAY)
        if today <= last:
            return
        seen = {code for code, days in posted.items() if any(first <= day <= last for day in days)}
        months = [f"{year}-{month:02d}" for month in range(first.month, first.month + 3)]
        paid = set(rows.loc[rows["pay_date"].str[:7].isin(months), "village_code"].unique())
        missing = names[names["village_code"].isin(paid - seen)]
        if len(missing):
            villages = _list_names(missing["township"] + missing["village"])
            yield Finding("N10", Place(_FILE, f"第{quarter}季度"), f"{len(missing):,}", villages, f"{last:%Y-%m-%d}")


def list_unposted(decided: pd.DataFrame, posted: Mapping[str, Collection[date]]) -> tuple[str, ...]:
    """Villages that got something and of which no posting is noted, by township; whatever the day is."""
    rows = decided.loc[decided["verdict"] == "accepted", ["township", "village", "village_code"]].drop_duplicates()
    missing = rows[~rows["village_code"].isin([code for code, days in posted.items() if days])]
    missing = missing.sort_values(["township", "village"])
    return tuple((missing["township"] + missing["village"]).tolist())


def remind_of_posting(unposted: Sequence[str], year: int, today: date) -> str:
    """What to say of the deadline on a day by the clock, "" before December and where all is noted.

    It is said on the screen and stands in no file: files must be the same again on another day (N09 goes by the stamp).
    """
    if not unposted or today < date(year, 12, 1):
        return ""
    names = "、".join(unposted[:_SHOWN]) + (" 等" if len(unposted) > _SHOWN else "")
    days = (date(year, 12, 31) - today).days
    when = f"离年底还有 {days} 天" if days > 0 else "今天是最后一天" if days == 0 else f"{year} 年底已过"
    return f"{when}，还有 {len(unposted):,} 个村没有登记张贴：{names}。贴了的请在 postings.csv 里登记，没有贴的请尽快张贴。"


def _list_names(names: pd.Series) -> str:
    shown = "、".join(names.iloc[:_SHOWN])
    return f"{shown} 等" if len(names) > _SHOWN else shown
