"""THE MAP: what a run does, step by step, from a folder of spreadsheets to paper, packages and answers.

spreadsheets ─sources─► payments + findings ─checks─► accepted | held
   accepted ─ledger─► VillageYear (public from here on) ─┬─notices─► PDF
                                                         └─archive─► package a village, query database
"""

import os
import re
import shutil
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

import pandas as pd

from village_notice.archive.county import build_public_county
from village_notice.archive.database import write_database
from village_notice.archive.versions import find_sealed
from village_notice.checks.across import check_across
from village_notice.checks.control import (
    ControlLine,
    ControlReader,
    ControlRow,
    check_control,
    draw_control,
    find_unsettled,
    reconcile,
)
from village_notice.checks.corrections import draw_changes, settle_corrections
from village_notice.checks.deceased import check_deceased, read_deceased
from village_notice.checks.neighbours import check_last_year, check_neighbours
from village_notice.checks.payments_csv import write_payments
from village_notice.checks.printed import check_printed
from village_notice.checks.report import Surroundings, build_report
from village_notice.checks.single import check_single
from village_notice.checks.stated import explain_totals
from village_notice.checks.summary import Summary, build_summary
from village_notice.checks.totals import Balance, check_conservation
from village_notice.checks.verdict import decide
from village_notice.checks.waivers import Waiver, read_waivers, split_waived
from village_notice.copies import (
    Request,
    Which,
    choose_files,
    compare_copies,
    draw_copies,
    keep_originals,
    write_copies,
)
from village_notice.domain.columns import build_frame
from village_notice.domain.finding import Finding, Place
from village_notice.domain.pinyin import Pinyin
from village_notice.domain.reading import FileReading
from village_notice.domain.rules import drop_switched_off, format_message, is_error, switch_rules
from village_notice.domain.village import Village
from village_notice.errors import ExitCode, NothingReadableError, UsageError
from village_notice.kept import KEPT, Kept, keep_earlier, write_kept
from village_notice.ledger.county import build_county
from village_notice.ledger.disclosure import Disclosure, Scope, disclose
from village_notice.ledger.keeping import check_gone, keep_run, recall_numbers, recall_payments
from village_notice.ledger.persons import number_people
from village_notice.ledger.store import Import
from village_notice.ledger.tiers import check_tiers
from village_notice.notices.village import check_village
from village_notice.notices.wording import check_settings
from village_notice.output import PRIVATE, PUBLIC, OutputFolder, explain_write_errors, open_output
from village_notice.progress import Progress
from village_notice.publish import STAGES, Job, Published, publish_villages
from village_notice.settings import Settings, read_settings
from village_notice.sources.discover import InputFile, find_inputs
from village_notice.sources.payments import ReadOptions, load_lookups
from village_notice.sources.reader_pool import Failure, ReaderPool
from village_notice.sources.reference import Reference, read_reference
from village_notice.stopwatch import Stopwatch
from village_notice.workbook import Sheet

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_SHOWN_REASONS = 10


@dataclass(frozen=True, slots=True)
class RunOptions:
    """What the user asked for.

    Attributes:
        inbox, out: Folders.
        year: Calendar year to be published.
        home: Office folder, None for defaults.
        register: Village register for this run, None for the office's or the packaged one.
        townships: Townships to publish; () all that the inbox names.
        workers: Processes at once.
        stamp: The one date of all outputs; None takes data_until.
        password: For workbooks that ask for one; None for no password.
        check_only: True leaves out notices, archive and query.
        copies: Which workbooks get an annotated copy; see `copies.choose_files`.
    """

    inbox: Path
    out: Path
    year: int
    home: Path | None = None
    register: Path | None = None
    townships: tuple[str, ...] = ()
    workers: int = 2
    stamp: datetime | None = None
    password: str | None = None
    check_only: bool = False
    copies: Which = "auto"


@dataclass(frozen=True, slots=True)
class RunResult:
    """What a run ended with: its figures, what could not be put in place, and its exit code.

    Attributes:
        moved: What is no longer produced and was moved to 旧版.
        changed: What somebody had edited by hand; a copy is in 旧版.
        note: What the user must know before all else, "" nothing.
    """

    summary: Summary
    exit_code: ExitCode
    moved: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    blocked: tuple[str, ...] = ()
    note: str = ""

    def to_json(self) -> dict[str, object]:
        """The figures for `--json`."""
        places = {
            "moved": list(self.moved),
            "changed": list(self.changed),
            "blocked": list(self.blocked),
            "note": self.note,
        }
        return self.summary.to_json() | places | {"exit_code": int(self.exit_code)}


