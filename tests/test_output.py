import os
import time
from pathlib import Path

import pytest

from village_notice import hashed_files, output
from village_notice.errors import CannotWriteError, UsageError
from village_notice.hashed_files import HashedFiles
from village_notice.output import CACHE, OLD, list_looks, list_written, open_output, record_files


def make(folder, files, keep=frozenset()):
    out = open_output(folder)
    for name, text in files.items():
        out.place(*name.split("/")).write_text(text, encoding="utf-8")
    out.finish(keep=keep)
    return out


def contents(folder):
    return {
        p.relative_to(folder).as_posix(): p.read_text(encoding="utf-8")
        for p in folder.rglob("*")
        if p.is_file() and not p.name.startswith(".") and CACHE not in p.parts
    }


def test_second_run_replaces_and_moves_what_is_gone(tmp_path):
    make(tmp_path / "out", {"公开/甲村/a.txt": "1", "公开/乙村/b.txt": "1"})
    out = make(tmp_path / "out", {"公开/甲村/a.txt": "2"})
    assert contents(tmp_path / "out") == {"公开/甲村/a.txt": "2", f"{OLD}/公开/乙村/b.txt": "1"}
    assert out.moved == ["公开/乙村/b.txt"]
    assert not (tmp_path / "out/公开/乙村").exists()


