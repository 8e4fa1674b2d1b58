import subprocess
import sys

import numpy as np
import pytest
from reportlab.graphics.barcode import qrencoder

from village_notice.notices.qr import _weigh, build_qr, list_bricks


def test_square_with_three_finder_patterns():
    rows = build_qr("校验　311人 · 2,995笔")
    finder = (True, True, True, True, True, True, True, False)
    size = len(rows)
    assert {len(row) for row in rows} == {size}
    assert rows[0][:8] == finder and rows[0][::-1][:8] == finder and rows[-1][:8] == finder


def test_bricks_cover_the_dark_modules():
    text = "https://example.invalid/gk?check=ABCDE-FGHIJ"
    rows, bricks = build_qr(text), list_bricks(text)
    dark = {(row, column) for row, cells in enumerate(rows) for column, is_dark in enumerate(cells) if is_dark}
    found = [(row, x + k) for row, runs in enumerate(reversed(bricks)) for x, width in runs for k in range(width)]
    assert sorted(found) == sorted(dark)


def test_the_mask_weighs_least_of_all():
    """Every mask is readable; the standard asks for the one with the fewest runs, blocks and false corners."""
    whole = np.ones((1, 21, 21), dtype=bool)
    runs, blocks = 2 * 21 * (21 - 4 + 2), 3 * 20 * 20
    assert list(_weigh(whole)) == [runs + blocks + 10 * 10]
    mixed = np.indices((21, 21)).sum(0) % 2 == 0
    assert list(_weigh(np.array([whole[0], mixed])))[1] == 0


@pytest.mark.parametrize("text", ["311", "A1:/", "莱阳市山前店镇东关村" * 9, "https://example.invalid/gk?" + "x" * 300])
def test_the_code_is_the_one_of_the_encoder_with_one_of_its_masks(text):
    """Data, padding and correction are worked out here; the encoder does it bit by bit."""
    found = []
    for mask in range(8):
        code = qrencoder.QRCode(None, qrencoder.QRErrorCorrectLevel.M)
        code.addData(text)
        code.version = code.calculate_version()
        code.makeImpl(False, mask)
        found.append(tuple(tuple(map(bool, row)) for row in code.modules))
    assert build_qr(text) in found


def test_a_code_brings_no_page_layout_along():
    """The package of the encoder would: a quarter of a second in every worker."""
    words = "import sys; from village_notice.notices.qr import build_qr; build_qr('a'); print('reportlab.platypus' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", words], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
