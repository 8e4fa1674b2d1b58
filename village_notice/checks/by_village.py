"""Findings counted by the villages they concern, for the page of a package that tells how its figures were checked."""

from collections import Counter
from collections.abc import Collection

import numpy as np
import pandas as pd

from village_notice.checks.keys import find_named_rows
from village_notice.domain.codes import are_among, code_texts, combine_codes, list_firsts
from village_notice.domain.finding import Finding

_PLACE = ["file", "sheet", "row"]


def count_by_village(
    findings: Collection[Finding], payments: pd.DataFrame, shown: Collection[str]
) -> dict[str, dict[str, int]]:
    """Village code → rule code → findings.

    Args:
        findings: Findings with their places.
        payments: The run's payments, with file, sheet, row, programme_code and village_code.
        shown: Codes of the programmes posted by name: what was found on others must not be guessed from a count.

    A finding at a row concerns the villages paid there; one on a sheet or a file, and one at a row that is no payment (a
    total, say), every village paid in that sheet or file. Findings about the run as a whole concern no village.
    """
    places = [f.place for f in findings if f.place.file]
    told = Counter((*f.place[:3], f.code) for f in findings if f.place.file)
    if not told or payments.empty:
        return {}
    rest = pd.DataFrame([(*key, count) for key, count in told.items()], columns=[*_PLACE, "code", "count"])
    is_known = are_among(payments["programme_code"], shown) & ~are_among(payments["village_code"], [""])
    sheet = combine_codes(code_texts(payments["file"]), code_texts(payments["sheet"]))
    named = find_named_rows(payments, sheet, places)
    rows = np.flatnonzero(is_known)
    first = rows[list_firsts(combine_codes(sheet[rows], code_texts(payments["village_code"])[rows]))]
    columns = [*_PLACE, "village_code"]
    of_rows, of_sheets = (payments[columns].iloc[found] for found in (named[is_known[named]], first))
    found = []
    for keys, known in (
        (_PLACE, of_rows),
        (_PLACE[:2], of_sheets),
        (_PLACE[:1], of_sheets),
    ):  # the closest place decides
        wanted = known[[*keys, "village_code"]].drop_duplicates()
        joined = rest.merge(wanted, on=keys, how="left")
        is_found = joined["village_code"].notna()
        found.append(joined[is_found])
        rest = joined.loc[~is_found, [*_PLACE, "code", "count"]]
    whole = pd.concat(found).groupby(["village_code", "code"], as_index=False)["count"].sum()
    counts: dict[str, dict[str, int]] = {}
    for village, code, count in zip(*(whole[c].tolist() for c in ("village_code", "code", "count")), strict=True):
        counts.setdefault(str(village), {})[str(code)] = int(count)
    return counts
