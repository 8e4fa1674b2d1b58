"""Questions that concern a whole table: paid or planned, which columns, the unit, the year, the village, the programme."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from village_notice.domain.columns import PAID_STATUSES
from village_notice.domain.finding import Finding, Place
from village_notice.domain.money import format_fen, parse_amount
from village_notice.domain.patterns import compile_late
from village_notice.domain.text import column_letters
from village_notice.sources.column_map import ColumnMap
from village_notice.sources.dates import find_year, parse_date
from village_notice.sources.grid import Grid
from village_notice.sources.heading_words import names_other_time
from village_notice.sources.layouts import Layout
from village_notice.sources.other_uses import names_open_money, names_other_use
from village_notice.sources.reference import fold_heading
from village_notice.sources.sheet_reader import TableReading
from village_notice.sources.state_words import drop_taken_out, find_mixed_title
from village_notice.sources.surroundings import FEN_PER_WAN, Context
from village_notice.sources.tables import Table
from village_notice.sources.unpaid_names import find_unpaid_names
from village_notice.sources.unread import name_columns
from village_notice.sources.void_lines import find_void_lines

_DAY_HEADING = compile_late(r"(?:日期|时间|日)$")
_SAMPLE_ROWS = 50
_YUAN, _TEN_YUAN, _TWENTY_YUAN, _HUNDRED_YUAN, _MILLION_YUAN = 100, 1_000, 2_000, 10_000, 100_000_000
_SEVERAL = 3
_MONTH_FOR = compile_late(r"补发|所属|应发|享受|待遇")
_PLANNED = compile_late(
    r"拟|申报|申请|审核(?!人|单位|状态|结果|通过|意见|情况|[:：])|核定表|(?<!雨露)计划(?!生育)|预算|测算|分配(?!.*(?:发放|兑[现付]))"
)
"""Words of money not yet paid; the names of programmes (计划生育…, 雨露计划) and of signatures are none."""
_PAID_ALREADY = compile_late(
    r"(?:资金|补[贴助偿]|款)[^，,。；;未拟将待]{0,6}已[^，,。；;未拟将待]{0,16}(?:发放|拨付|兑付|打卡|打入|发到|到[账户卡])"
)
_TAKEN_BACK = compile_late(r"追缴|追回|退缴|清退|收回|返还|缴回")
_COLLECTED = compile_late(
    r"筹资|筹劳|押金|保证金|募捐|捐[款赠]|收取|收缴|集资|代收(?!人)|收款(?:明细|表|清单|登记|台账|花名册)"
)
_GIVEN = compile_late(r"奖补|补[贴助偿]|退[还付回]|返还")
"""Money that the people paid is none that they were paid, unless the same words say that they got it."""
_CHANGES = compile_late(r"新增|停发|变更|异动|停保|退出|取消|注销|清退|调整前后")
_PAID_OUT = compile_late(r"发放|兑[付现]|拨付|打卡|代发|实发|补发|支付|到账|已结算")
"""A list of changes, or of money taken back, is one of money paid where its title or its money also says so."""
_UNPAID = compile_late(
    r"待[发审批核]|送审|预发|不予|暂停|暂缓|缓发|欠发|漏发|少发|退款|不再|不(?:符合|应|享|能|宜)|无法|无效|"
    r"错[发误]|误[发领]|核减|剔除|放弃|疑似|重复|比对|结转|挂账|预[发拨留]|候选|候补|冻结|销户|死亡|去世|异常"
)
"""Words of money that did not reach anybody; only a re-issue in the same breath makes it paid."""
_REISSUED = compile_late(r"(?<![直奖粮农良综棉牧林])补发|重发|重新发|再次发|二次发|已发|已补")
_CHECKED = compile_late(
    r"应享受|初审|复审|年审|终审|认定|减员|采集|违规|冒领|整改|问题|核查|排查|需求|摸底|调查|意向|意愿|报名|预登记"
)
"""Words of lists that are made before or after the payment: paid only where a title also says so."""
_BARE_LIST = compile_late(
    r"(?:名单|台账|登记[表册]?|底[册表]|(?<!补[贴助])对象|人员|数据|信息)(?:名?[单表册]|汇总|明细)?(?:[（(].{0,12}[)）])?$"
)
_EARLIER_YEAR = compile_late(r"[去上前往]一?年(?!龄|纪|[份轻])|上一?年度|历年")
_APPLIED = compile_late(r"(?:申报|申请|受理|报名)(?:时间|日期|截止|期限|起止)[^:：]{0,4}[:：]")
"""When people could apply says nothing of the money."""
_SHORTEST_TITLE, _LONGEST_TITLE = 4, 30
"""Longer texts above a list are sentences: 公示期内如有异议 …"""
_ALLOTTED = compile_late(r"分配")
_RECEIVED = compile_late(r"实[发领付]|到[账卡]|领取")
LEAST_SURE = 0.3
"""Two headings that are only guessed by their words, the person's and the money's, are not enough: the clerk is asked."""


@dataclass(slots=True)
class Understood:
    """How one table was understood, for `village-notice layout`.

    Attributes:
        table, columns, context: What was found; the context is None for a table that lists no payments.
        answer: What the clerk has answered about the layout, None nothing.
        asked: Findings about the table as a whole.
        is_continued: It has no headings of its own and goes on where the list of the sheet before ends.
    """

    table: Table
    columns: ColumnMap
    answer: Layout | None = None
    context: Context | None = None
    asked: list[Finding] = field(default_factory=list)
    is_continued: bool = False


def check_table(one: Understood, context: Context, reading: TableReading, grid: Grid, place: Place) -> None:
    """Findings that concern the whole table: paid or planned, state, unit, year, village, choice of columns."""
    table, columns, answer = one.table, one.columns, one.answer

    def tell(code: str, found: str = "", expected: str = "") -> None:
        one.asked.append(Finding(code, place, found=found, expected=expected))

    money = [table.texts[a.column - 1] for a in columns.amounts]
    planned = _find_doubts(one, context, reading, grid)
    if answer and answer.is_paid:
        pass  # the clerk has said so
    elif planned or columns.is_due_only:
        tell("H02", planned[0] if planned else money[0])
    elif "status" not in columns.fields:
        tell("H03")
    if not table.header_last and not one.is_continued and not (answer and "amount" in answer.columns):
        letters = column_letters(columns.amounts[0].column)
        tell("H09", f"表里没有表头，暂按内容猜测，金额取 {letters} 列")
    if columns.rivals:
        doubt = "（一户几行都写着同一个数，可能是全户的钱）" if len(columns.rivals) == 1 else ""
        tell("H09", name_columns(table, columns.rivals) + doubt)
    elif columns.confidence < LEAST_SURE and not (answer and "amount" in answer.columns):
        both = name_columns(table, (columns.fields["name"], columns.amounts[0].column))
        tell("H09", f"{both}（只是按字面猜的，把握 {columns.confidence:.0%}）")
    for name, rivals in columns.open_fields.items():
        tell("H10", f"{'村' if name == 'village' else '姓名'}——{name_columns(table, rivals)}")
    doubt = "" if answer and answer.unit else find_scaled_format(grid, table, columns)
    doubt = doubt or ("" if answer and answer.unit else find_unit_conflict(context, reading))
    if conflict := context.unit_conflict or doubt:
        tell("H04", conflict)
    if context.village_conflict:
        tell("H10", f"村——工作表名写的是{context.village}，标题写的是{context.village_conflict}")
    if context.year_source and _is_undated(context, columns, reading):
        tell("F12", context.year_source, str(context.year))
        one.asked += _doubt_year(table, context, reading, place)
    one.asked += _compare_capitals(one, reading, grid, place)
    one.asked += _doubt_months(one, context, reading, place)
    if "programme" not in columns.fields and not all(reading.values["programme_text"]):
        tell("H07", context.programme_doubt or "标题、表名和文件名都没有写")
    if columns.unknown:
        tell("H06", "、".join(t.replace("\n", "") for _, t in columns.unknown[:8]))


def _find_doubts(one: Understood, context: Context, reading: TableReading, grid: Grid) -> list[str]:
    """What says that the money may not be paid: words of titles, sheet, file and folders, days of the next year."""
    table, columns = one.table, one.columns
    if not any(s in PAID_STATUSES for s in reading.values["status"]):
        return []  # nothing of it is counted anyway
    money = [table.texts[a.column - 1] for a in columns.amounts]
    stem = context.file.rpartition("/")[2].rpartition(".")[0]
    has_states = "status" in columns.fields
    is_told = not all(s in PAID_STATUSES for s in reading.values["status"])
    return [
        *_find_plans((*table.above, *money, grid.name, stem), money),
        *_find_changes((*table.above, grid.name, stem), money, columns),
        *([] if has_states else find_mixed_title((*table.above, grid.name, stem))),
        *_find_later_dates(grid, table, columns, context),
        *find_void_lines((*table.above, *_list_lines(reading))),
        *find_unpaid_names(grid.name, context.file, table.above, has_states=has_states, is_told=is_told),
    ]


def _list_lines(reading: TableReading) -> Iterator[str]:
    """The lines below a list, and the longer ones inside it: 作废 alone there may be left of a row."""
    last = max((row for row in reading.values["row"] if isinstance(row, int)), default=0)
    for line in reading.set_aside:
        if line.kind in ("note", "section") and (line.row > last or len(line.text) >= _SHORTEST_TITLE):
            yield line.text


def _find_plans(titles: Sequence[str], money: Sequence[str]) -> list[str]:
    """Texts that say the money is not paid yet; a list for 分配 with 实领金额 was paid."""
    planned = [t for t in titles if _PLANNED.search(t) and not _APPLIED.match(t.strip())]
    if any(map(_PAID_ALREADY.search, titles)):  # what else a notice tells at length is how it came about
        planned = [t for t in planned if len(t) <= _LONGEST_TITLE]
    if all(map(_RECEIVED.search, money)):
        planned = [t for t in planned if _PLANNED.search(_ALLOTTED.sub("", t))]
    return planned


def _find_changes(titles: Sequence[str], money: Sequence[str], columns: ColumnMap) -> list[str]:
    """Words of a list of changes (新增, 停发, 变更) or of money taken back, where neither states nor words say it was paid."""
    own = [t for t, a in zip(money, columns.amounts, strict=True) if not a.status and _TAKEN_BACK.search(t)]
    own += [t for t in (*titles, *money) if _COLLECTED.search(t) and not _GIVEN.search(t)]
    if own:
        return own
    if "status" in columns.fields or any(a.status for a in columns.amounts):
        return []
    if not_theirs := [*(t for t in titles if names_other_use(t)), *(t for t in money if names_open_money(t))]:
        return not_theirs
    short = [t for t in titles if _SHORTEST_TITLE <= len(t) <= _LONGEST_TITLE and not re.search("[:：，。]", t)]
    if (unpaid := [t for t in short if _UNPAID.search(drop_taken_out(t))]) and not any(map(_REISSUED.search, titles)):
        return unpaid
    words = [t for t in titles if _TAKEN_BACK.search(t) or _CHANGES.search(t) or _CHECKED.search(t)]
    words = words or ([] if "pay_date" in columns.fields else [t for t in short[:-1] if _BARE_LIST.search(t)])
    is_paid = any(
        map(_PAID_OUT.search, (*titles, *money) if not _CHANGES.search(titles[-1]) else (*titles[:-1], *money))
    )
    return [] if is_paid else words


def is_list_of_changes(titles: Sequence[str]) -> bool:
    """Whether a sheet's name or titles are those of a list of changes, and of no payments."""
    return any(map(_CHANGES.search, titles)) and not any(map(_PAID_OUT.search, titles))


