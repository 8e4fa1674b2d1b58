"""The package of a village and year: everything the village keeps, as a BagIt folder with `Status: draft`.

`run` may write a draft anew as often as it likes; a sealed one is never touched again.
"""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from village_notice import __version__
from village_notice.archive.bag import (
    DRAFT,
    FORMAT_KEY,
    FORMAT_VERSION,
    STATUS_KEY,
    BagFormatError,
    build_tag_files,
    hash_bytes,
    parse_info,
)
from village_notice.archive.catalogue import (
    build_catalogue_csv,
    build_catalogue_workbook,
    build_metadata,
    build_note,
    list_entries,
)
from village_notice.archive.detail import build_detail_csv, build_detail_workbook
from village_notice.archive.offline_page import build_offline_page
from village_notice.archive.people import check_totals, group_people, read_lines
from village_notice.archive.sound import PinyinReader
from village_notice.archive.statement import build_guide, build_statement
from village_notice.archive.tree import is_safe_path
from village_notice.archive.wording import build_variables
from village_notice.domain.money import format_fen
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


def build_package(
    village: VillageYear,
    notices: Sequence[PackageFile],
    settings: Settings,
    stamp: datetime,
    *,
    checks: Mapping[str, int],
    pinyin: PinyinReader,
) -> dict[str, bytes]:
    """The files of the package, path below 档案/ → content; the same arguments give the same bytes.

    Args:
        village: The village-year.
        notices: Its finished notices, as posted.
        settings: The office's settings.
        stamp: The one date of the run.
        checks: Code of a rule → number of findings of the run.
        pinyin: Reads names. Give the same object for all villages of a process: what it has read is remembered.

    Raises:
        ConservationError: Lines, summary and public total do not agree to the fen.
    """
    lines = read_lines(village)
    check_totals(village, lines)
    variables = build_variables(village, stamp)
    files = _place_notices(notices)
    files[DETAIL_XLSX] = build_detail_workbook(village, lines, variables, stamp)
    files[DETAIL_CSV] = build_detail_csv(village, lines)
    files[PAGE] = build_offline_page(village, group_people(village, lines), pinyin)
    files[GUIDE] = build_guide(variables)
    digests = {f"data/{path}": hash_bytes(data) for path, data in files.items()}
    files[STATEMENT] = build_statement(village, variables, checks, digests)
    listed = [(f"{NOTICES}/{_normal_name(n.name)}", n.title, n.pages) for n in notices]
    others = (DETAIL_XLSX, DETAIL_CSV, STATEMENT, GUIDE, PAGE, NOTE)
    entries = list_entries(listed, others, variables, settings, stamp)
    files[NOTE] = build_note(entries, variables)
    files[CATALOGUE_CSV] = build_catalogue_csv(entries)
    files[CATALOGUE_XLSX] = build_catalogue_workbook(entries, variables, stamp)
    sizes = {path: len(data) for path, data in files.items()}
    files[METADATA] = build_metadata(entries, sizes, variables, settings, stamp)
    payload = {f"data/{path}": data for path, data in sorted(files.items())}
    digests |= {path: hash_bytes(data) for path, data in payload.items() if path not in digests}
    return payload | build_tag_files(digests, _list_info(village, variables["check_code"], stamp))


def is_sealed(folder: Path) -> bool:
    """Whether a folder holds a package that must not be touched: a sealed one.

    Remains of a package that do not say they are a draft count as sealed: nothing is risked on a damaged file.
    """
    path = folder / "bag-info.txt"
    if not path.is_file():
        return (folder / "bagit.txt").is_file() or any(folder.glob("*manifest-*.txt"))
    try:
        return parse_info(path.read_bytes()).get(STATUS_KEY) != DRAFT
    except BagFormatError:
        return True


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


def _list_info(village: VillageYear, code: str, stamp: datetime) -> list[tuple[str, str]]:
    return [
        ("Source-Organization", village.full_name),
        ("External-Identifier", f"{village.village_code}-{village.year}"),
        ("Bagging-Date", f"{stamp:%Y-%m-%d}"),
        ("Bag-Software-Agent", f"village-notice {__version__}"),
        (FORMAT_KEY, str(FORMAT_VERSION)),
        (STATUS_KEY, DRAFT),
        ("Version", "1"),
        ("Year", str(village.year)),
        ("County", village.county),
        ("Township", village.township),
        ("Office", village.office),
        ("Village", village.village),
        ("Village-Code", village.village_code),
        ("Data-Until", village.data_until),
        ("Public-Total", format_fen(village.public_fen)),
        ("People", str(village.people)),
        ("Payments", str(village.payments)),
        ("Held", str(village.held)),
        ("Check-Code", code),
    ]
