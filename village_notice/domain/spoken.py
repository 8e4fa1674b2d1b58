"""Numbers as they are said, on the telephone and over a loudspeaker: 1234.50 yuan is 一千二百三十四元五角."""

import re

_DIGITS = "零一二三四五六七八九"
_UNITS = ("", "十", "百", "千")
_BIG = ("", "万", "亿", "万亿")


def speak_integer(number: int) -> str:
    """A whole number in words; two before thousands and larger units is 两 where a sentence would say so."""
    if number < 0:
        return "负" + speak_integer(-number)
    if number == 0:
        return "零"
    sections = []
    while number:
        number, section = divmod(number, 10_000)
        sections.append(section)
    text = ""
    for place in range(len(sections) - 1, -1, -1):
        section = sections[place]
        if not section:
            text += "零" if text and not text.endswith("零") else ""
            continue
        gap = "零" if text and section < 1000 and not text.endswith("零") else ""
        text += gap + _speak_section(section, is_first=not text) + _BIG[place]
    text = text.rstrip("零")
    text = re.sub(r"^二(?=[千万亿])", "两", text)
    return re.sub(r"^一十", "十", text)


def _speak_section(number: int, *, is_first: bool) -> str:
    text, zero = "", False
    for place in range(3, -1, -1):
        digit = number // 10**place % 10
        if digit:
            text += ("零" if zero and text else "") + _DIGITS[digit] + _UNITS[place]
            zero = False
        else:
            zero = True
    return text if is_first or not text.startswith("十") else "一" + text


def speak_fen(fen: int) -> str:
    """Money in words: 一百二十元, 一元零五分, 负三元五角."""
    yuan, rest = divmod(abs(fen), 100)
    jiao, cents = divmod(rest, 10)
    text = f"{speak_integer(yuan)}元" if yuan or not rest else ""
    if jiao:
        text += f"{_DIGITS[jiao]}角"
    elif cents and yuan:
        text += "零"
    text += f"{_DIGITS[cents]}分" if cents else ""
    return ("负" if fen < 0 else "") + text


def speak_decimal(text: str) -> str:
    """A decimal number in words: 3.25 is 三点二五."""
    whole, _, rest = text.partition(".")
    words = speak_integer(int(whole))
    return f"{words}点{speak_digits(rest)}" if rest else words


def speak_digits(text: str) -> str:
    """Digits one by one, as in a year: 2022 is 二零二二."""
    return "".join(_DIGITS[int(char)] for char in text)


def speak_phone(text: str) -> str:
    """A telephone number digit by digit, with 幺 for one and a pause for what parts it: 0535-12 is 零五三五，幺二."""
    return "，".join(speak_digits(part).replace("一", "幺") for part in re.findall(r"[0-9]+", text))


def speak_count(number: int) -> str:
    """A number before a measure word: two is 两."""
    return "两" if number == 2 else speak_integer(number)


def speak_day(text: str) -> str:
    """YYYY-MM-DD (or YYYY-MM) as it is said: 二零二二年十二月十五日; "" where it is no date."""
    parts = text.split("-")
    if not all(part.isdecimal() for part in parts):
        return ""
    words = [speak_digits(parts[0]), *(speak_integer(int(part)) for part in parts[1:])]
    return "".join(word + unit for word, unit in zip(words, "年月日", strict=False))


def speak_months(text: str) -> str:
    """Months in words: 6月 is 六月, 1–12月 is 一至十二月."""
    plain = re.sub(r"[–—~～-]", "至", text)
    return re.sub(r"\d+", lambda match: speak_integer(int(match[0])), plain)
