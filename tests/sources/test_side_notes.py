"""Comments on cells, text boxes, print headers and words right of the table: read, told, and never a danger."""

import io
import re
import time
import zipfile
from pathlib import Path

import openpyxl
import pytest
from openpyxl.comments import Comment

from village_notice.sources.limits import ReadLimits
from village_notice.sources.payments import ReadOptions, read_file
from village_notice.sources.side_notes import is_void, speaks_against
from village_notice.sources.village_lines import cut_village_line
from village_notice.sources.workbook import read_workbook
from village_notice.sources.xlsx_notes import _read_vml

_REGISTER = Path(__file__).parents[1] / "golden" / "register.csv"
_TITLE = "2023年耕地地力保护补贴发放表"
_ROWS = [[_TITLE], ["村", "姓名", "补贴金额"], ["东岚村", "甲一", 120], ["东岚村", "乙二", 130], ["合计", None, 250]]
_DRAWING = (
    '<xdr:wsDr xmlns:xdr="http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><xdr:twoCellAnchor><xdr:sp><xdr:txBody><a:p>{}</a:p>'
    "</xdr:txBody></xdr:sp></xdr:twoCellAnchor></xdr:wsDr>"
)
_RELATION = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{}" Target="{}"/></Relationships>'
)


def make(comments=(), header="", parts=None):
    book = openpyxl.Workbook()
    sheet = book.active
    for row in _ROWS:
        sheet.append(row)
    for place, text in dict(comments).items():
        sheet[place].comment = Comment(text, "张三")
    sheet.oddHeader.center.text = header or None
    stream = io.BytesIO()
    book.save(stream)
    if not parts:
        return stream.getvalue()
    changed = io.BytesIO()
    with zipfile.ZipFile(stream) as old, zipfile.ZipFile(changed, "w") as new:
        for name in old.namelist():
            if name not in parts:
                new.writestr(name, old.read(name))
        for name, text in parts.items():
            new.writestr(name, text)
    return changed.getvalue()


def with_box(words):
    return make(parts={
        "xl/worksheets/_rels/sheet1.xml.rels": _RELATION.format("drawing", "../drawings/drawing1.xml"),
        "xl/drawings/drawing1.xml": _DRAWING.format("".join(f"<a:r><a:t>{w}</a:t></a:r>" for w in words)),
    })  # fmt: skip


@pytest.fixture
def told(tmp_path):
    def read(data):
        path = tmp_path / "望岚镇" / "表.xlsx"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)
        reading = read_file(path, "望岚镇/表.xlsx", ReadOptions(2023, register=_REGISTER))
        return reading.count, sorted((f.code, f.place.row, f.found) for f in reading.findings if f.code != "H03")

    return read


def test_comment_on_a_payment_is_a_remark(told):
    count, found = told(make({"C3": "张三:\n该户账号错误，款已退回财政，未发", "C4": "已核对，电话13500000000"}))
    assert count == 2
    assert found == [("R18", 3, "批注：该户账号错误，款已退回财政，未发")]


def test_comment_on_a_heading_tells_the_unit(told):
    assert told(make({"C2": "此列单位为百元"}))[1] == [("H04", 0, "写的是百元，只能按元或万元读，请先换算")]


@pytest.mark.parametrize("text", ["单位：元", "请填实际发放数", "身份证号用文本格式", "每亩按一百元计"])
def test_ordinary_comment_on_a_heading_is_quiet(told, text):
    assert told(make({"C2": text, "A1": "制表人张三", "C5": "已与银行核对"}))[1] == []


def test_comment_on_the_title_holds_the_list(told):
    assert told(make({"A1": "此表作废，以新表为准"}))[1] == [("H12", 0, "此表作废，以新表为准（批注）")]


def test_threaded_comment_is_read_once():
    old = "[线程批注]\n\n你的 Excel 版本可读取此线程批注；但是……\n\n注释:\n    未发"
    thread = '<ThreadedComments xmlns="x"><threadedComment ref="C3" id="1"><text>未发</text></threadedComment></ThreadedComments>'
    data = make({"C3": old})
    (grid,) = read_workbook(data, ".xlsx").grids
    assert grid.comments == {(3, 3): "未发"}
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        name = "xl/worksheets/_rels/sheet1.xml.rels"
        more = (
            '<Relationship Id="t" Type="http://x/threadedComment" Target="../threadedComments/t.xml"/></Relationships>'
        )
        relations = file.read(name).decode().replace("</Relationships>", more)
    parts = {name: relations, "xl/threadedComments/t.xml": thread}
    (grid,) = read_workbook(make({"C3": old}, parts=parts), ".xlsx").grids
    assert grid.comments == {(3, 3): "未发"}


def test_text_box_that_says_void_holds_the_list(told):
    assert told(with_box(["此表未发放，", "以第二次公示为准"]))[1] == [
        ("H12", 0, "此表未发放，以第二次公示为准（文本框）")
    ]
    assert told(with_box(["监督电话：12345"]))[1] == []


def test_print_header_that_says_void_holds_the_list(told):
    assert told(make(header='&"宋体,加粗"&16作废 重做'))[1] == [("H12", 0, "作废 重做（页眉）")]
    assert told(make(header="望岚镇财政所 第 &P 页 共 &N 页"))[1] == []


@pytest.mark.parametrize("text", ["<a", "<!DOCTYPE x [<!ENTITY a 'b'>]><x>&a;</x>", "", "\x00" * 50])
def test_damaged_drawing_takes_nothing_away(told, text):
    parts = {
        "xl/worksheets/_rels/sheet1.xml.rels": _RELATION.format("drawing", "../drawings/drawing1.xml"),
        "xl/drawings/drawing1.xml": text,
    }
    assert told(make(parts=parts)) == (2, [])


