import io
import time
from dataclasses import replace
from datetime import datetime

import numpy as np
import openpyxl
import pandas as pd
import pytest

import village_notice.ledger.county as county_module
from village_notice.domain.frames import build_frame
from village_notice.errors import ConservationError
from village_notice.ledger.county import build_county

STAMP = datetime(2022, 12, 20)  # noqa: DTZ001


@pytest.fixture
def payments(make_payments):
    """王一 twice and 李二 in 东村, 王一 taken back in 西村, something held, failed and of another programme."""
    return make_payments(
        {"programme": "耕地补贴", "quantity_milli": 1500, "person_no": 1, "amount_fen": 100},
        {"programme": "耕地补贴", "quantity_milli": 500, "person_no": 1, "amount_fen": 50},
        {"programme": "耕地补贴", "quantity_milli": 1000, "person_no": 2, "amount_fen": 200},
        {"programme": "高龄津贴", "programme_code": "B1", "person_no": 2, "amount_fen": 1000},
        {"programme": "耕地补贴", "quantity_milli": 400, "person_no": 1, "amount_fen": -30, "village": "西村", "village_code": "V2"},
        {"programme": "耕地补贴", "verdict": "held", "amount_fen": 7},
        {"programme": "耕地补贴", "verdict": "held", "amount_fen": None},
        {"programme": "耕地补贴", "verdict": "not_paid", "amount_fen": 9},
        {"programme": "耕地补贴", "verdict": "other_year", "amount_fen": 9},
        {"programme": "", "programme_code": "", "verdict": "held", "village": "", "village_code": "", "township": ""},
    )  # fmt: skip


def rows_of(data, name):
    sheet = openpyxl.load_workbook(io.BytesIO(data))[name]
    rows = [list(r) for r in sheet.iter_rows(min_row=3, values_only=True)]
    return rows[: next((i + 1 for i, r in enumerate(rows) if r[0] == "合计"), len(rows))]


def test_by_programme_and_village(payments, villages, subsidies):
    rows = rows_of(build_county(payments, villages, subsidies, 2022, STAMP), "项目×乡镇×村")
    assert rows[0] == ["耕地补贴", "农业农村局", "甲镇", "东村", 2, 3, 3, "亩", 3.5, 2, 0.07]
    assert rows[1] == ["耕地补贴", "农业农村局", "甲镇", "西村", 1, 1, None, "亩", -0.3, 0, 0]
    assert rows[2][:6] == ["高龄津贴", "民政局", "甲镇", "东村", 1, 1]
    assert rows[3][:4] == ["（不明）"] * 4
    assert rows[-1] == ["合计", "", "", "", 3, 5, None, "", 13.2, 3, 1.07]


def test_people_count_once_in_a_village(payments, villages, subsidies):
    data = build_county(payments, villages, subsidies, 2022, STAMP)
    assert rows_of(data, "按乡镇")[0][:4] == ["甲镇", 3, 5, 13.2]
    assert [r[:3] for r in rows_of(data, "按部门")[:2]] == [["农业农村局", 3, 4], ["民政局", 1, 1]]


def test_villages_without_anything(payments, villages, subsidies):
    rows = rows_of(build_county(payments, villages, subsidies, 2022, STAMP), "没有数据的村")
    assert [r[:4] for r in rows[:-1]] == [["甲镇", "南村", "V3", 0]]


def test_the_manager_heads_its_villages(payments, villages, subsidies):
    data = build_county(payments, [replace(v, manager="开发区") for v in villages], subsidies, 2022, STAMP)
    assert rows_of(data, "按乡镇")[0][0] == "开发区"


def test_totals_that_do_not_add_up_stop_the_run(payments, villages, subsidies, monkeypatch):
    whole = county_module._sum_villages

    def lose(*args):
        paid = whole(*args)
        paid.table.loc[0, "fen"] += 1
        return paid

    monkeypatch.setattr(county_module, "_sum_villages", lose)
    with pytest.raises(ConservationError, match="项目×乡镇×村"):
        build_county(payments, villages, subsidies, 2022, STAMP)


def test_nothing_paid(make_payments, villages, subsidies):
    data = build_county(make_payments({"verdict": "not_paid"}), villages, subsidies, 2022, STAMP)
    assert rows_of(data, "按项目") == [["合计", "", 0, 0, None, "", 0, 0, 0]]
    assert build_county(build_frame({}), villages, subsidies, 2022, STAMP)


def test_same_payments_give_same_bytes(payments, villages, subsidies):
    shuffled = payments.sample(frac=1, random_state=3)
    first, second = (build_county(p, villages, subsidies, 2022, STAMP) for p in (payments, shuffled))
    assert first == second


def test_two_hundred_thousand_payments_take_no_time(make_payments, villages, subsidies):
    one = make_payments({"programme": "耕地补贴"})
    many = one.loc[one.index.repeat(200_000)].reset_index(drop=True)
    many["person_no"] = pd.Series(np.arange(200_000) % 500, dtype="Int64")
    start = time.perf_counter()
    build_county(many, villages, subsidies, 2022, STAMP)
    assert time.perf_counter() - start < 5


def test_one_area_in_two_batches_counts_once(make_payments, villages, subsidies):
    row = {"programme": "耕地补贴", "quantity_milli": 1500, "person_no": 1}
    frame = make_payments(row | {"period": "2022-06"}, row | {"period": "2022-09"}, row | {"person_no": 2})
    assert rows_of(build_county(frame, villages, subsidies, 2022, STAMP), "按项目")[0][4:6] == [3, "亩"]


def test_charts_by_programme_and_by_township(payments, villages, subsidies):
    data = build_county(payments, villages, subsidies, 2022, STAMP)
    book = openpyxl.load_workbook(io.BytesIO(data))
    assert [name for name in book.sheetnames if name.startswith("图_")] == ["图_按项目", "图_按乡镇"]
    for name in ("按项目", "按乡镇"):
        (chart,) = book[f"图_{name}"]._charts
        fen = sum(round(float(p.v) * 100) for p in chart.series[0].val.numRef.numCache.pt)
        assert fen == round(rows_of(data, name)[-1][-3] * 100)
