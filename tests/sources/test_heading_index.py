"""Which headings tell when a payment was made, and which the year of something else."""

import random
import re
import unicodedata

import pytest

from village_notice.resources import find_data
from village_notice.sources.heading_index import HeadingIndex
from village_notice.sources.heading_words import names_money
from village_notice.sources.reference import fold_heading, read_headings, read_subsidies

INDEX = HeadingIndex(
    read_headings(find_data("reference", "columns.csv")), read_subsidies(find_data("reference", "subsidies.csv"))
)


def find_fields(text):
    return {field for field, _ in INDEX.find(text)}


@pytest.mark.parametrize(
    "heading",
    [
        "年度", "补贴年度", "发放年度", "所属年度", "资金年度", "补贴资金年度", "年份", "补贴所属年份", "月份", "低保金所属月份", "发放年月",
        "资金所属期", "享受月份", "本次发放月份", "第二批发放年月", "发放\n月份", "农村低保金发放年月",
    ],
)  # fmt: skip
def test_headings_of_the_period(heading):
    assert "period" in find_fields(heading)


@pytest.mark.parametrize(
    "heading",
    [
        "发放日期",
        "发放时间",
        "银行代发日期",
        "农商行到账时间",
        "第一次拨付日期",
        "补贴资金打款日期",
        "社保卡到账日期",
        "实际发放时间",
    ],
)
def test_headings_of_the_day_of_payment(heading):
    assert "pay_date" in find_fields(heading)


@pytest.mark.parametrize(
    "heading",
    [
        "确认年度", "资格确认年度", "纳入年月", "离任年份", "入学年月", "造林年度", "首次享受年度", "退耕年度", "脱贫年度", "入学年份", "离岗年月",
        "种植年份", "建档年度", "改造年度", "识别年份", "危房认定年度", "入学\n年份", "退耕还林\n造林年度", "第一次享受年度", "残疾证发放日期",
        "贷款发放日期", "首次发放时间", "社保卡发放日期", "承保年度", "验收年度",
    ],
)  # fmt: skip
def test_years_of_something_else_are_no_time_of_payment(heading):
    assert not find_fields(heading) & {"period", "pay_date"}


@pytest.mark.parametrize("heading", ["低保起始年月", "补贴年度", "低保认定年份"])
def test_times_are_no_money(heading):
    assert not names_money(heading)
    assert names_money("补贴金额2025年度")
    assert names_money("实发金额3月份")


def test_headings_of_characters_alone_are_folded_as_all_others():
    rng = random.Random(3)
    letters = [
        *"金额姓名aB１㈠㎡①²Ⅳ ㍿ﬁ",
        "（",
        "(",
        ")",
        "）",
        "[元]",
        "*",
        "：",
        " ",
        "\u3000",
        "\n",
        "、",
        "元/亩",
        ".",
    ]

    def fold_long(text):
        plain = re.sub(r"\s", "", unicodedata.normalize("NFKC", text))
        plain = re.sub(r"[(\[〔【][^()\[\]〔〕【】]*[)\]〕】]", "", plain)
        return re.sub(r"[*:“”\"'、/,.，。]", "", plain).upper()

    for _ in range(20_000):
        text = "".join(rng.choices(letters, k=rng.randint(0, 6)))
        assert fold_heading(text) == fold_long(text)
