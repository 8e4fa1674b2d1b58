"""A real PostgreSQL server for the tests: Debian's own programs, a folder of its own, gone afterwards.

PostgreSQL refuses to run as root: there it runs as `postgres` or `nobody`.
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

OWNER, PASSWORD = "office", "s3cret:@/word"


def find_programs() -> Path | None:
    """The folder of initdb and pg_ctl, None where no server is installed, or none that listens on a socket file."""
    if os.name == "nt":
        return None
    places = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: int(p.parent.name), reverse=True)
    found = shutil.which("initdb")
    return next((p for p in [*places, *([Path(found).parent] if found else [])] if (p / "initdb").exists()), None)


def _find_user() -> int | None:
    """Whom the server runs as, None for the present user."""
    if os.name == "nt" or os.getuid():
        return None
    import pwd  # not on Windows

    names = {entry.pw_name: entry.pw_uid for entry in pwd.getpwall()}
    return names.get("postgres", names.get("nobody"))


@contextmanager
def run_server() -> Iterator[str]:
    """The URL of an empty database; skips the test where PostgreSQL or its driver is missing."""
    pytest.importorskip("psycopg", reason="未安装 psycopg：pip install 'village-notice[postgres]'")
    pytest.importorskip("sqlalchemy", reason="未安装 SQLAlchemy：pip install 'village-notice[postgres]'")
    programs = find_programs()
    if programs is None:
        pytest.skip("没有 PostgreSQL 服务器：apt-get install postgresql")
    user = _find_user()
    folder = Path(tempfile.mkdtemp(prefix="vnpg", dir="/tmp"))  # a socket's path may have about a hundred characters
    try:
        secret = folder / "password"
        secret.write_text(PASSWORD)
        if user is not None:
            for path in (folder, secret):
                os.chown(path, user, -1)

        def call(program: str, *words: str) -> None:
            command = [str(programs / program), "-D", str(folder / "data"), *words]
            subprocess.run(command, check=True, user=user, cwd=folder, stdout=subprocess.DEVNULL, timeout=120)

        # the locale that helps least, so that no answer hangs on it
        call(
            "initdb", "-U", OWNER, "-A", "scram-sha-256", f"--pwfile={secret}", "-E", "UTF8", "--locale=C", "--no-sync"
        )
        settings = f"-c listen_addresses= -c unix_socket_directories={folder} -c fsync=off -c shared_buffers=32MB"
        call("pg_ctl", "-w", "-s", "-o", settings, "-l", str(folder / "log"), "start")
        try:
            quoted = PASSWORD.replace(":", "%3A").replace("@", "%40").replace("/", "%2F")
            yield f"postgresql://{OWNER}:{quoted}@/postgres?host={folder}"
        finally:
            call("pg_ctl", "-w", "-s", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
