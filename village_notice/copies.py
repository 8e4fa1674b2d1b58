"""核对/: annotated copies of the workbooks with findings, and what changed in the copies that came back.

Both open foreign files, so both happen in reader children (see `copy_job`), with their limits of time and memory.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Literal

from village_notice.checks.corrections import CellChange
from village_notice.copy_request import Request
from village_notice.domain.annotation import COPY_MARK
from village_notice.domain.finding import Finding
from village_notice.domain.rules import RULES, Severity
from village_notice.output import OutputFolder
from village_notice.progress import Progress
from village_notice.sources.discover import InputFile
from village_notice.sources.reader_pool import Failure, PoolLimits, ReaderPool
from village_notice.sources.zip_members import read_input
from village_notice.workbook import Link, Sheet, SheetColumn, Value

FOLDER = "核对"
_JOB = "village_notice.copy_job"
SHEET = "核对副本"
Which = Literal["auto", "all", "errors", "none"]
MANY_FILES = 200
"""Where the inbox holds more files, only those with errors get a copy unless all are asked for."""
_ORDINARY = frozenset(["R06", "X04", "X05", "X07", "X11"])
"""Warnings at cells that are nearly always right as they are: children, namesakes, families with one account, rates."""
_LIMITS = PoolLimits(seconds=18, seconds_per_megabyte=20, free_megabytes=1)
_UNREADABLE = frozenset(["F01", "F02", "F03", "F06", "F10", "F15"])
_LONGEST_PATH, _SHORT = 235, 20
_ORIGINALS = ("cache", "originals")
_COLUMNS = (
    SheetColumn("文件", width=50), SheetColumn("错误（处）", "integer", 12), SheetColumn("提醒（处）", "integer", 12),
    SheetColumn("核对副本", width=60), SheetColumn("说明", width=40),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Copy:
    """One workbook with findings, and the copy that was made of it.

    Attributes:
        file: Path inside the inbox.
        errors, others: Findings.
        place: Path of the copy inside 核对/, "" where there is none.
        reason: Why there is none.
    """

    file: str
    errors: int
    others: int
    place: str = ""
    reason: str = ""


def choose_files(
    files: Sequence[InputFile], findings: Iterable[Finding], which: Which
) -> dict[str, tuple[Finding, ...]]:
    """The files to copy with their findings, in the order of the inbox.

    By itself (`auto`) a file is copied for an error, or for a warning at a cell that asks to be put right: one that stands
    on the whole sheet (no state column, say) has no cell to colour, and one that is true of every inbox (`_ORDINARY`)
    asks for nothing. 问题清单 tells them once for all, and a copy made for another reason shows them too.
    """
    if which == "none":
        return {}
    by_file: defaultdict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        by_file[finding.place.file].append(finding)
    is_small = which == "auto" and len(files) <= MANY_FILES

    def asks_for_copy(finding: Finding) -> bool:
        severity = RULES[finding.code].severity
        is_seen = which == "all" or (is_small and finding.place.row > 0 and finding.code not in _ORDINARY)
        return severity is Severity.ERROR or (severity is Severity.WARNING and is_seen)

    return {f.relative: tuple(by_file[f.relative]) for f in files if any(map(asks_for_copy, by_file[f.relative]))}


def write_copies(
    files: Sequence[InputFile],
    requests: Mapping[str, Request],
    out: OutputFolder,
    private: str,
    workers: int,
    progress: Progress,
) -> list[Copy]:
    """Writes a copy of every file asked for; what was made and what was not, in the order of the inbox."""
    wanted = [f for f in files if f.relative in requests]
    readable = [f for f in wanted if not _find_obstacle(requests[f.relative])]
    made = {f.relative: _count(f.relative, requests, reason=_find_obstacle(requests[f.relative])) for f in wanted}
    if not readable:
        return list(made.values())
    taken: set[str] = set()
    longest = _LONGEST_PATH - len(str(out.folder / private / FOLDER)) - 1
    own = {f.relative: (requests[f.relative],) for f in readable}
    with ReaderPool(min(workers, len(readable)), _LIMITS) as pool:
        answers = pool.map(readable, f"{_JOB}:make_copy", own=own)
        for done, (file, answer) in enumerate(zip(readable, answers, strict=True), 1):
            if isinstance(answer, bytes):
                place = _name_copy(file, taken, longest)
                out.place(private, FOLDER, *place.split("/")).write_bytes(answer)
                made[file.relative] = _count(file.relative, requests, place=place)
            else:
                reason = answer.found if isinstance(answer, Failure) else "没有做成"
                made[file.relative] = _count(file.relative, requests, reason=f"没有做副本：{reason}")
            progress("核对副本", done, len(readable))
    return list(made.values())


def _find_obstacle(request: Request) -> str:
    """Why a file cannot be opened, as its reader said; "" where it can be."""
    found = next((f for f in request.findings if f.code in _UNREADABLE and not f.place.sheet), None)
    return f"没有做副本：{RULES[found.code].title}" if found else ""


def _count(file: str, requests: Mapping[str, Request], *, place: str = "", reason: str = "") -> Copy:
    findings = requests[file].findings
    errors = sum(RULES[f.code].severity is Severity.ERROR for f in findings)
    return Copy(file, errors, len(findings) - errors, place, reason)


def _name_copy(file: InputFile, taken: set[str], longest: int) -> str:
    """Where a copy goes, in the folders of its source; no two alike, also where case does not count."""
    path = PurePosixPath(file.relative)
    stem = path.stem.removesuffix(COPY_MARK) + COPY_MARK
    if len(str(path.with_name(f"{stem}.xlsx"))) > longest:  # Windows opens no longer paths
        path, stem = PurePosixPath("x"), f"{stem[:_SHORT]}_{file.sha256[:8]}{COPY_MARK}"
    names = (stem, *(f"{stem}{n}" for n in range(2, 1000)))
    name = next(str(path.with_name(f"{n}.xlsx")) for n in names if str(path.with_name(n)).casefold() not in taken)
    taken.add(name.removesuffix(".xlsx").casefold())
    return name


def draw_copies(copies: Sequence[Copy]) -> Sheet:
    """The sheet 核对副本: which workbook has a copy, with a link to it."""
    rows: list[tuple[Value, ...]] = [
        (c.file, c.errors, c.others, c.place and f"{FOLDER}/{c.place}", c.reason) for c in copies
    ]
    links = [Link(i, 3, f"{FOLDER}/{c.place}") for i, c in enumerate(copies) if c.place]
    notes = ("在副本里改，改好放进收件箱再运行一次；同一个文件只放一个更正过的副本。副本含个人信息，不得外传。",)
    title = f"已做好核对副本 {sum(bool(c.place) for c in copies):,} 个"
    return Sheet(SHEET, title, _COLUMNS, rows, notes, landscape=True, links=links, has_filter=True)


def keep_originals(files: Sequence[InputFile], copies: Sequence[Copy], home: Path | None) -> None:
    """Keeps the source of every copy in the office folder, so that a correction that replaces it can be compared."""
    if home is None:
        return
    made = {c.file for c in copies if c.place}
    for file in files:
        place = home.joinpath(*_ORIGINALS, file.sha256 + file.path.suffix.lower())
        if file.relative in made and not place.exists():
            place.parent.mkdir(parents=True, exist_ok=True)
            part = place.with_name(place.name + ".part")
            part.write_bytes(read_input(file.path))
            part.replace(place)


def compare_copies(
    files: Sequence[InputFile], replaces: Mapping[str, tuple[str, ...]], home: Path | None, password: str | None
) -> tuple[dict[str, list[CellChange]], list[str]]:
    """For each corrected copy what changed in it; and the copies that have nothing to be compared with.

    Args:
        files: Everything in the inbox.
        replaces: Copy → hashes of what it came from.
        home: Office folder, which may have kept a source that is in the inbox no more.
        password: For workbooks that ask for one.
    """
    by_hash = {f.sha256: f.path for f in files}
    sources = {file: _find_source(hashes, by_hash, home) for file, hashes in replaces.items()}
    wanted = [f for f in files if sources.get(f.relative)]
    unknown = [file for file, source in sources.items() if source is None]
    changes: dict[str, list[CellChange]] = {}
    if wanted:
        own = {f.relative: (sources[f.relative], password) for f in wanted}
        with ReaderPool(min(2, len(wanted)), _LIMITS) as pool:
            for file, answer in zip(wanted, pool.map(wanted, f"{_JOB}:compare_copy", own=own), strict=True):
                if isinstance(answer, list):
                    changes[file.relative] = answer
                else:
                    unknown.append(file.relative)
    return changes, unknown


def _find_source(hashes: Sequence[str], by_hash: Mapping[str, Path], home: Path | None) -> Path | None:
    """The youngest of the sources that can still be opened."""
    for sha256 in reversed(hashes):
        if sha256 in by_hash:
            return by_hash[sha256]
        kept: Iterator[Path] = home.joinpath(*_ORIGINALS).glob(f"{sha256}.*") if home else iter(())
        found = next((p for p in kept if p.suffix != ".part"), None)
        if found:
            return found
    return None
