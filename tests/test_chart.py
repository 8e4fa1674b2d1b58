"""Charts of workbooks, read back with openpyxl."""

import io
from datetime import datetime

import openpyxl

from village_notice.chart import Chart
from village_notice.workbook import Sheet, SheetColumn, build_workbook

STAMP = datetime(2023, 12, 20, 9, 30)  # noqa: DTZ001
COLUMNS = (SheetColumn("项目", width=30), SheetColumn("笔数", "integer"), SheetColumn("金额（元）", "fen", 16))
ROWS = (("耕地 & 地力", 2, 123456), ("高龄\x0b津贴", 1, -500), ("合计", 3, 122956))


def test_bars_begin_at_zero():
    (chart,) = openpyxl.load_workbook(io.BytesIO(build(1, [10_000, 10_001])))["图_按'项目"]._charts
    assert chart.y_axis.scaling.min == 0


def build(count=1, fen=(123456, -500)):
    chart = Chart("2023年度（元）", "按'项目", 0, 2, "金额（元）", [r[0] for r in ROWS[:2]], fen)
    table = Sheet("按'项目", "标题", COLUMNS, ROWS, styles=("", "", "total"))
    return build_workbook([table], title="试", stamp=STAMP, charts=[chart] * count)


def read_chart(book, tab):
    """Range of the labels, range of the values, and the values that are kept in the chart."""
    (chart,) = book[tab]._charts
    (series,) = chart.series
    points = lambda cache: [p.v for p in cache.pt]  # noqa: E731
    return (
        series.cat.strRef.f, series.val.numRef.f, series.tx.strRef.f,
        points(series.cat.strRef.strCache), points(series.val.numRef.numCache), chart,
    )  # fmt: skip


def test_bars_refer_to_the_rows_without_the_total():
    book = openpyxl.load_workbook(io.BytesIO(build()))
    assert book.sheetnames == ["按'项目", "图_按'项目"]
    labels, values, heading, names, sums, chart = read_chart(book, "图_按'项目")
    assert (labels, values, heading) == ("'按''项目'!$A$3:$A$4", "'按''项目'!$C$3:$C$4", "'按''项目'!$C$2")
    assert names == ["耕地 & 地力", "高龄津贴"] and sums == [1234.56, -5]
    cells = [[c.value for c in row] for row in book["按'项目"]["C3:C4"]]
    assert cells == [[1234.56], [-5]]
    assert chart.barDir == "bar" and chart.y_axis.scaling.min is None  # something was taken back
    assert chart.title.tx.rich.p[0].r[0].t == "2023年度（元）"


def test_the_bars_are_grey_with_a_black_line_and_tell_their_amount():
    (chart,) = openpyxl.load_workbook(io.BytesIO(build()))["图_按'项目"]._charts
    shape = chart.series[0].spPr
    assert (shape.solidFill.srgbClr, shape.ln.solidFill.srgbClr) == ("7F7F7F", "000000")
    assert chart.series[0].dLbls.showVal and chart.series[0].dLbls.numFmt == "#,##0.00"


def test_the_same_charts_give_the_same_bytes_and_several_have_parts_of_their_own():
    assert build() == build()
    book = openpyxl.load_workbook(io.BytesIO(build(1)))
    assert len(book["图_按'项目"]._charts) == 1 and not book["按'项目"]._charts
    assert book["图_按'项目"].page_setup.orientation == "landscape"
