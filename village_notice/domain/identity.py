"""ID numbers and bank cards: what is valid, what is damaged, what a birth date it tells."""

import re
from datetime import date
from functools import lru_cache
from operator import mul
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # they bring pandas and numpy, which a reading process does without
    import pyarrow as pa

    from village_notice.domain.codes import Bools, Ints

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"
_ID_LENGTH = 18
_ID = re.compile(r"[1-9]\d{16}[\dX]")


def id_check_digit(first_17: str) -> str:
    """The check digit behind 17 digits. Source: GB 11643-1999, ISO 7064 MOD 11-2."""
    return _CHECKS[sum(map(mul, map(int, first_17), _WEIGHTS)) % 11]


@lru_cache(maxsize=1 << 18)
def is_valid_id(text: str) -> bool:
    """Whether an 18-character ID has the right form, a real birth date and the right check digit."""
    return bool(_ID.fullmatch(text)) and read_birth_date(text) != "" and id_check_digit(text[:17]) == text[17]


def explain_bad_id(text: str) -> str:
    """What is wrong with 18 characters that are no valid ID."""
    if not _ID.fullmatch(text):
        return "有不该有的字符"
    return "校验码不符" if read_birth_date(text) else "出生日期不存在"


@lru_cache(maxsize=1 << 18)
def read_birth_date(text: str) -> str:
    """The birth date in a 15- or 18-character ID as YYYY-MM-DD, or "" where it holds none."""
    digits = text[6:14] if len(text) == 18 else "19" + text[6:12] if len(text) == 15 else ""
    return _read_day(digits) if digits.isdecimal() else ""


@lru_cache(maxsize=1 << 16)
def _read_day(digits: str) -> str:
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:])).isoformat()
    except ValueError:
        return ""


@lru_cache(maxsize=1 << 18)
def is_valid_card(text: str) -> bool:
    """Whether a bank card number of 16 to 19 digits passes the Luhn check. Source: ISO/IEC 7812-1 annex B."""
    if not re.fullmatch(r"[0-9]{16,19}", text):
        return False
    total = 0
    for place, char in enumerate(reversed(text)):
        digit = int(char) * (1 + place % 2)
        total += digit - 9 if digit > 9 else digit
    return total % 10 == 0


def are_valid_ids(texts: "pa.LargeStringArray") -> "Bools":
    """`is_valid_id` of each text; a county has a quarter of a million, so those of the usual length are done at once."""
    import numpy as np

    found = np.zeros(len(texts), dtype=np.bool_)
    places, digits = _take_digits(texts, _ID_LENGTH)
    found[places] = _check_ids(digits)
    return found


def _check_ids(digits: "Ints") -> "Bools":
    import numpy as np

    checks = digits[:, -1].copy()
    digits[:, -1] = 0
    is_number = (digits.min(axis=1, initial=0) >= 0) & (digits.max(axis=1, initial=0) <= 9)
    digits[~is_number] = 0
    expected = np.array([*map(ord, _CHECKS)])[(digits[:, :-1] @ np.array(_WEIGHTS)) % 11] - ord("0")
    days, which = np.unique(digits[:, 6:14] @ 10 ** np.arange(7, -1, -1), return_inverse=True)
    is_day = np.array([*(_read_day(f"{day:08d}") != "" for day in days)], dtype=np.bool_)
    valid: Bools = is_number & (checks == expected) & is_day[which] & (digits[:, 0] > 0)
    return valid


def are_valid_cards(texts: "pa.LargeStringArray") -> "Bools":
    """`is_valid_card` of each text, those of one length at once."""
    import numpy as np

    found = np.zeros(len(texts), dtype=np.bool_)
    for length in range(16, 20):
        places, digits = _take_digits(texts, length)
        is_number = (digits.min(axis=1, initial=0) >= 0) & (digits.max(axis=1, initial=0) <= 9)
        digits = digits[:, ::-1] * (1 + np.arange(length) % 2)
        found[places] = is_number & (np.where(digits > 9, digits - 9, digits).sum(axis=1) % 10 == 0)
    return found


def _take_digits(texts: "pa.LargeStringArray", length: int) -> "tuple[Ints, Ints]":
    """The places of the texts of so many bytes, and a row for each with a column for each of its bytes: 0 to 9 for digits."""
    import numpy as np

    _, offsets, data = texts.buffers()
    starts = np.frombuffer(offsets, np.int64, len(texts) + 1, texts.offset * 8) if len(texts) else np.zeros(1, np.int64)
    places = np.flatnonzero(np.diff(starts) == length)
    if not len(places):
        return places, np.zeros((0, length), np.int64)
    found = np.frombuffer(data, np.uint8)[starts[places][:, None] + np.arange(length)]
    return places, found.astype(np.int64) - ord("0")


def is_under_14(birth_date: str, on_date: str) -> bool:
    """Whether a person is under fourteen on a day (both YYYY-MM-DD; a shorter day counts as its last day's eve).

    Source: 个人信息保护法 article 28: all information of children under fourteen is sensitive.
    """
    if len(birth_date) != 10 or len(on_date) < 4:
        return False
    day = (on_date + "-01-01"[len(on_date) - 4 :])[:10] if len(on_date) < 10 else on_date
    return day < f"{int(birth_date[:4]) + 14:04d}{birth_date[4:]}"