def test_foreign_folder_is_refused(tmp_path):
    (tmp_path / "photo.jpg").write_bytes(b"x")
    with pytest.raises(UsageError, match="空文件夹"):
        open_output(tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ["photo.jpg"]


def test_foreign_file_beside_ours_stays(tmp_path):
    make(tmp_path / "out", {"a.txt": "1"})
    (tmp_path / "out" / "mine.txt").write_text("mine", encoding="utf-8")
    make(tmp_path / "out", {"b.txt": "1"})
    assert contents(tmp_path / "out")["mine.txt"] == "mine"


def test_foreign_file_in_the_way_is_kept_aside(tmp_path):
    make(tmp_path / "out", {"a.txt": "1"})
    (tmp_path / "out" / "b.txt").write_text("theirs", encoding="utf-8")
    make(tmp_path / "out", {"a.txt": "1", "b.txt": "ours"})
    assert contents(tmp_path / "out") == {"a.txt": "1", "b.txt": "ours", f"{OLD}/b.txt": "theirs"}


def test_hand_edited_output_is_kept_aside(tmp_path):
    make(tmp_path / "out", {"a.txt": "1"})
    (tmp_path / "out" / "a.txt").write_text("edited", encoding="utf-8")
    out = make(tmp_path / "out", {"a.txt": "1b"})
    assert out.changed_by_hand == ["a.txt"]
    assert contents(tmp_path / "out") == {"a.txt": "1b", f"{OLD}/a.txt": "edited"}


def test_interrupted_run_leaves_the_old_results(tmp_path):
    make(tmp_path / "out", {"a.txt": "1"})
    out = open_output(tmp_path / "out")
    out.place("a.txt").write_text("half", encoding="utf-8")
    assert (tmp_path / "out" / "a.txt").read_text(encoding="utf-8") == "1"
    make(tmp_path / "out", {"a.txt": "2"})
    assert contents(tmp_path / "out") == {"a.txt": "2"}


def test_sealed_outputs_stay(tmp_path):
    make(tmp_path / "out", {"公开/甲村/档案/x": "1", "b": "1"})
    make(tmp_path / "out", {"b": "1"}, keep=frozenset({"公开/甲村/档案/"}))
    assert contents(tmp_path / "out") == {"公开/甲村/档案/x": "1", "b": "1"}
    make(tmp_path / "out", {"b": "2"}, keep=frozenset({"公开/甲村/档案/"}))
    assert "公开/甲村/档案/x" in contents(tmp_path / "out")


def test_path_too_long_for_windows(tmp_path):
    with pytest.raises(CannotWriteError, match="路径太长"):
        make(tmp_path / "out", {"a" * 120 + "/" + "b" * 120: "1"})


def test_damaged_manifest_stops(tmp_path):
    make(tmp_path / "out", {"a.txt": "1"})
    (tmp_path / "out" / ".village_notice.json").write_text("{", encoding="utf-8")
    with pytest.raises(CannotWriteError, match="清单"):
        open_output(tmp_path / "out")


def test_work_of_another_command_is_no_hand_edit_and_foreign_files_stay_foreign(tmp_path):
    out = tmp_path / "out"
    make(out, {"公开/甲村/档案/x": "1", "公开/查询.db": "1", "公开/甲村/a.txt": "1"})
    (out / "公开/甲村/档案/x").write_text("2", encoding="utf-8")
    (out / "公开/甲村/档案/photo").write_text("new", encoding="utf-8")
    (out / "公开/查询.db").write_text("2", encoding="utf-8")
    (out / "公开/mine.txt").write_text("mine", encoding="utf-8")
    record_files(out / "公开/甲村/档案")
    record_files(out / "公开/查询.db")
    again = make(
        out, {"公开/甲村/档案/x": "3", "公开/甲村/档案/photo": "new", "公开/查询.db": "3", "公开/甲村/a.txt": "1"}
    )
    assert (again.moved, again.changed_by_hand) == ([], [])
    assert contents(out)["公开/mine.txt"] == "mine"
    record_files(tmp_path / "elsewhere")
    assert contents(make(out, {}).folder)["公开/mine.txt"] == "mine"


def test_folders_are_taken_away_where_nothing_is_left_and_nowhere_else(tmp_path):
    out = tmp_path / "out"
    make(
        out, {"公开/甲镇/一村/档案/a.txt": "1", "公开/甲镇/二村/b.txt": "1", "公开/乙镇/三村/c.txt": "1", "a.txt": "1"}
    )
    (out / "公开/甲镇/二村/照片.jpg").write_text("theirs", encoding="utf-8")
    (out / "公开/新建文件夹").mkdir()
    make(out, {"a.txt": "1"})
    assert {p.name for p in (out / "公开").rglob("*")} == {"甲镇", "二村", "照片.jpg", "新建文件夹"}
    make(out, {"公开/丙镇/a.txt": "1"})
    (out / "公开/丙镇/a.txt").unlink()  # by somebody, or by a run that was killed before it came to the folders
    make(out, {"a.txt": "1"})
    assert not (out / "公开/丙镇").exists()
    (out / "公开/甲镇/二村/照片.jpg").unlink()
    assert list_written(out) == [str(out / "a.txt")]


def test_paths_of_what_was_written_below_a_folder(tmp_path, monkeypatch):
    make(tmp_path / "out", {"公开/甲/a.txt": "1", "公开的.txt": "1", "b.txt": "1"})
    written = list_written(tmp_path / "out")
    assert written == [str(tmp_path / "out" / name) for name in ("b.txt", "公开/甲/a.txt", "公开的.txt")]
    assert list_written(tmp_path / "out", "公开/") == written[1:2]
    monkeypatch.chdir(tmp_path / "out")
    assert list_written(Path())[0] == str(Path() / "b.txt") == "b.txt"


def test_folders_left_empty_by_a_run_that_was_killed_before_its_end_are_taken_away_by_the_next(tmp_path, monkeypatch):
    out = tmp_path / "结果"
    make(out, {"公开/甲镇/a.txt": "a", "公开/乙镇/乙村/b.txt": "b"})
    with monkeypatch.context() as patched:
        patched.setattr(output, "_remove_empty_folders", lambda *_: 1 / 0)  # as killed there
        with pytest.raises(ZeroDivisionError):
            make(out, {"公开/甲镇/a.txt": "a"})
    assert (out / "公开/乙镇/乙村").is_dir()
    make(out, {"公开/甲镇/a.txt": "a"})
    assert not (out / "公开/乙镇").exists()


@pytest.mark.skipif(os.name == "nt", reason="Windows does not say when a file was changed")
def test_the_next_run_knows_what_this_one_has_looked_at(tmp_path, monkeypatch):
    """Not looked at again at the end; what somebody changes meanwhile is not taken for what was hashed."""
    monkeypatch.setattr(hashed_files, "_LONG", -(2**62))  # all files were there long before
    out = tmp_path / "out"
    make(out, {"a.txt": "1", "b.txt": "1", "c.txt": "1"})
    run = open_output(out)
    known = {f"{name}.txt": run.hashed.hash(out / f"{name}.txt") for name in "ab"}
    time.sleep(0.02)  # clocks of files tick slowly
    seen = (out / "b.txt").stat()
    (out / "b.txt").write_text("2", encoding="utf-8")
    os.utime(out / "b.txt", ns=(seen.st_atime_ns, seen.st_mtime_ns))
    run.place("c.txt").write_text("3", encoding="utf-8")
    run.finish(known=known)
    looks = HashedFiles(list_looks(out))
    assert looks.find(out / "a.txt") == known["a.txt"]
    assert looks.find(out / "b.txt") is None
    assert make(out, {"a.txt": "1", "b.txt": "3", "c.txt": "3"}).changed_by_hand == ["b.txt"]
