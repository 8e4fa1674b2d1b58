import json
import os
import shutil
import unicodedata
import zipfile
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from village_notice.archive.bag import build_tag_files, hash_bytes, parse_info
from village_notice.archive.handover import build_handover
from village_notice.archive.package import PackageFile
from village_notice.archive.query import search
from village_notice.archive.recount import CORE
from village_notice.archive.restore import import_packages
from village_notice.archive.verify import format_verdicts, is_all_intact, to_json, verify_path
from village_notice.errors import UsageError


def verify(path):
    [verdict] = verify_path(path)
    assert verdict.is_intact == (
        not (verdict.changed or verdict.missing or verdict.extra or verdict.renamed or verdict.problems)
    )
    return verdict


def zip_folder(folder, path, *, encode=lambda name: name):
    with zipfile.ZipFile(path, "w") as archive:
        for file in sorted(p for p in folder.rglob("*") if p.is_file()):
            archive.write(file, encode(f"档案/{file.relative_to(folder).as_posix()}"))
    return path


def test_any_byte_of_any_file_counts(folder):
    for file in sorted(p for p in folder.rglob("*") if p.is_file()):
        before = file.read_bytes()
        for place in {0, len(before) // 2, len(before) - 1}:
            file.write_bytes(before[:place] + bytes([before[place] ^ 1]) + before[place + 1 :])
            verdict = verify(folder)
            assert not verdict.is_intact, (file, place)
        file.write_bytes(before)
    assert verify(folder).is_intact


@pytest.fixture(scope="module")
def shared(tmp_path_factory, package, write_files):
    return write_files(tmp_path_factory.mktemp("shared") / "东关村" / "档案", package)


@given(st.data())
@settings(derandomize=True, max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_change_of_a_tag_file_passes(shared, data):
    file = shared / data.draw(st.sampled_from(sorted(p.name for p in shared.iterdir() if p.is_file())))
    before = file.read_bytes()
    place = data.draw(st.integers(0, len(before) - 1))
    change = data.draw(st.sampled_from([b"", b" ", b"\n", b"A", b"0"]))
    after = before[:place] + change + before[place + data.draw(st.integers(0, 1)) :]
    file.write_bytes(after)
    try:
        assert verify(shared).is_intact == (after == before)
    finally:
        file.write_bytes(before)


def test_every_file_missing_is_named(folder):
    for file in sorted(p for p in folder.rglob("*") if p.is_file()):
        aside = folder.parent / "aside"
        file.replace(aside)
        verdict = verify(folder)
        assert not verdict.is_intact
        assert file.relative_to(folder).as_posix() in verdict.missing
        aside.replace(file)


def test_added_file(folder):
    (folder / "data" / "新来的.txt").write_bytes(b"x")
    assert verify(folder).extra == ("data/新来的.txt",)
    (folder / "data" / "新来的.txt").unlink()
    (folder / "Thumbs.db").write_bytes(b"x")
    verdict = verify(folder)
    assert verdict.extra == ("Thumbs.db",)
    assert "删去即可" in verdict.sentence


def test_renamed_file(folder):
    (folder / "data" / "明细.csv").replace(folder / "data" / "明细(1).csv")
    verdict = verify(folder)
    assert verdict.renamed == {"data/明细.csv": "data/明细(1).csv"}
    assert "内容未变" in verdict.sentence


def test_two_files_swapped(folder):
    a, b = folder / "data" / "明细.csv", folder / "data" / "核对说明.txt"
    first, second = a.read_bytes(), b.read_bytes()
    a.write_bytes(second)
    b.write_bytes(first)
    assert verify(folder).changed == ("data/明细.csv", "data/核对说明.txt")


def test_file_and_whole_package_of_another_village(folder, make_village, make_package, write_files):
    other = make_package(make_village(village="西关村", village_code="370682105002"))
    file = folder / "data" / "明细.csv"
    file.write_bytes(other["data/查询.html"])
    assert verify(folder).changed == ("data/明细.csv",)
    shutil.rmtree(folder)
    write_files(folder, other)
    verdict = verify(folder)
    assert not verdict.is_intact
    assert "却是“西关村”的档案" in verdict.sentence


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ("山前店镇/东关村（山前店镇）/档案", ""),
        ("备份/东关村/档案", ""),
        ("山前店镇/西关村（山前店镇）/档案", "却是“东关村”的档案"),
        ("羊郡镇/东关村/档案", "却是“山前店镇”的档案"),
        ("山前店镇/东关村/档案_第2版", "却是2022年第1版的档案"),
        ("山前店镇/东关村/档案_2021年", "却是2022年第1版的档案"),
        ("山前店镇/东关村/档案_2022年", ""),
    ],
)
def test_a_whole_package_in_another_place(tmp_path, package, write_files, place, words):
    verdict = verify(write_files(tmp_path / place, package))
    assert verdict.is_intact == (not words)
    assert words in verdict.sentence


