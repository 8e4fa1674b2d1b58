"""How fast notices are drawn, against reportlab's own LongTable on the same data, in one run.

Ours: the list of one programme on normal A4 (rows of 8 mm, 12 pt, one panel), tagged PDF/A-2u, with the last look.
Theirs: platypus LongTable of the same cells, widths, heights and lines, untagged, no PDF/A, nothing looked at; once with
plain strings (a long name would run into its neighbour), once with the names as paragraphs that wrap, as ours do.

Run: `python bench/bench_notices.py [--rows 2400] [--rounds 5]`. One line of JSON a measurement goes to stdout.
"""

import argparse
import io
import json
import random
import resource
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pandas as pd
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import LongTable, Paragraph, SimpleDocTemplate, TableStyle

from village_notice.domain.public import HOUSEHOLD_COLUMNS, LINE_COLUMNS, ProgrammeSummary, VillageYear
from village_notice.domain.subsidy import Tier
from village_notice.notices.gate import check_notice
from village_notice.notices.lists import build_table, split_lines
from village_notice.notices.paper import read_paper
from village_notice.notices.table import plan_layout
from village_notice.notices.template import read_template
from village_notice.notices.village import draw_kinds, draw_village
from village_notice.resources import find_data
from village_notice.settings import Settings

STAMP = datetime(2022, 12, 20, tzinfo=UTC)
SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
GIVEN = (
    "国建玉秀桂春洪明文志海永德学淑凤金世树宝福庆立振维丽爱晓红广忠成传克守继仁义长华军英兰芳香梅云娟艳敏贵财胜利祥龙江波"
    "涛峰岩松柏青山平安康宁亮星晨旭阳升进展鹏飞翔宇刚毅勇强斌武杰伟磊静霞玲珍莲花菊翠琴清田全友启堂顺良民善昌厚林森荣"
)


def build_village(rows: int, programmes: int = 1) -> VillageYear:
    """A village of invented people, all of them in every programme."""
    rng = random.Random(20220713)
    names = [rng.choice(SURNAMES) + "".join(rng.choices(GIVEN, k=rng.choice((1, 2, 2, 2)))) for _ in range(rows)]
    lines, found = [], []
    for number in range(1, programmes + 1):
        own = []
        for serial, name in enumerate(names, 1):
            milli = rng.randrange(300, 30_000, 10)
            own.append((f"S{number:03d}", serial, "", name, milli, 120_000_000, 1, milli * 12, serial, serial, "6月"))
        total = sum(r[7] for r in own)
        found.append(
            ProgrammeSummary(
                f"S{number:03d}", f"第{number}项补贴", Tier.A, "农业农村局", "亩", rows, rows, sum(r[4] for r in own), "120", total, "6月"
            )
        )  # fmt: skip
        lines += own
    frame = pd.DataFrame(lines, columns=list(LINE_COLUMNS)).astype(LINE_COLUMNS)
    sums = frame.groupby("household_no")["amount_fen"].sum()
    homes = pd.DataFrame(
        [(n, n, "", name, 1, int(sums[n])) for n, name in enumerate(names, 1)], columns=list(HOUSEHOLD_COLUMNS)
    ).astype(HOUSEHOLD_COLUMNS)
    return VillageYear(
        2022, "莱阳市", "山前店镇", "山前店镇", "东关村", "东关村村民委员会", "370682114201", "村", tuple(found), frame, homes, rows,
        rows * programmes, sum(p.amount_fen for p in found), 0, False, 0, "2022-12-15",
    )  # fmt: skip


def measure(job: Callable[[], object], rounds: int) -> float:
    """The best CPU seconds of some rounds, after one that warms up."""
    job()
    best = float("inf")
    for _ in range(rounds):
        begin = time.process_time()
        job()
        best = min(best, time.process_time() - begin)
    return best


def draw_long_table(
    cells: list[list[str]], widths: list[float], aligns: list[str], title: str, *, wraps: bool
) -> tuple[bytes, int]:
    """The same list by platypus; file and pages."""
    if wraps:
        look = ParagraphStyle("name", fontName="Song", fontSize=12, leading=13, wordWrap="CJK")
        names = [i for i, align in enumerate(aligns) if align == "left"]
        cells = [cells[0], *([Paragraph(c, look) if i in names else c for i, c in enumerate(row)] for row in cells[1:])]  # type: ignore[list-item]
    stream, paper = io.BytesIO(), read_paper(None)
    document = SimpleDocTemplate(
        stream, pagesize=A4, leftMargin=paper.left - 6, rightMargin=A4[0] - paper.right - 6,
        topMargin=A4[1] - paper.top, bottomMargin=paper.floor, invariant=1,
    )  # fmt: skip
    style = [
        ("FONT", (0, 0), (-1, 0), "SongBold", paper.table),
        ("FONT", (0, 1), (-1, -1), "Song", paper.table),
        ("GRID", (0, 0), (-1, -1), paper.thin, "black"),
        ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
        *(("ALIGN", (i, 1), (i, -1), align.upper()) for i, align in enumerate(aligns)),
    ]
    table = LongTable(
        cells, colWidths=widths, rowHeights=[paper.row] * len(cells), repeatRows=1, style=TableStyle(style)
    )
    pages = []

    def footer(canvas: object, _: object) -> None:
        pages.append(1)
        canvas.setFont("Song", paper.footer)  # type: ignore[attr-defined]
        canvas.drawRightString(paper.right, paper.bottom, f"第 {len(pages)} 页")  # type: ignore[attr-defined]

    head = Paragraph(title, ParagraphStyle("title", fontName="SongBold", fontSize=paper.title, leading=30, alignment=1))
    document.build([head, table], onFirstPage=footer, onLaterPages=footer)
    return stream.getvalue(), len(pages)


