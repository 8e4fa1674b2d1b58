import csv
import io
import json
from datetime import date

import openpyxl

from village_notice.settings import Settings


def read_catalogue(package):
    text = package["data/归档文件目录.csv"].decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_blanks_are_left_for_what_nobody_has_given(package):
    rows = read_catalogue(package)
    assert list(rows[0]) == ["序号", "档号", "责任者", "题名", "日期", "页数", "备注"]
    assert {row["档号"] for row in rows} == {""}
    assert [row["日期"] for row in rows[:3]] == ["", "", "20221220"]
    assert [row["页数"] for row in rows[:3]] == ["1", "3", ""]


def test_reference_codes_are_unique_over_villages(make_village, make_package):
    retention = {"公示": "永久", "数据": "30年"}
    settings = Settings(archive_fonds="0123", post_from=date(2022, 12, 21), archive_retention=retention)
    rows = read_catalogue(make_package(make_village(), settings))
    assert rows[0]["档号"] == "0123-WS·2022-Y-105001-0001"
    assert rows[2]["档号"] == "0123-WS·2022-D30-105001-0003"
    assert rows[0]["日期"] == "20221221"
    other = read_catalogue(make_package(make_village(village_code="370682105002"), settings))
    assert not {row["档号"] for row in rows} & {row["档号"] for row in other}


def test_printable_catalogue_and_note(package):
    book = openpyxl.load_workbook(io.BytesIO(package["data/归档文件目录.xlsx"]))
    assert book.sheetnames == ["归档文件目录", "备考表"]
    assert [cell.value for cell in book["归档文件目录"][2]][1] == "档号"
    assert book["归档文件目录"]["B3"].value is None
    text = package["data/备考表.txt"].decode("utf-8-sig")
    assert "公示文件 2 件、4 页，电子文件 7 个，张贴证据 0 件、0 页" in text
    assert "保管期限：公示待定，数据待定，证据待定" in text
    assert "缺损、补充：无" in text
    assert "\r\n" in text


def test_draft_is_told(make_village, make_package):
    package = make_package(make_village(held=3))
    assert "尚有 3 笔待核实" in package["data/备考表.txt"].decode("utf-8-sig")
    assert json.loads(package["data/元数据.json"])["形式特征"]["稿本"] == "草稿"


def test_metadata_describes_each_file(package):
    values = json.loads(package["data/元数据.json"])
    assert values["来源"]["立档单位名称"] == "东关村村民委员会"
    for file in values["文件"]:
        assert len(package[f"data/{file['计算机文件名']}"]) == file["计算机文件大小"]
        assert file["格式信息"]


def test_no_reference_code_while_the_period_of_keeping_is_not_known(make_village, make_package):
    rows = read_catalogue(make_package(make_village(), Settings(archive_fonds="0123")))
    assert {row["档号"] for row in rows} == {""}
    metadata = json.loads(make_package(make_village())["data/元数据.json"])
    assert metadata["档号"]["保管期限"] == {"公示": "待定", "数据": "待定", "证据": "待定"}
