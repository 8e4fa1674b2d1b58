"""One sheet read: its tables as payments, or left out with the reason, every amount place accounted for."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import repeat, zip_longest

from village_notice.domain.columns import FRAME_COLUMNS
from village_notice.domain.finding import Finding, Place
from village_notice.domain.money import format_fen
from village_notice.domain.reading import SetAside, SheetReading
from village_notice.domain.text import column_letters
from village_notice.sources.cards import find_cards
from village_notice.sources.cells import count_fen, read_amount
from village_notice.sources.column_map import ColumnMap
from village_notice.sources.columns_match import match_columns
from village_notice.sources.grid import Cell, Grid
from village_notice.sources.grid_maker import column_number
from village_notice.sources.heading_index import HeadingIndex
from village_notice.sources.headless import find_headless, find_unknown_table, has_unknown_headings
from village_notice.sources.layouts import Layout, apply_answer
from village_notice.sources.seems import describe_sheet
from village_notice.sources.sheet_reader import TableReader, TableReading
from village_notice.sources.surroundings import FEN_PER_WAN, Context, Surroundings
from village_notice.sources.tables import Table, cell_text, find_tables

_PLANNED = re.compile(r"拟|申报|申请|审核(?!人|单位|[:：])|核定表|(?<!雨露)计划(?!生育)|预算|测算|分配")
"""Words of money not yet paid; the names of programmes (计划生育…, 雨露计划) and of signatures are none."""
_SUMMARY = re.compile(r"汇总|统计|合计表|总表")
_COUNTS = re.compile(r"户数|人数|人次|村数|组数")


@dataclass(slots=True)
class SheetResult:
    """What one sheet gave.

    Attributes:
        name: The sheet's name.
        outcome: As in `SheetReading`.
        values: One list a column of the payments frame.
        findings, set_aside, places_read, fen_read: As in `FileReading`.
        stated: (row, column, fen) of the totals of a sheet that is no list of people, for the comparison with the detail.
    """

    name: str
    outcome: str = "empty"
    values: dict[str, list[object]] = field(default_factory=lambda: {c: [] for c in FRAME_COLUMNS})
    findings: list[Finding] = field(default_factory=list)
    set_aside: list[SetAside] = field(default_factory=list)
    places_read: int = 0
    fen_read: int = 0
    programme: str = ""
    headings: str = ""
    stated: tuple[int, int, int] | None = None
    seems_summary: bool = False

    @property
    def rows(self) -> int:
        """Number of payments."""
        return len(self.values["name"])

    def to_reading(self) -> SheetReading:
        """The sheet as the summary shows it."""
        fen = sum(v for v in self.values["raw_fen"] if isinstance(v, int))
        return SheetReading(self.name, self.outcome, self.rows, fen, self.programme, self.headings)


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


class SheetTask:
    """Reads one sheet.

    Args:
        grid: The sheet.
        around: How its surroundings are read.
        index: Wordings of headings.
    """

    def __init__(self, grid: Grid, around: Surroundings, index: HeadingIndex) -> None:
        self.grid, self.around, self.index = grid, around, index
        self.place = Place(around.file, grid.name)
        self.result = SheetResult(grid.name)
        self.understood: list[Understood] = []
        self.tables = [] if grid.is_chart else find_tables(grid, index)

    @property
    def titles(self) -> tuple[str, ...]:
        """What stands above the tables of a sheet that is not hidden."""
        return () if self.grid.is_hidden else tuple(text for table in self.tables for text in table.above)

    def read(self, elsewhere: str = "") -> SheetResult:
        """The sheet's payments, or why it has none.

        Args:
            elsewhere: The township that the titles of the whole file name, "" where none or several.
        """
        grid, result, tables = self.grid, self.result, self.tables
        self.around = replace(self.around, elsewhere=elsewhere)
        if grid.is_chart or not any(v not in (None, "") for row in grid.rows for v in row):
            return result
        headless = None if tables or grid.is_hidden else find_headless(grid, self.around.lookups.places)
        tables = [headless] if headless else tables or self._find_explained()
        self.understood = [self.understand(t) for t in tables]
        width = max(map(len, grid.rows))
        cards = None if any(map(_lists_payments, self.understood)) or grid.is_hidden else find_cards(grid, self.index)
        if cards:
            self.grid = cards[0]
            self.understood = [self.understand(t) for t in cards[1]]
        if grid.is_hidden:
            self._leave_out("hidden_sheet")
            result.findings.append(Finding("F07", self.place, found=describe_size(grid)))
        elif any(map(_lists_payments, self.understood)):
            self._read_tables()
        elif any(_is_left_out(u) for u in self.understood):
            self._leave_out("skipped")
            for one in self.understood:
                self._explain_left_out(one, self.place)
            if rest := [u for u in self.understood if not _is_left_out(u)]:
                self._explain(rest, is_headless=False)
        else:
            self._leave_out("no_table")
            is_headless = headless is not None or (
                not tables and has_unknown_headings(grid, self.around.lookups.places)
            )
            self._explain(self.understood, is_headless=is_headless)
        found = (_take_off_column(f, width) for f in result.findings) if cards else result.findings
        result.findings = list(dict.fromkeys(found))
        return result

    def _find_explained(self) -> list[Table]:
        """The table under headings that nobody knows, where the clerk has explained them; else none."""
        layouts = self.around.lookups.layouts.layouts
        table = find_unknown_table(self.grid) if layouts and not self.grid.is_hidden else None
        return [table] if table and self._find_answer(table) else []

    def _find_answer(self, table: Table) -> Layout | None:
        """What the clerk has answered about the table's layout, or None."""
        lookups, around = self.around.lookups, (*table.above, self.grid.name, self.around.file)
        return lookups.layouts.find(table.texts, around, lookups.subsidies, is_headless=not table.header_last)

    def understand(self, table: Table) -> Understood:
        """The table with the meaning of its columns, put right by the clerk's answer."""
        answer, columns = self._find_answer(table), self._match(table)
        return Understood(table, apply_answer(columns, table.texts, answer, self.index) if answer else columns, answer)

    def _read_tables(self) -> None:
        grid, result = self.grid, self.result
        result.outcome = "payments"
        if grid.hidden_rows or grid.hidden_columns:
            found = f"{len(grid.hidden_rows)} 行、{len(grid.hidden_columns)} 列"
            result.findings.append(Finding("F11", self.place, found=found))
        readings: list[TableReading] = []
        before: Context | None = None
        for one in self.understood:
            if not _lists_payments(one):
                self._leave_out_table(one)
                continue
            table, columns = one.table, one.columns
            before = self.around.read(table, columns, before)
            context = one.context = self._use_answer(one, before)
            self._count_places(table, columns, context.unit_fen)
            reading = TableReader(grid, table, columns, context, self.around.lookups).read()
            readings.append(reading)
            for column, cells in reading.values.items():
                result.values[column] += cells
            result.set_aside += reading.set_aside
            result.programme = result.programme or context.programme_text
            result.headings = result.headings or " | ".join(t.replace("\n", "") for t in table.texts if t)
            result.findings += reading.findings
            if reading.values["name"]:
                self._check_whole(one, context, reading)
            result.findings += one.asked
        self._check_totals(readings)
        if not result.rows:
            words = f"有表头，但下面没有任何一笔；{describe_size(grid)}"
            result.findings.append(Finding("F08", self.place, found=words))
        result.seems_summary = bool(_SUMMARY.search(grid.name))

    def _use_answer(self, one: Understood, context: Context) -> Context:
        """The context with the programme and the unit that the clerk has answered, where the sheet leaves them open.

        A unit that the sheet states, with nothing that speaks against it, stands; another answer is then told (H04).
        """
        answer = one.answer
        if answer and answer.programme and not context.programme_text:
            context = replace(context, programme_text=answer.programme)
        if not answer or not answer.unit:
            return context
        fen = FEN_PER_WAN if answer.unit == "万元" else 100
        trial = TableReader(self.grid, one.table, one.columns, context, self.around.lookups).read()
        doubt = self._find_scaled_format(one.table, one.columns) or _find_unit_conflict(context, trial)
        if context.unit_conflict or doubt or not context.is_unit_told or fen == context.unit_fen:
            return replace(context, unit_fen=fen, unit_conflict="")
        stated = "万元" if context.unit_fen == FEN_PER_WAN else "元"
        return replace(context, unit_conflict=f"表里写的是{stated}，{answer.path} 写的是{answer.unit}")

    def _match(self, table: Table) -> ColumnMap:
        rows = [table.view(r) for r in self.grid.rows[table.header_last : table.body_last]]
        columns = list(zip_longest(*rows))[: len(table.texts)]
        samples: list[Sequence[Cell]] = [*columns, *[(None,) * len(rows)] * (len(table.texts) - len(columns))]
        return match_columns(table.texts, samples, self.index, self.around.lookups.subsidies)

    def _count_places(self, table: Table, columns: ColumnMap, unit_fen: int) -> None:
        """Counts amount places and their money straight from the grid, before anything is classified."""
        rows = self.grid.rows[table.header_last : table.body_last]
        for amount in columns.amounts:
            place = amount.column - 1
            cells = [row[place] if place < len(row) else None for row in rows]
            self.result.places_read += len(cells)
            self.result.fen_read += sum(map(count_fen, cells, repeat(unit_fen)))

    def _check_totals(self, readings: Sequence[TableReading]) -> None:
        """T01/T02 of every table; a total may also stand for all tables of the sheet, or for all up to its own."""
        sums = [r.totals.sum_fen() for r in readings]
        for place, reading in enumerate(readings):
            also = (sum(sums), sum(sums[: place + 1])) if len(readings) > 1 else ()
            for wrong in reading.totals.check(also):
                where = self.place._replace(row=wrong.row, column=column_letters(wrong.column))
                yuan = [format_fen(f) for f in (wrong.found_fen, wrong.stated_fen)]
                difference = format_fen(abs(wrong.found_fen - wrong.stated_fen))
                self.result.findings.append(Finding(wrong.code, where, yuan[0], yuan[1], difference))

    def _check_whole(self, one: Understood, context: Context, reading: TableReading) -> None:
        """Findings that concern the whole table: paid or planned, state, unit, year, village, choice of columns."""
        table, columns, answer = one.table, one.columns, one.answer

        def tell(code: str, found: str = "", expected: str = "") -> None:
            one.asked.append(Finding(code, self.place, found=found, expected=expected))

        money = [table.texts[a.column - 1] for a in columns.amounts]
        stem = context.file.rpartition("/")[2].rpartition(".")[0]
        planned = [t for t in (*table.above, *money, self.grid.name, stem) if _PLANNED.search(t)]
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
            tell("H09", "、".join(table.texts[c - 1].replace("\n", "") for c in columns.rivals))
        doubt = "" if answer and answer.unit else self._find_scaled_format(table, columns)
        doubt = doubt or ("" if answer and answer.unit else _find_unit_conflict(context, reading))
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

    def _find_scaled_format(self, table: Table, columns: ColumnMap) -> str:
        """Why a number format makes the unit doubtful: the cell shows another figure than it holds, or says 万 itself."""
        money = {a.column for a in columns.amounts}
        for (row, column), code in sorted(self.grid.formats.items()):
            if column in money and table.header_last < row <= table.body_last:
                letters = column_letters(column)
                return f"{letters}{row} 的显示格式（{code}）使显示的数与存的数不同，或另写了单位"
        return ""

    def _leave_out_table(self, one: Understood) -> None:
        """A further table of the sheet that lists no payments is set aside, and the clerk is told."""
        table, columns = one.table, one.columns
        rows = [table.view(r) for r in self.grid.rows[table.header_last : table.body_last]]
        if not any(v not in (None, "") for row in rows for v in row):
            return
        before = (self.result.places_read, self.result.fen_read)
        self._count_places(table, columns, 100)
        count, fen = self.result.places_read - before[0], self.result.fen_read - before[1]
        text = "、".join(t.replace("\n", "") for t in table.texts if t)[:60]
        place = self.place._replace(row=table.header_first)
        kind = "skipped" if _is_left_out(one) else "no_table"
        self.result.set_aside.append(SetAside(*place, kind, count, fen, text))
        if _is_left_out(one):
            self._explain_left_out(one, place)
            return
        lacks = "姓名" if columns.amounts else "金额"
        words = f"第 {table.header_first}–{table.body_last} 行像另一张表（{text}），没有{lacks}列，没有计入"
        self.result.findings.append(Finding("F08", place, found=words))

    def _explain_left_out(self, one: Understood, place: Place) -> None:
        """F08 with the file in which the clerk has said that the layout does not count."""
        if one.answer and _is_left_out(one):
            key = "跳过 = true" if one.answer.is_skipped else "已实际发放 = false"
            words = f"按 {one.answer.path} 的“{key}”，没有计入"
            self.result.findings.append(Finding("F08", place, found=words))

    def _leave_out(self, kind: str) -> None:
        """The whole sheet is set aside; the money of its amount columns is told."""
        for one in self.understood:
            self._count_places(one.table, one.columns, 100)
            if kind != "skipped":
                self._note_stated(one.table, one.columns)
        result = self.result
        result.set_aside.append(SetAside(*self.place, kind, result.places_read, result.fen_read, ""))
        result.outcome = kind

    def _note_stated(self, table: Table, columns: ColumnMap) -> None:
        """Keeps the total a sheet of sums states (its last row of money), and whether it looks like one."""
        headings = " ".join(table.texts)
        own = {"village", "township", "programme"} & set(columns.fields)
        self.result.seems_summary = bool(_SUMMARY.search(self.grid.name)) or bool(own and _COUNTS.search(headings))
        if len(columns.amounts) != 1:
            return
        unit = FEN_PER_WAN if columns.unit == "万元" or any("单位" in t and "万元" in t for t in table.above) else 100
        column = columns.amounts[0].column
        for number in range(table.body_last, table.header_last, -1):
            row = self.grid.rows[number - 1]
            amount = read_amount(row[column - 1] if column <= len(row) else None, unit)
            if amount and any(re.match(r".{0,10}[合总共]\s*计", cell_text(v)) for v in row if isinstance(v, str)):
                self.result.stated = (number, column, amount.fen)
                return

    def _explain(self, understood: Sequence[Understood], *, is_headless: bool) -> None:
        """H01 where people are listed and money may be among the columns, F08 where it is no list of payments at all."""
        tables, maps = [u.table for u in understood], [u.columns for u in understood]
        if is_headless:
            words = "是人员名单，但没有表头，或表头没有认出，看不出哪一列是金额"
            self.result.findings.append(Finding("H01", self.place, found=words))
            return
        people = [m for m in maps if "name" in m.fields and {"id", "account"} & set(m.fields)]
        counts = {"area_paid", "area_contract", "area_corrected", "quantity"}
        open_numbers = any(self._has_numbers(t, m) for t, m in zip(tables, maps, strict=True))
        if people and (open_numbers or not any(counts & set(m.fields) for m in people)):
            texts = "、".join(t.replace("\n", "") for t in tables[0].texts if t)
            self.result.findings.append(Finding("H01", self.place, found=texts[:200]))
            return
        self.result.findings.append(Finding("F08", self.place, found=describe_sheet(self.grid, tables, maps)))

    def _has_numbers(self, table: Table, columns: ColumnMap) -> bool:
        """Whether a column that was not understood holds numbers: perhaps the money."""
        rows = self.grid.rows[table.header_last : table.body_last]
        return any(isinstance(r[c - 1], int | float) for c, _ in columns.unknown for r in rows[:50] if c <= len(r))


