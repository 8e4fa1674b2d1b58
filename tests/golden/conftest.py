"""Golden cases as plain text: what a department's sheet looks like, and exactly what must come out of it.

A case is one file of `cases/`: remarks (#), the file's name (文件:), its sheets, then `->` and the payments and findings.

    # Village names stand in a column of their own.
    文件: 望岚镇/2023年耕地地力保护补贴.xlsx
    == Sheet1
    姓名 | 村 | 补贴金额（元）
    甲一 | 东岚 | 120
    -> payments
    Sheet1 2 C 甲一 120.00 东岚村
    -> findings
    R02 Sheet1 3 B

Cells are separated by ` | `: numbers and @2023-06-07 are typed, 'x is always text, #x always a number, {n} is the
invented ID of person n, = a formula without a result, ~x~ struck through, \\n a line break, \\ue81e a character by its number, < merged to the left,
^ merged with the cell above. `== name; from C5; hidden; hidden rows 3 4; hidden columns B; year 2023` are options.
"""

import re
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from openpyxl.styles import Font
from openpyxl.utils import column_index_from_string

from village_notice.domain.identity import id_check_digit
from village_notice.domain.money import format_fen
from village_notice.sources.payments import ReadOptions, read_file

HERE = Path(__file__).parent
_QUIET = {"H03", "C03", "C16"}
"""Findings left out of the comparison unless a case names one of them."""


@dataclass
class Sheet:
    name: str
    options: list[str]
    rows: list[list[str]] = field(default_factory=list)

    def option(self, start):
        return next((o.removeprefix(start).strip() for o in self.options if o.startswith(start)), None)


@dataclass
class Case:
    file: str
    sheets: list[Sheet]
    payments: list[str]
    findings: list[str]


def make_id(number, birth="19600101", area="379999"):
    """The ID of an invented person, in an area code nobody has."""
    first = f"{area}{birth}{number:03d}"
    return first + id_check_digit(first)


def parse_case(text):
    case, part = Case("表.xlsx", [], [], []), ""
    for line in text.splitlines():
        if line.startswith("#"):
            continue
        if line.startswith("文件:"):
            case.file = line[3:].strip()
        elif line.startswith("=="):
            name, *options = [p.strip() for p in line[2:].strip().split(";")]
            case.sheets.append(Sheet(name, options))
            part = "sheet"
        elif line.startswith("->"):
            part = line[2:].strip()
        elif part == "sheet":
            case.sheets[-1].rows.append([c.strip(" ") for c in line.split("|")] if line.strip() else [])
        elif line.strip():
            (case.payments if part == "payments" else case.findings).append(" ".join(line.split()))
    for sheet in case.sheets:
        while sheet.rows and not sheet.rows[-1]:
            sheet.rows.pop()
    return case


def parse_cell(text):
    """The value of a cell as a case writes it."""
    text = re.sub(r"\{(\d+)\}", lambda m: make_id(int(m[1])), text).replace("\\n", "\n")
    text = re.sub(r"\\u([0-9a-f]{4})", lambda m: chr(int(m[1], 16)), text)
    if text in ("", "<", "^"):
        return None
    if text[0] == "'":
        return text[1:]
    if text[0] == "@":
        return date.fromisoformat(text[1:])
    if text[0] == "#":
        return float(text[1:])
    if re.fullmatch(r"-?(0|[1-9]\d{0,11})", text):
        return int(text)
    if re.fullmatch(r"-?\d{1,10}\.\d+", text):
        return float(text)
    return text.strip("~") if len(text) > 2 and text[0] == "~" == text[-1] else text


