"""One sheet read: its tables as payments, or left out with the reason, every amount place accounted for."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import repeat

from village_notice.domain.columns import FRAME_COLUMNS
from village_notice.domain.finding import Finding, Place
from village_notice.domain.patterns import compile_late
from village_notice.domain.reading import SetAside, SheetReading, StatedLine, UnpaidLine
from village_notice.domain.text import column_letters
from village_notice.sources.body import is_bank_line
from village_notice.sources.cards import find_cards
from village_notice.sources.cells import count_fen, read_amount
from village_notice.sources.column_map import ColumnMap
from village_notice.sources.columns_match import match_columns
from village_notice.sources.continued import Listed, find_continued
from village_notice.sources.grid import Cell, Grid
from village_notice.sources.grid_maker import column_number
from village_notice.sources.heading_index import HeadingIndex
from village_notice.sources.headless import find_headless, find_unknown_table, has_unknown_people
from village_notice.sources.layouts import Layout, apply_answer
from village_notice.sources.odd_headings import tidy_headings
from village_notice.sources.paid_when import find_day, move_payments
from village_notice.sources.people_across import turn_back, turn_findings, turn_people_across
from village_notice.sources.sheet_reader import TableReader, TableReading, list_table_columns
from village_notice.sources.sheet_totals import check_totals
from village_notice.sources.side_notes import Note, list_notes, move_comments, tell_notes, tell_rows, tell_units
from village_notice.sources.stated_lines import read_stated_lines
from village_notice.sources.surroundings import FEN_PER_WAN, Context, Surroundings
from village_notice.sources.tables import Table, cell_text, find_tables
from village_notice.sources.told_states import StateTeller
from village_notice.sources.unpaid_people import describe_unpaid, read_unpaid_list
from village_notice.sources.unread import describe_size, explain_unread, lists_people
from village_notice.sources.whole_table import (
    Understood,
    check_table,
    find_scaled_format,
    find_unit_conflict,
    is_list_of_changes,
)

_SUMMARY = compile_late(r"汇总|统计|合计表|总表")
_SUMS = compile_late(r"汇总|合计|总表|全年|年报|累计|[一二三四1-4]季度|[上下]半年")
_COUNTS = compile_late(r"户数|人数|人次|村数|组数")


@dataclass(slots=True)
class SheetResult:
    """What one sheet gave.

    Attributes:
        name: The sheet's name.
        outcome: As in `SheetReading`.
        values: One list a column of the payments frame.
        findings, set_aside, places_read, fen_read: As in `FileReading`.
        says_sum: Whether its name or a title says that it adds other sheets up.
        says_changes: Whether its name or a title says that it lists changes: 新增, 变更.
        parts: For each table that lists payments its first one (from 0) and what stands above it.
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
    says_sum: bool = False
    says_changes: bool = False
    parts: list[tuple[int, tuple[str, ...]]] = field(default_factory=list)
    columns: list[tuple[str, str]] = field(default_factory=list)
    lines: list[StatedLine] = field(default_factory=list)
    unpaid: list[UnpaidLine] = field(default_factory=list)

    @property
    def rows(self) -> int:
        """Number of payments."""
        return len(self.values["name"])

    def to_reading(self) -> SheetReading:
        """The sheet as the summary shows it."""
        fen = sum(v for v in self.values["raw_fen"] if isinstance(v, int))
        known = (self.name, self.outcome, self.rows, fen, self.programme, self.headings)
        return SheetReading(*known, self.columns, self.lines, self.unpaid)


