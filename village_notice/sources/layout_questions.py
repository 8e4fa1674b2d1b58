"""What only the clerk knows about a table, as questions with the lines that settle them."""

import re
from collections.abc import Iterator, Sequence
from itertools import zip_longest

from village_notice.domain.finding import Finding
from village_notice.domain.money import parse_amount
from village_notice.domain.text import column_letters
from village_notice.sources.grid import Grid
from village_notice.sources.layout_page import Question
from village_notice.sources.layouts import one_line
from village_notice.sources.sheet_task import SheetTask
from village_notice.sources.surroundings import Lookups
from village_notice.sources.tables import Table
from village_notice.sources.whole_table import Understood
from village_notice.sources.wording import fold_words

_NOISE = re.compile(r"[\d\s年月日度第批次季()（）\-_.·—]+|副本")


def ask_questions(task: SheetTask, one: Understood, asked: Sequence[Finding], lookups: Lookups) -> Iterator[Question]:
    """What is open about a table, with the lines that settle it."""
    columns, found = one.columns, {f.code: f.found for f in asked}
    numbers = _find_numbers(task.grid, one)
    is_turned = task.shape == "turned"

    def list_lines(key: str, found: Sequence[int]) -> tuple[str, ...]:
        return _column_lines(key, found, one.table, is_turned=is_turned)

    others = [c for c in numbers if c not in columns.fields.values()]
    for name, rivals in columns.open_fields.items():
        key, words = ("村列", "哪一列是领钱的人所在的村？") if name == "village" else ("姓名列", "哪一列是领到钱的人？")
        yield Question("H10", words, list_lines(key, rivals))
    if "H09" in found:
        choices = columns.rivals or tuple(dict.fromkeys([*(a.column for a in columns.amounts), *others]))
        yield Question("H09", "哪一列是实际发到卡上的金额？", list_lines("金额列", choices))
    if "H04" in found:
        yield Question("H04", f"金额的单位是元还是万元？（{found['H04']}）", ('单位 = "元"', '单位 = "万元"'))
    if "H02" in found:
        words = f"这些钱已经实际发到卡上了吗？（表里写着“{one_line(found['H02'])}”；还没有发的写 false，就不计入）"
        yield Question("H02", words, ("已实际发放 = true", "已实际发放 = false"))
    if code := next((c for c in ("H01", "F08") if c in found and not (one.answer and one.answer.is_left_out)), ""):
        doubt = "" if code == "H01" else "如果这是发放表，"
        if "name" not in columns.fields:
            names = tuple(
                c for c in range(1, len(one.table.texts) + 1) if c not in numbers and _has_cells(task, one, c)
            )
            yield Question(code, doubt + "哪一列是姓名？", list_lines("姓名列", names))
        if not columns.amounts:
            yield Question(code, doubt + "哪一列是实际发到卡上的金额？", list_lines("金额列", others))
    if "H07" in found:
        example = next((s.name for s in lookups.subsidies.subsidies), "")
        yield Question("H07", "这是哪一项补贴？请写补贴项目表里的全称，下面只是例子。", (f'项目 = "{example}"',))


def _column_lines(key: str, columns: Sequence[int], table: Table, *, is_turned: bool) -> tuple[str, ...]:
    """The line that names each column; on a turned sheet its row is told."""
    return tuple(
        f'{key} = "{column_letters(c)}"    # {one_line(table.texts[c - 1])}' + (f"（第 {c} 行）" if is_turned else "")
        for c in columns
    )


def _has_cells(task: SheetTask, one: Understood, column: int) -> bool:
    rows = task.grid.rows[one.table.header_last : one.table.body_last]
    return any(column <= len(r) and r[column - 1] not in (None, "") for r in rows)


def _find_numbers(grid: Grid, one: Understood) -> list[int]:
    """Columns that hold amounts of money, or could."""
    rows = [one.table.view(r) for r in grid.rows[one.table.header_last : one.table.body_last]]
    found = []
    for column, cells in enumerate(list(zip_longest(*rows))[: len(one.table.texts)], 1):
        filled = [c for c in cells if c not in (None, "")]
        if filled and sum(parse_amount(c) is not None for c in filled) * 2 > len(filled):
            found.append(column)
    return found


def find_scope(task: SheetTask, one: Understood, lookups: Lookups) -> list[str]:
    """The words that tell this list from others with the same headings: its programme, else its file's or folder's name."""
    named = lookups.subsidies.match(one.context.programme_text).subsidy if one.context else None
    if named and not _is_answered(one):
        return [named.name]
    *folders, name = task.around.file.split("/")
    for text in (name.rpartition(".")[0], *reversed(folders)):
        plain = fold_words(text)
        for place in lookups.places.find_in_text(plain):
            plain = plain.replace(place, "") if place else plain
        plain = max((p for p in _NOISE.split(plain) if p), key=len, default="")
        if len(plain) >= 2:
            return [plain]
    return []


def _is_answered(one: Understood) -> bool:
    return bool(one.answer and one.context and one.answer.programme == one.context.programme_text)
