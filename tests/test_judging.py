import threading
from dataclasses import asdict

import pandas as pd

from village_notice import demo, judging, pipeline
from village_notice.checks.across import check_across
from village_notice.checks.payments_memory import DECIDED
from village_notice.checks.people import check_people
from village_notice.domain import side_by_side
from village_notice.domain.packed import pack_columns
from village_notice.domain.reading import FileReading
from village_notice.judging import take_payments
from village_notice.ledger.persons import number_people
from village_notice.options import RunOptions


def read(file, *names):
    return FileReading(file, packed=pack_columns({"file": [file] * len(names), "name": list(names)}))


def test_payments_of_all_files_are_one_frame_in_one_piece_and_the_readings_keep_none():
    readings = [read("a.xlsx", "王甲", "王乙"), read("空.xlsx"), read("b.xlsx", "王丙")]
    payments = take_payments(readings)
    assert payments["name"].tolist() == ["王甲", "王乙", "王丙"]
    assert payments.index.tolist() == [0, 1, 2]
    assert payments["name"].array._pa_array.num_chunks == 1
    assert [len(r.payments) for r in readings] == [0, 0, 0]
    assert list(readings[0].payments.columns) == list(payments.columns)


def test_only_what_the_memory_of_payments_csv_asks_for_is_filled_in_after_reading(tmp_path, monkeypatch):
    """Lines of payments.csv are copied by what a file was read as and `DECIDED`: nothing else may change behind that."""
    demo.write_sample(tmp_path / "样例", townships=("羊郡镇",), seed=1, year=2022, households=9)
    taken = []
    monkeypatch.setattr(judging, "take_payments", lambda readings: taken.append(take_payments(readings)) or taken[-1])
    options = RunOptions(tmp_path / "样例", tmp_path / "结果", 2022, workers=1, check_only=True)
    decided = []
    write = pipeline.write_payments
    monkeypatch.setattr(
        pipeline, "write_payments", lambda frame, *a, **k: decided.append(frame) or write(frame, *a, **k)
    )
    pipeline.run(options, lambda *_: None)
    [before], [after] = taken, decided
    assert len(after) > 300 and list(before.columns) == list(after.columns)
    changed = {c for c in before.columns if not before[c].equals(after[c])}
    assert changed == DECIDED


def test_work_side_by_side_gives_what_it_gives_one_after_the_other(tmp_path, monkeypatch):
    demo.write_sample(tmp_path / "样例", townships=("羊郡镇",), seed=1, year=2022, households=9)
    kept = {}
    for name in ("check_payments", "disclose"):
        work = getattr(pipeline, name)
        monkeypatch.setattr(pipeline, name, lambda *a, work=work, name=name: kept.setdefault(name, work(*a)))
    found = []
    for many in (1, 1 << 60):
        monkeypatch.setattr(side_by_side, "MANY", many)
        options = RunOptions(tmp_path / "样例", tmp_path / f"结果{many}", 2022, workers=1, check_only=True)
        pipeline.run(options, lambda *_: None)
        found.append((kept.pop("check_payments"), kept.pop("disclose")))
    (together, public), (alone, public_alone) = found
    pd.testing.assert_frame_equal(together.decided, alone.decided)
    assert len(alone.standing) > 10 and together.standing == alone.standing and together.waived == alone.waived
    assert together.balances == alone.balances and [*map(asdict, together.control)] == [*map(asdict, alone.control)]
    assert public_alone.villages and public == public_alone


def test_many_payments_are_looked_at_in_several_threads_and_found_the_same(monkeypatch):
    people, months = 6_000, range(1, 10)
    names = [f"王{chr(0x4E00 + n % 997)}{chr(0x5000 + n % 89)}" for n in range(people)]
    readings = [
        FileReading(f"{month}月.xlsx", packed=pack_columns({
            "file": [f"{month}月.xlsx"] * people, "sheet": ["表"] * people, "row": [*range(5, people + 5)],
            "column": ["F"] * people, "township": ["甲镇"] * people, "village": ["乙村"] * people,
            "village_code": [f"3706821002{n % 7:02d}" for n in range(people)], "name": names,
            "account": [f"90603{n % (people - 50 * month)}" for n in range(people)], "programme": ["补贴"] * people,
            "programme_code": ["S001"] * people, "amount_fen": [1000 * (n % 50) + 100 for n in range(people)],
            "pay_date": [f"2023-{month if n % 40 else 1:02d}-01" for n in range(people)], "year": [2023] * people,
            "organisation": [0] * people, "raw_fen": [1000 * (n % 50) + 100 for n in range(people)],
        }))
        for month in months
    ]  # fmt: skip
    payments = take_payments(readings)
    assert len(payments) >= side_by_side.MANY
    starting, found = threading.Thread.start, []
    monkeypatch.setattr(threading.Thread, "start", lambda self: found.append(self.name) or starting(self))
    together = number_people(payments)
    findings = [*check_people(payments), *check_across(together, year=2023)]
    assert found
    monkeypatch.setattr(side_by_side, "MANY", 1 << 60)
    alone = number_people(payments)
    pd.testing.assert_frame_equal(together, alone)
    assert len({f.code for f in findings}) > 2 and findings == [
        *check_people(payments),
        *check_across(alone, year=2023),
    ]
