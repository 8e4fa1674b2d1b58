"""A run goes on from what was finished before, and what it makes is what a run from nothing makes, byte for byte."""

import hashlib
import json
import os
import random
import shutil
import subprocess
import sys
import time

import openpyxl
import pytest
from click.testing import CliRunner

from village_notice import early, hashed_files, kept, pipeline, publish
from village_notice.cli import main
from village_notice.domain.identity import id_check_digit
from village_notice.hashed_files import HashedFiles
from village_notice.made_before import RECORDS, read_records
from village_notice.read_cache import ReadCache
from village_notice.settings import Settings
from village_notice.sources.reference import read_reference

from .stops import kill_all

TOWNSHIP = "羊郡镇"
FEW, MANY = 5, 14
"""Villages of an inbox: those of FEW are drawn in the process itself, those of MANY in others, as in a large run."""
KILLS = 10
"""Moments in each of two tests, which may run side by side: twenty."""


def list_villages():
    register = read_reference(Settings()).register
    return [v.name for v in register.villages if v.township == TOWNSHIP][:MANY]


def write_village(folder, number, village, amount=600):
    book = openpyxl.Workbook()
    book.active.append([f"2022年{TOWNSHIP}{village}耕地地力保护补贴发放明细表"])
    book.active.append(
        [
            "序号",
            "村名",
            "户主姓名",
            "身份证号",
            "补贴面积（亩）",
            "补贴标准（元/亩）",
            "实发金额（元）",
            "发放日期",
            "状态",
        ]
    )
    for n in range(1, 6):
        first = f"37999919650101{(number * 10 + n) % 1000:03d}"
        name = f"王{'甲乙丙丁戊己庚辛壬癸'[n % 10]}{'东西南北中'[number % 5]}"
        book.active.append([n, village, name, first + id_check_digit(first), 5, 120, amount, "2022-06-30", "成功"])
    book.save(folder / f"{number:02d}{village}.xlsx")


def write_inbox(folder, villages):
    folder.mkdir()
    for number, village in enumerate(list_villages()[:villages]):
        write_village(folder, number, village)
    return folder


@pytest.fixture
def inbox(tmp_path):
    return write_inbox(tmp_path / "收件箱", FEW)


@pytest.fixture
def large_inbox(tmp_path):
    return write_inbox(tmp_path / "收件箱", MANY)


def run(inbox, out, *more):
    result = CliRunner().invoke(
        main, ["run", str(inbox), "--year", "2022", "--out", str(out), "--json", *map(str, more)]
    )
    assert result.exit_code in (0, 3), result.output
    return json.loads(result.stdout), result.stderr


def read_bytes(out):
    """Path → hash of every result; the manifest and the figures of the run before tell of what was there earlier."""
    apart = {".village_notice.json", "公示数据_上次.zip"}
    files = sorted(p for p in out.rglob("*") if p.is_file() and ".缓存" not in p.parts and p.name not in apart)
    return {p.relative_to(out).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}


def kept_villages(out):
    return read_records(out / "内部资料_不得外传/.缓存" / RECORDS)


def without_place(answer):
    return {k: v for k, v in answer.items() if k not in {"moved", "changed"}}


def test_an_unchanged_run_says_the_same_and_writes_nothing(large_inbox, tmp_path):
    inbox = large_inbox
    first, _ = run(inbox, tmp_path / "结果")
    before = {p: p.stat().st_mtime_ns for p in (tmp_path / "结果/公开").rglob("*")}
    second, talk = run(inbox, tmp_path / "结果")
    assert second == first and "与上次完全相同" in talk
    assert {p: p.stat().st_mtime_ns for p in (tmp_path / "结果/公开").rglob("*")} == before


