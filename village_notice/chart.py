"""Bars of a workbook: a sheet of its own for each chart, over the rows of another sheet, in black and white.

The values are kept in the chart besides, so that programs which do not read the other sheet show them too.
Source: ECMA-376 part 1, 21.2 DrawingML charts, 20.5 spreadsheet drawings.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from village_notice.domain.money import format_fen
from village_notice.domain.text import column_letters, escape_xml

_ILLEGAL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""What XML may not hold; told by what it may hold, a process would take ten milliseconds to compile it."""
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_CHART = "http://schemas.openxmlformats.org/drawingml/2006/chart"
_DRAWING = "http://schemas.openxmlformats.org/drawingml/2006/main"
_PLACE = "http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
_EMU = 36_000  # to the millimetre
_WIDTH_MM, _BAR_MM, _FRAME_MM, _LEAST_MM = 250, 6.5, 30, 120
_FONT = 900  # hundredths of a point
_TYPES = {
    "charts/chart": "application/vnd.openxmlformats-officedocument.drawingml.chart+xml",
    "drawings/drawing": "application/vnd.openxmlformats-officedocument.drawing+xml",
}


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars of money, one a row of another sheet, the first row on top.

    Attributes:
        title: Words above the bars.
        sheet: Name of the sheet with the rows, which begin in its third line.
        label_column, value_column: Places of the columns in that sheet, from 0.
        heading: Heading of the value column.
        labels: What each bar stands for.
        fen: How long each is.
    """

    title: str
    sheet: str
    label_column: int
    value_column: int
    heading: str
    labels: Sequence[str]
    fen: Sequence[int]

    @property
    def height_mm(self) -> float:
        """Height of the chart: room for every bar."""
        return max(_LEAST_MM, _FRAME_MM + _BAR_MM * len(self.labels))

    @property
    def tab(self) -> str:
        """Name of the chart's own sheet."""
        return f"图_{self.sheet}"


def list_chart_types(count: int) -> str:
    """What the workbook says about the parts of so many charts."""
    return "".join(
        f'<Override PartName="/xl/{name}{i}.xml" ContentType="{kind}"/>'
        for i in range(1, count + 1)
        for name, kind in _TYPES.items()
    )


def build_chart_parts(chart: Chart, number: int, sheet: int) -> dict[str, str]:
    """The parts of a chart: its sheet, its place on it, the bars.

    Args:
        chart: What it shows.
        number: Of the chart in the workbook, from 1.
        sheet: Of its sheet in the workbook, from 1.
    """
    return {
        f"xl/worksheets/sheet{sheet}.xml": _build_sheet(chart),
        f"xl/worksheets/_rels/sheet{sheet}.xml.rels": _relate("drawing", f"../drawings/drawing{number}.xml"),
        f"xl/drawings/drawing{number}.xml": _build_drawing(chart),
        f"xl/drawings/_rels/drawing{number}.xml.rels": _relate("chart", f"../charts/chart{number}.xml"),
        f"xl/charts/chart{number}.xml": _build_bars(chart),
    }


def _build_sheet(chart: Chart) -> str:
    """A sheet with nothing but the chart, printed on one page: across, unless there are many bars."""
    words = escape_xml(f"图中的数在“{chart.sheet}”表里。")
    across = chart.height_mm <= _WIDTH_MM
    return (
        f'{_HEAD}<worksheet xmlns="{_MAIN}" xmlns:r="{_RELATIONS}"><sheetPr><pageSetUpPr fitToPage="1"/></sheetPr>'
        '<sheetViews><sheetView showGridLines="0" workbookViewId="0"/></sheetViews>'
        f'<sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>{words}</t></is></c></row></sheetData>'
        '<pageMargins left="0.5" right="0.5" top="0.5" bottom="0.5" header="0.3" footer="0.3"/>'
        f'<pageSetup paperSize="9" orientation="{"landscape" if across else "portrait"}"/>'
        '<drawing r:id="rId1"/></worksheet>'
    )


