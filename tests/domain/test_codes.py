"""Numbers in place of texts: equal where the texts are equal, in the order of first appearance."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from village_notice.domain.codes import combine_codes, find_single

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
