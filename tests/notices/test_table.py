from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from village_notice.notices.fonts import Style
from village_notice.notices.paper import read_paper, wrap_even
from village_notice.notices.table import (
    Column,
    Sheet,
    Table,
    measure_columns,
    measure_wishes,
    paginate,
    plan_layout,
)

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


@settings(max_examples=60, deadline=None)
@given(st.integers(4, 200), st.sets(st.integers(0, 199), max_size=30))
def test_a_band_never_stands_over_one_row_of_several(rows, bands):
    """At the foot of a page or panel it would look like a group of one."""
    bands = {b for b in bands if b < rows}
    _, layout, sheets = split(rows, bands=bands)
    ends = [row for s in sheets for row in (*s.starts[1:], s.end)]
    alone = {(*s.starts[1:], s.end)[i] for s in sheets for i, first in enumerate(s.starts) if s.end - first == 1}
    assert all(layout.may_break(row) for row in ends if row not in alone)


def test_the_second_panel_begins_with_a_band_where_one_is_near():
    _, _, sheets = split(30, rooms=(800.0, 800.0), bands={0, 14})
    assert sheets == [Sheet((0, 14), 30)]


def test_sums_get_their_room_before_long_names_do():
    """The name of one co-operative made the columns of all sums narrow."""
    table = make_table(30, columns=2)
    table.columns[0].cells[0] = "山前店镇东关村绿源果蔬种植农民专业合作社联合社"
    layout = plan_layout(table, PAPER)
    pairs = list(zip(layout.widths, measure_wishes(table, PAPER), strict=True))
    assert all(given >= wish - 0.01 for given, wish in pairs[1:])


def test_a_short_heading_is_whole_and_a_long_one_even():
    column = Column("原数量", "right", ["1"])
    assert column.measure(12.0)[1] > 36 > column.measure(12.0)[0]
    assert wrap_even("第10批农业生产发展专项补贴", 51.0, 12.0, Style.BOLD)[-1] == "补贴"
