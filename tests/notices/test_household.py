import io
import re
from dataclasses import replace

import pypdf

from village_notice.domain.money import format_capital, format_fen
from village_notice.domain.subsidy import Tier
from village_notice.notices.household import build_table, choose_columns, gather_households
from village_notice.notices.lists import split_lines
from village_notice.notices.readback import read_pieces
from village_notice.notices.village import draw_kinds
from village_notice.notices.work import Choice, start_work

from ..tables import edit_table

AMOUNT = re.compile(r"-?\d{1,3}(,\d{3})*\.\d\d")


def read_fen(text):
    return round(float(text.replace(",", "")) * 100)


def read_first_list(notice):
    """Pieces of the households' own part."""
    pieces = [p for p in read_pieces(notice.data) if p.page]
    titles = [i for i, p in enumerate(pieces) if p.tag == "H1"]
    return pieces[: titles[1]] if len(titles) > 1 else pieces


def test_page_sums_readded_equal_the_control_line(draw):
    village, notices, _ = draw(households=300)
    pieces = read_first_list(notices[1])
    cells = [p for p in pieces if p.tag == "TD"]
    sums = [read_fen(cells[i - 1].text) for i, c in enumerate(cells) if c.text.startswith("承前页") and i]
    subtotal = 0
    rows = [(i, c.text) for i, c in enumerate(cells) if c.text.startswith("本页小计")]
    columns = sum(p.tag == "TH" for p in pieces) - 2
    for i, _ in rows:
        subtotal += read_fen(cells[i + columns].text)
    control = next(p.text for p in pieces if p.text.startswith("校验"))
    assert f"{format_fen(subtotal, grouped=True)}元" in control
    assert subtotal == sum(village.households.values("amount_fen"))
    assert len(rows) == len({p.page for p in pieces})
    assert len(sums) == len(rows) - 1


def test_every_row_adds_up(draw):
    village, notices, _ = draw(households=40)
    cells = [p.text for p in read_first_list(notices[1]) if p.tag == "TD"]
    for name, fen in zip(*map(village.households.values, ("name", "amount_fen")), strict=True):
        start = cells.index(name) + 1
        columns = sum(p.tag == "TH" for p in read_first_list(notices[1])) - 2
        row = [c for c in cells[start : start + 12] if c]
        amounts = []
        for text in row:
            if not AMOUNT.fullmatch(text):
                break
            amounts.append(read_fen(text))
        assert len(amounts) <= columns
        assert sum(amounts[:-1]) == amounts[-1] == fen


def test_total_in_words(draw):
    village, notices, _ = draw(households=40)
    words = f"合计（大写）：{format_capital(sum(village.households.values('amount_fen')))}"
    assert words in [p.text for p in read_pieces(notices[1].data)]


def test_programmes_of_tiers_c_and_d_stay_out_of_the_columns(draw):
    village, notices, _ = draw(households=40)
    headings = [p.text for p in read_first_list(notices[1]) if p.tag == "TH"]
    assert not {p.title for p in village.programmes if p.tier in (Tier.C, Tier.D)} & set(headings)


def test_masked_lists_begin_on_a_new_page_and_then_share(draw):
    _, notices, _ = draw(households=20, masked=6, masked_lists=3)
    titles = [(p.page, p.text) for p in read_pieces(notices[1].data) if p.tag == "H1"]
    assert len(titles) == 4
    assert titles[1][0] == titles[0][0] + 1 or titles[1][0] > titles[0][0]
    assert titles[2][0] == titles[1][0]


def test_programmes_without_a_column_are_told_below_the_household(make_village, make_settings, stamp):
    village = make_village(households=60, programmes=20)
    work = start_work(village, make_settings(), stamp)
    found = gather_households(village, split_lines(village))
    shown = choose_columns(work.read("household"), found, work.paper())
    table = build_table(work.read("household"), found, shown)
    hidden = [p for p in found.programmes if p not in shown]
    assert 3 <= len(shown) < 20
    assert {p.title for p in hidden} == {part.split(" ")[0] for n in table.notes.values() for part in n[3:].split("；")}
    assert sum(len(n.split("；")) for n in table.notes.values()) == sum(
        len(found.names) - found.amounts[p.key].count(None) for p in hidden
    )


def test_one_programme_needs_no_sum_column_and_stands_in_two_panels(draw):
    _, notices, _ = draw(households=100, programmes=1)
    headings = [p.text for p in read_first_list(notices[1]) if p.tag == "TH"]
    assert headings == ["序号", "户", "耕地地力保护补贴"]
    assert notices[1].pages <= 4


def test_several_lines_of_a_household_are_added(make_village):
    village = make_village(households=10, programmes=2)
    own = [
        1 if key == "S001" else n for key, n in zip(*map(village.lines.values, ("key", "household_no")), strict=True)
    ]
    village = replace(village, lines=edit_table(village.lines, household_no=own))
    found = gather_households(village, split_lines(village))
    assert found.amounts["S001"][0] == village.programmes[0].amount_fen
    assert set(found.amounts["S001"][1:]) == {None}


def test_large_print_with_huge_sums_turns_the_sheet_instead_of_squeezing_names(make_village, make_settings, stamp):
    village = make_village(households=12, scale=1_000_000_000)
    (notice,) = draw_kinds(village, make_settings(), stamp, ["household"], Choice(is_large=True))
    page = pypdf.PdfReader(io.BytesIO(notice.data), strict=True).pages[0]
    assert page.mediabox.width > page.mediabox.height
