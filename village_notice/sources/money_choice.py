"""Which of several columns of money is what was paid: by heading and by arithmetic; where neither tells, they stay rivals.

Money in a column beside the one chosen is never passed over in silence: either its heading says that it is something
else (a rate, a price, an earlier year), or the figures explain it, or the clerk is asked.
"""

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from village_notice.domain.money import parse_amount
from village_notice.domain.patterns import compile_late
from village_notice.sources.column_map import AmountColumn, ColumnMap
from village_notice.sources.columns_spread import adds_up, find_delta_status, is_money
from village_notice.sources.dates import find_year
from village_notice.sources.grid import Cell
from village_notice.sources.heading_words import GUESSED, is_other_money, names_money
from village_notice.sources.people_choice import has_names
from village_notice.sources.reference import fold_heading

_SO_FAR = compile_late(r"累计|余额|结余|上[年期次月季]|去年|往年|历年|前期|前次")
_ACTUAL = compile_late(r"^(?:\d{4}年?)?(?:本[年次期月季])?(?:实[发领付补际]|[到入]账|到帐|到卡|打款|代发|成功)")
"""Words that say the money went onto the card."""
_NEUTRAL = compile_late(r"^(?:补[贴助偿]|奖[补励]|救助|扶助|金额)")
_SUM = compile_late(r"合计|小计|总计|共计|总额|总金额|总数|^计$|季度|全年|年度|半年|两季|年补")
_LESS = compile_late(r"扣|退|追|收回|失败|核减|多发|减")
"""Headings of money that was not paid after all."""
_HOUSEHOLD = compile_late(r"户|家庭")
_ONE = 100
_TIMES = 2
_HIGHEST = 10**11
"""Thousand million yuan in fen: a card, a telephone or an ID."""
_THIS_TIME = compile_late(r"本次|本期|本批|此次|本月|当月|补发差额|差额补发|应?补差额?$")
_NOW_HEAD, _LAST_TIME = compile_late(r"本[月季期次年]|当[月期]"), compile_late(r"上[月季期次年]")
_CHANGE = compile_late(r"增减|增加.*减少|变[动化]")
_CLAIMED = compile_late(r"上报|申报|申请|申领|拟|测算|预[算计]|计划|调整前|^原")
_DEDUCTED = compile_late(r"^扣|扣款|代扣|扣除|扣缴|扣发|扣减|[调核][增减]")
_NO_DEDUCTION = compile_late(r"面积|亩|天|人|户|后")
_NET = compile_late(r"扣.*后|净")
_NOW = compile_late(r"(?:本次|本期|本批|此次).*(?:拨付|兑付|发放|实发|打卡)|补发差额|差额补发|应?补差额?$")
_FAILED = compile_late(r"失败|退票|退汇")
_BACK = compile_late(r"追缴|追回|退缴|清缴|收缴|缴回|清退|收回|退还")
_BACK_ALREADY = compile_late(r"(?:已|实际|实)(?:追缴|追回|退缴|清缴|收缴|缴回|清退|收回|退还)")
_YEAR = compile_late(r"20\d\d年?度?")
_MONTHLY = compile_late(r"(?:每?人)?[每按]?月(?!份)均?(?:人均)?(?:实发|发放|补[贴助]|救助|保障|标准|领取|享受|金额|额)")
_TIMES_PAID = compile_late(r"[月天次季年]数$|几个月")
_WHOLE_YEAR = compile_late(r"全年|年度")
_MOST_MONTHS = 12
_FEWEST_SUMMED = 2
_ENOUGH = 20
"""Of the rows of a column one in twenty may disagree where columns are compared."""

Money = tuple[int | None, ...]


class Found(NamedTuple):
    """A column whose heading names money: its field of columns.csv, how surely, and where it stands."""

    field: str
    confidence: float
    column: int


