"""How the sheets of one file are understood, as a page for the terminal: what is open, and the exact lines that answer it."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field

from village_notice.sources.layouts import FOLDER

_SHOWN_FINDINGS = 20


@dataclass(frozen=True, slots=True)
class Question:
    """Something only the clerk knows.

    Attributes:
        code: The finding that stands until it is answered; F08 where the sheet need not be a list of payments at all.
        words: The question.
        lines: The lines to choose from, each as it is written in the file.
    """

    code: str
    words: str
    lines: tuple[str, ...]


@dataclass(slots=True)
class TablePage:
    """One table as it is understood.

    Attributes:
        first_row, last_row: Rows of the table, headings included.
        header_first, header_last: Rows of headings, 0 where it has none.
        headings: Column letters and heading, as the file of answers lists them.
        columns: (letters, heading, meaning, confidence in percent or None) of each column.
        context: What the surroundings say: 乡镇, 村, 项目, 年度, 单位.
        fingerprint: Name of the file of answers.
        answered_by: The file of answers that is for this table, "" none.
        answered: The keys answered there.
        scope: Words that the answers about programme and payment are kept to.
        questions: What is open.
    """

    first_row: int
    last_row: int
    header_first: int
    header_last: int
    headings: list[str]
    columns: list[tuple[str, str, str, int | None]]
    context: dict[str, str]
    fingerprint: str
    answered_by: str = ""
    answered: tuple[str, ...] = ()
    scope: list[str] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)


@dataclass(slots=True)
class SheetPage:
    """One sheet as it is understood: its tables, its first payments, what was set aside and what was found."""

    sheet: str
    outcome: str
    payments: int
    amount: str
    tables: list[TablePage]
    first: list[dict[str, str]]
    set_aside: list[str]
    findings: list[dict[str, str]]


@dataclass(slots=True)
class FilePage:
    """One file as it is understood."""

    file: str
    sheets: list[SheetPage]
    findings: list[dict[str, str]]
    written: list[str] = field(default_factory=list)

    def to_json(self) -> dict[str, object]:
        """For `--json`."""
        return asdict(self)


def format_page(page: FilePage) -> str:
    """The page for the terminal."""
    lines = [f"已写好 {w}" for w in page.written]
    lines += [f"文件 {page.file}", *_format_findings(page.findings)]
    for sheet in page.sheets:
        lines += ["", f"■ 工作表 {sheet.sheet}：{sheet.outcome}，{sheet.payments} 笔 {sheet.amount} 元"]
        for table in sheet.tables:
            lines += _format_table(table)
        if sheet.first:
            lines.append("  前几笔：")
            lines += ["    " + "  ".join(v for v in payment.values() if v) for payment in sheet.first]
        if sheet.set_aside:
            lines.append("  没有当作款项的：" + "、".join(sheet.set_aside))
        lines += _format_findings(sheet.findings)
        for table in sheet.tables:
            lines += _format_questions(table)
    return "\n".join(lines)


def _format_table(table: TablePage) -> list[str]:
    first, last = table.header_first, table.header_last
    rows = f"第 {first} 行" if first == last else f"第 {first}–{last} 行"
    rows = rows if first else "没有"
    lines = [f"  表格在第 {table.first_row}–{table.last_row} 行，表头：{rows}；版式 {table.fingerprint}"]
    if table.answered:
        lines.append(f"  按您在 {table.answered_by} 里的答复处理：{'、'.join(table.answered)}")
    for letters, heading, meaning, sure in table.columns:
        percent = f"（把握 {sure}%）" if sure is not None else ""
        lines.append(f"    {letters}  {heading} → {meaning or '没有使用'}{percent}")
    words = "  ".join(f"{k}：{v or '没有写'}" for k, v in table.context.items())
    return [*lines, f"  {words}"] if words else lines


def _format_findings(findings: Sequence[dict[str, str]]) -> list[str]:
    lines = [
        f"  {f['轻重']} {f['编号']} {f['位置']} {f['说明']}".replace("  ", " ") for f in findings[:_SHOWN_FINDINGS]
    ]
    more = len(findings) - _SHOWN_FINDINGS
    return [f"  {line.strip()}" for line in lines] + ([f"  ……另有 {more} 处"] if more > 0 else [])


def _format_questions(table: TablePage) -> list[str]:
    if not table.questions:
        return []
    file = table.answered_by or f"{FOLDER}/{table.fingerprint}.toml"
    hint = "" if table.answered_by else "，加 --home 办公 --write 就会建好"
    lines = [f"  请回答（写在办公文件夹的 {file} 里{hint}）："]
    for question in table.questions:
        lines.append(f"  ？{question.words}")
        lines += [f"      {'或者  ' if i else '写    '}{line}" for i, line in enumerate(question.lines)]
    return lines
