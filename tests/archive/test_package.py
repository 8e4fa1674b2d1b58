import io
import re
import zipfile

import bagit
import pytest

from village_notice.archive.package import PackageFile
from village_notice.archive.verify import is_all_intact, verify_path
from village_notice.archive.versions import is_sealed
from village_notice.domain.proof import AcceptedError, VillageProof
from village_notice.errors import ConservationError

from ..tables import edit_row


def read_text(name, data):
    """The words of a package file; of an .xlsx all its parts."""
    if name.endswith(".xlsx"):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return "\n".join(archive.read(part).decode("utf-8") for part in archive.namelist())
    return data.decode("utf-8", errors="replace")


def test_the_reference_library_accepts_it(folder):
    bag = bagit.Bag(str(folder))
    assert bag.validate(processes=1)
    assert bag.info["Status"] == "draft"
    assert bag.info["Bagging-Date"] == "2022-12-20"
    assert bag.info["Data-Until"] == "2022-12-15"


def test_our_own_verification_accepts_it(folder):
    verdicts = verify_path(folder)
    assert is_all_intact(verdicts)
    assert verdicts[0].title == "山前店镇东关村2022年，草稿"


def test_holds_what_the_village_keeps(package):
    assert {name.removeprefix("data/") for name in package if name.startswith("data/")} == {
        "公示/东关村2022年度补贴汇总公开.pdf", "公示/东关村2022年度补贴一户一行.pdf", "明细.xlsx", "明细.csv", "归档文件目录.csv",
        "归档文件目录.xlsx", "备考表.txt", "元数据.json", "核对说明.txt", "使用说明.txt", "查询.html", "查询数据.json",
    }  # fmt: skip


def test_same_village_gives_same_bytes(make_village, make_package, package):
    assert make_package(make_village()) == package


def test_lines_that_do_not_add_up_give_no_package(make_village, make_package):
    village = make_village()
    with pytest.raises(ConservationError, match="各项相加"):
        make_package(make_village(public_fen=village.public_fen + 1))
    lines = edit_row(village.lines, 0, amount_fen=lambda fen: fen + 1)
    with pytest.raises(ConservationError, match="明细相加"):
        make_package(make_village(lines=lines))


def test_no_private_number_and_no_withheld_sum_leaves(package, private_numbers, village):
    for name, data in package.items():
        text = read_text(name, data)
        assert not [number for number in private_numbers if number in text], name
        assert "777.00" not in text, name
        if name.startswith("data/") and not name.endswith("核对说明.txt"):  # that one holds checksums
            long = set(re.findall(r"(?<![0-9a-zA-Z+/])\d{11,}(?![0-9a-zA-Z+/])", text))
            assert long <= {village.village_code}, name


def test_children_and_illness_are_not_counted_out(make_village, make_package):
    checks = VillageProof({"R06": 1, "R07": 1, "X11": 1, "C04": 2}, (AcceptedError("R06", 1, "x", "2022-12-1"),))
    text = make_package(make_village(), checks=checks)["data/核对说明.txt"].decode("utf-8-sig")
    assert "C04 提醒：身份证号已损坏　2 处" in text
    assert not re.search("R06|R07|X11|14 周岁|病残", text)


@pytest.mark.parametrize("name", ["../a.pdf", "a/b.pdf", "..", "a\\b.pdf"])
def test_a_notice_stays_in_its_folder(make_village, make_package, name):
    with pytest.raises(ValueError, match="cannot lie"):
        make_package(make_village(), notices=[PackageFile(name, "t", b"", 1)])


def test_two_notices_of_one_name_are_not_joined(make_village, make_package):
    with pytest.raises(ValueError, match="cannot lie"):
        make_package(make_village(), notices=[PackageFile("a.pdf", "t", b"1", 1), PackageFile("a.pdf", "u", b"2", 1)])


def test_only_a_draft_may_be_written_anew(folder, tmp_path):
    info = folder / "bag-info.txt"
    assert not is_sealed(tmp_path / "nothing")
    assert not is_sealed(folder)
    draft = info.read_bytes()
    info.write_bytes(draft.replace(b"Status: draft", b"Status: sealed"))
    assert is_sealed(folder)
    for damaged in (b"", b"\xff\xfe", draft[:80]):
        info.write_bytes(damaged)
        assert is_sealed(folder)
    info.unlink()
    assert is_sealed(folder)


def test_village_without_a_single_name(make_village, make_package, write_files, tmp_path):
    """Only masked lines and totals: the package is made, and the page has nobody to find."""
    package = make_package(make_village([]))
    assert is_all_intact(verify_path(write_files(tmp_path / "东关村" / "档案", package)))
    assert '"people":[]' in package["data/查询.html"].decode("utf-8")
