"""Layouts answered once: known again anywhere, each answer removes its question and gives the exact payments."""

import json
import zipfile

import openpyxl
import pytest
from click.testing import CliRunner

from village_notice.cli import main
from village_notice.domain.money import format_fen
from village_notice.errors import SettingsError, UsageError
from village_notice.sources.layout_answers import answer_layout, write_answers
from village_notice.sources.layout_explained import explain_file, show_layout
from village_notice.sources.layout_file import parse_layout, read_layouts
from village_notice.sources.layout_page import format_page
from village_notice.sources.layouts import find_fingerprint
from village_notice.sources.payments import ReadOptions, load_lookups, read_file

HEADINGS = ["序号", "姓名", "村", "补贴金额", "补助金额"]
PEOPLE = [[1, "甲一", "东岚村", 120, 118], [2, "乙二", "西岚村", 180, 177]]
TITLE = "望岚镇2023年耕地地力保护补贴发放表"
NAME = "望岚镇2023年耕地地力保护补贴.xlsx"


@pytest.fixture
def desk(tmp_path, pytestconfig):
    """An office and an inbox: `put` writes a sheet, `read` gives (payments, codes), `answer` writes answers."""
    return Desk(tmp_path, pytestconfig.rootpath / "tests" / "golden" / "register.csv")


class Desk:
    def __init__(self, folder, register):
        self.home, self.inbox, self.register = folder / "办公", folder / "收件箱", register
        self.home.mkdir()
        (self.home / "office.toml").write_text("", encoding="utf-8")

    def options(self, year=2023):
        return ReadOptions(year, home=self.home, register=self.register)

    def put(self, name, rows, *, right=0, formats=None):
        book = openpyxl.Workbook()
        for row in rows:
            book.active.append([None] * right + row)
        for cell, code in (formats or {}).items():
            book.active[cell].number_format = code
        path = self.inbox / name
        path.parent.mkdir(parents=True, exist_ok=True)
        book.save(path)
        return path

    def read(self, path, year=2023):
        reading = read_file(path, path.relative_to(self.inbox).as_posix(), self.options(year))
        payments = [
            (p["column"], p["name"], format_fen(int(p["amount_fen"]))) for p in reading.payments.to_dict("records")
        ]
        return payments, {f.code for f in reading.findings} - {"H03", "H06", "F12"}

    def page(self, path):
        return explain_file(path, path.relative_to(self.inbox).as_posix(), self.options())

    def answer(self, path, *settings, sheet=""):
        write_answers(self.page(path), self.options(), settings, sheet)
        return self.page(path)

    def file(self):
        (path,) = (self.home / "layouts").glob("*.toml")
        return path


def test_fingerprint_is_that_of_the_headings():
    plain = find_fingerprint(HEADINGS)
    assert find_fingerprint(["", *HEADINGS[:2], "", *HEADINGS[2:]]) == plain
    assert find_fingerprint(["序 号", "姓名*", "村", "2024年补贴金额（元）", "补助金额"]) == plain
    assert find_fingerprint([*HEADINGS[:3], "补助金额", "补贴金额"]) != plain
    assert find_fingerprint([*HEADINGS[:4], "补助金额（万元）"]) != plain


def test_rival_amounts_are_asked_once(desk):
    path = desk.put(NAME, [[TITLE], HEADINGS, *PEOPLE])
    assert desk.read(path)[1] == {"H09"}
    page = desk.answer(path, "金额=E")
    assert desk.read(path) == ([("E", "甲一", "118.00"), ("E", "乙二", "177.00")], set())
    assert "金额（您的答复）" in format_page(page)
    assert "？" not in format_page(page)


def test_answer_serves_other_files_years_and_places(desk):
    desk.answer(desk.put(NAME, [[TITLE], HEADINGS, *PEOPLE]), "金额=E")
    rows = [["望岚镇2024年种粮补贴"], ["说明：无"], [], HEADINGS, [1, "丙三", "东岚村", 90, 88.5]]
    moved = desk.put("农业局/2024年种粮补贴.xlsx", rows, right=2)
    assert desk.read(moved, 2024) == ([("G", "丙三", "88.50")], set())


