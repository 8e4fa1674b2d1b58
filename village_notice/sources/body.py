"""What each row below the headings is: a payment, or one of the things that are set aside, with the reason."""

import re
from collections.abc import Container, Sequence
from functools import lru_cache

from village_notice.domain.patterns import compile_late
from village_notice.sources.column_map import ColumnMap
from village_notice.sources.grid import Cell
from village_notice.sources.tables import Table, cell_text
from village_notice.sources.wording import fold_words

_CARRIED = compile_late(r"^(承前页|承上页|过次页|转下页|接上页|累计|本页累计)")
_SUBTOTAL = compile_late(
    r"^(本页合计|本页小计|本页计|.{0,12}小[计结]|本?[村组户页镇社乡屯队]计|本[村组户页镇社]合计数)([:：(（].*)?$"
)
_SUMMED = compile_late(
    r"^(?!.*(?:发放|补[贴助]|情况|明细|[年月日]|[村组户]名))[^:：]{1,10}(?:汇总|计数|求和)([:：(（].*)?$"
)
"""东关村 汇总: what Excel writes below each group; beside a person it is a word of the row like any other."""
_TOTAL = compile_late(
    r"^(.{0,12}(合计|总计|共计|总合计)(?:[人户笔]?数|金额)?|合|总|共|计|汇总|全[镇村县乡组]|.{0,6}总(?:[笔户人]?数|金?额)|本表金额|.{1,8}[镇乡村区组道]合|(?i:total|sum))([:：(（¥].*)?$"
)
_FOOTER = compile_late(
    r"^(制表|审核|复核|填表|填报|负责人|单位负责人|分管|经办|村主任|村书记|会计|出纳|备注[:：]|说明|注[:：]|联系电话|公示期|监督电话|[(（—\-]*(?:此页|本页)?以下(?:空白|无)|第\d+页|"
    r"(?:单位|乡镇|村委会)?[(（]?盖章|(?:(?:资金)?(?:发放|打卡|打款|拨付|到[账帐]|支付|付款|兑付|代发))?(?:日期|时间)[:：]|其中|打印(?:柜员|时间|日期|人)|(?:经办|授权|操作)?柜员[:：]|操作员[:：]|"
    r"(?:代发)?(?:成功|失败|总)(?:笔数|户数|人数|金额)[:：]|.{2,14}(?:办事处|政府|委员会|财政所|民政办|信用社|银行|[局站所])[（(]盖章[)）])"
)
_DAY_LABEL = compile_late(r"(?:(?:资金)?(?:发放|打卡|打款|拨付|到[账帐]|支付|付款|兑付|代发))?(?:日期|时间)[:：]")
_FUNDS = compile_late(
    r"(?:其中[:：]?)?(?:中央|省级?|地?市级?|[县区]级?|[县区市]本级|本级|乡?镇级?|地方|各级)(?:财政)?(?:补[助贴偿]|奖补|配套|专项|衔接)?资金[:：]?"
)
"""A line below the total that says from where the money came: 其中：中央资金, 省级资金; no words but these."""
_SIGNATURE = compile_late(
    r"^(?:.{0,12}[（(]?(?:签[字名章]|盖章)[)）]?|.{0,6}(?:领导|镇长|村长|主任|书记|会计|出纳|负责人|监委|纪委))[:：]"
)
"""领导签字：乙一 below a list is no person without an amount."""
_LONE_DAY = compile_late(r"[12二].{3}年.{1,3}月(?:.{1,3}日)?")
"""The day of a letter, below the list."""
_DASHES = compile_late(r"[\s\-—–_=*.…·/]+")
_EXAMPLE = compile_late(r"示例|样例|^例[:：]|填写说明|填表说明")
_EXAMPLE_MARK = compile_late(r"[(（【]?(?:示例|样例|范例|例如)")
_LONGEST_MARK = 10
_COUNT = compile_late(r"共?[\d,.]+(?:户|人|人次|村|个|笔)?(?:次)?")
_VILLAGE_LABEL = compile_late(r"^(村名|村别|村庄|行政村|所在村|村居|村\(居\)|村)[:：]\S")
_NUMBERING = compile_late(r"[(（]?\d{1,2}[)）]?([=＝].*)?|[甲乙丙丁戊己庚辛]|栏次|序号|[①-⑳]([=＝].*)?|[A-Z]([=＝].*)?")
_EMPTY = (None, "")
_FIGURE = compile_late(r"[+\-￥¥]?[\d,]+(?:\.\d+)?[元户笔人次]{0,2}")
_ACCOUNT = compile_late(r"\d{12,}")
_RECORD = compile_late(r"H|HEAD|HEADER|HDR|T|TAIL|TRAILER|TRL|END|EOF|FOOT|FOOTER|SUM")
_COUNTED = compile_late(
    r"(?:交易|代发|发放|处理|入账)?(?:成功|失败|不成功|未成功|退[回票汇]|未处理|处理中)(?:总?[笔户人]?数|总?金额|合计|小计)?[:：]?"
)
_MOST_OF_LINE = 6


