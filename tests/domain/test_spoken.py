import pytest

from village_notice.domain.spoken import (
    speak_count,
    speak_day,
    speak_decimal,
    speak_digits,
    speak_fen,
    speak_integer,
    speak_months,
    speak_phone,
)


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "零"), (2, "二"), (10, "十"), (12, "十二"), (110, "一百一十"), (200, "二百"), (2002, "两千零二"), (10_005, "一万零五"),
        (20_000, "两万"), (100_010, "十万零一十"), (1_000_000, "一百万"), (200_000_000, "两亿"), (-3, "负三"),
    ],
)  # fmt: skip
def test_integers(number, words):
    assert speak_integer(number) == words


@pytest.mark.parametrize(
    ("fen", "words"),
    [
        (0, "零元"), (123_450, "一千二百三十四元五角"), (105, "一元零五分"), (5, "五分"), (50, "五角"), (-350, "负三元五角"),
        (100_000, "一千元"), (123, "一元二角三分"),
    ],
)  # fmt: skip
def test_money(fen, words):
    assert speak_fen(fen) == words


def test_decimals_years_and_months():
    assert speak_decimal("3.25") == "三点二五"
    assert speak_decimal("12") == "十二"
    assert speak_digits("2022") == "二零二二"
    assert speak_months("1–12月") == "一至十二月"
    assert speak_months("10组") == "十组"


def test_counts_telephones_and_days():
    assert (speak_count(2), speak_count(12), speak_count(200)) == ("两", "十二", "二百")
    assert speak_phone("0535-7210012") == "零五三五，七二幺零零幺二"
    assert speak_day("2022-12-15") == "二零二二年十二月十五日"
    assert speak_day("2022-12") == "二零二二年十二月"
    assert speak_day("") == ""
