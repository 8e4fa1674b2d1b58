"""The museum of broken files: each comes out as it should, is refused with a reason, or keeps back what it cannot know."""

import time
import warnings

import pytest

from village_notice.domain.rules import format_message
from village_notice.sources.discover import find_inputs
from village_notice.sources.grid_maker import simplify
from village_notice.sources.limits import ReadLimits
from village_notice.sources.payments import ReadOptions
from village_notice.sources.reader_child import Job, run_job
from village_notice.sources.xls_records import _find_link_name
from village_notice.sources.xlsb import _read_rk

from .conftest import HEADINGS, REGISTER
from .museum import HELD, REFUSED, SAME, TABLE, TOLD, cell, overlapping, pack, rows_xml, sheet_xml, xlsx

_SECONDS = 10.0
"""Work on one of these files, at most."""


@pytest.fixture
def exhibit(tmp_path):
    """Reads a file the way the reader child does: (payments' reading or None, code of the refusal)."""

    def read(name, data, seconds=_SECONDS):
        path = tmp_path / name
        path.write_bytes(data)
        started = time.process_time()
        job = Job("village_notice.sources.payments:read_file", (path, name, ReadOptions(2023, register=REGISTER)))
        answer = run_job(job)
        assert time.process_time() - started < seconds
        assert not answer.code, (answer.code, answer.found)
        assert all(format_message(f) for f in answer.result.findings)
        return answer.result

    return read


@pytest.mark.parametrize("name", SAME)
def test_odd_file_is_read(name, exhibit, listed, expected):
    assert listed(exhibit(name, SAME[name]())) == expected


@pytest.mark.parametrize("name", REFUSED)
def test_broken_file_is_refused(name, exhibit):
    code, make = REFUSED[name]
    reading = exhibit(name, make())
    assert len(reading.payments) == 0
    assert [f.code for f in reading.findings if f.code != "F16"] == [code]


@pytest.mark.parametrize("name", TOLD)
def test_file_without_any_value_is_told(name, exhibit):
    code, make = TOLD[name]
    assert [f.code for f in exhibit(name, make()).findings] == [code]


@pytest.mark.parametrize("packed, number", [(520 << 2 | 2, 520), (52050 << 2 | 3, 520.5), (0x40591000, 100.25)])
def test_packed_numbers_of_xlsb(packed, number):
    assert simplify(_read_rk(packed)) == number


@pytest.mark.parametrize(
    "path, name", [(" ", ""), ("C:\\办公\\GM%20Budget.xls", "GM Budget.xls"), ("\x01\x02\x03x.xls", "x.xls")]
)
def test_linked_file_of_xls_is_named(path, name):
    body = b"\1\0" + len(path).to_bytes(2, "little") + b"\1" + path.encode("utf-16-le")
    assert _find_link_name(body) == name


@pytest.mark.parametrize("name", HELD)
def test_what_cannot_be_known_is_held(name, exhibit, expected):
    code, make = HELD[name]
    reading = exhibit(name, make())
    assert [f.code for f in reading.findings if f.place.row == 3] == [code]
    fen = reading.payments["amount_fen"].tolist()
    assert fen[1:] == [30_000, 9_050] and reading.payments["amount_fen"].isna().tolist()[0]
    assert reading.payments["name"].tolist() == [e[2] for e in expected]


def test_zip_whose_members_share_their_bytes_is_refused(tmp_path):
    (tmp_path / "叠.zip").write_bytes(overlapping())
    found = find_inputs(tmp_path)
    assert found.files == [] and [(f.code, f.place.file) for f in found.findings] == [("F10", "叠.zip")]


def test_zip_with_a_nameless_member_is_read(tmp_path):
    (tmp_path / "无名.zip").write_bytes(pack({"..csv": "a,b\n1,2\n"}).replace(b"..csv", b"\0.csv"))
    assert [f.relative for f in find_inputs(tmp_path).files] == ["无名.zip/_.csv"]


