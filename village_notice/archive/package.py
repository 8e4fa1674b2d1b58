"""The package of a village and year: everything the village keeps, as a BagIt folder with `Status: draft`.

`run` may write a draft anew as often as it likes; a sealed one is never touched again.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from village_notice import __version__
from village_notice.archive.bag import (
    DRAFT,
    FORMAT_KEY,
    FORMAT_VERSION,
    STATUS_KEY,
    build_tag_files,
    hash_bytes,
)
from village_notice.archive.catalogue import (
    build_catalogue_csv,
    build_catalogue_workbook,
    build_metadata,
    build_note,
    list_entries,
)
from village_notice.archive.detail import build_detail_csv, build_detail_workbook, list_rows
from village_notice.archive.edition import EDITION_FILE, build_edition, build_edition_file
from village_notice.archive.evidence import REGISTER, read_register
from village_notice.archive.offline_page import build_offline_page
from village_notice.archive.people import check_totals, group_people, read_lines
from village_notice.archive.sound import PinyinReader
from village_notice.archive.statement import build_guide, build_statement
from village_notice.archive.tree import is_safe_path
from village_notice.archive.versions import CORRECTION, Plan, build_correction
from village_notice.archive.wording import build_variables
from village_notice.domain.money import format_fen
from village_notice.domain.proof import VillageProof
from village_notice.domain.public import VillageYear
from village_notice.settings import Settings

NOTICES = "公示"
DETAIL_XLSX, DETAIL_CSV, PAGE = "明细.xlsx", "明细.csv", "查询.html"
STATEMENT, GUIDE, NOTE = "核对说明.txt", "使用说明.txt", "备考表.txt"
CATALOGUE_CSV, CATALOGUE_XLSX, METADATA = "归档文件目录.csv", "归档文件目录.xlsx", "元数据.json"


@dataclass(frozen=True, slots=True)
class PackageFile:
    """A finished notice.

    Attributes:
        name: File name, e.g. 东关村2022年度补贴汇总公开.pdf.
        title: 题名 in the catalogue.
        data: Content.
        pages: Pages, 0 where there are none.
    """

    name: str
    title: str
    data: bytes
    pages: int


def build_package(  # noqa: PLR0913  # each is one thing the package is made of
    village: VillageYear,
    notices: Sequence[PackageFile],
    settings: Settings,
    stamp: datetime,
    *,
    checks: VillageProof,
    pinyin: PinyinReader,
    plan: Plan | None = None,
) -> dict[str, bytes]:
    """The files of the package, path below its folder → content; the same arguments give the same bytes.

    Args:
        village: The village-year.
        notices: Its finished notices, as posted.
        settings: The office's settings.
        stamp: The one date of the run.
        checks: How the village's figures were checked.
        pinyin: Reads names. Give the same object for all villages of a process: what it has read is remembered.
        plan: Version, the version before it, and evidence to take along; None for a first version.

    Raises:
        ConservationError: Lines, summary and public total do not agree to the fen.
    """
    lines, plan = read_lines(village), plan or Plan()
    check_totals(village, lines)
    variables = build_variables(village, stamp, settings)
    files = _place_notices(notices) | dict(plan.evidence)
    rows = list(list_rows(village, lines))
    files[DETAIL_XLSX] = build_detail_workbook(village, rows, variables, stamp)
    files[DETAIL_CSV] = build_detail_csv(rows)
    people = group_people(village, lines)
    files[PAGE] = build_offline_page(village, people, pinyin)
    files[EDITION_FILE] = build_edition_file(build_edition(village, lines, people))
    files[GUIDE] = build_guide(variables)
    if plan.previous:
        files[CORRECTION] = build_correction(plan.previous, files[DETAIL_CSV], variables, plan.version)
    digests = {f"data/{path}": hash_bytes(data) for path, data in files.items()}
    files[STATEMENT] = build_statement(village, variables, checks, digests)
    listed = [(f"{NOTICES}/{_normal_name(n.name)}", n.title, n.pages) for n in notices]
    corrections = [CORRECTION] if plan.previous else []
    others = [DETAIL_XLSX, DETAIL_CSV, STATEMENT, GUIDE, PAGE, EDITION_FILE, NOTE, *corrections]
    pieces = read_register(plan.evidence.get(REGISTER, b""))
    entries = list_entries(listed, others, variables, settings, stamp, pieces)
    files[NOTE] = build_note(entries, variables)
    files[CATALOGUE_CSV] = build_catalogue_csv(entries)
    files[CATALOGUE_XLSX] = build_catalogue_workbook(entries, variables, stamp)
    sizes = {path: len(data) for path, data in files.items()}
    files[METADATA] = build_metadata(entries, sizes, variables, settings, stamp)
    payload = {f"data/{path}": data for path, data in sorted(files.items())}
    digests |= {path: hash_bytes(data) for path, data in payload.items() if path not in digests}
    return payload | build_tag_files(digests, _list_info(village, variables["check_code"], stamp, plan))


def _place_notices(notices: Sequence[PackageFile]) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    for notice in notices:
        path = f"{NOTICES}/{_normal_name(notice.name)}"
        if "/" in notice.name or not is_safe_path(path) or path in files:
            raise ValueError(f"a notice cannot lie at {path!r}")
        files[path] = notice.data
    return files


def _normal_name(name: str) -> str:
    return unicodedata.normalize("NFC", name)


def _list_info(village: VillageYear, code: str, stamp: datetime, plan: Plan) -> list[tuple[str, str]]:
    return [
        ("Source-Organization", village.full_name),
        ("External-Identifier", f"{village.village_code}-{village.year}"),
        ("Bagging-Date", f"{stamp:%Y-%m-%d}"),
        ("Bag-Software-Agent", f"village-notice {__version__}"),
        (FORMAT_KEY, str(FORMAT_VERSION)),
        (STATUS_KEY, DRAFT),
        ("Version", str(plan.version)),
        *_name_previous(plan),
        ("Year", str(village.year)),
        ("County", village.county),
        ("Township", village.township),
        ("Office", village.office),
        ("Village", village.village),
        ("Village-Code", village.village_code),
        ("Data-Until", village.data_until),
        ("Public-Total", format_fen(village.public_fen)),
        ("Items", str(len(village.programmes))),
        ("People", str(village.people)),
        ("Payments", str(village.payments)),
        ("Held", str(village.held)),
        ("Check-Code", code),
    ]


def _name_previous(plan: Plan) -> list[tuple[str, str]]:
    """Which package this one corrects, so that nobody can take another for it."""
    before = plan.previous
    if before is None:
        return []
    return [
        ("Previous-Version", before.folder),
        ("Previous-Check-Code", before.info.get("Check-Code", "")),
        ("Previous-Manifest-SHA256", before.digest),
    ]
