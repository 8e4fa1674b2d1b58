"""The tables of a notice as .csv: what its sheets show, column by column, for whoever adds it up again in thirty years."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from village_notice.domain.money import format_fen, format_scaled
from village_notice.domain.public import ProgrammeSummary, VillageYear
from village_notice.domain.subsidy import Tier
from village_notice.domain.text import guard_formula
from village_notice.notices.household import Households, gather_households
from village_notice.notices.lists import Rows, split_lines
from village_notice.notices.template import Template, read_template
from village_notice.notices.village import Kind

_BOM = b"\xef\xbb\xbf"  # tells Excel that a .csv is UTF-8
_GROUP, _UNIT = "group", "unit"
_LINE_FIELDS = {
    "serial": "serial", "name": "name", "quantity": "quantity_milli", "rate": "rate_micro", "payments": "payments",
    "months": "pay_months", "amount": "amount_fen", "group": "group",
}  # fmt: skip
_SCALES = {"quantity": 3, "rate": 6}
Table = Iterator[Sequence[object]]


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


def read_rows(content: bytes) -> list[list[str]]:
    """The lines of a table, headings first."""
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def _write(table: Iterable[Sequence[object]]) -> bytes:
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerows([guard_formula(v) if type(v) is str else v for v in row] for row in table)
    return _BOM + stream.getvalue().encode("utf-8")


def _list_summary(template: Template, programmes: Sequence[ProgrammeSummary]) -> Table:
    keys = list(template.values["columns"])
    if "quantity" in keys:
        keys.insert(keys.index("quantity") + 1, _UNIT)
    yield [_heading(template, key) for key in keys]
    for number, p in enumerate(programmes, 1):
        cells = {
            "serial": number, "title": p.title, "department": p.department, "rate": p.rate_text if p.unit else "",
            "people": p.people, "quantity": _scaled(p.quantity_milli, 3),
            _UNIT: p.unit if p.quantity_milli is not None else "", "amount": _Plain(format_fen(p.amount_fen)),
            "months": p.pay_months,
        }  # fmt: skip
        yield [cells[key] for key in keys]


def _list_lines(template: Template, programmes: Sequence[ProgrammeSummary], rows: dict[str, Rows]) -> Table:
    keys = [_GROUP, *(key for key in template.values["columns"])]
    yield [template.heading("title"), *(_heading(template, key) for key in keys)]
    for p in programmes:
        columns = [[_show(key, value) for value in rows[p.key][_LINE_FIELDS[key]]] for key in keys]
        yield from ([p.title, *cells] for cells in zip(*columns, strict=True))


def _list_households(template: Template, detail: Template, found: Households) -> Table:
    values = template.values
    titles = [p.title for p in found.programmes]
    yield [values["heading_serial"], detail.heading(_GROUP), values["heading_name"], *titles, values["heading_sum"]]
    amounts = [found.amounts[p.key] for p in found.programmes]
    for number, (group, name, total) in enumerate(zip(found.groups, found.names, found.sums, strict=True), 1):
        cells = [_show("amount", column[number - 1]) for column in amounts]
        yield [number, group, name, *cells, _show("amount", total)]


def _list_totals(template: Template, programmes: Sequence[ProgrammeSummary]) -> Table:
    yield [template.heading(key) for key in ("serial", "title", "people", "amount")]
    for number, p in enumerate(programmes, 1):
        yield [number, p.title, p.people, _show("amount", p.amount_fen)]


class _Plain(str):
    """Figures: a minus in front is no formula."""

    __slots__ = ()


def _heading(template: Template, key: str) -> str:
    return "单位" if key == _UNIT else template.heading(key)


def _show(key: str, value: object) -> object:
    if value is None:
        return ""
    if key == "amount":
        return _Plain(format_fen(int(str(value))))
    return _scaled(int(str(value)), _SCALES[key]) if key in _SCALES else value


def _scaled(value: int | None, places: int) -> str:
    return "" if value is None else _Plain(format_scaled(value, places))
