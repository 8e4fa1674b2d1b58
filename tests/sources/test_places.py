"""Villages are resolved exactly through the register; a text names one only where a word begins."""

import pytest

from village_notice.settings import Settings
from village_notice.sources.places import PlaceFinder
from village_notice.sources.reference import read_reference


@pytest.fixture(scope="module")
def places(pytestconfig):
    register = pytestconfig.rootpath / "tests" / "golden" / "register.csv"
    return PlaceFinder(read_reference(Settings(), register).register)


@pytest.mark.parametrize(
    ("township", "text", "found"),
    [
        ("望岚镇", "东岚", ("望岚镇", "东岚村", "")), ("望岚", "东岚村民委员会", ("望岚镇", "东岚村", "")), ("", "东岚村", ("望岚镇", "东岚村", "")),
        ("", "石桥村", ("", "石桥村", "R09")), ("石溪镇", "石桥村", ("石溪镇", "石桥村", "")), ("望岚镇", "379999102202", ("石溪镇", "枣坡村", "")),
        ("", "清岚县石溪镇石桥村", ("石溪镇", "石桥村", "")), ("望岚镇", "南岚村", ("望岚镇", "南岚村", "R02")), ("望岚镇", "", ("望岚镇", "", "R10")),
        ("远方镇", "东岚村", ("远方镇", "东岚村", "R09")), ("桃湾街道", "桃湾社区居委会", ("桃湾街道", "桃湾社区", "")), ("望嵐鎮", "東嵐村", ("望岚镇", "东岚村", "")),
        ("望岚镇", "九里村", ("望岚镇", "九里村", "")), ("望岚镇", "02九里", ("望岚镇", "九里村", "")), ("望岚镇", "大东岚村", ("望岚镇", "大东岚村", "R02")),
    ],
)  # fmt: skip
def test_villages_are_resolved_exactly(places, township, text, found):
    place = places.resolve(township, text)
    assert (place.township, place.village, place.rule) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("望岚镇东岚村2023年棉花补贴发放表", ("望岚镇", "东岚村")), ("2023年东岚村棉花补贴", ("", "东岚村")), ("清岚县望岚镇九里村二组", ("望岚镇", "九里村")),
        ("填报单位：西岚村委会", ("", "西岚村委会")), ("棉花补贴柳沟村", ("", "柳沟村")), ("大东岚村2023年", ("", "")), ("望岚镇2023年棉花补贴", ("望岚镇", "")),
        ("石溪", ("", "")), ("附件3东岚村", ("", "东岚村")), ("东岚", ("", "东岚")), ("东岚棉花", ("", "")),
        ("望岚镇东岚2023年棉花补贴", ("望岚镇", "东岚")), ("望岚镇大东岚2023年棉花补贴", ("望岚镇", "")), ("望岚2023年棉花补贴", ("", "")),
    ],
)  # fmt: skip
def test_villages_in_a_text(places, text, found):
    assert places.find_in_text(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("一、东岚村（6户）", "东岚村"), ("（二）西岚村", "西岚村"), ("3.柳沟", "柳沟"), ("九里村", "九里村"), ("村名：九里村", "九里村"), ("十九里村", "十九里村"),
        ("一组", ""), ("合计", ""), ("北岚村", "北岚村"), ("东岚 二组（盖章）", "东岚"),
    ],
)  # fmt: skip
def test_villages_of_section_rows(places, text, found):
    assert places.find_in_section(text) == found
