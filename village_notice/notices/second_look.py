"""A second, independent look at some finished files of every run: pdfium reads them, as a villager's reader would.

`gate` reads every file with a reader of our own that knows how `document` writes; a mistake in what both believe about
PDF would pass it. pdfium knows nothing of us, and is there anyway for the pictures.
"""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from village_notice.domain.finding import Finding, Place
from village_notice.domain.public import VillageYear
from village_notice.notices.fonts import show_text
from village_notice.notices.lists import show_yuan
from village_notice.notices.village import Kind, Notice

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument

_EVERY = 50
_AMOUNT = re.compile(r"(?<![\d.,-])-?\d{1,3}(?:,\d{3})*\.\d\d(?!\d)")
_CONTROL = re.compile(r"校验(?!码)[^校元]*?(-?[\d,]+\.\d\d)元")
"""As the packaged templates word it; where an office words it otherwise, its sum must be there all the same."""
_SPACE = re.compile(r"\s+")


def choose_sample(villages: Sequence[VillageYear]) -> frozenset[str]:
    """Codes of the villages looked at twice: the first, the last and the largest by code, and one in fifty."""
    ordered = sorted(villages, key=lambda v: v.village_code)
    if not ordered:
        return frozenset()
    largest = max(ordered, key=lambda v: len(v.lines))
    return frozenset(v.village_code for v in (*ordered[::_EVERY], ordered[-1], largest))


def check_sample(notices: Sequence[Notice], village: VillageYear) -> list[Finding]:
    """N11 for each finished file of a village in which a name or amount is missing, or the sum is not that of the control line.

    Args:
        notices: Files of the run, with or without attached tables.
        village: What they were made from.
    """
    return [
        Finding("N11", Place(notice.file_name), found=fault)
        for notice in notices
        for fault in _find_faults(notice, village)
    ]


def _find_faults(notice: Notice, village: VillageYear) -> Iterator[str]:
    """What is wrong with a file, in words; the first of each sort only."""
    import pypdfium2  # few workers have a village of the sample

    try:
        document = pypdfium2.PdfDocument(notice.data)
        text = "\n".join(_read_pages(document))
        tables = [bytes(document.get_attachment(i).get_data()) for i in range(document.count_attachments())]
        document.close()
    except pypdfium2.PdfiumError as error:
        yield f"打不开（{error}）"
        return
    names, amounts, sums = _list_expected(notice.kind, village)
    packed = _SPACE.sub("", text)
    missing = [n for n, count in names.items() if packed.count(_SPACE.sub("", n)) < count]
    if missing:
        yield f"读不到{missing[0]}"
    shown, told = Counter(_AMOUNT.findall(text)), Counter(_CONTROL.findall(packed))
    lost = amounts - shown
    if lost:
        yield f"读不到金额 {next(iter(lost))}"
    if told != sums if told else not sums <= shown:
        yield f"校验行的金额是 {'、'.join(told.elements()) or '空的'}，各行相加是 {'、'.join(sums.elements())}"
    if tables:
        added, expected = sum(map(_add_up, tables)), sum(Decimal(s.replace(",", "")) for s in sums.elements())
        if added != expected:
            yield f"所附的表相加是 {added}，应为 {expected}"


def _read_pages(document: "PdfDocument") -> Iterator[str]:
    for page in document:
        words = page.get_textpage()
        yield words.get_text_range()
        words.close()
        page.close()


def _list_expected(kind: Kind, village: VillageYear) -> tuple[Counter[str], Counter[str], Counter[str]]:
    """Names with how often they stand there at least, amounts of the rows, and amounts of the control lines."""
    programmes = village.programmes
    if kind == "summary":
        fen = [p.amount_fen for p in programmes]
        return (
            Counter(show_text(p.title) for p in programmes),
            Counter(map(show_yuan, fen)),
            Counter([show_yuan(sum(fen))]),
        )
    if kind == "household":
        homes = village.households
        lists = [p for p in programmes if p.lists_names and p.tier == "C"]
        names, fen = homes.values("name"), homes.values("amount_fen")
        sums = [sum(fen)] if fen else []
    else:
        lists, names, fen, sums = [p for p in programmes if p.lists_names], [], [], []
        totals = [p.amount_fen for p in programmes if not p.lists_names]
        fen, sums = totals, [sum(totals)] if totals else []
    lines = village.lines.to_lists()
    for p in lists:
        chosen = [i for i, key in enumerate(lines["key"]) if key == p.key]
        own = [lines["amount_fen"][i] for i in chosen]
        names, fen, sums = [*names, *(lines["name"][i] for i in chosen)], [*fen, *own], [*sums, sum(own)]
    return Counter(map(show_text, names)), Counter(map(show_yuan, fen)), Counter(map(show_yuan, sums))


def _add_up(table: bytes) -> Decimal:
    """The sum of an attached table: amounts stand in the column of money, which a table has once or as its last one."""
    rows = list(csv.reader(io.StringIO(table.decode("utf-8-sig"), newline="")))
    column = rows[0].index("金额") if "金额" in rows[0] else len(rows[0]) - 1
    return sum((Decimal(row[column]) for row in rows[1:]), Decimal(0))
