"""The sample: the same bytes each time, ten programmes in ten layouts, and a truth that the sheets bear out."""

import csv
import io
import re
import zipfile
from collections import Counter

import openpyxl
import pytest
import xlrd

from village_notice.domain.identity import is_valid_id
from village_notice.domain.money import parse_amount
from village_notice.errors import UsageError
from village_notice.sample import layouts
from village_notice.sample.make import make_sample, plan_sample, read_truth
from village_notice.sample.people import ID_AREA
from village_notice.sample.scenario import PROGRAMMES
from village_notice.settings import Settings
from village_notice.sources.reference import read_reference


def _files(folder):
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def _plan(few_villages, seed=20220713):
    return plan_sample(few_villages, seed=seed, year=2022, households=10)


def test_same_arguments_give_the_same_bytes(tmp_path, made, few_villages):
    make_sample(tmp_path / "again", townships=(), villages=few_villages, households=10)
    assert _files(tmp_path / "again") == _files(made[0])


def test_another_seed_gives_other_people(few_villages):
    first, second = ({p.person.id for b in _plan(few_villages, s)[0] for p in b.payments} for s in (1, 2))
    assert len(first & second) * 10 < len(first)


def test_making_it_again_replaces_only_what_was_made(tmp_path, few_villages):
    folder = tmp_path / "收件箱"
    make_sample(folder, townships=(), villages=few_villages, households=10)
    truth = read_truth(make_sample(folder, townships=["羊郡镇"], villages=few_villages, households=20))
    assert truth["townships"] == ["羊郡镇"]
    assert set(_files(folder)) == {*truth["sha256"], "truth.json"}


def test_folder_with_other_files_is_refused(tmp_path, few_villages):
    (tmp_path / "我的表.xlsx").write_bytes(b"x")
    with pytest.raises(UsageError, match="已有别的文件"):
        make_sample(tmp_path, townships=(), villages=few_villages)
    assert [p.name for p in tmp_path.iterdir()] == ["我的表.xlsx"]


def test_changed_file_is_refused_and_named(tmp_path, few_villages):
    make_sample(tmp_path / "a", townships=(), villages=few_villages, households=10)
    changed = next((tmp_path / "a" / "财政局").glob("*补发明细.xlsx"))
    changed.write_bytes(b"by hand")
    with pytest.raises(UsageError, match="补发明细"):
        make_sample(tmp_path / "a", townships=(), villages=few_villages, households=10)
    assert changed.read_bytes() == b"by hand"


def test_unknown_township_names_those_there_are(tmp_path, few_villages):
    with pytest.raises(UsageError, match="羊郡镇、山前店镇"):
        make_sample(tmp_path / "a", townships=["某某镇"], villages=few_villages)


@pytest.mark.parametrize("households", [7, 2001])
def test_households_out_of_range(tmp_path, few_villages, households):
    with pytest.raises(UsageError, match="8 到 2000"):
        make_sample(tmp_path / "a", townships=(), villages=few_villages, households=households)


def test_too_few_villages_say_so(few_villages):
    with pytest.raises(UsageError, match="太少"):
        plan_sample(few_villages[:1], seed=1, year=2022, households=8)


def test_at_least_ten_programmes_of_every_tier(made):
    codes = {c for v in made[1]["villages"].values() for c in v["programmes"]}
    assert len(codes) >= 10
    assert {PROGRAMMES[c][1] for c in codes} == set("ABCDX")


def test_programmes_are_those_of_the_reference():
    table = read_reference(Settings()).subsidies
    assert {c: (s.name, s.tier.value) for c in PROGRAMMES if (s := table.find_code(c))} == PROGRAMMES


def test_at_least_ten_layouts(monkeypatch, few_villages):
    used = Counter()
    for name in (n for n in dir(layouts) if n.startswith("draw_")):
        draw = getattr(layouts, name)
        monkeypatch.setattr(
            layouts, name, lambda *args, _n=name, _d=draw, **more: used.update([_n]) or _d(*args, **more)
        )
    _plan(few_villages)
    assert len(used) >= 10


def test_formats(made):
    folder, _ = made
    suffixes = Counter(p.suffix for p in folder.rglob("*"))
    assert suffixes[".xlsx"] and suffixes[".xls"] and suffixes[".zip"]
    gbk, utf8 = sorted(folder.rglob("*.csv"), key=lambda p: p.read_bytes().startswith(b"\xef\xbb\xbf"))
    assert "特困" in gbk.name and gbk.read_bytes().decode("gb18030").startswith("乡镇")
    assert utf8.read_bytes().decode("utf-8-sig").startswith("乡镇")


def test_at_least_twelve_kinds_of_mistakes_with_their_places(made):
    folder, truth = made
    assert len({m["kind"] for m in truth["planted"]}) >= 12
    named = {code for m in truth["planted"] for code in m["rules"]}
    assert {
        "C01", "C02", "C04", "C05", "R02", "R03", "R04", "R05", "R07", "R08", "R13", "H02", "H07",
        "F01", "F03", "F04", "F05", "F07", "F09", "X01", "T01", "T02",
    } <= named  # fmt: skip
    inside = [m["file"] for m in truth["planted"] if m["file"] and ".zip/" not in m["file"]]
    assert all((folder / file).is_file() for file in inside)
    assert all(m["file"] and m["row"] for m in truth["planted"] if m["is_payment"])


