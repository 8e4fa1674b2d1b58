"""Mistakes in the rows of single payments, planted before the sheets are laid out.

Each comes with the rules of which one must be reported at its place.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from village_notice.errors import UsageError
from village_notice.sample.plan import Payment, Planted, Verdict
from village_notice.sample.scenario import Lists, World


@dataclass(frozen=True, slots=True)
class CellMistake:
    """A mistake in the row of one payment.

    Attributes:
        kind: Short English name.
        rules: Codes of which one must be reported there.
        description: What was done, in Chinese.
        list_name: List the payment is taken from.
        spoil: Puts the mistake into the payment.
        verdict: What becomes of the payment.
        code: Programme the payment must be of, "" for any.
    """

    kind: str
    rules: tuple[str, ...]
    description: str
    list_name: str
    spoil: Callable[[Payment, World], None]
    verdict: Verdict = "accepted"
    code: str = ""


def plant_in_payments(lists: Lists, world: World) -> list[Planted]:
    """Spoils single payments; two mistakes never meet in one payment.

    Raises:
        UsageError: The sample is so small that a list runs out of good payments.
    """
    planted = plant_in_cells(lists, world, CELL_MISTAKES)
    planted += [*_plant_twice(lists, world), *_plant_child(lists, world), *_plant_planned(lists, world)]
    return planted


def plant_in_cells(lists: Lists, world: World, mistakes: Iterable[CellMistake]) -> list[Planted]:
    """Spoils one payment for each mistake; errors as `plant_in_payments`."""
    planted = []
    for mistake in mistakes:
        payment = _find_good(_held_back(lists[mistake.list_name], mistake, world), world, mistake.code)
        mistake.spoil(payment, world)
        payment.verdict = mistake.verdict
        planted.append(Planted(mistake.kind, mistake.rules, mistake.description, payment))
    return planted


def _held_back(payments: Sequence[Payment], mistake: CellMistake, world: World) -> Sequence[Payment]:
    """The payments a mistake may hit: one that holds payments back stays in one township."""
    if mistake.verdict != "held":
        return payments
    return [p for p in payments if p.person.village.township == world.careless]


def _find_good(payments: Sequence[Payment], world: World, code: str = "") -> Payment:
    good = [
        p for p in payments
        if p.status in ("成功", "") and p.verdict == "accepted" and not p.cells and p.person.is_head
        and not p.remark and code in ("", p.code)
    ]  # fmt: skip
    if not good:
        raise UsageError("村或户数太少，放不下要演示的各种错误。请多选几个村，或把 --households 调大。")
    return good[world.rng.randrange(len(good))]


def _set(key: str, build: Callable[[Payment], str | int | float | None]) -> Callable[[Payment, World], None]:
    """A spoiler that writes another value into one column."""

    def spoil(payment: Payment, _: World) -> None:
        payment.cells[key] = build(payment)

    return spoil


def _lose_amount(value: str | None) -> Callable[[Payment, World], None]:
    """A spoiler that writes something from which the amount cannot be known."""

    def spoil(payment: Payment, _: World) -> None:
        payment.cells["amount"] = value
        payment.fen = 0

    return spoil


def _mistype_village(payment: Payment, world: World) -> None:
    """Another character in the village's name, so that it is no village of the township any more."""
    village = payment.person.village
    known = {p.village.name for p in world.people[village.township]}
    names = (village.name[:place] + c + village.name[place + 1 :] for place in (0, 1) for c in "甫仟圩畈")
    payment.cells["village"] = next(n for n in names if n not in known)


def _pay_more(payment: Payment, _: World) -> None:
    payment.fen += 3650


def _pay_odd_decimals(payment: Payment, _: World) -> None:
    payment.cells["amount"] = payment.fen / 100 + 0.004
    payment.remark = "含千分位"


def _write_as_text(payment: Payment, _: World) -> None:
    payment.cells["amount"] = f"{payment.fen // 100:,}.{payment.fen % 100:02d}元"


def _turn_negative(payment: Payment, _: World) -> None:
    payment.fen = -payment.fen


def _pay_nothing(payment: Payment, _: World) -> None:
    payment.fen = 0


def _spoil_check_digit(payment: Payment) -> str:
    first, right = payment.person.id[:17], payment.person.id[17]
    return first + ("0" if right != "0" else "1")


def _old_id(payment: Payment) -> str:
    return payment.person.id[:6] + payment.person.id[8:17]


def _tell_private(payment: Payment, _: World) -> None:
    payment.remark = f"代领人身份证{payment.person.id}，电话{payment.person.phone}"


