"""Invented people: real-looking Shandong names, numbers that pass every check and belong to nobody.

IDs carry the area code 379999, which GB/T 2260 never gave to a place; cards the prefix 629999, which no bank was given;
phones lie in one block of ten thousand.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from village_notice.domain.identity import id_check_digit
from village_notice.domain.village import Village

ID_AREA = "379999"
CARD_PREFIX = "629999"
PHONE_PREFIX = "1990000"
_CREDIT = "0123456789ABCDEFGHJKLMNPQRTUWXY"

_SURNAMES = {
    "王": 90, "李": 70, "张": 70, "刘": 60, "于": 60, "姜": 50, "孙": 50, "赵": 40, "宋": 40, "徐": 30, "林": 30, "杨": 30,
    "吕": 30, "高": 30, "邹": 20, "隋": 20, "迟": 20, "初": 20, "战": 10, "左": 20, "盖": 15, "逄": 10, "单": 8, "解": 8,
    "曲": 15, "仇": 5, "查": 3, "曾": 4, "任": 8, "朴": 2, "区": 1, "尉": 2, "纪": 6, "牟": 6, "葛": 8, "臧": 5, "车": 5,
    "谭": 10, "董": 15, "丁": 8, "崔": 10, "韩": 10, "修": 4, "衣": 6, "丛": 4, "綦": 3, "尉迟": 2, "欧阳": 2, "长孙": 1,
    "万俟": 1, "乐": 1, "盛": 3, "缪": 1, "覃": 1, "员": 1, "冼": 1,
}  # fmt: skip
_FIRST = "国建玉秀桂春洪明文志海永德学淑凤金世树宝福庆立振维丽爱晓红广忠成传克守继仁义长"
_SECOND = (
    "华军英兰芳香梅云娟艳敏贵财胜利祥成龙江波涛峰岩松柏青山平安康宁亮星晨旭阳升进展鹏飞翔宇刚毅勇强斌武杰伟磊静"
    "霞玲珍莲花菊翠琴清田全友启堂田顺良民善昌仁厚林森荣"
)
_CHILD = "子浩宇轩梓涵欣怡雨桐佳琪俊熙一诺若曦思远嘉铭语晨泽"
_RARE = "䶮喆堃昇淼翀珺祎贇燚翾𬎆𣲗㛃"
"""Characters of real names that older fonts and code pages lack; the last lie outside the basic plane."""


@dataclass(slots=True, eq=False)
class Person:
    """An invented person.

    Attributes:
        village: Where they live.
        group: 村民小组, e.g. 3组.
        household: Serial of the household in the village, from 1; 0 for an organisation.
        is_head: True for the 户主.
        name: Family and given name.
        id: 18 characters, valid.
        account: 19 digits, valid.
        phone: 11 digits.
        born: Date of birth.
        area_milli: Wheat area of the household in thousandths of a mu; 0 for others than the head.
    """

    village: Village
    group: str
    household: int
    is_head: bool
    name: str
    id: str
    account: str
    phone: str
    born: date
    area_milli: int = 0

    @property
    def is_organisation(self) -> bool:
        """Whether this is a co-operative or farm."""
        return self.household == 0

    def age(self, year: int) -> int:
        """Full years on 31 December of a year."""
        return year - self.born.year


@dataclass(slots=True)
class Numbers:
    """Gives out numbers that nobody has, none twice."""

    rng: random.Random
    ids: set[str] = field(default_factory=set)
    cards: int = 0
    phones: int = 0
    organisations: int = 0

    def next_id(self, born: date) -> str:
        """A new valid ID in the unused area."""
        while True:
            first = f"{ID_AREA}{born:%Y%m%d}{self.rng.randrange(1, 999):03d}"
            if first not in self.ids:
                self.ids.add(first)
                return first + id_check_digit(first)

    def next_card(self) -> str:
        """A new card number of 19 digits with its Luhn digit."""
        self.cards += 1
        body = f"{CARD_PREFIX}{self.cards * 7919 % 10**12:012d}"
        doubled = (int(c) * (2 - i % 2) for i, c in enumerate(reversed(body)))
        return body + str(-sum(d - 9 if d > 9 else d for d in doubled) % 10)

    def next_credit_code(self) -> str:
        """A new unified social credit code of a co-operative. Source: GB 32100-2015."""
        self.organisations += 1
        first = f"93{ID_AREA}MA{self.organisations * 7919 % 10**7:07d}"
        total = sum(_CREDIT.index(c) * pow(3, i, 31) for i, c in enumerate(first))
        return first + _CREDIT[-total % 31]

    def next_phone(self) -> str:
        """A phone number of the block; after ten thousand they come round again."""
        self.phones += 1
        return f"{PHONE_PREFIX}{self.phones * 3571 % 10_000:04d}"


def build_people(villages: Sequence[Village], households: int, year: int, numbers: Numbers) -> list[Person]:
    """The people of the villages, village by village, household by household, the head first.

    Args:
        villages: Where they live.
        households: Households a village has on average; single villages have 0.7 to 1.3 times as many, at least eight.
        year: Year of the sample, for the ages.
        numbers: Gives out the numbers; its random source decides everything else too.
    """
    rng, people = numbers.rng, list[Person]()
    for village in villages:
        local = rng.choices(list(_SURNAMES), list(_SURNAMES.values()), k=3)
        for household in range(1, max(8, round(households * rng.uniform(0.7, 1.3))) + 1):
            surname = rng.choice(local) if rng.random() < 0.6 else _any_surname(rng)
            group = f"{1 + household % 4}组"
            people += _build_household(village, (group, household, surname), numbers, year)
    return people


def build_organisation(village: Village, name: str, numbers: Numbers) -> Person:
    """A co-operative or farm with a unified credit code of the unused area; born is the day it was founded."""
    founded = date(2015, 1, 1) + timedelta(days=numbers.rng.randrange(2000))
    return Person(
        village, "", 0, False, name, numbers.next_credit_code(), numbers.next_card(), numbers.next_phone(), founded
    )


def build_child(head: Person, given_name: str, numbers: Numbers, year: int) -> Person:
    """A child of seven in a head's household."""
    born = date(year - 7, 6, 1)
    name = head.name[: 2 if head.name[:2] in _SURNAMES else 1] + given_name
    ids = (numbers.next_id(born), numbers.next_card(), numbers.next_phone())
    return Person(head.village, head.group, head.household, False, name, *ids, born)


