"""What tests of several folders stand on."""

import pytest

from .postgres import run_server


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
def small_demo(tmp_path_factory):
    """The demo of one township with its office, run: (folder, result), to look at and not to change.

    Whoever asks for it is of the group `demo`, so that it is made once and not in every process of the tests.
    """
    from village_notice.demo import run_demo
    from village_notice.progress import stay_silent

    folder = tmp_path_factory.mktemp("demo") / "演示"
    return folder, run_demo(folder, stay_silent, townships=("羊郡镇",), households=10, seed=7)
