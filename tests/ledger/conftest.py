"""Small decided frames: one dict a payment, the rest filled in."""

from collections.abc import Callable

import pandas as pd
import pytest

from village_notice.domain.columns import FRAME_COLUMNS
from village_notice.domain.frames import build_frame
from village_notice.domain.identity import id_check_digit
from village_notice.domain.subsidy import Subsidy, Tier
from village_notice.domain.village import Village

_PAYMENT: dict[str, object] = {
    "file": "甲.xlsx", "sheet": "表", "row": 1, "column": "F", "township": "甲镇", "village": "东村", "village_code": "V1",
    "programme_code": "A1", "verdict": "accepted", "status": "成功", "amount_fen": 100, "raw_fen": 100, "year": 2022,
    "pay_date": "2022-06-30", "name": "王一",
}  # fmt: skip


def make_id(serial: int, born: str = "19650101") -> str:
    """A valid ID in an area code nobody has."""
    first = f"379999{born}{serial:03d}"
    return first + id_check_digit(first)


@pytest.fixture
def make_payments() -> Callable[..., pd.DataFrame]:
    """A function from one dict a payment to a frame; rows count up from 1."""

    empty = build_frame({"name": ["x"]}).iloc[0].to_dict()

    def make(*payments: dict[str, object]) -> pd.DataFrame:
        rows = [{**_PAYMENT, "row": n, **p} for n, p in enumerate(payments, 1)]
        names = [c for c in FRAME_COLUMNS if any(c in row for row in rows)]
        return build_frame({c: [row.get(c, empty[c]) for row in rows] for c in names})

    return make


@pytest.fixture
def villages() -> list[Village]:
    return [
        Village(f"V{n}", name, f"{name}村民委员会", "T1", "甲镇") for n, name in enumerate(["东村", "西村", "南村"], 1)
    ]


@pytest.fixture
def subsidies() -> list[Subsidy]:
    return [
        Subsidy("A1", "耕地补贴", "耕地", "农业农村局", "亩", Tier.A, "same_base"),
        Subsidy("B1", "高龄津贴", "高龄", "民政局", "", Tier.B, "none"),
        Subsidy("C1", "临时救助", "临救", "民政局", "", Tier.C, "none", neutral_title="民政救助类项目"),
        Subsidy("D1", "残疾人补贴", "残补", "残联", "", Tier.D, "none"),
        Subsidy("D2", "孤儿生活费", "孤儿", "民政局", "", Tier.D, "none", is_for_children=True),
        Subsidy("X1", "不可说的项目", "不说", "卫健局", "", Tier.X, "none"),
        Subsidy("A2", "农机补贴", "农机", "农业农村局", "台", Tier.A, "sum"),
        Subsidy("A3", "岗位补贴", "岗位", "人社局", "月", Tier.A, "months"),
    ]
