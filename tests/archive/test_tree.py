import zipfile

import pytest

from village_notice.archive.tree import is_safe_path, open_tree, read_member_name
from village_notice.errors import UsageError


@pytest.mark.parametrize("path", ["", "/a", "a//b", "../a", "a/../b", "C:/a", "a\\b", "./a"])
def test_paths_that_leave_the_folder(path):
    assert not is_safe_path(path)


def test_names_in_gbk_as_windows_zips_them():
    member = zipfile.ZipInfo("x")
    member.orig_filename, member.flag_bits = "档案/明细.csv".encode("gb18030").decode("cp437"), 0
    assert read_member_name(member) == "档案/明细.csv"


def test_zip_members_that_must_not_be(tmp_path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("a.txt", "1")
        archive.writestr("a.txt", "2")
        archive.writestr("../b.txt", "3")
        link = zipfile.ZipInfo("link")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "a.txt")
    with open_tree(path) as tree:
        assert sorted(tree.files) == ["a.txt"]
        assert {name for name, _ in tree.faults} == {"a.txt", "../b.txt", "link"}


def test_zip_that_unfolds_to_too_much_is_refused(tmp_path, monkeypatch):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.txt", b"0" * 10_000)
    monkeypatch.setattr("village_notice.archive.tree.MAX_ZIP_BYTES", 5_000)
    with pytest.raises(UsageError, match="过大"), open_tree(path):
        pass
