import pytest

from village_notice.notices import face, fonts
from village_notice.notices.fonts import (
    SUBSTITUTE,
    Style,
    encode_all,
    encode_text,
    find_face,
    find_missing,
    measure,
    measure_all,
    show_text,
)


def test_rare_characters_have_a_face():
    assert find_missing("𬎆𠅤䶮𡥧𬭎王") == []
    assert find_face("王")[0] == 0 and find_face("𬎆")[0] > 0


@pytest.mark.parametrize(("text", "missing"), [("王\ue000", ["U+E000"]), ("\U0003fffd", ["U+3FFFD"]), ("王", [])])
def test_missing_characters_are_named(text, missing):
    assert find_missing(text) == missing


def test_a_missing_character_becomes_a_mark():
    assert show_text("王\ue000明") == f"王{SUBSTITUTE}明"
    assert all(b"0000" not in run.hex for run in encode_text("王\ue000明"))


def test_variation_selectors_show_nothing():
    assert show_text("葛\U000e0100") == "葛"


def test_fallback_faces_are_stroked_in_bold():
    assert [run.is_stroked for run in encode_text("王𬎆", Style.BOLD)] == [False, True]


def test_chinese_is_an_em_wide():
    assert measure("王𬎆") == 2000


def test_many_texts_at_once_are_as_wide_as_each_alone():
    texts = [f"{'王李' * (n % 3)}{n:,}.50" for n in range(60)] + ["", "马𡥧", "甲\n乙", ""]
    for style in Style:
        alone = [sum(run.width for run in encode_text(text, style)) for text in texts]
        fonts._widths[style].clear()
        assert measure_all(texts[:60], style) == alone[:60]
        fonts._widths[style].clear()
        assert measure_all(texts, style) == alone == measure_all(texts, style)


def test_many_texts_at_once_are_encoded_as_each_alone():
    texts = ["王小二", "", "1,234.50", "李A·", "王小二"]
    for style in Style:
        assert encode_all(texts, style) == [b"".join(run.hex for run in encode_text(text, style)) for text in texts]
        assert encode_all([], style) == []
        assert encode_all([*texts, "𡥧"], style) is None  # of another face
        assert encode_all(["甲\n乙", "丙"], style) is None


def test_the_characters_of_a_face_are_numbered_by_rank():
    face = fonts.get_face(0)
    assert list(face.cids) == sorted(face.cids) and list(face.cids.values()) == list(range(1, len(face.cids) + 1))
    assert all(face.char(face.cids[char]) == char for char in "王A1·。")


def test_both_kinds_of_character_maps_say_the_same():
    table = fonts.get_face(0)._table("cmap")
    found = {}
    for i in range(int.from_bytes(table[2:4], "big")):
        start = int.from_bytes(table[8 + 8 * i : 12 + 8 * i], "big")
        kind = int.from_bytes(table[start : start + 2], "big")
        if read := {4: face._read_format_4, 12: face._read_format_12}.get(kind):
            codes, glyphs = read(table, start)
            found[kind] = {code: glyph for code, glyph in zip(codes.tolist(), glyphs.tolist(), strict=True) if glyph}
    assert found[4] == {code: glyph for code, glyph in found[12].items() if code < 0xFFFF} != {}
