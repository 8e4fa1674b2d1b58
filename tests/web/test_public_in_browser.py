"""The villagers' page in a real browser, served by the production server."""

import threading
from datetime import date

import pytest
from waitress import create_server

from village_notice.settings import Settings
from village_notice.web.public.app import PublicSite, create_app
from village_notice.web.public.limits import Limits

from ..archive.browser import needs_browser, open_browser

pytestmark = needs_browser

SMALL = """
Array.from(document.querySelectorAll("button, input, summary, a"))
  .filter(e => e.offsetParent && e.type !== "hidden" && !e.classList.contains("skip"))
  .filter(e => e.getBoundingClientRect().height < 48 || e.getBoundingClientRect().right > innerWidth + 1)
  .map(e => e.id || e.textContent.trim()).join("|")
"""
UNNAMED = """
Array.from(document.querySelectorAll("input:not([type=hidden]), button, a, img, table"))
  .filter(e => !(e.labels && e.labels.length) && !e.textContent.trim() && e.getAttribute("alt") === null)
  .map(e => e.outerHTML).join("|")
"""
CONTRAST = """
(() => {
  const light = c => c.map(v => (v /= 255) <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
  const lum = c => { const [r, g, b] = light(c); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const read = t => (t.match(/[0-9.]+/g) || []).map(Number);
  const ground = e => { for (; e; e = e.parentElement) { const c = read(getComputedStyle(e).backgroundColor);
    if (c.length === 3 || c[3] > 0) return c.slice(0, 3); } return [255, 255, 255]; };
  return Array.from(document.querySelectorAll("body *")).filter(e => e.offsetParent &&
    Array.from(e.childNodes).some(n => n.nodeType === 3 && n.data.trim())).filter(e => {
      const [a, b] = [lum(read(getComputedStyle(e).color).slice(0, 3)), lum(ground(e))].sort((x, y) => y - x);
      return (a + 0.05) / (b + 0.05) < 4.5; }).map(e => e.outerHTML).join("|");
})()
"""


@pytest.fixture(scope="module")
def address(public):
    """The site on a free port."""
    settings = Settings(county="莱阳市", public_person_search=True)
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
def browser():
    with open_browser() as page:
        yield page


def look_up(browser, address, words):
    browser.visit(f"{address}/v/山前店镇/东关村/2022")
    browser.run(f'document.getElementById("words").value = "{words}"')
    browser.leave('document.querySelector("form.ask").requestSubmit()')


def test_from_the_village_to_the_sum_with_the_keyboard_alone(browser, address):
    browser.resize(1366)
    browser.visit(f"{address}/")
    browser.run('document.getElementById("village").focus()')
    browser.events.clear()
    browser.call("Input.insertText", text="东关")
    browser.press("Enter")
    browser.wait("Page.loadEventFired")
    browser.run('document.getElementById("words").focus()')
    browser.events.clear()
    browser.press(*"lxy", "Enter")
    browser.wait("Page.loadEventFired")
    text = browser.run("document.body.innerText")
    assert "吕秀英" in text and "1,440.00元" in text
    assert browser.complaints() == []
    assert "吕秀英" not in browser.run("decodeURIComponent(location.href)")


def test_everything_comes_from_the_site_itself(browser, address):
    for path in ("/", "/help", "/v/山前店镇/东关村/2022", "/v/山前店镇/东关村/compare"):
        browser.visit(address + path)
        assert all(url.startswith(address) for url in browser.requests())
        assert browser.complaints() == [], path


def test_search_and_reading_without_javascript(browser, address):
    browser.call("Emulation.setScriptExecutionDisabled", value=True)
    try:
        browser.visit(f"{address}/v/山前店镇/东关村/2022")
        assert browser.run('document.getElementById("speak").hidden')  # the page's own script has not run
        browser.run('document.getElementById("words").focus()')
        browser.events.clear()
        browser.press(*"lxy", "Enter")
        browser.wait("Page.loadEventFired")
        text = browser.run('document.getElementById("slip").innerText')
        browser.run('document.querySelector("#spoken summary").focus()')
        browser.press("Enter")
        spoken = browser.run('document.getElementById("speech").innerText')
    finally:
        browser.call("Emulation.setScriptExecutionDisabled", value=False)
    assert "1,440.00元" in text
    assert "一千四百四十元" in spoken


