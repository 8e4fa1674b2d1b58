"""Reading against the bare calamine loop: CPU time of both over the same files, in one process, in the same run.

Ours is what a run asks of a reading process, in one like it: opening, finding tables, typing, mapping, findings, the
payments packed. Theirs turns every sheet into lists of cells and does nothing with them. The files are plain payment
lists, many small ones and a large one, of the same people in one programme after another, as a department sends them, as
.xlsx and as .xls. "first" is the first time a file is read in the process; "again" the best of the later times, when names
and figures have been met before.

The last lines are by the clock: all these files as `run` reads them, with its reading processes, their start included,
against the bare loop, which is one process.

Run: `python bench/bench_read.py [--files 60] [--rows 700] [--large 20000] [--again 2]`.
"""

import argparse
import os
import platform
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random

import xlwt
from openpyxl import Workbook
from python_calamine import CalamineWorkbook

from village_notice.domain.identity import id_check_digit
from village_notice.domain.reading import FileReading
from village_notice.domain.village import Village
from village_notice.settings import Settings
from village_notice.sources.discover import find_inputs
from village_notice.sources.payments import ReadOptions
from village_notice.sources.reader_child import Job, drop_garbage, put_off_garbage, run_job
from village_notice.sources.reader_pool import ReaderPool
from village_notice.sources.reference import read_reference

YEAR = 2025
_PROGRAMMES = ("耕地地力保护补贴", "高龄津贴", "生态护林员补助", "政策性农业保险保费补贴", "残疾人两项补贴")
_HEADINGS = (
    "序号", "乡镇", "村", "姓名", "身份证号", "银行账号", "联系电话", "补贴项目", "补贴面积（亩）", "补贴标准", "补贴金额（元）", "备注",
)  # fmt: skip
_SURNAMES, _GIVEN = "王李张刘陈杨赵黄周吴徐孙", "伟芳秀英敏静丽强磊军洋勇艳杰娟涛明超兰霞"
_MOST_ROWS_OF_XLS = 65_000
_READ_FILE = "village_notice.sources.payments:read_file"

Row = Sequence[str | int | float]


def main() -> None:
    """Makes the files, reads them both ways and prints the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--files", type=int, default=60, help="small workbooks of each kind")
    parser.add_argument("--rows", type=int, default=700, help="payments of a small workbook")
    parser.add_argument("--large", type=int, default=20_000, help="payments of the large one")
    parser.add_argument("--again", type=int, default=2, help="times every file is read again")
    options = parser.parse_args()
    put_off_garbage()
    print(f"{platform.machine()}, Python {platform.python_version()}; CPU seconds")
    print(f"{'files':24}{'payments':>10}{'calamine':>10}{'first':>10}{'again':>10}{'ratio':>8}{'again':>8}")
    with tempfile.TemporaryDirectory() as folder:
        villages = list(read_reference(Settings()).register.villages)
        for suffix, write in ((".xlsx", write_xlsx), (".xls", write_xls)):
            people = draw_people(max(options.large, options.rows * 4), villages)
            for words, count, rows in (("small", options.files, options.rows), ("large", 1, options.large)):
                paths = [Path(folder, f"{words}{n}{suffix}") for n in range(count)]
                for number, path in enumerate(paths):
                    write(path, list_rows(people, number, min(rows, _MOST_ROWS_OF_XLS)))
                show(f"{count} {words} {suffix}", paths, options.again)
        print(f"{'as a run reads them':24}{'payments':>10}{'calamine':>10}{'ours':>10}{'ratio':>18}")
        for workers in range(1, (os.cpu_count() or 1) + 1):
            show_pool(Path(folder), workers)


def show(words: str, paths: Sequence[Path], again: int) -> None:
    """Reads files both ways and prints one line."""
    bare = min(measure(read_bare, paths) for _ in range(again + 1))
    payments = 0

    def read(path: Path) -> None:
        nonlocal payments
        answer = run_job(Job(_READ_FILE, (path, path.name, ReadOptions(YEAR))))
        if not isinstance(answer.result, FileReading):
            raise SystemExit(f"{path.name}: {answer.code} {answer.found}")
        payments += answer.result.count
        del answer
        drop_garbage()

    first = measure(read, paths)
    total = payments
    later = min((measure(read, paths) for _ in range(again)), default=first)
    print(f"{words:24}{total:>10,}{bare:>10.3f}{first:>10.3f}{later:>10.3f}{bare / first:>8.2f}{bare / later:>8.2f}")


def show_pool(folder: Path, workers: int) -> None:
    """Reads everything in a folder both ways and prints one line, in seconds by the clock."""
    files = find_inputs(folder).files
    started = time.perf_counter()
    for file in files:
        read_bare(file.path)
    bare, started = time.perf_counter() - started, time.perf_counter()
    with ReaderPool(workers, start=[_READ_FILE.partition(":")[0]]) as pool:
        readings = list(pool.map(files, _READ_FILE, (ReadOptions(YEAR),)))
    ours, payments = time.perf_counter() - started, sum(r.count for r in readings if isinstance(r, FileReading))
    words = f"{len(files)} files, {workers} process{'es' if workers > 1 else ''}"
    print(f"{words:24}{payments:>10,}{bare:>10.3f}{ours:>10.3f}{bare / ours:>18.2f}")


def measure(read: Callable[[Path], object], paths: Sequence[Path]) -> float:
    """CPU seconds over all files."""
    start = time.process_time()
    for path in paths:
        read(path)
    return time.process_time() - start


def read_bare(path: Path) -> list[list[list[object]]]:
    """Every sheet as lists of cells."""
    book = CalamineWorkbook.from_path(str(path))
    return [book.get_sheet_by_name(name).to_python() for name in book.sheet_names]


def draw_people(count: int, villages: Sequence[Village]) -> list[Row]:
    """Invented people: township, village, name, ID, account, telephone."""
    random, people = Random(1), list[Row]()
    for number in range(count):
        village = villages[number * len(villages) // count]
        digits = f"370682{random.randint(1940, 2005)}{random.randint(1, 12):02d}{random.randint(1, 28):02d}{number % 1000:03d}"
        name = random.choice(_SURNAMES) + "".join(random.choices(_GIVEN, k=random.randint(1, 2)))
        account, phone = f"62{random.randint(10**16, 10**17 - 1)}", f"139{random.randint(10**7, 10**8 - 1)}"
        people.append((village.township, village.name, name, digits + id_check_digit(digits), account, phone))
    return people


def list_rows(people: Sequence[Row], number: int, count: int) -> list[Row]:
    """Title, headings and payments of one file: a stretch of the people, who come again in another programme."""
    programme = _PROGRAMMES[number % len(_PROGRAMMES)]
    start = number // len(_PROGRAMMES) * count % max(len(people) - count + 1, 1)
    rows: list[Row] = [(f"{YEAR}年{programme}发放公示表",), _HEADINGS]
    for place, person in enumerate(people[start : start + count], 1):
        area = (place * 37 % 300) / 10
        rows.append((place, *person, programme, area, 125, round(area * 125, 2), ""))
    return rows


def write_xlsx(path: Path, rows: Sequence[Row]) -> None:
    """An .xlsx as export libraries write it."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("发放明细")
    for row in rows:
        sheet.append([v if v != "" else None for v in row])
    book.save(path)


def write_xls(path: Path, rows: Sequence[Row]) -> None:
    """An .xls."""
    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet("发放明细")
    for number, row in enumerate(rows):
        for column, value in enumerate(row):
            if value != "":
                sheet.write(number, column, value)
    book.save(str(path))


if __name__ == "__main__":
    main()
