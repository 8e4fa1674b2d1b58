"""Numbers in place of texts: equal where the texts are equal, in the order of first appearance."""

import gc
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from village_notice.domain import codes as codes_module
from village_notice.domain.codes import (
    add_numbers,
    are_among,
    categorize,
    code_column,
    code_texts,
    combine_codes,
    factorize_texts,
    find_alike,
    find_among,
    find_repeated,
    find_single,
    judge_texts,
    sort_codes,
    sort_rows,
)

NUMBERS = st.integers(min_value=-(2**62), max_value=2**62 - 1) | st.integers(min_value=-3, max_value=3)
ROWS = st.lists(st.tuples(NUMBERS, NUMBERS, NUMBERS, NUMBERS), min_size=1, max_size=40)


@given(ROWS)
def test_combine_codes(rows: list[tuple[int, ...]]) -> None:
    combined = combine_codes(*(np.array(column, dtype=np.int64) for column in zip(*rows, strict=True)))
    order = {row: number for number, row in enumerate(dict.fromkeys(rows))}
    assert combined.tolist() == [order[row] for row in rows]


def test_combine_nothing() -> None:
    nothing = np.zeros(0, dtype=np.int64)
    assert combine_codes(nothing, nothing).tolist() == []


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 3), st.booleans()), min_size=1, max_size=30))
def test_find_single(rows: list[tuple[int, int, bool]]) -> None:
    keys, values, wanted = (np.array(column) for column in zip(*rows, strict=True))
    known = {key: {v for k, v, w in rows if w and k == key} for key, _, _ in rows}
    expected = [min(known[key]) if len(known[key]) == 1 else -1 for key, _, _ in rows]
    assert find_single(keys, values, wanted).tolist() == expected


def test_a_column_is_numbered_once_however_often_it_is_asked_for(monkeypatch):
    frame = pd.DataFrame({"a": ["x", "y", "x"], "b": ["1", "1", "2"]}, dtype="str")
    numbered = []
    factorize = pd.factorize
    monkeypatch.setattr(pd, "factorize", lambda column: numbered.append(column.name) or factorize(column))
    first, texts = factorize_texts(frame["a"])
    assert first.tolist() == [0, 1, 0] and list(texts) == ["x", "y"]
    first[0] = 7  # what is given belongs to who asked
    more = frame.assign(c=1)[["a", "c"]]
    assert code_texts(more["a"]).tolist() == [0, 1, 0] and code_texts(frame["b"]).tolist() == [0, 0, 1]
    assert numbered == ["a", "b"]
    assert code_texts(more["a"][1:]).tolist() == [0, 1]  # another column, though of the same texts
    assert code_texts(more["a"].iloc[[1, 1, 0]]).tolist() == [0, 0, 1]
    changed = frame.assign(a=frame["a"].replace("y", "x"))
    assert code_texts(changed["a"]).tolist() == [0, 0, 0]
    changed.loc[0, "a"] = "z"
    assert code_texts(changed["a"]).tolist() == [0, 1, 1] and code_texts(frame["a"]).tolist() == [0, 1, 0]


@given(st.lists(st.tuples(st.sampled_from(["", "王甲", "李乙", "户"]), st.integers(0, 3))))
def test_numbered_by_another_column_is_numbered_all_the_same(rows: list[tuple[str, int]]) -> None:
    texts, keys = [text for text, _ in rows], combine_codes(np.array([key for _, key in rows], dtype=np.int64))
    expected = code_column(pd.Series(texts, dtype="str"))
    found = code_column(pd.Series(texts, dtype="str"), key=lambda: keys)
    assert found.codes.tolist() == expected.codes.tolist() and [*found.texts] == [*expected.texts]


def test_only_what_the_other_column_does_not_tell_is_looked_up(monkeypatch):
    factorize, looked_up = pd.factorize, []
    monkeypatch.setattr(codes_module.pd, "factorize", lambda c: looked_up.append([*c]) or factorize(c))
    heads = pd.Series(["王甲", "李乙", "王甲", "张丙", "李乙"], dtype="str")
    coded = code_column(heads, key=lambda: np.array([0, 1, 0, 1, 1]))
    assert looked_up == [["王甲", "李乙", "张丙"]] and coded.codes.tolist() == [0, 1, 0, 2, 1]
    assert code_column(heads) is coded


def test_two_threads_that_ask_for_one_column_number_it_once(monkeypatch):
    column = pd.Series(["王甲", "李乙", "王甲"], dtype=pd.StringDtype(na_value=np.nan))
    factorize, asked = pd.factorize, []

    def factorize_slowly(texts):
        asked.append(len(texts))
        time.sleep(0.2)  # time enough for the other to come
        return factorize(texts)

    monkeypatch.setattr(codes_module.pd, "factorize", factorize_slowly)
    with ThreadPoolExecutor(2) as threads:
        first, second = threads.map(code_column, [column, column])
    assert asked == [3] and first is second
    assert first.codes.tolist() == [0, 1, 0]


