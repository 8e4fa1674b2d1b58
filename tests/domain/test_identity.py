import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from village_notice.domain.identity import (
    are_valid_cards,
    are_valid_ids,
    id_check_digit,
    is_under_14,
    is_valid_card,
    is_valid_id,
    read_birth_date,
)


@given(st.integers(0, 999))
@settings(derandomize=True)
def test_check_digit_makes_valid_and_any_other_invalid(serial):
    first = f"37999919600229{serial:03d}"
    right = id_check_digit(first)
    assert [d for d in "0123456789X" if is_valid_id(first + d)] == [right]


def test_birth_dates():
    assert read_birth_date("379999196002290010") == "1960-02-29"
    assert read_birth_date("379999196102290010") == ""
    assert read_birth_date("379999600229001") == "1960-02-29"


def test_cards():
    assert is_valid_card("4111111111111111")
    assert not is_valid_card("4111111111111112")


def test_under_14_turns_on_the_birthday():
    assert is_under_14("2010-06-30", "2024-06-29")
    assert not is_under_14("2010-06-30", "2024-06-30")
    assert not is_under_14("", "2024-06-30")


def _end_id(first: str) -> str:
    return first[:17] + id_check_digit(first[:17])


DIGITS = st.text("0123456789Xx１", min_size=15, max_size=19)


@given(st.lists(DIGITS | st.builds(_end_id, st.from_regex(r"[0-9]{6}(19|20)[0-9]{9}", fullmatch=True)), max_size=8))
def test_all_ids_at_once(texts: list[str]) -> None:
    for begin in (0, 1):  # a part of a longer array has its own beginning
        part = pa.array(texts, pa.large_string())[begin:]
        assert are_valid_ids(part).tolist() == [is_valid_id(t) for t in texts[begin:]]


@given(st.lists(DIGITS | st.from_regex(r"62[0-9]{14,18}", fullmatch=True), max_size=8))
def test_all_cards_at_once(texts: list[str]) -> None:
    for begin in (0, 1):
        part = pa.array(texts, pa.large_string())[begin:]
        assert are_valid_cards(part).tolist() == [is_valid_card(t) for t in texts[begin:]]
