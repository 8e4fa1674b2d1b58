"""QR codes as rectangles: no drawing library, no font. Source: ISO/IEC 18004.

reportlab's encoder has the tables and the frame; its data, correction and masks are worked out bit by bit in Python and
took four times as long as here.
"""

from collections.abc import Iterator
from functools import cache, lru_cache
from importlib.util import module_from_spec, spec_from_file_location
from itertools import accumulate, chain, groupby, zip_longest
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import reportlab

Modules = npt.NDArray[np.bool_]
_FINDER = 0b10111010000  # one of the patterns that a reader could take for a corner, with the light ones beside it
_RUN, _PENALTY_RUN, _PENALTY_BLOCK, _PENALTY_FINDER = 5, 3, 3, 40


class _Frame(NamedTuple):
    """What all codes of a version share.

    Attributes:
        modules: Everything but the data, as booleans.
        rows, columns: Of the modules that hold the data, in order.
        masks: The eight masks; only where data lies.
        blocks: Bytes of data of each block, and bytes added to each for correction.
    """

    modules: Modules
    rows: npt.NDArray[np.int64]
    columns: npt.NDArray[np.int64]
    masks: Modules
    blocks: tuple[tuple[int, ...], int]


class _Bits:
    """Bits one after the other, as the encoder's own kinds of text write them."""

    def __init__(self) -> None:
        self.value = self.length = 0

    def put(self, number: int, length: int) -> None:
        self.value, self.length = self.value << length | number, self.length + length


@cache
def _load_encoder() -> Any:  # noqa: ANN401  # a module without types
    """Reportlab's encoder alone: its package brings all drawing and page layout along, a quarter of a second a process."""
    path = Path(reportlab.__file__).with_name("graphics") / "barcode" / "qrencoder.py"
    spec = spec_from_file_location("village_notice.notices.qrencoder", path)
    if spec is None or spec.loader is None:
        raise ImportError(str(path))
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@lru_cache(maxsize=8)
def build_qr(text: str) -> tuple[tuple[bool, ...], ...]:
    """The dark modules of a QR code, row by row, error correction level M, without the quiet zone."""
    encoder = _load_encoder()
    code = encoder.QRCode(None, encoder.QRErrorCorrectLevel.M)
    code.addData(text)
    code.version = code.calculate_version()
    frame = _read_frame(code.version)
    bits = _Bits()
    for data in code.dataList:
        data.write(bits, code.version)
    whole = np.unpackbits(
        np.frombuffer(
            _correct(_fill_up(bits, sum(frame.blocks[0])), *frame.blocks),
            dtype=np.uint8,
        )
    )
    modules = frame.modules.copy()
    modules[frame.rows[: len(whole)], frame.columns[: len(whole)]] = whole
    drawn = modules ^ frame.masks
    best = int(np.argmin(_weigh(drawn)))
    code.modules, code.moduleCount = drawn[best].tolist(), len(modules)
    code.setupTypeInfo(False, best)
    if code.version >= _FIRST_WITH_NUMBER:
        code.setupTypeNumber(False)
    return tuple(tuple(map(bool, row)) for row in code.modules)


def _fill_up(bits: _Bits, size: int) -> bytes:
    """The bits as so many bytes: an end mark of four bits where it has room, then two bytes by turns."""
    if bits.length + 4 <= 8 * size:
        bits.put(0, 4)
    bits.put(0, -bits.length % 8)
    data = bits.value.to_bytes(bits.length // 8, "big")
    return (data + _PADS * size)[:size]


def _correct(data: bytes, sizes: tuple[int, ...], added: int) -> bytes:
    """The blocks of the data with their bytes of correction, byte by byte from each block in turn."""
    ends = list(accumulate(sizes))
    blocks = [data[end - size : end] for end, size in zip(ends, sizes, strict=True)]
    products, mask = _list_products(added), (1 << 8 * (added - 1)) - 1
    corrections = []
    for block in blocks:
        rest = 0
        for byte in block:
            rest = (rest & mask) << 8 ^ products[rest >> 8 * (added - 1) ^ byte]
        corrections.append(rest.to_bytes(added, "big"))
    turns = chain(zip_longest(*blocks), zip_longest(*corrections))
    return bytes(byte for turn in turns for byte in turn if byte is not None)


@cache
def _list_products(added: int) -> list[int]:
    """Each byte times the polynomial that so many bytes of correction come from, its first term left out, as numbers."""
    encoder = _load_encoder()
    powers, logs = encoder.EXP_TABLE, encoder.LOG_TABLE
    terms = [logs[term] for term in encoder.QRUtil.getErrorCorrectPolynomial(added).num[1:]]
    return [
        0,
        *(int.from_bytes(bytes(powers[(logs[n] + t) % 255] for t in terms), "big") for n in range(1, 256)),
    ]


_FIRST_WITH_NUMBER = 7
_PADS = b"\xec\x11"


@cache
def _read_frame(version: int) -> _Frame:
    encoder = _load_encoder()
    code = encoder.QRCode(version, encoder.QRErrorCorrectLevel.M)
    code.dataCache = []
    code.makeImpl(True, 0)
    columns, rows = np.array(code.dataPosIterator()).T
    masks = np.zeros((8, code.moduleCount, code.moduleCount), dtype=bool)
    for number, is_dark in encoder.QRUtil.maskPattern.items():
        masks[number, rows, columns] = is_dark(rows, columns)
    blocks = encoder.QRRSBlock.getRSBlocks(version, encoder.QRErrorCorrectLevel.M)
    sizes, added = (
        tuple(b.dataCount for b in blocks),
        blocks[0].totalCount - blocks[0].dataCount,
    )
    return _Frame(
        np.array(code.modules, dtype=bool) ^ masks[0],
        rows,
        columns,
        masks,
        (sizes, added),
    )


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
        codes = sum(
            (way[:, :, k : k + width].astype(np.int16) << (10 - k) for k in range(11)),
            np.int16(0),
        )
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
