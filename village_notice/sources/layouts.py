"""What the clerk has answered about a layout, kept in the office folder's `layouts/` and used whenever it comes again.

A layout is known by its headings in their order: not by file name, row, column shift or year. An answer is used only
where something is open or the clerk has spoken; what a sheet itself states plainly is never overruled in silence.
"""

import hashlib
import json
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path

from village_notice.domain.text import column_letters
from village_notice.errors import SettingsError
from village_notice.sources.column_map import AmountColumn, ColumnMap
from village_notice.sources.columns_match import find_unit
from village_notice.sources.columns_spread import find_delta_status
from village_notice.sources.grid_maker import column_number
from village_notice.sources.heading_index import HeadingIndex
from village_notice.sources.subsidy_table import SubsidyTable
from village_notice.sources.wording import fold_label, fold_words

FOLDER = "layouts"
NO_HEADING = "（没有表头）"
COLUMN_KEYS: Mapping[str, str] = {
    "金额列": "amount", "姓名列": "name", "户主列": "household_head", "收款人列": "payee", "身份证号列": "id",
    "账号列": "account", "乡镇列": "township", "村列": "village", "组列": "group", "项目列": "programme",
    "期间列": "period", "发放日期列": "pay_date", "状态列": "status", "面积列": "area_paid", "数量列": "quantity",
    "标准列": "rate", "备注列": "remark",
}  # fmt: skip
"""Keys that name a column → field of columns.csv; 金额列 may name several."""
UNITS = ("元", "万元")
KEYS = (*COLUMN_KEYS, "单位", "已实际发放", "项目", "跳过", "只用于")
_ALL_KEYS = ("表头", "无表头", *KEYS)
_YEAR = re.compile(r"(?:19|20)\d\d年?度?")
_KEY_LINE = re.compile(r"^(\s*)([\u4e00-\u9fff]+)(\s*)=")
_QUANTITIES = ("area_corrected", "area_paid", "quantity", "area_contract")
_WORDS: Mapping[object, bool] = {True: True, False: False, "是": True, "否": False}


@dataclass(frozen=True, slots=True)
class Layout:
    """One answered layout.

    Attributes:
        path: The file, as messages name it.
        headings: (column, heading) of the sheet it was answered for, left to right; heading "" where it has none.
        is_headless: Whether the headings were made up from the contents.
        columns: Field ("amount" for the money) → columns of that sheet.
        unit: 元, 万元, "" not answered.
        is_paid: Whether the money was paid; None not answered.
        programme: The programme where a sheet names none, "" not answered.
        is_skipped: Whether such tables are left out.
        only_for: Words of which a title, sheet, file or folder must hold one; () for every table of the layout.
    """

    path: str
    headings: tuple[tuple[int, str], ...]
    is_headless: bool = False
    columns: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    unit: str = ""
    is_paid: bool | None = None
    programme: str = ""
    is_skipped: bool = False
    only_for: tuple[str, ...] = ()

    @property
    def key(self) -> tuple[str, ...]:
        """What it is known by."""
        texts = [""] * self.headings[-1][0]
        for column, text in self.headings:
            texts[column - 1] = text
        return layout_key(texts, is_headless=self.is_headless)

    @property
    def is_left_out(self) -> bool:
        """Whether tables of the layout do not count at all."""
        return self.is_skipped or self.is_paid is False

    def locate(self, column: int, texts: Sequence[str]) -> int:
        """The column of another sheet of the layout that stands where `column` stood, 0 where none does.

        A column without heading is found by its distance from the heading left of it.
        """
        stated = [c for c, t in self.headings if t]
        actual = [c for c, t in enumerate(texts, 1) if t]
        if column in stated:
            return actual[stated.index(column)]
        before = max((c for c in stated if c < column), default=stated[0])
        place = actual[stated.index(before)] + column - before
        return place if 0 < place <= len(texts) and not texts[place - 1] else 0