def classify_row(
    row: Sequence[Cell], columns: ColumnMap, table: Table, number: int, lost: Container[tuple[int, int]] = ()
) -> str:
    """The kind of a body row: payment, blank, header, total, subtotal, carried, example, section or note.

    Args:
        row: The row, `number` its place.
        columns: What the columns mean.
        table: The table.
        number: Row as Excel shows it.
        lost: Cells (row, column) whose value was lost: errors, formulas without a result. There was money in them.
    """
    if number > table.header_last + 2 and _is_plain_payment(row, columns):
        return "payment"
    filled = [(c, v) for c, v in enumerate(row, 1) if v not in _EMPTY and (not isinstance(v, str) or v.strip())]
    if not filled:
        return "blank"
    if (number <= table.header_last + 2 and table.header_last and _is_numbering(filled)) or _repeats(
        filled, table.texts
    ):
        return "header"
    is_day = len(filled) == 1 and isinstance(filled[0][1], str) and bool(_LONE_DAY.fullmatch(fold_words(filled[0][1])))
    if is_day or all(isinstance(v, str) and _DASHES.fullmatch(v) for _, v in filled):
        return "note"
    name = _value(row, columns.fields.get("name"))
    # beside a person's name only what stands left of it says what the row is: 两季合计 may be a remark
    last = columns.fields["name"] if is_person(name) else len(row)
    texts = [fold_words(v) for c, v in filled[:6] if isinstance(v, str) and c <= last]
    if texts and _VILLAGE_LABEL.match(texts[0]) and len(filled) <= 3:
        return "section"
    has_money = any(_value(row, a.column) not in _EMPTY or (number, a.column) in lost for a in columns.amounts)
    pays = has_money and is_person(name)
    is_line = not pays and is_bank_line([cell_text(v) for _, v in filled])
    kind = "note" if is_line else _kind_of_words(texts[:4], name, pays=pays) or _find_example(filled)
    if kind:
        return kind
    if not has_money and len({v for _, v in filled}) == 1:
        return "section"
    return "payment" if has_money or cell_text(name) else "note"


def _kind_of_words(texts: Sequence[str], name: Cell, *, pays: bool) -> str:
    """The kind that words tell; a day or a 水稻汇总 left of a person and money (`pays`) tells nothing."""
    for text in texts:
        if (kind := _kind_of_text(text)) and not (pays and _SUMMED.match(text)):
            return kind
    if pays and texts and _DAY_LABEL.match(texts[0]):
        return ""
    if texts and (
        _SIGNATURE.match(texts[0]) or (all(map(_FIGURE.fullmatch, texts[1:])) and _FUNDS.fullmatch(texts[0]))
    ):
        return "note"
    if (
        texts
        and _FOOTER.match(texts[0])
        and not (isinstance(name, str) and 2 <= len(fold_words(name)) <= 4 and len(texts) > 2)
    ):
        return "note"
    return ""


