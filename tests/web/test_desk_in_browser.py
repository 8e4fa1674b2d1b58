"""The desk in a real browser, served by the production server: keyboard, telephone width, kiosk and wide screens, print."""

import threading

import pytest
from waitress import create_server

from village_notice.web.desk.app import create_app

from ..archive.browser import CONTRAST, SMALL, UNNAMED, Page, need_browser, open_browsers, open_tab
from .office import IDS, PASSWORD, PRIVATE, Clock, build_site, copy_office

pytestmark = need_browser("desk")

RIGHT = IDS["王建国1"][-4:]
PAGES = ("login", "home", "villages", "people", "answer", "wrong", "checked", "face", "record")


@pytest.fixture(scope="module")
def clock():
    return Clock()


@pytest.fixture(scope="module")
def address(built_office, tmp_path_factory, clock):
    """The desk on a free port."""
    office = copy_office(built_office, tmp_path_factory.mktemp("desk"))
    site = build_site(*office, clock, map("127.0.0.1:{}".format, range(1024, 65536)))
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
def page(chromium, address):
    """A clerk's tab, logged in."""
    with open_tab(chromium) as tab:
        log_in(tab, address)
        yield tab


@pytest.fixture(autouse=True)
def _a_minute_passes(clock):
    clock.go_on(minutes=6)


def log_in(page: Page, address: str) -> None:
    page.visit(f"{address}/login")
    if "/login" in page.tab.url:
        page.tab.fill("#clerk", "周经办")
        page.tab.fill("#password", PASSWORD)
        page.leave('document.querySelector("main form button").click()')


def ask(page: Page, address: str, village: str = "山前店镇东关村", name: str = "王建国", group: str = "1组") -> None:
    log_in(page, address)
    page.visit(f"{address}/")
    for key, text in (("village", village), ("name", name), ("group", group)):
        page.tab.fill(f"#{key}", text)
    page.leave('document.querySelector("form.who button").click()')


def check(page: Page, digits: str, way: int = 1) -> None:
    page.tab.fill("#digits", digits)
    page.tab.check(f"#way{way}", force=True)
    page.leave("document.querySelector(\"form[action='/check'] button\").click()")


def go_to(page: Page, address: str, name: str) -> None:
    """One of `PAGES`."""
    if name == "villages":
        ask(page, address, "东关村")
    elif name == "people":
        ask(page, address, group="")
    elif name in ("answer", "wrong", "checked", "face"):
        ask(page, address, name="赵小毛" if name == "wrong" else "王建国", group="" if name == "wrong" else "1组")
        if name != "answer":
            check(page, "0000" if name == "wrong" else RIGHT, 2 if name == "face" else 1)
    else:
        log_in(page, address)
        page.visit(f"{address}/{'record' if name == 'record' else ''}")


@pytest.fixture(autouse=True)
def _forget_misses(monkeypatch):
    monkeypatch.setattr("village_notice.web.desk.record.MISSES_A_PERSON", 1000)
    monkeypatch.setattr("village_notice.web.desk.record.MISSES_A_SESSION", 1000)


def test_from_the_call_to_the_log_with_the_keyboard_alone(chromium, address):
    with open_tab(chromium) as page:
        page.resize(1366)
        page.visit(f"{address}/login")
        page.type("周经办")  # the cursor stands where the next thing is to be typed
        page.press("Tab")
        page.type(PASSWORD)
        page.send("Enter")
        page.type("山前店镇东关村")
        page.press("Tab")
        page.type("王建国")
        page.press("Tab")
        page.type("1组")
        page.send("Enter")
        assert "王建国，二零二二年按姓名公开的补贴共二项" in page.tab.inner_text("#speech")
        page.tab.focus("#digits")
        page.press(*RIGHT)
        page.send("Enter")
        assert "身份证后四位已核对" in page.tab.inner_text("#who + p")
        page.tab.focus("#kind")
        page.press("ArrowDown", "Tab", "Tab")
        page.send("Enter")
        assert "已记入登记簿：山前店镇东关村，没到账，已答复" in page.tab.inner_text("[role=status]")
        assert page.complaints() == []


