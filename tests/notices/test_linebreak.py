from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from village_notice.notices.linebreak import NO_END, NO_START, break_lines


def wide(text):
    return float(sum(1 if ord(c) > 255 else 0.5 for c in text))


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("公开时间如下", 4, ["公开时间", "如下"]),
        ("公开时间，共七天", 4, ["公开时", "间，共七", "天"]),
        ("依据《组织法》公开", 3, ["依据", "《组织", "法》公", "开"]),
        ("合计1,234.50元整", 5, ["合计", "1,234.50元", "整"]),
        ("电话0535-1234567", 6, ["电话", "0535-1234567"]),
        ("一行\n二行", 9, ["一行", "二行"]),
        ("原因：" + "_" * 14, 6, ["原因：______", "________"]),
        ("电话 ____", 4, ["电话 ", "____"]),
        ("", 5, [""]),
    ],
)
def test_breaking(text, width, lines):
    assert break_lines(text, width, wide) == lines


@given(st.text("公开时间，。《》（）12a, ", min_size=1, max_size=60), st.integers(4, 20))
def test_nothing_is_lost_and_no_line_is_wider(text, width):
    lines = break_lines(text, width, wide)
    assert "".join(lines) == text
    assert all(wide(line) <= width for line in lines)


@given(st.text("公开时间，。《（", min_size=1, max_size=60).filter(lambda t: "，，" not in t and "。。" not in t))
def test_marks_stand_where_they_may(text):
    """Only a pile of marks longer than a line may break the rule."""
    lines = break_lines(text, 12, wide)
    for before, after in pairwise(lines):
        if len(before) > 3 and not set(before[-4:]) & (NO_START | NO_END):
            assert after[0] not in NO_START
