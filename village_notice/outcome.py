"""The last step of a run: the workbooks of the office, the table it ends with, its exit code."""

import os
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import pandas as pd

from village_notice.archive.county import build_public_county
from village_notice.checks.control import (
    draw_control,
)
from village_notice.checks.corrections import draw_changes
from village_notice.checks.report import Surroundings, build_report
from village_notice.checks.summary import Summary, build_summary
from village_notice.copies import (
    choose_files,
    compare_copies,
    draw_copies,
    keep_originals,
    write_copies,
)
from village_notice.copy_request import Request
from village_notice.domain.finding import Finding, Place
from village_notice.domain.rules import is_error
from village_notice.errors import ExitCode
from village_notice.intake import Intake
from village_notice.judging import Checked
from village_notice.ledger.county import build_county
from village_notice.ledger.disclosure import Disclosure, Scope
from village_notice.made_before import Published
from village_notice.notices.village import check_village
from village_notice.notices.wording import check_settings
from village_notice.options import RunOptions, RunResult
from village_notice.output import PRIVATE, PUBLIC, OutputFolder
from village_notice.progress import Progress
from village_notice.settings import Settings
from village_notice.sources.reference import Reference
from village_notice.workbook import Sheet

_SHOWN_REASONS = 10


def explain_outcome(
    decided: pd.DataFrame, public: Disclosure, settings: Settings, published: Sequence[Published], scope: Scope
) -> list[Finding]:
    """Findings about the paper: villages with nothing, what the settings lack, what the last look saw."""
    paid = {*decided.loc[decided["verdict"] == "accepted", "village_code"].unique()}
    missing = [Finding("N07", Place("村名册", v.township + v.name)) for v in scope.villages if v.code not in paid]
    lacks = dict.fromkeys(f for v in public.villages for f in check_settings(v, settings))
    if not published:  # nothing is drawn, but what can be known without drawing is told all the same
        shown = [f for v in public.villages for f in check_village(v, [], settings)]
    else:
        shown = [f for p in published for f in p.findings]
    return [*missing, *lacks, *shown]


def summarise(
    checked: Checked, public: Disclosure, scope: Scope, published: Sequence[Published], settings: Settings
) -> Summary:
    """The table that the run ends with."""
    accepted = checked.decided[["village_code", "amount_fen"]][checked.decided["verdict"] == "accepted"]
    paid = {*accepted["village_code"].unique()}
    outside = accepted[~accepted["village_code"].isin({v.code for v in scope.villages})]
    sheets = [p.wall_sheets for p in published]
    return build_summary(
        scope.year, checked.readings, checked.balances, checked.standing, waived=len(checked.waived),
        villages=len(paid),
        empty_villages=tuple(v.township + v.name for v in scope.villages if v.code not in paid),
        unposted=checked.unposted,
        published=len(published) - sum(p.is_refused for p in published), refused=sum(p.is_refused for p in published),
        outside=len(outside), outside_fen=int(outside["amount_fen"].sum()), drafts=sum(v.is_draft for v in public.villages),
        wall_sheets=max(sheets, default=0), crowded=sum(s > settings.board_sheets for s in sheets),
        look_first=(f"{PRIVATE}/问题清单.xlsx", *([f"{PUBLIC}（各村的公示和档案）"] if published else [])),
    )  # fmt: skip


def write_annotated(
    out: OutputFolder, read: Intake, checked: Checked, stamp: datetime, options: RunOptions, progress: Progress
) -> list[Sheet]:
    """Annotated copies of the workbooks with findings; the sheets of 问题清单 that tell of them, and of the money."""
    chosen = choose_files(read.files, checked.standing, options.copies)
    requests = {f: Request(found, read.replaces.get(f, ()), stamp, options.password) for f, found in chosen.items()}
    copies = write_copies(read.files, requests, out, PRIVATE, options.workers, progress)
    keep_originals(read.files, copies, options.home)
    sheets = [draw_control(checked.control, checked.unsettled)] if checked.control else []
    sheets += [draw_copies(copies)] if copies else []
    if read.replaces:
        changes, unknown = compare_copies(read.files, read.replaces, options.home, options.password)
        sheets.append(draw_changes(changes, unknown))
    return sheets


def write_workbooks(
    out: OutputFolder,
    checked: Checked,
    summary: Summary,
    made: tuple[Disclosure, Scope],
    stamp: datetime,
    options: RunOptions,
) -> None:
    """The workbooks of the whole run."""
    public, scope = made
    around = Surroundings(_find_way(out, options.inbox), checked.sheets)
    report = build_report(checked.standing, checked.waived, checked.decided, summary, stamp, around)
    out.place(PRIVATE, "问题清单.xlsx").write_bytes(report)
    if options.check_only:
        return
    open_county = build_public_county(public.villages, public.merged, scope.year, stamp)
    out.place(PUBLIC, "全市汇总_公开版.xlsx").write_bytes(open_county)


def write_county(decided: pd.DataFrame, scope: Scope, reference: Reference, stamp: datetime, path: Path) -> None:
    """全市汇总.xlsx, which asks for nothing that the paper shows."""
    data = build_county(decided, scope.villages, reference.subsidies.subsidies, scope.year, stamp)
    path.write_bytes(data)


def _find_way(out: OutputFolder, inbox: Path) -> str | None:
    """The inbox as seen from the folder of 问题清单.xlsx, for links; None where no relative path leads there."""
    try:
        return os.path.relpath(inbox.resolve(), (out.folder / PRIVATE).resolve()).replace(os.sep, "/")
    except ValueError:  # another drive of Windows
        return None


def conclude(out: OutputFolder, checked: Checked, summary: Summary, corrections: Sequence[str]) -> RunResult:
    """The result of a finished run with its exit code."""
    verdicts = {*checked.decided["verdict"].unique()}
    held = any(map(is_error, checked.standing)) or "held" in verdicts
    note = "" if {"accepted", "held"} & verdicts else _explain_other_years(checked.decided, summary.year)
    code = ExitCode.HELD if held else ExitCode.NOTHING_READABLE if note else ExitCode.DONE
    changed = set(out.changed_by_hand)
    return RunResult(
        summary, ExitCode.CANNOT_WRITE if out.blocked else code, tuple(m for m in out.moved if m not in changed),
        tuple(out.changed_by_hand), tuple(out.blocked), note or _explain_corrections(corrections),
    )  # fmt: skip


def _explain_corrections(corrections: Sequence[str]) -> str:
    """The sentence about sealed packages whose figures have changed, "" where there are none."""
    if not corrections:
        return ""
    more = f" 等 {len(corrections)} 个村" if len(corrections) > _SHOWN_REASONS else ""
    words = "、".join(corrections[:_SHOWN_REASONS]) + more
    return f"已封存的档案数字有变，旁边另做了新版草稿：{words}。请看里面的更正说明，重新张贴后再封存；已封存的没有动。"


def _explain_other_years(decided: pd.DataFrame, year: int) -> str:
    """The sentence for an inbox that has payments, but none of the year."""
    others = decided.loc[decided["verdict"] == "other_year", "year"].value_counts().sort_index()
    if others.empty:
        return f"{year} 年没有任何一笔实际发放：读到的都是失败、退回或待发的。没有做公示。请确认表格有没有放全。"
    words = "、".join(f"{found} 年 {count:,} 笔" for found, count in others.items())
    return f"{year} 年没有任何一笔：读到的是 {words}。没有做公示。请检查 --year 是不是写错了，或换对年度的表格。"
