""".xlsx, .xlsm, .xltx and Strict files: sheets in order, each by the engine its XML allows."""

import re

from village_notice.sources.cell_styles import StyleTable, read_styles
from village_notice.sources.grid import Grid, WorkbookGrids
from village_notice.sources.grid_maker import CellBudget, GridMaker
from village_notice.sources.limits import ReadLimits, Unreadable
from village_notice.sources.ooxml import Package, WorkbookEntry, read_workbook_entry
from village_notice.sources.xlsx_careful import read_careful
from village_notice.sources.xlsx_notes import NoteReader
from village_notice.sources.xlsx_plain import PlainReader
from village_notice.sources.xlsx_strings import SharedStrings, read_strings

_LARGE = 30_000_000
"""Bytes of a sheet that may hold more cells than are read."""
_LINKED = re.compile(rb"<(?:\w+:)?f(?:\s[^>]*)?>[^<]*\[\d+\]")


def read_xlsx(data: bytes, limits: ReadLimits) -> WorkbookGrids:
    """Every sheet of an .xlsx, as typed cells.

    Raises:
        Unreadable: F01 damaged, F03 only pictures or charts, F06 nothing in it, F10 a limit was hit.
    """
    package = Package(data, limits)
    entry = read_workbook_entry(package, limits)
    styles, strings = _read_styles(package, entry), _read_strings(package, entry, limits)
    budget = CellBudget(limits)
    links = _read_links(package, entry)
    book = WorkbookGrids([], "xlsx")
    makers: list[GridMaker] = []
    notes = NoteReader(package)
    for sheet in entry.sheets:
        if sheet.kind != "worksheet":
            book.grids.append(Grid(sheet.name, [], is_hidden=sheet.is_hidden, is_chart=True))
            continue
        xml = package.read(sheet.part)
        if len(xml) > _LARGE:
            budget.check_ahead(xml.count(b"<v>"))
        maker = PlainReader(sheet.name, styles, strings, budget).read(xml)
        if maker is None:
            budget.left = limits.cells - sum(len(r) for m in makers for r in m.grid.rows)
            maker = read_careful(sheet.name, xml, styles, strings, budget)
        maker.grid.is_hidden = sheet.is_hidden
        notes.read(maker.grid, sheet.part, xml)
        makers.append(maker)
        book.grids.append(maker.grid)
        if links and (found := len(_LINKED.findall(xml))):
            book.notes.append(("F14", sheet.name, f"{found} 个公式，引用 {links}"))
    if entry.recalculates:
        drop_uncounted_zeros(makers)
    for maker in makers:
        maker.finish()
    check_not_empty(book, has_pictures=package.has_folder("xl/media/"))
    return book


def drop_uncounted_zeros(makers: list[GridMaker]) -> None:
    """Takes 0 off formulas that were never calculated.

    Export libraries (xlsxwriter) write 0 under every formula and ask Excel to calculate on opening; read as they stand
    they would be payments of 0 yuan. Where any formula has another result, somebody has calculated the file.
    """
    zeros, formulas = sum(len(m.zero_formulas) for m in makers), sum(m.formulas for m in makers)
    if zeros != formulas:
        return
    for maker in makers:
        for row, column in maker.zero_formulas:
            maker.grid.rows[row - 1][column - 1] = None
        maker.uncalculated |= maker.zero_formulas


def check_not_empty(book: WorkbookGrids, *, has_pictures: bool = False) -> None:
    """F03 for a workbook of pictures or charts, F06 for one with nothing in it."""
    if any(g.rows or g.errors or g.uncalculated for g in book.grids):
        return
    if has_pictures:
        raise Unreadable("F03", "工作簿里只有图片，没有可以读的单元格，请要回电子表格")
    if any(g.is_chart for g in book.grids):
        raise Unreadable("F03", "工作簿里只有图表，没有可以读的单元格")
    raise Unreadable("F06", "工作簿里没有任何内容")


def _find_parts(entry: WorkbookEntry, kind: str) -> list[str]:
    return [r.target for r in entry.relations.values() if r.kind == kind and not r.is_external]


def _read_styles(package: Package, entry: WorkbookEntry) -> StyleTable:
    for part in _find_parts(entry, "styles"):
        return read_styles(package.read(part), part, since_1904=entry.since_1904)
    return StyleTable(since_1904=entry.since_1904)


def _read_strings(package: Package, entry: WorkbookEntry, limits: ReadLimits) -> SharedStrings:
    for part in _find_parts(entry, "sharedstrings"):
        if package.has_part(part):
            return read_strings(package.read(part), part, limits)
    return SharedStrings()


def _read_links(package: Package, entry: WorkbookEntry) -> str:
    """Names of the other workbooks this one takes values from, without their folders."""
    names = []
    for part in _find_parts(entry, "externallink"):
        names += [re.split(r"[\\/]", r.target)[-1] for r in package.read_relations(part).values()]
    return "、".join(dict.fromkeys(names)) or ("其他文件" if _find_parts(entry, "externallink") else "")
