"""Work done side by side gives what it gives one after the other."""

import threading

import pytest

from village_notice.domain.side_by_side import MANY, do_both, do_side_by_side


@pytest.mark.parametrize("rows", [0, MANY])
def test_results_stand_in_the_order_of_the_work(rows):
    done = threading.Event()

    def wait():
        assert not rows or done.wait(10)  # the second is done before the first
        return 1

    assert do_side_by_side([wait, lambda: done.set() or 2, lambda: 3], rows) == [1, 2, 3]
    done.clear()
    assert do_both(wait, lambda: done.set() or 2, rows) == (1, 2)


@pytest.mark.parametrize("rows", [0, MANY])
def test_of_several_that_fail_the_first_is_told(rows):
    def fail(words):
        raise ValueError(words)

    with pytest.raises(ValueError, match="one"):
        do_side_by_side([lambda: 0, lambda: fail("one"), lambda: fail("two")], rows)
    with pytest.raises(ValueError, match="one"):
        do_both(lambda: fail("one"), lambda: fail("two"), rows)
    with pytest.raises(ValueError, match="two"):
        do_both(lambda: 1, lambda: fail("two"), rows)


def test_few_rows_start_no_thread():
    threads = do_side_by_side([threading.current_thread, threading.current_thread], MANY - 1)
    assert threads == [threading.current_thread()] * 2
    assert threading.current_thread() not in do_side_by_side([threading.current_thread, threading.current_thread], MANY)