@dataclass(frozen=True)
class MoneyChoice:
    """Chooses among the money columns of one table.

    Attributes:
        fields: Field of columns.csv → column, of what is no money.
        texts: Combined heading of each column.
        samples: For each column the cells below the heading.
        factors: Columns that count something: areas, months, people.
        year: The year the titles name, None where they name none.
    """

    fields: Mapping[str, int]
    texts: Sequence[str]
    samples: Sequence[Sequence[Cell]]
    factors: Sequence[int] = ()
    year: int | None = None

    def choose(self, found: Sequence[Found], unknown: Sequence[tuple[int, str]]) -> ColumnMap:
        """The mapping with its money: 实发 before 应发, a surer heading before a vaguer one.

        Of several columns the one that is the sum of the others is what was paid. Two with the same claim and other
        figures stay rivals, and so does every column of money that nothing explains.

        Args:
            found: Columns whose headings columns.csv knows as money.
            unknown: Headings it does not know: (column, text).
        """
        named = [
            c for c, text in unknown if names_money(text) or _YEAR.fullmatch(self._fold(c)) or _NOW.match(self._fold(c))
        ]
        worded = [Found("amount_paid", GUESSED, c) for c in named if self._has_number(c)]
        rest = sorted({c for c, _ in unknown} - set(named))
        unnamed = list(self._find_unnamed(rest))
        found = [f._replace(field="amount_due") if self._is_claim(f) else f for f in found]
        plain = [f for f in found if f.confidence >= 1 or not is_other_money(self.texts[f.column - 1])]
        known = plain or [f for f in found if not is_other_money(self.texts[f.column - 1].rsplit("\n", maxsplit=1)[-1])]
        paid = [f for f in (*known, *worded) if f.field != "amount_delta"]
        years = {f.column: y for f in paid if (y := find_year(self.texts[f.column - 1]))}
        if self.year and set(years.values()) - {self.year}:  # 2022年金额, 2023年金额: that of the title's year counts
            known, worded = ([f for f in g if years.get(f.column, self.year) == self.year] for g in (known, worded))
        aside = [f.column for f in found if f not in known]
        now = [f for f in worded if _THIS_TIME.match(self._fold(f.column))]
        is_open = bool(now) and not any(f.field == "amount_paid" for f in known)  # 应补, 已补, 本次补差
        now = now or [f for f in known if f.field == "amount_paid" and _NOW.match(self._fold(f.column))]
        besides = [f.column for f in (*known, *worded) if f not in now]
        if len(now) == 1 and (is_open or self._is_rest(now[0].column, [*besides, *(c for c, _ in unknown)])):
            return self._settle(now[0].column, besides, is_due=False)
        if back := self._find_taken_back([f.column for f in (*known, *worded)], [*(f.column for f in found), *named]):
            return self._settle(back, [f.column for f in (*known, *worded) if f.column != back], is_due=False)
        for kind in ("amount_paid", "amount_due"):
            ranked = sorted((f for f in known if f.field == kind), key=lambda f: (-f.confidence, f.column))
            if ranked:
                return self._choose_among(ranked, known, worded, aside, unnamed, rest)
        if worded:
            return self._choose_among(worded, known, [], aside, unnamed, rest)
        deltas = [f.column for f in known if f.field == "amount_delta"]
        changes = tuple(AmountColumn(c, status=find_delta_status(self.texts[c - 1])) for c in deltas[:1])
        others = [c for c in (*rest, *unnamed) if c not in deltas and not is_other_money(self.texts[c - 1])]
        others = [c for c in others if self._has_number(c)] if changes else []
        times = (*self.factors, *(c for c in rest if _TIMES_PAID.search(self._fold(c))))
        others = [c for c in others if not self._is_rate(c, deltas[0], times)]
        rivals = (changes[0].column, *others) if others else ()  # 补发 beside money under a heading nobody knows
        return ColumnMap(self.fields, changes, rivals=tuple(sorted(set(rivals))))

    def _choose_among(
        self,
        ranked: Sequence[Found],
        known: Sequence[Found],
        worded: Sequence[Found],
        aside: Sequence[int],
        unnamed: Sequence[int],
        unnamed_too: Sequence[int],
    ) -> ColumnMap:
        """The choice among columns of one field.

        `aside` are those whose headings say that they are something else, `unnamed` those whose headings say nothing.
        """
        columns = [f.column for f in ranked]
        deltas = [f.column for f in known if f.field == "amount_delta" and self._has_number(f.column)]
        more = [c for c in deltas if not _LESS.search(self._fold(c))]
        less = [c for c in deltas if c not in more]
        is_due = ranked[0].field == "amount_due"
        others = [f.column for f in worded if f.column not in columns]
        if net := self._find_net([*columns, *others], less or self._list_deductions()):
            return self._settle(net, [c for c in columns if c != net], is_due=is_due and net in columns)
        guessed = {f.column for f in (*ranked, *worded) if f.confidence <= GUESSED}
        if whole := self._find_whole(columns, more, others, guessed):
            return self._settle(whole, is_due=is_due)
        if whole := self._find_months_sum(columns, others):
            return self._settle(whole, [c for c in columns if c != whole], is_due=is_due)
        if now := self._find_changed([*columns, *others, *unnamed, *unnamed_too, *aside, *deltas]):
            return self._settle(now, [c for c in columns if c != now], is_due=is_due)
        top = self._find_top(ranked)
        rivals = top if len(top) > 1 else self._find_open(top[0], [*columns, *others, *unnamed], deltas, known)
        rivals = self._find_coins(top[0]) or rivals or self._find_alike(top[0], unnamed_too)
        rivals = rivals or ([top[0]] if self._is_households(top[0]) else [])
        rivals = rivals or self._find_deductions(top[0]) or self._find_months_beside(top[0])
        rest = [c for c in (*columns, *aside) if c not in rivals and c != top[0]]
        unused = [c for c in rest if self._differs(c, top[0])]
        return self._settle(top[0], unused, rivals, is_due=is_due)

    def _find_taken_back(self, columns: Sequence[int], named: Sequence[int]) -> int:
        """Where all money is money taken back the column of what has come back already (应追缴, 已追缴), 0 elsewhere."""
        texts = {c: self._fold(c) for c in {*columns, *named}}
        back = [c for c, text in texts.items() if _BACK_ALREADY.match(text)]
        is_back = bool(columns) and all(_BACK.search(texts[c]) for c in columns)
        return back[0] if len(back) == 1 and is_back and self._has_number(back[0]) else 0

    def _is_claim(self, found: Found) -> bool:
        """Whether a heading stands under one of what was only asked for: 上报 | 金额 beside 核定 | 金额."""
        upper = self.texts[found.column - 1].split("\n")[:-1]
        return found.field == "amount_paid" and any(map(_CLAIMED.search, upper))

    def _list_deductions(self) -> list[int]:
        texts = enumerate(self.texts, 1)
        found = [c for c, t in texts if _DEDUCTED.search(t) and not _NO_DEDUCTION.search(t)]
        return [c for c in found if self._has_number(c)]

    def _find_deductions(self, chosen: int) -> list[int]:
        """The chosen column and the deductions beside it that nothing shows to be taken off already."""
        if _ACTUAL.match(self._fold(chosen)) or _NET.search(self._fold(chosen)):
            return []
        less = [c for c in self._list_deductions() if c != chosen]
        if not less:
            return []
        taken, rows = self._add_up(less), self._money(chosen)
        gross = [c for c in range(1, len(self.texts) + 1) if c not in less and c != chosen and self._has_number(c)]
        is_net = any(
            all(g is None or n is None or g - t == n for g, n, t in zip(self._money(c), rows, taken, strict=True))
            for c in gross
        )
        return [] if is_net else [chosen, *less]

    def _find_coins(self, chosen: int) -> list[int]:
        """The chosen column and those of 角 and 分 beside it, where the figures of one sum stand in several columns."""
        last = {t.rsplit("\n", maxsplit=1)[-1].strip(): c for c, t in enumerate(self.texts, 1)}
        coins = [last[name] for name in ("角", "分") if name in last]
        return [chosen, *coins] if "角" in last and any(map(self._has_number, coins)) else []

    def _find_months_beside(self, chosen: int) -> list[int]:
        """The chosen column and that of the months where it only says what one month gives, and no column says the sum."""
        if not self._is_monthly(chosen):
            return []
        months = [c for c in self.factors if "月" in self.texts[c - 1]]
        return [chosen, *months] if any(n not in (None, 1000) for c in months for n in self._scaled(c)) else []

    def _find_unnamed(self, unknown: Container[int]) -> Iterator[int]:
        """Columns of money without a heading, or under one that says nothing: summed up at the end, or beside names.

        A serial without a heading stands left of the name, or counts the rows.
        """
        for column in range(self.fields.get("name", 0) + 1, len(self.texts) + 1):
            text = self.texts[column - 1]
            if (text and column not in unknown) or is_other_money(text) or not self._has_number(column):
                continue
            numbers = [m for m in self._money(column) if m is not None]
            is_serial = all(b - a == _ONE for a, b in pairwise(numbers)) and len(numbers) > 1
            is_odd = max(map(abs, numbers)) >= _HIGHEST or all(_is_year(n) for n in numbers)
            beside = column > 1 and (not self.texts[column - 2] or column - 1 in unknown)
            is_list = beside and has_names(self.samples[column - 2])
            if not is_serial and not is_odd and (not text or is_list or _sums_up(numbers)):
                yield column

    def _find_alike(self, chosen: int, columns: Sequence[int]) -> list[int]:
        """The chosen column and those under headings nobody knows whose figures are much like its own, row by row."""
        numbers = [c for c in columns if not is_other_money(self.texts[c - 1]) and self._has_number(c)]
        base, found = self._money(chosen) if numbers else (), []
        for column in numbers:
            pairs = [(b, m) for b, m in zip(base, self._money(column), strict=True) if b and m]
            alike = sum(b <= m * _TIMES and m <= b * _TIMES for b, m in pairs)
            is_alike = bool(pairs) and alike * _ENOUGH >= len(pairs) * (_ENOUGH - 1)
            is_more = any(_is_product(base, self._scaled(c), self._money(column)) for c in self.factors)
            if (is_alike and not self._is_explained(column, chosen)) or is_more:
                found.append(column)
        return [chosen, *found] if found and not self._adds_up(chosen, found) else []

    def _is_households(self, column: int) -> bool:
        """Whether a heading speaks of the household's money and every member's row of a household repeats it."""
        key = next((c for f in ("household_no", "household_id", "household_head") if (c := self.fields.get(f, 0))), 0)
        if not key or not _HOUSEHOLD.search(self._fold(column)):
            return False
        money: dict[Cell, list[int | None]] = {}
        for household, fen in zip(self.samples[key - 1], self._money(column), strict=True):
            if household not in (None, "") and fen:
                money.setdefault(household, []).append(fen)
        several = [m for m in money.values() if len(m) > 1]
        return bool(several) and all(len(set(m)) == 1 for m in several)

    def _settle(
        self, column: int, unused: Sequence[int] = (), rivals: Sequence[int] = (), *, is_due: bool
    ) -> ColumnMap:
        unknown = tuple((c, self.texts[c - 1]) for c in unused)
        if _CHANGE.search(self._fold(column)):  # how much more or less than before: not what was paid
            rivals = rivals or (column,)
        return ColumnMap(self.fields, (AmountColumn(column),), is_due, unknown=unknown, rivals=tuple(rivals))

    def _find_top(self, ranked: Sequence[Found]) -> list[int]:
        """The columns with the best claim; those that say nothing new left out."""
        if len(ranked) == 1:
            return [ranked[0].column]
        filled = [f for f in ranked if any(self._money(f.column))] or ranked[:1]
        top = [f.column for f in filled if f.confidence == filled[0].confidence]
        top = [c for c in top if not any(self._is_rate(c, other) for other in top if other != c)]
        if any(self._is_monthly(c) for c in top):
            top += [f.column for f in filled if f.column not in top and self._differs(f.column, top[0])]
        actual = [c for c in top if _ACTUAL.match(self._fold(c))]
        if actual and all(self._gives_way(c) for c in top if c not in actual):
            top = actual
        return top[:1] if len(top) == 1 or len({self._money(c) for c in top}) == 1 else top

    def _is_rate(self, column: int, product: int, counts: Sequence[int] = ()) -> bool:
        """Whether a column times one that counts something is the other column: 人数, 补助, 金额."""
        factors = [c for c in counts or self.factors if c not in (column, product)]
        return any(_is_product(self._money(column), self._scaled(c), self._money(product)) for c in factors)

    def _gives_way(self, column: int) -> bool:
        """Whether a heading says less than one with 实发: 补贴金额, 应发, 月保障金."""
        return bool(_NEUTRAL.match(self._fold(column))) or self._fold(column)[:1] == "应" or self._is_monthly(column)

    def _find_open(
        self, chosen: int, columns: Sequence[int], deltas: Sequence[int], known: Sequence[Found]
    ) -> list[int]:
        """The chosen column and those beside it which neither words nor figures explain; [] where there are none."""
        if "成功" in self._fold(chosen):  # what failed beside it is none of it
            deltas = [c for c in deltas if not _FAILED.search(self._fold(c))]
        if deltas and not self._includes_deltas(chosen, deltas, known):
            return [chosen, *deltas]
        is_actual = bool(_ACTUAL.match(self._fold(chosen)))
        rest = [c for c in columns if c != chosen and self._has_number(c)]
        if is_actual:  # a heading that says so plainly gives way to nothing but a sum
            rest = [c for c in rest if _SUM.search(self._fold(c))]
        open_ = [c for c in rest if not self._is_explained(c, chosen)]
        rates = [c for c, t in enumerate(self.texts, 1) if "标准" in t and c not in rest and self._has_number(c)]
        if open_ and rates and _SUM.search(self._fold(chosen)) and self._adds_up(chosen, [*open_, *rates]):
            return []  # 供养标准 and 照料护理 are the parts of 合计发放
        has_actual = any(_ACTUAL.match(self._fold(c)) for c in open_)  # what arrived is no part of what was sent
        if open_ and not has_actual and self._adds_up(chosen, rest):
            return []
        return [chosen, *open_] if open_ else []

    def _is_explained(self, column: int, chosen: int) -> bool:
        """Whether figures tell that a column is no other payment: the same money, or a rate of the chosen one."""
        base, money = self._money(chosen), self._money(column)
        if all(m in (None, b) for b, m in zip(base, money, strict=True)):
            return True
        is_sparse = sum(m is not None for m in money) < sum(b is not None for b in base)
        if is_sparse and sum(b or 0 for b in base) == sum(m or 0 for m in money):
            return True  # a household's sum on its first row
        return any(_is_product(money, self._scaled(c), base) for c in self.factors)

    def _find_whole(
        self, columns: Sequence[int], deltas: Sequence[int], others: Sequence[int], guessed: Container[int] = ()
    ) -> int:
        """The column that is the sum of all others and of the re-issues, 0 where none is.

        Columns nobody listed are parts only together: 中央 省级 市级 and their 合计.
        """
        for parts in ([*columns, *deltas], [*columns, *deltas, *others]):
            filled = [c for c in parts if self._has_number(c)]
            for column in (c for c in parts if c not in deltas and (c not in guessed or _SUM.search(self._fold(c)))):
                if self._adds_up(column, [c for c in filled if c != column]):
                    return column
        return 0

    def _find_net(self, columns: Sequence[int], less: Sequence[int]) -> int:
        """The column that is another one less the deductions, returns or recoveries beside it, 0 where none is."""
        taken = self._add_up(less)
        for net in columns if any(taken) else ():
            for gross in (c for c in columns if c != net):
                rows = list(zip(self._money(gross), self._money(net), taken, strict=True))
                if all(g is None or g - t == (n or 0) for g, n, t in rows):
                    return net
        return 0

    def _find_changed(self, columns: Sequence[int]) -> int:
        """This month's money where it is last month's and the change, row by row: 上月金额, 增减额, 本月金额; 0 else."""
        now = [c for c in columns if _NOW_HEAD.match(self._fold(c)) and self._has_number(c)]
        before = [c for c, t in enumerate(self.texts, 1) if _LAST_TIME.search(fold_heading(t)) and self._has_number(c)]
        change = [
            c for c, t in enumerate(self.texts, 1) if _CHANGE.search(fold_heading(t)) and is_money(self.samples[c - 1])
        ]
        if not (len(set(now)) == len(before) == len(change) == 1):
            return 0
        rows = zip(*(self._money(g[0]) for g in (now, before, change)), strict=True)
        return now[0] if all(n is None or n == (b or 0) + (d or 0) for n, b, d in rows) else 0

    def _is_rest(self, now: int, others: Sequence[int]) -> bool:
        """Whether what is paid this time is one column less what another one says was paid before: 总额, 已预拨, 本次拨付."""
        numbers = {c for c in others if c != now and self._has_number(c)}
        return any(
            adds_up(self.samples[whole - 1], [self.samples[now - 1], self.samples[before - 1]])
            for whole in numbers
            for before in numbers - {whole}
            if any(self._money(before))
        )

    def _adds_up(self, column: int, parts: Sequence[int]) -> bool:
        return len(parts) >= 2 and adds_up(self.samples[column - 1], [self.samples[c - 1] for c in parts])

    def _find_months_sum(self, columns: Sequence[int], others: Sequence[int]) -> int:
        """Beside a month's money the one column that is that money times the months or people of the row.

        Without a column that counts them, it is only taken where one number of months (a quarter, half a year) fits
        every row, or its heading says that it is a sum; 0 where none or several are.
        """
        months = [c for c in (*columns, *others) if self._is_monthly(c) and self._has_number(c)]
        if len(months) != 1:
            return 0
        found = [
            c
            for c in (*columns, *others)
            if c not in months and not _SO_FAR.search(self.texts[c - 1]) and self._has_number(c)
        ]
        base = self._money(months[0])
        found = [c for c in found if self._is_months_sum(base, c)]
        return found[0] if len(found) == 1 else 0

    def _is_months_sum(self, base: Money, column: int) -> bool:
        money = self._money(column)
        if any(_is_product(base, self._scaled(c), money) for c in self.factors):
            return True
        pairs = [(b, m) for b, m in zip(base, money, strict=True) if b and m]
        times = [divmod(m, b) for b, m in pairs]
        if not times or not all(rest == 0 and 1 <= n <= _MOST_MONTHS for n, rest in times):
            return False
        counts = {n for n, _ in times}
        if counts == {1} or _WHOLE_YEAR.search(self.texts[column - 1]):
            return False  # the year's money beside one month's: which was paid now is not known
        return len(counts) == 1 or bool(_SUM.search(self._fold(column)))

    def _includes_deltas(self, paid: int, deltas: Sequence[int], known: Sequence[Found]) -> bool:
        """Whether figures show that the paid column already includes the re-issues or deductions beside it."""
        taken = {paid, *deltas, *self.fields.values()}
        further = [c for c, t in enumerate(self.texts, 1) if c not in taken and _LESS.search(t) and self._has_number(c)]
        less = [c for c in deltas if _LESS.search(self._fold(c))] + further
        more = [c for c in deltas if c not in less]
        for base in (f.column for f in known if f.field != "amount_delta" and f.column != paid):
            rows = zip(self._money(base), self._money(paid), self._add_up(more), self._add_up(less), strict=True)
            checked = [p - b in (m - n, m + n) for b, p, m, n in rows if b is not None and p is not None]
            if checked.count(False) * _ENOUGH <= len(checked):
                return True
        return False

    def _add_up(self, columns: Sequence[int]) -> Sequence[int]:
        """The sum of columns, row by row."""
        if not columns:
            return [0] * max(map(len, self.samples), default=0)
        return [sum(abs(v or 0) for v in row) for row in zip(*map(self._money, columns), strict=True)]

    def _is_monthly(self, column: int) -> bool:
        """Whether a heading names what one month gives: 月发放金额, 每人每月补助额; not 本月发放金额, nor 6月金额."""
        return bool(_MONTHLY.match(self._fold(column)))

    def _fold(self, column: int) -> str:
        return fold_heading(self.texts[column - 1].rsplit("\n", maxsplit=1)[-1])

    def _differs(self, column: int, chosen: int) -> bool:
        return self._has_number(column) and self._money(column) != self._money(chosen)

    def _has_number(self, column: int) -> bool:
        cells = self.samples[column - 1]
        return is_money(cells) and any(a.fen for c in cells if (a := parse_amount(c)))

    def _money(self, column: int) -> Money:
        return tuple(a.fen if (a := parse_amount(c)) else None for c in self.samples[column - 1])

    def _scaled(self, column: int) -> Money:
        """Numbers that count something, in thousandths."""
        return tuple(a.fen * 10 if (a := parse_amount(c)) else None for c in self.samples[column - 1])


def _is_year(fen: int) -> bool:
    return 190_000 <= fen <= 210_000 and fen % 100 == 0


def _sums_up(numbers: Sequence[int]) -> bool:
    """Whether the last of a column's numbers is the sum of the others."""
    return len(numbers) > _FEWEST_SUMMED and numbers[-1] == sum(numbers[:-1])


def _is_product(one: Money, thousandths: Money, product: Money) -> bool:
    """Whether in every row (of a few) one number times another is the third, to a fen."""
    rows = [(a, n, p) for a, n, p in zip(one, thousandths, product, strict=True) if a and n and p]
    wrong = sum(abs(a * n - p * 1000) > 1000 for a, n, p in rows)
    return bool(rows) and wrong * _ENOUGH <= len(rows) and any(n != 1000 for _, n, _ in rows)
