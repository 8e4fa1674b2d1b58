"""Words beside a list that are in no column of it: comments on cells, text boxes, print headers, cells right of the table.

On a payment's row they are a remark of that payment, anywhere else a note of the list.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from village_notice.domain.finding import Finding, Place
from village_notice.domain.patterns import compile_late
from village_notice.domain.remark import may_tell_of_removal, says_not_paid, sounds_negative, tells_of_failure
from village_notice.domain.text import column_letters
from village_notice.sources.column_map import ColumnMap
from village_notice.sources.grid import Cell, Grid
from village_notice.sources.sheet_reader import TableReading, list_table_columns
from village_notice.sources.tables import Table, cell_text
from village_notice.sources.wording import fold_words

_LONGEST = 60
_MOST_NOTES = 200
_FAR_BELOW = 100
"""So many rows below the last one a comment still belongs to the sheet's last list."""
_LONGEST_NOTE = 200
_LONGEST_CLAUSE = 20
_LINES = re.compile(r"[\r\n。；;]+")
_CLAUSES = compile_late(r"[\s，,；;。、:：()（）!！]+")
_DEAD = compile_late(
    r"(?:此|该|这|本)?(?:人|户主?|老人|老汉)?(?:已经?|早就?|于?\d{0,4}年?\d{1,2}月(?:份|\d{1,2}[日号])?|[今去]年)?"
    r"(?:已经?|就)?(?:死亡?|亡故?|故|去世|病故|过世|走|没|不在世?)了?"
)
_TWICE = compile_late(
    r"(?:(?:是|有|已|与|和|跟|同)?(?:[上下前后]面?一?[行个户笔条]?|第?\d+[行号条])[^，,。；;重不无没]{0,6}|已)?重了?|"
    r"[^，,。；;不无没未]{0,8}(?<![不无没未])重复(?:发放?|登记|申报|享受)?了?"
)
_OTHERS = compile_late(r"代[领收办签]|继承|(?:[儿子女妻夫孙侄弟兄姐妹]|配偶|家属|遗属|丈夫|老伴)[^，,。；;]{0,4}领")
"""Words of somebody who takes the money in place of the dead."""
_WORD = compile_late(r"[\u4e00-\u9fff]")
_VOID = compile_late(
    r"(?:此|本|该|上)?(?:表|页|名单|名册|清册|件)?[^，,。；;：:不未无没如若]{0,4}"
    r"(?:作废|废止|废表|勿用|不用了?(?=$|[，,。；;）)!！])|停用|停发(?!人员)|未发放?(?![户人名的者现生证])|未兑[付现]|未拨付|不发放?|暂不发放?|暂停发放?|暂缓发放?|草稿(?!纸)|初稿|样[表稿]|(?:待|需)?重[做新报])"
    r"(?:[^，,。；;：:]{0,4}|[,，：:。；;!！ ].*)?"
)
_REPLACED = compile_late(
    r"以[^，,。；;]{0,12}(?:第?二次|新|另|后|正式|重新|更正|修改|调整|最终|最后)[^，,。；;]{0,12}为准|"
    r"不(?:作为?|能作|得作为?|做)[^，,。；;]{0,4}(?:发放|兑付|补贴|拨款|打卡)[^，,。；;]{0,4}(?:依据|凭证|使用)|(?:仅|只)(?:供|作|用于)[^，,。；;]{0,10}(?:核对|参考|测算|公示前|存档|备查)"
)
_NO_VOID = compile_late(r"涂改|复印|盖章|无效|[如若]有|如果|凡|逾期|不得(?!作)|请勿|不要|填[报写表入停]|列入")
"""涂改无效 and 如有改动作废 are printed on every form."""
_UNIT = compile_late(
    r"(?:单位|[此本该这][列表栏页]|金额|数[字额值]|表中|表内|均|都|以|按)[^，,。；;\d超满过达上不足每一二三四五六七八九两几数第百千万亿角分元]{0,6}?"
    r"((?:百|千|十|十万|百万|千万|亿|万)元)(?=$|[，,。；;）)!！\s]|计|填|为单位|算|来)"
)
_OTHER_MONEY = compile_late(r"工资|收入|资产|产值|投资|保费|保额|贷款")


class Note(NamedTuple):
    """Words that are said of a list as a whole, and where they stand: 批注, 文本框, 页眉, 页脚."""

    kind: str
    text: str


def list_notes(grid: Grid, tables: Sequence[Table], place: int, rows: Sequence[object]) -> list[Note]:
    """What is said of a list as a whole.

    Args:
        grid: The sheet.
        tables: The tables of the sheet.
        place: Which of them is the list, from 0.
        rows: The rows of its payments, whose comments are their own.
    """
    if not grid.comments and not grid.margins:
        return []
    table, own = tables[place], set(rows)
    last = table.body_last if any(t.header_first > table.body_last for t in tables) else len(grid.rows) + _FAR_BELOW
    first = max((t.body_last for t in tables if t.body_last < table.header_first), default=0) + 1
    found = list(grid.margins)
    found += [
        ("批注", text) for (row, _), text in sorted(grid.comments.items()) if first <= row <= last and row not in own
    ]
    lines = ((kind, t.strip()) for kind, text in found for t in _LINES.split(text))
    notes = dict.fromkeys(Note(kind, text[:_LONGEST_NOTE]) for kind, text in lines if text)
    return sorted(notes, key=lambda note: not is_void(note.text))[:_MOST_NOTES]  # what matters most is not cut off


