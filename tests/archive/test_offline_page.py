"""The offline page as text, and its script compared with the same rules in Python (with Node, where there is one)."""

import base64
import hashlib
import json
import re
import shutil
import subprocess

import pytest

from village_notice.archive.query import search
from village_notice.archive.sound import fold_letters, fold_sound, search_key
from village_notice.domain.money import format_fen, format_scaled
from village_notice.domain.spoken import speak_decimal, speak_fen, speak_integer, speak_months
from village_notice.resources import find_template

NODE = shutil.which("node")
needs_node = pytest.mark.skipif(NODE is None, reason="Node is not installed")


@pytest.fixture(scope="module")
def page(package):
    return package["data/查询.html"].decode("utf-8")


def read_data(page):
    return json.loads(re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)[1])


def run_node(function, *inputs):
    """The values that a function of query.js gives for some lists of arguments."""
    code = (
        f"const q = require({json.dumps(str(find_template('offline', 'query.js')))});"
        "let text = ''; process.stdin.on('data', d => text += d).on('end', () => "
        f"console.log(JSON.stringify(JSON.parse(text).map(x => ({function})(q, ...x)))));"
    )
    done = subprocess.run([NODE, "-e", code], input=json.dumps(inputs), capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def test_nothing_is_loaded_from_anywhere(page):
    markup = page.replace(read_script(page), "")
    assert not re.search(r"https?:|//[a-z]|src=|<link|url\(|@import|<iframe|<img", markup)
    assert not re.search(
        r"fetch|XMLHttpRequest|WebSocket|localStorage|cookie|innerHTML|eval\(|https?:", read_script(page)
    )


def read_script(page):
    return page.rpartition("<script>")[2].partition("</script>")[0]


def test_the_policy_names_style_and_script_by_their_hash(page):
    policy = re.search('Content-Security-Policy" content="([^"]+)"', page)[1]
    style = page.partition("<style>")[2].partition("</style>")[0]
    for kind, text in (("style", style), ("script", read_script(page))):
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none'; ")


def test_the_script_asks_nothing_of_new_browsers():
    script = find_template("offline", "query.js").read_text(encoding="utf-8")
    code = re.sub(r"/\*.*?\*/", "", script, flags=re.DOTALL)
    newer = r"\?\.|\?\?|\*\*|\.\.\.|\bimport\b|\bexport\b|\(\?<|\.flat|replaceAll|matchAll|\.at\(|\basync\b"
    assert not re.search(newer, code)


@pytest.mark.parametrize(
    "parts", [("offline", "query.css"), ("web", "static", "style.css"), ("web", "static", "desk.css")]
)
def test_the_styles_ask_nothing_of_new_browsers(parts):
    """Chrome 80 has none of these: gap of flex boxes came with 84, the selectors with 86 to 105."""
    style = find_template(*parts).read_text(encoding="utf-8")
    newer = r"\b(gap|inset|aspect-ratio|accent-color|overflow-clip-margin)\s*:|:(is|where|has|not\([^)]*,|focus-visible)\b|@layer|@container"
    assert not re.search(newer, style)


def test_holds_the_wall_and_no_more(page, village):
    data = read_data(page)
    names = [row[0] for row in data["people"]]
    assert sorted(names) == sorted(village.households.values("name"))
    assert not re.search("孙\\*|周\\*|吴\\*", page)
    fen = sum(sum(row[4][4::6]) for row in data["people"])
    assert fen == sum(p.amount_fen for p in village.programmes if p.tier in "AB")
    assert {len(row) for row in data["people"]} == {5}
    assert "person_no" not in page
    assert "777" not in json.dumps([data["village"], data["programmes"], data["people"]])


def test_groups_are_in_order(page):
    assert read_data(page)["groups"] == ["1组", "2组", "3组", "10组", ""]


def test_same_village_gives_same_bytes(make_village, make_package, package):
    assert make_package(make_village())["data/查询.html"] == package["data/查询.html"]


@pytest.mark.parametrize("name", ["</script><b>", "<!--", "{{script}}", "王\u2028国", "&lt;"])
def test_no_name_breaks_out_of_the_data(make_village, make_package, someone, name):
    page = make_package(make_village([someone(name)]))["data/查询.html"].decode("utf-8")
    assert page.count("<script") == page.count("</script>") == 2
    assert read_data(page)["people"][0][0] == name
    assert "<!--" not in page


def test_a_village_name_with_markup_is_escaped(make_village, make_package):
    page = make_package(make_village(village='<b>"东村'))["data/查询.html"].decode("utf-8")
    assert "<b>" not in page


def test_three_thousand_households_stay_small(make_village, make_package, someone):
    chars = "建国秀英桂兰玉梅海涛志强文华春丽永红福广明淑珍金凤宝山"
    people = [someone(f"王{a}{b}{c}", f"{n % 20 + 1}组", 2.5, 1200) for n, (a, b, c) in enumerate(
        (a, b, c) for a in chars[:10] for b in chars[:20] for c in chars[:15])]  # fmt: skip
    assert len(people) == 3000
    assert len(make_package(make_village(people))["data/查询.html"]) < 1_500_000


@needs_node
def test_names_are_folded_as_in_python():
    names = ["王建国（2）", "王 建国", "阿布都·热合曼", "阿布都•热合曼", "ＷＡＮＧ", "张𬎆", "李四(户主)", "Lü", "丁\u200b一", "王.李", "j.k",
             "(甲)", "甲（", "﨏"]  # fmt: skip
    assert run_node("(q, x) => q.searchKey(x)", *([n] for n in names)) == [search_key(n) for n in names]
    words = ["Lü Xiuying", "lvxy", "zhangshengchang", "jianguo", "王a", ""]
    assert run_node("(q, x) => q.foldLetters(x)", *([w] for w in words)) == [fold_letters(w) for w in words]
    assert run_node("(q, x) => q.foldSound(x)", *([w] for w in words)) == [fold_sound(w) for w in words]


@needs_node
def test_numbers_are_spoken_and_written_as_in_python():
    numbers = [
        *range(-12, 130),
        *range(990, 1120, 7),
        *range(0, 3_000_000, 9973),
        10_000,
        20_000,
        100_010,
        100_000_000,
        20_000_000_001,
    ]
    inputs = [[n] for n in numbers]
    assert run_node("(q, x) => q.speakInteger(x)", *inputs) == [speak_integer(n) for n in numbers]
    assert run_node("(q, x) => q.speakFen(x)", *inputs) == [speak_fen(n) for n in numbers]
    assert run_node("(q, x) => q.formatFen(x)", *inputs) == [format_fen(n, grouped=True) for n in numbers]
    scaled = [format_scaled(n, 3) for n in numbers]
    assert run_node("(q, x) => q.formatScaled(x, 3)", *inputs) == scaled
    plain = [text for text in scaled if not text.startswith("-")]
    assert run_node("(q, x) => q.speakDecimal(x)", *([t] for t in plain)) == [speak_decimal(t) for t in plain]
    months = ["6月", "1–12月", "1–3、6月", "10组", ""]
    assert run_node("(q, x) => q.speakMonths(x)", *([m] for m in months)) == [speak_months(m) for m in months]


@needs_node
def test_finds_the_same_people_as_the_database(page, database):
    words = ["王建国", "建国", "王", "wangjianguo", "wjg", "w", "jian", "山雄新", "zenguanlan", "𬎆", "热合曼", "lvxiuying", "ycg", "单xiong",
             "三组", "3组 英", "东关村 李伟", "%", "*", "'", "王*", "孙", "zhou", "danxiongxin", "x"]  # fmt: skip
    find = "(q, data, words) => { const r = q.find(data, q.buildPeople(data), words, null);" \
           "return [r.people.map(p => p.name + p.group).sort(), r.isAlike && r.people.length > 0]; }"  # fmt: skip
    answers = [search(database, w, village="东关村") for w in words]
    expected = [[sorted(p.name + p.group for p in a.people), "读音相近" in a.note] for a in answers]
    assert run_node(find, *([read_data(page), w] for w in words)) == expected


@needs_node
def test_reads_out_the_same_words_as_the_desk(page, database):
    from village_notice.archive.answer import format_speech

    speech = "(q, data, i) => { const p = q.buildPeople(data); return q.speech(data, p.filter(x => x.name === i)[0]); }"
    for name in ("吕秀英", "赵小毛", "欧阳春花"):
        spoken = format_speech(search(database, name, village="东关村")).replace("\n", "")
        assert run_node(speech, [read_data(page), name]) == [spoken]