@dataclass(frozen=True, slots=True)
class LayoutBook:
    """All answered layouts of an office, in the order of their file names."""

    layouts: tuple[Layout, ...] = ()

    def find(
        self, texts: Sequence[str], around: Sequence[str], subsidies: SubsidyTable, *, is_headless: bool = False
    ) -> Layout | None:
        """The answer for a table, or None; one that is for certain words goes before one for all.

        Args:
            texts: Heading of each column from A on.
            around: Titles, sheet name and path of the table.
            subsidies: Programmes: another wording of the same programme is as good as the word itself.
            is_headless: Whether the headings were made up.
        """
        if not self.layouts or not any(texts):
            return None
        key = layout_key(texts, is_headless=is_headless)
        alike = [layout for layout in self.layouts if layout.key == key]
        fitting = [layout for layout in alike if layout.only_for and _is_for(layout.only_for, around, subsidies)]
        return next(iter((*fitting, *(layout for layout in alike if not layout.only_for))), None)


def _is_for(words: Sequence[str], around: Sequence[str], subsidies: SubsidyTable) -> bool:
    plain = [fold_words(t) for t in around]
    for word in words:
        meant = {s.code for s in subsidies.match(fold_words(word)).candidates}
        if any(fold_words(word) in t for t in plain):
            return True
        if meant and any({s.code for s in subsidies.match(t).candidates} == meant for t in plain):
            return True
    return False


def layout_key(texts: Sequence[str], *, is_headless: bool = False) -> tuple[str, ...]:
    """The headings in the form in which layouts are compared: without years, blanks and marks; 万元 stays.

    Without headings the blank columns between the first and the last count too: nothing else tells two lists apart.
    """
    if is_headless:
        filled = [i for i, t in enumerate(texts) if t]
        return ("无表头", *(texts[i] for i in range(filled[0], filled[-1] + 1)))
    return tuple(_fold(t) for t in texts if t)


def _fold(text: str) -> str:
    plain = re.sub(r"\s", "", text)
    return fold_label(_YEAR.sub("", plain)) + ("|万元" if "万元" in fold_words(plain) else "")


def find_fingerprint(texts: Sequence[str], *, is_headless: bool = False) -> str:
    """Twelve characters that stand for the layout: the name of its file."""
    key = json.dumps(layout_key(texts, is_headless=is_headless), ensure_ascii=False)
    return hashlib.sha256(key.encode()).hexdigest()[:12]


def read_layouts(home: Path | None, subsidies: SubsidyTable) -> LayoutBook:
    """The answers of an office folder, read anew where a file has changed; none without a folder.

    Raises:
        SettingsError: A file has a mistake.
    """
    folder = home / FOLDER if home else None
    if folder is None or not folder.is_dir():
        return LayoutBook()
    book = _read_book(tuple((f, s.st_mtime_ns, s.st_size) for f in sorted(folder.glob("*.toml")) if (s := f.stat())))
    for layout in book.layouts:
        check_programme(layout, folder / Path(layout.path).name, subsidies)
    return book


@lru_cache(maxsize=4)
def _read_book(files: tuple[tuple[Path, int, int], ...]) -> LayoutBook:
    return LayoutBook(tuple(parse_layout(_decode(path.read_bytes()), path) for path, _, _ in files))


