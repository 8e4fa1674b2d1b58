import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from village_notice.checks.totals import add_balances, check_conservation
from village_notice.domain.reading import FileReading, SetAside
from village_notice.domain.verdicts import VERDICTS
from village_notice.errors import ConservationError

PAYMENTS = st.lists(
    st.tuples(st.sampled_from(["a.xlsx", "b.xlsx"]), st.integers(-(10**9), 10**9), st.sampled_from(VERDICTS)),
    min_size=1,
    max_size=30,
)
QUIET = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=25)


def read(rows, aside=0):
    """What reading the rows must have given, one reading a file, with a set-aside total each."""
    readings = []
    for file in dict.fromkeys(f for f, _, _ in rows):
        fen = [n for f, n, _ in rows if f == file]
        note = SetAside(file, "表1", 99, "F", "total", 1, aside, "合计")
        readings.append(FileReading(file, set_aside=[note], places_read=len(fen) + 1, fen_read=sum(fen) + aside))
    return readings


def build(make, rows):
    return make(*({"file": f, "amount_fen": n, "verdict": v} for f, n, v in rows))


@QUIET
@given(PAYMENTS, st.integers(-(10**9), 10**9))
def test_everything_read_is_somewhere(make, rows, aside):
    balances = check_conservation(read(rows, aside), build(make, rows))
    total = add_balances(balances)
    assert total.fen == sum(n for _, n, _ in rows) + aside * len(balances)
    assert total.rows == len(rows) + len(balances)
    for verdict in VERDICTS:
        mine = [n for _, n, v in rows if v == verdict]
        assert total.by_verdict[verdict] == (len(mine), sum(mine))


@QUIET
@given(PAYMENTS, st.data())
def test_a_lost_or_doubled_payment_stops_the_run(make, rows, data):
    frame = build(make, rows)
    place = data.draw(st.integers(0, len(rows) - 1))
    for wrong in (frame.drop(index=place), pd.concat([frame, frame.iloc[[place]]])):
        with pytest.raises(ConservationError, match="维护人员"):
            check_conservation(read(rows), wrong)


@QUIET
@given(PAYMENTS, st.data())
def test_a_changed_amount_or_verdict_stops_the_run(make, rows, data):
    place = data.draw(st.integers(0, len(rows) - 1))
    more, other = build(make, rows), build(make, rows)
    more.loc[place, "raw_fen"] += 1
    other.loc[place, "verdict"] = ""
    for wrong in (more, other):
        with pytest.raises(ConservationError):
            check_conservation(read(rows), wrong)


def test_payments_of_a_file_nobody_read(make):
    with pytest.raises(ConservationError, match="没有读过"):
        check_conservation([], make({}))


def test_money_moved_between_files_is_noticed(make):
    rows = [("a.xlsx", 1, "held"), ("b.xlsx", 2, "held")]
    with pytest.raises(ConservationError, match=r"a\.xlsx"):
        check_conservation(read(rows), build(make, [("b.xlsx", 1, "held"), ("a.xlsx", 2, "held")]))


def test_a_file_without_payments_balances():
    assert check_conservation([FileReading("空.xlsx", readable=False)], read_nothing())[0].rows == 0


def read_nothing():
    return pd.DataFrame({"file": [], "verdict": [], "raw_fen": []})
