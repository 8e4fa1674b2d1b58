"""The tables of a notice as .csv: what its sheets show, column by column, for whoever adds it up again in thirty years."""

import csv
import io
from collections.abc import Iterable, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

from village_notice.domain.csv_text import write_csv
from village_notice.domain.money import format_each, format_fen, format_scaled
from village_notice.domain.public import ProgrammeSummary, VillageYear
from village_notice.domain.subsidy import Tier
from village_notice.domain.text import guard_formula, guard_formulas
from village_notice.notices.household import Households, gather_households
from village_notice.notices.lists import Rows, split_lines
from village_notice.notices.template import Template, read_template
from village_notice.notices.village import Kind

_GROUP, _UNIT = "group", "unit"
_LINE_FIELDS = {
    "serial": "serial", "name": "name", "quantity": "quantity_milli", "rate": "rate_micro", "payments": "payments",
    "months": "pay_months", "amount": "amount_fen", "group": "group",
}  # fmt: skip
_SCALES = {"quantity": 3, "rate": 6}
_COUNTS = ("serial", "payments")
Table = tuple[Sequence[str], Iterable[Sequence[str]]]
"""Headings, and rows that a spreadsheet program takes for no formula."""


def build_tables(kind: Kind, village: VillageYear, folder: Path | None) -> dict[str, bytes]:
    """File name → .csv of each table of a notice: UTF-8 with BOM, the first line its headings, no totals.

    Args:
        kind: summary, household or detail; other notices have no tables.
        village: The figures.
        folder: The office folder with its own templates, or None.
    """
    detail, rows = read_template("detail", folder), split_lines(village)
    listed = [p for p in village.programmes if p.lists_names and p.key in rows]
    tables: dict[str, Table] = {}
    if kind == "summary":
        tables["汇总公开.csv"] = _list_summary(read_template("summary", folder), village.programmes)
    if kind == "household":
        found = gather_households(village, rows)
        if found.names:
            tables["一户一行.csv"] = _list_households(read_template("household", folder), detail, found)
        masked = [p for p in listed if p.tier is Tier.C]
        if masked:
            tables["隐去姓名的名单.csv"] = _list_lines(detail, masked, rows)
    if kind == "detail":
        if listed:
            tables["明细公开.csv"] = _list_lines(detail, listed, rows)
        totals = [p for p in village.programmes if p not in listed]
        if totals:
            tables["只公开合计的项目.csv"] = _list_totals(detail, totals)
    return {name: _write(table) for name, table in tables.items()}


def list_headings(folder: Path | None) -> frozenset[str]:
    """Words of the templates that may head a column."""
    words = {_heading(read_template("summary", folder), _UNIT)}
    for name in ("summary", "detail"):
        words |= set(read_template(name, folder).values["headings"].values())
    household = read_template("household", folder).values
    return frozenset(words | {household[key] for key in ("heading_serial", "heading_name", "heading_sum")})


def read_cells(content: bytes) -> set[str]:
    """The distinct cells of a table, headings too."""
    text = content.decode("utf-8-sig")
    if '"' not in text:  # no cell is quoted, so each comma parts two cells
        return set(text.replace("\r\n", ",").split(","))
    return {cell for row in csv.reader(io.StringIO(text, newline="")) for cell in row}


def _write(table: Table) -> bytes:
    headings, rows = table
    return write_csv([guard_formulas(headings), *rows])


def _list_summary(template: Template, programmes: Sequence[ProgrammeSummary]) -> Table:
    keys = list(template.values["columns"])
    if "quantity" in keys:
        keys.insert(keys.index("quantity") + 1, _UNIT)
    rows = []
    for number, p in enumerate(programmes, 1):
        cells = {
            "serial": str(number), "title": guard_formula(p.title), "department": guard_formula(p.department),
            "rate": guard_formula(p.rate_text) if p.unit else "", "people": str(p.people),
            "quantity": _show_scaled(p.quantity_milli, 3),
            _UNIT: guard_formula(p.unit) if p.quantity_milli is not None else "", "amount": format_fen(p.amount_fen),
            "months": guard_formula(p.pay_months),
        }  # fmt: skip
        rows.append([cells[key] for key in keys])
    return [_heading(template, key) for key in keys], rows


def _list_lines(template: Template, programmes: Sequence[ProgrammeSummary], rows: dict[str, Rows]) -> Table:
    keys = [_GROUP, *template.values["columns"]]
    titles = chain.from_iterable([guard_formula(p.title)] * len(rows[p.key]["name"]) for p in programmes)
    columns = (_show(key, chain.from_iterable(rows[p.key][_LINE_FIELDS[key]] for p in programmes)) for key in keys)
    headings = [template.heading("title"), *(_heading(template, key) for key in keys)]
    return headings, zip(titles, *columns, strict=True)


def _list_households(template: Template, detail: Template, found: Households) -> Table:
    values, titles = template.values, [p.title for p in found.programmes]
    names = (values["heading_serial"], detail.heading(_GROUP), values["heading_name"])
    headings = [*names, *titles, values["heading_sum"]]
    amounts: list[Sequence[int | None]] = [*(found.amounts[p.key] for p in found.programmes), found.sums]
    columns = [_show("group", found.groups), _show("name", found.names), *(_show("amount", fen) for fen in amounts)]
    return headings, zip(map(str, range(1, len(found.names) + 1)), *columns, strict=True)


def _list_totals(template: Template, programmes: Sequence[ProgrammeSummary]) -> Table:
    headings = [template.heading(key) for key in ("serial", "title", "people", "amount")]
    return headings, [
        (str(number), guard_formula(p.title), str(p.people), format_fen(p.amount_fen))
        for number, p in enumerate(programmes, 1)
    ]


def _heading(template: Template, key: str) -> str:
    return "单位" if key == _UNIT else template.heading(key)


def _show(key: str, values: Iterable[Any]) -> Sequence[str]:
    """The cells of a column; a minus before figures makes no formula."""
    column = list(values)
    if key == "amount":
        return format_each(column, format_fen)
    if key in _SCALES:
        return format_each(column, lambda value: format_scaled(value, _SCALES[key]))
    return list(map(str, column)) if key in _COUNTS else guard_formulas(column)


def _show_scaled(value: int | None, places: int) -> str:
    return "" if value is None else format_scaled(value, places)
