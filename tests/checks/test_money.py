"""No yuan is lost or invented: the sum of every ledger, and that no payment comes, goes or changes unseen."""

from collections import Counter

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from village_notice.checks.across import check_across
from village_notice.checks.control import check_control, reconcile
from village_notice.checks.control_file import ControlLine
from village_notice.checks.people import check_people
from village_notice.checks.single import check_single
from village_notice.checks.verdict import decide

FIXED = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=20)
payment = st.fixed_dictionaries(
    {
        "amount_fen": st.integers(1, 10**9),
        "status": st.sampled_from(["成功", "补发", "失败", "退回", "待发", "停发", "", "追回"]),
        "name": st.sampled_from(["万木", "方木", "石木"]),
        "period": st.sampled_from(["2023-01", "2023-02", ""]),
        "programme_code": st.sampled_from(["S001", "S053"]),
        "township": st.sampled_from(["石桥镇", "双河镇"]),
        "file": st.sampled_from(["a.xlsx", "b.xlsx"]),
        "account": st.just(""),
    }
)


def sign(rows):
    """The rows with recoveries negative."""
    return [r | {"amount_fen": -r["amount_fen"] if r["status"] == "追回" else r["amount_fen"]} for r in rows]


def look(make, rows):
    """(decided frame, findings) of payments."""
    frame = make(*rows)
    findings = [*check_single(frame), *check_people(frame), *check_across(frame, year=2023)]
    return decide(frame, findings, year=2023).assign(person_no=range(len(frame))), findings


@FIXED
@given(st.lists(payment, min_size=1, max_size=20))
def test_paid_is_success_plus_reissue_less_recovery(make, rows):
    rows = sign(rows)
    decided, _ = look(make, rows)
    accepted, held = (decided[decided["verdict"] == v]["amount_fen"].sum() for v in ("accepted", "held"))
    paid = sum(r["amount_fen"] for r in rows if r["status"] in ("成功", "补发", "", "追回"))
    assert accepted + held == paid
    assert decided["amount_fen"].sum() == sum(r["amount_fen"] for r in rows)


def control_of(decided):
    """Control lines that agree with what was accepted."""
    sums = decided[decided["verdict"] == "accepted"].groupby(["programme_code", "township"])["amount_fen"].sum()
    return [
        ControlLine("control.csv", n, code, code, township, "", None, int(fen))
        for n, ((code, township), fen) in enumerate(sums.items(), 2)
    ]


def change(rows, place, mistake):
    """The rows with one of them lost, doubled or one fen higher."""
    match mistake:
        case "drop":
            return [*rows[:place], *rows[place + 1 :]]
        case "double":
            return [*rows[:place], rows[place], *rows[place:]]
        case _:
            return [*rows[:place], rows[place] | {"amount_fen": rows[place]["amount_fen"] + 1}, *rows[place + 1 :]]


@settings(FIXED, max_examples=10)  # three mistakes in each
@given(st.lists(payment, min_size=1, max_size=12), st.data())
def test_no_change_of_one_payment_is_unseen(make, rows, data):
    rows = [*sign(rows), {"amount_fen": 5, "status": "成功", "name": "丁木", "township": "石桥镇"}]
    decided, before = look(make, rows)
    lines = control_of(decided)
    assert [f for f in check_control(reconcile(lines, decided)) if f.code == "T04"] == []
    for mistake in ("drop", "double", "alter"):
        place = data.draw(st.integers(0, len(rows) - 1), mistake)
        now, after = look(make, change(rows, place, mistake))
        told = [f for f in check_control(reconcile(lines, now)) if f.code in ("T04", "T05")]
        codes = [Counter(f.code for f in findings) for findings in (before, after)]
        if rows[place]["status"] in ("成功", "补发", "", "追回"):  # what never arrived is no yuan of anybody's
            assert told or codes[0] != codes[1], mistake
