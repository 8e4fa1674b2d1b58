import sqlite3
from contextlib import closing

import pytest

from village_notice.archive.database import write_database
from village_notice.archive.query import ALL_YEARS, search
from village_notice.errors import CannotWriteError, ConservationError


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
