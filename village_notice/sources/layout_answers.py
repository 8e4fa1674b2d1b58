"""The clerk's answers written into the office folder: a file to fill in, or one filled in by options."""

import json
import re
from collections.abc import Sequence
from pathlib import Path

from village_notice.errors import UsageError
from village_notice.sources.layout_explained import show_layout
from village_notice.sources.layout_file import check_programme, parse_layout, read_values
from village_notice.sources.layout_page import FilePage, TablePage
from village_notice.sources.layouts import COLUMN_KEYS, KEYS, one_line
from village_notice.sources.payments import load_lookups
from village_notice.sources.read_options import LAYOUTS, ReadOptions

_OPEN_CODES = ("H10", "H09", "H04", "H02", "H01", "H07")
"""Errors that an answer about the layout removes, in the order in which they are asked."""
_SCOPED = {"已实际发放", "项目", "跳过"}
"""Answers that hold for one programme, not for every table that happens to have the same headings."""


def answer_layout(path: Path, options: ReadOptions, settings: Sequence[str], sheet: str, *, write: bool) -> FilePage:
    """How a file is understood once the answers given are written; arguments and errors as `write_answers`."""
    page = show_layout(path, options)
    if not write and not settings:
        return page
    written = write_answers(page, options, settings, sheet)
    page = show_layout(path, options)
    page.written = written
    return page


def write_answers(page: FilePage, options: ReadOptions, settings: Sequence[str] = (), sheet: str = "") -> list[str]:
    """Writes the file of answers of every layout meant: to fill in, or filled in with `settings`; names of the files.

    Without `settings` a file that is there already is left alone. The tables meant are those of `sheet`, else those
    with a question, else the only one.

    Raises:
        UsageError: No office folder, no table, or several layouts of which none is asked about.
        SettingsError: A setting is wrong; nothing is written then.
    """
    home = options.home
    if home is None:
        raise UsageError("答复要存在办公文件夹里，请加上 --home 办公。")
    values = dict(_parse_setting(s) for s in settings)
    texts: dict[Path, str] = {}
    for name, table in _choose_tables(page, sheet):
        path, known = _find_file(home, table)
        if path in texts or (known is not None and not settings):
            continue
        own = (known or {}) | values
        is_scoped = bool(_SCOPED & set(own)) or any(q.code in ("H02", "H07") for q in table.questions)
        is_scoped = is_scoped or not table.header_last  # nothing else tells one list without headings from another
        if is_scoped and "只用于" not in own and table.scope:
            own["只用于"] = table.scope
        text = format_file(page.file, name, table, own)
        check_programme(parse_layout(text, path), path, load_lookups(options)[1].subsidies)
        texts[path] = text
    for path, text in texts.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
    return [str(path) for path in texts]


def _find_file(home: Path, table: TablePage) -> tuple[Path, dict[str, object] | None]:
    """The file for a table's answers, with those it holds; None where it is still to be written.

    Headings answered for another programme keep that file; this table then gets one of its own.
    """
    path = home / (table.answered_by or f"{LAYOUTS}/{table.fingerprint}.toml")
    number = 1
    while path.exists():
        known = {k: v for k, v in read_values(path).items() if k in KEYS}
        if table.answered_by or not known.get("只用于"):
            return path, known
        number += 1
        path = home / LAYOUTS / f"{table.fingerprint}-{number}.toml"
    return path, None


def _choose_tables(page: FilePage, sheet: str) -> list[tuple[str, TablePage]]:
    tables = [(s.sheet, t) for s in page.sheets for t in s.tables if not sheet or s.sheet == sheet]
    if not tables:
        names = "、".join(s.sheet for s in page.sheets)
        raise UsageError(f"没有找到可以答复的表格。工作表有：{names}。请用 --sheet 写明是哪一张。")
    asked = [(n, t) for n, t in tables if any(q.code in _OPEN_CODES for q in t.questions)]
    chosen = tables if sheet else asked or tables
    if not asked and len({t.fingerprint for _, t in chosen}) > 1:
        names = "、".join(dict.fromkeys(n for n, _ in chosen))
        raise UsageError(f"没有待回答的问题，又有几种版式。请用 --sheet 写明是哪一张：{names}。")
    return chosen


def _parse_setting(text: str) -> tuple[str, object]:
    """(key, value) of `金额=G`, `已发=是`, `只用于=甲,乙`."""
    key, sign, value = text.replace("＝", "=").partition("=")
    key, value = key.strip(), value.strip()
    key = {"已发": "已实际发放"}.get(key, key)
    key = key if key in KEYS else f"{key}列" if f"{key}列" in KEYS else key
    if not sign or key not in KEYS:
        names = "、".join(k.removesuffix("列") if k != "项目列" else k for k in KEYS)
        raise UsageError(f"--set 要写成 键=值，如 --set 金额=G --set 已发=是；现在是“{text}”。可用的键：{names}。")
    words: dict[str, object] = {"是": True, "true": True, "否": False, "false": False}
    if key in ("已实际发放", "跳过"):
        return key, words.get(value.lower(), value)
    parts = [p.strip() for p in re.split(r"[,，、]", value) if p.strip()]
    return key, parts if key == "只用于" or (key == "金额列" and len(parts) > 1) else value


def format_file(file: str, sheet: str, table: TablePage, values: dict[str, object]) -> str:
    """The text of a file of answers: what is answered stands, what is open is commented out."""
    lines = [
        "# 这种表怎么读：表头相同的表（明年的、别的文件的，挪了行列也算）都照这里的答复处理，不再问。",
        f"# 写的时候看的是：{one_line(file)}，工作表 {one_line(sheet)}。列号按那张表。",
        "# 去掉一行开头的 # 就生效；文字用英文引号；改完保存，再运行一次。",
        f"表头 = {_dump(table.headings)}",
    ]
    lines += [] if table.header_last else ["无表头 = true"]
    lines += [f"{key} = {_dump(values[key])}" for key in KEYS if key in values]
    for question in table.questions:
        if question.lines and question.lines[0].partition(" =")[0] in values:
            continue
        lines += ["", f"# 问：{one_line(question.words)}", *(f"# {line}" for line in question.lines)]
    scope = _dump(table.scope or ["耕地地力保护补贴"])
    lines += [
        "",
        "# 还可以写：",
        f"# {' '.join(COLUMN_KEYS)} = 列号或表头",
        '# 单位 = "元" 或 "万元"；已实际发放 = true 或 false；项目 = "全称"；跳过 = true（这种表不计入）',
        f"# 只用于 = {scope}    # 标题、工作表名、文件名里有这些字的表才照此处理；不写就是所有这种表头的表",
    ]
    return "\n".join(lines) + "\n"


def _dump(value: object) -> str:
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
