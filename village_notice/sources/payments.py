"""One file, read: every payment with its place, every finding, and everything that was set aside."""

import hashlib
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from village_notice.domain.columns import FRAME_COLUMNS
from village_notice.domain.finding import Finding, Place
from village_notice.domain.money import format_fen
from village_notice.domain.packed import pack_columns
from village_notice.domain.reading import FileReading, SetAside
from village_notice.domain.text import column_letters
from village_notice.errors import ConservationError
from village_notice.settings import read_settings
from village_notice.sources.corrected import take_front_sheet
from village_notice.sources.grid import WorkbookGrids
from village_notice.sources.heading_index import HeadingIndex
from village_notice.sources.layout_file import read_layouts
from village_notice.sources.limits import Unreadable
from village_notice.sources.places import PlaceFinder
from village_notice.sources.read_options import ReadOptions
from village_notice.sources.reference import read_reference
from village_notice.sources.repeats import find_repeats
from village_notice.sources.same_money import find_changes, find_sums
from village_notice.sources.sheet_task import SheetResult, SheetTask
from village_notice.sources.surroundings import Lookups, Surroundings
from village_notice.sources.told_sums import check_told_sums
from village_notice.sources.totals import FEN_OF_ROUNDING
from village_notice.sources.workbook import read_workbook
from village_notice.sources.zip_members import read_input

_FEWEST_ALIKE = 2
_COPY = re.compile(r"[(（]\d+[)）]$|副本|备份|复制|copy", re.IGNORECASE)


def load_lookups(options: ReadOptions) -> tuple[HeadingIndex, Lookups]:
    """The reference data, loaded once a process, and what the clerk has answered about layouts.

    Raises:
        SettingsError: The settings, a reference file or an answer has a mistake.
    """
    index, lookups = _load_reference(replace(options, year=0, password=None))
    layouts = read_layouts(options.home, lookups.subsidies)
    return index, replace(lookups, layouts=layouts) if layouts.layouts else lookups


@lru_cache(maxsize=4)
def _load_reference(options: ReadOptions) -> tuple[HeadingIndex, Lookups]:
    reference = read_reference(read_settings(options.home), options.register)
    home = options.townships[0] if len(options.townships) == 1 else ""
    places = PlaceFinder(reference.register, home)
    return HeadingIndex(reference.headings, reference.subsidies), Lookups(
        places, reference.subsidies, reference.statuses
    )


def read_file(path: Path, relative: str, options: ReadOptions) -> FileReading:
    """A file of the inbox, read.

    Args:
        path: The file.
        relative: Its path inside the inbox, with /.
        options: Year, townships and where the reference data is.

    Raises:
        ConservationError: A place read is neither a payment nor set aside: a bug, never the clerk's fault.
    """
    sha256 = ""
    try:
        data = read_input(path)
        sha256 = hashlib.sha256(data).hexdigest()
        book = read_workbook(data, path.suffix, password=options.password)
        copy_of = take_front_sheet(data, book)
        reading = read_tasks(book, relative, options, copy_of.path)[0]
    except Unreadable as error:
        finding = Finding(error.code, Place(relative), found=error.found)
        return FileReading(relative, sha256, findings=[finding], readable=False)
    reading.sha256, reading.corrects = sha256, copy_of.hashes
    return reading


def read_grids(book: WorkbookGrids, relative: str, options: ReadOptions) -> FileReading:
    """An opened file as payments; arguments and errors as `read_file`."""
    return read_tasks(book, relative, options)[0]


def read_tasks(
    book: WorkbookGrids, relative: str, options: ReadOptions, source: str = ""
) -> tuple[FileReading, list[SheetTask]]:
    """As `read_grids`, with the sheets' tasks, which know how each table was understood.

    `source` is the path of the file that a corrected copy was made of: its names tell what the copy's own do not.
    """
    reading = FileReading(relative)
    reading.findings += [Finding(code, Place(relative, sheet), found=found) for code, sheet, found in book.notes]
    tasks = _read_sheets(book, relative, options, source)
    results = [task.result for task in tasks]
    _leave_out_repeats(results, relative)
    _leave_out_same_money(results, relative)
    _compare_summaries(results, relative)
    for task, finding in check_told_sums(tasks):
        task.result.findings.append(finding)
    _join(reading, results)
    if not reading.findings and any(g.errors or g.uncalculated for g in book.grids) and not reading.count:
        words = "除了错误值（如 #REF!）和没有算出结果的公式，没有别的内容"
        reading.findings.append(Finding("F08", Place(relative), found=words))
    return reading, tasks


