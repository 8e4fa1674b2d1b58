"""How fast 查询.db answers: `python bench/bench_query.py [--db FILE] [--people N]`; prints a table.

With --db the database of a run is asked, with names from it, in its largest village and township; --db may be the
address of a PostgreSQL database. Where there is none yet, one is made of invented people: 780 villages in 24 townships,
310 people each, two million payments in one line a programme and year.
"""

import argparse
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

from village_notice.archive.database import import_editions
from village_notice.archive.dialect import Database, Source, open_database
from village_notice.archive.edition import Edition
from village_notice.archive.people import Line, Person
from village_notice.archive.query import search, search_village
from village_notice.cli_database import DatabaseType
from village_notice.domain.pinyin import Pinyin
from village_notice.errors import UsageError

SURNAMES = "王李张刘陈杨赵黄周吴徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董潘袁蔡蒋余于杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石单解仇盖"
GIVEN = "建国秀英桂兰玉梅海涛志强文华春丽永红福广明淑珍金凤宝山军平勇杰娟艳敏静磊洋霞刚伟芳娜超鹏飞波辉燕玲成龙雪松柏林森木水火土石天地人和"
TOWNSHIPS, VILLAGES_EACH = 24, 33
PAY = (
    ("S001", "耕地地力保护补贴", "A", "亩", 1),
    ("S002", "高龄津贴", "B", "", 12),
    ("S003", "农资补贴", "A", "亩", 2),
)
ROUNDS = 400


def make_person(chance: random.Random, serial: int) -> Person:
    """An invented person with two or three programmes, about eight payments."""
    name = chance.choice(SURNAMES) + "".join(chance.choices(GIVEN, k=2 if chance.random() < 0.85 else 1))
    group = f"{1 + serial % 12}组"
    chosen = [p for p in enumerate(PAY) if p[0] == 0 or chance.random() < 0.6]
    lines = tuple(
        Line(i, serial, group, name, 2500 if p[3] else None, 120_000_000 if p[3] else None, p[4], 30_000, None, None, "6月")
        for i, p in chosen
    )  # fmt: skip
    return Person(name, group, lines)


def make_editions(people: int) -> Iterator[Edition]:
    """Villages until there are so many people."""
    chance, villages = random.Random(20220713), TOWNSHIPS * VILLAGES_EACH
    for number in range(villages):
        township, code = f"甲{number // VILLAGES_EACH + 1}镇", f"379999{number:06d}"
        found = tuple(make_person(chance, serial) for serial in range(1, people // villages + 1))
        village = (
            code,
            f"{SURNAMES[number % len(SURNAMES)]}家{number}村",
            "村民委员会",
            township,
            township,
            "某市",
            "村",
        )
        lines = [x for p in found for x in p.lines]
        programmes = tuple(
            (
                (key, title, tier, "", unit),
                (sum(x.position == i for x in lines), sum(x.payments for x in lines if x.position == i), None, "",
                 sum(x.amount_fen for x in lines if x.position == i), "6月", 0, 1),
            )
            for i, (key, title, tier, unit, _) in enumerate(PAY)
        )  # fmt: skip
        payments, fen = sum(x.payments for x in lines), sum(x.amount_fen for x in lines)
        facts = (2022, len(found), payments, fen, 0, 0, "2022-12-15", "AAAAA-AAAAA")
        yield Edition(village, facts, programmes, found, ())


def measure(ask: Callable[[str], object], words: list[str]) -> tuple[float, float]:
    """Median and p99 of a question in milliseconds, each asked twice and the better taken: other work is not counted."""
    times = []
    for word in words:
        tries = []
        for _ in range(2):
            start = time.perf_counter()
            ask(word)
            tries.append((time.perf_counter() - start) * 1000)
        times.append(min(tries))
    return statistics.median(times), statistics.quantiles(times, n=100)[98]


def read_place(database: Database) -> tuple[str, str, int]:
    """Township, village and year with the most people."""
    [place] = database.select(
        "SELECT v.township, v.name, e.year FROM edition e JOIN village v ON v.id = e.village_id"
        " ORDER BY e.people DESC, e.id LIMIT 1"
    )
    return place


def read_names(database: Database) -> list[str]:
    """Names of three characters, evenly from the whole database."""
    found = [name for (name,) in database.select("SELECT key FROM name WHERE length(key) = 3 ORDER BY key")]
    return random.Random(1).choices(found, k=ROUNDS)


def make_words(pinyin: Pinyin, names: list[str]) -> dict[str, list[str]]:
    """Kind → questions of that kind."""
    chance = random.Random(1)
    return {
        "姓名": names,
        "名（两字）": [name[1:] for name in names],
        "一个字": [chance.choice(name) for name in names],
        "全拼": [next(iter(pinyin.read(name)))[0] for name in names],
        "首字母": [next(iter(pinyin.read(name)))[1] for name in names],
    }


def is_filled(db: Source) -> bool:
    """Whether there is a database to ask."""
    try:
        open_database(db).close()
    except UsageError:
        return False
    return True


def time_process(db: Source, name: str) -> float:
    """Median of the whole time of `village-notice query` over the county, in milliseconds."""
    place = str(db) if isinstance(db, Path) else db.url
    command = [sys.executable, "-m", "village_notice", "query", name, "--db", place]
    times = []
    for _ in range(7):
        start = time.perf_counter()
        subprocess.run(command, capture_output=True, check=True)
        times.append((time.perf_counter() - start) * 1000)
    return statistics.median(times)


def main() -> None:
    """Makes the database where there is none and prints the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--db", help="database to use, made if need be; a path or postgresql://…")
    parser.add_argument("--people", type=int, default=240_000)
    options = parser.parse_args()
    pinyin = Pinyin({})
    with tempfile.TemporaryDirectory() as folder:
        db = DatabaseType().convert(options.db or f"{folder}/查询.db", None, None)
        if not is_filled(db):
            start = time.perf_counter()
            import_editions(make_editions(options.people), db, pinyin=pinyin.read)
            print(f"made in {time.perf_counter() - start:.0f} s")
        with closing(open_database(db)) as database:
            [(people, payments)] = database.select("SELECT sum(people), sum(payments) FROM edition")
            (township, village, year), names = read_place(database), read_names(database)
        size = f", {db.stat().st_size / 1e6:.0f} MB" if isinstance(db, Path) else ""
        print(f"{people:,} people, {payments:,} payments{size}")
        scopes: dict[str, Callable[[str], object]] = {
            "village": lambda w: search_village(db, w, township=township, village=village, year=year, limit=50),
            "township": lambda w: search(db, w, township=township),
            "county": lambda w: search(db, w),
        }
        print(f"{'':10}" + "".join(f"{scope:>22}" for scope in scopes) + "   (median / p99, ms)")
        for kind, words in make_words(pinyin, names).items():
            cells = [measure(ask, words) for ask in scopes.values()]
            print(f"{kind:10}" + "".join(f"{median:12.2f} /{p99:8.2f}" for median, p99 in cells))
        print(f"village-notice query, whole process: {time_process(db, names[0]):.0f} ms")


if __name__ == "__main__":
    main()
