"""The privacy wall, and the law that holds for every ledger: paid = public + withheld, to the fen."""

from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from village_notice.domain.order import ListOrders
from village_notice.domain.pinyin import Pinyin
from village_notice.errors import ConservationError
from village_notice.ledger.disclosure import Disclosure, Scope, disclose
from village_notice.ledger.persons import number_people

from ..tables import list_rows
from .conftest import make_id

PINYIN = Pinyin({"王": ("wang",), "欧阳": ("ou yang",)})


@pytest.fixture
def show(make_payments, villages, subsidies):
    """A function from payments to what is disclosed of them."""

    def run(*payments: dict[str, object]) -> Disclosure:
        frame = number_people(make_payments(*payments))
        return disclose(frame, Scope(2022, "某县", "2022-12-15", villages), subsidies, PINYIN)

    return run


def people(number, **more):
    serial = count(1)
    return [{"id": make_id(next(serial)), "name": f"王{c}", **more} for c in "甲乙丙丁戊己庚辛"[:number]]


def test_tier_a_shows_quantity_and_rate_tier_b_only_the_amount(show):
    person = {"id": make_id(1), "quantity_milli": 5000, "rate_micro": 20_000_000}
    (village,) = show({**person, "amount_fen": 10_000}, {**person, "programme_code": "B1", "amount_fen": 300}).villages
    a, b = zip(*map(village.lines.values, ("quantity_milli", "rate_micro", "amount_fen")), strict=True)
    assert (a, b) == ((5000, 20_000_000, 10_000), (None, None, 300))
    assert village.households.values("amount_fen") == [10_300]


def test_tier_c_is_masked_without_group_or_number_and_joins_no_household(show):
    (village,) = show(*people(3, programme_code="C1", group="2组")).villages
    assert set(village.lines.values("name")) == {"王＊"}
    assert set(village.lines.values("group")) == {""}
    assert {*village.lines.values("person_no"), *village.lines.values("household_no")} == {None}
    assert len(village.households) == 0
    assert village.programmes[0].title == "民政救助类项目"


def test_a_double_surname_is_kept_whole_when_masked(show):
    rows = people(3, programme_code="C1")
    rows[0]["name"] = "欧阳建国"
    (village,) = show(*rows).villages
    assert "欧阳＊＊" in set(village.lines.values("name"))


def test_tier_c_below_three_people_lists_nobody(show):
    (village,) = show(*people(2, programme_code="C1")).villages
    assert len(village.lines) == 0 and not village.programmes[0].lists_names
    assert village.public_fen == 200


def test_all_programmes_of_tier_d_are_one_line_of_totals(show):
    (village,) = show(*people(2, programme_code="D1"), *people(3, programme_code="D1", row=9)).villages
    assert [(p.key, p.people) for p in village.programmes] == [("D", 3)]
    assert len(village.lines) == 0


def test_totals_below_three_people_leave_the_village_and_are_said_to(show):
    (village,) = show(*people(2, programme_code="D1"), {"id": make_id(9), "amount_fen": 700}).villages
    assert (village.public_fen, village.withheld_fen, village.has_withheld) == (700, 200, True)


def test_small_totals_are_merged_over_a_township_only_where_that_hides_everybody(show):
    east = people(2, programme_code="D1")
    west = [{**p, "village_code": "V2"} for p in people(1, programme_code="D1")]
    merged = show(*east, *west).merged
    assert [(m.office, m.villages, m.people, m.amount_fen) for m in merged] == [("甲镇", 2, 3, 300)]
    assert show(*east).merged == ()


def test_tier_x_leaves_no_trace_but_in_the_withheld_sum(show):
    (village,) = show(*people(4, programme_code="X1"), {"id": make_id(9)}).villages
    assert village.withheld_fen == 400
    assert not village.has_withheld
    assert "不可说" not in repr(village)
    assert show(*people(4, programme_code="X1")).villages == ()


def test_an_unclassified_programme_is_totals_only(show):
    (village,) = show(*people(3, programme_code="Z9")).villages
    assert [p.key for p in village.programmes] == ["D"] and len(village.lines) == 0


def test_joined_programmes_take_the_stricter_tier(show):
    (village,) = show(*people(3, programme_code="A1+B1", quantity_milli=1000)).villages
    assert village.programmes[0].tier == "B"
    assert set(village.lines.values("quantity_milli")) == {None}


@pytest.mark.parametrize(("born", "is_named"), [("20080701", False), ("20080630", True)])
def test_children_under_fourteen_on_the_pay_date_are_never_named(show, born, is_named):
    (village,) = show(*people(3), {"id": make_id(50, born), "name": "王小"}, *people(3, programme_code="D1")).villages
    assert ("王小" in set(village.lines.values("name"))) is is_named


def test_in_a_childrens_programme_an_unknown_age_counts_as_under_fourteen(show):
    rows = [{"name": n, "account": n, "programme_code": "D2"} for n in ("王甲", "王乙", "王丙")]
    (village,) = show(*rows).villages
    assert [p.key for p in village.programmes] == ["D"]


def test_numbers_in_a_name_never_pass(show):
    (village,) = show({"name": f"王一{make_id(1)}"}, {"name": "李二13800001111"}).villages
    assert set(village.lines.values("name")) == {"王一", "李二"}


def test_namesakes_are_told_apart_by_group_then_by_number(show):
    rows = [{"id": make_id(n), "group": g} for n, g in ((1, "1组"), (2, "1组"), (3, "2组"))]
    (village,) = show(*rows).villages
    assert list(zip(*map(village.lines.values, ("group", "name")), strict=True)) == [
        ("1组", "王一"), ("1组", "王一（2）"), ("2组", "王一"),
    ]  # fmt: skip


