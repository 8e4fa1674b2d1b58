import io
import json

import pypdf
import pytest
from click.testing import CliRunner

from village_notice.cli import main
from village_notice.domain.subsidy import Subsidy, Tier
from village_notice.errors import SettingsError
from village_notice.guides import choose_subsidies
from village_notice.notices.guide import FIELDS, build_guide, check_guide, draw_guide, read_fields
from village_notice.notices.readback import read_pieces
from village_notice.resources import find_data
from village_notice.settings import Settings
from village_notice.sources.reference import read_reference

LAND = Subsidy("S901", "试验补贴", "试验补贴", "农业农村局", "亩", Tier.A, "sum")
HIDDEN = Subsidy("S902", "某病补助", "某病补助", "民政局", "月", Tier.X, "months")


@pytest.fixture
def office(tmp_path):
    """Settings of an office with one guide file."""

    def made(text):
        folder = tmp_path / "reference" / "guides"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "S901.toml").write_text(text, encoding="utf-8")
        return Settings(county="莱阳市", folder=tmp_path)

    return made


def test_every_packaged_guide_is_sound_and_passes_the_last_look(make_settings, stamp):
    subsidies = read_reference(Settings()).subsidies.subsidies
    codes = {path.stem for path in find_data("reference", "guides").glob("S*.toml")}
    assert codes <= {s.code for s in subsidies}
    for subsidy in subsidies:
        for settings in (make_settings(), Settings()):
            assert check_guide(draw_guide(subsidy, settings, stamp), subsidy, settings) == []


def test_packaged_rates_of_other_counties_are_never_printed():
    for path in find_data("reference", "guides").glob("S*.toml"):
        standard = read_fields(path.stem, Settings()).get("standard")
        assert standard is None or not standard.is_verified, path.name


def test_a_programme_without_a_file_asks_for_everything(make_settings):
    rows = dict(build_guide(LAND, make_settings()).rows)
    assert len(rows) == len(FIELDS) == 10
    assert rows["补贴标准"] == "请咨询农业农村局，电话 0535-0000003。"
    assert rows["咨询电话"] == "农业农村局 0535-0000003"
    assert rows["监督渠道"] == "监督举报 0535-0000005；政务服务热线 12345"
    assert dict(build_guide(LAND, Settings()).rows)["补贴标准"] == "请咨询农业农村局，电话 ________。"


def test_verified_is_printed_unverified_is_left_out(office):
    settings = office(
        '[standard]\ntext = "每亩 120 元"\nsource = "文件一"\nverified = true\n'
        '[scope]\ntext = "全县"\nsource = "听说"\nverified = false\n[materials]\ntext = ""\n'
    )
    guide = build_guide(LAND, settings)
    rows = dict(guide.rows)
    assert rows["补贴标准"] == "每亩 120 元" and "补贴范围" not in rows and rows["申请材料"].startswith("请咨询")
    assert guide.notes[1] == "资料来源：文件一。"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[price]\ntext = "x"', "没有“price”这一项"),
        ("[scope]\ntext = 3", "“text”不对"),
        ('[scope]\nvalue = "x"', "“value”不对"),
        ('[scope]\ntext = "x"\nverified = true', "没有写 source"),
        ("[scope", "写法有错"),
    ],
)
def test_mistakes_are_named(office, text, words):
    with pytest.raises(SettingsError, match=r"S901\.toml") as caught:
        read_fields("S901", office(text))
    assert words in str(caught.value)


def test_a_telephone_in_the_text_is_refused(office, stamp):
    settings = office('[receiver]\ntext = "镇农经站 13800001111"\nsource = "文件"\nverified = true')
    found = check_guide(draw_guide(LAND, settings, stamp), LAND, settings)
    assert [f.code for f in found] == ["P01"]


def test_long_texts_turn_the_page_and_lose_nothing(office, stamp):
    settings = office(f'[procedure]\ntext = "{"先向村里提出申请，" * 120}"\nsource = "文件"\nverified = true\n'
                      f'[materials]\ntext = "{"交身份证明，" * 160}"\nsource = "文件"\nverified = true')  # fmt: skip
    notice = draw_guide(LAND, settings, stamp)
    assert notice.pages > 1
    assert check_guide(notice, LAND, settings) == []
    assert [p.text for p in read_pieces(notice.data) if p.tag == "TH"] == [
        label for label, _ in build_guide(LAND, settings).rows
    ]


def test_what_may_not_be_named_gets_a_sheet_only_when_asked_for():
    assert choose_subsidies([LAND, HIDDEN], []) == [LAND]
    assert choose_subsidies([LAND, HIDDEN], ["S902"]) == [HIDDEN]


def test_the_command_needs_no_inbox(tmp_path):
    words = ["guide", "耕地地力", "--out", str(tmp_path / "指南"), "--picture", "--quiet", "--json"]
    result = CliRunner().invoke(main, words)
    assert result.exit_code == 0, result.output
    assert list(json.loads(result.output)["files"]) == ["耕地地力保护补贴申报指南.pdf", "耕地地力保护补贴申报指南.png"]
    assert CliRunner().invoke(main, ["guide", "火星补贴", "--out", str(tmp_path)]).exit_code == 2


def test_a_guide_that_says_little_is_set_larger(office, stamp):
    """An old farmer reads it from the board; half the page used to be empty."""

    def largest(settings):
        drawn = draw_guide(LAND, settings, stamp).data
        reader = pypdf.PdfReader(io.BytesIO(drawn))
        sizes = []
        reader.pages[0].extract_text(visitor_text=lambda text, cm, tm, font, size: sizes.append(size))
        return sorted(sizes)[len(sizes) // 2]

    much = office(f'[procedure]\ntext = "{"先向村里提出申请，" * 90}"\nsource = "文件"\nverified = true')
    assert largest(Settings()) > 1.3 * largest(much)
