"""Reader children that die, hang or eat memory cost one file, never the run, and leave nothing behind."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import psutil
import pytest

from village_notice.sources.discover import InputFile
from village_notice.sources.reader_pool import Failure, PoolLimits, ReaderPool, ReaderStartError

JOBS = '''
import gc, os, time
from village_notice.sources.limits import Unreadable

def work(path, relative, *arguments):
    """Does what the file's name says."""
    if "die" in relative:
        os._exit(3)
    if "hang" in relative:
        time.sleep(60)
    if "eat" in relative:
        hoard = [bytearray(50_000_000) for _ in range(20)]
        time.sleep(60)
    if "refuse" in relative:
        raise Unreadable("F01", "坏了")
    if "panic" in relative:
        raise BaseException("private words")
    if "twice" in relative and not os.path.exists(str(path) + ".seen"):
        open(str(path) + ".seen", "w").close()
        os._exit(4)
    if "noise" in relative:
        print("words on standard output")
    if "litter" in relative:
        for _ in range(60_000):
            loop = []
            loop.append(loop)
        del loop
    if relative in ("litter", "look"):
        return str(sum(type(o) is list and len(o) == 1 and o[0] is o for o in gc.get_objects()))
    return relative + "/".join(arguments)
'''


@pytest.fixture
def jobs(tmp_path, monkeypatch):
    """A module of jobs that the children can import."""
    (tmp_path / "pool_jobs.py").write_text(JOBS, encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    return "pool_jobs:work"


def files(tmp_path, *names):
    return [InputFile(tmp_path / name, name, 10) for name in names]


def run(tmp_path, jobs, *names, limits=None, workers=1):
    with ReaderPool(workers, limits or PoolLimits()) as pool:
        return list(pool.map(files(tmp_path, *names), jobs))


def test_results_come_in_the_order_of_the_files(tmp_path, jobs):
    names = [f"file {n}" for n in range(40)]
    assert run(tmp_path, jobs, *names, workers=2) == names


def test_arguments_reach_the_job(tmp_path, jobs):
    with ReaderPool(1) as pool:
        assert list(pool.map(files(tmp_path, "a"), jobs, ("1", "2"))) == ["a1/2"]


def test_dying_child_costs_one_file(tmp_path, jobs):
    before, died, after = run(tmp_path, jobs, "a", "die", "b")
    assert (before, after) == ("a", "b")
    assert isinstance(died, Failure) and (died.code, died.found) == ("F15", "读取程序意外退出（3）")


def test_file_is_tried_again_in_a_fresh_child(tmp_path, jobs):
    assert run(tmp_path, jobs, "a", "twice", "b") == ["a", "twice", "b"]


def test_hanging_file_is_given_up(tmp_path, jobs):
    started = time.monotonic()
    before, hung, after = run(tmp_path, jobs, "a", "hang", "b", limits=PoolLimits(seconds=2))
    assert (before, after) == ("a", "b")
    assert hung.code == "F10" and "秒还没有读完" in hung.found
    assert time.monotonic() - started < 20


def test_memory_is_watched(tmp_path, jobs):
    before, eaten, after = run(tmp_path, jobs, "a", "eat", "b", limits=PoolLimits(memory_bytes=300_000_000))
    assert (before, after) == ("a", "b")
    assert eaten.code == "F10" and "内存" in eaten.found


def test_refused_and_panicking_files_are_failures_without_private_words(tmp_path, jobs):
    refused, panicked, noisy = run(tmp_path, jobs, "refuse", "panic", "noise")
    assert (refused.code, refused.found) == ("F01", "坏了")
    assert panicked.code == "F15" and "private" not in panicked.found
    assert noisy == "noise"


def test_larger_files_get_more_time():
    limits = PoolLimits()
    assert limits.find_seconds(1_000_000) == 15 and limits.find_seconds(50_000_000) == 113


def test_children_are_replaced_after_enough_files(tmp_path, jobs):
    names = [f"file {n}" for n in range(5)]
    assert run(tmp_path, jobs, *names, limits=PoolLimits(files_per_child=2)) == names


def test_pool_that_cannot_start_says_so(tmp_path, jobs):
    with pytest.raises(ReaderStartError), ReaderPool(1, PoolLimits(), ("no_such_module_anywhere",)) as pool:
        list(pool.map(files(tmp_path, "a"), jobs))


def test_child_killed_from_outside_is_replaced(tmp_path, jobs):
    with ReaderPool(1) as pool:
        results = pool.map(files(tmp_path, *[f"file {n}" for n in range(60)]), jobs)
        first = next(results)
        for child in psutil.Process().children():
            if "reader_child" in " ".join(child.cmdline()):
                child.kill()
        assert [first, *results] == [f"file {n}" for n in range(60)]


def test_no_child_is_left_when_the_pool_is_closed(tmp_path, jobs):
    with ReaderPool(2) as pool:
        list(pool.map(files(tmp_path, "a", "b"), jobs))
        inside = find_children(os.getpid())
    assert inside and not any(p.is_running() and p.status() != psutil.STATUS_ZOMBIE for p in inside)


def find_children(pid):
    children = (
        p for p in psutil.Process(pid).children() if p.status() != psutil.STATUS_ZOMBIE
    )  # killed by a test before
    return [p for p in children if "reader_child" in " ".join(p.cmdline())]


@pytest.mark.skipif(sys.platform == "win32", reason="signals as on Unix")
@pytest.mark.parametrize("sent", ["SIGINT", "SIGTERM", "SIGKILL"])
def test_children_leave_with_their_parent(sent, tmp_path, jobs):
    program = """
        import signal
        from pathlib import Path
        from village_notice.sources.discover import InputFile
        from village_notice.sources.reader_pool import ReaderPool
        signal.signal(signal.SIGINT, signal.default_int_handler)  # tests run in the background pass Ctrl-C over
        with ReaderPool(2) as pool:
            print("started", flush=True)
            list(pool.map([InputFile(Path("x"), "hang 1", 1), InputFile(Path("y"), "hang 2", 1)], "pool_jobs:work"))
    """
    root = str(Path(__file__).parents[2])
    env = {**os.environ, "PYTHONPATH": os.pathsep.join([root, os.environ["PYTHONPATH"]])}
    parent = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(program)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=env
    )
    try:
        assert parent.stdout.readline().strip() == b"started"
        time.sleep(1.0)
        children = find_children(parent.pid)
        parent.send_signal(getattr(signal, sent))
        assert parent.wait(timeout=10) != 0
        _, alive = psutil.wait_procs(children, timeout=10)
        assert len(children) == 2 and not alive
    finally:
        parent.kill()
        parent.wait()
        parent.stdout.close()


def test_cycles_are_looked_for_between_files_only(tmp_path, jobs):
    assert run(tmp_path, jobs, "litter", "look") == ["60000", "0"]
