"""THE MAP: what a run does, step by step, from a folder of spreadsheets to paper, packages and answers.

spreadsheets ─sources─► payments + findings ─checks─► accepted | held
   accepted ─ledger─► VillageYear (public from here on) ─┬─notices─► PDF
                                                         └─archive─► package a village, query database
"""

import re
import shutil
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pandas as pd

from village_notice.archive.database import write_database
from village_notice.archive.dialect import ServerUrl
from village_notice.archive.versions import find_sealed, put_back_below
from village_notice.beside import Beside
from village_notice.checks.control_file import ControlLine
from village_notice.checks.payments_csv import PAYMENTS, write_payments
from village_notice.checks.proof import Decisions, prove_villages
from village_notice.checks.waivers import Waiver, read_waivers
from village_notice.cluster_run import use_cluster
from village_notice.domain.order import ListOrders
from village_notice.domain.pinyin import Pinyin
from village_notice.domain.proof import VillageProof
from village_notice.domain.rules import switch_rules
from village_notice.domain.village import Village
from village_notice.early import Early
from village_notice.errors import ExitCode
from village_notice.executor import ClusterError
from village_notice.intake import Intake, find_townships, list_hashes, read_inbox
from village_notice.judging import (
    Checked,
    Desk,
    check_payments,
    follow_waivers,
    read_control,
    reconcile_control,
    tell_unused,
)
from village_notice.kept import EARLIER, KEPT, Kept, keep_earlier, write_kept
from village_notice.ledger.disclosure import Disclosure, Scope, disclose
from village_notice.ledger.keeping import keep_run
from village_notice.ledger.store import Import
from village_notice.made_before import RECORDS, Published, write_record, write_records
from village_notice.notices.template import read_orders
from village_notice.options import RunOptions, RunResult
from village_notice.outcome import (
    conclude,
    explain_outcome,
    summarise,
    write_annotated,
    write_county,
    write_workbooks,
)
from village_notice.output import JOURNAL, PRIVATE, PUBLIC, OutputFolder, explain_write_errors, hold_output, open_output
from village_notice.progress import Progress
from village_notice.publish import STAGES, Job, publish_villages
from village_notice.remember import find_build_memory, find_cache, find_made_before, find_payments_memory, hash_job
from village_notice.server_copy import find_server, write_server
from village_notice.settings import Settings, read_settings
from village_notice.sources.reference import Reference, read_reference
from village_notice.spare_memory import give_back_memory, search_garbage_seldom
from village_notice.stopwatch import Stopwatch
from village_notice.unchanged import forget_result, remember_result

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")

__all__ = ["RunOptions", "RunResult", "run"]


def run(
    options: RunOptions, progress: Progress, watch: Stopwatch | None = None, early: Early | None = None
) -> RunResult:
    """The whole job; the results are in OUT when it returns, and OUT is as it was when it raises.

    Args:
        options: What the user asked for.
        progress: Told how far each stage is.
        watch: Told when each stage ends.
        early: Processes that were started for this run already.

    Raises:
        UsageError: The folders or townships cannot be meant so.
        SettingsError: The office's settings, reference data or waivers have a mistake.
        NothingReadableError: There is not one payment in the inbox.
        CannotWriteError: OUT cannot be written.
        ConservationError: A row or a fen went missing inside the run.
    """
    watch = watch or Stopwatch()
    options = use_cluster(options)
    settings, waivers = read_settings(options.home), read_waivers(options.home)
    reference = read_reference(settings, options.register)
    wanted = find_townships(options.townships or settings.townships, reference)
    server = find_server(options, settings)
    office = Office(settings, waivers, reference, wanted, read_control(options, reference), server)
    with ExitStack() as stack, explain_write_errors(options.out), switch_rules(settings.rules), search_garbage_seldom():
        early = early or stack.enter_context(Early(options))
        stack.enter_context(hold_output(options.out))
        out = open_output(options.out)
        out.hashed = early.hashed
        put_back_below(out.folder / PUBLIC)
        watch.lap("启动")
        forget_result(out.cache)
        try:
            with Beside(watch) as beside:
                return _make_everything(options, office, out, Course(progress, watch.lap, early, beside))
        except BaseException as error:
            out.discard(keep_finished=isinstance(error, KeyboardInterrupt | ClusterError))
            raise


@dataclass(frozen=True, slots=True)
class Office:
    """What the office says: settings, waivers, reference data, townships, what finance paid out, its database server."""

    settings: Settings
    waivers: list[Waiver]
    reference: Reference
    townships: tuple[str, ...]
    control: list[ControlLine]
    server: ServerUrl | None


@dataclass(frozen=True, slots=True)
class Course:
    """What goes along with a run.

    Attributes:
        progress: Told how far each stage is.
        lap: Told when each stage ends.
        early: Processes that were started for the run.
        beside: Work that does not wait for the step in hand.
    """

    progress: Progress
    lap: Callable[..., None]
    early: Early
    beside: Beside


