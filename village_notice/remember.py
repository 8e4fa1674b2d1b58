"""Where a run looks for what earlier runs worked out: readings of files, and what was made for villages."""

import sqlite3
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from village_notice.archive.build_memory import BuildMemory
from village_notice.checks.payments_csv import PAYMENTS
from village_notice.checks.payments_memory import PaymentsMemory
from village_notice.domain.reading import FileReading
from village_notice.early import find_readings
from village_notice.fingerprint import hash_office, hash_parts, hash_program
from village_notice.made_before import RECORDS, MadeBefore, read_records
from village_notice.options import RunOptions
from village_notice.output import CACHE, JOURNAL, PRIVATE, PUBLIC, OutputFolder
from village_notice.read_cache import ReadCache
from village_notice.settings import Settings
from village_notice.unchanged import hash_reader


def find_cache(options: RunOptions, townships: tuple[str, ...]) -> ReadCache:
    """Readings of this inbox."""
    return ReadCache(find_readings(options), hash_reader(options, townships), options.is_fresh)


def find_made_before(out: OutputFolder, options: RunOptions) -> tuple[MadeBefore, ...]:
    """What a run that was stopped had finished, then what stands in OUT."""
    if options.is_fresh:
        return ()
    places = ((out.unfinished, out.unfinished / JOURNAL, False), (out.folder, out.cache / RECORDS, True))
    return tuple(MadeBefore(root / PUBLIC, read_records(path), is_out, out.hashed) for root, path, is_out in places)


def find_payments_memory(
    options: RunOptions, townships: tuple[str, ...], readings: Sequence[FileReading]
) -> PaymentsMemory:
    """What the last run into OUT remembers about its payments.csv."""
    private, reader = options.out / PRIVATE, hash_reader(options, townships)
    read = {r.file: hash_parts(reader, r.file, r.sha256) for r in readings if r.sha256}
    return PaymentsMemory(private / CACHE / "款项.记忆", private / PAYMENTS, read, options.is_fresh)


def find_build_memory(out: Path, surnames: Mapping[str, tuple[str, ...]], *, is_fresh: bool) -> BuildMemory:
    """What the last run into OUT remembers about its query database."""
    key = hash_parts(hash_program(), sqlite3.sqlite_version, repr(sorted(surnames.items())))
    return BuildMemory(out / PRIVATE / CACHE / "查询库.记忆", key, is_fresh)


def hash_job(settings: Settings, stamp: datetime, surnames: Mapping[str, tuple[str, ...]]) -> str:
    """Everything the paper and the package of any village depend on besides its figures."""
    office = hash_office(settings.folder, reading=False)
    return hash_parts(hash_program(), office, repr(settings), stamp.isoformat(), repr(sorted(surnames.items())))
