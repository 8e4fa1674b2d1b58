from village_notice.domain.columns import build_frame
from village_notice.domain.reading import FileReading
from village_notice.judging import take_payments


def read(file, *names):
    return FileReading(file, payments=build_frame({"file": [file] * len(names), "name": list(names)}))


def test_payments_of_all_files_are_one_frame_in_one_piece_and_the_readings_keep_none():
    readings = [read("a.xlsx", "王甲", "王乙"), read("空.xlsx"), read("b.xlsx", "王丙")]
    payments = take_payments(readings)
    assert payments["name"].tolist() == ["王甲", "王乙", "王丙"]
    assert payments.index.tolist() == [0, 1, 2]
    assert payments["name"].array._pa_array.num_chunks == 1
    assert [len(r.payments) for r in readings] == [0, 0, 0]
    assert list(readings[0].payments.columns) == list(payments.columns)
