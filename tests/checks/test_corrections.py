import pytest

from village_notice.checks.corrections import compare_sheets, draw_changes, settle_corrections
from village_notice.domain.reading import FileReading

S, T, K, L = (c * 64 for c in "57ab")


def settle(*files, twins=()):
    """(counted files, findings) for files given as (name, hash, hashes it came from)."""
    settled = settle_corrections([FileReading(f, h, corrects=tuple(c)) for f, h, c in files], twins)
    found = [(f.code, f.place.file, f.expected) for f in settled.findings]
    return [r.file for r in settled.readings], found


def test_without_copies_everything_counts():
    assert settle(("a", S, ()), ("b", T, ())) == (["a", "b"], [])


def test_a_copy_beside_its_source_stands_for_it():
    assert settle(("a", S, ()), ("a_核对", K, [S]), ("b", T, ())) == (["a_核对", "b"], [("F17", "a", "a_核对")])


def test_a_copy_instead_of_its_source():
    assert settle(("a_核对", K, [S])) == (["a_核对"], [])


def test_the_same_source_under_two_names_is_replaced_twice():
    assert settle(("a", S, ()), ("b", S, ()), ("k", K, [S]))[0] == ["k"]


@pytest.mark.parametrize("has_source", [True, False])
def test_the_newest_of_a_chain_counts(has_source):
    files = [("a", S, ())] if has_source else []
    counted, found = settle(*files, ("k", K, [S]), ("l", L, [S, K]))
    assert counted == ["l"]
    assert ("F17", "k", "l") in found and not any(code == "F18" for code, *_ in found)


def test_two_corrections_of_one_source_ask():
    counted, found = settle(("a", S, ()), ("k", K, [S]), ("l", L, [S]))
    assert counted == ["k", "l"]
    assert found == [("F17", "a", "k、l"), ("F18", "k", "l"), ("F18", "l", "k")]


def test_one_correction_put_in_twice_is_no_second_correction():
    assert settle(("k", K, [S]), ("l", K, [S]), twins=["l"])[1] == []


def test_changes_cell_by_cell():
    before = {"表": [["姓名", "金额"], ["万木", "见备注"], ["方木", 5]]}
    after = {"表": [["姓名", "金额"], ["万木", 600], ["方木", 5, None], [None]]}
    assert [tuple(c) for c in compare_sheets(before, after)] == [("表", 2, "B", "见备注", "600")]


def test_rows_put_in_and_taken_out():
    before = {"表": [["a"], ["b"], ["c"]]}
    assert [tuple(c) for c in compare_sheets(before, {"表": [["a"], ["c"]]})] == [("表", 2, "", "b", "（删去整行）")]
    assert [tuple(c) for c in compare_sheets(before, {"表": [["a"], ["b"], ["x"], ["c"]]})] == [
        ("表", 3, "", "（新加一行）", "x")
    ]


def test_sheets_that_come_and_go():
    changes = compare_sheets({"表": [["a"]]}, {"新": [["a"]]})
    assert [(c.sheet, c.before, c.after) for c in changes] == [("表", "原有工作表", ""), ("新", "", "新的工作表")]


def test_the_list_names_every_copy():
    changes = compare_sheets({"表": [["a"]]}, {"表": [["b"]]})
    sheet = draw_changes({"k.xlsx": changes, "l.xlsx": []}, ["m.xlsx"])
    assert [tuple(row) for row in sheet.rows] == [
        ("k.xlsx", "表", "A1", "a", "b"), ("l.xlsx", "", "", "", "没有任何改动"),
        ("m.xlsx", "", "", "原文件已不在收件箱", "不能逐格比较"),
    ]  # fmt: skip
