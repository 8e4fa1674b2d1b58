"""Headings put wrong in every way: what is counted then is what was counted before, or somebody is asked.

Every golden case is read as it is. Then its headings are mutated: one deleted, two exchanged, one replaced by the heading
of something else, a rival column put beside the money, the name or the village, the title blanked, the unit dropped.
A mutated sheet may give fewer payments or none, with a finding; it may never give another name, amount or village that
no ERROR holds. What no reader can know is left out, with its reason: `EXCUSES`.

A sample is part of the suite. All 50 000 (an hour; VILLAGE_NOTICE_MUTATIONS=20 takes every twentieth):

    VILLAGE_NOTICE_MUTATIONS=all python -m pytest -q -s tests/golden/test_heading_mutations.py
"""

import copy
import itertools
import os
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import pytest

from village_notice.checks.printed import check_printed
from village_notice.checks.single import check_single
from village_notice.checks.verdict import decide
from village_notice.domain.money import format_fen
from village_notice.domain.rules import RULES, Severity
from village_notice.sources.grid import Grid, Span, WorkbookGrids
from village_notice.sources.payments import ReadOptions, read_tasks

CASES = sorted((Path(__file__).parent / "cases").glob("*.txt"))
RUN = os.environ.get("VILLAGE_NOTICE_MUTATIONS", "")
EVERY = 1 if RUN == "all" else int(RUN or 25)
"""One mutation in so many is tried."""
CASES = CASES if RUN else CASES[3::12]
SHARDS = 2
OTHER_HEADINGS = {
    "money": ("补贴标准（元/亩）", "补贴面积（亩）", "应发金额", "备注", "联系电话", "累计发放金额", "去年金额", "甲乙", "户数", "身份证号"),
    "name": ("户主姓名", "收款人", "监护人", "经办人", "备注", "村名", "甲乙", "代领人", "序号"),
    "village": ("组别", "乡镇", "备注", "户籍地址", "甲乙", "单位"),
    "other": ("金额", "姓名", "村名", "备注", "甲乙"),
}  # fmt: skip
RIVALS = {
    "money": ("金额", "补助金额", "发放金额", "", "其他补贴", "甲乙", "合计", "补发金额", "扣减金额"),
    "name": ("姓名", "户主", "收款人", "领取人", "", "家庭成员", "甲乙"),
    "village": ("村", "行政村", "所在村", "", "单位"),
}


@dataclass
class Mutation:
    """A change of a sheet's rows: `kind` groups it, `what` tells it; `columns` are those of a swap, `below` its body."""

    kind: str
    what: str
    sheet: int
    change: object
    columns: tuple = ()
    below: int = 0

    def apply(self, case):
        """The case mutated."""
        other = copy.deepcopy(case)
        self.change(other.sheets[self.sheet].rows)
        return other


@dataclass
class Place:
    """A table of the unmutated case: its sheet (from 0), rows of headings, and columns by role (all from 0)."""

    sheet: int
    first: int
    last: int
    columns: dict[int, str]


class Rival(NamedTuple):
    """A column beside `column`, left (0) or right (1) of it, with values like its own or `far` from them."""

    column: int
    side: int
    heading: str
    role: str
    far: bool


def make_book(case, golden):
    """The case as the readers give it, without writing a workbook."""
    grids = []
    for sheet in case.sheets:
        rows = [[golden.parse_cell(c) for c in row] for row in sheet.rows]
        spans = [Span(r + 1, c + 1, last_row + 1, last + 1) for r, c, last_row, last in golden.find_merges(sheet.rows)]
        grids.append(Grid(sheet.name, rows, spans))
    return WorkbookGrids(grids, "xlsx")


def read(case, golden, before=None):
    """(accepted payments, ERROR codes, WARNING codes, tasks); `before` are those of the case as it is."""
    options = ReadOptions(2023, register=golden.folder / "register.csv")
    reading, tasks = read_tasks(make_book(case, golden), case.file, options)
    findings = reading.findings
    counted = count_accepted(reading.payments, findings)
    if before is not None and counted - before:  # what is wrong with a single payment is only looked at then
        findings = [*findings, *check_single(reading.payments), *check_printed(reading.payments)]
        counted = count_accepted(reading.payments, findings)
    severities = {s: {f.code for f in findings if RULES[f.code].severity is s} for s in Severity}
    return counted, severities[Severity.ERROR], severities[Severity.WARNING], tasks


