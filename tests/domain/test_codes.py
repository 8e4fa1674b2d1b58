"""Numbers in place of texts: equal where the texts are equal, in the order of first appearance."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from village_notice.domain.codes import code_texts, combine_codes, factorize_texts, find_single, remember_codes

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
    with remember_codes():
        first, texts = factorize_texts(frame["a"])
        assert first.tolist() == [0, 1, 0] and list(texts) == ["x", "y"]
        more = frame.assign(c=1)[["a", "c"]]
        assert code_texts(more["a"]) is first and code_texts(frame["b"]).tolist() == [0, 0, 1]
        assert numbered == ["a", "b"]
        assert code_texts(more["a"][1:]).tolist() == [0, 1]  # another column, though of the same texts
        assert code_texts(more["a"].iloc[[1, 1, 0]]).tolist() == [0, 0, 1]
        changed = frame.assign(a=frame["a"].replace("y", "x"))
        assert code_texts(changed["a"]).tolist() == [0, 0, 0]
        changed.loc[0, "a"] = "z"
        assert code_texts(changed["a"]).tolist() == [0, 1, 1] and code_texts(frame["a"]) is first
        with pytest.raises(ValueError, match="read-only"):
            first[0] = 7
    assert code_texts(frame["a"]) is not first
