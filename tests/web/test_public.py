"""The villagers' page without a browser: what it shows, what it refuses, and what it never gives away."""

import logging
import re
from datetime import date
from urllib.parse import unquote

import pytest

from village_notice.domain.guide_text import GUIDE_TEXTS, GuideText, build_guide_texts
from village_notice.domain.public import check_code
from village_notice.settings import Settings
from village_notice.web.limits import Counter, Limits
from village_notice.web.server import list_hosts

from ..archive.conftest import PRIVATE, build_village
from .conftest import ADDRESS, HOST

YEAR = f"{ADDRESS}/2022"


def ask(client, words, address=YEAR, **more):
    return client.post(f"{address}/person", data={"words": words, **more})


def text_of(response):
    return re.sub(r"<[^>]+>", " ", response.get_data(as_text=True))


def test_village_first(client):
    home = text_of(client.get("/"))
    assert "山前店镇" in home and "羊郡镇" in home
    assert "东关村" in text_of(client.get("/t/山前店镇"))
    found = client.get("/?village=东关")
    assert found.status_code == 303 and unquote(found.location).endswith(ADDRESS)
    both = text_of(client.get("/?village=关村"))
    assert "东关村" in both and "西关村" in both and "南关村" in both
    assert "没有找到" in text_of(client.get("/?village=没有"))
    newest = client.get(ADDRESS)
    assert newest.status_code == 303 and unquote(newest.location).endswith(YEAR)


def test_a_year_of_a_village(client):
    page = client.get(YEAR)
    text = text_of(page)
    assert "8,824.62元" in text and "其他依法不公开姓名的项目" in text
    assert "另有项目按规定由乡镇统一汇总公开" in text
    bars = [int(width) for width in re.findall(r'<rect width="(\d+)"', page.get_data(as_text=True))]
    assert max(bars) == 100 and len(bars) == 4
    assert "合计八千八百二十四元六角二分" in text


def test_years_side_by_side(client):
    text = text_of(client.get(f"{ADDRESS}/compare"))
    assert "2021年（元）" in text and "2022年（元）" in text
    assert "只有 2022 年" in text_of(client.get("/v/羊郡镇/西关村/compare"))


@pytest.mark.parametrize("words", ["吕秀英", "秀英", "lvxiuying", "lxy", "吕秀英 10组", "驴秀英"])
def test_finds_a_person_in_every_way(client, words):
    text = text_of(ask(client, words))
    assert "1,440.00元" in text and "10组" in text
    assert "本合计不是全部" in text
    assert "共二项，合计一千四百四十元" in text
    assert "各年对照" in text and "360.00" in text


def test_same_names_are_chosen_by_group(client):
    found = ask(client, "王建国").get_data(as_text=True)
    assert re.findall(r'name="group" value="(.*?)"', found) == ["1组", "2组", "2组"]
    text = text_of(ask(client, "王建国", name="王建国（2）", group="2组"))
    assert "180.00元" in text
    assert "没有找到" in text_of(ask(client, "王建国", name="王建国", group="9组"))


@pytest.mark.parametrize(
    "words", ["马秀兰", "西关村 马秀兰", "羊郡镇 马秀兰", "马秀兰 2021", "%", "*", "羊郡镇", "西关村", "1组", ""]
)
def test_no_word_leads_out_of_the_village(client, words):
    text = text_of(ask(client, words))
    assert "120.00元" not in text
    assert "羊郡镇" not in text.replace(words, "")
    assert "请点姓名" not in text


def test_a_long_list_is_capped(client):
    found = ask(client, "王", "/v/山前店镇/南关村/2022").get_data(as_text=True)
    assert found.count('name="group"') == 12
    assert "请再输入几个字" in found