def _make_everything(options: RunOptions, office: Office, out: OutputFolder, course: Course) -> RunResult:
    """The steps of a run, one after the other."""
    settings, reference, wanted, lap = office.settings, office.reference, office.townships, course.lap
    orders = read_orders(settings.folder)  # first: a mistake in a template stops the run before the reading
    read = _read(options, wanted, course)
    office = replace(office, waivers=follow_waivers(office.waivers, read, options.home))
    desk = Desk(settings, office.waivers)
    lap("读取表格")
    checked = check_payments(read, options, desk, reference)
    office = replace(office, waivers=checked.waivers)
    desk = Desk(settings, office.waivers)
    reconcile_control(checked, office.control, desk, wanted)
    give_back_memory()
    lap("核对")
    scope, stamp = _set_scope(checked, options, office, orders)
    write_csv = partial(write_payments, checked.decided, memory=find_payments_memory(options, wanted, read.readings))
    proofs = None if options.check_only else _start_ahead(checked, scope, stamp, office, out, course.beside)
    public = disclose(checked.decided, scope, reference.subsidies.subsidies, Pinyin(reference.surnames))
    give_back_memory()
    lap("归村")
    published: list[Published] = []
    if proofs:
        course.beside.start(PAYMENTS, _write_beside, out, PAYMENTS, write_csv)
        job = Job(
            settings, stamp, reference.surnames, proofs.result(),
            out.staging / PUBLIC, out.folder / PUBLIC, find_made_before(out, options),
            hash_job(settings, stamp, reference.surnames),
        )  # fmt: skip
        published, public = _make_public(public, scope, job, (out, wanted), course)
    else:
        write_csv(out.place(PRIVATE, PAYMENTS))
        lap(PAYMENTS)
    standing, waived = desk.sort(explain_outcome(checked.decided, public, settings, published, scope))
    checked.standing, checked.waived = [*checked.standing, *standing], [*checked.waived, *waived]
    checked.standing += tell_unused(checked, desk, read)
    summary = summarise(checked, public, scope, published, settings)
    checked.sheets += write_annotated(out, read, checked, stamp, options, course.progress)
    lap("核对副本")
    write_workbooks(out, checked, summary, (public, scope), stamp, options)
    lap("问题清单和汇总")
    if proofs:
        course.beside.wait()
        lap("查询库")  # of what may still be under way it takes longest
    _keep(read, checked, office.waivers, stamp, options)
    lap("台账")
    course.progress("放好结果", 0, 1)
    _put_in_place(out, published, options)
    result = conclude(out, checked, summary, [p.correction for p in published if p.correction])
    remember_result(options, read.discovery, result, out)
    course.progress("放好结果", 1, 1)
    lap("放好结果")
    return _copy_to_server(result, public, scope, office, lap) if office.server else result


def _set_scope(checked: Checked, options: RunOptions, office: Office, orders: ListOrders) -> tuple[Scope, datetime]:
    """What is to be disclosed, and the one date of all outputs."""
    villages = _find_scope(checked.decided, office.townships, office.reference)
    until = _find_data_until(checked.decided, office.settings)
    stamp = options.stamp or datetime.fromisoformat(until or f"{options.year}-12-31").replace(tzinfo=UTC)
    others = frozenset(office.reference.register.townships).difference(v.township for v in villages)
    county = office.settings.county
    return Scope(options.year, county, until, villages, checked.unsettled, others, orders), stamp


def _start_ahead(
    checked: Checked,
    scope: Scope,
    stamp: datetime,
    office: Office,
    out: OutputFolder,
    beside: Beside,
) -> Future[dict[str, VillageProof]]:
    """Begins what needs no disclosed figures: 全市汇总.xlsx, and what packages tell of the checks.

    payments.csv does not either, but nobody waits for it: it is written when the interpreter has less to do.
    """
    subsidies = office.reference.subsidies.subsidies
    decisions = Decisions(checked.standing, checked.waived, office.waivers, checked.control, checked.unsettled)
    proofs = beside.start("核对说明", prove_villages, decisions, checked.decided, scope.villages, subsidies)
    whole = partial(write_county, checked.decided, scope, office.reference, stamp)
    beside.start("全市汇总", _write_beside, out, "全市汇总.xlsx", whole)
    return proofs


def _write_beside(out: OutputFolder, name: str, write: Callable[[Path], None]) -> None:
    """Writes a file of the office, hashes it and gives back what memory that took."""
    path = out.place(PRIVATE, name)
    write(path)
    out.hashed.note(path)
    give_back_memory()


def _copy_to_server(
    result: RunResult, public: Disclosure, scope: Scope, office: Office, lap: Callable[..., None]
) -> RunResult:
    """The query tables on the office's server too; the result with what went wrong there."""
    assert office.server is not None  # noqa: S101  # asked by the caller
    problem = write_server(office.server, public.villages, scope.year, office.townships, office.reference)
    lap("数据库")
    return replace(result, exit_code=ExitCode.CANNOT_WRITE, note=problem) if problem else result


