"""Lists of one programme: columns, group bands and words; used by 明细公开 and, for tier C, by 一户一行."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache, partial
from itertools import groupby
from math import gcd
from typing import Any

from village_notice.domain.money import format_capital, format_each, format_fen, format_scaled
from village_notice.domain.public import ProgrammeSummary, VillageYear, check_code, list_columns
from village_notice.domain.subsidy import Tier
from village_notice.notices.book import Part, close_with_texts
from village_notice.notices.page import Align
from village_notice.notices.paper import Paper
from village_notice.notices.table import Column, Table
from village_notice.notices.template import Template, fill_text
from village_notice.notices.wording import count_variables
from village_notice.notices.work import Work, one_line

Rows = dict[str, list[Any]]
"""Column of `LINE_COLUMNS` → its values, None where there is none."""


_split: list[tuple[VillageYear, dict[str, Rows]]] = []
"""The village asked about last: all its notices are made of the same rows."""


def split_lines(village: VillageYear) -> dict[str, Rows]:
    """Programme key → the rows of its list; not to be changed."""
    last, rows = _split[0] if _split else (None, {})
    if last is not village:
        rows = _split_lines(village)
        _split[:] = [(village, rows)]
    return rows


def _split_lines(village: VillageYear) -> dict[str, Rows]:
    columns = list_columns(village)
    runs = list(find_runs(columns["key"]))
    rows = {columns["key"][first]: {n: c[first:end] for n, c in columns.items()} for first, end in runs}
    if len(rows) == len(runs):  # each list stands in one piece, as a rule
        return rows
    places: dict[str, list[int]] = {}
    for place, key in enumerate(columns["key"]):
        places.setdefault(key, []).append(place)
    return {key: {n: [c[i] for i in found] for n, c in columns.items()} for key, found in places.items()}


@lru_cache(maxsize=32768)
def show_yuan(fen: int) -> str:
    """Money as lists show it."""
    return format_fen(fen, grouped=True)


@lru_cache(maxsize=32768)
def show_quantity(milli: int) -> str:
    """A quantity with thousands separators and no needless zeros."""
    whole, dot, rest = format_scaled(milli, 3).partition(".")
    sign = "-" if whole.startswith("-") else ""
    return f"{sign}{int(whole.lstrip('-')):,}{dot}{rest}"


def group_digits(text: str) -> str:
    """A plain decimal number with thousands separators; "" stays ""."""
    whole, dot, rest = text.partition(".")
    return f"{int(whole):,}{dot}{rest}" if whole else text


@lru_cache(maxsize=32768)
def show_places(places: int, milli: int) -> str:
    """A quantity with so many decimals, so that the points of a column stand below each other."""
    if milli % 10 ** (3 - places):  # never cut short
        return show_quantity(milli)
    whole, rest = divmod(abs(milli), 1000)
    text = f"{whole:,}.{rest:03d}"
    text = text[: len(text) - 3 + places] if places else text[:-4]
    return f"-{text}" if milli < 0 else text


def count_places(values: Sequence[int | None]) -> int:
    """The decimals a column of quantities needs, 0 to 3."""
    common = gcd(1000, *filter(None, values))  # the largest of 1000, 100, 10 and 1 that measures all of them
    return next(places for places, step in enumerate((1000, 100, 10, 1)) if common % step == 0)


def show_quantities(values: Sequence[int | None], units: Sequence[str]) -> list[str]:
    """Quantities with their units, "" where there is none; those of one unit have the same number of decimals."""
    places = {unit: count_places([v for v, u in zip(values, units, strict=True) if u == unit]) for unit in set(units)}
    return [
        "" if value is None else show_places(places[unit], value) + unit
        for value, unit in zip(values, units, strict=True)
    ]


def build_programme_part(work: Work, programme: ProgrammeSummary, rows: Rows, paper: Paper) -> Part:
    """The list of one programme with its words; `shorten` takes away what a list before it has said."""
    template, variables = work.read("detail"), programme_variables(work.village, work.variables, programme)
    table = build_table(template, rows, programme)
    shows_quantity = any(c.heading == template.heading("quantity") for c in table.columns)
    is_masked = programme.tier is Tier.C
    held = template.fill("held_note", variables) if programme.held else ""
    return Part(
        title=template.fill("title", variables),
        running_title=template.fill("running_title", variables),
        bookmark=programme.title,
        paper=paper,
        table=table,
        closing=close_with_texts(
            [template.fill("control", variables), *template.fill_all("closing", variables)], paper
        ),
        paragraphs=(template.fill("lead", variables) + (template.values["masked_note"] if is_masked else ""),),
        facts="　".join(template.fill_all("facts", variables)),
        unit_note=template.values["unit_note"] + (f"、{programme.unit}" if shows_quantity and programme.unit else ""),
        footer=template.values["footer"],
        held_note=held,
    )


def shorten(part: Part, work: Work, programme: ProgrammeSummary) -> Part:
    """The part without lead and closing words: for a list that shares its page with others."""
    variables = programme_variables(work.village, work.variables, programme)
    control = work.read("detail").fill("control", variables)
    return replace(part, paragraphs=(), closing=close_with_texts([control], part.paper))


def programme_variables(
    village: VillageYear, variables: dict[str, object], programme: ProgrammeSummary
) -> dict[str, object]:
    """The variables of the templates for one programme, from those of the village."""
    own = {
        "programme": programme.title, "department": programme.department,
        "rate": group_digits(programme.rate_text) if programme.unit else "", "unit": programme.unit,
        "months": programme.pay_months, "held": programme.held, "check_code": check_code(village, programme.key),
    }  # fmt: skip
    return variables | count_variables(programme.people, programme.payments, programme.amount_fen) | own


def build_table(template: Template, rows: Rows, programme: ProgrammeSummary) -> Table:
    """The list of one programme; a column that is empty, or says the same in every row, is left out."""
    keys = [key for key in template.values["columns"] if not _is_idle(key, rows, programme)]
    if is_scattered(rows["group"]):
        keys.insert(keys.index("name") + 1, "group")
    columns = [_COLUMNS[key](template.heading(key), rows) for key in keys]
    labels = (template.values["subtotal"], template.values["carried"], template.values["total"])
    return Table(
        columns,
        labels,
        partial(_count, template.values["count"]),
        bands=build_bands(template, rows["group"], rows["amount_fen"]),
        again=build_continued(template, rows["group"]),
        capital=template.fill("capital_label", {"capital": format_capital(sum(rows["amount_fen"]))}),
    )


@lru_cache(maxsize=4096)
def _count(template: str, label: str, rows: int) -> str:
    return fill_text(template, {"label": label, "people": f"{rows:,}"})


def is_scattered(groups: Sequence[str]) -> bool:
    """Whether the list is not sorted by 村民小组: each row then tells its own, in place of the bands."""
    return len(list(find_runs(groups))) > len(set(groups))


def build_bands(template: Template, groups: Sequence[str], amounts: Sequence[int]) -> dict[int, str]:
    """First row of each 村民小组 → its band; none where no group is known."""
    if not any(groups) or is_scattered(groups):
        return {}
    return {
        first: template.fill(
            "band",
            {
                "group": groups[first] or template.values["no_group"],
                "people": f"{end - first:,}",
                "total": show_yuan(sum(amounts[first:end])),
            },
        )
        for first, end in find_runs(groups)
    }


def build_continued(template: Template, groups: Sequence[str]) -> dict[int, str]:
    """First row of each 村民小组 → its band on later pages."""
    if not any(groups) or is_scattered(groups):
        return {}
    none = template.values["no_group"]
    return {first: template.fill("band_again", {"group": groups[first] or none}) for first, _ in find_runs(groups)}


def find_runs(values: Sequence[str]) -> Iterator[tuple[int, int]]:
    """First and end of each run of equal values."""
    first = 0
    for _, run in groupby(values):
        end = first + len(list(run))
        yield first, end
        first = end


def _is_idle(key: str, rows: Rows, programme: ProgrammeSummary) -> bool:
    """Whether a column can be left out: nothing in it, or the same everywhere and said above the list."""
    if key == "quantity":
        return not any(value is not None for value in rows["quantity_milli"])
    if key == "rate":
        known = set(rows["rate_micro"])
        return known <= {None} or (len(known) == 1 and bool(programme.rate_text and programme.unit))
    if key == "payments":
        return len(set(rows["payments"])) == 1
    if key == "months":
        known = set(rows["pay_months"])
        return known <= {""} or known == {programme.pay_months}
    return False


def _text_column(field: str, align: Align, show: Callable[[Any], str], heading: str, rows: Rows) -> Column:
    return Column(heading, align, _show_each(rows[field], show))


def _show_each(values: list[Any], show: Callable[[Any], str]) -> list[str]:
    """The values as text, "" for none."""
    return format_each(values, show) if None in values else list(map(show, values))


def _number_column(field: str, show: Callable[[int], str], heading: str, rows: Rows) -> Column:
    values = rows[field]
    return Column(heading, "right", _show_each(values, show), [value or 0 for value in values], show)


def _quantity_column(heading: str, rows: Rows) -> Column:
    values = rows["quantity_milli"]
    show = partial(show_places, count_places(values))
    return Column(heading, "right", format_each(values, show), [value or 0 for value in values], show)


def _rate_column(heading: str, rows: Rows) -> Column:
    rates = sorted(set(rows["rate_micro"]) - {None})
    texts = align_points([group_digits(format_scaled(micro, 6)) for micro in rates])
    return Column(heading, "right", format_each(rows["rate_micro"], dict(zip(rates, texts, strict=True)).__getitem__))


def align_points(texts: Sequence[str]) -> list[str]:
    """Decimal numbers with as many decimals each, so that their points stand below each other; "" stays ""."""
    places = max((len(text.partition(".")[2]) for text in texts), default=0)
    parts = [text.partition(".") for text in texts]
    return [f"{whole}.{rest.ljust(places, '0')}" if places and whole else whole for whole, _, rest in parts]


_COLUMNS: dict[str, Callable[[str, Rows], Column]] = {
    "serial": partial(_text_column, "serial", "center", str),
    "name": partial(_text_column, "name", "left", str),
    "group": partial(_text_column, "group", "center", str),
    "quantity": _quantity_column,
    "rate": _rate_column,
    "payments": partial(_number_column, "payments", lambda value: f"{value:,}"),
    "months": partial(_text_column, "pay_months", "center", str),
    "amount": partial(_number_column, "amount_fen", show_yuan),
}
"""Column → how it is built from the rows."""


def build_totals_part(work: Work, programmes: Sequence[ProgrammeSummary], paper: Paper) -> Part:
    """The programmes of which only totals are public."""
    template = work.read("detail")
    people, payments = sum(p.people for p in programmes), sum(p.payments for p in programmes)
    fen, held = sum(p.amount_fen for p in programmes), sum(p.held for p in programmes)
    variables = work.variables | count_variables(people, payments, fen) | {"held": held}
    title = template.fill("totals_title", variables)
    labels = (template.values["subtotal"], template.values["carried"], template.values["total"])
    columns = [
        Column(template.heading("serial"), "center", [str(n) for n in range(1, len(programmes) + 1)]),
        Column(template.heading("title"), "left", [p.title for p in programmes]),
        Column(template.heading("people"), "right", [f"{p.people:,}" for p in programmes],
               [p.people for p in programmes], lambda value: f"{value:,}"),
        Column(template.heading("amount"), "right", [show_yuan(p.amount_fen) for p in programmes],
               [p.amount_fen for p in programmes], show_yuan),
    ]  # fmt: skip
    capital = template.fill("capital_label", variables)
    return Part(
        title=title,
        running_title=one_line(title),
        bookmark=one_line(title),
        paper=paper,
        table=Table(columns, labels, lambda label, _: label, capital=capital),
        closing=close_with_texts(
            [template.fill("control", variables), *template.fill_all("closing", variables)], paper
        ),
        paragraphs=(template.values["totals_note"],),
        unit_note=template.values["unit_note"],
        footer=template.values["footer"],
        held_note=template.fill("held_note", variables) if held else "",
    )
