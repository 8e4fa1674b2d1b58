"""Names stand in the order of their readings, whichever way these are worked out."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from village_notice.domain.frames import build_frame
from village_notice.domain.order import ListOrders
from village_notice.domain.pinyin import Pinyin
from village_notice.ledger import name_order
from village_notice.ledger.name_order import number_readings
from village_notice.ledger.owners import find_owners

SURNAMES = {"单": ("shan",), "盖": ("ge", "gai"), "尉迟": ("yu chi", "wei chi"), "长孙": ("zhang sun",), "乂": ("a b",)}
NAMES = [
    "王",
    "王一",
    "王长江",
    "单长江",
    "单一",
    "尉迟恭",
    "尉迟一一",
    "尉迟",
    "长孙",
    "王A",
    "王a",
    "王·乐",
    "張三",
    "王\ue000",
    "",
    "乂一",
    "乂",
    "王重",
]
TEXTS = st.text("王单盖尉迟长孙乂江重一乐A·b\ue000𬎆", max_size=4)


def check_order(names):
    pinyin = Pinyin(SURNAMES)
    numbers = number_readings(names, pinyin).tolist()
    keys = [Pinyin(SURNAMES).sort_key(name) for name in names]
    ranks = {key: number for number, key in enumerate(sorted(set(keys)))}
    order = {number: rank for rank, number in enumerate(sorted(set(numbers)))}
    assert [order[n] for n in numbers] == [ranks[key] for key in keys]


@pytest.mark.parametrize("names", [NAMES, NAMES[:1], ["王一", "李二"], [], [*NAMES, "王" + "一" * 40]])
def test_numbers_follow_the_readings(names):
    check_order(names)


@given(st.lists(TEXTS, max_size=12))
def test_any_names(names):
    check_order(names)


def test_most_names_are_read_without_a_reading_of_their_own(monkeypatch):
    read = []
    sort_key = Pinyin.sort_key
    monkeypatch.setattr(Pinyin, "sort_key", lambda self, name: read.append(name) or sort_key(self, name))
    numbers = name_order.number_readings(["王一", "王一一", "王二", "王·一", "单二"], Pinyin(SURNAMES))
    assert sorted(set(read)) == ["单", "王", "王·一"] and np.argsort(numbers)[0] == 4


@pytest.mark.parametrize("order", [(), ("received",)])
def test_an_order_without_groups_where_groups_are_more_than_people(order):
    rows = build_frame(
        {
            "name": ["王一"] * 3,
            "group": ["1组", "2组", "2组"],
            "household_head": [""] * 3,
            "organisation": [0] * 3,
            "person_no": [1] * 3,
        }
    )
    owners = find_owners(rows, np.zeros(3, np.int64), Pinyin({}), ListOrders(order, order))
    assert owners.group_texts[owners.group].tolist() == ["2组"]
    assert [ranks.tolist() for ranks in owners.rank(order)] == [[0], [0]]
