"""The query tables on a real PostgreSQL server."""

import subprocess
import sys

import pytest

from village_notice.archive import browse
from village_notice.archive.answer import to_json
from village_notice.archive.database import import_editions, write_database
from village_notice.archive.dialect import SERVER_SCHEMA, ServerUrl, open_engine
from village_notice.archive.edition import read_edition
from village_notice.archive.query import ALL_YEARS, search, search_village
from village_notice.archive.server import check_server
from village_notice.errors import CannotWriteError, ConservationError, UsageError

from ..postgres import PASSWORD
from .conftest import PEOPLE, Someone, build_village, read_pinyin

pytestmark = pytest.mark.xdist_group("postgres")
TABLES = ("name", "token", "person", "line", "edition", "village", "programme")


def select(url, query):
    with open_engine(url).begin() as connection:
        connection.exec_driver_sql(f"SET LOCAL search_path = {SERVER_SCHEMA}")
        return [tuple(row) for row in connection.exec_driver_sql(query)]


def count(url):
    return {table: select(url, f"SELECT count(*) FROM {table}")[0][0] for table in TABLES}


def write(url, villages, *, year=2022, scope=()):
    write_database(villages, url, year=year, pinyin=read_pinyin(), scope=scope)


@pytest.mark.parametrize(
    "where", [{}, {"year": ALL_YEARS}, {"village": "东关村"}, {"township": "羊郡镇"}, {"group": "2组"}]
)
def test_answers_as_the_file_does(database, server_database, where):
    words = [
        "王",
        "国",
        "建国",
        "王建国",
        "wang",
        "w",
        "wjg",
        "guo",
        "曾光蓝",
        "李为",
        "单xiong",
        "东关",
        "东关村",
        "马",
        "xiu",
        "",
    ]
    words += [f"{p.name} {p.group}" for p in PEOPLE]
    for word in words:
        assert to_json(search(server_database, word, **where)) == to_json(search(database, word, **where)), word
        place = {"township": "山前店镇", "village": "东关村", "year": 2022, "limit": 3}
        assert search_village(server_database, word, **place) == search_village(database, word, **place)


def test_places_as_in_the_file(database, server_database):
    for ask in (
        browse.list_townships, browse.list_years, lambda db: browse.list_villages(db, "山前店镇"),
        lambda db: browse.find_villages(db, "关"), lambda db: browse.read_place(db, "山前店镇", "东关村"),
        lambda db: browse.find_by_code(db, "370682108002"), lambda db: browse.find_by_code(db, "0"),
    ):  # fmt: skip
        assert ask(server_database) == ask(database)


def test_a_run_replaces_only_its_own_year_and_villages(empty_server):
    own, other = build_village(), build_village(village="西关村", village_code="370682105002")
    elsewhere = build_village(village="南关村", village_code="370683105002")
    write(empty_server, [build_village(year=2021)], year=2021)
    write(empty_server, [own, other, elsewhere])
    write(empty_server, [build_village([Someone("赵一", mu=1)])], scope=[own.village_code, other.village_code])
    assert select(empty_server, "SELECT e.year, v.name, e.is_latest FROM edition e JOIN village v ON v.id = village_id ORDER BY 1, 2") == [
        (2021, "东关村", 0), (2022, "东关村", 1), (2022, "南关村", 1),
    ]  # fmt: skip
    assert [p.name for p in search(empty_server, "赵一").people] == ["赵一"]


def test_what_nobody_points_to_is_gone(empty_server):
    write(empty_server, [build_village([Someone("赵一", mu=1)])])
    before = count(empty_server)
    write(empty_server, [build_village()])
    write(empty_server, [build_village([Someone("赵一", mu=1)])])
    assert count(empty_server) == before
    assert select(empty_server, "SELECT text FROM name") == [("赵一",)]


def test_an_unchanged_village_is_not_written_again(empty_server):
    write(empty_server, [build_village()])
    before = select(empty_server, "SELECT xmin::text, id FROM person ORDER BY id")
    write(empty_server, [build_village()])
    assert select(empty_server, "SELECT xmin::text, id FROM person ORDER BY id") == before


def test_names_read_differently_are_spelled_anew(empty_server):
    write_database([build_village()], empty_server, year=2022, pinyin=lambda name: [("o" * len(name), "o")])
    assert not search(empty_server, "shanxiongxin").people
    write(empty_server, [build_village()])
    assert search(empty_server, "shanxiongxin").people
    assert not search(empty_server, "oo").people


