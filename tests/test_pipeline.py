"""The whole job on a small inbox, and what it does with everything that can go wrong on the way."""

import csv
import hashlib
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner

from village_notice.cli import main
from village_notice.domain.columns import CSV_COLUMNS
from village_notice.domain.identity import id_check_digit

pytestmark = pytest.mark.usefixtures("warm_readers")
HEADINGS = [
    "序号",
    "村名",
    "户主姓名",
    "身份证号",
    "一卡通账号",
    "补贴面积（亩）",
    "补贴标准（元/亩）",
    "实发金额（元）",
    "发放日期",
    "状态",
]
MILLIONS = [
    ("万木", 6_680_000),
    ("莱阳市丰收农机专业合作社", 1_284_567.89),
    ("王甲", 123_456_789.12),
    ("王乙", 800_000),
    ("王乙", 700_000),
]
VILLAGES = ["桥头村", "滩港村", "东埠前村"]


def make_id(serial):
    first = f"37999919650101{serial:03d}"
    return first + id_check_digit(first)


def people(village, count, first):
    for n in range(first, first + count):
        yield [
            n,
            village,
            f"王{'甲乙丙丁戊己庚辛壬癸'[n % 10]}{n}号"[:3],
            make_id(n),
            f"6299990000000{n:06d}",
            5,
            120,
            600,
        ]


@pytest.fixture
def inbox(tmp_path):
    """羊郡镇, three villages, one programme, twelve payments, one of them failed."""
    folder = tmp_path / "收件箱"
    folder.mkdir()
    rows = [row for i, village in enumerate(VILLAGES) for row in people(village, 4, 1 + 4 * i)]
    write(folder / "地力.xlsx", "2022年羊郡镇耕地地力保护补贴发放明细表", [[*r, "2022-06-30", "成功"] for r in rows])
    return folder


def write(path, title, rows, headings=HEADINGS):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append([title])
    sheet.append(headings)
    for row in rows:
        sheet.append(row)
    book.save(path)


def call(*words):
    """A command's result; `output` is what it wrote to both streams."""
    result = CliRunner().invoke(main, [str(w) for w in words])
    assert not result.exception or isinstance(result.exception, SystemExit), result.exception
    assert "Traceback" not in result.output
    return result


def run(inbox, out, *more, command="run"):
    return call(command, inbox, "--year", 2022, "--out", out, "--quiet", *more)


def hashes(folder):
    files = sorted(p for p in folder.rglob("*") if p.is_file() and ".缓存" not in p.parts)
    return {p.relative_to(folder).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}


def read_payments(out):
    with (out / "内部资料_不得外传/payments.csv").open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def test_one_command_makes_everything(inbox, tmp_path):
    before = hashes(inbox)
    result = run(inbox, tmp_path / "结果", "--json")
    assert result.exit_code == 0, result.output
    figures = json.loads(result.stdout)
    assert figures["accepted"] == {"rows": 12, "fen": 720_000}
    assert figures["read"]["rows"] == 12 + figures["set_aside"]["rows"]
    assert figures["villages"] == 3
    files = set(hashes(tmp_path / "结果"))
    for name in ("payments.csv", "问题清单.xlsx", "全市汇总.xlsx"):
        assert f"内部资料_不得外传/{name}" in files
    assert {"公开/全市汇总_公开版.xlsx", "公开/查询.db"} <= files
    for village in VILLAGES:
        for kind in ("汇总公开", "明细公开"):
            assert any(f.startswith(f"公开/羊郡镇/{village}/") and f.endswith(f"{kind}.pdf") for f in files), village
        assert f"公开/羊郡镇/{village}/档案/bagit.txt" in files
        assert f"公开/羊郡镇/{village}/档案/data/明细.csv" in files
    assert hashes(inbox) == before


