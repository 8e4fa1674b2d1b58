"""Invented villages for the tests of the archive. Nobody here exists."""

import csv
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby

import pytest

from village_notice.archive.database import write_database
from village_notice.archive.package import PackageFile, build_package
from village_notice.domain.pinyin import Pinyin
from village_notice.domain.proof import VillageProof
from village_notice.domain.public import HOUSEHOLD_COLUMNS, LINE_COLUMNS, ProgrammeSummary, VillageYear
from village_notice.domain.public_table import make_table
from village_notice.domain.subsidy import Tier
from village_notice.resources import find_data
from village_notice.settings import Settings

STAMP = datetime(2022, 12, 20, 9, 30)  # noqa: DTZ001  # a stamp carries no zone
PRIVATE = ["379999196002290011", "6217000000000000017", "13900000000"]


@dataclass(frozen=True)
class Someone:
    """An invented person: name, group, mu of land (tier A) and yuan of the old-age allowance (tier B), None for none."""

    name: str
    group: str = "1组"
    mu: float | None = 2.5
    allowance: int | None = None


PEOPLE = [
    Someone("王建国", "1组", 3.25, 1200),
    Someone("王建国", "2组", 4),
    Someone("王建国（2）", "2组", 1.5),
    Someone("李伟", "1组", 2),
    Someone("单雄信", "1组", 2),
    Someone("解晓东", "3组", 2),
    Someone("曾广兰", "3组", 2),
    Someone("仇英", "3组", 2),
    Someone("尉迟恭", "3组", 2),
    Someone("欧阳春花", "2组", None, 600),
    Someone("阿布都·热合曼", "2组", 2),
    Someone("张𬎆", "1组", 2),
    Someone("刘䶮", "1组", 2),
    Someone("吕秀英", "10组", 2, 1200),
    Someone("赵小毛", "", 2),
]
RATE_FEN = 12_000
MakeVillage = Callable[..., VillageYear]


def _line(key: str, serial: int, person: int | None, someone: Someone, **values: object) -> dict[str, object]:
    blank = dict.fromkeys(LINE_COLUMNS) | {"pay_months": "6月", "payments": 1}
    place = {"group": someone.group, "name": someone.name, "person_no": person, "household_no": person}
    return blank | {"key": key, "serial": serial} | place | values


def build_lines(people: Sequence[Someone]) -> list[dict[str, object]]:
    """Lines of one programme of tier A, one of tier B, and three masked lines of tier C."""
    numbered = list(enumerate(people, start=1))
    land = [(n, p) for n, p in numbered if p.mu is not None]
    allowance = [(n, p) for n, p in numbered if p.allowance is not None]
    lines = [
        _line("S001", i, n, p, quantity_milli=int(p.mu * 1000), rate_micro=120_000_000, amount_fen=int(p.mu * RATE_FEN))
        for i, (n, p) in enumerate(land, start=1)
    ]
    lines += [
        _line("S002", i, n, p, amount_fen=p.allowance * 100, payments=12, pay_months="1–12月")
        for i, (n, p) in enumerate(allowance, start=1)
    ]
    masked = [Someone(f"{char}*", "") for char in "孙周吴"]
    return lines + [_line("C1", i, None, p, amount_fen=30_000 + i) for i, p in enumerate(masked, start=1)]


def build_summary(lines: Sequence[dict[str, object]], held: int) -> tuple[ProgrammeSummary, ...]:
    """The summary of the lines, and a line of totals of tier D."""
    titles = {
        "S001": ("耕地地力保护补贴", Tier.A, "农业农村局", "亩"),
        "S002": ("高龄津贴", Tier.B, "民政局", ""),
        "C1": ("民政救助类项目", Tier.C, "", ""),
    }
    summary = []
    for key, group in groupby(lines, key=lambda line: line["key"]):
        found = list(group)
        title, tier, department, unit = titles[key]
        quantity = sum(x["quantity_milli"] for x in found) if unit else None
        payments, fen = (sum(x[name] for x in found) for name in ("payments", "amount_fen"))
        rate = "120" if unit else ""
        months = found[0]["pay_months"]
        summary.append(
            ProgrammeSummary(
                key,
                title,
                tier,
                department,
                unit,
                len(found),
                payments,
                quantity,
                rate,
                fen,
                months,
                held * (not summary),
            )
        )
    title = "其他依法不公开姓名的项目"
    return (*summary, ProgrammeSummary("D", title, Tier.D, "", "", 5, 8, None, "", 123_456, "", 0, lists_names=False))