def is_bank_line(texts: Sequence[str]) -> bool:
    """Whether a line of a bank's file only counts: 成功,12,14463.70 below the people, H|20250915|高龄津贴|12|5400.00| above."""
    words = [t for t in texts if not _FIGURE.fullmatch(t)]
    is_short = 1 < len(texts) <= _MOST_OF_LINE and not any(_ACCOUNT.fullmatch(t) for t in texts)
    if not is_short or not words or words[0] != texts[0]:
        return False
    is_head = bool(_RECORD.fullmatch(texts[0].upper()))
    return (is_head or bool(_COUNTED.fullmatch(fold_words(texts[0])))) and len(words) <= 1 + is_head


def tell_failures(row: Sequence[Cell]) -> list[str]:
    """What a bank's line says of payments that failed, as a note: 失败,3,1500.00 → 失败3笔."""
    texts = [t for v in row if (t := cell_text(v))]
    if not is_bank_line(texts) or not re.search("[失不未退]", texts[0]) or not texts[1].strip("0.,元户笔人次"):
        return []
    return [f"失败（{texts[0]}）{texts[1]}笔"]


def is_footer(text: str) -> bool:
    """Whether a line is one of signatures, notes, telephones."""
    return bool(_FOOTER.match(fold_words(text)))


def _is_plain_payment(row: Sequence[Cell], columns: ColumnMap) -> bool:
    """A quick look that settles most rows: a person's name, a number as money, and no word that means anything else."""
    if not any(_value(row, a.column).__class__ in (int, float) for a in columns.amounts):
        return False
    column = columns.fields.get("name", 0)
    if not is_person(_value(row, column)):
        return False
    words = [fold_words(v) for v in row[:column] if isinstance(v, str)]
    if any(_kind_of_text(w) or _FUNDS.fullmatch(w) for w in words):
        return False
    if _FOOTER.match(words[0]) or _VILLAGE_LABEL.match(words[0]):
        return False
    return not any(isinstance(v, str) and "例" in v for v in row)


def is_person(name: Cell) -> bool:
    """Whether a name cell holds words that are no count (15户) and no total."""
    text = fold_words(name) if isinstance(name, str) else ""
    return bool(text) and not _COUNT.fullmatch(text) and not _kind_of_text(text)


def says_other(text: str) -> bool:
    """Whether a text left of a person's name, or the name itself, may mean that the row is no payment."""
    plain = fold_words(text)
    is_other = _kind_of_text(plain) or _FOOTER.match(plain) or _VILLAGE_LABEL.match(plain) or _FUNDS.fullmatch(plain)
    return bool(is_other) or "例" in text


def _find_example(filled: Sequence[tuple[int, Cell]]) -> str:
    is_example = any(
        isinstance(v, str) and len(v) <= _LONGEST_MARK and _EXAMPLE_MARK.match(fold_words(v)) for _, v in filled
    )
    return "example" if is_example else ""


@lru_cache(maxsize=65536)
def _kind_of_text(text: str) -> str:
    if _CARRIED.match(text):
        return "carried"
    if _SUBTOTAL.match(text) or (_SUMMED.match(text) and not _TOTAL.match(text)):
        return "subtotal"
    if _TOTAL.match(text):
        return "total"
    return "example" if _EXAMPLE.search(text) else ""


def _is_numbering(filled: Sequence[tuple[int, Cell]]) -> bool:
    """Whether a row only numbers the columns: 1 2 3 …, 甲 乙 1 2 … or 栏次 ① ② ③=②×120."""
    texts = [fold_words(cell_text(v)) for _, v in filled]
    numbers = [int(t) for t in texts if t.isdecimal() and len(t) <= 2]
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
