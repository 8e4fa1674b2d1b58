"""Every sheet of one file explained: its tables, what each column is taken for, the first payments, what was set aside."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import zip_longest
from pathlib import Path

from village_notice.domain.finding import Finding, Place
from village_notice.domain.money import format_fen
from village_notice.domain.reading import FileReading, SetAside
from village_notice.domain.rules import RULES, SEVERITY_WORDS, format_message
from village_notice.domain.text import column_letters
from village_notice.errors import NothingReadableError, UsageError
from village_notice.settings import read_settings
from village_notice.sources.column_map import ColumnMap
from village_notice.sources.discover import InputFile, find_inputs
from village_notice.sources.grid import Grid
from village_notice.sources.heading_words import GUESSED, guess_field
from village_notice.sources.headless import find_unknown_table
from village_notice.sources.layout_page import FilePage, SheetPage, TablePage
from village_notice.sources.layout_questions import ask_questions, find_scope
from village_notice.sources.layouts import COLUMN_KEYS, find_fingerprint, one_line
from village_notice.sources.payments import load_lookups, read_tasks
from village_notice.sources.read_options import ReadOptions
from village_notice.sources.reader_pool import Failure, ReaderPool
from village_notice.sources.sheet_task import SheetResult, SheetTask
from village_notice.sources.surroundings import FEN_PER_WAN, Lookups
from village_notice.sources.tables import Table, cell_text
from village_notice.sources.whole_table import Understood
from village_notice.sources.workbook import read_workbook
from village_notice.sources.zip_members import read_input

_SHOWN_PAYMENTS = 5
_SHOWN_MEMBERS = 10
_SHOWN_ASIDE, _LONGEST_TEXT = 3, 12
_PRIVATE = ("id", "account", "phone", "payee_id", "household_id", "address", "birth_date")
_NUMBER = re.compile(r"\d{7}")
"""Long numbers may be IDs, cards, telephones: none is shown as a sample."""
_FIELD_WORDS = {f: k.removesuffix("列") for k, f in COLUMN_KEYS.items()} | {
    "seq": "序号", "phone": "电话", "address": "地址", "bank": "开户行", "birth_date": "出生日期", "village_code": "村代码",
    "household_id": "户主身份证号", "household_no": "户编号", "area_contract": "承包面积", "area_corrected": "更正后面积",
}  # fmt: skip
_KINDS = {
    "total": "合计行", "subtotal": "小计行", "carried": "承前页、过次页", "blank": "空白", "note": "说明行", "header": "重复的表头",
    "example": "示例行", "section": "分段行", "summary_sheet": "同一笔钱的汇总表", "hidden_sheet": "隐藏的工作表",
    "no_table": "不是发放明细", "skipped": "按您的答复不计",
}  # fmt: skip
_OUTCOMES = _KINDS | {"payments": "发放明细", "empty": "空表"}


def show_layout(path: Path, options: ReadOptions) -> FilePage:
    """How a file is understood; it is opened in a child process as in a run.

    Of a zip all its workbooks are shown, each sheet under the name of its workbook; one of them alone is named by a path
    that goes on inside the zip.

    Raises:
        UsageError: There is no such file.
        SettingsError: The settings, a reference file or an answer has a mistake.
        NothingReadableError: The file cannot be opened.
    """
    options = replace(options, townships=options.townships or read_settings(options.home).townships)
    load_lookups(options)
    files = _find_files(path)
    with ReaderPool(1) as pool:
        answers = list(pool.map(files, "village_notice.sources.layout_explained:explain_file", (options,)))
    pages = [answer for answer in answers if isinstance(answer, FilePage)]
    if not pages:
        raise NothingReadableError(f"{path} 读不出来：{_say_failure(answers[0], files[0].relative)}")
    return pages[0] if len(files) == 1 else _join_pages(_shorten(path), files, answers)


def _find_files(path: Path) -> list[InputFile]:
    """The file itself, or the workbooks inside a zip; `path` may go on inside the zip."""
    outer = next((p for p in (path, *path.parents) if p.is_file()), None)
    if outer is None:
        raise UsageError(f"没有这个文件：{path}。请写一个表格文件，不是文件夹。")
    found = [f for f in find_inputs(outer).files if f.path in (outer, path) or outer == path]
    if outer != path and not found:
        names = "、".join(f.relative.partition("/")[2] for f in find_inputs(outer).files[:_SHOWN_MEMBERS])
        raise UsageError(f"{outer} 里没有 {path.relative_to(outer)}。里面有：{names}。")
    if not found:
        found = [InputFile(path, path.name, path.stat().st_size)]
    start = _shorten(outer).removesuffix(outer.name)
    return [replace(f, relative=start + f.relative) for f in found]


def _shorten(path: Path) -> str:
    """The path as it is shown: the township's folder may name the place, the way to it from the root does not matter."""
    parts = path.parts if not path.is_absolute() else path.parts[-3:]
    return "/".join(p for p in parts if p not in ("..", ".", path.anchor))


