"""Promise two at the desk, on a whole sample: whoever is asked about, no ID, card or telephone number is in any answer."""

import json
import re
import shutil
import sqlite3

import pytest

from village_notice.demo import INBOX, OFFICE, RESULTS
from village_notice.ledger.desk import prepare_desk
from village_notice.web.desk.keys import set_password

from .office import PASSWORD, Clerk, Clock, build_site

_DIGITS = re.compile(r"\d[\dXx\s.\-]{5,}")


@pytest.fixture(scope="module")
def made(small_demo, tmp_path_factory):
    """A small sample, run with an office folder: (private numbers, office folder, database)."""
    folder, _ = small_demo
    home = tmp_path_factory.mktemp("样例") / "办公"
    shutil.copytree(folder / OFFICE, home)
    prepare_desk(home)
    set_password(home, PASSWORD)
    values = json.loads((folder / INBOX / "truth.json").read_text(encoding="utf-8"))["private"]
    private = {re.sub(r"\W", "", str(number)) for kind in values.values() for number in kind}
    return private, home, folder / RESULTS / "公开/查询.db"


def list_people(home):
    """Some people of every verdict, status and programme: (village, name, group, ID)."""
    query = """SELECT village, name, "group", id FROM history WHERE length(id) = 18 AND village_code <> '' AND name <> ''
        GROUP BY verdict, status, programme_code, findings"""
    with sqlite3.connect(home / "ledger.db") as connection:
        return connection.execute(query).fetchall()


@pytest.mark.xdist_group("demo")
def test_no_private_number_is_in_any_answer(made):
    private, home, db = made
    people = list_people(home)
    assert len(private) > 300 and len(people) > 40
    clock = Clock()
    clerk = Clerk(build_site(home, db, clock))
    clerk.log_in()
    recognised = 0
    for number, (village, name, group, identity) in enumerate(people):
        clock.go_on(seconds=10)
        place = {"village": f"羊郡镇{village}", "way": "当面" if number % 2 else "电话"}
        for text in (
            clerk.ask(name, group=group, **place),
            clerk.check(identity[-4:], name, group, **place),
        ):
            found = {re.sub(r"[^\dXx]", "", run) for run in _DIGITS.findall(text)} & private
            assert clerk.status == 200 and not found, (village, name)
        recognised += "身份证后四位已核对" in clerk.page
    assert recognised > 0.9 * len(people)
    told = "".join(page.decode() for page in clerk.seen if b"<html" in page)
    assert "原因：户名不符" in told and "没有发成，已补发" in told and "正在核实" in told
    clerk.get("/record")
    clerk.get("/record.csv")
    assert not [n for n in private for page in clerk.seen if len(n) > 8 and n.encode() in page]
    kept = (home / "desk_log.db").read_bytes()
    assert not [n for n in private if len(n) > 8 and n.encode() in kept]
    assert not [name for _, name, *_ in people if name.encode() in kept]