@dataclass(slots=True)
class _Checked:
    """Payments decided, and everything said about them."""

    readings: list[FileReading]
    decided: pd.DataFrame
    balances: list[Balance]
    standing: list[Finding]
    waived: list[Finding]
    control: list[ControlRow]
    unsettled: frozenset[tuple[str, str]]
    sheets: list[Sheet]


def run(options: RunOptions, progress: Progress, watch: Stopwatch | None = None) -> RunResult:
    """The whole job; the results are in OUT when it returns, and OUT is as it was when it raises.

    Args:
        options: What the user asked for.
        progress: Told how far each stage is.
        watch: Told when each stage ends.

    Raises:
        UsageError: The folders or townships cannot be meant so.
        SettingsError: The office's settings, reference data or waivers have a mistake.
        NothingReadableError: There is not one payment in the inbox.
        CannotWriteError: OUT cannot be written.
        ConservationError: A row or a fen went missing inside the run.
    """
    lap = (watch or Stopwatch()).lap
    _check_folders(options)
    settings, waivers = read_settings(options.home), read_waivers(options.home)
    reference = read_reference(settings, options.register)
    wanted = _find_townships(options.townships or settings.townships, reference)
    control = _read_control(options, reference)
    desk = _Desk(settings, waivers)
    with explain_write_errors(options.out), switch_rules(settings.rules):
        out = open_output(options.out)
        lap("启动")
        try:
            read = _read(options, wanted, progress)
            lap("读取表格")
            checked = _check(read, options, desk, reference)
            _reconcile(checked, control, desk, wanted)
            lap("核对")
            villages = _find_scope(checked.decided, wanted, reference)
            data_until = _find_data_until(checked.decided, settings)
            stamp = options.stamp or datetime.fromisoformat(data_until or f"{options.year}-12-31").replace(tzinfo=UTC)
            others = frozenset(reference.register.townships).difference(v.township for v in villages)
            scope = Scope(options.year, settings.county, data_until, villages, checked.unsettled, others)
            public = disclose(checked.decided, scope, reference.subsidies.subsidies, Pinyin(reference.surnames))
            lap("归村")
            published: list[Published] = []
            if not options.check_only:
                job = Job(
                    settings,
                    stamp,
                    reference.surnames,
                    _count(checked.standing),
                    out.staging / PUBLIC,
                    out.folder / PUBLIC,
                )
                published = _publish(public, job, options, progress)
                lap("公示和档案", {stage: sum(p.seconds.get(stage, 0.0) for p in published) for stage in STAGES})
                public = _leave_out(public, published)
                _write_database(public, scope, job, options.out, wanted, progress)
                _keep_figures(public, scope, job, options.out)
                lap("查询库")
            checked.standing += drop_switched_off(
                _explain_outcome(checked.decided, public, settings, published, scope), settings.rules
            )
            summary = _summarise(checked, public, scope, published, settings)
            checked.sheets += _write_copies(out, read, checked, stamp, options, progress)
            lap("核对副本")
            _write_workbooks(out, checked, summary, (public, scope, reference), stamp, options)
            lap("问题清单和汇总")
            _keep(read, checked, waivers, stamp, options)
            lap("台账")
            progress("放好结果", 0, 1)
            out.finish(keep=_find_kept(out, options))
            progress("放好结果", 1, 1)
            lap("放好结果")
        except BaseException:
            out.discard()
            raise
        return _conclude(out, checked, summary, [p.correction for p in published if p.correction])


@dataclass(frozen=True, slots=True)
class _Read:
    """What was read, file by file in the order of the paths.

    Attributes:
        readings: Files that count.
        findings: Findings about files.
        copies: Files held whole, because they are the same as another.
        files: Everything in the inbox.
        replaces: Corrected copy → hashes of the files it came from.
    """

    readings: list[FileReading]
    findings: list[Finding]
    copies: list[str]
    files: list[InputFile]
    replaces: dict[str, tuple[str, ...]]


