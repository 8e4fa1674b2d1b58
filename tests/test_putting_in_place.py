"""A run that is stopped while it puts its results in place, at whatever file: the next one ends where one would that was not."""

import contextlib
import errno
import hashlib
import os
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from village_notice import output, pipeline, publish
from village_notice.cli import main
from village_notice.errors import CannotWriteError, HalfwayError
from village_notice.hashed_files import HashedFiles
from village_notice.kept import EARLIER, KEPT, keep_earlier
from village_notice.output import CACHE, OLD, PRIVATE, STAGING, hold_output, open_output

from .stops import Stopped, stop_before
from .test_resume import list_villages, run, write_inbox, write_village

MEMORY = Path(os.sep, "dev", "shm")
"""A disk in memory, where there is one: a thousand folders are made and removed here."""
EVERY = 1 if MEMORY.is_dir() else 5
"""Of so many operations one is looked at; of whole runs one of more."""
EVERY_OF_RUNS = int(os.environ.get("EVERY_STOP", "70"))
VILLAGES = {"公开/甲镇/东村/汇总.pdf": "东", "公开/甲镇/西村/汇总.pdf": "西", "公开/查询.db": "库"}
RICHER = VILLAGES | {"公开/甲镇/西村/汇总.pdf": "西 更多", "公开/查询.db": "库 更多"}
FEWER = {name: text for name, text in RICHER.items() if "东村" not in name}
FIRST = VILLAGES | {"公开/甲镇/西村/汇总.pdf": "西 以前", "公开/查询.db": "库 以前"}
OTHER = VILLAGES | {"公开/甲镇/西村/汇总.pdf": "西 另外"}
HISTORIES = {
    "first": [VILLAGES],
    "money": [FIRST, VILLAGES, RICHER],
    "village gone": [FIRST, VILLAGES, FEWER],
    "village come": [VILLAGES, FEWER, RICHER],
}
"""What each run makes; the last one is stopped."""


@pytest.fixture
def place(tmp_path):
    if os.name == "nt" or not MEMORY.is_dir():
        yield tmp_path
        return
    with tempfile.TemporaryDirectory(dir=MEMORY) as folder:
        yield Path(folder)


def make(folder, files):
    """A run that makes these files, and figures that say what they say."""
    with hold_output(folder):
        out = open_output(folder)
        for name, text in files.items():
            out.place(*name.split("/")).write_text(text, "utf-8")
        out.place(PRIVATE, KEPT).write_text(repr(files), "utf-8")
        keep_earlier(out.folder, out.staging)
        out.finish()
    return out


def read(folder):
    """Every file but the looks, which tell of times."""
    files = (p for p in folder.rglob("*") if p.is_file() and CACHE not in p.parts)
    return {p.relative_to(folder).as_posix(): p.read_text("utf-8") for p in files}


def make_all(folder, runs):
    for files in runs:
        make(folder, files)
    return read(folder)


def stop_everywhere(place, before, last):
    """Folders, each as the last run left it that was stopped at another operation."""
    start = place / "原来"
    shutil.rmtree(start, ignore_errors=True)
    start.mkdir()
    make_all(start, before)
    for number in range(0, 1000, EVERY):
        folder = place / f"{number}"
        shutil.copytree(start, folder)
        with stop_before(number) as stopped:
            make(folder, last)
        if not stopped:
            assert number > 40
            return
        yield folder
        shutil.rmtree(folder, ignore_errors=os.name == "nt")  # one may still be open
    pytest.fail("without end")


@pytest.mark.parametrize("history", HISTORIES)
def test_the_same_run_again_ends_as_if_it_had_not_been_stopped(place, history):
    *before, last = HISTORIES[history]
    wanted = make_all(place / "一次做完", [*before, last])
    for folder in stop_everywhere(place, before, last):
        out = make(folder, last)
        found = read(folder)
        assert found == wanted, folder
        assert not out.changed_by_hand
    assert {f"{PRIVATE}/{EARLIER}" in wanted, "旧版" in str(wanted.keys())} == {
        "first": {False}, "money": {True, False}, "village gone": {True}, "village come": {True},
    }[history]  # fmt: skip


