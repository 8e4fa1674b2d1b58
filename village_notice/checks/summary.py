"""The table a run ends with: what was read, what became of it, where to look first."""

import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from village_notice.checks.totals import Balance, add_balances
from village_notice.domain.finding import Finding
from village_notice.domain.money import format_fen
from village_notice.domain.reading import FileReading
from village_notice.domain.rules import RULES, SEVERITY_WORDS, is_error

_VERDICT_WORDS = {"accepted": "计入", "held": "待核实", "not_paid": "未发放", "other_year": "其他年度"}


@dataclass(frozen=True, slots=True)
class Summary:
    """Figures of one run.

    Attributes:
        year: Year of the run.
        files, unreadable, sheets: Counts.
        balances: One a file.
        total: The run.
        by_rule: Rule code → findings.
        waived: Findings accepted with a reason.
        first_files: (file, errors, fen held there), most money first.
        villages: Villages with accepted payments.
    """

    year: int
    files: int
    unreadable: int
    sheets: int
    balances: tuple[Balance, ...]
    total: Balance
    by_rule: dict[str, int]
    waived: int
    first_files: tuple[tuple[str, int, int], ...]
    villages: int

    def to_json(self) -> dict[str, object]:
        """The figures for `--json`; money in fen."""
        return {
            "year": self.year, "files": self.files, "unreadable": self.unreadable, "sheets": self.sheets,
            "read": _pair(self.total.rows, self.total.fen),
            **{verdict: _pair(*pair) for verdict, pair in self.total.by_verdict.items()},
            "set_aside": _pair(*self.total.set_aside),
            "villages": self.villages, "waived": self.waived,
            "findings": self.by_rule,
            "by_file": {
                b.file: {"read": _pair(b.rows, b.fen), "set_aside": _pair(*b.set_aside)}
                | {v: _pair(*p) for v, p in b.by_verdict.items()}
                for b in self.balances
            },
        }  # fmt: skip

    def format_text(self) -> str:
        """The table for the terminal."""
        total = self.total
        lines = [
            f"{self.year} 年度：文件 {self.files} 个（读不出 {self.unreadable} 个），工作表 {self.sheets} 张，"
            f"有数据的村 {self.villages} 个",
            "",
            _row("", "笔（处）数", "金额（元）"),
            _row("读到", f"{total.rows:,}", format_fen(total.fen, grouped=True)),
        ]
        lines += [
            _row(f"  {_VERDICT_WORDS[v]}", f"{rows:,}", format_fen(fen, grouped=True))
            for v, (rows, fen) in total.by_verdict.items()
        ]
        lines.append(
            _row("  合计、空行等不计入", f"{total.set_aside[0]:,}", format_fen(total.set_aside[1], grouped=True))
        )
        lines += ["", "问题："] if self.by_rule else ["", "没有发现问题。"]
        lines += [
            _row(f"  {code} {SEVERITY_WORDS[RULES[code].severity]} {RULES[code].title}", f"{count:,}", "")
            for code, count in self.by_rule.items()
        ]
        if self.first_files:
            lines += ["", "先改这些文件："]
            lines += [
                f"  {file}：错误 {errors} 处，涉及 {format_fen(fen, grouped=True)} 元"
                for file, errors, fen in self.first_files[:5]
            ]
        return "\n".join(line.rstrip() for line in lines)


def build_summary(
    year: int, readings: Sequence[FileReading], balances: Sequence[Balance], findings: Sequence[Finding], **counts: int
) -> Summary:
    """The summary of a run; `counts` are waived and villages."""
    errors = Counter(f.place.file for f in findings if is_error(f))
    held = {b.file: b.by_verdict.get("held", (0, 0))[1] for b in balances}
    first = sorted(((f, n, held.get(f, 0)) for f, n in errors.items() if f), key=lambda x: (-x[2], -x[1], x[0]))
    counted = Counter(f.code for f in findings)
    return Summary(
        year=year,
        files=len(readings),
        unreadable=sum(not r.readable for r in readings),
        sheets=sum(len(r.sheets) for r in readings),
        balances=tuple(balances),
        total=add_balances(balances),
        by_rule={code: counted[code] for code in RULES if counted[code]},
        first_files=tuple(first),
        **counts,
    )


def _pair(rows: int, fen: int) -> dict[str, int]:
    return {"rows": rows, "fen": fen}


def _row(*cells: str) -> str:
    widths = (40, 14, 22)
    return "".join(_pad(c, w, right=i > 0) for i, (c, w) in enumerate(zip(cells, widths, strict=True)))


def _pad(text: str, width: int, *, right: bool) -> str:
    shown = sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)
    fill = " " * max(0, width - shown)
    return fill + text if right else text + fill
