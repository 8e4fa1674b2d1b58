from dataclasses import fields, replace

from village_notice.domain.public import (
    HOUSEHOLD_COLUMNS,
    LINE_COLUMNS,
    VillageYear,
    check_code,
    format_coded,
    hash_figures,
    list_columns,
    work_out_code,
)
from village_notice.domain.public_table import make_table

from ..tables import edit_table


def make_village(**columns):
    row = ["甲" if kind == "text" else 1 for kind in LINE_COLUMNS.values()]
    lines = edit_table(make_table(LINE_COLUMNS, [row] * 2), **columns)
    values = {f.name: "" for f in fields(VillageYear)} | {"programmes": ()}
    return VillageYear(**values | {"lines": lines, "households": make_table(HOUSEHOLD_COLUMNS)})


def test_columns_are_plain_values_with_none_for_what_is_not_there():
    columns = list_columns(make_village(quantity_milli=[1500, None], name=["甲", ""]))
    assert list(columns) == list(LINE_COLUMNS)
    assert (columns["quantity_milli"], columns["name"], columns["serial"]) == ([1500, None], ["甲", ""], [1, 1])
    assert {type(value) for column in columns.values() for value in column} == {int, str, type(None)}


def test_columns_are_those_of_the_village_asked_about():
    one, other = make_village(payments=[1, 2]), make_village(payments=[3, 4])
    assert [list_columns(v)["payments"] for v in (one, other, one)] == [[1, 2], [3, 4], [1, 2]]
    assert list_columns(one) is list_columns(one)


def test_the_hash_of_figures_tells_lines_households_and_facts():
    homes = make_table(HOUSEHOLD_COLUMNS, [(1, 1, "", "甲", 1, 100)])
    village = make_village()
    others = [make_village(name=["甲", "乙"]), replace(village, households=homes), replace(village, held=1)]
    assert len({hash_figures(v) for v in (village, make_village(), *others)}) == 4


def test_the_check_code_counts_an_unknown_quantity_as_it_always_did():
    assert check_code(make_village(quantity_milli=[1500, None])) == "L3O5F-NLPTW"


def test_the_check_code_counts_lines_as_anybody_may_format_them():
    village = make_village(quantity_milli=[1500, None], name=["甲", "乙"], key=["A", "B"])
    head = (village.village_code, village.year, "", village.public_fen)
    columns = list_columns(village)
    names = ("key", "serial", "group", "name", "quantity_milli", "payments", "amount_fen")
    rows = zip(*(["<NA>" if v is None else str(v) for v in columns[name]] for name in names), strict=True)
    assert check_code(village) == work_out_code(head, (), map(format_coded, rows))
