"""How fast notices are drawn, against reportlab's own LongTable on the same data, in one run.

Ours: 明细公开 on normal A4 (rows of 8 mm, 12 pt, one panel), tagged PDF/A-2u, with the last look; of one programme, and
of six as a village usually has it.
Theirs: platypus LongTable of the same cells, widths, heights and lines, untagged, no PDF/A, nothing looked at; once bare,
once with all that stands on our page: lead and closing words, running title, footer, sums a page, names that wrap.

Run: `python bench/bench_notices.py [--rows 310x6] [--rounds 5]`. One line of JSON a measurement goes to stdout.
"""

import argparse
import io
import json
import random
import resource
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Any

from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import Flowable, LongTable, PageBreak, Paragraph, SimpleDocTemplate, TableStyle

from village_notice.domain.public import HOUSEHOLD_COLUMNS, LINE_COLUMNS, ProgrammeSummary, VillageYear
from village_notice.domain.public_table import make_table
from village_notice.domain.subsidy import Tier
from village_notice.notices.gate import check_notice
from village_notice.notices.lists import build_programme_part, programme_variables, split_lines
from village_notice.notices.paper import read_paper
from village_notice.notices.table import paginate, plan_layout
from village_notice.notices.village import draw_kinds, draw_village
from village_notice.notices.work import start_work
from village_notice.resources import find_data
from village_notice.settings import Settings

TITLE = ParagraphStyle("title", fontName="SongBold", fontSize=22, leading=30, alignment=1)
BODY = ParagraphStyle("body", fontName="Song", fontSize=14, leading=21, wordWrap="CJK")
NAME = ParagraphStyle("name", fontName="Song", fontSize=12, leading=13, wordWrap="CJK")
STAMP = datetime(2022, 12, 20, tzinfo=UTC)
SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
GIVEN = (
    "国建玉秀桂春洪明文志海永德学淑凤金世树宝福庆立振维丽爱晓红广忠成传克守继仁义长华军英兰芳香梅云娟艳敏贵财胜利祥龙江波"
    "涛峰岩松柏青山平安康宁亮星晨旭阳升进展鹏飞翔宇刚毅勇强斌武杰伟磊静霞玲珍莲花菊翠琴清田全友启堂顺良民善昌厚林森荣"
)


