import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from village_notice.domain.public_table import NONE, PublicTable, make_table

KINDS = {"name": "text", "place": "text", "fen": "int", "milli": "int or none"}
numbers = st.integers(NONE + 1, 2**63 - 1)
texts = st.text(max_size=3) | st.sampled_from(["", "王一", "王", "一", "\0", "\ud800"])
tables = st.lists(st.tuples(texts, texts, numbers, numbers | st.none()), max_size=4)


@given(tables, tables)
def test_equal_hash_and_values_say_the_same(one, other):
    left, right = make_table(KINDS, one), make_table(KINDS, other)
    assert (left == right) is (left.digest == right.digest) is (one == other)
    assert list(zip(*left.to_lists().values(), strict=True)) == one


@given(st.lists(texts, min_size=1, max_size=3), st.lists(texts, min_size=1, max_size=3))
def test_texts_that_run_together_alike_have_different_hashes(one, other):
    size = max(len(one), len(other))
    left, right = ([*found, *[""] * (size - len(found))] for found in (one, other))
    digests = [make_table({"name": "text"}, [(text,) for text in column]).digest for column in (left, right)]
    assert (digests[0] == digests[1]) is (left == right)


@given(tables, st.integers(0, 4), st.integers(0, 4))
def test_a_cut_is_a_table_of_its_rows_wherever_they_lie(rows, first, end):
    part = make_table(KINDS, rows).cut(first, end)
    assert part == make_table(KINDS, rows[first:end])
    assert part.digest == pickle.loads(pickle.dumps(part)).digest == make_table(KINDS, rows[first:end]).digest  # noqa: S301


def test_a_cut_shares_the_memory_and_nobody_may_write_to_it():
    table = make_table(KINDS, [("甲", "", 1, None), ("乙", "", 2, 3)])
    assert np.shares_memory(table.cut(1, 2).columns["fen"], table.columns["fen"])
    with pytest.raises(ValueError, match="read-only"):
        table.cut(0, 1).columns["fen"][0] = 9


def test_columns_of_another_name_order_or_kind_are_another_table():
    rows = [("", 0)]
    found = [make_table({"a": "text", "b": "int"}, rows), make_table({"a": "text", "c": "int"}, rows)]
    found.append(PublicTable(dict(reversed(found[0].columns.items()))))
    found.append(make_table({"a": "int", "b": "int"}, [(0, 0)]))
    assert len({table.digest for table in found}) == 4
    assert all(one is other or one != other for one in found for other in found)


@pytest.mark.parametrize(
    "row", [("甲", "", 1.0, None), ("甲", "", None, None), ("甲", None, 1, 1), (1, "", 1, 1), ("甲", "", True, 1), ("甲", "", 1, NONE)]
)  # fmt: skip
def test_values_of_another_kind_are_refused(row):
    with pytest.raises(TypeError):
        make_table(KINDS, [row])


def test_rows_and_columns_of_other_lengths_are_refused():
    for rows in ([("甲", "", 1)], [("甲", "", 1, 1), ("甲", "", 1)]):
        with pytest.raises(ValueError, match="argument 2"):
            make_table(KINDS, rows)
    with pytest.raises(ValueError, match="lengths"):
        PublicTable({"a": np.zeros(1, np.int64), "b": np.zeros(2, np.int64)})
    with pytest.raises(TypeError):
        PublicTable({"a": np.zeros(1)})
    assert len(make_table(KINDS)) == 0
