import csv

from village_notice.checks.payments_csv import write_payments
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