def test_thousand_members_of_one_name_are_told_apart_quickly(tmp_path):
    with warnings.catch_warnings(action="ignore"):
        (tmp_path / "同.zip").write_bytes(pack([("表.csv", f"a,b\n{n},2\n") for n in range(4_000)]))
    started = time.process_time()
    assert len({f.relative for f in find_inputs(tmp_path).files}) == 4_000
    assert time.process_time() - started < _SECONDS


def test_zip_with_nothing_in_it_is_told(tmp_path):
    (tmp_path / "空.zip").write_bytes(pack({}))
    assert [(f.code, f.place.file) for f in find_inputs(tmp_path).findings] == [("F06", "空.zip")]


def test_member_with_a_name_longer_than_any_disk_allows(tmp_path, read, listed, expected):
    (tmp_path / "长.zip").write_bytes(pack({"长" * 300 + ".xlsx": xlsx()}))
    (file,) = find_inputs(tmp_path).files
    assert listed(read(file.path, file.relative)) == expected


def test_members_past_the_limit_are_told_together(tmp_path):
    members = {f"{n:02d}.csv": b"0" * 1_000_000 for n in range(30)}
    (tmp_path / "大.zip").write_bytes(pack(members))
    found = find_inputs(tmp_path, ReadLimits(unpacked_bytes=5_500_000))
    told = [(f.place.file, f.found) for f in found.findings if f.code == "F10"]
    assert len(found.files) == 5 and len(told) == 11
    assert told[0][0] == "大.zip" and "15 个文件" in told[0][1]


def test_three_thousand_tables_on_one_sheet(exhibit):
    rows = []
    for number in range(3_000):
        rows += [
            [f"望岚镇2023年第{number}批耕地地力保护补贴发放表"],
            ["村", "姓名", "补贴金额（元）"],
            ["东岚村", f"甲{number % 9}", 1],
        ]
    lines = (
        f'<row r="{n}">{"".join(cell(n, c, v) for c, v in enumerate(row, 1))}</row>' for n, row in enumerate(rows, 1)
    )
    reading = exhibit("许多表.xlsx", xlsx(sheet_xml("".join(lines))), seconds=10.0)
    assert len(reading.payments) == 3_000 and reading.payments["amount_fen"].sum() == 300_000


def test_pay_date_of_another_age_is_no_date(exhibit):
    day = '<c r="F{0}" t="d"><v>{1}</v></c></row>'
    rows = rows_xml().replace("</row>", '<c r="F1" t="inlineStr"><is><t></t></is></c></row>', 1)
    rows = rows.replace(cell(2, 5, HEADINGS[4]) + "</row>", cell(2, 5, HEADINGS[4]) + cell(2, 6, "发放日期") + "</row>")
    for number, text in ((3, "9999-12-31"), (4, "1900-03-01"), (5, "2023-05-06")):
        rows = rows.replace(
            cell(number, 5, TABLE[number - 1][4]) + "</row>",
            cell(number, 5, TABLE[number - 1][4]) + day.format(number, text),
        )
    reading = exhibit("日期.xlsx", xlsx(sheet_xml(rows)))
    assert reading.payments["pay_date"].tolist() == ["", "", "2023-05-06"]
    assert [(f.code, f.place.row) for f in reading.findings if f.code == "C08"] == [("C08", 3), ("C08", 4)]


@pytest.mark.parametrize(
    "text", ["(" * 32_767, "甲 " * 16_000, "x" + " " * 32_000 + "x", "x" * 32_000 + "1", "1," * 16_000]
)
@pytest.mark.parametrize("place", [(1, 1), (2, 2), (3, 2), (3, 4), (3, 5)])
def test_longest_text_of_a_cell_takes_no_time(text, place, exhibit):
    old = TABLE[place[0] - 1][place[1] - 1]
    sheet = sheet_xml().replace(cell(*place, old), cell(*place, text))
    reading = exhibit("长.xlsx", xlsx(sheet), seconds=3.0)
    assert reading.payments["amount_fen"].sum() <= 51_050
    assert not any(len(name) > 200 for name in reading.payments["name"])