def test_payments_csv_keeps_the_contract(inbox, tmp_path):
    run(inbox, tmp_path / "结果")
    path = tmp_path / "结果/内部资料_不得外传/payments.csv"
    head = path.read_bytes().split(b"\r\n")[0]
    assert head.startswith(b"\xef\xbb\xbffile,sheet,row,column,township,village,")
    assert head[3:].decode().split(",") == [heading for _, heading in CSV_COLUMNS]
    first = read_payments(tmp_path / "结果")[0]
    place = [
        first[k] for k in ("file", "sheet", "row", "column", "township", "village", "village_code", "amount", "verdict")
    ]
    assert place == ["地力.xlsx", "Sheet", "3", "H", "羊郡镇", "桥头村", "370682104202", "600.00", "accepted"]
    numbers = sorted(p["person_no"] for p in read_payments(tmp_path / "结果") if p["village"] == "桥头村")
    assert numbers == ["1", "2", "3", "4"]


def test_running_again_gives_the_same_bytes_for_any_number_of_workers(inbox, tmp_path, monkeypatch):
    monkeypatch.setattr("village_notice.publish._FEW", 1)  # three villages are otherwise done in the process itself
    run(inbox, tmp_path / "结果", "--workers", 1)
    first = hashes(tmp_path / "结果")
    run(inbox, tmp_path / "结果", "--workers", 1)
    assert hashes(tmp_path / "结果") == first
    run(inbox, tmp_path / "另一个", "--workers", 2)
    assert hashes(tmp_path / "另一个") == first


def test_what_was_made_can_be_asked_and_verified(inbox, tmp_path):
    run(inbox, tmp_path / "结果")
    database = tmp_path / "结果/公开/查询.db"
    name = read_payments(tmp_path / "结果")[0]["name"]
    answer = call("query", name, "--db", database)
    assert answer.exit_code == 0 and "600.00" in answer.output and "不是全部" in answer.output
    assert "羊郡镇 桥头村" in call("query", "桥头村", "--db", database).output
    verified = call("verify", tmp_path / "结果/公开")
    assert verified.exit_code == 0 and "完好 3 个" in verified.output
    victim = next((tmp_path / "结果/公开/羊郡镇/滩港村/档案/data").rglob("*.csv"))
    victim.write_bytes(victim.read_bytes() + b"x")
    assert call("verify", tmp_path / "结果/公开").exit_code == 7


def test_check_is_run_without_paper_archive_and_query(inbox, tmp_path):
    add_error(inbox)
    full, light = run(inbox, tmp_path / "结果"), run(inbox, tmp_path / "核对", command="check")
    assert full.exit_code == light.exit_code == 3
    assert sorted(f for f in hashes(tmp_path / "核对") if "/核对/" not in f) == [
        ".village_notice.json", ".village_notice.lock", "内部资料_不得外传/payments.csv", "内部资料_不得外传/问题清单.xlsx",
    ]  # fmt: skip
    assert read_payments(tmp_path / "结果") == read_payments(tmp_path / "核对")
    assert read_findings(tmp_path / "结果") == read_findings(tmp_path / "核对")


def read_findings(out):
    book = openpyxl.load_workbook(out / "内部资料_不得外传/问题清单.xlsx", read_only=True)
    return [row for row in book["逐条问题"].values if any(row)]


def add_error(inbox):
    rows = [[*row, "2022-06-30", "成功"] for row in people("桥头村", 1, 90)]
    rows[0][7] = "见备注"
    write(inbox / "高龄.xlsx", "2022年羊郡镇高龄津贴发放表", rows)


def test_no_private_number_is_in_anything_public(inbox, tmp_path):
    run(inbox, tmp_path / "结果")
    private = {p["id"] for p in read_payments(tmp_path / "结果")} | {
        p["account"] for p in read_payments(tmp_path / "结果")
    }
    assert len(private) == 24
    for path in (tmp_path / "结果/公开").rglob("*"):
        if path.is_file():
            text = "\n".join(readable_texts(path))
            assert not [number for number in private if number in text], path
    for table in database_texts(tmp_path / "结果/公开/查询.db"):
        assert not [number for number in private if number in table]


def readable_texts(path):
    """The bytes of a file as text, and what can be taken out of it."""
    import zipfile

    import pypdf

    yield path.read_bytes().decode("utf-8", errors="ignore")
    if path.suffix == ".pdf":
        yield from (page.extract_text() for page in pypdf.PdfReader(path).pages)
    if path.suffix == ".xlsx":
        with zipfile.ZipFile(path) as archive:
            yield from (archive.read(name).decode("utf-8") for name in archive.namelist())