def count_accepted(payments, findings):
    """(name, fen, village) of the payments that count, with their number."""
    judged = decide(payments, findings, year=2023)
    accepted = judged[judged["verdict"] == "accepted"]
    return Counter(zip(accepted["name"], map(int, accepted["amount_fen"]), accepted["village"], strict=True))


def find_places(tasks):
    """The tables of payments that stand on the sheet as they are."""
    for number, task in enumerate(tasks):
        for one in task.understood:
            table, columns = one.table, one.columns
            is_turned = task.grid.name and table.header_last and len(table.texts) > max(map(len, task.grid.rows))
            if one.context is None or not table.header_first or is_turned:
                continue
            roles = {c - 1: "other" for c, t in enumerate(table.texts, 1) if t}
            roles |= {a.column - 1: "money" for a in columns.amounts}
            roles |= {columns.fields[f] - 1: f for f in ("name", "village") if f in columns.fields}
            yield Place(number, table.header_first - 1, table.header_last - 1, roles)


def list_mutations(case, place):
    """Every mutation of one table."""
    rows = case.sheets[place.sheet].rows

    def make(kind, what, change, columns=()):
        return Mutation(kind, what, place.sheet, change, columns, place.last + 1)

    lowest = {}
    for c in place.columns:
        for r in range(place.last, place.first - 1, -1):
            if c < len(rows[r]) and rows[r][c] not in ("", "<", "^"):
                lowest.setdefault(c, (r, c))
    for c, (r, _) in lowest.items():
        yield from change_heading(make, place, r, c, rows[r][c])
    for (a, one), (b, other) in itertools.combinations(sorted(lowest.items()), 2):
        if "other" in (place.columns[a], place.columns[b]) and place.columns[a] == place.columns[b] and b - a > 1:
            continue
        words = f"{rows[one[0]][a]} ↔ {rows[other[0]][b]}"
        yield make("swap headings", words, lambda g, one=one, other=other: swap(g, one, other), (a, b))
        if b - a == 1:
            yield make(
                "double heading",
                f"{rows[one[0]][a]} twice",
                lambda g, one=one, other=other: put(g, *other, g[one[0]][one[1]]),
            )
    yield from change_rows(make, place, rows)


def change_heading(make, place, r, c, text):
    """One heading deleted, replaced, without its unit, or with a rival beside it."""
    role = place.columns[c]
    yield make("delete heading", f"{role} {text}", lambda g: put(g, r, c, ""))
    for new in OTHER_HEADINGS[role]:
        yield make("other heading", f"{role} {text} → {new}", lambda g, n=new: put(g, r, c, n))
    for new, side, far in itertools.product(RIVALS.get(role, ()), (0, 1), (False, True)):
        words = f"{role} {text} {'|' if side else '<|'} {new or '（空）'}{' far' if far else ''}"
        rival = Rival(c, side, new, role, far)
        yield make("rival column", words, lambda g, rival=rival: add_rival(g, place, rival))
    plain = re.sub(r"[（(][^（）()]*[)）]", "", text)
    if plain != text and plain:
        yield make("drop unit", text, lambda g: put(g, r, c, plain))


def change_rows(make, place, rows):
    """Titles blanked, headings moved or gone."""
    for r in range(place.first):
        for c, text in enumerate(rows[r]):
            if text not in ("", "<", "^"):
                yield make("blank title", text, lambda g, r=r, c=c: put(g, r, c, ""))
    yield make("blank row below headings", "", lambda g: g.insert(place.last + 1, []))
    if place.first == place.last:
        yield make("headings gone", "", lambda g: put_row(g, place.first, []))
        yield make("headings one to the right", "", lambda g: put_row(g, place.first, ["", *g[place.first]]))
        yield make("headings one to the left", "", lambda g: put_row(g, place.first, g[place.first][1:]))


def put(rows, r, c, text):
    rows[r][c] = text


def put_row(rows, r, row):
    rows[r] = row


