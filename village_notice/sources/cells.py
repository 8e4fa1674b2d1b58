"""Single cells of a payment row understood: IDs, accounts, names, quantities; what is damaged is never guessed back."""

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

from village_notice.domain.identity import explain_bad_id, is_valid_id
from village_notice.domain.money import Amount, parse_amount, parse_scaled
from village_notice.domain.patterns import compile_late
from village_notice.domain.text import clean_name
from village_notice.sources.grid import Cell
from village_notice.sources.tables import cell_text

_MARKS = compile_late(r"[\s'‘’`]")
_LONGEST_NAME = 200
_PLAIN_NAME = compile_late(r"[\u4e00-\u9fff]{2,4}")
_SCIENTIFIC = compile_late(r"\d(\.\d+)?[eE]\+?\d{2}")
_ROUNDED = compile_late(r"\d{15}000")
"""An ID that was a number for a while, and text again since: its last digits are noughts, and the check digit is wrong."""
_ORGANISATION = compile_late(
    r"(合作社|公司|农场|委员会|村委会|居委会|合作联社|厂|场|站|中心|协会|基地|学校|医院|银行|联合体|经营部|个体户|企业)"
)
_SEVERAL = compile_late(r"[\u4e00-\u9fff]{2,4}(?:、[\u4e00-\u9fff]{2,4})+")
_AND_OTHERS = compile_late(r"[\u4e00-\u9fff]{2,4}等(?:共?[\d一二两三四五六七八九十几多]{1,3}[户人名家].{0,4})?")
"""张三等3户: one person's name, the money of several."""
_BETWEEN_PEOPLE = compile_late(r"\s*[、，,；;/\n\r]\s*|(?<=[\u4e00-\u9fff]{2})[ \u3000]+(?=[\u4e00-\u9fff]{2})")
_COMPOUND = frozenset(
    (
        "欧阳",
        "司马",
        "上官",
        "诸葛",
        "东方",
        "尉迟",
        "公孙",
        "皇甫",
        "慕容",
        "令狐",
        "司徒",
        "夏侯",
        "端木",
        "南宫",
        "宇文",
        "长孙",
    )
)
_SERIAL = compile_late(r"^[(（]?\d{1,4}(?:[.、．]|[)）])\s*(?=[\u3400-\u9fff])")
_NUMBERED = compile_late(
    r"(?:[①-⑳⑴-⒇⒈-⒛❶-❿㈠-㈩]|\d{1,4})(?![户人名口号组队村社片年月日个岁亩元])(?=[\u3400-\u9fff]{2,4}$)"
)
"""A serial without a point before a name: 3贺春义, ③贺春义; 3户 and 3组王一 are no serials."""
_DECORATION = compile_late(r"^[★☆●▲△■◆◇※#＃√✓✔]+(?=[\u3400-\u9fff]{2})|(?<=[\u3400-\u9fff]{2})[★☆▲△※#＃√✓✔]+$")
"""Marks of a list around a name. ● and ■ behind a surname may hide a character, and so may *."""
_STARRED = compile_late(r"[*＊]?(?P<name>[\u3400-\u9fff]{3})[*＊]?")
"""Three characters are a whole name, the star beside them a mark: of 王建* a character is hidden, of *建国 too."""
_PERSON_LABEL = compile_late(r"^(?:户主|姓名|负责人|领款人|代表)[:：]")
_NAME_AND_ID = compile_late(r"([^\d\s/、,，:：;；(（]+)[\s/、,，:：;；(（\-—]*(\d{17}[\dXx]|\d{15})\s*[)）]?")
_HIGHEST_FEN = 10**12
"""Ten thousand million yuan is no payment to anybody: such a number is a card, a telephone or an ID."""
_OTHER_NUMBER = compile_late(r"\d{11,}[Xx]?")


class Key(NamedTuple):
    """A number that names somebody or something.

    Attributes:
        text: As it may be used, "" where missing or damaged.
        rule: The rule broken, "" none.
        found: What stood there.
    """

    text: str
    rule: str = ""
    found: str = ""


def read_id(value: Cell) -> Key:
    """An ID number: text is kept and checked, a number of sixteen digits or more is damaged.

    Source: Excel keeps fifteen significant digits; the rest are invented zeros.
    """
    if value is None or isinstance(value, bool):
        return Key("")
    if isinstance(value, int | float):
        text = cell_text(value)
        if abs(value) >= 10**15:
            return Key("", "C04", f"{value:.0f}")
        return _check_id(text)
    text = str(value)
    if is_valid_id(text):
        return Key(text)
    text = _MARKS.sub("", unicodedata.normalize("NFKC", text)).upper()
    if _SCIENTIFIC.fullmatch(text):
        return Key("", "C04", text)
    return _check_id(text)


