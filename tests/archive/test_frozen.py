"""Packages sealed by earlier versions of the tool open for ever.

Each zip in `frozen/` holds a package as it was sealed when its format was new, with invented people. A file here is never
made again: a new format adds a new zip. What must hold for each of them is below.
"""

import zipfile
from datetime import date
from pathlib import Path

import bagit
import openpyxl
import pytest

from village_notice.archive.bag import FORMAT_VERSION
from village_notice.archive.handover import build_handover
from village_notice.archive.query import search
from village_notice.archive.restore import import_packages
from village_notice.archive.verify import verify_path
from village_notice.archive.versions import is_sealed, plan_package

FROZEN = sorted((Path(__file__).parent / "frozen").glob("format_*.zip"))


@pytest.fixture(params=FROZEN, ids=lambda p: p.stem)
def frozen(request):
    return request.param


@pytest.fixture
def opened(frozen, tmp_path):
    with zipfile.ZipFile(frozen) as archive:
        archive.extractall(tmp_path / "东关村")
    return tmp_path / "东关村" / "档案"


def test_every_format_has_its_package():
    assert [p.stem for p in FROZEN] == [f"format_{n}" for n in range(1, FORMAT_VERSION + 1)]


def test_is_intact_as_zip_and_as_folder(frozen, opened):
    for path in (frozen, opened):
        [verdict] = verify_path(path)
        assert verdict.is_intact, verdict.sentence
        assert verdict.title == "山前店镇东关村2022年，已封存"
        assert verdict.check_code == "YUCEC-U5O6U"
    assert bagit.Bag(str(opened)).validate(processes=1)


def test_stays_sealed_for_runs(opened):
    assert is_sealed(opened)
    assert plan_package(opened.parent, 2022, "YUCEC-U5O6U").is_unchanged
    assert plan_package(opened.parent, 2022, "OTHER").folder == "档案_第2版"


def test_is_read_back_into_the_database(frozen, tmp_path):
    database = tmp_path / "查询.db"
    import_packages([frozen], database)
    [first, *_] = search(database, "王建国 1组", village="东关村").people
    assert [(x.title, x.amount_fen) for x in first.lines] == [("耕地地力保护补贴", 39_000), ("高龄津贴", 120_000)]
    [village] = search(database, "东关村").villages
    assert village.amount_fen == 510_462
    assert village.check_code == "YUCEC-U5O6U"


def test_its_files_open(opened, frozen):
    page = (opened / "data/查询.html").read_text(encoding="utf-8")
    assert "王建国" in page and "<script" in page
    assert openpyxl.load_workbook(opened / "data/明细.xlsx").sheetnames[0] == "汇总"
    data, [verdict] = build_handover([frozen], date(2030, 1, 1))
    assert verdict.is_intact and data.startswith(b"PK")