def test_works_without_javascript(chromium, address):
    with open_tab(chromium, java_script_enabled=False) as page:
        page.visit(f"{address}/login")
        page.tab.fill("#clerk", "周经办")
        page.tab.fill("#password", PASSWORD)
        page.send("Enter")
        page.tab.fill("#village", "山前店镇东关村")
        page.tab.fill("#name", "王建国")
        page.tab.fill("#group", "1组")
        page.tab.focus("#name")
        page.send("Enter")
        assert "390.00" in page.tab.inner_text("#slip")
        page.tab.fill("#digits", RIGHT)
        page.send("Enter")
        assert "没有发成，已补发" in page.tab.inner_text("#slip")
        page.tab.focus("#blur")
        page.press(" ")
        assert "blur" in page.run('getComputedStyle(document.querySelector("td.private")).filter')
        with page.tab.expect_navigation():
            page.tab.click("text=转主管部门")
        assert "已记入登记簿" in page.tab.inner_text("[role=status]")


def test_everything_comes_from_the_site_itself(page, address):
    for name in PAGES[1:]:
        go_to(page, address, name)
        assert all(url.startswith(address) for url in page.requests())
        assert page.complaints() == [], name


@pytest.mark.parametrize("name", PAGES)
def test_nothing_is_too_small_pale_or_cut_off(page, address, chromium, name):
    if name == "login":
        with open_tab(chromium) as stranger:
            stranger.visit(f"{address}/login")
            look_at_all_widths(stranger)
    else:
        go_to(page, address, name)
        look_at_all_widths(page)


def look_at_all_widths(page: Page) -> None:
    for width in (360, 1080, 1920):
        page.resize(width, 1920 if width == 1080 else 900)
        for size in ("big", ""):
            page.run(f'document.documentElement.className = "{size}"')
            assert page.run("[innerWidth, document.documentElement.scrollWidth > innerWidth]") == [width, False], size
            assert page.run(SMALL) == "", (width, size)
            assert page.run(UNNAMED) == "", (width, size)
            assert page.run(CONTRAST) == "", (width, size)
        assert page.judge() == [], width


@pytest.mark.parametrize("name", ["home", "answer", "checked", "record"])
def test_text_at_twice_the_size_without_loss(page, address, name):
    page.resize(1366)
    go_to(page, address, name)
    page.run('document.styleSheets[0].insertRule("html { font-size: 40px !important; }", 0)')
    assert page.run("getComputedStyle(document.body).fontSize") == "40px"
    assert page.run(SMALL) == ""
    assert page.run("document.documentElement.scrollWidth") <= 1366


def test_numbers_are_blurred_and_one_row_at_a_time_is_shown(page, address):
    page.resize(1366)
    go_to(page, address, "checked")
    page.tab.click("label[for=blur]")
    blurred = (
        'Array.from(document.querySelectorAll(".private")).filter(e => getComputedStyle(e).filter !== "none").length'
    )
    every = page.run('document.querySelectorAll(".private").length')
    assert page.run(blurred) == every > 10
    page.tab.hover("#slip tbody tr:first-child th")
    assert every - 3 <= page.run(blurred) < every
    page.tab.emulate_media(media="print")
    assert page.run(blurred) == 0
    page.tab.emulate_media(media="screen")
    page.tab.click("label[for=blur]")
    assert page.run(blurred) == 0


def test_prints_the_slip_only_and_nothing_that_is_for_the_ear(page, address):
    go_to(page, address, "face")
    shown = page.list_printed("header, form, footer, button, details, label, .say, .face, #slip")
    assert shown == "slip"
    assert "艾滋" not in page.tab.inner_text("#slip") and "艾滋" in page.tab.inner_text(".face")


def test_a_person_does_not_stay_on_the_screen(chromium, address):
    with open_tab(chromium) as page:
        page.tab.clock.install()
        go_to(page, address, "checked")
        page.tab.clock.fast_forward("05:30")
        page.tab.wait_for_url(f"{address}/")
        assert "王建国" not in page.tab.inner_text("body")


def test_no_private_number_is_in_any_page(page, address):
    for name in PAGES[1:]:
        go_to(page, address, name)
        assert not [number for number in PRIVATE if number in page.tab.content()], name
        assert RIGHT not in page.tab.url