def _read(options: RunOptions, townships: tuple[str, ...], progress: Progress) -> _Read:
    """Everything in the inbox."""
    reading_options = ReadOptions(options.year, townships, options.home, options.register, options.password)
    readings: list[FileReading] = []
    module = "village_notice.sources.payments"
    with ReaderPool(options.workers, start=[module]) as pool:  # children import while the files are being found
        load_lookups(reading_options)  # a broken reference file stops the run here, not in a child
        discovery = find_inputs(options.inbox)
        job = f"{module}:read_file"
        for file, answer in zip(discovery.files, pool.map(discovery.files, job, (reading_options,)), strict=True):
            readings.append(_take(file.relative, answer))
            progress("读取表格", len(readings), len(discovery.files))
    if not any(len(r.payments) for r in readings):
        raise NothingReadableError(_explain_nothing(options.inbox, [*discovery.findings, *_all_findings(readings)]))
    settled = settle_corrections(readings, [f.relative for f in discovery.files if f.same_as])
    found = [f for f in discovery.findings if f.place.file not in settled.dropped]
    gone = check_gone(options.home, options.year, options.inbox, _list_hashes(discovery.files), settled.sources)
    held = [f.relative for f in discovery.files if f.same_as and f.relative not in settled.dropped]
    held += [f.place.file for f in settled.findings if f.code == "F18"]
    return _Read(settled.readings, [*found, *settled.findings, *gone], held, discovery.files, settled.replaces)


def _list_hashes(files: Sequence[InputFile]) -> dict[str, str]:
    return {f.relative: f.sha256 for f in files if f.sha256}


def _take(relative: str, answer: object) -> FileReading:
    """The reading of a file, or a reading that only tells why there is none."""
    if isinstance(answer, Failure):
        finding = Finding(answer.code, Place(relative), found=answer.found)
        return FileReading(relative, payments=build_frame({}), findings=[finding], readable=False)
    return cast("FileReading", answer)


def _all_findings(readings: Sequence[FileReading]) -> list[Finding]:
    return [finding for reading in readings for finding in reading.findings]


def _explain_nothing(inbox: Path, findings: Sequence[Finding]) -> str:
    lines = [f"  {f.place.file} {f.place.sheet}：{format_message(f)}" for f in findings[:_SHOWN_REASONS]]
    more = [f"  ……另有 {len(findings) - _SHOWN_REASONS} 处"] if len(findings) > _SHOWN_REASONS else []
    words = f"{inbox} 里没有读到任何一笔发放数据。请确认放的是发放明细表（.xlsx .xls .csv）。"
    return "\n".join([words, *lines, *more])


@dataclass(frozen=True, slots=True)
class _Desk:
    """What the office has decided about findings: rules switched off, waivers."""

    settings: Settings
    waivers: list[Waiver]

    def sort(self, findings: Iterable[Finding]) -> tuple[list[Finding], list[Finding]]:
        """The findings that stand, and those waived."""
        return split_waived(drop_switched_off(findings, self.settings.rules), self.waivers)


def _check(read: _Read, options: RunOptions, desk: _Desk, reference: Reference) -> _Checked:
    """Verdicts on all payments, persons numbered, conservation proved."""
    readings, subsidies = read.readings, reference.subsidies.subsidies
    payments = pd.concat([r.payments for r in readings if len(r.payments)], ignore_index=True)
    payments = number_people(payments, recall_numbers(options.home, options.year))
    across = check_across(payments, subsidies, copies=read.copies, year=options.year)
    deceased = check_deceased(payments, read_deceased(options.home))
    findings = [*read.findings, *_all_findings(readings), *check_single(payments, subsidies), *across, *deceased]
    findings += check_printed(payments)
    findings = explain_totals(findings, payments)
    standing, waived = desk.sort(findings)
    decided = decide(payments, standing, year=options.year)
    told = [
        *check_tiers(decided, subsidies),
        *check_neighbours(decided, reference.register.villages),
        *check_last_year(decided, recall_payments(options.home, options.year - 1)),
    ]
    told, accepted = desk.sort(told)
    standing, waived = [*standing, *told], [*waived, *accepted]
    return _Checked(readings, decided, check_conservation(readings, decided), standing, waived, [], frozenset(), [])


def _read_control(options: RunOptions, reference: Reference) -> list[ControlLine]:
    """What the finance bureau paid out, [] where the office does not say."""

    def find_programme(words: str) -> tuple[str, str] | None:
        subsidy = reference.subsidies.find_code(words) or reference.subsidies.match(words).subsidy
        return (subsidy.code, subsidy.name) if subsidy else None

    return ControlReader(find_programme, reference.register.find_township).read(options.home)


def _reconcile(checked: _Checked, lines: Sequence[ControlLine], desk: _Desk, wanted: Sequence[str]) -> None:
    """Holds what was accepted against what was paid out."""
    checked.control = reconcile(lines, checked.decided, wanted)
    standing, waived = desk.sort(check_control(checked.control))
    checked.standing += standing
    checked.waived += waived
    checked.unsettled = find_unsettled(checked.control, standing)


