"""From run to sealed package and on to the next run, the database of many years, the stick and the handover list."""

import hashlib
import json

import bagit
import openpyxl
import pytest
from click.testing import CliRunner

from village_notice.cli import main
from village_notice.domain.identity import id_check_digit

pytestmark = pytest.mark.usefixtures("warm_readers")
HEADINGS = [
    "序号",
    "村名",
    "户主姓名",
    "身份证号",
    "补贴面积（亩）",
    "补贴标准（元/亩）",
    "实发金额（元）",
    "发放日期",
    "状态",
]
NAMES = ["王建国", "李秀英", "单小雨", "曾庆春"]


def call(*words):
    result = CliRunner().invoke(main, [str(w) for w in words])
    assert not result.exception or isinstance(result.exception, SystemExit), result.exception
    return result


def make_inbox(folder, year=2022, mu=5):
    folder.mkdir(exist_ok=True)
    sheet = (book := openpyxl.Workbook()).active
    sheet.append([f"{year}年羊郡镇耕地地力保护补贴发放明细表"])
    sheet.append(HEADINGS)
    for number, name in enumerate(NAMES, start=1):
        first = f"37999919650101{number:03d}"
        area = mu if number == 1 else 5
        row = [number, "桥头村", name, first + id_check_digit(first), area, 120, area * 120, f"{year}-06-30", "成功"]
        sheet.append(row)
    book.save(folder / "地力.xlsx")
    return folder


def run(inbox, out, year=2022):
    result = call("run", inbox, "--year", year, "--out", out, "--quiet", "--json", "--workers", 1)
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def hashes(folder):
    files = sorted(p for p in folder.rglob("*") if p.is_file())
    return {p.relative_to(folder).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}


@pytest.fixture(scope="module")
def out(tmp_path_factory):
    """A run with evidence put in, sealed, run again, and run with a corrected inbox."""
    base = tmp_path_factory.mktemp("runs")
    folder, package = base / "结果", base / "结果/公开/羊郡镇/桥头村/档案"
    inbox = make_inbox(base / "收件箱")
    run(inbox, folder)
    (base / "a.jpg").write_bytes(b"\xff\xd8\xff invented")
    assert call("archive", "add-evidence", package, base / "a.jpg").exit_code == 0
    again = run(inbox, folder)
    assert again["moved"] == []
    assert (package / "data/张贴证据/张贴照片01.jpg").is_file()
    assert call("archive", "seal", package, "--posted", "2022-12-01").exit_code == 0
    sealed = hashes(package)
    third = run(inbox, folder)
    assert third["moved"] == [] and hashes(package) == sealed
    assert not (package.parent / "档案_第2版").exists()
    assert third["note"] == ""
    fourth = run(make_inbox(base / "收件箱", mu=6), folder)
    assert fourth["moved"] == [] and hashes(package) == sealed
    assert "另做了新版草稿：桥头村（档案_第2版）" in fourth["note"]
    return folder


def test_the_second_version_stands_beside_the_sealed_one(out):
    second = out / "公开/羊郡镇/桥头村/档案_第2版"
    bag = bagit.Bag(str(second))
    assert bag.validate(processes=1)
    assert (bag.info["Status"], bag.info["Previous-Version"]) == ("draft", "档案")
    text = (second / "data/更正说明.txt").read_text(encoding="utf-8-sig")
    assert "2400.00 元，本版 2520.00 元" in text
    assert not (second / "data/张贴证据").exists()  # version 2 is posted anew and needs its own
    result = call("verify", out / "公开")
    assert result.exit_code == 0
    assert "共核对 2 个档案包：完好 2 个" in result.output


