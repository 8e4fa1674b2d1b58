"""全市汇总.xlsx: what the whole county paid, in full, for the office only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

import numpy as np
import pandas as pd

from village_notice.chart import Chart
from village_notice.domain.codes import Ints, are_among, code_column, keep_rows, list_firsts, sort_rows
from village_notice.domain.money import format_fen
from village_notice.domain.subsidy import QuantityRule, Subsidy
from village_notice.domain.village import Village
from village_notice.errors import ConservationError
from village_notice.ledger.lines import RULES, add_at, code_columns, sum_lines
from village_notice.ledger.tiers import JOIN
from village_notice.workbook import RowStyle, Sheet, SheetColumn, Value, build_workbook

_PLACE = ("programme_code", "programme", "township", "village_code", "village")
_TEXTS = (*_PLACE, "verdict", "pay_date", "period", "file", "sheet", "column")
_NUMBERS = ("amount_fen", "quantity_milli", "rate_micro", "person_no")
_SUMS = ("payments", "quantity", "fen", "held", "held_fen")
_UNKNOWN = "（不明）"
_CHARTED, _FEWEST_BARS = ("programme", "office"), 2  # rows, with that of the total
_KEY_COLUMNS = {
    "programme": SheetColumn("项目", width=34),
    "department": SheetColumn("主管部门", width=18),
    "office": SheetColumn("乡镇", width=14),
    "village": SheetColumn("村", width=16),
}
_PEOPLE = (SheetColumn("人数", "integer", 10), SheetColumn("笔数", "integer", 10))
_QUANTITY = (SheetColumn("数量", "milli", 16), SheetColumn("单位", width=8))
_MONEY = (
    SheetColumn("金额（元）", "fen", 20),
    SheetColumn("待核实笔数", "integer", 13),
    SheetColumn("待核实金额（元）", "fen", 20),
)
_NOTES = (
    "只有“计入”的款项算作已发放，追回已减去。待核实的另列，不在金额里。本表含全部项目，只供内部使用，不得外传。",
    "数量：同一面积分几批发放的，面积只算一次；没有登记数量的为空。",
    "人数：同一个人在一个村只算一次，在两个村领取的算两个；所以各行人数相加会多于合计。",
)


@dataclass(frozen=True)
class _Paid:
    """What was paid, by programme and village.

    Attributes:
        table: One row a programme and village with names and sums.
        row, village, person: Every person of every row of the table, once.
    """

    table: pd.DataFrame
    row: Ints
    village: Ints
    person: Ints

    @cached_property
    def everybody(self) -> int:
        """How many people there are."""
        return int(self.count_people(np.zeros(len(self.table), dtype=np.int64), 1)[0])

    def count_people(self, group_of_row: Ints, size: int) -> Ints:
        """Distinct people of each village, for groups of the table's rows."""
        group = group_of_row[self.row]
        order, begins = sort_rows(group, self.village, self.person)
        return np.bincount(group[order[begins]], minlength=size).astype(np.int64)


def build_county(
    decided: pd.DataFrame, villages: Sequence[Village], subsidies: Sequence[Subsidy], year: int, stamp: datetime
) -> bytes:
    """The bytes of 全市汇总.xlsx.

    Args:
        decided: Payments with verdict and person_no.
        villages: Villages in scope, for townships and for those without anything.
        subsidies: The table of programmes, for departments and units.
        year: Year of the run.
        stamp: Date of the run.

    Raises:
        ConservationError: A sheet does not add up to what was accepted.
    """
    paid = _sum_villages(decided, villages, subsidies, year)
    sheets_of = {
        "项目×乡镇×村": ("programme", "department", "office", "village"),
        "按项目": ("programme", "department"),
        "按乡镇": ("office",),
        "按部门": ("department",),
    }
    accepted = are_among(decided["verdict"], ["accepted"])
    expected = (int(accepted.sum()), int(decided["amount_fen"].to_numpy(dtype=np.int64, na_value=0)[accepted].sum()))
    sheets = [_draw_table(name, keys, paid, expected, year) for name, keys in sheets_of.items()]
    charts = [chart for sheet in sheets if (chart := _draw_chart(sheet, sheets_of[sheet.name], year))]
    sheets.append(_draw_empty(decided, villages, year))
    return build_workbook(sheets, title=f"{year}年度全市补贴汇总", stamp=stamp, charts=charts)