def database_texts(path):
    connection = sqlite3.connect(path)
    try:
        names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE '%VIRTUAL%'")
        for (name,) in names.fetchall():
            yield repr(connection.execute(f'SELECT * FROM "{name}"').fetchall())
    finally:
        connection.close()


def test_a_held_payment_makes_its_village_a_draft_and_ends_with_3(inbox, tmp_path):
    add_error(inbox)
    result = run(inbox, tmp_path / "结果", "--json")
    assert result.exit_code == 3
    assert json.loads(result.stdout)["drafts"] == 1


@pytest.mark.parametrize("command", ["run", "check"])
def test_an_empty_folder(tmp_path, command):
    (tmp_path / "收件箱").mkdir()
    result = run(tmp_path / "收件箱", tmp_path / "结果", command=command)
    assert result.exit_code == 4 and "没有读到任何一笔" in result.output
    assert not (tmp_path / "结果").exists()


def test_a_folder_of_pictures(tmp_path):
    (tmp_path / "收件箱").mkdir()
    (tmp_path / "收件箱/公示照片.jpg").write_bytes(b"\xff\xd8\xff\xe0" + bytes(500))
    result = run(tmp_path / "收件箱", tmp_path / "结果")
    assert result.exit_code == 4 and "公示照片.jpg" in result.output and "图片" in result.output


def test_out_inside_inbox(inbox):
    result = run(inbox, inbox / "结果")
    assert result.exit_code == 2 and "不能互相包含" in result.output
    assert [p.name for p in inbox.iterdir()] == ["地力.xlsx"]


def test_a_folder_with_foreign_files_is_not_written_to(inbox, tmp_path):
    (tmp_path / "结果").mkdir()
    (tmp_path / "结果/我的论文.docx").write_text("x")
    result = run(inbox, tmp_path / "结果")
    assert result.exit_code == 2 and "没有写入" in result.output
    assert [p.name for p in (tmp_path / "结果").iterdir()] == ["我的论文.docx"]


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write anywhere")
def test_out_not_writable(inbox, tmp_path):
    (tmp_path / "锁").mkdir(mode=0o500)
    assert run(inbox, tmp_path / "锁/结果").exit_code == 6


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no file system to fill")
def test_a_full_disk_is_one_sentence_and_keeps_earlier_results(inbox, tmp_path, monkeypatch):
    run(inbox, tmp_path / "结果")
    before = hashes(tmp_path / "结果")

    def fill(path, data):
        with Path("/dev/full").open("wb", buffering=0) as stream:
            return stream.write(data)

    monkeypatch.setattr(Path, "write_bytes", fill)
    result = run(inbox, tmp_path / "结果", "--workers", 1, "--fresh")
    assert result.exit_code == 6 and "磁盘满了" in result.output
    assert hashes(tmp_path / "结果") == before


def test_lock_file_twin_broken_file_and_password_do_not_stop_the_rest(inbox, tmp_path):
    (inbox / "~$地力.xlsx").write_bytes(b"\x05lock")
    shutil.copy(inbox / "地力.xlsx", inbox / "地力（另存）.xlsx")
    (inbox / "坏的.xlsx").write_bytes((inbox / "地力.xlsx").read_bytes()[:3000])
    result = run(inbox, tmp_path / "结果", "--json")
    figures = json.loads(result.stdout)
    assert result.exit_code == 3
    assert figures["accepted"]["fen"] == 720_000 and figures["held"]["fen"] == 720_000
    assert {"F01", "F04", "F05"} <= set(figures["findings"])


def test_a_year_without_payments_is_read_but_nothing_is_posted(inbox, tmp_path):
    result = call("run", inbox, "--year", 2021, "--out", tmp_path / "结果", "--quiet", "--json")
    figures = json.loads(result.stdout)
    assert result.exit_code == 4
    assert figures["other_year"]["rows"] == 12 and figures["accepted"]["rows"] == 0
    assert not list((tmp_path / "结果/公开").rglob("*.pdf"))
    again = call("run", inbox, "--year", 2021, "--out", tmp_path / "结果", "--quiet")
    assert again.exit_code == 4 and "2021 年没有任何一笔：读到的是 2022 年 12 笔" in again.output


