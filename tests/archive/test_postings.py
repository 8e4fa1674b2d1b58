from datetime import date

import pytest

from village_notice.archive.postings import build_objections_csv, read_objections, read_postings
from village_notice.errors import ReferenceFileError

VILLAGE = ("370682105001", "山前店镇", "东关村")
HEAD = "乡镇,村,年度,张贴日期,撤下日期,地点,张贴人\n"
OBJECTION_HEAD = "村代码,村,年度,日期,类别,结果,办结日期,异议人,电话,内容\n"


def write(folder, name, text, encoding="utf-8-sig"):
    (folder / name).write_text(text, encoding=encoding)
    return folder


def test_only_the_villages_year_is_read(tmp_path):
    text = HEAD + (
        "山前店镇,东关,2022,2022-12-20,2022-12-27,村委会公开栏,张文书\n"
        "山前店镇,西关村,2022,2022-12-01,,,\n羊郡镇,东关村,2022,2022-12-02,,,\n山前店镇,东关村,2021,2021-12-01,,,\n"
    )
    [posting] = read_postings(write(tmp_path, "postings.csv", text), VILLAGE, 2022)
    assert posting.posted == date(2022, 12, 20)
    assert posting.taken_down == date(2022, 12, 27)
    assert (posting.place, posting.by) == ("村委会公开栏", "张文书")


@pytest.mark.parametrize("day", ["2022/12/5", "2022年12月5日", "2022.12.05"])
def test_dates_as_people_write_them_and_tables_as_excel_saves_them(tmp_path, day):
    text = HEAD + f"山前店镇,东关村,2022年,{day},,,\n"
    [posting] = read_postings(write(tmp_path, "postings.csv", text, "gb18030"), VILLAGE, 2022)
    assert posting.posted == date(2022, 12, 5)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("山前店镇,东关村,2022,,,,", "张贴日期"),
        ("山前店镇,东关村,2022,2022-13-40,,,", "不是日期"),
        ("山前店镇,东关村,2022,昨天,,,", "不是日期"),
        ("山前店镇,东关村,2022,2022-12-20,,,13900000000", "长号码"),
    ],
)
def test_broken_lines_are_named(tmp_path, line, words):
    with pytest.raises(ReferenceFileError, match="第 2 行.*" + words):
        read_postings(write(tmp_path, "postings.csv", HEAD + line + "\n"), VILLAGE, 2022)


def test_an_objection_keeps_its_outcome_and_loses_its_names(tmp_path):
    text = OBJECTION_HEAD + "370682105001,东关村,2022,2022-12-22,金额,不属实已说明,2022-12-24,李某某,13900000000,嫌少\n"
    objections = read_objections(write(tmp_path, "objections.csv", text), VILLAGE, 2022)
    shown = build_objections_csv(objections).decode("utf-8-sig")
    assert shown == "日期,类别,结果,办结日期\r\n2022-12-22,金额,不属实已说明,2022-12-24\r\n"


def test_free_words_are_refused(tmp_path):
    text = OBJECTION_HEAD + "370682105001,东关村,2022,2022-12-22,李某某说少了,不属实已说明,,,,\n"
    with pytest.raises(ReferenceFileError, match="只能写"):
        read_objections(write(tmp_path, "objections.csv", text), VILLAGE, 2022)


def test_no_table_is_no_posting(tmp_path):
    assert read_postings(tmp_path, VILLAGE, 2022) == []


def test_init_gives_the_office_empty_tables_that_are_read(tmp_path):
    from village_notice.archive.postings import OBJECTIONS, POSTINGS
    from village_notice.settings import create_office

    create_office(tmp_path / "办公")
    for name, line in (
        (POSTINGS, "山前店镇,东关村,2022,2022-12-20,,,\n"), (OBJECTIONS, "山前店镇,东关村,2022,2022-12-22,金额,处理中,\n"),
    ):  # fmt: skip
        with (tmp_path / "办公" / name).open("a", encoding="utf-8") as stream:
            stream.write(line)
    assert len(read_postings(tmp_path / "办公", VILLAGE, 2022)) == 1
    assert len(read_objections(tmp_path / "办公", VILLAGE, 2022)) == 1
