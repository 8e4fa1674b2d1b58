"""Two commands never write into one OUT at a time; who only reads is never held up."""

import errno
import importlib
import os
import subprocess
import sys
import time
from types import ModuleType

import pytest
from click.testing import CliRunner

from village_notice import lock, output
from village_notice.cli import main
from village_notice.errors import BusyError
from village_notice.output import LOCK, MANIFEST, STAGING, hold_output

from .stops import kill_all
from .test_resume import TOWNSHIP, list_villages, read_bytes, run, start, write_inbox, write_village


def call(*words):
    return CliRunner().invoke(main, [str(w) for w in words])


@pytest.fixture
def results(tmp_path):
    """An inbox of two villages and the results of a run."""
    inbox = write_inbox(tmp_path / "收件箱", 2)
    run(inbox, tmp_path / "结果")
    return inbox, tmp_path / "结果"


def wait_for(path):
    end = time.monotonic() + 60
    while not path.exists():
        assert time.monotonic() < end
        time.sleep(0.01)


SLOW = """
import sys, time
from pathlib import Path
from village_notice import pipeline
from village_notice.cli import main
put = pipeline._put_in_place
def wait(out, *more):
    Path(sys.argv[1], "wait").touch()
    while not Path(sys.argv[1], "go").exists():
        time.sleep(0.01)
    put(out, *more)
pipeline._put_in_place = wait
main(sys.argv[2:])
"""
"""A run that waits before it puts its results in place."""


def test_a_second_run_is_refused_at_once_and_does_not_disturb_the_first(tmp_path):
    inbox, other, out = write_inbox(tmp_path / "收件箱", 2), write_inbox(tmp_path / "另一个", 3), tmp_path / "结果"
    words = ["run", str(inbox), "--year", "2022", "--out", str(out), "--quiet"]
    first = subprocess.Popen([sys.executable, "-c", SLOW, str(tmp_path), *words], stdout=subprocess.DEVNULL)
    wait_for(tmp_path / "wait")
    second = start(other, out)
    assert second.wait(timeout=60) == 6
    third = call("run", other, "--year", "2022", "--out", out)
    assert third.exit_code == 6 and "另一个命令正在往" in third.output and "用户" in third.output
    (tmp_path / "go").touch()
    assert first.wait(timeout=60) == 0
    run(inbox, tmp_path / "没有第二个")
    assert read_bytes(out) == read_bytes(tmp_path / "没有第二个")
    assert (out / LOCK).read_bytes() == b""


def test_a_process_that_was_killed_holds_nobody_up(tmp_path):
    inbox, out = write_inbox(tmp_path / "收件箱", 2), tmp_path / "结果"
    process = start(inbox, out)
    wait_for(out / STAGING)
    kill_all(process)
    assert process.wait(timeout=60) != 0 and (out / LOCK).read_bytes()
    run(inbox, out)


def test_only_who_writes_is_refused(results, tmp_path):
    inbox, out = results
    package = next((out / "公开" / TOWNSHIP).glob("*/档案"))
    photo = tmp_path / "照片.jpg"
    photo.write_bytes(b"\xff\xd8\xff\xe0" + bytes(500))
    (tmp_path / "U盘").mkdir()
    wanted = read_bytes(out)
    with hold_output(out):
        for words in (
            ["run", inbox, "--year", "2022", "--out", out, "--fresh"],
            ["check", inbox, "--year", "2022", "--out", out],
            ["archive", "add-evidence", package, photo],
            ["archive", "seal", package, "--posted", "2022-12-20", "--no-evidence", "没有"],
            ["archive", "import", package, "--db", out / "公开/查询.db"],
        ):
            refused = call(*words)
            assert refused.exit_code == 6 and "另一个命令正在往" in refused.output, words
        for words in (
            ["query", "王", "--db", out / "公开/查询.db"],
            ["verify", package],
            ["notices", out, "--out", tmp_path / "另印"],
            ["export-usb", tmp_path / "U盘", "--from", out, "--township", TOWNSHIP],
        ):
            assert call(*words).exit_code == 0, words
    assert read_bytes(out) == wanted
    assert call("archive", "add-evidence", package, photo).exit_code == 0


