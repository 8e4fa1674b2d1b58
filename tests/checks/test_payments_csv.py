import csv

import pytest

from village_notice.checks import payments_csv
from village_notice.checks.payments_csv import write_payments
from village_notice.checks.payments_memory import PaymentsMemory
from village_notice.domain.columns import CSV_COLUMNS

HEADINGS = (
    "file,sheet,row,column,township,village,village_code,group,name,id,account,programme,programme_code,quantity,rate,"
    "amount,pay_date,status,verdict,findings,household_head,payee,programme_text,period,person_no,household_no"
)


def write(frame, path):
    write_payments(frame, path)
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def test_bom_line_ends_and_order_of_columns(make, tmp_path):
    write(make({}), tmp_path / "p.csv")
    data = (tmp_path / "p.csv").read_bytes()
    assert data.startswith("\ufefffile,".encode())
    assert data.count(b"\r\n") == data.count(b"\n") == 2
    assert data.decode("utf-8-sig").splitlines()[0] == HEADINGS == ",".join(h for _, h in CSV_COLUMNS)


def test_numbers_as_decimal_text(make, tmp_path):
    frame = make(
        {"quantity_milli": 12_500, "rate_micro": 9_600_000, "amount_fen": 10**17 + 1, "person_no": 3},
        {"amount_fen": -50, "quantity_milli": None},
        {"amount_fen": None},
    )
    rows = write(frame, tmp_path / "p.csv")
    assert [r["amount"] for r in rows] == ["1000000000000000.01", "-0.50", ""]
    assert [(r["quantity"], r["rate"], r["person_no"]) for r in rows] == [
        ("12.5", "9.6", "3"),
        ("", "", ""),
        ("", "", ""),
    ]


def test_formulas_are_guarded_and_ids_stay_whole(make, tmp_path):
    frame = make(
        {"name": '=HYPERLINK("http://x")', "id": "370999195309034215", "remark": "不写出"},
        {"name": "@a", "group": "-1"},
    )
    rows = write(frame, tmp_path / "p.csv")
    assert [r["name"] for r in rows] == ['\'=HYPERLINK("http://x")', "'@a"]
    assert rows[0]["id"] == "370999195309034215"
    assert "不写出" not in (tmp_path / "p.csv").read_text(encoding="utf-8-sig")


NASTY = ("a,b", 'say "x"', "two\nlines", "\r", "=1+1", "-5", '@",', "'", "", " 王 ", "\t")


def test_commas_quotes_and_line_ends_inside_a_text(make, tmp_path):
    rows = write(make(*({"name": text, "period": text} for text in NASTY)), tmp_path / "p.csv")
    guarded = ["'" + text if text[:1] in tuple("=-@\r\t") and text else text for text in NASTY]
    assert [r["name"] for r in rows] == [r["period"] for r in rows] == guarded


def test_more_lines_than_are_written_at_once(make, tmp_path, monkeypatch):
    monkeypatch.setattr("village_notice.checks.payments_csv._AT_ONCE", 2)
    frame = make(*({"row": n, "name": "x" if n != 4 else "=x"} for n in range(1, 6)))
    assert [(r["row"], r["name"]) for r in write(frame, tmp_path / "p.csv")] == [
        ("1", "x"), ("2", "x"), ("3", "x"), ("4", "'=x"), ("5", "x"),
    ]  # fmt: skip


def test_no_payments_give_the_headings(make, tmp_path):
    assert write(make({}).iloc[:0], tmp_path / "p.csv") == []


def remember(frame, tmp_path, read, *, is_fresh=False):
    """payments.csv written with what the last time left, and how many lines were put together for it."""
    made = []
    join = payments_csv._join_lines

    def count(columns):
        made.append(len(columns[0]))
        return join(columns)

    path, aside = tmp_path / "p.csv", tmp_path / "new.csv"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(payments_csv, "_join_lines", count)
        write_payments(frame, aside, PaymentsMemory(tmp_path / "记忆", path, read, is_fresh))
    aside.replace(path)
    write_payments(frame, tmp_path / "whole.csv")
    assert path.read_bytes() == (tmp_path / "whole.csv").read_bytes()
    return sum(made)


@pytest.mark.parametrize("at_once", [2, 3, 100])
def test_lines_of_unchanged_files_are_taken_from_the_last_time(make, tmp_path, monkeypatch, at_once):
    monkeypatch.setattr(payments_csv, "_AT_ONCE", at_once)
    sizes = {"a.xlsx": 3, "b.xlsx": 1, "丙.xlsx": 5, "d.xlsx": 2, "e.xlsx": 4}
    rows = [
        {"file": f, "row": n, "name": "王,建" * n, "verdict": "accepted"}
        for f, size in sizes.items()
        for n in range(size)
    ]
    read = {f: f"hash of {f}" for f in sizes}
    frame = make(*rows)
    assert remember(frame, tmp_path, read) == 15
    assert remember(frame, tmp_path, read) == 0
    assert remember(frame, tmp_path, read, is_fresh=True) == 15
    assert remember(frame, tmp_path, read | {"丙.xlsx": "read anew", "d.xlsx": "too"}) == 7
    for column, value in (("verdict", "held"), ("findings", "R05"), ("person_no", 7), ("household_no", 8)):
        changed = frame.copy()
        changed.loc[3, column] = value  # the one payment of b
        assert remember(changed, tmp_path, read | {"丙.xlsx": "read anew", "d.xlsx": "too"}) == 1
        frame = changed
    left = frame[frame["file"] != "a.xlsx"].reset_index(drop=True)
    assert remember(left, tmp_path, read | {"丙.xlsx": "read anew", "d.xlsx": "too"}) == 0
    assert remember(frame, tmp_path, read | {"丙.xlsx": "read anew", "d.xlsx": "too"}) == 3
    assert remember(frame, tmp_path, {}) == 15  # of a file whose reading is not known nothing is kept
    assert remember(frame, tmp_path, {}) == 15


@pytest.mark.parametrize("harm", ["lines", "memory", "no file"])
def test_damaged_lines_are_written_anew(make, tmp_path, harm):
    frame = make({"file": "a.xlsx"}, {"file": "b.xlsx"})
    read = {"a.xlsx": "1", "b.xlsx": "2"}
    remember(frame, tmp_path, read)
    if harm == "no file":
        (tmp_path / "p.csv").unlink()
    else:
        path = tmp_path / ("p.csv" if harm == "lines" else "记忆")
        data = path.read_bytes()
        path.write_bytes(data[:-9] + bytes([data[-9] ^ 1]) + data[-8:])
    assert remember(frame, tmp_path, read) == (1 if harm == "lines" else 2)


def test_payments_of_a_file_that_do_not_stand_together(make, tmp_path):
    frame = make({"file": "a.xlsx"}, {"file": "b.xlsx"}, {"file": "a.xlsx"})
    read = {"a.xlsx": "1", "b.xlsx": "2"}
    assert remember(frame, tmp_path, read) == remember(frame, tmp_path, read) == 3
    assert remember(frame.iloc[:0], tmp_path, read) == 0
