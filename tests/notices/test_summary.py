import re
from dataclasses import replace

import pytest

from village_notice.domain.money import format_capital, format_fen
from village_notice.domain.public import check_code
from village_notice.notices.readback import read_pieces
from village_notice.notices.summary import build_table, draw_summary, qr_text, resize, show_rate
from village_notice.notices.work import Choice, start_work


@pytest.fixture
def read(make_village, make_settings, stamp):
    """The pieces of a village's summary, with the village."""

    def pieces(settings=None, change=None, **recipe):
        village = make_village(**recipe)
        village = replace(village, **(change or {}))
        drawn = draw_summary(start_work(village, settings or make_settings(), stamp))
        return village, drawn, [p.text for p in read_pieces(drawn.data)]

    return pieces


@pytest.mark.parametrize("programmes", [1, 8, 14, 20, 28])
def test_one_page_up_to_thirty_lines(read, programmes):
    assert read(programmes=programmes)[1].pages == 1


def test_more_programmes_take_a_second_page_at_full_size(read):
    _, drawn, texts = read(programmes=45)
    assert drawn.pages == 2
    assert "承前页" in texts


def test_the_total_is_the_public_total_in_figures_and_words(read):
    village, _, texts = read()
    assert format_fen(village.public_fen, grouped=True) in texts
    assert f"合计（大写）：{format_capital(village.public_fen)}" in texts


def test_programmes_add_up_to_the_control_line(read):
    village, _, texts = read()
    amounts = {p.title: texts[texts.index(p.title) :] for p in village.programmes}
    total = sum(p.amount_fen for p in village.programmes if format_fen(p.amount_fen, grouped=True) in amounts[p.title])
    control = next(t for t in texts if t.startswith("校验　"))
    assert f"{format_fen(total, grouped=True)}元" in control
    assert check_code(village) in control


def test_the_held_mark_stands_at_its_programme(read):
    assert "耕地地力保护补贴（尚有3笔待核实）" in read(held=3)[2]


def test_the_withheld_note_only_when_something_is_withheld(read):
    note = "另有项目按规定由乡镇统一汇总公开"
    assert not any(note in t for t in read()[2])
    assert any(note in t for t in read(change={"has_withheld": True})[2])


def test_every_paragraph_and_line_to_fill_in(read):
    text = "".join(read()[2])
    for words in (
        "公开时间：",
        "咨询电话：",
        "异议反映：",
        "以后查询：",
        "谨防诈骗：",
        "（盖章）",
        "村务监督委员会",
        "张贴人：",
        "扫码核对",
    ):
        assert words in text


def test_a_community_is_not_under_the_villagers_committee_law(read):
    text = "".join(read(kind="社区")[2])
    assert "村民委员会组织法" not in text


def test_bars_are_to_scale(make_village, make_settings, stamp):
    village = make_village()
    work = start_work(village, make_settings(), stamp)
    bars = next(c.bars for c in build_table(work.read("summary"), village).columns if c.bars)
    most = max(p.amount_fen for p in village.programmes)
    assert bars == [p.amount_fen / most for p in village.programmes]


def test_a_recovered_programme_has_no_bar(make_village, make_settings, stamp):
    village = make_village()
    village = replace(village, programmes=(replace(village.programmes[0], amount_fen=-500), *village.programmes[1:]))
    work = start_work(village, make_settings(), stamp)
    assert next(c.bars for c in build_table(work.read("summary"), village).columns if c.bars)[0] == 0


def test_the_qr_code_says_the_control_line(make_village, make_settings, stamp):
    village = make_village()
    text = qr_text(start_work(village, make_settings(), stamp))
    assert check_code(village) in text and format_fen(village.public_fen, grouped=True) in text


def test_the_qr_code_is_an_address_where_there_is_one(make_village, make_settings, stamp):
    village = make_village()
    text = qr_text(start_work(village, make_settings(base_url="https://example.invalid/gk"), stamp))
    assert text.startswith("https://example.invalid/gk?village=370682114201&year=2022&")
    assert f"check={check_code(village)}" in text


def test_smaller_paper_keeps_its_edges(make_village, make_settings, stamp):
    paper = start_work(make_village(), make_settings(), stamp).paper()
    small = resize(paper, 0.5)
    assert (small.left, small.right, small.top, small.bottom) == (paper.left, paper.right, paper.top, paper.bottom)
    assert small.table == 9.0


def test_a_rate_has_thousands_separators(make_village):
    programme = replace(make_village().programmes[0], rate_text="12300", unit="台")
    assert show_rate(programme) == "12,300元/台"


def test_a3_is_set_in_larger_type_where_that_fits(make_village, make_settings, stamp):
    """Twelve points on a sheet twice as large is no easier to read."""
    sizes = {}
    for size, programmes in (("A4", 8), ("A3", 8), ("A3", 28)):
        work = start_work(make_village(programmes=programmes), make_settings(), stamp, Choice(size))
        drawn = draw_summary(work)
        contents = b"".join(b"".join(page.operators) for page in drawn.document.pages)
        sizes[size, programmes] = float(re.findall(rb"BT/F0 ([\d.]+) Tf [\d.]+ [\d.]+ Td\n", contents)[0])
        assert drawn.pages == 1
    assert sizes["A3", 8] >= 1.3 * sizes["A4", 8] and sizes["A3", 28] < sizes["A3", 8]