def _lists_payments(one: Understood) -> bool:
    """Whether a table has people and money and counts."""
    return bool(one.columns.amounts) and "name" in one.columns.fields and not _is_left_out(one)


def _is_left_out(one: Understood) -> bool:
    return one.answer is not None and one.answer.is_left_out


def _take_off_column(finding: Finding, width: int) -> Finding:
    """A card's values other than its money were set past the sheet's last column: their findings name the row only."""
    is_outside = bool(finding.place.column) and column_number(finding.place.column) > width
    return replace(finding, place=finding.place._replace(column="")) if is_outside else finding


def _is_undated(context: Context, columns: ColumnMap, reading: TableReading) -> bool:
    """Whether payments have neither a pay date nor a period of their own that tells the year."""
    if any(a.period_text for a in columns.amounts) and "pay_date" not in columns.fields:
        return True
    dates = zip(reading.values["pay_date"], reading.values["period"], strict=True)
    return any(not d and (p == context.period or not re.match(r"20\d\d", str(p))) for d, p in dates)


def _find_unit_conflict(context: Context, reading: TableReading) -> str:
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


def describe_size(grid: Grid) -> str:
    """How much a sheet holds and how it begins."""
    first = next((cell_text(v) for row in grid.rows for v in row if cell_text(v)), "")
    return f"共 {len(grid.rows)} 行，开头是“{first[:30]}”"
