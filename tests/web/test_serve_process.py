"""The command `serve` as a process of its own: it answers, is killed, and has lost nothing."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

import pytest
from click.testing import CliRunner

from village_notice.cli import main


def find_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def start(db, port):
    command = [sys.executable, "-m", "village_notice", "serve", "--db", db, "--port", str(port)]
    return subprocess.Popen(
        command, stderr=subprocess.PIPE, text=True, encoding="utf-8", env=os.environ | {"PYTHONUTF8": "1"}
    )


def read(port, path="/"):
    for _ in range(100):
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
