"""The offline page in a real browser, driven through Chromium's debugging pipe: no driver, no network."""

import base64
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = [
    pytest.mark.skipif(CHROMIUM is None or os.name != "posix", reason="Chromium is not installed"),
    pytest.mark.xdist_group("browser"),
]


class Page:
    """One tab; `events` holds what the browser has told so far."""

    def __init__(self, to_browser: int, from_browser: int) -> None:
        self._out, self._in = to_browser, from_browser
        self._rest, self._number, self._session = b"", 0, ""
        self.events: list[dict] = []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.call(f"{domain}.enable")

    def call(self, method: str, **params: object) -> dict:
        """The result of a command."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": params}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._out, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._read()
            if answer.get("id") == self._number:
                assert "error" not in answer, answer
                return answer["result"]
            self.events.append(answer)

    def _read(self) -> dict:
        while b"\0" not in self._rest:
            block = os.read(self._in, 1 << 16)
            assert block, "the browser has ended"
            self._rest += block
        message, _, self._rest = self._rest.partition(b"\0")
        return json.loads(message)

    def wait(self, event: str) -> None:
        """Nothing, once the event has come."""
        while not any(e.get("method") == event for e in self.events):
            self.events.append(self._read())

    def open(self, path: Path, words: str = "") -> None:
        """The file, loaded anew, with words behind #."""
        # by way of about:blank, because another # alone would not load the file again
        for url in ("about:blank", path.as_uri() + (f"#{words}" if words else "")):
            self.events.clear()
            self.call("Page.navigate", url=url)
            self.wait("Page.loadEventFired")

    def run(self, script: str) -> object:
        """The value of an expression on the page, awaited."""
        answer = self.call("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def press(self, *keys: str) -> None:
        """Keys as a person presses them; a single character types it."""
        for key in keys:
            text = {"Enter": "\r"}.get(key, key if len(key) == 1 else "")
            code = {"Enter": 13, "Tab": 9, "Escape": 27, "ArrowDown": 40, "ArrowUp": 38, " ": 32}.get(key, 0)
            common = {"key": key, "windowsVirtualKeyCode": code, "code": "Space" if key == " " else key}
            self.call("Input.dispatchKeyEvent", type="keyDown", text=text, **common)
            self.call("Input.dispatchKeyEvent", type="keyUp", **common)

    def resize(self, width: int, height: int = 800) -> None:
        """The window as wide as a telephone or a monitor."""
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)

    def picture(self, path: Path) -> None:
        """A PNG of the whole page, for a person to look at."""
        data = self.call("Page.captureScreenshot", captureBeyondViewport=True)["data"]
        path.write_bytes(base64.b64decode(data))

    def requests(self) -> list[str]:
        """Addresses asked for since the page was opened."""
        sent = (e for e in self.events if e.get("method") == "Network.requestWillBeSent")
        return [e["params"]["request"]["url"] for e in sent]

    def complaints(self) -> list[str]:
        """What the console shows: errors, refused content."""
        errors = [str(e["params"]) for e in self.events if e.get("method") == "Runtime.exceptionThrown"]
        return errors + [e["params"]["entry"]["text"] for e in self.events if e.get("method") == "Log.entryAdded"]


@contextmanager
def open_browser() -> Iterator[Page]:
    """A fresh headless browser with one tab."""
    to_child, to_browser = os.pipe()
    from_browser, from_child = os.pipe()

    def connect() -> None:
        # high numbers first: 3 and 4 may be among the four
        a, b = os.dup(to_child), os.dup(from_child)
        high = (os.dup2(a, 60), os.dup2(b, 61))
        os.dup2(high[0], 3)
        os.dup2(high[1], 4)

    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        arguments = [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={profile}"]
        arguments += [
            "--remote-debugging-pipe",
            "--disable-background-networking",
            "--no-first-run",
            "--hide-scrollbars",
        ]
        child = subprocess.Popen(
            arguments,
            preexec_fn=connect,  # noqa: PLW1509  # Chromium wants its pipes as 3 and 4; no threads here
            close_fds=False,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(to_child)
        os.close(from_child)
        try:
            yield Page(to_browser, from_browser)
        finally:
            child.terminate()
            child.wait(20)
            os.close(to_browser)
            os.close(from_browser)


ASK = """
(words => {
  document.getElementById("words").value = words;
  document.getElementById("ask").dispatchEvent(new Event("submit", {cancelable: true}));
  return document.getElementById("status").textContent;
})
"""
NAMES = 'Array.from(document.querySelectorAll("#list .name"), e => e.textContent).join("|")'
SLIP = 'document.getElementById("slip").hidden ? "" : document.getElementById("slip").innerText'
WIDE = """
Array.from(document.querySelectorAll("button, input, select, summary"))
  .filter(e => e.offsetParent && (e.getBoundingClientRect().height < 48 || e.getBoundingClientRect().right > innerWidth))
  .map(e => e.id || e.textContent).join("|")
"""


@pytest.fixture(scope="module")
def browser():
    with open_browser() as page:
        yield page


@pytest.fixture
def path(folder):
    return folder / "data" / "查询.html"


def test_words_behind_the_hash_are_looked_up_and_nothing_is_fetched(browser, path):
    browser.open(path, "吕秀英")
    slip = browser.run(SLIP)
    assert "10组" in slip
    assert "1,440.00元" in slip
    assert "本合计不是全部" in slip
    assert [url.partition("#")[0] for url in browser.requests()] == [path.as_uri()]
    assert browser.complaints() == []
    assert browser.run('document.getElementById("old").hidden')


def test_network_is_refused_by_the_page_itself(browser, path):
    browser.open(path)
    assert browser.run('fetch("https://example.org/").then(() => "sent", () => "refused")') == "refused"
    assert any("Content Security Policy" in text for text in browser.complaints())


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ("王建国", "王建国|王建国|王建国（2）"),
        ("建国", "王建国|王建国|王建国（2）"),
        ("wjg", "王建国|王建国|王建国（2）"),
        ("汪建果", "王建国|王建国|王建国（2）"),
    ],
)
def test_same_names_are_listed_with_their_groups(browser, path, words, names):
    browser.open(path)
    browser.run(f"{ASK}('{words}')")
    assert browser.run(NAMES) == names
    groups = browser.run('Array.from(document.querySelectorAll("#list .more"), e => e.textContent.trim()).join("|")')
    assert [text[:2] for text in groups.split("|")] == ["1组", "2组", "2组"]


