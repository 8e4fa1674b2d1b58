import errno
import random
import sqlite3
from contextlib import closing
from dataclasses import replace

import pytest

from village_notice.archive import database as database_module
from village_notice.archive.build_memory import BuildMemory
from village_notice.archive.compact import connect_scratch
from village_notice.archive.database import write_database
from village_notice.archive.edition import read_edition
from village_notice.archive.query import ALL_YEARS, search
from village_notice.errors import CannotWriteError, ConservationError

from ..tables import build_table, edit_row, edit_table, list_rows


def write(path, villages, pinyin, *, year=2022, scope=()):
    write_database(villages, path, year=year, pinyin=pinyin, scope=scope)
    return path.read_bytes()


def select(path, query):
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(query).fetchall()


def test_written_twice_gives_the_same_bytes(tmp_path, village, pinyin):
    first = write(tmp_path / "a.db", [village], pinyin)
    assert write(tmp_path / "a.db", [village], pinyin) == first
    assert write(tmp_path / "b.db", [village], pinyin) == first


def test_the_way_there_does_not_matter(tmp_path, make_village, pinyin):
    now, then = make_village(), make_village(year=2021)
    other = make_village(village="西关村", village_code="370682105002")
    write(tmp_path / "a.db", [then], pinyin, year=2021)
    a = write(tmp_path / "a.db", [now, other], pinyin)
    write(tmp_path / "b.db", [other], pinyin)
    write(tmp_path / "b.db", [now], pinyin)
    assert write(tmp_path / "b.db", [then], pinyin, year=2021) == a
    assert len(search(tmp_path / "a.db", "李伟 东关村", year=ALL_YEARS).people) == 2


def test_an_edition_of_which_nothing_is_left_goes(tmp_path, make_village, village, pinyin):
    path = tmp_path / "a.db"
    write(path, [village, make_village(year=2021)], pinyin)
    write(path, [], pinyin, scope=[village.village_code])
    assert select(path, "SELECT year FROM edition") == [(2021,)]


def test_public_totals_agree_to_the_fen(database, village):
    sums = select(
        database,
        "SELECT e.public_fen, (SELECT sum(amount_fen) FROM summary WHERE edition_id = e.id) FROM edition e",
    )
    assert len(sums) == 3
    assert all(total == found for total, found in sums)
    lines = select(
        database,
        "SELECT s.amount_fen, coalesce((SELECT sum(l.amount_fen) FROM line l JOIN person p ON p.id = l.person_id"
        " WHERE p.edition_id = s.edition_id AND l.position = s.position), 0) + coalesce((SELECT sum(amount_fen)"
        " FROM masked m WHERE m.edition_id = s.edition_id AND m.position = s.position), 0) FROM summary s WHERE lists_names",
    )
    assert lines
    assert all(total == found for total, found in lines)


def test_masked_names_are_kept_but_not_searched(database):
    names = {name for (name,) in select(database, "SELECT name FROM masked")}
    assert names == {"孙*", "周*", "吴*"}
    assert not {name for (name,) in select(database, "SELECT text FROM name")} & names
    for words in ("孙*", "孙", "周", "zhou"):
        assert not search(database, words).people


def test_totals_programmes_have_no_people(database):
    rows = select(
        database, "SELECT s.lists_names FROM summary s JOIN programme p ON p.id = s.programme_id WHERE p.tier = 'D'"
    )
    assert {row[0] for row in rows} == {0}
    assert select(database, "SELECT DISTINCT tier FROM programme ORDER BY 1") == [("A",), ("B",), ("C",), ("D",)]


def test_no_number_of_a_person_is_kept(database, private_numbers):
    data = database.read_bytes()
    assert not [n for n in private_numbers if n.encode() in data]
    assert b"person_no" not in data
    assert b"withheld_fen" not in data


