import io
from datetime import datetime, timedelta, timezone

import pypdf
import pytest


@pytest.fixture(params=[0, 1, 2])
def reader(draw, request):
    return pypdf.PdfReader(io.BytesIO(draw(households=40)[1][request.param].data), strict=True)


def test_marks_of_an_archival_file(reader):
    catalog = reader.trailer["/Root"]
    xmp = catalog["/Metadata"].get_object().get_data().decode()
    assert "<pdfaid:part>2</pdfaid:part><pdfaid:conformance>U</pdfaid:conformance>" in xmp
    assert catalog["/OutputIntents"][0]["/DestOutputProfile"].get_object()["/N"] == 3
    assert "/Encrypt" not in reader.trailer and "/ID" in reader.trailer


def test_info_and_xmp_say_the_same(reader):
    xmp = reader.trailer["/Root"]["/Metadata"].get_object().get_data().decode()
    assert reader.metadata.title in xmp and reader.metadata.author in xmp
    assert reader.metadata.creation_date == datetime(2022, 12, 20, 9, tzinfo=timezone(timedelta(hours=8)))
    assert "2022-12-20T09:00:00+08:00" in xmp


def test_tagged_and_in_chinese(reader):
    catalog = reader.trailer["/Root"]
    assert catalog["/MarkInfo"]["/Marked"] and catalog["/Lang"] == "zh-CN"
    kids = catalog["/StructTreeRoot"]["/K"]["/K"]
    sections = kids if isinstance(kids, list) else [kids.get_object()]
    assert {section.get_object()["/S"] for section in sections} == {"/Sect"}
    lists = [bookmark for bookmark in reader.outline if not bookmark.title.startswith("　")]  # groups stand indented
    assert len(lists) == len(sections)


def test_every_font_is_embedded(reader):
    for page in reader.pages:
        for font in page["/Resources"]["/Font"].values():
            descendant = font.get_object()["/DescendantFonts"][0].get_object()
            assert "/FontFile2" in descendant["/FontDescriptor"].get_object()
            assert "/ToUnicode" in font.get_object()


def test_marks_are_balanced(reader):
    for page in reader.pages:
        content = page.get_contents().get_data()
        assert content.count(b"BDC") + content.count(b"BMC") == content.count(b"EMC")
        assert content.count(b"BT") == content.count(b"ET")
