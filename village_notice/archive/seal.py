"""Completing a draft package: evidence goes in, catalogue and tag files are made anew, and in the end it is sealed, once.

A package is read whole, changed in memory, written beside itself, verified there, and only then put in place: a machine
that loses power in the middle leaves the package as it was, or the new one.
"""

import csv
import io
import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from village_notice.archive.bag import (
    ALGORITHMS,
    DRAFT,
    SEALED,
    STATUS_KEY,
    build_tag_files,
    hash_bytes,
    parse_info,
)
from village_notice.archive.catalogue import (
    Entry,
    build_catalogue_csv,
    build_catalogue_workbook,
    build_metadata,
    build_note,
    list_evidence,
    number_entries,
)
from village_notice.archive.evidence import FOLDER, PAPER, REGISTER, Piece, build_register, read_register, take_files
from village_notice.archive.package import CATALOGUE_CSV, CATALOGUE_XLSX, METADATA, NOTE, PAGE, STATEMENT
from village_notice.archive.postings import (
    OPEN,
    POSTINGS,
    Posting,
    build_objections_csv,
    build_postings_csv,
    has_long_number,
    read_objections,
    read_postings,
)
from village_notice.archive.verify import verify_path
from village_notice.archive.versions import (
    PACKAGE,
    PACKAGE_FOLDER,
    is_sealed,
    name_aside,
    put_back,
    put_back_below,
)
from village_notice.archive.wording import format_day, read_package_words, read_variables
from village_notice.errors import CannotWriteError, UsageError, VerificationError
from village_notice.settings import Settings

RECORD, OBJECTION_RECORD = "张贴记录.csv", "异议处理.csv"
_DATA = "data/"
_UNSEALED = b'data-sealed=""'


@dataclass(slots=True)
class _Draft:
    """A draft in memory: its bag-info and its payload, path below data/ → content."""

    folder: Path
    info: dict[str, str]
    files: dict[str, bytes]

    @property
    def village(self) -> tuple[str, str, str]:
        return self.info["Village-Code"], self.info["Township"], self.info["Village"]

    @property
    def pieces(self) -> list[Piece]:
        return read_register(self.files.get(REGISTER, b""))


def add_evidence(
    folder: Path, files: Sequence[Path], today: date, *, pages: int | None = None, paper_pages: int | None = None
) -> list[Piece]:
    """Puts photos and scans into a draft; returns what was added.

    Args:
        folder: The package.
        files: Photos and scans.
        today: Written beside each piece.
        pages: Pages of the one scan given, where they can't be counted.
        paper_pages: Stamped sheets of paper that the village keeps in its cabinet.

    Raises:
        UsageError: The package is sealed, or a file can't be kept.
        VerificationError: The package is not as it was made.
    """
    draft = _open_draft(folder)
    before, day = draft.pieces, f"{today:%Y%m%d}"
    made = take_files(files, before, day=day, pages=pages)
    kept = [p for p in before if not (paper_pages and p.kind == PAPER)]
    paper = [Piece("", PAPER, paper_pages, day)] if paper_pages else []
    draft.files |= {piece.path: data for piece, data in made}
    draft.files[REGISTER] = build_register([*kept, *(p for p, _ in made), *paper])
    _save(draft)
    return [*(piece for piece, _ in made), *paper]


def seal_package(
    folder: Path,
    today: date,
    settings: Settings,
    *,
    posted: date | None = None,
    no_evidence: str = "",
) -> str:
    """Seals a draft, once; returns what was done in one sentence.

    Args:
        folder: The package.
        today: Day of sealing.
        settings: The office's; its folder holds postings.csv and objections.csv.
        posted: First day of posting, where there is no office folder.
        no_evidence: Why there is no evidence; "" where there is some.

    Raises:
        UsageError: It is sealed, the posting period has not ended, there is no evidence and no reason, or an objection
            is open.
        VerificationError: The package is not as it was made.
    """
    draft = _open_draft(folder)
    name = f"{draft.info['Village']}{draft.info['Year']}年"
    postings = _find_postings(draft, settings, posted)
    last_day = _check_period(name, postings[-1], settings.notice_days, today)
    has_evidence = any(p.path for p in draft.pieces)
    _check_evidence(name, no_evidence, has_evidence=has_evidence)
    _add_records(draft, settings, postings, name, "" if has_evidence else no_evidence)
    draft.info |= {
        STATUS_KEY: SEALED,
        "Sealed-Date": today.isoformat(),
        "Posted-From": postings[-1].posted.isoformat(),
        "Posted-Until": last_day.isoformat(),
        "Evidence": str(sum(bool(p.path) for p in draft.pieces)) if has_evidence else f"无：{no_evidence}",
    }
    held = int(draft.info.get("Held", "0"))
    _mark_page(draft, today)
    _save(draft)
    return (
        f"{name}档案已封存：张贴 {format_day(postings[-1].posted.isoformat())}至{format_day(last_day.isoformat())}，"
        f"证据 {sum(bool(p.path) for p in draft.pieces)} 件，校验码 {draft.info['Check-Code']}。"
        + (f"注意：纸上写明的 {held} 笔待核实还没有结果，核实后请更正再做新版。" if held else "")
    )


