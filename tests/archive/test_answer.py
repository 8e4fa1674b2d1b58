import json

from village_notice.archive.answer import format_answers, format_speech, to_json
from village_notice.archive.query import search


def test_table_for_the_terminal(database):
    text = format_answers(search(database, "王建国 东关村 1组"))
    assert text.splitlines()[0] == "王建国  山前店镇 东关村 1组  2022年"
    assert "3.25亩" in text
    assert "合计（2 项）" in text
    assert "1,590.00" in text
    assert "本合计不是全部" in text


def test_columns_stand_under_each_other(database):
    lines = format_answers(search(database, "王建国 东关村 1组")).splitlines()[1:5]
    widths = {sum(2 if ord(c) > 0x2E80 else 1 for c in line) for line in lines}
    assert len(widths) == 1


def test_read_out_with_numbers_in_words(database):
    text = format_speech(search(database, "王建国 东关村 1组"))
    assert text.startswith("山前店镇东关村一组，王建国，二零二二年按姓名公开的补贴共二项，合计一千五百九十元。")
    assert "第一项，耕地地力保护补贴，三点二五亩，三百九十元，六月发放。" in text
    assert "高龄津贴，一千二百元，一至十二月发放。" in text
    assert "本合计不是全部" in text
    assert not any(char.isdigit() for char in text)


def test_village_totals(database):
    answers = search(database, "东关村")
    text = format_answers(answers)
    assert "8,824.62" in text
    assert "另有项目按规定由乡镇统一汇总公开" in text
    assert "校验码" in text
    assert "合计八千八百二十四元六角二分" in format_speech(answers)


def test_json(database):
    values = json.loads(json.dumps(to_json(search(database, "王建国 东关村 1组")), ensure_ascii=False))
    [person] = values["people"]
    assert (person["amount"], person["amount_fen"]) == ("1590.00", 159_000)
    assert "本合计不是全部" in person["amount_covers"]
    assert person["lines"][0]["quantity"] == "3.25"
    [village] = to_json(search(database, "西关村"))["villages"]
    assert village["amount_fen"] == sum(line["amount_fen"] for line in village["lines"])
