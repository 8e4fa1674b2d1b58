"""The ledger as a run fills it and as `village-notice ledger` shows it."""

import json

import openpyxl
import pytest
from click.testing import CliRunner

from village_notice.cli import main

from .conftest import make_id

pytestmark = pytest.mark.usefixtures("warm_readers")
HEADINGS = ["序号", "村名", "姓名", "身份证号", "实发金额（元）", "发放日期", "状态"]


@pytest.fixture
def office(tmp_path):
    """A folder with an inbox of two files and an office."""
    (tmp_path / "收件箱").mkdir()
    write(tmp_path / "收件箱/地力.xlsx", "耕地地力保护补贴", range(1, 4))
    write(tmp_path / "收件箱/高龄.xlsx", "高龄津贴", range(4, 6))
    call("init", tmp_path / "办公")
    return tmp_path


def write(path, programme, numbers, fen=600):
    book = openpyxl.Workbook()
    book.active.append([f"2022年羊郡镇{programme}发放明细表"])
    book.active.append(HEADINGS)
    for n in numbers:
        name = f"王{'甲乙丙丁戊己庚辛壬癸'[n % 10]}"
        book.active.append([n, "桥头村", name, make_id(n), fen, "2022-06-30", "成功"])
    book.save(path)


def call(*words):
    result = CliRunner().invoke(main, [str(w) for w in words])
    assert not result.exception or isinstance(result.exception, SystemExit), result.exception
    return result


def run(office, *more):
    folders = (office / "收件箱", "--out", office / "结果", "--home", office / "办公")
    result = call("check", *folders, "--year", 2022, "--quiet", "--json", *more)
    return json.loads(result.stdout)


def test_a_run_fills_it_once_and_the_commands_show_it(office):
    first = run(office)
    assert first["accepted"] == {"rows": 5, "fen": 300_000}
    assert run(office) == first
    report = openpyxl.load_workbook(office / "结果/内部资料_不得外传/问题清单.xlsx")
    empty = [row[3] for row in report["逐条问题"].values if row[0] == "N07"]
    assert "羊郡镇滩港村" in empty and "羊郡镇桥头村" not in empty
    files = json.loads(call("ledger", "files", "--home", office / "办公", "--json").stdout)
    assert [(f["file"], f["payments"], f["fen"], f["is_current"]) for f in files] == [
        ("地力.xlsx", 3, 180_000, True), ("高龄.xlsx", 2, 120_000, True)
    ]  # fmt: skip
    assert "地力.xlsx" in call("ledger", "files", "--home", office / "办公").output
    shown = call("ledger", "payment", "王乙", "--home", office / "办公")
    assert "600.00 元" in shown.output and make_id(1) not in shown.output
    assert "没有这样的款项" in call("ledger", "payment", "赵钱", "--home", office / "办公").output
    assert call("ledger", "changes", "--home", office / "办公").exit_code == 2
    assert call("ledger", "payment", "--home", office / "办公").exit_code == 2
    assert call("ledger", "files", "--home", office / "没有").exit_code == 2


def test_a_file_gone_is_told_and_never_added(office):
    run(office)
    (office / "收件箱/高龄.xlsx").unlink()
    again = run(office)
    assert again["findings"]["F13"] == 1
    assert again["accepted"] == {"rows": 3, "fen": 180_000}
    changes = call("ledger", "changes", "--home", office / "办公")
    told = json.loads(call("ledger", "changes", "--home", office / "办公", "--json").stdout)
    assert (told["gone"], told["new"], told["changed"]) == (["高龄.xlsx"], [], [])
    assert "没有了的文件 1 个：\n  高龄.xlsx" in changes.output and "村名册" not in changes.output
    assert "高龄.xlsx" in changes.output and "300,000" not in changes.output and "3,000.00" in changes.output
    assert call("ledger", "changes", "--from", 7, "--home", office / "办公").exit_code == 2


def test_a_file_gone_is_told_once(office):
    run(office)
    (office / "收件箱/高龄.xlsx").unlink()
    run(office)
    write(office / "收件箱/地力.xlsx", "耕地地力保护补贴", [1, 2])
    run(office)
    told = json.loads(call("ledger", "changes", "--home", office / "办公", "--json").stdout)
    assert (told["gone"], told["new"], told["changed"]) == ([], [], ["地力.xlsx"])


@pytest.mark.parametrize("keeps_source", [True, False])
def test_a_corrected_copy_is_told_as_the_correction_of_its_source(office, keeps_source):
    write(office / "收件箱/地力.xlsx", "耕地地力保护补贴", [1, 2], fen="见备注")
    run(office)
    book = openpyxl.load_workbook(office / "结果/内部资料_不得外传/核对/地力_核对.xlsx")
    for row in (3, 4):
        book.worksheets[1][f"E{row}"].value = 600
    book.save(office / "收件箱/改好的.xlsx")
    if not keeps_source:
        (office / "收件箱/地力.xlsx").unlink()
    assert run(office)["accepted"]["rows"] == 4
    told = json.loads(call("ledger", "changes", "--home", office / "办公", "--json").stdout)
    assert told["corrected"] == [["地力.xlsx", "改好的.xlsx"]]
    assert told["new"] == told["gone"] == told["changed"] == []
    assert [(c["before"], c["after"]) for c in told["payments"]] == [("金额不明，待核实", "600.00 元，计入")] * 2
    assert "更正的文件 1 个：\n  地力.xlsx → 改好的.xlsx" in call("ledger", "changes", "--home", office / "办公").output


