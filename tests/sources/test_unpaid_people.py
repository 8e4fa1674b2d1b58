"""Lists without money that name people who were not paid."""

from pathlib import Path

import openpyxl

from village_notice.sources.payments import ReadOptions, read_file

_REGISTER = Path(__file__).parents[1] / "golden" / "register.csv"


def test_a_column_of_reasons_tells_of_those_beside_whom_one_stands(tmp_path):
    book = openpyxl.Workbook()
    for row in (
        ["2023年6月高龄津贴代发结果"],
        ["序号", "姓名", "村", "状态", "失败原因"],
        [1, "甲一", "东岚村", "成功", None],
        [2, "乙二", "东岚村", "失败", "账号不存在"],
        [3, "丙三", "东岚村", None, "账户已注销"],
        [4, "丁四", "东岚村", None, None],
        [5, "戊五", "东岚村", "成功", "账户已注销"],
    ):
        book.active.append(row)
    path = tmp_path / "望岚镇" / "高龄津贴.xlsx"
    path.parent.mkdir()
    book.save(path)
    reading = read_file(path, "望岚镇/高龄津贴.xlsx", ReadOptions(2023, register=_REGISTER))
    assert [line.name for line in reading.sheets[0].unpaid] == ["乙二", "丙三"]
    assert [f.code for f in reading.findings] == ["F08"] and "2 人" in reading.findings[0].found
