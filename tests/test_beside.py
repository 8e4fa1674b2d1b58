import gc
import threading
import time

import pytest

from village_notice.beside import Beside
from village_notice.spare_memory import search_garbage_seldom
from village_notice.stopwatch import Stopwatch


def burn(seconds):
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        pass


def test_work_beside_the_run_takes_its_share_of_the_time():
    watch = Stopwatch()
    with Beside(watch) as beside:
        made = beside.start("查询库", burn, 0.2)
        beside.start("空", int)
        burn(0.1)
        watch.lap("归村")
        beside.wait()
        watch.lap("等")
    assert made.result() is None
    assert list(watch.seconds) == ["查询库", "空", "归村", "等"]  # in the order they began
    assert watch.seconds["查询库"] > watch.seconds["空"] and watch.seconds["归村"] > 0
    assert "查询库" in watch.format_table()


def test_parts_and_work_beside_share_a_lap():
    watch = Stopwatch()
    watch.add("查询库", 3)
    time.sleep(0.02)
    watch.lap("公示和档案", {"公示": 4, "档案": 1, "无": 0})
    total = sum(watch.seconds.values())
    assert {name: round(s / total, 3) for name, s in watch.seconds.items()} == {
        "公示": 0.5,
        "档案": 0.125,
        "查询库": 0.375,
    }


def test_what_fails_beside_is_raised_where_it_is_waited_for():
    with Beside(Stopwatch()) as beside:
        beside.start("查询库", int, "x")
        with pytest.raises(ValueError, match="invalid literal"):
            beside.wait()


def test_left_with_an_error_nothing_goes_on():
    begun, ended, go_on = threading.Event(), threading.Event(), threading.Event()

    def work():
        begun.set()
        go_on.wait(10)
        ended.set()

    def fail(beside):
        beside.start("一", work)
        begun.wait(10)
        later = [beside.start("二", work) for _ in range(9)]
        threading.Timer(0.1, go_on.set).start()
        raise KeyboardInterrupt(later)

    with pytest.raises(KeyboardInterrupt) as raised, Beside(Stopwatch()) as beside:
        fail(beside)
    assert ended.is_set()  # what had begun is waited for
    assert any(future.cancelled() for future in raised.value.args[0])


def test_cycles_are_looked_for_as_before_when_a_run_is_over():
    before = gc.get_threshold()
    with pytest.raises(ValueError, match="x"), search_garbage_seldom():
        assert gc.get_threshold()[0] > before[0] and gc.get_freeze_count()
        raise ValueError("x")
    assert gc.get_threshold() == before and not gc.get_freeze_count()
