"""Reads packages of earlier years back into 查询.db; each is verified first, and the newest version of a year counts."""

import csv
from collections.abc import Iterable
from pathlib import Path

from village_notice.archive.bag import DRAFT, STATUS_KEY, parse_info
from village_notice.archive.database import import_editions
from village_notice.archive.dialect import Source
from village_notice.archive.edition import EDITION_FILE, Edition, EditionError, parse_edition_file
from village_notice.archive.tree import open_tree
from village_notice.archive.verify import PackageVerdict, verify_path
from village_notice.domain.pinyin import Pinyin
from village_notice.errors import UsageError, VerificationError
from village_notice.resources import find_data
from village_notice.settings import read_settings

_Key = tuple[int, str]


def import_packages(paths: Iterable[Path], db: Source, home: Path | None = None) -> str:
    """Feeds the database with every package at or below the paths; returns what was read in one sentence.

    Args:
        paths: Packages, zips, or folders with packages below them.
        db: The database, or the server that has it; it is made where there is none.
        home: Office folder, whose surnames.csv comes before the packaged one.

    Raises:
        VerificationError: A package is not as it was made: nothing is read.
        UsageError: A package holds no data that can be read back.
    """
    newest: dict[_Key, tuple[tuple[int, int], Edition]] = {}
    for path in paths:
        verdicts = verify_path(path)
        for verdict in verdicts:
            if not verdict.is_intact:
                raise VerificationError(f"{verdict.sentence}什么也没有读入。请换完好的档案再试。")
        for rank, edition in _read_editions(path, verdicts):
            key = (int(str(edition.facts[0])), str(edition.village[0]))
            if key not in newest or rank > newest[key][0]:
                newest[key] = rank, edition
    import_editions((edition for _, edition in newest.values()), db, pinyin=Pinyin(_read_surnames(home)).read)
    years = sorted({year for year, _ in newest})
    people = sum(len(edition.people) for _, edition in newest.values())
    return f"已读入 {len(newest)} 个档案包（{'、'.join(f'{y}年' for y in years)}），{people:,} 人，查询库 {db}。"


def _read_editions(path: Path, verdicts: Iterable[PackageVerdict]) -> list[tuple[tuple[int, int], Edition]]:
    """Each package's rank (version, sealed before draft) and edition."""
    found = []
    with open_tree(path) as tree:
        for verdict in verdicts:
            package = tree.below("" if verdict.path == "." else verdict.path)
            opener = package.files.get(f"data/{EDITION_FILE}")
            if opener is None:
                raise UsageError(f"{verdict.path} 里没有 {EDITION_FILE}，不是本程序做的档案包，不能读入。")
            with package.files["bag-info.txt"]() as stream:
                info = parse_info(stream.read())
            with opener() as stream:
                edition = _parse(stream.read(), verdict.path)
            _check_identity(edition, info, verdict.path)
            version = info.get("Version", "1")
            rank = int(version) if version.isdecimal() else 1, int(info.get(STATUS_KEY) != DRAFT)
            found.append((rank, edition))
    return found


def _parse(data: bytes, path: str) -> Edition:
    try:
        return parse_edition_file(data)
    except EditionError as error:
        raise UsageError(f"{path}：{error}，什么也没有读入。请升级 village-notice 后再试。") from error


def _check_identity(edition: Edition, info: dict[str, str], path: str) -> None:
    said = info.get("Village-Code", ""), info.get("Year", ""), info.get("Check-Code", "")
    if said != (str(edition.village[0]), str(edition.facts[0]), str(edition.facts[7])):
        raise VerificationError(f"{path}：登记的村、年度或校验码与 {EDITION_FILE} 里的不同，什么也没有读入。")


def _read_surnames(home: Path | None) -> dict[str, tuple[str, ...]]:
    path = read_settings(home).reference_file("surnames.csv") or find_data("reference", "surnames.csv")
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return {row["surname"]: tuple(row["readings"].split(";")) for row in csv.DictReader(stream)}
