import json
import os
import shutil
import unicodedata
import zipfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from village_notice.archive.package import PackageFile
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


def test_newer_format_is_not_called_intact(folder, package, write_files):
    from village_notice.archive.bag import build_tag_files, hash_bytes, parse_info

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
    from datetime import date

    from village_notice.archive.seal import seal_package
    from village_notice.settings import Settings

    seal_package(folder, date(2022, 12, 28), Settings(), posted=date(2022, 12, 1), no_evidence="x")
    assert "已封存" in verify(folder).title
    info = folder / "bag-info.txt"
    info.write_bytes(info.read_bytes().replace(b"2022-12-28", b"2022-12-29"))
    assert verify(folder).changed == ("bag-info.txt",)
