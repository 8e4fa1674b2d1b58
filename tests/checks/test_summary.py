import unicodedata

from village_notice.checks.summary import build_summary
from village_notice.checks.totals import Balance
from village_notice.domain.finding import Finding, Place
from village_notice.domain.reading import FileReading

BALANCES = [
    Balance("a.xlsx", 5, 500_000_00, {"accepted": (2, 200_000_00), "held": (2, 299_999_99)}, (1, 1)),
    Balance("b.xlsx", 2, 3, {"held": (1, 1), "not_paid": (1, 2)}, (0, 0)),
]
FINDINGS = [
    Finding("R01", Place("b.xlsx", "s", 1)),
    Finding("R01", Place("a.xlsx", "s", 1)),
    Finding("H03", Place("a.xlsx", "s")),
]
READINGS = [FileReading("a.xlsx"), FileReading("b.xlsx"), FileReading("c.xlsx", readable=False)]


def build(**counts):
    return build_summary(2023, READINGS, BALANCES, FINDINGS, **counts)


def width(text):
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def test_figures_of_a_run():
    summary = build(
        waived=1, villages=4, empty_villages=("甲镇东村",), published=4, drafts=2, wall_sheets=17, crowded=1
    )
    figures = summary.to_json()
    assert figures["read"] == {"rows": 7, "fen": 500_000_03}
    assert figures["held"] == {"rows": 3, "fen": 300_000_00}
    assert figures["empty_villages"] == ["甲镇东村"]
    assert (figures["published"], figures["drafts"], figures["wall_sheets"], figures["crowded"]) == (4, 2, 17, 1)
    assert (figures["files"], figures["unreadable"]) == (3, 1)
    assert figures["findings"] == {"H03": 1, "R01": 2}


def test_most_money_first():
    assert build().first_files == (("a.xlsx", 1, 299_999_99), ("b.xlsx", 1, 1))


def test_the_table_is_aligned():
    lines = build(villages=4).format_text().splitlines()
    table = [line for line in lines if line.strip().split("  ")[0] in ("读到", "计入", "待核实", "未发放", "其他年度")]
    assert len(table) == 5
    assert len({width(line) for line in table}) == 1
    assert "500,000.03" in table[0]


def test_set_aside_says_what_it_is():
    line = next(line for line in build().format_text().splitlines() if "不计入" in line)
    assert "合计行" in line
    assert line.endswith("0.01")


def test_ends_with_where_to_look():
    text = build(look_first=("内部资料_不得外传/问题清单.xlsx", "公开")).format_text()
    assert text.endswith("先看：内部资料_不得外传/问题清单.xlsx\n先看：公开")
    assert "先改这些文件：\n  a.xlsx：错误 1 处，待核实 299,999.99 元" in text


def test_villages():
    text = build(villages=4, empty_villages=("甲", "乙"), published=4, wall_sheets=17, crowded=1).format_text()
    assert "没有任何数据" in text
    assert "一个村最多要贴（张）" in text
    assert "张数超过公开栏的村" in text
    assert "草稿" not in build(villages=4).format_text()


def test_nothing_found():
    summary = build_summary(2023, READINGS, BALANCES, [])
    assert "没有发现问题。" in summary.format_text()
    assert (summary.waived, summary.villages) == (0, 0)
