import hashlib
import os
import pickle
import time

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
    monkeypatch.setattr(hashed_files, "ProcessPoolExecutor", None)
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