def swap(rows, one, other):
    a, b = rows[one[0]][one[1]], rows[other[0]][other[1]]
    rows[one[0]][one[1]], rows[other[0]][other[1]] = b, a


def add_rival(rows, place, rival):
    """A column left or right of another, with other figures, names or villages under its own heading."""
    column, side, heading, role, far = rival
    at = column + side
    for r, row in enumerate(rows):
        value = row[column] if column < len(row) else ""
        if at < len(row) and row[at] == "<":
            row.insert(at, "<")
        elif place.first <= r <= place.last:
            row[at:at] = [heading if r == place.last else ""] if at <= len(row) else []
        elif at <= len(row) and row:
            row.insert(at, make_other(value, role, far, r) if r > place.last else "")


def make_other(text, role, far, row):
    """What stands in a rival column beside a value."""
    if role == "money":
        number = float(text) if re.fullmatch(r"-?\d+(\.\d+)?", text) else None
        return text if number is None else f"{number * 3 + row:g}" if far else f"{number + 5:g}"
    if text in ("", "<", "^") or re.search(r"[合总小]\s*计", text):
        return text
    if role == "village":
        return ("西岚村", "石桥村")[row % 2] if far else "西岚村"
    return ("王二", "张三", "李四", "赵六")[row % 4] if far else f"{text}乙"


def is_number(text):
    return bool(re.fullmatch(r"'?#?-?[\d,.]+元?|停发|-", text))


def hold_alike(case, mutation):
    """Whether both columns of a swap hold numbers, or both words."""
    rows = case.sheets[mutation.sheet].rows
    kinds = []
    for c in mutation.columns:
        cells = [row[c] for row in rows[mutation.below :] if c < len(row) and row[c] not in ("", "<", "^")]
        kinds.append(sum(map(is_number, cells)) * 2 > len(cells))
    return len(set(kinds)) == 1


EXCUSES = (
    ("swap headings", hold_alike, "two columns of numbers, or of words, under each other's headings are another sound sheet"),
    ("rival column", lambda _, m: re.match(r"name (?!姓名 ).*(姓名|户主|收款人)", m.what), "the beneficiary goes before the head, the head before the payee: the sheet says who it is"),
    ("rival column", lambda _, m: re.match(r"money .*补发金额", m.what), "a re-issue beside months is money of its own"),
    ("rival column", lambda _, m: re.match(r"money 应发.*(金额|合计)", m.what), "what was paid goes before what was due"),
    ("rival column", lambda _, m: re.match(r"village (?!村 |所在村 |行政村 )", m.what), "a heading that names the village goes before one that may"),
    ("other heading", lambda _, m: re.search(r"^name .*→ (监护人|经办人|代领人|备注|序号)", m.what), "where the person's heading is gone, the head or payee beside him is who is left"),
    ("delete heading", lambda _, m: m.what.startswith("name "), "as above"),
    ("other heading", lambda _, m: m.what.startswith("village "), "as above: another column, a section or the address tells the village"),
    ("other heading", lambda _, m: re.search(r"^money .*→ (去年金额|应发金额|累计发放金额|补贴标准|补贴面积|户数|联系电话)", m.what), "the heading says plainly that the column is something else"),
    ("other heading", lambda _, m: re.search(r"^other .*→ (备注|甲乙)", m.what), "what stood against the choice is gone; a column that nobody names is told (H06)"),
    ("other heading", lambda _, m: re.search(r"^money .*→ 甲乙", m.what), "as above"),
    ("other heading", lambda _, m: re.match(r"other (期间|月份|补发月份|批次|丁栏|.{0,4}(状态|结果)) ", m.what), "what the period or state said is no longer said"),
    ("blank title", lambda _, m: True, "what the title said against the sheet's name, or above a card, is gone"),
    ("drop unit", lambda _, m: "万" in m.what, "a sheet that no longer says 万元 is in yuan"),
    ("delete heading", lambda _, m: m.what.startswith("other "), "what stood against the choice is gone"),
)  # fmt: skip
"""(kind, whether it is one of these, why nobody can know)."""
NAMED = (
    ("double heading", ("actual_sum_beside_a_months_money", "months_of_the_year_before_under_this_years_title", "states_blank_beside_success", "states_of_a_second_result"), "", "the heading of the state, the month or the sum is gone"),
    ("rival column", ("programme_column_of_other_money", "section_line_among_the_names", "section_line_with_count_and_sum"), "name ", "the rival column also fills the section's line, which then is a person's"),
    ("swap headings", ("footer_of_many_signatures",), "", "two columns of numbers, of which one goes on into the footer"),
    ("swap headings", ("headings_with_two_levels_repeated",), "", "two columns of numbers under headings that come again below"),
    ("rival column", ("year_and_month_columns",), "name 姓名 <| 姓名 far", "the own column names one and the same person in every row, as one of operators does"),
    ("rival column", ("several_people_one_merged_amount",), "name 姓名 <| 户主", "one sum for a household whose head the sheet names"),
    ("delete heading", ("programme_minimum_living_and_heating",), "money ", "the sum of both is left, which is the same money"),
    ("double heading", ("programme_minimum_living_and_heating",), "", "as above"),
    ("other heading", ("village_with_its_people_and_plots",), "other 小班 → 姓名", "the heading says who it is"),
    ("other heading", ("unit_wan_on_another_money_column",), "other 应发金额（万元） → 金额", "the only unit of the sheet is gone"),
)  # fmt: skip
"""(kind, cases, how the mutation begins, why nobody can know)."""
FEWER = (
    "one_column_a_quarter",
    "quarters_and_single_months",
    "months_as_numbers",
    "stacked_second_money_in_other_words",
)
"""Cases without a column of sums: a month headed as a rate or an area, or a table without its headings, is missed by nobody."""
SUMS = (
    "sums_of_quarters_and_year",
    "summary_names_people_and_more",
    "all_sheets_and_one_with_everything",
    "sums_of_the_other_sheets",
)
"""Cases with the same money on two sheets: where the detail can't be read (H01), the sums count."""