def test_keyboard_alone_is_enough(browser, path):
    browser.open(path)
    browser.press(*"wjg", "Enter", "ArrowDown", "ArrowDown", "Enter")
    assert browser.run('document.getElementById("who").textContent') == "王建国（2）"
    assert browser.run("document.activeElement.id") == "slip"
    browser.press("Tab", "Enter")
    assert "一百八十元" in browser.run('document.getElementById("spoken").textContent')
    browser.press("Escape")
    assert browser.run("document.activeElement.id") == "words"
    assert browser.run(SLIP) == ""


def test_group_is_picked(browser, path):
    browser.open(path)
    browser.run('(s => { s.value = "2"; s.dispatchEvent(new Event("change")); })(document.getElementById("group"))')
    assert browser.run(NAMES) == "解晓东|曾广兰|仇英|尉迟恭"


def test_village_totals_without_names(browser, path):
    browser.open(path)
    browser.run('document.getElementById("village").open = true')
    text = browser.run('document.getElementById("village").innerText')
    assert "其他依法不公开姓名的项目" in text
    assert "8,824.62元" in text
    assert "另有项目按规定由乡镇统一汇总公开" in text


@pytest.mark.parametrize("width", [360, 1366])
@pytest.mark.parametrize("size", ["20px", "28px"])
def test_nothing_is_too_small_or_cut_off(browser, path, width, size):
    browser.resize(width)
    browser.open(path, "王建国")
    if size == "28px":
        browser.run('document.getElementById("big").click()')
    browser.run('document.querySelector("#list button").click(), document.getElementById("village").open = true')
    assert browser.run("getComputedStyle(document.body).fontSize") == size
    assert browser.run(WIDE) == ""
    assert browser.run("document.documentElement.scrollWidth") <= width


def test_prints_the_slip_only(browser, path):
    browser.open(path, "吕秀英")
    browser.call("Emulation.setEmulatedMedia", media="print")
    shown = browser.run(
        'Array.from(document.querySelectorAll("header, form, footer, button, #slip")).filter(e => e.offsetParent)'
        '.map(e => e.id || e.tagName).join("|")'
    )
    browser.call("Emulation.setEmulatedMedia", media="")
    assert shown == "slip"


def test_names_with_markup_stay_text(browser, tmp_path, make_village, make_package, someone):
    evil = ["</script><script>window.evil=1</script>", "<img src=x onerror=window.evil=1>", "{{script}}", "<!--"]
    path = tmp_path / "查询.html"
    path.write_bytes(make_package(make_village([someone(name) for name in evil]))["data/查询.html"])
    browser.open(path)
    browser.run(f"{ASK}('1组')")
    assert browser.run(NAMES) == "|".join(evil)
    assert browser.run("window.evil") is None
    assert browser.complaints() == []


def test_first_answer_of_a_large_village_comes_at_once(browser, tmp_path, make_village, make_package, someone):
    people = [someone(f"{a}{b}{c}", f"{len(b) + n % 20}组", 2, 1200) for a in "王李张刘陈" for n, b in enumerate(GIVEN)
              for c in GIVEN]  # fmt: skip
    page = make_package(make_village(people[:3000]))["data/查询.html"]
    assert len(page) < 1_500_000
    path = tmp_path / "查询.html"
    path.write_bytes(page)
    browser.open(path)
    for words in ("王建国", "汪健果", "wjg", "王"):
        took = f"(t => {{ {ASK}('{words}'); document.body.offsetHeight; return performance.now() - t; }})(performance.now())"
        # a hundred milliseconds by hand; ten times that where other tests take the processor
        assert browser.run(took) < 1000


GIVEN = "建国秀英桂兰玉梅海涛志强文华春丽永红福广明淑珍金凤宝山"


def test_page_of_a_village_without_names_still_answers(browser, tmp_path, make_village, make_package):
    path = tmp_path / "查询.html"
    path.write_bytes(make_package(make_village([], held=1))["data/查询.html"])
    browser.open(path)
    assert "没有找到" in browser.run(f"{ASK}('王')")
    browser.run('document.getElementById("village").open = true')
    assert "本村尚有 1 笔待核实" in browser.run('document.getElementById("village").innerText')
    assert browser.complaints() == []
