import hashlib
import re
import struct
import zlib
from dataclasses import replace

import pytest

from village_notice import publish
from village_notice.errors import VerificationError
from village_notice.notices.gate import check_notice
from village_notice.notices.readback_file import FinishedFile, follow, open_base
from village_notice.notices.village import draw_village
from village_notice.settings import Settings

from ..tables import edit_table

ID = "370682198001011234"


def plant(village, name, other):
    """The village with one name changed in lists and households."""
    lines, homes = (
        edit_table(table, name=lambda n: other if n == name else n) for table in (village.lines, village.households)
    )
    return replace(village, lines=lines, households=homes)


@pytest.fixture
def look(make_village, make_settings, stamp):
    """Findings (kind, code) for a village drawn with one name planted, looked at against the clean or planted village."""

    def findings(other, *, against_planted=False, settings=None):
        clean = make_village(households=30)
        planted = plant(clean, clean.lines.values("name")[4], other)
        office = settings or make_settings()
        notices, _ = draw_village(planted, office, stamp)
        judge = planted if against_planted else clean
        return [(n.kind, f.code, f.found) for n in notices for f in check_notice(n, judge, office)]

    return findings


@pytest.mark.parametrize(
    "recipe",
    [
        {"households": 300},
        {"households": 60, "programmes": 28, "held": 3},
        {"households": 0, "masked": 30},
        {"households": 100, "programmes": 1},
        {"households": 40, "scale": 100_000_000},
        {"households": 1, "programmes": 1, "masked": 0, "totals": False, "groups": 0},
        {"households": 12, "names": ["王\ue000明", "A-1号地块", "莱阳市山前店镇东关村绿源果蔬种植专业合作社", "古丽米热·阿卜杜拉·热合曼（2）"]},
    ],
)  # fmt: skip
def test_clean_notices_pass(draw, make_settings, recipe):
    village, notices, _ = draw(**recipe)
    assert [f for n in notices for f in check_notice(n, village, make_settings())] == []


def test_blank_settings_pass(make_village, stamp):
    village = replace(make_village(kind="社区"), has_withheld=True, county="")
    notices, _ = draw_village(village, Settings(), stamp)
    assert [f for n in notices for f in check_notice(n, village, Settings())] == []


def test_years_in_a_title_are_no_number(make_village, make_settings, stamp):
    village = make_village(titles=[("2021-2022年度轮作补贴", "A", "农业农村局", "亩")], programmes=1)
    notices, _ = draw_village(village, make_settings(), stamp)
    assert [f for n in notices for f in check_notice(n, village, make_settings())] == []


@pytest.mark.parametrize(
    "number",
    [ID, "37068219800101123X", "370682 19800101 1234", "370682-19800101-1234", "３７０６８２１９８００１０１１２３４", "13812345678",
     "138-1234-5678", "6222021234567890123", "1234567"],
)  # fmt: skip
def test_a_number_in_a_name_is_caught(look, number):
    found = look(f"王{number}", against_planted=True)
    assert {(kind, code) for kind, code, _ in found} == {("household", "P01"), ("detail", "P01")}
    assert all(number not in text for _, _, text in found)


def test_a_long_number_that_wraps_in_its_cell_is_caught(look):
    found = look(f"莱阳市山前店镇东关村绿源果蔬种植{ID}专业合作社", against_planted=True)
    assert {code for _, code, _ in found} == {"P01"}


def test_a_name_outside_the_set_is_caught(look):
    assert {(kind, code, name) for kind, code, name in look("外人甲")} == {
        ("household", "P02", "外人甲"), ("detail", "P02", "外人甲"),
    }  # fmt: skip


def test_a_wrapped_name_outside_the_set_is_caught(look):
    name = "莱阳市山前店镇东关村某某某某种植专业合作社"
    assert ("detail", "P02", name) in look(name)


def test_a_name_of_another_list_is_caught(make_village, make_settings, stamp):
    """Somebody of 耕地地力 may not stand in the masked list."""
    village = make_village(households=30)
    first, *_ = names = village.lines.values("name")
    swapped = [first if key == "C1" else name for key, name in zip(village.lines.values("key"), names, strict=True)]
    swapped = edit_table(village.lines, name=swapped)
    notices, _ = draw_village(replace(village, lines=swapped), make_settings(), stamp)
    codes = [{f.code for f in check_notice(n, village, make_settings())} - {"P01"} for n in notices]
    assert codes == [set(), {"P02"}, {"P02"}]