def _find_later_dates(grid: Grid, table: Table, columns: ColumnMap, context: Context) -> list[str]:
    """The heading of days in the next year that may be those of payment, where no column is known to tell them."""
    if "pay_date" in columns.fields or context.pay_date or not context.year:
        return []
    for column, text in columns.unknown:
        if not _DAY_HEADING.search(fold_heading(text)) or names_other_time(text):
            continue
        cells = [row[column - 1] for row in grid.rows[table.header_last : table.body_last] if column <= len(row)]
        days = [d for v in cells[:_SAMPLE_ROWS] if v not in (None, "") and (d := parse_date(v))]
        if days and all(d[:4] == str(context.year + 1) for d in days):
            return [f"{text}（{context.year + 1} 年）"]
    return []


def _doubt_year(table: Table, context: Context, reading: TableReading, place: Place) -> Iterator[Finding]:
    """H14 where a list that names no year stands on a sheet called 去年, or a line beside it tells another year than was inferred."""
    if _EARLIER_YEAR.search(context.sheet):
        yield Finding("H14", place, found=context.sheet, expected=str(context.year))
        return
    notes = [s.text for s in reading.set_aside if s.kind in ("note", "section")]
    told = ((t, find_year(t)) for t in (*table.above, *notes))
    other = next((t for t, year in told if year and year != context.year), "")
    if other:
        yield Finding("H14", place, found=other, expected=str(context.year))