def test_figures_that_do_not_agree_leave_the_old_file(tmp_path, make_village, village, pinyin):
    path = tmp_path / "a.db"
    before = write(path, [village], pinyin)
    with pytest.raises(ConservationError):
        write(path, [make_village(public_fen=1)], pinyin)
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["a.db"]


def test_foreign_file_is_not_overwritten(tmp_path, village, pinyin):
    path = tmp_path / "a.db"
    path.write_bytes(b"somebody's own file")
    with pytest.raises(CannotWriteError, match="为免覆盖"):
        write(path, [village], pinyin)
    assert path.read_bytes() == b"somebody's own file"


@pytest.fixture
def memory(tmp_path):
    return BuildMemory(tmp_path / "记忆", "程序")


def remember(path, villages, pinyin, memory, *, year=2022):
    made = []

    def make(village):
        made.append((village.year, village.village_code))
        return read_edition(village)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(database_module, "read_edition", make)
        write_database(villages, path, year=year, pinyin=pinyin, scope=None, memory=memory)
    return made


def rename(village, old, new):
    return replace(village, lines=edit_table(village.lines, name=lambda name: new if name == old else name))


def test_only_changed_villages_are_made_again_and_the_bytes_are_the_same(tmp_path, make_village, pinyin, memory):
    codes = [f"3706821050{n:02d}" for n in range(1, 8)]
    villages = [make_village(village=f"第{n}村", village_code=code) for n, code in enumerate(codes)]
    path = tmp_path / "a.db"
    before = write(path, [make_village(year=2021, village_code=codes[2])], pinyin, year=2021)
    assert len(remember(path, villages, pinyin, memory)) == 7
    changes = (
        (3, lambda v: rename(v, "李伟", "欧阳修")),  # a name that nobody else has
        (0, lambda v: replace(v, held=v.held + 1)),
        (6, lambda v: replace(v, lines=edit_table(v.lines, pay_months=lambda _: "2–3月"))),
        (3, lambda v: rename(v, "欧阳修", "李伟")),  # and gone again
    )
    for place, change in changes:
        villages[place] = change(villages[place])
        assert remember(path, villages, pinyin, memory) == [(2022, codes[place])]
        fresh = tmp_path / "b.db"
        fresh.write_bytes(before)
        assert write(fresh, villages, pinyin, scope=None) == path.read_bytes()
        assert bool(search(path, "欧阳修").people) == (place != 3 or change is changes[0][1])
    assert remember(path, villages[1:5], pinyin, memory) == []
    write(fresh, villages[1:5], pinyin, scope=None)
    assert fresh.read_bytes() == path.read_bytes()


@pytest.mark.parametrize("harm", ["database", "memory", "program", "fresh", "no memory"])
def test_what_is_remembered_counts_for_exactly_this_database(tmp_path, make_village, village, pinyin, memory, harm):
    path = tmp_path / "a.db"
    other = make_village(village="西关村", village_code="370682105002")
    remember(path, [village, other], pinyin, memory)
    wanted = path.read_bytes()
    if harm == "database":
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("UPDATE person SET group_name = '9组'")
            connection.commit()
    elif harm == "memory":
        memory.path.write_bytes(memory.path.read_bytes()[:-3] + b"abc")
    elif harm == "no memory":
        memory.path.unlink()
    else:
        memory = replace(memory, key="别的" if harm == "program" else memory.key, is_fresh=harm == "fresh")
    assert len(remember(path, [village, other], pinyin, memory)) == 2
    assert path.read_bytes() == wanted


def test_no_trace_of_who_is_gone_is_left_in_a_copied_database(tmp_path, make_village, village, pinyin, memory):
    path = tmp_path / "a.db"
    others = [make_village(village="西关村", village_code="370682105002"), rename(village, "李伟", "诸葛鱻")]
    remember(path, others, pinyin, memory)

    def list_tokens():
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("CREATE VIRTUAL TABLE temp.terms USING fts5vocab(main, person_index, row)")
            return {term for (term,) in connection.execute("SELECT term FROM temp.terms")}

    trace = {"u9c7b", "zhugexian"}
    assert "诸葛鱻".encode() in path.read_bytes() and trace <= list_tokens()
    assert remember(path, [others[0], village], pinyin, memory) == [(2022, village.village_code)]
    assert "诸葛鱻".encode() not in path.read_bytes() and not trace & list_tokens()
    assert "诸葛鱻".encode() not in memory.path.read_bytes()