def test_manifest_edited_with_the_file(folder, package):
    """Whoever changes a file and its line in one manifest is caught by the other and by the tag manifests."""
    import hashlib

    file, manifest = folder / "data" / "明细.csv", folder / "manifest-sha256.txt"
    old, new = (hashlib.sha256(data).hexdigest() for data in (file.read_bytes(), b"x"))
    file.write_bytes(b"x")
    manifest.write_text(manifest.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    verdict = verify(folder)
    assert {"data/明细.csv", "manifest-sha256.txt"} <= set(verdict.changed)


def test_manifest_that_points_outside(folder):
    manifest = folder / "manifest-sha256.txt"
    manifest.write_text(manifest.read_text(encoding="utf-8") + f"{'0' * 64}  ../../secret\n", encoding="utf-8")
    assert "不安全" in verify(folder).sentence


def test_names_written_by_a_mac(tmp_path, make_village, make_package, write_files):
    package = make_package(make_village(), notices=[PackageFile("Gé村é.pdf", "t", b"x", 1)])
    decomposed = {unicodedata.normalize("NFD", name): data for name, data in package.items()}
    assert set(decomposed) != set(package)
    assert verify(write_files(tmp_path / "东关村" / "档案", decomposed)).is_intact


def test_read_only_folder_is_verified_and_left_alone(folder):
    files = [p for p in folder.rglob("*") if p.is_file()]
    for file in files:
        file.chmod(0o444)
    before = {file: file.stat().st_mtime_ns for file in files}
    assert verify(folder).is_intact
    assert {p: p.stat().st_mtime_ns for p in folder.rglob("*") if p.is_file()} == before


def test_link_is_a_fault(folder):
    target = folder / "data" / "明细.csv"
    target.replace(folder.parent / "outside.csv")
    target.symlink_to(folder.parent / "outside.csv")
    assert "是链接" in verify(folder).sentence


def test_zip(folder, tmp_path):
    path = zip_folder(folder, tmp_path / "东关村.zip")
    verdict = verify(path)
    assert verdict.is_intact
    assert verdict.path == "档案"
    data = path.read_bytes()
    place = data.index(b"Payload-Oxum")
    path.write_bytes(data[:place] + b"q" + data[place + 1 :])
    assert not verify(path).is_intact


def test_county_folder(folder, tmp_path, make_village, make_package, write_files):
    other = make_village(village="西关村", village_code="370682105002")
    write_files(tmp_path / "西关村" / "档案", make_package(other))
    (folder / "data" / "明细.csv").unlink()
    verdicts = verify_path(tmp_path)
    assert [v.is_intact for v in verdicts] == [False, True]
    assert not is_all_intact(verdicts)
    assert format_verdicts(verdicts).endswith("共核对 2 个档案包：完好 1 个，有问题 1 个。")
    assert len(json.loads(to_json(verdicts))) == 2


def test_nothing_verified_is_a_failure(tmp_path):
    (tmp_path / "notes.txt").write_bytes(b"x")
    [verdict] = verify_path(tmp_path)
    assert not is_all_intact([verdict])
    assert not is_all_intact([])
    assert "什么也没有核对" in verdict.sentence
    (tmp_path / "档案").mkdir()
    assert not is_all_intact(verify_path(tmp_path))


def test_bag_emptied_of_its_material(folder):
    shutil.rmtree(folder / "data")
    assert not verify(folder).is_intact


def pack_anew(folder, changes, write_files, **labels):
    """The package with changed files, and every manifest written as if nothing had happened."""
    info = parse_info((folder / "bag-info.txt").read_bytes()) | labels
    info.pop("Payload-Oxum")
    for name, data in changes.items():
        path = folder / "data" / name
        path.unlink() if data is None else path.write_bytes(data)
    files = {p.relative_to(folder).as_posix(): p.read_bytes() for p in (folder / "data").rglob("*") if p.is_file()}
    write_files(folder, build_tag_files({name: hash_bytes(data) for name, data in files.items()}, info.items()))


@pytest.mark.parametrize(
    ("name", "before", "after", "words"),
    [
        ("明细.csv", "390.00", "391.00", "校验码对不上"),
        ("明细.csv", "王建国", "王建同", "校验码对不上"),
        ("明细.csv", "1组", "7组", "校验码对不上"),
        ("明细.csv", "390.00", "很多", "看不懂"),
        ("查询数据.json", "王建国", "王建同", "查询数据.json 与明细.csv 不一致"),
        ("查询数据.json", "{", "[", "看不懂"),
        ("查询.html", '["王建国"', '["王建同"', "查询.html 里的数据与明细.csv 不一致"),
        ("查询.html", '"people":', '"peop":', "看不懂"),
    ],
)
def test_figures_rewritten_with_every_manifest(folder, write_files, name, before, after, words):
    data = (folder / "data" / name).read_text(encoding="utf-8")
    assert before in data
    pack_anew(folder, {name: data.replace(before, after, 1).encode()}, write_files)
    verdict = verify(folder)
    assert not verdict.is_intact
    assert words in verdict.sentence


def test_another_check_code_with_every_manifest(folder, write_files):
    pack_anew(folder, {}, write_files, **{"Check-Code": "AAAAA-AAAAA"})
    assert "校验码对不上" in verify(folder).sentence


@pytest.mark.parametrize("name", [*CORE, "公示/东关村2022年度补贴汇总公开.pdf"])
def test_a_part_taken_out_of_every_manifest(folder, write_files, name):
    pack_anew(folder, {name: None}, write_files)
    assert f"data/{name}" in verify(folder).missing


def test_names_that_look_like_formulas_are_no_contradiction(tmp_path, make_village, make_package, write_files, someone):
    package = make_package(make_village([someone("=王"), someone("'李"), someone("@赵", "-1组")]))
    assert verify(write_files(tmp_path / "东关村" / "档案", package)).is_intact


def test_zips_on_a_stick_count_too(folder, tmp_path):
    stick = tmp_path / "盘"
    stick.mkdir()
    (stick / "照片.zip").write_bytes(zip_folder(folder / "data" / "公示", tmp_path / "x.zip").read_bytes())
    assert not is_all_intact(verify_path(stick))
    path = zip_folder(folder, stick / "东关村.ZIP")
    verdict = verify(stick)
    assert verdict.is_intact and verdict.path == "东关村.ZIP/档案"
    data = path.read_bytes()
    place = data.index(b"Payload-Oxum")
    path.write_bytes(data[:place] + b"q" + data[place + 1 :])
    assert verify(stick).changed == ("bag-info.txt",)
    path.write_bytes(data[:300])
    assert "压缩包打不开" in verify_path(stick)[0].sentence


def test_a_zip_among_the_evidence_is_no_package_of_its_own(folder, tmp_path, write_files):
    pack_anew(folder, {"张贴证据.zip": zip_folder(folder, tmp_path / "x.zip").read_bytes()}, write_files)
    assert verify(folder).is_intact
    assert verify(tmp_path / "东关村").is_intact


def test_a_folder_that_cannot_be_opened_is_told(folder, tmp_path, monkeypatch):
    (tmp_path / "坏村").mkdir()
    (tmp_path / "System Volume Information").mkdir()
    scan = os.scandir

    def fail(path):
        if str(path).endswith(("坏村", "Information")):
            raise PermissionError(13, "no")
        return scan(path)

    monkeypatch.setattr(os, "scandir", fail)
    verdicts = verify_path(tmp_path)
    assert [(v.path, v.is_intact) for v in verdicts] == [("东关村/档案", True), ("坏村", False)]
    assert "打不开" in verdicts[1].sentence


def test_a_village_whose_whole_package_is_gone(folder, tmp_path):
    public = tmp_path / "公开"
    for village in ("东关村", "西关村"):
        shutil.copytree(folder, public / "山前店镇" / village / "档案")
        (public / "山前店镇" / village / f"{village}2022年度补贴汇总公开.pdf").write_bytes(b"%PDF")
    shutil.rmtree(public / "山前店镇" / "西关村" / "档案")
    verdicts = verify_path(public)
    assert [(v.path, v.is_intact) for v in verdicts] == [("山前店镇/东关村/档案", True), ("山前店镇/西关村", False)]
    assert verdicts[1].missing == ("档案",)


@pytest.mark.skipif(os.name != "posix", reason="links need rights there")
def test_a_package_that_is_only_a_link_is_told(folder, tmp_path):
    (tmp_path / "西关村").mkdir()
    (tmp_path / "西关村" / "档案").symlink_to(folder)
    assert [v.is_intact for v in verify_path(tmp_path)] == [True, False]


def test_newer_format_is_not_called_intact(folder, package, write_files):
    info = parse_info(package["bag-info.txt"]) | {"Format-Version": "99"}
    info.pop("Payload-Oxum")
    payload = {name: hash_bytes(data) for name, data in package.items() if name.startswith("data/")}
    write_files(folder, build_tag_files(payload, info.items()))
    assert "请升级" in verify(folder).sentence


@pytest.mark.parametrize("name", ["nothing", "notes.txt"])
def test_no_folder_and_no_zip(tmp_path, name):
    (tmp_path / "notes.txt").write_bytes(b"x")
    with pytest.raises(UsageError):
        verify_path(tmp_path / name)


class GbkMember(zipfile.ZipInfo):
    """A member whose name is packed in GBK without a word, as Windows' own zip does."""

    def _encodeFilenameFlags(self):  # noqa: N802  # zipfile names it so
        return self.filename.encode("gb18030"), self.flag_bits & ~0x800


def test_zip_packed_by_an_old_windows(folder, tmp_path):
    with zipfile.ZipFile(tmp_path / "东关村.zip", "w") as archive:
        for file in sorted(p for p in folder.rglob("*") if p.is_file()):
            archive.writestr(GbkMember(f"档案/{file.relative_to(folder).as_posix()}"), file.read_bytes())
    assert "明细.csv".encode("gb18030") in (tmp_path / "东关村.zip").read_bytes()
    verdict = verify(tmp_path / "东关村.zip")
    assert verdict.is_intact, verdict.sentence


def test_names_mangled_by_a_stick(folder):
    """A stick whose names were read in the wrong code page: nothing is called changed, and each name is told."""
    files = [p for p in (folder / "data").iterdir() if p.is_file() and not p.name.isascii()]
    for file in files:
        file.rename(file.with_name(file.name.encode("gb18030").decode("latin-1").replace("/", "_")))
    verdict = verify(folder)
    assert not verdict.is_intact
    assert len(verdict.renamed) == len(files)
    assert not (verdict.changed or verdict.missing or verdict.extra)


@pytest.mark.skipif(os.name != "posix", reason="names are text here")
@pytest.mark.parametrize(("name", "is_intact"), [("明细.csv".encode("gb18030"), True), (b"\xff\xff", False)])
def test_names_that_are_no_text_at_all(folder, name, is_intact):
    """A Linux that mounted a GBK stick shows bytes: read as GBK they are the right names."""
    (folder / "data" / "明细.csv").rename(folder / "data" / os.fsdecode(name))
    verdict = verify(folder)
    assert verdict.is_intact == is_intact
    verdict.sentence.encode("utf-8")
    to_json([verdict]).encode("utf-8")


def test_sealed_package_counts_like_a_draft(folder):
    from village_notice.archive.seal import seal_package
    from village_notice.settings import Settings

    seal_package(folder, date(2022, 12, 28), Settings(), posted=date(2022, 12, 1), no_evidence="x")
    assert "已封存" in verify(folder).title
    info = folder / "bag-info.txt"
    info.write_bytes(info.read_bytes().replace(b"2022-12-28", b"2022-12-29"))
    assert verify(folder).changed == ("bag-info.txt",)


def test_a_zip_on_a_stick_is_read_in_and_handed_over(folder, tmp_path):
    stick = tmp_path / "盘"
    stick.mkdir()
    zip_folder(folder, stick / "东关村.zip")
    assert "1 个档案包" in import_packages([stick], tmp_path / "查询.db")
    assert search(tmp_path / "查询.db", "吕秀英").people
    data, [verdict] = build_handover([stick], date(2030, 1, 1))
    assert verdict.is_intact and data.startswith(b"PK")