def test_a_correction_moves_no_number(office):
    run(office)
    before = numbers(office)
    write(office / "收件箱/地力.xlsx", "耕地地力保护补贴", [2, 3, 9])
    run(office)
    after = numbers(office)
    assert {name: after[name] for name in ("王丙", "王丁")} == {name: before[name] for name in ("王丙", "王丁")}
    assert after["王癸"] == 6


def told_in_copies(office):
    """Code → severity, as the front sheets of the annotated copies say."""
    copies = (office / "结果/内部资料_不得外传/核对").glob("*.xlsx")
    fronts = [openpyxl.load_workbook(path).worksheets[0] for path in copies]
    return {row[1]: row[0] for front in fronts for row in front.iter_rows(values_only=True) if row[1]}


def numbers(office):
    import csv

    with (office / "结果/内部资料_不得外传/payments.csv").open(encoding="utf-8-sig", newline="") as stream:
        return {line["name"]: int(line["person_no"]) for line in csv.DictReader(stream)}


def test_control_totals_keep_a_draft_until_they_agree_or_are_explained(office):
    control = office / "办公/control.csv"
    control.write_text("补贴项目,乡镇,金额\n耕地地力保护补贴,羊郡镇,1800\n高龄津贴,羊郡镇,1300\n", encoding="utf-8")
    told = run(office)
    assert (told["findings"]["T04"], told["drafts"], told["exit_code"]) == (1, 1, 3)
    report = openpyxl.load_workbook(office / "结果/内部资料_不得外传/问题清单.xlsx")
    rows = list(report["对账"].values)
    assert rows[0][0] == "与财政拨付对账：2 项，其中 1 项不符"
    assert [rows[2][i] for i in (0, 1, 3, 5, 7)] == ["高龄津贴", "羊郡镇", 1300, 1200, 100]
    (office / "办公/waivers.csv").write_text(
        "规则,文件,行,理由,经手人,日期\nT04,control.csv,3,代缴扣款 100 元,李经办,2022-12-20\n", encoding="utf-8"
    )
    explained = run(office)
    assert (explained["drafts"], explained["waived"], explained["exit_code"]) == (0, 1, 0)
    assert "T04" not in explained["findings"]


def test_a_county_switches_rules_down_or_off(office):
    write(office / "收件箱/拟发.xlsx", "高龄津贴拟", range(7, 8))
    told = run(office)
    assert (told["held"]["rows"], told["exit_code"]) == (1, 3) and {"H02", "F12"} & set(told["findings"])
    settings = office / "办公/office.toml"
    settings.write_text('[rules]\nH02 = "提醒"\nN01 = "关闭"\n', encoding="utf-8")
    lowered = run(office, "--copies", "all")
    assert (lowered["held"]["rows"], lowered["accepted"]["rows"], lowered["exit_code"]) == (0, 6, 0)
    assert lowered["findings"]["H02"] == 1 and told_in_copies(office)["H02"] == "提醒"
    assert lowered["findings"]["H02"] == 1 and "N01" not in lowered["findings"] and "N01" in told["findings"]


def test_the_runs_are_listed(office):
    run(office)
    run(office)
    write(office / "收件箱/高龄.xlsx", "高龄津贴", range(4, 6), fen=700)
    run(office)
    listed = json.loads(call("ledger", "runs", "--home", office / "办公", "--json").stdout)
    assert [(r["run"], r["year"], r["files"], r["payments"], r["accepted_fen"]) for r in listed] == [
        (1, 2022, 2, 5, 300_000), (2, 2022, 2, 5, 320_000)
    ]  # fmt: skip
    told = call("ledger", "runs", "--home", office / "办公").output
    assert "第 2 次  2022 年度" in told and "计入 5 笔 3,200.00 元" in told


def test_a_place_is_followed_into_the_corrected_copy(office):
    book = openpyxl.load_workbook(office / "收件箱/地力.xlsx")
    book.active["E4"] = "见备注"
    book.save(office / "收件箱/地力.xlsx")
    run(office)
    book = openpyxl.load_workbook(office / "结果/内部资料_不得外传/核对/地力_核对.xlsx")
    book.worksheets[1]["E4"] = 600
    book.save(office / "收件箱/改好的.xlsx")
    run(office)
    where = ("--file", "地力.xlsx", "--row", 4, "--home", office / "办公")
    found = json.loads(call("ledger", "payment", *where, "--json").stdout)
    assert [(p["file"], p["verdict"]) for p in found] == [("地力.xlsx", "held"), ("改好的.xlsx", "accepted")]
    assert "已由更正的副本代替，不计入" in call("ledger", "files", "--home", office / "办公").output
