"""Whatever lies in the inbox: a clear finding, never a traceback, and nothing is lost in silence."""

import io
import random
import zipfile

import pytest

from village_notice.domain.rules import format_message
from village_notice.errors import UsageError, VillageNoticeError
from village_notice.sources.discover import find_inputs
from village_notice.sources.limits import ReadLimits, Unreadable
from village_notice.sources.payments import ReadOptions, load_lookups, read_file
from village_notice.sources.workbook import open_workbook, read_workbook
from village_notice.sources.zip_members import read_input

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 200


def find_codes(inbox, limits=None):
    return [(f.code, f.place.file) for f in find_inputs(inbox, limits).findings]


def test_missing_folder_says_so(tmp_path):
    with pytest.raises(UsageError, match="找不到文件夹"):
        find_inputs(tmp_path / "没有")


def test_empty_folder_gives_nothing(tmp_path):
    found = find_inputs(tmp_path)
    assert found.files == found.findings == found.passed_over == []


def test_folder_of_pictures(tmp_path):
    inbox = tmp_path / "收件箱"
    inbox.mkdir()
    for name in ("1.png", "2.jpg", "扫描.pdf"):
        (inbox / name).write_bytes(PNG if "png" in name else b"%PDF-1.4 x" if "pdf" in name else b"\xff\xd8\xff x")
    assert find_codes(inbox) == [("F03", "1.png"), ("F03", "2.jpg"), ("F03", "扫描.pdf")]
    assert find_inputs(inbox).files == []


def test_picture_called_workbook_is_told(tmp_path, read, codes):
    (tmp_path / "表.xlsx").write_bytes(PNG)
    assert codes(read(tmp_path / "表.xlsx")) == ["F03"]


def test_lock_and_system_files(tmp_path, make, cells):
    (tmp_path / "~$表.xlsx").write_bytes(b"x" * 165)
    (tmp_path / ".~表.xls").write_bytes(b"x")
    (tmp_path / "Thumbs.db").write_bytes(b"x")
    (tmp_path / ".DS_Store").write_bytes(b"x")
    (tmp_path / "表.xlsx").write_bytes(make.xlsx(cells))
    found = find_inputs(tmp_path)
    assert [f.relative for f in found.files] == ["表.xlsx"]
    assert sorted((f.code, f.place.file) for f in found.findings) == [("F04", ".~表.xls"), ("F04", "~$表.xlsx")]
    assert sorted(found.passed_over) == [".DS_Store", "Thumbs.db"]


def test_same_file_under_two_names_is_held_where_it_comes_later(tmp_path, make, cells):
    data = make.xlsx(cells)
    (tmp_path / "乙.xlsx").write_bytes(data)
    (tmp_path / "甲.xlsx").write_bytes(data)
    (tmp_path / "丙.zip").write_bytes(make.zip({"甲.xlsx": data}))
    found = find_inputs(tmp_path)
    first = found.files[0].relative
    assert [(f.code, f.place.file, f.expected) for f in found.findings] == [
        ("F05", file.relative, first) for file in found.files[1:]
    ]
    assert len(found.files) == 3


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.99])
def test_truncated_workbook_is_never_read_in_part(share, tmp_path, make, cells, read):
    data = make.xlsx(cells)
    (tmp_path / "表.xlsx").write_bytes(data[: int(len(data) * share)])
    reading = read(tmp_path / "表.xlsx")
    assert not reading.readable and reading.findings[0].code == "F01" and len(reading.payments) == 0


@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
def test_truncated_xls_is_never_read_in_part(share, tmp_path, make, cells, read):
    data = make.xls(cells)
    (tmp_path / "表.xls").write_bytes(data[: int(len(data) * share)])
    reading = read(tmp_path / "表.xls")
    assert not reading.readable and reading.findings[0].code in ("F01", "F03") and len(reading.payments) == 0


def test_zip_bomb_hits_a_limit(tmp_path):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("大.csv", b"0" * 30_000_000)
    (tmp_path / "炸弹.zip").write_bytes(stream.getvalue())
    limits = ReadLimits(unpacked_bytes=1_000_000)
    assert [c for c, _ in find_codes(tmp_path, limits)] == ["F10"]
    with pytest.raises(Unreadable) as error:
        read_input(tmp_path / "炸弹.zip" / "大.csv", limits)
    assert error.value.code == "F10"


