"""What purge takes away is gone from every byte of the office folder, and nothing else is."""

import openpyxl
import pytest
from click.testing import CliRunner

from village_notice.cli import main
from village_notice.domain.identity import id_check_digit
from village_notice.output import hold_output

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


def call(*words, **options):
    result = CliRunner().invoke(main, [str(w) for w in words], **options)
    assert not result.exception or isinstance(result.exception, SystemExit), result.exception
    return result


def make_id(serial):
    first = f"37999919650101{serial:03d}"
    return first + id_check_digit(first)


def write(path, year, serials):
    path.parent.mkdir(exist_ok=True)
    sheet = (book := openpyxl.Workbook()).active
    sheet.append([f"{year}年羊郡镇耕地地力保护补贴发放明细表"])
    sheet.append(HEADINGS)
    for n in serials:
        sheet.append(
            [
                n,
                "桥头村",
                f"王小{'甲乙丙丁'[n % 4]}",
                make_id(n),
                f"6299990000000{n:06d}",
                5,
                120,
                600,
                f"{year}-06-30",
                "成功",
            ]
        )
    book.save(path)


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    """Two years of runs; the first two people are in both, the third only in 2021."""
    base = tmp_path_factory.mktemp("purge")
    assert call("init", base / "办公").exit_code == 0
    for year, serials in ((2021, (1, 2, 3)), (2022, (1, 2))):
        write(base / f"收件箱{year}" / "地力.xlsx", year, serials)
        out = base / f"结果{year}"
        options = ("--out", out, "--home", base / "办公", "--quiet", "--workers", 1)
        assert call("run", base / f"收件箱{year}", "--year", year, *options).exit_code == 0
    return base


def read_bytes(folder):
    return b"".join(p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file())


def test_asks_first_then_removes_and_says_what(office, monkeypatch):
    home, inbox = office / "办公", office / "收件箱2021/地力.xlsx"
    (home / "cache").mkdir(exist_ok=True)
    (home / "cache/x").write_bytes(b"x")
    assert make_id(3).encode() in read_bytes(home)
    refused = call("purge", "--year", 2021, "--home", home, input="n\n")
    assert refused.exit_code == 130 and str(inbox) in refused.output and inbox.is_file()
    wrong = call("purge", "--year", 2019, "--home", home)
    assert wrong.exit_code == 2 and "2021、2022" in wrong.output
    other = call("purge", "--year", 2021, "--home", home, "--from", office / "结果2022")
    assert other.exit_code == 2 and "不是 2021 年" in other.output

    out = office / "结果2021"
    for name in ("旧版/内部资料_不得外传/核对副本", ".正在生成/内部资料_不得外传", ".未完成/公开", "旧版/公开"):
        (out / name).mkdir(parents=True)  # of a run that was stopped, and of one that made less
        (out / name / "a.csv").write_text(make_id(3), "utf-8")
    plan = out / ".正在生成/放好.json"
    plan.write_text('{"files": {}, "gone": []}', "utf-8")
    refused = call("purge", "--year", 2021, "--home", home, "--from", out, "--yes")
    assert refused.exit_code == 2 and "没有放完" in refused.output and inbox.is_file()
    plan.unlink()
    with hold_output(out):
        refused = call("purge", "--year", 2021, "--home", home, "--from", out, "--yes")
    assert refused.exit_code == 6 and "另一个命令正在往" in refused.output and inbox.is_file()
    monkeypatch.setattr("pyarrow.parquet.read_table", None)  # of the figures nothing but the year is wanted
    result = call("purge", "--year", 2021, "--home", home, "--from", out, "--yes")
    assert result.exit_code == 0 and str(out / "旧版/内部资料_不得外传") in result.output
    monkeypatch.undo()
    assert [p.parent.name for p in out.rglob("a.csv")] == ["公开"]
    assert "收件箱原件 1 个" in result.output and "已删除" in result.output
    assert not inbox.exists() and not (home / "cache").exists()
    assert not (office / "结果2021/内部资料_不得外传").exists()
    assert (office / "结果2021/公开/查询.db").is_file()
    left = read_bytes(home)
    assert make_id(3).encode() not in left and b"6299990000000000003" not in left
    assert make_id(1).encode() in left  # 2022 needs it
    assert (office / "收件箱2022/地力.xlsx").is_file()


def test_the_other_year_runs_as_before(office):
    options = ("--out", office / "结果2022", "--home", office / "办公", "--quiet", "--workers", 1)
    assert call("run", office / "收件箱2022", "--year", 2022, *options).exit_code == 0


def test_a_file_changed_since_is_left_to_the_office(office):
    write(office / "收件箱2022/地力.xlsx", 2022, (1, 2, 4))
    shown = call("purge", "--year", 2022, "--home", office / "办公", input="n\n").output
    assert "又改动了" in shown and "收件箱原件" not in shown