def _decode(data: bytes) -> str:
    """Text that Notepad saved, in UTF-8 or in the old Chinese encoding of Windows."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("gb18030", errors="replace")


def check_programme(layout: Layout, path: Path, subsidies: SubsidyTable) -> None:
    """Makes sure that the programme answered is one of subsidies.csv.

    Raises:
        SettingsError: It is not, or it may be several.
    """
    match = subsidies.match(layout.programme) if layout.programme else None
    if match and not match.subsidy:
        near = [s.name for s in match.candidates] or [*subsidies.suggest(layout.programme)]
        hint = f"；相近的有：{'、'.join(near)}" if near else ""
        text = _decode(path.read_bytes()) if path.is_file() else ""
        allowed = f"补贴项目表 subsidies.csv 里的一个项目名称{hint}。新项目请先加进 subsidies.csv"
        raise _mistake(path, text, "项目", layout.programme, allowed)


def read_values(path: Path) -> dict[str, object]:
    """The keys and values of a file as they stand there, {} where there is none."""
    return _load(_decode(path.read_bytes()), path) if path.is_file() else {}


def parse_layout(text: str, path: Path) -> Layout:
    """The answers of one file.

    Raises:
        SettingsError: It is no TOML, or holds an unknown key or a wrong value; file, line, key and what is allowed are
            named.
    """
    values = _load(text, path)
    for key in values:
        if key not in _ALL_KEYS:
            raise SettingsError(f"{_place(path, text, key)}不是可用的键。可用的有：{'、'.join(KEYS)}。请改正。")
    headings = _read_headings(values, text, path)
    columns = {
        COLUMN_KEYS[key]: _read_columns(key, values[key], headings, path, text) for key in values if key in COLUMN_KEYS
    }
    unit, only_for = values.get("单位", ""), values.get("只用于", [])
    if unit not in ("", *UNITS):
        raise _mistake(path, text, "单位", unit, ' 或 '.join(f'"{u}"' for u in UNITS))
    if not isinstance(only_for, list) or not all(isinstance(w, str) and w.strip() for w in only_for):
        raise _mistake(path, text, "只用于", only_for, '列表，如 ["耕地地力保护补贴"]')
    programme = values.get("项目", "")
    if not isinstance(programme, str):
        raise _mistake(path, text, "项目", programme, "带英文引号的项目名称")
    return Layout(
        f"{FOLDER}/{path.name}",
        headings,
        _read_switch(values, "无表头", path, text) is True,
        columns,
        str(unit),
        _read_switch(values, "已实际发放", path, text),
        programme,
        _read_switch(values, "跳过", path, text) is True,
        tuple(only_for),
    )


def _load(text: str, path: Path) -> dict[str, object]:
    """The values of the file; Chinese keys need no quotation marks."""
    lines = [_KEY_LINE.sub(r'\1"\2"\3=', line) for line in text.splitlines()]
    try:
        return tomllib.loads("\n".join(lines) + "\n")
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"line (\d+)", str(error))
        line = int(place[1]) if place else len(lines)
        shown = lines[line - 1].strip().replace('"', "") if 0 < line <= len(lines) else ""
        raise SettingsError(
            f"{path} 第 {line} 行“{shown}”写法有错：应为 键 = 值，文字要加英文引号，如 金额列 = \"G\"；"
            "是、否写 true、false，不加引号；同一个键只写一次。请用记事本改正。"
        ) from error


def _read_headings(values: Mapping[str, object], text: str, path: Path) -> tuple[tuple[int, str], ...]:
    entries = values.get("表头")
    allowed = '由 village-notice layout 文件 --write 写出的那一行，如 ["A 序号", "B 姓名"]'
    if not isinstance(entries, list) or not entries:
        raise _mistake(path, text, "表头", entries, allowed)
    found = []
    for entry in entries:
        match = re.fullmatch(r"([A-Z]{1,3}) (.*\S.*)", entry, re.DOTALL) if isinstance(entry, str) else None
        if not match:
            raise _mistake(path, text, "表头", entry, allowed)
        found.append((column_number(match[1]), "" if match[2] == NO_HEADING else match[2]))
    if not any(t for _, t in found) or any(a >= b for (a, _), (b, _) in zip(found, found[1:], strict=False)):
        raise _mistake(path, text, "表头", entries, allowed)
    return tuple(found)


def _read_columns(
    key: str, value: object, headings: Sequence[tuple[int, str]], path: Path, text: str
) -> tuple[int, ...]:
    """The columns a key names, by letter or by the text of the heading."""
    wanted = value if isinstance(value, list) and value and key == "金额列" else [value]
    found = []
    for one in wanted:
        plain = one.strip() if isinstance(one, str) else ""
        letters = column_number(plain) if re.fullmatch(r"[A-Za-z]{1,3}", plain) else 0
        alike = [c for c, t in headings if c == letters] or [c for c, t in headings if t and _fold(t) == _fold(plain)]
        if len(alike) != 1:
            several = "（这个表头有几列，请写列号）" if len(alike) > 1 else ""
            raise _mistake(path, text, key, one, format_headings(headings) + several)
        found.append(alike[0])
    return tuple(dict.fromkeys(found))


def format_headings(headings: Sequence[tuple[int, str]]) -> str:
    """The columns a clerk may name, as a line of words."""
    return "、".join(f"{column_letters(c)} {one_line(t)}" for c, t in headings)


def one_line(text: str) -> str:
    """A heading of several levels on one line."""
    return text.replace("\n", " ") or NO_HEADING


def _read_switch(values: Mapping[str, object], key: str, path: Path, text: str) -> bool | None:
    if key not in values:
        return None
    value = values[key]
    if not isinstance(value, bool | str) or value not in _WORDS:
        raise _mistake(path, text, key, value, "true（是）或 false（否）")
    return _WORDS[value]


def _place(path: Path, text: str, key: str) -> str:
    line = next((i for i, t in enumerate(text.splitlines(), 1) if re.match(rf'\s*"?{re.escape(key)}"?\s*=', t)), 0)
    return f"{path} 第 {line} 行“{key}”" if line else f"{path} 的“{key}”"


def _mistake(path: Path, text: str, key: str, value: object, allowed: str) -> SettingsError:
    shown = "没有写" if value is None else f"现在是 {json.dumps(value, ensure_ascii=False, default=str)}"
    return SettingsError(f"{_place(path, text, key)}不对，{shown}；可写：{allowed}。请改正。")


def apply_answer(columns: ColumnMap, texts: Sequence[str], answer: Layout, index: HeadingIndex) -> ColumnMap:
    """The mapping as the clerk has put it right."""
    placed = {f: tuple(c for s in stated if (c := answer.locate(s, texts))) for f, stated in answer.columns.items()}
    placed = {f: found for f, found in placed.items() if found}
    if not placed:
        return columns
    taken = {c for found in placed.values() for c in found}
    fields = {f: c for f, c in columns.fields.items() if c not in taken}
    if replaced := set(_QUANTITIES) & set(placed):
        fields = {f: c for f, c in fields.items() if f not in set(_QUANTITIES) - replaced}
    fields |= {f: found[0] for f, found in placed.items() if f != "amount"}
    if "name" not in fields and (other := fields.get("household_head") or fields.get("payee")):
        fields["name"] = other
    columns = replace(
        columns,
        fields=fields,
        unknown=tuple(u for u in columns.unknown if u[0] not in taken),
        area_parts=() if replaced else columns.area_parts,
        periods=() if "period" in placed else columns.periods,
    )
    return _place_amounts(columns, texts, placed, index)


def _place_amounts(
    columns: ColumnMap, texts: Sequence[str], placed: Mapping[str, tuple[int, ...]], index: HeadingIndex
) -> ColumnMap:
    """The money columns the clerk has named; else those found, less the columns that were said to be something else."""
    if "amount" not in placed:
        others = {c for found in placed.values() for c in found}
        rivals = tuple(c for c in columns.rivals if c not in others)
        left = tuple(a for a in columns.amounts if a.column not in others)
        return replace(columns, amounts=left, rivals=rivals if len(rivals) > 1 else ())
    known = {a.column: a for a in columns.amounts}
    amounts = tuple(
        known.get(c) or AmountColumn(c, status=find_delta_status(texts[c - 1])) for c in sorted(placed["amount"])
    )
    is_due = any(index.find(texts[a.column - 1])[:1] and index.find(texts[a.column - 1])[0][0] == "amount_due" for a in amounts)
    is_same = amounts == columns.amounts
    return replace(
        columns,
        amounts=amounts,
        rivals=(),
        is_due_only=is_due,
        unit=find_unit(texts, amounts),
        sum_column=columns.sum_column if is_same else 0,
    )
