"""Money: text becomes integer fen in `parse_fen`, fen become text in `format_fen`; floats never hold money."""

import math
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import lru_cache

FEN_PER_YUAN = 100
WAN = 10_000

_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_UNITS = ("", "拾", "佰", "仟")
_CAPITAL_VALUE = {c: i for i, c in enumerate(_DIGITS)} | {c: i for i, c in enumerate("〇一二三四五六七八九")}
_CAPITAL_VALUE |= {"两": 2, "貳": 2, "參": 3, "陸": 6}
_CAPITAL_UNIT = {"拾": 10, "十": 10, "佰": 100, "百": 100, "仟": 1000, "千": 1000}
_NUMBER = re.compile(r"\+?(?P<number>\d+(?:\.\d*)?|\.\d+)(?P<wan>万)?")
_LONGEST = 200
"""Characters of a text that can be an amount or a quantity."""
_GROUPED = re.compile(r"\+?\d{1,3}(?:,\d{3})+(?:\.\d*)?")


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount understood from a cell.

    Attributes:
        fen: The amount in fen, rounded half up.
        is_exact: False where more than two decimals were rounded away.
        is_cleaned: True where signs, separators or words had to be taken off the text.
    """

    fen: int
    is_exact: bool = True
    is_cleaned: bool = False


def parse_amount(value: object, *, unit_fen: int = FEN_PER_YUAN) -> Amount | None:
    """The amount in a cell, or None where it is not one number of money.

    Args:
        value: A cell value: int, float, Decimal or text ("1,234.50元", "￥80", "(12.00)", "壹佰元整", "2.4万元").
        unit_fen: Fen in one unit of the column: 100 for 元, 1 000 000 for 万元. A unit written in the cell wins.

    A float is taken by its shortest decimal text, as Excel shows it; binary noise below 1e-6 of a unit is not a decimal.
    """
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int):
        return Amount(value * unit_fen)
    if isinstance(value, float):
        if not math.isfinite(value):
            return None
        return _scale(_drop_binary_noise(value), unit_fen, is_cleaned=False)
    if isinstance(value, Decimal):
        return _scale(value, unit_fen, is_cleaned=False) if value.is_finite() else None
    if isinstance(value, str):
        return _parse_text(value, unit_fen) if len(value) <= _LONGEST else None
    return None


def _drop_binary_noise(value: float) -> Decimal:
    """The decimal a person typed or a formula meant: 0.1+0.2 is 0.3, 1.005 stays 1.005."""
    short = Decimal(repr(value))
    exponent = short.as_tuple().exponent
    if isinstance(exponent, int) and exponent < -6:
        rounded = round(short, 6)
        if abs(rounded - short) <= max(abs(short), Decimal(1)) * Decimal("1e-12"):
            return rounded
    return short


def _scale(number: Decimal, unit_fen: int, *, is_cleaned: bool) -> Amount | None:
    if number.copy_abs() > Decimal(10) ** 15:
        return None
    exact = number * unit_fen
    rounded = exact.quantize(Decimal(1), ROUND_HALF_UP)
    return Amount(int(rounded), is_exact=rounded == exact, is_cleaned=is_cleaned)


def _parse_text(text: str, unit_fen: int) -> Amount | None:
    plain = unicodedata.normalize("NFKC", text).strip().strip("'").strip()
    plain = re.sub(r"\s+", "", plain)
    if not plain:
        return None
    signs = 0
    if plain[0] == "(" and plain[-1] == ")":
        signs, plain = 1, plain[1:-1]
    if plain.startswith(("-", "−", "负")):
        signs, plain = signs + 1, plain[1:]
    for mark in ("人民币", "RMB", "CNY", "¥", "￥"):
        plain = plain.removeprefix(mark)
    if plain.startswith("-"):
        signs, plain = signs + 1, plain[1:]
    if signs > 1:
        return None
    negative = signs == 1
    in_yuan = plain.endswith(("元", "元整", "圆", "圆整", "块"))
    plain = re.sub(r"(?<=[\d万])(元整|圆整|元正|元|圆|块)$", "", plain)
    if _GROUPED.fullmatch(plain):
        plain = plain.replace(",", "")
    match = _NUMBER.fullmatch(plain)
    if match:
        unit = WAN * FEN_PER_YUAN if match["wan"] else FEN_PER_YUAN if in_yuan else unit_fen
        number = Decimal(match["number"]) * (-1 if negative else 1)
        return _scale(number, unit, is_cleaned=plain != text)
    fen = parse_capital(plain)
    return None if fen is None else Amount(-fen if negative else fen, is_cleaned=True)


def parse_capital(text: str) -> int | None:
    """The fen of an amount in Chinese numerals such as 壹佰贰拾元伍角整, or None where it is not one."""
    plain = re.sub(r"[整正]$", "", text)
    match = re.fullmatch(r"(?:(?P<yuan>[^元圆角分]+)[元圆])?(?:零?(?P<jiao>.)角)?(?:零?(?P<fen>.)分)?", plain)
    if not match or not any(match.groups()):
        return None
    total = 0
    if match["yuan"]:
        yuan = _parse_capital_integer(match["yuan"])
        if yuan is None:
            return None
        total = yuan * FEN_PER_YUAN
    for part, worth in ((match["jiao"], 10), (match["fen"], 1)):
        if part:
            if part not in _CAPITAL_VALUE:
                return None
            total += _CAPITAL_VALUE[part] * worth
    return total


def _parse_capital_integer(text: str) -> int | None:
    total, section, digit = 0, 0, 0
    for char in text:
        if char in _CAPITAL_VALUE:
            digit = _CAPITAL_VALUE[char]
        elif char in _CAPITAL_UNIT:
            section += (digit or (1 if not section else 0)) * _CAPITAL_UNIT[char]
            digit = 0
        elif char == "万":
            total, section, digit = total + (section + digit) * WAN, 0, 0
        elif char == "亿":
            total, section, digit = (total + section + digit) * WAN * WAN, 0, 0
        else:
            return None
    return total + section + digit


def parse_scaled(value: object, places: int) -> int | None:
    """A quantity or rate as an integer scaled by 10**places, rounded half up, or None where it is no number.

    Units written behind the number (12.5亩, 580头, 80元/亩) are passed over.
    """
    if isinstance(value, bool) or value is None or (isinstance(value, str) and len(value) > _LONGEST):
        return None
    if isinstance(value, str):
        plain = re.sub(r"\s+", "", unicodedata.normalize("NFKC", value)).strip("'¥")
        plain = re.sub(r"[^\d.]+$", "", plain)
        if _GROUPED.fullmatch(plain):
            plain = plain.replace(",", "")
        try:
            number = Decimal(plain)
        except InvalidOperation:
            return None
    elif isinstance(value, int | Decimal):
        number = Decimal(value)
    elif isinstance(value, float):
        number = _drop_binary_noise(value) if math.isfinite(value) else Decimal("NaN")
    else:
        return None
    if not number.is_finite() or number.copy_abs() > Decimal(10) ** 12:
        return None
    return int((number * 10**places).quantize(Decimal(1), ROUND_HALF_UP))


@lru_cache(maxsize=32_768)
def parse_own(text: str, places: int) -> int:
    """What `format_fen` or `format_scaled` has written, as an integer scaled by 10**places.

    Raises:
        ValueError: It is no such text.
    """
    whole, point, rest = text.partition(".")
    digits = whole.removeprefix("-") + rest.ljust(places, "0")
    if not (
        text.isascii() and digits.isdigit() and len(rest) <= places and whole.strip("-") and bool(point) == bool(rest)
    ):
        raise ValueError(text)
    return -int(digits) if whole.startswith("-") else int(digits)


@lru_cache(maxsize=32_768)
def format_fen(fen: int, *, grouped: bool = False) -> str:
    """Yuan with two decimals, e.g. 1234.50, or 1,234.50 when grouped."""
    yuan, rest = divmod(abs(fen), FEN_PER_YUAN)
    return f"{'-' if fen < 0 else ''}{yuan:{',' if grouped else ''}}.{rest:02d}"


@lru_cache(maxsize=32_768)  # few rates and quantities, asked for millions of times
def format_scaled(value: int, places: int, *, minimum: int = 0) -> str:
    """A scaled integer as decimal text without needless zeros; `minimum` decimals are kept."""
    sign, digits = ("-" if value < 0 else ""), f"{abs(value):0{places + 1}d}"
    whole, rest = digits[: len(digits) - places], digits[len(digits) - places :]
    rest = rest.rstrip("0").ljust(minimum, "0")
    return f"{sign}{whole}.{rest}" if rest else f"{sign}{whole}"


def format_each(values: Sequence[int | None], show: Callable[[int], str]) -> list[str]:
    """The numbers of a column as texts, "" for None; each distinct one is shown once, and most columns have few."""
    texts = {value: "" if value is None else show(value) for value in set(values)}
    return list(map(texts.__getitem__, values))


def format_capital(fen: int) -> str:
    """The amount in 大写, e.g. 壹仟贰佰叁拾肆元伍角整.

    Source: 正确填写票据和结算凭证的基本规定 (中国人民银行), articles 1 and 3 on 整 and 零.
    """
    yuan, rest = divmod(abs(fen), FEN_PER_YUAN)
    jiao, cents = divmod(rest, 10)
    text = f"{_capital_integer(yuan)}元" if yuan else ""
    if not rest:
        return ("负" if fen < 0 else "") + (text or "零元") + "整"
    if jiao:
        text += ("零" if yuan and yuan % 10 == 0 else "") + f"{_DIGITS[jiao]}角"
    elif yuan:
        text += "零"
    text += f"{_DIGITS[cents]}分" if cents else "整"
    return ("负" if fen < 0 else "") + text


def _capital_integer(number: int) -> str:
    high, low = divmod(number, WAN * WAN)
    if high:
        rest = _capital_below_yi(low)
        return _capital_integer(high) + "亿" + ("零" if rest and low < WAN * WAN // 10 else "") + rest
    return _capital_below_yi(low)


def _capital_below_yi(number: int) -> str:
    high, low = divmod(number, WAN)
    rest = _capital_section(low)
    if not high:
        return rest
    return _capital_section(high) + "万" + ("零" if rest and low < WAN // 10 else "") + rest


def _capital_section(part: int) -> str:
    text, zero = "", False
    for place in range(3, -1, -1):
        digit = part // 10**place % 10
        if digit:
            text += ("零" if zero else "") + _DIGITS[digit] + _UNITS[place]
            zero = False
        elif text:
            zero = True
    return text
