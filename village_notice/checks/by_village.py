"""Findings counted by the villages they concern, for the page of a package that tells how its figures were checked."""

from collections import Counter
from collections.abc import Collection, Iterable

import pandas as pd

from village_notice.domain.finding import Finding

_PLACE = ["file", "sheet", "row"]


def count_by_village(
    findings: Iterable[Finding], payments: pd.DataFrame, shown: Collection[str]
) -> dict[str, dict[str, int]]:
    """Village code → rule code → findings.

    Args:
        findings: Findings with their places.
        payments: The run's payments, with file, sheet, row, programme_code and village_code.
        shown: Codes of the programmes posted by name: what was found on others must not be guessed from a count.

    A finding at a row concerns the villages paid there; one on a sheet or a file, and one at a row that is no payment (a
    total, say), every village paid in that sheet or file. Findings about the run as a whole concern no village.
    """
    told = Counter((*f.place[:3], f.code) for f in findings if f.place.file)
    if not told or payments.empty:
        return {}
    rest = pd.DataFrame([(*key, count) for key, count in told.items()], columns=[*_PLACE, "code", "count"])
    known = payments.loc[
        (payments["village_code"] != "") & payments["programme_code"].isin(list(shown)), [*_PLACE, "village_code"]
    ]
    found = []
    for keys in (_PLACE, _PLACE[:2], _PLACE[:1]):  # the closest place that is known decides
        wanted = known[known["file"].isin(rest["file"].unique())].drop_duplicates([*keys, "village_code"])
        joined = rest.merge(wanted[[*keys, "village_code"]], on=keys, how="left")
        is_found = joined["village_code"].notna()
        found.append(joined[is_found])
        rest = joined.loc[~is_found, [*_PLACE, "code", "count"]]
    whole = pd.concat(found).groupby(["village_code", "code"], as_index=False)["count"].sum()
    counts: dict[str, dict[str, int]] = {}
    for village, code, count in zip(*(whole[c].tolist() for c in ("village_code", "code", "count")), strict=True):
        counts.setdefault(str(village), {})[str(code)] = int(count)
    return counts