def test_workbook_that_unpacks_to_too_much_hits_a_limit(make, cells):
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(make.xlsx(cells))) as source, zipfile.ZipFile(stream, "w", 8) as target:
        for name in source.namelist():
            data = source.read(name)
            target.writestr(name, data.replace(b"</sheetData>", b" " * 30_000_000 + b"</sheetData>"))
    with pytest.raises(Unreadable) as error:
        read_workbook(stream.getvalue(), ".xlsx", limits=ReadLimits(unpacked_bytes=5_000_000))
    assert error.value.code == "F10"


def test_zip_that_lies_about_its_sizes_hits_a_limit(tmp_path, make):
    data = make.zip({"大.csv": b"0" * 5_000_000})
    for number in (5_000_000,):
        data = data.replace(number.to_bytes(4, "little"), (100).to_bytes(4, "little"))
    (tmp_path / "谎.zip").write_bytes(data)
    assert {c for c, _ in find_codes(tmp_path)} <= {"F01", "F10"} and find_codes(tmp_path)


def test_member_names_that_climb_out_are_not_followed(tmp_path, make):
    (tmp_path / "坏.zip").write_bytes(make.zip({"../../外.csv": b"a,b\n1,2\n", "C:/外.csv": b"a,b\n1,2\n"}))
    found = find_inputs(tmp_path)
    assert found.files == [] and [f.code for f in found.findings] == ["F03", "F03"]


def test_random_bytes_under_spreadsheet_names(tmp_path, read):
    random.seed(7)
    suffixes = ("xlsx", "xls", "csv", "ods", "xlsb", "et", "txt", "xml", "html", "zip")
    heads = (b"", b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"<html>", b"<?xml version='1.0'?>", b"\xff\xfe")
    for number in range(200):
        data = heads[number % len(heads)] + random.randbytes(random.randrange(4000))
        (tmp_path / f"{number:03d}.{suffixes[number % len(suffixes)]}").write_bytes(data)
    found = find_inputs(tmp_path)
    told = {f.place.file for f in found.findings}
    for file in found.files:
        reading = read(file.path, file.relative)
        assert reading.findings and len(reading.payments) == 0
        assert all(format_message(f) for f in reading.findings)
        told.add(file.relative)
    assert len({t.partition("/")[0] for t in told}) == 200


def test_empty_files_are_told(tmp_path, read, codes, make):
    for name, data in (("空.xlsx", b""), ("空.csv", b"\r\n\r\n"), ("空.xls", make.xls([]))):
        (tmp_path / name).write_bytes(data)
        assert codes(read(tmp_path / name)) == ["F06"], name


def test_register_without_the_township_holds_every_payment(tmp_path, make, cells, listed, expected):
    (tmp_path / "表.xlsx").write_bytes(make.xlsx(cells))
    register = tmp_path / "名册.csv"
    lines = ("code,name,township_code,township_name", "379999501201,远方村委会,379999501,远方镇")
    register.write_text("\n".join(lines), encoding="utf-8")
    reading = read_file(tmp_path / "表.xlsx", "表.xlsx", ReadOptions(2023, register=register))
    assert listed(reading) == expected
    assert [(f.code, f.place.row) for f in reading.findings if f.code == "R02"] == [("R02", 3), ("R02", 4), ("R02", 5)]


def test_broken_register_stops_with_its_line(tmp_path):
    register = tmp_path / "名册.csv"
    register.write_text("code,name,township_code,township_name\n1,东岚村,2,望岚镇\n", encoding="utf-8")
    with pytest.raises(VillageNoticeError, match=r"名册\.csv"):
        load_lookups(ReadOptions(2023, register=register))


def test_another_year_is_kept_as_the_sheet_says(tmp_path, make, cells, read):
    (tmp_path / "表.xlsx").write_bytes(make.xlsx(cells))
    assert set(read(tmp_path / "表.xlsx").payments["year"]) == {2023}


def test_open_workbook_of_a_missing_file_is_unreadable(tmp_path):
    with pytest.raises(Unreadable) as error:
        open_workbook(tmp_path / "没有.xlsx")
    assert error.value.code == "F01"