def test_heading_text_answers_too_and_another_layout_is_asked(desk):
    path = desk.put(NAME, [[TITLE], HEADINGS, *PEOPLE])
    desk.answer(path, "金额=补贴金额")
    assert desk.read(path)[0] == [("D", "甲一", "120.00"), ("D", "乙二", "180.00")]
    other = desk.put("二.xlsx", [[TITLE], [*HEADINGS, "备注"], *([*p, "无"] for p in PEOPLE)])
    assert desk.read(other)[1] == {"H09"}


def test_paid_or_planned(desk):
    def rows(title):
        return [[title], ["姓名", "村", "补贴金额"], ["甲一", "东岚村", 120]]

    path = desk.put("表.xlsx", rows("望岚镇2023年耕地地力保护补贴审核表"))
    assert desk.read(path)[1] == {"H02"}
    desk.answer(path, "已发=是")
    assert desk.read(path) == ([("C", "甲一", "120.00")], set())
    later = desk.put("另.xlsx", rows("2024年耕地地力补贴拟发放表"))
    assert "H02" not in desk.read(later, 2024)[1]
    other = desk.put("三.xlsx", rows("望岚镇2023年农机购置补贴审核表"))
    assert desk.read(other)[1] == {"H02"}, "the same headings for another programme are another question"
    desk.answer(other, "已发=否")
    assert desk.read(other) == ([], {"F08"})
    assert desk.read(path)[0] == [("C", "甲一", "120.00")]
    assert len(list((desk.home / "layouts").iterdir())) == 2


def test_answer_about_payment_can_be_for_every_list_of_the_layout(desk):
    headings = ["姓名", "村", "补贴金额"]
    path = desk.put("表.xlsx", [["望岚镇2023年耕地地力保护补贴审核表"], headings, ["甲一", "东岚村", 120]])
    desk.answer(path, "已发=是")
    file = desk.file()
    lines = file.read_text(encoding="utf-8").splitlines()
    file.write_text("\n".join(line for line in lines if not line.startswith("只用于")), encoding="utf-8")
    other = desk.put("三.xlsx", [["望岚镇2023年农机购置补贴审核表"], headings, ["乙二", "东岚村", 50]])
    assert desk.read(other) == ([("C", "乙二", "50.00")], set())


def test_unit_is_answered_where_it_is_open_and_never_against_the_sheet(desk):
    def rows(unit):
        return [[TITLE, unit], ["姓名", "村", "面积", "标准", "金额"], ["甲一", "东岚村", 2, 60, 120]]

    path = desk.put(NAME, rows("单位：万元"))
    assert desk.read(path)[1] == {"H04"}
    desk.answer(path, "单位=元")
    assert desk.read(path) == ([("E", "甲一", "120.00")], set())
    real = [[TITLE, "单位：万元"], ["姓名", "村", "面积", "标准", "金额"], ["甲一", "东岚村", 2, 60, 0.012]]
    payments, codes = desk.read(desk.put("二.xlsx", real))
    assert (payments, codes) == ([("E", "甲一", "120.00")], {"H04"})


def test_unit_of_a_sheet_that_names_none(desk):
    path = desk.put(NAME, [[TITLE], ["姓名", "村", "金额"], ["甲一", "东岚村", 0.012]])
    desk.answer(path, "单位=万元")
    assert desk.read(path) == ([("C", "甲一", "120.00")], set())
    yuan = desk.put("二.xlsx", [[TITLE], ["姓名", "村", "金额（元）"], ["甲一", "东岚村", 120]])
    assert desk.read(yuan) == ([("C", "甲一", "120.00")], {"H04"})


