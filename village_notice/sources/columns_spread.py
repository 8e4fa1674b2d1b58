"""Tables with several money columns a row: one column, or a pair of columns, a programme, a month or a quarter."""

import re
from collections.abc import Collection, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from village_notice.domain.money import parse_amount
from village_notice.domain.patterns import compile_late
from village_notice.sources.column_map import AmountColumn, DeltaStatus
from village_notice.sources.grid import Cell
from village_notice.sources.heading_index import PERIOD, PERIOD_MONEY, HeadingIndex
from village_notice.sources.heading_words import is_other_money
from village_notice.sources.subsidy_table import SubsidyTable
from village_notice.sources.wording import fold_words

_PERIOD_DUE = compile_late(f"({PERIOD})应发(?:金额)?")
_UNIT = compile_late(r"[(（](?:万?元|元/[^)）]*)[)）]$")
_FLAG = compile_late(r"^是否|^有无")
_SUM = compile_late(r"合计|总计|共计|小计|总额|总金额|^计$|^金额$|实发金额|发放金额")
_MONEY_WORDS = compile_late(r"补贴|补助|津贴|奖|救助|低保|五保|供养|慰问|优待|抚恤|补偿|金$|费$")
_ADDS = compile_late(r"合计|总计|共计|小计|总额|总金额")
_COUNTED = frozenset(("quantity", "area_paid", "area_contract", "area_corrected", "area_deduct", "rate"))
"""What stands under 出勤天数 by the month is no money."""
_NO_PROGRAMME = compile_late(r"收入|工资|赡养|抚养|贷|支出|[水电学]费|保费|罚|扣|代缴|自付|自筹")
"""Money of a household that no office pays out."""
_NO_MONEY = ("", "-", "—", "－", "/", "无", "停发", "停")
_SAMPLE = 20
_LONGEST_NAME = 8
_SURE = 0.9


@dataclass(slots=True)
class _Group:
    """The columns under one programme and period."""

    money: dict[str, list[int]] = field(default_factory=dict)
    quantity: int = 0
    rate: int = 0
    flag: int = 0

    def find_money(self) -> int:
        for role in ("amount_paid", "money", "amount_due"):
            if found := self.money.get(role):
                return found[0]
        return 0

    def find_rivals(self, samples: Sequence[Sequence[Cell]]) -> Sequence[int]:
        """Columns of one meaning with other figures, of which the first is taken: 金额 | 金额 under one programme."""
        chosen = self.find_money()
        same = next((columns for columns in self.money.values() if chosen in columns), [])
        money = {tuple(a.fen if (a := parse_amount(v)) else None for v in samples[c - 1]) for c in same}
        return same if len(money) > 1 else ()

    @property
    def columns(self) -> set[int]:
        return {c for columns in self.money.values() for c in columns} | ({self.quantity, self.rate, self.flag} - {0})


@dataclass(frozen=True, slots=True)
class Spread:
    """The money columns of a spread table.

    Attributes:
        amounts: Left to right.
        taken: Every column that is explained by them.
        sum_column: The column that adds them up, 0 none.
        is_due: Whether a programme or month only has what was due.
        open_columns: Numbers under a programme's heading of which nothing says what they are.
    """

    amounts: tuple[AmountColumn, ...]
    taken: frozenset[int]
    sum_column: int = 0
    open_columns: tuple[int, ...] = ()
    is_due: bool = False


def find_spread(
    texts: Sequence[str],
    samples: Sequence[Sequence[Cell]],
    index: HeadingIndex,
    subsidies: SubsidyTable,
    titles: Sequence[str] = (),
) -> Spread | None:
    """The money columns of a table that has several a row, None where it has not.

    Parts of the one programme that the title names (基本生活费, 照料护理费 of 特困) are one payment where a column adds
    them up.
    """
    groups = _group(texts, samples, index, subsidies)
    groups = {key: group for key, group in groups.items() if group.find_money()}
    taken = {c for group in groups.values() for c in group.columns}
    others, sums = _read_rest(texts, samples, index, taken, has_programmes=any(key[0] for key in groups))
    named = len(groups) + sum(bool(o.programme_text) for o in others)
    if not groups or (named < 2 and not _is_alone(groups, texts, samples, index)):
        return None
    amounts = [
        AmountColumn(
            g.find_money(), programme_text=key[0], period_text=key[1], quantity=g.quantity, rate=g.rate, flag=g.flag
        )
        for key, g in groups.items()
    ]
    amounts += others
    total = _choose_sum(sums, amounts, samples)
    missing = _find_missing(total, amounts, texts, samples, taken | set(sums))
    is_whole = bool(total) and adds_up(samples[total - 1], [samples[a.column - 1] for a in (*amounts, *missing)])
    if total and _is_one_programme([*amounts, *missing], titles, subsidies, is_whole=is_whole):
        return None
    amounts += missing
    others = [*others, *missing]
    taken |= {a.column for a in others} | set(sums)
    amounts.sort(key=lambda a: a.column)
    open_ = set(_find_open(groups, texts, samples, index, subsidies, {*taken, total} - {0}))
    open_ |= {c for group in groups.values() for c in group.find_rivals(samples)}
    parts = [samples[a.column - 1] for a in amounts]
    if total and not _ADDS.search(texts[total - 1]) and not adds_up(samples[total - 1], parts):
        open_ |= {*(a.column for a in amounts), total}  # 7月, 8月 beside 补贴金额: they may be days
    is_due = any(group.money and group.money.keys() == {"amount_due"} for group in groups.values())
    return Spread(tuple(amounts), frozenset(taken), total, tuple(sorted(open_)), is_due)


