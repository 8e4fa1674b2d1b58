"""Rows alike in an .xls come out as xlrd reads them cell by cell; what is anything but plain is left to the others."""

import io
import struct
from datetime import date

import pytest
import xlwt
from hypothesis import given, settings
from hypothesis import strategies as st

from village_notice.sources.limits import ReadLimits, Unreadable
from village_notice.sources.xls import _read_careful
from village_notice.sources.xls_plain import read_plain
from village_notice.sources.xls_records import scan_sheets, scan_xls
from village_notice.sources.xls_strings import read_strings

LIMITS = ReadLimits()
CELLS = st.one_of(
    st.none(),
    st.sampled_from(["", "王甲", "𬎆村", "370682199001011234", "a" * 300, "村" * 9000]),
    st.integers(-(2**31), 2**40),
    st.sampled_from([0.1, 1.25, -3.7, 1e17, 1e19, 123456.78, 0.0, 1e-9, date(2025, 3, 1)]),
)


def write(rows, sheet="表", change=lambda sheet: None):
    book = xlwt.Workbook(encoding="utf-8")
    own = book.add_sheet(sheet)
    day = xlwt.easyxf(num_format_str="YYYY-MM-DD")
    for number, row in enumerate(rows):
        for column, value in enumerate(row):
            if value is not None:
                own.write(number, column, value, *([day] if isinstance(value, date) else []))
    change(own)
    data = io.BytesIO()
    book.save(data)
    return scan_xls(data.getvalue()).stream


def list_records(stream):
    at = 0
    while at + 4 <= len(stream):
        record, length = struct.unpack_from("<HH", stream, at)
        if record or length:
            yield record, stream[at : at + 4 + length]
        at += 4 + length


def order_as_excel(stream):
    """The ROW records of up to 32 rows before all their cells."""
    result, rows, cells = [], [], []
    for record, data in list_records(stream):
        if record == 0x208:
            if len(rows) == 32:
                result += [*rows, *cells]
                rows, cells = [], []
            rows.append(data)
        elif record in (0xFD, 0x27E, 0x203, 0xBD, 0x201, 0xBE):
            cells.append(data)
        else:
            result += [*rows, *cells, data]
            rows, cells = [], []
    return b"".join(result)


def read_both(stream):
    plain = read_plain(stream, scan_xls(stream), LIMITS)
    scan = scan_xls(stream)
    scan_sheets(scan)
    return plain, _read_careful(stream, scan, LIMITS)


def show(book):
    return [(g.name, g.rows, g.merges, [[type(v) for v in r] for r in g.rows]) for g in book.grids]


@settings(deadline=None, derandomize=True)
@given(
    st.lists(st.lists(CELLS, max_size=6), max_size=4),
    st.lists(CELLS, max_size=6),
    st.integers(0, 70),
    st.booleans(),
)
def test_read_as_by_xlrd(above, alike, count, as_excel):
    rows = [*above, *([alike] * count), *above]
    stream = write(rows)
    plain, careful = read_both(order_as_excel(stream) if as_excel else stream)
    assert plain is not None
    assert show(plain) == show(careful)


@pytest.mark.parametrize("as_excel", [False, True])
def test_a_payment_list(as_excel):
    people = [(n, f"王{chr(0x4E00 + n % 500)}", f"3706821990010{n:05d}", n / 4, n * 1.1, "") for n in range(3000)]
    rows = [("2025年公示表",), ("序号", "姓名", "身份证号", "面积", "金额"), *people, ("合计", None, None, 1, 2)]
    stream = write(rows, change=lambda s: s.merge(0, 0, 0, 4))
    plain, careful = read_both(order_as_excel(stream) if as_excel else stream)
    assert show(plain) == show(careful)
    (grid,) = plain.grids
    assert (grid.rows[2][:2], grid.rows[3001][4]) == ([0, "王一"], 2999 * 1.1)
    assert len(grid.merges) == 1


@pytest.mark.parametrize("as_excel", [False, True])
def test_rows_known_to_be_no_headings(as_excel):
    years = [["姓名", 2023, 2024], *([["王甲", 1, 2]] * 100), ["合计"], ["姓名", 2025, 2026], *([["王乙", 1, 2]] * 3)]
    stream = write(years)
    stream = order_as_excel(stream) if as_excel else stream
    (grid,) = read_plain(stream, scan_xls(stream), LIMITS).grids
    assert grid.bodies == [(2, 101), (104, 106)], "headings of years look like their body"


def hide(sheet):
    sheet.row(1).hidden = True


def flatten(sheet):
    sheet.row(1).height_mismatch = True
    sheet.row(1).height = 0


def hide_column(sheet):
    sheet.col(1).hidden = True


