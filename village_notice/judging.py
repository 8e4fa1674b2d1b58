"""The second step of a run: verdicts on all payments, conservation proved, totals held against what was paid out."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from pathlib import Path

import pandas as pd

from village_notice.archive.postings import read_posted
from village_notice.checks.across import check_across
from village_notice.checks.cells import place_findings
from village_notice.checks.control import ControlRow, check_control, find_unsettled, reconcile
from village_notice.checks.control_file import ControlLine, ControlReader
from village_notice.checks.deceased import check_deceased, read_deceased
from village_notice.checks.links import NOT_IN_INBOX
from village_notice.checks.named import list_unpaid
from village_notice.checks.neighbours import check_last_year, check_neighbours
from village_notice.checks.other_years import check_other_years
from village_notice.checks.people import check_people
from village_notice.checks.posted import check_posted, list_unposted
from village_notice.checks.printed import check_printed
from village_notice.checks.single import check_single
from village_notice.checks.stated import explain_totals
from village_notice.checks.summaries import check_summaries
from village_notice.checks.totals import Balance, check_conservation
from village_notice.checks.verdict import decide
from village_notice.checks.waivers import Waiver, expand_villages, find_unused, follow_files, split_waived
from village_notice.domain.finding import Finding
from village_notice.domain.frames import unpack_payments
from village_notice.domain.packed import NO_PAYMENTS
from village_notice.domain.reading import FileReading
from village_notice.domain.rules import drop_switched_off
from village_notice.domain.side_by_side import do_both, do_side_by_side
from village_notice.domain.text import fold_text
from village_notice.intake import Intake, list_findings
from village_notice.ledger.keeping import recall_names, recall_numbers, recall_payments
from village_notice.ledger.owners import number_heads
from village_notice.ledger.persons import number_people
from village_notice.ledger.tiers import check_tiers
from village_notice.options import RunOptions
from village_notice.settings import Settings
from village_notice.sources.dates import parse_period
from village_notice.sources.reference import Reference
from village_notice.workbook import Sheet


@dataclass(slots=True)
class Checked:
    """Payments decided, and everything said about them."""

    readings: list[FileReading]
    decided: pd.DataFrame
    balances: list[Balance]
    standing: list[Finding]
    waived: list[Finding]
    control: list[ControlRow]
    unsettled: frozenset[tuple[str, str]]
    sheets: list[Sheet]
    unposted: tuple[str, ...] = ()
    waivers: list[Waiver] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Desk:
    """What the office has decided about findings: rules switched off, waivers."""

    settings: Settings
    waivers: list[Waiver]

    def sort(self, findings: Iterable[Finding]) -> tuple[list[Finding], list[Finding]]:
        """The findings that stand, and those waived."""
        return split_waived(drop_switched_off(findings, self.settings.rules), self.waivers)


def tell_unused(checked: Checked, desk: Desk, read: Intake) -> list[Finding]:
    """F19 for the waivers that let nothing pass, once everything has been told that they could be meant for."""
    files = [*(f.relative for f in read.files), *NOT_IN_INBOX]
    found = find_unused(desk.waivers, checked.waived, checked.standing, files)
    return drop_switched_off(found, desk.settings.rules)


def follow_waivers(waivers: Sequence[Waiver], read: Intake, home: Path | None) -> list[Waiver]:
    """The waivers, also for files that were renamed since or are the corrected copies of those they name."""
    if not waivers:
        return []
    lineages = {r.file: (*r.corrects, r.sha256) for r in read.readings if r.sha256}
    names = recall_names(home, {sha256 for hashes in lineages.values() for sha256 in hashes})
    for file in read.files:
        names.setdefault(file.sha256, set()).add(file.relative)
    return follow_files(
        waivers, {file: {name for h in hashes for name in names.get(h, ())} for file, hashes in lineages.items()}
    )


def check_payments(read: Intake, options: RunOptions, desk: Desk, reference: Reference) -> Checked:
    """Verdicts on all payments, persons numbered, conservation proved."""
    readings, subsidies = read.readings, reference.subsidies.subsidies
    payments, findings = _look_at_payments(read, options, reference)
    findings = explain_totals(findings, payments, (mark for r in readings for mark in r.set_aside))
    findings = place_findings(findings, readings)
    desk = replace(desk, waivers=expand_villages(desk.waivers, findings, payments))
    standing, waived = desk.sort(findings)
    decided = decide(payments, standing, year=options.year)
    posted, today = (
        _read_posted(options, reference),
        options.stamp.date() if options.stamp else desk.settings.data_until,
    )
    looks: list[Callable[[], list[Finding]]] = [
        partial(check_tiers, decided, subsidies),
        lambda: list(check_other_years(decided, options.year)),
        lambda: list(check_summaries(readings, decided)),
        lambda: list(check_neighbours(decided, reference.register.villages)),
        lambda: list(check_last_year(decided, recall_payments(options.home, options.year - 1))),
    ]
    told = [finding for found in do_side_by_side(looks, len(decided)) for finding in found]
    told += check_posted(decided, posted, options.year, today) if posted is not None and today else ()
    told, accepted = desk.sort(place_findings(told, readings))
    standing, waived = [*standing, *told], [*waived, *accepted]
    balances = check_conservation(readings, decided)
    unposted = list_unposted(decided, posted) if posted is not None else ()
    return Checked(readings, decided, balances, standing, waived, [], frozenset(), [], unposted, desk.waivers)


def _look_at_payments(read: Intake, options: RunOptions, reference: Reference) -> tuple[pd.DataFrame, list[Finding]]:
    """All payments with persons numbered, and everything found in them and while they were read."""
    payments, subsidies = take_payments(read.readings), reference.subsidies.subsidies

    def check_together() -> tuple[pd.DataFrame, list[Finding]]:
        numbered = number_people(payments, recall_numbers(options.home, options.year))
        unpaid = list_unpaid(read.readings)
        return numbered, list(check_across(numbered, subsidies, copies=read.copies, year=options.year, unpaid=unpaid))

    def check_alone() -> tuple[list[Finding], list[Finding]]:
        deceased = check_deceased(payments, read_deceased(options.home))
        single = list(check_single(payments, subsidies))
        people = list(check_people(payments, copies=read.copies))  # needs no numbers, and here a processor is free
        number_heads(payments)  # disclosure asks for it
        return single, [*deceased, *check_printed(payments, reference.surnames), *people]

    (numbered, across), (single, others) = do_both(check_together, check_alone, len(payments))
    return numbered, [*read.findings, *list_findings(read.readings), *single, *across, *others]


def take_payments(readings: Sequence[FileReading]) -> pd.DataFrame:
    """All payments in one frame, in the order of the files; the readings keep none."""
    payments = unpack_payments([r.packed for r in readings])
    for reading in readings:
        reading.packed = NO_PAYMENTS
    return payments


def _read_posted(options: RunOptions, reference: Reference) -> dict[str, list[date]] | None:
    """Village code → days of the postings that the office has noted; None without an office folder."""
    villages = ((v.code, v.township, v.name) for v in reference.register.villages)
    return read_posted(options.home, options.year, villages) if options.home else None


def read_control(options: RunOptions, reference: Reference) -> list[ControlLine]:
    """What the finance bureau paid out, [] where the office does not say."""

    def find_programme(words: str) -> tuple[str, str] | None:
        table = reference.subsidies
        found = table.find_code(words)
        candidates = (found,) if found else table.match(words).candidates
        if not candidates:  # a programme nobody classified goes by its name, as in the sheets; a slip is asked about
            return None if table.suggest(words) else ("", fold_text(words))
        return "+".join(sorted(s.code for s in candidates)), "、".join(s.name for s in candidates)

    def read_period(cell: object) -> str:
        return parse_period(cell, options.year)

    return ControlReader(find_programme, reference.register.find_township, read_period).read(options.home)


def reconcile_control(checked: Checked, lines: Sequence[ControlLine], desk: Desk, wanted: Sequence[str]) -> None:
    """Holds what was accepted against what was paid out."""
    checked.control = reconcile(lines, checked.decided, wanted)
    standing, waived = desk.sort(check_control(checked.control))
    checked.standing += standing
    checked.waived += waived
    checked.unsettled = find_unsettled(checked.control, standing)