def _find_open(
    groups: Mapping[tuple[str, str], _Group],
    texts: Sequence[str],
    samples: Sequence[Sequence[Cell]],
    index: HeadingIndex,
    subsidies: SubsidyTable,
    taken: Collection[int],
) -> Iterator[int]:
    """Columns of numbers under a programme or month without money of its own, or among the money under no known heading."""
    first, last = min(taken, default=0), max(taken, default=0)
    for column, text in enumerate(texts, 1):
        programme, period, role = _read_levels(text, index, subsidies)
        is_open = (programme or period) and not role and (programme, period) not in groups
        is_open = is_open or bool((programme or period) and role == "flag")  # 是否享受 over sums of money
        is_among = first - 1 <= column <= last + 1 and column not in taken and not index.find(text)
        if (is_open or is_among) and not is_other_money(text) and _has_money(samples[column - 1]):
            yield column


def _find_missing(
    total: int,
    amounts: Sequence[AmountColumn],
    texts: Sequence[str],
    samples: Sequence[Sequence[Cell]],
    taken: Container[int],
) -> list[AmountColumn]:
    """Columns under headings nobody understood without which the sum of a row is not right: they are money too."""
    known = [samples[a.column - 1] for a in amounts]
    if not total or adds_up(samples[total - 1], known):
        return []
    used = {*(a.column for a in amounts), total}
    rest = [c for c, t in enumerate(texts, 1) if t and c not in used and c not in taken and _has_money(samples[c - 1])]
    for found in ([c] for c in rest) if len(rest) < 2 else (*([c] for c in rest), rest):
        if adds_up(samples[total - 1], [*known, *(samples[c - 1] for c in found)]):
            return [AmountColumn(c, programme_text=texts[c - 1].rsplit("\n", maxsplit=1)[-1]) for c in found]
    return []


def _is_one_programme(
    amounts: Sequence[AmountColumn], titles: Sequence[str], subsidies: SubsidyTable, *, is_whole: bool
) -> bool:
    """Whether a title names one programme, and the columns that name a known one all name that, some of them none.

    A re-issue beside them is a part like the others where `is_whole`: one column adds all of them up.
    """
    named = next((m.candidates for t in titles if (m := subsidies.match(t)).candidates), ())
    if len(named) != 1 or any(a.period_text or (a.status and not is_whole) for a in amounts):
        return False
    found = [subsidies.match(a.programme_text).candidates for a in amounts]
    return all(f in ((), named) for f in found) and len([f for f in found if f]) < len(found)


def _group(
    texts: Sequence[str], samples: Sequence[Sequence[Cell]], index: HeadingIndex, subsidies: SubsidyTable
) -> dict[tuple[str, str], _Group]:
    groups: dict[tuple[str, str], _Group] = {}
    levels = [_read_levels(text, index, subsidies) for text in texts]
    alike = {
        text.rsplit("\n", maxsplit=1)[-1] for text, (p, _, _) in zip(texts, levels, strict=True) if p and "\n" in text
    }
    for column, (text, (programme, period, role)) in enumerate(zip(texts, levels, strict=True), 1):
        upper, _, last = text.rpartition("\n")  # one nobody listed beside them: 特别扶助 | 人数, 金额
        is_alike = not programme and not period and last in alike and not index.find(upper) and not _SUM.search(upper)
        if not (programme or period or is_alike) or not role:
            continue
        group = groups.setdefault((upper if is_alike else programme, period), _Group())
        if role in ("money", "amount_paid", "amount_due"):
            # most of a month's cells may be words: 去世 from the month on in which somebody died
            if is_money(samples[column - 1]) or (period and _has_some_money(samples[column - 1])):
                group.money.setdefault(role, []).append(column)
        elif role == "flag":
            group.flag = group.flag or column
        elif role in ("area_paid", "quantity", "area_contract"):
            group.quantity = group.quantity or column
        elif role == "rate":
            group.rate = group.rate or column
    return groups


