"""Tasks through one interface: processes here, and a real Dask cluster of two processes, one of which is killed."""

import multiprocessing
import operator
import os
import signal
import zipfile
from concurrent.futures import Future
from pathlib import Path
from types import SimpleNamespace

import openpyxl
import pytest
from click.testing import CliRunner

from village_notice import early, pipeline, publish, running
from village_notice.cli import main
from village_notice.errors import ExitCode, UsageError
from village_notice.executor import ClusterError, Standby, Workers, _hand_over, check_cluster
from village_notice.options import RunOptions
from village_notice.settings import Settings
from village_notice.sources.reference import read_reference

TOWNSHIP = "羊郡镇"
ONE, TWO = SimpleNamespace(count=1), SimpleNamespace(count=2)
HEADINGS = [
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


@pytest.fixture
def inbox(tmp_path):
    """Six villages in workbooks of their own, one of them in a zip, and a workbook that cannot be read."""
    folder = tmp_path / "收件箱"
    folder.mkdir()
    villages = [v.name for v in read_reference(Settings()).register.villages if v.township == TOWNSHIP][:6]
    for number, village in enumerate(villages):
        book = openpyxl.Workbook()
        book.active.append([f"2022年{TOWNSHIP}{village}耕地地力保护补贴发放明细表"])
        book.active.append(HEADINGS)
        for n in range(1, 5):
            name = f"王{'甲乙丙丁戊己庚辛壬癸'[n]}{'东西南北中上'[number]}"
            book.active.append([n, village, name, "1组", 5, 120, 600, "2022-06-30", "成功"])
        book.save(folder / f"{number}{village}.xlsx")
    last = folder / f"5{villages[5]}.xlsx"
    with zipfile.ZipFile(folder / "补报.zip", "w") as archive:
        archive.write(last, "补报.xlsx")
    last.unlink()
    (folder / "坏的.xlsx").write_bytes(b"PK\x03\x04 broken")
    return folder


@pytest.fixture(scope="module")
def cluster():
    """A scheduler with two worker processes; one that dies is started anew, as a nanny does."""
    distributed = pytest.importorskip("distributed", reason="未安装 distributed：pip install 'village-notice[cluster]'")
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0", silence_logs=50
    ) as local:
        yield local


def read_tree(folder):
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_processes_here():
    found = list(Workers(2).run(operator.add, 10, [(n,) for n in range(20)], in_order=True))
    assert found == [10 + n for n in range(20)]


def test_what_a_task_raises_comes_through():
    with pytest.raises(ZeroDivisionError):
        list(Workers(1).run(operator.floordiv, 1, [(0,), (1,)]))


def test_processes_started_before_there_is_work():
    expression = "sum(range(10)) + ('colorsys' in __import__('sys').modules)"  # nobody else imports that module
    found = list(Workers(2, standby=Standby(2, "colorsys")).run(eval, expression, [()] * 20))
    assert found == [46] * 20


@pytest.mark.parametrize(
    ("workers", "tasks", "chosen"),
    [
        (Workers(2), 11, None),
        (Workers(1), 12, None),
        (Workers(2), 12, Workers(2)),
        (Workers(2, standby=ONE), 0, None),
        (Workers(2, standby=ONE), 3, Workers(2, standby=ONE)),
        (Workers(2, standby=ONE), 12, Workers(2)),
        (Workers(2, standby=TWO), 12, Workers(2, standby=TWO)),
        (Workers(1, "tcp://scheduler"), 1, Workers(1, "tcp://scheduler")),
    ],
)
def test_who_does_few_tasks_and_many(workers, tasks, chosen):
    assert workers.choose(tasks, 12) == chosen


def test_processes_started_for_nothing_end():
    with Standby(2, "colorsys") as standby:
        assert standby.count == 2
    assert not multiprocessing.active_children()


def test_what_a_task_raises_comes_through_from_processes_started_before():
    with pytest.raises(ZeroDivisionError):
        list(Workers(1, standby=Standby(1, "colorsys")).run(operator.floordiv, 1, [(0,), (1,)]))


@pytest.mark.xdist_group("cluster")
def test_a_cluster_of_two_makes_the_same_bytes_though_one_is_killed(inbox, tmp_path, cluster):
    here, there = tmp_path / "本机", tmp_path / "集群"
    options = RunOptions(inbox, here, 2022)
    alone = pipeline.run(options, lambda *_: None)
    pids, killed = sorted(worker.pid for worker in cluster.workers.values()), []

    def kill_one_half_way(stage, done, _total):
        if stage == "公示和档案" and done == 2:
            killed.extend(pids[:1])
            os.kill(pids[0], signal.SIGKILL)

    options = RunOptions(inbox, there, 2022, cluster=cluster.scheduler_address)
    together = pipeline.run(options, kill_one_half_way)
    assert killed
    assert together.exit_code == alone.exit_code == ExitCode.DONE
    made = read_tree(there / "公开") | read_tree(there / "内部资料_不得外传")
    expected = read_tree(here / "公开") | read_tree(here / "内部资料_不得外传")
    for tree in (made, expected):
        tree.pop(".缓存/样子.json")  # holds times
    cached = [name for name in expected if name.startswith(".缓存/上次结果")]  # holds the path of OUT
    for name in cached:
        assert made.pop(name) != expected.pop(name)
    assert made == expected


