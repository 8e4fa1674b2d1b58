"""One file, read: every payment with its place, every finding, and everything that was set aside."""

import hashlib
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePosixPath

from village_notice.domain.columns import FRAME_COLUMNS, build_frame
from village_notice.domain.finding import Finding, Place
from village_notice.domain.money import parse_amount
from village_notice.domain.reading import FileReading, SetAside, SheetReading
from village_notice.errors import ConservationError
from village_notice.settings import read_settings
from village_notice.sources.columns_match import ColumnMap, HeadingIndex, match_columns, unit_fen
from village_notice.sources.dates import find_year
from village_notice.sources.grid import Cell, Grid
from village_notice.sources.limits import Unreadable
from village_notice.sources.places import PlaceFinder
from village_notice.sources.reference import read_reference
from village_notice.sources.sheet_reader import Context, Lookups, TableReader, TableReading
from village_notice.sources.tables import Table, cell_text, find_tables
from village_notice.sources.workbook import read_workbook
from village_notice.sources.zip_members import read_input

_PLANNED = re.compile(r"拟|申报|申请|审核(?!人|单位|[:：])|核定表|(?<!雨露)计划(?!生育)|预算|测算|分配")
"""Words of money not yet paid; the names of programmes (计划生育…, 雨露计划) and of signatures are none."""
_SUMMARY = re.compile(r"汇总|统计|合计表|总表")
_TITLE_TAIL = re.compile(
    r"(资金|项目)?(补贴|补助)?(资金)?(实际)?(发放|公示|花名册|明细|清册|清单|兑付|兑现|统计|汇总|情况|名册|名单|一览).*$"
)
_SAMPLE_ROWS = 30


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """What reading a file needs to know; small, so that it travels to a child process.

    Attributes:
        year: The year of the run.
        townships: Townships the run is for.
        home: Office folder, or None.
        register: A register for this run, or None.
    """

    year: int
    townships: tuple[str, ...] = ()
    home: Path | None = None
    register: Path | None = None


@lru_cache(maxsize=4)
def load_lookups(options: ReadOptions) -> tuple[HeadingIndex, Lookups]:
    """The reference data, loaded once a process."""
    reference = read_reference(read_settings(options.home), options.register)
    home = options.townships[0] if len(options.townships) == 1 else ""
    places = PlaceFinder(reference.register, home)
    return HeadingIndex(reference.headings), Lookups(places, reference.subsidies, reference.statuses)


def read_file(path: Path, relative: str, options: ReadOptions) -> FileReading:
    """A file of the inbox, read.

    Args:
        path: The file.
        relative: Its path inside the inbox, with /.
        options: Year, townships and where the reference data is.

    Raises:
        ConservationError: A place read is neither a payment nor set aside: a bug, never the clerk's fault.
    """
    reading = FileReading(relative)
    try:
        data = read_input(path)
        reading.sha256 = hashlib.sha256(data).hexdigest()
        book = read_workbook(data, path.suffix)
    except Unreadable as error:
        reading.readable = False
        reading.findings.append(Finding(error.code, Place(relative), found=error.found))
        return reading
    reading.findings += [Finding(code, Place(relative, sheet), found=found) for code, sheet, found in book.notes]
    values: dict[str, list[object]] = {c: [] for c in FRAME_COLUMNS}
    visible = [g for g in book.grids if not g.is_hidden and not g.is_chart]
    details = [g for g in visible if not _SUMMARY.search(g.name)]
    index, _ = load_lookups(options)
    titles = tuple(dict.fromkeys(t for g in visible for t in _first_texts(g, index)))
    for grid in book.grids:
        is_summary = grid in visible and grid not in details and bool(details)
        _SheetTask(grid, reading, options, titles, is_summary=is_summary).read(values)
    reading.payments = build_frame(values)
    _check_conservation(reading)
    return reading


def _check_conservation(reading: FileReading) -> None:
    rows = len(reading.payments) + sum(s.rows for s in reading.set_aside)
    fen = int(reading.payments["raw_fen"].sum()) + sum(s.fen for s in reading.set_aside)
    if (rows, fen) != (reading.places_read, reading.fen_read):
        raise ConservationError(
            f"{reading.file}：读到 {reading.places_read} 处 {reading.fen_read} 分，归类后 {rows} 处 {fen} 分。请把文件发给维护人员。"
        )