def test_programme(desk):
    rows = [["姓名", "村", "金额"], ["甲一", "东岚村", 120]]
    path = desk.put("望岚镇/到户2023.xlsx", rows)
    assert desk.read(path)[1] == {"H07"}
    desk.answer(path, "项目=耕地地力保护补贴")
    assert desk.read(path) == ([("C", "甲一", "120.00")], set())
    assert desk.read(desk.put("望岚镇/到户2024.xlsx", rows), 2024)[1] == set()
    assert desk.read(desk.put("望岚镇/残联.xlsx", rows))[1] == {"H07"}
    named = desk.put("望岚镇/到户.xlsx", [["2023年农机购置补贴"], *rows])
    reading = read_file(named, "望岚镇/到户.xlsx", desk.options())
    assert "农机" in reading.payments["programme"].tolist()[0], "what the sheet says itself stands"


def test_no_amount_column_known(desk, make):
    people = [["甲一", make.id(1), "东岚村", 120], ["乙二", make.id(2), "西岚村", 180]]
    path = desk.put(NAME, [[TITLE], ["姓名", "身份证号", "村", "本次"], *people])
    assert desk.read(path) == ([], {"H01"})
    page = desk.page(path)
    assert '金额列 = "D"    # 本次' in format_page(page)
    desk.answer(path, "金额=本次")
    assert desk.read(path) == ([("D", "甲一", "120.00"), ("D", "乙二", "180.00")], set())


def test_headings_nobody_knows(desk, make):
    people = [["甲一", make.id(1), "东岚村", 120], ["乙二", make.id(2), "西岚村", 180]]
    path = desk.put(NAME, [[TITLE], ["谁", "证", "哪里", "数"], *people])
    assert desk.read(path)[0] == []
    desk.answer(path, "金额=D", "姓名=谁", "村=C", "身份证号=B")
    assert desk.read(path) == ([("D", "甲一", "120.00"), ("D", "乙二", "180.00")], set())


def test_no_headings_at_all(desk, make):
    rows = [["甲一", make.id(1), "东岚村", 2, 120, 60], ["乙二", make.id(2), "西岚村", 3, 180, 60]]
    path = desk.put(NAME, rows)
    assert desk.read(path)[1] == {"H09"}
    desk.answer(path, "金额=E")
    assert desk.read(path) == ([("E", "甲一", "120.00"), ("E", "乙二", "180.00")], set())
    wider = desk.put("二.xlsx", [[*r[:4], 5, *r[4:]] for r in rows])
    assert "H09" in desk.read(wider)[1]


def test_skipped_and_told(desk):
    path = desk.put(NAME, [[TITLE], HEADINGS, *PEOPLE])
    desk.answer(path, "跳过=是")
    reading = read_file(path, NAME, desk.options())
    assert (len(reading.payments), reading.sheets[0].outcome) == (0, "skipped")
    assert [(f.code, "跳过 = true" in f.found) for f in reading.findings] == [("F08", True)]
    assert [s.kind for s in reading.set_aside] == ["skipped"]


def test_tables_beside_each_other_share_one_answer(desk):
    left, right = PEOPLE
    path = desk.put(NAME, [[TITLE], [*HEADINGS, None, *HEADINGS], [*left, None, *right]])
    assert desk.read(path)[1] == {"H09"}
    desk.answer(path, "金额=E")
    assert desk.read(path) == ([("E", "甲一", "118.00"), ("K", "乙二", "177.00")], set())


def test_written_file_is_filled_in_by_hand(desk):
    path = desk.put(NAME, [[TITLE], HEADINGS, *PEOPLE])
    desk.answer(path)
    file = desk.file()
    text = file.read_text(encoding="utf-8")
    assert desk.read(path)[1] == {"H09"}, "what is commented out answers nothing"
    file.write_bytes(text.replace('# 金额列 = "D"', '金额列 = "D"', 1).encode("gb18030"))
    assert desk.read(path) == ([("D", "甲一", "120.00"), ("D", "乙二", "180.00")], set())
    before = file.read_bytes()
    desk.answer(path)
    assert file.read_bytes() == before, "a file that is there is left alone"


