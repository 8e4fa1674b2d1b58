import csv
import io

import openpyxl


def read_csv(package, name="明细.csv"):
    data = package[f"data/{name}"]
    assert data.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def read_sheets(package, name="明细.xlsx"):
    return openpyxl.load_workbook(io.BytesIO(package[f"data/{name}"]))


def test_amounts_of_the_csv_add_up_to_the_public_total(package, village):
    fen = sum(int(row["金额（元）"].replace(".", "")) for row in read_csv(package))
    assert fen == village.public_fen


def test_tiers_as_printed(package):
    rows = read_csv(package)
    by_programme = {row["补贴项目"]: [r for r in rows if r["补贴项目"] == row["补贴项目"]] for row in rows}
    land, allowance = by_programme["耕地地力保护补贴"][0], by_programme["高龄津贴"][0]
    assert (land["数量"], land["单位"], land["标准（元）"]) == ("3.25", "亩", "120")
    assert (allowance["数量"], allowance["单位"], allowance["标准（元）"]) == ("", "", "")
    assert [r["姓名"] for r in by_programme["民政救助类项目"]] == ["孙*", "周*", "吴*"]
    assert {r["村民小组"] for r in by_programme["民政救助类项目"]} == {""}
    assert [r["姓名"] for r in by_programme["其他依法不公开姓名的项目"]] == ["（只公开合计，5人）"]


def test_rare_characters_survive(package):
    names = [row["姓名"] for row in read_csv(package)]
    assert {"张𬎆", "刘䶮", "阿布都·热合曼"} <= set(names)


def test_no_name_is_run_as_a_formula(make_village, make_package, someone):
    package = make_package(make_village([someone("=1+1"), someone("@SUM(A1)"), someone("-王")]))
    assert [row["姓名"] for row in read_csv(package)][:3] == ["'=1+1", "'@SUM(A1)", "'-王"]
    cells = [cell for sheet in read_sheets(package) for row in sheet.iter_rows() for cell in row]
    assert not [cell.coordinate for cell in cells if cell.data_type == "f"]


def test_workbook_holds_the_same(package, village):
    book = read_sheets(package)
    assert book.sheetnames == ["汇总", "明细", "一户一行"]
    for name in ("汇总", "明细"):
        column = [cell.value for cell in book[name][2]].index("金额（元）")
        amounts = [row[column] for row in book[name].iter_rows(min_row=3, values_only=True)]
        assert round(sum(a for a in amounts if isinstance(a, int | float)) * 100) == village.public_fen
    names = [row[2] for row in book["一户一行"].iter_rows(min_row=3, values_only=True)]
    assert "欧阳春花" in names
    assert "孙*" not in names
