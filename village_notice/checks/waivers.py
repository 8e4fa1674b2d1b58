"""Waivers: an ERROR the office accepts, with a reason, a name and a date. No reason, no waiver; nobody waives P-rules."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

import pandas as pd

from village_notice.checks.office_file import read_records, refuse_other_forms
from village_notice.domain.finding import Finding, Place
from village_notice.domain.rules import RULES, format_advice
from village_notice.errors import ReferenceFileError

FILE_NAME = "waivers.csv"
_WORDS = {
    "rule": ("规则", "rule", "规则编号", "编号", "问题编号"),
    "file": ("文件", "file", "文件名"),
    "sheet": ("工作表", "sheet", "表"),
    "row": ("行", "row", "行号"),
    "village": ("村", "village", "村名"),
    "reason": ("理由", "reason", "原因", "放行理由"),
    "by": ("经手人", "by", "经办人"),
    "date": ("日期", "date"),
}
_DAY = re.compile(r"(\d{4})[-./年](\d{1,2})[-./月](\d{1,2})日?")
_ROW = re.compile(r"第?(\d+)(?:\.0+)?行?")
_NEEDED = ("rule", "reason", "by", "date")
_REGISTER = "村名册"
"""Stands for the file in findings about a whole village."""
_MOST_HINTED = 3
_EMPTY = "是空的；放行必须写明规则、文件（或村）、理由、经手人和日期"


@dataclass(frozen=True, slots=True)
class Waiver:
    """One line of waivers.csv: the rule that is waived, where, why, by whom, when, and the line itself.

    Where a line names a village and no file, `village` holds it and the place is empty: see `expand_villages`.
    """

    rule: str
    place: Place
    reason: str
    by: str
    date: str
    line: int = field(default=0, compare=False)
    village: str = ""

    def covers(self, finding: Finding) -> bool:
        """Whether a finding is the one meant: an empty sheet or row 0 means the whole file or sheet."""
        mine, other = self.place, finding.place
        return (
            self.rule == finding.code
            and mine.file != ""
            and mine.file == other.file
            and mine.sheet in ("", other.sheet)
            and mine.row in (0, other.row)
        )


def read_waivers(home: Path | None) -> list[Waiver]:
    """The waivers of an office folder, [] where there are none.

    Raises:
        ReferenceFileError: A line names an unknown rule or one nobody may waive, or lacks its reason, name or date.
    """
    if home is None:
        return []
    path = home / FILE_NAME
    found = _read_all(path) if path.is_file() else []
    if not found:
        refuse_other_forms(home, (FILE_NAME,))
    return found


def _read_all(path: Path) -> list[Waiver]:
    return [_read_waiver(path.name, number, cells) for number, cells in read_records(path, _WORDS, _NEEDED)]


def _read_waiver(name: str, number: int, cells: Mapping[str, str]) -> Waiver:
    for column in _NEEDED:
        if not cells[column]:
            raise ReferenceFileError(name, number, _WORDS[column][0], _EMPTY)
    if not cells["file"] and not cells["village"]:
        raise ReferenceFileError(name, number, "文件", _EMPTY)
    rule = RULES.get(cells["rule"].upper())
    if rule is None:
        raise ReferenceFileError(name, number, "规则", f"没有编号为“{cells['rule']}”的规则")
    if not rule.can_waive:
        words = f"“{rule.code} {rule.title}”不能放行，要改正：{format_advice(Finding(rule.code, Place(), '…', '…', '…')).rstrip('。')}"
        raise ReferenceFileError(name, number, "规则", words)
    if not _is_day(cells["date"]):
        raise ReferenceFileError(name, number, "日期", f"“{cells['date']}”不是日期，应写成 2022-12-20 这样")
    row = _ROW.fullmatch(cells["row"] or "0")
    if row is None:
        raise ReferenceFileError(name, number, "行", f"“{cells['row']}”不是行号")
    file = cells["file"].replace("\\", "/").removeprefix("./")
    place = Place(file, cells["sheet"], int(row[1])) if file else Place("")
    village = "" if file else cells["village"]
    return Waiver(rule.code, place, cells["reason"], cells["by"], cells["date"], number, village)


def _is_day(text: str) -> bool:
    match = _DAY.fullmatch(text)
    try:
        return match is not None and bool(date(*map(int, match.groups())))
    except ValueError:
        return False


def follow_files(waivers: Iterable[Waiver], names: Mapping[str, Collection[str]]) -> list[Waiver]:
    """The waivers, and each once more for every file of the inbox that was, or came from, the file it names.

    Args:
        waivers: Waivers as they are written.
        names: File of the inbox → other names under which it, or what it is the corrected copy of, was read.
    """
    followed = list(waivers)
    for waiver in list(followed):
        named = waiver.place.file
        files = (f for f, n in names.items() if f != named and (named in n or f.casefold() == named.casefold()))
        followed += [replace(waiver, place=waiver.place._replace(file=file)) for file in files]
    return followed


def expand_villages(waivers: Iterable[Waiver], findings: Iterable[Finding], payments: pd.DataFrame) -> list[Waiver]:
    """The waivers, and for each that names a village one for the village itself and for every row of it that is meant.

    Args:
        waivers: Waivers.
        findings: Findings at rows.
        payments: Payments frame: it tells which row is of which village.
    """
    expanded = list(waivers)
    named = [w for w in expanded if w.village]
    if not named:
        return expanded
    by_code: defaultdict[str, set[Place]] = defaultdict(set)
    for finding in findings:
        if finding.place.row:
            by_code[finding.code].add(finding.place._replace(column=""))
    whole = payments["township"] + payments["village"]
    for waiver in named:
        own = payments[(payments["village"] == waiver.village) | (whole == waiver.village)]
        full = dict.fromkeys((own["township"] + own["village"]).tolist())
        rows = own[["file", "sheet", "row"]].drop_duplicates().itertuples(index=False, name=None)
        places = [Place(_REGISTER, name) for name in full or (waiver.village,)]
        places += [p for f, s, r in rows if (p := Place(str(f), str(s), int(r))) in by_code[waiver.rule]]
        expanded += [replace(waiver, place=place, village="") for place in places]
    return expanded


def find_unused(
    waivers: Iterable[Waiver], waived: Iterable[Finding], standing: Iterable[Finding], files: Collection[str]
) -> Iterator[Finding]:
    """F19 for each line of waivers.csv that lets nothing pass: put right since, or written for another place.

    Args:
        waivers: Waivers, followed.
        waived: What they let pass.
        standing: What stands, where a hint may be found.
        files: Files of the inbox.
    """
    by_line: defaultdict[int, list[Waiver]] = defaultdict(list)
    for waiver in waivers:
        by_line[waiver.line].append(waiver)
    passed, open_findings = list(waived), list(standing)
    for line, same in sorted(by_line.items()):
        if not any(w.covers(f) for w in same for f in passed):
            own = same[0]
            if own.village:
                told = "这个村没有这个问题，可能已经改好"
                yield Finding("F19", Place(FILE_NAME, "", line), f"{own.rule} {own.village}", told)
                continue
            where = f"第 {own.place.row} 行" if own.place.row else ""
            words = " ".join(filter(None, (own.rule, own.place.file, own.place.sheet, where)))
            yield Finding("F19", Place(FILE_NAME, "", line), words, _explain_unused(own, open_findings, files))


def _explain_unused(waiver: Waiver, standing: Sequence[Finding], files: Collection[str]) -> str:
    file = waiver.place.file
    if file not in files:
        alike = sorted(f for f in files if f.rpartition("/")[2] == file.rpartition("/")[2])
        return "收件箱里没有这个文件" + (f"，同名的有 {'、'.join(alike[:_MOST_HINTED])}" if alike else "")
    rows = sorted({f.place.row for f in standing if f.code == waiver.rule and f.place.file == file})
    if not rows:
        return "那里没有这个问题，可能已经改好"
    shown = "、".join(str(row) for row in rows[:_MOST_HINTED])
    return "那里没有这个问题，" + (f"这个问题在第 {shown} 行" if rows[0] else "这个问题是整张表的，行号要空着")


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
