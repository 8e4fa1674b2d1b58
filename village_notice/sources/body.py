"""What each row below the headings is: a payment, or one of the things that are set aside, with the reason."""

import re
from collections.abc import Sequence

from village_notice.sources.column_map import ColumnMap
from village_notice.sources.grid import Cell
from village_notice.sources.tables import Table, cell_text
from village_notice.sources.wording import fold_words

_CARRIED = re.compile(r"^(承前页|承上页|过次页|转下页|接上页|累计|本页累计)")
_SUBTOTAL = re.compile(r"^(本页合计|本页小计|本页计|.{0,12}小计)([:：(（].*)?$")
_TOTAL = re.compile(r"^(.{0,12}(合计|总计|共计|总合计)|合|总)([:：(（¥].*)?$")
_FOOTER = re.compile(
    r"^(制表|审核|复核|填表|填报|负责人|单位负责人|分管|经办|村主任|村书记|会计|出纳|备注[:：]|说明|注[:：]|联系电话|公示期|监督电话|第\d+页|"
    r"(?:单位|乡镇|村委会)?[(（]?盖章|日期[:：]|其中)"
)
_EXAMPLE = re.compile(r"示例|样例|^例[:：]|填写说明|填表说明")
_VILLAGE_LABEL = re.compile(r"^(村名|村别|村庄|行政村|所在村|村居|村\(居\)|村)[:：]\S")
_NUMBERING = re.compile(r"[(（]?\d{1,2}[)）]?([=＝].*)?|[甲乙丙丁戊己庚辛]|栏次|序号|[①-⑳]([=＝].*)?|[A-Z]([=＝].*)?")
_EMPTY = (None, "")


def classify_row(row: Sequence[Cell], columns: ColumnMap, table: Table, number: int) -> str:
    """The kind of a body row: payment, blank, header, total, subtotal, carried, example, section or note."""
    filled = [(c, v) for c, v in enumerate(row, 1) if v not in _EMPTY and (not isinstance(v, str) or v.strip())]
    if not filled:
        return "blank"
    if (number <= table.header_last + 2 and table.header_last and _is_numbering(filled)) or _repeats(
        filled, table.texts
    ):
        return "header"
    texts = [fold_words(v) for _, v in filled[:6] if isinstance(v, str)]
    if texts and _VILLAGE_LABEL.match(texts[0]) and len(filled) <= 3:
        return "section"
    kind = _kind_of_words(texts[:4], _value(row, columns.fields.get("name")))
    if kind:
        return kind
    name = cell_text(_value(row, columns.fields.get("name")))
    has_money = any(_value(row, a.column) not in _EMPTY for a in columns.amounts)
    if len({v for _, v in filled}) == 1 and not has_money:
        return "section"
    return "payment" if name or has_money else "note"


def _kind_of_words(texts: Sequence[str], name: Cell) -> str:
    for text in texts:
        if _CARRIED.match(text):
            return "carried"
        if _SUBTOTAL.match(text):
            return "subtotal"
        if _TOTAL.match(text):
            return "total"
        if _EXAMPLE.search(text):
            return "example"
    if (
        texts
        and _FOOTER.match(texts[0])
        and not (isinstance(name, str) and 2 <= len(fold_words(name)) <= 4 and len(texts) > 2)
    ):
        return "note"
    return ""


def _is_numbering(filled: Sequence[tuple[int, Cell]]) -> bool:
    """Whether a row only numbers the columns: 1 2 3 …, 甲 乙 1 2 … or 栏次 ① ② ③=②×120."""
    texts = [fold_words(cell_text(v)) for _, v in filled]
    numbers = [int(t) for t in texts if t.isdecimal()]
    return (
        len(texts) >= 3
        and all(_NUMBERING.fullmatch(t) for t in texts)
        and numbers == list(range(numbers[0], numbers[0] + len(numbers)) if numbers else [])
    )


def _repeats(filled: Sequence[tuple[int, Cell]], texts: Sequence[str]) -> bool:
    """Whether a row repeats the headings, or one of their levels."""
    if len(filled) < 2 or not isinstance(filled[0][1], str):
        return False
    for column, value in filled:
        heading = texts[column - 1] if column <= len(texts) else ""
        plain = cell_text(value).replace(" ", "")
        if not heading or (plain not in heading.replace(" ", "").split("\n") and plain != heading.replace("\n", "")):
            return False
    return True


def _value(row: Sequence[Cell], column: int | None) -> Cell:
    return row[column - 1] if column and column <= len(row) else None