def test_search_is_shut_unless_the_office_opens_it(make_client):
    for client in (
        make_client(public_person_search=False),
        make_client(exposure_until=date(2022, 12, 31), today=date(2023, 1, 1)),
    ):
        assert ask(client, "吕秀英").status_code == 404
        page = client.get(YEAR).get_data(as_text=True)
        assert "/person" not in page and "不能按姓名查" in page
        assert "汇总公开" in page and "一户一行" not in page
        assert client.get(f"{YEAR}/notice/东关村2022年度补贴一户一行.pdf").status_code == 404
    still_open = make_client(exposure_until=date(2023, 1, 1), today=date(2023, 1, 1))
    assert ask(still_open, "吕秀英").status_code == 200


def test_old_years_close_by_themselves_each_on_its_day(make_client):
    earlier, paper = f"{ADDRESS}/2021", f"{YEAR}/notice/东关村2022年度补贴一户一行.pdf"
    client = make_client(exposure={2021: date(2022, 12, 31)}, exposure_until=date(2023, 6, 30), today=date(2023, 1, 1))
    assert ask(client, "吕秀英", earlier).status_code == 404 and ask(client, "吕秀英").status_code == 200
    page = client.get(earlier).get_data(as_text=True)
    assert "2021年的公开期已过" in page and "/person" not in page and "全村公开合计" in page
    answer = text_of(ask(client, "吕秀英"))
    assert (
        "1,440.00元" in answer and "各年对照" not in answer and "360.00" not in answer
    )  # not beside the open year either
    opened = client.get(paper)
    assert opened.status_code == 200
    opened.close()
    shut = make_client(exposure={2022: date(2022, 12, 31)})
    assert shut.get(paper).status_code == 404 and "一户一行" not in unquote(shut.get(YEAR).get_data(as_text=True))
    longer = make_client(exposure={2022: date(2024, 12, 31)}, exposure_until=date(2023, 6, 30), today=date(2023, 7, 1))
    assert ask(longer, "吕秀英").status_code == 200 and ask(longer, "吕秀英", earlier).status_code == 404
    assert "输入姓名" in longer.get("/help").get_data(as_text=True)
    closed = make_client(exposure={2022: date(2022, 12, 31)}, exposure_until=date(2022, 6, 30))
    assert "输入姓名" not in closed.get("/help").get_data(as_text=True)


def test_telephones_of_the_village_and_the_township(make_client):
    from village_notice.settings import Phones

    phones = Phones({"370682105001": "0535-1111111"}, {"山前店镇": "0535-2222222"})
    client = make_client(phones=phones)
    for page in (client.get(YEAR), ask(client, "吕秀英")):
        assert 'href="tel:0535-1111111"' in page.get_data(as_text=True) and "0535-2222222" in text_of(page)
    assert "0535-2222222" in text_of(ask(client, "没有这人"))
    assert "打电话问" not in text_of(make_client().get(YEAR))


def test_notices_open_by_the_names_on_the_page_only(client):
    page = unquote(client.get(YEAR).get_data(as_text=True))
    names = re.findall(r'/notice/([^"]+)"', page)
    assert names == [
        "东关村2022年度补贴汇总公开.pdf",
        "东关村2022年度补贴一户一行.pdf",
        "东关村2022年度补贴明细公开.pdf",
    ]
    paper = client.get(f"{YEAR}/notice/{names[0]}")
    assert paper.data.startswith(b"%PDF") and paper.mimetype == "application/pdf"
    paper.close()
    for name in ("秘密.txt", "../秘密.txt", "%2e%2e/秘密.txt", "..%2f..%2f查询.db", "东关村2021年度补贴汇总公开.pdf"):
        assert client.get(f"{YEAR}/notice/{name}").status_code == 404, name


def test_paper_is_compared_with_its_qr_code(client):
    code = check_code(build_village())
    good = client.get(f"/?village=370682105001&year=2022&people=9&check={code}")
    assert good.status_code == 303
    assert "您手里的纸与这里一致" in text_of(client.get(good.location))
    bad = client.get("/?village=370682105001&year=2022&check=AAAAA-BBBBB")
    assert "不同" in text_of(client.get(bad.location))
    assert client.get("/?village=379999999999").status_code == 404
    assert "您手里的纸" not in text_of(client.get(f"{YEAR}?check=请打电话"))


