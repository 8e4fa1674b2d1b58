"""Sheets of .xls as office programs and export libraries write them: rows on end with the same records, taken at once.

A row's records (where they stand, how long they are, which column each is of) are its shape. Rows on end that have the
shape of the one before them are found by comparing the file with that row at a fixed distance, and then the values of
all rows of a shape are taken from their places together. What has anything else in it (a formula, an error, something
hidden, a cell that stands twice) is no matter of this module: there is no answer, and another reader looks.

Source: [MS-XLS] 2.4 (LABELSST 253, RK 638, NUMBER 515, MULRK 189, BLANK 513, MULBLANK 190, ROW 520, MERGECELLS 229).
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from village_notice.sources.cell_styles import PLAIN, Style
from village_notice.sources.grid import Cell, WorkbookGrids
from village_notice.sources.grid_maker import CellBudget, GridMaker, add_body, check_text
from village_notice.sources.limits import ReadLimits
from village_notice.sources.number_format import read_serial
from village_notice.sources.xls_records import SheetScan, XlsScan
from village_notice.sources.xls_strings import read_strings

_RECORD = struct.Struct("<HH")
_ROW_RECORD = struct.Struct("<HHHH")
_LABEL, _RK, _NUMBER, _SEVERAL, _BLANK, _BLANKS, _ROW = 0xFD, 0x27E, 0x203, 0xBD, 0x201, 0xBE, 0x208
_LENGTHS = {_LABEL: 10, _RK: 10, _NUMBER: 14, _BLANK: 6, _ROW: 16}
_EOF, _MERGES, _COLUMN = 0x0A, 0xE5, 0x7D
_ELSEWHERE = frozenset((0x06, 0x205, 0xD6, 0x204, 0x207, 0x221, 0x236, 0x4BC, 0x809, 0x009, 0x209, 0x409))
"""Formulas and their results, errors, older texts, texts with formats of their own, embedded charts: another reader's."""
_HIDDEN, _HEIGHT = 0x20, 0x7FFF
_FIRST_LOOK, _MOST_AT_ONCE = 32, 8_192
_SEVERAL_NUMBERS = 2
_EXACT = 1e18

Words = NDArray[np.uint16]


class _OutOfOrdinaryError(Exception):
    """Something that this module does not read."""


@dataclass(slots=True)
class _Shape:
    """What all rows of one shape share; places count words of two bytes from the row's first.

    Attributes:
        fixed, template: Places that are the same in every row, and what stands there.
        rows: Places of the row's number.
        labels, small, large: (column from 0, place of the value) of texts, of packed numbers and of numbers of eight bytes;
            the style stands before the value.
        marks: Places of ROW records.
        found: (first row from 0, words) of the rows of this shape.
    """

    fixed: list[int] = field(default_factory=list)
    template: list[int] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)
    labels: list[tuple[int, int]] = field(default_factory=list)
    small: list[tuple[int, int]] = field(default_factory=list)
    large: list[tuple[int, int]] = field(default_factory=list)
    marks: list[int] = field(default_factory=list)
    found: list[tuple[int, Words]] = field(default_factory=list)

    @property
    def width(self) -> int:
        """Columns up to the last value."""
        return max((c + 1 for c, _ in (*self.labels, *self.small, *self.large)), default=0)


_Key = tuple[tuple[int, int, int], ...]


def read_plain(stream: bytes, scan: XlsScan, limits: ReadLimits) -> WorkbookGrids | None:
    """The workbook, or None where anything in it is out of the ordinary.

    Args:
        stream: The workbook stream.
        scan: What its first part says; it must be plain.
        limits: How much is read.

    Raises:
        Unreadable: F10 a limit was hit.
    """
    try:
        strings = read_strings(stream, scan.strings_at) if scan.strings_at else []
        if max(map(len, strings), default=0) > limits.text:
            check_text(max(strings, key=len), limits)
        reader = _PlainReader(stream, strings, scan, CellBudget(limits))
        makers = [reader.read(sheet, position) for sheet, position in zip(scan.sheets, scan.positions, strict=True)]
    except (_OutOfOrdinaryError, struct.error, IndexError, ValueError):  # damage is for the others to judge
        return None
    return WorkbookGrids([maker.finish() for maker in makers], "xls")