def test_a_register_without_the_township(inbox, tmp_path):
    register = tmp_path / "名册.csv"
    register.write_text(
        "code,name,township_code,township_name\n370999101201,东关村委会,370999101,石桥镇\n", encoding="utf-8"
    )
    result = run(inbox, tmp_path / "结果", "--register", register, "--township", "羊郡镇")
    assert result.exit_code == 2 and "名册里没有乡镇“羊郡镇”" in result.output
    without = run(inbox, tmp_path / "结果", "--register", register, "--json")
    assert without.exit_code == 3 and json.loads(without.stdout)["held"]["rows"] == 12


def test_a_broken_reference_line_names_file_line_and_column(inbox, tmp_path):
    register = tmp_path / "名册.csv"
    register.write_text(
        "code,name,township_code,township_name\n37099910120,东关村委会,370999101,石桥镇\n", encoding="utf-8"
    )
    result = run(inbox, tmp_path / "结果", "--register", register)
    assert (
        result.exit_code == 5 and "名册.csv" in result.output and "第 2 行" in result.output and "code" in result.output
    )


def test_sums_of_a_million_side_by_side_are_no_private_numbers(tmp_path):
    (tmp_path / "收件箱").mkdir()
    rows = [[n, "桥头村", name, fen] for n, (name, fen) in enumerate(MILLIONS, 1)]
    write(
        tmp_path / "收件箱/农机.xlsx",
        "2022年羊郡镇农机购置补贴发放明细表",
        rows,
        ["序号", "村名", "姓名", "补贴金额（元）"],
    )
    result = run(tmp_path / "收件箱", tmp_path / "结果")
    assert result.exit_code == 0, result.output
    assert (tmp_path / "结果/公开/羊郡镇/桥头村/档案/data/明细.csv").is_file()


def test_two_villages_of_one_name_are_never_mixed(tmp_path):
    (tmp_path / "收件箱").mkdir()
    rows = [[*row, "2022-06-30", "成功"] for row in people("杨格庄村", 3, 1)]
    write(tmp_path / "收件箱/地力.xlsx", "2022年耕地地力保护补贴发放表", rows)
    result = run(tmp_path / "收件箱", tmp_path / "结果", "--json")
    assert json.loads(result.stdout)["held"]["rows"] == 3  # 团旺镇 or 谭格庄镇: asked, never chosen
    told = run(tmp_path / "收件箱", tmp_path / "结果", "--township", "团旺镇", "--json")
    assert json.loads(told.stdout)["accepted"]["rows"] == 3


def test_no_payment_more_or_less_is_unseen(inbox, tmp_path):
    run(inbox, tmp_path / "结果")
    book = openpyxl.load_workbook(inbox / "地力.xlsx")
    book.active.delete_rows(5)
    book.save(inbox / "地力.xlsx")
    result = run(inbox, tmp_path / "结果", "--json")
    assert json.loads(result.stdout)["accepted"] == {"rows": 11, "fen": 660_000}


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_ctrl_c_half_way_then_again(inbox, tmp_path):
    for n in range(40):
        shutil.copy(inbox / "地力.xlsx", inbox / f"份{n}.xlsx")
    # a shell that starts the tests in the background has them pass Ctrl-C over, and what they start as well
    script = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); import runpy; runpy.run_module('village_notice', run_name='__main__')"
    words = [sys.executable, "-c", script, "run", str(inbox), "--year", "2022", "--out", str(tmp_path / "结果")]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True)
    deadline = time.monotonic() + 60
    while not (tmp_path / "结果/.正在生成").exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGINT)
    _, talk = process.communicate(timeout=60)
    assert process.returncode == 130, talk.decode()
    assert "已中断" in talk.decode() and "Traceback" not in talk.decode()
    for n in range(40):
        (inbox / f"份{n}.xlsx").unlink()
    assert run(inbox, tmp_path / "结果").exit_code == 0