def test_guides_where_the_office_has_made_some(client, public):
    assert client.get("/guides").status_code == 404
    assert "申报指南" not in client.get("/").get_data(as_text=True)
    folder = public / "申报指南"
    folder.mkdir()
    (folder / "高龄津贴申报指南.pdf").write_bytes(b"%PDF guide")
    try:
        assert "/guides" in client.get("/").get_data(as_text=True)
        assert "高龄津贴申报指南" in text_of(client.get("/guides"))
        paper = client.get("/guides/高龄津贴申报指南.pdf")
        assert paper.data == b"%PDF guide"
        paper.close()
        assert client.get("/guides/..%2f查询.db").status_code == 404
        assert client.get("/guides/高龄津贴申报指南/read").status_code == 404
        text = GuideText(
            "高龄津贴申报指南", "民政局", (("咨询电话", "12345"), ("程序", "到<村>里申请。")), ("说明", "出处")
        )
        (folder / GUIDE_TEXTS).write_bytes(build_guide_texts({"高龄津贴申报指南.pdf": text}))
        assert "民政局" in text_of(client.get("/guides"))
        page = client.get("/guides/高龄津贴申报指南/read").get_data(as_text=True)
        assert "咨询电话" in page and "到&lt;村&gt;里申请。" in page and "12345。程序：到" in page
        assert client.get("/guides/没有/read").status_code == 404
        (folder / GUIDE_TEXTS).write_text("[", encoding="utf-8")
        assert "高龄津贴" in text_of(client.get("/guides"))
    finally:
        (folder / GUIDE_TEXTS).unlink(missing_ok=True)
        (folder / "高龄津贴申报指南.pdf").unlink()
        folder.rmdir()


HEADERS = {
    "Content-Security-Policy": "default-src 'none'", "X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
}  # fmt: skip


@pytest.mark.parametrize("path", ["/", YEAR, "/help", "/nothing", "/static/style.css", f"{ADDRESS}/1999"])
def test_headers_on_every_answer(client, path):
    response = client.get(path)
    for name, value in HEADERS.items():
        assert value in response.headers[name], name
    assert "unsafe" not in response.headers["Content-Security-Policy"]
    assert "Set-Cookie" not in response.headers
    if not path.startswith("/static"):
        assert response.headers["Cache-Control"] == "no-store"
    response.close()


@pytest.mark.parametrize("path", ["/", "/help", "/t/山前店镇", YEAR, f"{ADDRESS}/compare", "/nothing"])
def test_nothing_inline_and_nothing_remote(client, path):
    page = client.get(path).get_data(as_text=True)
    assert not re.search(r"<style|<script(?! src)|\sstyle=|\son\w+=|javascript:", page)
    assert not re.search(r"""(?:src|href|action)=["'](?!/|#)""", page)


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1", "127.0.0.1:8001", f"{HOST}.evil.example", "", f"x@{HOST}"]
)
def test_another_host_is_not_answered(client, host):
    response = client.get(YEAR, headers={"Host": host})
    assert response.status_code == 400
    assert "东关村" not in response.get_data(as_text=True)


def test_hosts_are_an_exact_list():
    settings = Settings(base_url="https://bt.example.cn/query")
    assert list_hosts("127.0.0.1", 8000, settings.base_url) == {"127.0.0.1:8000", "localhost:8000", "bt.example.cn"}
    assert "0.0.0.0:80" not in list_hosts("0.0.0.0", 80, more=["kiosk"])
    assert {"kiosk", "kiosk:80"} <= list_hosts("0.0.0.0", 80, more=["kiosk"])