def test_two_columns_paid_both(desk):
    headings = ["村", "姓名", "补贴金额", "补发金额"]
    path = desk.put(NAME, [[TITLE], headings, ["东岚村", "丙三", 120, 20], ["西岚村", "丁四", 90, None]])
    assert desk.read(path)[1] == {"H09"}
    desk.answer(path, "金额=C,D")
    payments, codes = desk.read(path)
    assert payments == [("C", "丙三", "120.00"), ("D", "丙三", "20.00"), ("C", "丁四", "90.00")]
    assert codes == set()


def test_one_of_two_tables_is_skipped(desk):
    other = ["姓名", "村", "面积", "补贴金额"]
    rows = [[TITLE], HEADINGS[:4], *(p[:4] for p in PEOPLE), ["作废的名单"], other, ["丙三", "东岚村", 1, 60]]
    path = desk.put(NAME, rows)
    assert len(desk.read(path)[0]) == 3
    page = desk.page(path)
    page.sheets[0].tables = page.sheets[0].tables[1:]
    write_answers(page, desk.options(), ["跳过=是"], "Sheet")
    payments, codes = desk.read(path)
    assert payments == [("D", "甲一", "120.00"), ("D", "乙二", "180.00")]
    assert codes == {"F08"}


def test_columns_put_right(desk):
    headings = ["姓名", "村", "备注", "补贴金额"]
    path = desk.put(NAME, [[TITLE], headings, ["某户", "东岚村", "甲一", 120]])
    desk.answer(path, "姓名=备注")
    assert desk.read(path) == ([("D", "甲一", "120.00")], set())


def test_number_format_in_doubt(desk):
    rows = [[TITLE], ["姓名", "村", "补贴金额"], ["甲一", "东岚村", 1200]]
    path = desk.put(NAME, rows, formats={"C3": '0.00,"万"'})
    assert desk.read(path)[1] == {"H04"}
    desk.answer(path, "单位=元")
    assert desk.read(path) == ([("C", "甲一", "1200.00")], set())


HEAD = '表头 = ["A 姓名", "B 村", "D 金额", "E 金额"]\n'


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('金额列 = "Z"', ("第 2 行", "金额列", '"Z"', "A 姓名、B 村、D 金额、E 金额")),
        ('金额列 = "金额"', ("第 2 行", "请写列号")),
        ('金额 = "D"', ("第 2 行", "“金额”不是可用的键", "金额列")),
        ('单位 = "千元"', ("第 2 行", "单位", '"元" 或 "万元"')),
        ('已实际发放 = "对"', ("第 2 行", "已实际发放", "true")),
        ("金额列 = G", ("第 2 行", "英文引号")),
        ('项目 = "没有这个项目"', ("第 2 行", "项目", "subsidies.csv")),
        ("只用于 = 3", ("第 2 行", "只用于", "列表")),
    ],
)
def test_wrong_answers_are_told(desk, line, words):
    (desk.home / "layouts").mkdir()
    (desk.home / "layouts" / "甲.toml").write_text(HEAD + line + "\n", encoding="utf-8")
    with pytest.raises(SettingsError) as error:
        load_lookups(desk.options())
    assert all(w in str(error.value) for w in ("甲.toml", *words)), str(error.value)


def test_headings_line_is_needed(tmp_path):
    with pytest.raises(SettingsError, match="表头"):
        parse_layout('金额列 = "D"\n', tmp_path / "甲.toml")


def test_wrong_setting_writes_nothing(desk):
    path = desk.put(NAME, [[TITLE], HEADINGS, *PEOPLE])
    for setting, error in (("金额=Q", SettingsError), ("单位=千元", SettingsError), ("颜色=红", UsageError)):
        with pytest.raises(error):
            desk.answer(path, setting)
    assert not (desk.home / "layouts").exists()
    assert read_layouts(desk.home, load_lookups(desk.options())[1].subsidies).layouts == ()