def test_only_telephones_of_the_settings_may_stand_there(make_village, make_settings, stamp):
    village = make_village()
    notices, _ = draw_village(village, make_settings(), stamp)
    other = make_settings(phones=replace(make_settings().phones, supervision=""))
    assert [(f.code, f.found) for f in check_notice(notices[0], village, other)] == [("P01", "053…，共11位")]


def test_a_telephone_of_the_settings_may_not_stand_in_a_list(look):
    assert {code for _, code, _ in look("0535-0000001", against_planted=True)} == {"P01"}


def test_place_names_the_page(make_village, make_settings, stamp):
    village = make_village(households=30)
    planted = plant(village, village.lines.values("name")[4], f"王{ID}")
    notices, _ = draw_village(planted, make_settings(), stamp)
    finding = check_notice(notices[1], planted, make_settings())[0]
    assert (finding.place.file, finding.place.sheet) == (notices[1].file_name, "第1页")


def test_a_damaged_file_is_refused(draw, make_settings):
    village, notices, _ = draw()
    broken = replace(notices[0], data=notices[0].data[:-400])
    with pytest.raises(VerificationError):
        check_notice(broken, village, make_settings())


def plant_drawn(data, write):
    """The finished file with something drawn behind the first cell of its first page, appended to it as PDF allows.

    `write` gets a function that gives a text in the codes of a font of the page, that of the cell where none is named;
    without a text some words.
    """
    file, base = FinishedFile(data), open_base(data)
    page = file.read(file.list_pages()[0])
    fonts = dict(re.findall(rb"/F(\d+)\s+(\d+) 0 R", file.read(follow(page, rb"/Font (\d+) 0 R"))))
    codes = {name: {char: code for code, char in file.read_map(int(n)).items()} for name, n in fonts.items()}
    number = follow(page, rb"/Contents (\d+) 0 R")
    contents = file.read_stream(number)
    place = contents.index(b"EMC\n", contents.index(b"/TD<<")) + 4
    own = re.findall(rb"/F(\d+) ", contents[:place])[-1]
    words = "".join(char for char in codes[own] if char >= "一")[-3:]  # as nobody is called
    planted = write(lambda text=words, font=own: b"".join(b"%04x" % codes[font][char] for char in text))
    packed = zlib.compress(contents[:place] + planted + contents[place:])
    part = b"%d 0 obj\n<</Filter/FlateDecode/Length %d>>\nstream\n%s\nendstream\nendobj\n" % (
        number,
        len(packed),
        packed,
    )
    entries = struct.pack(">BIHBIH", 1, len(data), 0, 1, len(data) + len(part), 0)
    table = b"%d 0 obj\n<</Type/XRef/Size %d/W[1 4 2]/Index[%d 1 %d 1]/Prev %d/Root %d 0 R/Length %d>>\nstream\n%s\nendstream" % (
        base.size, base.size + 1, number, base.size, base.start, base.root, len(entries), entries,
    )  # fmt: skip
    return b"%s%s%s\nendobj\nstartxref\n%d\n%%%%EOF\n" % (data, part, table, len(data) + len(part))


@pytest.fixture
def look_at_planted(draw, make_settings):
    """Codes found in a kind of notice with something planted behind the first cell of its first page."""

    def codes(kind, write):
        village, notices, _ = draw(households=30)
        notice = next(n for n in notices if n.kind == kind)
        changed = replace(notice, data=plant_drawn(notice.data, write))
        return {f.code for f in check_notice(changed, village, make_settings())}

    return codes