def _compare_capitals(one: Understood, reading: TableReading, grid: Grid, place: Place) -> Iterator[Finding]:
    """C20 for each payment whose money in capitals (伍佰元整), in a column beside it, is another sum."""
    columns = [c for c, text in one.columns.unknown if "大写" in text]
    if len(columns) != 1 or len(one.columns.amounts) != 1:
        return
    values = reading.values
    for row, fen, name in zip(values["row"], values["raw_fen"], values["name"], strict=True):
        cells = grid.rows[int(str(row)) - 1]
        cell = cells[columns[0] - 1] if columns[0] <= len(cells) else None
        capitals = parse_amount(cell)
        if capitals and isinstance(fen, int) and capitals.fen != fen:
            where = place._replace(row=int(str(row)), column=column_letters(columns[0]))
            yield Finding("C20", where, str(cell), format_fen(fen), person=str(name), fen=abs(fen))


def _doubt_months(one: Understood, context: Context, reading: TableReading, place: Place) -> Iterator[Finding]:
    """H14 where payments are for months of another year than the title's, and nothing tells the day they were paid.

    补发月份 2024年10-12月 under 2025年4月…补发名单: paid in 2025, or a list of 2024.
    """
    fields = one.columns.fields
    if context.year_source or "pay_date" in fields or context.pay_date or "period" not in fields:
        return
    if one.answer and one.answer.is_paid:  # the clerk has said so
        return
    heading = one.table.texts[fields["period"] - 1].replace("\n", "")
    years = (str(period)[:4] for period in reading.values["period"])
    other = next((y for y in years if y.isdecimal() and y != str(context.year)), "")
    if other and _MONTH_FOR.search(heading):
        yield Finding("H14", place, found=f"{heading}：{other}年", expected=str(context.year))


