from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from village_notice.domain.money import (
    WAN,
    format_capital,
    format_each,
    format_fen,
    format_scaled,
    parse_amount,
    parse_capital,
    parse_scaled,
)


@pytest.mark.parametrize(
    ("cell", "fen"),
    [
        (1234, 123400),
        (1234.5, 123450),
        (0.1 + 0.2, 30),
        ("1,234.50", 123450),
        ("￥80", 8000),
        ("80元", 8000),
        ("８０．５０", 8050),
        ("(12.00)", -1200),
        ("-3.2", -320),
        ("－5", -500),
        ("2.4万元", 2_400_000),
        ("壹佰元整", 10000),
        ("壹仟贰佰叁拾肆元伍角整", 123450),
        (" 66.60 ", 6660),
        (Decimal("0.005"), 1),
    ],
)
def test_amounts_people_write(cell, fen):
    assert parse_amount(cell).fen == fen


@pytest.mark.parametrize(
    "cell",
    ["", "见备注", "12.3.4", "1,23", "--5", "370999195309034215", None, True, float("nan"), float("inf"), "张三"],
)
def test_what_is_no_amount_is_none(cell):
    assert parse_amount(cell) is None


def test_wan_column_and_unit_in_cell():
    assert parse_amount(2.4, unit_fen=WAN * 100).fen == 2_400_000
    assert parse_amount("24000元", unit_fen=WAN * 100).fen == 2_400_000


def test_third_decimal_is_told():
    amount = parse_amount("1.005")
    assert (amount.fen, amount.is_exact) == (101, False)


@given(st.integers(-(10**15), 10**15))
@settings(derandomize=True)
def test_fen_come_back_from_text(fen):
    assert parse_amount(format_fen(fen)).fen == fen
    assert parse_amount(format_fen(fen, grouped=True)).fen == fen


@given(st.integers(0, 10**15))
@settings(derandomize=True)
def test_capital_comes_back(fen):
    assert parse_capital(format_capital(fen)) == fen


@given(st.integers(0, 10**11))
@settings(derandomize=True)
def test_float_cells_never_lose_a_fen(fen):
    assert parse_amount(fen / 100).fen == fen


@pytest.mark.parametrize(
    ("fen", "words"),
    [
        (0, "零元整"),
        (5, "伍分"),
        (1050, "壹拾元零伍角整"),
        (100_000_000_00, "壹亿元整"),
        (10_050_00, "壹万零伍拾元整"),
        (1_0001_0000_05, "壹亿零壹万元零伍分"),
        (-150, "负壹元伍角整"),
    ],
)
def test_capital_words(fen, words):
    assert format_capital(fen) == words


def test_scaled_numbers():
    assert parse_scaled("12.5亩", 3) == 12500
    assert parse_scaled("69.25", 6) == 69_250_000
    assert parse_scaled("9E+9999999999", 3) is None
    assert parse_scaled("无", 3) is None
    assert format_scaled(12500, 3) == "12.5"
    assert format_scaled(120_000_000, 6, minimum=2) == "120.00"
    assert format_scaled(-5, 3) == "-0.005"


def test_a_column_of_numbers_as_texts():
    assert format_each([100, None, 100, -5], format_fen) == ["1.00", "", "1.00", "-0.05"]
    assert format_each([], format_fen) == []
