"""Templates of the notices: wording, columns, paper. A county edits a copy; a mistake names file, line, key and what is allowed.

The packaged file is the pattern: a copy may leave out keys (the packaged value holds), but may add none.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from village_notice.domain.order import ORDERS, ListOrders
from village_notice.errors import UsageError
from village_notice.notices.template_file import Source, check_names, read_toml
from village_notice.resources import find_template

VARIABLES = frozenset(
    [
        "county",
        "office",
        "township",
        "village",
        "full_name",
        "kind",
        "year",
        "data_until",
        "legal_basis",
        "items",
        "people",
        "households",
        "payments",
        "total",
        "capital",
        "posting",
        "board",
        "phones",
        "objection_to",
        "signatory",
        "sign_date",
        "check_code",
        "held",
        "programme",
        "department",
        "rate",
        "unit",
        "months",
        "group",
        "label",
        "list",
        "name",
        "quantity",
        "ask",
        "year_words",
        "post_from",
        "post_until",
        "days",
        "supervision",
        "reason",
        "replaced_code",
        "before_total",
        "change",
        "hotline",
        "villages",
        "page",
        "pages",
    ]
)
"""Every variable a template may use."""

_VARIABLE = re.compile(r"\{([^{}]*)\}")
_CHOICES: dict[tuple[str, str], tuple[object, ...]] = {
    ("paper", "size"): ("A4", "A3"),
    ("paper", "orientation"): ("portrait", "landscape"),
    ("paper", "panels"): (1, 2),
    ("summary", "columns"): ("serial", "title", "department", "rate", "people", "quantity", "amount", "months"),
    ("detail", "columns"): ("serial", "name", "quantity", "rate", "payments", "months", "amount"),
}
_NEEDED = {("summary", "columns"): ("title", "amount"), ("detail", "columns"): ("name", "amount")}
_ORDERS = {("detail", "order"): ORDERS, ("household", "order"): ORDERS}
_RANGES: dict[str, tuple[float, float]] = {
    "title_pt": (14, 60), "body_pt": (10, 36), "table_pt": (10, 36), "footer_pt": (8, 20), "row_mm": (6, 30),
    "line_thin_pt": (0.4, 3), "line_thick_pt": (0.4, 5), "margin_top_mm": (5, 60), "margin_bottom_mm": (5, 60),
    "margin_left_mm": (5, 60), "margin_right_mm": (5, 60),
}  # fmt: skip
_KIND_WORDS = {str: "带引号的文字", float: "数", int: "整数", list: "列表", dict: "一节"}


@dataclass(frozen=True)
class Template:
    """One template file, checked.

    Attributes:
        name: Of the file, such as summary, detail, household, card or paper.
        values: Key → value, as in the file.
    """

    name: str
    values: Mapping[str, Any]

    def fill(self, key: str, variables: Mapping[str, object]) -> str:
        """The text of a key with its variables filled in."""
        return fill_text(self.values[key], variables)

    def fill_all(self, key: str, variables: Mapping[str, object]) -> list[str]:
        """The texts of a list of texts; one with an empty variable is left out."""
        texts = [t for t in self.values[key] if all(variables[v] not in ("", None) for v in _split_text(t)[1::2])]
        return [fill_text(t, variables) for t in texts]

    def heading(self, key: str) -> str:
        """The heading of a column."""
        return str(self.values["headings"][key])

    def number(self, key: str) -> float:
        """A length or size."""
        return float(self.values[key])


def fill_text(text: str, variables: Mapping[str, object]) -> str:
    """The text with each {variable} replaced; nothing else in it has a meaning."""
    parts = list(_split_text(text))
    parts[1::2] = [str(variables[name]) for name in parts[1::2]]
    return "".join(parts)


@lru_cache(maxsize=1024)
def _split_text(text: str) -> tuple[str, ...]:
    """Words and names of variables in turn, words first and last."""
    return tuple(_VARIABLE.split(text))


@lru_cache(maxsize=64)
def read_template(name: str, folder: Path | None) -> Template:
    """A template; the office folder's own copy wins key by key.

    Args:
        name: Of the file, such as summary, detail, household, card or paper.
        folder: The office folder, or None.

    Raises:
        SettingsError: The copy is no TOML, or has an unknown key, a wrong value or an unknown variable.
    """
    values = read_toml(find_template("notice", f"{name}.toml"))
    own = folder / "templates" / "notice" / f"{name}.toml" if folder else None
    if own is not None:
        check_names(own.parent, _list_names())
    if own is not None and own.is_file():
        changes = read_toml(own)
        _check_values(Source(name, own), values, changes)
        values = {**values, **{k: {**values[k], **v} if isinstance(v, dict) else v for k, v in changes.items()}}
    return Template(name, values)


def _list_names() -> list[str]:
    return sorted(path.stem for path in find_template("notice").glob("*.toml"))


def choose_columns(folder: Path | None, names: Sequence[str], texts: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Template (summary, detail) → the columns meant by some words, each a key or a heading; a needed one is always there.

    Args:
        folder: The office folder, or None.
        names: Templates of the kinds wished for.
        texts: What the user wrote; () for the columns of the templates.

    Raises:
        UsageError: A word is no column of any of these kinds. Only public columns have a name here.
    """
    meant = {name: _name_columns(name, folder) for name in names if (name, "columns") in _NEEDED}
    if texts and not meant:
        raise UsageError("--columns 只用于汇总公开和明细公开，请同时写 --kind 汇总公开 或 --kind 明细公开。")
    for text in texts:
        if not any(text in words for words in meant.values()):
            allowed = dict.fromkeys(word for words in meant.values() for word, key in words.items() if word != key)
            raise UsageError(f"没有“{text}”这一列，可用的有：{'、'.join(allowed)}。请改正 --columns。")
    chosen = {name: [words[text] for text in texts if text in words] for name, words in meant.items()}
    return {
        name: tuple(dict.fromkeys([*(key for key in _NEEDED[name, "columns"] if key not in keys), *keys]))
        for name, keys in chosen.items()
        if keys
    }