def find_drafts(path: Path) -> list[Path]:
    """The package itself, or every draft below a folder of packages, sorted.

    Raises:
        UsageError: There is no draft at or below the path.
    """
    if (path / "bag-info.txt").is_file() or PACKAGE_FOLDER.fullmatch(path.name):
        return [path]
    put_back_below(path, "**")
    found = sorted(info.parent for info in path.rglob(f"{PACKAGE}*/bag-info.txt"))
    drafts = [f for f in found if PACKAGE_FOLDER.fullmatch(f.name) and not is_sealed(f)]
    if not drafts:
        raise UsageError(f"{path} 里没有还没封存的档案包。请给出“档案”文件夹，或它上面的文件夹。")
    return drafts


def _open_draft(folder: Path) -> _Draft:
    put_back(folder)
    if not (folder / "bag-info.txt").is_file():
        raise UsageError(f"{folder} 不是档案包。请给出村文件夹里的“档案”文件夹。")
    [verdict, *more] = verify_path(folder)
    if more or not verdict.is_intact:
        raise VerificationError(f"{verdict.sentence}没有改动它。请重新运行 run 生成，再封存。")
    info = parse_info((folder / "bag-info.txt").read_bytes())
    if info.get(STATUS_KEY) != DRAFT:
        raise UsageError(
            f"{folder} 已于 {info.get('Sealed-Date', '')} 封存，不能再改。有错请更正后重新运行 run，会另做新版。"
        )
    payload = sorted(p for p in (folder / "data").rglob("*") if p.is_file())
    files = {p.relative_to(folder / "data").as_posix(): p.read_bytes() for p in payload}
    return _Draft(folder, info, files)


def _find_postings(draft: _Draft, settings: Settings, posted: date | None) -> list[Posting]:
    year = int(draft.info["Year"])
    found = read_postings(settings.folder, draft.village, year) if settings.folder else []
    if not found and (posted or settings.post_from):
        start = posted or settings.post_from
        found = [Posting(draft.info["Village"], year, start, None, settings.board_place, "")] if start else []
    if not found:
        raise UsageError(
            f"没有{draft.info['Village']}{year}年的张贴记录。请在办公文件夹的 {POSTINGS} 里登记后加上 --home，"
            "或用 --posted 写明张贴的第一天。"
        )
    return found


def _check_period(name: str, posting: Posting, days: int, today: date) -> date:
    """The last day of posting, both end days counted.

    Raises:
        UsageError: It is not over, or the sheets were taken down before.
    """
    last_day = posting.posted + timedelta(days=days - 1)
    if posting.taken_down and posting.taken_down < last_day:
        raise UsageError(
            f"{name}的公示{posting.taken_down.isoformat()}就撤下了，没有贴满 {days} 天（应到 {last_day.isoformat()}）。"
            "请重新张贴并登记后再封存。"
        )
    if today <= last_day:
        raise UsageError(f"{name}的公示到 {last_day.isoformat()} 才满 {days} 天，现在不能封存。请在那以后再封存。")
    return last_day


def _check_evidence(name: str, reason: str, *, has_evidence: bool) -> None:
    if has_evidence and reason:
        raise UsageError(f"{name}的档案里已有张贴证据，不必写 --no-evidence。")
    if not has_evidence and not reason.strip():
        raise UsageError(
            f"{name}的档案里没有张贴照片或盖章扫描件。请先用 village-notice archive add-evidence 加入；"
            "确实没有的，用 --no-evidence 写明原因。"
        )
    if has_long_number(reason):
        raise UsageError("--no-evidence 的原因里有一串长号码，档案里不能有电话和证件号。请改写。")