def _build_household(village: Village, where: tuple[str, int, str], numbers: Numbers, year: int) -> list[Person]:
    group, household, surname = where
    rng = numbers.rng
    members = [(surname, rng.randrange(year - 78, year - 30))]
    if rng.random() < 0.6:
        members.append((_any_surname(rng), members[0][1] + rng.randrange(-4, 5)))
    if rng.random() < 0.12:
        members.append((surname, rng.randrange(year - 96, year - 80)))
    if rng.random() < 0.15:
        members.append((surname, rng.randrange(year - 12, year - 1)))
    people = []
    for serial, (family, born_year) in enumerate(members):
        born = date(born_year, 1, 1) + timedelta(days=rng.randrange(365))
        person = Person(
            village, group, household, serial == 0, _build_name(family, born_year > year - 18, rng),
            numbers.next_id(born), numbers.next_card(), numbers.next_phone(), born,
        )  # fmt: skip
        people.append(person)
    people[0].area_milli = max(300, round(rng.gauss(420, 200)) * 10)
    return people


def _any_surname(rng: random.Random) -> str:
    return rng.choices(list(_SURNAMES), list(_SURNAMES.values()))[0]


def _build_name(surname: str, is_child: bool, rng: random.Random) -> str:
    if is_child:
        return surname + rng.choice(_CHILD) + rng.choice(_CHILD)
    last = rng.choice(_RARE) if rng.random() < 0.01 else rng.choice(_SECOND)
    return surname + (last if rng.random() < 0.22 else rng.choice(_FIRST) + last)
