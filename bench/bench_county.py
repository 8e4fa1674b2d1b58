"""A whole run, everything on, against the naive pipeline on the same invented county, in turn and in processes of their own.

Also: the run again with nothing changed, and with three workbooks changed; the memory of the whole process tree; the money
against the truth. Both sides read what `bench/county.py` wrote; the naive side knows where the headings are.

Run: `python bench/bench_county.py [--scale 0.05] [--rounds 1] [--no-naive]`; scale 1 is two million payments.
"""

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import openpyxl
import psutil
from county import YEAR, make_county  # beside this file

HERE = Path(__file__).resolve().parent


def measure(words: list[str]) -> tuple[float, float, int, str]:
    """Wall seconds, CPU seconds of the tree, peak bytes of the tree, and what the command said."""
    begin, peak, cpu = time.perf_counter(), 0, dict[int, float]()
    with tempfile.TemporaryFile("w+", encoding="utf-8") as said:
        process = psutil.Popen(words, stdout=said, stderr=subprocess.DEVNULL, env={**os.environ, "PYTHONUTF8": "1"})
        while process.poll() is None:
            memory = 0
            for part in (process, *_list_children(process)):
                try:
                    memory += part.memory_info().rss
                    times = part.cpu_times()
                    cpu[part.pid] = times.user + times.system
                except psutil.Error:
                    continue
            peak = max(peak, memory)
            time.sleep(0.05)
        said.seek(0)
        text = said.read()
    if process.returncode not in (0, 3):
        raise SystemExit(f"{words} ended with {process.returncode}")
    return time.perf_counter() - begin, sum(cpu.values()), peak, text


def _list_children(process: psutil.Popen) -> list[psutil.Process]:
    try:
        return list(process.children(recursive=True))
    except psutil.Error:
        return []


def run_ours(county: Path, out: Path, truth: dict[str, object]) -> tuple[float, float, int]:
    """One run; the money must be the truth."""
    words = [sys.executable, "-m", "village_notice", "run", str(county / "in"), "--year", str(YEAR), "--out", str(out)]
    *figures, said = measure([*words, "--copies", "none", "--quiet", "--json"])
    accepted = json.loads(said)["accepted"]
    if truth and (accepted["rows"], accepted["fen"]) != (truth["payments"], truth["fen"]):
        raise SystemExit(f"money differs: {accepted} against {truth}")
    return tuple(figures)  # type: ignore[return-value]


def change_three(inbox: Path) -> None:
    """One amount more in each of three workbooks, as a clerk who corrects them."""
    for path in sorted(inbox.rglob("*.xlsx"))[:3]:
        book = openpyxl.load_workbook(path)
        sheet = book.worksheets[0]
        sheet.cell(5, 8, float(str(sheet.cell(5, 8).value)) + 1)
        book.save(path)


def tell(what: str, figures: tuple[float, float, int], whole: float = 0) -> None:
    """One line of the table."""
    wall, cpu, peak = figures
    share = f"{wall / whole:7.1%} of the full run" if whole else ""
    print(f"{what:42} {wall:8.1f} s  {cpu:8.1f} s CPU  {peak / 1e6:7.0f} MB  {share}", flush=True)


def main() -> None:
    """Makes the county, runs both in turn and prints the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--scale", type=float, default=0.05)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--no-naive", action="store_true", help="at scale 1 it takes half an hour")
    options = parser.parse_args()
    print(
        f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, load {psutil.getloadavg()[0]:.1f}"
    )
    with tempfile.TemporaryDirectory() as folder:
        county, ratios = Path(folder), []
        truth = make_county(county, options.scale)
        print(f"scale {options.scale}: {truth['payments']:,} payments, {truth['files']} workbooks")
        for number in range(options.rounds):
            out = county / f"out{number}"
            ours = run_ours(county, out, truth)
            tell("run, everything on", ours)
            if not options.no_naive:
                *naive, _ = measure(
                    [sys.executable, str(HERE / "naive.py"), str(county), str(county / f"naive{number}")]
                )
                tell("naive pipeline", tuple(naive))  # type: ignore[arg-type]
                ratios.append(naive[0] / ours[0])
        tell("run again, nothing changed", run_ours(county, out, truth), ours[0])
        change_three(county / "in")
        tell("run again, three workbooks changed", run_ours(county, out, {}), ours[0])
        shutil.rmtree(out)
        if ratios:
            print(f"naive / ours: {sorted(ratios)[len(ratios) // 2]:.1f}")


if __name__ == "__main__":
    main()