def _build_bars(chart: Chart) -> str:
    letters = column_letters(chart.label_column + 1), column_letters(chart.value_column + 1)
    sheet = "'" + chart.sheet.replace("'", "''") + "'"
    labels, values = (f"{sheet}!${c}$3:${c}${len(chart.labels) + 2}" for c in letters)
    zero = "" if min(chart.fen, default=0) < 0 else '<c:min val="0"/>'  # else bars of like length look far apart
    frame = '<a:ln w="9525"><a:solidFill><a:srgbClr val="000000"/></a:solidFill></a:ln>'
    fill = '<a:solidFill><a:srgbClr val="7F7F7F"/></a:solidFill>'
    return (
        f'{_HEAD}<c:chartSpace xmlns:c="{_CHART}" xmlns:a="{_DRAWING}" xmlns:r="{_RELATIONS}">'
        '<c:roundedCorners val="0"/><c:chart>'
        f'<c:title><c:tx><c:rich><a:bodyPr/><a:p><a:pPr><a:defRPr sz="1400" b="1"/></a:pPr>'
        f'<a:r><a:rPr lang="zh-CN" sz="1400" b="1"/><a:t>{_plain(chart.title)}</a:t></a:r></a:p></c:rich></c:tx>'
        '<c:overlay val="0"/></c:title><c:autoTitleDeleted val="0"/><c:plotArea><c:layout/>'
        '<c:barChart><c:barDir val="bar"/><c:grouping val="clustered"/><c:varyColors val="0"/>'
        '<c:ser><c:idx val="0"/><c:order val="0"/>'
        f"<c:tx><c:strRef><c:f>{escape_xml(f'{sheet}!${letters[1]}$2')}</c:f>"
        f"{_cache('str', [chart.heading])}</c:strRef></c:tx>"
        f'<c:spPr>{fill}{frame}</c:spPr><c:invertIfNegative val="0"/>'
        f'<c:dLbls><c:numFmt formatCode="#,##0.00" sourceLinked="0"/>{_SMALL}<c:showLegendKey val="0"/>'
        '<c:showVal val="1"/><c:showCatName val="0"/><c:showSerName val="0"/><c:showPercent val="0"/>'
        '<c:showBubbleSize val="0"/></c:dLbls>'
        f"<c:cat><c:strRef><c:f>{escape_xml(labels)}</c:f>{_cache('str', chart.labels)}</c:strRef></c:cat>"
        f"<c:val><c:numRef><c:f>{escape_xml(values)}</c:f>{_cache('num', [format_fen(v) for v in chart.fen])}</c:numRef>"
        '</c:val></c:ser><c:gapWidth val="40"/><c:axId val="1"/><c:axId val="2"/></c:barChart>'
        '<c:catAx><c:axId val="1"/><c:scaling><c:orientation val="maxMin"/></c:scaling><c:delete val="0"/>'
        '<c:axPos val="l"/><c:numFmt formatCode="General" sourceLinked="0"/><c:majorTickMark val="none"/>'
        f'<c:minorTickMark val="none"/><c:tickLblPos val="low"/>{_SMALL}<c:crossAx val="2"/>'
        '<c:crosses val="autoZero"/><c:auto val="0"/><c:lblAlgn val="ctr"/><c:lblOffset val="100"/>'
        '<c:tickLblSkip val="1"/><c:noMultiLvlLbl val="1"/></c:catAx>'
        f'<c:valAx><c:axId val="2"/><c:scaling><c:orientation val="minMax"/>{zero}</c:scaling><c:delete val="0"/>'
        '<c:axPos val="b"/><c:numFmt formatCode="#,##0" sourceLinked="0"/><c:majorTickMark val="out"/>'
        f'<c:minorTickMark val="none"/><c:tickLblPos val="nextTo"/>{_SMALL}<c:crossAx val="1"/>'
        '<c:crosses val="max"/></c:valAx></c:plotArea><c:plotVisOnly val="0"/><c:dispBlanksAs val="gap"/></c:chart>'
        f"{_WHITE}</c:chartSpace>"
    )


def _build_drawing(chart: Chart) -> str:
    size = f'cx="{_WIDTH_MM * _EMU}" cy="{round(chart.height_mm * _EMU)}"'
    return (
        f'{_HEAD}<xdr:wsDr xmlns:xdr="{_PLACE}" xmlns:a="{_DRAWING}"><xdr:oneCellAnchor><xdr:from><xdr:col>0</xdr:col>'
        "<xdr:colOff>0</xdr:colOff><xdr:row>1</xdr:row><xdr:rowOff>0</xdr:rowOff></xdr:from>"
        f'<xdr:ext {size}/><xdr:graphicFrame macro=""><xdr:nvGraphicFramePr>'
        f'<xdr:cNvPr id="2" name="图表 1" descr="{_plain(chart.title)}"/><xdr:cNvGraphicFramePr/></xdr:nvGraphicFramePr>'
        f'<xdr:xfrm><a:off x="0" y="0"/><a:ext {size}/></xdr:xfrm><a:graphic><a:graphicData uri="{_CHART}">'
        f'<c:chart xmlns:c="{_CHART}" xmlns:r="{_RELATIONS}" r:id="rId1"/></a:graphicData></a:graphic>'
        "</xdr:graphicFrame><xdr:clientData/></xdr:oneCellAnchor></xdr:wsDr>"
    )


def _relate(kind: str, target: str) -> str:
    return (
        f'{_HEAD}<Relationships xmlns="{_PACKAGE}"><Relationship Id="rId1" Type="{_RELATIONS}/{kind}" '
        f'Target="{target}"/></Relationships>'
    )


def _cache(kind: str, values: Sequence[str]) -> str:
    code = "<c:formatCode>#,##0.00</c:formatCode>" if kind == "num" else ""
    points = "".join(f'<c:pt idx="{i}"><c:v>{_plain(v)}</c:v></c:pt>' for i, v in enumerate(values))
    return f'<c:{kind}Cache>{code}<c:ptCount val="{len(values)}"/>{points}</c:{kind}Cache>'


def _plain(text: str) -> str:
    return escape_xml(_ILLEGAL.sub("", text)).replace('"', "&quot;")


_SMALL = (
    f'<c:txPr><a:bodyPr/><a:p><a:pPr><a:defRPr sz="{_FONT}"><a:solidFill><a:srgbClr val="000000"/></a:solidFill>'
    '</a:defRPr></a:pPr><a:endParaRPr lang="zh-CN"/></a:p></c:txPr>'
)
_WHITE = '<c:spPr><a:solidFill><a:srgbClr val="FFFFFF"/></a:solidFill><a:ln><a:noFill/></a:ln></c:spPr>'
