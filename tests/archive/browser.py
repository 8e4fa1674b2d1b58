"""A real browser, driven through Chromium's debugging pipe: no driver, no network."""

import base64
import importlib.resources
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
needs_browser = [
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

    def visit(self, url: str) -> None:
        """An address, once it has loaded."""
        self.events.clear()
        self.call("Page.navigate", url=url)
        self.wait("Page.loadEventFired")

    def leave(self, script: str) -> None:
        """A script that leads to another page, once that has loaded."""
        self.events.clear()
        self.call("Runtime.evaluate", expression=script)
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

    def judge(self) -> list[str]:
        """What axe-core finds wrong with the page as it stands: rule and place, [] for nothing."""
        axe = importlib.resources.files("axe_core_python").joinpath("axe.min.js").read_text(encoding="utf-8")
        self.run(f"{axe}; 0")
        found = self.run("axe.run().then(r => r.violations.flatMap(v => v.nodes.map(n => v.id + ' ' + n.html)))")
        assert isinstance(found, list)
        return found

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
