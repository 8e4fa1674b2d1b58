"""The demo: an invented inbox, the whole run on it, and the proof that the run says what is true, to the fen."""

import csv
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from village_notice import pipeline
from village_notice.errors import ExitCode
from village_notice.output import PRIVATE, PUBLIC, explain_write_errors
from village_notice.progress import Progress, stay_silent
from village_notice.sample.compare import Check, compare_run
from village_notice.sample.make import HOUSEHOLDS, SEED, TOWNSHIPS, YEAR, make_sample, read_truth
from village_notice.sample.truth import Truth
from village_notice.settings import Settings, create_office
from village_notice.sources.reference import read_reference

INBOX, OFFICE, RESULTS = "收件箱", "办公", "结果"
_OPEN_FIRST = (
    (f"{PRIVATE}/问题清单.xlsx", "哪里错、怎么改（给经办人）"),
    (f"{PUBLIC}/*/*/*汇总公开.pdf", "贴公开栏的汇总（每个村一份）"),
    (f"{PUBLIC}/*/*/*一户一行*.pdf", "贴公开栏的一户一行"),
    (f"{PUBLIC}/*/*/**/查询.html", "村里双击就能查"),
    (f"{PRIVATE}/全市汇总.xlsx", "全部村的汇总（给市县）"),
)
_OFFICE_LINES = {
    '# county = "莱阳市"': 'county = "莱阳市"',
    "# post_from = 2022-12-20": "post_from = 2022-12-26",
    "# data_until = 2022-12-15": "data_until = 2022-12-25",
    '# board_place = "村委会门口公开栏"': 'board_place = "村委会门口公开栏"',
    '# supervision = ""': 'supervision = "0535-0000110"',
    '# "农业农村局" = ""': '"农业农村局" = "0535-0000201"\n"民政局" = "0535-0000202"\n"财政局" = "0535-0000203"',
}
"""Line of the office.toml of `init` → line of the demo. No telephone number begins with 000 behind its area code."""
_OFFICE_HEAD = "# 演示用：这里的电话和日期都是虚构的，正式使用请另建办公文件夹（village-notice init）。\n"


@dataclass(frozen=True, slots=True)
class DemoResult:
    """What the demo ended with.

    Attributes:
        folder: The demo's folder, with 收件箱, 办公 and 结果 in it.
        run: Result of the run.
        checks: What was compared with the truth.
        person: (name, village) to try the query with, ("", "") where nothing was accepted.
    """

    folder: Path
    run: pipeline.RunResult
    checks: tuple[Check, ...]
    person: tuple[str, str] = ("", "")

    @property
    def exit_code(self) -> ExitCode:
        """0 where all agrees, although the run itself held the planted mistakes back (3); 7 where anything differs."""
        if self.run.exit_code not in (ExitCode.DONE, ExitCode.HELD):
            return self.run.exit_code
        return ExitCode.VERIFICATION if any(c.differences for c in self.checks) else ExitCode.DONE

    def to_json(self) -> dict[str, object]:
        """The figures for `--json`."""
        checks = [{"title": c.title, "compared": c.compared, "differences": list(c.differences)} for c in self.checks]
        return {"run": self.run.to_json(), "checks": checks, "exit_code": int(self.exit_code)}

    @property
    def text(self) -> str:
        """The run's table, the comparison, and what to open first."""
        agrees = not any(c.differences for c in self.checks)
        verdict = "结果与真相完全一致，一分不差。" if agrees else "结果与真相不符，请把上面的差异发给维护人员。"
        lines = [self.run.summary.format_text(), "", "与虚构数据的真相（收件箱里的 truth.json）逐项核对："]
        lines += [check.format_text() for check in self.checks]
        lines += [verdict, "", f"请打开（在 {self.folder / RESULTS} 里）：", *_list_first(self.folder / RESULTS)]
        name, village = self.person
        if name:
            database = self.folder / RESULTS / PUBLIC / "查询.db"
            lines.append(f"  试着查一个人：village-notice query {name} --village {village} --db {database}")
        return "\n".join(lines)


def write_sample(
    folder: Path,
    *,
    townships: Sequence[str] = TOWNSHIPS,
    seed: int = SEED,
    year: int = YEAR,
    households: int = HOUSEHOLDS,
    progress: Progress = stay_silent,
) -> Path:
    """An invented inbox in villages of the packaged register; returns the path of its truth.json.

    Raises:
        UsageError: An unknown township, a number out of range, or a folder with other or changed files in it.
        CannotWriteError: The folder cannot be written.
    """
    villages = read_reference(Settings()).register.villages
    with explain_write_errors(folder):
        return make_sample(
            folder, townships=townships, villages=villages, seed=seed, year=year, households=households, progress=progress
        )  # fmt: skip


def run_demo(
    folder: Path,
    progress: Progress,
    *,
    townships: Sequence[str] = TOWNSHIPS,
    households: int = HOUSEHOLDS,
    seed: int = SEED,
) -> DemoResult:
    """Makes the sample in DIR/收件箱, runs it into DIR/结果 with DIR/办公, and compares with the truth.

    Raises:
        UsageError: The folder holds something that is not the demo's.
        VillageNoticeError: Whatever a run can end with.
    """
    inbox, office, out = (folder / name for name in (INBOX, OFFICE, RESULTS))
    truth_file = write_sample(inbox, townships=townships, seed=seed, households=households, progress=progress)
    with explain_write_errors(folder):
        _write_office(office, townships)
    options = pipeline.RunOptions(inbox, out, YEAR, home=office, workers=os.cpu_count() or 1)
    result = pipeline.run(options, progress)
    return compare_with_truth(folder, read_truth(truth_file), result)


def compare_with_truth(folder: Path, truth: Truth, result: pipeline.RunResult) -> DemoResult:
    """The result of a demo whose run is done."""
    private = folder / RESULTS / PRIVATE
    payments = private / "payments.csv"
    checks = compare_run(truth, payments, private / "问题清单.xlsx", result.summary.total.by_verdict)
    return DemoResult(folder, result, tuple(checks), _find_person(payments))


def _write_office(home: Path, townships: Sequence[str]) -> None:
    """An office folder with invented telephones; one that is there already stays as it is."""
    if (home / "office.toml").exists():
        return
    path = create_office(home)
    text = path.read_text(encoding="utf-8")
    phones = [f'"{name}" = "0535-00003{number:02d}"' for number, name in enumerate(townships, 1)]
    for line, filled in {**_OFFICE_LINES, '# "山前店镇" = ""': "\n".join(phones)}.items():
        text = text.replace(line, filled)
    path.write_text(_OFFICE_HEAD + text, encoding="utf-8", newline="\n")


def _find_person(payments: Path) -> tuple[str, str]:
    """Name and village of the first accepted payment that a notice shows by name."""
    with payments.open(encoding="utf-8-sig", newline="") as stream:
        for line in csv.DictReader(stream):
            if line["verdict"] == "accepted" and line["programme_code"] == "S001":
                return line["name"], line["village"]
    return "", ""


def _list_first(out: Path) -> list[str]:
    found = [(next(iter(sorted(out.glob(pattern))), None), words) for pattern, words in _OPEN_FIRST]
    return [f"  {path.relative_to(out)}  {words}" for path, words in found if path]
