"""Whether a package's figures still give the 校验码 that is printed on the village's paper, and agree with each other.

Whoever rewrites a file and every manifest leaves a valid bag. The code is worked out anew from 明细.csv, and what else
holds the figures (查询数据.json, 查询.html, 归档文件目录.csv) is held against it: to pass, such a package must show another code
than the paper in the cabinet.
"""

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any, BinaryIO

from village_notice.archive.edition import EDITION_FILE, Edition, EditionError, parse_edition_file
from village_notice.archive.people import NAMED_TIERS
from village_notice.domain.money import parse_own
from village_notice.domain.public import format_coded, work_out_code
from village_notice.domain.text import guard_formula

Files = Mapping[str, Callable[[], BinaryIO]]
"""Path in the package → opens the file."""
CORE = (
    "明细.csv", "明细.xlsx", "查询.html", EDITION_FILE, "核对说明.txt", "使用说明.txt", "备考表.txt", "归档文件目录.csv",
    "归档文件目录.xlsx", "元数据.json",
)  # fmt: skip
"""What every package of this tool holds under data/, of every format so far."""
_DATA = "data/"
_NONE = "<NA>"
_PAGE_DATA = re.compile(r'<script type="application/json" id="data">(.*?)</script>', re.DOTALL)
_PAGE_LINE = 6
_Line = tuple[str, int, str | None, int, int]
"""Name, place of the programme, quantity in thousandths, payments, fen."""


def find_missing(files: Files) -> list[str]:
    """Paths that every package holds, or that its own catalogue names, and that are not there."""
    wanted = [_DATA + name for name in CORE]
    catalogue = files.get(_DATA + "归档文件目录.csv")
    listed = [row[-1] for row in _read_csv(catalogue)[1:] if row] if catalogue else []
    # the last column of a paper that lies in a cabinet names no file
    wanted += [_DATA + path for path in listed if "." in path.rpartition("/")[2]]
    return sorted({path for path in wanted if path not in files})


def find_contradictions(files: Files, check_code: str) -> Iterator[str]:
    """Sentences about figures that do not agree; nothing where all of them do.

    Args:
        files: The files of a package that lacks none of `CORE`.
        check_code: 校验码 as its bag-info.txt says.
    """
    try:
        yield from _compare(files, check_code)
    except EditionError as error:
        yield str(error)
    except (ValueError, IndexError, KeyError, TypeError, AttributeError, RecursionError):
        yield "明细.csv 或查询.html 看不懂"


def _compare(files: Files, check_code: str) -> Iterator[str]:
    with files[_DATA + EDITION_FILE]() as stream:
        edition = parse_edition_file(stream.read())
    code, lines = _work_out(edition, _read_csv(files[_DATA + "明细.csv"])[1:])
    named = [line for line in lines if str(edition.programmes[line[1]][0][2]) in NAMED_TIERS]
    in_file = list(_list_edition(edition))
    # a person paid under two spellings of the name has one name there: names are looked up, not counted
    has_names = {name for name, *_ in in_file} <= {name for name, *_ in named}
    if edition.facts[7] != check_code or (code and code != check_code):
        yield "明细里的数字或姓名与登记的校验码对不上，被改过"
    elif not has_names or Counter(x[1:] for x in in_file) != Counter(x[1:] for x in named):
        yield f"{EDITION_FILE} 与明细.csv 不一致，被改过"
    elif not _agrees_page(files, edition, check_code):
        yield "查询.html 里的数据与明细.csv 不一致，被改过"


def _read_csv(opener: Callable[[], BinaryIO]) -> list[list[str]]:
    with opener() as stream:
        text = stream.read().decode("utf-8-sig", errors="replace")
    return list(csv.reader(io.StringIO(text, newline="")))


def _work_out(edition: Edition, rows: list[list[str]]) -> tuple[str, list[_Line]]:
    """The code that the rows of 明细.csv give with the summary, "" where two programmes share a title; and the lines."""
    places = {str(programme[1]): place for place, (programme, _) in enumerate(edition.programmes)}
    coded, lines = [], []
    for serial, *texts, quantity, _unit, _rate, payments, _months, amount in rows:
        if not serial:
            continue  # the total of a programme without names: it is in the summary
        title, group, name = (
            text[1:] if text[:1] == "'" and guard_formula(text[1:]) == text else text for text in texts
        )
        place, fen = places[title], parse_own(amount, 2)
        milli = str(parse_own(quantity, 3)) if quantity else None
        key = str(edition.programmes[place][0][0])
        coded.append(format_coded((key, serial, group, name, milli or _NONE, payments, str(fen))))
        lines.append((name, place, milli, int(payments), fen))
    if len(places) < len(edition.programmes):
        return "", lines
    head = (edition.village[0], edition.facts[0], "", edition.facts[3])
    summary = [(p[0], p[1], n[0], n[1], n[2], n[4]) for p, n in edition.programmes]
    return work_out_code(head, summary, coded), lines


def _list_edition(edition: Edition) -> Iterator[_Line]:
    for person in edition.people:
        for x in person.lines:
            yield person.name, x.position, _text(x.quantity_milli), x.payments, x.amount_fen


def _agrees_page(files: Files, edition: Edition, check_code: str) -> bool:
    """Whether the page answers with the edition's people, figures and code."""
    with files[_DATA + "查询.html"]() as stream:
        found = _PAGE_DATA.search(stream.read().decode("utf-8", errors="replace"))
    data: dict[str, Any] = json.loads(found[1]) if found else {}
    lines = [
        (name, flat[i], _text(flat[i + 1]), flat[i + 3], flat[i + 4])
        for name, _group, _spelled, _initials, flat in data["people"]
        for i in range(0, len(flat), _PAGE_LINE)
    ]
    said = data["village"]["code"], data["village"]["fen"]
    return said == (check_code, edition.facts[3]) and Counter(lines) == Counter(_list_edition(edition))


def _text(value: int | None) -> str | None:
    return None if value is None else str(value)