def _join_pages(relative: str, files: Sequence[InputFile], answers: Sequence[object]) -> FilePage:
    """The pages of a zip's workbooks as one."""
    page = FilePage(relative, [], [])
    for file, answer in zip(files, answers, strict=True):
        inside = file.relative.removeprefix(f"{relative}/")
        if isinstance(answer, FilePage):
            page.sheets += [replace(s, sheet=f"{inside}：{s.sheet}") for s in answer.sheets]
            page.findings += [f | {"说明": f"{inside}：{f['说明']}"} for f in answer.findings]
        else:
            page.findings.append(
                _tell(Finding("F01", Place(inside), found=f"{inside}：{_say_failure(answer, inside)}"))
            )
    return page


def _say_failure(answer: object, file: str) -> str:
    return (
        format_message(Finding(answer.code, Place(file), found=answer.found))
        if isinstance(answer, Failure)
        else str(answer)
    )


def explain_file(path: Path, relative: str, options: ReadOptions) -> FilePage:
    """How a file is understood, in this process; `Unreadable` passes through."""
    book = read_workbook(read_input(path), path.suffix, password=options.password)
    reading, tasks = read_tasks(book, relative, options)
    lookups = load_lookups(options)[1]
    sheets = [_explain_sheet(task, reading, lookups) for task in tasks]
    return FilePage(relative, sheets, [_tell(f) for f in reading.findings if not f.place.sheet])


def _explain_sheet(task: SheetTask, reading: FileReading, lookups: Lookups) -> SheetPage:
    result, name = task.result, task.grid.name
    own = reading.payments[reading.payments["sheet"] == name]
    return SheetPage(
        name,
        _OUTCOMES.get(result.outcome, result.outcome),
        len(own),
        format_fen(int(own["amount_fen"].sum())),
        list(_explain_tables(task, lookups)),
        [_show_payment(p) for p in own.head(_SHOWN_PAYMENTS).to_dict("records")],
        _tell_aside(result),
        [_tell(f) for f in result.findings],
    )


def _tell_aside(result: SheetResult) -> list[str]:
    """What was not taken for money, by kind, with the first places."""
    by_kind: dict[str, list[SetAside]] = {}
    for part in result.set_aside:
        if part.kind != result.outcome:
            by_kind.setdefault(part.kind, []).append(part)
    lines = []
    for kind, parts in by_kind.items():
        places = [f"{p.column}{p.row}" if p.column else f"第 {p.row} 行" for p in parts if p.row]
        first = [
            f"{where}“{p.text[:_LONGEST_TEXT]}”" if p.text else where for where, p in zip(places, parts, strict=False)
        ]
        shown = "、".join(first[:_SHOWN_ASIDE]) + (" 等" if len(first) > _SHOWN_ASIDE else "")
        lines.append(f"{_KINDS.get(kind, kind)} {len(parts)} 处" + (f"：{shown}" if shown else ""))
    return lines


def _show_payment(payment: dict[str, object] | dict[object, object]) -> dict[str, str]:
    own = {str(k): v for k, v in payment.items()}
    amount = own["amount_fen"]
    return {
        "位置": f"{own['column']}{own['row']}",
        "姓名": str(own["name"]),
        "村": str(own["village"]),
        "项目": str(own["programme"] or own["programme_text"]),
        "金额": format_fen(amount) if isinstance(amount, int) else "不明",
        "状态": str(own["status"]),
    }


def _tell(finding: Finding) -> dict[str, str]:
    place = finding.place
    return {
        "编号": finding.code,
        "轻重": SEVERITY_WORDS[RULES[finding.code].severity],
        "位置": f"{place.column}{place.row or ''}",
        "说明": format_message(finding),
    }


