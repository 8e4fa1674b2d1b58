"""The pipeline to beat: what a competent developer writes in an afternoon with the packages everybody knows.

pandas.read_excel, groupby, reportlab's LongTable, to_excel, pypinyin name by name, to_sql. No checks, no findings, no
PDF/A, no last look, no packages; it knows where the headings are. It checks its own sum against truth.json.

Run: `python bench/naive.py COUNTY OUT` on what `bench/county.py COUNTY` made.
"""

import argparse
import json
import sqlite3
import time
from pathlib import Path

import pandas as pd
from pypinyin import Style, lazy_pinyin
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import LongTable, Paragraph, SimpleDocTemplate, Spacer, TableStyle

from village_notice.resources import find_data

COLUMNS = {"village": "村名", "name": "户主姓名", "amount": "发放金额（元）", "day": "发放日期"}


def read(inbox: Path) -> pd.DataFrame:
    """All payments of the inbox."""
    frames = []
    for path in sorted(inbox.rglob("*.xlsx")):
        frame = pd.read_excel(path, engine="openpyxl", header=1, dtype={"身份证号": str, "一卡通账号": str})
        frame = frame[frame["序号"] != "合计"]
        made = pd.DataFrame({key: frame[heading] for key, heading in COLUMNS.items()})
        made["quantity"], made["township"] = frame.iloc[:, 5], path.parent.name
        made["programme"] = (
            path.stem.removesuffix("发放明细").rpartition("镇")[2].rpartition("道")[2].rpartition("村")[2]
        )
        frames.append(made)
    whole = pd.concat(frames, ignore_index=True)
    whole["fen"] = (whole["amount"].astype(float) * 100).round().astype("int64")
    return whole


def draw(path: Path, village: str, lists: list[tuple[str, pd.DataFrame]]) -> int:
    """One PDF a village with a list a programme; its pages."""
    title = ParagraphStyle("title", fontName="Song", fontSize=20, leading=26, alignment=1)
    story: list[object] = []
    for programme, people in lists:
        rows = [["序号", "姓名", "数量", "笔数", "金额（元）"]]
        columns = (people[c].tolist() for c in ("name", "quantity", "payments", "fen"))
        for i, (name, quantity, payments, fen) in enumerate(zip(*columns, strict=True), 1):
            rows.append([str(i), name, f"{quantity:.2f}", str(payments), f"{fen / 100:,.2f}"])
        style = [
            ("FONT", (0, 0), (-1, -1), "Song", 12),
            ("GRID", (0, 0), (-1, -1), 0.5, "black"),
            ("ALIGN", (2, 1), (-1, -1), "RIGHT"),
        ]
        table = LongTable(
            rows, colWidths=[18 * mm, 45 * mm, 32 * mm, 22 * mm, 45 * mm], rowHeights=8 * mm, repeatRows=1,
            style=TableStyle(style),
        )  # fmt: skip
        story += [Paragraph(f"{village}{programme}公示", title), Spacer(1, 6 * mm), table, Spacer(1, 10 * mm)]
    pages = []
    document = SimpleDocTemplate(str(path), pagesize=A4)
    document.build(story, onFirstPage=lambda *_: pages.append(1), onLaterPages=lambda *_: pages.append(1))
    return len(pages)


def main() -> None:
    """Does it all and tells the seconds of each step as one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("county", type=Path)
    parser.add_argument("out", type=Path)
    options = parser.parse_args()
    options.out.mkdir(parents=True)
    pdfmetrics.registerFont(TTFont("Song", find_data("fonts", "NotoSerifSC-Regular.ttf")))
    begin, seconds, pages = time.perf_counter(), {}, 0

    def lap(stage: str) -> None:
        nonlocal begin
        now = time.perf_counter()
        seconds[stage], begin = round(seconds.get(stage, 0) + now - begin, 2), now

    payments = read(options.county / "in")
    lap("read")
    truth = json.loads((options.county / "truth.json").read_text(encoding="utf-8"))
    assert (len(payments), int(payments["fen"].sum())) == (truth["payments"], truth["fen"])
    keys = ["township", "village", "programme", "name"]
    people = payments.groupby(keys, as_index=False).agg(
        quantity=("quantity", "max"), payments=("fen", "size"), fen=("fen", "sum")
    )
    lap("add up")
    for (township, village), found in people.groupby(["township", "village"]):
        folder = options.out / str(township)
        folder.mkdir(exist_ok=True)
        lists = [(str(programme), part) for programme, part in found.groupby("programme")]
        pages += draw(folder / f"{village}.pdf", str(village), lists)
        lap("draw")
        with pd.ExcelWriter(folder / f"{village}.xlsx", engine="openpyxl") as writer:
            for programme, part in lists:
                part.to_excel(writer, sheet_name=programme[:31], index=False)
        lap("workbooks")
    people["pinyin"] = ["".join(lazy_pinyin(name)) for name in people["name"]]
    people["initials"] = ["".join(lazy_pinyin(name, style=Style.FIRST_LETTER)) for name in people["name"]]
    lap("pinyin")
    with sqlite3.connect(options.out / "query.db") as database:
        people.to_sql("people", database, index=False)
        database.execute("CREATE INDEX by_name ON people(name)")
    lap("database")
    answer = {"payments": len(payments), "pages": pages, "stages": seconds, "seconds": round(sum(seconds.values()), 2)}
    print(json.dumps(answer, ensure_ascii=False))


if __name__ == "__main__":
    main()