def add_up(village, lines):
    """The village with other lines, and all that is counted of them."""
    rows = list_rows(lines)
    programmes = []
    for programme in village.programmes:
        own = [row for row in rows if row["key"] == programme.key]
        if own:
            payments, fen = (sum(row[name] for row in own) for name in ("payments", "amount_fen"))
            programme = replace(programme, people=len(own), payments=payments, amount_fen=fen)  # noqa: PLW2901
        programmes.append(programme)
    payments, fen = sum(p.payments for p in programmes), sum(p.amount_fen for p in programmes)
    return replace(village, lines=lines, programmes=tuple(programmes), payments=payments, public_fen=fen)


def change_line(village, rng, **values):
    return add_up(village, edit_row(village.lines, rng.randrange(len(village.lines)), **values))


def pay_more(village, rng):
    return change_line(village, rng, amount_fen=lambda fen: fen + 100)


def add_or_drop_a_line(village, rng):
    """Of somebody who has other lines before it."""
    rows = list_rows(village.lines)
    known = {row["person_no"]: row for row in rows if row["key"] == "S001"}
    place = next(place for place, row in enumerate(rows) if row["key"] == "S002")
    if rows[place]["name"] == "王建国":
        del rows[place]
    else:
        more = {"key": "S002", "serial": 9, "quantity_milli": None, "rate_micro": None, "pay_months": "1–12月"}
        rows.insert(place, known[1] | more)
    return add_up(village, build_table(village.lines, (row.values() for row in rows)))


def retitle(village, rng):
    first, *rest = village.programmes
    return replace(village, programmes=(replace(first, title=f"补贴{rng.randrange(4)}"), *rest))


FIGURES = (
    pay_more,
    add_or_drop_a_line,
    lambda village, rng: change_line(village, rng, payments=lambda payments: payments + 1),
    lambda village, rng: change_line(village, rng, quantity_milli=lambda milli: milli and milli + 10),
    lambda village, rng: change_line(village, rng, pay_months=lambda _: rng.choice(("6月", "1–12月"))),
    lambda village, rng: replace(village, held=village.held + 1, data_until=f"2022-12-{rng.randrange(10, 31)}"),
    lambda village, rng: replace(village, has_withheld=not village.has_withheld, people=village.people + 1),
)
"""Nobody comes or goes and nothing bears another name: such a change is written over what was there."""
OTHERS = (
    retitle,
    lambda village, rng: replace(
        village, lines=edit_table(village.lines, pay_months=lambda _: f"{rng.randrange(1, 5)}月")
    ),
    lambda village, rng: rename(village, rng.choice(("李伟", "王芳")), rng.choice(("王芳", "欧阳修", "李伟"))),
    lambda village, rng: replace(village, full_name=f"第{rng.randrange(3)}村民委员会"),
)


@pytest.mark.parametrize("seed", range(4))
def test_after_any_change_of_figures_the_bytes_are_those_of_a_new_file(
    tmp_path, make_village, pinyin, memory, seed, monkeypatch
):
    rng, written_over = random.Random(seed), []
    patch = database_module.patch_database
    monkeypatch.setattr(
        database_module, "patch_database", lambda *a: written_over.append(patch(*a)) or written_over[-1]
    )
    codes = [f"3706821050{n:02d}" for n in range(1, 6)]
    earlier = [make_village(year=2021, village_code=code) for code in codes[1:3]]
    villages = [make_village(village=f"第{n}村", village_code=code) for n, code in enumerate(codes)]
    path, fresh = tmp_path / "a.db", tmp_path / "b.db"
    before = write(path, earlier, pinyin, year=2021)
    remember(path, villages, pinyin, memory)
    for step in range(10):
        kinds = OTHERS if step in (3, 7) else FIGURES
        for place in rng.sample(range(len(villages)), rng.choice((1, 1, 2, 3))):
            villages[place] = rng.choice(kinds)(villages[place], rng)
        remember(path, villages, pinyin, memory)
        fresh.write_bytes(before)
        assert write(fresh, villages, pinyin, scope=None) == path.read_bytes()
    assert sum(written_over) >= 6 and not all(written_over), written_over


