import re
from dataclasses import replace

import pytest

from village_notice.domain.public import ProgrammeSummary
from village_notice.domain.subsidy import Tier
from village_notice.notices.speech import check_speech, write_speech
from village_notice.notices.work import start_work
from village_notice.settings import Settings


@pytest.fixture
def speak(make_settings, stamp):
    """The text read out for a village, after the last look."""

    def spoken(village, settings=None):
        name, data = write_speech(start_work(village, settings or make_settings(), stamp))
        assert check_speech(name, data, village) == []
        return data.decode("utf-8-sig")

    return spoken


def test_totals_in_words(speak, make_village):
    village = replace(make_village(households=40), people=1204, payments=3305, public_fen=1_234_567_05)
    text = speak(village)
    assert "东关村二零二二年度" in text
    assert "截至二零二二年十二月十五日" in text
    assert "一千二百零四人领取，共三千三百零五笔，合计一百二十三万四千五百六十七元零五分。" in text
    assert "零五三五，零零零零零零二" in text


def test_no_figure_no_name_and_every_line_ends_as_notepad_wants(speak, make_village):
    village = make_village(households=40)
    text = speak(village)
    assert not re.search(r"[0-9０-９]", text)
    assert [name for name in village.lines.values("name") if name in text] == []
    assert text.count("\r\n") == text.count("\n")


def test_a_programme_of_one_or_two_people_is_not_told_as_a_sum(speak, make_village):
    village = make_village(households=40)
    few = ProgrammeSummary("S900", "种子补贴", Tier.A, "农业农村局", "亩", 2, 2, 1000, "1", 77_700, "6月")
    text = speak(replace(village, programmes=(*village.programmes, few)))
    assert "种子补贴" not in text and "七百七十七元" not in text
    assert "领取的人少" in text


def test_a_village_of_two_people_has_no_sum_at_all(speak, make_village):
    village = make_village(households=2, programmes=1, masked=0, totals=False)
    assert village.people == 2
    text = speak(village)
    assert "本村有两人领取补贴，金额请看公开栏" in text and "元" not in text


def test_drafts_and_blank_settings(speak, make_village):
    assert speak(make_village(held=2)).startswith("（草稿，先不要播：本村还有两笔正在核实。）")
    text = speak(replace(make_village(), data_until=""), Settings())
    assert "截至目前" in text and "____" not in text and "打电话：。" not in text


def test_the_last_look_sees_figures_and_names(make_village):
    village = make_village(households=40)
    name = village.lines.values("name")[0]
    found = check_speech("x.txt", f"{name}领取12元".encode(), village)
    assert [(f.code, f.found) for f in found] == [("P01", "12"), ("P02", name)]
