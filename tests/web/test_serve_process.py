"""The command `serve` as a process of its own: it answers, is killed, and has lost nothing."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

import pytest
from click.testing import CliRunner

from village_notice.cli import main

from .office import PASSWORD


def find_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def start(db, port, *more):
    command = [sys.executable, "-m", "village_notice", "serve", "--db", db, "--port", str(port), *more]
    return subprocess.Popen(
        command, stderr=subprocess.PIPE, text=True, encoding="utf-8", env=os.environ | {"PYTHONUTF8": "1"}
    )


def read(port, path="/"):
    for _ in range(300):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
                return answer.status, dict(answer.headers), answer.read().decode()
        except urllib.error.HTTPError:
            raise
        except OSError:
            time.sleep(0.1)
    raise AssertionError("no answer")


def test_answers_is_killed_and_has_lost_nothing(public):
    before = (public / "查询.db").read_bytes()
    port = find_port()
    for _ in range(2):
        process = start(public / "查询.db", port)
        try:
            status, headers, page = read(port)
            assert status == 200 and "先选您的村" in page
            assert "Server" not in headers and "frame-ancestors 'none'" in headers["Content-Security-Policy"]
            with pytest.raises(urllib.error.HTTPError, match="404"):
                read(port, "/nothing")
        finally:
            process.kill()
            talk = process.communicate(timeout=20)[1]
        assert f"http://127.0.0.1:{port}/" in talk and "GET / 200" in talk
    assert (public / "查询.db").read_bytes() == before
    assert sorted(p.name for p in public.iterdir()) == ["山前店镇", "查询.db"]


def call(*words):
    return CliRunner().invoke(main, [str(w) for w in words])


def test_desk_asks_for_a_password_answers_and_loses_nothing_when_killed(office):
    home, db = office
    (home / "desk.json").unlink()
    port = find_port()
    words = [sys.executable, "-m", "village_notice", "serve", "--desk", "--db", db, "--home", home, "--port", str(port)]
    environment = os.environ | {"PYTHONUTF8": "1"}
    if os.name != "nt":  # where nothing at all is a terminal, too, and somebody may be asked
        refused = subprocess.run(words, capture_output=True, text=True, encoding="utf-8", stdin=subprocess.DEVNULL,
                                 env=environment, timeout=60, check=False)  # fmt: skip
        assert refused.returncode == 2 and "--set-password" in refused.stderr and "Traceback" not in refused.stderr
    process = subprocess.Popen(words, stderr=subprocess.PIPE, text=True, encoding="utf-8",
                               env=environment | {"VILLAGE_NOTICE_DESK_PASSWORD": PASSWORD})  # fmt: skip
    try:
        status, headers, page = read(port, "/login")
        assert status == 200 and "窗口密码" in page and "HttpOnly" in headers["Set-Cookie"]
        post(port, "/login", {"clerk": "周", "password": PASSWORD})  # without the form's token
    finally:
        process.kill()
        talk = process.communicate(timeout=20)[1]
    assert "GET /login 200" in talk and "POST /login 400" in talk and PASSWORD not in talk
    assert PASSWORD not in (home / "desk.json").read_text("utf-8")


def post(port, path, fields):
    data = urllib.parse.urlencode(fields).encode()
    with pytest.raises(urllib.error.HTTPError, match="400"):
        urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", data, timeout=10)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--desk"], "--home"),
        (["--set-password"], "--desk"),
        (["--clerk", "张三"], "--desk"),
        (["--desk", "--home", "."], "office.toml"),
    ],
)
def test_desk_without_what_it_needs(words, told, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = call("serve", *words)
    assert result.exit_code in (2, 5) and told in result.output


def test_addresses_behind_a_proxy_reach_the_app_only_where_a_proxy_is_told(public, tmp_path):
    for proxies, codes in ((0, [200, 429]), (1, [200, 200])):
        (tmp_path / "office.toml").write_text(
            "public_person_search = true\n" + f"trusted_proxies = {proxies}\n" * bool(proxies), encoding="utf-8"
        )
        port = find_port()
        process = start(public / "查询.db", port, "--home", tmp_path)
        try:
            read(port)
            assert [list_codes(port, n) for n in (1, 2)][1] == codes[1], proxies
        finally:
            process.kill()
            process.communicate(timeout=20)


def list_codes(port, visitor):
    """The last code of twenty-one searches by one visitor, as a proxy in front tells of him."""
    path = urllib.parse.quote("/v/山前店镇/东关村/2022/person")
    code = 0
    for _ in range(20 if visitor == 1 else 1):
        asked = urllib.request.Request(
            f"http://127.0.0.1:{port}{path}", b"words=x", {"X-Forwarded-For": f"10.0.0.{visitor}"}
        )
        try:
            with urllib.request.urlopen(asked, timeout=10) as answer:  # noqa: S310  # always http, to this computer
                code = answer.status
        except urllib.error.HTTPError as error:
            code = error.code
    return code


def test_no_database_and_a_broken_one_are_told_at_once(tmp_path):
    assert "找不到查询库" in call("serve", "--db", tmp_path / "没有.db").output
    (tmp_path / "查询.db").write_bytes(b"broken")
    result = call("serve", "--db", tmp_path / "查询.db")
    assert result.exit_code == 2 and "不是查询库" in result.output


def test_a_port_that_is_taken(public):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        process = start(public / "查询.db", other.getsockname()[1])
        talk = process.communicate(timeout=30)[1]
    assert process.returncode == 6 and "换一个 --port" in talk and "Traceback" not in talk