def tell_units(grid: Grid, tables: Sequence[Table], place: int) -> Table:
    """The list with what comments and texts beside it say of the unit of its money, as a title would: 单位：百元."""
    table = tables[place]
    if not grid.comments and not grid.margins:
        return table
    body = range(table.header_last + 1, table.body_last + 1)
    notes = (fold_words(note.text) for note in list_notes(grid, tables, place, body))
    found = (m for text in notes if not _OTHER_MONEY.search(text) and (m := _UNIT.search(text)))
    units = tuple(dict.fromkeys(f"单位：{m[1]}" for m in found))
    return replace(table, above=(*table.above, *units)) if units else table


def move_comments(grid: Grid, turned: Grid) -> Grid:
    """A sheet put into another shape, with the comments of the sheet itself as words beside it."""
    comments = [("批注", text) for text in grid.comments.values()]
    return replace(turned, comments={}, margins=[*grid.margins, *comments])


def tell_notes(notes: Sequence[Note], told: Iterable[Finding], place: Place) -> Iterator[Finding]:
    """What was told of the list, with where the words stand; and H12 where a note says that the list is void or not paid."""
    has_told = False
    for one in told:
        kind = next((n.kind for n in notes if one.code == "H12" and one.found and n.text.startswith(one.found)), "")
        has_told = has_told or one.code == "H12"
        yield replace(one, found=f"{one.found}（{kind}）") if kind else one
    if not has_told:
        void = next((n for n in notes if is_void(n.text)), None)
        if void:
            yield Finding("H12", place, found=f"{void.text[:_LONGEST]}（{void.kind}）")


def is_void(text: str) -> bool:
    """Whether a text says of a whole list that it is void, replaced or not paid (作废 重做, 以第二次公示为准)."""
    plain = fold_words(text)
    if len(plain) > _LONGEST or _NO_VOID.search(plain):
        return False
    return bool(_VOID.fullmatch(plain) or _REPLACED.search(plain))


def speaks_against(text: str) -> bool:
    """Whether a word written beside a person says that the money is in doubt: 没发, 人已死, 跟上行重."""
    if tells_of_failure(text) or may_tell_of_removal(text) or says_not_paid(text):
        return True
    clauses = [c for c in _CLAUSES.split(text) if 0 < len(c) <= _LONGEST_CLAUSE]
    if any(map(_TWICE.fullmatch, clauses)):
        return True
    return any(map(_DEAD.fullmatch, clauses)) and not _OTHERS.search(text)


def tell_rows(
    grid: Grid, table: Table, columns: ColumnMap, reading: TableReading, told: Sequence[Finding]
) -> Iterator[Finding]:
    """R18 for each payment beside which such a word stands; words that may mean it become part of its remark (R19)."""
    values = reading.values
    rows = values["row"]
    words = [*_list_comments(grid, table, rows), *_list_right(grid, table, columns, rows)]
    if not words:
        return
    positions: dict[int, list[int]] = {}
    asked = {f.place.row for f in told if f.code == "R04"}
    for i, row in enumerate(rows):
        positions.setdefault(int(str(row)), []).append(i)
    for row, column, text in words:
        for i in positions.get(row, ()):
            if values["status"][i] not in ("", "成功") or not values["raw_fen"][i] or row in asked:
                continue
            if speaks_against(text):
                where = Place(str(values["file"][i]), str(values["sheet"][i]), row, column_letters(column))
                yield Finding("R18", where, found=text[:_LONGEST], person=str(values["name"][i]))
            elif sounds_negative(text):
                values["remark"][i] = " ".join(filter(None, (str(values["remark"][i]), text[:_LONGEST])))


def _list_comments(grid: Grid, table: Table, rows: Sequence[object]) -> Iterator[tuple[int, int, str]]:
    """(row, column, words) of the comments on the rows of payments."""
    if not grid.comments:
        return
    own = set(rows)
    for (row, column), text in sorted(grid.comments.items()):
        if row in own and (not table.columns or column in table.columns):
            yield row, column, "批注：" + " ".join(text.split())[:_LONGEST_NOTE]


def _list_right(grid: Grid, table: Table, columns: ColumnMap, rows: Sequence[object]) -> Iterator[tuple[int, int, str]]:
    """(row, column, words) of the cells right of the last heading that no heading stands above."""
    last = max((c for c, text in enumerate(table.texts, 1) if text), default=0)
    width = min(len(table.texts), max(table.columns, default=len(table.texts)))
    if not last or width <= last or not rows:
        return
    taken = {*columns.fields.values(), *(a.column for a in columns.amounts)}
    body = grid.rows[table.header_last : table.body_last]
    cells = list_table_columns(grid, table, list(map(table.view, body)) if table.columns else body)
    own = set(rows)
    for column in range(last + 1, min(width, len(cells)) + 1):
        if column in taken or str not in set(map(type, cells[column - 1])):
            continue
        for row, value in enumerate(cells[column - 1], table.header_last + 1):
            if row in own and (text := _read_word(value)):
                yield row, column, text


def _read_word(value: Cell) -> str:
    is_word = isinstance(value, str) and len(value) <= _LONGEST and bool(_WORD.search(value))
    return cell_text(value) if is_word else ""
