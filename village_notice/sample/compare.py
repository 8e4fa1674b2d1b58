"""Holds the results of a run against the truth of its sample, to the fen and to the row."""

import csv
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import openpyxl

from village_notice.domain.money import format_fen, parse_amount
from village_notice.sample.truth import PlantedTruth, Sum, Truth

_SHOWN = 12
_VERDICT_WORDS = {"accepted": "计入", "held": "待核实", "not_paid": "未发放", "other_year": "其他年度"}
Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was compared.

    Attributes:
        title: What, in Chinese.
        compared: How many figures or mistakes were compared.
        differences: What does not agree, in Chinese, with both values.
    """

    title: str
    compared: int
    differences: tuple[str, ...]

    def format_text(self) -> str:
        """One line where all agrees, else the differences below it."""
        word = "不符" if self.differences else "一致"
        lines = [f"  {word}  {self.title}（比了 {self.compared:,} 项）"]
        lines += [f"        {d}" for d in self.differences[:_SHOWN]]
        if len(self.differences) > _SHOWN:
            lines.append(f"        ……另有 {len(self.differences) - _SHOWN} 项")
        return "\n".join(lines)


@dataclass(slots=True)
class _Results:
    """The sums of payments.csv and the places of all findings: (code, file, sheet, row)."""

    by_file: dict[Key, Sum]
    by_village: dict[Key, Sum]
    findings: set[tuple[str, str, str, int]]


def compare_run(truth: Truth, payments: Path, report: Path, totals: Mapping[str, tuple[int, int]]) -> list[Check]:
    """Everything the truth tells, compared.

    Args:
        truth: The truth of the inbox that was run.
        payments: payments.csv of the run.
        report: 问题清单.xlsx of the run.
        totals: Verdict → payments and fen as the run's own summary has them.
    """
    found = _read_payments(payments)
    found.findings |= set(_read_report(report))
    right_totals: dict[Key, Sum] = {(v,): list(truth["totals"].get(v, [0, 0])) for v in _VERDICT_WORDS}
    their_totals: dict[Key, Sum] = {(v,): list(totals.get(v, (0, 0))) for v in _VERDICT_WORDS}
    by_file: dict[Key, Sum] = {
        (file, v): pair for file, verdicts in truth["files"].items() for v, pair in verdicts.items()
    }
    by_village: dict[Key, Sum] = {
        (f"{village['township']}{village['village']}", code, programme): pair
        for code, village in truth["villages"].items()
        for programme, pair in village["programmes"].items()
    }
    return [
        _compare("全部合计：每种结论的笔数和金额", right_totals, their_totals),
        _compare("每个文件：每种结论的笔数和金额", by_file, found.by_file),
        _compare("每个村每个项目：计入的笔数和金额", by_village, found.by_village),
        _find_planted(truth["planted"], found.findings),
    ]


def _compare(title: str, right: Mapping[Key, Sum], found: Mapping[Key, Sum]) -> Check:
    keys = sorted({*right, *found})
    differences = [
        f"{' '.join(_VERDICT_WORDS.get(k, k) for k in key)}：应为 {_say(right.get(key))}，实为 {_say(found.get(key))}"
        for key in keys
        if right.get(key, [0, 0]) != found.get(key, [0, 0])
    ]
    return Check(title, len(keys), tuple(differences))


def _say(pair: Sum | None) -> str:
    rows, fen = pair or (0, 0)
    return f"{rows:,} 笔 {format_fen(fen, grouped=True)} 元"


def _find_planted(planted: Sequence[PlantedTruth], findings: set[tuple[str, str, str, int]]) -> Check:
    """A mistake is found where one of its rules was reported at its row, or for its whole sheet or file."""
    told = {code for code, *_ in findings}
    missing = []
    for mistake in planted:
        file, sheet, row = mistake["file"], mistake["sheet"], mistake["row"]
        places = {(file, sheet, row), (file, sheet, 0), (file, "", 0)}
        is_found = any((code, *place) in findings for code in mistake["rules"] for place in places)
        if not (is_found if file else told & set(mistake["rules"])):
            where = f"{file} {sheet} 第 {row} 行" if row else f"{file} {sheet}".strip()
            missing.append(f"没有报出：{mistake['description']}（{'、'.join(mistake['rules'])}），在 {where}")
    return Check("埋下的错误：都在原处报出", len(planted), tuple(missing))


def _read_payments(path: Path) -> _Results:
    by_file: defaultdict[Key, Sum] = defaultdict(lambda: [0, 0])
    by_village: defaultdict[Key, Sum] = defaultdict(lambda: [0, 0])
    findings = set()
    with path.open(encoding="utf-8-sig", newline="") as stream:
        for line in csv.DictReader(stream):
            amount = parse_amount(line["amount"])
            fen = amount.fen if amount else 0
            keys: list[tuple[defaultdict[Key, Sum], Key]] = [(by_file, (line["file"], line["verdict"]))]
            if line["verdict"] == "accepted":
                village = line["township"] + line["village"]
                keys.append((by_village, (village, line["village_code"], line["programme_code"])))
            for sums, key in keys:
                sums[key][0] += 1
                sums[key][1] += fen
            place = (line["file"], line["sheet"], int(line["row"]))
            findings |= {(code, *place) for code in line["findings"].split()}
    return _Results(by_file, by_village, findings)


def _read_report(path: Path) -> Iterator[tuple[str, str, str, int]]:
    """Code, file, sheet and row (0 for the whole sheet or file) of each line of the report that tells a file."""
    workbook = openpyxl.load_workbook(path, read_only=True)
    try:
        for sheet in workbook.worksheets:
            columns: list[int] = []
            for cells in sheet.iter_rows(values_only=True):
                texts = ["" if v is None else str(v) for v in cells]
                if {"编号", "文件", "工作表", "单元格"} <= set(texts):
                    columns = [texts.index(name) for name in ("编号", "文件", "工作表", "单元格")]
                elif columns and re.fullmatch(r"[A-Z]\d\d", texts[columns[0]]):
                    code, file, name, cell = (texts[c] for c in columns)
                    digits = re.search(r"\d+", cell)
                    yield code, file, name, int(digits[0]) if digits else 0
    finally:
        workbook.close()
