import pandas as pd
import pytest

from village_notice.checks.control import reconcile
from village_notice.checks.control_file import ControlReader
from village_notice.checks.proof import Decisions, prove_villages
from village_notice.checks.waivers import Waiver
from village_notice.domain.finding import Finding, Place
from village_notice.domain.subsidy import Subsidy, Tier
from village_notice.domain.village import Village

PROGRAMMES = {"耕地地力保护补贴": ("S001", "耕地地力保护补贴"), "孤儿基本生活费": ("S028", "孤儿基本生活费")}
VILLAGES = [Village("370000000201", "东村", "东村村民委员会", "370000000", "石桥镇")]


def subsidy(code, name, tier):
    fields = dict.fromkeys(Subsidy.__dataclass_fields__, "") | {"code": code, "name": name, "tier": tier, "aliases": ()}
    return Subsidy(**fields)


SUBSIDIES = [subsidy("S001", "耕地地力保护补贴", Tier.A), subsidy("S028", "孤儿基本生活费", Tier.D)]


@pytest.fixture
def payments(make):
    """Rows 1 and 2 of a land sheet in two villages, row 3 of a programme that is not posted by name."""
    frame = make({}, {}, {})
    rows = pd.DataFrame(
        {
            "file": "甲.xlsx", "sheet": "表", "row": [1, 2, 3], "village_code": [VILLAGES[0].code, "x", VILLAGES[0].code],
            "programme_code": ["S001", "S001", "S028"], "verdict": "accepted", "township": "石桥镇",
            "name": ["王建国", "李四", "赵小"], "household_head": "钱户主", "payee": "孙收款",
        }
    )  # fmt: skip
    return frame.assign(**{c: rows[c] for c in rows}, person_no=[1, 2, 3])


def prove(payments, *, waivers=(), waived=(), control=(), unsettled=()):
    made = Decisions([Finding("C04", Place("甲.xlsx", "表", 1))], waived, waivers, control, unsettled)
    return prove_villages(made, payments, VILLAGES, SUBSIDIES)[VILLAGES[0].code]


def waive(reason, row=1, rule="X01"):
    return Waiver(rule, Place("甲.xlsx", "表", row), reason, "经手人甲", "2022-12-20")


def test_counts_only(payments):
    proof = prove(payments)
    assert (proof.counts, proof.accepted, proof.control) == ({"C04": 1}, (), ())


def test_a_waiver_is_told_in_the_village_it_concerns(payments):
    waived = [Finding("X01", Place("甲.xlsx", "表", n)) for n in (1, 2, 3)]
    [entry] = prove(payments, waivers=[waive("确是  两批\n")], waived=waived).accepted
    assert (entry.code, entry.count, entry.reason, entry.day) == ("X01", 1, "确是 两批", "2022-12-20")
    assert prove(payments, waivers=[waive("确是两批", row=2)], waived=waived).accepted == ()
    [whole] = prove(
        payments, waivers=[waive("已发放", 0, "H02")], waived=[Finding("H02", Place("甲.xlsx", "表"))]
    ).accepted
    assert whole.code == "H02"


def test_a_waiver_on_a_programme_without_names_is_not_told(payments):
    waived = [Finding("X01", Place("甲.xlsx", "表", 3))]
    assert prove(payments, waivers=[waive("两批", row=3)], waived=waived).accepted == ()


@pytest.mark.parametrize(
    "reason",
    [
        "王建国和李四是两个人",
        "钱户主代领",
        "孙收款的卡",
        "电话13900000000",
        "本人有病",
        "人已去世",
        "孤儿基本生活费两批",
        "今年80岁",
    ],
)
def test_a_reason_that_tells_of_a_person_stays_inside(payments, reason):
    [entry] = prove(payments, waivers=[waive(reason)], waived=[Finding("X01", Place("甲.xlsx", "表", 1))]).accepted
    assert entry.reason == ""


def read_control(tmp_path, text):
    (tmp_path / "control.csv").write_text("补贴项目,发放期间,乡镇,人数,金额（元）\n" + text, encoding="utf-8-sig")
    return ControlReader(PROGRAMMES.get, {"石桥镇": "石桥镇"}.get).read(tmp_path)


def test_control_totals_of_the_programmes_it_shows(payments, tmp_path):
    lines = read_control(tmp_path, "耕地地力保护补贴,,石桥镇,2,240.00\n孤儿基本生活费,,石桥镇,1,120.00\n")
    [total] = prove(payments, control=reconcile(lines, payments)).control
    assert (total.title, total.place, total.paid_out_fen, total.accepted_fen, total.outcome) == (
        "耕地地力保护补贴", "石桥镇", 24_000, 24_000, "agrees",
    )  # fmt: skip


def test_a_difference_is_open_or_explained(payments, tmp_path):
    rows = reconcile(read_control(tmp_path, "耕地地力保护补贴,,石桥镇,2,250.00\n"), payments)
    [total] = prove(payments, control=rows, unsettled={("S001", "石桥镇")}).control
    assert total.outcome == "open"
    explained = Waiver("T04", Place("control.csv", "", 2), "年底退回", "甲", "2022-12-20")
    [total] = prove(payments, control=rows, waivers=[explained]).control
    assert (total.outcome, total.reason) == ("explained", "年底退回")