def test_command(desk):
    path = desk.put(NAME, [[TITLE], HEADINGS, *PEOPLE])
    common = ["--home", str(desk.home), "--register", str(desk.register), "--year", "2023"]
    shown = CliRunner().invoke(main, ["layout", str(path), *common])
    assert shown.exit_code == 0
    assert "补助金额 → 可能是金额" in shown.output
    assert '金额列 = "E"' in shown.output
    told = CliRunner().invoke(main, ["layout", str(path), *common, "--set", "金额=E", "--json"])
    (sheet,) = json.loads(told.output)["sheets"]
    assert (sheet["payments"], sheet["amount"], sheet["tables"][0]["questions"]) == (2, "295.00", [])
    wrong = CliRunner().invoke(main, ["layout", str(path), *common, "--set", "金额=Z"])
    assert wrong.exit_code == 5


def test_layout_of_a_zip_shows_its_workbooks_and_answers_them(desk):
    one = desk.put(NAME, [[TITLE], HEADINGS, *PEOPLE])
    other = desk.put("名单.xlsx", [["姓名", "村", "补贴金额"], ["甲一", "东岚村", 5]])
    path = desk.inbox / "望岚镇.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for file in (one, other):
            archive.write(file, file.name)
        archive.writestr("坏的.xlsx", b"PK\x03\x04")
    page = answer_layout(path, desk.options(), (), "", write=False)
    assert [s.sheet for s in page.sheets] == ["名单.xlsx：Sheet", f"{NAME}：Sheet"]
    assert any("坏的.xlsx" in f["说明"] for f in page.findings)
    assert "？哪一列是实际发到卡上的金额？" in format_page(page)
    page = answer_layout(path, desk.options(), ("金额=E",), f"{NAME}：Sheet", write=True)
    assert desk.read(one) == ([("E", "甲一", "118.00"), ("E", "乙二", "177.00")], set())
    assert [s.sheet for s in show_layout(path / NAME, desk.options()).sheets] == ["Sheet"]
    with pytest.raises(UsageError, match=r"里面有：.*名单"):
        show_layout(path / "没有.xlsx", desk.options())


def test_page_of_a_turned_sheet_names_rows(desk):
    rows = [
        [TITLE],
        ["姓名", "甲一", "乙二"],
        ["村", "东岚村", "西岚村"],
        ["补贴金额", 120, 180],
        ["补助金额", 118, 177],
    ]
    page = format_page(desk.page(desk.put(NAME, rows)))
    assert "表格是横着的，一列一个人：第 2–5 行，名目在 A 列，人在 B–C 列" in page
    assert "第 4 行  补贴金额 → 可能是金额（把握 100%）  如 120" in page
    assert '金额列 = "D"    # 补贴金额（第 4 行）' in page


def test_page_tells_what_is_set_aside_and_how_to_answer_at_once(desk):
    rows = [[TITLE], HEADINGS, *PEOPLE, ["合计", None, None, 300, 295], ["制表人：丙三"]]
    page = format_page(desk.page(desk.put(NAME, rows)))
    assert "表格在第 2–6 行、A–E 列，表头：第 2 行" in page
    assert "合计行 1 处：第 5 行“合计”" in page
    assert "说明行 1 处：第 6 行“制表人：丙三”" in page
    assert "--home 办公 --set 金额=D" in page
    assert "姓名（把握 90%）  如 甲一" in page


def test_page_never_shows_private_numbers(desk):
    rows = [
        [TITLE],
        ["姓名", "村", "身份证号", "甲栏", "补贴金额"],
        ["甲一", "东岚村", "379999196001010017", "13800000000", 1],
    ]
    page = format_page(desk.page(desk.put(NAME, rows)))
    assert "379999" not in page
    assert "138" not in page


def test_page_shows_the_first_of_many_tables_alike(desk):
    rows = []
    for village in ("东岚村", "西岚村", "柳沟村", "石桥村", "九里村"):
        rows += [[f"{village}2023年耕地地力保护补贴发放表"], ["姓名", "补贴金额（元）"], ["甲一", 120], []]
    page = format_page(desk.page(desk.put(NAME, rows)))
    assert page.count("表头：第") == 3
    assert "另有 2 张同样表头的表" in page