def find_scaled_format(grid: Grid, table: Table, columns: ColumnMap) -> str:
    """Why a number format makes the unit doubtful: the cell shows another figure than it holds, or says 万 itself."""
    money = {a.column for a in columns.amounts}
    for (row, column), code in grid.lookup.find_formats(table.header_last + 1, table.body_last):
        if column in money:
            letters = column_letters(column)
            return f"{letters}{row} 的显示格式（{code}）使显示的数与存的数不同，或另写了单位"
    return ""


def _is_undated(context: Context, columns: ColumnMap, reading: TableReading) -> bool:
    """Whether payments have neither a pay date nor a period of their own that tells the year."""
    if any(a.period_text for a in columns.amounts) and "pay_date" not in columns.fields:
        return True
    dates = zip(reading.values["pay_date"], reading.values["period"], strict=True)
    return any(not d and (p == context.period or not re.match(r"20\d\d", str(p))) for d, p in dates)


def find_unit_conflict(context: Context, reading: TableReading) -> str:
    """Why the unit cannot be meant: area times rate gives yuan where 万元 is written, or nobody has that much or little."""
    if context.unit_fen != FEN_PER_WAN:
        return _find_tiny_amounts(context, reading)
    if huge := _find_huge_amounts(reading):
        return huge
    rows = zip(reading.values["quantity_milli"], reading.values["rate_micro"], reading.values["raw_fen"], strict=True)
    for quantity, rate, raw in rows:
        if isinstance(quantity, int) and isinstance(rate, int) and isinstance(raw, int) and quantity and rate:
            yuan = quantity * rate // 10**9
            if yuan and abs(raw // FEN_PER_WAN - yuan) * 50 <= yuan:
                return "写的是万元，但面积乘标准正好是元"
    return ""


def _find_huge_amounts(reading: TableReading) -> str:
    """Why 万元 cannot be meant: most people of the list would have more than a million yuan."""
    values = zip(reading.values["raw_fen"], reading.values["organisation"], strict=True)
    people = sorted(abs(fen) for fen, organisation in values if isinstance(fen, int) and fen and not organisation)
    middle = people[len(people) // 2] if people else 0
    if middle <= _MILLION_YUAN:
        return ""
    return f"写的是万元，按万元读，居中的一笔是 {format_fen(middle)} 元"


def _find_tiny_amounts(context: Context, reading: TableReading) -> str:
    """Why yuan cannot be meant: nobody is paid a few jiao, or some yuan at most, where nobody has much."""
    values = zip(reading.values["raw_fen"], reading.values["quantity_milli"], reading.values["rate_micro"], strict=True)
    rows = [(fen, q and r) for fen, q, r in values if isinstance(fen, int) and fen]
    tiny, most = sum(abs(fen) < _YUAN for fen, _ in rows), max((abs(fen) for fen, _ in rows), default=0)
    is_tiny = tiny > 0 and (most <= _TWENTY_YUAN or (tiny * 5 >= len(rows) and most <= _HUNDRED_YUAN))
    is_tiny = is_tiny or (len(rows) >= _SEVERAL and most < _TEN_YUAN)
    if context.unit_fen == FEN_PER_WAN or not is_tiny or any(product for _, product in rows):
        return ""
    return f"按元读，最小的一笔只有 {format_fen(min(abs(fen) for fen, _ in rows))} 元"
