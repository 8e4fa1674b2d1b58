"""What the words of a heading say that columns.csv does not list."""

import pytest

from village_notice.sources.heading_words import guess_field, is_other_money, is_other_person, names_money
from village_notice.sources.people_choice import has_names, look_like_people


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("管护村", "village"),
        ("户籍所在村居", "village"),
        ("自然村", ""),
        ("义务兵姓名", "name"),
        ("船舶所有人", "name"),
        ("护路员", "name"),
        ("家长姓名", ""),
        ("包村干部", ""),
        ("到手钱数", "amount_paid"),
        ("2023年补贴", "amount_paid"),
        ("元", "amount_paid"),
        ("季度合计", "amount_paid"),
        ("慰问品（件）", ""),
        ("棉被金额（床）", ""),
        ("累计发放", ""),
        ("上年金额", ""),
        ("自筹资金", ""),
        ("望岚镇2023年补贴发放表", ""),
        ("补贴方式说明", ""),
        ("", ""),
    ],
)
def test_field_guessed_from_the_words(text, field):
    assert guess_field(text) == field


def test_words_of_other_money_and_other_people():
    assert [t for t in ("补贴标准", "人均补助", "供种量（斤）", "应补金额", "实发") if is_other_money(t)] == [
        "补贴标准", "人均补助", "供种量（斤）",
    ]  # fmt: skip
    assert is_other_person("监护人\n姓名")
    assert not is_other_person("残疾人姓名")
    assert not names_money("保险金额")


@pytest.mark.parametrize(
    ("cells", "names", "people"),
    [
        (["王小明", "李红", "合计"], True, True),
        (["王小明（代领）", "欧阳娜娜"], True, False),
        (["甲一", "乙二"], True, False),
        (["一般农户", "一般农户", "一般农户"], False, False),
        (["石溪镇绿源合作社", "王小明"], True, False),
        (["王家村", "李家村"], True, False),
        ([120, 130, None], False, False),
        ([], False, False),
    ],
)
def test_names_told_by_the_cells(cells, names, people):
    assert (has_names(cells), look_like_people(cells)) == (names, people)
