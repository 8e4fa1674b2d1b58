"""Who gets what in the sample year: every payment as it happened, list by list, before any sheet is laid out.

A list is what one department keeps (the land list, the platform's list …); `books.py` turns lists into files. Amounts,
rates and shares are invented; they only have the order of magnitude of published ones.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import groupby
from typing import NamedTuple

from village_notice.domain.village import Village
from village_notice.sample.people import Numbers, Person, build_child, build_organisation, build_people
from village_notice.sample.plan import Payment

Lists = dict[str, list[Payment]]
"""Name of a list → its payments, township by township."""

PROGRAMMES = {
    "S001": ("耕地地力保护补贴", "A"), "S002": ("实际种粮农民一次性补贴", "A"), "S003": ("农机购置与应用补贴", "A"),
    "S005": ("大豆玉米带状复合种植补贴", "A"), "S012": ("花生良种补贴", "A"), "S014": ("小麦“一喷三防”补助", "A"),
    "S030": ("森林生态效益补偿", "A"), "S037": ("农村最低生活保障金", "B"), "S039": ("特困人员救助供养资金", "B"),
    "S041": ("临时救助金", "C"), "S042": ("孤儿基本生活费", "D"), "S043": ("事实无人抚养儿童基本生活补贴", "D"),
    "S045": ("艾滋病病毒感染儿童基本生活费", "X"), "S046": ("困难残疾人生活补贴", "D"), "S047": ("重度残疾人护理补贴", "D"),
    "S053": ("高龄津贴", "B"), "S054": ("经济困难老年人补贴", "C"), "S057": ("清洁取暖运行补贴", "B"),
    "S059": ("农村部分计划生育家庭奖励扶助金", "B"), "S066": ("优抚对象抚恤补助", "C"), "S069": ("冬春临时生活困难救助", "A"),
    "S082": ("新型农业经营主体补助", "A"),
}  # fmt: skip
"""Code → official name and privacy tier, as data/reference/subsidies.csv has them."""


class AreaGrant(NamedTuple):
    """A programme paid by the mu: list, programme, fen a mu, share of the households, month and day of payment."""

    list_name: str
    code: str
    rate_fen: int
    share: float
    day: tuple[int, int] | None = None


class Grant(NamedTuple):
    """A programme paid once or monthly: list, programme, amounts in fen, share of the households.

    Attributes:
        day: Month and day of payment, None where the sheet tells none; the month is of no account for monthly ones.
    """

    list_name: str
    code: str
    amounts: tuple[int, ...]
    share: float
    day: tuple[int, int] | None = None


_BY_AREA = (
    AreaGrant("land", "S001", 12137, 1.0), AreaGrant("grain", "S002", 766, 0.8), AreaGrant("spray", "S014", 1000, 0.6),
    AreaGrant("forest", "S030", 1600, 0.15), AreaGrant("planned", "S005", 15000, 0.04),
    AreaGrant("platform", "S012", 2000, 0.3, (6, 22)),
)  # fmt: skip
_ONCE = (
    Grant("heating", "S057", (80000, 60000), 0.3, (11, 18)), Grant("family", "S059", (96000,), 0.12),
    Grant("winter", "S069", (20000, 30000, 50000), 0.06, (1, 20)),
    Grant("relief", "S041", (80000, 150000, 200000, 325050), 0.03, (5, 12)),
)  # fmt: skip
_MONTHLY = (
    Grant("dibao", "S037", (41200, 36850, 52300, 28990), 0.05, (1, 10)),
    Grant("destitute", "S039", (93400, 112000), 0.015, (1, 20)), Grant("veterans", "S066", (45000, 61250), 0.02, (1, 8)),
    Grant("platform", "S054", (8000, 12000), 0.012, (1, 15)),
)  # fmt: skip
_OLD_AGE = ((100, 80000), (95, 30000), (90, 20000), (80, 6000))
"""Age from which, and fen a month, of the old-age allowance."""


@dataclass(slots=True)
class World:
    """The invented people of the sample.

    Attributes:
        year: Year of the run the sample is for.
        numbers: Gives out numbers, and holds the random source.
        people: Township → its people, village by village.
        organisations: Township → its co-operatives and farms.
    """

    year: int
    numbers: Numbers
    people: dict[str, list[Person]] = field(default_factory=dict)
    organisations: dict[str, list[Person]] = field(default_factory=dict)

    @property
    def rng(self) -> random.Random:
        """The random source."""
        return self.numbers.rng

    @property
    def careless(self) -> str:
        """The township in which payments get held; the papers of the others come out final, not as drafts."""
        return list(self.people)[-1]

    def heads(self, township: str) -> list[Person]:
        """The heads of the households of a township."""
        return [p for p in self.people[township] if p.is_head]

    def children(self, township: str) -> list[Person]:
        """The people of a township who stay under fourteen all year."""
        return [p for p in self.people[township] if p.age(self.year) < 14]


def build_world(villages: Sequence[Village], year: int, households: int, seed: int) -> World:
    """The people and organisations of the villages.

    In the first village of each township two people share a name, two are over eighty and four are children, so that
    even the smallest sample has them.
    """
    world = World(year, Numbers(random.Random(seed)))
    for township, part in groupby(villages, lambda v: v.township):
        local = list(part)
        people = build_people(local, households, year, world.numbers)
        heads = [p for p in people if p.is_head]
        heads[1].name = heads[0].name
        for head in heads[2:4]:
            head.born = date(year - 86, 3, 8)
            head.id = world.numbers.next_id(head.born)
        people += [build_child(head, name, world.numbers, year) for head, name in zip(heads, _CHILDREN, strict=False)]
        world.people[township] = people
        names = ("丰收农机专业合作社", "金穗种植专业合作社", "绿野家庭农场")
        world.organisations[township] = [
            build_organisation(home, home.name.removesuffix("村").removesuffix("社区") + name, world.numbers)
            for home, name in zip((local * 3)[:3], names, strict=True)
        ]
    return world


def build_lists(world: World) -> Lists:
    """Every list of the sample, without a mistake in it."""
    lists: Lists = {}
    for township in world.people:
        for name, payments in _pay_township(world, township):
            lists.setdefault(name, []).extend(payments)
    for name in ("platform", "destitute", "veterans", "heating"):
        lists.setdefault("reissue", []).extend(_fail_some(world, lists[name]))
    lists["platform"] += _take_back(world, lists["platform"])
    return lists


def _pay_township(world: World, township: str) -> list[tuple[str, list[Payment]]]:
    heads = world.heads(township)
    found = [(grant.list_name, _by_area(world, heads, grant)) for grant in _BY_AREA]
    found += [(grant.list_name, _once(world, heads, grant)) for grant in _ONCE]
    found += [(grant.list_name, _monthly(world, heads, grant)) for grant in _MONTHLY]
    found.append(("platform", _old_age(world, township)))
    found.append(("disabled", _disabled(world, township)))
    found.append(("children", _children(world, township)))
    found.append(("machines", _machines(world, township)))
    found.append(("farms", _farms(world, township)))
    return found


def _choose(world: World, people: Sequence[Person], share: float, least: int = 4) -> list[Person]:
    chosen = [p for p in people if world.rng.random() < share]
    return chosen if len(chosen) >= least else list(people[:least])


def multiply(quantity_milli: int, rate_fen: int) -> int:
    """Quantity times rate in fen, rounded half up for each payment as the departments do."""
    return (quantity_milli * rate_fen + 500) // 1000


def _by_area(world: World, heads: list[Person], grant: AreaGrant) -> list[Payment]:
    payments = []
    for person in _choose(world, heads, grant.share):
        area = person.area_milli if grant.share > 0.5 else max(100, person.area_milli // 30 * 10)
        payment = Payment(person, grant.code, multiply(area, grant.rate_fen), quantity_milli=area)
        payment.rate_fen, payment.programme = grant.rate_fen, PROGRAMMES[grant.code][0]
        if grant.day:
            payment.pay_date, payment.period = date(world.year, *grant.day), f"{world.year}年"
        payments.append(payment)
    return payments


def _once(world: World, heads: list[Person], grant: Grant) -> list[Payment]:
    day = date(world.year, *grant.day) if grant.day else None
    programme = PROGRAMMES[grant.code][0]
    return [
        Payment(person, grant.code, world.rng.choice(grant.amounts), pay_date=day, programme=programme)
        for person in _choose(world, heads, grant.share)
    ]


def _monthly(world: World, heads: list[Person], grant: Grant) -> list[Payment]:
    """Twelve months for most, fewer for who came in later; paid in the month itself."""
    payments: list[Payment] = []
    day = grant.day[1] if grant.day else 1
    for person in _choose(world, heads, grant.share):
        fen, first = world.rng.choice(grant.amounts), world.rng.choice((1, 1, 1, 1, 4, 7))
        payments += [
            _of_month(world.year, month, Payment(person, grant.code, fen), date(world.year, month, day))
            for month in range(first, 13)
        ]
    return payments


def _of_month(year: int, month: int, payment: Payment, pay_date: date) -> Payment:
    payment.period, payment.pay_date = f"{year}-{month:02d}", pay_date
    payment.programme = PROGRAMMES[payment.code][0]
    return payment


def _old_age(world: World, township: str) -> list[Payment]:
    """Each month is paid in the next one: the December before counts, the December of the year does not."""
    payments = []
    for person in world.people[township]:
        fen = next((fen for age, fen in _OLD_AGE if person.age(world.year) > age), 0)
        if not fen:
            continue
        for number in range(13):
            accrued = (world.year - 1, 12) if number == 0 else (world.year, number)
            paid = date(world.year + number // 12, number % 12 + 1, 15)
            payment = _of_month(*accrued, Payment(person, "S053", fen), paid)
            payment.verdict = "accepted" if paid.year == world.year else "other_year"
            payments.append(payment)
    return payments


def _disabled(world: World, township: str) -> list[Payment]:
    payments = []
    for person in _choose(world, world.people[township], 0.03):
        codes = world.rng.choice((("S046",), ("S047",), ("S046", "S047")))
        for quarter in range(1, 5):
            for code, fen in (("S046", 46800), ("S047", 39000)):
                if code in codes:
                    period = f"{world.year}-Q{quarter}"
                    payments.append(Payment(person, code, fen, period=period, programme=PROGRAMMES[code][0]))
    return payments


def _children(world: World, township: str) -> list[Payment]:
    """Children under fourteen: orphans and the like are tier D, one is tier X."""
    payments: list[Payment] = []
    codes = ("S042", "S043", "S042", "S045")
    for place, person in enumerate(_choose(world, world.children(township), 0.04, least=4)[:12]):
        code = codes[place % len(codes)] if place < len(codes) else "S043"
        payments += [
            _of_month(world.year, month, Payment(person, code, 140000), date(world.year, month, 25))
            for month in range(1, 13)
        ]
    return payments


def _machines(world: World, township: str) -> list[Payment]:
    payments = []
    for buyer in (*world.organisations[township][:2], *_choose(world, world.heads(township), 0.02)):
        rate = world.rng.choice((560000, 1230000, 3180000))
        machines = 2 if buyer.is_organisation else 1
        payments.append(Payment(buyer, "S003", rate * machines, quantity_milli=machines * 1000, rate_fen=rate))
    return payments


def _farms(world: World, township: str) -> list[Payment]:
    """Organisations only; paid in one go."""
    day = date(world.year, 11, 30)
    return [
        Payment(farm, "S082", world.rng.choice((5000000, 8000000)), pay_date=day, programme=PROGRAMMES["S082"][0])
        for farm in world.organisations[township]
    ]


_CHILDREN = ("子轩", "梓涵", "雨桐", "思远")
_FAILURES = (("失败", "户名不符"), ("失败", "账户已销户"), ("退回", "卡号错误"), ("失败", "账户冻结"))


def _fail_some(world: World, payments: list[Payment]) -> list[Payment]:
    """Makes some payments fail; returns the re-issues of most of them. Some months are stopped or still waiting."""
    early = [p for p in payments if p.pay_date and p.pay_date < date(world.year, 11, 20)]
    failed = world.rng.sample(early, max(3, len(early) // 150))
    again = []
    for place, payment in enumerate(failed):
        payment.status, payment.reason = _FAILURES[place % len(_FAILURES)]
        payment.verdict = "not_paid"
        if place % 3 != 2 and payment.pay_date:
            again.append(
                replace(
                    payment, verdict="accepted", status="补发", reason="", remark="原发放失败，现补发",
                    pay_date=payment.pay_date + timedelta(days=40), cells={},
                )
            )  # fmt: skip
    for payment, status in zip((p for p in reversed(payments) if p.status == "成功"), ("停发", "待发"), strict=False):
        payment.status, payment.verdict, payment.reason = status, "not_paid", "待核实"
    return again


def _take_back(world: World, payments: list[Payment]) -> list[Payment]:
    """Two months of the old-age allowance that were paid by mistake and taken back in December."""
    paid = [p for p in payments if p.code == "S053" and p.verdict == "accepted" and p.status == "成功"]
    return [
        replace(
            payment, fen=-payment.fen, status="追回", pay_date=date(world.year, 12, 16), remark="多发追回", cells={},
        )
        for payment in world.rng.sample(paid, 2)
    ]  # fmt: skip