def _keep(read: _Read, checked: _Checked, waivers: Sequence[Waiver], stamp: datetime, options: RunOptions) -> None:
    """Writes the run into the ledger: before its results are put in place, so that no number on paper is forgotten."""
    made = Import(
        options.year, str(options.inbox.resolve()), stamp.isoformat(), _list_hashes(read.files), checked.decided,
        checked.standing, checked.waived, [(w.rule, *w.place[:3], w.reason, w.by, w.date) for w in waivers],
        {file: " ".join(hashes) for file, hashes in read.replaces.items()},
    )  # fmt: skip
    keep_run(options.home, made)


def _find_townships(wanted: Sequence[str], reference: Reference) -> tuple[str, ...]:
    """The townships as the register writes them.

    Raises:
        UsageError: The register has no such township.
    """
    found = {text: reference.register.find_township(text) for text in wanted}
    unknown = [text for text, township in found.items() if township is None]
    if unknown:
        known = "、".join(reference.register.townships)
        raise UsageError(
            f"名册里没有乡镇“{'、'.join(unknown)}”。名册里有：{known}。请改正 --township，或换 --register。"
        )
    return tuple(dict.fromkeys(t for t in found.values() if t))


def _find_scope(decided: pd.DataFrame, wanted: Sequence[str], reference: Reference) -> list[Village]:
    """The villages the run is for: those of the townships asked for, else of every township the payments name."""
    townships = set(wanted) or set(decided["township"].unique())
    return [v for v in reference.register.villages if v.township in townships]


def _find_data_until(decided: pd.DataFrame, settings: Settings) -> str:
    """Last day the figures cover: the office's word, else the latest pay date that was counted, "" unknown."""
    if settings.data_until:
        return settings.data_until.isoformat()
    days = decided.loc[decided["verdict"] == "accepted", "pay_date"].unique()
    return max((str(d) for d in days if _DAY.fullmatch(str(d))), default="")


def _count(findings: Sequence[Finding]) -> dict[str, int]:
    return dict(sorted(Counter(f.code for f in findings).items()))


def _publish(public: Disclosure, job: Job, options: RunOptions, progress: Progress) -> list[Published]:
    """Paper and packages of all villages."""
    published = []
    job.staging.mkdir(parents=True, exist_ok=True)
    for made in publish_villages(public.villages, job, options.workers):
        published.append(made)
        progress("公示和档案", len(published), len(public.villages))
    return sorted(published, key=lambda p: p.village_code)


def _leave_out(public: Disclosure, published: Sequence[Published]) -> Disclosure:
    """What may leave without the villages that the last look refused."""
    refused = {p.village_code for p in published if p.is_refused}
    return replace(public, villages=tuple(v for v in public.villages if v.village_code not in refused))


def _write_database(
    public: Disclosure, scope: Scope, job: Job, out: Path, wanted: Sequence[str], progress: Progress
) -> None:
    """The query database; other years stay in it, and other townships where the run is for some only."""
    database, earlier = job.staging / "查询.db", out / PUBLIC / "查询.db"
    if earlier.is_file():
        shutil.copyfile(earlier, database)
    progress("查询库", 0, 1)
    codes = [v.code for v in scope.villages] if wanted else None
    write_database(public.villages, database, year=scope.year, pinyin=Pinyin(job.surnames).read, scope=codes)
    progress("查询库", 1, 1)


def _keep_figures(public: Disclosure, scope: Scope, job: Job, out: Path) -> None:
    """What `notices` and `preview` need to make paper again without the spreadsheets."""
    done = {v.village_code for v in public.villages}
    empty = tuple((v.township, v.name) for v in scope.villages if v.code not in done)
    path = job.staging.parent / PRIVATE / KEPT
    path.parent.mkdir(parents=True, exist_ok=True)
    write_kept(Kept(job.stamp, tuple(public.villages), tuple(public.merged), empty), path)
    keep_earlier(out, job.staging.parent)


def _find_kept(out: OutputFolder, options: RunOptions) -> frozenset[str]:
    """What stays although this run did not make it, as prefixes of paths: sealed packages; for `check` all paper."""
    if options.check_only:
        return frozenset({f"{PUBLIC}/", f"{PRIVATE}/全市汇总.xlsx", f"{PRIVATE}/{KEPT}"})
    return frozenset(f"{f.relative_to(out.folder).as_posix()}/" for f in find_sealed(out.folder / PUBLIC))


