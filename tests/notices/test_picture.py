import io

from PIL import Image

from village_notice.notices.picture import draw_pictures


def test_a_picture_a_page_in_greys_always_the_same(draw):
    summary = draw(households=40)[1][0]
    pages = draw_pictures(summary.data, dpi=50)
    assert pages == draw_pictures(summary.data, dpi=50)
    assert len(pages) == summary.pages
    picture = Image.open(io.BytesIO(pages[0]))
    assert picture.size == (414, 585)
    shades = {shade for _, shade in picture.convert("L").getcolors()}
    assert {0, 255} <= shades and len(shades) <= 16