def test_an_unchanged_run_needs_no_data_frames(inbox, tmp_path):
    home = tmp_path / "办公"
    CliRunner().invoke(main, ["init", str(home)])
    words = ["run", str(inbox), "--year", "2022", "--out", str(tmp_path / "结果"), "--home", str(home)]
    first = CliRunner().invoke(main, words)
    watched = """
import sys
from village_notice.cli import main
try:
    main(sys.argv[1:])
finally:
    known = {"pandas", "numpy", "pyarrow", "reportlab", "openpyxl", "pypinyin", "lxml", "sqlalchemy"}
    print("heavy:", *known & {*sys.modules})
"""
    second = subprocess.run([sys.executable, "-c", watched, *words], capture_output=True, text=True, check=False)
    assert second.returncode == first.exit_code
    assert "与上次完全相同" in second.stderr
    *told, heavy = second.stdout.splitlines()
    assert heavy == "heavy:" and told == first.stdout.splitlines()


@pytest.mark.parametrize("key", ["database_url", "rules"])
def test_a_server_that_is_asked_for_is_never_passed_over(inbox, tmp_path, key, monkeypatch):
    home = tmp_path / "办公"
    CliRunner().invoke(main, ["init", str(home)])
    if key == "database_url":
        settings = home / "office.toml"
        settings.write_text('database_url = "postgresql://a@b/c"\n' + settings.read_text("utf-8"), "utf-8")
    monkeypatch.setattr(pipeline, "find_server", lambda *_: None)  # no server answers here
    run(inbox, tmp_path / "结果", "--home", home)
    _, talk = run(inbox, tmp_path / "结果", "--home", home)
    assert ("与上次完全相同" in talk) == (key != "database_url")


@pytest.mark.parametrize("change", ["edit", "remove", "add"])
def test_a_result_that_was_touched_is_made_again(inbox, tmp_path, change):
    run(inbox, tmp_path / "结果")
    wanted = read_bytes(tmp_path / "结果")
    victim = sorted((tmp_path / "结果/公开").rglob("*.pdf"))[0]
    if change == "edit":
        victim.write_bytes(victim.read_bytes()[:-1] + b"x")
    elif change == "remove":
        victim.unlink()
    else:
        write_village(inbox, 99, list_villages()[0], amount=77)
        run(inbox, tmp_path / "结果")
        (inbox / f"99{list_villages()[0]}.xlsx").unlink()
    _, talk = run(inbox, tmp_path / "结果")
    assert "与上次完全相同" not in talk
    assert {k: v for k, v in read_bytes(tmp_path / "结果").items() if not k.startswith("旧版/")} == wanted


def test_one_changed_workbook_redraws_its_village_and_no_other(inbox, tmp_path, monkeypatch):
    drawn, read = [], []
    draw = publish.draw_village
    monkeypatch.setattr(publish, "draw_village", lambda v, *a, **k: drawn.append(v.village) or draw(v, *a, **k))
    keep = ReadCache.keep
    monkeypatch.setattr(ReadCache, "keep", lambda self, f, r: read.append(f.relative) or keep(self, f, r))
    run(inbox, tmp_path / "结果")
    assert len(drawn) == len(read) == FEW
    drawn.clear()
    read.clear()
    write_village(inbox, 3, list_villages()[3], amount=777)
    answer, _ = run(inbox, tmp_path / "结果")
    assert drawn == [list_villages()[3]] and read == [f"03{list_villages()[3]}.xlsx"]
    fresh, _ = run(inbox, tmp_path / "另外", "--fresh")
    assert without_place(answer) == without_place(fresh)
    assert read_bytes(tmp_path / "结果") == read_bytes(tmp_path / "另外")


def test_fresh_reads_and_draws_everything_again(inbox, tmp_path, monkeypatch):
    run(inbox, tmp_path / "结果")
    drawn = []
    draw = publish.draw_village
    monkeypatch.setattr(publish, "draw_village", lambda v, *a, **k: drawn.append(v.village) or draw(v, *a, **k))
    before = read_bytes(tmp_path / "结果")
    run(inbox, tmp_path / "结果", "--fresh")
    assert len(drawn) == FEW and read_bytes(tmp_path / "结果") == before


