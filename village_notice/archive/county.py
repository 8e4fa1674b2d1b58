"""全市汇总_公开版.xlsx: the county's public totals, made from what the villages publish and from nothing else."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import TypeVar

from village_notice.chart import Chart
from village_notice.domain.money import format_fen
from village_notice.domain.public import MergedTotal, ProgrammeSummary, VillageYear
from village_notice.errors import ConservationError
from village_notice.workbook import RowStyle, Sheet, SheetColumn, Value, build_workbook

T = TypeVar("T")
K = TypeVar("K")
_DRAFT = "草稿"
_MERGED = "合并公开的零星项目"
_NOTES = (
    "本表只包括各村已按规定公开的合计，不是全部补贴；依法不公开的项目不在内。没有任何个人信息。",
    "人数：同一个人在一个村只算一次，各行人数相加会多于合计。标“草稿”的还有款项待核实，以后可能变动。",
)
_COUNTS = (SheetColumn("人数", "integer", 10), SheetColumn("笔数", "integer", 10))
_QUANTITY = (SheetColumn("数量", "milli", 16), SheetColumn("单位", width=8))
_MONEY = (SheetColumn("公开金额（元）", "fen", 20), SheetColumn("状态", width=14))


def build_public_county(
    villages: Sequence[VillageYear], merged: Sequence[MergedTotal], year: int, stamp: datetime
) -> bytes:
    """The bytes of 全市汇总_公开版.xlsx: by village and heading, by township, by heading, and the merged small totals.

    Args:
        villages: What may leave the office, one a village.
        merged: Totals too small to stand in their villages, joined over a township.
        year: Year of the run.
        stamp: Date of the run.

    Raises:
        ConservationError: A village's headings do not add up to its public total.
    """
    for village in villages:
        _check_village(village)
    sheets = [
        _draw_villages(villages, year),
        _draw_townships(villages, merged, year),
        _draw_headings(villages, merged, year),
        *([_draw_merged(merged, year)] if merged else []),
    ]
    charts = [_draw_chart(sheet, year) for sheet in sheets[1:3] if len(sheet.rows) > 1]
    county = next((v.county for v in villages if v.county), "")
    return build_workbook(sheets, title=f"{county}{year}年度补贴公开汇总", stamp=stamp, charts=charts)


def _draw_chart(sheet: Sheet, year: int) -> Chart:
    """Bars of the public money of a sheet, without its total."""
    column = next(i for i, c in enumerate(sheet.columns) if c == _MONEY[0])
    labels, fen = [str(row[0]) for row in sheet.rows[:-1]], [int(row[column] or 0) for row in sheet.rows[:-1]]
    title = f"{year}年度已公开的补贴（{sheet.name}，元）"
    return Chart(title, sheet.name, 0, column, _MONEY[0].heading, labels, fen)


def _check_village(village: VillageYear) -> None:
    added = sum(p.amount_fen for p in village.programmes)
    if added != village.public_fen:
        raise ConservationError(
            f"{village.township}{village.village}：各项目相加 {format_fen(added)} 元，公开合计 "
            f"{format_fen(village.public_fen)} 元，不相等，已停止。请把收件箱和日志发给维护人员。"
        )


def _draw_villages(villages: Sequence[VillageYear], year: int) -> Sheet:
    rows: list[tuple[Value, ...]] = []
    for village in villages:
        for p in village.programmes:
            quantity = (p.quantity_milli, p.unit if p.quantity_milli is not None else "")
            state = _DRAFT if p.held else ""
            rows.append(
                (village.office, village.village, p.title, p.people, p.payments, *quantity, p.amount_fen, state)
            )
    styles: list[RowStyle] = ["warning" if row[-1] else "" for row in rows]
    rows.append(("合计", f"{len(villages):,} 个村", "", *_total(villages), None, "", _public_fen(villages), ""))
    columns = (
        SheetColumn("乡镇", width=14), SheetColumn("村", width=16), SheetColumn("公开项目", width=34),
        *_COUNTS, *_QUANTITY, *_MONEY,
    )  # fmt: skip
    return _sheet("各村各项目", year, columns, rows, styles)


def _draw_townships(villages: Sequence[VillageYear], merged: Sequence[MergedTotal], year: int) -> Sheet:
    rows: list[tuple[Value, ...]] = []
    joined = _group(merged, lambda m: m.office)
    by_office = _group(villages, lambda v: v.office)
    for office in dict.fromkeys((*by_office, *joined)):
        part, small = by_office.get(office, []), joined.get(office, [])
        drafts = sum(v.is_draft for v in part)
        rows.append(
            (
                office,
                len(part),
                *_total(part),
                _public_fen(part),
                sum(m.amount_fen for m in small) or None,
                f"{drafts} 个村是草稿" if drafts else "",
            )
        )
    styles: list[RowStyle] = ["warning" if row[-1] else "" for row in rows]
    small_fen = sum(m.amount_fen for m in merged) or None
    rows.append(("合计", len(villages), *_total(villages), _public_fen(villages), small_fen, ""))
    columns = (
        SheetColumn("乡镇", width=18), SheetColumn("村数", "integer", 8), *_COUNTS, _MONEY[0],
        SheetColumn(f"另有{_MERGED}（元）", "fen", 30), SheetColumn("状态", width=18),
    )  # fmt: skip
    return _sheet("按乡镇", year, columns, rows, styles)


def _draw_headings(villages: Sequence[VillageYear], merged: Sequence[MergedTotal], year: int) -> Sheet:
    """By heading; the merged small totals are a line of their own, so that the sheet shows all that is public."""
    lines = sorted((p for v in villages for p in v.programmes), key=lambda p: p.tier)
    groups = _group(lines, lambda p: (p.key, p.title, p.unit))
    rows: list[tuple[Value, ...]] = []
    for (_, title, unit), part in groups.items():
        quantity = _add_quantities(part)
        sums = (sum(p.people for p in part), sum(p.payments for p in part))
        shown = unit if quantity is not None else ""
        held = _DRAFT if any(p.held for p in part) else ""
        rows.append((title, len(part), *sums, quantity, shown, sum(p.amount_fen for p in part), held))
    if merged:
        counts = (sum(m.villages for m in merged), sum(m.people for m in merged), sum(m.payments for m in merged))
        rows.append((f"{_MERGED}（见最后一张表）", *counts, None, "", sum(m.amount_fen for m in merged), ""))
    styles: list[RowStyle] = ["warning" if row[-1] else "" for row in rows]
    payments = sum(v.payments for v in villages) + sum(m.payments for m in merged)
    total = _public_fen(villages) + sum(m.amount_fen for m in merged)
    rows.append(("合计", len(villages), None, payments, None, "", total, ""))
    columns = (SheetColumn("公开项目", width=38), SheetColumn("村数", "integer", 8), *_COUNTS, *_QUANTITY, *_MONEY)
    return _sheet("按项目", year, columns, rows, styles)


def _draw_merged(merged: Sequence[MergedTotal], year: int) -> Sheet:
    rows: list[tuple[Value, ...]] = [(m.office, m.villages, m.people, m.payments, m.amount_fen) for m in merged]
    styles: list[RowStyle] = [""] * len(rows)
    sums = (sum(m.villages for m in merged), sum(m.people for m in merged), sum(m.payments for m in merged))
    rows.append(("合计", *sums, sum(m.amount_fen for m in merged)))
    columns = (SheetColumn("乡镇", width=18), SheetColumn("涉及村数", "integer", 12), *_COUNTS, _MONEY[0])
    return _sheet(
        _MERGED, year, columns, rows, styles, "在本村人数太少、不便单列的合计，按乡镇合并公开，不分村、不分项目。"
    )


def _sheet(
    name: str,
    year: int,
    columns: tuple[SheetColumn, ...],
    rows: list[tuple[Value, ...]],
    styles: list[RowStyle],
    *notes: str,
) -> Sheet:
    """A sheet whose last row is the total."""
    title = f"{year}年度惠民惠农补贴公开汇总（{name}）"
    looks: list[RowStyle] = [*styles, "total"]
    return Sheet(name, title, columns, rows, (*notes, *_NOTES), landscape=True, styles=looks, has_filter=True)


def _total(villages: Iterable[VillageYear]) -> tuple[int, int]:
    pairs = [(v.people, v.payments) for v in villages]
    return sum(p[0] for p in pairs), sum(p[1] for p in pairs)


def _public_fen(villages: Iterable[VillageYear]) -> int:
    return sum(v.public_fen for v in villages)


def _add_quantities(part: Sequence[ProgrammeSummary]) -> int | None:
    """The quantity of a heading; None where one village does not tell its own."""
    known = [p.quantity_milli for p in part if p.quantity_milli is not None]
    return sum(known) if known and len(known) == len(part) else None


def _group(items: Iterable[T], key: Callable[[T], K]) -> dict[K, list[T]]:
    """Items by key, in the order in which the keys come."""
    groups: dict[K, list[T]] = {}
    for item in items:
        groups.setdefault(key(item), []).append(item)
    return groups
