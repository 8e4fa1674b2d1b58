"""THE MAP: what a run does, step by step, from a folder of spreadsheets to verdicts and the summary.

spreadsheets ─sources─► payments + findings ─checks─► accepted | held
"""

from dataclasses import dataclass
from datetime import timedelta, timezone
from pathlib import Path
from typing import cast

import pandas as pd

from village_notice.checks.across import check_across
from village_notice.checks.payments_csv import write_payments
from village_notice.checks.single import check_single
from village_notice.checks.summary import Summary, build_summary
from village_notice.checks.totals import check_conservation
from village_notice.checks.verdict import decide
from village_notice.checks.waivers import read_waivers, split_waived
from village_notice.domain.columns import build_frame
from village_notice.domain.finding import Finding, Place
from village_notice.domain.reading import FileReading
from village_notice.domain.rules import is_error
from village_notice.errors import ExitCode, NothingReadableError, UsageError
from village_notice.output import PRIVATE, explain_write_errors, open_output
from village_notice.progress import Progress
from village_notice.settings import read_settings
from village_notice.sources.discover import find_inputs
from village_notice.sources.payments import ReadOptions, load_lookups
from village_notice.sources.reader_pool import Failure, ReaderPool

CHINA = timezone(timedelta(hours=8))


@dataclass(frozen=True, slots=True)
class RunOptions:
    """What the user asked for: inbox, output folder, year, office folder, register, townships, processes."""

    inbox: Path
    out: Path
    year: int
    home: Path | None = None
    register: Path | None = None
    townships: tuple[str, ...] = ()
    workers: int = 2


@dataclass(frozen=True, slots=True)
class RunResult:
    """What a run ended with: its figures and its exit code."""

    summary: Summary
    exit_code: ExitCode

    def to_json(self) -> dict[str, object]:
        """The figures for `--json`."""
        return self.summary.to_json() | {"exit_code": int(self.exit_code)}


def run(options: RunOptions, progress: Progress) -> RunResult:
    """Read, check and decide everything in the inbox; payments.csv is written.

    Raises:
        UsageError: The folders cannot be meant so.
        NothingReadableError: There is not one payment in the inbox.
        ConservationError: A row or a fen went missing inside the run.
    """
    _check_folders(options)
    waivers = read_waivers(options.home)
    settings = read_settings(options.home)
    townships = options.townships or settings.townships
    reading_options = ReadOptions(options.year, townships, options.home, options.register)
    load_lookups(reading_options)  # a broken reference file stops the run here, not in a child
    discovery = find_inputs(options.inbox)
    readings: list[FileReading] = []
    with ReaderPool(options.workers) as pool:
        job = "village_notice.sources.payments:read_file"
        for file, answer in zip(discovery.files, pool.map(discovery.files, job, (reading_options,)), strict=True):
            readings.append(_take(file.relative, answer))
            progress("读取表格", len(readings), len(discovery.files))
    frames = [r.payments for r in readings if len(r.payments)]
    if not frames:
        raise NothingReadableError(
            f"{options.inbox} 里没有读到任何一笔发放数据。请确认放的是发放明细表（.xlsx .xls .csv）。"
        )
    payments = pd.concat(frames, ignore_index=True)
    found = [
        *discovery.findings,
        *(f for r in readings for f in r.findings),
        *check_single(payments),
        *check_across(payments),
    ]
    standing, waived = split_waived(found, waivers)
    decided = decide(payments, standing, year=options.year)
    balances = check_conservation(readings, decided)
    with explain_write_errors(options.out):
        out = open_output(options.out)
        write_payments(decided, out.place(PRIVATE, "payments.csv"))
        out.finish()
    villages = decided.loc[decided["verdict"] == "accepted", "village_code"].nunique()
    summary = build_summary(options.year, readings, balances, standing, waived=len(waived), villages=villages)
    held = any(is_error(f) for f in standing) or bool((decided["verdict"] == "held").any())
    return RunResult(summary, ExitCode.HELD if held else ExitCode.DONE)


def _take(relative: str, answer: object) -> FileReading:
    """The reading of a file, or a reading that only tells why there is none."""
    if isinstance(answer, Failure):
        finding = Finding(answer.code, Place(relative), found=answer.found)
        return FileReading(relative, payments=build_frame({}), findings=[finding], readable=False)
    return cast("FileReading", answer)


def _check_folders(options: RunOptions) -> None:
    inbox, out = options.inbox.resolve(), options.out.resolve()
    if not inbox.exists():
        raise UsageError(f"找不到收件箱 {options.inbox}。请检查路径有没有写错。")
    if out == inbox or out.is_relative_to(inbox) or inbox.is_relative_to(out):
        raise UsageError("输出文件夹和收件箱不能互相包含。请给 --out 另选一个文件夹。")
    home = options.home.resolve() if options.home else None
    if home and (home.is_relative_to(inbox) or home.is_relative_to(out)):
        raise UsageError("办公文件夹不能放在收件箱或输出文件夹里面。请换个位置。")
