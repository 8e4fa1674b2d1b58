"""Whether what was paid was also posted, by the postings that the office has noted down.

Source: 国办发〔2022〕8号: before the end of the year, village by village; 村民委员会组织法 §30: at least once a quarter. How long
after a quarter is not written there; 重庆 asks for the 15th of the next month, Zhejiang counties for the 20th.
"""

from collections.abc import Collection, Iterator, Mapping
from datetime import date

import pandas as pd

from village_notice.domain.finding import Finding, Place

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


def _list_names(names: pd.Series) -> str:
    shown = "、".join(names.iloc[:_SHOWN])
    return f"{shown} 等" if len(names) > _SHOWN else shown
