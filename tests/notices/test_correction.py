from collections import Counter
from dataclasses import replace

import pytest

from village_notice.domain.public import check_code
from village_notice.notices.correction import check_correction, draw_correction, find_changes
from village_notice.notices.readback import read_pieces
from village_notice.notices.work import start_work

from ..tables import build_table, edit_row, edit_table, list_rows


def change(village, edit, extra=0):
    """The village with its lines edited and all totals made to agree; `extra` fen more for the masked list."""
    lines, programmes = edit(village.lines), []
    sums = Counter[str]()
    for row in list_rows(lines):
        sums[row["key"]] += row["amount_fen"]
    for p in village.programmes:
        fen = sums[p.key] if p.lists_names else p.amount_fen
        programmes.append(replace(p, amount_fen=fen + (extra if p.key == "C1" else 0)))
    return replace(village, lines=lines, programmes=tuple(programmes), public_fen=sum(p.amount_fen for p in programmes))


def raise_first(lines):
    return edit_row(lines, 0, amount_fen=lambda fen: fen + 500, quantity_milli=99_000)


def drop_third(lines):
    return build_table(lines, (row.values() for place, row in enumerate(list_rows(lines)) if place != 2))


@pytest.fixture
def work_of(make_settings, stamp):
    return lambda village: start_work(village, make_settings(), stamp)


def test_one_change_has_both_values(make_village):
    before = make_village(households=12)
    after = change(before, raise_first)
    (found,) = find_changes(before, after)
    first = list_rows(before.lines)[0]
    assert (found.name, found.group, found.before, found.after) == (
        first["name"], first["group"], first["amount_fen"], first["amount_fen"] + 500,
    )  # fmt: skip
    assert (found.quantity_before, found.quantity_after) == (first["quantity_milli"], 99_000)


def test_added_removed_and_masked_and_the_sum_of_all(make_village):
    before = make_village(households=12)
    after = change(before, lambda lines: drop_third(raise_first(lines)), extra=700)
    found = find_changes(before, after)
    assert [(c.name == before.lines.values("name")[2], c.after) for c in found][1] == (True, None)
    assert (found[-1].title, found[-1].name) == ("民政救助类项目", "")
    assert sum((c.after or 0) - (c.before or 0) for c in found) == after.public_fen - before.public_fen


def test_nothing_differs(make_village, work_of):
    village = make_village(households=12)
    assert draw_correction(work_of(village), village, "") is None


def test_the_paper_names_old_and_new_sheet_reason_and_difference(make_village, work_of):
    before = make_village(households=12)
    work = work_of(change(before, raise_first))
    notice = draw_correction(work, before, "面积登记有误。")
    text = "\n".join(p.text for p in read_pieces(notice.data))
    for words in (check_code(before), check_code(work.village), "面积登记有误。", "耕地地力保护补贴", "差 5.00元"):
        assert words in text
    assert check_correction(notice, work, before, "面积登记有误。") == []


def test_masked_names_never_stand_on_it(make_village, work_of):
    before = make_village(households=12)
    notice = draw_correction(work_of(change(before, raise_first, extra=700)), before, "")
    masked = {row["name"] for row in list_rows(before.lines) if row["key"] == "C1"}
    assert not masked & {p.text for p in read_pieces(notice.data)}


def test_the_last_look_refuses_other_names_and_numbers(make_village, work_of):
    before = make_village(households=12)
    work = work_of(change(before, raise_first))
    notice = draw_correction(work, before, "见身份证370682198001011234。")
    found = check_correction(notice, work, before, "见身份证370682198001011234。")
    assert [f.code for f in found] == ["P01"]
    name = before.lines.values("name")[0]
    other = change(before, lambda lines: edit_table(raise_first(lines), name=lambda n: "别的人" if n == name else n))
    assert "P02" in [f.code for f in check_correction(notice, work_of(other), before, "")]


def test_old_and_new_quantities_stand_on_their_points(make_village, work_of):
    before = make_village(households=12)
    work = work_of(change(before, lambda lines: drop_third(raise_first(lines))))
    cells = {p.text for p in read_pieces(draw_correction(work, before, "").data) if p.tag == "TD"}
    assert "99.00" in cells and "99" not in cells
