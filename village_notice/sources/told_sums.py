"""Counts and sums that a line above or below a list states in words (共10户，金额5394元), held against what was read.

What a line speaks of is written nowhere: the list, all lists of the sheet or of the file, one village, who was paid. It is
wrong only where it is none of them; lines that speak of a part, of a rate, of another time or of a meeting are passed over.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, groupby
from operator import itemgetter

from village_notice.domain.columns import PAID_STATUSES
from village_notice.domain.finding import Finding
from village_notice.domain.money import format_fen, parse_amount
from village_notice.domain.patterns import compile_late
from village_notice.domain.text import column_letters
from village_notice.sources.sheet_task import SheetTask
from village_notice.sources.tables import cell_text
from village_notice.sources.totals import FEN_OF_ROUNDING
from village_notice.sources.wording import fold_words

_MOST_LINES = 40
_LONGEST = 40
_SPEAKS = compile_late(r"\d[户人元]|数[:：]\d|额[:：][¥￥]?\d|大写")
_PART = compile_late(r"其中.*?(?=[。；;]|$)|[(（][^()（）\d]*[)）]")
_OTHER = compile_late(
    r"每[人户月亩季年]|[人户亩]均|标准|单价|本页|第\d+页|承前|累计|上[级年月季次批半]|下达|结[余转]|剩余|余额|去年|往年|前期|预算|计划|应[发补]|"
    r"代表|评议|参[会加]|到会|小组成员|工作人员|签[字名到]|党员|干部|村委|全[村镇乡县市区州](?!共?(?:发放|补贴|补助|兑付|领取))|辖|总人口|意见|异议|手续费|工本费|"
    r"新增|减少|增加|停发|退|比|较|[未失]|死亡|去世|注销|取消|核减|扣|另|[上下]限|以[上下]|超过|不足|不低于|最[高低]|不少于|差额|成功"
)
_CLAUSE = compile_late(r"[，,](?!\d{3})|[。；;、]")
_COUNT = compile_late(
    r"(?:共计?|合计|总计|户数|人数|[发计]放|兑付|补贴|补助|受益|享受|涉及|总)[^\d户人元每]{0,8}?((?:\d+[户人]|\d+$)+)"
)
_ONE_COUNT = compile_late(r"(\d+)([户人])(?![口/]?[次均])")
_LABELLED = compile_late(r"([户人])数[:：](\d+)(?!\d*[.\d]*元)")
_MONEY = compile_late(
    r"(?:金额|资金|合计|总计|共计?|总额|补贴款?|补助款?|发放|兑付|拨付)(?:金额|资金|总额|补贴|补助|合计|共计?|计|为|人民币|小写|[:：()（）¥￥])*"
    r"(\d[\d,]*(?:\.\d+)?)(?:元(?!/)|$)"
)
_CAPITALS = compile_late(
    r"(?:大写|人民币)[)）]?[:：]?([零〇壹贰叁肆伍陆柒捌玖拾佰仟万亿]+[元圆][零〇壹贰叁肆伍陆柒捌玖拾角分整正]*)"
)
_HOUSEHOLDS = compile_late(r"户主|户名|户代表|农户|承包方|承包人|家庭")
_LONGEST_LINE = 200


@dataclass(frozen=True, slots=True)
class _Known:
    """What was read: sums in fen and counts of rows, people and households, of everything a line may speak of."""

    sums: frozenset[int]
    counts: frozenset[int]
    rows: int
    is_by_household: bool = True
    has_members: bool = False


def check_told_sums(tasks: Sequence[SheetTask]) -> Iterator[tuple[SheetTask, Finding]]:
    """T01 and T08 for the lines of each sheet whose sum or count is of nothing that was read."""
    whole: _Known | None = None
    for task in tasks:
        if task.result.outcome != "payments" or not task.result.rows or task.shape:
            continue
        rows, money = task.result.rows, task.result.values["raw_fen"]
        plain = _Known(frozenset([sum(f for f in money if isinstance(f, int))]), frozenset([rows]), rows)
        lines = [line for line in _list_lines(task) if any(_compare(line[1], plain))]
        if not lines:  # none, or what they say is plainly right
            continue
        whole = whole or _measure_file(tasks)
        known = _measure(task, whole)
        column = column_letters(next(u.columns.amounts[0].column for u in task.understood if u.columns.amounts))
        for number, text in lines:
            for code, found, expected, difference in _compare(text, known):
                place = task.place._replace(row=number, column=column if code == "T01" else "")
                yield task, Finding(code, place, found, expected, difference)


def _list_lines(task: SheetTask) -> Iterator[tuple[int, str]]:
    """(row, text) of the lines above the first list and below the last payment that speak of counts or sums."""
    last = max(row for row in task.result.values["row"] if isinstance(row, int))
    above = range(1, min((u.table.header_first for u in task.understood), default=1))
    below = range(last + 1, min(len(task.grid.rows), last + _MOST_LINES) + 1)
    places = task.around.lookups.places
    for number in chain(above, below):
        cells = dict.fromkeys(cell_text(v) for v in task.grid.rows[number - 1] if isinstance(v, str) and v.strip())
        text = "，".join(fold_words(c) for c in cells)
        if (
            len(text) <= _LONGEST_LINE
            and _SPEAKS.search(text)
            and len(places.list_in_text(text, "")) <= 1
            and not places.find_in_section(text)
        ):
            yield number, text


def _measure_file(tasks: Sequence[SheetTask]) -> _Known:
    """What was read of all sheets together."""
    sums, counts = set[int](), set[int]()
    of_file = {c: [x for t in tasks for x in t.result.values[c]] for c in tasks[0].result.values}
    _add_known(of_file, sums, counts)
    return _Known(frozenset(sums), frozenset(counts), len(of_file["name"]))


def _measure(task: SheetTask, whole: _Known) -> _Known:
    """What a line of a sheet may speak of: the sheet, its tables, and the file."""
    values, sums, counts = task.result.values, set(whole.sums), set(whole.counts)
    starts = [start for start, _ in task.result.parts]
    parts = [slice(a, b) for a, b in zip(starts, [*starts[1:], None], strict=True)]
    tables = [{c: v[part] for c, v in values.items()} for part in parts] if len(parts) > 1 else []
    for own in (values, *tables):
        _add_known(own, sums, counts)
    headings = [u.table.texts[u.columns.fields["name"] - 1] for u in task.understood if "name" in u.columns.fields]
    heads = zip(values["household_head"], values["name"], strict=True)
    has_members = any(q for q in values["quantity_milli"]) or any(h and h != n for h, n in heads)
    is_by_household = any(map(_HOUSEHOLDS.search, headings))
    return _Known(frozenset(sums), frozenset(counts), whole.rows, is_by_household, has_members)


def _add_known(values: Mapping[str, Sequence[object]], sums: set[int], counts: set[int]) -> None:
    """All of some payments, and those of one state, village, column, programme or period."""
    everything = list(range(len(values["name"])))
    paid = [i for i in everything if values["status"][i] in PAID_STATUSES]
    groups = [everything, paid]
    for column in ("status", "village", "column", "programme", "period"):
        keyed = sorted((str(values[column][i]), i) for i in everything)
        groups += [[i for _, i in own] for _, own in groupby(keyed, key=itemgetter(0))]
    for group in groups:
        sums.add(sum(fen for i in group if isinstance(fen := values["raw_fen"][i], int)))
        counts |= {len(group), len({values["name"][i] for i in group}), len({values["row"][i] for i in group})}
        for column in ("id", "account", "household_head", "household_id"):
            counts.add(len({(values[column][i], values["village"][i]) for i in group}))
        counts.add(len({(values["name"][i], values["village"][i]) for i in group}))
        quantity = sum(q for i in group if isinstance(q := values["quantity_milli"][i], int))
        counts.add(quantity // 1000)


def _compare(text: str, known: _Known) -> Iterator[tuple[str, str, str, str]]:
    """(code, found, expected, difference) of what a line states and nothing that was read is."""
    plain = _PART.sub("", text)
    clauses = [c for c in _CLAUSE.split(plain) if c and not _OTHER.search(c)]
    stated = [fen for clause in clauses for fen in _read_money(clause)]
    fen = sum_of = next((f for f in stated), 0)
    may_be = {*stated, sum(stated)}  # 省级资金100元，县级资金50元: parts of one sum
    is_right = any(abs(f - s) <= max(known.rows, FEN_OF_ROUNDING) for f in may_be for s in known.sums)
    if stated and not is_right:
        total = max(known.sums)
        yield "T01", format_fen(total), format_fen(sum_of), format_fen(abs(total - fen))
    counts = [pair for clause in clauses for pair in _read_counts(clause)]
    if any(number in known.counts for number, _ in counts):
        return
    for number, unit in counts:
        if number and _is_wrong(number, unit, known):
            yield "T08", text[:_LONGEST], f"{known.rows} 笔", f"{number}{unit}"
            return


def _is_wrong(number: int, unit: str, known: _Known) -> bool:
    """Whether a count of households or people cannot be that of the rows: a household may have several of either."""
    if unit == "户":
        return number > known.rows or known.is_by_household
    return not known.is_by_household and not known.has_members


def _read_money(clause: str) -> Iterator[int]:
    for digits in _MONEY.findall(clause):  # 42.8万元 is rounded
        if amount := parse_amount(digits.replace(",", "")):
            yield amount.fen
    for words in _CAPITALS.findall(clause):
        if amount := parse_amount(words.replace("〇", "零")):
            yield amount.fen


def _read_counts(clause: str) -> Iterator[tuple[int, str]]:
    for unit, digits in _LABELLED.findall(clause):
        yield int(digits), unit
    match = _COUNT.search(clause)
    for digits, unit in _ONE_COUNT.findall(match[1] if match else ""):
        yield int(digits), unit
