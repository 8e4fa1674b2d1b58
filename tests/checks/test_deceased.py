import pytest

from village_notice.checks.deceased import check_deceased, read_deceased
from village_notice.errors import ReferenceFileError

HEAD = "姓名,身份证号,村,死亡日期\n"


@pytest.fixture
def read(tmp_path):
    def read(text):
        (tmp_path / "deceased.csv").write_text(text, encoding="utf-8")
        return read_deceased(tmp_path)

    return read


def rows(frame, people):
    return [(f.code, f.place.row) for f in check_deceased(frame, people)]


def test_payments_after_the_day(make, make_id, read):
    people = read(f"{HEAD}万木,{make_id(1)},,2023/3/5\n\n")
    who = {"id": make_id(1)}
    frame = make(
        *(who | {"pay_date": d} for d in ("2023-03-05", "2023-03-06", "2023-03", "2023-04")), who, {"id": make_id(2)}
    )
    assert rows(frame, people) == [("X18", 6), ("X18", 8), ("X18", 9)]


def test_by_name_and_village_where_no_id_is_given(make, read):
    people = read(f"{HEAD}万木,,东关,\n")
    assert rows(make({}, {"village": "西关村"}, {"name": "方木"}), people) == [("X18", 5)]


def test_money_that_never_came_is_no_payment(make, make_id, read):
    people = read(f"{HEAD},{make_id(1)},,\n")
    assert rows(make({"id": make_id(1), "status": "失败"}, {"id": make_id(1), "amount_fen": -5}), people) == []


def test_without_a_list(make, tmp_path):
    assert read_deceased(None) == read_deceased(tmp_path) == []
    assert rows(make({}), []) == []


@pytest.mark.parametrize(
    "text",
    [
        "甲,乙\n1,2\n",
        HEAD + "万木,,,\n",
        HEAD + "万木,,东关,去年\n",
        HEAD + "万木,,东关,2023-13-01\n",
        HEAD + "万木,3.7E+17,,2023-01-01\n",
    ],
)
def test_a_line_that_cannot_be_meant(read, text):
    with pytest.raises(ReferenceFileError, match=r"deceased\.csv"):
        read(text)


@pytest.mark.parametrize(
    ("text", "day"),
    [("2023年3月5日", "2023-03-05"), ("20230305", "2023-03-05"), ("2023.3.5", "2023-03-05"), ("2023年3月", "2023-03"), ("2023", "2023")],
)  # fmt: skip
def test_days_as_people_write_them(read, text, day):
    assert [p.date for p in read(f"{HEAD}万木,,东关,{text}\n")] == [day]


def test_a_month_or_year_of_death(make, make_id, read):
    people = read(f"{HEAD},{make_id(1)},,2023年3月\n")
    frame = make(*({"id": make_id(1), "pay_date": d} for d in ("2023-03-31", "2023-04-01", "2023-03", "2023-04")))
    assert rows(frame, people) == [("X18", 6), ("X18", 8)]


def test_an_id_that_is_missing_or_damaged_leaves_name_and_village(make, make_id, read):
    people = read(f"{HEAD}万木,{make_id(1)},东关,2023-01-01\n方木,3.7E+17,东关,2023-01-01\n")
    frame = make({}, {"name": "方木", "id": make_id(3)}, {"id": make_id(2)}, {"village": "西关村"}, {"id": make_id(1)})
    assert rows(frame, people) == [("X18", 5), ("X18", 6), ("X18", 9)]


def test_headings_in_other_words_and_a_file_of_tabs(make, make_id, tmp_path):
    text = f"姓名\t身份证号码\t死亡时间\n万木\t{make_id(1)}\t2023/1/2\n"
    (tmp_path / "deceased.csv").write_bytes(text.encode("utf-16"))
    assert rows(make({"id": make_id(1)}), read_deceased(tmp_path)) == [("X18", 5)]
