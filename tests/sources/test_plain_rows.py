"""Rows read column by column give what the careful reading gives, row by row, whatever stands in them."""

import random
from datetime import date, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from village_notice.domain.identity import id_check_digit, is_valid_id, read_birth_date
from village_notice.sample.make import make_sample
from village_notice.settings import Settings
from village_notice.sources import plain_keys
from village_notice.sources.discover import find_inputs
from village_notice.sources.grid import Grid, Span, WorkbookGrids
from village_notice.sources.payments import ReadOptions, read_file, read_grids
from village_notice.sources.plain_keys import read_accounts, read_ids
from village_notice.sources.plain_rows import PlainRows
from village_notice.sources.reference import read_reference
from village_notice.sources.sheet_reader import TableReader

VALID_ID = "370682195001010010"
HEADINGS = (
    "序号", "村名", "组别", "姓名", "身份证号", "户主", "银行账号", "补贴面积（亩）", "补贴标准", "补贴金额（元）", "项目",
    "发放日期", "发放期间", "发放状态", "备注", "乡镇", "家庭住址", "户编号", "收款人", "出生日期", "村代码",
)  # fmt: skip
CELLS = {
    "序号": (None, 1, "1", "合计", "例"),
    "村名": ("东岚村", "西岚村", None, "同上", "〃", "—", "东岚村（2组）", "无名村", " 东岚村 ", 3, "小计"),
    "组别": (None, "1组", "四组", 2, 2.0, "同上"),
    "姓名": (
        "张明华",
        "王丽",
        None,
        "欧阳娜娜",
        "同上",
        "东岚",
        "张 明",
        "李红、李军",
        "张三（代领）",
        "合计",
        "示例",
        15,
        "东岚合作社",
    ),
    "身份证号": (
        VALID_ID,
        None,
        "",
        " ",
        "37068219500101001X",
        370682195001010000,
        "370682500101001",
        "无",
        True,
    ),
    "户主": (None, "张明华", "同上", "王 丽"),
    "银行账号": (
        None,
        "6228480402564890018",
        622848040256489,
        6228480402564890018,
        "6.2E+18",
        " 6228 4804",
        "〃",
        12.0,
    ),
    "补贴面积（亩）": (None, 1.5, 2, 2.0, "3.2亩", "约三亩", "-", True),
    "补贴标准": (None, 120, 120.0, "120元", "同上"),
    "补贴金额（元）": (
        120,
        120.0,
        180.5,
        1.005,
        "180.50",
        "1,200.00",
        "壹佰元整",
        None,
        "停发",
        0,
        -60,
        "见备注",
        10**13,
        True,
        "补贴金额（元）",
    ),
    "项目": ("耕地地力保护补贴", None, "同上", "高龄津贴", "没有这个补贴"),
    "发放日期": (
        None,
        "2023-06-07",
        date(2023, 6, 7),
        datetime.fromisoformat("2023-06-07T08:00"),
        20230607,
        "2023年13月",
        "6月7日",
        "同上",
    ),
    "发放期间": (None, "2023年6月", 6, 6.0, "第一批", "补发5月", "〃"),
    "发放状态": ("成功", None, "失败", "补发", "追回", "不明", "同上"),
    "乡镇": ("望岚镇", None, "石溪镇", "同上", "—", "无此镇"),
    "家庭住址": ("望岚镇西岚村", None, "同上", "石溪镇枣坡村", "东岚村", "外地"),
    "户编号": (None, 1001, 1001.0, "1001", "同上"),
    "收款人": (None, "张明华", "同上", "李 红"),
    "出生日期": (None, "1960-01-01", 19600101, "1960年13月", "同上"),
    "村代码": (None, "379999101201", 379999101201, "379999000000", "同上"),
    "备注": (None, "无", "补发5月", "追回多发", "肝癌", "13800138000", "两季合计"),
}
SLOW = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)


def mostly(values):
    """The first value as a rule, the others now and then."""
    return st.one_of(st.just(values[0]), st.just(values[0]), st.just(values[0]), st.sampled_from(values))


def is_key(heading):
    return heading in ("姓名", "补贴金额（元）")


@st.composite
def grids(draw):
    """A sheet of which most rows are plain."""
    headings = [h for h in HEADINGS if is_key(h) or draw(st.booleans())]
    odd = st.lists(st.tuples(*(mostly(CELLS[h]) for h in headings)), min_size=1, max_size=6)
    plain = tuple(CELLS[h][0] for h in headings)
    rows = []
    for part in draw(st.lists(odd, min_size=1, max_size=4)):
        rows += [*part, *[plain] * draw(st.integers(0, 8))]
    if draw(st.booleans()):
        rows.insert(draw(st.integers(0, len(rows))), ("西岚村", *[None] * (len(headings) - 1)))
    cells = [["望岚镇2023年耕地地力保护补贴发放公示表"], list(headings), *map(list, rows)]
    grid = Grid("Sheet1", cells)
    if "村名" in headings and draw(st.booleans()):
        column, last = headings.index("村名") + 1, len(cells)
        first = draw(st.integers(3, last))
        grid.merges = [Span(first, column, last, column)]
        for row in cells[first:]:
            row[column - 1] = None
    return grid