@pytest.mark.parametrize("history", HISTORIES)
@pytest.mark.parametrize("following", ["other", "as before"])
def test_another_run_ends_as_after_a_run_that_was_whole_or_never_was(place, history, following):
    """Nothing of ours is taken for a hand edit, and the figures before are those of one run."""
    *before, last = HISTORIES[history]
    then = OTHER if following == "other" or not before else before[-1]
    wanted = [make_all(place / "没有它", [*before, then]), make_all(place / "有它", [*before, last, then])]
    for folder in stop_everywhere(place, before, last):
        out = make(folder, then)
        is_right = read(folder) in wanted  # without a comparison as long as a page
        assert is_right, folder
        assert not out.changed_by_hand


def stop_in_place(folder, files):
    """A run stopped in the middle of its moves: the village is in its place, the figures are not."""
    with pytest.MonkeyPatch.context() as patch:
        put = output.OutputFolder._put

        def put_some(self, name, *more):
            if name.startswith(PRIVATE):
                raise Stopped
            put(self, name, *more)

        patch.setattr(output.OutputFolder, "_put", put_some)
        with pytest.raises(Stopped):
            make(folder, files)


def test_what_somebody_changed_between_the_two_runs_is_kept_aside_and_told(tmp_path):
    out = tmp_path / "结果"
    make_all(out, [FIRST, VILLAGES])
    stop_in_place(out, FEWER)
    (out / "公开/甲镇/西村/汇总.pdf").write_text("自己改的", "utf-8")
    (out / PRIVATE / KEPT).write_text("自己改的", "utf-8")
    (out / "公开/照片.jpg").write_text("别人的", "utf-8")
    told = make(out, FEWER)
    assert {*told.changed_by_hand} == {"公开/甲镇/西村/汇总.pdf", f"{PRIVATE}/{KEPT}"}
    found = read(out)
    assert found[f"{OLD}/公开/甲镇/西村/汇总.pdf"] == found[f"{OLD}/{PRIVATE}/{KEPT}"] == "自己改的"
    assert found["公开/照片.jpg"] == "别人的" and found["公开/甲镇/西村/汇总.pdf"] == "西 更多"


