"""The sentence that says what a sheet without payments seems to be."""

from village_notice.sources.column_map import ColumnMap
from village_notice.sources.grid import Grid
from village_notice.sources.seems import describe_sheet
from village_notice.sources.tables import Table


def test_a_list_of_the_insured_is_said_to_be_one():
    rows = [["村", "投保人姓名", "投保面积（亩）", "总保额（元）"], ["东岚村", "甲一", 7.14, 7140]]
    table = Table(1, 1, 2, tuple(rows[0]), ())
    found = describe_sheet(Grid("Sheet1", rows), [table], [ColumnMap({"name": 2, "area_paid": 3}, ())])
    assert found.startswith("像是投保（承保）清单")
