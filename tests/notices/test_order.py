"""A list that is not sorted by 村民小组 tells the group of each row."""

import io
from collections import Counter
from dataclasses import replace
from operator import itemgetter

import pypdf

from village_notice.notices.gate import check_notice
from village_notice.notices.readback import read_pieces
from village_notice.notices.village import draw_kinds
from village_notice.settings import Settings

from ..tables import build_table, list_rows


def test_without_bands_each_row_tells_its_group(make_village, stamp):
    village = make_village(households=12, programmes=2, groups=3)
    serials = Counter[str]()
    rows = sorted(list_rows(village.lines), key=itemgetter("key", "amount_fen"))
    for row in rows:
        serials[row["key"]] += 1
        row["serial"] = serials[row["key"]]
    homes = sorted(list_rows(village.households), key=itemgetter("amount_fen"))
    homes = [home | {"serial": serial} for serial, home in enumerate(homes, 1)]
    lines, homes = (
        build_table(table, (row.values() for row in found))
        for table, found in ((village.lines, rows), (village.households, homes))
    )
    mixed = replace(village, lines=lines, households=homes)
    for notice in draw_kinds(mixed, Settings(), stamp, ("household", "detail")):
        pieces = list(read_pieces(notice.data))
        assert "村民小组" in [p.text for p in pieces if p.tag == "TH"]
        assert not any("组（" in p.text for p in pieces)
        assert sum(p.text == "2组" for p in pieces) >= 4
        assert check_notice(notice, mixed, Settings()) == []


def test_a_long_list_has_a_bookmark_for_each_group(make_village, stamp):
    long, short = (make_village(households=n, programmes=3, groups=4) for n in (160, 8))
    (notice,) = draw_kinds(long, Settings(), stamp, ("household",))
    reader = pypdf.PdfReader(io.BytesIO(notice.data))
    titles = [(item.title.strip(), reader.get_destination_page_number(item)) for item in reader.outline]
    groups = [(title.partition("（")[0], page) for title, page in titles if "组（" in title]
    assert [group for group, _ in groups] == ["1组", "2组", "3组", "4组"]
    assert [page for _, page in groups] == sorted(page for _, page in groups) and groups[-1][1] > groups[0][1]
    for group, page in groups:
        assert f"{group}（40户" in reader.pages[page].extract_text()
    (notice,) = draw_kinds(short, Settings(), stamp, ("household",))
    assert not any("组（" in item.title for item in pypdf.PdfReader(io.BytesIO(notice.data)).outline)
