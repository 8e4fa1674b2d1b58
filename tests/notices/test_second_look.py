"""The independent look: what pdfium reads must be what was to be printed."""

from dataclasses import replace

import pytest

from village_notice.notices.attached_table import build_tables
from village_notice.notices.attachment import attach_tables, build_archive_copy
from village_notice.notices.second_look import check_sample, choose_sample
from village_notice.notices.village import draw_kinds
from village_notice.settings import Settings

from ..tables import edit_row, edit_table

KINDS = ("summary", "household", "detail")


@pytest.fixture(scope="module")
def village(make_village):
    names = ["𬎆𠅤䶮", "阿卜杜热合曼·买买提艾力·吐尔逊江", "莱阳市山前店镇东关村长顺花生种植专业合作社", "马𡥧"]
    return make_village(households=60, programmes=8, names=names, masked_lists=2, scale=1_000)


@pytest.fixture(scope="module")
def notices(village, stamp):
    return draw_kinds(village, Settings(), stamp, KINDS)


def found(notices, village):
    findings = check_sample(notices, village)
    assert {f.code for f in findings} <= {"N11"}
    return [f.found for f in findings]


def test_finished_files_have_every_name_amount_and_sum(notices, village, stamp):
    assert found(notices, village) == []
    copies = [replace(n, data=build_archive_copy(n, village, Settings(), stamp)) for n in notices]
    assert found(copies, village) == []


def test_a_name_that_is_not_there_is_told(notices, village):
    lines, homes = (
        edit_table(table, name=lambda name: "马骡" if name == "马𡥧" else name)
        for table in (village.lines, village.households)
    )
    assert found(notices, replace(village, lines=lines, households=homes)) == ["读不到马骡"] * 2


def test_a_wrong_amount_and_a_sum_unlike_the_control_line_are_told(notices, village):
    lines = edit_row(village.lines, 0, amount_fen=lambda fen: fen + 7)
    texts = found(notices[2:], replace(village, lines=lines))
    assert texts[0].startswith("读不到金额 ") and "各行相加是" in texts[1]


def test_a_table_that_does_not_add_up_is_told(notices, village, stamp):
    notice = notices[0]
    tables = build_tables("summary", village, None)
    short = {name: content.rsplit(b"\r\n", 2)[0] + b"\r\n" for name, content in tables.items()}
    (text,) = found([replace(notice, data=attach_tables(notice.data, short, stamp))], village)
    assert text.startswith("所附的表相加是 ")


def test_a_damaged_file_is_told(notices, village):
    assert "打不开" in found([replace(notices[0], data=b"%PDF-1.7 nothing")], village)[0]


def test_first_last_largest_and_one_in_fifty(village):
    many = [replace(village, village_code=f"{n:012d}", lines=village.lines.cut(0, 2)) for n in range(120)]
    many[77] = replace(many[77], lines=village.lines)
    assert sorted(map(int, choose_sample(many[::-1]))) == [0, 50, 77, 100, 119]
    assert choose_sample([]) == frozenset()
