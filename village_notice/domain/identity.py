"""ID numbers and bank cards: what is valid, what is damaged, what a birth date it tells."""

import re
from datetime import date
from functools import lru_cache
from operator import mul

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"
_ID = re.compile(r"[1-9]\d{16}[\dX]")


def id_check_digit(first_17: str) -> str:
    """The check digit behind 17 digits. Source: GB 11643-1999, ISO 7064 MOD 11-2."""
    return _CHECKS[sum(map(mul, map(int, first_17), _WEIGHTS)) % 11]


@lru_cache(maxsize=1 << 18)
def is_valid_id(text: str) -> bool:
    """Whether an 18-character ID has the right form, a real birth date and the right check digit."""
    return bool(_ID.fullmatch(text)) and read_birth_date(text) != "" and id_check_digit(text[:17]) == text[17]


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
    if not re.fullmatch(r"\d{16,19}", text):
        return False
    total = 0
    for place, char in enumerate(reversed(text)):
        digit = int(char) * (1 + place % 2)
        total += digit - 9 if digit > 9 else digit
    return total % 10 == 0


def is_under_14(birth_date: str, on_date: str) -> bool:
    """Whether a person is under fourteen on a day (both YYYY-MM-DD; a shorter day counts as its last day's eve).

    Source: 个人信息保护法 article 28: all information of children under fourteen is sensitive.
    """
    if len(birth_date) != 10 or len(on_date) < 4:
        return False
    day = (on_date + "-01-01"[len(on_date) - 4 :])[:10] if len(on_date) < 10 else on_date
    return day < f"{int(birth_date[:4]) + 14:04d}{birth_date[4:]}"