def _check_id(text: str) -> Key:
    if not text or text in "-—/无":
        return Key("")
    if len(text) == 18 and re.fullmatch(r"[0-9A-HJ-NPQRTUWXY]{18}", text) and not text[:17].isdecimal():
        return Key(text)  # 统一社会信用代码
    if len(text) == 15 and text.isdecimal():
        return Key(text, "C13", text)
    if len(text) != 18:
        return Key(text, "C06", f"{len(text)} 位（{text}）")
    if is_valid_id(text):
        return Key(text)
    if _ROUNDED.fullmatch(text):
        return Key("", "C04", text)
    return Key(text, "C05", f"{text}（{explain_bad_id(text)}）")


def read_account(value: Cell) -> Key:
    """A bank account: a number above fifteen digits is damaged."""
    if value is None or isinstance(value, bool):
        return Key("")
    if isinstance(value, int | float):
        return Key("", "C07", f"{value:.0f}") if abs(value) >= 10**15 else Key(cell_text(value))
    text = str(value)
    if text.isascii() and text.isdigit():
        return Key(text)
    text = _MARKS.sub("", unicodedata.normalize("NFKC", text))
    return Key("", "C07", text) if _SCIENTIFIC.fullmatch(text) else Key(text)


def read_name(value: Cell) -> Key:
    """A person's or organisation's name, cleaned; C16 where more than spaces was taken off, C11's sister R11 for several."""
    if value is None:
        return Key("")
    if isinstance(value, str) and _PLAIN_NAME.fullmatch(value):
        return Key(value)
    if isinstance(value, str) and len(value) > _LONGEST_NAME:
        return Key("")  # whoever it is, no name is so long: R01 asks for it
    raw = cell_text(value)
    if isinstance(value, str) and len(value) > 4:
        several = "、".join(_BETWEEN_PEOPLE.split(value.strip()))
        if several != raw and _SEVERAL.fullmatch(several) and several[:2] not in _COMPOUND:
            return Key(several, "R11", several)
    if _AND_OTHERS.fullmatch(re.sub(r"\s", "", raw)):
        return Key(raw, "R11", raw)
    name = clean_name(_SERIAL.sub("", _PERSON_LABEL.sub("", raw)))
    if not name.isalpha():
        name = _drop_marks(name)
    if _SEVERAL.fullmatch(name):
        return Key(name, "R11", raw)
    return Key(name, "C16", raw) if name != re.sub(r"\s", "", raw) else Key(name)


def _drop_marks(name: str) -> str:
    """A name without the serial and the marks of a list around it, where what is left is surely the whole name."""
    plain = _DECORATION.sub("", name)
    starred = _STARRED.fullmatch(plain)
    if starred and starred["name"][:2] not in _COMPOUND:
        plain = starred["name"]
    numbered = _NUMBERED.match(plain)
    return plain[numbered.end() :] if numbered else plain


def split_person(value: Cell) -> tuple[Cell, Cell]:
    """(name, ID) of a cell that holds both, in any order of marks between them; (value, None) where it holds one."""
    match = _NAME_AND_ID.fullmatch(value.strip()) if isinstance(value, str) else None
    return (match[1], match[2]) if match else (value, None)


def read_amount(value: Cell, unit_fen: int) -> Amount | None:
    """The money of a cell, None where it is none, or so much that it must be a card, telephone or ID number."""
    return _read_amount(value, unit_fen)


@lru_cache(maxsize=1 << 17, typed=True)
def _read_amount(value: Cell, unit_fen: int) -> Amount | None:
    amount = parse_amount(value, unit_fen=unit_fen)
    return amount if amount is not None and abs(amount.fen) < _HIGHEST_FEN else None


@lru_cache(maxsize=1 << 17, typed=True)
def count_fen(value: Cell, unit_fen: int) -> int:
    """The fen of a cell, 0 where it is no money."""
    amount = _read_amount(value, unit_fen)
    return amount.fen if amount else 0


@lru_cache(maxsize=1 << 16, typed=True)
def read_scaled(value: Cell, places: int) -> int | None:
    """A quantity or rate as an integer scaled by 10**places, None where it is no number."""
    return parse_scaled(value, places)


def is_other_number(value: Cell) -> bool:
    """Whether a cell that is no money holds a card, telephone or ID number instead."""
    if isinstance(value, str):
        return bool(_OTHER_NUMBER.fullmatch(re.sub(r"\s", "", value).strip("'")))
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) >= _HIGHEST_FEN / 100


def is_organisation(name: str) -> bool:
    """Whether a name is that of a co-operative, company, farm or committee."""
    return len(name) > 4 and bool(_ORGANISATION.search(name))
