"""Money that came back: failures nobody made good, re-issues without a failure, more taken back than paid."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from village_notice.checks.keys import Keys, count_before, list_rows
from village_notice.checks.returned import Returned
from village_notice.domain.codes import Bools, Ints, code_texts, combine_codes
from village_notice.domain.finding import Finding
from village_notice.domain.money import format_fen


def check_reissues(payments: pd.DataFrame, keys: Keys, returned: Returned) -> Iterator[Finding]:
    """X08 a failure nobody made good, X09 a re-issue without its failure, X10 more taken back than paid.

    A re-issue makes one failure of the same person, programme and amount good, whatever its period; a success does where
    its period is the same too, so that February's payment does not hide January's failure. A list that calls itself a
    re-issue is one without a word beside each name.
    """
    status = payments["status"]
    failed = status.isin(["失败", "退回"]).to_numpy()
    reissued = (status == "补发").to_numpy()
    if failed.any() or reissued.any():
        unpaid = failed | status.isin(["停发", "待发"]).to_numpy()
        what = combine_codes(keys.person, keys.programme, keys.amount)
        also = reissued.copy()
        also[returned.reissued] = True
        made_good = _have_partners(what, failed, also)
        period = combine_codes(what, code_texts(payments["period"]))
        made_good |= np.isin(period, period[(status == "成功").to_numpy()])
        yield from _tell(payments, "X08", failed & ~made_good, keys.amount)
        yield from _tell(payments, "X09", reissued & ~_have_partners(what, reissued, unpaid), keys.amount)
    yield from _check_recoveries(payments, keys)


def _have_partners(what: Ints, rows: Bools, others: Bools) -> Bools:
    """For each of `rows` whether one of `others` is left for it: the n-th goes with the n-th."""
    number = np.zeros(len(what), dtype=np.int64)
    for chosen in (rows, others):
        number[chosen] = count_before(what[chosen])
    numbered = combine_codes(what, number)
    found: Bools = rows & np.isin(numbered, numbered[others])
    return found


def _check_recoveries(payments: pd.DataFrame, keys: Keys) -> Iterator[Finding]:
    """X10, once for a person, programme and year, at the last recovery."""
    back = (keys.amount < 0) & (payments["status"] == "追回").to_numpy()
    if not back.any():
        return
    who = combine_codes(keys.person, keys.programme, keys.year)
    concerned = np.isin(who, who[back])
    paid = concerned & (keys.amount > 0) & payments["status"].isin(["成功", "补发", ""]).to_numpy()
    sums = np.zeros((2, int(who.max()) + 1), dtype=np.int64)
    np.add.at(sums[0], who[back], -keys.amount[back])
    np.add.at(sums[1], who[paid], keys.amount[paid])
    last = {int(who[row]): int(row) for row in np.flatnonzero(back)}
    rows = np.array([row for group, row in last.items() if sums[0, group] > sums[1, group]], dtype=np.int64)
    for row, place, name in list_rows(payments, rows):
        taken, given = (int(s[who[row]]) for s in sums)
        yield Finding("X10", place, format_fen(taken), format_fen(given), person=name, fen=taken - given)


def _tell(payments: pd.DataFrame, code: str, rows: Bools, amounts: Ints) -> Iterator[Finding]:
    for row, place, name in list_rows(payments, np.flatnonzero(rows)):
        yield Finding(code, place, person=name, fen=int(amounts[row]))
