import re
from dataclasses import replace

import pytest

from village_notice.domain.money import format_fen
from village_notice.domain.public import MergedTotal, ProgrammeSummary
from village_notice.domain.subsidy import Tier
from village_notice.notices.county import County, check_county, draw_county, draw_gaps, find_gaps
from village_notice.notices.readback import read_pieces

from ..tables import edit_row


@pytest.fixture(scope="module")
def villages(make_village):
    """Twelve villages of two townships; one lacks a programme all others have, one has payments held back."""
    one = make_village(households=10)
    found = [
        replace(one, village=f"第{n}村", village_code=f"3706821142{n:02d}", office="甲镇" if n < 6 else "乙镇")
        for n in range(12)
    ]
    found[3] = replace(
        found[3], programmes=found[3].programmes[1:], public_fen=one.public_fen - one.programmes[0].amount_fen
    )
    found[8] = replace(found[8], held=4)
    return found


@pytest.fixture
def make_county(villages, make_settings, stamp):
    def made(merged=(), empty=(), settings=None):
        return County(villages, merged, empty, settings or make_settings(), stamp)

    return made


def texts(notice, tag="TD"):
    return [p.text for p in read_pieces(notice.data) if p.tag == tag]


def test_the_three_lists_add_up_to_the_same_total(make_county, villages):
    notice = draw_county(make_county())
    total = format_fen(sum(v.public_fen for v in villages), grouped=True)
    assert texts(notice).count(total) == 3
    control = [t for t in texts(notice, "P") if t.startswith("校验")]
    assert len(control) == 3 and all(
        f"12个村 · {sum(v.payments for v in villages):,}笔 · {total}元" in t for t in control
    )


def test_merged_totals_are_in_the_total_of_programmes(make_county, villages):
    merged = (MergedTotal("甲镇", 2, 4, 4, 90_000),)
    notice = draw_county(make_county(merged))
    whole = format_fen(sum(v.public_fen for v in villages) + 90_000, grouped=True)
    assert whole in texts(notice) and "合并公开的零星项目" in texts(notice)
    assert check_county(notice, make_county(merged)) == []


def test_no_name_is_on_it_and_one_would_be_refused(make_county, villages):
    county = make_county()
    notice = draw_county(county)
    assert check_county(notice, county) == []
    assert not set(villages[0].lines.values("name")) & set(texts(notice))
    lines = edit_row(villages[0].lines, 0, name="草稿")  # a person whose name is a word of the sheet
    bad = replace(county, villages=[replace(villages[0], lines=lines), *villages[1:]])
    assert [f.code for f in check_county(notice, bad)] == ["P02"]


def test_gaps(make_county):
    county = make_county(empty=[("甲镇", "无数村")])
    gaps = [(g.office, g.village, g.what) for g in find_gaps(county) if g.office]
    assert gaps == [
        ("甲镇", "无数村", "没有任何数据"),
        ("甲镇", "第3村", "可能缺表：耕地地力保护补贴"),
        ("乙镇", "第8村", "待核实 4 笔"),
    ]
    assert [g.village for g in find_gaps(county) if not g.office and "各村电话" in g.what] == ["各村"]
    notice = draw_gaps(county)
    assert check_county(notice, county) == []
    assert "第3村" in texts(notice)


def test_a_programme_of_few_villages_is_no_gap(make_county, villages):
    extra = ProgrammeSummary("S900", "少见补贴", Tier.A, "农业农村局", "", 3, 3, None, "", 300)
    more = [replace(villages[0], programmes=(*villages[0].programmes, extra)), *villages[1:]]
    gaps = find_gaps(replace(make_county(), villages=more))
    assert not [g for g in gaps if "少见补贴" in g.what]


def test_nothing_missing_no_list(make_county, make_village):
    assert draw_gaps(replace(make_county(), villages=[make_village(households=10)])) is None


def test_figures_are_grouped(make_county):
    amounts = [t for t in texts(draw_county(make_county())) if re.fullmatch(r"[\d,]+\.\d\d", t)]
    assert amounts and all(re.fullmatch(r"\d{1,3}(,\d{3})*\.\d\d", t) for t in amounts)
