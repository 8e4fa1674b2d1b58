"""Waivers: an ERROR the office accepts, with a reason, a name and a date. No reason, no waiver; nobody waives P-rules."""

import csv
import io
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from village_notice.domain.finding import Finding, Place
from village_notice.domain.rules import RULES
from village_notice.errors import ReferenceFileError

FILE_NAME = "waivers.csv"
_WORDS = {
    "规则": "rule",
    "文件": "file",
    "工作表": "sheet",
    "行": "row",
    "理由": "reason",
    "经手人": "by",
    "日期": "date",
}
_HEADINGS = {name: word for word, name in _WORDS.items()}
_DAY = re.compile(r"\d{4}[-./年]\d{1,2}[-./月]\d{1,2}日?")
_NEEDED = ("rule", "file", "reason", "by", "date")


@dataclass(frozen=True, slots=True)
class Waiver:
    """One line of waivers.csv: the rule that is waived, where, why, by whom, when."""

    rule: str
    place: Place
    reason: str
    by: str
    date: str

    def covers(self, finding: Finding) -> bool:
        """Whether a finding is the one meant: an empty sheet or row 0 means the whole file or sheet."""
        mine, other = self.place, finding.place
        return (
            self.rule == finding.code
            and mine.file == other.file
            and mine.sheet in ("", other.sheet)
            and mine.row in (0, other.row)
        )


def read_waivers(home: Path | None) -> list[Waiver]:
    """The waivers of an office folder, [] where there are none.

    Raises:
        ReferenceFileError: A line names an unknown rule or one nobody may waive, or lacks its reason, name or date.
    """
    path = home / FILE_NAME if home else None
    if path is None or not path.is_file():
        return []
    data = path.read_bytes()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("gb18030", errors="replace")
    reader = csv.DictReader(io.StringIO(text, newline=""))
    return [_read_waiver(path.name, reader.line_num, line) for line in reader if any(line.values())]


def _read_waiver(name: str, number: int, line: dict[str | None, str | None]) -> Waiver:
    cells = {
        _WORDS.get(str(k).strip(), str(k).strip()): (v or "").strip() for k, v in line.items() if isinstance(v, str)
    }
    for column in _NEEDED:
        if not cells.get(column):
            raise ReferenceFileError(
                name, number, _HEADINGS[column], "是空的；放行必须写明规则、文件、理由、经手人和日期"
            )
    rule = RULES.get(cells["rule"].upper())
    if rule is None:
        raise ReferenceFileError(name, number, "规则", f"没有编号为“{cells['rule']}”的规则")
    if not rule.can_waive:
        words = f"“{rule.code} {rule.title}”不能放行，要改正：{rule.advice.rstrip('。')}"
        raise ReferenceFileError(name, number, "规则", words)
    if not _DAY.fullmatch(cells["date"]):
        raise ReferenceFileError(name, number, "日期", f"“{cells['date']}”不是日期，应写成 2022-12-20 这样")
    row = cells.get("row") or "0"
    if not row.isdecimal():
        raise ReferenceFileError(name, number, "行", f"“{row}”不是行号")
    place = Place(cells["file"].replace("\\", "/"), cells.get("sheet", ""), int(row))
    return Waiver(rule.code, place, cells["reason"], cells["by"], cells["date"])


def split_waived(findings: Iterable[Finding], waivers: list[Waiver]) -> tuple[list[Finding], list[Finding]]:
    """Findings that stand, and those that a waiver covers."""
    by_file: defaultdict[tuple[str, str], list[Waiver]] = defaultdict(list)
    for waiver in waivers:
        by_file[waiver.rule, waiver.place.file].append(waiver)
    standing: list[Finding] = []
    waived: list[Finding] = []
    for finding in findings:
        candidates = by_file.get((finding.code, finding.place.file), ())
        (waived if any(w.covers(finding) for w in candidates) else standing).append(finding)
    return standing, waived