def _read(options: RunOptions, wanted: tuple[str, ...], course: Course) -> Intake:
    """Everything in the inbox; the processes that will draw start after it."""
    read = read_inbox(options, wanted, course.progress, find_cache(options, wanted), course.early)
    if not options.check_only:
        course.early.start_drawers(sum(r.count for r in read.readings))
    return read


def _keep(read: Intake, checked: Checked, waivers: Sequence[Waiver], stamp: datetime, options: RunOptions) -> None:
    """Writes the run into the ledger: before its results are put in place, so that no number on paper is forgotten."""
    made = Import(
        options.year, str(options.inbox.resolve()), stamp.isoformat(), list_hashes(read.files), checked.decided,
        checked.standing, checked.waived, [(w.rule, *w.place[:3], w.reason, w.by, w.date) for w in waivers],
        {file: " ".join(hashes) for file, hashes in read.replaces.items()},
    )  # fmt: skip
    keep_run(options.home, made)


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


def _make_public(
    public: Disclosure, scope: Scope, job: Job, place: tuple[OutputFolder, Sequence[str]], course: Course
) -> tuple[list[Published], Disclosure]:
    """Paper and packages, and beside them the query database and the figures; what was made, and what may leave of it."""
    job.staging.mkdir(parents=True, exist_ok=True)
    course.beside.start("查询库", _write_database, public, scope, job, *place)
    course.beside.start("公示数据", _keep_figures, public, scope, job, place[0])
    published = _publish(public, job, course)
    course.lap("公示和档案", {stage: sum(p.seconds.get(stage, 0.0) for p in published) for stage in STAGES})
    left = _leave_out(public, published)
    if len(left.villages) < len(public.villages):
        course.beside.wait()
        _write_database(left, scope, job, *place)
        _keep_figures(left, scope, job, place[0])
        course.lap("查询库")
    return published, left


def _publish(public: Disclosure, job: Job, course: Course) -> list[Published]:
    """Paper and packages of all villages; each is entered in the journal when it is finished."""
    published = []
    with (job.staging.parent / JOURNAL).open("a", encoding="utf-8", newline="\n") as journal:
        for made in publish_villages(public.villages, job, course.early.drawers):
            published.append(made)
            if not made.is_refused and not made.is_kept:
                journal.write(write_record(made))
                journal.flush()
            course.progress("公示和档案", len(published), len(public.villages))
    return sorted(published, key=lambda p: p.village_code)


def _leave_out(public: Disclosure, published: Sequence[Published]) -> Disclosure:
    """What may leave without the villages that the last look refused."""
    refused = {p.village_code for p in published if p.is_refused}
    return replace(public, villages=tuple(v for v in public.villages if v.village_code not in refused))


def _write_database(public: Disclosure, scope: Scope, job: Job, out: OutputFolder, wanted: Sequence[str]) -> None:
    """The query database; other years stay in it, and other townships where the run is for some only."""
    database, earlier = job.staging / "查询.db", out.folder / PUBLIC / "查询.db"
    if earlier.is_file():
        shutil.copyfile(earlier, database)
    codes = [v.code for v in scope.villages] if wanted else None
    memory = find_build_memory(out.folder, job.surnames, is_fresh=not job.before)
    pinyin = Pinyin(job.surnames).read
    write_database(public.villages, database, year=scope.year, pinyin=pinyin, scope=codes, memory=memory)
    out.hashed.note(database)


def _keep_figures(public: Disclosure, scope: Scope, job: Job, out: OutputFolder) -> None:
    """What `notices` and `preview` need to make paper again without the spreadsheets."""
    done = {v.village_code for v in public.villages}
    empty = tuple((v.township, v.name) for v in scope.villages if v.code not in done)
    kept = Kept(job.stamp, tuple(public.villages), tuple(public.merged), empty)
    write_kept(kept, out.place(PRIVATE, KEPT), out.folder / PRIVATE / KEPT if job.before else None)
    keep_earlier(out.folder, out.staging)


def _put_in_place(out: OutputFolder, published: Sequence[Published], options: RunOptions) -> None:
    """The results go to their places; what was made for each village is remembered."""
    known = {f"{PUBLIC}/{name}": digest for p in published for name, digest in p.list_paths().items()}
    if published:  # first: a record counts only for files that are there
        write_records(published, out.cache / RECORDS)
    out.finish(keep=_find_kept(out, options), known=known)


def _find_kept(out: OutputFolder, options: RunOptions) -> frozenset[str]:
    """What stays although this run did not make it, as prefixes of paths: sealed packages; for `check` all paper."""
    if options.check_only:
        return frozenset({f"{PUBLIC}/", *(f"{PRIVATE}/{name}" for name in ("全市汇总.xlsx", KEPT, EARLIER))})
    return frozenset(f"{f.relative_to(out.folder).as_posix()}/" for f in find_sealed(out.folder / PUBLIC))
