"""The second step of a run: verdicts on all payments, conservation proved, totals held against what was paid out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pandas as pd

from village_notice.archive.postings import read_posted
from village_notice.checks.across import check_across
from village_notice.checks.control import ControlRow, check_control, find_unsettled, reconcile
from village_notice.checks.control_file import ControlLine, ControlReader
from village_notice.checks.deceased import check_deceased, read_deceased
from village_notice.checks.neighbours import check_last_year, check_neighbours
from village_notice.checks.other_years import check_other_years
from village_notice.checks.posted import check_posted
from village_notice.checks.printed import check_printed
from village_notice.checks.single import check_single
from village_notice.checks.stated import explain_totals
from village_notice.checks.totals import Balance, check_conservation
from village_notice.checks.verdict import decide
from village_notice.checks.waivers import Waiver, split_waived
from village_notice.domain.finding import Finding
from village_notice.domain.packed import PackedPayments, unpack_payments
from village_notice.domain.reading import FileReading
from village_notice.domain.rules import drop_switched_off
from village_notice.intake import Intake, list_findings
from village_notice.ledger.keeping import recall_numbers, recall_payments
from village_notice.ledger.persons import number_people
from village_notice.ledger.tiers import check_tiers
from village_notice.options import RunOptions
from village_notice.settings import Settings
from village_notice.sources.dates import parse_period
from village_notice.sources.reference import Reference
from village_notice.workbook import Sheet

_NONE = PackedPayments(0, {}, b"")


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


@dataclass(frozen=True, slots=True)
class Desk:
    """What the office has decided about findings: rules switched off, waivers."""

    settings: Settings
    waivers: list[Waiver]

    def sort(self, findings: Iterable[Finding]) -> tuple[list[Finding], list[Finding]]:
        """The findings that stand, and those waived."""
        return split_waived(drop_switched_off(findings, self.settings.rules), self.waivers)


def check_payments(read: Intake, options: RunOptions, desk: Desk, reference: Reference) -> Checked:
    """Verdicts on all payments, persons numbered, conservation proved."""
    readings, subsidies = read.readings, reference.subsidies.subsidies
    payments = number_people(take_payments(readings), recall_numbers(options.home, options.year))
    across = check_across(payments, subsidies, copies=read.copies, year=options.year)
    deceased = check_deceased(payments, read_deceased(options.home))
    findings = [*read.findings, *list_findings(readings), *check_single(payments, subsidies), *across, *deceased]
    findings += check_printed(payments)
    findings = explain_totals(findings, payments)
    standing, waived = desk.sort(findings)
    decided = decide(payments, standing, year=options.year)
    told = [
        *check_tiers(decided, subsidies),
        *check_other_years(decided, options.year),
        *check_neighbours(decided, reference.register.villages),
        *check_last_year(decided, recall_payments(options.home, options.year - 1)),
        *_check_posted(decided, options, desk.settings, reference),
    ]
    told, accepted = desk.sort(told)
    standing, waived = [*standing, *told], [*waived, *accepted]
    return Checked(readings, decided, check_conservation(readings, decided), standing, waived, [], frozenset(), [])


def take_payments(readings: Sequence[FileReading]) -> pd.DataFrame:
    """All payments in one frame, in the order of the files; the readings keep none."""
    payments = unpack_payments([r.pack().packed or _NONE for r in readings])
    for reading in readings:
        reading.packed = _NONE
    return payments


def _check_posted(
    decided: pd.DataFrame, options: RunOptions, settings: Settings, reference: Reference
) -> Iterable[Finding]:
    """N09 and N10, where the office has a folder and the run a date."""
    today = options.stamp.date() if options.stamp else settings.data_until
    if options.home is None or today is None:
        return ()
    villages = ((v.code, v.township, v.name) for v in reference.register.villages)
    return check_posted(decided, read_posted(options.home, options.year, villages), options.year, today)


def read_control(options: RunOptions, reference: Reference) -> list[ControlLine]:
    """What the finance bureau paid out, [] where the office does not say."""

    def find_programme(words: str) -> tuple[str, str] | None:
        subsidy = reference.subsidies.find_code(words) or reference.subsidies.match(words).subsidy
        return (subsidy.code, subsidy.name) if subsidy else None

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
