"""Single cells of a payment row understood: IDs, accounts, names, quantities; what is damaged is never guessed back."""

import re
import unicodedata
from typing import NamedTuple

from village_notice.domain.identity import is_valid_id
from village_notice.domain.text import clean_name
from village_notice.sources.grid import Cell
from village_notice.sources.tables import cell_text

_SCIENTIFIC = re.compile(r"\d(\.\d+)?[eE]\+?\d{2}")
_ORGANISATION = re.compile(
    r"(合作社|公司|农场|委员会|村委会|居委会|合作联社|厂|场|站|中心|协会|基地|学校|医院|银行|联合体|经营部|个体户|企业)"
)
_SEVERAL = re.compile(r"[\u4e00-\u9fff]{2,4}[、，,；;/][\u4e00-\u9fff]{2,4}")


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
    text = re.sub(r"[\s'‘’`]", "", unicodedata.normalize("NFKC", str(value))).upper()
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
    return Key(text) if is_valid_id(text) else Key(text, "C05", text)


def read_account(value: Cell) -> Key:
    """A bank account: a number above fifteen digits is damaged."""
    if value is None or isinstance(value, bool):
        return Key("")
    if isinstance(value, int | float):
        return Key("", "C07", f"{value:.0f}") if abs(value) >= 10**15 else Key(cell_text(value))
    text = re.sub(r"[\s'‘’`]", "", unicodedata.normalize("NFKC", str(value)))
    return Key("", "C07", text) if _SCIENTIFIC.fullmatch(text) else Key(text)


def read_name(value: Cell) -> Key:
    """A person's or organisation's name, cleaned; C16 where more than spaces was taken off, C11's sister R11 for several."""
    raw = cell_text(value)
    name = clean_name(raw)
    if _SEVERAL.fullmatch(name):
        return Key(name, "R11", raw)
    return Key(name, "C16", raw) if name != re.sub(r"\s", "", raw) else Key(name)


def is_organisation(name: str) -> bool:
    """Whether a name is that of a co-operative, company, farm or committee."""
    return len(name) > 4 and bool(_ORGANISATION.search(name))
