import io

import pypdf
import pytest

from village_notice.domain.money import format_capital, format_fen
from village_notice.domain.public import check_code
from village_notice.notices.lists import (
    align_points,
    build_bands,
    count_places,
    find_runs,
    group_digits,
    show_places,
    show_quantities,
    show_quantity,
    split_lines,
)
from village_notice.notices.readback import read_pieces
from village_notice.notices.template import read_template


def test_a_part_and_a_bookmark_for_each_programme(draw):
    village, notices, _ = draw(households=40)
    reader = pypdf.PdfReader(io.BytesIO(notices[2].data), strict=True)
    listed = [p.title for p in village.programmes if p.lists_names]
    assert [entry.title for entry in reader.outline] == [*listed, "东关村2022年度只公开合计的项目"]
    pages = [reader.get_destination_page_number(entry) for entry in reader.outline]
    assert len(set(pages)) == len(pages)
    titles = [p.page - 1 for p in read_pieces(notices[2].data) if p.tag == "H1"]
    assert titles == pages


def test_each_part_has_its_own_control_line_and_words(draw):
    village, notices, _ = draw(households=40)
    texts = [p.text for p in read_pieces(notices[2].data)]
    for programme in village.programmes:
        if programme.lists_names:
            total = format_fen(programme.amount_fen, grouped=True)
            code = check_code(village, programme.key)
            assert f"校验　{programme.people}人 · {programme.payments:,}笔 · {total}元 · 校验码 {code}" in texts
            assert f"合计（大写）：{format_capital(programme.amount_fen)}" in texts


def test_rows_of_a_part_add_up(draw):
    village, notices, _ = draw(households=300)
    pieces = [p.text for p in read_pieces(notices[2].data)]
    second = next(i for i, t in enumerate(pieces) if t.startswith("东关村2022年度实际种粮"))
    subtotals = [pieces[i + 2] for i, t in enumerate(pieces[:second]) if t.startswith("本页小计")]
    fen = sum(round(float(t.replace(",", "")) * 100) for t in subtotals)
    assert fen == village.programmes[0].amount_fen


def test_groups_stand_over_their_people(draw):
    village, notices, _ = draw(households=40)
    texts = [p.text for p in read_pieces(notices[2].data)]
    rows = split_lines(village)["S001"]
    fen = sum(f for f, g in zip(rows["amount_fen"], rows["group"], strict=True) if g == "2组")
    people = rows["group"].count("2组")
    assert f"2组（{people}人，{format_fen(fen, grouped=True)}元）" in texts


def test_no_bands_where_no_group_is_known():
    template = read_template("detail", None)
    assert build_bands(template, ["", ""], [1, 2]) == {}
    assert build_bands(template, ["1组", ""], [100, 200]) == {
        0: "1组（1人，1.00元）",
        1: "未注明村民小组（1人，2.00元）",
    }


def test_columns_that_say_the_same_everywhere_are_left_out(draw):
    texts = [(p.tag, p.text) for p in read_pieces(draw(households=40)[1][2].data)]
    first = [t for tag, t in texts[: texts.index(("TD", "1"))] if tag == "TH"]
    assert first == ["序号", "姓名", "数量", "金额"]
    assert any("标准：" in t for _, t in texts) and any("发放时间：6月" in t for _, t in texts)


def test_totals_part_names_nobody(draw):
    village, notices, _ = draw(households=40)
    pieces = list(read_pieces(notices[2].data))
    start = next(i for i, p in enumerate(pieces) if p.text.endswith("只公开合计的项目"))
    assert not {p.text for p in pieces[start:]} & set(village.lines.values("name"))


@pytest.mark.parametrize(
    ("milli", "text"), [(0, "0"), (12_500, "12.5"), (1_234_567_000, "1,234,567"), (-500, "-0.5"), (7, "0.007")]
)
def test_quantities(milli, text):
    assert show_quantity(milli) == text


def test_runs():
    assert list(find_runs(["a", "a", "b"])) == [(0, 2), (2, 3)]
    assert list(find_runs([])) == []


@pytest.mark.parametrize(
    ("values", "shown"),
    [
        ([3800, 1580, 12000], ["3.80", "1.58", "12.00"]),
        ([3000, 4000], ["3", "4"]),
        ([-1500, 1_234_567, None], ["-1.500", "1,234.567", ""]),
    ],
)
def test_decimal_points_stand_below_each_other(values, shown):
    places = count_places(values)
    assert ["" if v is None else show_places(places, v) for v in values] == shown


def test_quantities_of_one_unit_have_the_same_decimals():
    assert show_quantities([1_328_600, 428_450, 12_000, None], ["亩", "亩", "台", ""]) == [
        "1,328.60亩",
        "428.45亩",
        "12台",
        "",
    ]


def test_rates_stand_on_their_points_with_separators():
    assert align_points(["120", "7.66", "12,300.5", ""]) == ["120.00", "7.66", "12,300.50", ""]
    assert align_points(["120", ""]) == ["120", ""]
    assert [group_digits(text) for text in ("12300", "7.66", "")] == ["12,300", "7.66", ""]
