import shutil
from dataclasses import replace
from datetime import date

import bagit
import pytest

from village_notice.archive import versions
from village_notice.archive.bag import parse_info
from village_notice.archive.package import build_package
from village_notice.archive.seal import add_evidence, seal_package
from village_notice.archive.verify import is_all_intact, verify_path
from village_notice.archive.versions import Plan, find_sealed, is_sealed, plan_package
from village_notice.domain.proof import VillageProof
from village_notice.domain.public import check_code
from village_notice.settings import Settings

AFTER = date(2022, 12, 28)


def seal(folder):
    seal_package(folder, AFTER, Settings(), posted=date(2022, 12, 1), no_evidence="没有照相机")
    return folder


def plan(folder, village):
    return plan_package(folder.parent, village.year, check_code(village))


@pytest.fixture
def corrected(make_village, someone):
    """The village with one line gone, one come and one changed."""
    from .conftest import PEOPLE

    people = [replace(PEOPLE[0], mu=4.25), *PEOPLE[1:-1], someone("孙小梅", "4组")]
    return make_village(people)


def test_first_version_in_an_empty_place(tmp_path, village):
    assert plan(tmp_path / "档案", village) == Plan()


def test_a_draft_is_written_anew_with_its_evidence(folder, village, tmp_path):
    photo = tmp_path / "a.jpg"
    photo.write_bytes(b"\xff\xd8\xff")
    add_evidence(folder, [photo], AFTER)
    found = plan(folder, village)
    assert (found.folder, found.version, found.is_unchanged) == ("档案", 1, False)
    assert set(found.evidence) == {"张贴证据/张贴照片01.jpg", "张贴证据/登记.csv"}


def test_unchanged_figures_leave_the_sealed_package(folder, village):
    seal(folder)
    assert plan(folder, village).is_unchanged


def test_changed_figures_make_the_second_version(folder, corrected, make_package, write_files, pinyin):
    seal(folder)
    before = (folder / "manifest-sha256.txt").read_bytes()
    found = plan(folder, corrected)
    assert (found.folder, found.version) == ("档案_第2版", 2)
    second = write_files(folder.parent / found.folder, make_package(corrected, plan=found))
    info = parse_info((second / "bag-info.txt").read_bytes())
    assert (info["Version"], info["Previous-Version"], info["Status"]) == ("2", "档案", "draft")
    assert bagit.Bag(str(second)).validate(processes=1)
    text = (second / "data/更正说明.txt").read_text(encoding="utf-8-sig")
    assert "本版是第 2 版，更正第 1 版" in text and info["Previous-Check-Code"] in text
    assert "耕地地力保护补贴：合计" in text
    assert "改动：耕地地力保护补贴 1组 王建国 3.25 亩 120 1 6月 390.00　改为　4.25 亩 120 1 6月 510.00" in text
    assert "去掉：耕地地力保护补贴 赵小毛" in text and "增加：耕地地力保护补贴 4组 孙小梅" in text
    verdicts = verify_path(folder.parent)
    assert is_all_intact(verdicts) and len(verdicts) == 2
    assert (folder / "manifest-sha256.txt").read_bytes() == before
    assert plan(folder, corrected) == found  # a draft of version 2 is written anew, never as version 3


def test_another_package_in_place_of_the_first_is_seen(folder, corrected, make_village, make_package, write_files):
    seal(folder)
    write_files(folder.parent / "档案_第2版", make_package(corrected, plan=plan(folder, corrected)))
    shutil.rmtree(folder)
    assert [v.is_intact for v in verify_path(folder.parent)] == [True]
    seal(write_files(folder, make_package(make_village(held=5))))
    first, second = verify_path(folder.parent)
    assert first.is_intact and not second.is_intact
    assert "旁边的“档案”不是本版所更正的那一份" in second.sentence


def test_third_version_names_the_second(folder, village, corrected, make_package, write_files):
    seal(folder)
    second = write_files(folder.parent / "档案_第2版", make_package(corrected, plan=plan(folder, corrected)))
    seal(second)
    assert plan(folder, corrected).is_unchanged
    third = plan(folder, village)
    assert (third.folder, third.previous.folder) == ("档案_第3版", "档案_第2版")
    assert "更正第 2 版" in make_package(village, plan=third)["data/更正说明.txt"].decode("utf-8-sig")


