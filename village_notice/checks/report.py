"""问题清单.xlsx: what stops the posting first, then every finding with a link to its cell, then the findings by cause."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import pandas as pd

from village_notice.checks.control import FILE_NAMES as CONTROL_FILES
from village_notice.checks.keys import code_texts, combine_codes, find_named_rows
from village_notice.checks.summary import SET_ASIDE_WORDS, VERDICT_WORDS, Summary
from village_notice.domain.finding import Finding, Place
from village_notice.domain.money import format_fen
from village_notice.domain.rules import (
    RULES,
    SEVERITY_WORDS,
    Severity,
    format_advice,
    format_message,
)
from village_notice.workbook import (
    MOST_LINKS,
    MOST_ROWS,
    Link,
    RowStyle,
    Sheet,
    SheetColumn,
    Value,
    build_workbook,
    format_location,
)

MOST_FINDINGS = 200_000
"""More than a person or a spreadsheet program bears; what is no error is then told by cause."""
FIRST_SHEET, LIST_SHEET, CAUSE_SHEET = "先看这里", "逐条问题", "按原因归并"
_RANKS = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.FIXED: 2}
_STATES = {Severity.ERROR: "待处理", Severity.WARNING: "请留意", Severity.FIXED: "已自动改正"}
_STYLES: dict[Severity, RowStyle] = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.FIXED: "fixed"}
_TEXT_FILES = (".csv", ".tsv", ".txt", ".tab", ".prn", ".htm", ".html")
_NOT_IN_INBOX = frozenset(["村名册", "office.toml", *CONTROL_FILES])
"""What findings name that is no file of the inbox: the register, the settings, the office's control totals."""
_MONEY = re.compile(r"-?\d+\.\d\d")
_FIRST_ROWS = 5
_FIRST_COLUMNS = (
    SheetColumn("文件", width=46), SheetColumn("错误（处）", "integer", 12), SheetColumn("待核实（笔）", "integer", 14),
    SheetColumn("待核实金额（元）", "fen", 20), SheetColumn("最多的原因", width=36), SheetColumn("怎么办", width=60),
)  # fmt: skip
_LIST_COLUMNS = (
    SheetColumn("编号", width=7), SheetColumn("级别", width=8), SheetColumn("文件", width=34),
    SheetColumn("工作表", width=14), SheetColumn("单元格", width=10), SheetColumn("姓名", width=10),
    SheetColumn("发现的值", width=22), SheetColumn("应为", width=22), SheetColumn("相差", "fen", 12),
    SheetColumn("问题", width=48), SheetColumn("怎么办", width=48), SheetColumn("状态", width=12),
    SheetColumn("涉及金额（元）", "fen", 16),
)  # fmt: skip
_CAUSE_COLUMNS = (
    SheetColumn("编号", width=7), SheetColumn("级别", width=8), SheetColumn("原因", width=44),
    SheetColumn("处数", "integer", 9), SheetColumn("涉及金额（元）", "fen", 16), SheetColumn("文件", width=40),
    SheetColumn("工作表", width=16), SheetColumn("列", width=6), SheetColumn("哪几行", width=34),
    SheetColumn("怎么办", width=56), SheetColumn("状态", width=12),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Entry:
    """A finding ready to be listed; `count` places like it, where they are told together."""

    finding: Finding
    state: str
    count: int = 1
    rows: tuple[int, ...] = ()

    @property
    def severity(self) -> Severity:
        return RULES[self.finding.code].severity

    @property
    def order(self) -> tuple[object, ...]:
        """Errors that stand first, most money first, then file, sheet, row, column."""
        place = self.finding.place
        waits = self.severity is Severity.ERROR and self.state == _STATES[Severity.ERROR]
        rank = _RANKS[self.severity] if waits or self.severity is not Severity.ERROR else len(_RANKS)
        return (rank, -abs(self.finding.fen), place.file.casefold(), *place[:3], len(place.column), place.column)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the report needs to know about its place.

    Attributes:
        inbox: Path of the inbox seen from the folder the report goes to; None writes the files without links.
        sheets: Further sheets, behind the others.
    """

    inbox: str | None = None
    sheets: Sequence[Sheet] = ()


def build_report(
    findings: Sequence[Finding],
    waived: Sequence[Finding],
    decided: pd.DataFrame,
    summary: Summary,
    stamp: datetime,
    around: Surroundings,
) -> bytes:
    """The bytes of 问题清单.xlsx; for the office only, it shows what stands in the cells.

    Args:
        findings: Findings that stand.
        waived: Findings accepted with a reason.
        decided: Payments with their verdicts, for names and money a finding does not tell itself.
        summary: Figures of the run.
        stamp: Date of the run.
        around: Where the inbox is, and what else belongs into the workbook.
    """
    inbox = around.inbox
    complete = _Completer(decided, [f.place for f in (*findings, *waived) if not (f.person and f.fen)])
    entries = [_Entry(complete(f), _STATES[RULES[f.code].severity]) for f in findings]
    entries += [_Entry(complete(f), "已放行") for f in waived]
    entries.sort(key=lambda e: e.order)
    causes = _group_causes(entries)
    listed, notes = _shorten(entries)
    sheets = [
        _draw_first(entries, decided, summary, inbox),
        *_draw_list(listed, inbox, notes),
        _draw_causes(causes, inbox),
        *around.sheets,
    ]
    return build_workbook(sheets, title=f"{summary.year}年度问题清单", stamp=stamp)


class _Completer:
    """Fills in the name and the money of a finding from the payments at its place, where it tells none."""

    def __init__(self, decided: pd.DataFrame, places: Sequence[Place]) -> None:
        fen = decided["raw_fen"].abs()
        self.money: Counter[Place] = Counter()
        for columns in (["file"], ["file", "sheet"]):
            sums = fen.groupby([decided[c] for c in columns], sort=False).sum()
            for key, total in sums.items():
                self.money[Place(*(key if isinstance(key, tuple) else (key,)))] = int(total)
        sheet = combine_codes(code_texts(decided["file"]), code_texts(decided["sheet"]))
        named = find_named_rows(decided, sheet, places)
        rows = decided[["file", "sheet", "row", "column", "name"]].iloc[named].itertuples(index=False, name=None)
        self.rows: defaultdict[Place, list[tuple[str, str, int]]] = defaultdict(list)
        for (file, name, row, column, person), money in zip(rows, fen.iloc[named], strict=True):
            self.rows[Place(file, name, row)].append((column, person, int(money)))

    def __call__(self, finding: Finding) -> Finding:
        place = finding.place
        if finding.person and finding.fen:
            return finding
        if not place.row:
            return replace(finding, fen=finding.fen or self.money[place])
        rows = self.rows.get(Place(place.file, place.sheet, place.row), [])
        exact = [r for r in rows if r[0] == place.column] or rows
        person = finding.person or (exact[0][1] if exact else "")
        return replace(finding, person=person, fen=finding.fen or sum(r[2] for r in exact))


def _shorten(entries: list[_Entry]) -> tuple[list[_Entry], tuple[str, ...]]:
    """The entries to list one by one; where there are too many, all errors, and the rest by cause with a note."""
    if len(entries) <= MOST_FINDINGS:
        return entries, ()
    errors = [e for e in entries if e.severity is Severity.ERROR]
    rest = [e for e in entries if e.severity is not Severity.ERROR]
    groups = _group_causes(rest)
    note = (
        f"提醒和已改正共 {len(rest):,} 条，太多，这里按原因合并成 {len(groups):,} 行（“问题”一栏写着合并了几处），没有丢掉；"
        "每一笔上的编号见 payments.csv 的 findings 列。错误逐条列出。"
    )
    return errors + groups, (note,)


def _group_causes(entries: Iterable[_Entry]) -> list[_Entry]:
    """One entry for each code, file, sheet, column and state, with the count, the rows and the money together."""
    groups: dict[tuple[str, str, str, str, str], list[_Entry]] = {}
    for entry in entries:
        place = entry.finding.place
        key = (entry.finding.code, place.file, place.sheet, place.column, entry.state)
        groups.setdefault(key, []).append(entry)
    merged = [_merge(group) for group in groups.values()]
    return sorted(merged, key=lambda e: (*e.order[:2], -e.count, *e.order[2:]))


def _merge(group: list[_Entry]) -> _Entry:
    first = min(group, key=lambda e: e.finding.place.row)
    if len(group) == 1:
        return replace(first, rows=(first.finding.place.row,))
    rows = tuple(sorted({e.finding.place.row for e in group}))
    money = sum(abs(e.finding.fen) for e in group)
    return _Entry(replace(first.finding, fen=money), first.state, len(group), rows)


def _draw_first(entries: Sequence[_Entry], decided: pd.DataFrame, summary: Summary, inbox: str | None) -> Sheet:
    rows: list[tuple[Value, ...]] = []
    styles: list[RowStyle] = []
    files = _list_files(entries, decided)
    for row in files:
        rows.append(row)
        styles.append("error")
    if not files:
        rows.append(("没有要先改的文件", None, None, None, "", ""))
        styles.append("fixed")
    links = [Link(i, 0, file) for i, row in enumerate(files) if (file := _file_link(inbox, str(row[0])))]
    for heading, table in (("各种问题", _list_rules(summary)), ("这些钱到哪里去了", _list_balance(summary))):
        rows += [(heading, None, None, None, None, None), *(row for row, _ in table)]
        styles += ["section", *(style for _, style in table)]
    notes = (
        "错误：这一笔暂不计入，改好表格后再运行一次。提醒：照常计入，请看一眼。已改正：一般不用管。",
        f"逐条见“{LIST_SHEET}”，合在一起看见“{CAUSE_SHEET}”。本文件含个人信息，只在办公室内使用。",
    )
    title = _say_first(summary)
    return Sheet(FIRST_SHEET, title, _FIRST_COLUMNS, rows, notes, landscape=True, styles=styles, links=links)


def _say_first(summary: Summary) -> str:
    rows, fen = summary.total.by_verdict.get("held", (0, 0))
    if rows:
        words = f"还有 {rows:,} 笔、{format_fen(fen, grouped=True)} 元待核实，请从上往下改这些文件"
    elif any(RULES[code].severity is Severity.ERROR for code in summary.by_rule):
        unread = any(summary.by_rule.get(code) for code in ("F01", "F02", "F10", "F15"))
        words = f"没有待核实的款项，但有{'文件没能读完' if unread else '错误没有处理'}，请从上往下改"
    else:
        words = "没有错误，请看一眼提醒"
    return f"{summary.year} 年度：{words}"


def _list_files(entries: Sequence[_Entry], decided: pd.DataFrame) -> list[tuple[Value, ...]]:
    """Files with errors or held payments, most held money first: errors, held, yuan, commonest cause, what to do."""
    held = decided[decided["verdict"] == "held"].groupby("file", sort=True)["raw_fen"].agg(["size", "sum"])
    money = {str(file): (int(size), int(fen)) for file, size, fen in held.itertuples(name=None)}
    codes: defaultdict[str, list[Finding]] = defaultdict(list)
    for entry in entries:
        if entry.state == _STATES[Severity.ERROR]:
            codes[entry.finding.place.file].append(entry.finding)
    files = {**dict.fromkeys(codes), **dict.fromkeys(money)}
    rows: list[tuple[Value, ...]] = []
    for file in sorted(files, key=lambda f: (-abs(money.get(f, (0, 0))[1]), -len(codes[f]), f.casefold(), f)):
        count, fen = money.get(file, (0, 0))
        rows.append((file or "（整次运行）", len(codes[file]), count, fen, *_find_commonest(codes[file])))
    return rows


def _find_commonest(errors: Sequence[Finding]) -> tuple[str, str]:
    """The code that most errors of a file have, in words, and what to do about the first of them."""
    if not errors:
        return "年度不明或没有金额", "请看 payments.csv 中这个文件待核实的各笔。"
    code, count = Counter(f.code for f in errors).most_common(1)[0]
    first = next(f for f in errors if f.code == code)
    return f"{RULES[code].title}（{count:,} 处）", format_advice(first)


def _list_rules(summary: Summary) -> list[tuple[tuple[Value, ...], RowStyle]]:
    head: tuple[tuple[Value, ...], RowStyle] = (("问题", "处数", "", "", "级别", "怎么办"), "heading")
    table = [head]
    for code, count in sorted(summary.by_rule.items(), key=lambda x: (_RANKS[RULES[x[0]].severity], -x[1], x[0])):
        rule = RULES[code]
        advice = format_advice(Finding(code, Place(), "…", "…", "…"))
        words = SEVERITY_WORDS[rule.severity]
        table.append(((f"{code} {rule.title}", count, None, None, words, advice), _STYLES[rule.severity]))
    if summary.waived:
        table.append((("写明理由放行的", summary.waived, None, None, "", "理由在 waivers.csv。"), ""))
    return table


def _list_balance(summary: Summary) -> list[tuple[tuple[Value, ...], RowStyle]]:
    total = summary.total
    lines = [(VERDICT_WORDS[v], *pair) for v, pair in total.by_verdict.items()]
    lines.append((SET_ASIDE_WORDS, *total.set_aside))
    added = (sum(line[1] for line in lines), sum(line[2] for line in lines))
    agrees = added == (total.rows, total.fen)
    plain: RowStyle = ""
    return [
        (("", "笔（处）数", "", "金额（元）", "", ""), "heading"),
        (("读到", total.rows, None, total.fen, "从表格里直接数出来的", ""), plain),
        *(((f"　{words}", rows, None, fen, "", ""), plain) for words, rows, fen in lines),
        (("以上各项相加", added[0], None, added[1], "与读到的相等" if agrees else "与读到的不相等", ""), plain),
    ]


def _draw_list(entries: Sequence[_Entry], inbox: str | None, notes: tuple[str, ...]) -> list[Sheet]:
    """The findings one by one, on more sheets where one does not hold them."""
    sheets = []
    for number, start in enumerate(range(0, max(len(entries), 1), MOST_ROWS), start=1):
        part = entries[start : start + MOST_ROWS]
        links = _link_places(part, inbox, 2, 4)
        if len(links) >= MOST_LINKS:
            notes = (*notes, f"表格软件一张表只容得下约 6 万个链接，第 {links[-1].row + 4} 行起不带链接。")
        sheets.append(
            Sheet(
                LIST_SHEET if number == 1 else f"{LIST_SHEET}（{number}）",
                f"逐条问题：共 {sum(e.count for e in part):,} 条，错误在前，金额大的在前",
                _LIST_COLUMNS,
                [_list_row(e) for e in part],
                notes,
                landscape=True,
                styles=[_style(e) for e in part],
                links=links,
                has_filter=True,
            )
        )
    return sheets


def _list_row(entry: _Entry) -> tuple[Value, ...]:
    finding, place = entry.finding, entry.finding.place
    message = format_message(finding) if entry.count == 1 else f"{RULES[finding.code].title}：共 {entry.count:,} 处"
    one = entry.count == 1
    return (
        finding.code, SEVERITY_WORDS[entry.severity], place.file, place.sheet, _cell(place),
        finding.person if one else "", finding.found if one else "", finding.expected if one else "",
        _difference(finding.difference) if one else None, message, format_advice(finding), entry.state,
        finding.fen or None,
    )  # fmt: skip


def _difference(text: str) -> Value:
    """Yuan as a number that can be added up, other differences as they are."""
    return int(text.replace(".", "")) if _MONEY.fullmatch(text) else text or None


def _draw_causes(causes: Sequence[_Entry], inbox: str | None) -> Sheet:
    return Sheet(
        CAUSE_SHEET,
        f"按原因归并：{sum(e.count for e in causes):,} 条问题，{len(causes):,} 个原因",
        _CAUSE_COLUMNS,
        [_cause_row(e) for e in causes[:MOST_ROWS]],
        (f"原因太多，只列出前 {MOST_ROWS:,} 个。",) if len(causes) > MOST_ROWS else (),
        landscape=True,
        styles=[_style(e) for e in causes[:MOST_ROWS]],
        links=_link_places(causes, inbox, 5, 8),
        has_filter=True,
    )


def _cause_row(entry: _Entry) -> tuple[Value, ...]:
    finding, place = entry.finding, entry.finding.place
    where = f"（{place.column} 列）" if place.column else ""
    cause = f"{RULES[finding.code].title} {entry.count:,} 处{where}" if place.row else format_message(finding)
    return (
        finding.code, SEVERITY_WORDS[entry.severity], cause, entry.count, finding.fen or None, place.file, place.sheet,
        place.column, _say_rows(entry.rows), format_advice(finding), entry.state,
    )  # fmt: skip


def _say_rows(rows: Sequence[int]) -> str:
    """The first rows, e.g. 第 5、6、9 行等 37 行; 整张表 where no row is told."""
    told = [r for r in rows if r]
    if not told:
        return "整张表"
    words = f"第 {'、'.join(map(str, told[:_FIRST_ROWS]))} 行"
    return words + (f"等 {len(told):,} 行" if len(told) > _FIRST_ROWS else "")


def _style(entry: _Entry) -> RowStyle:
    return "fixed" if entry.state == "已放行" else _STYLES[entry.severity]


def _link_places(entries: Sequence[_Entry], inbox: str | None, file_column: int, cell_column: int) -> list[Link]:
    """Two links a row while there is room: to the file, and to the cell in it."""
    links: list[Link] = []
    if inbox is None:
        return links
    for row, entry in enumerate(entries):
        place = entry.finding.place
        if len(links) + 2 > MOST_LINKS:
            return links
        if file := _file_link(inbox, place.file):
            links += [Link(row, file_column, file), Link(row, cell_column, file, _location(place))]
    return links


def _file_link(inbox: str | None, file: str) -> str:
    """Address of a file of the inbox, of the zip it lies in where it lies in one; "" where there is none."""
    if inbox is None or not file or file in _NOT_IN_INBOX:
        return ""
    parts = file.split("/")
    packed = next((i for i, part in enumerate(parts) if part.lower().endswith(".zip")), len(parts) - 1)
    folder = inbox.replace("\\", "/").rstrip("/")
    address = "/".join(filter(None, (folder, *parts[: packed + 1])))
    return f"file:///{address}" if re.match(r"[A-Za-z]:", address) else address


def _location(place: Place) -> str:
    if not place.sheet or ".zip/" in place.file.lower() or place.file.lower().endswith(_TEXT_FILES):
        return ""
    return format_location(place.sheet, f"{place.column or 'A'}{max(place.row, 1)}")


def _cell(place: Place) -> str:
    """The place inside the sheet: B7, 第 7 行, or 整张表."""
    if not place.row:
        return "整张表" if place.sheet else "整个文件"
    return f"{place.column}{place.row}" if place.column else f"第 {place.row} 行"
