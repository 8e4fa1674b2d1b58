import subprocess
import sys

import pytest

from village_notice.archive.dialect import SERVER_SCHEMA, ServerUrl, open_engine
from village_notice.archive.query import ALL_YEARS, find_database, search
from village_notice.errors import UsageError

from .conftest import fill_database

ON_SERVER = pytest.param("server", marks=pytest.mark.xdist_group("postgres"))


@pytest.fixture(scope="module", params=["file", ON_SERVER])
def database(request, database):
    """Every question is put to both kinds of database."""
    if request.param == "file":
        yield database
        return
    url = ServerUrl.parse(request.getfixturevalue("postgres"))
    with open_engine(url).begin() as connection:
        connection.exec_driver_sql(f"DROP SCHEMA IF EXISTS {SERVER_SCHEMA} CASCADE")
    fill_database(url)
    yield url
    open_engine(url).dispose()


def names(answers):
    return [person.name for person in answers.people]


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("李伟", "李伟"), ("春花", "欧阳春花"), ("𬎆", "张𬎆"), ("䶮", "刘䶮"), ("热合曼", "阿布都·热合曼"),
        ("阿布都.热合曼", "阿布都·热合曼"), ("shanxiongxin", "单雄信"), ("sxx", "单雄信"), ("xiexiaodong", "解晓东"),
        ("zengguanglan", "曾广兰"), ("qiuying", "仇英"), ("yuchigong", "尉迟恭"), ("ycg", "尉迟恭"), ("Li Wei", "李伟"),
        ("lvxiuying", "吕秀英"), ("lü xiuying", "吕秀英"), ("lxy", "吕秀英"), ("xiuying", "吕秀英"), ("单xiong", "单雄信"),
    ],
)  # fmt: skip
def test_finds_by_name_part_pinyin_and_initials(database, words, name):
    assert name in names(search(database, words))


@pytest.mark.parametrize(
    ("words", "name"), [("曾光蓝", "曾广兰"), ("山雄新", "单雄信"), ("zenguanlan", "曾广兰"), ("李为", "李伟")]
)
def test_sound_alike_comes_with_a_warning(database, words, name):
    answers = search(database, words)
    assert name in names(answers)
    assert "读音相近" in answers.note


@pytest.mark.parametrize("words", ["danxiongxin", "choujing", "jiexiaodong"])
def test_surnames_are_not_read_as_words(database, words):
    assert not search(database, words).people


@pytest.mark.parametrize(
    "words",
    ["%", "*", '"', "'", "王*", "王%", "' OR 1=1 --", '王" OR "', "chars:u738b", "NEAR(王 李)", "_", "\\", "{words}", "\x00", "😀",
     "王" * 500, "-王建国"],
)  # fmt: skip
def test_no_character_has_a_special_meaning(database, words):
    assert not search(database, words).people


def test_same_name_is_told_apart_by_village_and_group(database):
    found = search(database, "王建国").people
    places = [(p.village, p.group, p.name) for p in found]
    assert places == [
        ("东关村", "1组", "王建国"),
        ("东关村", "2组", "王建国"),
        ("东关村", "2组", "王建国（2）"),
        ("西关村", "1组", "王建国"),
    ]
    assert names(search(database, "王建国", village="西关村村委会")) == ["王建国"]
    assert len(search(database, "王建国", township="山前店镇", group="二组").people) == 2
    assert len(search(database, "东关 王建国 第一村民小组").people) == 1


def test_a_person_is_the_sum_of_named_lines_only(database):
    [person] = search(database, "王建国 东关村 1组").people
    assert [(x.title, x.amount_fen) for x in person.lines] == [("耕地地力保护补贴", 39_000), ("高龄津贴", 120_000)]
    assert person.amount_fen == 159_000


def test_years(database):
    assert [p.year for p in search(database, "王建国 东关村 1组", year=ALL_YEARS).people] == [2021, 2022]
    assert [p.year for p in search(database, "王建国 2021").people] == [2021]


def test_place_alone_answers_with_public_totals(database, village):
    [answer] = search(database, "东关村").villages
    assert answer.amount_fen == village.public_fen
    assert answer.has_withheld
    assert [x.title for x in answer.lines][-1] == "其他依法不公开姓名的项目"


def test_group_alone_lists_its_people(database):
    assert names(search(database, "东关村 3组")) == ["解晓东", "曾广兰", "仇英", "尉迟恭"]


def test_too_many(database):
    answers = search(database, "王", limit=2)
    assert answers.is_capped
    assert len(answers.people) == 2


@pytest.mark.parametrize(("words", "note"), [("", "请输入"), ("查无此人", "没有找到"), ("无此村 李伟", "没有“无此村”")])
def test_nothing_found_says_what_to_do(database, words, note):
    answers = search(database, words)
    assert not answers.people
    assert note in answers.note


def test_where_the_database_is_looked_for(tmp_path):
    (tmp_path / "公开").mkdir()
    (tmp_path / "公开" / "查询.db").touch()
    assert find_database(tmp_path) == find_database(tmp_path / "公开") == tmp_path / "公开" / "查询.db"
    with pytest.raises(UsageError, match="--db"):
        find_database(tmp_path / "别处")
    (tmp_path / "a.db").write_bytes(b"no database")
    with pytest.raises(UsageError, match="不是查询库"):
        search(tmp_path / "a.db", "王")


def test_starts_without_the_heavy_libraries():
    code = (
        "import sys, village_notice.archive.query\n"
        "print([m for m in ('pandas', 'numpy', 'pyarrow', 'openpyxl', 'reportlab', 'pypinyin') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_years_side_by_side(database):
    from village_notice.archive.answer import format_answers

    text = format_answers(search(database, "王建国", village="东关村", group="1组", year=ALL_YEARS))
    assert [line.split() for line in text.splitlines() if line.startswith("  耕地地力保护补贴")][-1] == [
        "耕地地力保护补贴", "360.00", "390.00",
    ]  # fmt: skip
    assert "高龄津贴" in text and "—" in text
    assert "改过组或同名的请再核对" in text
    assert "各年对照" not in format_answers(search(database, "王建国", village="东关村"))
    assert "公开合计  山前店镇 东关村  各年对照" in format_answers(search(database, "东关村", year=ALL_YEARS))
