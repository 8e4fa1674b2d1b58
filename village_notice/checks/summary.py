"""The table a run ends with: what was read, what became of it, where to look first."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypedDict, Unpack

from village_notice.checks.totals import Balance, add_balances
from village_notice.domain.finding import Finding
from village_notice.domain.money import format_fen
from village_notice.domain.rules import RULES, SEVERITY_WORDS, Severity, is_error

if TYPE_CHECKING:
    from village_notice.domain.reading import FileReading

VERDICT_WORDS = {"accepted": "计入", "held": "待核实", "not_paid": "未发放", "other_year": "其他年度"}
SET_ASIDE_WORDS = "不计入（合计行、空行、示例、汇总表）"
_WIDTHS = (44, 14, 22)
_MOST_FILES = 5


@dataclass(frozen=True, slots=True)
class Summary:
    """Figures of one run.

    Attributes:
        year: Year of the run.
        files, unreadable, sheets: Counts.
        balances: One a file.
        total: The run.
        by_rule: Rule code → findings.
        severities: Rule code → severity in this county.
        waived: Findings accepted with a reason.
        first_files: (file, errors, fen held there), most money first.
        villages: Villages with accepted payments.
        empty_villages: Villages in scope without one accepted payment.
        published: Villages whose notices were made.
        drafts: Of these, villages with a draft.
        wall_sheets: Most sheets of paper one village has to post.
        crowded: Villages with more sheets than their board holds.
        look_first: What to open first, relative to OUT, in order.
        refused: Villages of which nothing was put out, because the last look found what may not leave.
        outside, outside_fen: Accepted payments of townships that the run is not for.
        unposted: Villages with accepted payments of which the office has noted no posting; () without an office folder.
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
    empty_villages: tuple[str, ...] = ()
    published: int = 0
    drafts: int = 0
    wall_sheets: int = 0
    crowded: int = 0
    look_first: tuple[str, ...] = ()
    severities: Mapping[str, Severity] = field(default_factory=dict)
    refused: int = 0
    outside: int = 0
    outside_fen: int = 0
    unposted: tuple[str, ...] = ()

    def to_json(self) -> dict[str, object]:
        """The figures for `--json`; money in fen."""
        return {
            "year": self.year, "files": self.files, "unreadable": self.unreadable, "sheets": self.sheets,
            "read": _pair(self.total.rows, self.total.fen),
            **{verdict: _pair(*pair) for verdict, pair in self.total.by_verdict.items()},
            "set_aside": _pair(*self.total.set_aside),
            "villages": self.villages, "waived": self.waived,
            "empty_villages": list(self.empty_villages), "published": self.published, "drafts": self.drafts,
            "wall_sheets": self.wall_sheets, "crowded": self.crowded, "look_first": list(self.look_first),
            "refused": self.refused, "unposted": list(self.unposted), "outside": _pair(self.outside, self.outside_fen),
            "findings": self.by_rule,
            "by_file": {
                b.file: {"read": _pair(b.rows, b.fen), "set_aside": _pair(*b.set_aside)}
                | {v: _pair(*p) for v, p in b.by_verdict.items()}
                for b in self.balances
            },
        }  # fmt: skip

    def format_text(self) -> str:
        """The table for the terminal."""
        lines = [
            f"{self.year} 年度：文件 {self.files} 个（读不出 {self.unreadable} 个），工作表 {self.sheets} 张",
            "",
            *self._money_lines(),
            "",
            *self._finding_lines(),
            "",
            *self._village_lines(),
            *self._first_lines(),
        ]
        return "\n".join(line.rstrip() for line in lines)

    def _money_lines(self) -> list[str]:
        total = self.total
        return [
            _row("", "笔（处）数", "金额（元）"),
            _row("读到", f"{total.rows:,}", format_fen(total.fen, grouped=True)),
            *(
                _row(f"  {VERDICT_WORDS[v]}", f"{rows:,}", format_fen(fen, grouped=True))
                for v, (rows, fen) in total.by_verdict.items()
            ),
            _row(f"  {SET_ASIDE_WORDS}", f"{total.set_aside[0]:,}", format_fen(total.set_aside[1], grouped=True)),
        ]

    def _finding_lines(self) -> list[str]:
        lines = ["问题："] if self.by_rule else ["没有发现问题。"]
        lines += [
            _row(
                f"  {code} {SEVERITY_WORDS[self.severities.get(code, RULES[code].severity)]} {RULES[code].title}",
                f"{count:,}",
                "",
            )
            for code, count in self.by_rule.items()
        ]
        return lines + ([_row("  写明理由放行的", f"{self.waived:,}", "")] if self.waived else [])

    def _village_lines(self) -> list[str]:
        lines = ["村：", _row("  有数据", f"{self.villages:,}", "")]
        if self.empty_villages:
            lines.append(_row("  在范围内但没有任何数据", f"{len(self.empty_villages):,}", ""))
        if self.published:
            lines.append(_row("  已做公示", f"{self.published:,}", ""))
            lines.append(_row("  其中仍是草稿", f"{self.drafts:,}", ""))
            lines.append(_row("  一个村最多要贴（张）", f"{self.wall_sheets:,}", ""))
        if self.refused:
            lines.append(_row("  有不能外传的内容、没有放出来的村", f"{self.refused:,}", ""))
        if self.outside:
            words = format_fen(self.outside_fen, grouped=True)
            lines.append(_row("  不在本次范围的乡镇，计入但没做公示（笔）", f"{self.outside:,}", words))
        if self.crowded:
            lines.append(_row("  张数超过公开栏的村", f"{self.crowded:,}", ""))
        return lines

    def _first_lines(self) -> list[str]:
        lines: list[str] = []
        if self.first_files:
            lines += ["", "先改这些文件："]
            lines += [
                f"  {file}：错误 {errors} 处，待核实 {format_fen(fen, grouped=True)} 元"
                for file, errors, fen in self.first_files[:_MOST_FILES]
            ]
        more = len(self.first_files) - _MOST_FILES
        if more > 0:
            lines.append(f"  另有 {more} 个文件，见问题清单")
        if self.look_first:
            lines += ["", *(f"先看：{place}" for place in self.look_first)]
        return lines


class Counts(TypedDict, total=False):
    """What the run itself counts; the names are those of `Summary`."""

    waived: int
    villages: int
    empty_villages: tuple[str, ...]
    published: int
    drafts: int
    wall_sheets: int
    crowded: int
    look_first: tuple[str, ...]
    refused: int
    outside: int
    outside_fen: int
    unposted: tuple[str, ...]


def build_summary(
    year: int,
    readings: Sequence[FileReading],
    balances: Sequence[Balance],
    findings: Sequence[Finding],
    **counts: Unpack[Counts],
) -> Summary:
    """The summary of a run; `counts` are the figures that only the run knows, from `waived` to `look_first`."""
    errors = Counter(f.place.file for f in findings if is_error(f) and f.code[0] not in "PN")
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
        severities={code: RULES[code].severity for code in RULES if counted[code]},
        **({"waived": 0, "villages": 0} | counts),
    )


def _pair(rows: int, fen: int) -> dict[str, int]:
    return {"rows": rows, "fen": fen}


def _row(*cells: str) -> str:
    return "".join(_pad(c, w, right=i > 0) for i, (c, w) in enumerate(zip(cells, _WIDTHS, strict=True)))


def _pad(text: str, width: int, *, right: bool) -> str:
    shown = sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)
    fill = " " * max(0, width - shown)
    return fill + text if right else text + fill