def test_a_column_that_is_gone_is_forgotten():
    before = len(codes_module._known)
    column = pd.Series(["x", "y"], dtype="str")
    assert code_texts(column).tolist() == [0, 1] and len(codes_module._known) == before + 1
    del column
    gc.collect()
    assert len(codes_module._known) == before


@pytest.mark.parametrize("size", [3, 200, 40_000])
def test_many_texts_are_numbered_in_a_wider_type(size):
    column = pd.Series([f"t{n % size}" for n in range(2 * size)], dtype="str")
    coded = code_column(column)
    assert coded.codes.tolist() == [*range(size)] * 2 and len(coded.texts) == size
    assert coded.codes.dtype.itemsize == {3: 1, 200: 2, 40_000: 4}[size]
    with pytest.raises(ValueError, match="read-only"):
        coded.codes[0] = 1


def test_texts_among_others():
    column = pd.Series(["成功", "", "补发", None], dtype="str")
    assert are_among(column, ["成功", ""]).tolist() == [True, True, False, False]


@given(ROWS)
def test_find_repeated(rows: list[tuple[int, ...]]) -> None:
    repeated = find_repeated(*(np.array(column, dtype=np.int64) for column in zip(*rows, strict=True)))
    assert repeated.tolist() == [place for place, row in enumerate(rows) if rows.count(row) > 1]


def test_what_only_shares_its_hash_is_not_repeated(monkeypatch):
    monkeypatch.setattr(codes_module, "_find_shared", lambda code, span: np.arange(len(code)))
    assert find_repeated(np.array([5, 6, 5, 7])).tolist() == [0, 2]
    assert find_repeated(np.zeros(0, dtype=np.int64)).tolist() == []


@pytest.mark.parametrize("span", [1 << 20, 1 << 61])
def test_sorted_places(span):
    codes = np.random.default_rng(1).integers(0, 50, 300) * (span // 50)
    order, begins = sort_codes(codes, span)
    assert order.tolist() == np.argsort(codes, kind="stable").tolist()
    assert codes[order[begins]].tolist() == sorted(set(codes.tolist()))


@pytest.mark.parametrize("most", [10, 10**6, 10**15])
def test_combine_many_codes(most):
    rng = np.random.default_rng(2)
    columns = [
        rng.integers(0, 40, 3000),
        rng.integers(0, most, 20)[rng.integers(0, 20, 3000)],
        rng.integers(0, 9, 3000),
    ]
    rows = [*zip(*(c.tolist() for c in columns), strict=True)]
    order = {row: number for number, row in enumerate(dict.fromkeys(rows))}
    assert combine_codes(*columns).tolist() == [order[row] for row in rows]


def test_categories_are_numbered_as_their_texts_are():
    frame = pd.DataFrame({"a": ["x", "y", "x", "z"], "n": [1, 2, 3, 4]}).astype({"a": "str"})
    moved = categorize(frame)
    assert moved["a"].tolist() == frame["a"].tolist() and moved["n"].tolist() == [1, 2, 3, 4]
    for rows in ([0, 1, 2, 3], [1, 0, 3], [0, 3], [3, 0], [0, 1], [2], []):
        codes, texts = factorize_texts(moved["a"].iloc[rows])
        assert texts[codes].tolist() == frame["a"].iloc[rows].tolist()
        assert codes.tolist() == factorize_texts(frame["a"].iloc[rows])[0].tolist() and len(texts) == len(
            set(codes.tolist())
        )


@given(ROWS)
def test_sorted_rows(rows: list[tuple[int, ...]]) -> None:
    order, begins = sort_rows(*(np.array(column, dtype=np.int64) for column in zip(*rows, strict=True)))
    assert order.tolist() == sorted(range(len(rows)), key=rows.__getitem__)
    ordered = [rows[place] for place in order]
    assert begins.tolist() == [place == 0 or row != ordered[place - 1] for place, row in enumerate(ordered)]


@given(st.lists(st.integers(-5, 2**40), max_size=30), st.lists(st.integers(-5, 2**40), max_size=5))
def test_numbers_among_others(numbers: list[int], wanted: list[int]) -> None:
    wanted = [*wanted, *numbers[:2]]
    found = find_among(np.array(numbers, dtype=np.int64), np.array(wanted, dtype=np.int64))
    assert found.tolist() == [place for place, number in enumerate(numbers) if number in wanted]
    rows = np.flatnonzero([number in wanted for number in numbers])
    alike = find_alike((np.array(numbers, dtype=np.int64),), rows)
    assert set(rows.tolist()) <= set(alike.tolist())


def test_a_column_is_judged_once():
    column, asked = pd.Series(["x", "y", "x"], dtype="str"), []

    def judge(texts):
        asked.append(texts.to_pylist())
        return np.array([text == "y" for text in texts.to_pylist()])

    assert judge_texts(column, judge).tolist() == judge_texts(column, judge).tolist() == [False, True, False]
    assert asked == [["x", "y"]]


def test_numbers_are_added_exactly():
    sizes, sums = add_numbers(np.array([1, 0, 1]), np.array([2**60, 5, 1]))
    assert (sizes.tolist(), sums.tolist()) == ([1, 2], [5, 2**60 + 1])