def test_only_the_townships_asked_for_are_posted(inbox, tmp_path):
    rows = [[*row, "2022-06-30", "成功"] for row in people("东馆村", 3, 200)]
    write(inbox / "山前店.xlsx", "2022年山前店镇耕地地力保护补贴发放表", rows)
    result = run(inbox, tmp_path / "结果", "--township", "羊郡镇", "--json")
    assert result.exit_code in (0, 3)
    offices = {p.name for p in (tmp_path / "结果/公开").iterdir() if p.is_dir()}
    assert offices == {"羊郡镇"}
    counted = Counter(p["township"] for p in read_payments(tmp_path / "结果"))
    assert counted["羊郡镇"] == 12 and sum(counted.values()) == 15


def test_people_no_longer_in_the_inbox_leave_the_query_database(inbox, tmp_path):
    rows = [[*row, "2022-06-30", "成功"] for row in people("东馆村", 3, 200)]
    write(inbox / "山前店.xlsx", "2022年山前店镇耕地地力保护补贴发放表", rows)
    run(inbox, tmp_path / "结果")
    database = tmp_path / "结果/公开/查询.db"
    before = call("query", "羊郡镇", "--db", database).output + call("query", "山前店镇", "--db", database).output
    (inbox / "山前店.xlsx").unlink()
    run(inbox, tmp_path / "结果")
    run(inbox, tmp_path / "新的")
    assert database.read_bytes() == (tmp_path / "新的/公开/查询.db").read_bytes()
    assert "羊郡镇" in before


def test_check_into_the_folder_of_a_run_leaves_the_paper_where_it_is(inbox, tmp_path):
    run(inbox, tmp_path / "结果")
    paper = hashes(tmp_path / "结果/公开")
    run(inbox, tmp_path / "结果", command="check")
    assert hashes(tmp_path / "结果/公开") == paper
    run(inbox, tmp_path / "结果")
    assert hashes(tmp_path / "结果/公开") == paper
    assert not (tmp_path / "结果/旧版").exists()
    write(
        inbox / "又一个.xlsx",
        "2022年羊郡镇高龄津贴发放表",
        [[*r, "2022-06-30", "成功"] for r in people("东关村", 2, 700)],
    )
    run(inbox, tmp_path / "结果")
    figures = [tmp_path / "结果/内部资料_不得外传" / name for name in ("公示数据.zip", "公示数据_上次.zip")]
    before = [p.read_bytes() for p in figures]
    run(inbox, tmp_path / "结果", command="check")
    assert [p.read_bytes() for p in figures] == before


def test_what_is_held_in_another_township_makes_no_draft_here(inbox, tmp_path):
    write(
        inbox / "山前店.xlsx",
        "2022年山前店镇高龄津贴发放表",
        [[*row, "2022-06-30", "成功"] for row in people("没有这个村", 2, 300)],
    )
    result = run(inbox, tmp_path / "结果", "--township", "羊郡镇", "--json")
    figures = json.loads(result.stdout)
    assert figures["held"]["rows"] == 2 and figures["drafts"] == 0


def test_profile_tells_the_share_of_each_stage(inbox, tmp_path):
    for command, stages in (
        ("run", ["核对说明", "全市汇总", "归村", "payments.csv", "查询库", "公示数据", "公示", "档案"]),
        ("check", ["归村", "payments.csv"]),
    ):
        result = run(inbox, tmp_path / command, "--profile", "--json", command=command)
        assert json.loads(result.stdout)["accepted"]["rows"] == 12  # the table goes to the other stream
        table = result.stderr.partition("用时：\n")[2].splitlines()
        assert [line.split()[-1] for line in table] == [
            "启动", "读取表格", "核对", *stages, "核对副本", "问题清单和汇总", "台账", "放好结果", "合计",
        ]  # fmt: skip
        assert sum(float(line.split()[2].rstrip("%")) for line in table[:-1]) == pytest.approx(100, abs=1)
    assert "用时" not in run(inbox, tmp_path / "run").stderr
