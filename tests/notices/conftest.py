"""Villages of invented people, built straight from the public nouns."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone

import pytest

from village_notice.domain.public import HOUSEHOLD_COLUMNS, LINE_COLUMNS, ProgrammeSummary, VillageYear
from village_notice.domain.public_table import make_table
from village_notice.domain.subsidy import Tier
from village_notice.notices.village import draw_village
from village_notice.settings import Phones, Settings

STAMP = datetime(2022, 12, 20, 9, 0, tzinfo=timezone(timedelta(hours=8)))
RARE = "𬎆𠅤䶮𡥧"
_SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
_GIVEN = "伟芳娜秀敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂英文华玉凤春梅"
_TITLES = (
    ("耕地地力保护补贴", "A", "农业农村局", "亩"), ("实际种粮农民一次性补贴", "A", "农业农村局", "亩"),
    ("农村最低生活保障", "B", "民政局", ""), ("高龄津贴", "B", "民政局", ""),
    ("农机购置与应用补贴", "A", "农业农村局", "台"), ("公益林生态补偿", "A", "自然资源和规划局", "亩"),
    ("大中型水库移民后期扶持直补", "B", "水利局", ""), ("计划生育家庭奖励扶助", "B", "卫生健康局", ""),
)  # fmt: skip


@dataclass
class Recipe:
    """What a village is made from."""

    households: int = 30
    programmes: int = 8
    groups: int = 4
    masked: int = 6
    masked_lists: int = 1
    totals: bool = True
    names: Sequence[str] = ()
    scale: int = 1
    held: int = 0
    kind: str = "村"
    titles: Sequence[tuple[str, str, str, str]] = _TITLES


def make_titles(recipe: Recipe) -> list[tuple[str, str, str, str]]:
    """Titles for the programmes; more than there are get a number."""
    found = list(recipe.titles)
    found += [
        (f"第{n}批农业生产发展专项补贴", "AB"[n % 2], "农业农村局", "亩" if n % 2 == 0 else "") for n in range(2, 60)
    ]
    return found[: recipe.programmes]


def make_names(recipe: Recipe, rng: random.Random) -> list[str]:
    """Names of the households, all different."""
    names = list(recipe.names)
    seen = set(names)
    while len(names) < recipe.households:
        name = rng.choice(_SURNAMES) + "".join(rng.sample(_GIVEN, rng.choice((1, 2, 2, 2))))
        if name in seen:
            name += f"（{len(names)}）"
        seen.add(name)
        names.append(name)
    return names[: recipe.households]


def build_village(recipe: Recipe | None = None, **changes) -> VillageYear:
    """A village whose figures agree with each other."""
    recipe = recipe or Recipe(**changes)
    rng = random.Random(7)
    names = make_names(recipe, rng)
    groups = [f"{1 + i * recipe.groups // max(1, len(names))}组" if recipe.groups else "" for i in range(len(names))]
    lines, programmes = [], []
    for number, (title, tier, department, unit) in enumerate(make_titles(recipe) if names else []):
        share = (1.0, 0.9, 0.2, 0.2, 0.05, 0.3, 0.1, 0.1)[number % 8]
        takers = [i for i in range(len(names)) if rng.random() < share] or [0]
        key, rate = f"S{number + 1:03d}", rng.choice((120_000_000, 7_660_000))
        rows = []
        for serial, i in enumerate(takers, 1):
            milli = rng.randrange(500, 20_000, 10) if unit else None
            fen = (milli * rate // 10_000_000 if unit else rng.randrange(5_000, 80_000)) * recipe.scale
            payments = 12 if not unit else 1
            rows.append(
                (
                    key,
                    serial,
                    groups[i],
                    names[i],
                    milli,
                    rate if unit else None,
                    payments,
                    fen,
                    i + 1,
                    i + 1,
                    "6月" if unit else "1–12月",
                )
            )
        lines += rows
        programmes.append(
            ProgrammeSummary(
                key, title, Tier(tier), department, unit, len(rows), sum(r[6] for r in rows),
                sum(r[4] for r in rows) if unit else None, f"{rate / 1e6:g}" if unit else "", sum(r[7] for r in rows),
                rows[0][10], held=recipe.held if number == 0 else 0,
            )
        )  # fmt: skip
    for number in range(1, recipe.masked_lists + 1) if recipe.masked else ():
        key, title = f"C{number}", ("民政救助类项目", "残疾人服务类项目", "优抚对象类项目")[number - 1]
        rows = [
            (key, n, "", f"{rng.choice(_SURNAMES)}*", None, None, 1, rng.randrange(10_000, 90_000) * recipe.scale, None, None, "9月")
            for n in range(1, recipe.masked + 1)
        ]  # fmt: skip
        lines += rows
        programmes.append(
            ProgrammeSummary(key, title, Tier.C, "", "", len(rows), len(rows), None, "", sum(r[7] for r in rows), "9月")
        )
    if recipe.totals:
        programmes.append(
            ProgrammeSummary(
                "D", "其他依法不公开姓名的项目", Tier.D, "", "", 5, 40, None, "", 1_234_567, lists_names=False
            )
        )
    sums = [sum(r[7] for r in lines if r[9] == i + 1) for i in range(len(names))]
    paid = [i for i in range(len(names)) if sums[i]]
    homes = [(i + 1, serial, groups[i], names[i], 1, sums[i]) for serial, i in enumerate(paid, 1)]
    return VillageYear(
        2022, "莱阳市", "山前店镇", "山前店镇", "东关村", "东关村村民委员会" if recipe.kind == "村" else "东关社区居民委员会",
        "370682114201", recipe.kind, tuple(programmes),
        make_table(LINE_COLUMNS, lines), make_table(HOUSEHOLD_COLUMNS, homes), len(names) + recipe.masked * recipe.masked_lists + (5 if recipe.totals else 0),
        sum(p.payments for p in programmes), sum(p.amount_fen for p in programmes), 0, False, recipe.held, "2022-12-15",
    )  # fmt: skip


def build_settings(**changes) -> Settings:
    """Settings with invented telephones."""
    phones = Phones(
        village={"370682114201": "0535-0000001"},
        township={"山前店镇": "0535-0000002"},
        department={"农业农村局": "0535-0000003", "民政局": "0535-0000004"},
        supervision="0535-0000005",
    )
    values = {"county": "莱阳市", "post_from": date(2022, 12, 20), "data_until": date(2022, 12, 15), "phones": phones}
    return Settings(**(values | changes))


@pytest.fixture(scope="session")
def stamp() -> datetime:
    return STAMP


@pytest.fixture(scope="session")
def make_village() -> Callable:
    return build_village


@pytest.fixture(scope="session")
def make_settings() -> Callable:
    return build_settings


@pytest.fixture(scope="session")
def draw() -> Callable:
    """Draws a village of a recipe; the same recipe is drawn once."""
    known = {}

    def drawn(**changes):
        key = repr(sorted(changes.items()))
        if key not in known:
            village = build_village(**changes)
            known[key] = (village, *draw_village(village, build_settings(), STAMP))
        return known[key]

    return drawn
