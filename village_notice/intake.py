"""The first step of a run: the folders are looked at, everything in the inbox is read, file by file."""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from village_notice.checks.corrections import settle_corrections
from village_notice.domain.finding import Finding, Place
from village_notice.domain.reading import FileReading
from village_notice.domain.rules import format_message, is_error
from village_notice.early import READER, Early, count_readers
from village_notice.errors import NothingReadableError, UsageError
from village_notice.executor import Workers
from village_notice.ledger.keeping import check_gone
from village_notice.options import RunOptions
from village_notice.progress import Progress
from village_notice.read_cache import ReadCache
from village_notice.sources.discover import Discovery, InputFile
from village_notice.sources.read_options import LAYOUTS, ReadOptions
from village_notice.sources.reader_pool import Failure, ReaderPool
from village_notice.sources.reader_remote import RemotePool
from village_notice.sources.reference import Reference

_SHOWN_REASONS = 10


@dataclass(frozen=True, slots=True)
class Intake:
    """What was read, file by file in the order of the paths.

    Attributes:
        readings: Files that count.
        findings: Findings about files.
        copies: Files held whole, because they are the same as another.
        discovery: Everything in the inbox.
        replaces: Corrected copy → hashes of the files it came from.
    """

    readings: list[FileReading]
    findings: list[Finding]
    copies: list[str]
    discovery: Discovery
    replaces: dict[str, tuple[str, ...]]

    @property
    def files(self) -> list[InputFile]:
        """The files of the inbox."""
        return self.discovery.files


def read_inbox(
    options: RunOptions,
    townships: tuple[str, ...],
    progress: Progress,
    cache: ReadCache,
    early: Early,
) -> Intake:
    """Everything in the inbox; what an earlier run has read is not read again."""
    reading_options = ReadOptions(options.year, townships, options.home, options.register, options.password)
    with ExitStack() as stack:
        if not early.readers:
            early.start_readers()  # they start while files are found
        pool: ReaderPool | RemotePool | None = early.readers
        if early.readers:
            stack.callback(early.readers.close)
        _check_answers(reading_options)
        discovery = early.discover()
        known = cache.load(discovery.files)
        unread = [f for f in discovery.files if f.relative not in known]
        if unread:
            readers = count_readers(options, (f.size for f in unread))
            pool = pool or _open_pool(options, readers, stack)
            if isinstance(pool, ReaderPool):
                pool.grow(readers)
        answers = pool.map(unread, f"{READER}:read_file", (reading_options,)) if pool and unread else iter(())
        readings: list[FileReading] = []
        for file in discovery.files:
            is_known = file.relative in known
            readings.append(known.pop(file.relative) if is_known else _take(file, next(answers), cache))
            progress("读取表格", len(readings), len(discovery.files))
    cache.finish()
    if not any(r.count for r in readings):
        raise NothingReadableError(_explain_nothing(options.inbox, [*discovery.findings, *list_findings(readings)]))
    settled = settle_corrections(readings, [f.relative for f in discovery.files if f.same_as])
    found = [f for f in discovery.findings if f.place.file not in settled.dropped]
    gone = check_gone(options.home, options.year, options.inbox, list_hashes(discovery.files), settled.sources)
    held = [f.relative for f in discovery.files if f.same_as and f.relative not in settled.dropped]
    held += [f.place.file for f in settled.findings if f.code == "F18"]
    return Intake(settled.readings, [*found, *settled.findings, *gone], held, discovery, settled.replaces)


def _check_answers(options: ReadOptions) -> None:
    """Nothing, where what the clerk has answered about layouts has no mistake: it stops the run here, not in a child."""
    if options.home and any((options.home / LAYOUTS).glob("*.toml")):
        from village_notice.sources.payments import load_lookups  # much else, that only the readers need

        load_lookups(options)


def list_hashes(files: Sequence[InputFile]) -> dict[str, str]:
    """Path inside the inbox → hash, of every file that could be opened."""
    return {f.relative: f.sha256 for f in files if f.sha256}


def _open_pool(options: RunOptions, readers: int, stack: ExitStack) -> ReaderPool | RemotePool:
    if options.cluster:
        return RemotePool(Workers(options.workers, options.cluster).run)
    return stack.enter_context(ReaderPool(readers, start=[READER]))


def _take(file: InputFile, answer: object, cache: ReadCache) -> FileReading:
    """The reading of a file, or a reading that only tells why there is none."""
    if isinstance(answer, Failure):
        finding = Finding(answer.code, Place(file.relative), found=answer.found)
        return FileReading(file.relative, findings=[finding], readable=False)
    reading = cast("FileReading", answer)
    cache.keep(file, reading)
    return reading


def list_findings(readings: Sequence[FileReading]) -> list[Finding]:
    """The findings of all readings, in their order."""
    return [finding for reading in readings for finding in reading.findings]


def _explain_nothing(inbox: Path, findings: Sequence[Finding]) -> str:
    findings = sorted(findings, key=lambda f: not is_error(f))  # errors first
    lines = [f"  {f.place.file} {f.place.sheet}：{format_message(f)}" for f in findings[:_SHOWN_REASONS]]
    more = [f"  ……另有 {len(findings) - _SHOWN_REASONS} 处"] if len(findings) > _SHOWN_REASONS else []
    words = f"{inbox} 里没有读到任何一笔发放数据。请确认放的是发放明细表（.xlsx .xls .csv）。"
    return "\n".join([words, *lines, *more])


def find_townships(wanted: Sequence[str], reference: Reference) -> tuple[str, ...]:
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
