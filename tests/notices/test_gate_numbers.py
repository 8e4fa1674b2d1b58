"""Numbers in texts: what is caught however it is typed, and what may stand there."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from village_notice.notices.gate_numbers import check_text, find_numbers, known_numbers, list_suspects

ID = "370682198001011234"


ALLOWED = frozenset(["0535-7212345", "370682114201"])


@pytest.mark.parametrize(
    "text",
    [ID, f"王某,{ID},1.00", "37068219800101123X", "320311770706001", "13812345678", "138 1234 5678", "138-1234-5678",
     "6222021234567890123", "6222 0212 3456 7890 123", "６２２２０２１２３４５６７８９０", "13812345678.00", "123456789", f"{ID}.00",
     "3706821142011"],
)  # fmt: skip
def test_private_numbers_in_text(text):
    assert len(check_text(text, ALLOWED)) == 1


@pytest.mark.parametrize(
    "text",
    ["", "12,345,678.90", "1234567890.12", "2022-06-30 2022-07-01", "2022-12-20T09:00:00+08:00", "0535-7212345",
     "370682114201-WS·2022-Y-CWGK-0001", "12345678", "1\t2\n3\n4\n5\n6\n7\n8\n9\n10", "1,2,3,4,5,6,7,8,9,10,11",
     "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "12.5\n1,089.60\n300"],
)  # fmt: skip
def test_harmless_text(text):
    assert check_text(text, ALLOWED) == []


def test_numbers_are_reported_once_and_masked():
    assert check_text(f"{ID} 和 {ID}，{ID}", frozenset()) == ["370…，共18位"]


@pytest.mark.parametrize(
    "gap", ["\u00a0", "\u3000", "\u200b", "\u00ad", "\u2060", "\ufeff", "\u2011", "·", "．", "－", "  ", " - "[1:]]
)
def test_what_parts_the_digits_of_a_number_hides_nothing(gap):
    assert len(check_text(f"王某{gap.join(ID)}元", frozenset())) == 1


@pytest.mark.parametrize(
    "digits", ["０００００００００", "①②③④⑤⑥⑦⑧⑨", "𝟎𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖", "٠١٢٣٤٥٦٧٨", "¹²³⁴⁵⁶⁷⁸⁹", "1２③4５⑥7８⑨"]
)
def test_digits_of_every_kind_are_digits(digits):
    assert len(check_text(f"<v>{digits}</v>", frozenset())) == 1
    assert list_suspects({digits, "12", "村"}) == [digits]


def test_a_number_is_found_between_others_that_may_stand_there():
    text = f'"370682114201","{ID}",2022-06-30,370682114201元 1234567890.12\n{ID[::-1]}'
    assert len(check_text(text, frozenset(["370682114201"]))) == 2


_PIECES = st.lists(
    st.one_of(
        st.sampled_from(["0", "1", "2", "9", "０", "３", "①", "٣", "½", "㏠", "𝟕"]),
        st.sampled_from([" ", "-", ".", "·", "\u200b", "\u3000", "\u00a0", "—", "\t", "\r", "\x85", "_"]),
        st.sampled_from(["村", "王", ",", '"', "\n", "X", "e\u0301", "（", "\ud800"]),
    ),
    max_size=60,
)


def plain(text):
    return "".join(c for c in unicodedata.normalize("NFKC", text) if unicodedata.category(c) != "Cf")


@given(_PIECES)
def test_no_long_number_is_missed_by_the_first_look(pieces):
    """Nine digits with up to two marks between them are found, and none that is not there."""
    text = "".join(pieces)
    lines = re.split(r'["\n]', plain(text))
    numbers = [m[0] for line in lines for m in re.finditer(r"\d(?:[ \t.·\-‐‑‒–—―−_]{0,2}\d){8,}[Xx]?", line)]
    money = any("." in number or "-" in number for number in numbers)  # may be an amount or a date
    assert bool(check_text(text, frozenset())) == bool(numbers) or money


@given(st.sets(_PIECES.map("".join), max_size=5))
def test_suspects_are_all_texts_with_a_long_number(texts):
    known = known_numbers(())
    assert {text for text in texts if find_numbers(text, known)} <= set(list_suspects(texts))
