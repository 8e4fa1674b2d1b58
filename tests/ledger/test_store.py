"""The ledger keeps everything, changes nothing when nothing changed, and survives being killed at any moment."""

import os
import signal
import sqlite3
import subprocess
import sys
import textwrap
import time

import pytest

from village_notice.domain.finding import Finding, Place
from village_notice.errors import CannotWriteError, SettingsError
from village_notice.ledger.history import compare_runs, find_payments, format_changes, format_payments, list_files
from village_notice.ledger.keeping import check_gone, recall_numbers
from village_notice.ledger.persons import number_people
from village_notice.ledger.store import FILE_NAME, Import, open_ledger

from .conftest import make_id

ROWS = (
    {"file": "a.xlsx", "row": 5, "name": "王一", "id": make_id(1), "amount_fen": 12_000, "raw_fen": 12_000},
    {"file": "a.xlsx", "row": 6, "name": "王二", "id": make_id(2), "amount_fen": 500, "raw_fen": 500},
    {"file": "b.xlsx", "row": 5, "name": "王三", "id": make_id(3), "amount_fen": None, "verdict": "held"},
)
FINDING = Finding("C01", Place("b.xlsx", "表", 5, "F"), found="见备注")


@pytest.fixture
def build(make_payments):
    def build(rows=ROWS, standing=(FINDING,), hashes=None, inbox="/收件箱", **more):
        decided = number_people(make_payments(*rows))
        files = {r["file"] for r in rows}
        return Import(
            2022, inbox, "2022-12-20", hashes or {f: f"hash of {f}" for f in files}, decided, standing, **more
        )

    return build


def count(ledger, table):
    return ledger.connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]


def sizes(ledger):
    tables = ("runs", "versions", "payments", "findings", "numbers", "waivers")
    return {t: count(ledger, t) for t in tables}


def test_everything_is_kept(build, tmp_path):
    waiver = ("H02", "a.xlsx", "", 0, "已核实发放", "李经办", "2022-12-01")
    waived = [Finding("H02", Place("a.xlsx", "表"), found="拟发")]
    with open_ledger(tmp_path) as ledger:
        assert ledger.keep(build(waived=waived, waivers=[waiver])) == 1
        assert sizes(ledger) == {
            "runs": 1, "versions": 2, "payments": 3, "findings": 2, "numbers": 3, "waivers": 1
        }  # fmt: skip
        query = "SELECT file, row, name, amount_fen, verdict, person_no FROM history ORDER BY file, row"
        assert ledger.connection.execute(query).fetchall() == [
            ("a.xlsx", 5, "王一", 12_000, "accepted", 1),
            ("a.xlsx", 6, "王二", 500, "accepted", 3),
            ("b.xlsx", 5, "王三", None, "held", 2),
        ]


def test_the_same_again_changes_nothing(build, tmp_path):
    with open_ledger(tmp_path) as ledger:
        ledger.keep(build())
        before = sizes(ledger)
        assert ledger.keep(build()) == 1
        assert sizes(ledger) == before


def test_a_corrected_file_stands_beside_its_earlier_version(build, tmp_path):
    right = [*ROWS[:2], ROWS[2] | {"amount_fen": 700, "raw_fen": 700, "verdict": "accepted"}]
    with open_ledger(tmp_path) as ledger:
        ledger.keep(build())
        ledger.keep(build(right, standing=(), hashes={"a.xlsx": "hash of a.xlsx", "b.xlsx": "other"}))
        assert sizes(ledger) | {"numbers": 0} == {
            "runs": 2, "versions": 3, "payments": 4, "findings": 1, "numbers": 0, "waivers": 0
        }  # fmt: skip
        files = list_files(ledger)
        assert [(f.file, f.is_current, f.first_run, f.last_run) for f in files] == [
            ("a.xlsx", True, 1, 2), ("b.xlsx", False, 1, 1), ("b.xlsx", True, 2, 2)
        ]  # fmt: skip
        changes = compare_runs(ledger)
        assert (changes.new, changes.gone, changes.changed) == ((), (), ("b.xlsx",))
        assert [(c.name, c.before, c.after) for c in changes.payments] == [
            ("王三", "金额不明，待核实", "7.00 元，计入")
        ]
        assert changes.totals["held"][:1] == (1,)
        assert "王三" in format_changes(changes)
        history = find_payments(ledger, "王三")
        assert [(p.first_run, p.last_run, p.amount_fen, p.verdict) for p in history] == [
            (1, 1, None, "held"), (2, 2, 700, "accepted")
        ]  # fmt: skip
        assert make_id(3) not in format_payments(history)
        assert find_payments(ledger, file="a.xlsx", row=5)[0].last_run == 2


def test_a_payment_that_is_not_of_the_year_does_not_hide_another(build, tmp_path):
    with open_ledger(tmp_path) as ledger:
        ledger.keep(build())
        ledger.keep(build([ROWS[0], ROWS[2]], hashes={"a.xlsx": "new", "b.xlsx": "hash of b.xlsx"}))
        changes = compare_runs(ledger)
    assert [(c.name, c.before, c.after) for c in changes.payments] == [("王二", "5.00 元，计入", "")]


