from village_notice import demo, judging, pipeline
from village_notice.checks.payments_memory import DECIDED
from village_notice.domain.packed import pack_columns
from village_notice.domain.reading import FileReading
from village_notice.judging import take_payments
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
