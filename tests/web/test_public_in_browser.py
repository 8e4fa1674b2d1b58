"""The villagers' page in a real browser, served by the production server."""

import shutil
import threading
from datetime import date

import pytest
from waitress import create_server

from village_notice.domain.guide_text import GUIDE_TEXTS, GuideText, build_guide_texts
from village_notice.settings import Phones, Settings
from village_notice.web.limits import Limits
from village_notice.web.public.app import PublicSite, create_app

from ..archive.browser import CONTRAST, SMALL, UNNAMED, need_browser, open_browsers, open_tab

pytestmark = need_browser("public")


@pytest.fixture(scope="module")
def guides(public):
    """A 申报指南 beside the notices."""
    folder = public / "申报指南"
    folder.mkdir()
    (folder / "高龄津贴申报指南.pdf").write_bytes(b"%PDF guide")
    text = GuideText("高龄津贴申报指南", "民政局", (("咨询电话", "12345"), ("程序", "到村里申请。")), ("说明", "出处"))
    (folder / GUIDE_TEXTS).write_bytes(build_guide_texts({"高龄津贴申报指南.pdf": text}))
    yield
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def address(public, guides):
    """The site on a free port."""
    phones = Phones(village={"山前店镇/东关村": "13900000001"})
    settings = Settings(county="莱阳市", public_person_search=True, phones=phones)
    # the port is known only when the server stands
    hosts = frozenset(f"127.0.0.1:{port}" for port in range(1024, 65536))
    limits = Limits(10_000, 10_000, 10_000, 10_000)
    site = PublicSite(public / "查询.db", settings, hosts, limits, lambda: date(2023, 1, 1))
    server = create_server(create_app(site), host="127.0.0.1", port=0, threads=4, ident=None)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.effective_port}"
    server.close()
    thread.join(0.2)


@pytest.fixture(scope="module")
def chromium():
    with open_browsers() as browser:
        yield browser


@pytest.fixture(scope="module")
def browser(chromium):
    with open_tab(chromium) as page:
        yield page


def look_up(browser, address, words):
    browser.visit(f"{address}/v/山前店镇/东关村/2022")
    browser.run(f'document.getElementById("words").value = "{words}"')
    browser.leave('document.querySelector("form.ask").requestSubmit()')


def touch(browser, address, *labels):
    """The village's page, then the buttons with these words, one after the other."""
    browser.visit(f"{address}/v/山前店镇/东关村/2022")
    for label in labels:
        with browser.tab.expect_navigation():
            browser.tab.get_by_role("button", name=label, exact=False).first.click()


@pytest.mark.parametrize("has_script", [True, False])
def test_a_screen_without_a_keyboard_is_enough(chromium, address, has_script):
    with open_tab(chromium, java_script_enabled=has_script, has_touch=True) as page:
        touch(page, address, "2组", "王", "王建国（2）")
        text = page.tab.locator("main").inner_text()
        assert "王建国（2）" in text and "180.00元" in text
        assert page.complaints() == []


def test_from_the_village_to_the_sum_with_the_keyboard_alone(browser, address):
    browser.resize(1366)
    browser.visit(f"{address}/")
    browser.run('document.getElementById("village").focus()')
    browser.type("东关")
    browser.send("Enter")
    browser.run('document.getElementById("words").focus()')
    browser.press(*"lxy")
    browser.send("Enter")
    text = browser.run("document.body.innerText")
    assert "吕秀英" in text and "1,440.00元" in text
    assert browser.complaints() == []
    assert "吕秀英" not in browser.run("decodeURIComponent(location.href)")


def test_everything_comes_from_the_site_itself(browser, address):
    for path in ("/", "/help", "/v/山前店镇/东关村/2022", "/v/山前店镇/东关村/compare"):
        browser.visit(address + path)
        assert all(url.startswith(address) for url in browser.requests())
        assert browser.complaints() == [], path


def test_search_and_reading_without_javascript(chromium, address):
    with open_tab(chromium, java_script_enabled=False) as page:
        page.visit(f"{address}/v/山前店镇/东关村/2022")
        assert page.tab.locator("#speak").is_hidden()  # the page's own script has not run
        page.tab.locator("#words").press_sequentially("lxy")
        page.send("Enter")
        assert "1,440.00元" in page.tab.locator("#slip").inner_text()
        page.tab.locator("#spoken summary").press("Enter")
        assert "一千四百四十元" in page.tab.locator("#speech").inner_text()