def _read_sheets(book: WorkbookGrids, relative: str, options: ReadOptions, source: str) -> list[SheetTask]:
    """Every sheet; one that names no township takes that of the others where they name only one."""
    index, lookups = load_lookups(options)
    around = Surroundings(relative, "", lookups, options.year, source=source)
    tasks = [SheetTask(g, replace(around, sheet=g.name), index) for g in book.grids]
    titles = {text for task in tasks for text in task.titles}
    townships = {t for text in titles if (t := lookups.places.find_in_text(text)[0])}
    before = None
    for task in tasks:
        task.read(next(iter(townships)) if len(townships) == 1 else "", before)
        before = task
    return tasks


def _leave_out_repeats(results: list[SheetResult], relative: str) -> None:
    """Detail and summary of the same money in one workbook are not added together.

    A sheet is left out (F09) where its payments are exactly those of all other sheets together, or those of one and its
    name says that it is a copy. A sheet called 汇总 or 统计 is left out where at least half of its payments stand on the
    others, and T03 tells what the others lack. Two sheets alike under other names may be two payments: both count.
    """
    if sum(bool(r.rows) for r in results) < 2:
        return
    counts = [_count_payments(r) for r in results]
    everything = _sum_up(counts)
    for place, (result, own) in enumerate(zip(results, counts, strict=True)):
        if not own:
            continue
        elsewhere = {key: everything[key] - count for key, count in own.items()}
        alike = sum(min(count, elsewhere[key]) for key, count in own.items())
        is_copy = bool(_COPY.search(result.name)) and any(own == c for i, c in enumerate(counts) if i != place)
        is_union = (
            own == elsewhere
            and everything.total() == 2 * own.total()
            and own.total() >= _FEWEST_ALIKE
            and sum(bool(c) for c in counts) > 2
        )
        if is_copy or is_union or (result.seems_summary and alike * 2 >= own.total()):
            rest = [v for r in results if r is not result for v in r.values["raw_fen"] if isinstance(v, int)]
            _leave_out(result, relative, rest)
            everything.subtract(own)
            counts[place] = Counter()


def _leave_out_same_money(results: list[SheetResult], relative: str) -> None:
    """Lists of changes and sheets of sums are left out (F09) where they say what they are; else held until somebody has looked (X20).

    A payment that an earlier sheet of the workbook has too, for the same time, is held.
    """
    for place in list(find_changes(results)):
        _leave_out(results[place], relative)
    while exact := [s.place for s in find_sums(results) if s.is_exact and results[s.place].says_sum]:
        _leave_out(results[exact[0]], relative)
    for place, is_exact in find_sums(results):
        result = results[place]
        words = "各人的金额正好是那几张表相加" if is_exact else "多数人的金额正好是那几张表相加"
        result.findings.append(Finding("X20", Place(relative, result.name), words, "其他工作表"))
    _hold_repeats(results, relative)


def _hold_repeats(results: list[SheetResult], relative: str) -> None:
    """X20 for what an earlier list of the workbook has too: for the sheet where all of it is, else for the payments."""
    repeats = find_repeats(results)
    for sheet, result in enumerate(results):
        own = [r for r in repeats if r.sheet == sheet]
        places = {r.other_sheet for r in own}
        if len({r.row for r in own if r.is_same}) == result.rows > 1 and sheet not in places:
            names = "、".join(f"工作表“{results[p].name}”" for p in sorted(places))
            words = f"共 {result.rows} 笔，姓名、项目、金额都相同"
            result.findings.append(Finding("X20", Place(relative, result.name), words, names))
            own = []
        for r in own:
            words = "同一人、同一项目、同一金额" if r.is_same else "同一人、同一项目，金额不同"
            _tell_repeat(results, relative, (r.sheet, r.row), (r.other_sheet, r.other_row), words)
            if not r.is_same:  # nobody knows which of the two was paid
                _tell_repeat(results, relative, (r.other_sheet, r.other_row), (r.sheet, r.row), words)