def _draw_chart(sheet: Sheet, keys: tuple[str, ...], year: int) -> Chart | None:
    """Bars of the money by programme or by township; None for the other sheets and where nothing was paid."""
    if keys[0] not in _CHARTED or "village" in keys or len(sheet.rows) < _FEWEST_BARS:
        return None
    column = next(i for i, c in enumerate(sheet.columns) if c.kind == "fen")
    rows, heading = sheet.rows[:-1], sheet.columns[column].heading
    labels, fen = [str(row[0]) for row in rows], [int(row[column] or 0) for row in rows]
    return Chart(f"{year}年度已发放补贴（{sheet.name}，元）", sheet.name, 0, column, heading, labels, fen)


def _sum_villages(decided: pd.DataFrame, villages: Sequence[Village], subsidies: Sequence[Subsidy], year: int) -> _Paid:
    """Payments, quantity, fen, held payments and held fen of each programme and village, and the people paid."""
    wanted = are_among(decided["verdict"], ["accepted", "held"])
    rows = keep_rows(decided[[*_TEXTS, *_NUMBERS]], wanted)
    code = code_columns(rows, _PLACE)
    first = list_firsts(code)
    size = len(first)
    is_paid = are_among(rows["verdict"], ["accepted"])
    fen = rows["amount_fen"].to_numpy(dtype=np.int64, na_value=0)
    paid, held = code[is_paid], code[~is_paid]
    table = _name_rows(rows[list(_PLACE)].iloc[first].astype("str"), villages, subsidies)
    people = keep_rows(rows, is_paid)
    people = people.assign(person_no=people["person_no"].fillna(0), household_no=0)
    lines = sum_lines(people, np.zeros_like(paid), paid, table["rule"].to_numpy(dtype=np.int64), year)
    table = table.assign(
        payments=np.bincount(paid, minlength=size),
        quantity=add_at(lines.quantity, lines.heading, size),
        fen=add_at(fen[is_paid], paid, size),
        held=np.bincount(held, minlength=size),
        held_fen=add_at(fen[~is_paid], held, size),
    )
    village = code_columns(table, ("village_code", "home"))
    return _Paid(table, lines.heading, village[lines.heading], lines.person)


def _name_rows(table: pd.DataFrame, villages: Sequence[Village], subsidies: Sequence[Subsidy]) -> pd.DataFrame:
    """The rows with office, department and unit; sorted by the order of the tables, unknown ones last."""
    offices = {v.code: v.office for v in villages}
    codes = table["programme_code"].tolist()
    known = {s.code: s for s in subsidies}
    parts = {c: [known[p] for p in c.split(JOIN) if p in known] for c in set(codes)}
    departments = {c: "、".join(dict.fromkeys(s.department for s in p if s.department)) for c, p in parts.items()}
    rules = {c: _choose_rule(p) for c, p in parts.items()}
    units = {c: "" if rules[c] == "none" else "月" if rules[c] == "months" else p[0].unit for c, p in parts.items()}
    places = {c: n for n, c in enumerate(known)}
    homes = {v.code: n for n, v in enumerate(villages)}
    named = table.assign(
        office=[offices.get(c) or t or _UNKNOWN for c, t in zip(table["village_code"], table["township"], strict=True)],
        programme=table["programme"].where(table["programme"] != "", _UNKNOWN),
        village=table["village"].where(table["village"] != "", _UNKNOWN),
        department=[departments[c] or _UNKNOWN for c in codes],
        unit=[units[c] for c in codes],
        rule=[RULES.index(rules[c]) for c in codes],
        place=[places.get(c.split(JOIN)[0], len(places)) for c in codes],
        home=[homes.get(c, len(homes)) for c in table["village_code"]],
    )
    return named.reset_index(drop=True)


def _choose_rule(parts: Sequence[Subsidy]) -> QuantityRule:
    """How quantities add up; none where several programmes in one count differently."""
    kinds = {(s.quantity_rule, s.unit) for s in parts}
    return parts[0].quantity_rule if len(kinds) == 1 else "none"


