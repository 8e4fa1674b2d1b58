"""What paper is wished for beyond a run, and what was made of the wish."""

from dataclasses import dataclass, field
from pathlib import Path

from village_notice.domain.finding import Finding
from village_notice.domain.rules import format_message
from village_notice.errors import ExitCode
from village_notice.notices.village import Kind

PDF_KINDS: dict[str, Kind] = {
    "汇总公开": "summary", "一户一行": "household", "明细公开": "detail", "明白纸": "card",
}  # fmt: skip
SPEECH, PICTURES, CORRECTION, TOTALS, GAPS = "广播稿", "图片", "更正公告", "全市汇总", "缺项清单"
USUAL = ("汇总公开", "一户一行")
KINDS = (*PDF_KINDS, SPEECH, PICTURES, CORRECTION, TOTALS, GAPS)
"""Kinds as the user writes them: of a village, then of all villages chosen together."""
_SHOWN = 12


@dataclass(frozen=True, slots=True)
class Wish:
    """What the user asked for.

    Attributes:
        out: Folder of a finished run.
        kinds: Of `KINDS`.
        villages: Names, "township/village", or codes; () for all.
        townships: () for all.
        programmes: Titles or parts of titles, for 明细公开; () for all.
        columns: Headings or keys of the columns of 汇总公开 and 明细公开; () as in the template.
        paper: A4 or A3, None as in the template.
        is_large: Large print.
        home: Office folder, None for defaults.
        target: Where the files go; None for 另印 inside OUT.
        before: Folder of the results that hang on the wall, for 更正公告; None for what the run before this one made.
        reason: Why there is a 更正公告; "" prints a line to fill in.
        is_bundle: One file a township, for printing, instead of a file a notice.
        is_one_sided: The bundle is printed on one side: no padding.
        workers: Processes at once.
    """

    out: Path
    kinds: tuple[str, ...] = USUAL
    villages: tuple[str, ...] = ()
    townships: tuple[str, ...] = ()
    programmes: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    paper: str | None = None
    is_large: bool = False
    home: Path | None = None
    target: Path | None = None
    before: Path | None = None
    reason: str = ""
    is_bundle: bool = False
    is_one_sided: bool = False
    workers: int = 1


@dataclass(slots=True)
class Made:
    """What was made.

    Attributes:
        folder: Where the files lie.
        files: Paths below it, with the number of pages (0 for what has none).
        findings: What the last look refused.
        note: What else the user must know, "" nothing.
    """

    folder: Path
    files: dict[str, int] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    note: str = ""

    @property
    def exit_code(self) -> ExitCode:
        """7 where the last look refused a file."""
        return ExitCode.VERIFICATION if self.findings else ExitCode.DONE

    def to_json(self) -> dict[str, object]:
        """What was made, for `--json`."""
        refused = [{"code": f.code, "file": f.place.file, "found": f.found} for f in self.findings]
        return {"folder": str(self.folder), "files": self.files, "refused": refused, "note": self.note}

    def format_text(self) -> str:
        """What was made, and where."""
        pages = sum(self.files.values())
        lines = [f"做好 {len(self.files)} 个文件、{pages} 页，在 {self.folder} 里："] if self.files else []
        lines += [f"  {name}" for name in list(self.files)[:_SHOWN]]
        lines += [f"  ……另有 {len(self.files) - _SHOWN} 个"] if len(self.files) > _SHOWN else []
        lines += [f"没有写出 {f.place.file}：{format_message(f)}" for f in self.findings]
        return "\n".join([*lines, *([self.note] if self.note else [])])