def test_a_changed_setting_or_answer_is_never_passed_over(inbox, tmp_path):
    home = tmp_path / "办公"
    CliRunner().invoke(main, ["init", str(home)])
    run(inbox, tmp_path / "结果", "--home", home)
    settings = home / "office.toml"
    settings.write_text('board_place = "村委会东墙"\n' + settings.read_text(encoding="utf-8"), encoding="utf-8")
    _, talk = run(inbox, tmp_path / "结果", "--home", home)
    assert "与上次完全相同" not in talk
    run(inbox, tmp_path / "另外", "--home", home, "--fresh")
    assert read_bytes(tmp_path / "结果") == read_bytes(tmp_path / "另外")


def test_a_damaged_cache_is_as_good_as_none(large_inbox, tmp_path):
    inbox = large_inbox
    run(inbox, tmp_path / "结果")
    wanted = read_bytes(tmp_path / "结果")
    for path in (tmp_path / "结果/内部资料_不得外传/.缓存").rglob("*"):
        if path.is_file():
            path.write_bytes(path.read_bytes()[:-7] + b"\x00damage")
    run(inbox, tmp_path / "结果")
    assert read_bytes(tmp_path / "结果") == wanted


@pytest.mark.parametrize("is_aside", [False, True])
def test_a_draft_with_new_evidence_is_packed_again(inbox, tmp_path, is_aside):
    """Also where a loss of power, while it was sealed, has left it under its other name."""
    out = tmp_path / "结果"
    run(inbox, out)
    package = next((out / f"公开/{TOWNSHIP}").glob("*/档案"))
    photo = tmp_path / "照片.jpg"
    photo.write_bytes(b"\xff\xd8\xff\xe0" + bytes(500))
    answer = CliRunner().invoke(main, ["archive", "add-evidence", str(package), str(photo)])
    assert answer.exit_code == 0, answer.output
    if is_aside:
        package.rename(package.with_name(".档案.原来的"))
    run(inbox, out)
    assert not package.with_name(".档案.原来的").exists()
    assert list((package / "data/张贴证据").iterdir())
    assert CliRunner().invoke(main, ["verify", str(package)]).exit_code == 0


def start(inbox, out):
    words = [sys.executable, "-m", "village_notice", "run", str(inbox), "--year", "2022", "--out", str(out), "--quiet"]
    return subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)


@pytest.mark.parametrize(("seed", "villages"), [(20220713, MANY), (20221231, FEW)])
def test_killed_at_random_moments_and_begun_again(tmp_path, seed, villages):
    """Where the paper is drawn by other processes, and where the run draws it itself."""
    inbox, out, rng = write_inbox(tmp_path / "收件箱", villages), tmp_path / "结果", random.Random(seed)
    begin = time.monotonic()
    process = start(inbox, out)
    assert process.wait(timeout=120) == 0
    whole = time.monotonic() - begin
    wanted = read_bytes(out)
    shutil.rmtree(out)
    killed = tried = 0
    while killed < KILLS and tried < 3 * KILLS:
        tried += 1
        process, begin = start(inbox, out), time.monotonic()
        try:
            assert process.wait(timeout=rng.uniform(0.2, 1.0) * whole) == 0
        except subprocess.TimeoutExpired:
            kill_all(process)
            killed += process.wait(timeout=60) != 0
        else:  # it was quicker than the first
            whole = time.monotonic() - begin
        if process.returncode == 0:
            assert read_bytes(out) == wanted
            shutil.rmtree(out)
    process = start(inbox, out)
    assert process.wait(timeout=120) == 0
    assert read_bytes(out) == wanted
    assert len(kept_villages(out)) == villages and killed == KILLS


