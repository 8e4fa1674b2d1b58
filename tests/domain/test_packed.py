"""What is packed comes back as it was, whatever the columns hold; a reading process makes no frame."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from village_notice.domain.codes import code_column, code_texts
from village_notice.domain.columns import PAYMENT_COLUMNS
from village_notice.domain.frames import build_frame, unpack_payments, write_texts
from village_notice.domain.packed import pack_columns, split_columns

CELLS = {
    "str": st.sampled_from(["", "东关村", "西关村", "𬎆", '"', "a\r\n", "\0", "甲\0\0乙"]),
    "Int64": st.none() | st.integers(-(2**62), 2**62),
    "int64": st.integers(-(2**62), 2**62),
}
Values = dict[str, list[object]]


@st.composite
def payments(draw: st.DrawFn) -> Values:
    rows = draw(st.integers(0, 6))
    some = draw(st.sets(st.sampled_from([c.name for c in PAYMENT_COLUMNS]), max_size=6))
    repeats = draw(st.sampled_from([1, 40]))
    return {
        c.name: draw(st.lists(CELLS[c.dtype], min_size=rows, max_size=rows)) * repeats
        for c in PAYMENT_COLUMNS
        if c.name in some
    }


@settings(deadline=None, derandomize=True)
@given(st.lists(payments(), max_size=4))
def test_packing(found: list[Values]) -> None:
    frames = [build_frame(values) for values in found]
    filled = [frame for frame in frames if len(frame)]
    expected = pd.concat(filled, ignore_index=True) if filled else build_frame({})
    pd.testing.assert_frame_equal(unpack_payments([pack_columns(values) for values in found]), expected)


def test_constants_take_no_room() -> None:
    packed = pack_columns({"name": ["甲"] * 1000, "amount_fen": [1] * 1000})
    assert (packed.rows, packed.data, packed.same["name"], packed.same["rate_micro"]) == (1000, b"", "甲", None)


@pytest.mark.parametrize(
    ("texts", "form"),
    [
        (["甲", "乙"], "texts"),
        (["甲", "乙"] * 100, "numbered"),
        ([f"甲{n}" for n in range(200)], "texts"),
        (["甲\0", "乙"], "json"),
        (["甲\0", "乙"] * 100, "json"),
    ],
)
def test_forms_of_texts(texts: list[str], form: str) -> None:
    packed = pack_columns({"name": texts})
    assert split_columns(packed.data)["name"].form == form
    assert unpack_payments([packed])["name"].tolist() == texts


def test_unknown_numbers() -> None:
    frame = unpack_payments([pack_columns({"amount_fen": [1, None], "raw_fen": [1, 0]})])
    assert frame["amount_fen"].isna().tolist() == [False, True]
    assert frame["raw_fen"].tolist() == [1, 0]


def test_a_reading_process_brings_no_pandas() -> None:
    program = "import sys, village_notice.sources.payments; print('pandas' in sys.modules or 'pyarrow' in sys.modules)"
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "False"


@pytest.mark.parametrize("codes", [[2, 2, 0, 0, 0, 0, 0, 0, 0, 0, 2, 2], [2, 0, 2, 0, 1, 0], [1], []])
def test_texts_are_written_from_numbers_and_numbered_at_once(codes: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    texts = ["甲", "", "乙丙"]
    column = pd.Series(write_texts(np.array(codes, dtype=np.int64), texts))
    expected = pd.Series([texts[code] for code in codes], dtype="str")
    pd.testing.assert_series_equal(column, expected)
    numbers, distinct = code_texts(expected).tolist(), list(dict.fromkeys(expected))
    monkeypatch.delattr(pd, "factorize")  # nobody compares the texts any more
    assert code_texts(column).tolist() == numbers
    assert code_column(column).texts.tolist() == distinct


def test_columns_that_hold_few_texts_are_numbered_while_they_are_joined(monkeypatch: pytest.MonkeyPatch) -> None:
    files = [
        pack_columns({"village": ["甲", "乙"] * 100, "file": ["a"] * 200}),
        pack_columns({"village": ["乙"], "file": ["b"]}),
    ]
    payments = unpack_payments(files)
    monkeypatch.delattr(pd, "factorize")
    assert code_texts(payments["village"]).tolist() == [0, 1] * 100 + [1]
    assert code_texts(payments["file"]).tolist() == [0] * 200 + [1]
