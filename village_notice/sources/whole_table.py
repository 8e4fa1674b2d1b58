"""Questions that concern a whole table: paid or planned, which columns, the unit, the year, the village, the programme."""

import re
from dataclasses import dataclass, field

from village_notice.domain.finding import Finding, Place
from village_notice.domain.text import column_letters
from village_notice.sources.column_map import ColumnMap
from village_notice.sources.grid import Grid
from village_notice.sources.layouts import Layout
from village_notice.sources.sheet_reader import TableReading
from village_notice.sources.surroundings import FEN_PER_WAN, Context
from village_notice.sources.tables import Table
from village_notice.sources.unread import name_columns

_PLANNED = re.compile(
    r"拟|申报|申请|审核(?!人|单位|[:：])|核定表|(?<!雨露)计划(?!生育)|预算|测算|分配(?!.*(?:发放|兑[现付]))"
)
"""Words of money not yet paid; the names of programmes (计划生育…, 雨露计划) and of signatures are none."""
LEAST_SURE = 0.3
"""Two headings that are only guessed by their words, the person's and the money's, are not enough: the clerk is asked."""


@dataclass(slots=True)
class Understood:
    """How one table was understood, for `village-notice layout`.

    Attributes:
        table, columns, context: What was found; the context is None for a table that lists no payments.
        answer: What the clerk has answered about the layout, None nothing.
        asked: Findings about the table as a whole.
    """

    table: Table
    columns: ColumnMap
    answer: Layout | None = None
    context: Context | None = None
    asked: list[Finding] = field(default_factory=list)


def check_table(one: Understood, context: Context, reading: TableReading, grid: Grid, place: Place) -> None:
    """Findings that concern the whole table: paid or planned, state, unit, year, village, choice of columns."""
    table, columns, answer = one.table, one.columns, one.answer

    def tell(code: str, found: str = "", expected: str = "") -> None:
        one.asked.append(Finding(code, place, found=found, expected=expected))

    money = [table.texts[a.column - 1] for a in columns.amounts]
    stem = context.file.rpartition("/")[2].rpartition(".")[0]
    planned = [t for t in (*table.above, *money, grid.name, stem) if _PLANNED.search(t)]
    if answer and answer.is_paid:
        pass  # the clerk has said so
    elif planned or columns.is_due_only:
        tell("H02", planned[0] if planned else money[0])
    elif "status" not in columns.fields:
        tell("H03")
    if not table.header_last and not (answer and "amount" in answer.columns):
        letters = column_letters(columns.amounts[0].column)
        tell("H09", f"表里没有表头，暂按内容猜测，金额取 {letters} 列")
    if columns.rivals:
        doubt = "（一户几行都写着同一个数，可能是全户的钱）" if len(columns.rivals) == 1 else ""
        tell("H09", name_columns(table, columns.rivals) + doubt)
    elif columns.confidence < LEAST_SURE and not (answer and "amount" in answer.columns):
        both = name_columns(table, (columns.fields["name"], columns.amounts[0].column))
        tell("H09", f"{both}（只是按字面猜的，把握 {columns.confidence:.0%}）")
    for name, rivals in columns.open_fields.items():
        tell("H10", f"{'村' if name == 'village' else '姓名'}——{name_columns(table, rivals)}")
    doubt = "" if answer and answer.unit else find_scaled_format(grid, table, columns)
    doubt = doubt or ("" if answer and answer.unit else find_unit_conflict(context, reading))
    if conflict := context.unit_conflict or doubt:
        tell("H04", conflict)
    if context.village_conflict:
        tell("R12", f"{context.village}（工作表名）", f"标题写的是{context.village_conflict}")
    if context.year_source and _is_undated(context, columns, reading):
        tell("F12", context.year_source, str(context.year))
    if "programme" not in columns.fields and not all(reading.values["programme_text"]):
        tell("H07", "标题、表名和文件名都没有写")
    if columns.unknown:
        tell("H06", "、".join(t.replace("\n", "") for _, t in columns.unknown[:8]))


def find_scaled_format(grid: Grid, table: Table, columns: ColumnMap) -> str:
    """Why a number format makes the unit doubtful: the cell shows another figure than it holds, or says 万 itself."""
    money = {a.column for a in columns.amounts}
    for (row, column), code in grid.lookup.find_formats(table.header_last + 1, table.body_last):
        if column in money:
            letters = column_letters(column)
            return f"{letters}{row} 的显示格式（{code}）使显示的数与存的数不同，或另写了单位"
    return ""


def _is_undated(context: Context, columns: ColumnMap, reading: TableReading) -> bool:
    """Whether payments have neither a pay date nor a period of their own that tells the year."""
    if any(a.period_text for a in columns.amounts) and "pay_date" not in columns.fields:
        return True
    dates = zip(reading.values["pay_date"], reading.values["period"], strict=True)
    return any(not d and (p == context.period or not re.match(r"20\d\d", str(p))) for d, p in dates)


def find_unit_conflict(context: Context, reading: TableReading) -> str:
    """Why 万元 above the headings cannot be meant: area times rate gives the figures in yuan."""
    if context.unit_fen != FEN_PER_WAN:
        return ""
    rows = zip(reading.values["quantity_milli"], reading.values["rate_micro"], reading.values["raw_fen"], strict=True)
    for quantity, rate, raw in rows:
        if isinstance(quantity, int) and isinstance(rate, int) and isinstance(raw, int) and quantity and rate:
            yuan = quantity * rate // 10**9
            if yuan and abs(raw // FEN_PER_WAN - yuan) * 50 <= yuan:
                return "写的是万元，但面积乘标准正好是元"
    return ""