def test_twelve_months_are_one_line_and_same_base_counts_the_area_once(show):
    months = [
        {"id": make_id(1), "programme_code": "A3", "period": f"2022-{m:02d}", "pay_date": f"2022-{m:02d}-20"}
        for m in range(1, 13)
    ]
    area = [{"id": make_id(1), "quantity_milli": 3000, "pay_date": f"2022-0{m}-01"} for m in (6, 8)]
    (village,) = show(*months, *area).villages
    names = ("payments", "quantity_milli", "amount_fen", "pay_months")
    found = {row["key"]: tuple(row[name] for name in names) for row in list_rows(village.lines)}
    assert found["A3"] == (12, 12_000, 1200, "1–12月")
    assert found["A1"] == (2, 3000, 200, "6、8月")


def test_a_recovery_is_taken_off(show):
    (village,) = show({"id": make_id(1), "amount_fen": 500}, {"id": make_id(1), "amount_fen": -200}).villages
    assert village.public_fen == 300 and village.lines.values("amount_fen") == [300]


def test_held_payments_make_drafts_and_an_unknown_village_all_of_its_township(show):
    rows = [{"id": make_id(1)}, {"id": make_id(2), "village_code": "V2"}]
    assert [v.is_draft for v in show(*rows).villages] == [False, False]
    one = show(*rows, {"verdict": "held", "village_code": "V2"})
    assert [(v.is_draft, v.programmes[0].held) for v in one.villages] == [(False, 0), (True, 1)]
    every = show(*rows, {"verdict": "held", "village_code": "", "village": ""})
    assert [v.is_draft for v in every.villages] == [True, True]
    nothing = show(*rows, {"verdict": "held", "programme_code": "X1"})
    assert not any(v.is_draft for v in nothing.villages)


def test_an_accepted_payment_without_a_village_stops_the_run(show):
    with pytest.raises(ConservationError):
        show({"village_code": ""})


payment = st.fixed_dictionaries(
    {
        "id": st.integers(1, 6).map(make_id),
        "name": st.sampled_from(["王一", "李二", "赵三"]),
        "group": st.sampled_from(["", "1组", "2组"]),
        "village_code": st.sampled_from(["V1", "V2", "V3"]),
        "programme_code": st.sampled_from(["A1", "A2", "A3", "B1", "C1", "D1", "D2", "X1", "Z9", "A1+D1"]),
        "amount_fen": st.integers(-10_000, 10**12),
        "quantity_milli": st.sampled_from([None, 0, 1000, 12_345]),
        "verdict": st.sampled_from(["accepted", "accepted", "accepted", "held", "not_paid", "other_year"]),
        "household_id": st.sampled_from(["", make_id(1)]),
    }
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(payment, min_size=1, max_size=25))
def test_paid_is_public_plus_withheld_for_every_ledger(make_payments, villages, subsidies, payments):
    frame = number_people(make_payments(*payments))
    found = disclose(frame, Scope(2022, "", "", villages), subsidies, PINYIN)
    paid = frame[frame["verdict"] == "accepted"].groupby("village_code")["amount_fen"].sum().to_dict()
    for village in found.villages:
        assert village.public_fen + village.withheld_fen == paid.pop(village.village_code)
        assert village.public_fen == sum(p.amount_fen for p in village.programmes)
        named = {p.key for p in village.programmes if p.tier in ("A", "B")}
        lines = list_rows(village.lines)
        of_homes = sum(row["amount_fen"] for row in lines if row["key"] in named)
        assert sum(village.households.values("amount_fen")) == of_homes
        for programme in village.programmes:
            listed = [row for row in lines if row["key"] == programme.key]
            assert len(listed) == (programme.people if programme.lists_names else 0)
            assert not programme.lists_names or sum(row["payments"] for row in listed) == programme.payments
            assert programme.tier != "D" or programme.people >= 3
    # a village of which nothing may be shown is not posted at all
    shown = {"A1", "A2", "A3", "B1", "C1"}
    for code in paid:
        left = frame[(frame["verdict"] == "accepted") & (frame["village_code"] == code)]
        assert not set(left["programme_code"]) & shown


def _listed(make_payments, villages, subsidies, order):
    rows = [("陈一", "2组"), ("丁二", "1组"), ("安三", "2组"), ("王四", "1组")]
    payments = [{"id": make_id(n), "name": name, "group": group} for n, (name, group) in enumerate(rows, 1)]
    frame = number_people(make_payments(*payments, *({**p, "programme_code": "C1"} for p in payments)))
    scope = Scope(2022, "", "", villages, orders=ListOrders(order, order))
    (village,) = disclose(frame, scope, subsidies, Pinyin({})).villages
    listed = {key: [row["name"] for row in list_rows(village.lines) if row["key"] == key] for key in ("A1", "C1")}
    return ["".join(n[0] for n in part) for part in (listed["A1"], village.households.values("name"), listed["C1"])]


@pytest.mark.parametrize(
    ("order", "expected", "masked"),
    [
        (("group", "pinyin"), "丁王安陈", "安陈丁王"),
        (("pinyin",), "安陈丁王", "安陈丁王"),
        (("group", "strokes"), "丁王安陈", "丁王安陈"),
        (("strokes",), "丁王安陈", "丁王安陈"),
        (("group", "received"), "丁王陈安", "安陈丁王"),
        (("received",), "陈丁安王", "安陈丁王"),
    ],
)
def test_lists_stand_in_the_order_of_the_template_and_masked_ones_never_as_received(
    make_payments, villages, subsidies, order, expected, masked
):
    assert _listed(make_payments, villages, subsidies, order) == [expected, expected, masked]