def test_what_a_stopped_run_had_finished_is_not_made_again(inbox, tmp_path, monkeypatch):
    draw, drawn = publish.draw_village, []

    def draw_some(village, *more):
        if len(drawn) == 3:
            raise KeyboardInterrupt
        drawn.append(village.village)
        return draw(village, *more)

    monkeypatch.setattr(publish, "draw_village", draw_some)
    words = ["run", str(inbox), "--year", "2022", "--out", str(tmp_path / "结果")]
    stopped = CliRunner().invoke(main, words)
    assert stopped.exit_code == 130 and "接着做" in stopped.output
    assert not (tmp_path / "结果/公开").exists()
    first = list(drawn)
    monkeypatch.setattr(publish, "draw_village", lambda v, *more: drawn.append(v.village) or draw(v, *more))
    run(inbox, tmp_path / "结果")
    assert len(drawn) == FEW and not {*first} & {*drawn[3:]}
    run(inbox, tmp_path / "另外", "--fresh")
    assert read_bytes(tmp_path / "结果") == read_bytes(tmp_path / "另外")


def test_a_reader_starts_at_once_only_where_files_are_others(large_inbox, tmp_path, monkeypatch):
    inbox, started = large_inbox, []
    monkeypatch.setattr(publish, "_FEW", 99)  # everything is drawn in this process: that is quicker

    class Counted(early.ReaderPool):
        def __init__(self, workers, **more):
            started.append(workers)
            super().__init__(workers, **more)

    monkeypatch.setattr(early, "ReaderPool", Counted)
    run(inbox, tmp_path / "结果")
    assert started == [1]  # for fourteen small files one is enough
    write_village(inbox, 3, list_villages()[3], amount=777)
    run(inbox, tmp_path / "结果")
    assert started == [1, 1]
    run(inbox, tmp_path / "结果", "--stamp", "2022-11-30")
    run(inbox, tmp_path / "结果")
    assert started == [1, 1]


def test_a_pool_of_one_grows_for_many_files(inbox, tmp_path, monkeypatch):
    run(inbox, tmp_path / "结果")
    monkeypatch.setattr(early, "_MUCH", 1)
    grown, grow = [], early.ReaderPool.grow
    monkeypatch.setattr(early.ReaderPool, "grow", lambda self, workers: grown.append(workers) or grow(self, workers))
    for number in range(4):
        write_village(inbox, number, list_villages()[number], amount=777)
    run(inbox, tmp_path / "结果", "--workers", "3")
    assert grown == [3]
    run(inbox, tmp_path / "另外", "--workers", "2")
    assert read_bytes(tmp_path / "结果") == read_bytes(tmp_path / "另外")


def note_everything(monkeypatch):
    """Also what was written just now."""
    monkeypatch.setattr(hashed_files, "_choose", lambda found, _: {n: (k, d) for n, (k, d) in found.items() if k})


@pytest.mark.skipif(os.name == "nt", reason="Windows does not say when a file was changed")
def test_results_that_look_the_same_are_not_hashed_again(inbox, tmp_path, monkeypatch):
    out = tmp_path / "结果"
    note_everything(monkeypatch)
    first, _ = run(inbox, out)
    monkeypatch.setattr(hashed_files, "hash_file", None)
    second, talk = run(inbox, out)
    assert second == first and "与上次完全相同" in talk


@pytest.mark.parametrize("kind", ["*.pdf", "查询.db", "manifest-sha256.txt"])
def test_a_result_that_looks_the_same_but_for_its_last_change_is_made_again(inbox, tmp_path, monkeypatch, kind):
    """Another byte, as long as before, and the time of the file turned back: the file system tells all the same."""
    out = tmp_path / "结果"
    note_everything(monkeypatch)
    run(inbox, out)
    wanted = read_bytes(out)
    for number in (3, None):  # one where another village changes, then nothing does
        victim = sorted((out / "公开").rglob(kind))[0]
        data, seen = victim.read_bytes(), victim.stat()
        time.sleep(0.02)  # clocks of files tick slowly
        victim.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
        os.utime(victim, ns=(seen.st_atime_ns, seen.st_mtime_ns))
        if number is not None:
            write_village(inbox, number, list_villages()[number], amount=777)
        answer, _ = run(inbox, out)
        assert victim.relative_to(out).as_posix() in answer["changed"]
        if number is not None:
            write_village(inbox, number, list_villages()[number])
            run(inbox, out)
    made = {name: digest for name, digest in read_bytes(out).items() if not name.startswith("旧版/")}
    assert made == wanted