def build_village(people: Sequence[Someone] = PEOPLE, *, held: int = 0, **values: object) -> VillageYear:
    """A village-year whose lines, summary and total agree, unless `values` say otherwise."""
    lines = build_lines(people)
    programmes = build_summary(lines, held)
    sums = Counter[int]()
    for line in lines:
        if line["household_no"] is not None:
            sums[line["household_no"]] += line["amount_fen"]
    homes = [(n, n, people[n - 1].group, people[n - 1].name, 1, fen) for n, fen in sorted(sums.items())]
    village = VillageYear(
        2022, "莱阳市", "山前店镇", "山前店镇", "东关村", "东关村村民委员会", "370682105001", "村", programmes,
        make_table(LINE_COLUMNS, (line.values() for line in lines)), make_table(HOUSEHOLD_COLUMNS, homes),
        len(people) + 8, sum(p.payments for p in programmes), sum(p.amount_fen for p in programmes), 77_700, True, held,
        "2022-12-15",
    )  # fmt: skip
    return replace(village, **values)


def pack(village: VillageYear, settings: Settings | None = None, **values: object) -> dict[str, bytes]:
    """The package of a village with two invented notices."""
    notices = [
        PackageFile(f"{village.village}2022年度补贴汇总公开.pdf", "汇总公开", b"%PDF-1.7 summary", 1),
        PackageFile(f"{village.village}2022年度补贴一户一行.pdf", "一户一行", b"%PDF-1.7 households", 3),
    ]
    options = {"checks": VillageProof({"C04": 2, "R06": 1, "T01": 0}), "pinyin": read_pinyin()} | values
    return build_package(village, options.pop("notices", notices), settings or Settings(), STAMP, **options)


_PINYIN: list[object] = []


def read_pinyin():
    """The reader of names with the packaged surnames; always the same object, as in a worker process."""
    if not _PINYIN:
        with find_data("reference", "surnames.csv").open(encoding="utf-8-sig", newline="") as stream:
            surnames = {row["surname"]: tuple(row["readings"].split(";")) for row in csv.DictReader(stream)}
        _PINYIN.append(Pinyin(surnames).read)
    return _PINYIN[0]


@pytest.fixture(scope="session")
def pinyin():
    return read_pinyin()


@pytest.fixture(scope="session")
def someone():
    """The class of an invented person: name, group, mu, allowance."""
    return Someone


@pytest.fixture(scope="session")
def make_village():
    """A function: people and fields that differ → a village-year."""
    return build_village


@pytest.fixture(scope="session")
def make_package():
    """A function: village, settings and options → the files of its package."""
    return pack


@pytest.fixture(scope="session")
def write_files():
    """A function: folder and files → the folder with the files in it."""
    return write


@pytest.fixture(scope="session")
def private_numbers():
    """Numbers of the invented people that never reached the disclosure: nothing that leaves may hold them."""
    return PRIVATE


@pytest.fixture(scope="session")
def village() -> VillageYear:
    return build_village()


@pytest.fixture(scope="session")
def package(village):
    return pack(village)


@pytest.fixture
def folder(tmp_path, package):
    """A written package at …/东关村/档案."""
    return write(tmp_path / "东关村" / "档案", package)


def write(folder, files):
    """The folder, with the files written below it."""
    for path, data in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    return folder


def fill_database(target) -> None:
    """Two villages, one of them in two years, in two runs."""
    earlier = build_village([Someone("王建国", "1组", 3)], year=2021)
    other = build_village(
        [Someone("王建国", "1组", 9), Someone("马秀兰", "1组", 1)],
        township="羊郡镇", office="羊郡镇", village="西关村", full_name="西关村村民委员会", village_code="370682108002",
    )  # fmt: skip
    write_database([earlier], target, year=2021, pinyin=read_pinyin())
    write_database([build_village(), other], target, year=2022, pinyin=read_pinyin())


@pytest.fixture(scope="session")
def database(tmp_path_factory):
    """A 查询.db with two villages, one of them in two years."""
    path = tmp_path_factory.mktemp("db") / "查询.db"
    fill_database(path)
    return path


@pytest.fixture
def server_database(empty_server):
    """The same on a PostgreSQL server."""
    fill_database(empty_server)
    return empty_server
