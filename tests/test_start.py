"""What a process imports before it has anything to do: every run pays for it, the smallest most."""

import contextlib
import gc
import io
import subprocess
import sys
from types import SimpleNamespace

import pytest

from village_notice import early, intake
from village_notice.early import Early, count_readers
from village_notice.errors import SettingsError
from village_notice.options import RunOptions
from village_notice.sources import reader_child
from village_notice.sources.read_options import ReadOptions


def list_imported(code, names):
    words = f"import sys, {code}; print([m for m in {names!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", words], capture_output=True, text=True, check=True, encoding="utf-8")
    return done.stdout.strip()


def test_a_reader_starts_without_data_frames_and_numbers():
    names = ["pandas", "numpy", "openpyxl", "xlrd", "tomllib", "subprocess"]
    reader = "village_notice.sources.reader_child, village_notice.sources.payments"
    assert list_imported(reader, names) == "[]"


def test_a_child_that_makes_copies_starts_without_what_few_files_need():
    names = ["pandas", "numpy", "openpyxl", "xlrd", "urllib.request", "ssl", "email", "village_notice.sources.payments"]
    assert list_imported("village_notice.sources.reader_child, village_notice.copy_job", names) == "[]"


def test_a_run_starts_without_what_its_children_do():
    names = [
        "village_notice.sources.payments", "village_notice.sources.sheet_task", "village_notice.copy_job",
        "concurrent.futures.process", "openpyxl", "reportlab.pdfbase",
    ]  # fmt: skip
    assert list_imported("village_notice.running, village_notice.pipeline", names) == "[]"


@pytest.mark.parametrize(
    ("sizes", "readers"),
    [([], 1), ([499_999], 1), ([500_000], 2), ([250_000] * 4, 3), ([10**9], 4), ([0, 0], 1)],
)
def test_a_few_small_files_need_one_reader(sizes, readers):
    assert count_readers(SimpleNamespace(workers=4), sizes) == readers
    assert count_readers(SimpleNamespace(workers=1), sizes) == 1


def test_sizes_are_asked_no_further_than_needed():
    sizes = iter([10**6, 10**6, 10**6])
    assert count_readers(SimpleNamespace(workers=2), sizes) == 2
    assert len(list(sizes)) == 2


def test_readers_start_for_what_lies_in_the_inbox(tmp_path, monkeypatch):
    started = []

    class Pool:
        def __init__(self, workers, start):
            started.append((workers, start))

        def __enter__(self):
            return self

        def __exit__(self, *_):
            pass

    monkeypatch.setattr(early, "ReaderPool", Pool)
    inbox = tmp_path / "收件箱"
    (inbox / "民政局").mkdir(parents=True)
    (inbox / "民政局" / "低保.xlsx").write_bytes(b"x" * 600_000)
    options = RunOptions(inbox, tmp_path / "结果", 2023, workers=8)
    with Early(options) as ready:
        ready.start_readers()
    assert started == [(2, [early.READER])]


@pytest.mark.parametrize(
    ("has_readings", "has_other_files", "payments", "drawers"),
    [(False, False, 10_000, 4), (False, False, 9_999, None), (True, True, 10_000, 1), (True, False, 10_000, None)],
)
def test_who_draws_starts_while_payments_are_checked(
    tmp_path, monkeypatch, has_readings, has_other_files, payments, drawers
):
    monkeypatch.setattr(early, "ReaderPool", lambda *_, **__: contextlib.nullcontext())
    monkeypatch.setattr(early, "Standby", lambda count, _: contextlib.nullcontext(SimpleNamespace(count=count)))
    options = RunOptions(tmp_path / "收件箱", tmp_path / "结果", 2023, workers=4)
    if has_readings:
        early.find_readings(options).mkdir(parents=True)
    with Early(options) as ready:
        ready.start_readers(has_other_files=has_other_files)
        ready.start_drawers(payments)
        assert getattr(ready.drawers.standby, "count", None) == drawers


def test_no_cycle_is_looked_for_while_a_reader_imports(monkeypatch):
    seen = []
    monkeypatch.setattr(reader_child.importlib, "import_module", lambda name: seen.append((name, gc.isenabled())))
    monkeypatch.setattr(reader_child, "limit_memory", lambda most: None)
    answers = io.BytesIO()
    try:
        reader_child.serve(io.BytesIO(), answers, ["一", "二"], 1)
    finally:
        gc.enable()
        gc.unfreeze()
    assert seen == [("一", False), ("二", False)]
    assert reader_child.read_frame(io.BytesIO(answers.getvalue())) == "ready"


def test_a_mistake_in_an_answer_about_a_layout_stops_the_run_itself(tmp_path):
    (tmp_path / "office.toml").write_text("", encoding="utf-8")
    options = ReadOptions(2023, home=tmp_path)
    intake._check_answers(options)
    (tmp_path / "layouts").mkdir()
    intake._check_answers(options)
    (tmp_path / "layouts" / "a.toml").write_text("金额列 = ", encoding="utf-8")
    with pytest.raises(SettingsError, match="写法有错"):
        intake._check_answers(options)