def test_what_the_stopped_run_moved_aside_is_told_by_the_next(tmp_path):
    out = tmp_path / "结果"
    make(out, VILLAGES)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(output.OutputFolder, "_set_aside", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            make(out, FEWER)
    assert make(out, FEWER).moved == ["公开/甲镇/东村/汇总.pdf"]


def test_a_damaged_plan_is_as_good_as_none(tmp_path):
    out = tmp_path / "结果"
    make_all(out, [FIRST, VILLAGES])
    stop_in_place(out, RICHER)
    plan = out / STAGING / "放好.json"
    plan.write_bytes(plan.read_bytes()[:-20])
    make(out, RICHER)
    assert read(out)["公开/查询.db"] == "库 更多" and not (out / STAGING).exists()


def test_a_plan_that_cannot_be_read_stops_the_next_run(tmp_path, monkeypatch):
    out = tmp_path / "结果"
    make_all(out, [FIRST, VILLAGES])
    stop_in_place(out, RICHER)

    def refuse(_):
        raise PermissionError(errno.EACCES, "denied", str(out))

    with monkeypatch.context() as patch, pytest.raises(CannotWriteError):
        patch.setattr(output, "read_plan", refuse)
        make(out, RICHER)
    assert (out / STAGING / "放好.json").exists()


def test_what_was_open_when_a_stopped_run_was_gone_on_with_is_told(tmp_path, monkeypatch):
    out, replace = tmp_path / "结果", Path.replace
    make_all(out, [FIRST, VILLAGES])
    stop_in_place(out, RICHER)

    def refuse(self, target):
        if STAGING in self.parts:
            raise PermissionError(errno.EACCES, "open", str(target))
        return replace(self, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", refuse)
        opened = open_output(out)
    name = opened.blocked[0]
    assert (out / name).exists()
    opened.place(*name.split("/")).write_text("放好了", encoding="utf-8")
    opened.finish(keep=frozenset(["公开/", f"{PRIVATE}/"]))
    assert name not in opened.blocked and (out / name).read_text("utf-8") == "放好了"


def test_an_error_halfway_is_told_as_such_and_the_next_run_goes_on(tmp_path, monkeypatch):
    inbox, out = write_inbox(tmp_path / "收件箱", 1), tmp_path / "结果"
    run(inbox, out)
    write_village(inbox, 0, list_villages()[0], amount=777)
    put = output.OutputFolder._put

    def put_some(self, name, *more):
        if name.endswith("查询.db"):
            raise OSError(errno.ENOSPC, "full", str(self.folder))
        put(self, name, *more)

    with monkeypatch.context() as patch:
        patch.setattr(output.OutputFolder, "_put", put_some)
        told = CliRunner().invoke(main, ["run", str(inbox), "--year", "2022", "--out", str(out)])
    assert told.exit_code == 6 and "磁盘满了" in told.output
    assert "没有放完" in told.output and "没有改动" not in told.output
    for words in (["notices", str(out)], ["export-usb", str(tmp_path / "U盘"), "--from", str(out)]):
        refused = CliRunner().invoke(main, words)
        assert refused.exit_code == 2 and "没有放完" in refused.output
    monkeypatch.setattr(publish, "draw_village", None)  # all of it was made
    run(inbox, out)
    assert CliRunner().invoke(main, ["notices", str(out), "--kind", "更正公告"]).exit_code == 0


def test_a_run_stopped_by_hand_halfway_says_so(tmp_path, monkeypatch):
    make(tmp_path / "结果", VILLAGES)
    with monkeypatch.context() as patch, pytest.raises(HalfwayError, match="没有放完") as told:
        patch.setattr(output.OutputFolder, "_put", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        make(tmp_path / "结果", RICHER)
    assert told.value.exit_code == 130
    make(tmp_path / "结果", RICHER)
    assert read(tmp_path / "结果")["公开/查询.db"] == "库 更多"


def hash_all(out):
    """Path → hash of everything but what only helps later runs: also what tells of the run before, and 旧版."""
    files = (p for p in out.rglob("*") if p.is_file() and CACHE not in p.parts)
    return {p.relative_to(out).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}


def write_state(inbox, state):
    """The inbox of a run: what its first village got, and whether its second is in it."""
    amount, is_there = state
    shutil.rmtree(inbox, ignore_errors=True)
    inbox.mkdir()
    write_village(inbox, 0, list_villages()[0], amount=amount)
    if is_there:
        write_village(inbox, 1, list_villages()[1])


def run_until_all_is_made(inbox, out):
    """A run that has everything in its staging folder and goes no further; what it was about to put in place."""
    asked = []

    def stop(*given):
        asked.extend(given)
        raise Stopped

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pipeline, "_put_in_place", stop)
        patch.setattr(output.OutputFolder, "discard", lambda *_, **__: None)  # nobody tidies up after a loss of power
        with contextlib.suppress(Stopped):
            run(inbox, out)
    return asked


@pytest.mark.parametrize(
    "states",
    [[(600, True)], [(480, True), (600, True), (720, True)], [(480, True), (600, True), (600, False)]],
    ids=["first", "money", "village gone"],
)
def test_whole_runs(place, states):
    inbox, made = place / "收件箱", place / "结果"
    for state in states[:-1]:
        write_state(inbox, state)
        run(inbox, made)
    write_state(inbox, states[-1])
    before = place / "以前"
    shutil.copytree(made, before) if made.exists() else before.mkdir()
    folder, published, options = run_until_all_is_made(inbox, made)
    run(inbox, before)
    wanted = hash_all(before)
    assert any("公示数据_上次.zip" in name for name in wanted) == (len(states) > 1)
    assert any(name.startswith(f"{OLD}/公开/") for name in wanted) == (not states[-1][1])
    for number in range(EVERY_OF_RUNS // 2, 10_000, EVERY_OF_RUNS):
        out = place / f"{number}"
        shutil.copytree(made, out)
        stopped_out = replace(folder, folder=out, staging=out / STAGING, moved=[], hashed=HashedFiles())
        with stop_before(number) as stopped:
            pipeline._put_in_place(stopped_out, published, replace(options, out=out))
        if not stopped:
            break
        answer, _ = run(inbox, out)
        assert hash_all(out) == wanted, number
        assert not answer["changed"]
        shutil.rmtree(out)
    assert number > 60
