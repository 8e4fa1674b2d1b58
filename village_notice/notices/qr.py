"""QR codes as rectangles: no drawing library, no font. Source: ISO/IEC 18004; reportlab's encoder packs the data."""

from collections.abc import Iterator
from functools import cache, lru_cache
from itertools import groupby
from typing import Any

import numpy as np
import numpy.typing as npt

Modules = npt.NDArray[np.bool_]
_FINDER = 0b10111010000  # one of the patterns that a reader could take for a corner, with the light ones beside it
_RUN, _PENALTY_RUN, _PENALTY_BLOCK, _PENALTY_FINDER = 5, 3, 3, 40


@lru_cache(maxsize=8)
def build_qr(text: str) -> tuple[tuple[bool, ...], ...]:
    """The dark modules of a QR code, row by row, error correction level M, without the quiet zone."""
    from reportlab.graphics.barcode import qrencoder  # brings half of reportlab along: not before a code is drawn

    code: Any = qrencoder.QRCode(None, qrencoder.QRErrorCorrectLevel.M)
    code.addData(text)
    code.version = code.calculate_version()
    code.makeImpl(True, 0)  # the encoder's own choice of a mask builds and weighs the code eight times, in Python
    masks = _list_masks(code.version)
    drawn = np.array(code.modules, dtype=bool) ^ masks[0] ^ masks
    best = int(np.argmin(_weigh(drawn)))
    code.modules = drawn[best].tolist()
    code.setupTypeInfo(False, best)
    if code.version >= _FIRST_WITH_NUMBER:
        code.setupTypeNumber(False)
    return tuple(tuple(map(bool, row)) for row in code.modules)


_FIRST_WITH_NUMBER = 7


@cache
def _list_masks(version: int) -> Modules:
    """The eight masks of a version: mask, row, column; only where data lies."""
    from reportlab.graphics.barcode import qrencoder

    code: Any = qrencoder.QRCode(version, qrencoder.QRErrorCorrectLevel.M)
    size = code.moduleCount = version * 4 + 17
    masks = np.zeros((8, size, size), dtype=bool)
    for row, column in code.dataPosIterator():
        for number, is_dark in qrencoder.QRUtil.maskPattern.items():
            masks[number, row, column] = is_dark(row, column)
    return masks


def _weigh(drawn: Modules) -> npt.NDArray[np.int64]:
    """What speaks against each mask: long runs, blocks, false corners, too much dark or light."""
    lost = np.zeros(len(drawn), dtype=np.int64)
    for way in (drawn, drawn.transpose(0, 2, 1)):
        same = way[:, :, 1:] == way[:, :, :-1]
        width = same.shape[2] - (_RUN - 2)
        runs = np.logical_and.reduce([same[:, :, k : k + width] for k in range(_RUN - 1)])  # five alike begin here
        begins = runs.copy()
        begins[:, :, 1:] &= ~runs[:, :, :-1]
        lost += runs.sum((1, 2)) + (_PENALTY_RUN - 1) * begins.sum((1, 2))
        width = way.shape[2] - 10
        codes = sum((way[:, :, k : k + width].astype(np.int64) << (10 - k) for k in range(11)), np.int64(0))
        lost += _PENALTY_FINDER * (codes == _FINDER).sum((1, 2))
    across = drawn[:, :, 1:] == drawn[:, :, :-1]
    blocks = across[:, 1:] & across[:, :-1] & (drawn[:, 1:, 1:] == drawn[:, :-1, 1:])
    lost += _PENALTY_BLOCK * blocks.sum((1, 2))
    dark = 100 * drawn.sum((1, 2)) // drawn[0].size
    return np.asarray(lost + 10 * (abs(dark - 50) // 5))


def list_bricks(text: str) -> list[list[tuple[int, int]]]:
    """Start and width of each run of dark modules, row by row from the bottom up."""
    return [list(_find_runs(row)) for row in reversed(build_qr(text))]


def _find_runs(row: tuple[bool, ...]) -> Iterator[tuple[int, int]]:
    place = 0
    for is_dark, modules in groupby(row):
        width = len(list(modules))
        if is_dark:
            yield place, width
        place += width