def _read_levels(text: str, index: HeadingIndex, subsidies: SubsidyTable) -> tuple[str, str, str]:
    """(programme, period, role) of a heading: role is a field, "money" or "flag"; "" for what it does not say."""
    programme = period = role = ""
    levels = text.split("\n") if text else []
    for place, level in enumerate(levels):
        plain = _UNIT.sub("", level.strip())
        folded = fold_words(plain)
        exact = [f for f, c in index.find(plain) if c >= 1.0]
        if match := PERIOD_MONEY.fullmatch(folded) or _PERIOD_DUE.fullmatch(folded):
            period, role = match[1], role if role in _COUNTED else "amount_due" if "应发" in folded else "money"
        elif not programme and not exact and _names_programme(plain, subsidies, is_upper=place < len(levels) - 1):
            programme, role = plain, "money"
        elif _FLAG.match(folded):
            role = "flag"
        else:
            role = next((f for f, _ in index.find(plain)), "")
    return programme, period, role


def _names_programme(text: str, subsidies: SubsidyTable, *, is_upper: bool) -> bool:
    """Whether a level is a programme's name; above other headings a part of one is enough: 农村奖扶 | 人数, 金额."""
    return subsidies.find(text) is not None or (
        is_upper and len(text) <= _LONGEST_NAME and len(subsidies.match(text).candidates) == 1
    )


def _is_alone(
    groups: dict[tuple[str, str], _Group], texts: Sequence[str], samples: Sequence[Sequence[Cell]], index: HeadingIndex
) -> bool:
    """Whether one programme's or month's column is the only money of the table."""
    own = next(iter(groups.values())).columns
    others = [
        c
        for c, t in enumerate(texts, 1)
        if t and c not in own and any(f.startswith("amount") for f, _ in index.find(t))
    ]
    filled = [v for v in samples[next(iter(groups.values())).find_money() - 1] if v not in (None, "")]
    return not others and any(parse_amount(v) is not None for v in filled)


def _read_rest(
    texts: Sequence[str],
    samples: Sequence[Sequence[Cell]],
    index: HeadingIndex,
    taken: set[int],
    *,
    has_programmes: bool,
) -> tuple[list[AmountColumn], list[int]]:
    """Further money: re-issues and recoveries, programmes nobody listed; and the columns that only add up."""
    others: list[AmountColumn] = []
    sums: list[int] = []
    for column, text in enumerate(texts, 1):
        if not text or column in taken:
            continue
        last = fold_words(_UNIT.sub("", text.rsplit("\n", maxsplit=1)[-1].strip()))
        fields = {f for f, _ in index.find(last)}
        is_plain = any(f in ("amount_paid", "amount_due") and sure >= _SURE for f, sure in index.find(last))
        status = find_delta_status(last) if "amount_delta" in fields else ""
        is_sum = is_plain or (_SUM.search(last) and (not fields or fields & {"amount_paid", "amount_due"}))
        names_money = bool(fields & {"amount_paid", "amount_due"}) or not fields
        if not (status or is_sum or names_money) or not _has_money(samples[column - 1]):
            continue  # looking at the words first is cheaper than at the cells
        if status:
            others.append(AmountColumn(column, status=status))
        elif is_sum:
            sums.append(column)
        elif (
            has_programmes
            and (not fields or fields & {"amount_paid", "amount_due"})
            and _MONEY_WORDS.search(last)
            and not _NO_PROGRAMME.search(last)
        ):
            others.append(AmountColumn(column, programme_text=last))
    return others, sums


def find_delta_status(text: str) -> DeltaStatus:
    """补发 or 追回 where a heading says that its money is one of them, else ""."""
    if "补发" in text:
        return "补发"
    return "追回" if re.search(r"追回|追缴|退缴|收缴|缴回|退回|收回", text) else ""


def _choose_sum(sums: list[int], amounts: Sequence[AmountColumn], samples: Sequence[Sequence[Cell]]) -> int:
    """Of several columns that may add a row up the one that does, else the last."""
    for column in sums:
        if adds_up(samples[column - 1], [samples[a.column - 1] for a in amounts]):
            return column
    return sums[-1] if sums else 0


def adds_up(total: Sequence[Cell], parts: Sequence[Sequence[Cell]]) -> bool:
    """Whether a column is the sum of others in nearly every row that has a number in it."""
    rows = [(t.fen, i) for i, v in enumerate(total) if (t := parse_amount(v)) is not None]
    right = [fen == sum(a.fen for p in parts if i < len(p) and (a := parse_amount(p[i]))) for fen, i in rows]
    return bool(right) and sum(right) * 10 >= len(right) * 9


def is_money(cells: Sequence[Cell]) -> bool:
    """Whether most cells of a column are amounts (blank ones and 停发 may stand between)."""
    some = (c for c in cells if c is not None and (not isinstance(c, str) or c.strip() not in _NO_MONEY))
    filled = list(islice(some, _SAMPLE))
    return sum(parse_amount(c) is not None for c in filled) * 3 >= len(filled) * 2


def _has_some_money(cells: Sequence[Cell]) -> bool:
    amounts = (parse_amount(c) for c in cells if c is not None and not isinstance(c, bool))
    return any(a is not None and a.fen for a in amounts)


def _has_money(cells: Sequence[Cell]) -> bool:
    return is_money(cells) and any(parse_amount(c) is not None for c in cells)
