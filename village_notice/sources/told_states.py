"""What a table says of its payments elsewhere than in a column of states: in a title, a flag, a second amount, a remark, a note.

Only payments without a state of their own are looked at. What is told plainly gives them one (H11); what may be said of
some of them, nobody knows of which, holds the table (H12); money taken back is no payment (H13).
"""

from collections import Counter
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass

from village_notice.domain.columns import PAID_STATUSES
from village_notice.domain.finding import Finding, Place
from village_notice.domain.money import parse_amount
from village_notice.domain.patterns import compile_late
from village_notice.domain.reading import UnpaidLine
from village_notice.domain.remark import is_failure_reason, names_failure_before, says_not_paid
from village_notice.domain.text import column_letters
from village_notice.sources.cells import read_amount
from village_notice.sources.column_map import ColumnMap
from village_notice.sources.grid import Cell, Grid
from village_notice.sources.reference import find_status, fold_heading
from village_notice.sources.second_answers import find_reversed, find_second_results, find_told_kinds, names_result
from village_notice.sources.sheet_reader import TableReading
from village_notice.sources.state_words import DOUBT, is_title_of_reissue, read_title_state
from village_notice.sources.surroundings import Context, Lookups
from village_notice.sources.tables import Table, cell_text
from village_notice.sources.taken_back import find_taken_back
from village_notice.sources.told_marks import (
    FLAGS,
    find_legend,
    find_marked,
    is_against,
    read_name_state,
    read_serial_state,
    tells_of_list,
)
from village_notice.sources.told_people import find_dead, find_not_fetched, is_day_of_death, says_not_fetched
from village_notice.sources.told_sections import Section, find_sections
from village_notice.sources.unpaid_people import list_named
from village_notice.sources.wording import fold_words

_LONGEST_TITLE = 40
_FLAG = compile_late(r"是否(?:已|被)?(" + "|".join(FLAGS) + r")(?:发放|享受|待遇)?")
_STATE_HEADING = compile_late(
    r"结果|返回|返盘|回执|回盘|回单|状态|标[识志]|情况|到[账帐卡]|打[款卡]|发没发|^已[发领打兑付]|[发领]了?没|入[账帐卡]|领取|发放|兑[付现]|成功|是否(?:已)?(?:享受|发|领|到|成功|打|兑|补|入|通过|符合|合格)|核对|复核|核实|核查"
)
_ATTRIBUTE = compile_late(
    r"性别|民族|银行|开户|行[号名]|类[别型]|等级|级别|方式|[机型]型|型号|作物|品[种牌目]|关系|户口|户籍|文化|婚姻|政治|职务|健康|身体|残疾|自理|组|村|镇|证件|单位|签[字名章]|手印|面积|住房|年龄|地址|电话|依据|"
    r"途径|用途|身份|名称|家庭|经济|劳动|就业|土地|种植|养殖|承包|流转|基本|生活|困难|病|机具|处置|在校|参保|日期|时间|期间|审核|原因|负责|人$|员$"
)
_BAD_VALUE = compile_late(
    r"失败|异常|退[回票款汇]?|[未没不](?!详).*|停发?|冻结|[×✗✘xX✕]|ERR.*|待.*|死亡|去世|否|无效|注销|销户|挂失|错误|N|NO|F|FAIL.*|存疑|有误"
)
_PLAIN_VALUE = compile_late(
    r"[√✓✔☑是对Y好]|YES|OK|正常|成功|已.*|S|SUCCESS|0+|无变动|通过|符合|合格|发了|领了|到账|到了|在世|健在|有效|发放|有"
)
_MOST_VALUES = 4
_LONGEST_VALUE = 10
_FEWEST_ROWS = 3
_DOUBTFUL_FLAG = compile_late(r"是否(?:已|被)?(?:死亡|去世|注销|销户|挂失|冻结|迁出|退出|异常)|是否有异议|有无异议")
_YES = frozenset(
    ("是", "有", "√", "✓", "✔", "Y", "YES", "1", "已死亡", "死亡", "已停发", "停发", "已退票", "退票", "已退回", "退回")
)
_FAILED_AMOUNTS: Mapping[str, str] = {"失败": "失败", "未成功": "失败", "退回": "退回", "退票": "退回", "未": "待发"}
_FAILED_AMOUNT = compile_late(
    r"(失败|未成功|退回|退票|未)(?:补贴?|补助|发放?|兑[付现]|拨付|到账|领取?|支付)?(?:金额|资金|额|款)"
)
_ENDED = compile_late(
    r"停发|死亡|去世|病故|亡故|迁出|注销|销户|重复|取消|退出|不符合|不再|超龄|终止|暂停|暂缓|不发|未发|失败|退回|退票"
)
"""Remarks that explain why no amount stands beside a name."""
_NOTE = compile_late(
    r"未到[账帐卡]|没有?到[账帐卡]|未发|没有?发|未打卡|未兑付|未拨付|退回|退票|失败|停发|不发|不予发放|暂[缓存不]|冻结|挂账|下[个月批次]|除.{1,20}外"
)
_NO_NOTE = compile_late(
    r"如[有未对需果]|若[有未对]|凡|不要|请勿|不得[填列]|填[报写]|异议|咨询|举报|监督|未发[现生]|公示|(?:均|全部)?已(?:全部)?(?:补发|重新发放|重发)"
)
_SOMEBODY = compile_late(
    r"\d+\s*[户人笔名]|[一二两三四五六七八九十几]+[户人笔名]|序号|第\d|\d\s*[号、]|标[红黄色注]|[红黄]色|[户人]员?[^标]*未|本表|上表|以上"
)
_OF_EARLIER = compile_late(r"补发[^发]{0,4}?(?:\d{1,2}[月季]|上个?[月季年]|[往历]年|以前|漏发|欠发)")
"""补发6月份: the title of re-issues names another time than that of the payment."""


