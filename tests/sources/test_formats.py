"""The same list comes out of every kind of file a department may send, whatever its name says."""

import io

import openpyxl
import pytest
import xlwt

from village_notice.domain.finding import Place
from village_notice.sources.discover import find_inputs
from village_notice.sources.workbook import read_workbook

NAMES = (
    "utf8.csv", "bom.csv", "gb18030.csv", "utf16.csv", "tabs.tsv", "gbk.txt", "book.xlsx", "macros.xlsm", "strict.xlsx",
    "old.xls", "wps.et", "page.html", "table.xml", "open.ods", "binary.xlsb",
)  # fmt: skip


def test_all_formats_are_tried(formats):
    assert sorted(formats) == sorted(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_list_comes_out_of_every_format(name, formats, cells, expected, reader, tmp_path):
    path = tmp_path / name
    path.write_bytes(formats[name](cells))
    reading = reader.read(path)
    assert reader.listed(reading) == expected
    assert reader.codes(reading) == []


@pytest.mark.parametrize("writer", ["html", "xml2003", "xlsx"])
def test_wrong_extension_is_told_and_read(writer, make, cells, expected, reader, tmp_path):
    path = tmp_path / "导出.xls"
    path.write_bytes(getattr(make, writer)(cells))
    reading = reader.read(path)
    assert reader.listed(reading) == expected
    assert reader.codes(reading) == ["F16"]


def test_password_is_asked_for(make, cells, expected, reader, tmp_path):
    path = tmp_path / "加密.xlsx"
    right, wrong = "2023", "2022"
    path.write_bytes(make.lock(make.xlsx(cells), right))
    refused = reader.read(path)
    assert not refused.readable and reader.codes(refused) == ["F02"]
    assert reader.codes(reader.read(path, password=wrong)) == ["F02"]
    assert reader.listed(reader.read(path, password=right)) == expected


@pytest.mark.parametrize("gbk", [True, False])
def test_members_of_a_zip_keep_their_names(gbk, make, cells, expected, reader, tmp_path):
    path = tmp_path / "附件.zip"
    path.write_bytes(make.zip({"望岚镇/耕地补贴.xlsx": make.xlsx(cells)}, gbk=gbk))
    (file,) = find_inputs(tmp_path).files
    assert file.relative == "附件.zip/望岚镇/耕地补贴.xlsx"
    reading = reader.read(file.path, file.relative)
    assert reader.listed(reading) == expected
    assert {p.file for p in (Place(f.place.file) for f in reading.findings)} <= {file.relative}


def test_zip_in_a_zip(make, cells, expected, reader, tmp_path):
    inner = make.zip({"表.csv": ("\n".join(",".join(map(str, r)) for r in cells)).encode("gbk")})
    (tmp_path / "外.zip").write_bytes(make.zip({"内.zip": inner}))
    (file,) = find_inputs(tmp_path).files
    assert file.relative == "外.zip/内.zip/表.csv"
    assert reader.listed(reader.read(file.path, file.relative)) == expected


def test_csv_with_quotes_line_breaks_and_uneven_rows(read, listed, make, tmp_path):
    path = tmp_path / "2023年棉花补贴发放.csv"
    path.write_text(
        f'村,姓名,身份证号,补贴金额,备注\n东岚村,"甲一",{make.id(1)},"1,200.50","有,逗号\n第二行"\n西岚村,乙二,{make.id(2)},80\n',
        encoding="utf-8",
    )
    assert [r[2:5] for r in listed(read(path))] == [("甲一", "1200.50", "东岚村"), ("乙二", "80.00", "西岚村")]


def test_scientific_notation_in_csv_is_damage(read, codes, tmp_path):
    path = tmp_path / "2023年棉花补贴发放.csv"
    path.write_text("村,姓名,身份证号,补贴金额\n东岚村,甲一,3.79999E+17,120\n", encoding="gb18030")
    reading = read(path)
    assert reading.payments["id"].tolist() == [""]
    assert "C04" in codes(reading)


@pytest.mark.parametrize("code", ['0.00"万元"', '0!.0,"万"', "#,##0,"])
def test_money_shown_in_another_unit_is_asked(code, reader, tmp_path):
    book = openpyxl.Workbook()
    sheet = book.active
    for row in (["东岚村2023年棉花补贴发放表"], ["姓名", "补贴金额"], ["甲一", 2.4], ["乙二", 3]):
        sheet.append(row)
    sheet["B3"].number_format = code
    book.save(tmp_path / "表.xlsx")
    assert reader.codes(reader.read(tmp_path / "表.xlsx")) == ["H04"]


@pytest.mark.parametrize("code", ['#,##0.00"元"', "0.00_);[Red]\\(0.00\\)", "¥#,##0.00", "@", "General"])
def test_usual_formats_of_money_are_quiet(code, reader, tmp_path):
    book = openpyxl.Workbook()
    sheet = book.active
    for row in (["东岚村2023年棉花补贴发放表"], ["姓名", "补贴金额"], ["甲一", 2.4], ["乙二", 3]):
        sheet.append(row)
    sheet["B3"].number_format = code
    book.save(tmp_path / "表.xlsx")
    assert reader.codes(reader.read(tmp_path / "表.xlsx")) == []


@pytest.mark.parametrize("suffix", ["xlsx", "xls"])
def test_error_cells_are_told_and_held(suffix, reader, tmp_path):
    path = tmp_path / f"东岚村2023年棉花补贴发放.{suffix}"
    if suffix == "xlsx":
        book = openpyxl.Workbook()
        for row in (["东岚村2023年棉花补贴发放表"], ["姓名", "补贴金额"], ["甲一", "#REF!"], ["乙二", 3]):
            book.active.append(row)
    else:
        book = xlwt.Workbook()
        sheet = book.add_sheet("Sheet1")
        for r, row in enumerate((["东岚村2023年棉花补贴发放表"], ["姓名", "补贴金额"], ["甲一"], ["乙二", 3])):
            for c, value in enumerate(row):
                sheet.write(r, c, value)
        sheet.row(2).set_cell_error(1, "#REF!")
    book.save(str(path))
    reading = reader.read(path)
    assert [(f.code, f.place.row, f.place.column, f.found) for f in reading.findings if f.code == "C11"] == [
        ("C11", 3, "B", "#REF!")
    ]
    assert reading.payments["amount_fen"].isna().tolist() == [True, False]


def test_every_formula_without_a_result_is_known_not_the_first_alone():
    made, book = io.BytesIO(), openpyxl.Workbook()
    for row in range(1, 9):
        book.active.append([row, f"王{row}", "=960*1" if row % 2 else 960])
    book.save(made)
    (grid,) = read_workbook(made.getvalue(), ".xlsx").grids
    assert grid.uncalculated == {(row, 3) for row in (1, 3, 5, 7)}
