"""Seconds of the checks on a county-year of payments: `python bench/bench_checks.py --payments 2000000`.

The payments are invented in memory: 18 townships, 802 villages, eight payments a person, 1 700 files. With --run-seconds
(the time a whole run takes on the same machine) the share of the checks is told too.
"""

import argparse
import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import numpy as np
import pandas as pd

from village_notice.checks.across import check_across
from village_notice.checks.neighbours import check_neighbours
from village_notice.checks.people import check_people
from village_notice.checks.single import check_single
from village_notice.checks.verdict import decide
from village_notice.domain.columns import PAYMENT_COLUMNS
from village_notice.domain.identity import id_check_digit
from village_notice.ledger.persons import number_people
from village_notice.ledger.store import Import, open_ledger
from village_notice.settings import Settings
from village_notice.sources.reference import read_reference

T = TypeVar("T")
YEAR, FILES, PROGRAMMES, PAYMENTS_A_PERSON = 2022, 1_700, 50, 8


def build_payments(count: int) -> pd.DataFrame:
    """A county-year: every person in one village, every file one programme and month."""
    reference = read_reference(Settings())
    villages, subsidies = reference.register.villages, reference.subsidies.subsidies[:PROGRAMMES]
    rng = np.random.default_rng(20220713)
    people = max(count // PAYMENTS_A_PERSON, 1)
    order = np.arange(count)
    person, file = order % people, order * FILES // count
    home = np.array([n % len(villages) for n in range(people)])[person]
    area = rng.integers(50, 2_000, people)[person] * 10
    firsts = [
        f"379999{1940 + n % 60}{n // 60 % 12 + 1:02d}{n // 720 % 28 + 1:02d}{n // 20_160 % 1000:03d}"
        for n in range(people)
    ]
    texts = {
        "file": [f"局/{n}.xlsx" for n in range(FILES)],
        "programme": [subsidies[n % len(subsidies)].name for n in range(FILES)],
        "programme_code": [subsidies[n % len(subsidies)].code for n in range(FILES)],
        "pay_date": [f"{YEAR}-{n % 12 + 1:02d}-15" for n in range(FILES)],
        "period": [f"{YEAR}-{n % 12 + 1:02d}" for n in range(FILES)],
    }
    own = {
        "name": [f"王{chr(0x4E00 + n % 5000)}{chr(0x5000 + n // 5000 % 300)}" for n in range(people)],
        "id": [first + id_check_digit(first) for first in firsts],
        "account": [f"906030{n:012d}" for n in range(people)],
        "group": [f"{n % 9 + 1}组" for n in range(people)],
    }
    places = {
        c: [getattr(v, a) for v in villages]
        for c, a in (("village", "name"), ("village_code", "code"), ("township", "township"))
    }
    fixed = {"sheet": "Sheet1", "column": "H", "status": "成功"}
    columns: dict[str, pd.Series] = {}
    for column in PAYMENT_COLUMNS:
        if column.dtype == "str":
            table, codes = next(
                ((t[column.name], c) for t, c in ((texts, file), (own, person), (places, home)) if column.name in t),
                ([fixed.get(column.name, "")], np.zeros(count, dtype=np.int64)),
            )
            columns[column.name] = pd.Series(np.array(table, dtype=object)[codes], dtype="str")
        else:
            columns[column.name] = pd.Series(np.zeros(count, dtype=np.int64), dtype=column.dtype)
    frame = pd.DataFrame(columns)
    amount = pd.Series(area * 125, dtype="int64")
    return frame.assign(
        row=order % (count // FILES + 1) + 4, year=pd.Series(np.full(count, YEAR), dtype="Int64"), raw_fen=amount,
        amount_fen=amount.astype("Int64"), quantity_milli=pd.Series(area * 10, dtype="Int64"),
        rate_micro=pd.Series(np.full(count, 125_000_000), dtype="Int64"), birth_date="1960-01-01",
    )  # fmt: skip


def measure(words: str, work: Callable[[], T], times: dict[str, float]) -> T:
    """What the work gives; its seconds are printed and noted."""
    start, busy = time.perf_counter(), time.process_time()
    result = work()
    times[words] = time.perf_counter() - start
    print(f"{words:24}{times[words]:8.2f} s, {time.process_time() - busy:6.2f} s of a processor", flush=True)
    return result


def main() -> None:
    """Runs the checks one after the other."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--payments", type=int, default=2_000_000)
    parser.add_argument("--run-seconds", type=float, help="seconds of a whole run, for the share")
    options = parser.parse_args()
    reference = read_reference(Settings())
    subsidies, villages = reference.subsidies.subsidies, reference.register.villages
    payments = build_payments(options.payments)
    checks: dict[str, float] = {}
    findings = measure("check_single", lambda: list(check_single(payments, subsidies)), checks)
    findings += measure("check_people", lambda: list(check_people(payments)), checks)
    findings += measure("check_across", lambda: list(check_across(payments, subsidies, year=YEAR)), checks)
    decided = measure("decide", lambda: decide(payments, findings, year=YEAR), checks)
    measure("check_neighbours", lambda: list(check_neighbours(decided, villages)), checks)
    total = sum(checks.values())
    print(f"{'checks':24}{total:8.2f} s for {len(payments):,} payments, {len(findings):,} findings")
    if options.run_seconds:
        print(f"{'share of the run':24}{total / options.run_seconds:8.1%}")
    others: dict[str, float] = {}
    numbered = measure("number_people", lambda: number_people(decided), others)
    with tempfile.TemporaryDirectory() as folder, open_ledger(Path(folder)) as ledger:
        hashes = {f: f for f in payments["file"].unique()}
        made = Import(YEAR, "/inbox", "", hashes, numbered, findings)
        measure("ledger, first run", lambda: ledger.keep(made), others)
        measure("ledger, same again", lambda: ledger.keep(made), others)
    print(f"memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.2f} GB")


if __name__ == "__main__":
    main()