def test_sealed_packages_below_the_public_folder(tmp_path, package, write_files):
    for village in ("东关村", "西关村"):
        write_files(tmp_path / "山前店镇" / village / "档案", package)
    seal(tmp_path / "山前店镇/东关村/档案")
    assert find_sealed(tmp_path) == [tmp_path / "山前店镇/东关村/档案"]
    assert find_sealed(tmp_path / "nothing") == []


def test_another_years_sealed_package_keeps_its_place(folder, make_village, make_package, write_files):
    seal(folder)
    next_year = make_village(year=2023)
    found = plan(folder, next_year)
    assert (found.folder, found.version, found.previous) == ("档案_2023年", 1, None)
    seal(write_files(folder.parent / found.folder, make_package(next_year, plan=found)))
    assert plan(folder, next_year).is_unchanged
    assert plan(folder, make_village(year=2023, public_fen=1)).folder == "档案_第2版"
    assert is_all_intact(verify_path(folder.parent))


def test_a_damaged_sealed_package_is_left_and_named(folder, village, make_package):
    seal(folder)
    (folder / "bag-info.txt").write_bytes(b"\xff")
    (folder / "data/明细.csv").unlink()
    found = plan(folder, village)
    assert (found.folder, found.version) == ("档案_第2版", 2)
    assert "读不出来" in make_package(village, plan=found)["data/更正说明.txt"].decode("utf-8-sig")


def test_no_plan_is_a_first_version(village, package, pinyin):
    from .conftest import STAMP

    info = parse_info(
        build_package(village, [], Settings(), STAMP, checks=VillageProof(), pinyin=pinyin)["bag-info.txt"]
    )
    assert info["Version"] == "1" and "Previous-Version" not in info


STATES = {
    "draft": ({"bag-info.txt": "Status: draft\nYear: 2022\n"}, False),
    "draft of another year": ({"bag-info.txt": "Year: 2021\nStatus: draft\nStatus: sealed\n"}, False),
    "sealed": ({"bag-info.txt": "Status: sealed\nYear: 2022\n"}, True),
    "silent": ({"bag-info.txt": ""}, True),
    "damaged": ({"bag-info.txt": "Status: draft\nno colon\n"}, True),
    "remains": ({"bagit.txt": ""}, True),
    "lists left": ({"tagmanifest-sha256.txt": ""}, True),
    "something else": ({"读我.txt": ""}, False),
    "nothing": ({}, False),
    "a folder in its place": ({"bag-info.txt/a.txt": "", "bagit.txt": ""}, True),
    "only a folder in its place": ({"bag-info.txt/a.txt": ""}, False),
}


@pytest.mark.parametrize("state", STATES)
def test_what_may_not_be_written_over(tmp_path, state, write_files):
    files, expected = STATES[state]
    package = tmp_path / "甲镇/东村/档案"
    package.mkdir(parents=True)
    write_files(package, {name: text.encode() for name, text in files.items()})
    assert is_sealed(package) is expected
    assert find_sealed(tmp_path) == [package] * expected
    found = plan_package(package.parent, 2022, "code")
    assert (found.folder, found.version) == (("档案_第2版", 2) if expected else ("档案", 1))


def test_what_is_no_package_is_passed_over(tmp_path, write_files):
    others = {"档案.txt": b"", "档案（旧）/bagit.txt": b"", "旧/档案/bagit.txt": b"", "档案_第2版": b"a file"}
    write_files(tmp_path / "村", others)
    for place in (tmp_path / "村", tmp_path / "没有", tmp_path / "村/档案.txt", tmp_path / "村/档案.txt/里面"):
        assert plan_package(place, 2022, "code") == Plan()


def test_each_package_is_read_once(folder, village, monkeypatch):
    read = []
    monkeypatch.setattr(versions, "parse_info", lambda data: read.append(data) or parse_info(data))
    plan(folder, village)
    assert len(read) == 1