def _tell_repeat(
    results: list[SheetResult], relative: str, own: tuple[int, int], other: tuple[int, int], words: str
) -> None:
    result, row = results[own[0]], own[1]
    place = Place(relative, result.name, int(str(result.values["row"][row])), str(result.values["column"][row]))
    where = f"工作表“{results[other[0]].name}”第 {results[other[0]].values['row'][other[1]]} 行"
    fen, name = result.values["amount_fen"][row], str(result.values["name"][row])
    result.findings.append(Finding("X20", place, words, where, "", name, fen if isinstance(fen, int) else 0))


def _sum_up(counts: Sequence[Counter[tuple[object, ...]]]) -> Counter[tuple[object, ...]]:
    """All counts together."""
    total = Counter[tuple[object, ...]]()
    for count in counts:
        total.update(count)
    return total


def _count_payments(result: SheetResult) -> Counter[tuple[object, ...]]:
    values = result.values
    columns = (
        values["name"],
        values["id"],
        values["programme"],
        values["period"],
        values["pay_date"],
        values["amount_fen"],
    )
    return Counter(zip(*columns, strict=True))


def _leave_out(result: SheetResult, relative: str, rest: Sequence[int] | None = None) -> None:
    """The sheet's payments are set aside as a summary's; its findings go with them.

    `rest` is the money of the other sheets, where it should be the same.
    """
    own = [v for v in result.values["raw_fen"] if isinstance(v, int)]
    place = Place(relative, result.name)
    result.set_aside = [SetAside(*place, "summary_sheet", result.places_read, result.fen_read, "")]
    result.findings = [Finding("F09", place, found=f"共 {result.rows} 笔，与其他工作表是同一笔钱。")]
    result.findings += _compare(sum(rest), sum(own), len(rest), place) if rest is not None else []
    result.values = {c: [] for c in FRAME_COLUMNS}
    result.outcome = "summary_sheet"


def _compare(found_fen: int, stated_fen: int, rows: int, place: Place) -> list[Finding]:
    """T03 where a summary states another sum than the detail gives."""
    if abs(stated_fen - found_fen) <= max(rows, FEN_OF_ROUNDING):
        return []
    found, expected, difference = (format_fen(f) for f in (found_fen, stated_fen, abs(stated_fen - found_fen)))
    return [Finding("T03", place, found, expected, difference)]


def _compare_summaries(results: list[SheetResult], relative: str) -> None:
    """Sheets of sums beside detail are told as such (F09), and as T03 where their total is another."""
    sheets = [[v for v in r.values["raw_fen"] if isinstance(v, int)] for r in results]
    details = [v for sheet in sheets for v in sheet]
    if not details:
        return
    sums = {sum(sheet) for sheet in sheets if sheet}
    for result in results:
        if result.outcome != "no_table" or not result.seems_summary or not result.places_read:
            continue
        place = Place(relative, result.name)
        result.outcome = "summary_sheet"
        result.set_aside = [s._replace(kind="summary_sheet") for s in result.set_aside]
        result.findings = [
            Finding("F09", place, found=f"合计 {format_fen(result.stated[2])} 元。" if result.stated else "")
        ]
        if result.stated:
            row, column, fen = result.stated
            where = place._replace(row=row, column=column_letters(column))
            if fen not in sums:  # a workbook of several programmes may hold a summary of each
                result.findings += _compare(sum(details), fen, len(details), where)


def _join(reading: FileReading, results: list[SheetResult]) -> None:
    """The sheets' results as the file's."""
    values: dict[str, list[object]] = {c: [] for c in FRAME_COLUMNS}
    years = [f for r in results for f in r.findings if f.code == "F12"]
    reading.findings += [replace(f, place=Place(reading.file)) for f in years[:1]]
    for result in results:
        for column, cells in result.values.items():
            values[column] += cells
        reading.findings += [f for f in result.findings if f.code != "F12"]
        reading.set_aside += result.set_aside
        reading.places_read += result.places_read
        reading.fen_read += result.fen_read
        reading.sheets.append(result.to_reading())
    reading.packed = pack_columns(values)
    _check_conservation(reading, values["raw_fen"])


def _check_conservation(reading: FileReading, raw_fen: Sequence[object]) -> None:
    rows = reading.count + sum(s.rows for s in reading.set_aside)
    fen = sum(v for v in raw_fen if isinstance(v, int)) + sum(s.fen for s in reading.set_aside)
    if (rows, fen) != (reading.places_read, reading.fen_read):
        raise ConservationError(
            f"{reading.file}：读到 {reading.places_read} 处 {reading.fen_read} 分，归类后 {rows} 处 {fen} 分。请把文件发给维护人员。"
        )
