"""The whole set of a village, read back by two readers that are not ours."""

import io
import os
import pickle
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pypdf
import pypdfium2
import pytest

from village_notice.domain.money import format_fen
from village_notice.domain.public import check_code
from village_notice.notices.fonts import SUBSTITUTE
from village_notice.notices.village import draw_village

ODD_NAMES = (
    "阿卜杜热西提·阿卜杜克热木", "莱阳市山前店镇东关村绿源果蔬种植专业合作社", "𬎆𠅤䶮", "䶮𡥧𬎆", "欧阳𬭎",
    "古丽米热·阿卜杜拉·热合曼", "王小二等3人", "张伟（2）", "𠅤𡥧𬎆䶮",
)  # fmt: skip


def read_with_pypdf(data):
    return "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(data), strict=True).pages)


def read_with_pdfium(data):
    document = pypdfium2.PdfDocument(data)
    try:
        return "".join(document[i].get_textpage().get_text_bounded() for i in range(len(document)))
    finally:
        document.close()


def squeeze(text):
    return re.sub(r"\s|\ufffe", "", text)


@pytest.mark.parametrize("read", [read_with_pypdf, read_with_pdfium])
def test_every_name_and_amount_comes_back(draw, read):
    village, notices, _ = draw(households=40, names=ODD_NAMES)
    text = {n.kind: squeeze(read(n.data)) for n in notices}
    assert [name for name in village.lines.values("name") if name not in text["detail"]] == []
    assert [name for name in village.households.values("name") if name not in text["household"]] == []
    amounts = {format_fen(fen, grouped=True) for fen in village.lines.values("amount_fen")}
    assert [a for a in amounts if a not in text["detail"]] == []
    assert [p.title for p in village.programmes if p.title not in text["summary"]] == []


def test_the_kinds_names_and_the_wall(draw):
    _, notices, findings = draw(households=40)
    assert [(n.kind, n.file_name, n.on_wall) for n in notices] == [
        ("summary", "东关村2022年度补贴汇总公开.pdf", True),
        ("household", "东关村2022年度补贴一户一行公开.pdf", True),
        ("detail", "东关村2022年度补贴明细公开.pdf", False),
    ]
    assert all("\n" not in n.title for n in notices)
    assert findings == []


def test_pages_are_counted(draw):
    for notice in draw(households=40)[1]:
        assert len(pypdf.PdfReader(io.BytesIO(notice.data), strict=True).pages) == notice.pages


def test_the_usual_village_fits_the_board(draw):
    _, notices, findings = draw(households=300)
    assert sum(n.pages for n in notices if n.on_wall) <= 15
    assert [f.code for f in findings] == []


def test_same_input_same_bytes_whatever_was_drawn_before(make_village, make_settings, stamp):
    first, _ = draw_village(make_village(), make_settings(), stamp)
    draw_village(make_village(households=9, names=ODD_NAMES), make_settings(), stamp)
    again, _ = draw_village(make_village(), make_settings(), stamp)
    assert [n.data for n in first] == [n.data for n in again]


def test_another_figure_other_bytes(make_village, make_settings, stamp):
    village = make_village()
    changed = replace(village, public_fen=village.public_fen + 1)
    assert (
        draw_village(village, make_settings(), stamp)[0][0].data
        != draw_village(changed, make_settings(), stamp)[0][0].data
    )


def test_notices_can_be_sent_to_another_process(draw):
    _, notices, findings = draw(households=40)
    assert pickle.loads(pickle.dumps((notices, findings))) == (notices, findings)  # noqa: S301


def test_watermark_only_on_drafts(draw):
    clean, draft = draw(households=40)[1], draw(households=40, held=3)[1]
    assert not any("草稿" in read_with_pypdf(n.data) for n in clean)
    assert all("草稿" in read_with_pypdf(n.data) for n in draft)


def test_detail_is_a_draft_only_where_the_programme_is(draw):
    notice = draw(households=40, held=3)[1][2]
    pages = [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(notice.data), strict=True).pages]
    assert {"草稿" in page for page in pages if "耕地地力保护补贴" in page} == {True}
    assert {"草稿" in page for page in pages if "耕地地力保护补贴" not in page} == {False}


def test_held_payments_are_told(draw):
    finding = draw(households=40, held=3)[2][0]
    assert (finding.code, finding.place.sheet, finding.found) == ("N08", "山前店镇东关村", "3")


def test_too_many_sheets_are_told(make_village, make_settings, stamp):
    _, findings = draw_village(make_village(households=60), make_settings(board_sheets=2), stamp)
    assert [(f.code, f.expected) for f in findings] == [("N06", "2")]


def test_a_character_no_font_has_is_told_and_never_a_box(draw):
    _, notices, findings = draw(households=12, names=["王\ue000明"])
    assert [(f.code, f.place.file, f.place.sheet, f.found, f.expected) for f in findings] == [
        ("N05", "", "山前店镇东关村", "U+E000", "王\ue000明")
    ]
    assert f"王{SUBSTITUTE}明" in squeeze(read_with_pypdf(notices[1].data))


def test_no_box_glyph_is_drawn(draw):
    """CID 0 would be the box; it is in no content stream."""
    for notice in draw(households=40, names=ODD_NAMES)[1]:
        for page in pypdf.PdfReader(io.BytesIO(notice.data), strict=True).pages:
            for codes in re.findall(rb"<([0-9a-f]+)>", page.get_contents().get_data()):
                assert b"0000" not in [codes[i : i + 4] for i in range(0, len(codes), 4)]


def test_an_empty_village_has_only_a_summary(draw):
    assert [n.kind for n in draw(households=0, masked=0, totals=False)[1]] == ["summary"]


def test_only_masked_lists(draw):
    village, notices, _ = draw(households=0, masked=30)
    assert [n.kind for n in notices] == ["summary", "household", "detail"]
    assert check_code(village, "C1") in read_with_pypdf(notices[1].data)


@pytest.mark.parametrize(
    "recipe",
    [
        {"households": 1, "programmes": 1, "masked": 0, "totals": False, "groups": 0},
        {"households": 40, "scale": 100_000_000},
        {"households": 30, "programmes": 28, "held": 12},
        {"households": 20, "masked": 70, "masked_lists": 3, "kind": "社区"},
        {"households": 30, "names": ODD_NAMES, "groups": 0},
    ],
)
def test_nothing_is_drawn_outside_the_paper(draw, recipe):
    for notice in draw(**recipe)[1]:
        document = pypdfium2.PdfDocument(notice.data)
        for page in document:
            width, height = page.get_size()
            boxes = [o.get_bounds() for o in page.get_objects()]
            assert min(b[0] for b in boxes) >= 20 and max(b[2] for b in boxes) <= width - 20
            assert min(b[1] for b in boxes) >= 20 and max(b[3] for b in boxes) <= height - 20
        document.close()


def test_same_bytes_in_every_process():
    code = (
        "import sys, hashlib; sys.path.insert(0, sys.argv[1]); import conftest as c\n"
        "from village_notice.notices.village import draw_village\n"
        "notices, _ = draw_village(c.build_village(held=1), c.build_settings(), c.STAMP)\n"
        "print(hashlib.sha256(b''.join(n.data for n in notices)).hexdigest())"
    )
    command = [sys.executable, "-c", code, str(Path(__file__).parent)]
    hashes = {
        subprocess.run(command, env=os.environ | more, capture_output=True, check=True).stdout
        for more in ({"PYTHONHASHSEED": "1", "TZ": "UTC"}, {"PYTHONHASHSEED": "2", "TZ": "America/New_York"})
    }
    assert len(hashes) == 1
