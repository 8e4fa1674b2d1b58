from dataclasses import replace

import pytest

from village_notice.errors import VerificationError
from village_notice.notices.gate import check_notice, check_text
from village_notice.notices.village import draw_village
from village_notice.settings import Settings

ID = "370682198001011234"


def plant(village, name, other):
    """The village with one name changed in lists and households."""
    lines, homes = village.lines.copy(), village.households.copy()
    lines["name"], homes["name"] = lines["name"].replace(name, other), homes["name"].replace(name, other)
    return replace(village, lines=lines, households=homes)


@pytest.fixture
def look(make_village, make_settings, stamp):
    """Findings (kind, code) for a village drawn with one name planted, looked at against the clean or planted village."""

    def findings(other, *, against_planted=False, settings=None):
        clean = make_village(households=30)
        planted = plant(clean, clean.lines["name"][4], other)
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
    swapped = village.lines.copy()
    swapped.loc[swapped["key"] == "C1", "name"] = village.lines["name"][0]
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
    planted = plant(village, village.lines["name"][4], f"王{ID}")
    notices, _ = draw_village(planted, make_settings(), stamp)
    finding = check_notice(notices[1], planted, make_settings())[0]
    assert (finding.place.file, finding.place.sheet) == (notices[1].file_name, "第1页")


def test_a_damaged_file_is_refused(draw, make_settings):
    village, notices, _ = draw()
    broken = replace(notices[0], data=notices[0].data[:-400])
    with pytest.raises(VerificationError):
        check_notice(broken, village, make_settings())


ALLOWED = frozenset(["0535-7212345", "370682114201"])


@pytest.mark.parametrize(
    "text",
    [ID, f"王某,{ID},1.00", "37068219800101123X", "320311770706001", "13812345678", "138 1234 5678", "138-1234-5678",
     "6222021234567890123", "6222 0212 3456 7890 123", "６２２２０２１２３４５６７８９０", "13812345678.00", "123456789", f"{ID}.00",
     "3706821142011"],
)  # fmt: skip
def test_private_numbers_in_text(text):
    assert len(check_text(text, ALLOWED)) == 1


@pytest.mark.parametrize(
    "text",
    ["", "12,345,678.90", "1234567890.12", "2022-06-30 2022-07-01", "2022-12-20T09:00:00+08:00", "0535-7212345",
     "370682114201-WS·2022-Y-CWGK-0001", "12345678", "1\t2\n3\n4\n5\n6\n7\n8\n9\n10", "1,2,3,4,5,6,7,8,9,10,11",
     "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "12.5\n1,089.60\n300"],
)  # fmt: skip
def test_harmless_text(text):
    assert check_text(text, ALLOWED) == []


def test_numbers_are_reported_once_and_masked():
    assert check_text(f"{ID} 和 {ID}，{ID}", frozenset()) == ["370…，共18位"]
