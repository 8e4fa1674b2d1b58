"""A list of payments is the same list wherever it stands on the sheet and however its columns are ordered."""

import string

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from village_notice.domain.money import format_fen
from village_notice.domain.text import column_letters
from village_notice.sources.grid import Grid, WorkbookGrids
from village_notice.sources.payments import ReadOptions, read_grids

VILLAGES = ("东岚村", "西岚村", "柳沟村", "石桥村", "九里村")
SURNAMES = "赵钱孙李周吴郑王冯陈"
GIVEN = "明华国强秀英建军丽敏静伟芳"
SLOW = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)

names = st.builds(lambda a, b: a + b, st.sampled_from(SURNAMES), st.text(GIVEN, min_size=1, max_size=2))
amounts = st.integers(min_value=1, max_value=99_999_999)
payments = st.lists(st.tuples(names, st.sampled_from(VILLAGES), amounts), min_size=1, max_size=25)


def build_rows(people, order, title):
    """Title, headings and rows, with the columns in an order."""
    headings = ("序号", "村", "姓名", "补贴面积（亩）", "补贴金额（元）")
    rows = [[n, village, name, 1.5, fen / 100] for n, (name, village, fen) in enumerate(people, 1)]
    table = [[row[c] for c in order] for row in (headings, *rows)]
    return [[title], *table]


def read_rows(rows, options):
    return read_grids(WorkbookGrids([Grid("Sheet1", rows)], "xlsx"), "望岚镇/2023年.xlsx", options)


def list_rows(reading):
    frame = reading.payments
    return [tuple(r) for r in frame[["name", "village", "amount_fen"]].itertuples(index=False)]


def make_options(root):
    return ReadOptions(2023, register=root / "tests" / "golden" / "register.csv")


TITLE = "望岚镇2023年耕地地力保护补贴发放公示表"


@SLOW
@given(people=payments, order=st.permutations(range(5)))
def test_columns_in_any_order(people, order, pytestconfig):
    reading = read_rows(build_rows(people, order, TITLE), make_options(pytestconfig.rootpath))
    assert list_rows(reading) == people


@SLOW
@given(people=payments, down=st.integers(0, 8), right=st.integers(0, 4), gaps=st.sets(st.integers(1, 4)))
def test_table_anywhere_with_blank_columns(people, down, right, gaps, pytestconfig):
    rows = []
    for row in build_rows(people, range(5), TITLE):
        spaced = [None] * right
        for column, value in enumerate(row):
            spaced += [None, value] if column in gaps else [value]
        rows.append(spaced)
    reading = read_rows([[]] * down + rows, make_options(pytestconfig.rootpath))
    assert list_rows(reading) == people
    first = down + 3
    assert reading.payments["row"].tolist() == list(range(first, first + len(people)))
    column = string.ascii_uppercase[right + 4 + len(gaps)]
    assert set(reading.payments["column"]) == {column}


@SLOW
@given(people=payments, blanks=st.lists(st.integers(0, 26), max_size=6))
def test_blank_rows_anywhere_below_the_headings(people, blanks, pytestconfig):
    rows = build_rows(people, range(5), TITLE)
    for place in sorted(blanks, reverse=True):
        rows.insert(min(2 + place, len(rows)), [])
    assert list_rows(read_rows(rows, make_options(pytestconfig.rootpath))) == people


@SLOW
@given(people=payments)
def test_totals_are_quiet_when_right_and_told_when_wrong(people, pytestconfig):
    rows = build_rows(people, range(5), TITLE)
    total = sum(fen for _, _, fen in people)
    right = read_rows([*rows, ["合计", None, None, None, total / 100]], make_options(pytestconfig.rootpath))
    wrong = read_rows([*rows, ["合计", None, None, None, (total + 100) / 100]], make_options(pytestconfig.rootpath))
    assert list_rows(right) == list_rows(wrong) == people
    assert [f.code for f in right.findings if f.code[0] == "T"] == []
    (found,) = [f for f in wrong.findings if f.code[0] == "T"]
    assert (found.code, found.place.row, found.difference) == ("T01", len(people) + 3, "1.00")
    assert (found.found, found.expected) == (format_fen(total), format_fen(total + 100))


@SLOW
@given(people=payments, cut=st.integers(1, 24))
def test_list_in_two_halves_beside_each_other(people, cut, pytestconfig):
    cut = min(cut, len(people) - 1)
    if cut < 1:
        return
    rows = build_rows(people, range(5), TITLE)
    left, right = rows[2 : 2 + cut], rows[2 + cut :]
    height = max(len(left), len(right))
    left += [[None] * 5] * (height - len(left))
    right += [[]] * (height - len(right))
    beside = [[TITLE], [*rows[1], None, *rows[1]], *([*a, None, *b] for a, b in zip(left, right, strict=True))]
    assert list_rows(read_rows(beside, make_options(pytestconfig.rootpath))) == people


@SLOW
@given(people=payments, cut=st.integers(1, 24))
def test_list_printed_on_two_pages(people, cut, pytestconfig):
    rows = build_rows(people, range(5), TITLE)
    cut = 2 + min(cut, len(people))
    carried = sum(fen for _, _, fen in people[: cut - 2]) / 100
    page = [
        ["本页合计", None, None, None, carried],
        ["第1页 共2页"],
        rows[0],
        rows[1],
        ["承前页", None, None, None, carried],
    ]
    reading = read_rows([*rows[:cut], *page, *rows[cut:]], make_options(pytestconfig.rootpath))
    assert list_rows(reading) == people
    assert [f for f in reading.findings if f.code[0] == "T"] == []


@SLOW
@given(people=payments.filter(lambda p: len(p) > 1), order=st.permutations(range(5)))
def test_table_on_its_side(people, order, pytestconfig):
    """One column a person, one row a field, in any order: the same list, each at the turned place."""
    title, *rows = build_rows(people, order, TITLE)
    sideways = [title, *map(list, zip(*rows, strict=True))]
    reading = read_rows(sideways, make_options(pytestconfig.rootpath))
    assert list_rows(reading) == people
    assert set(reading.payments["row"]) == {2 + order.index(4)}
    letters = [column_letters(n) for n in range(2, 2 + len(people))]
    assert reading.payments["column"].tolist() == letters