_HELD: Verdict = "held"
CELL_MISTAKES = (
    CellMistake("id_as_number", ("C04",), "身份证号存成数值，末三位变成 000", "land",
                _set("id", lambda p: float(int(p.person.id[:15]) * 1000))),
    CellMistake("id_check_digit", ("C05",), "身份证号末位抄错", "land", _set("id", _spoil_check_digit)),
    CellMistake("id_too_short", ("C06",), "身份证号少一位", "veterans", _set("id", lambda p: p.person.id[:17])),
    CellMistake("id_of_15_digits", ("C13",), "15 位旧身份证号", "spray", _set("id", _old_id)),
    CellMistake("account_as_number", ("C07",), "银行账号存成数值", "platform",
                _set("account", lambda p: float(p.person.account))),
    CellMistake("amount_in_words", ("C01",), "金额格里写的是文字", "land", _lose_amount("已打卡"), _HELD),
    CellMistake("amount_blank", ("C02",), "金额漏填", "land", _lose_amount(None), _HELD),
    CellMistake("amount_error_cell", ("C11",), "金额是错误值 #N/A", "forest", _lose_amount("#N/A"), _HELD),
    CellMistake("amount_formula", ("C12",), "金额是公式，没有保存结果", "family", _lose_amount("=960*1"), _HELD),
    CellMistake("amount_as_text", ("C03",), "金额写成带逗号和“元”的文字", "heating", _write_as_text),
    CellMistake("amount_decimals", ("C09",), "金额多于两位小数", "spray", _pay_odd_decimals),
    CellMistake("amount_zero", ("R14",), "金额是 0", "heating", _pay_nothing),
    CellMistake("amount_not_product", ("R05",), "金额不等于面积乘标准", "spray", _pay_more),
    CellMistake("negative", ("R03",), "金额为负，没有写追回", "platform", _turn_negative, _HELD, "S053"),
    CellMistake("village_typo", ("R02",), "村名错一个字", "land", _mistype_village, _HELD),
    CellMistake("no_village", ("R10",), "没有写村", "platform", _set("village", lambda _: None), _HELD),
    CellMistake("no_name", ("R01",), "没有写姓名", "spray", _set("name", lambda _: None), _HELD),
    CellMistake("two_names", ("R11",), "一格里写了两个人", "heating", _set("name", lambda p: f"{p.person.name}、王测试"), _HELD),
    CellMistake("status_unknown", ("R04",), "发放状态看不懂", "platform", _set("status", lambda _: "已报财政"), _HELD),
    CellMistake("programme_unknown", ("R13",), "补贴项目不在项目表里", "platform",
                _set("programme", lambda _: "乡村好人奖"), _HELD),
    CellMistake("date_impossible", ("C08",), "发放日期不存在", "veterans", _set("date_dots", lambda p: f"{p.period[:4]}.2.30")),
    CellMistake("private_remark", ("R07",), "备注里有证件号和电话", "relief", _tell_private),
)  # fmt: skip


def _plant_twice(lists: Lists, world: World) -> list[Planted]:
    """One payment twice in a file, and some payments of a month in a second file."""
    planted = []
    veterans = lists["veterans"]
    once = _find_good(veterans, world)
    again = replace(once)
    veterans.insert(veterans.index(once) + 1, again)
    planted.append(Planted("twice_in_a_file", ("X02",), "同一人同一期在一个文件里出现两次", again))
    july = [p for p in lists["destitute"] if p.period == f"{world.year}-07" and p.status == "成功" and not p.cells]
    lists["repeated"] = [replace(p, verdict="held") for p in july[-5:]]
    planted += [Planted("twice_in_two_files", ("X01",), "同一笔在两个部门的文件里都有", p) for p in lists["repeated"]]
    return planted


def _plant_child(lists: Lists, world: World) -> list[Planted]:
    """Two children under fourteen in a programme that shows names: only the totals may."""
    grants = [p for p in lists["platform"] if p.code == "S012" and not p.cells and p.verdict == "accepted"]
    taken: set[str] = set()
    planted: list[Planted] = []
    for payment in grants:
        children = [c for c in world.children(payment.person.village.township) if c.id not in taken]
        child = next((c for c in children if c.village is payment.person.village), None)
        if child is None or len(planted) == 2:
            continue
        taken.add(child.id)
        payment.person = child
        planted.append(Planted("child_by_name", ("R06",), "领取人未满 14 周岁", payment))
    return planted


def _plant_planned(lists: Lists, world: World) -> list[Planted]:
    """Every payment of the planned list is held."""
    lists["planned"] = [p for p in lists["planned"] if p.person.village.township == world.careless]
    for payment in lists["planned"]:
        payment.verdict = "held"
    return [Planted("planned_sheet", ("H02",), "拟发放清册，不是实际发放", lists["planned"][0])]