def read_same_cells(village: VillageYear, office: Settings) -> tuple[list[list[str]], list[float], list[str]]:
    """Cells with headings, widths and alignments of our own list."""
    template, programme = read_template("detail", office.folder), village.programmes[0]
    table = build_table(template, split_lines(village)[programme.key], programme)
    layout = plan_layout(table, read_paper(office.folder))
    cells = [[c.heading for c in table.columns], *map(list, zip(*(c.cells for c in table.columns), strict=True))]
    return cells, list(layout.widths), [c.align for c in table.columns]


def tell(**values: object) -> None:
    """One measurement as a line of JSON."""
    print(json.dumps({"bench": "notices"} | values, ensure_ascii=False), flush=True)  # the bench's answer


def compare_with_platypus(rows: int, rounds: int, office: Settings) -> None:
    """Ours and theirs on one list."""
    village = build_village(rows)
    (notice,) = draw_kinds(village, office, STAMP, ["detail"])
    draw = measure(lambda: draw_kinds(village, office, STAMP, ["detail"]), rounds)
    look = measure(lambda: check_notice(notice, village, office), rounds)
    ours = (draw + look) / notice.pages
    tell(
        what="ours, tagged PDF/A, last look included", rows=rows, pages=notice.pages, ms_a_page=round(ours * 1e3, 2),
        draw_ms_a_page=round(draw / notice.pages * 1e3, 2), look_ms_a_page=round(look / notice.pages * 1e3, 2),
        us_a_row=round((draw + look) / rows * 1e6, 1), kb_a_page=round(len(notice.data) / notice.pages / 1e3, 1),
    )  # fmt: skip
    cells, widths, aligns = read_same_cells(village, office)
    for what, wraps in (("LongTable, plain strings", False), ("LongTable, names that wrap", True)):
        data, pages = draw_long_table(cells, widths, aligns, notice.title, wraps=wraps)
        theirs = measure(lambda w=wraps: draw_long_table(cells, widths, aligns, notice.title, wraps=w), rounds)  # type: ignore[misc]
        tell(
            what=what, rows=rows, pages=pages, ms_a_page=round(theirs / pages * 1e3, 2),
            us_a_row=round(theirs / rows * 1e6, 1), kb_a_page=round(len(data) / pages / 1e3, 1),
            ratio_a_row=round(theirs / (draw + look), 1), ratio_a_row_drawing_only=round(theirs / draw, 1),
        )  # fmt: skip


def measure_villages(count: int, office: Settings) -> None:
    """The usual set of many villages in one process, and the memory it ends with."""
    village = build_village(310, programmes=6)
    draw_village(village, office, STAMP)
    before, begin, pages = _memory_mb(), time.process_time(), 0
    for _ in range(count):
        notices, _ = draw_village(village, office, STAMP)
        pages += sum(n.pages for n in notices)
        assert not [f for n in notices for f in check_notice(n, village, office)]
    seconds = time.process_time() - begin
    tell(
        what="villages of 310 households, 6 programmes", villages=count, pages=pages,
        seconds=round(seconds, 1), ms_a_page=round(seconds / pages * 1e3, 3), memory_mb=_memory_mb(),
        growth_mb=_memory_mb() - before,
    )  # fmt: skip


def _memory_mb() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def main() -> None:
    """Measures and tells."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[310, 2400])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--villages", type=int, default=20)
    options = parser.parse_args()
    pdfmetrics.registerFont(TTFont("Song", find_data("fonts", "NotoSerifSC-Regular.ttf")))
    pdfmetrics.registerFont(TTFont("SongBold", find_data("fonts", "NotoSerifSC-Bold.ttf")))
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "templates" / "notice"
        place.mkdir(parents=True)
        (place / "paper.toml").write_text("panels = 1\n", encoding="utf-8")  # LongTable has no panels
        for rows in options.rows:
            compare_with_platypus(rows, options.rounds, Settings(folder=Path(folder), post_from=date(2022, 12, 20)))
    measure_villages(options.villages, Settings())


if __name__ == "__main__":
    main()
