import re

import pytest

from village_notice.errors import SettingsError, UsageError
from village_notice.notices.template import VARIABLES, Template, choose_columns, fill_text, read_orders, read_template
from village_notice.resources import find_template


@pytest.fixture
def own(tmp_path):
    """Writes a county's own template; gives the office folder."""

    def write(name, text):
        folder = tmp_path / "templates" / "notice"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{name}.toml").write_text(text, encoding="utf-8")
        return tmp_path

    return write


@pytest.mark.parametrize(
    "name", ["summary", "household", "detail", "card", "speech", "correction", "guide", "county", "bundle", "paper"]
)
def test_packaged_templates_are_sound(own, name):
    text = find_template("notice", f"{name}.toml").read_text(encoding="utf-8")
    assert read_template(name, own(name, text)) == read_template(name, None)


def test_a_copy_wins_key_by_key(own):
    folder = own("summary", 'total_label = "总计"\n[headings]\ntitle = "项目"\n')
    template = read_template("summary", folder)
    assert (template.values["total_label"], template.heading("title"), template.heading("amount")) == (
        "总计",
        "项目",
        "金额",
    )


@pytest.mark.parametrize(
    ("name", "text", "line", "key", "words"),
    [
        ("summary", '\ntitel = "x"\n', 2, "titel", "没有这个键"),
        ("summary", 'title = "{vilage}公开"', 1, "title", "没有变量 {vilage}"),
        ("summary", 'columns = ["title", "sum"]', 1, "columns", "'sum' 不行"),
        ("summary", 'columns = ["title"]', 1, "columns", "不能缺少 amount"),
        ("summary", 'columns = ["title", "amount", "title"]', 1, "columns", "重复"),
        ("detail", 'columns = ["name", "amount", "id"]', 1, "columns", "'id' 不行"),
        ("summary", "# 说明\n[headings]\namount = 3", 3, "headings.amount", "带引号的文字"),
        ("paper", "\n\ntable_pt = 4.0", 3, "table_pt", "应在 10 到 36 之间"),
        ("paper", 'size = "A5"', 1, "size", "可用的有：A4、A3"),
        ("paper", "panels = 3", 1, "panels", "可用的有：1、2"),
        ("paper", 'row_mm = "8"', 1, "row_mm", "应为数"),
        ("household", "closing = [1]", 1, "closing", "带引号的文字"),
        ("detail", '\norder = ["stroke"]', 2, "order", '可用的有：["group", "pinyin"]、["group", "strokes"]'),
        ("household", 'order = ["pinyin", "group"]', 1, "order", '["received"]'),
        ("household", 'order = "pinyin"', 1, "order", "应为列表"),
        ("summary", 'title = "好"\n[headings]\nserial = "号"\ntitle = 4', 4, "headings.title", "带引号的文字"),
        ("summary", 'headings = {titel = "x"}', 1, "headings.titel", "没有这个键"),
        ("summary", '[[paragraphs]]\nlabel = "a"\ntext = "b"\n[[paragraphs]]\nlabel = "c"\ntext = "{d}"', 6,
         "paragraphs[2].text", "没有变量 {d}"),
        ("summary", 'title = "{village公开"', 1, "title", "花括号没有成对"),
    ],
)  # fmt: skip
def test_mistakes_name_file_line_and_key(own, name, text, line, key, words):
    folder = own(name, text)
    with pytest.raises(SettingsError) as caught:
        read_template(name, folder)
    message = str(caught.value)
    assert f"{name}.toml 第 {line} 行的“{key}”" in message
    assert words in message


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("title = ", 1, "应为 键 = 值"),
        ('total_label = "总计"\ntitle = “补贴公开”\n', 2, "中文标点 “”"),
        ('total_label = "总计"\n\ntotal_label = "共"\n', 3, "只能写一次"),
        ('columns = ["title", "amount"\n', 1, "方括号"),
    ],
)
def test_broken_toml_is_told_with_file_line_and_reason(own, text, line, words):
    with pytest.raises(SettingsError) as caught:
        read_template("summary", own("summary", text))
    message = str(caught.value)
    assert f"summary.toml 第 {line} 行" in message and words in message
    assert not re.search("[a-z]{4,} [a-z]{2,}", message.partition("行")[2])  # no English sentence


def test_a_file_in_the_old_encoding_of_notepad_is_read(own, tmp_path):
    folder = own("summary", "")
    (folder / "templates" / "notice" / "summary.toml").write_bytes('total_label = "总计"\n'.encode("gb18030"))
    assert read_template("summary", folder).values["total_label"] == "总计"


@pytest.mark.parametrize("name", ["summry.toml", "summary.toml.txt", "汇总公开.toml"])
def test_a_file_of_another_name_is_never_passed_over(own, name):
    """What was written in it would count for nothing, and nobody would know."""
    folder = own("summary", "")
    (folder / "templates" / "notice" / name).write_text('total_label = "总计"\n', encoding="utf-8")
    with pytest.raises(SettingsError, match=r"summary\.toml") as caught:
        read_template("detail", folder)
    assert name in str(caught.value)


def test_only_braces_have_a_meaning():
    assert fill_text("{village}100%{{", {"village": "东关村"}) == "东关村100%{{"


def test_a_text_with_an_empty_variable_is_left_out():
    template = Template("detail", {"facts": ["标准：{rate}元", "时间：{months}"]})
    assert template.fill_all("facts", {"rate": "", "months": "6月"}) == ["时间：6月"]


def test_every_variable_has_a_value(make_village, make_settings, stamp):
    from village_notice.notices.work import start_work

    assert set(start_work(make_village(), make_settings(), stamp).variables) == set(VARIABLES)


def test_a_mistake_in_any_template_is_found_when_a_run_begins(own):
    with pytest.raises(SettingsError, match=r"card\.toml"):
        read_orders(own("card", 'titel = "x"'))


def test_orders_come_from_the_office_templates(own):
    assert read_orders(None) == (("group", "pinyin"), ("group", "pinyin"))
    own("detail", 'order = ["strokes"]')
    assert read_orders(own("household", 'order = ["group", "received"]')) == (("strokes",), ("group", "received"))


def test_columns_are_chosen_by_heading_or_key_and_needed_ones_stay(own):
    folder = own("detail", '[headings]\nquantity = "面积"')
    assert choose_columns(folder, ["summary", "household", "detail"], ["金额", "面积", "name"]) == {
        "summary": ("title", "amount"),
        "detail": ("amount", "quantity", "name"),
    }
    assert choose_columns(folder, ["detail"], ["months"]) == {"detail": ("name", "amount", "months")}
    assert choose_columns(folder, ["household"], []) == {}


@pytest.mark.parametrize("word", ["身份证号", "id", "account", "phone", "户名"])
def test_a_private_or_unknown_column_cannot_be_chosen(word):
    with pytest.raises(UsageError) as caught:
        choose_columns(None, ["detail"], ["姓名", word])
    assert str(caught.value).startswith(f"没有“{word}”这一列，可用的有：序号、姓名、数量、标准、笔数、发放时间、金额。")


def test_columns_need_a_kind_that_has_some():
    with pytest.raises(UsageError, match="--kind 明细公开"):
        choose_columns(None, ["household"], ["姓名"])