def list_facts(reading):
    return (
        reading.payments.to_dict("list"), reading.findings, reading.set_aside, reading.sheets, reading.places_read,
        reading.fen_read,
    )  # fmt: skip


@pytest.fixture(scope="module")
def options(pytestconfig):
    return ReadOptions(2023, register=pytestconfig.rootpath / "tests" / "golden" / "register.csv")


def read_with_care(read):
    """What `read` gives where no row is taken for plain."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(PlainRows, "_can_read", lambda self: False)
        return read()


@SLOW
@given(grid=grids())
def test_both_ways_of_reading_give_the_same(grid, options):
    def read():
        return list_facts(read_grids(WorkbookGrids([grid], "xlsx"), "望岚镇/2023年.xlsx", options))

    assert repr(read()) == repr(read_with_care(read))


def test_both_ways_give_the_same_on_the_sample(tmp_path):
    villages = read_reference(Settings()).register.villages
    make_sample(tmp_path / "inbox", townships=["羊郡镇"], villages=villages, households=20)
    wanted = ReadOptions(2022)
    for file in find_inputs(tmp_path / "inbox").files:

        def read(file=file):
            return list_facts(read_file(file.path, file.relative, wanted))

        assert repr(read()) == repr(read_with_care(read)), file.relative


def test_plain_rows_are_not_read_one_by_one(options, monkeypatch):
    """The speed: of a plain table only the rows below the headings, which may number the columns, are looked at."""
    read, looked_at = TableReader._read_payment, []

    def look(self, row, number):
        looked_at.append(number)
        read(self, row, number)

    monkeypatch.setattr(TableReader, "_read_payment", look)
    people = [[n, "东岚村", "张明华", VALID_ID, 1.5, 120 + n] for n in range(40)]
    rows = [
        ["望岚镇2023年高龄津贴发放表"],
        ["序号", "村", "姓名", "身份证号", "面积（亩）", "金额（元）"],
        *people,
        ["合计"],
    ]
    reading = read_grids(WorkbookGrids([Grid("Sheet1", rows)], "xlsx"), "a.xlsx", options)
    assert len(reading.payments) == 40
    assert looked_at == [3, 4]


def test_ids_of_a_whole_column():
    right, wrong = "110101199003077758", "110101199003077759"
    many = [right] * 100
    bad: set[int] = set()
    assert read_ids([*many, wrong, "110101199013077758", None, " ", 5], bad)[0][:100] == many
    assert bad == {100, 101, 103, 104}
    bad = set()
    assert read_ids([right, None], bad) == ([right, ""], ["1990-03-07", ""])
    assert not bad


@pytest.mark.parametrize("many", [0, 10**9])
def test_ids_are_the_same_checked_at_once_and_one_by_one(monkeypatch, many):
    monkeypatch.setattr(plain_keys, "_MANY", many)
    rng = random.Random(5)
    texts = []
    for _ in range(3_000):
        first = f"{rng.randint(0, 9)}70682{rng.randint(1900, 2030)}{rng.randint(0, 13):02d}{rng.randint(0, 32):02d}{rng.randint(0, 999):03d}"
        text = first + rng.choice([id_check_digit(first), id_check_digit(first), "X", "5"])
        texts.append(text if rng.random() < 0.9 else text[:9] + rng.choice("x /:") + text[10:])
    bad: set[int] = set()
    ids, days = read_ids(texts, bad)
    assert bad == {n for n, text in enumerate(texts) if not is_valid_id(text)} and 500 < len(bad) < 2_900
    assert ids == ["" if n in bad else text for n, text in enumerate(texts)]
    assert days == ["" if n in bad else read_birth_date(text) for n, text in enumerate(texts)]


def test_accounts_of_a_whole_column():
    bad: set[int] = set()
    assert list(read_accounts(["62", None, 62, "6 2", 10**16], bad))[:3] == ["62", "", "62"]
    assert bad == {3, 4}


@pytest.mark.parametrize(
    ("heading", "value", "ditto"),
    [
        ("家庭住址", "望岚镇西岚村", "同上"),
        ("户主", "王小明", "〃"),
        ("收款人", "王小明", "同上"),
        ("乡镇", "石溪镇", "—"),
        ("组别", "2组", "同上"),
        ("项目", "高龄津贴", "同上"),
        ("发放期间", "2023年6月", "〃"),
    ],
)
def test_what_stands_above_is_the_same_both_ways(options, heading, value, ditto):
    """A row that is read with care after plain ones means by 同上 the cell above it, also where that was not needed."""
    rows = [
        ["望岚镇2023年高龄津贴发放表"],
        ["村", "姓名", heading, "金额（元）"],
        *[["东岚村", f"王小{c}", value, 100] for c in "一二三四五六七八"],
        [None, "李小一", ditto, 100],
        ["东岚村", "李小二", ditto, "见备注"],
    ]

    def read():
        return list_facts(read_grids(WorkbookGrids([Grid("Sheet1", rows)], "xlsx"), "a.xlsx", options))

    assert repr(read()) == repr(read_with_care(read))
