"""What an annotated copy says and how it looks, however it is made: colours, comments, the sheet in front."""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from village_notice.domain.annotation import FRONT_SHEET, format_path, format_sources
from village_notice.domain.finding import Finding
from village_notice.domain.rules import RULES, SEVERITY_WORDS, Severity, format_advice, format_message

FILLS = {Severity.ERROR: "FFFFC7CE", Severity.WARNING: "FFFFEB9C", Severity.FIXED: "FFE2EFDA"}
RANKS = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.FIXED: 2}
HEADINGS = ("级别", "编号", "工作表", "单元格", "问题", "怎么办")
WIDTHS = (8, 8, 16, 10, 52, 52)
MOST_LISTED = 5_000
FIRST_COLUMNS = 30
"""Columns looked through for the first cell with something in it, where a finding names a row only."""
_MOST_IN_COMMENT, _LONGEST_COMMENT = 6, 3_000
_LINE = 28
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_HOW_TO = (
    "怎么用：按颜色和批注改好单元格，保存，把本文件放进收件箱（放在原文件旁边，或者代替原文件），再运行一次。",
    "红色＝错误，这一笔暂不计入；黄色＝提醒，照常计入；绿色＝已按安全的规则整理。本表和批注再读入时不算数，可以不删。",
)
Key = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Origin:
    """What a copy is made of.

    Attributes:
        file: Path inside the inbox.
        hashes: SHA-256 of the files it came from, the oldest first, that of the file itself last.
        stamp: Date of the run.
        losses: What could not be kept, in Chinese, as far as the reader knows.
        source: Path of the file that `file` itself is a corrected copy of, "" where it is none.
    """

    file: str
    hashes: tuple[str, ...]
    stamp: datetime
    losses: tuple[str, ...] = ()
    source: str = ""

    @property
    def path(self) -> str:
        """Path of the file it all began with."""
        return self.source or self.file


def clean_text(text: str) -> str:
    """A text without characters that no workbook may hold."""
    return _ILLEGAL.sub("", text)


def find_key(finding: Finding) -> Key:
    """Row and column of a finding, 0 for a column it does not name."""
    column = 0
    for letter in finding.place.column:
        column = column * 26 + ord(letter) - 64
    return finding.place.row, column


def sort_findings(findings: Sequence[Finding]) -> list[Finding]:
    """The worst first, then as they stand in the workbook."""
    return sorted(findings, key=lambda f: (RANKS[RULES[f.code].severity], f.place.sheet, *find_key(f), f.code))


def group_findings(findings: Sequence[Finding], names: Sequence[str]) -> dict[str, dict[Key, list[Finding]]]:
    """Findings by sheet and cell; those on the whole file stand on the front sheet only."""
    groups: defaultdict[str, defaultdict[Key, list[Finding]]] = defaultdict(lambda: defaultdict(list))
    for finding in findings:
        sheet = finding.place.sheet or (names[0] if finding.place.row and len(names) == 1 else "")
        if sheet in names:
            groups[sheet][find_key(finding)].append(finding)
    return {sheet: dict(cells) for sheet, cells in groups.items()}


def find_worst(findings: Sequence[Finding]) -> Severity:
    """The severity whose colour a cell takes."""
    return min((RULES[f.code].severity for f in findings), key=RANKS.__getitem__)


def write_comment(findings: Sequence[Finding], before: str = "") -> str:
    """The text of a cell's comment.

    Args:
        findings: What is told of the cell.
        before: What stood there before, with a word of whose it is.
    """
    words = [before] if before else []
    words += [clean_text(_say(f)) for f in findings[:_MOST_IN_COMMENT]]
    if len(findings) > _MOST_IN_COMMENT:
        words.append(f"……另有 {len(findings) - _MOST_IN_COMMENT} 条，见“{FRONT_SHEET}”")
    return "\n".join(words)[:_LONGEST_COMMENT]


def _say(finding: Finding) -> str:
    word = SEVERITY_WORDS[RULES[finding.code].severity]
    return f"【{word} {finding.code}】{format_message(finding)}\n怎么办：{format_advice(finding)}"


def measure_comment(text: str) -> tuple[int, int]:
    """Width and height of a comment's box, in pixels."""
    return 420, min(60 + 18 * sum(1 + len(line) // _LINE for line in text.split("\n")), 600)


def write_head(findings: Sequence[Finding], origin: Origin, losses: Sequence[str]) -> list[str]:
    """The lines above the list of the front sheet; the last two are for the program."""
    errors = sum(RULES[f.code].severity is Severity.ERROR for f in findings)
    return [
        f"核对说明：{origin.file}，错误 {errors:,} 处，提醒和已改正 {len(findings) - errors:,} 处",
        *_HOW_TO,
        f"没有保留下来的：{'；'.join(losses)}。" if losses else "工作表和格式都已保留。",
        format_sources(origin.hashes),
        format_path(origin.path),
    ]


def write_row(finding: Finding) -> tuple[str, ...]:
    """A row of the front sheet, under `HEADINGS`."""
    place = finding.place
    shown = find_cell(finding) if place.row else "整张表" if place.sheet else "整个文件"
    word = SEVERITY_WORDS[RULES[finding.code].severity]
    return word, finding.code, place.sheet, shown, format_message(finding), format_advice(finding)


def find_cell(finding: Finding) -> str:
    """The cell that the front sheet leads to."""
    return f"{finding.place.column or 'A'}{max(finding.place.row, 1)}"


def find_target(finding: Finding, names: Sequence[str]) -> str:
    """Where a row of the front sheet leads to, as a link inside the workbook; "" nowhere."""
    sheet = finding.place.sheet or (names[-1] if finding.place.row else "")
    quoted = sheet.replace("'", "''")
    return f"'{quoted}'!{find_cell(finding)}" if sheet in names else ""


def say_formulas(became: int, stayed: int) -> list[str]:
    """What became of formulas, in words."""
    words = [f"{became:,} 个公式换成了表里保存的结果"] if became else []
    return words + ([f"{stayed:,} 个公式没有保存结果，原样保留"] if stayed else [])