def test_rates(make_client):
    now = [0.0]
    client = make_client(Limits(3, 5, 1000, 1000), clock=lambda: now[0])
    assert [ask(client, "吕秀英").status_code for _ in range(4)] == [200, 200, 200, 429]
    assert client.get(YEAR).status_code == 200
    now[0] += 60
    assert [ask(client, "吕秀英").status_code for _ in range(3)] == [200, 200, 429]  # the day's number is used up
    assert "过一分钟再查" in text_of(ask(client, "吕秀英"))
    pages = make_client(Limits(pages_a_minute=2))
    assert [pages.get("/").status_code for _ in range(3)] == [200, 200, 429]
    together = make_client(Limits(searches_of_all_a_minute=2))
    codes = [
        together.post(f"{YEAR}/person", data={"words": "李"}, environ_base={"REMOTE_ADDR": f"10.0.0.{n}"}).status_code
        for n in range(3)
    ]
    assert codes == [200, 200, 429]


def ask_from(client, forwarded):
    """Codes of searches by one proxy that says for whom it asks."""
    headers = [{"X-Forwarded-For": f} for f in forwarded]
    return [client.post(f"{YEAR}/person", data={"words": "李"}, headers=h).status_code for h in headers]


def test_nobody_can_name_an_address_that_is_not_his(make_client):
    assert ask_from(make_client(Limits(1)), ["10.0.0.1", "10.0.0.2"]) == [200, 429]


def test_behind_a_proxy_every_visitor_has_a_limit_of_his_own(make_client):
    client = make_client(Limits(1), trusted_proxies=1)
    assert ask_from(client, ["10.0.0.1", "10.0.0.2", "10.0.0.1"]) == [200, 200, 429]
    assert ask_from(client, ["1.1.1.1, 10.0.0.2", "2.2.2.2, 10.0.0.2"]) == [
        429,
        429,
    ]  # only the proxy's own word counts
    two = make_client(Limits(1), trusted_proxies=2)
    assert ask_from(two, ["10.0.0.1, 10.9.9.9", "10.0.0.2, 10.9.9.9", "8.8.8.8, 10.0.0.1, 10.9.9.9"]) == [200, 200, 429]
    assert client.get(YEAR, headers={"Host": "evil.example", "X-Forwarded-Host": HOST}).status_code == 400


def test_counter_forgets_and_stays_small():
    counter = Counter(lambda: 0.0)
    assert counter.is_allowed("a", "x", 1, 60) and not counter.is_allowed("a", "x", 1, 60)
    for n in range(25_000):
        counter.is_allowed("a", str(n), 1, 60)
    assert len(counter._counts) <= 20_000


def test_log_without_names(client, caplog):
    with caplog.at_level(logging.INFO):
        ask(client, "吕秀英")
        client.get(YEAR)
        client.get("/v/山前店镇/东关村/2022/notice/吕秀英.pdf")
    assert "POST /v/<township>/<village>/<int:year>/person 200" in caplog.text
    assert not re.search("吕秀英|东关村|山前店镇|%E5", caplog.text)


def test_no_trace_when_something_breaks(client, monkeypatch, caplog):
    from village_notice.archive import browse

    def fail(*_):
        raise RuntimeError("secret 吕秀英")

    monkeypatch.setattr(browse, "list_townships", fail)
    response = client.get("/")
    assert response.status_code == 500
    assert "暂时查不了" in text_of(response)
    assert "Traceback" not in response.get_data(as_text=True) and "secret" not in response.get_data(as_text=True)
    assert "吕秀英" not in caplog.text


def test_a_database_swapped_in_is_seen_and_a_broken_one_is_a_sentence(make_client, public, tmp_path):
    from dataclasses import replace

    from village_notice.web.public.app import PublicSite, create_app

    site = PublicSite(tmp_path / "查询.db", Settings(), frozenset({HOST}))
    (tmp_path / "查询.db").write_bytes(b"broken")
    broken = create_app(site).test_client().get("/", headers={"Host": HOST})
    assert broken.status_code == 500 and "暂时查不了" in text_of(broken)
    (tmp_path / "查询.db").write_bytes((public / "查询.db").read_bytes())
    assert create_app(replace(site)).test_client().get("/", headers={"Host": HOST}).status_code == 200


