"""A real browser: Debian's Chromium, driven by Playwright; no browser is downloaded and nothing reaches the network."""

import importlib.resources
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright
from playwright.sync_api import Page as Tab

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
_NEEDS = pytest.mark.skipif(CHROMIUM is None, reason="没有 Chromium：apt-get install chromium 以后再运行浏览器测试")
_ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run", "--hide-scrollbars")
_MOST_MS = 30_000
SMALL = """
Array.from(document.querySelectorAll("button, input:not([type=hidden]), select, summary, a"))
  .filter(e => e.offsetParent && !e.classList.contains("skip"))
  .filter(e => e.getBoundingClientRect().height < (e.type === "radio" ? 24 : 48)
    || e.getBoundingClientRect().right > innerWidth + 1)
  .map(e => e.id || e.textContent.trim()).join("|")
"""
"""Targets below 48 px (a radio button's is its label), or beyond the right edge."""
UNNAMED = """
Array.from(document.querySelectorAll("input:not([type=hidden]), select, button, a, img, table"))
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


def need_browser(group: str) -> list[pytest.MarkDecorator]:
    """The marks of tests that share a browser: one process runs all of a group."""
    return [_NEEDS, pytest.mark.xdist_group(f"browser {group}")]


class Page:
    """One tab, and what it has asked for and complained of since it was opened; `tab` is Playwright's own."""

    def __init__(self, tab: Tab) -> None:
        self.tab = tab
        self._asked: list[str] = []
        self._complaints: list[str] = []
        tab.set_default_timeout(_MOST_MS)
        tab.on("request", lambda request: self._asked.append(request.url))
        tab.on("pageerror", lambda error: self._complaints.append(str(error)))
        tab.on(
            "console", lambda told: self._complaints.append(told.text) if told.type in ("error", "warning") else None
        )

    def open(self, path: Path, words: str = "") -> None:
        """The file, loaded anew, with words behind #."""
        self.tab.goto("about:blank")  # another # alone would not load the file again
        self.visit(path.as_uri() + (f"#{words}" if words else ""))

    def visit(self, url: str) -> None:
        """An address, once it has loaded."""
        self._asked.clear()
        self._complaints.clear()
        self.tab.goto(url)

    def leave(self, script: str) -> None:
        """A script that leads to another page, once that has loaded."""
        with self.tab.expect_navigation():
            self.run(script)

    def send(self, *keys: str) -> None:
        """Keys that lead to another page, once that has loaded."""
        with self.tab.expect_navigation():
            self.press(*keys)

    def run(self, script: str) -> object:
        """The value of an expression on the page, awaited."""
        return self.tab.evaluate(script)

    def press(self, *keys: str) -> None:
        """Keys as a person presses them; a single character types it."""
        for key in keys:
            self.tab.keyboard.press(key)

    def type(self, text: str) -> None:
        """Characters as an input method hands them over."""
        self.tab.keyboard.insert_text(text)

    def resize(self, width: int, height: int = 800) -> None:
        """The window as wide as a telephone or a monitor."""
        self.tab.set_viewport_size({"width": width, "height": height})

    def list_printed(self, selector: str) -> str:
        """Which of the elements a printer would show: id or tag, joined by |."""
        self.tab.emulate_media(media="print")
        shown = self.run(
            f"Array.from(document.querySelectorAll('{selector}')).filter(e => e.offsetParent)"
            ".map(e => e.id || e.tagName).join('|')"
        )
        self.tab.emulate_media(media="screen")
        return str(shown)

    def picture(self, path: Path) -> None:
        """A PNG of the whole page, for a person to look at."""
        self.tab.screenshot(path=path, full_page=True)

    def requests(self) -> list[str]:
        """Addresses asked for since the page was opened."""
        return list(self._asked)

    def judge(self) -> list[str]:
        """What axe-core finds wrong with the page as it stands: rule and place, [] for nothing."""
        if not self.run("'axe' in window"):
            axe = importlib.resources.files("axe_core_python").joinpath("axe.min.js").read_text(encoding="utf-8")
            self.run(f"{axe}; 0")
        found = self.run("axe.run().then(r => r.violations.flatMap(v => v.nodes.map(n => v.id + ' ' + n.html)))")
        assert isinstance(found, list)
        return found

    def complaints(self) -> list[str]:
        """What the console shows: errors, refused content."""
        return list(self._complaints)


@contextmanager
def open_browsers() -> Iterator[Browser]:
    """A fresh headless browser; `new_context` of it makes a visitor of one's own."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=_ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def open_tab(browser: Browser, **options: object) -> Iterator[Page]:
    """A tab of a new visitor, who has no cookies; the options are Playwright's for a context."""
    context = browser.new_context(**options)
    try:
        yield Page(context.new_page())
    finally:
        context.close()


@contextmanager
def open_browser() -> Iterator[Page]:
    """A fresh headless browser with one tab."""
    with open_browsers() as browser, open_tab(browser) as page:
        yield page