@pytest.mark.parametrize(
    ("now", "told"),
    [
        ({"a.xlsx": "A"}, ["b.xlsx"]),
        ({"a.xlsx": "A", "b.xlsx": "B"}, []),
        ({"a.xlsx": "A", "renamed.xlsx": "B"}, []),
        ({"a.xlsx": "A", "b.xlsx": "corrected"}, []),
        ({"c.xlsx": "C"}, ["a.xlsx", "b.xlsx"]),
    ],
)
def test_a_file_that_was_there_last_time(build, tmp_path, now, told):
    inbox = tmp_path / "收件箱"
    with open_ledger(tmp_path) as ledger:
        ledger.keep(build(hashes={"a.xlsx": "A", "b.xlsx": "B"}, inbox=str(inbox)))
    found = list(check_gone(tmp_path, 2022, inbox, now))
    assert [(f.code, f.place.file) for f in found] == [("F13", file) for file in told]
    assert not list(check_gone(tmp_path, 2021, inbox, now))
    assert not list(check_gone(tmp_path, 2022, tmp_path / "另一个", now))
    assert not list(check_gone(tmp_path, 2022, inbox, now, sources=["A", "B"]))


def test_running_again_warns_again_of_what_is_gone(build, tmp_path):
    inbox, now = tmp_path / "收件箱", {"a.xlsx": "A"}
    with open_ledger(tmp_path) as ledger:
        ledger.keep(build(hashes={"a.xlsx": "A", "b.xlsx": "B"}, inbox=str(inbox)))
        ledger.keep(build(ROWS[:2], standing=(), hashes=now, inbox=str(inbox)))
    assert [f.place.file for f in check_gone(tmp_path, 2022, inbox, now)] == ["b.xlsx"]


def test_without_an_office_there_is_nothing(tmp_path):
    assert recall_numbers(None, 2022) is None
    assert not list(check_gone(None, 2022, tmp_path, {}))


def test_a_file_that_is_no_ledger(tmp_path):
    (tmp_path / FILE_NAME).write_bytes(b"x" * 5000)
    with pytest.raises(SettingsError, match="不是本工具的台账"):
        open_ledger(tmp_path)


def test_a_ledger_of_a_later_version(tmp_path):
    connection = sqlite3.connect(tmp_path / FILE_NAME)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(SettingsError, match="升级"):
        open_ledger(tmp_path)


WRITER = """
    import sys, itertools
    from pathlib import Path
    import pandas as pd
    from village_notice.domain.frames import build_frame
    from village_notice.ledger.store import Import, open_ledger
    home = Path(sys.argv[1])
    for turn in itertools.count():
        n = 3000
        rows = {"file": ["a.xlsx"] * n, "row": [*range(5, n + 5)], "name": ["王一"] * n, "village_code": ["V1"] * n,
                "amount_fen": [turn + 1] * n, "raw_fen": [turn + 1] * n, "year": [2022] * n, "verdict": ["accepted"] * n,
                "person_no": [*range(1, n + 1)], "household_no": [1] * n, "sheet": ["s"] * n}
        with open_ledger(home) as ledger:
            ledger.keep(Import(2022, "/i", "s", {"a.xlsx": str(turn)}, build_frame(rows), []))
        print(turn, flush=True)
"""


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
@pytest.mark.parametrize("delay", [0.0, 0.013, 0.04, 0.09])
def test_killed_at_any_moment_it_is_whole(tmp_path, delay):
    words = [sys.executable, "-c", textwrap.dedent(WRITER), str(tmp_path)]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    process.stdout.readline()
    time.sleep(delay)
    process.send_signal(signal.SIGKILL)
    told = [0, *map(int, process.stdout.read().split())]
    process.wait()
    process.stdout.close()
    with open_ledger(tmp_path) as ledger:
        assert ledger.connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        runs = count(ledger, "runs")
        assert runs >= told[-1] + 1  # what was said to be kept is kept
        assert count(ledger, "versions") == count(ledger, "run_versions") == runs
        assert count(ledger, "payments") == runs * 3000
        sums = ledger.connection.execute("SELECT run, count(*), sum(amount_fen) FROM history GROUP BY run").fetchall()
        assert sums == [(run, 3000, 3000 * run) for run in range(1, runs + 1)]


def test_last_year_is_what_the_last_run_accepted(build, tmp_path):
    with open_ledger(tmp_path) as ledger:
        assert ledger.recall_payments(2022).empty
        ledger.keep(build())
        twice = [ROWS[0], ROWS[0] | {"row": 7, "amount_fen": 1}, ROWS[2]]
        ledger.keep(build(twice, hashes={"a.xlsx": "new", "b.xlsx": "hash of b.xlsx"}))
        ledger.keep(build(ROWS[1:2], inbox="/另一个收件箱", hashes={"a.xlsx": "x"}))
        found = ledger.recall_payments(2022)
    assert sorted(zip(found["name"], found["amount_fen"], strict=True)) == [("王一", 12_001), ("王二", 500)]
    assert found["programme_code"].tolist() == ["A1", "A1"]


def test_what_a_correction_replaces_is_kept(build, tmp_path):
    with open_ledger(tmp_path) as ledger:
        ledger.keep(build(replaces={"b.xlsx": "1" * 64}))
        assert [f.replaces for f in list_files(ledger)] == ["", "1" * 64]


def test_a_ledger_that_is_locked_is_one_sentence(build, tmp_path):
    with open_ledger(tmp_path) as ledger, open_ledger(tmp_path) as other:
        other.connection.execute("BEGIN IMMEDIATE")
        ledger.connection.execute("PRAGMA busy_timeout = 10")
        with pytest.raises(CannotWriteError, match="台账"):
            ledger.keep(build())
        other.connection.execute("ROLLBACK")
        assert ledger.keep(build()) == 1