def test_a_package_outside_of_any_results_needs_no_lock(results, tmp_path):
    _, out = results
    package = next((out / "公开" / TOWNSHIP).glob("*/档案"))
    package.rename(tmp_path / "档案")
    assert call("archive", "add-evidence", tmp_path / "档案", "--paper-pages", 3).exit_code == 0
    assert not (tmp_path / LOCK).exists()


@pytest.mark.skipif(os.name == "nt", reason="the lock of another system")
def test_a_disk_without_locks_is_written_to(results, monkeypatch):
    inbox, out = results

    def refuse(*_):
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(lock.fcntl, "flock", refuse)
    write_village(inbox, 1, list_villages()[1], amount=777)
    run(inbox, out)


def test_the_folder_of_somebody_else_is_left_as_it_is(results, tmp_path):
    (tmp_path / "别的").mkdir()
    (tmp_path / "别的/照片.jpg").write_bytes(b"x")
    assert call("run", results[0], "--year", "2022", "--out", tmp_path / "别的").exit_code == 2
    assert [p.name for p in (tmp_path / "别的").iterdir()] == ["照片.jpg"]


def test_nothing_is_left_of_a_first_run_that_failed(tmp_path):
    (tmp_path / "收件箱").mkdir()
    assert call("run", tmp_path / "收件箱", "--year", "2022", "--out", tmp_path / "结果").exit_code == 4
    assert not (tmp_path / "结果").exists()


@pytest.mark.parametrize("left", [LOCK, f"{MANIFEST}.tmp"])
def test_what_a_run_leaves_that_was_stopped_at_its_very_beginning_does_not_stop_the_next(tmp_path, left):
    out = tmp_path / "结果"
    out.mkdir()
    (out / left).write_bytes(b"")
    with hold_output(out):
        output.open_output(out)


@pytest.mark.skipif(os.name == "nt", reason="有权限位的磁盘上")
def test_a_lock_is_for_everybody_who_may_write_to_the_folder(tmp_path, monkeypatch):
    tmp_path.chmod(0o777)
    before = os.umask(0o022)
    try:
        with lock.hold(tmp_path / LOCK, tmp_path):
            pass
    finally:
        os.umask(before)
    assert (tmp_path / LOCK).stat().st_mode & 0o777 == 0o666
    opened = type(tmp_path).open

    def refuse(self, mode="r", *more, **options):  # of somebody else, who did not think of others
        if mode == "r+b":
            raise PermissionError(errno.EACCES, "denied", str(self))
        return opened(self, mode, *more, **options)

    monkeypatch.setattr(type(tmp_path), "open", refuse)
    with lock.hold(tmp_path / LOCK, tmp_path), pytest.raises(BusyError), lock.hold(tmp_path / LOCK, tmp_path):
        pass


def test_the_lock_of_windows(tmp_path, monkeypatch):
    """As far as another system can tell: a byte that nobody reads is locked, and given back."""
    held = set()

    def locking(number, mode, count):
        key = os.fstat(number).st_ino, os.lseek(number, 0, os.SEEK_CUR), count
        if mode == "free":
            held.remove(key)
        elif key in held:
            raise OSError(errno.EACCES, "Permission denied")
        else:
            held.add(key)

    windows = ModuleType("msvcrt")
    windows.locking, windows.LK_NBLCK, windows.LK_UNLCK = locking, "take", "free"
    monkeypatch.setitem(sys.modules, "msvcrt", windows)
    with monkeypatch.context() as patch:
        patch.setattr(sys, "platform", "win32")
        importlib.reload(lock)
        (tmp_path / "公开").mkdir()
        with lock.hold(tmp_path / "x", tmp_path):
            assert {place for _, place, _ in held} == {lock._FAR}
            with pytest.raises(BusyError, match="用户"), lock.hold(tmp_path / "x", tmp_path):
                pass
        assert not held and (tmp_path / "x").read_bytes() == b""
        (tmp_path / "公开").rmdir()
        with lock.hold(tmp_path / "x", tmp_path):
            pass
        assert not tmp_path.exists()  # a run that made nothing leaves nothing
    importlib.reload(lock)
