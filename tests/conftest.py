"""What tests of several folders stand on."""

import compileall
import os
from pathlib import Path

import pytest

import village_notice

from .postgres import run_server
from .warm_readers import WarmReaders


def pytest_configure():
    """Compiles the program once: hundreds of processes that the tests start would each do it for themselves.

    Python keeps what it has compiled by itself, but not where PYTHONDONTWRITEBYTECODE is set.
    """
    if "PYTEST_XDIST_WORKER" not in os.environ:
        compileall.compile_dir(Path(village_notice.__file__).parent, quiet=2)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    """Keeps the tests of a group in one process: pytest-xdist 3.8 names it where pytest 9.2 no longer looks."""
    for item in items:
        named = getattr(item, "_nodeid", item.nodeid)
        if named != item.nodeid:
            item._id = type(item.id).parse(named)


@pytest.fixture(scope="session")
def postgres():
    """The URL of a real PostgreSQL server, started for the tests; they are skipped where none is installed."""
    with run_server() as url:
        yield url


@pytest.fixture
def empty_server(postgres):
    """The address of that server with no table of ours."""
    from village_notice.archive.dialect import SERVER_SCHEMA, ServerUrl, open_engine

    url = ServerUrl.parse(postgres)
    with open_engine(url).begin() as connection:
        connection.exec_driver_sql(f"DROP SCHEMA IF EXISTS {SERVER_SCHEMA} CASCADE")
    yield url
    open_engine(url).dispose()


@pytest.fixture(scope="session")
def _readers():
    readers = WarmReaders()
    yield readers
    readers.close()


@pytest.fixture(scope="module")
def warm_readers(_readers):
    """The runs of a module take readers that other runs have left: for modules with many small runs."""
    with _readers.use():
        yield


@pytest.fixture(scope="session")
def small_demo(tmp_path_factory):
    """The demo of one township with its office, run: (folder, result), to look at and not to change.

    Whoever asks for it is of the group `demo`, so that it is made once and not in every process of the tests.
    """
    from village_notice.demo import run_demo
    from village_notice.progress import stay_silent

    folder = tmp_path_factory.mktemp("demo") / "演示"
    return folder, run_demo(folder, stay_silent, townships=("羊郡镇",), households=10, seed=7)
