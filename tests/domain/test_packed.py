"""What is packed comes back as it was, whatever the columns hold."""

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from village_notice.domain.columns import PAYMENT_COLUMNS, build_frame
from village_notice.domain.packed import pack_payments, unpack_payments

CELLS = {
    "str": st.sampled_from(["", "东关村", "西关村", "𬎆", '"', "a\r\n"]),
    "Int64": st.none() | st.integers(-(2**62), 2**62),
    "int64": st.integers(-(2**62), 2**62),
}


@st.composite
def frames(draw: st.DrawFn) -> pd.DataFrame:
    rows = draw(st.integers(0, 6))
    some = draw(st.sets(st.sampled_from([c.name for c in PAYMENT_COLUMNS]), max_size=6))
    return build_frame(
        {
            c.name: draw(st.lists(CELLS[c.dtype], min_size=rows, max_size=rows))
            for c in PAYMENT_COLUMNS
            if c.name in some
        }
    )


@given(st.lists(frames(), max_size=4))
def test_packing(found: list[pd.DataFrame]) -> None:
    filled = [frame for frame in found if len(frame)]
    expected = pd.concat(filled, ignore_index=True) if filled else build_frame({})
    together = unpack_payments([pack_payments(frame) for frame in found])
    pd.testing.assert_frame_equal(together, expected)


def test_constants_take_no_room() -> None:
    packed = pack_payments(build_frame({"name": ["甲"] * 1000, "amount_fen": [1] * 1000}))
    assert (packed.rows, packed.data, packed.same["name"]) == (1000, b"", "甲")