def build_village(rows: int, programmes: int = 1, seed: int = 20220713) -> VillageYear:
    """A village of invented people, all of them in every programme."""
    rng = random.Random(seed)
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
    sums = Counter[int]()
    for line in lines:
        sums[line[9]] += line[7]
    homes = [(n, n, "", name, 1, sums[n]) for n, name in enumerate(names, 1)]
    return VillageYear(
        2022, "莱阳市", "山前店镇", "山前店镇", "东关村", "东关村村民委员会", "370682114201", "村", tuple(found),
        make_table(LINE_COLUMNS, lines), make_table(HOUSEHOLD_COLUMNS, homes), rows,
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


def draw_bare(sheets: Sequence["SameSheet"]) -> tuple[bytes, int]:
    """A title and the cells as plain strings: a long name runs into its neighbour. File and pages."""
    return _build(sheets, [[s.title_block(), s.table([s.headings, *s.rows], [])] for s in sheets])


def draw_same(sheets: Sequence["SameSheet"]) -> tuple[bytes, int]:
    """The page as ours: words above and below, names that wrap and take rare characters, sums a page."""
    return _build(sheets, [_tell_same(sheet) for sheet in sheets])


def _tell_same(sheet: "SameSheet") -> list[Flowable]:
    cells: list[list[object]] = [list(sheet.headings)]
    bold = []
    for number, (first, end) in enumerate(sheet.parts):
        if number:
            bold.append(len(cells))
            cells.append(sheet.sums("承前页", 0, first))
        cells += [
            [Paragraph(mark_rare(c), NAME) if i in sheet.names else c for i, c in enumerate(row)]
            for row in sheet.rows[first:end]
        ]
        bold.append(len(cells))
        cells.append(sheet.sums("本页小计", first, end))
    bold.append(len(cells))
    cells.append(sheet.sums("合计", 0, len(sheet.rows)))
    above = [sheet.title_block(), *(Paragraph(mark_rare(text), BODY) for text in sheet.above)]
    below = [Paragraph(mark_rare(text), BODY) for text in sheet.below]
    return [*above, sheet.table(cells, bold), *below]


def mark_rare(text: str) -> str:
    """Markup that sets characters the first face lacks in the second."""
    first = pdfmetrics.getFont("Song").face.charToGlyph
    if all(ord(c) in first for c in text):
        return text
    return "".join(c if ord(c) in first else f'<font name="SongRare">{c}</font>' for c in text)


@dataclass
class SameSheet:
    """What stands on our sheet, for platypus to draw.

    Attributes:
        title: In one line.
        headings: Of the columns.
        rows: Cells of each row.
        widths, aligns: Of the columns.
        names: Columns of names.
        values: Column → numbers that are added up, with the function that shows a sum.
        parts: First row and end of each page.
        above, below: Paragraphs.
    """

    title: str
    headings: list[str]
    rows: list[list[str]]
    widths: list[float]
    aligns: list[str]
    names: set[int]
    values: dict[int, tuple[list[int], Callable[[int], str]]]
    parts: list[tuple[int, int]]
    above: list[str]
    below: list[str]

    def title_block(self) -> Paragraph:
        """The title over the list."""
        return Paragraph(self.title, TITLE)

    def sums(self, label: str, first: int, end: int) -> list[object]:
        """A row of sums with the number of rows in its label."""
        row: list[object] = [f"{label}（{end - first:,}人）", *([""] * (len(self.headings) - 1))]
        for column, (values, show) in self.values.items():
            row[column] = show(sum(values[first:end]))
        return row

    def table(self, cells: Sequence[Sequence[object]], bold: list[int]) -> LongTable:
        """The list; rows of sums are bold, with their label over the first columns."""
        paper = read_paper(None)
        style = [
            ("FONT", (0, 0), (-1, 0), "SongBold", paper.table),
            ("FONT", (0, 1), (-1, -1), "Song", paper.table),
            ("GRID", (0, 0), (-1, -1), paper.thin, "black"),
            ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
            *(("ALIGN", (i, 1), (i, -1), align.upper()) for i, align in enumerate(self.aligns)),
            *(("FONT", (0, row), (-1, row), "SongBold", paper.table) for row in bold),
            *(("SPAN", (0, row), (min(self.values) - 1, row)) for row in bold),
        ]
        heights = [paper.row] * len(cells)
        return LongTable(cells, colWidths=self.widths, rowHeights=heights, repeatRows=1, style=TableStyle(style))


def _build(sheets: Sequence[SameSheet], stories: Sequence[list[Flowable]]) -> tuple[bytes, int]:
    stream, paper, pages = io.BytesIO(), read_paper(None), []
    whole, total = list[Flowable](), sum(len(sheet.parts) for sheet in sheets)
    for number, story in enumerate(stories):
        whole += [PageBreak(), *story] if number else story
    document = SimpleDocTemplate(
        stream, pagesize=A4, leftMargin=paper.left - 6, rightMargin=A4[0] - paper.right - 6,
        topMargin=A4[1] - paper.top, bottomMargin=paper.floor - 6, invariant=1, title=sheets[0].title,
    )  # fmt: skip

    def decorate(canvas: Any, _: object) -> None:  # noqa: ANN401  # reportlab's canvas has no types
        pages.append(1)
        canvas.setFont("Song", paper.footer)
        canvas.drawRightString(paper.right, paper.bottom, f"第 {len(pages)} 页　共 {total} 页")
        if len(pages) > 1:
            canvas.setFont("SongBold", paper.body)
            canvas.drawCentredString(A4[0] / 2, paper.top + 4, f"{sheets[0].title}（续）")

    document.build(whole, onFirstPage=decorate, onLaterPages=decorate)
    return stream.getvalue(), len(pages)


def read_same_sheet(village: VillageYear, office: Settings, programme: ProgrammeSummary) -> SameSheet:
    """Words, cells, sums and page breaks of our own list of a programme."""
    work = start_work(village, office, STAMP)
    part = build_programme_part(work, programme, split_lines(village)[programme.key], read_paper(office.folder))
    columns, layout = part.table.columns, plan_layout(part.table, part.paper)
    room = part.paper.top - part.paper.floor
    sheets = paginate(part.table, layout, part.paper, (room - 190, room - 30), part.closing.height)
    variables = programme_variables(village, work.variables, programme)
    template = work.read("detail")
    return SameSheet(
        title=part.bookmark,
        headings=[c.heading for c in columns],
        rows=[list(row) for row in zip(*(c.cells for c in columns), strict=True)],
        widths=list(layout.widths),
        aligns=[c.align for c in columns],
        names={i for i, c in enumerate(columns) if c.align == "left"},
        values={i: (c.values, c.show) for i, c in enumerate(columns) if c.values},
        parts=[(sheet.starts[0], sheet.end) for sheet in sheets],
        above=[*part.paragraphs, part.facts, part.unit_note],
        below=[part.table.capital, template.fill("control", variables), *template.fill_all("closing", variables)],
    )


def tell(**values: object) -> None:
    """One measurement as a line of JSON."""
    print(json.dumps({"bench": "notices"} | values, ensure_ascii=False), flush=True)  # the bench's answer


def compare_with_platypus(people: int, programmes: int, rounds: int, office: Settings) -> None:
    """Ours and theirs on the lists of some programmes in one file."""
    village, rows = build_village(people, programmes), people * programmes
    (notice,) = draw_kinds(village, office, STAMP, ["detail"])
    draw = measure(lambda: draw_kinds(village, office, STAMP, ["detail"]), rounds)
    look = measure(lambda: check_notice(notice, village, office), rounds)
    ours = (draw + look) / notice.pages
    tell(
        what="ours, tagged PDF/A, last look included", rows=people, lists=programmes, pages=notice.pages, ms_a_page=round(ours * 1e3, 2),
        draw_ms_a_page=round(draw / notice.pages * 1e3, 2), look_ms_a_page=round(look / notice.pages * 1e3, 2),
        us_a_row=round((draw + look) / rows * 1e6, 1), kb_a_page=round(len(notice.data) / notice.pages / 1e3, 1),
    )  # fmt: skip
    sheets = [read_same_sheet(village, office, programme) for programme in village.programmes]
    for what, make in (
        ("LongTable, bare: title and plain strings", draw_bare),
        ("LongTable, the same page", draw_same),
    ):
        data, pages = make(sheets)
        theirs = measure(partial(make, sheets), rounds)
        tell(
            what=what, rows=people, lists=programmes, pages=pages, ms_a_page=round(theirs / pages * 1e3, 2),
            us_a_row=round(theirs / rows * 1e6, 1), kb_a_page=round(len(data) / pages / 1e3, 1),
            ratio_a_page=round(theirs / pages / ours, 1), ratio_a_row=round(theirs / (draw + look), 1),
            ratio_a_row_drawing_only=round(theirs / draw, 1),
        )  # fmt: skip


def measure_villages(count: int, office: Settings) -> None:
    """The usual set of many villages in one process; the memory it ends with, and what the second half added."""
    draw_village(build_village(310, programmes=6), office, STAMP)
    seconds, pages, half = 0.0, 0, 0
    for number in range(count):
        village = build_village(310, programmes=6, seed=number)  # other names and sums in each
        begin = time.process_time()
        notices, _ = draw_village(village, office, STAMP)
        assert not [f for n in notices for f in check_notice(n, village, office)]
        seconds += time.process_time() - begin
        pages += sum(n.pages for n in notices)
        half = _memory_mb() if number == count // 2 else half
    tell(
        what="villages of 310 households, 6 programmes", villages=count, pages=pages,
        seconds=round(seconds, 1), ms_a_page=round(seconds / pages * 1e3, 3), memory_mb=_memory_mb(),
        growth_in_second_half_mb=_memory_mb() - half,
    )  # fmt: skip


def _memory_mb() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def main() -> None:
    """Measures and tells."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", nargs="+", default=["310", "310x6", "2400"], help="rows, x lists in one file")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--villages", type=int, default=20)
    options = parser.parse_args()
    pdfmetrics.registerFont(TTFont("Song", find_data("fonts", "NotoSerifSC-Regular.ttf")))
    pdfmetrics.registerFont(TTFont("SongBold", find_data("fonts", "NotoSerifSC-Bold.ttf")))
    pdfmetrics.registerFont(TTFont("SongRare", find_data("fonts", "FallbackHana.ttf")))
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "templates" / "notice"
        place.mkdir(parents=True)
        (place / "paper.toml").write_text("panels = 1\n", encoding="utf-8")  # LongTable has no panels
        for rows in options.rows:
            people, _, lists = rows.partition("x")
            compare_with_platypus(
                int(people),
                int(lists or 1),
                options.rounds,
                Settings(folder=Path(folder), post_from=date(2022, 12, 20)),
            )
    measure_villages(options.villages, Settings())


if __name__ == "__main__":
    main()
