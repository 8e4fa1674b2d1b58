import io
from dataclasses import replace
from datetime import datetime

import openpyxl
import pytest

from village_notice.archive.county import build_public_county
from village_notice.domain.public import MergedTotal
from village_notice.errors import ConservationError

STAMP = datetime(2022, 12, 20)  # noqa: DTZ001
MERGED = [MergedTotal("甲镇", 2, 5, 6, 12345)]


@pytest.fixture
def villages(make_village):
    first = make_village()
    return [first, replace(first, village="西村", village_code="379999001202", office="开发区")]


def load(data):
    return openpyxl.load_workbook(io.BytesIO(data))


def rows_of(book, name):
    rows = [list(r) for r in book[name].iter_rows(min_row=3, values_only=True)]
    return rows[: next(i + 1 for i, r in enumerate(rows) if r[0] == "合计")]


def test_every_heading_of_every_village(villages):
    rows = rows_of(load(build_public_county(villages, [], 2022, STAMP)), "各村各项目")
    expected = [
        [v.office, v.village, p.title, p.people, p.payments, p.amount_fen / 100] for v in villages for p in v.programmes
    ]
    assert [[*r[:5], r[7]] for r in rows[:-1]] == expected
    assert rows[-1][7] == sum(v.public_fen for v in villages) / 100


def test_townships_headings_and_merged_totals_agree(villages):
    book = load(build_public_county(villages, MERGED, 2022, STAMP))
    public = sum(v.public_fen for v in villages)
    towns = rows_of(book, "按乡镇")
    assert (towns[-1][4], towns[-1][5]) == (public / 100, 123.45)
    assert [r[0] for r in towns] == [villages[0].office, "开发区", "甲镇", "合计"]
    assert rows_of(book, "按项目")[-1][6] == (public + 12345) / 100
    assert rows_of(book, "合并公开的零星项目")[0] == ["甲镇", 2, 5, 6, 123.45]


def test_no_merged_sheet_without_merged_totals(villages):
    assert load(build_public_county(villages, [], 2022, STAMP)).sheetnames[:3] == ["各村各项目", "按乡镇", "按项目"]


def test_drafts_are_marked(villages):
    programmes = (replace(villages[0].programmes[0], held=2), *villages[0].programmes[1:])
    draft = replace(villages[0], programmes=programmes, held=2)
    book = load(build_public_county([draft, villages[1]], [], 2022, STAMP))
    assert rows_of(book, "各村各项目")[0][8] == "草稿"
    assert "草稿" in rows_of(book, "按乡镇")[0][6]


def test_no_name_is_in_it(villages):
    book = load(build_public_county(villages, MERGED, 2022, STAMP))
    texts = {str(c) for sheet in book for row in sheet.iter_rows(values_only=True) for c in row}
    assert not texts & set(villages[0].lines.values("name"))


def test_says_that_it_is_not_everything(villages):
    sheet = load(build_public_county(villages, [], 2022, STAMP))["按乡镇"]
    assert any("不是全部补贴" in str(row[0]) for row in sheet.iter_rows(values_only=True))


def test_a_village_that_does_not_add_up_stops_the_run(villages):
    with pytest.raises(ConservationError, match="不相等"):
        build_public_county([replace(villages[0], public_fen=villages[0].public_fen + 1)], [], 2022, STAMP)


def test_no_village_at_all():
    assert rows_of(load(build_public_county([], [], 2022, STAMP)), "按乡镇")[-1][4] == 0


def test_same_villages_give_same_bytes(villages):
    assert build_public_county(villages, MERGED, 2022, STAMP) == build_public_county(villages, MERGED, 2022, STAMP)


def test_charts_show_the_public_totals_by_township_and_by_programme(villages):
    data = build_public_county(villages, MERGED, 2022, STAMP)
    assert data == build_public_county(villages, MERGED, 2022, STAMP)
    book = load(data)
    assert book.sheetnames[-2:] == ["图_按乡镇", "图_按项目"]
    for name, size in (("按乡镇", len(rows_of(book, "按乡镇")) - 1), ("按项目", len(rows_of(book, "按项目")) - 1)):
        (chart,) = book[f"图_{name}"]._charts
        values = chart.series[0].val.numRef
        place = values.f.rsplit("!", 1)[1].replace("$", "")
        cells = [cell.value for (cell,) in book[name][place]]
        assert len(cells) == size and [float(p.v) for p in values.numCache.pt] == cells
        assert "合计" not in [p.v for p in chart.series[0].cat.strRef.strCache.pt]