def _draw_table(name: str, keys: tuple[str, ...], paid: _Paid, expected: tuple[int, int], year: int) -> Sheet:
    """One sheet: the table added up by some columns, its total re-added and compared with what was accepted."""
    has_quantity = "programme" in keys
    sums = _add_groups(paid, keys, has_quantity=has_quantity)
    found = (int(sums["payments"].sum()), int(sums["fen"].sum()))
    if found != expected:
        raise ConservationError(
            f"全市汇总“{name}”相加是 {found[0]} 笔、{format_fen(found[1])} 元，"
            f"计入的是 {expected[0]} 笔、{format_fen(expected[1])} 元，不相等，已停止。请把收件箱和日志发给维护人员。"
        )
    total = {s: int(sums[s].sum()) for s in _SUMS} | {"people": paid.everybody}
    middle = ("quantity", "unit") if has_quantity else ()
    shown = (*keys, "people", "payments", *middle, "fen", "held", "held_fen")
    sums["quantity"] = sums["quantity"].astype(object).where(sums["quantity"] != 0, None)
    rows: list[tuple[Value, ...]] = [*zip(*(sums[c].tolist() for c in shown), strict=True)]
    rows.append(("合计", *(None if c == "quantity" else total.get(c, "") for c in shown[1:])))
    columns = (*(_KEY_COLUMNS[k] for k in keys), *_PEOPLE, *(_QUANTITY if has_quantity else ()), *_MONEY)
    styles: list[RowStyle] = ["warning" if held else "" for held in sums["held"]]
    title = f"{year}年度补贴汇总（{name}）"
    return Sheet(name, title, columns, rows, _NOTES, landscape=True, styles=[*styles, "total"], has_filter=True)


def _add_groups(paid: _Paid, keys: tuple[str, ...], *, has_quantity: bool) -> pd.DataFrame:
    """The table added up by some columns, in the order of programmes or villages; different units never add up."""
    apart = ["programme_code", "village_code"] if "village" in keys else []
    groups = [*keys, *apart, *(["unit"] if has_quantity else [])]
    order = ["place", "home"] if has_quantity else ["home"] if "office" in keys else ["place"]
    ranks = paid.table.groupby(groups, sort=False)[order].transform("min")
    ordered = ranks.assign(number=paid.table.groupby(groups, sort=True).ngroup()).sort_values([*order, "number"])
    group, _ = pd.factorize(ordered["number"])
    group_of_row = np.empty(len(ordered), dtype=np.int64)
    group_of_row[ordered.index] = group
    size = int(group_of_row.max(initial=-1)) + 1
    _, first = np.unique(group_of_row, return_index=True)
    sums = {s: add_at(paid.table[s].to_numpy(dtype=np.int64), group_of_row, size) for s in _SUMS}
    names = paid.table[groups].iloc[first].reset_index(drop=True)
    return names.assign(**sums, people=paid.count_people(group_of_row, size))


def _draw_empty(decided: pd.DataFrame, villages: Sequence[Village], year: int) -> Sheet:
    """Villages in scope with nothing accepted, and how much of theirs is held."""
    codes, texts = code_column(decided["village_code"])
    accepted, held = (
        dict(
            zip(
                texts,
                np.bincount(codes[are_among(decided["verdict"], [v])], minlength=len(texts)).tolist(),
                strict=True,
            )
        )
        for v in ("accepted", "held")
    )
    empty = [v for v in villages if not accepted.get(v.code)]
    rows = [(v.office, v.name, v.code, held.get(v.code, 0), "") for v in empty]
    columns = (
        SheetColumn("乡镇", width=16), SheetColumn("村", width=20), SheetColumn("村代码", width=16),
        SheetColumn("待核实笔数", "integer", 13), SheetColumn("情况说明（手填）", width=36),
    )  # fmt: skip
    title = f"{year}年度没有数据的村：{len(empty):,} 个，共 {len(villages):,} 个村"
    return Sheet("没有数据的村", title, columns, rows, ("请确认是确实没有发放，还是表格没有交上来。",), has_filter=True)
