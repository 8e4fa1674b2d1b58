import io

import pypdf
import pytest

from village_notice.errors import VerificationError
from village_notice.notices.readback import read_pieces, read_texts


def test_agrees_with_another_reader(draw):
    """Every character that pypdf finds is found, and no other."""
    for notice in draw(households=40, names=["𬎆𠅤䶮", "䶮𡥧𬎆"])[1]:
        other = "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(notice.data), strict=True).pages)
        ours = "".join(p.text for p in read_pieces(notice.data) if p.page)
        assert sorted("".join(ours.split())) == sorted("".join(other.split()))


def test_bookmarks_and_title_are_read(draw):
    words = [p.text for p in read_pieces(draw()[1][2].data) if not p.page]
    assert "耕地地力保护补贴" in words and "东关村2022年度补贴明细公开" in words


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7\n", b"%PDF-1.7\nstartxref\n9\n%%EOF"])
def test_other_files_are_refused(data):
    with pytest.raises(VerificationError):
        list(read_pieces(data))


@pytest.mark.parametrize("recipe", [{"households": 60, "names": ["𬎆𠅤䶮", "䶮𡥧𬎆"]}, {"households": 0, "masked": 9}])
def test_texts_are_those_of_the_pieces_each_once(draw, recipe):
    for notice in draw(**recipe)[1]:
        cells, words, title = {"": set()}, set(), ""
        for piece in read_pieces(notice.data):
            if piece.tag == "H1":
                title = piece.text
                cells.setdefault(title, set())
            (cells[title] if piece.tag == "TD" else words).add(piece.text)
        assert read_texts(notice.data) == (cells, words)


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7\n", b"%PDF-1.7\nstartxref\n9\n%%EOF"])
def test_other_files_have_no_texts(data):
    with pytest.raises(VerificationError):
        read_texts(data)