@pytest.mark.parametrize(
    "change",
    [
        hide, flatten, hide_column,
        lambda s: s.write(1, 9, xlwt.Formula("A1")),
        lambda s: s.row(1).set_cell_error(9, "#REF!"),
        lambda s: s.row(1).set_cell_boolean(9, True),
        lambda s: s.write_rich_text(1, 9, ["甲", ("乙", xlwt.easyfont("bold true"))]) and None,
    ],
)  # fmt: skip
def test_anything_else_is_left_to_others(change):
    rows = [["姓名", "金额"], *([["王甲", 1]] * 50)]
    assert read_plain(write(rows), scan_xls(write(rows)), LIMITS) is not None
    stream = write(rows, change=change)
    is_rich = "write_rich_text" in getattr(change, "__code__", hide.__code__).co_names
    assert (read_plain(stream, scan_xls(stream), LIMITS) is None) != is_rich


def insert(stream, data):
    """Records put behind all cells of the only sheet."""
    found = list(list_records(stream))
    last = max(i for i, (record, _) in enumerate(found) if record in (0xFD, 0x27E, 0x203, 0xBD))
    return b"".join([*(d for _, d in found[: last + 1]), data, *(d for _, d in found[last + 1 :])])


@pytest.mark.parametrize(
    "data",
    [
        struct.pack("<HHHHHd", 0x203, 14, 3, 1, 0, 99.0),  # a cell above the last one
        struct.pack("<HHHHHi", 0xFD, 10, 60, 1, 0, 99_999),  # no such text
        struct.pack("<HHHHHi", 0xFD, 12, 60, 1, 0, 0) + b"\0\0",  # longer than such a record is
        struct.pack("<HHHHHd", 0x203, 14, 60, 1, 0, float("nan")),
        struct.pack("<HHHHHIH", 0xBD, 12, 60, 3, 0, 0, 9),  # ends in another column than it says
        struct.pack("<HHHH", 0xBD, 4, 60, 3),
        struct.pack("<HHHHHHH", 0x809, 8, 0x600, 0x20, 0, 0, 0),  # a chart among the cells
        struct.pack("<HH", 0x203, 5000),
    ],
)
def test_damage_is_left_to_others(data):
    stream = insert(write([["姓名", "金额"], *([["王甲", 1]] * 50)]), data)
    assert read_plain(stream, scan_xls(stream), LIMITS) is None


def test_a_row_that_goes_on_behind_one_alike():
    rows = [["标题"], ["姓名", "金额"], *([["王甲", 1]] * 5), ["王乙", 1, "补发"], ["王丙"], ["王丁", 2]]
    plain, careful = read_both(write(rows))
    assert show(plain) == show(careful)
    assert plain.grids[0].rows == rows


def test_days_count_from_1904():
    stream = write([["日期"], *([[date(2025, 3, 1)]] * 9)])
    late = stream.replace(struct.pack("<HHH", 0x22, 2, 0), struct.pack("<HHH", 0x22, 2, 1))
    plain, careful = read_both(late)
    assert late != stream
    assert show(plain) == show(careful)
    assert plain.grids[0].rows[1] == [date(2029, 3, 2)]


def test_too_many_cells():
    stream = write([["王甲", 1]] * 50)
    with pytest.raises(Unreadable, match="单元格多于"):
        read_plain(stream, scan_xls(stream), ReadLimits(cells=99))


def sst(*pieces, count=2):
    first, *others = pieces
    first = struct.pack("<II", count, count) + first
    return b"".join(
        struct.pack("<HH", code, len(p)) + p for code, p in [(0xFC, first), *((0x3C, p) for p in others), (0x0A, b"")]
    )


@pytest.mark.parametrize(
    "pieces",
    [
        (b"\x02\x00\x00ab" + b"\x01\x00\x01" + "村".encode("utf-16-le"),),
        (b"\x02\x00\x00a", b"\x00b" + b"\x01\x00\x01" + "村".encode("utf-16-le")),
        (b"\x02\x00\x00a", b"\x01b\0" + b"\x01\x00\x01", b"\x01" + "村".encode("utf-16-le")),
        (b"\x02\x00\x00ab", b"\x01\x00\x01" + "村".encode("utf-16-le")),
        (b"\x02\x00\x08\x01\x00ab\0\0\0\0" + b"\x01\x00\x05\x02\0\0\0" + "村".encode("utf-16-le") + b"xy",),
        (b"\x02\x00\x0c\x01\x00\x03\0\0\0ab\0\0", b"\0\0x", b"yz" + b"\x01\x00\x01" + "村".encode("utf-16-le")),
    ],
)
def test_strings(pieces):
    assert read_strings(sst(*pieces), 4) == ["ab", "村"]


@pytest.mark.parametrize("pieces", [(b"\x02\x00\x00ab",), (b"\x02\x00\x00ab\x05\x00\x01a",), (b"\x02\x00",)])
def test_damaged_strings(pieces):
    with pytest.raises((IndexError, ValueError, struct.error)):
        read_strings(sst(*pieces), 4)
