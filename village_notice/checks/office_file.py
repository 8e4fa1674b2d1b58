"""Tables that the office keeps itself (waivers, control totals, the deceased), read whatever Excel or WPS saved them as."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from village_notice.domain.text import fold_text
from village_notice.errors import ReferenceFileError

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

Cells = Sequence[object]
_SEPARATORS = ",\t;"
_FORMS = (".xls", ".xlsx", ".xlsm", ".et", ".ods", ".csv", ".txt", ".tsv")


def refuse_other_forms(home: Path, names: Sequence[str]) -> None:
    """Nothing, where the office keeps no table of this name in a form that is not read.

    A list saved as .xls beside an empty .csv would be passed over without a word.

    Raises:
        ReferenceFileError: There is one.
    """
    stem = names[0].partition(".")[0]
    for path in sorted(home.glob(f"{stem}.*")):
        if path.name not in names and path.suffix.lower() in _FORMS:
            raise ReferenceFileError(path.name, 1, "", f"这种格式不读，请另存为 {'或 '.join(names)}")


def read_rows(path: Path) -> list[tuple[int, list[str]]]:
    """Every line of a .csv with its number as a text editor shows it (of a line of several, the last).

    UTF-8, GB18030 or UTF-16; parted by commas, tabs or semicolons.
    """
    data = path.read_bytes()
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = data.decode("utf-16", errors="replace")
    else:
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = data.decode("gb18030", errors="replace")
    head = next((line for line in text.splitlines() if line.strip()), "")
    separator = max(_SEPARATORS, key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    return [(reader.line_num, row) for row in reader]


def read_sheets(path: Path) -> list[list[Cells]]:
    """The sheets of an .xlsx, cell by cell, as they were last saved; cells merged downwards all hold the value of the first.

    Raises:
        ReferenceFileError: It cannot be opened.
    """
    import openpyxl

    try:
        book = openpyxl.load_workbook(path, data_only=True)
    except Exception as error:  # a damaged workbook shows as any of zipfile's, expat's or openpyxl's errors
        raise ReferenceFileError(path.name, 1, "", f"打不开（{type(error).__name__}），请另存为 .xlsx") from error
    return [_read_sheet(sheet) for sheet in book.worksheets]


def _read_sheet(sheet: "Worksheet") -> list[Cells]:
    rows = [list(row) for row in sheet.iter_rows(values_only=True)]
    for merged in sheet.merged_cells.ranges:
        if merged.min_col == merged.max_col:
            for row in rows[merged.min_row : merged.max_row]:
                row[merged.min_col - 1] = rows[merged.min_row - 1][merged.min_col - 1]
    return [tuple(row) for row in rows]


def read_records(
    path: Path, words: Mapping[str, Sequence[str]], needed: Sequence[str]
) -> Iterator[tuple[int, dict[str, str]]]:
    """(line, field → text) of every line that is not blank, in the order of the file.

    Args:
        path: A .csv with headings in its first line.
        words: Field → what its heading may be; the first of them is what an error says.
        needed: Fields whose headings must be there.

    Raises:
        ReferenceFileError: A heading is missing.
    """
    rows = [(number, row) for number, row in read_rows(path) if any(cell.strip() for cell in row)]
    if not rows:
        return
    heads = [fold_text(cell).casefold() for cell in rows[0][1]]
    columns = {field: next((heads.index(w) for w in known if w in heads), None) for field, known in words.items()}
    missing = [words[field][0] for field in needed if columns[field] is None]
    if missing:
        told = "、".join(known[0] for known in words.values())
        raise ReferenceFileError(path.name, rows[0][0], "", f"没有“{'、'.join(missing)}”列；第一行应写：{told}")
    for number, row in rows[1:]:
        yield number, {f: row[i].strip() if i is not None and i < len(row) else "" for f, i in columns.items()}
