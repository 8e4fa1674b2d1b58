"""How the sheets of one file are understood, as a page for the terminal: what is open, and the exact lines that answer it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field

from village_notice.domain.text import column_letters
from village_notice.sources.grid_maker import column_number
from village_notice.sources.read_options import LAYOUTS

_SHOWN_FINDINGS = 20
_SHOWN_ALIKE = 3
"""Tables with the same headings on a sheet that are shown."""


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
        shape: "turned" where people stand beside each other: its columns are the sheet's rows; "cards" for one card; "" else.
        samples: Letters of a column → what stands first in it; none for columns of private numbers.
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
    shape: str = ""
    samples: dict[str, str] = field(default_factory=dict)


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
        lines += _format_tables(sheet.tables)
        if sheet.first:
            lines.append("  前几笔：")
            lines += ["    " + "  ".join(v for v in payment.values() if v) for payment in sheet.first]
        if sheet.set_aside:
            lines.append("  没有当作款项的：")
            lines += [f"    {words}" for words in sheet.set_aside]
        lines += _format_findings(sheet.findings)
        for table in sheet.tables:
            lines += _format_questions(table)
    return "\n".join(lines)


def _format_tables(tables: Sequence[TablePage]) -> list[str]:
    """The tables of a sheet; of many with the same headings the first few."""
    lines: list[str] = []
    shown: Counter[str] = Counter()
    for table in tables:
        shown[table.fingerprint] += 1
        if shown[table.fingerprint] <= _SHOWN_ALIKE:
            lines += _format_table(table)
    more = sum(count - _SHOWN_ALIKE for count in shown.values() if count > _SHOWN_ALIKE)
    return [*lines, f"  ……另有 {more} 张同样表头的表"] if more else lines


def _format_range(table: TablePage) -> str:
    """Where the table stands, in the words of the sheet as it is."""
    first, last = table.header_first, table.header_last
    if table.shape == "turned":
        numbers = [column_number(entry.split(" ", 1)[0]) for entry in table.headings]
        people = f"{column_letters(last + 1)}–{column_letters(table.last_row)}"
        return f"表格是横着的，一列一个人：第 {numbers[0]}–{numbers[-1]} 行，名目在 {column_letters(last)} 列，人在 {people} 列"
    if table.shape == "cards":
        return f"一人一张卡片：金额在第 {table.last_row} 行"
    rows = f"第 {first} 行" if first == last else f"第 {first}–{last} 行"
    own = table.columns or [("", "", "", None)]
    return f"表格在第 {table.first_row}–{table.last_row} 行、{own[0][0]}–{own[-1][0]} 列，表头：{rows if first else '没有'}"


def _format_table(table: TablePage) -> list[str]:
    lines = [f"  {_format_range(table)}；版式 {table.fingerprint}"]
    if table.answered:
        lines.append(f"  按您在 {table.answered_by} 里的答复处理：{'、'.join(table.answered)}")
    for letters, heading, meaning, sure in table.columns:
        percent = f"（把握 {sure}%）" if sure is not None else ""
        place = {"turned": f"第 {column_number(letters)} 行", "cards": "·"}.get(table.shape, letters)
        sample = f"  如 {table.samples[letters]}" if letters in table.samples else ""
        lines.append(f"    {place}  {heading} → {meaning or '没有使用'}{percent}{sample}")
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
    file = table.answered_by or f"{LAYOUTS}/{table.fingerprint}.toml"
    hint = "" if table.answered_by else "，加 --home 办公 --write 就会建好"
    lines = [f"  请回答（写在办公文件夹的 {file} 里{hint}）："]
    for question in table.questions:
        lines.append(f"  ？{question.words}")
        lines += [f"      {'或者  ' if i else '写    '}{line}" for i, line in enumerate(question.lines)]
    given = " ".join(f"--set {_format_setting(question.lines[0])}" for question in table.questions)
    return [*lines, f"  不想建文件，也可以在命令后面加（等号后按实际改）：--home 办公 {given}"]


def _format_setting(line: str) -> str:
    """A line of the file as an option: 金额列 = "C"    # 补贴金额 → 金额=C."""
    key, _, value = line.partition("    #")[0].partition(" = ")
    words = {"true": "是", "false": "否"}
    value = value.strip().strip('"')
    return f"{key.removesuffix('列') if key != '项目列' else key}={words.get(value, value)}"
