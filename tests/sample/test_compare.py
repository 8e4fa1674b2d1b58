"""Comparison with the truth: agrees to the fen, and says what differs."""

import csv
from datetime import UTC, datetime

import pytest

from village_notice.domain.columns import CSV_COLUMNS
from village_notice.sample.compare import compare_run
from village_notice.workbook import Sheet, SheetColumn, build_workbook


@pytest.fixture
def run(tmp_path):
    """One file with one accepted and one held payment: (truth, payments.csv, report, totals)."""
    truth = {
        "totals": {"accepted": [1, 12050], "held": [1, 0]},
        "files": {"a.xlsx": {"accepted": [1, 12050], "held": [1, 0]}},
        "villages": {"1": {"township": "甲镇", "village": "乙村", "programmes": {"S001": [1, 12050]}}},
        "planted": [
            {"description": "空", "rules": ["C02"], "file": "a.xlsx", "sheet": "S", "row": 4, "is_payment": True},
            {"description": "图片", "rules": ["F03"], "file": "b.jpg", "sheet": "", "row": 0, "is_payment": False},
        ],
    }
    names = [heading for _, heading in CSV_COLUMNS]
    common = dict.fromkeys(names, "") | {
        "file": "a.xlsx", "sheet": "S", "township": "甲镇", "village": "乙村", "village_code": "1", "programme_code": "S001",
    }  # fmt: skip
    payments = tmp_path / "payments.csv"
    with payments.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.DictWriter(stream, names)
        writer.writeheader()
        writer.writerow(common | {"row": 3, "amount": "120.50", "verdict": "accepted"})
        writer.writerow(common | {"row": 4, "verdict": "held", "findings": "C02 H03"})
    report = tmp_path / "问题清单.xlsx"
    columns = [SheetColumn(h) for h in ("编号", "级别", "文件", "工作表", "单元格")]
    rows = [("F03", "提醒", "b.jpg", "", "整个文件")]
    report.write_bytes(
        build_workbook([Sheet("逐条问题", "一", columns, rows)], title="x", stamp=datetime(2022, 1, 1, tzinfo=UTC))
    )
    return truth, payments, report, {"accepted": (1, 12050), "held": (1, 0), "not_paid": (0, 0), "other_year": (0, 0)}


def _differences(run):
    return [d for check in compare_run(*run) for d in check.differences]


def test_agrees(run):
    checks = compare_run(*run)
    assert [c.compared for c in checks] == [4, 2, 1, 2]
    assert _differences(run) == []
    assert all(c.format_text().startswith("  一致") for c in checks)


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda t: t["totals"]["accepted"].__setitem__(1, 12051), "计入：应为 1 笔 120.51 元，实为 1 笔 120.50 元"),
        (
            lambda t: t["files"]["a.xlsx"]["held"].__setitem__(0, 2),
            "a.xlsx 待核实：应为 2 笔 0.00 元，实为 1 笔 0.00 元",
        ),
        (lambda t: t["villages"]["1"]["programmes"]["S001"].__setitem__(1, 1), "甲镇乙村 1 S001：应为 1 笔 0.01 元"),
        (lambda t: t["planted"][0].update(rules=["C01"]), "没有报出：空（C01），在 a.xlsx S 第 4 行"),
        (lambda t: t["planted"][1].update(file="c.jpg"), "没有报出：图片（F03），在 c.jpg"),
    ],
)
def test_says_what_differs(run, spoil, words):
    spoil(run[0])
    assert [d for d in _differences(run) if d.startswith(words)]


def test_mistake_without_a_place_counts_wherever_it_is_told(run):
    run[0]["planted"].append({"description": "同名", "rules": ["X04"], "file": "", "sheet": "", "row": 0})
    assert len(_differences(run)) == 1
    run[0]["planted"][-1]["rules"] = ["F03"]
    assert _differences(run) == []
