"""From the wrong sheet to the right sum: the annotated copy, corrected and put back into the inbox."""

import io
import json
import shutil
import zipfile

import openpyxl
import pytest
import xlwt
from click.testing import CliRunner
from msoffcrypto.format.ooxml import OOXMLFile
from openpyxl.styles import Font

from village_notice.cli import main
from village_notice.copies import choose_files
from village_notice.domain.annotation import FRONT_SHEET
from village_notice.domain.finding import Finding, Place
from village_notice.domain.identity import id_check_digit
from village_notice.sources.discover import InputFile

pytestmark = pytest.mark.usefixtures("warm_readers")
ROWS = [
    ["2022年羊郡镇耕地地力保护补贴发放明细表"],
    ["序号", "村名", "姓名", "身份证号", "实发金额（元）", "发放日期", "状态"],
]
PEOPLE = [("王甲", 600), ("王乙", "见备注"), ("王丙", 500)]


def make_id(serial):
    first = f"37999919650101{serial:03d}"
    return first + id_check_digit(first)


def rows():
    return ROWS + [
        [n, "桥头村", name, make_id(n), fen, "2022-06-30", "成功"] for n, (name, fen) in enumerate(PEOPLE, 1)
    ]


def write_xlsx(path):
    book = openpyxl.Workbook()
    book.active.title = "明细"
    for row in rows():
        book.active.append(row)
    book.save(path)


def write_xls(path):
    book = xlwt.Workbook()
    sheet = book.add_sheet("明细")
    for r, row in enumerate(rows()):
        for c, value in enumerate(row):
            sheet.write(r, c, value)
    book.save(str(path))


def write_csv(path):
    path.write_text("\n".join(",".join(map(str, row)) for row in rows()), encoding="gb18030")


WRITERS = {"地力.xlsx": write_xlsx, "地力.xls": write_xls, "地力.csv": write_csv}


@pytest.fixture
def run(tmp_path):
    """Runs a check on the inbox and gives its figures; the office is beside it."""
    (tmp_path / "收件箱").mkdir()
    CliRunner().invoke(main, ["init", str(tmp_path / "办公")])

    def run(*more):
        words = ("check", tmp_path / "收件箱", "--year", 2022, "--out", tmp_path / "结果", "--home", tmp_path / "办公")
        result = CliRunner().invoke(main, [str(w) for w in (*words, "--quiet", "--json", "--workers", 1, *more)])
        assert not result.exception or isinstance(result.exception, SystemExit), result.exception
        return json.loads(result.stdout)

    return run


def find_copy(tmp_path):
    return tmp_path / "结果/内部资料_不得外传/核对/地力_核对.xlsx"


def correct(copy, place, amount=700):
    """Puts the amount right in a copy and saves it elsewhere, as a clerk does."""
    book = openpyxl.load_workbook(copy)
    sheet = book.worksheets[1]
    assert sheet["E4"].value == "见备注" and "C01" in sheet["E4"].comment.text
    sheet["E4"].value = amount
    book.save(place)


def list_changes(tmp_path):
    book = openpyxl.load_workbook(tmp_path / "结果/内部资料_不得外传/问题清单.xlsx")
    return [row for row in list(book["更正了哪些"].values)[2:] if row[1]]


@pytest.mark.parametrize("name", WRITERS)
def test_correct_the_copy_put_it_beside_then_instead(tmp_path, run, name):
    inbox = tmp_path / "收件箱"
    WRITERS[name](inbox / name)
    first = run()
    assert (first["accepted"]["fen"], first["held"]["rows"]) == (110_000, 1)
    correct(find_copy(tmp_path), inbox / "地力_核对.xlsx")
    before = (inbox / name).read_bytes()
    beside = run()
    assert beside["accepted"] == {"rows": 3, "fen": 180_000}
    assert beside["held"]["rows"] == 0 and beside["findings"]["F17"] == 1 and beside["exit_code"] == 0
    assert (inbox / name).read_bytes() == before
    sheet = "Sheet1" if name.endswith(".csv") else "明细"
    assert list_changes(tmp_path) == [("地力_核对.xlsx", sheet, "E4", "见备注", "700")]
    (inbox / name).unlink()
    instead = run()
    assert instead["accepted"] == beside["accepted"]
    assert not {"F13", "F17"} & set(instead["findings"])
    assert list_changes(tmp_path) == [("地力_核对.xlsx", sheet, "E4", "见备注", "700")]