@pytest.mark.parametrize("months", [("4月", "3月"), ("3月", "3月"), ("6月", "3月"), ("4月", "4月"), ("3月", "5月")])
def test_months_that_come_in_another_order_or_no_more_get_the_numbers_of_a_new_file(
    tmp_path, make_village, pinyin, memory, months
):
    def set_months(village, texts):
        lines = village.lines
        for row, text in enumerate(texts):
            lines = edit_row(lines, row, pay_months=text)
        return replace(village, lines=lines)

    villages = [make_village(village=f"第{n}村", village_code=f"37068210500{n}") for n in range(3)]
    villages[1] = set_months(villages[1], ("3月", "4月"))
    villages[2] = set_months(villages[2], ("5月", "3月"))
    path = tmp_path / "a.db"
    remember(path, villages, pinyin, memory)
    villages[1] = set_months(villages[1], months)
    remember(path, villages, pinyin, memory)
    assert write(tmp_path / "b.db", villages, pinyin, scope=None) == path.read_bytes()


def test_other_money_for_the_same_people_is_written_over_the_old(tmp_path, make_village, pinyin, memory, monkeypatch):
    villages = [make_village(village=f"第{n}村", village_code=f"37068210500{n}") for n in range(3)]
    path = tmp_path / "a.db"
    remember(path, villages, pinyin, memory)
    before = path.stat().st_ino
    monkeypatch.setattr(database_module, "Build", None)  # nothing is built
    assert remember(path, villages, pinyin, memory) == [] and path.stat().st_ino == before
    villages[1] = pay_more(villages[1], random.Random(1))
    assert remember(path, villages, pinyin, memory) == [(2022, villages[1].village_code)]
    assert (villages[1].public_fen,) in select(path, "SELECT public_fen FROM edition")
    assert [p.name for p in tmp_path.glob("a.db*")] == ["a.db"]


def test_many_changed_villages_do_not_lie_in_memory_together(tmp_path, make_village, pinyin, memory, monkeypatch):
    monkeypatch.setattr(database_module, "_FEW", 1)
    monkeypatch.setattr(database_module, "patch_database", None)  # nothing is written over
    villages = [make_village(village=f"第{n}村", village_code=f"37068210500{n}") for n in range(3)]
    path = tmp_path / "a.db"
    remember(path, villages, pinyin, memory)
    changed = [replace(village, held=5) for village in villages]
    assert len(remember(path, changed, pinyin, memory)) == 3
    assert select(path, "SELECT DISTINCT held FROM edition") == [(5,)]


def test_a_full_disk_is_told_as_such(tmp_path):
    with pytest.raises(OSError) as told, connect_scratch(tmp_path / "查询.db") as database:
        database.execute("PRAGMA max_page_count=3")  # as full as a disk can be
        database.execute("CREATE TABLE line (text)")
        database.execute("INSERT INTO line VALUES (zeroblob(100000))")
    assert told.value.errno == errno.ENOSPC and "查询.db" in told.value.filename
    assert not [*tmp_path.iterdir()]


def test_another_error_of_the_database_is_not_hidden(tmp_path):
    with pytest.raises(sqlite3.OperationalError, match="UTF-8"), connect_scratch(tmp_path / "查询.db") as database:
        database.execute("SELECT CAST(x'ff' AS TEXT)").fetchall()
