"""A reason why the money did not arrive, in a row that counts as paid."""

import pytest

from village_notice.domain.identity import id_check_digit
from village_notice.sources.grid import Grid, WorkbookGrids
from village_notice.sources.payments import ReadOptions, read_grids

HEADS = ["序号", "村名", "姓名", "身份证号", "实发金额（元）", "发放日期"]


def make_id(serial):
    digits = f"37999919650101{serial:03d}"
    return digits + id_check_digit(digits)


def find(*reasons, status=()):
    """(row, column) of R18 in a list with a column of reasons, and one of states where these are given."""
    heads = [*HEADS, *(["状态"] if status else []), "失败原因"]
    rows = [
        [n, "桥头村", f"王{'甲乙丙丁戊己庚辛壬癸'[n % 10]}", make_id(n), 600, "2022-06-30", *status[n : n + 1], reason]
        for n, reason in enumerate(reasons)
    ]
    grid = Grid("表", [["2022年羊郡镇耕地地力保护补贴发放明细表"], heads, *rows])
    found = read_grids(WorkbookGrids([grid], "xlsx"), "a.xlsx", ReadOptions(2022)).findings
    return [(f.place.row, f.place.column, f.found) for f in found if f.code == "R18"]


def test_without_a_column_of_states():
    assert find(None, "账户异常", "无", "交易成功", None, None, "户名不符") == [
        (4, "G", "账户异常"),
        (9, "G", "户名不符"),
    ]


@pytest.mark.parametrize(("state", "is_told"), [("成功", True), ("失败", False), ("补发", False), ("停发", False)])
def test_beside_a_state(state, is_told):
    states = ["成功", state, *["成功"] * 8]
    assert find(None, "账户异常", *[None] * 8, status=states) == ([(4, "H", "账户异常")] if is_told else [])
