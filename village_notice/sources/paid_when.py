"""When a list says that it was paid: 发放日期：2026年1月8日 above or below it, 已于2025年1月20日发放 in a note, （2026年1月发放）in a name.

Source: the year of a payment is that of the day it was paid. Clerks write that day below the list more often than above.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from village_notice.domain.patterns import compile_late
from village_notice.sources.column_map import ColumnMap
from village_notice.sources.dates import find_period, parse_date
from village_notice.sources.grid import Grid
from village_notice.sources.sheet_reader import TableReading
from village_notice.sources.surroundings import Context
from village_notice.sources.tables import Table, cell_text
from village_notice.sources.wording import fold_words

_DAY = (
    r"(?:(?<!\d)20\d\d年\d{1,2}月份?(?:\d{1,2}[日号]|[上中下]旬|底|初|末)?|(?<!\d)20\d\d[-./]\d{1,2}(?:[-./]\d{1,2})?(?![\d元])|"
    r"(?<!\d)20\d\d(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])(?!\d)|(?<!\d)2\d年\d{1,2}月\d{1,2}[日号]|"
    r"二[〇零○]..年[一二三四五六七八九十]{1,2}月(?:[一二三四五六七八九十]{1,3}[日号])?)"
)
_SHORT_DAY = r"(?<!\d)\d{1,2}月\d{1,2}[日号]"
_TO_PEOPLE = r"发放|打卡|打款|到[账帐卡]|付款|支付|兑[付现]|代发|转[账帐]|入[账帐卡]|汇[款入]|打入|发到|上卡"
_TO_OFFICES = r"拨付|拨款|划拨|划转"
_VERB = rf"(?:(?:{_TO_PEOPLE}|{_TO_OFFICES})(?:{_TO_PEOPLE})?)"
_LABEL = compile_late(
    rf"(?P<verb>{_VERB}|资金)(?:到[位户卡人])?(?:日期|时间|日)[为是:：]*(?P<day>{_DAY}|20\d\d年(?!\d)|{_SHORT_DAY})"
)
_OTHER_LABEL = compile_late(
    r"(?:[证折册牌书据苗种药肥料]|计划|预计?|拟|应|上[次期批月]|下[次期批月]|首次|初次|领取|物资|申请)$"
)
_HOW = r"(?:[已全部统一集中正式实际陆续分批按时及时足额成功再均]|(?:通过|经|由|委托)[^，,。；;:()]{2,12}?)*"
_STRICT = compile_late(rf"(?P<day>{_DAY}){_HOW}(?P<verb>{_VERB})(?=$|[，,。；;)\]】]|完|到位|到[户人]|成功|结束)")
_SENTENCE = compile_late(
    rf"(?<![前后截])[于在](?P<day>{_DAY}|{_SHORT_DAY})(?!前|之前|以前|起|后|以后|至|到|-|~)[^，,。；;:未没不拟将待后公审]{{0,14}}?(?P<verb>{_VERB})(?![表单册清名标对范通方])"
)
_RANGE_END = compile_late(rf"(?:[-~—–至到]+)(?P<day>{_DAY})")
_OPEN_END = compile_late(r"[起前]|之前|以[前后]|[-~—–至到]")
_OFFICES = compile_late(
    r"^[^，,。；;]{0,3}(?:至|到|给)?[^，,。；;户人卡]{0,6}(?:镇|乡|街道|财政|专户|银行|信用社|农商行|部门|单位|各村|村委)"
)
_RANGE_START = compile_late(r"(?:(?<!\d)(20\d\d)[^，,。；;]{0,8})?[月日号底初末旬\d][-~—–至到]+$")
_REST_OF_DAY = compile_late(r"^\d{1,2}[日号]")
_BEGUN = compile_late(r"^起|开始|启动|启用|试点|试行|试发|推行")
"""于2021年10月开始发放: since when money is paid at all, or when its paying began."""
_TRIAL = compile_late(r"试点|试行|试发|标准|政策|制度")
_DECIDED = compile_late(r"研究|会议?|同意|批准|批复|审议|决定|印发|下达")
_PLAN = compile_late(r"方案|办法|细则|政策|制度|规定|意见")
_NOT_YET = compile_late(r"^(?:之|以)?[前后]")
_CLOCK = compile_late(r"\s\d{1,2}:\d\d(?::\d\d)?")
_CLAUSE = compile_late(r"[，,。；;]")
_UNDONE = compile_late(r"[拟将待未]|预计|计划|争取|预定|原定|预发")
_PART = compile_late(r"其中|个别|部分|其余|余下|剩余|另有|补发|\d+月份?的?(?:资金|补[贴助]款?|津贴)?已?[于在]$")
_OTHER_MONEY = compile_late(r"[上下][个一]?[批次期季月年]|前[期批次]|去年|往年|历年|标准|首批|文件|通知")
_BATCH = compile_late(r"第[一二三四五六七八九十\d]{1,3}[批次期]")
_MONTHS_BEFORE, _MONTHS_AFTER = 3, 12
"""So much earlier or later than what it is for, money is paid now and then; farther away a figure is mistyped."""
_FARTHEST_SHORT = 6
"""A day without a year so many months before the period is one of the next year."""
_WHOLE_MONTH = len("2023-01")

_LINES = frozenset(("note", "section", "total", "subtotal"))


class _Said(NamedTuple):
    """A day of payment, with the line that tells it, and how."""

    day: str
    text: str
    is_part: bool = False
    is_planned: bool = False
    is_office: bool = False
    is_name: bool = False


@dataclass(frozen=True, slots=True)
class PaidWhen:
    """The day a list was paid, where that moves it to another year; else what leaves its year open.

    Attributes:
        pay_date: YYYY-MM-DD, YYYY-MM or YYYY, "" where nothing moves it.
        doubt: The words that contradict the list's own year, "" where none do.
    """

    pay_date: str = ""
    doubt: str = ""


def find_day(
    grid: Grid, table: Table, columns: ColumnMap, context: Context, reading: TableReading, paths: Sequence[str]
) -> PaidWhen:
    """When a list as it was understood and read was paid, where its context does not tell the day; see `find_paid_when`.

    `paths` are the file's path in the inbox, and that of the file it is a corrected copy of.
    """
    if not context.year or "pay_date" in columns.fields:
        return PaidWhen()
    stems = [path.rpartition("/")[2].rpartition(".")[0] for path in paths]
    folders = [folder for path in paths for folder in path.split("/")[:-1]]
    lines, names = _list_lines(grid, table, reading), [context.sheet, *stems]
    paid = find_paid_when(lines, names, folders, context.year, context.period)
    years = set(reading.values["year"])
    is_moved = (
        bool(paid.pay_date)
        and not context.pay_date
        and (bool(context.year_source) or years != {int(paid.pay_date[:4])})
    )
    return paid if is_moved or paid.doubt else PaidWhen()


def find_paid_when(
    lines: Iterable[str], names: Sequence[str], folders: Sequence[str], year: int, period: str
) -> PaidWhen:
    """When a list was paid.

    Args:
        lines: What stands above and below the list.
        names: The names of sheet and file.
        folders: Those of its folders: they only raise a doubt.
        year: The year that the list would be of otherwise.
        period: What its payments are for, as `find_period` gives it.
    """
    said = [s for line in lines for s in _read_line(line, year, period)]
    if any(not s.is_office for s in said):
        said = [s for s in said if not s.is_office]
    for name in () if said else names:
        said = said or [s._replace(is_name=True) for s in _read_name(name)]
    if not said:
        doubtful = (s for name in folders for s in _read_name(name) if s.day[:4] != str(year))
        return PaidWhen(doubt=next((s.text for s in doubtful), ""))
    other = [s for s in said if s.day[:4] != str(year)]
    if not other:
        return PaidWhen(said[0].day if not said[0].is_part else "")
    one = other[0]
    is_open = len({s.day[:4] for s in said}) > 1 or one.is_part or one.is_planned or one.is_office
    is_open = is_open or not _is_near(one, year, period)
    return PaidWhen(doubt=one.text[:60]) if is_open else PaidWhen(one.day)


def _list_lines(grid: Grid, table: Table, reading: TableReading) -> list[str]:
    """What stands above a table and in the lines of words inside and below it, value cells joined to their labels."""
    rows = (table.view(grid.rows[s.row - 1]) for s in reading.set_aside if s.kind in _LINES and s.row)
    texts = ("；".join(dict.fromkeys(cell_text(v) for v in row if v not in (None, ""))) for row in rows)
    return [*table.above, *(re.sub("(?<=日期|时间|期[:：]|间[:：])；", "", t) for t in texts), *reading.notes]


def move_payments(values: Mapping[str, list[object]], pay_date: str, rows: range) -> None:
    """Gives payments without a day of their own the day their list was paid, and its year."""
    for i in rows:
        if not values["pay_date"][i]:
            values["pay_date"][i], values["year"][i] = pay_date, int(pay_date[:4])


def _read_name(name: str) -> Iterator[_Said]:
    plain = fold_words(name).replace("年元月", "年1月")
    for match in _STRICT.finditer(plain):
        if (day := parse_date(match["day"])) and not _UNDONE.search(plain):
            yield _Said(day, name, is_planned=_ends_range(plain[: match.start("day")], day))


def _read_line(text: str, year: int, period: str) -> Iterator[_Said]:
    """The days of payment that a line tells, each once."""
    plain = fold_words(_CLOCK.sub("", text)).replace("年元月", "年1月")
    taken: set[int] = set()
    for pattern in (_LABEL, _SENTENCE, _STRICT):
        for match in pattern.finditer(plain) if len(plain) > _WHOLE_MONTH else ():
            where = match.start("day")
            if where in taken:
                continue
            taken.add(where)
            yield from _read_match(match, text, year, period, is_label=pattern is _LABEL)


def _read_match(match: re.Match[str], text: str, year: int, period: str, *, is_label: bool) -> Iterator[_Said]:
    plain, after = match.string, match.string[match.end("day") :]
    before = _CLAUSE.split(plain[: match.start("verb" if is_label else "day")])[-1]
    is_planned = bool(_UNDONE.search(before[-6:]))
    if is_label and _OTHER_LABEL.search(before) and not is_planned:
        return
    ended = _RANGE_END.match(after)
    if is_label and not ended and _OPEN_END.match(after):
        return
    if not is_label and (_OTHER_MONEY.search(before) or _is_other_batch(before, plain, period)):
        return
    days = [_read_day(words, year, period) for words in (match["day"], ended["day"] if ended else "")]
    if not is_label:
        gap = _REST_OF_DAY.sub("", plain[match.end("day") : match.start("verb")])
        if _is_history(before, gap, after=plain[match.end("verb") :][:4], day=days[0], year=year, period=period):
            return
        is_planned |= any(p.search(gap) for p in (_BEGUN, _DECIDED, _NOT_YET))
        is_planned |= _ends_range(plain[: match.start("day")], days[0])
    is_office = bool(re.match(_TO_OFFICES, match["verb"])) and not re.match("到[户人卡]", plain[match.end("verb") :])
    if is_office and not is_label and _OFFICES.search(plain[match.end("verb") :]):
        return
    part = bool(_PART.search(before)) and not (is_label or _is_same_time(before, year, period))
    if all(days) and max(map(len, days)) <= _WHOLE_MONTH and str(year) in (day[:4] for day in days):
        return  # the months that the money is for
    for day, words in zip(days, (match["day"], ""), strict=True):
        if day:
            yield _Said(day, text, part, is_planned or bool(re.fullmatch(_SHORT_DAY, words)), is_office)


def _is_history(before: str, gap: str, *, after: str, day: str, year: int, period: str) -> bool:
    """Whether a sentence tells since when there is such money, or when it was decided on, rather than when it was paid."""
    if day and int(day[:4]) < year - 1:
        return True
    if _PLAN.search(before) or _TRIAL.search(gap) or _TRIAL.match(after):
        return True
    return bool(day and _BEGUN.search(gap)) and day[:_WHOLE_MONTH] <= _span(period, year)[0]


def _ends_range(before: str, day: str) -> bool:
    """Whether a day ends a time that began in another year, or in one that is not told (12月至2024年1月)."""
    match = _RANGE_START.search(before)
    return bool(match) and (match[1] if match else "") != day[:4]


def _read_day(words: str, year: int, period: str) -> str:
    """A day; one without a year far before what it is for is of the next year, which is not certain."""
    if not words:
        return ""
    if re.fullmatch(_SHORT_DAY, words):
        day = parse_date(words, year) or ""
        first = _span(period, year)[0] if len(period) > len("2023") else ""
        is_next = bool(day and first) and _count_months(day[:_WHOLE_MONTH], first) >= _FARTHEST_SHORT
        return (parse_date(words, year + 1) or "") if is_next else ""
    return parse_date(words) or ""


def _is_other_batch(before: str, plain: str, period: str) -> bool:
    """Whether a clause speaks of a batch, or a month, other than that of the list."""
    batch = _BATCH.search(before)
    return bool(batch) and (batch[0] if batch else "") not in period


def _is_same_time(before: str, year: int, period: str) -> bool:
    return find_period(before, year) == period


def _is_near(one: _Said, year: int, period: str) -> bool:
    """Whether the day is one on which what the list is for is paid; a name must not tell a day before it."""
    first, last = _span(period, year)
    month = one.day if len(one.day) >= _WHOLE_MONTH else f"{one.day}-{'01' if one.day > str(year) else '12'}"
    early, late = _count_months(month[:_WHOLE_MONTH], first), _count_months(last, month[:_WHOLE_MONTH])
    return early <= (0 if one.is_name else _MONTHS_BEFORE) and late <= _MONTHS_AFTER


def _span(period: str, year: int) -> tuple[str, str]:
    """The first and the last month of a period, those of the year where it says no more."""
    if match := re.fullmatch(r"(\d{4})-([QH])(\d)", period):
        months = 3 if match[2] == "Q" else 6
        last = int(match[3]) * months
        return f"{match[1]}-{last - months + 1:02d}", f"{match[1]}-{last:02d}"
    if match := re.fullmatch(r"(\d{4}-\d\d)(?:/(\d{4}-\d\d))?", period):
        return match[1], match[2] or match[1]
    return f"{year}-01", f"{year}-12"


def _count_months(first: str, last: str) -> int:
    """How many months lie between two months YYYY-MM; negative where the second is the earlier one."""
    (y1, m1), (y2, m2) = ((int(t[:4]), int(t[5:7])) for t in (first, last))
    return (y2 - y1) * 12 + m2 - m1