def test_a_waiver_follows_its_file_to_the_corrected_copy_and_to_a_new_name(tmp_path, run):
    inbox, home = tmp_path / "收件箱", tmp_path / "办公"
    write_xlsx(inbox / "地力.xlsx")
    book = openpyxl.load_workbook(inbox / "地力.xlsx")
    book["明细"]["A1"] = "2022年羊郡镇耕地地力保护补贴拟发放明细表"
    book.save(inbox / "地力.xlsx")
    head = "规则,文件,工作表,行,理由,经手人,日期\n"
    (home / "waivers.csv").write_text(head + "H02,地力.xlsx,,,已到账,王五,2022-12-01\n", encoding="utf-8")
    first = run()
    assert (first["waived"], first["accepted"]["rows"], first["held"]["rows"]) == (1, 2, 1)
    correct(find_copy(tmp_path), inbox / "改好的.xlsx")
    assert (run()["waived"], run()["accepted"]["rows"]) == (1, 3)
    (inbox / "地力.xlsx").unlink()
    instead = run()
    assert (instead["waived"], instead["accepted"]["rows"], instead["findings"].get("F19")) == (1, 3, None)
    (inbox / "改好的.xlsx").rename(inbox / "又一个名字.xlsx")
    assert (run()["waived"], run()["accepted"]["rows"]) == (1, 3)
    (home / "waivers.csv").write_text(head + "H02,另一个.xlsx,,,已到账,王五,2022-12-01\n", encoding="utf-8")
    other = run()
    assert (other["waived"], other["accepted"]["rows"], other["findings"]["F19"]) == (0, 0, 1)


def test_one_source_corrected_twice_asks(tmp_path, run):
    inbox = tmp_path / "收件箱"
    write_xlsx(inbox / "地力.xlsx")
    run()
    copy = find_copy(tmp_path)
    correct(copy, inbox / "张改.xlsx", 700)
    correct(copy, inbox / "李改.xlsx", 800)
    told = run()
    assert told["findings"]["F18"] == 2 and told["exit_code"] == 3
    assert told["accepted"]["rows"] == 0 and told["held"]["rows"] == 6
    (inbox / "李改.xlsx").unlink()
    assert run("--copies", "none")["accepted"]["fen"] == 180_000


def test_the_copy_of_a_copy_goes_on_from_it(tmp_path, run):
    inbox = tmp_path / "收件箱"
    write_xlsx(inbox / "地力.xlsx")
    run()
    correct(find_copy(tmp_path), inbox / "第一次.xlsx", "仍见备注")
    assert run()["held"]["rows"] == 1
    copy = tmp_path / "结果/内部资料_不得外传/核对/第一次_核对.xlsx"
    book = openpyxl.load_workbook(copy)
    assert book.sheetnames == [FRONT_SHEET, "明细"]
    book["明细"]["E4"].value = 700
    book.save(inbox / "第二次.xlsx")
    last = run("--copies", "none")
    assert last["accepted"] == {"rows": 3, "fen": 180_000} and last["findings"]["F17"] == 2
    assert not find_copy(tmp_path).exists()


def test_a_path_too_long_for_windows_is_shortened(tmp_path, run):
    folder = tmp_path / "收件箱" / "很长的文件夹名" / ("长" * 30)
    folder.mkdir(parents=True)
    write_xlsx(folder / f"{'地力补贴' * 8}.xlsx")
    told = run()
    assert told["held"]["rows"] == 1
    (copy,) = (tmp_path / "结果/内部资料_不得外传/核对").rglob("*.xlsx")
    assert copy.name.endswith("_核对.xlsx") and len(str(copy)) <= 240


def test_which_files_get_a_copy(tmp_path, run):
    inbox = tmp_path / "收件箱"
    write_xlsx(inbox / "地力.xlsx")
    (inbox / "坏的.xlsx").write_bytes((inbox / "地力.xlsx").read_bytes()[:900])
    shutil.copy(inbox / "地力.xlsx", inbox / "又一份.xlsx")
    run("--copies", "errors")
    folder = tmp_path / "结果/内部资料_不得外传"
    assert sorted(p.name for p in (folder / "核对").iterdir()) == ["又一份_核对.xlsx", "地力_核对.xlsx"]
    listed = list(openpyxl.load_workbook(folder / "问题清单.xlsx")["核对副本"].values)
    assert [row[0] for row in listed[2:5]] == ["又一份.xlsx", "地力.xlsx", "坏的.xlsx"]
    assert "没有做副本" in listed[4][4]
    first = {p.name: p.read_bytes() for p in (folder / "核对").iterdir()}
    run("--copies", "errors")
    assert {p.name: p.read_bytes() for p in (folder / "核对").iterdir()} == first
    run("--copies", "none")
    assert not (folder / "核对").exists() or not list((folder / "核对").iterdir())


BARE = [
    ["序号", "村名", "姓名", "身份证号", "实发金额（元）", "发放日期", "状态"],
    *([n, "桥头村", name, make_id(n), fen, "2022-06-30", "成功"] for n, (name, fen) in enumerate(PEOPLE, 1)),
]
"""Rows that tell neither programme nor township: only the names of file and folder do."""


def lock(data):
    made = io.BytesIO()
    OOXMLFile(io.BytesIO(data)).encrypt("123456", made)
    return made.getvalue()