@dataclass(frozen=True, slots=True)
class _Told:
    """A state that the table gives to some of its payments: their positions, and the words that give it."""

    words: str
    status: str
    positions: Sequence[int]
    is_remark: bool = False


class StateTeller:
    """Gives the payments of one table the states that the table tells elsewhere.

    Args:
        grid: The sheet.
        table, columns, context: The table as it was understood.
        reading: Its payments; their states are changed in place.
        lookups: The wordings of states.

    Attributes:
        used: Columns that are of no use to others, but tell states.
        unpaid: People named as not paid without an amount.
        knows_states: Whether the table tells the states of its payments as a column of states would.
    """

    def __init__(
        self, grid: Grid, table: Table, columns: ColumnMap, context: Context, reading: TableReading, lookups: Lookups
    ) -> None:
        self.grid, self.table, self.columns, self.context = grid, table, columns, context
        self.reading, self.values, self.lookups = reading, reading.values, lookups
        self.place = Place(context.file, context.sheet)
        self.used: set[int] = set()
        self.unpaid: list[UnpaidLine] = []
        self.knows_states = False

    def tell(self) -> Iterator[Finding]:
        """H11, H12, H13 and R18 of the table."""
        statuses = self.values["status"]
        if not statuses:
            return
        back = find_taken_back(self.table, self.columns)
        if back and any(s in ("", "追回") for s in statuses):
            self._take_back()
            yield Finding("H13", self.place, found=back)
            return
        told = [
            t
            for find in (self._find_title, self._find_flags, self._find_names, self._find_amounts, self._find_results)
            for t in find()
        ]
        told += self._find_remarks()
        for one in told:
            open_ = [i for i in one.positions if statuses[i] == ""]
            self.knows_states |= not one.is_remark
            if open_:
                self._settle(open_, one)
                yield Finding("H11", self.place, found=one.words, expected=str(len(open_)), difference=one.status)
        sections = find_sections(self.grid, self.table, self.reading, self.lookups.places)
        is_all_paid = all(s in PAID_STATUSES for s in statuses)
        note = self._find_note({s.row for s in sections if s.status != DOUBT}) if is_all_paid else ""
        yield from self._settle_sections(sections, note)
        self._mark_reissues()
        yield from self._doubt_flags()
        yield from self._doubt_people()
        yield from self._doubt_marks()
        yield from self._doubt_columns()
        yield from self._doubt_blanks()
        yield from self._doubt_second_answers()
        if note and any(s in PAID_STATUSES for s in statuses):
            yield Finding("H12", self.place, found=note)

    def _take_back(self) -> None:
        values = self.values
        for i, status in enumerate(values["status"]):
            if status == "":
                fen = values["amount_fen"][i]
                values["status"][i] = "追回"
                values["amount_fen"][i] = -abs(fen) if isinstance(fen, int) else fen
        self.reading.findings = [f for f in self.reading.findings if f.code != "R03"]

    def _settle(self, positions: Sequence[int], one: _Told) -> None:
        """Payments get a state; an amount that nobody wrote is 0, and what was asked of them is answered."""
        values, rows = self.values, set[object]()
        for i in positions:
            values["status"][i] = one.status
            rows.add(values["row"][i])
            if values["amount_fen"][i] is None:
                values["amount_fen"][i] = 0
            reason = self._text(i, "failure_reason")
            if not values["remark"][i] and (reason or one.words):
                values["remark"][i] = reason or one.words
        self.reading.totals.take_off({r for r in rows if isinstance(r, int)})
        answered = ("R18", "C02")
        self.reading.findings = [f for f in self.reading.findings if f.code not in answered or f.place.row not in rows]

    def _settle_sections(self, sections: Sequence[Section], note: str) -> Iterator[Finding]:
        """H11 for the payments below 未发放人员：; R04 where a line leaves open whether those below it were paid."""
        statuses = self.values["status"]
        for section in sections:
            words = f"分段标题“{section.text[:_LONGEST_TITLE]}”"
            self.unpaid += list_named(self.values, section.positions, words, section.status)
            open_ = [i for i in section.positions if statuses[i] == ""]
            if section.status != DOUBT:
                against = [i for i in section.positions if statuses[i] in ("成功", "补发")]
                yield from self._ask_of(against, f"{words}，这一行写着“成功”")
                if open_:
                    self._settle(open_, _Told(words, section.status, open_))
                    where = self.place._replace(row=section.row)
                    yield Finding("H11", where, found=words, expected=str(len(open_)), difference=section.status)
            elif section.text[:_LONGEST_TITLE] != note:
                yield from self._ask_of(open_, words)
                yield from self._ask_of_twice(section, words)

    def _ask_of_twice(self, section: Section, words: str) -> Iterator[Finding]:
        """R04 for the payments above a doubtful line whose people and money stand below it once more."""
        columns = ("name", "village", "amount_fen")
        keys = list(zip(*(self.values[c] for c in columns), strict=True))
        own = set(section.positions)
        again = {keys[i] for i in own}
        above = [i for i, key in enumerate(keys) if key in again and i not in own and self.values["status"][i] == ""]
        yield from self._ask_of(above, f"{words}下面又列了这一笔")

    def _mark_reissues(self) -> None:
        """Remarks 补发 or 重发 where the title says it of the whole list: its money is compared with the failures."""
        titles = [t for t in (*self.table.above, self.context.sheet) if is_title_of_reissue(t)]
        if not titles:
            return
        remarks, statuses = self.values["remark"], self.values["status"]
        is_again = any(names_failure_before(fold_words(t)) for t in titles)
        earlier = next((m[0] for t in titles if (m := _OF_EARLIER.search(fold_words(t)))), "补发")
        for i, status in enumerate(statuses):
            if status == "" and (is_again or not remarks[i]):
                remarks[i] = "；".join(filter(None, (str(remarks[i]), "重发" if is_again else earlier)))

    def _ask_of(self, positions: Sequence[int], words: str) -> Iterator[Finding]:
        """R04 for some payments of money."""
        for i in positions:
            if self.values["raw_fen"][i]:
                row, column = int(str(self.values["row"][i])), str(self.values["column"][i])
                where = self.place._replace(row=row, column=column)
                yield Finding("R04", where, found=words, person=str(self.values["name"][i]))

    def _doubt_blanks(self) -> Iterator[Finding]:
        """R04 where the state of a payment is blank and others are written 成功: nobody knows whether it arrived."""
        statuses, column = self.values["status"], self.columns.fields.get("status", 0)
        if not column or "成功" not in statuses or "" not in statuses:
            return
        blank = [i for i, s in enumerate(statuses) if s == "" and not self._text(i, "status")]
        yield from self._ask_of(blank, "空白（别的行写着“成功”）")

    def _doubt_second_answers(self) -> Iterator[Finding]:
        """R04 where a second column says the opposite of the state, or another row takes the same money off again."""
        statuses = self.values["status"]
        taken = {*self.columns.fields.values(), *(a.column for a in self.columns.amounts)}
        others = [h for h in self._list_headings() if h[0] not in taken and names_result(h[1])]
        for column, text in others if "status" in self.columns.fields else ():
            cells = [self._cell(i, column) for i in range(len(statuses))]
            for second in list(find_second_results(text, cells, statuses, self.lookups.statuses)):
                self.used.add(column)
                statuses[second.position] = ""  # nobody knows which of the two is true
                yield from self._ask_of([second.position], second.words)
        has_negative = any(f.code == "R03" for f in self.reading.findings)
        for second in find_reversed(self.values) if has_negative else ():
            yield from self._ask_of([second.position], second.words)

    def _find_title(self) -> Iterator[_Told]:
        """The title or the sheet's name says of all that they did not arrive."""
        legend = find_legend(self.table.above)
        for text in (*(t for t in reversed(self.table.above) if t not in legend), self.context.sheet):
            if status := read_title_state(text):
                yield _Told(f"“{text[:_LONGEST_TITLE]}”", status, range(len(self.values["status"])))
                return

    def _find_flags(self) -> Iterator[_Told]:
        """是否停发, 是否退票: 是; 未发, 退回: √."""
        for column, text in self._list_headings():
            if match := _FLAG.fullmatch(fold_words(text)):
                self.used.add(column)
                yield _Told(f"“{text}”写着“是”", FLAGS[match[1]], self._find_yes(column))
            elif marked := self._find_marked(column, text):
                self.used.add(column)
                yield _Told(f"“{text}”一列打了勾", read_title_state(text), marked)

    def _find_marked(self, column: int, text: str) -> list[int]:
        """The payments with a mark in a column headed by a state, where nothing but such marks stands in it."""
        if column in self.columns.fields.values() or not read_title_state(text):
            return []
        return find_marked([cell_text(self._cell(i, column)) for i in range(len(self.values["row"]))])

    def _find_names(self) -> Iterator[_Told]:
        """某某（未发）: the bracket comes off the name, but what it says stays."""
        states: dict[str, list[int]] = {}
        for i in range(len(self.values["row"])):
            if state := read_name_state(self._text(i, "name")):
                states.setdefault(state, []).append(i)
        for state, positions in states.items():
            yield _Told("姓名后面括号里写着没有发", state, positions)

    def _doubt_flags(self) -> Iterator[Finding]:
        """R18 where 是否死亡, 是否挂失 says yes of money that counts as paid."""
        for column, text in self._list_headings():
            if not _DOUBTFUL_FLAG.fullmatch(fold_words(text)):
                continue
            self.used.add(column)
            for i in self._find_yes(column):
                if self.values["status"][i] in ("", "成功") and self.values["raw_fen"][i]:
                    row, name = self.values["row"][i], str(self.values["name"][i])
                    where = self.place._replace(row=int(str(row)), column=column_letters(column))
                    yield Finding("R18", where, found=f"{text}：{cell_text(self._cell(i, column))}", person=name)

    def _doubt_people(self) -> Iterator[Finding]:
        """R18 where somebody died before the time the money is for, R04 where the signature says that it was not fetched."""
        rows, statuses = range(len(self.values["row"])), self.values["status"]
        for column, text in self._list_headings():
            if is_day_of_death(text) and not any(
                c == column and f != "sensitive" for f, c in self.columns.fields.items()
            ):
                self.used.add(column)
                cells = [self._cell(i, column) for i in rows]
                for one in find_dead(text, cells, self.values, (*self.table.above, self.context.sheet)):
                    if statuses[one.position] in ("", "成功") and self.values["raw_fen"][one.position]:
                        row, name = (self.values[c][one.position] for c in ("row", "name"))
                        where = self.place._replace(row=int(str(row)), column=column_letters(column))
                        yield Finding("R18", where, found=one.words, person=str(name))
        column = self.columns.fields.get("signature", 0)
        body = self.grid.rows[self.table.header_last : self.table.body_last] if column else []
        if any(says_not_fetched(v) for v in {r[column - 1] for r in body if column <= len(r)} if isinstance(v, str)):
            heading = self.table.texts[column - 1].replace("\n", "")
            for one in find_not_fetched(heading, [self._text(i, "signature") for i in rows]):
                if statuses[one.position] == "":
                    yield from self._ask_of([one.position], one.words)

    def _doubt_marks(self) -> Iterator[Finding]:
        """R04 where a tick stands under 不同意, 取消, or the serial number says 停."""
        taken = {*self.columns.fields.values(), *(a.column for a in self.columns.amounts), *self.used}
        statuses = self.values["status"]
        for column, text in self._list_headings():
            if column in taken or not is_against(text):
                continue
            marked = find_marked([cell_text(self._cell(i, column)) for i in range(len(statuses))])
            self.used |= {column} if marked else set()
            yield from self._ask_of([i for i in marked if statuses[i] == ""], f"“{text}”一列打了勾")
        for i, status in enumerate(statuses):
            if status == "" and (word := read_serial_state(self._text(i, "seq"))):
                yield from self._ask_of([i], f"序号后面写着“{word}”")

    def _doubt_columns(self) -> Iterator[Finding]:
        """R04 in the rows where a column that nobody knows may say that the money did not arrive (到账: ×, 回执: 9999)."""
        if "status" in self.columns.fields:
            return
        used = {*self.columns.fields.values(), *self.used}
        used |= {c for a in self.columns.amounts for c in (a.column, a.flag, a.quantity, a.rate)}
        for column, text in self._list_headings():
            plain = fold_words(text)
            if column in used or _ATTRIBUTE.search(plain):
                continue
            values = [fold_words(cell_text(self._cell(i, column))).upper() for i in range(len(self.values["row"]))]
            odd = self._find_odd(values, names_state=bool(_STATE_HEADING.search(plain)))
            self.used |= {column} if odd else set()
            for i in odd:
                if self.values["status"][i] == "" and self.values["raw_fen"][i]:
                    row, name = int(str(self.values["row"][i])), str(self.values["name"][i])
                    where = self.place._replace(row=row, column=column_letters(column))
                    yield Finding("R04", where, found=f"{text}：{values[i] or '空白'}", person=name)
        own = self.table.columns or range(1, len(self.table.texts) + 1)
        yield from self._doubt_kinds([c for c in own if c not in used and c not in self.used])

    def _doubt_kinds(self, columns: Sequence[int]) -> Iterator[Finding]:
        """R04 in the rows of which a column that nobody knows says 停发人员, also merged beside them all."""
        for column, told in find_told_kinds(self.grid, self.table, self.values["row"], columns):
            self.used.add(column)
            for one in told:
                if self.values["status"][one.position] == "":
                    yield from self._ask_of([one.position], one.words)

    def _find_odd(self, values: Sequence[str], *, names_state: bool) -> list[int]:
        """Rows of a column of few short words whose word may mean that nothing was paid; [] for a column of anything else."""
        counts = Counter(values)
        words = [v for v in counts if v]
        is_short = all(len(v) <= _LONGEST_VALUE for v in words)
        if len(values) < _FEWEST_ROWS or not words or len(counts) > _MOST_VALUES or not is_short or len(counts) < 2:
            return []
        bad = {v for v in words if _BAD_VALUE.fullmatch(v)}
        usual, times = counts.most_common(1)[0]
        is_clear = usual and bool(_PLAIN_VALUE.fullmatch(usual)) and times * 2 > len(values)
        if names_state and is_clear:
            bad |= {v for v in counts if not _PLAIN_VALUE.fullmatch(v)}
            bad |= {v for v in counts if v.isdigit() and v != usual}
        elif not names_state:  # the words alone must speak, and of the few
            bad = {v for v in bad if counts[v] * 2 < len(values)} if is_clear else set()
        return [i for i, v in enumerate(values) if v in bad]

    def _find_yes(self, column: int) -> list[int]:
        return [
            i for i in range(len(self.values["row"])) if fold_words(cell_text(self._cell(i, column))).upper() in _YES
        ]

    def _find_amounts(self) -> Iterator[_Told]:
        """失败金额 or 未补贴金额 beside an amount of 0."""
        for column, text in self._list_headings():
            match = _FAILED_AMOUNT.fullmatch(fold_heading(text))
            if not match or column in (a.column for a in self.columns.amounts):
                continue
            self.used.add(column)
            zero = [i for i, fen in enumerate(self.values["raw_fen"]) if not fen]
            found = [i for i in zero if (a := read_amount(self._cell(i, column), 100)) and a.fen > 0]
            yield _Told(f"“{text}”里有金额、实发为 0", _FAILED_AMOUNTS[match[1]], found)

    def _find_results(self) -> Iterator[_Told]:
        """A column of results rather than of reasons: every row has a word, most of success, the others why not."""
        if "failure_reason" not in self.columns.fields or "status" in self.columns.fields:
            return
        texts = [self._text(i, "failure_reason") for i in range(len(self.values["row"]))]
        states = [find_status(self.lookups.statuses, t) for t in texts]
        if "成功" not in states or not all(texts):
            return
        failed = [i for i, t in enumerate(texts) if states[i] == "" and is_failure_reason(t)]
        failed += [i for i, s in enumerate(states) if s not in PAID_STATUSES]
        heading = self.table.texts[self.columns.fields["failure_reason"] - 1]
        yield _Told(f"“{heading}”一列别人都写着成功，这几行写着原因", "失败", sorted(failed))

    def _find_remarks(self) -> Iterator[_Told]:
        """Remarks that say plainly that nothing was paid, or why no amount stands there."""
        remarks, money = self.values["remark"], self.values["raw_fen"]
        if not any(says_not_paid(str(r)) or _ENDED.search(str(r)) for r in set(remarks) if r):
            return
        not_paid = [i for i, r in enumerate(remarks) if r and money[i] and says_not_paid(str(r))]
        ended = [
            i for i, r in enumerate(remarks) if r and not money[i] and _ENDED.search(str(r)) and self._is_nothing(i)
        ]
        yield _Told("备注写明没有发放", "待发", not_paid, is_remark=True)
        yield _Told("备注写明了原因，没有金额", "停发", ended, is_remark=True)

    def _is_nothing(self, i: int) -> bool:
        """Whether the amount is blank or 0, and not a value that was lost."""
        column = next(a.column for a in self.columns.amounts if column_letters(a.column) == self.values["column"][i])
        cell = self._cell(i, column)
        where = (int(str(self.values["row"][i])), column)
        is_blank = cell is None or (isinstance(cell, str) and not cell.strip())
        number = None if is_blank else parse_amount(cell)
        return where not in self.grid.lookup.lost and (is_blank or (number is not None and number.fen == 0))

    def _find_note(self, told: Container[int]) -> str:
        """A line beside the list that says of somebody on it that the money did not arrive, "" where there is none.

        Args:
            told: Rows that are known to say it of the payments below them.
        """
        below = [s.text for s in self.reading.set_aside if s.kind in ("note", "section") and s.row not in told]
        below += self.reading.notes
        legend = find_legend(self.table.above)
        for text in (*below, *self.table.above):
            plain = fold_words(text)
            if text in legend and (_NOTE.search(plain) or read_title_state(text)):
                return (text if plain.startswith("图例") else f"图例：{text}")[:_LONGEST_TITLE]
            if text in below and tells_of_list(text) and not _NO_NOTE.search(plain):
                return text[:_LONGEST_TITLE]
            if not _NOTE.search(plain) or _NO_NOTE.search(plain):
                continue
            if _SOMEBODY.search(plain) or any(str(n) in plain for n in set(self.values["name"]) if len(str(n)) > 1):
                return text[:_LONGEST_TITLE]
        return ""

    def _list_headings(self) -> Iterator[tuple[int, str]]:
        for column, text in enumerate(self.table.texts, 1):
            if text:
                yield column, text.rsplit("\n", maxsplit=1)[-1]

    def _cell(self, i: int, column: int) -> Cell:
        row = self.grid.rows[int(str(self.values["row"][i])) - 1]
        return row[column - 1] if column <= len(row) else None

    def _text(self, i: int, name: str) -> str:
        column = self.columns.fields.get(name, 0)
        return cell_text(self._cell(i, column)) if column else ""
