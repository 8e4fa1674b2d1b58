import errno
import os
import shutil
import subprocess

import pytest

from village_notice.archive import stick as sticks
from village_notice.archive.seal import seal_package
from village_notice.archive.stick import export
from village_notice.errors import CannotWriteError, UsageError
from village_notice.settings import Settings


@pytest.fixture
def public(tmp_path, package, write_files):
    write_files(tmp_path / "结果/公开/山前店镇/东关村/档案", package)
    (tmp_path / "结果/公开/山前店镇/东关村/汇总公开.pdf").write_bytes(b"%PDF invented")
    return tmp_path / "结果/公开"


@pytest.fixture
def stick(tmp_path):
    (tmp_path / "U盘").mkdir()
    return tmp_path / "U盘"


def contents(folder):
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_everything_of_the_village_and_nothing_else(public, stick):
    (stick / "我的.txt").write_bytes(b"mine")
    result = export(public, stick, ["东关村"], [])
    assert result.is_intact and result.villages == ("山前店镇/东关村",)
    assert contents(stick / "山前店镇") == contents(public / "山前店镇")
    assert (stick / "我的.txt").read_bytes() == b"mine"
    assert "完好" in result.format_text()


def test_only_what_differs_is_copied_again(public, stick):
    first = export(public, stick, ["东关村"], [])
    (stick / "山前店镇/东关村/档案/data/明细.csv").write_bytes(b"damaged")
    second = export(public, stick, [], ["山前店镇"])
    assert (second.copied, second.same) == (1, first.copied - 1)
    assert second.is_intact


def test_remains_of_an_older_draft_go(public, stick):
    export(public, stick, ["东关村"], [])
    (stick / "山前店镇/东关村/档案/data/旧的.pdf").write_bytes(b"x")
    assert export(public, stick, ["东关村"], []).is_intact


def test_another_sealed_package_on_the_stick_is_left(public, stick, tmp_path):
    from datetime import date

    export(public, stick, ["东关村"], [])
    sealed = stick / "山前店镇/东关村/档案"
    seal_package(sealed, date(2022, 12, 28), Settings(), posted=date(2022, 12, 1), no_evidence="x")
    before = contents(stick)
    with pytest.raises(CannotWriteError, match="已封存"):
        export(public, stick, ["东关村"], [])
    assert contents(stick) == before


@pytest.mark.parametrize(
    ("villages", "townships", "words"), [([], [], "--village"), (["没有村"], [], "没有村"), ([], ["没有镇"], "没有镇")]
)
def test_wrong_wishes(public, stick, villages, townships, words):
    with pytest.raises(UsageError, match=words):
        export(public, stick, villages, townships)
    with pytest.raises(UsageError, match="插好"):
        export(public, stick / "nothing", ["东关村"], [])
    with pytest.raises(UsageError, match="结果文件夹里面"):
        export(public, public, ["东关村"], [])


def test_a_township_narrows_the_villages(public, stick, package, write_files):
    write_files(public / "羊郡镇/东关村/档案", package)
    assert export(public, stick, ["东关村"], ["羊郡镇"]).villages == ("羊郡镇/东关村",)
    assert len(export(public, stick, ["东关村"], []).villages) == 2
    write_files(public / "羊郡镇/西关村/档案", package)
    with pytest.raises(UsageError, match="里没有西关村"):
        export(public, stick, ["西关村"], ["山前店镇"])


def test_too_little_room_is_seen_before_anything_is_written(public, stick, monkeypatch):
    monkeypatch.setattr(sticks.shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(10, 10, 0))
    with pytest.raises(CannotWriteError, match="还差"):
        export(public, stick, ["东关村"], [])
    assert contents(stick) == {}


@pytest.mark.parametrize(
    ("code", "words"),
    [(errno.ENOSPC, "满了"), (errno.EIO, "重新插好"), (errno.ENOENT, "重新插好"), (errno.EROFS, "只读")],
)
def test_a_stick_that_fails_in_the_middle_holds_whole_files_and_is_finished_later(
    public, stick, monkeypatch, code, words
):
    write, calls = sticks._write, []

    def fail(source, part):
        calls.append(source)
        if len(calls) == 5:
            part.write_bytes(source.read_bytes()[:3])
            raise OSError(code, os.strerror(code))
        return write(source, part)

    monkeypatch.setattr(sticks, "_write", fail)
    with pytest.raises(CannotWriteError, match=words):
        export(public, stick, ["东关村"], [])
    whole = contents(public)
    assert len(contents(stick)) == 4
    assert all(whole[name] == data for name, data in contents(stick).items())
    monkeypatch.undo()
    result = export(public, stick, ["东关村"], [])
    assert result.same == 4 and result.is_intact


def test_what_does_not_read_back_is_not_kept(public, stick, monkeypatch):
    monkeypatch.setattr(sticks, "_hash", lambda path: "" if path.name.endswith("正在复制") else "x")
    with pytest.raises(CannotWriteError, match="重新插好"):
        export(public, stick, ["东关村"], [])
    assert contents(stick) == {}


@pytest.fixture
def small_disk(tmp_path):
    """A real disk of 200 kB."""
    place = tmp_path / "盘"
    place.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=200k", "tmpfs", str(place)], capture_output=True, check=False
    ) if shutil.which("mount") and hasattr(os, "geteuid") and os.geteuid() == 0 else None  # fmt: skip
    if done is None or done.returncode:
        pytest.skip("no disk can be mounted here")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=False)


def test_a_real_full_disk(public, small_disk, monkeypatch):
    (public / "山前店镇/东关村/大.pdf").write_bytes(os.urandom(300_000))
    with pytest.raises(CannotWriteError, match="还差"):
        export(public, small_disk, ["东关村"], [])
    monkeypatch.setattr(sticks._Stick, "check_room", lambda *_: None)
    with pytest.raises(CannotWriteError, match="满了"):
        export(public, small_disk, ["东关村"], [])
    whole = contents(public)
    assert all(whole[name] == data for name, data in contents(small_disk).items())
