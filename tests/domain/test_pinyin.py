import pytest

from village_notice.domain.pinyin import Pinyin

PINYIN = Pinyin({"单": ("shan",), "盖": ("ge", "gai"), "尉迟": ("yu chi", "wei chi")})


def read(name):
    return [reading.full for reading in PINYIN.read(name)]


def test_a_given_name_that_may_be_read_in_two_ways():
    assert read("王朝阳") == ["wangzhaoyang", "wangchaoyang"]
    assert read("陈乐") == ["chenle", "chenyue"]
    assert "wangdu" in read("王都")
    assert {r.initials for r in PINYIN.read("王朝阳")} == {"wzy", "wcy"}


def test_surname_and_given_name_together():
    assert set(read("盖乐")) == {"gele", "gaile", "geyue", "gaiyue"}
    assert read("单晓东") == ["shanxiaodong"]
    assert read("尉迟恭")[0] == "yuchigong"


@pytest.mark.parametrize("name", ["乐", "王乐朝行重长", "王·乐", "乐a乐"])
def test_never_too_many_ways_and_the_usual_one_first(name):
    ways = read(name)
    assert 1 <= len(ways) <= 16
    assert ways[0].startswith("".join(PINYIN.sort_key(name)))


def test_every_way_a_character_may_be_read():
    assert PINYIN.read_character("盖") == {"ge", "gai"}
    assert PINYIN.read_character("单") == {"shan", "dan"}
    assert PINYIN.read_character("乐") == {"le", "yue"}
    assert PINYIN.read_character("王") == {"wang"}
    assert PINYIN.read_character("·") == {"·"}


def test_what_is_blank_has_no_syllable():
    assert [tuple(reading) for reading in PINYIN.read(" 王")] == [("wang", "w")]