class SheetTask:
    """Reads one sheet.

    Args:
        grid: The sheet.
        around: How its surroundings are read.
        index: Wordings of headings.

    Attributes:
        shape: "turned" where the sheet was read as one turned by a quarter, "cards" where as cards, "" as it is.
        fen_before: Money of the sheets that this one continues.
    """

    def __init__(self, grid: Grid, around: Surroundings, index: HeadingIndex) -> None:
        grid = grid if grid.is_chart else tidy_headings(grid)
        self.grid, self.around, self.index = grid, around, index
        self.place = Place(around.file, grid.name)
        self.result = SheetResult(grid.name)
        self.understood: list[Understood] = []
        self.shape = ""
        self.fen_before = 0
        self.tables = [] if grid.is_chart else find_tables(grid, index)

    @property
    def read_as(self) -> Listed | None:
        """The one list of the sheet as it was read, None where it has none or several."""
        if len(self.understood) != 1 or self.shape or not self.result.rows:
            return None
        one = self.understood[0]
        return Listed(self.grid, one.table, one.columns)

    @property
    def fen_so_far(self) -> int:
        """Money of the sheet and of those that it continues."""
        return self.fen_before + sum(v for v in self.result.values["raw_fen"] if isinstance(v, int))

    @property
    def titles(self) -> tuple[str, ...]:
        """What stands above the tables of a sheet that is not hidden."""
        return () if self.grid.is_hidden else tuple(text for table in self.tables for text in table.above)

    def read(self, elsewhere: str = "", before: "SheetTask | None" = None) -> SheetResult:
        """The sheet's payments, or why it has none.

        Args:
            elsewhere: The township that the titles of the whole file name, "" where none or several.
            before: The sheet before it, read already.
        """
        grid, result, tables = self.grid, self.result, self.tables
        self.around = replace(self.around, elsewhere=elsewhere)
        if grid.is_chart or not any(v not in (None, "") for row in grid.rows for v in row):
            return result
        headless = None if tables or grid.is_hidden else find_headless(grid, self.around.lookups.places)
        continued = None if tables or grid.is_hidden else find_continued(grid, before.read_as if before else None)
        tables = [continued] if continued else [headless] if headless else tables or self._find_explained()
        self.understood = [self.understand(t) for t in tables]
        if continued and before:
            self.understood[0].is_continued, self.fen_before = True, before.fen_so_far
        width = max(map(len, grid.rows))
        is_list = any(map(_lists_payments, self.understood))
        heads = [u.table.header_first for u in self.understood if u.table.header_first] if is_list else None
        turned = None if grid.is_hidden else turn_people_across(grid, self.index, heads)
        cards = None if is_list or turned or grid.is_hidden else find_cards(grid, self.index)
        self.shape = "turned" if turned else "cards" if cards else ""
        if other := turned or cards:
            self.grid = move_comments(grid, other[0])
            self.understood = [self.understand(t) for t in other[1]]
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
            self._explain(self.understood, is_headless=headless is not None)
        if turned:
            self._turn_back()
        found = (_take_off_column(f, width) for f in result.findings) if cards else result.findings
        result.findings = list(dict.fromkeys(found))
        result.columns = (
            [] if turned or cards else _name_columns(u.columns for u in self.understood if _lists_payments(u))
        )
        return result

    def _turn_back(self) -> None:
        """Places on a turned sheet as those of the sheet itself."""
        result, values = self.result, self.result.values
        payments: list[tuple[int, str]] = list(zip(values["row"], values["column"], strict=True))  # type: ignore[arg-type]  # numbers and letters
        tables = [one.table for one in self.understood]
        result.findings = list(turn_findings(result.findings, payments, tables))
        for one in self.understood:
            one.asked = list(turn_findings(one.asked, payments, tables))
        places = [turn_back(self.place._replace(row=r, column=c)) for r, c in payments]
        values["row"], values["column"] = [p.row for p in places], [p.column for p in places]
        result.set_aside = [SetAside(*turn_back(Place(*s[:4])), *s[4:]) for s in result.set_aside]

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
        upper: tuple[int, str] = (0, "")
        tables = [u.table for u in self.understood]
        for number, one in enumerate(self.understood):
            if not _lists_payments(one):
                self._leave_out_table(one)
                if before is None and not one.table.columns:  # the sheet's title stands above a list of contacts
                    before = self.around.read(one.table, one.columns, None)
                continue
            table, columns = one.table, one.columns
            if table.columns and before and upper[0] == table.header_first:
                before = replace(before, village=upper[1])  # the list at its left may be another village's
            else:
                upper = table.header_first, before.village if before else ""
            before = self.around.read(tell_units(grid, tables, number), columns, before)
            context = one.context = self._use_answer(one, before)
            self._count_places(table, columns, context.unit_fen)
            reading = TableReader(grid, table, columns, context, self.around.lookups).read()
            notes = list_notes(grid, tables, number, reading.values["row"])
            reading.notes += [note.text for note in notes]
            context = one.context = self._find_day(one, context, reading)
            teller = StateTeller(grid, table, columns, context, reading, self.around.lookups)
            told = self._tell_states(one, teller, notes)
            readings.append(reading)
            result.parts.append((result.rows, table.above))
            for column, cells in reading.values.items():
                result.values[column] += cells
            result.set_aside += reading.set_aside
            result.programme = result.programme or context.programme_text
            result.headings = result.headings or " | ".join(t.replace("\n", "") for t in table.texts if t)
            result.findings += reading.findings
            if reading.values["name"]:
                check_table(one, context, reading, self.grid, self.place)
            answered = {"H02", "H03"} if any(f.code == "H13" for f in told) else {"H03"} if teller.knows_states else ()
            one.asked = [f for f in one.asked if f.code not in answered] + told
            result.findings += one.asked
        self._share_day()
        result.findings += check_totals(readings, self.place, grid.hidden_rows, self.fen_before)
        self._look_above(self.understood[0].table)
        if not result.rows:
            words = f"有表头，但下面没有任何一笔；{describe_size(grid)}"
            result.findings.append(Finding("F08", self.place, found=words))
        result.seems_summary = bool(_SUMMARY.search(grid.name))
        result.says_changes = is_list_of_changes((grid.name, *self.titles))
        result.says_sum = any(_SUMS.search(t) for t in (grid.name, *self.titles))

    def _tell_states(self, one: Understood, teller: StateTeller, notes: Sequence[Note]) -> list[Finding]:
        """What is told of states, also by words in no column; the columns that tell them are used then."""
        told = list(tell_notes(notes, teller.tell(), self.place))
        teller.reading.findings += tell_rows(self.grid, one.table, one.columns, teller.reading, told)
        if teller.used:
            unknown = tuple(u for u in one.columns.unknown if u[0] not in teller.used)
            one.columns = replace(one.columns, unknown=unknown)
        self.result.unpaid += teller.unpaid
        return told

    def _find_day(self, one: Understood, context: Context, reading: TableReading) -> Context:
        """The context with the day of payment that a line or a name tells, where the year hangs on it (H14 where it is open)."""
        paths = [path for path in (self.around.file, self.around.source) if path]
        paid = find_day(self.grid, one.table, one.columns, context, reading, paths)
        if paid.doubt and not (one.answer and one.answer.is_paid):
            self.result.findings.append(Finding("H14", self.place, found=paid.doubt, expected=str(context.year)))
        if not paid.pay_date:
            return context
        move_payments(reading.values, paid.pay_date, range(len(reading.values["name"])))
        return replace(context, pay_date=paid.pay_date)

    def _share_day(self) -> None:
        """Gives the tables above it the day of payment that stands below the last one, where theirs are for the same time."""
        *others, last = [u.context for u in self.understood if u.context]
        starts = [*(start for start, _ in self.result.parts), self.result.rows]
        if not last.pay_date or any(c.pay_date for c in others):
            return
        for number, context in enumerate(others):
            if context.year == last.year and last.period in ("", context.period):
                rows = range(starts[number], starts[number + 1])
                move_payments(self.result.values, last.pay_date, rows)

    def _look_above(self, first: Table) -> None:
        """H01 where the rows above the first table seem to list people: they are in no table."""
        rows = self.grid.rows[: max(first.header_first - 1, 0)]
        rows = [[] if is_bank_line([t for v in row if (t := cell_text(v))]) else row for row in rows]
        if has_unknown_people(Grid(self.grid.name, rows), self.around.lookups.places):
            words = f"第 1–{len(rows)} 行像另一张名单，看不出哪一列是金额，没有计入"
            self.result.findings.append(Finding("H01", self.place._replace(row=len(rows)), found=words))

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
        doubt = find_scaled_format(self.grid, one.table, one.columns) or find_unit_conflict(context, trial)
        if context.unit_conflict or doubt or not context.is_unit_told or fen == context.unit_fen:
            return replace(context, unit_fen=fen, unit_conflict="")
        stated = "万元" if context.unit_fen == FEN_PER_WAN else "元"
        return replace(context, unit_conflict=f"表里写的是{stated}，{answer.path} 写的是{answer.unit}")

    def _match(self, table: Table) -> ColumnMap:
        rows = self.grid.rows[table.header_last : table.body_last]
        rows = list(map(table.view, rows)) if table.columns else rows
        columns = list_table_columns(self.grid, table, rows)[: len(table.texts)]
        samples: list[Sequence[Cell]] = [*columns, *[(None,) * len(rows)] * (len(table.texts) - len(columns))]
        titles = (*table.above, self.grid.name, self.around.file)
        return match_columns(table.texts, samples, self.index, self.around.lookups.subsidies, titles)

    def _count_places(self, table: Table, columns: ColumnMap, unit_fen: int) -> None:
        """Counts amount places and their money straight from the grid, before anything is classified."""
        rows = self.grid.rows[table.header_last : table.body_last]
        for amount in columns.amounts:
            place = amount.column - 1
            cells = [row[place] if place < len(row) else None for row in rows]
            self.result.places_read += len(cells)
            self.result.fen_read += sum(map(count_fen, cells, repeat(unit_fen)))

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
        if unpaid := read_unpaid_list(self.grid, table, columns, self.around):
            self.result.unpaid += unpaid
            self.result.set_aside.append(SetAside(*place, "no_table", count, fen, text))
            self.result.findings.append(Finding("F08", place, found=describe_unpaid(unpaid)))
            return
        kind = "skipped" if _is_left_out(one) else "no_table"
        self.result.set_aside.append(SetAside(*place, kind, count, fen, text))
        if _is_left_out(one):
            self._explain_left_out(one, place)
            return
        part = Grid(self.grid.name, [list(map(cell_text, table.texts)), *rows])
        has_people = "name" not in columns.fields and has_unknown_people(part, self.around.lookups.places)
        if has_people or lists_people(self.grid, table, columns):
            words = f"第 {table.header_first}–{table.body_last} 行是另一张名单（{text}），看不出哪一列是{'姓名' if columns.amounts else '金额'}，没有计入"
            self.result.findings.append(Finding("H01", place, found=words))
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
        result = self.result
        for one in self.understood:
            self._count_places(one.table, one.columns, 100)
            if kind != "skipped":
                self._note_stated(one.table, one.columns)
            if kind == "no_table":
                result.lines += read_stated_lines(self.grid, one.table, one.columns, self.around)
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
        """H01 or F08 for a sheet that gives no payments."""
        tables, maps, places = (
            [u.table for u in understood],
            [u.columns for u in understood],
            self.around.lookups.places,
        )
        named = (
            []
            if is_headless
            else [read_unpaid_list(self.grid, *pair, self.around) for pair in zip(tables, maps, strict=True)]
        )
        self.result.unpaid += [line for lines in named for line in lines]
        if self.result.unpaid:
            self.result.findings.append(Finding("F08", self.place, found=describe_unpaid(self.result.unpaid)))
            tables = [t for t, lines in zip(tables, named, strict=True) if not lines]
            maps = [m for m, lines in zip(maps, named, strict=True) if not lines]
            if not tables:
                return
        self.result.findings.append(
            explain_unread(self.grid, self.place, tables, maps, places, is_headless=is_headless)
        )


def _lists_payments(one: Understood) -> bool:
    """Whether a table has people and money and counts."""
    return bool(one.columns.amounts) and "name" in one.columns.fields and not _is_left_out(one)


def _name_columns(maps: Iterable[ColumnMap]) -> list[tuple[str, str]]:
    """(field, letters of its column), where the tables of a sheet do not differ."""
    found: dict[str, set[int]] = {}
    for columns in maps:
        for name, column in columns.fields.items():
            found.setdefault(name, set()).add(column)
    return [(name, column_letters(*places)) for name, places in found.items() if len(places) == 1]


def _is_left_out(one: Understood) -> bool:
    return one.answer is not None and one.answer.is_left_out


def _take_off_column(finding: Finding, width: int) -> Finding:
    """A card's values other than its money were set past the sheet's last column: their findings name the row only."""
    is_outside = bool(finding.place.column) and column_number(finding.place.column) > width
    return replace(finding, place=finding.place._replace(column="")) if is_outside else finding
