import csv
import io
from datetime import date

import bagit
import pytest

from village_notice.archive import seal as sealing
from village_notice.archive.bag import parse_info
from village_notice.archive.seal import add_evidence, seal_package
from village_notice.archive.verify import is_all_intact, verify_path
from village_notice.archive.versions import is_sealed
from village_notice.archive.wording import build_variables, read_variables
from village_notice.errors import CannotWriteError, UsageError, VerificationError
from village_notice.settings import Settings

JPEG = b"\xff\xd8\xff\xe0 invented"
AFTER = date(2022, 12, 28)


@pytest.fixture
def home(tmp_path):
    folder = tmp_path / "办公"
    folder.mkdir()
    (folder / "postings.csv").write_text(
        "乡镇,村,年度,张贴日期,撤下日期,地点,张贴人\n山前店镇,东关村,2022,2022-12-20,2022-12-27,村委会公开栏,张文书\n",
        encoding="utf-8",
    )
    return folder


@pytest.fixture
def photo(tmp_path):
    path = tmp_path / "照片.jpg"
    path.write_bytes(JPEG)
    return path


def read_info(folder):
    return parse_info((folder / "bag-info.txt").read_bytes())


def read_all(folder):
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def read_catalogue(folder):
    text = (folder / "data/归档文件目录.csv").read_text(encoding="utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_bag_info_tells_what_the_texts_need(village, package):
    from .conftest import STAMP

    info = parse_info(package["bag-info.txt"])
    assert read_variables(info, Settings()) == build_variables(village, STAMP, Settings())


def test_sealed_once_after_the_period_with_evidence(folder, home, photo):
    add_evidence(folder, [photo], AFTER, paper_pages=4)
    words = seal_package(folder, AFTER, Settings(folder=home))
    assert "已封存：张贴 2022年12月20日至2022年12月26日，证据 1 件" in words
    info = read_info(folder)
    assert info["Status"] == "sealed" and info["Sealed-Date"] == "2022-12-28"
    assert (info["Posted-From"], info["Posted-Until"], info["Evidence"]) == ("2022-12-20", "2022-12-26", "1")
    assert bagit.Bag(str(folder)).validate(processes=1)
    assert is_all_intact(verify_path(folder)) and is_sealed(folder)
    before = read_all(folder)
    with pytest.raises(UsageError, match="不能再改"):
        seal_package(folder, AFTER, Settings(folder=home))
    with pytest.raises(UsageError, match="不能再改"):
        add_evidence(folder, [photo], AFTER)
    assert read_all(folder) == before
    assert [p.name for p in folder.parent.iterdir()] == ["档案"]


def test_sealing_what_is_still_open_says_so(tmp_path, home, photo, make_village, make_package, write_files):
    folder = write_files(tmp_path / "东关村" / "档案", make_package(make_village(held=2)))
    add_evidence(folder, [photo], AFTER)
    assert "2 笔待核实还没有结果" in seal_package(folder, AFTER, Settings(folder=home))


def test_catalogue_note_and_metadata_know_the_evidence(folder, home, photo):
    before = read_catalogue(folder)
    add_evidence(folder, [photo], date(2022, 12, 21))
    add_evidence(folder, [photo], date(2022, 12, 22), paper_pages=4)
    seal_package(folder, AFTER, Settings(folder=home))
    rows = read_catalogue(folder)
    assert rows[: len(before)] == before
    assert [(r["题名"], r["日期"], r["页数"], r["备注"]) for r in rows[len(before) :]] == [
        ("东关村2022年度补贴公示张贴照片", "20221221", "1", "张贴证据/张贴照片01.jpg"),
        ("东关村2022年度补贴公示张贴照片", "20221222", "1", "张贴证据/张贴照片02.jpg"),
        ("东关村2022年度补贴公示（盖章原件，纸质，存村档案柜）", "20221222", "4", "盖章原件"),
        ("东关村2022年度补贴公示张贴记录", "20221228", "", "张贴记录.csv"),
        ("东关村2022年度补贴公示异议处理情况（不含姓名）", "20221228", "", "异议处理.csv"),
    ]
    assert "张贴证据 3 件、6 页" in (folder / "data/备考表.txt").read_text(encoding="utf-8-sig")
    record = (folder / "data/张贴记录.csv").read_text(encoding="utf-8-sig")
    assert "2022-12-20,2022-12-27,村委会公开栏,张文书" in record


def test_same_package_sealed_twice_gives_the_same_bytes(tmp_path, package, write_files, home, photo):
    sealed = []
    for name in ("a", "b"):
        folder = write_files(tmp_path / name / "东关村" / "档案", package)
        add_evidence(folder, [photo], AFTER)
        seal_package(folder, AFTER, Settings(folder=home))
        sealed.append(read_all(folder))
    assert sealed[0] == sealed[1]


@pytest.mark.parametrize("today", [date(2022, 12, 20), date(2022, 12, 26)])
def test_not_before_the_period_has_ended(folder, home, photo, today):
    add_evidence(folder, [photo], today)
    with pytest.raises(UsageError, match="到 2022-12-26 才满 7 天"):
        seal_package(folder, today, Settings(folder=home))
    assert not is_sealed(folder)


def test_not_when_taken_down_too_early(folder, home, photo):
    text = (home / "postings.csv").read_text(encoding="utf-8").replace("2022-12-27", "2022-12-24")
    (home / "postings.csv").write_text(text, encoding="utf-8")
    add_evidence(folder, [photo], AFTER)
    with pytest.raises(UsageError, match="没有贴满"):
        seal_package(folder, AFTER, Settings(folder=home))


def test_not_without_a_posting(folder):
    with pytest.raises(UsageError, match="张贴记录"):
        seal_package(folder, AFTER, Settings(), no_evidence="照相机坏了")
    assert seal_package(folder, AFTER, Settings(), posted=date(2022, 12, 1), no_evidence="照相机坏了")


def test_no_evidence_needs_a_reason_without_numbers(folder, home):
    with pytest.raises(UsageError, match="写明原因"):
        seal_package(folder, AFTER, Settings(folder=home))
    with pytest.raises(UsageError, match="长号码"):
        seal_package(folder, AFTER, Settings(folder=home), no_evidence="问13900000000")
    assert not is_sealed(folder)
    seal_package(folder, AFTER, Settings(folder=home), no_evidence="照相机坏了")
    assert read_info(folder)["Evidence"] == "无：照相机坏了"
    assert "无（照相机坏了）" in (folder / "data/张贴记录.csv").read_text(encoding="utf-8-sig")


def test_evidence_and_a_reason_for_none_contradict(folder, home, photo):
    add_evidence(folder, [photo], AFTER)
    with pytest.raises(UsageError, match="不必写"):
        seal_package(folder, AFTER, Settings(folder=home), no_evidence="x")


def test_an_open_objection_stops_it(folder, home):
    path = home / "objections.csv"
    head = "乡镇,村,年度,日期,类别,结果,办结日期\n"
    path.write_text(head + "山前店镇,东关村,2022,2022-12-22,金额,处理中,\n", encoding="utf-8")
    with pytest.raises(UsageError, match="1 件异议"):
        seal_package(folder, AFTER, Settings(folder=home), no_evidence="x")
    path.write_text(head + "山前店镇,东关村,2022,2022-12-22,金额,属实已更正,2022-12-23\n", encoding="utf-8")
    seal_package(folder, AFTER, Settings(folder=home), no_evidence="x")
    assert "属实已更正" in (folder / "data/异议处理.csv").read_text(encoding="utf-8-sig")


def test_a_changed_package_is_not_sealed(folder, home):
    (folder / "data/明细.csv").write_bytes(b"x")
    with pytest.raises(VerificationError, match="被改动"):
        seal_package(folder, AFTER, Settings(folder=home), no_evidence="x")


def test_no_package(tmp_path):
    with pytest.raises(UsageError, match="不是档案包"):
        seal_package(tmp_path, AFTER, Settings(), no_evidence="x")


def test_a_full_disk_leaves_the_draft(folder, home, monkeypatch):
    before = read_all(folder)

    def refuse(self, data):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(sealing.Path, "write_bytes", refuse)
    with pytest.raises(CannotWriteError, match="没有改动"):
        seal_package(folder, AFTER, Settings(folder=home), no_evidence="x")
    assert read_all(folder) == before
    assert [p.name for p in folder.parent.iterdir()] == ["档案"]


def test_power_lost_between_the_two_renames(folder, home, monkeypatch):
    before = read_all(folder)
    rename = sealing.Path.rename

    def stop(self, target):
        if self.name.endswith("正在写"):
            raise KeyboardInterrupt
        return rename(self, target)

    monkeypatch.setattr(sealing.Path, "rename", stop)
    with pytest.raises(KeyboardInterrupt):
        seal_package(folder, AFTER, Settings(folder=home), no_evidence="x")
    assert not folder.exists()
    monkeypatch.undo()
    assert sealing.find_drafts(folder.parent.parent) == [folder] and folder.is_dir()
    folder.rename(folder.with_name(".档案.原来的"))
    with pytest.raises(UsageError, match="写明原因"):  # the draft is back before anything else
        seal_package(folder, AFTER, Settings(folder=home))
    assert read_all(folder) == before


def test_one_village_that_is_not_ready_does_not_hold_up_the_others(
    tmp_path, make_village, make_package, write_files, home
):
    from click.testing import CliRunner

    from village_notice.cli import main

    for name, code in (("东关村", "370682105001"), ("西关村", "370682105002")):
        write_files(
            tmp_path / "公开/山前店镇" / name / "档案", make_package(make_village(village=name, village_code=code))
        )
    command = ["archive", "seal", str(tmp_path / "公开"), "--home", str(home), "--no-evidence", "没有照相机"]
    (home / "office.toml").write_text("notice_days = 7\n", encoding="utf-8")
    result = CliRunner().invoke(main, command)
    assert result.exit_code == 2
    assert "东关村2022年档案已封存" in result.output and "没有封存：没有西关村2022年的张贴记录" in result.output
    assert is_sealed(tmp_path / "公开/山前店镇/东关村/档案") and not is_sealed(tmp_path / "公开/山前店镇/西关村/档案")
    again = CliRunner().invoke(main, [*command, "--posted", "2022-12-01"])
    assert again.exit_code == 0 and "西关村" in again.output and "东关村" not in again.output
    assert "没有还没封存的档案包" in CliRunner().invoke(main, command).output
