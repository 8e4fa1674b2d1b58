"""问题清单.xlsx: what stops the posting first, then every finding with a link to its cell, then the findings by cause."""

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pandas as pd

from village_notice.checks.causes import (
    RANKS,
    STATES,
    STYLES,
    WAIVED,
    Entry,
    draw_causes,
    group_causes,
    make_entry,
    name_whole,
)
from village_notice.checks.causes import SHEET as CAUSE_SHEET
from village_notice.checks.keys import find_named_rows, find_stretches
from village_notice.checks.links import link_file, link_places
from village_notice.checks.summary import SET_ASIDE_WORDS, VERDICT_WORDS, Summary
from village_notice.domain.codes import are_among
from village_notice.domain.finding import Finding, Place
from village_notice.domain.money import format_fen
from village_notice.domain.rules import (
    RULES,
    SEVERITY_WORDS,
    Severity,
    format_advice,
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
)

MOST_FINDINGS = 200_000
"""More than a person or a spreadsheet program bears; what is no error is then told by cause."""
FIRST_SHEET, LIST_SHEET = "先看这里", "逐条问题"
_MONEY = re.compile(r"-?\d+\.\d\d")
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
    complete = _Completer(decided, [f.place for f in (*findings, *waived) if not (f.person and f.fen)]).complete
    entries = [make_entry(f, STATES[RULES[f.code].severity], *complete(f)) for f in findings]
    entries += [make_entry(f, WAIVED, *complete(f)) for f in waived]
    entries.sort(key=lambda e: e.order)
    listed, notes = _shorten(entries)
    sheets = [
        _draw_first(entries, decided, summary, inbox),
        *_draw_list(listed, inbox, notes),
        draw_causes(group_causes(entries), inbox),
        *around.sheets,
    ]
    return build_workbook(sheets, title=f"{summary.year}年度问题清单", stamp=stamp)


class _Completer:
    """Knows the name and the money of a finding from the payments at its place, where it tells none."""

    def __init__(self, decided: pd.DataFrame, places: Sequence[Place]) -> None:
        fen = np.abs(decided["raw_fen"].to_numpy(dtype=np.int64, na_value=0))
        starts = find_stretches(decided)
        self.sheets: dict[tuple[str, str], int] = {}
        of_files: Counter[Place] = Counter()
        of_sheets: Counter[Place] = Counter()
        stretches = []
        files, tabs = (decided[name].iloc[starts].tolist() for name in ("file", "sheet"))
        for file, tab, total in zip(files, tabs, np.add.reduceat(fen, starts).tolist(), strict=True):
            stretches.append(self.sheets.setdefault((file, tab), len(self.sheets)))
            of_files[Place(file)] += total
            of_sheets[Place(file, tab)] += total
        self.money: dict[Place, int] = {**of_files, **of_sheets}
        sheet = np.repeat(np.array(stretches, dtype=np.int64), np.diff(starts, append=len(fen)))
        named = find_named_rows(decided, sheet, places)
        keys = sheet[named] << 32 | decided["row"].to_numpy(dtype=np.int64)[named]
        columns, persons = (decided[name].iloc[named].tolist() for name in ("column", "name"))
        self.rows: dict[int, list[tuple[str, str, int]]] = {}
        for key, payment in zip(keys.tolist(), zip(columns, persons, fen[named].tolist(), strict=True), strict=True):
            self.rows.setdefault(key, []).append(payment)

    def complete(self, finding: Finding) -> tuple[str, int]:
        """Name and money."""
        person, fen, place = finding.person, finding.fen, finding.place
        if person and fen:
            return person, fen
        if not place.row:
            return person, fen or self.money.get(place, 0)
        rows = self.rows.get(self.sheets.get(place[:2], -1) << 32 | place.row, [])
        exact = [r for r in rows if r[0] == place.column] or rows
        return person or (exact[0][1] if exact else ""), fen or sum(r[2] for r in exact)


def _shorten(entries: list[Entry]) -> tuple[list[Entry], tuple[str, ...]]:
    """The entries to list one by one; where there are too many, all errors, and the rest by cause with a note."""
    if len(entries) <= MOST_FINDINGS:
        return entries, ()
    errors = [e for e in entries if e.severity is Severity.ERROR]
    rest = [e for e in entries if e.severity is not Severity.ERROR]
    groups = group_causes(rest)
    note = (
        f"提醒和已改正共 {len(rest):,} 条，太多，这里按原因合并成 {len(groups):,} 行（“问题”一栏写着合并了几处），没有丢掉；"
        "每一笔上的编号见 payments.csv 的 findings 列。错误逐条列出。"
    )
    return errors + [c.merge() for c in groups], (note,)