def _name_columns(name: str, folder: Path | None) -> dict[str, str]:
    """Heading or key of a column → its key."""
    keys = [str(key) for key in _CHOICES[name, "columns"]]
    headings = read_template(name, folder).values["headings"]
    return {str(headings[key]): key for key in keys} | {key: key for key in keys}


def read_orders(folder: Path | None) -> ListOrders:
    """The orders of lists and households as the office wants them; asked for at the start of a run.

    Raises:
        SettingsError: Any of the office's templates has a mistake: better now than after everything was read.
    """
    for name in _list_names() if folder else ():
        read_template(name, folder)
    lines, households = (tuple(read_template(name, folder).values["order"]) for name in ("detail", "household"))
    return ListOrders(lines, households)


def _check_values(source: Source, pattern: Mapping[str, Any], values: Mapping[str, Any], above: str = "") -> None:
    for key, value in values.items():
        full = f"{above}{key}"
        if key not in pattern:
            raise source.fail(full, f"没有这个键，可用的有：{'、'.join(pattern)}")
        _check_kind(source, full, pattern[key], value)
        if isinstance(value, dict):
            _check_values(source, pattern[key], value, f"{full}.")
        elif isinstance(value, list) and value and isinstance(pattern[key][0], dict):
            for number, entry in enumerate(value, 1):
                _check_kind(source, full, pattern[key][0], entry)
                _check_values(source, pattern[key][0], entry, f"{full}[{number}].")
        else:
            _check_value(source, full, value)


def _check_kind(source: Source, key: str, expected: object, value: object) -> None:
    kind = type(expected)
    is_right = isinstance(value, int | float) if kind is float else isinstance(value, kind)
    if isinstance(value, bool) or not is_right:
        raise source.fail(key, f"值 {value!r} 应为{_KIND_WORDS[kind]}")


def _check_value(source: Source, key: str, value: object) -> None:
    orders = _ORDERS.get((source.name, key), ())
    if orders and tuple(value if isinstance(value, list) else ()) not in orders:
        allowed = "、".join(str([*order]).replace("'", '"') for order in orders)
        raise source.fail(key, f"值 {value!r} 不行，可用的有：{allowed}")
    choices = _CHOICES.get((source.name, key), ())
    entries = value if isinstance(value, list) else [value]
    for entry in entries:
        if choices and entry not in choices:
            raise source.fail(key, f"值 {entry!r} 不行，可用的有：{'、'.join(map(str, choices))}")
        if isinstance(entry, str) and not choices:
            _check_variables(source, key, entry)
        elif isinstance(value, list) and not isinstance(entry, str):
            raise source.fail(key, f"列表里的 {entry!r} 应为{_KIND_WORDS[str]}")
    missing = [c for c in _NEEDED.get((source.name, key), ()) if c not in entries]
    if missing or len(set(map(str, entries))) < len(entries):
        raise source.fail(key, f"不能缺少 {'、'.join(missing)}" if missing else "有重复的列")
    if isinstance(value, int | float) and key in _RANGES and not _RANGES[key][0] <= value <= _RANGES[key][1]:
        raise source.fail(key, f"值 {value} 应在 {_RANGES[key][0]:g} 到 {_RANGES[key][1]:g} 之间")


def _check_variables(source: Source, key: str, text: str) -> None:
    if set("{}") & set(_VARIABLE.sub("", text)):
        raise source.fail(key, "花括号没有成对，变量应写成 {village} 这样")
    for name in _VARIABLE.findall(text):
        if name not in VARIABLES:
            raise source.fail(key, f"没有变量 {{{name}}}，可用的有：{'、'.join(sorted(VARIABLES))}")