def _explain_outcome(
    decided: pd.DataFrame, public: Disclosure, settings: Settings, published: Sequence[Published], scope: Scope
) -> list[Finding]:
    """Findings about the paper: villages with nothing, what the settings lack, what the last look saw."""
    paid = set(decided.loc[decided["verdict"] == "accepted", "village_code"])
    missing = [Finding("N07", Place("村名册", v.township + v.name)) for v in scope.villages if v.code not in paid]
    lacks = dict.fromkeys(f for v in public.villages for f in check_settings(v, settings))
    if not published:  # nothing is drawn, but what can be known without drawing is told all the same
        shown = [f for v in public.villages for f in check_village(v, [], settings)]
    else:
        shown = [f for p in published for f in p.findings]
    return [*missing, *lacks, *shown]


def _summarise(
    checked: _Checked, public: Disclosure, scope: Scope, published: Sequence[Published], settings: Settings
) -> Summary:
    accepted = checked.decided[checked.decided["verdict"] == "accepted"]
    paid = set(accepted["village_code"])
    outside = accepted[~accepted["village_code"].isin({v.code for v in scope.villages})]
    sheets = [p.wall_sheets for p in published]
    return build_summary(
        scope.year, checked.readings, checked.balances, checked.standing, waived=len(checked.waived),
        villages=len(paid),
        empty_villages=tuple(v.township + v.name for v in scope.villages if v.code not in paid),
        published=len(published) - sum(p.is_refused for p in published), refused=sum(p.is_refused for p in published),
        outside=len(outside), outside_fen=int(outside["amount_fen"].sum()), drafts=sum(v.is_draft for v in public.villages),
        wall_sheets=max(sheets, default=0), crowded=sum(s > settings.board_sheets for s in sheets),
        look_first=(f"{PRIVATE}/问题清单.xlsx", *([f"{PUBLIC}（各村的公示和档案）"] if published else [])),
    )  # fmt: skip


def _write_copies(
    out: OutputFolder, read: _Read, checked: _Checked, stamp: datetime, options: RunOptions, progress: Progress
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


def _write_workbooks(
    out: OutputFolder,
    checked: _Checked,
    summary: Summary,
    made: tuple[Disclosure, Scope, Reference],
    stamp: datetime,
    options: RunOptions,
) -> None:
    """payments.csv and the workbooks of the whole run."""
    public, scope, reference = made
    write_payments(checked.decided, out.place(PRIVATE, "payments.csv"))
    around = Surroundings(_find_way(out, options.inbox), checked.sheets)
    report = build_report(checked.standing, checked.waived, checked.decided, summary, stamp, around)
    out.place(PRIVATE, "问题清单.xlsx").write_bytes(report)
    if options.check_only:
        return
    subsidies = reference.subsidies.subsidies
    county = build_county(checked.decided, scope.villages, subsidies, scope.year, stamp)
    out.place(PRIVATE, "全市汇总.xlsx").write_bytes(county)
    open_county = build_public_county(public.villages, public.merged, scope.year, stamp)
    out.place(PUBLIC, "全市汇总_公开版.xlsx").write_bytes(open_county)


def _find_way(out: OutputFolder, inbox: Path) -> str | None:
    """The inbox as seen from the folder of 问题清单.xlsx, for links; None where no relative path leads there."""
    try:
        return os.path.relpath(inbox.resolve(), (out.folder / PRIVATE).resolve()).replace(os.sep, "/")
    except ValueError:  # another drive of Windows
        return None


def _conclude(out: OutputFolder, checked: _Checked, summary: Summary, corrections: Sequence[str]) -> RunResult:
    verdicts = set(checked.decided["verdict"])
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


def _check_folders(options: RunOptions) -> None:
    inbox, out = options.inbox.resolve(), options.out.resolve()
    if not inbox.exists():
        raise UsageError(f"找不到收件箱 {options.inbox}。请检查路径有没有写错。")
    if not inbox.is_dir():
        raise UsageError(f"收件箱 {options.inbox} 是一个文件，不是文件夹。请给出放表格的文件夹。")
    if out == inbox or out.is_relative_to(inbox) or inbox.is_relative_to(out):
        raise UsageError("输出文件夹和收件箱不能互相包含。请给 --out 另选一个文件夹。")
    home = options.home.resolve() if options.home else None
    if home and (home.is_relative_to(inbox) or home.is_relative_to(out)):
        raise UsageError("办公文件夹不能放在收件箱或输出文件夹里面。请换个位置。")
