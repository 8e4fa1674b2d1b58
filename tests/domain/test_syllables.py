import random

import pytest
from pypinyin import lazy_pinyin

from tools.make_pinyin import TARGET, build_table
from village_notice.domain.syllables import read_syllables


def _read_by_library(text: str) -> tuple[str, ...]:
    return tuple(s.lower() for s in lazy_pinyin(text))


def test_the_table_is_that_of_the_library():
    assert TARGET.read_text(encoding="utf-8") == build_table()


@pytest.mark.parametrize(
    "text", ["长江", "重阳", "单", "行", "一了百了", "建国", "＊＊", "Abc", "王a", "鿿", "〇", "𠼞", "合作社重庆"]
)
def test_a_text_reads_as_the_library_reads_it(text):
    assert read_syllables(text) == _read_by_library(text)


def test_texts_by_chance_read_as_the_library_reads_them():
    chance = random.Random(7)
    words = TARGET.read_text(encoding="utf-8").split("\n\n")[2].split()
    common = [c for word in words for c in word]
    for _ in range(1000):
        text = "".join(chance.choices(common, k=chance.randint(1, 7))) + chance.choice(["", chance.choice(words)])
        assert read_syllables(text) == _read_by_library(text)


def test_the_library_is_not_asked_for_ordinary_names(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "pypinyin", None)
    assert read_syllables("建国") == ("jian", "guo")
