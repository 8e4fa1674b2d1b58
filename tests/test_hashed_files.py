import hashlib
import os
import pickle
import time
from pathlib import Path

import pytest

from village_notice import hashed_files
from village_notice.hashed_files import HashedFiles


@pytest.fixture
def files(tmp_path, monkeypatch):
    monkeypatch.setattr(hashed_files, "_MANY", 1)
    monkeypatch.setattr(hashed_files, "_AT_ONCE", 2)
    paths = [tmp_path / f"{n}.txt" for n in range(7)]
    for n, path in enumerate(paths):
        path.write_text(f"文件{n}", "utf-8")
    return paths


@pytest.fixture
def hashed():
    made = HashedFiles()
    yield made
    made.close()


def wait(hashed, paths):
    """Until another process has hashed them all."""
    for batch, _ in hashed._batches.values():
        batch.result()


def read_hash(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_another_process_hashes_what_is_asked_for_later(files, hashed, monkeypatch):
    hashed.start([*files, files[0].with_name("没有.txt")])
    wait(hashed, files)
    monkeypatch.setattr(hashed_files, "hash_file", None)  # nothing is hashed here
    assert [hashed.find(path) for path in files] == list(map(read_hash, files))
    assert hashed.find(files[0].with_name("没有.txt")) is None
    assert hashed.find(files[0].with_name("别的.txt")) is None


def change(path, how):
    seen = path.stat()
    if how == "other words, as long and as old":
        path.write_text("文件X", "utf-8")
        os.utime(path, ns=(seen.st_atime_ns, seen.st_mtime_ns))
    elif how == "another file in its place":
        other = path.with_name("新")
        other.write_text("文件X", "utf-8")
        os.utime(other, ns=(seen.st_atime_ns, seen.st_mtime_ns))
        other.replace(path)
    elif how == "gone":
        path.unlink()
    else:
        path.write_text("更长的文件", "utf-8")


@pytest.mark.parametrize("how", ["other words, as long and as old", "another file in its place", "gone", "longer"])
def test_a_file_changed_since_is_not_known(files, hashed, how):
    if os.name == "nt" and how.startswith("other words"):
        pytest.skip("Windows does not say when a file was changed")
    hashed.start(files)
    hashed.note(files[6])
    wait(hashed, files)
    time.sleep(0.02)  # clocks of files tick slowly
    for path in (files[2], files[6]):
        change(path, how)
        assert hashed.find(path) is None
    assert hashed.find(files[3]) == read_hash(files[3])


def test_few_files_need_no_process(files, hashed, monkeypatch):
    monkeypatch.setattr(hashed_files, "_MANY", len(files) + 1)
    monkeypatch.setattr("concurrent.futures.ProcessPoolExecutor", None)
    hashed.start(files)
    assert hashed.find(files[0]) is None
    hashed.note(files[0])
    assert hashed.find(files[0]) == read_hash(files[0])


def test_where_the_process_was_ended_whoever_asks_must_hash(files, hashed):
    hashed.start(files * 300)
    for process in list(hashed._executor._processes.values()):
        process.kill()
    assert {hashed.find(path) for path in files} <= {None, *map(read_hash, files)}
    assert hashed.find(files[6]) is None  # asked of the last batch


def test_another_process_is_told_nothing(files, hashed):
    hashed.note(files[0])
    assert hashed.find(files[0]) and pickle.loads(pickle.dumps(hashed)).find(files[0]) is None  # noqa: S301  # our own


def test_who_asks_first_does_not_wait(files, hashed):
    hashed.start(files)
    known = [hashed.find(path) for path in files]  # the process has hardly begun
    assert all(digest in (None, read_hash(path)) for path, digest in zip(files, known, strict=True))
    hashed.close()
    assert all(hashed.find(path) in (None, read_hash(path)) for path in files)


LATER = 2**62
LONG_AGO = hashed_files.Times(LATER, LATER)
"""All files were there long before."""
tells_changes = pytest.mark.skipif(os.name == "nt", reason="Windows does not say when a file was changed")


def keep_looks(paths, place, *, others=None, times=LONG_AGO):
    """What a run that put the files in place keeps of them, as the next one reads it."""
    digests = {path.name: read_hash(path) for path in paths}
    hashed_files.note_looks(place, paths[0].parent, digests, others or {}, times)
    return HashedFiles(hashed_files.read_looks(place, paths[0].parent))


@tells_changes
@pytest.mark.parametrize("how", ["other words, as long and as old", "another file in its place", "gone", "longer"])
def test_the_next_run_knows_what_has_not_changed_since(files, tmp_path, monkeypatch, how):
    hashed = keep_looks(files, tmp_path / "样子.json")
    time.sleep(0.02)
    change(files[2], how)
    assert hashed.find(files[2]) is None
    monkeypatch.setattr(hashed_files, "hash_file", None)
    assert hashed.hash(files[3]) == hashed.find(files[3]) == read_hash(files[3])


def test_what_changed_is_hashed_anew(files, tmp_path):
    hashed = keep_looks(files, tmp_path / "样子.json")
    time.sleep(0.02)
    change(files[2], "longer")
    assert hashed.hash(files[2]) == read_hash(files[2]) == hashed.find(files[2])
    change(files[3], "gone")
    assert hashed.hash(files[3]) == ""


@tells_changes
def test_only_what_is_not_known_goes_to_another_process(files, tmp_path):
    hashed = keep_looks(files, tmp_path / "样子.json")
    time.sleep(0.02)
    change(files[2], "longer")
    hashed.start(files)
    wait(hashed, files)
    hashed.close()
    assert [*hashed._batches] == [str(files[2])]


@tells_changes
def test_a_file_as_young_as_the_tick_of_a_clock_is_not_kept(files, tmp_path):
    now = files[0].stat().st_mtime_ns
    os.utime(files[1], ns=(now, now - 10 * 10**9))
    hashed = keep_looks(files[:2], tmp_path / "样子.json", times=hashed_files.Times(now, now))
    assert hashed.find(files[0]) is None
    assert hashed.find(files[1]) == read_hash(files[1])


@tells_changes
def test_what_a_run_only_looked_at_must_be_older_than_the_run(files, tmp_path):
    """Where clocks tick every two seconds, it may have changed after it was hashed and look the same."""
    now = files[0].stat().st_mtime_ns
    os.utime(files[1], ns=(now, now - 10 * 60 * 10**9))
    run = HashedFiles()
    for path in files[:2]:
        run.note(path)
    others = {path.name: run.recall(path) for path in files[:2]}
    hashed = keep_looks(files[2:3], tmp_path / "样子.json", others=others, times=hashed_files.Times(now, LATER))
    assert [hashed.find(path) is not None for path in files[:3]] == [False, True, True]


@tells_changes
def test_what_was_looked_at_is_not_looked_at_again_to_be_kept(files, tmp_path, monkeypatch):
    run = keep_looks(files[:3], tmp_path / "样子.json")
    found = {path.name: run.recall(path) for path in files[:2]}
    assert run.hash(files[4]) == read_hash(files[4]) and run.find(files[5]) is None
    run.note(files[5])
    with monkeypatch.context() as patched:
        patched.setattr(hashed_files, "_look_at", None)
        assert [run.see(path) for path in files[:2]] == list(found.values())
        assert run.see(files[4])[1] == read_hash(files[4])
    assert run.see(files[2])[1] == read_hash(files[2])  # nobody has looked at it
    assert run.see(files[5])[1] == read_hash(files[5])  # it was not known then
    assert run.see(files[6]) == (None, "")


@tells_changes
@pytest.mark.parametrize("how", ["other words, as long and as old", "another file in its place", "gone", "longer"])
def test_a_file_changed_after_it_was_looked_at_is_not_known_to_the_next_run(files, tmp_path, how):
    run = HashedFiles()
    digests = [run.hash(path) for path in files[:2]]
    time.sleep(0.02)
    change(files[0], how)
    others = {path.name: run.see(path) for path in files[:2]}
    hashed = keep_looks(files[2:], tmp_path / "样子.json", others=others)
    assert hashed.find(files[0]) is None
    assert hashed.find(files[1]) == digests[1]


def test_a_file_that_changed_and_was_asked_for_again_is_no_longer_known(files):
    run = HashedFiles()
    run.note(files[0])
    assert run.find(files[0])
    time.sleep(0.02)
    change(files[0], "longer")
    assert run.find(files[0]) is None and run.see(files[0]) == (None, "")
    assert run.hash(files[0]) == read_hash(files[0]) == run.see(files[0])[1]


@pytest.mark.parametrize("folder", [".", "结果", "/", "/a/b", "../c"])
def test_paths_are_what_pathlib_makes_of_them(folder):
    assert hashed_files.join_path(Path(folder), "公开/甲.pdf") == str(Path(folder) / "公开/甲.pdf")


def look_like_another_disk(monkeypatch):
    """`st_ctime` is the date of the file, which anybody may turn back."""
    look = os.stat

    def look_again(path, **more):
        seen = look(path, **more)
        return type("Seen", (), {
            "st_size": seen.st_size, "st_ino": seen.st_ino, "st_mode": seen.st_mode,
            "st_mtime_ns": seen.st_mtime_ns, "st_ctime_ns": seen.st_mtime_ns,
        })  # fmt: skip

    monkeypatch.setattr(os, "stat", look_again)


def test_nothing_is_kept_where_the_disk_does_not_tell_of_changes(files, tmp_path, monkeypatch):
    run = HashedFiles()
    run.note(files[1])
    with monkeypatch.context() as patched:
        look_like_another_disk(patched)
        hashed = keep_looks(files[2:], tmp_path / "样子.json", others={files[1].name: run.recall(files[1])})
    assert (tmp_path / "样子.json").read_text("utf-8") == "{}"
    assert hashed.find(files[1]) is None and hashed.hash(files[3]) == read_hash(files[3])


def test_nothing_is_kept_on_windows(files, monkeypatch):
    with monkeypatch.context() as patched:
        patched.setattr(hashed_files.os, "name", "nt")
        assert not hashed_files._tells_changes(files[0])


def test_where_nothing_can_be_kept_the_results_are_right_all_the_same(files, tmp_path):
    place = tmp_path / "样子.json"
    keep_looks(files, place)
    (tmp_path / "样子.tmp").mkdir()  # in the way
    hashed = keep_looks(files, place)
    assert not place.exists() and hashed.find(files[0]) is None


@pytest.mark.parametrize("data", [b"", b"{", b"[1]", b'{"a": 1}', b'{"a": [1, "x"]}', b'{"a": [[1]]}'])
def test_damaged_looks_are_as_good_as_none(tmp_path, data):
    place = tmp_path / "样子.json"
    place.write_bytes(data)
    assert hashed_files.read_looks(place, tmp_path) == {}
    assert hashed_files.read_looks(tmp_path / "没有", tmp_path) == {}