@pytest.mark.parametrize("method", ["post", "put", "delete", "patch"])
def test_nothing_can_be_written(client, method):
    assert getattr(client, method)(YEAR).status_code == 405
    assert client.get(f"{YEAR}/person").status_code == 405


def test_too_much_is_refused(client):
    assert ask(client, "王" * 5000).status_code == 413
    assert ask(client, "王" * 300).status_code == 200


def test_markup_stays_text(client):
    page = ask(client, "<script>alert(1)</script>").get_data(as_text=True)
    assert "<script>alert" not in page and "&lt;script&gt;" in page
    assert "<b>" not in client.get("/?village=<b>x</b>").get_data(as_text=True)


def test_no_private_number_on_any_page(client):
    pages = [client.get(p) for p in ("/", "/help", "/t/山前店镇", YEAR, f"{ADDRESS}/compare")]
    pages += [ask(client, words) for words in ("王", "wjg", "吕秀英")]
    for page in pages:
        text = page.get_data(as_text=True)
        assert not [number for number in PRIVATE if number in text]
        assert not re.search(r"(?<!\d)\d{9,}(?!\d)", text)
        assert "777.00" not in text


def test_masked_lines_are_not_found(client):
    assert "没有找到" in text_of(ask(client, "孙"))


def pick(client, group, start="", address=YEAR):
    return client.post(f"{address}/pick", data={"group": group, "start": start})


def touch(response):
    return re.findall(r'name="(?:group|start|chosen)" value="([^"]*)">', response.get_data(as_text=True))


def test_a_person_is_found_by_touch_alone(client):
    assert touch(client.get(YEAR)) == ["1组", "2组", "3组", "10组", "", "全村"]
    surnames = pick(client, "1组")
    assert touch(surnames) == ["1组", *"刘单张李王"]
    assert "王建国" not in text_of(surnames)
    people = pick(client, "2组", "王")
    assert touch(people)[:2] == ["2组|王建国", "2组|王建国（2）"]
    assert touch(people)[2:] == ["2组", ""]
    shown = client.post(f"{YEAR}/person", data={"chosen": "2组|王建国（2）"})
    assert "180.00元" in text_of(shown) and "2组" in text_of(shown)
    assert "没有了" in text_of(pick(client, "2组", "没"))


def test_a_crowd_of_one_surname_is_parted_by_the_next_character(client):
    address = "/v/山前店镇/南关村/2022"
    assert touch(pick(client, "1组", "", address)) == ["1组", "王"]
    second = pick(client, "全村", "王", address)
    assert touch(second)[1:5] == ["王国", "王建", "王秀", "王英"]
    assert "王建兰" not in text_of(second)
    people = pick(client, "全村", "王建", address)
    assert [t for t in touch(people) if "|" in t] == [f"1组|王建{c}" for c in "兰玉梅海涛"]


def test_a_village_with_one_group_goes_on_to_the_surnames(client):
    page = client.get("/v/羊郡镇/西关村/2022")
    assert touch(page) == ["1组"] and "点姓来找" in text_of(page)
    assert touch(pick(client, "1组", "", "/v/羊郡镇/西关村/2022")) == ["1组", "马"]


def test_touching_is_limited_like_asking(make_client):
    client = make_client(Limits(searches_a_minute=2))
    for _ in range(5):
        assert pick(client, "1组").status_code == 200
    assert [pick(client, "1组", "王").status_code for _ in range(3)] == [200, 200, 429]
    closed = make_client(public_person_search=False)
    assert pick(closed, "1组").status_code == 404
    assert "不会打字" not in text_of(closed.get(YEAR))
    assert pick(make_client(), "1组", address="/v/山前店镇/东关村/2020").status_code == 404
    assert client.get(f"{YEAR}/pick").status_code == 405
