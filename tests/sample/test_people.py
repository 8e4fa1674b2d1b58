"""The invented people: numbers that pass every check and belong to nobody."""

import random

from village_notice.domain.identity import is_valid_card, is_valid_id
from village_notice.domain.village import Village
from village_notice.sample.people import CARD_PREFIX, ID_AREA, Numbers, build_organisation, build_people

VILLAGE = Village("370682114201", "山前店村", "山前店村村民委员会", "370682114", "山前店镇")


def _people(seed=1):
    return build_people([VILLAGE], 200, 2022, Numbers(random.Random(seed)))


def test_every_id_is_valid_and_of_the_unused_area():
    people = _people()
    assert all(is_valid_id(p.id) and p.id.startswith(ID_AREA) for p in people)
    assert len({p.id for p in people}) == len(people)


def test_every_card_is_valid_and_of_the_unused_prefix():
    people = _people()
    assert all(is_valid_card(p.account) and p.account.startswith(CARD_PREFIX) for p in people)
    assert len({p.account for p in people}) == len(people)


def test_id_tells_the_birth_date():
    assert all(p.id[6:14] == f"{p.born:%Y%m%d}" for p in _people())


def test_every_household_has_one_head_with_land():
    people = _people()
    heads = [p for p in people if p.is_head]
    assert len(heads) == len({p.household for p in people})
    assert all(isinstance(p.area_milli, int) and p.area_milli >= 300 for p in heads)


def test_same_seed_gives_the_same_people():
    assert [p.id + p.name for p in _people(7)] == [p.id + p.name for p in _people(7)]
    assert [p.id for p in _people(7)] != [p.id for p in _people(8)]


def test_credit_code_has_its_check_character():
    letters = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    code = build_organisation(VILLAGE, "丰收合作社", Numbers(random.Random(1))).id
    total = sum(letters.index(c) * pow(3, i, 31) for i, c in enumerate(code[:17]))
    assert code[17] == letters[-total % 31]
