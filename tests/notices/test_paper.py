import pytest

from village_notice.notices.fonts import Style, measure
from village_notice.notices.paper import MM, read_paper, title_height, title_lines, wrap_paragraph, wrap_text


@pytest.fixture
def own(tmp_path):
    """An office folder with its own paper.toml."""

    def write(text):
        folder = tmp_path / "templates" / "notice"
        folder.mkdir(parents=True)
        (folder / "paper.toml").write_text(text, encoding="utf-8")
        return tmp_path

    return write


def test_a4_upright_is_the_default():
    paper = read_paper(None)
    assert (round(paper.width / MM), round(paper.height / MM)) == (210, 297)
    assert paper.table >= 12 and paper.row >= 8 * MM - 0.01


def test_turned_paper():
    paper = read_paper(None, turned=True)
    assert paper.width > paper.height


def test_a_county_may_print_on_a3(own):
    paper = read_paper(own('size = "A3"\norientation = "landscape"\ntable_pt = 16\n'))
    assert (round(paper.width / MM), round(paper.height / MM), paper.table) == (420, 297, 16)


def test_a_long_title_is_set_smaller_and_then_broken():
    paper = read_paper(None)
    (line, size), *more = title_lines("东关村" * 10, paper)
    assert not more and size < paper.title and measure(line, Style.BOLD) * size / 1000 <= paper.inside + 0.1
    assert len(title_lines("东关村" * 40, paper)) > 1
    assert title_height("一\n二", paper) > title_height("一", paper)


def test_no_line_is_wider_than_the_paper():
    text = "依据《中华人民共和国村民委员会组织法》第三十条，合计1,234,567.89元。" * 5
    lines = wrap_text(text, 300.0, 13.0)
    assert "".join(lines) == text
    assert all(measure(line) * 13 / 1000 <= 300 for line in lines)


@pytest.mark.parametrize(("characters", "last"), [(41, 20), (42, 4), (44, 4)])
def test_a_last_line_never_holds_one_or_two_characters(characters, last):
    """It is drawn in, or gets two more from the line before; nothing is lost."""
    lines = wrap_paragraph("公" * characters, 200.0, 10.0)
    assert len(lines[-1]) >= min(last, 3) and "".join(lines) == "公" * characters
    assert all(measure(line) * 10 / 1000 <= 200 * 1.05 for line in lines)