def _add_records(draft: _Draft, settings: Settings, postings: Sequence[Posting], name: str, reason: str) -> None:
    year = int(draft.info["Year"])
    objections = read_objections(settings.folder, draft.village, year) if settings.folder else []
    still_open = [o for o in objections if o.outcome == OPEN]
    if still_open:
        raise UsageError(
            f"{name}还有 {len(still_open)} 件异议在处理中，不能封存。请办结并在 objections.csv 里登记结果。"
        )
    evidence = f"无（{reason}）" if reason else f"{sum(bool(p.path) for p in draft.pieces)} 件，见“{FOLDER}”"
    draft.files[RECORD] = build_postings_csv(postings, ("张贴证据", evidence))
    draft.files[OBJECTION_RECORD] = build_objections_csv(objections)


def _mark_page(draft: _Draft, today: date) -> None:
    """The page says from which day on its figures were never to change; the checksum told of it changes with it."""
    before = draft.files[PAGE]
    after = before.replace(_UNSEALED, f'data-sealed="{format_day(today.isoformat())}"'.encode(), 1)
    old, new = (hash_bytes(data).values[ALGORITHMS[0]].encode() for data in (before, after))
    draft.files |= {PAGE: after, STATEMENT: draft.files[STATEMENT].replace(old, new)}


def _save(draft: _Draft) -> None:
    """Catalogue, note, metadata and tag files made anew; the package written, verified and put in place."""
    _renew_catalogue(draft)
    payload = {_DATA + path: data for path, data in sorted(draft.files.items())}
    info = [(label, text) for label, text in draft.info.items() if label != "Payload-Oxum"]
    tags = build_tag_files({path: hash_bytes(data) for path, data in payload.items()}, info)
    _swap_in(draft.folder, payload | tags)


def _renew_catalogue(draft: _Draft) -> None:
    metadata = json.loads(draft.files[METADATA])
    code = metadata["档号"]
    settings = Settings(archive_fonds=code["全宗号"], archive_retention=code["保管期限"])
    variables = read_variables(draft.info, settings)
    titles = read_package_words()["catalogue"]["titles"]
    later = [p for p in (RECORD, OBJECTION_RECORD) if p in draft.files]
    kept = [e for e in _read_entries(draft.files[CATALOGUE_CSV]) if not _is_later(e.path)]
    day = draft.info.get("Sealed-Date", "").replace("-", "")
    parts = [(e.path, e.title, e.pages or 0, e.date) for e in kept]
    parts += list_evidence(draft.pieces, variables)
    parts += [(path, titles[path].format_map(variables), 0, day) for path in later]
    entries = number_entries(parts, variables, settings)
    stamp = datetime.fromisoformat(draft.info["Bagging-Date"])
    draft.files[NOTE] = build_note(entries, variables)
    draft.files[CATALOGUE_CSV] = build_catalogue_csv(entries)
    draft.files[CATALOGUE_XLSX] = build_catalogue_workbook(entries, variables, stamp)
    sizes = {path: len(data) for path, data in draft.files.items()}
    draft.files[METADATA] = build_metadata(entries, sizes, variables, settings, stamp)


def _is_later(path: str) -> bool:
    """Whether an entry is one of those that are made anew each time."""
    return path.startswith(f"{FOLDER}/") or path in (RECORD, OBJECTION_RECORD, PAPER)


def _read_entries(data: bytes) -> list[Entry]:
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))[1:]
    return [
        Entry(int(number), code, responsible, title, day, int(pages) if pages else None, path)
        for number, code, responsible, title, day, pages, path in rows
    ]


def _swap_in(folder: Path, files: dict[str, bytes]) -> None:
    aside, old = name_aside(folder)
    shutil.rmtree(aside, ignore_errors=True)
    try:
        for name, data in files.items():
            path = aside / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        [verdict] = verify_path(aside)
        if not verdict.is_intact:
            raise CannotWriteError(f"写出的档案核对不上（{verdict.sentence}）。请检查磁盘后再试，原来的没有改动。")
        folder.rename(old)
        aside.rename(folder)
    except OSError as error:
        put_back(folder)
        raise CannotWriteError(
            f"写不进 {folder}（{error.strerror}）。请关闭正在打开的文件、腾出磁盘空间后再试，原来的没有改动。"
        ) from error
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    shutil.rmtree(old, ignore_errors=True)