def test_figures_put_back_take_the_draft_away_and_leave_the_sealed(out, tmp_path):
    sealed = hashes(out / "公开/羊郡镇/桥头村/档案")
    run(make_inbox(tmp_path / "收件箱", mu=5), out)
    assert not (out / "公开/羊郡镇/桥头村/档案_第2版").exists()
    assert (out / "旧版/公开/羊郡镇/桥头村/档案_第2版/bagit.txt").is_file()
    assert hashes(out / "公开/羊郡镇/桥头村/档案") == sealed
    run(make_inbox(tmp_path / "收件箱", mu=6), out)


def test_a_run_of_another_year_in_the_same_folder(out, tmp_path):
    sealed = hashes(out / "公开/羊郡镇/桥头村/档案")
    run(make_inbox(tmp_path / "收件箱", year=2023), out, 2023)
    assert hashes(out / "公开/羊郡镇/桥头村/档案") == sealed
    assert (out / "公开/羊郡镇/桥头村/档案_2023年/bagit.txt").is_file()
    result = call("query", "王建国", "--db", out / "公开/查询.db", "--years", "all")
    assert "各年对照" in result.output and "2022年(元)" in result.output and "2023年(元)" in result.output


def test_earlier_years_come_back_from_packages(out, tmp_path):
    """A run replaces only its own year; what was imported stays."""
    fresh = tmp_path / "新结果"
    run(make_inbox(tmp_path / "收件箱", year=2024), fresh, 2024)
    package, database = out / "公开/羊郡镇/桥头村/档案", fresh / "公开/查询.db"
    result = call("archive", "import", package, "--db", database)
    assert result.exit_code == 0 and "1 个档案包（2022年），4 人" in result.output
    assert "600.00" in call("query", "王建国", "--db", database, "--year", 2022).output
    before = database.read_bytes()
    assert run(make_inbox(tmp_path / "收件箱", year=2024), fresh, 2024)["moved"] == []
    assert database.read_bytes() == before
    (copy := tmp_path / "坏的/档案").mkdir(parents=True)
    for name, data in ((p.relative_to(package), p.read_bytes()) for p in package.rglob("*") if p.is_file()):
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        (copy / name).write_bytes(data)
    (copy / "data/明细.csv").write_bytes(b"x")
    result = call("archive", "import", copy, "--db", database)
    assert result.exit_code == 7 and "什么也没有读入" in result.output
    assert database.read_bytes() == before


def test_the_newest_version_counts(out, tmp_path):
    database = tmp_path / "查询.db"
    village = out / "公开/羊郡镇/桥头村"
    assert "2 个档案包" not in call("archive", "import", village / "档案", village / "档案", "--db", database).output
    run_packages = [f for f in sorted(village.glob("档案*")) if "2023" not in f.name]
    call("archive", "import", *run_packages, "--db", database)
    shown = call("query", "王建国", "--db", database).output
    assert ("720.00" if len(run_packages) == 2 else "600.00") in shown


def test_handover_list(out, tmp_path):
    result = call("archive", "handover", out / "公开/羊郡镇/桥头村", "--out", tmp_path / "移交清单.xlsx")
    assert result.exit_code == 0
    rows = list(openpyxl.load_workbook(tmp_path / "移交清单.xlsx").active.iter_rows(values_only=True))
    assert rows[1][:6] == ("序号", "乡镇", "村", "年度", "版次", "状态")
    assert rows[2][1:6] == ("羊郡镇", "桥头村", "2022", "第1版", "已封存")
    assert rows[2][10] == "完好"
    assert any("移交人" in str(row[0]) for row in rows)


def test_to_a_stick_and_verified_there(out, tmp_path):
    stick = tmp_path / "U盘"
    stick.mkdir()
    result = call("export-usb", stick, "--from", out, "--village", "桥头")
    assert result.exit_code == 0, result.output
    assert "已从 U 盘读回核对" in result.output
    assert hashes(stick / "羊郡镇/桥头村") == hashes(out / "公开/羊郡镇/桥头村")
    again = json.loads(call("export-usb", stick, "--from", out, "--township", "羊郡镇", "--json").stdout)
    assert again["copied"] == 0 and again["is_intact"]