DUE = ("money_that_is_not_the_whole",)
"""上报 | 金额, 核定 | 金额 and a third column 发放金额: what was paid goes before what was due."""


def find_excuse(name, case, mutation, words):
    """Why a mutation may give something else, "" where it may not."""
    if (
        name in SUMS
        or (name in DUE and mutation.kind == "rival column")
        or (name in FEWER and words.startswith("fewer"))
    ):
        return name
    for kind, cases, begins, why in NAMED:
        if kind == mutation.kind and name in cases and mutation.what.startswith(begins):
            return why
    return next((why for kind, fits, why in EXCUSES if kind == mutation.kind and fits(case, mutation)), "")


def judge(before, after, case_codes):
    """What is wrong with a mutation, "" nothing: payments that nobody has sent, or fewer without a word."""
    counted, errors, warnings = after
    if new := counted - before:
        return "other payments: " + "; ".join(f"{n} {format_fen(f)} {v}" for n, f, v in list(new)[:2])
    if sum(counted.values()) < sum(before.values()) and not errors and warnings <= case_codes:
        return "fewer payments, nothing said"
    return ""


def list_all(golden, shard):
    """(case name, case, mutation, accepted before, codes before) for every table of each case of a shard."""
    for path in CASES[shard::SHARDS]:
        case = golden.parse_case(path.read_text(encoding="utf-8"))
        if not golden.is_plain(case):
            continue
        before, errors, warnings, tasks = read(case, golden)
        for place in find_places(tasks):
            for mutation in list_mutations(case, place):
                yield path.stem, case, mutation, before, errors | warnings


@pytest.mark.parametrize("shard", range(SHARDS))
def test_mutated_headings_never_give_other_payments(golden, shard):
    wrong, tried = [], Counter()
    for number, (name, case, mutation, before, codes) in enumerate(list_all(golden, shard)):
        if number % EVERY:
            continue
        tried[mutation.kind] += 1
        words = judge(before, read(mutation.apply(case), golden, before)[:3], codes)
        if words and not find_excuse(name, case, mutation, words):
            wrong.append(f"{mutation.kind}: {name}: {mutation.what}: {words}")
    assert not wrong, "\n".join([f"{len(wrong)} of {sum(tried.values())}", *wrong])
