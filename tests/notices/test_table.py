from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from village_notice.notices.paper import read_paper
from village_notice.notices.table import Column, Table, measure_columns, paginate, plan_layout

PAPER = read_paper(None)


def make_table(rows, *, columns=1, notes=(), bands=(), name="王小二"):
    numbers = [Column("金额", "right", ["1.00"] * rows, [100] * rows) for _ in range(columns)]
    return Table(
        [Column("姓名", "left", [name] * rows), *numbers],
        ("本页小计", "承前页", "合计"),
        lambda label, n: f"{label}{n}",
        notes=dict.fromkeys(notes, "其他"),
        bands=dict.fromkeys(bands, "1组"),
        capital="合计（大写）",
    )


def split(rows, rooms=(300.0, 600.0), closing=60.0, **more):
    table = make_table(rows, **more)
    layout = plan_layout(table, PAPER)
    return table, layout, paginate(table, layout, PAPER, rooms, closing)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 400), st.integers(1, 6), st.sets(st.integers(0, 399), max_size=40))
def test_every_row_is_on_one_page_and_none_is_lost(rows, columns, marked):
    marked = {m for m in marked if m < rows}
    _, _, sheets = split(rows, columns=columns, notes=marked if columns > 3 else (), bands=marked)
    assert sheets[0].starts[0] == 0 and sheets[-1].end == rows
    assert all(a.end == b.starts[0] for a, b in pairwise(sheets))
    assert all(list(s.starts) == sorted(s.starts) for s in sheets)


@settings(max_examples=60, deadline=None)
@given(st.integers(3, 200), st.integers(1, 6))
def test_no_total_stands_alone(rows, columns):
    _, _, sheets = split(rows, columns=columns)
    assert len(sheets) == 1 or sheets[-1].end - sheets[-1].starts[0] >= 2


@pytest.mark.parametrize("rows", range(1, 90, 7))
def test_pages_are_not_overfull(rows):
    _, layout, sheets = split(rows, columns=12)
    for number, sheet in enumerate(sheets):
        room = (300.0, 600.0)[min(number, 1)]
        used = layout.head + sum(layout.heights[sheet.starts[0] : sheet.end]) + PAPER.row * (1 + bool(number))
        used += 60 + PAPER.row if sheet is sheets[-1] else 0
        assert used <= room + 0.1


def test_narrow_lists_stand_in_two_panels():
    assert plan_layout(make_table(30), PAPER).panels == 2
    assert plan_layout(make_table(30, columns=8), PAPER).panels == 1
    assert plan_layout(make_table(4), PAPER).panels == 1
    assert plan_layout(make_table(30), replace(PAPER, panels=1)).panels == 1


@pytest.mark.parametrize("columns", [1, 4, 8, 14])
def test_widths_fill_the_paper(columns):
    layout = plan_layout(make_table(30, columns=columns), PAPER)
    width = sum(layout.widths) * layout.panels + 10 * (layout.panels - 1)
    assert width == pytest.approx(PAPER.inside)


def test_short_names_keep_their_size():
    least = measure_columns(make_table(30, columns=2), PAPER)
    assert least[0] >= 3 * PAPER.table


def test_sums():
    assert make_table(5).sums(1, 4) == ["", "300"]