def _draw_first(entries: Sequence[Entry], decided: pd.DataFrame, summary: Summary, inbox: str | None) -> Sheet:
    rows: list[tuple[Value, ...]] = []
    styles: list[RowStyle] = []
    files = _list_files(entries, decided)
    for row in files:
        rows.append(row)
        styles.append("error")
    if not files:
        rows.append(("没有要先改的文件", None, None, None, "", ""))
        styles.append("fixed")
    links = [Link(i, 0, file) for i, row in enumerate(files) if (file := link_file(inbox, str(row[0])))]
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


def _list_files(entries: Sequence[Entry], decided: pd.DataFrame) -> list[tuple[Value, ...]]:
    """Files with errors or held payments, most money first: errors, held, yuan, commonest cause, what to do.

    In the order recoveries count as money too, and so does what an error is about where no payment is held (T04).
    """
    held = decided.loc[are_among(decided["verdict"], ["held"]), ["file", "raw_fen"]]
    by_file = held.assign(size=held["raw_fen"].abs()).groupby("file", sort=True)
    sums = by_file.agg(count=("raw_fen", "size"), fen=("raw_fen", "sum"), size=("size", "sum"))
    money = {str(file): (int(count), int(fen), int(size)) for file, count, fen, size in sums.itertuples(name=None)}
    errors: defaultdict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        if entry.state == STATES[Severity.ERROR]:
            errors[entry.finding.place.file].append(entry)
    for file, found in errors.items():
        money.setdefault(file, (0, 0, sum(abs(e.fen) for e in found)))
    rows: list[tuple[Value, ...]] = []
    for file in sorted(money, key=lambda f: (-money[f][2], -len(errors[f]), f.casefold(), f)):
        count, fen, _ = money[file]
        causes = _find_commonest([e.finding for e in errors[file]])
        rows.append((file or "（整次运行）", len(errors[file]), count, fen, *causes))
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
    for code, count in sorted(summary.by_rule.items(), key=lambda x: (RANKS[RULES[x[0]].severity], -x[1], x[0])):
        rule = RULES[code]
        advice = format_advice(Finding(code, Place(), "…", "…", "…"))
        words = SEVERITY_WORDS[rule.severity]
        table.append(((f"{code} {rule.title}", count, None, None, words, advice), STYLES[rule.severity]))
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


def _draw_list(entries: Sequence[Entry], inbox: str | None, notes: tuple[str, ...]) -> list[Sheet]:
    """The findings one by one, on more sheets where one does not hold them."""
    sheets = []
    for number, start in enumerate(range(0, max(len(entries), 1), MOST_ROWS), start=1):
        part = entries[start : start + MOST_ROWS]
        links = link_places([e.finding for e in part], inbox, 2, 4)
        if len(links) >= MOST_LINKS:
            notes = (*notes, f"表格软件一张表只容得下约 6 万个链接，第 {links[-1].row + 4} 行起不带链接。")
        sheets.append(
            Sheet(
                LIST_SHEET if number == 1 else f"{LIST_SHEET}（{number}）",
                f"逐条问题：共 {sum(e.size for e in part):,} 条，错误在前，金额大的在前",
                _LIST_COLUMNS,
                [_list_row(e) for e in part],
                notes,
                landscape=True,
                styles=[e.style for e in part],
                links=links,
                has_filter=True,
            )
        )
    return sheets


def _list_row(entry: Entry) -> tuple[Value, ...]:
    finding = entry.finding
    file, sheet, row, column = finding.place
    cell = (f"{column}{row}" if column else f"第 {row} 行") if row else name_whole(finding.place)
    if entry.size == 1:
        told: tuple[Value, ...] = (
            entry.person,
            finding.found,
            finding.expected,
            _difference(finding.difference),
            entry.message,
        )
    else:
        told = ("", "", "", None, f"{RULES[finding.code].title}：共 {entry.size:,} 处")
    return (
        finding.code, SEVERITY_WORDS[entry.severity], file, sheet, cell, *told, format_advice(finding), entry.state,
        entry.fen or None,
    )  # fmt: skip


def _difference(text: str) -> Value:
    """Yuan as a number that can be added up, other differences as they are."""
    return int(text.replace(".", "")) if _MONEY.fullmatch(text) else text or None
