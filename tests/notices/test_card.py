import re
from collections import Counter
from dataclasses import replace

import pypdfium2
import pytest

from village_notice.domain.money import format_fen
from village_notice.domain.subsidy import Tier
from village_notice.notices.card import build_slips
from village_notice.notices.gate import check_notice
from village_notice.notices.readback import read_pieces
from village_notice.notices.village import draw_kinds
from village_notice.notices.work import Choice, start_work

from ..tables import edit_row

TEXT = pypdfium2.raw.FPDF_PAGEOBJ_TEXT
AMOUNT = re.compile(r"[\d,]+\.\d\d元")
LONG = ("阿卜杜热西提·阿卜杜克热木", "莱阳市山前店镇东关村绿源果蔬种植专业合作社", "𬎆𠅤䶮", "王小二等3人")


@pytest.fixture
def draw_cards(make_settings, stamp):
    def drawn(village, choice=None):
        (card,) = draw_kinds(village, make_settings(), stamp, ["card"], choice)
        return card, [p for p in read_pieces(card.data) if p.page]

    return drawn


def test_a_slip_a_household_in_the_order_of_the_walk(draw_cards, make_village):
    village = make_village(households=40, names=LONG)
    _, pieces = draw_cards(village)
    assert [p.text for p in pieces if p.tag == "H2"] == village.households.values("name")


@pytest.mark.parametrize("choice", [Choice(), Choice("A3"), Choice("", is_large=True), Choice("A3", is_large=True)])
@pytest.mark.parametrize("recipe", [{"households": 40, "names": LONG, "held": 2}, {"households": 9, "programmes": 40}])
def test_every_slip_adds_up_and_passes_the_last_look(draw_cards, make_village, make_settings, recipe, choice):
    village = make_village(**recipe)
    card, pieces = draw_cards(village, choice)
    assert check_notice(card, village, make_settings()) == []
    sums: Counter[str] = Counter()
    name = ""
    for piece in pieces:
        name = piece.text if piece.tag == "H2" else name
        if piece.tag == "TD" and AMOUNT.fullmatch(piece.text):
            sums[name] += int(re.sub(r"\D", "", piece.text))
    expected = dict(zip(*map(village.households.values, ("name", "amount_fen")), strict=True))
    assert {name: 2 * fen for name, fen in expected.items()} == sums  # the lines and their total


def test_only_open_tiers(draw_cards, make_village):
    village = make_village(households=20)
    _, pieces = draw_cards(village)
    hidden = {p.title for p in village.programmes if p.tier in (Tier.C, Tier.D)}
    assert hidden and not hidden & {p.text for p in pieces}


def test_several_people_of_a_household_are_told_apart(make_village, make_settings, stamp):
    village = make_village(households=6)
    homes = edit_row(village.households, 0, people=2)
    work = start_work(replace(village, households=homes), make_settings(), stamp)
    first, second, *_ = build_slips(work, work.read("card"))
    assert all(entry.detail.startswith(first.name) for entry in first.entries)
    assert not any(entry.detail.startswith(second.name) for entry in second.entries)


def test_another_households_amount_is_refused(draw_cards, make_village, make_settings):
    village = make_village(households=20)
    card, _ = draw_cards(village)
    lines = edit_row(village.lines, 0, amount_fen=lambda fen: fen + 1)
    found = check_notice(card, replace(village, lines=lines), make_settings())
    assert [(f.code, f.found) for f in found] == [
        ("P02", f"{format_fen(village.lines.values('amount_fen')[0], grouped=True)}元")
    ]


def test_a_name_that_is_not_public_is_refused(draw_cards, make_village, make_settings):
    village = make_village(households=20)
    card, _ = draw_cards(village)
    homes = edit_row(village.households, 3, name="别的人")
    found = check_notice(card, replace(village, households=homes), make_settings())
    assert village.households.values("name")[3] in [f.found for f in found]


@pytest.mark.parametrize("choice", [Choice(), Choice("A3"), Choice("", is_large=True)])
@pytest.mark.parametrize(
    "recipe", [{"households": 9, "scale": 1_000_000_000}, {"households": 9, "names": LONG, "programmes": 40}]
)
def test_no_word_leaves_its_slip(draw_cards, make_village, recipe, choice):
    card, _ = draw_cards(make_village(**recipe), choice)
    document = pypdfium2.PdfDocument(card.data)
    for page in document:
        width, height = page.get_size()
        words = [o.get_bounds() for o in page.get_objects() if o.type == TEXT]
        assert min(b[0] for b in words) >= 20 and max(b[2] for b in words) <= width - 20
        assert min(b[1] for b in words) >= 20 and max(b[3] for b in words) <= height - 20
    document.close()
