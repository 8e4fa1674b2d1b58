"""A file of any format that has an error comes back as an annotated .xlsx, and the corrected copy counts in its place."""

import json
import shutil

import openpyxl
from click.testing import CliRunner

from village_notice.cli import main

HEADINGS = ["序号", "村名", "姓名", "实发金额（元）", "发放日期"]


def check(inbox, out):
    words = ["check", str(inbox), "--year", "2022", "--out", str(out), "--password", "abc", "--quiet", "--json"]
    return json.loads(CliRunner().invoke(main, words).stdout)


def list_rows(number):
    rows = [[1, "桥头村", f"王{'甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳'[number]}", "见备注", "2022-06-30"]]
    return [
        ["2022年羊郡镇高龄津贴发放表"],
        HEADINGS,
        *rows,
        [2, "滩港村", f"李{number + 1}号"[:2], 80 + number, "2022-06-30"],
    ]


def test_corrected_copies_of_every_format_count_instead_of_their_sources(formats, make, tmp_path):
    inbox = tmp_path / "收件箱"
    inbox.mkdir()
    for number, (name, write) in enumerate(formats.items()):
        data = write(list_rows(number))
        (inbox / name).write_bytes(data)
    (inbox / "加密.xlsx").write_bytes(make.lock(make.xlsx(list_rows(len(formats))), "abc"))
    count = len(formats) + 1
    first = check(inbox, tmp_path / "结果")
    assert (first["held"]["rows"], first["accepted"]["rows"]) == (count, count)
    copies = sorted((tmp_path / "结果/内部资料_不得外传/核对").rglob("*.xlsx"))
    assert len(copies) == count
    for copy in copies:
        book = openpyxl.load_workbook(copy)
        front, sheet = book.worksheets[0], book.worksheets[1]
        words = " ".join(str(c.value) for row in front.iter_rows(max_row=6) for c in row if c.value)
        if not copy.name.startswith(("book", "macros")):
            assert "没有保留下来的" in words, copy.name
        cell = next(c for row in sheet.iter_rows() for c in row if c.value == "见备注")
        assert "C01" in cell.comment.text
        cell.value = 100
        book.save(copy)
        shutil.copy(copy, inbox / copy.name)
    second = check(inbox, tmp_path / "结果")
    assert (second["held"]["rows"], second["accepted"]["rows"]) == (0, 2 * count)
    assert second["accepted"]["fen"] == first["accepted"]["fen"] + 10_000 * count