PLACES = {
    "cell": lambda text: b"/TD<</MCID 999>>BDC <%s>Tj\nEMC\n" % text(ID),
    "moved cell": lambda text: b"/TD<</MCID 999>>BDC [512<%s>]TJ\nEMC\n" % text(ID),
    "two texts": lambda text: b"/TD<</MCID 999>>BDC <%s>Tj <%s>Tj\nEMC\n" % (text(ID[:9]), text(ID[9:])),
    "array": lambda text: b"/TD<</MCID 999>>BDC [<%s>20<%s>]TJ\nEMC\n" % (text(ID[:6]), text(ID[6:])),
    "two fonts": lambda text: (
        b"/TD<</MCID 999>>BDC /F1 12 Tf <%s>Tj /F0 12 Tf <%s>Tj\nEMC\n" % (text(ID[:6], b"1"), text(ID[6:], b"0"))
    ),
    "word": lambda text: b"/P<</MCID 999>>BDC <%s>Tj\nEMC\n" % text(ID),
    "footer": lambda text: b"/Artifact BMC\n<%s>Tj\nEMC\n" % text(ID),
    "unmarked": lambda text: b"<%s>Tj\n" % text(ID),
    "not closed": lambda text: b"/P<</MCID 999>>BDC <%s>Tj\n" % text(ID),
}


@pytest.mark.parametrize("kind", ["household", "detail"])
@pytest.mark.parametrize("place", PLACES)
def test_a_number_is_caught_wherever_it_is_drawn(look_at_planted, kind, place):
    assert look_at_planted(kind, PLACES[place]) == {"P01"}


@pytest.mark.parametrize("kind", ["summary", "household", "detail"])
@pytest.mark.parametrize(
    "write",
    [
        lambda text: b"/TD<</MCID 999>>BDC <%s>Tj\nEMC\n" % text(),
        lambda text: b"/TD<</MCID 999>>BDC <%s>Tj <%s>Tj\nEMC\n" % (text(), text("1")),
        lambda text: b"/H1<</MCID 999>>BDC <%s>Tj\nEMC\n" % text(),
    ],
)
def test_words_are_caught_however_they_are_drawn(look_at_planted, kind, write):
    assert look_at_planted(kind, write) == {"P02"}


@pytest.mark.parametrize("tag", [b"TD", b"P"])
def test_codes_cut_short_hide_nothing_behind_them(look_at_planted, tag):
    with pytest.raises(VerificationError):
        look_at_planted("detail", lambda text: b"/%s<</MCID 999>>BDC <%s12>Tj\nEMC\n" % (tag, text(ID)))


@pytest.mark.parametrize("tag", [b"TD", b"P"])
def test_codes_that_are_none_are_not_passed_over(look_at_planted, tag):
    with pytest.raises(VerificationError):
        look_at_planted("detail", lambda _: b"/%s<</MCID 999>>BDC <00x1>Tj\nEMC\n" % tag)


def test_a_number_among_lines_and_boxes_is_caught(look_at_planted):
    box = b"/Artifact BMC\n0.5 w\n1.00 2.00 m 3.00 4.00 l\nS\nEMC\n"
    assert look_at_planted("detail", lambda text: box + b"/Artifact BMC\n0.5 w\n<%s>Tj\nEMC\n" % text(ID) + box) == {
        "P01"
    }


def test_a_page_with_nothing_planted_passes(look_at_planted):
    assert look_at_planted("detail", lambda _: b"") == set()


def test_every_file_with_a_planted_number_is_named(make_village, make_settings, stamp, tmp_path, monkeypatch):
    """The paper's own look set aside: each file of the package that shows the name is caught by itself."""
    village = make_village(households=30)
    planted = plant(village, village.lines.values("name")[0], f"王{ID}")
    monkeypatch.setattr(publish, "check_notice", lambda *_: [])
    job = publish.Job(make_settings(), stamp, {}, {}, tmp_path)
    made = publish.publish_village(planted, ("镇", "村"), job)
    assert made.is_refused and not list(tmp_path.rglob("*"))
    named = {f.place.file.rpartition("/")[2] for f in made.findings if f.code == "P01"}
    assert named >= {"明细.xlsx", "明细.csv", "查询.html", "查询数据.json"}
    assert len([name for name in named if name.endswith(".pdf")]) == 2


def test_the_hashes_of_what_was_made_are_those_of_the_files(make_village, make_settings, stamp, tmp_path):
    job = publish.Job(make_settings(), stamp, {}, {}, tmp_path)
    made = publish.publish_village(make_village(households=30), ("镇", "村"), job)
    folder = tmp_path / "镇" / "村"
    found = {p.relative_to(folder).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest() for p in folder.rglob("*")
             if p.is_file()}  # fmt: skip
    assert made.files == found and any("data/" in name for name in found)
