import pickle
from dataclasses import fields
from types import SimpleNamespace

import pandas as pd

from village_notice.domain.public import HOUSEHOLD_COLUMNS, LINE_COLUMNS, VillageYear, hash_figures, list_columns


def make_lines(**columns):
    rows = dict.fromkeys(LINE_COLUMNS, 1) | {c: "甲" for c, kind in LINE_COLUMNS.items() if kind == "str"}
    return SimpleNamespace(lines=pd.DataFrame([rows] * 2).assign(**columns).astype(LINE_COLUMNS))


def test_columns_are_plain_values_with_none_for_what_is_not_there():
    columns = list_columns(make_lines(quantity_milli=pd.array([1500, None], "Int64"), name=["甲", ""]))
    assert list(columns) == list(LINE_COLUMNS)
    assert (columns["quantity_milli"], columns["name"], columns["serial"]) == ([1500, None], ["甲", ""], [1, 1])
    assert {type(value) for column in columns.values() for value in column} == {int, str, type(None)}


def test_columns_are_those_of_the_village_asked_about():
    one, other = make_lines(payments=[1, 2]), make_lines(payments=[3, 4])
    assert [list_columns(v)["payments"] for v in (one, other, one)] == [[1, 2], [3, 4], [1, 2]]
    assert list_columns(one) is list_columns(one)


def make_village(lines):
    households = pd.DataFrame(columns=list(HOUSEHOLD_COLUMNS)).astype(HOUSEHOLD_COLUMNS)
    return VillageYear(**{f.name: "" for f in fields(VillageYear)} | {"lines": lines, "households": households})


def test_the_hash_of_figures_tells_values_and_not_where_they_lie():
    names = ["王一", "", "䶮二", "赵三"]
    rows = {"name": names, "quantity_milli": pd.array([1500, None, 0, None], "Int64"), "serial": range(4)}
    lines = pd.concat([make_lines().lines] * 2, ignore_index=True).assign(**rows).astype(LINE_COLUMNS)
    whole = hash_figures(make_village(lines))
    part = pd.concat([lines, lines], ignore_index=True).iloc[4:].reset_index(drop=True)  # a piece of longer columns
    in_pieces = pd.concat([lines.iloc[:1], lines.iloc[1:]], ignore_index=True)
    taken = []
    sent = pickle.loads(pickle.dumps(lines, 5, buffer_callback=taken.append), buffers=taken)  # noqa: S301  # our own
    assert {hash_figures(make_village(other)) for other in (part, in_pieces, sent)} == {whole}
    others = [
        lines.assign(name=["王", "一", "䶮二", "赵三"]).astype(LINE_COLUMNS),
        lines.assign(quantity_milli=pd.array([1500, 0, 0, None], "Int64")),
        lines.assign(serial=[0, 1, 3, 2]),
        lines.iloc[:3],
    ]
    assert len({whole, *(hash_figures(make_village(other)) for other in others)}) == 5