def test_a_load_that_fails_leaves_everything(empty_server):
    write(empty_server, [build_village()])
    before = count(empty_server)
    with pytest.raises(ConservationError):
        write(empty_server, [build_village([Someone("赵一", mu=1)], public_fen=1)])
    assert count(empty_server) == before
    assert search(empty_server, "单雄信").people


def test_an_answer_never_mixes_two_runs(empty_server):
    """While a run writes, everybody sees the database as it was before."""
    write(empty_server, [build_village()])
    from village_notice.archive.dialect import open_database

    reader = open_database(empty_server)
    first = reader.select("SELECT count(*) FROM person")
    write(empty_server, [build_village([Someone("赵一", mu=1)])])
    assert reader.select("SELECT count(*) FROM person") == first
    reader.close()
    assert search(empty_server, "赵一").people


def test_imported_packages_go_there_too(empty_server):
    import_editions([read_edition(build_village())], empty_server, pinyin=read_pinyin())
    assert search(empty_server, "单雄信").people


def test_a_reader_may_ask_and_not_write(empty_server):
    write(empty_server, [build_village()])
    with open_engine(empty_server).begin() as connection:
        for statement in (
            "DROP ROLE IF EXISTS reader",
            "CREATE ROLE reader LOGIN PASSWORD 's3cret:@/word'",
            f"GRANT USAGE ON SCHEMA {SERVER_SCHEMA} TO reader",
            f"GRANT SELECT ON ALL TABLES IN SCHEMA {SERVER_SCHEMA} TO reader",
        ):
            connection.exec_driver_sql(statement)
    reader = ServerUrl(empty_server.url.replace("office:", "reader:"))
    assert search(reader, "单雄信").people
    with pytest.raises(CannotWriteError, match="没有给这个用户权限"):
        check_server(reader)
    write(empty_server, [])
    assert search(reader, "单雄信").people
    open_engine(reader).dispose()


def test_public_columns_only(empty_server):
    write(empty_server, [build_village()])
    columns = select(
        empty_server, f"SELECT column_name FROM information_schema.columns WHERE table_schema = '{SERVER_SCHEMA}'"
    )
    private = {"id_number", "account", "phone", "address", "person_no", "household_no", "withheld_fen"}
    assert not private & {name for (name,) in columns}
    assert not search(empty_server, "孙").people


def test_an_empty_or_a_newer_database_says_so(empty_server):
    with pytest.raises(UsageError, match="还没有查询数据"):
        search(empty_server, "王")
    write(empty_server, [build_village()])
    select(empty_server, "UPDATE meta SET value = '999' WHERE key = 'schema_version' RETURNING 1")
    with pytest.raises(UsageError, match="更新版本"):
        search(empty_server, "王")
    with pytest.raises(CannotWriteError, match="另一个版本"):
        write(empty_server, [build_village()])


def test_the_password_is_never_shown(empty_server, monkeypatch):
    wrong = ServerUrl.parse(empty_server.url.replace("s3cret", "wr0ng"))
    for call, kind in ((lambda: search(wrong, "王"), UsageError), (lambda: check_server(wrong), CannotWriteError)):
        with pytest.raises(kind, match="用户名或密码") as caught:
            call()
        assert "wr0ng" not in str(caught.value) + repr(wrong) + str(wrong)
        assert caught.value.__cause__ is None
    assert PASSWORD not in f"{empty_server} {empty_server!r}"


@pytest.mark.parametrize(
    "text", ["mysql://a:s3cret@h/d", "postgresql://a:s3@cret:x@h:no/d", "postgresql://a:s3cret@h", "postgresql://"]
)
def test_a_wrong_address(text):
    with pytest.raises(UsageError) as caught:
        ServerUrl.parse(text)
    assert "s3" not in str(caught.value)


def test_a_server_that_does_not_answer():
    pytest.importorskip("psycopg")
    nowhere = ServerUrl.parse("postgresql://a:s3cret@127.0.0.1:9/d")
    with pytest.raises(UsageError, match="连不上") as caught:
        search(nowhere, "王")
    assert "s3cret" not in str(caught.value)
    assert "127.0.0.1:9/d" in str(caught.value)


def test_the_commands_take_an_address(server_database, tmp_path):
    def call(*words):
        command = [sys.executable, "-m", "village_notice", *words]
        return subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)

    done = call("query", "单雄信", "--db", server_database.url.replace("+psycopg", ""))
    assert done.returncode == 0, done.stderr
    assert "240.00" in done.stdout
    wrong = call("query", "单雄信", "--db", "postgresql://a:s3cret@127.0.0.1:9/d")
    assert wrong.returncode == 2
    assert "s3cret" not in wrong.stdout + wrong.stderr
    assert "连不上" in wrong.stderr