def _explain_tables(task: SheetTask, lookups: Lookups) -> Iterator[TablePage]:
    if task.grid.is_hidden:
        return
    understood = task.understood
    if not understood and (table := find_unknown_table(task.grid)):
        understood = [task.understand(table)]
    codes = {f.code: f for f in task.result.findings if f.code in ("H01", "F08")}
    known: set[tuple[str, ...]] = set()
    for one in understood:
        table = one.table
        last = max((n for n, r in enumerate(task.grid.rows, 1) if n <= table.body_last and any(r)), default=0)
        page = TablePage(
            table.header_first or 1,
            last,
            table.header_first,
            table.header_last,
            _list_headings(task.grid, table),
            list(_list_columns(task, one)),
            _show_context(one),
            find_fingerprint(table.texts, is_headless=not table.header_last),
            one.answer.path if one.answer else "",
            one.answer.answered if one.answer else (),
        )
        # a sheet left out as a summary (F09) has lost its findings: nothing is asked about it
        asked = [f for f in one.asked if f in task.result.findings] if one.context else list(codes.values())
        page.scope = find_scope(task, one, lookups)
        open_ = [q for q in ask_questions(task, one, asked, lookups) if q.lines]
        page.questions = [q for q in open_ if (page.fingerprint, *page.scope, q.code, q.words) not in known]
        known |= {(page.fingerprint, *page.scope, q.code, q.words) for q in open_}  # one answer serves all tables alike
        page.shape = task.shape
        page.samples = dict(_list_samples(task, one))
        yield page


def _list_headings(grid: Grid, table: Table) -> list[str]:
    """The columns as the file of answers lists them; those without heading where they hold something."""
    rows = [table.view(r) for r in grid.rows[table.header_last : table.body_last]]
    filled = [any(v not in (None, "") for v in column) for column in zip_longest(*rows)]
    return [
        f"{column_letters(c)} {one_line(t)}"
        for c, t in enumerate(table.texts, 1)
        if t or (c <= len(filled) and filled[c - 1] and (not table.columns or c in table.columns))
    ]


def _list_samples(task: SheetTask, one: Understood) -> Iterator[tuple[str, str]]:
    """(letters, first words) of each column but those of private numbers and of what looks like one."""
    rows = [one.table.view(r) for r in task.grid.rows[one.table.header_last : one.table.body_last]]
    private = {one.columns.fields.get(f) for f in _PRIVATE}
    for column in range(1, len(one.table.texts) + 1):
        text = next((t for r in rows if column <= len(r) and (t := cell_text(r[column - 1]))), "")
        if text and column not in private and not _NUMBER.search(text):
            yield column_letters(column), text if len(text) <= _LONGEST_TEXT else text[:_LONGEST_TEXT] + "…"


def _list_columns(task: SheetTask, one: Understood) -> Iterator[tuple[str, str, str, int | None]]:
    """What each column is taken for, and how surely its heading says so; None where contents or the clerk told."""
    texts, columns = one.table.texts, one.columns
    answered = set()
    for stated in one.answer.columns.values() if one.answer else ():
        answered |= {one.answer.locate(c, texts) for c in stated} if one.answer else set()
    for entry in _list_headings(task.grid, one.table):
        letters = entry.split(" ", 1)[0]
        column = next(c for c in range(1, len(texts) + 1) if column_letters(c) == letters)
        fields = [f for f, c in columns.fields.items() if c == column]
        meaning = _find_meaning(column, fields, columns)
        sure = [c for f, c in task.index.find(texts[column - 1]) if f in fields or f.startswith("amount")]
        sure = sure or ([GUESSED] if guess_field(texts[column - 1]) else [])
        is_told = bool(one.table.header_last) and column not in answered and bool(sure)
        if column in answered:
            meaning += "（您的答复）"
        yield letters, one_line(texts[column - 1]), meaning, round(max(sure) * 100) if is_told and meaning else None


def _find_meaning(column: int, fields: Sequence[str], columns: ColumnMap) -> str:
    if column in columns.rivals:
        return "可能是金额"
    amount = next((a for a in columns.amounts if a.column == column), None)
    if amount:
        return "金额" + "".join(f"，{w}" for w in (amount.programme_text, amount.period_text, amount.status) if w)
    if column == columns.sum_column:
        return "各项金额之和（核对用）"
    if fields:
        return "、".join(dict.fromkeys(_FIELD_WORDS.get(f, f) for f in fields))
    if column in columns.area_parts:
        return "面积（几块相加）"
    return "期间" if column in columns.periods else ""


def _show_context(one: Understood) -> dict[str, str]:
    context = one.context
    if context is None:
        return {}
    year = f"{context.year}" + (f"（依据：{context.year_source}）" if context.year_source else "")
    unit = "万元" if context.unit_fen == FEN_PER_WAN else "元"
    answer = one.answer
    programme = context.programme_text or ("看“项目”列" if "programme" in one.columns.fields else "")
    words = {"乡镇": context.township, "村": context.village, "项目": programme, "年度": year, "单位": unit}
    if answer and answer.is_paid:
        words["发放"] = "已实际发放（您的答复）"
    return words
