"""The archive copy: PDF/A-3 with its tables, read by two independent readers."""

import csv
import io
import re
from dataclasses import replace
from decimal import Decimal

import pypdf
import pypdfium2
import pytest

from village_notice.domain.money import format_fen
from village_notice.notices.attached_table import build_tables, read_cells
from village_notice.notices.attachment import attach_tables, build_archive_copy, check_archive_copy, read_tables
from village_notice.notices.readback import read_pieces
from village_notice.notices.village import draw_kinds
from village_notice.settings import Settings

KINDS = ("summary", "household", "detail")
_CONTROL = re.compile(r"校验　.*? ([\d,.-]+)元")


@pytest.fixture(scope="module")
def village(make_village):
    return make_village(households=25, programmes=6, names=["𬎆𠅤䶮", "阿卜杜热合曼·买买提", "=王伟"], masked_lists=2)


@pytest.fixture(scope="module")
def copies(village, stamp):
    """Kind → the notice and its archive copy."""
    notices = draw_kinds(village, Settings(), stamp, KINDS)
    return {n.kind: (n, build_archive_copy(n, village, Settings(), stamp)) for n in notices}


def by_pypdf(data):
    return {name: parts[0] for name, parts in pypdf.PdfReader(io.BytesIO(data)).attachments.items()}


def by_pdfium(data):
    document = pypdfium2.PdfDocument(data)
    found = [document.get_attachment(i) for i in range(document.count_attachments())]
    return {a.get_name(): bytes(a.get_data()) for a in found}


def add_amounts(content, heading):
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    return sum(Decimal(row[heading]) for row in rows)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("read", [by_pypdf, by_pdfium])
def test_the_tables_add_up_to_the_control_lines(copies, kind, read):
    notice, copy = copies[kind]
    tables = read(copy)
    heading = {"一户一行.csv": "合计"}
    added = sum(add_amounts(content, heading.get(name, "金额")) for name, content in tables.items())
    lines = [m[1] for p in read_pieces(notice.data) if p.page and (m := _CONTROL.search(p.text))]
    assert added == sum(Decimal(amount.replace(",", "")) for amount in lines)
    assert tables == read_tables(copy)


def test_the_copy_says_part_3_and_names_its_files(copies, village):
    notice, copy = copies["household"]
    reader = pypdf.PdfReader(io.BytesIO(copy))
    root = reader.trailer["/Root"]
    xmp = root["/Metadata"].get_object().get_data()
    assert b"<pdfaid:part>3</pdfaid:part><pdfaid:conformance>U" in xmp and b"part>2<" not in xmp
    related = [item.get_object() for item in root["/AF"]]
    assert [f["/UF"] for f in related] == ["一户一行.csv", "隐去姓名的名单.csv"]
    for file in related:
        stream = file["/EF"]["/F"].get_object()
        assert (file["/AFRelationship"], stream["/Subtype"]) == ("/Data", "/text/csv")
        assert stream["/Params"]["/Size"] == len(stream.get_data()) and stream["/Params"]["/ModDate"]
    assert reader.trailer["/ID"][0] == pypdf.PdfReader(io.BytesIO(notice.data)).trailer["/ID"][0]
    assert b"part>2<" in notice.data and b"EmbeddedFile" not in notice.data
    assert [p.extract_text() for p in reader.pages] == [
        p.extract_text() for p in pypdf.PdfReader(io.BytesIO(notice.data)).pages
    ]


def test_the_same_notice_gives_the_same_copy(copies, village, stamp):
    notice, copy = copies["detail"]
    assert build_archive_copy(notice, village, Settings(), stamp) == copy


def test_columns_are_those_of_the_sheet(village):
    (name, content), *_ = build_tables("detail", village, None).items()
    lines = content.decode("utf-8-sig").split("\r\n")
    assert (name, lines[0]) == ("明细公开.csv", "补贴项目,村民小组,序号,姓名,数量,标准,笔数,发放时间,金额")
    assert len(lines) == len(village.lines) + 2
    totals = build_tables("detail", village, None)["只公开合计的项目.csv"].decode("utf-8-sig").split("\r\n")
    assert totals[1] == f"1,其他依法不公开姓名的项目,5,{format_fen(1_234_567)}"


def test_a_formula_stays_a_text_and_passes_the_last_look(copies, village):
    notice, copy = copies["household"]
    assert ",'=王伟," in read_tables(copy)["一户一行.csv"].decode("utf-8-sig")
    assert check_archive_copy(notice, copy, village, Settings(), frozenset()) == []


@pytest.mark.parametrize(
    ("line", "code"),
    [("1,1组,外来人,1.00\r\n", "P02"), ("1,1组,370682196501011234,1.00\r\n", "P01"), ("1,1组,13800138000,1.00", "P01")],
)
def test_the_last_look_sees_into_the_tables(copies, village, stamp, line, code):
    notice, _ = copies["household"]
    tables = build_tables("household", village, None)
    tables["一户一行.csv"] += line.encode()
    findings = check_archive_copy(notice, attach_tables(notice.data, tables, stamp), village, Settings(), frozenset())
    assert (code, "一户一行.csv") in [(f.code, f.place.sheet) for f in findings]


def test_another_sheet_is_no_copy(copies, village):
    notice, copy = copies["summary"]
    other = replace(notice, data=notice.data + b"\n")
    assert [f.code for f in check_archive_copy(other, copy, village, Settings(), frozenset())] == ["P02"]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ('1,1组,"370682,196501011234\n1",1.00\r\n', "P02"),
        ('1,1组,"12\n34",1.00\r\n', "P02"),
        ("1,1组,３７０６８２１９６５０１０１１２３４,1.00\r\n", "P01"),
        ("1,1组,370682\u200b196501\u00a0011234,1.00\r\n", "P01"),
    ],
)
def test_quoted_cells_and_other_digits_are_seen_too(copies, village, stamp, line, code):
    notice, _ = copies["household"]
    tables = build_tables("household", village, None)
    tables["一户一行.csv"] += line.encode()
    findings = check_archive_copy(notice, attach_tables(notice.data, tables, stamp), village, Settings(), frozenset())
    assert (code, "一户一行.csv") in [(f.code, f.place.sheet) for f in findings]


def test_cells_are_those_a_csv_reader_reads(village):
    for kind in KINDS:
        for content in build_tables(kind, village, None).values():
            rows = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))
            assert read_cells(content) - {""} == {cell for row in rows for cell in row} - {""}
