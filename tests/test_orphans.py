"""What a run has started ends soon after the run was killed: nobody is left to end it."""

import os
import signal
import subprocess
import sys
import time

import psutil
import pytest

PROGRAM = """
import os
import time
from pathlib import Path

from village_notice.executor import Standby, Workers
from village_notice.hashed_files import HashedFiles


def work(_, number):
    print(os.getpid(), flush=True)
    time.sleep(600)


if __name__ == "__main__":
    kind = {kind!r}
    if kind == "hashing":
        hashed = HashedFiles()
        hashed.start([Path("nothing")] * 1000)
        hashed._executor.submit(work, None, 1)
        time.sleep(600)
    standby = Standby(2, "json") if kind == "standby" else None
    list(Workers(2, standby=standby).run(work, None, [(1,), (2,)]))
"""


def is_alive(pid):
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@pytest.mark.parametrize(("kind", "count"), [("usual", 2), ("standby", 2), ("hashing", 1)])
def test_processes_end_when_the_run_was_killed(tmp_path, kind, count):
    program = tmp_path / "program.py"
    program.write_text(PROGRAM.format(kind=kind), "utf-8")
    with subprocess.Popen([sys.executable, str(program)], stdout=subprocess.PIPE, text=True) as run:
        children = [int(run.stdout.readline()) for _ in range(count)]
        assert all(map(is_alive, children))
        os.kill(run.pid, signal.SIGTERM if os.name == "nt" else signal.SIGKILL)
        run.wait(timeout=30)
        deadline = time.monotonic() + 60
        while any(map(is_alive, children)) and time.monotonic() < deadline:
            time.sleep(0.1)
        assert not any(map(is_alive, children))
