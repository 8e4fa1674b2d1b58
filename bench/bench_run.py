"""A whole run on the project's own sample: time by stage, payments a second, and reading against a plain pandas loop.

Ours: `village-notice run`, everything on, in processes of its own. Theirs, in the same run on the same files: what is
written in an afternoon, `pandas.read_excel` on every sheet of every workbook and nothing else; sums are not compared,
because such a loop counts totals, planned money and copies too. Files that pandas cannot open are left out for it.

Run: `python bench/bench_run.py [--townships 山前店镇,羊郡镇] [--households 150] [--workers 2]`.
"""

import argparse
import contextlib
import os
import platform
import tempfile
import time
import warnings
from pathlib import Path

import pandas as pd
import psutil

from village_notice.pipeline import RunOptions, run
from village_notice.progress import stay_silent
from village_notice.sample.make import TOWNSHIPS, YEAR, make_sample
from village_notice.settings import Settings
from village_notice.sources.reference import read_reference
from village_notice.stopwatch import Stopwatch

READING = "读取表格"


def read_naively(inbox: Path) -> tuple[float, int, int]:
    """Seconds of the plain loop, files it could open, rows it saw."""
    start, files, rows = time.perf_counter(), 0, 0
    for path in sorted(p for p in inbox.rglob("*") if p.suffix in {".xlsx", ".xls"}):
        with contextlib.suppress(Exception):  # broken and disguised files are part of the sample
            sheets = pd.read_excel(path, sheet_name=None, header=None, dtype=object)
            files, rows = files + 1, rows + sum(map(len, sheets.values()))
    return time.perf_counter() - start, files, rows


def main() -> None:
    """Makes the inbox, runs on it and prints the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--townships", default=",".join(TOWNSHIPS), help="parted by commas")
    parser.add_argument("--households", type=int, default=150, help="households of a village")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args()
    warnings.filterwarnings("ignore")
    with tempfile.TemporaryDirectory() as folder:
        inbox, villages = Path(folder, "inbox"), read_reference(Settings()).register.villages
        townships = options.townships.split(",")
        make_sample(inbox, townships=townships, villages=villages, households=options.households)
        naive, files, rows = read_naively(inbox)
        watch = Stopwatch()
        wanted = RunOptions(inbox, Path(folder, "out"), YEAR, workers=options.workers)
        summary = run(wanted, stay_silent, watch).summary.to_json()
    payments, total = summary["accepted"]["rows"] + summary["held"]["rows"], sum(watch.seconds.values())  # type: ignore[index]
    print(
        f"{platform.machine()}, {os.cpu_count()} cores, {options.workers} workers, Python {platform.python_version()}"
    )
    print(watch.format_table())
    print(f"{payments:,} payments, {payments / total:,.0f} a second; load of the machine {psutil.getloadavg()[0]:.1f}")
    ours = watch.seconds[READING]
    print(
        f"reading: {ours:.2f} s; pandas.read_excel on {files} files, {rows:,} rows: {naive:.2f} s, ratio {naive / ours:.1f}"
    )


if __name__ == "__main__":
    main()