class _PlainReader:
    """Reads the sheets of one workbook."""

    def __init__(self, stream: bytes, strings: Sequence[str], scan: XlsScan, budget: CellBudget) -> None:
        self.stream, self.scan, self.budget = stream, scan, budget
        self.strings = np.array([*strings, None], dtype=object)[:-1]  # with None: an array of objects in any case
        if "" in strings:
            self.strings[[i for i, s in enumerate(strings) if not s]] = None
        self.special: dict[int, Style] = {i: s for i, s in enumerate(scan.styles) if s != PLAIN}
        if any(s.format for s in self.special.values()):
            raise _OutOfOrdinaryError

    def read(self, sheet: SheetScan, position: int) -> GridMaker:
        """One sheet."""
        maker = GridMaker(sheet.name, self.budget)
        maker.grid.is_hidden = sheet.is_hidden
        shapes = self._find_rows(position, maker)
        for shape in shapes:
            self._take_values(shape, maker)
        return maker

    def _find_rows(self, position: int, maker: GridMaker) -> list[_Shape]:
        """The shapes of a sheet with their rows; every record is looked at."""
        stream, end = self.stream, len(self.stream)
        record, length = _RECORD.unpack_from(stream, position)
        at, last = position + 4 + length, -1
        shapes: dict[_Key, _Shape] = {}
        before: _Shape | None = None
        while True:
            record, length = _RECORD.unpack_from(stream, at)
            if _is_of_row(record):
                key, row, stop = _read_key(stream, at, end)
                shape = shapes.get(key) or shapes.setdefault(key, _make_shape(key))
                words = _find_alike(stream, at, (stop - at) // 2, shape, row)
                if shape.width:
                    if row <= last:
                        raise _OutOfOrdinaryError
                    alike = row if shape is before and row == last + 1 else row + 1
                    before, last = shape, row + len(words) - 1
                    shape.found.append((row, words))
                    if len(shape.small) + len(shape.large) >= _SEVERAL_NUMBERS and not self.special:
                        add_body(maker.grid.bodies, alike + 1, last + 1)
                for place in shape.marks:
                    if ((words[:, place + 8] & _HIDDEN) != 0).any() or ((words[:, place + 5] & _HEIGHT) == 0).any():
                        raise _OutOfOrdinaryError
                at += words.size * 2
                continue
            if record == _EOF:
                break
            if record in _ELSEWHERE or (record == _COLUMN and stream[at + 12] & 1):
                raise _OutOfOrdinaryError
            if record == _MERGES:
                _read_merges(stream[at + 4 : at + 4 + length], maker)
            at += 4 + length
        self.budget.check_place(last + 2, 1)
        self.budget.take((last + 1) // 8)
        maker.grid.rows.extend([] for _ in range(last + 1))
        return [shape for shape in shapes.values() if shape.found]

    def _take_values(self, shape: _Shape, maker: GridMaker) -> None:
        """Puts the values of a shape's rows into the grid."""
        words = np.concatenate([w for _, w in shape.found]) if len(shape.found) > 1 else shape.found[0][1]
        self.budget.take(shape.width * len(words))
        cells = np.full((len(words), shape.width), None, dtype=object)
        if shape.labels:
            columns, places = map(list, zip(*shape.labels, strict=True))
            cells[:, columns] = self.strings[_join_words(words, places)]
        for column, place in shape.large:
            values = np.ascontiguousarray(words[:, place : place + 4]).view("<f8")[:, 0]
            cells[:, column] = self._read_numbers(values, words[:, place - 1])
        if shape.small:
            columns, places = map(list, zip(*shape.small, strict=True))
            packed = _unpack_numbers(_join_words(words, places))
            for number, (column, place) in enumerate(shape.small):
                cells[:, column] = self._read_numbers(packed[:, number], words[:, place - 1])
        rows: list[list[Cell]] = cells.tolist()
        at = 0
        for first, part in shape.found:
            count = len(part)
            maker.grid.rows[first : first + count] = rows[at : at + count]
            at += count

    def _read_numbers(self, values: NDArray[np.float64], styles: Words) -> NDArray[np.object_]:
        """Numbers as cells: whole ones as int, days where their style says so."""
        if not np.isfinite(values).all():
            raise _OutOfOrdinaryError
        is_whole = (np.floor(values) == values) & (np.abs(values) < _EXACT)
        if is_whole.all():
            cells = values.astype(np.int64).astype(object)
        else:
            cells = values.astype(object)
            cells[is_whole] = values[is_whole].astype(np.int64)
        for style in set(styles.tolist()) & self.special.keys() if self.special else ():
            kind = self.special[style].kind
            for index in np.flatnonzero(styles == style):
                cells[index] = read_serial(cells[index], kind, since_1904=self.scan.since_1904)
        return cells


def _read_key(stream: bytes, at: int, end: int) -> tuple[_Key, int, int]:
    """(record, length and column of the records on end that are of one row; the row; where they end)."""
    key: list[tuple[int, int, int]] = []
    first = -1
    while at + 8 <= end:
        record, length, row, column = _ROW_RECORD.unpack_from(stream, at)
        if record == _ROW:
            column = 0  # the row's first cell: the cells themselves tell
        elif not _is_of_row(record):
            break
        if first >= 0 and row != first:
            break
        first = row
        key.append((record, length, column))
        at += 4 + length
    if at > end:
        raise _OutOfOrdinaryError
    return tuple(key), first, at


def _make_shape(key: _Key) -> _Shape:
    """An empty shape for rows of these records."""
    shape, at, last = _Shape(), 0, -1
    for record, length, column in key:
        shape.fixed += [at, at + 1]
        shape.template += [record, length]
        shape.rows.append(at + 2)
        words = (length - 6) // (6 if record == _SEVERAL else 2)
        if record == _ROW:
            shape.marks.append(at)
        else:
            count = words if record in (_SEVERAL, _BLANKS) else 1
            ends = [(at + 3, column)]
            if record in (_SEVERAL, _BLANKS):
                ends.append((at + 1 + length // 2, column + count - 1))
            shape.fixed += [place for place, _ in ends]
            shape.template += [value for _, value in ends]
            if column <= last or count < 1:
                raise _OutOfOrdinaryError
            last = column + count - 1
        if record == _LABEL:
            shape.labels.append((column, at + 5))
        elif record == _NUMBER:
            shape.large.append((column, at + 5))
        elif record == _RK:
            shape.small.append((column, at + 5))
        elif record == _SEVERAL:
            shape.small += [(column + i, at + 5 + 3 * i) for i in range(words)]
        is_right = length == _LENGTHS[record] if record in _LENGTHS else length % (6 if record == _SEVERAL else 2) == 0
        if not is_right:
            raise _OutOfOrdinaryError
        at += 2 + length // 2
    return shape


def _find_alike(stream: bytes, at: int, size: int, shape: _Shape, row: int) -> Words:
    """The row that begins at a place and those behind it that have its shape and the next numbers, one below the other."""
    most = (len(stream) - at) // (2 * size)
    words = np.frombuffer(stream, "<u2", most * size, at).reshape(most, size)
    count, look = 0, _FIRST_LOOK
    while count < most:
        part = words[count : count + look]
        numbers = np.arange(row + count, row + count + len(part))[:, None]
        fits = (part[:, shape.fixed] == shape.template).all(axis=1) & (part[:, shape.rows] == numbers).all(axis=1)
        if not fits.all():
            count += int(np.argmin(fits))
            break
        count, look = count + len(part), min(look * 8, _MOST_AT_ONCE)
    if not count:
        raise _OutOfOrdinaryError  # its own first row does not fit: a MULRK that ends elsewhere than it says
    if count > 1 and _goes_on(stream, at + count * 2 * size, row + count - 1):
        count -= 1
    return words[:count]


def _goes_on(stream: bytes, at: int, row: int) -> bool:
    """Whether the records from a place on belong to a row too."""
    if at + _ROW_RECORD.size > len(stream):
        return False
    record, _, number, _ = _ROW_RECORD.unpack_from(stream, at)
    return number == row and _is_of_row(record)


def _is_of_row(record: int) -> bool:
    return record in _LENGTHS or record in (_SEVERAL, _BLANKS)


def _join_words(words: Words, places: Sequence[int]) -> NDArray[np.uint32]:
    """Numbers of four bytes at places, a column for each."""
    high: NDArray[np.uint32] = words[:, [p + 1 for p in places]].astype(np.uint32) << np.uint32(16)
    return high | words[:, places]


def _unpack_numbers(packed: NDArray[np.uint32]) -> NDArray[np.float64]:
    """RK numbers: thirty bits that are a whole number or the first bits of a float, perhaps of its hundredfold."""
    whole = (packed.view(np.int32) >> 2).astype(np.float64)
    floats = ((packed & np.uint32(0xFFFFFFFC)).astype(np.uint64) << np.uint64(32)).view(np.float64)
    values = np.where(packed & 2, whole, floats)
    return np.where(packed & 1, values / 100.0, values)


def _read_merges(data: bytes, maker: GridMaker) -> None:
    (count,) = struct.unpack_from("<H", data)
    for number in range(count):
        top, bottom, left, right = struct.unpack_from("<HHHH", data, 2 + 8 * number)
        maker.add_span(top + 1, left + 1, bottom + 1, right + 1)