def make_bare(kind):
    """The bytes of a file that names nothing itself."""
    made = io.BytesIO()
    if kind == "csv":
        return "\n".join(",".join(map(str, row)) for row in BARE).encode("gb18030")
    if kind == "xls":
        book = xlwt.Workbook()
        sheet = book.add_sheet("明细")
        for r, row in enumerate(BARE):
            for c, value in enumerate(row):
                sheet.write(r, c, value)
        book.save(made)
        return made.getvalue()
    book = openpyxl.Workbook()
    book.active.title = "明细"
    for row in BARE:
        book.active.append(row)
    book.save(made)
    return lock(made.getvalue()) if kind == "locked" else made.getvalue()


def test_the_copy_of_a_workbook_with_a_password_keeps_its_formats(tmp_path, run):
    book = openpyxl.load_workbook(io.BytesIO(make_bare("xlsx")))
    book.active["A1"].font = Font(bold=True)
    made = io.BytesIO()
    book.save(made)
    (tmp_path / "收件箱/羊郡镇").mkdir()
    (tmp_path / "收件箱/羊郡镇/2022年高龄津贴.xlsx").write_bytes(lock(made.getvalue()))
    run("--password", "123456")
    (copy,) = (tmp_path / "结果/内部资料_不得外传/核对").rglob("*.xlsx")
    front, sheet = openpyxl.load_workbook(copy).worksheets
    assert sheet["A1"].font.bold and front["A4"].value == "没有保留下来的：打开密码。"


@pytest.mark.parametrize(
    ("kind", "keeps_properties"),
    [("xlsx", True), ("xlsx", False), ("xls", True), ("csv", True), ("locked", True), ("zip", True)],
)
def test_a_renamed_copy_knows_what_its_source_was_called(tmp_path, run, kind, keeps_properties):
    suffix = {"locked": "xlsx", "zip": "xlsx"}.get(kind, kind)
    relative = f"羊郡镇/2022年高龄津贴.{suffix}"
    source = tmp_path / "收件箱" / relative
    if kind == "zip":
        source = tmp_path / "收件箱/民政局.zip"
        with zipfile.ZipFile(source, "w") as package:
            package.writestr(relative, make_bare("xlsx"))
    else:
        source.parent.mkdir()
        source.write_bytes(make_bare(kind))
    words = ("--password", "123456") if kind == "locked" else ()
    first = run(*words)
    assert (first["accepted"]["rows"], first["held"]["rows"]) == (2, 1)
    (copy,) = (tmp_path / "结果/内部资料_不得外传/核对").rglob("*.xlsx")
    book = openpyxl.load_workbook(copy)
    book.worksheets[1]["E3"].value = 700
    if not keeps_properties:
        book.custom_doc_props.props.clear()
    source.unlink()
    book.save(tmp_path / "收件箱/改好的.xlsx")
    last = run(*words)
    assert last["accepted"] == {"rows": 3, "fen": 180_000} and last["held"]["rows"] == 0
    assert not {"F13", "R09", "H07"} & set(last["findings"])
    sheet = "Sheet1" if kind == "csv" else "明细"
    assert list_changes(tmp_path) == [("改好的.xlsx", sheet, "E3", "见备注", "700")]


def test_the_copy_of_a_renamed_copy_still_knows(tmp_path, run):
    inbox = tmp_path / "收件箱"
    (inbox / "羊郡镇").mkdir()
    (inbox / "羊郡镇/2022年高龄津贴.xlsx").write_bytes(make_bare("xlsx"))
    run()
    for name, amount in (("一.xlsx", "仍见备注"), ("二.xlsx", 700)):
        folder = tmp_path / "结果/内部资料_不得外传/核对"
        (copy,) = folder.rglob("*.xlsx")
        book = openpyxl.load_workbook(copy)
        book.worksheets[1]["E3"].value = amount
        for old in inbox.rglob("*.xlsx"):
            old.unlink()
        book.save(inbox / name)
        told = run()
    assert told["accepted"] == {"rows": 3, "fen": 180_000} and told["held"]["rows"] == 0


def test_the_folder_of_the_copy_goes_before_that_of_its_source(tmp_path, run):
    inbox = tmp_path / "收件箱"
    (inbox / "羊郡镇").mkdir()
    (inbox / "羊郡镇/2022年高龄津贴.xlsx").write_bytes(make_bare("xlsx"))
    run()
    (copy,) = (tmp_path / "结果/内部资料_不得外传/核对").rglob("*.xlsx")
    (inbox / "穴坊镇").mkdir()
    shutil.copy(copy, inbox / "穴坊镇/改.xlsx")
    shutil.rmtree(inbox / "羊郡镇")
    assert run()["findings"]["R02"] == 3  # 穴坊镇 has no 桥头村


@pytest.mark.parametrize(
    ("code", "row", "asks"), [("X04", 3, False), ("X02", 3, True), ("H03", 0, False), ("C01", 3, True)]
)
def test_a_warning_that_is_true_of_every_inbox_asks_for_no_copy(tmp_path, code, row, asks):
    file = InputFile(tmp_path / "地力.xlsx", "地力.xlsx", 1)
    found = Finding(code, Place("地力.xlsx", "明细", row, "B" if row else ""))
    assert bool(choose_files([file], [found], "auto")) is asks
    assert choose_files([file], [found], "all")