@pytest.mark.parametrize("width", [360, 1080, 1920])
@pytest.mark.parametrize("is_big", [False, True])
@pytest.mark.parametrize(
    "page", ["/", "/t/山前店镇", "/help", "/v/山前店镇/东关村/2022", "/v/山前店镇/东关村/compare", "person", "people"]
)
def test_nothing_is_too_small_pale_or_cut_off(browser, address, width, is_big, page):
    browser.resize(width, 1920 if width == 1080 else 900)
    if page in ("person", "people"):
        look_up(browser, address, "吕秀英" if page == "person" else "王建国")
    else:
        browser.visit(address + page)
    browser.run(f'document.documentElement.className = "{"big" if is_big else ""}"')
    if not is_big:
        assert browser.judge() == []
    size = float(browser.run("getComputedStyle(document.body).fontSize").removesuffix("px"))
    assert size >= (28 if is_big or width == 1080 else 20)
    assert browser.run(SMALL) == ""
    assert browser.run("document.documentElement.scrollWidth") <= width
    assert browser.run(UNNAMED) == ""
    assert browser.run(CONTRAST) == ""


def test_text_at_twice_the_size_without_loss(browser, address):
    browser.resize(1366)
    for path in ("/", "/v/山前店镇/东关村/2022", "/v/山前店镇/东关村/compare"):
        browser.visit(address + path)
        browser.run('document.styleSheets[0].insertRule("html { font-size: 40px !important; }", 0)')
        assert browser.run("getComputedStyle(document.body).fontSize") == "40px"
        assert browser.run(SMALL) == ""
        assert browser.run("document.documentElement.scrollWidth") <= 1366


def test_big_type_stays_on_the_next_page(browser, address):
    browser.visit(f"{address}/")
    browser.run('document.getElementById("big").click()')
    browser.visit(f"{address}/help")
    assert browser.run("document.documentElement.className") == "big"
    browser.run('document.getElementById("big").click()')


def test_a_name_does_not_stay_on_a_shared_screen(browser, address):
    source = "window.timers = []; window.setTimeout = (f, ms) => { window.timers.push([f, ms]); return 0; };"
    number = browser.call("Page.addScriptToEvaluateOnNewDocument", source=source)["identifier"]
    try:
        browser.visit(f"{address}/help")
        assert browser.run("window.timers.filter(t => t[1] === 300000).length") == 0
        look_up(browser, address, "吕秀英")
        assert browser.run("window.timers.filter(t => t[1] === 300000).length") == 1
        browser.leave("window.timers.filter(t => t[1] === 300000)[0][0]()")
        assert browser.run("location.pathname") == "/"
    finally:
        browser.call("Page.removeScriptToEvaluateOnNewDocument", identifier=number)


def test_prints_the_slip_only(browser, address):
    look_up(browser, address, "吕秀英")
    browser.call("Emulation.setEmulatedMedia", media="print")
    shown = browser.run(
        'Array.from(document.querySelectorAll("header, form, footer, button, details, #slip")).filter(e => e.offsetParent)'
        '.map(e => e.id || e.tagName).join("|")'
    )
    browser.call("Emulation.setEmulatedMedia", media="")
    assert shown == "slip"


def test_without_a_voice_the_words_are_shown(browser, address):
    look_up(browser, address, "吕秀英")
    browser.run('Object.defineProperty(window, "speechSynthesis", {value: undefined}), 0')
    browser.run('document.getElementById("speak").click()')
    assert browser.run('document.getElementById("spoken").open')
    assert "一千四百四十元" in browser.run('document.getElementById("speech").innerText')
    assert not browser.run('document.getElementById("mute").hidden')
