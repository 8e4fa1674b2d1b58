"""What a reader child does for 核对/: an annotated copy of one workbook, or what changed in one that came back.

It loads neither pandas nor openpyxl where it need not: a child that starts slowly costs more than twenty copies.
"""

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

from village_notice.checks.annotated import Origin, annotate_sheets, annotate_xlsx
from village_notice.checks.corrections import CellChange, compare_sheets
from village_notice.copy_request import Request
from village_notice.domain.rules import switch_rules
from village_notice.sources.corrected import read_source_path, take_front_sheet
from village_notice.sources.sniff import NAMES, find_form
from village_notice.sources.workbook import read_workbook, unlock
from village_notice.sources.zip_members import read_input


def make_copy(path: Path, relative: str, request: Request) -> bytes:
    """The bytes of an annotated copy; runs in a reader child.

    Raises:
        Unreadable: The file cannot be opened.
    """
    with switch_rules(request.switches):
        return _annotate(path, relative, request)


def _annotate(path: Path, relative: str, request: Request) -> bytes:
    data = read_input(path)
    hashes = (*request.sources, hashlib.sha256(data).hexdigest())
    form, _ = find_form(data)
    is_locked = form == "locked"
    opened = unlock(data, request.password) if is_locked else data
    losses: tuple[str, ...] = ("打开密码",) if is_locked else ()
    if find_form(opened)[0] == "xlsx":
        try:
            origin = Origin(relative, hashes, request.stamp, losses, read_source_path(opened))
            return annotate_xlsx(opened, request.findings, origin)
        except Exception:  # noqa: BLE001 - whatever openpyxl stumbles over, our own reader may not
            losses = (*losses, "全部格式（原文件写法特殊）")
    elif not is_locked:
        losses = (f"原来的格式（{NAMES.get(form, form)}，副本改为 .xlsx）",)
    else:
        losses = (*losses, "全部格式")
    book = read_workbook(data, path.suffix, password=request.password)
    source = take_front_sheet(data, book).path
    if any(g.uncalculated for g in book.grids):
        losses = (*losses, "没有保存结果的公式")
    sheets = [g for g in book.grids if not g.is_chart]
    return annotate_sheets(sheets, request.findings, Origin(relative, hashes, request.stamp, losses, source))


def compare_copy(path: Path, _relative: str, source: Path, password: str | None) -> list[CellChange]:
    """What is other in a corrected copy than in its source; runs in a reader child.

    Raises:
        Unreadable: One of them cannot be opened.
    """
    sides = []
    for place in (source, path):
        data = read_input(place)
        book = read_workbook(data, "", password=password)
        take_front_sheet(data, book)
        sides.append({g.name or "Sheet1": _show_rows(g.rows, g.errors) for g in book.grids})
    return compare_sheets(*sides)


def _show_rows(rows: Sequence[Sequence[object]], errors: Mapping[tuple[int, int], str]) -> list[list[object]]:
    """The cells with error texts in them."""
    shown = [list(row) for row in rows]
    for (row, column), text in errors.items():
        if row <= len(shown):
            shown[row - 1] += [None] * (column - len(shown[row - 1]))
            shown[row - 1][column - 1] = text
    return shown