@pytest.mark.parametrize(
    "page",
    [
        "/",
        "/t/山前店镇",
        "/help",
        "/v/山前店镇/东关村/2022",
        "/v/山前店镇/东关村/compare",
        "person",
        "people",
        "chars",
        "names",
        "guides",
        "guide",
    ],
)
def test_nothing_is_too_small_pale_or_cut_off(browser, address, page):
    if page in ("person", "people"):
        look_up(browser, address, "吕秀英" if page == "person" else "王建国")
    elif page in ("chars", "names"):
        touch(browser, address, "2组", *["王"] * (page == "names"))
    elif page in ("guides", "guide"):
        browser.visit(f"{address}/guides{'/高龄津贴申报指南/read' if page == 'guide' else ''}")
    else:
        browser.visit(address + page)
    for width in (360, 1080, 1920):
        browser.resize(width, 1920 if width == 1080 else 900)
        for name in ("big", ""):
            browser.run(f'document.documentElement.className = "{name}"')
            look_at(browser, width, is_big=bool(name))
        assert browser.judge() == [], width


def look_at(browser, width, *, is_big):
    where = width, is_big
    size = float(browser.run("getComputedStyle(document.body).fontSize").removesuffix("px"))
    assert size >= (28 if is_big or width == 1080 else 20), where
    assert browser.run(SMALL) == "", where
    assert browser.run("[innerWidth, document.documentElement.scrollWidth > innerWidth]") == [width, False], where
    assert browser.run(UNNAMED) == "", where
    assert browser.run(CONTRAST) == "", where


CUT = """
Array.from(document.querySelectorAll("body *:not(thead *):not(.skip)"))
  .filter(e => e.offsetParent && Array.from(e.childNodes).some(n => n.nodeType === 3 && n.data.trim()))
  .filter(e => getComputedStyle(e).display !== "inline" && e.scrollWidth > e.clientWidth + 1
    || e.getBoundingClientRect().right > innerWidth)
  .map(e => e.id || e.outerHTML).join("|")
"""


@pytest.mark.parametrize("width", [360, 1366])
def test_text_at_twice_the_size_without_loss(browser, address, width):
    browser.resize(width)
    for path in ("/", "/v/山前店镇/东关村/2022", "/v/山前店镇/东关村/compare", "/guides", "/help"):
        browser.visit(address + path)
        browser.run('document.styleSheets[0].insertRule("html { font-size: 40px !important; }", 0)')
        assert browser.run("getComputedStyle(document.body).fontSize") == "40px"
        assert browser.run(SMALL) == ""
        assert browser.run("document.documentElement.scrollWidth") <= width
        assert browser.run(CUT) == ""


def test_big_type_stays_on_the_next_page(browser, address):
    browser.visit(f"{address}/")
    browser.run('document.getElementById("big").click()')
    browser.visit(f"{address}/help")
    assert browser.run("document.documentElement.className") == "big"
    browser.run('document.getElementById("big").click()')


def test_a_name_does_not_stay_on_a_shared_screen(chromium, address):
    with open_tab(chromium) as page:
        page.tab.clock.install()
        page.visit(f"{address}/v/山前店镇/东关村/2022")
        page.tab.clock.fast_forward("06:00")
        assert page.run("location.pathname") != "/"
        look_up(page, address, "吕秀英")
        page.tab.clock.fast_forward("04:00")
        page.press("Tab")
        page.tab.clock.fast_forward("04:00")
        assert "吕秀英" in page.run("document.body.innerText")
        page.tab.clock.fast_forward("01:30")
        page.tab.wait_for_url(f"{address}/")


def test_prints_the_slip_only(browser, address):
    look_up(browser, address, "吕秀英")
    shown = browser.list_printed("header, form, footer, button, details, #slip")
    assert shown == "slip"


def test_without_a_voice_the_words_are_shown(browser, address):
    look_up(browser, address, "吕秀英")
    browser.run('Object.defineProperty(window, "speechSynthesis", {value: undefined}), 0')
    browser.run('document.getElementById("speak").click()')
    assert browser.run('document.getElementById("spoken").open')
    assert "一千四百四十元" in browser.run('document.getElementById("speech").innerText')
    assert not browser.run('document.getElementById("mute").hidden')


def test_a_device_whose_voice_never_starts_is_told(browser, address):
    look_up(browser, address, "吕秀英")
    browser.run("window.speechSynthesis.getVoices = () => [], window.speechSynthesis.speak = () => 0, 0")
    browser.run('document.getElementById("speak").click()')
    browser.tab.locator("#mute").wait_for()
    assert "没有中文语音" in browser.run('document.getElementById("mute").innerText')