def test_the_figures_of_a_township_are_packed_again_only_where_they_changed(inbox, tmp_path, monkeypatch):
    pack, packed = kept._pack, []
    monkeypatch.setattr(kept, "_pack", lambda villages: packed.append(len(villages)) or pack(villages))
    counts = []
    for change in ("first", "note", "fresh", "amount"):
        if change == "note":  # another file, the same public figures
            book = openpyxl.load_workbook(inbox / f"03{list_villages()[3]}.xlsx")
            book.active["L1"] = "存档"
            book.save(inbox / f"03{list_villages()[3]}.xlsx")
        elif change == "amount":
            write_village(inbox, 3, list_villages()[3], amount=777)
        run(inbox, tmp_path / "结果", *(["--fresh"] if change == "fresh" else []))
        counts.append(len(packed))
        packed.clear()
    assert counts == [1, 0, 1, 1]


@pytest.fixture
def hash_everything(monkeypatch):
    """Also few files are hashed by another process; a function that waits for it and lists what it has hashed."""
    monkeypatch.setattr(hashed_files, "_MANY", 1)
    monkeypatch.setattr(hashed_files, "_AT_ONCE", 3)
    monkeypatch.setattr(hashed_files, "_choose", lambda *_: {})  # nothing is known from the run before
    return lambda hashed: [path for path in hashed._batches if hashed._look_up(path)[1]]


def test_with_hashes_from_another_process_the_results_are_the_same(inbox, tmp_path, hash_everything, monkeypatch):
    run(inbox, tmp_path / "结果")
    run(inbox, tmp_path / "另外")
    write_village(inbox, 3, list_villages()[3], amount=777)
    answer, _ = run(inbox, tmp_path / "结果")
    monkeypatch.setattr(HashedFiles, "start", lambda *_: None)
    assert run(inbox, tmp_path / "另外")[0] == answer
    assert read_bytes(tmp_path / "结果") == read_bytes(tmp_path / "另外")


@pytest.mark.parametrize("change", ["edit", "remove", "database", "payments"])
def test_a_result_changed_while_the_run_checks_is_made_again(inbox, tmp_path, hash_everything, monkeypatch, change):
    out = tmp_path / "结果"
    run(inbox, out)
    victim = {
        "database": out / "公开/查询.db",
        "payments": out / "内部资料_不得外传/payments.csv",
    }.get(change, sorted((out / "公开").rglob("*.pdf"))[0])
    check, hashed = pipeline.check_payments, []
    start = HashedFiles.start
    monkeypatch.setattr(HashedFiles, "start", lambda self, paths: hashed.append(self) or start(self, paths))

    def check_late(*asked):
        assert str(victim) in hash_everything(hashed[0])
        if change == "remove":
            victim.unlink()
        else:
            data, seen = victim.read_bytes(), victim.stat()
            victim.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
            os.utime(victim, ns=(seen.st_atime_ns, seen.st_mtime_ns))
        return check(*asked)

    monkeypatch.setattr(pipeline, "check_payments", check_late)
    write_village(inbox, 3, list_villages()[3], amount=777)
    answer, _ = run(inbox, out)
    monkeypatch.undo()
    run(inbox, tmp_path / "另外")
    assert (victim.relative_to(out).as_posix() in answer["changed"]) == (change != "remove")
    made = {name: digest for name, digest in read_bytes(out).items() if not name.startswith("旧版/")}
    assert made == read_bytes(tmp_path / "另外")