def write_xlsx(case, path):
    """The case as a workbook."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for sheet in case.sheets:
        _fill(book.create_sheet(sheet.name), sheet)
    path.parent.mkdir(parents=True, exist_ok=True)
    book.save(path)


def write_xls(case, path):
    """The case as an old workbook; struck-through text, hidden parts and formulas are left to the other writer."""
    import xlwt

    book = xlwt.Workbook()
    day = xlwt.easyxf(num_format_str="yyyy-mm-dd")
    for sheet in case.sheets:
        target = book.add_sheet(sheet.name)
        merges = {(r, c): (last_row, last) for r, c, last_row, last in find_merges(sheet.rows)}
        for r, row in enumerate(sheet.rows):
            for c, text in enumerate(row):
                value = parse_cell(text)
                style = [day] if isinstance(value, date) else []
                if (r, c) in merges:
                    target.write_merge(r, merges[r, c][0], c, merges[r, c][1], "" if value is None else value, *style)
                elif value is not None:
                    target.write(r, c, value, *style)
    path.parent.mkdir(parents=True, exist_ok=True)
    book.save(str(path))


def is_plain(case):
    """Whether every writer can write the case."""
    cells = [c for sheet in case.sheets for row in sheet.rows for c in row]
    return not any(s.options for s in case.sheets) and not any(c.startswith(("=", "~")) for c in cells)


def _fill(target, sheet):
    start = sheet.option("from ") or "A1"
    left, top = column_index_from_string(re.sub(r"\d", "", start)), int(re.sub(r"\D", "", start))
    for r, row in enumerate(sheet.rows):
        for c, text in enumerate(row):
            cell = target.cell(top + r, left + c)
            cell.value = parse_cell(text)
            if isinstance(cell.value, str) and not text.startswith("="):
                cell.data_type = "s"
            if len(text) > 2 and text[0] == "~" == text[-1]:
                cell.font = Font(strike=True)
    for first_row, first_column, last_row, last_column in find_merges(sheet.rows):
        target.merge_cells(None, top + first_row, left + first_column, top + last_row, left + last_column)
    if "hidden" in sheet.options:
        target.sheet_state = "hidden"
    for number in (sheet.option("hidden rows ") or "").split():
        target.row_dimensions[int(number)].hidden = True
    for letters in (sheet.option("hidden columns ") or "").split():
        target.column_dimensions[letters].hidden = True


def find_merges(rows):
    """Merged ranges (from 0) that the marks < and ^ mean."""
    found = []
    for r, row in enumerate(rows):
        for c, text in enumerate(row):
            if text in ("<", "^"):
                continue
            last = c
            while last + 1 < len(row) and row[last + 1] == "<":
                last += 1
            low = r
            while low + 1 < len(rows) and c < len(rows[low + 1]) and rows[low + 1][c] == "^":
                low += 1
            if (low, last) != (r, c):
                found.append((r, c, low, last))
    return found


def read_case(path, relative, *, year=2023, townships=()):
    """What the reader makes of a file."""
    return read_file(path, relative, ReadOptions(year, tuple(townships), register=HERE / "register.csv"))


def list_payments(reading, extras=()):
    """One line a payment: sheet, row, column, name, amount, village, and the columns asked for."""
    lines = []
    for _, p in reading.payments.iterrows():
        amount = "?" if str(p["amount_fen"]) == "<NA>" else format_fen(int(p["amount_fen"]))
        line = [p["sheet"] or "-", p["row"], p["column"], p["name"] or "-", amount, p["village"] or "-"]
        lines.append(" ".join(map(str, line)) + "".join(f" {e}={_show(p, e)}" for e in extras))
    return lines


def _show(payment, column):
    names = {"quantity": ("quantity_milli", 1000), "rate": ("rate_micro", 1_000_000)}
    if column in names:
        name, scale = names[column]
        value = payment[name]
        return "" if str(value) == "<NA>" else f"{int(value) / scale:g}"
    return str(payment[column]).replace(" ", "")


def list_findings(reading, wanted=()):
    """One line a finding: code, sheet, row, column."""
    named = {line.split()[0] for line in wanted}
    lines = []
    for finding in reading.findings:
        if finding.code in _QUIET - named:
            continue
        place = finding.place
        parts = [finding.code, place.sheet, str(place.row) if place.row else "", place.column]
        lines.append(" ".join(p for p in parts if p))
    return sorted(lines)


def find_extras(lines):
    """The names of the further columns a case's payments show."""
    return tuple(dict.fromkeys(m[1] for line in lines for m in re.finditer(r" (\w+)=", line)))


@pytest.fixture
def golden():
    """The functions of this module, for tests beside it."""
    import types

    names = (
        "parse_case",
        "write_xlsx",
        "write_xls",
        "is_plain",
        "read_case",
        "list_payments",
        "list_findings",
        "find_extras",
        "make_id",
        "parse_cell",
        "find_merges",
    )
    return types.SimpleNamespace(**{n: globals()[n] for n in names}, Case=Case, Sheet=Sheet, folder=HERE)
