"""What a sheet that is no list of payments seems to be, in one sentence, and what it lacks."""

from collections.abc import Sequence

from village_notice.domain.patterns import compile_late
from village_notice.sources.column_map import ColumnMap
from village_notice.sources.grid import Grid
from village_notice.sources.tables import Table, cell_text

_TASKS = compile_late(r"任务|责任人|完成时限|工作内容|时间节点|值班")
_POLICY = compile_late(r"政策依据|补贴标准|补贴对象|主管部门|申领")
_INSURED = compile_late(r"[投承参]保|保[额单]|保险金额")
_LONG_TEXT = 25


def describe_sheet(grid: Grid, tables: Sequence[Table], maps: Sequence[ColumnMap]) -> str:
    """The sentence of F08."""
    filled = [[t for v in row if (t := cell_text(v))] for row in grid.rows]
    filled = [row for row in filled if row]
    first = filled[0][0][:30] if filled else ""
    return f"{_find_kind(filled, tables, maps)}；共 {len(grid.rows)} 行，开头是“{first}”"


def _find_kind(  # noqa: PLR0911 - one return a kind
    filled: Sequence[Sequence[str]], tables: Sequence[Table], maps: Sequence[ColumnMap]
) -> str:
    headings = "、".join(t for table in tables for t in table.texts) or "、".join(t for row in filled[:4] for t in row)
    fields = {f for m in maps for f in m.fields}
    has_money, has_name = any(m.amounts for m in maps), "name" in fields
    if _TASKS.search(headings):
        return "像是工作安排，没有金额列"
    if has_money and not has_name:
        return "像是汇总或统计表，没有姓名列"
    if len(_POLICY.findall(headings)) >= 2 and not has_name:
        return "像是政策清单，没有姓名列和金额列"
    if has_name and _INSURED.search(headings):
        return "像是投保（承保）清单，写的是保额和保费，没有发到人的金额列"
    if has_name and fields & {"area_paid", "area_contract", "quantity", "area_corrected"}:
        return "像是面积或数量登记表，没有金额列"
    if has_name and "phone" in fields:
        return "像是通讯录或人员名单，没有金额列"
    if has_name:
        return "像是人员名单，没有金额列"
    if tables:
        return "看不出是什么表，没有姓名列和金额列"
    widths = [len(row) for row in filled]
    if widths and sum(w == 1 for w in widths) * 2 > len(widths):
        return "像是一段文字，没有表头、姓名列和金额列"
    return "没有表头，看不出哪一列是姓名、哪一列是金额"