def test_failures_reissues_recoveries_and_next_year(few_villages):
    payments = [p for b in _plan(few_villages)[0] for p in b.payments]
    status = Counter(p.status for p in payments)
    assert {"失败", "退回", "补发", "追回", "停发", "待发"} <= set(status)
    assert all(p.fen < 0 for p in payments if p.status == "追回")
    assert all(p.verdict == "not_paid" for p in payments if p.status in ("失败", "退回", "停发", "待发"))
    late = [p for p in payments if p.verdict == "other_year"]
    assert late and all((p.period, p.pay_date.year) == ("2022-12", 2023) for p in late)


def test_children_same_names_and_organisations(few_villages):
    payments = [p for b in _plan(few_villages)[0] for p in b.payments]
    shown = {p.person.id for p in payments if PROGRAMMES.get(p.code, ("", ""))[1] in "AB" and p.person.age(2022) < 14}
    assert len(shown) >= 2
    people = {(p.person.village.code, p.person.name, p.person.id) for p in payments}
    names = Counter((village, name) for village, name, _ in people)
    assert max(names.values()) >= 2
    assert any("合作社" in p.person.name for p in payments)


def test_ids_are_valid_and_of_the_unused_area(made, few_villages):
    payments = [p for b in _plan(few_villages)[0] for p in b.payments]
    people = {p.person.id for p in payments if not p.person.id.startswith("93")}
    assert all(is_valid_id(i) and i.startswith(ID_AREA) for i in people)
    odd = [i for i in made[1]["private"]["ids"] if ID_AREA not in i]
    assert odd == []


def _grids(path, data):
    """(sheet name, rows) of a file, whatever its format."""
    if data[:2] == b"PK":
        book = openpyxl.load_workbook(io.BytesIO(data))
        return [(s.title, [list(r) for r in s.iter_rows(values_only=True)]) for s in book.worksheets]
    if data[:4] == b"\xd0\xcf\x11\xe0":
        book = xlrd.open_workbook(file_contents=data)
        return [(s.name, [s.row_values(i) for i in range(s.nrows)]) for s in book.sheets()]
    text = data.decode("gb18030" if "特困" in path else "utf-8-sig")
    return [("", list(csv.reader(io.StringIO(text))))]


def _read_all(folder):
    for path, data in _files(folder).items():
        if path.endswith(".zip"):
            with zipfile.ZipFile(io.BytesIO(data)) as packed:
                yield from ((f"{path}/{n}", packed.read(n)) for n in packed.namelist())
        elif path.endswith((".xlsx", ".xls", ".csv")) and not any(w in path for w in ("~$", "新建", "户厕改造")):
            yield path, data  # the others are the lock file, the empty and the truncated one


def _column(letters):
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def test_truth_sums_are_what_the_sheets_hold(made, few_villages):
    """Every payment stands at its place with its amount, and the truth of each file is the sum of those places."""
    folder, truth = made
    books = {b.path: b for b in _plan(few_villages)[0] if b.payments}
    sums = Counter()
    for path, data in _read_all(folder):
        if path not in books:
            continue
        grids = dict(_grids(path, data))
        for payment in books[path].payments:
            cell = grids[payment.sheet][payment.row - 1][_column(payment.column) - 1]
            unit = 1_000_000 if "冬春" in path else 100
            amount = parse_amount(cell, unit_fen=unit)
            assert (amount.fen if amount else 0) == payment.fen
            sums[path, payment.verdict] += payment.fen
    assert {(f, v): p[1] for f, verdicts in truth["files"].items() for v, p in verdicts.items()} == dict(sums)


def test_truth_adds_up(made):
    _, truth = made
    accepted = truth["totals"]["accepted"]
    for place in (0, 1):
        assert sum(v["total"][place] for v in truth["villages"].values()) == accepted[place]
        assert sum(p[place] for v in truth["villages"].values() for p in v["programmes"].values()) == accepted[place]
        assert sum(f.get("accepted", [0, 0])[place] for f in truth["files"].values()) == accepted[place]


def test_withheld_names_are_of_children_and_of_strict_tiers(made, few_villages):
    payments = [p for b in _plan(few_villages)[0] for p in b.payments if p.verdict == "accepted"]
    for code, village in made[1]["villages"].items():
        here = [p for p in payments if p.person.village.code == code and p.person.name in village["withheld_names"]]
        assert not any(p.person.is_organisation for p in here)
        assert all(PROGRAMMES[p.code][1] in "CDX" or p.person.age(2022) < 14 for p in here)
    assert sum(len(v["withheld_names"]) for v in made[1]["villages"].values()) >= 4


def test_every_long_number_of_the_inbox_is_in_the_truth(made):
    folder, truth = made
    known = {n for numbers in truth["private"].values() for n in numbers}
    for path, data in _read_all(folder):
        for _, rows in _grids(path, data):
            for cell in (c for row in rows for c in row):
                text = f"{cell:.0f}" if isinstance(cell, float) else str(cell)
                assert set(re.findall(r"(?<!\d)\d{15,19}X?|(?<!\d)1[3-9]\d{9}(?!\d)", text)) <= known


def test_read_truth_refuses_other_json(tmp_path):
    (tmp_path / "truth.json").write_text('{"made_by": "somebody"}', encoding="utf-8")
    with pytest.raises(UsageError, match="village-notice sample"):
        read_truth(tmp_path / "truth.json")