@pytest.mark.parametrize(("few", "drawn_here"), [(12, 0), (2, 1)])
def test_a_process_that_has_started_draws_what_changed(inbox, tmp_path, monkeypatch, few, drawn_here):
    options = RunOptions(inbox, tmp_path / "结果", 2022, workers=2)
    running.run(options, lambda *_: None)
    for path in sorted(inbox.glob("[0-2]*.xlsx")):
        book = openpyxl.load_workbook(path)
        book.active["E3"], book.active["G3"] = 6, 720
        book.save(path)
    here = []

    def draw(village, *arguments):
        here.append(village.village)
        return draw_village(village, *arguments)

    draw_village = publish.draw_village
    monkeypatch.setattr(publish, "draw_village", draw)
    monkeypatch.setattr(publish, "_FEW", few)
    monkeypatch.setattr(early, "_MANY", 0)
    running.run(options, lambda *_: None)
    assert len(here) == drawn_here
    anew = RunOptions(inbox, tmp_path / "重做", 2022, workers=1)
    running.run(anew, lambda *_: None)
    assert len(here) == drawn_here + 6
    assert read_tree(options.out / "公开") == read_tree(anew.out / "公开")


@pytest.mark.xdist_group("cluster")
def test_a_lost_worker_loses_no_task(cluster):
    workers, found = Workers(1, cluster.scheduler_address), []
    for number in workers.run(operator.add, 1, [(n,) for n in range(60)]):
        found.append(number)
        if len(found) == 10:
            os.kill(next(iter(cluster.workers.values())).pid, signal.SIGKILL)
    assert sorted(found) == list(range(1, 61))


def test_a_result_lost_just_after_it_was_fetched_is_a_result():
    class Remote:
        status = "lost"

        def result(self):
            return 7

    here = Future()
    _hand_over(here, Remote())
    assert here.result() == 7


@pytest.mark.xdist_group("cluster")
def test_what_a_task_raises_on_a_cluster_comes_through(cluster):
    with pytest.raises(ZeroDivisionError):
        list(Workers(1, cluster.scheduler_address).run(operator.floordiv, 1, [(0,)]))


@pytest.mark.xdist_group("cluster")
def test_another_version_on_a_computer_is_told(inbox, tmp_path, cluster, monkeypatch):
    monkeypatch.setattr("village_notice.executor.hash_program", lambda: "another")
    with pytest.raises(UsageError, match="与这台电脑不同"):
        check_cluster(cluster.scheduler_address, inbox, tmp_path / "结果")
    with pytest.raises(UsageError, match="与这台电脑不同"):
        list(Workers(1, cluster.scheduler_address).run(operator.add, 1, [(1,)]))


@pytest.mark.xdist_group("cluster")
def test_a_folder_that_is_not_shared_is_told(inbox, tmp_path, cluster, monkeypatch):
    monkeypatch.setattr("village_notice.executor._list_names", lambda _folder: ["只有这台电脑有.xlsx"])
    with pytest.raises(UsageError, match="看不到"):
        check_cluster(cluster.scheduler_address, inbox, tmp_path / "结果")
    assert not list((tmp_path / "结果").parent.glob(".village_notice_*"))


def test_what_a_lost_cluster_had_finished_is_not_made_again(inbox, tmp_path, monkeypatch):
    options, drawn = RunOptions(inbox, tmp_path / "结果", 2022), []

    def lose(*arguments):
        made = publish.publish_villages(*arguments)
        yield next(made)
        yield next(made)
        raise ClusterError("与集群的连接断了。")

    def draw(village, *arguments):
        drawn.append(village.village)
        return draw_village(village, *arguments)

    draw_village = publish.draw_village
    with monkeypatch.context() as patch, pytest.raises(ClusterError):
        patch.setattr(pipeline, "publish_villages", lose)
        pipeline.run(options, lambda *_: None)
    monkeypatch.setattr(publish, "draw_village", draw)
    pipeline.run(options, lambda *_: None)
    assert len(drawn) == 4


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:9", "胡写"])
def test_no_scheduler_there(inbox, tmp_path, monkeypatch, address):
    pytest.importorskip("distributed")
    monkeypatch.setattr("village_notice.executor._CONNECT_SECONDS", 1)
    done = CliRunner().invoke(
        main, ["run", str(inbox), "--year", "2022", "--out", str(tmp_path / "结果"), "--cluster", address]
    )
    assert done.exit_code == ExitCode.USAGE
    assert f"连不上集群 {address}" in done.output
    assert not Path(tmp_path / "结果").exists()