def test_huge_drawing_is_passed_over():
    data = with_box(["作" * 3_000_000])
    (grid,) = read_workbook(data, ".xlsx", limits=ReadLimits()).grids
    assert grid.margins == [] and len(grid.rows) == 5
    (grid,) = read_workbook(with_box(["作废" * 20_000] * 20), ".xlsx").grids
    assert sum(len(text) for _, text in grid.margins) <= 1_000


@pytest.mark.parametrize(
    "text",
    ["作废 重做", "此表作废", "本表作废，以新表为准", "草稿", "以第二次公示为准", "不作为发放依据", "待重做", "未发放"],
)
def test_words_that_void_a_list(text):
    assert is_void(text)


@pytest.mark.parametrize(
    "text",
    [
        "涂改无效", "如有改动作废", "以户为单位填写", "面积以确权证为准", "此列不用填", "不用打印", "草地面积", "本表一式三份",
        "以上金额均已发放", "样本村", "未发放户见附表", "本表以银行实际代发成功为准", "第 1 页",
    ],
)  # fmt: skip
def test_words_that_do_not(text):
    assert not is_void(text)


@pytest.mark.parametrize(
    "text",
    ["没发", "人已死", "银行退回了", "跟上行是一户，重", "重复了", "退", "与第5行重复", "3月死亡", "死了", "已故"],
)
def test_words_against_a_payment(text):
    assert speaks_against(text)


@pytest.mark.parametrize(
    "text",
    [
        "已核对", "妻子代领", "户主已故，其子代领", "老人已去世，由儿子领取", "重残", "体重", "重新测量", "电话没了", "退伍军人",
        "流转", "走访过", "一行", "现金",
    ],
)  # fmt: skip
def test_words_that_say_nothing_against_it(text):
    assert not speaks_against(text)


@pytest.mark.parametrize(
    "line, village",
    [
        ("村：周家枣行    户数：6    金额：2995.00元", "村：周家枣行"),
        ("村名：莱山夼  共6户  计4851元", "村名：莱山夼"),
        ("村名：共荣  户数：6", "村名：共荣"),
        ("东岚村 12户 300元", "东岚村"),
        ("东岚村共6户", "东岚村"),
        ("东岚村（6户，250元）", "东岚村（6户，250元）"),
        ("村名：计家庄", "村名：计家庄"),
        ("一、西岚村", "一、西岚村"),
    ],
)
def test_village_line(line, village):
    assert cut_village_line(line) == village


@pytest.mark.parametrize("text", ["1" * 32_000, "重" * 32_000, "共 " * 16_000])
def test_long_text_takes_no_time(text):
    assert not is_void(text) and not speaks_against(text)
    assert cut_village_line(text).strip() == re.sub(" $", "", text)


@pytest.mark.parametrize(
    "text",
    [
        "检查未发现问题",
        "停发人员不要填入本表",
        "填停发或注销",
        "填表说明：1.金额保留两位小数；2.未发放的不要列入本表。",
    ],
)
def test_words_about_the_form_void_nothing(text):
    assert not is_void(text)


@pytest.mark.parametrize("text", ["已核实不重复", "与上行不是同一人，未重复"])
def test_what_was_looked_at_and_is_right_speaks_against_nobody(text):
    assert not speaks_against(text)


def test_a_comment_below_the_last_row_is_read(told):
    assert [(code, found) for code, _, found in told(make({"B9": "此表作废，以新表为准"}))[1]] == [
        ("H12", "此表作废，以新表为准（批注）")
    ]


def test_many_harmless_comments_hide_no_other(told):
    notes = {f"{column}{row}": "请核对" for column in "DEFGHIJKLMNOPQRSTUVWXYZ" for row in range(5, 15)}
    assert [code for code, *_ in told(make(notes | {"B5": "此表作废"}))[1]] == ["H12"]


def test_boxes_of_old_drawings_that_never_end_cost_nothing():
    begin = time.process_time()
    for data in (b"<v:textbox" * 100_000, b"<v:textbox>" * 100_000, b"<v:textbox>" + b"<" * 20_000 + b"</v:textbox>"):
        assert not [text for text in _read_vml(data) if "<" not in text]
    assert time.process_time() - begin < 2
    assert list(_read_vml(b"<v:textbox style='a'><div>\xe4\xbd\x9c\xe5\xba\x9f</div></v:textbox>")) == ["作废"]


@pytest.mark.parametrize("encoding", ["hex", "base64", "rot13", "undefined", "mbcs", "foo"])
def test_comments_in_no_encoding_take_nothing_else_along(told, encoding):
    data = make({"C3": "已核对"}, parts={})
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        name = next(n for n in package.namelist() if "comment" in n and n.endswith(".xml"))
        text = package.read(name).decode()
    damaged = make(
        {"C3": "已核对"}, parts={name: f'<?xml version="1.0" encoding="{encoding}"?>' + text.partition("?>")[2]}
    )
    assert told(damaged)[0] == 2


def test_a_comment_against_a_payment_that_is_told_to_have_arrived(tmp_path):
    book = openpyxl.Workbook()
    for row in (
        [_TITLE],
        ["村", "姓名", "补贴金额", "状态"],
        ["东岚村", "甲一", 120, "成功"],
        ["东岚村", "乙二", 130, "成功"],
    ):
        book.active.append(row)
    book.active["C3"].comment = Comment("款已退回财政，未发", "张三")
    path = tmp_path / "望岚镇" / "表.xlsx"
    path.parent.mkdir()
    book.save(path)
    reading = read_file(path, "望岚镇/表.xlsx", ReadOptions(2023, register=_REGISTER))
    assert [(f.code, f.place.row) for f in reading.findings] == [("R18", 3)]
