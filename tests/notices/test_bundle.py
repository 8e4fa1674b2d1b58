import io
from dataclasses import replace

import pypdf
import pytest

from village_notice.notices.bundle import Item, Order, Stack, check_bundle, draw_bundle
from village_notice.notices.readback import read_pieces
from village_notice.notices.template import read_template
from village_notice.notices.village import draw_each
from village_notice.notices.work import start_work


@pytest.fixture
def make_stacks(make_village, make_settings, stamp):
    def made(count=2, kinds=("summary", "household")):
        one = make_village(households=60)
        stacks = []
        for n in range(count):
            village = replace(one, village=f"第{n}村", village_code=f"37068211420{n}")
            work = start_work(village, make_settings(), stamp)
            stacks.append(Stack(village.village, tuple(Item(*pair) for pair in draw_each(work, kinds))))
        return stacks, work

    return made


def make_order(work, *, is_duplex=True):
    return Order("山前店镇", 2022, work.stamp, work.paper(), read_template("bundle", None), is_duplex)


def first_pages(bundle):
    """Number of the page each bookmark leads to, from 1."""
    reader = pypdf.PdfReader(io.BytesIO(bundle.data), strict=True)
    return [(entry.title, reader.get_destination_page_number(entry) + 1) for entry in reader.outline], len(reader.pages)


def test_everything_begins_on_a_front(make_stacks):
    stacks, work = make_stacks()
    bundle = draw_bundle(make_order(work), stacks)
    marks, pages = first_pages(bundle)
    starts = [page for title, page in marks if "汇总" in title or "一户一行" in title or title.startswith("第")]
    assert len(starts) == 6 and all(page % 2 for page in starts)
    assert pages == bundle.pages and pages % 2 == 0


def test_one_sided_has_no_blank_page(make_stacks):
    stacks, work = make_stacks()
    bundle = draw_bundle(make_order(work, is_duplex=False), stacks)
    assert bundle.pages == 1 + sum(1 + stack.pages for stack in stacks)


def test_nothing_is_lost_and_nothing_added(make_stacks):
    stacks, work = make_stacks()
    order = make_order(work)
    bundle = draw_bundle(order, stacks)
    assert check_bundle(bundle, order, stacks) == []
    texts = [p.text for p in read_pieces(bundle.data) if p.page]
    for stack in stacks:
        for item in stack.items:
            own = [p.text for p in read_pieces(item.drawn.data) if p.page]
            at = texts.index(own[0])
            assert texts[at : at + len(own)] == own
    assert [f.code for f in check_bundle(bundle, order, stacks[:1])] and stacks[1].village in texts


def test_the_packing_list_counts_sheets(make_stacks):
    stacks, work = make_stacks()
    order = make_order(work)
    cells = [p.text for p in read_pieces(draw_bundle(order, stacks).data) if p.tag == "TD" and p.page == 1]
    household = stacks[0].items[1].drawn.pages
    sheets = 1 + (household + 1) // 2
    assert cells[:5] == ["1", "第0村", f"汇总公开 1 页、一户一行 {household} 页", str(1 + household), str(sheets)]
    assert cells[-2:] == [str(2 * (1 + household)), str(2 * sheets)]


def test_same_bytes_and_a_sound_structure_tree(make_stacks):
    first, again = (draw_bundle(make_order(work), stacks) for stacks, work in (make_stacks(), make_stacks()))
    assert first.data == again.data
    root = pypdf.PdfReader(io.BytesIO(first.data), strict=True).trailer["/Root"]
    parents = root["/StructTreeRoot"]["/ParentTree"]["/Nums"]
    assert parents[0::2] == list(range(first.pages))
