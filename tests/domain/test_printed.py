"""What of a typed name or group may be printed."""

import random
import re

import pytest

from village_notice.domain import printed
from village_notice.domain.printed import is_person_name, print_group, print_name


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("王一", "王一"), ("李甲138.0013.8000", "李甲"), ("李丙①③⑧⓪⓪①③⑧⓪⓪⓪", "李丙"), ("张一１３８００１３８０００", "张一"),
        ("王三 379999196501010018", "王三"), ("王一残疾", "王一"), ("王五残疾人", "王五"), ("王二-已故", "王二"), ("王十【孤儿】", "王十"),
        ("王一（户主）", "王一"), ("欧阳修低保户", "欧阳修"), ("王建国2", "王建国2"), ("单代", "单代"), ("李孤", "李孤"), ("赵母亲", "赵母亲"),
        ("欧阳代代", "欧阳代代"), ("阿卜杜热西提·买买提", "阿卜杜热西提·买买提"), ("13800138000", ""),
    ],
)  # fmt: skip
def test_name(typed, printed):
    assert print_name(typed) == printed


def test_an_organisation_keeps_its_brackets_and_words():
    assert print_name("莱阳市（羊郡）孤儿救助基地", is_organisation=True) == "莱阳市（羊郡）孤儿救助基地"
    assert print_name("东村合作社13800138000", is_organisation=True) == "东村合作社"


@pytest.mark.parametrize(
    ("text", "is_name"),
    [("王一", True), ("王镇山", True), ("史金街", True), ("宋镇", True), ("欧阳志镇", True), ("王一羊郡镇东街村", False), ("王十三南务村56号", False), ("王一电话", False), ("张三、李四、王五", True), ("", False), ("古丽娜尔·买买提", True), ("100", False), ("。", False), ("户主", False), ("3户", False), ("合计数", False), ("某某", False), ("贰佰元", False), ("一组", False), ("单代", True)],
)  # fmt: skip
def test_person_name(text, is_name):
    assert is_person_name(text) is is_name


@pytest.mark.parametrize("group", ["4组", "东一组", "西头", "张家沟", "第三生产队", "十二组", "前进屯", "南街"])
def test_groups_that_are_printed(group):
    assert print_group(group) == group


@pytest.mark.parametrize("group", ["艾滋病户", "低保2组", "1组电话", "13800138000", "孤儿组", ""])
def test_groups_that_are_not(group):
    assert print_group(group) == ""


def test_the_quick_look_at_most_names_says_what_the_long_one_says(monkeypatch):
    rng = random.Random(1)
    told = sorted(printed._TOLD)
    others = [*"王李张欧阳建国英伟丽芳小龙诸葛鑫", "·", "（", "1", "①", "〇", " ", "X", "二", "-"]
    texts = {
        "".join(rng.choice(rng.choice([told, others, others])) for _ in range(rng.randint(0, 6))) for _ in range(20_000)
    }
    quick = [(print_name(t), print_name(t, is_organisation=True), is_person_name(t)) for t in sorted(texts)]
    assert sum(bool(printed._PLAIN.fullmatch(t)) for t in texts) > 300
    monkeypatch.setattr(printed, "_PLAIN", re.compile("(?!)"))
    print_long, is_name_long = print_name, is_person_name.__wrapped__
    assert quick == [(print_long(t), print_long(t, is_organisation=True), is_name_long(t)) for t in sorted(texts)]


def test_plain_characters_are_those_that_plain_names_are_made_of():
    characters = [chr(n) for n in range(0x10000) if not 0xD800 <= n < 0xE000]
    assert printed.pick_plain(characters) == [c for c in characters if printed._PLAIN.fullmatch(c * 2)]
