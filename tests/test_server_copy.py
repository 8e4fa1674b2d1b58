"""A run that writes the query tables to a PostgreSQL server as well, and the page that reads them there."""

import json

import openpyxl
import pytest
from click.testing import CliRunner

from village_notice.archive.dialect import ServerUrl
from village_notice.archive.query import search
from village_notice.cli import main
from village_notice.errors import ExitCode
from village_notice.settings import Settings
from village_notice.web.public.app import PublicSite, create_app

pytestmark = [pytest.mark.xdist_group("postgres"), pytest.mark.usefixtures("warm_readers")]
TOWNSHIP = "羊郡镇"
NOWHERE = "postgresql://office:s3cret@127.0.0.1:9/d"


def write_inbox(folder, villages, amount=600):
    folder.mkdir(exist_ok=True)
    book = openpyxl.Workbook()
    book.active.append([f"2022年{TOWNSHIP}耕地地力保护补贴发放明细表"])
    book.active.append(
        [
            "序号",
            "村名",
            "户主姓名",
            "组别",
            "补贴面积（亩）",
            "补贴标准（元/亩）",
            "实发金额（元）",
            "发放日期",
            "状态",
        ]
    )
    for n, village in enumerate(villages, 1):
        book.active.append([n, village, f"王甲{'东西南'[n - 1]}", "1组", 5, 120, amount, "2022-06-30", "成功"])
    book.save(folder / "补贴.xlsx")
    return folder


def call(*words, env=None):
    return CliRunner().invoke(main, [str(word) for word in words], env=env)


def run(inbox, out, *more, env=None):
    return call("run", inbox, "--year", "2022", "--out", out, "--quiet", *more, env=env)


def test_a_run_writes_both_and_a_second_one_takes_its_villages_out(tmp_path, empty_server):
    address = empty_server.url.replace("+psycopg", "")
    inbox = write_inbox(tmp_path / "收件箱", ["桥头村", "滩港村"])
    assert run(inbox, tmp_path / "结果", "--database", address).exit_code == ExitCode.DONE
    for words in ("王甲东", "桥头村", "王甲"):
        there, here = (call("query", words, "--json", "--db", db) for db in (address, tmp_path / "结果/公开/查询.db"))
        assert there.exit_code == 0, there.output
        assert json.loads(there.stdout) == json.loads(here.stdout)
    write_inbox(inbox, ["滩港村"])
    done = run(inbox, tmp_path / "结果", env={"VILLAGE_NOTICE_DATABASE": address})
    assert done.exit_code == ExitCode.DONE
    assert [p.village for p in search(empty_server, "王甲").people] == ["滩港村"]
    assert "s3cret" not in done.output


def test_the_setting_of_the_office(tmp_path, empty_server):
    home = tmp_path / "办公"
    call("init", home)
    address = empty_server.url.replace("+psycopg", "")
    with (home / "office.toml").open("r+", encoding="utf-8") as file:
        text = file.read()
        file.seek(0)
        file.write(f'database_url = "{address}"\n{text}')
    done = run(write_inbox(tmp_path / "收件箱", ["桥头村"]), tmp_path / "结果", "--home", home)
    assert done.exit_code == ExitCode.DONE
    assert search(empty_server, "王甲东").people
    everything = b"".join(p.read_bytes() for p in (tmp_path / "结果").rglob("*") if p.is_file())
    assert b"s3cret" not in everything


def test_a_server_that_does_not_answer_stops_the_run_before_it_begins(tmp_path):
    pytest.importorskip("psycopg")
    done = run(write_inbox(tmp_path / "收件箱", ["桥头村"]), tmp_path / "结果", "--database", NOWHERE)
    assert done.exit_code == ExitCode.CANNOT_WRITE
    assert "连不上" in done.output
    assert "s3cret" not in done.output
    assert not (tmp_path / "结果").exists()


def test_a_server_that_goes_away_half_way_leaves_the_results(tmp_path, empty_server, monkeypatch):
    monkeypatch.setattr("village_notice.server_copy.write_database", lambda *_args, **_more: fail())
    done = run(
        write_inbox(tmp_path / "收件箱", ["桥头村"]),
        tmp_path / "结果",
        "--database",
        empty_server.url.replace("+psycopg", ""),
    )
    assert done.exit_code == ExitCode.CANNOT_WRITE
    assert "结果文件夹已经做好" in done.output
    assert search(tmp_path / "结果/公开/查询.db", "王甲东").people


def fail():
    from village_notice.errors import CannotWriteError

    raise CannotWriteError("数据库 postgresql://office@h/d 连不上。")


def test_the_page_for_villagers_reads_from_the_server(tmp_path, empty_server):
    inbox = write_inbox(tmp_path / "收件箱", ["桥头村"])
    run(inbox, tmp_path / "结果", "--database", empty_server.url.replace("+psycopg", ""))
    site = PublicSite(
        empty_server, Settings(public_person_search=True), frozenset({"localhost"}), papers=tmp_path / "结果/公开"
    )
    client = create_app(site).test_client()
    page = client.get(f"/v/{TOWNSHIP}/桥头村/2022").get_data(as_text=True)
    assert "600.00" in page
    assert "/notice/" in page
    found = client.post(f"/v/{TOWNSHIP}/桥头村/2022/person", data={"words": "wjd"}).get_data(as_text=True)
    assert "王甲东" in found


def test_addresses_are_told_apart_from_paths():
    from village_notice.cli_database import DatabaseType

    assert isinstance(DatabaseType().convert("postgres://u@h/d", None, None), ServerUrl)
    assert DatabaseType().convert("结果/公开/查询.db", None, None).name == "查询.db"
