"""Nothing private is in any byte of a sealed package, its second version, the database, the stick and the handover list."""

import io
import json
import re
import sqlite3
import zipfile
from contextlib import closing
from dataclasses import replace
from datetime import date

import pytest

from village_notice.archive.handover import build_handover
from village_notice.archive.restore import import_packages
from village_notice.archive.seal import add_evidence, seal_package
from village_notice.archive.stick import export
from village_notice.archive.versions import plan_package
from village_notice.domain.public import check_code
from village_notice.settings import Settings

from ..tables import edit_row

OBJECTOR, PHONE = "李某某", "13900000000"


@pytest.fixture
def county(tmp_path, village, make_package, write_files, someone):
    """公开 with a sealed package, made with an office folder full of names, and a second version."""
    home, place = tmp_path / "办公", tmp_path / "结果/公开/山前店镇/东关村"
    home.mkdir()
    (home / "postings.csv").write_text(
        "乡镇,村,年度,张贴日期,撤下日期,地点,张贴人,备注\n"
        f"山前店镇,东关村,2022,2022-12-01,2022-12-09,公开栏,张文书,{PHONE}\n",
        encoding="utf-8",
    )
    (home / "objections.csv").write_text(
        "乡镇,村,年度,日期,类别,结果,办结日期,异议人,电话,内容\n"
        f"山前店镇,东关村,2022,2022-12-02,金额,不属实已说明,2022-12-03,{OBJECTOR},{PHONE},{OBJECTOR}说少了\n",
        encoding="utf-8",
    )
    package = write_files(place / "档案", make_package(village))
    photo = tmp_path / f"{OBJECTOR}{PHONE}.jpg"
    photo.write_bytes(b"\xff\xd8\xff invented")
    add_evidence(package, [photo], date(2022, 12, 5))
    seal_package(package, date(2022, 12, 28), Settings(folder=home))
    changed = edit_row(village.lines, 0, amount_fen=lambda fen: fen + 100)
    first = replace(village.programmes[0], amount_fen=village.programmes[0].amount_fen + 100)
    corrected = replace(
        village, lines=changed, programmes=(first, *village.programmes[1:]), public_fen=village.public_fen + 100
    )
    plan = plan_package(place, 2022, check_code(corrected))
    write_files(place / plan.folder, make_package(corrected, plan=plan))
    return tmp_path / "结果/公开"


def read_texts(data, name):
    yield data.decode("utf-8", errors="ignore")
    yield data.decode("utf-16-le", errors="ignore")
    if name.endswith(".xlsx"):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            yield from (archive.read(part).decode("utf-8") for part in archive.namelist())


def list_leaks(files, forbidden):
    return [
        (n, f) for n, data in files.items() for text in read_texts(data, n) for f in forbidden if f in text or f in n
    ]


def test_no_private_number_and_no_objector_leaves(county, tmp_path, private_numbers):
    stick = tmp_path / "U盘"
    stick.mkdir()
    assert export(county, stick, ["东关村"], []).is_intact
    import_packages([county], tmp_path / "查询.db")
    files = {p.relative_to(stick).as_posix(): p.read_bytes() for p in stick.rglob("*") if p.is_file()}
    assert len(files) > 30
    files["移交清单.xlsx"] = build_handover([county], date(2023, 1, 1))[0]
    files["查询.db"] = (tmp_path / "查询.db").read_bytes()
    with closing(sqlite3.connect(tmp_path / "查询.db")) as database:
        tables = [
            t
            for (t,) in database.execute(
                "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE '%fts5%'"
            )
        ]
        files["rows"] = json.dumps([database.execute(f'SELECT * FROM "{t}"').fetchall() for t in tables], default=str,
                                   ensure_ascii=False).encode()  # fmt: skip
    assert list_leaks(files, [*private_numbers, OBJECTOR, PHONE, "777.00"]) == []
    assert not any(re.search(r"person_no|household_no", text) for n, d in files.items() for text in read_texts(d, n)
                   if n.endswith((".json", ".csv")))  # fmt: skip


def test_the_list_of_leaks_sees_one():
    assert list_leaks({"a.txt": f"x{PHONE}".encode()}, [PHONE]) == [("a.txt", PHONE)]
