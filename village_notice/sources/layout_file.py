"""The files of the office folder's `layouts/`: read, checked, and a mistake told with file, line, key and what is allowed."""

import json
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

from village_notice.domain.patterns import compile_late
from village_notice.errors import SettingsError
from village_notice.sources.grid_maker import column_number
from village_notice.sources.layouts import (
    COLUMN_KEYS,
    KEYS,
    NO_HEADING,
    UNITS,
    Layout,
    LayoutBook,
    fold_layout_heading,
    format_headings,
)
from village_notice.sources.read_options import LAYOUTS
from village_notice.sources.subsidy_table import SubsidyTable

_ALL_KEYS = ("表头", "无表头", *KEYS)
_KEY_LINE = compile_late(r"^(\s*)([\u4e00-\u9fff]+)(\s*)=")
_WORDS: Mapping[object, bool] = {True: True, False: False, "是": True, "否": False}


def read_layouts(home: Path | None, subsidies: SubsidyTable) -> LayoutBook:
    """The answers of an office folder, read anew where a file has changed; none without a folder.

    Raises:
        SettingsError: A file has a mistake.
    """
    folder = home / LAYOUTS if home else None
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
        near = [s.name for s in (*match.candidates, *match.near)] or [*subsidies.suggest(layout.programme)]
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
        raise _mistake(path, text, "单位", unit, " 或 ".join(f'"{u}"' for u in UNITS))
    if not isinstance(only_for, list) or not all(isinstance(w, str) and w.strip() for w in only_for):
        raise _mistake(path, text, "只用于", only_for, '列表，如 ["耕地地力保护补贴"]')
    programme = values.get("项目", "")
    if not isinstance(programme, str):
        raise _mistake(path, text, "项目", programme, "带英文引号的项目名称")
    return Layout(
        f"{LAYOUTS}/{path.name}",
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
    import tomllib  # most offices have no such file

    lines = [_KEY_LINE.sub(r'\1"\2"\3=', line) for line in text.splitlines()]
    try:
        return tomllib.loads("\n".join(lines) + "\n")
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"line (\d+)", str(error))
        line = int(place[1]) if place else len(lines)
        shown = lines[line - 1].strip().replace('"', "") if 0 < line <= len(lines) else ""
        raise SettingsError(
            f'{path} 第 {line} 行“{shown}”写法有错：应为 键 = 值，文字要加英文引号，如 金额列 = "G"；'
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
    if not any(t for _, t in found) or any(a >= b for (a, _), (b, _) in pairwise(found)):
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
        alike = [c for c, t in headings if c == letters] or [
            c for c, t in headings if t and fold_layout_heading(t) == fold_layout_heading(plain)
        ]
        if len(alike) != 1:
            several = "（这个表头有几列，请写列号）" if len(alike) > 1 else ""
            raise _mistake(path, text, key, one, format_headings(headings) + several)
        found.append(alike[0])
    return tuple(dict.fromkeys(found))


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
