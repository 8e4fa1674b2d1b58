"""A small site over invented villages: two years, two townships, some notices; an office with its desk."""

from datetime import date

import pytest

from village_notice.archive.database import write_database
from village_notice.settings import Settings
from village_notice.web.limits import Limits
from village_notice.web.public.app import PublicSite, create_app

from ..archive.conftest import PEOPLE, Someone, build_village, read_pinyin
from .office import build_office, copy_office

HOST = "127.0.0.1:8000"
ADDRESS = "/v/山前店镇/东关村"


@pytest.fixture(scope="session")
def public(tmp_path_factory):
    """Folder 公开 with 查询.db and notices."""
    folder = tmp_path_factory.mktemp("site") / "公开"
    folder.mkdir()
    earlier = build_village([Someone("王建国", "1组", 3), Someone("吕秀英", "10组", 3)], year=2021)
    other = build_village(
        [Someone("马秀兰", "1组", 1)], township="羊郡镇", office="羊郡镇", village="西关村", full_name="西关村村民委员会",
        village_code="370682108002",
    )  # fmt: skip
    crowd = build_village(
        [Someone(f"王{a}{b}", "1组", 1) for a in "建国秀英" for b in "兰玉梅海涛"],
        village="南关村",
        village_code="370682105003",
    )
    write_database([earlier], folder / "查询.db", year=2021, pinyin=read_pinyin())
    write_database([build_village(PEOPLE), other, crowd], folder / "查询.db", year=2022, pinyin=read_pinyin())
    papers = folder / "山前店镇/东关村"
    (papers / "档案_第2版/data/公示").mkdir(parents=True)
    for name in ("东关村2022年度补贴汇总公开.pdf", "东关村2022年度补贴一户一行.pdf", "东关村2021年度补贴汇总公开.pdf"):
        (papers / name).write_bytes(b"%PDF-1.7 " + name.encode())
    (papers / "档案_第2版/data/公示/东关村2022年度补贴明细公开.pdf").write_bytes(b"%PDF-1.7 sealed")
    (papers / "秘密.txt").write_bytes(b"secret")
    return folder


@pytest.fixture
def make_client(public):
    """A function: settings and options → a client of the site."""

    def make(limits=None, today=date(2023, 1, 1), clock=lambda: 0.0, **values):
        settings = Settings(**{"county": "莱阳市", "public_person_search": True} | values)
        site = PublicSite(
            public / "查询.db", settings, frozenset({HOST, "localhost"}), limits or Limits(10_000, 10_000, 10_000, 10_000),
            lambda: today, clock,
        )  # fmt: skip
        return create_app(site).test_client()

    return make


@pytest.fixture
def client(make_client):
    return make_client()


@pytest.fixture(scope="session")
def built_office(tmp_path_factory):
    """The office that each test gets a copy of: building one takes most of a second."""
    return build_office(tmp_path_factory.mktemp("office"))


@pytest.fixture
def office(built_office, tmp_path):
    """Office folder and database, for the test alone."""
    return copy_office(built_office, tmp_path)