class _SheetTask:
    """Reads one sheet into a file's reading."""

    def __init__(
        self, grid: Grid, reading: FileReading, options: ReadOptions, titles: tuple[str, ...], *, is_summary: bool
    ) -> None:
        self.grid, self.reading, self.options, self.is_summary = grid, reading, options, is_summary
        self.titles = titles
        self.year_source = ""
        self.index, self.lookups = load_lookups(options)

    def read(self, values: dict[str, list[object]]) -> None:
        grid, place = self.grid, Place(self.reading.file, self.grid.name)
        if grid.is_chart or not any(v not in (None, "") for row in grid.rows for v in row):
            self._note("empty")
            return
        tables = find_tables(grid, self.index)
        found = [(t, c) for t in tables if (c := self._match(t)).amounts and "name" in c.fields]
        if grid.is_hidden or self.is_summary:
            self._leave_out("hidden_sheet" if grid.is_hidden else "summary_sheet", tables)
            self.reading.findings.append(Finding("F07" if grid.is_hidden else "F09", place, found=self._size()))
            return
        if not found:
            self._leave_out("no_table", tables)
            self._explain_no_table(tables)
            return
        if grid.hidden_rows or grid.hidden_columns:
            self.reading.findings.append(
                Finding("F11", place, found=f"{len(grid.hidden_rows)} 行、{len(grid.hidden_columns)} 列")
            )
        for table, columns in found:
            self._read_table(table, columns, values)
        for table in tables:
            if all(table is not t for t, _ in found):
                self._leave_out_table(table)

    def _leave_out_table(self, table: Table) -> None:
        """A further table of the sheet that lists no payments is set aside, and the clerk is told."""
        filled = [
            row for row in self.grid.rows[table.header_last : table.body_last] if any(v not in (None, "") for v in row)
        ]
        if not filled:
            return
        columns = self._match(table)
        before = (self.reading.places_read, self.reading.fen_read)
        self._count_places(table, columns, Context(self.reading.file, self.grid.name))
        rows, fen = self.reading.places_read - before[0], self.reading.fen_read - before[1]
        text = "、".join(t.replace("\n", "") for t in table.texts if t)[:60]
        self.reading.set_aside.append(
            SetAside(self.reading.file, self.grid.name, table.header_first, "", "no_table", rows, fen, text)
        )
        words = f"第 {table.header_first}–{table.body_last} 行像另一张表（{text}），没有{'姓名' if columns.amounts else '金额'}列，没有计入"
        self.reading.findings.append(
            Finding("F08", Place(self.reading.file, self.grid.name, table.header_first), found=words)
        )

    def _match(self, table: Table) -> ColumnMap:
        rows = self.grid.rows[table.header_last : table.header_last + _SAMPLE_ROWS]
        samples: list[list[Cell]] = [[r[c] if c < len(r) else None for r in rows] for c in range(len(table.texts))]
        return match_columns(table.texts, samples, self.index, self.lookups.subsidies)

    def _read_table(self, table: Table, columns: ColumnMap, values: dict[str, list[object]]) -> None:
        context = self._build_context(table, columns)
        self._count_places(table, columns, context)
        result = TableReader(self.grid, table, columns, context, self.lookups).read()
        for column, cells in result.values.items():
            values[column] += cells
        self.reading.findings += result.findings
        self.reading.set_aside += result.set_aside
        if result.values["name"]:
            self._check_whole(table, columns, context, result)
        headings = " | ".join(t.replace("\n", "") for t in table.texts if t)
        self._note(
            "payments", len(result.values["name"]), sum(map(_as_int, result.values["raw_fen"])), context, headings
        )

    def _count_places(self, table: Table, columns: ColumnMap, context: Context) -> None:
        """Counts amount places and their money straight from the grid, before anything is classified."""
        for row in self.grid.rows[table.header_last : table.body_last]:
            for amount in columns.amounts:
                self.reading.places_read += 1
                cell = row[amount.column - 1] if amount.column <= len(row) else None
                understood = parse_amount(cell, unit_fen=context.unit_fen)
                self.reading.fen_read += understood.fen if understood else 0

    def _build_context(self, table: Table, columns: ColumnMap) -> Context:
        places, file = self.lookups.places, PurePosixPath(self.reading.file)
        titles = [t for t in table.above if len(t) >= 4]
        names = (*titles, self.grid.name, file.stem, *reversed(file.parts[:-1]))
        spots = [places.find_in_text(text) for text in names]
        others = {t for t, _ in map(places.find_in_text, self.titles) if t}
        elsewhere = next(iter(others)) if len(others) == 1 else ""
        units = [u for t in table.above if (u := unit_fen(t))]
        return Context(
            file=self.reading.file,
            sheet=self.grid.name,
            township=next((t for t, _ in spots if t), elsewhere),
            village=places.find_label(table.above)
            or places.find_in_sheet_name(self.grid.name)
            or next((v for _, v in spots if v), ""),
            programme_text=self._find_programme(names),
            year=self._find_year(titles),
            unit_fen=1_000_000 if columns.is_wan else units[-1] if units else 100,
        )

    def _find_programme(self, names: tuple[str, ...]) -> str:
        """The programme's words in the first of title, sheet, file and folder that names one."""
        for text in names:
            if self.lookups.subsidies.match(text).candidates:
                words = re.sub(r"^.*?\d{4}年度?", "", text)
                words = re.sub(r"^[^，。]{2,4}[县市区]", "", words)
                words = _TITLE_TAIL.sub("", words) or text
                return words if self.lookups.subsidies.match(words).candidates else text
        return ""

    def _find_year(self, titles: list[str]) -> int | None:
        year = next((y for t in titles if (y := find_year(t))), None) or find_year(self.grid.name)
        if year:
            return year
        named = find_year(PurePosixPath(self.reading.file).name) or find_year(self.reading.file)
        self.year_source = "文件名或文件夹名" if named else "运行时给出的年度（--year）"
        return named or self.options.year

    def _check_whole(self, table: Table, columns: ColumnMap, context: Context, result: TableReading) -> None:
        """Findings that concern the whole table: paid or planned, state, year, choice of columns."""
        place = Place(self.reading.file, self.grid.name)
        money = [table.texts[a.column - 1] for a in columns.amounts]
        planned = [
            t
            for t in (*table.above, *money, self.grid.name, PurePosixPath(self.reading.file).stem)
            if _PLANNED.search(t)
        ]
        if planned or columns.is_due_only:
            self.reading.findings.append(Finding("H02", place, found=planned[0] if planned else money[0]))
        elif "status" not in columns.fields:
            self.reading.findings.append(Finding("H03", place))
        if columns.rivals:
            words = "、".join(table.texts[c - 1].replace("\n", "") for c in columns.rivals)
            self.reading.findings.append(Finding("H09", place, found=words))
        undated = any(
            not d and not re.match(r"20\d\d", str(p))
            for d, p in zip(result.values["pay_date"], result.values["period"], strict=True)
        )
        if undated and self.year_source:
            self.reading.findings.append(Finding("F12", place, found=self.year_source, expected=str(context.year)))
        is_wide = any(a.programme_text for a in columns.amounts)
        if not context.programme_text and "programme" not in columns.fields and not is_wide:
            self.reading.findings.append(Finding("H07", place, found="标题、表名和文件名都没有写"))
        if columns.unknown:
            words = "、".join(t.replace("\n", "") for _, t in columns.unknown[:8])
            self.reading.findings.append(Finding("H06", place, found=words))

    def _leave_out(self, kind: str, tables: list[Table]) -> None:
        """The whole sheet is set aside; the money of its amount columns is told."""
        rows = fen = 0
        for table in tables:
            columns = self._match(table)
            before = (self.reading.places_read, self.reading.fen_read)
            self._count_places(table, columns, Context(self.reading.file, self.grid.name))
            rows += self.reading.places_read - before[0]
            fen += self.reading.fen_read - before[1]
        self.reading.set_aside.append(SetAside(self.reading.file, self.grid.name, 0, "", kind, rows, fen, ""))
        self._note(kind)

    def _explain_no_table(self, tables: list[Table]) -> None:
        place = Place(self.reading.file, self.grid.name)
        maps = [self._match(t) for t in tables]
        if any("name" in c.fields and {"id", "account"} & set(c.fields) for c in maps):
            texts = "、".join(t.replace("\n", "") for t in tables[0].texts if t)
            self.reading.findings.append(Finding("H01", place, found=texts[:200]))
            return
        words = "没有姓名列" if any(c.amounts for c in maps) else "没有金额列" if tables else "没有表头"
        self.reading.findings.append(Finding("F08", place, found=f"{words}；{self._size()}"))

    def _size(self) -> str:
        first = next((cell_text(v) for row in self.grid.rows for v in row if cell_text(v)), "")
        return f"共 {len(self.grid.rows)} 行，开头是“{first[:30]}”"

    def _note(
        self, outcome: str, rows: int = 0, fen: int = 0, context: Context | None = None, headings: str = ""
    ) -> None:
        programme = context.programme_text if context else ""
        self.reading.sheets.append(SheetReading(self.grid.name, outcome, rows, fen, programme, headings))


def _first_texts(grid: Grid, index: HeadingIndex) -> list[str]:
    """The texts of a sheet's first three rows above its headings: its title and unit row."""
    tables = find_tables(grid, index)
    last = min(3, tables[0].header_first - 1) if tables else 3
    return [cell_text(v) for row in grid.rows[:last] for v in row if isinstance(v, str) and len(v) >= 4]


def _as_int(value: object) -> int:
    return value if isinstance(value, int) else 0
