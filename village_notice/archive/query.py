"""Finds people in 查询.db by name, part of a name, pinyin, initials or sound, inside a place and a year.

Start-up is what a clerk waits for: nothing here may import pandas, openpyxl, reportlab or pypinyin.
No character has a special meaning: a star or a percent sign is looked up like any other and found in no name.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from itertools import islice, product
from pathlib import Path

from village_notice.archive.answer import (
    AnswerLine,
    Answers,
    PersonAnswer,
    VillageAnswer,
    format_answers,
    format_speech,
    read_words,
    to_json,
)
from village_notice.archive.dialect import (
    DATABASE_NAME,
    Database,
    Match,
    ServerUrl,
    Source,
    Token,
    Where,
    format_year,
    open_database,
)
from village_notice.archive.sound import fold_letters, fold_sound, search_key
from village_notice.domain.text import fold_text, normal_group, short_village
from village_notice.errors import UsageError

__all__ = [
    "ALL_YEARS", "Answers", "find_database", "format_answers", "format_speech", "search", "search_village", "to_json",
]  # fmt: skip

ALL_YEARS = 0
_GROUP = re.compile(r"第?[\d〇一二三四五六七八九十]{1,3}(村民小组|村民组|小组|组)")
_YEAR = re.compile(r"(20\d\d)年?")
_VILLAGE = re.compile(r".{1,}(村|社区|村委会|居委会|委员会)")
_RUNS = re.compile(r"[a-zü]+|[^a-zü]+")
_MAX_SOUNDS = 64
_MAX_WORDS = 60


@dataclass(slots=True)
class _Question:
    """A question taken apart: what is left as a name, and where and when to look."""

    name: str = ""
    villages: list[str] = field(default_factory=list)
    townships: list[str] = field(default_factory=list)
    group: str = ""
    year: int | None = None


def find_database(path: Source | None) -> Source:
    """The database to ask: the given one, or the one in or below the present folder.

    Raises:
        UsageError: There is none.
    """
    if isinstance(path, ServerUrl):
        return path
    places = [path, path / DATABASE_NAME, path / "公开" / DATABASE_NAME] if path else []
    places = places or [Path(DATABASE_NAME), Path("公开", DATABASE_NAME)]
    for place in places:
        if place.is_file():
            return place
    raise UsageError(
        f"找不到查询库 {path or DATABASE_NAME}。请用 --db 给出它的位置，如 --db 结果/公开/{DATABASE_NAME}。"
    )


def search(  # noqa: PLR0913  # each is one way to narrow the same question
    db: Source,
    words: str,
    *,
    village: str = "",
    township: str = "",
    year: int | None = None,
    group: str = "",
    limit: int = 50,
) -> Answers:
    """The people (or, where only a place is asked for, the villages) that a question means.

    Args:
        db: The database.
        words: Name, part of it, pinyin or initials; place, group and year may stand beside it, parted by spaces.
        village: Short or full village name; the same name in two townships means both.
        township: Township or manager.
        year: Calendar year; None is each village's newest, `ALL_YEARS` all.
        group: 村民小组.
        limit: People shown at most.

    Raises:
        UsageError: It is no database of this tool, a newer or a damaged one, or the server does not answer.
    """
    with closing(open_database(db)) as database:
        question = _take_apart(database, words)
        question.villages += [short_village(village)] if village else []
        question.townships += [fold_text(township)] if township else []
        question.group = normal_group(group) if group else question.group
        question.year = year if year is not None else question.year
        return _answer(database, question, words, limit)


def search_village(db: Source, words: str, *, township: str, village: str, year: int, limit: int) -> Answers:
    """The people of one village and year that words mean; no word in them leads out of the village.

    Args:
        db: The database.
        words: Name, part of it, pinyin or initials; a group may stand beside it. Nothing else is understood.
        township: Name as the database has it.
        village: Name as the database has it.
        year: Calendar year, or `ALL_YEARS`.
        limit: People shown at most.

    Raises:
        UsageError: It is no database of this tool, a newer or a damaged one, or the server does not answer.
    """
    question = _Question(villages=[village], townships=[township], year=year)
    rest = []
    for word in words[:_MAX_WORDS].split():
        if _GROUP.fullmatch(fold_text(word)):
            question.group = normal_group(fold_text(word))
        else:
            rest.append(word)
    question.name = search_key("".join(rest))
    if not question.name:
        return Answers(words, note=read_words()["answer"]["no_words"])
    with closing(open_database(db)) as database:
        return _answer(database, question, words, limit)


def _take_apart(database: Database, words: str) -> _Question:
    """Words that are plainly a year, group, township or village are places; the rest together is the name."""
    question, rest = _Question(), []
    for word in words[:_MAX_WORDS].split():
        plain = fold_text(word)
        if match := _YEAR.fullmatch(plain):
            question.year = int(match[1])
        elif _GROUP.fullmatch(plain):
            question.group = normal_group(plain)
        elif _has_row(database, "township = ? OR office = ?", plain, plain):
            question.townships.append(plain)
        elif _VILLAGE.fullmatch(plain):
            question.villages.append(short_village(plain))
        else:
            rest.append(word)
    for word in list(rest):
        # 东关 beside a name means the village 东关村; alone it may be part of a name
        if len(rest) > 1 and _has_row(database, "name = ?", short_village(word)):
            question.villages.append(short_village(word))
            rest.remove(word)
    question.name = search_key("".join(rest))
    return question


def _has_row(database: Database, condition: str, *values: str) -> bool:
    return bool(database.select(f"SELECT 1 FROM village WHERE {condition} LIMIT 1", *values))


def _answer(database: Database, question: _Question, words: str, limit: int) -> Answers:
    text = read_words()["answer"]
    has_place = bool(question.villages or question.townships)
    editions = _find_editions(database, question) if has_place else None
    if editions is not None and not editions:
        place = "".join([*question.townships, *question.villages])
        year = f"{question.year}年" if question.year else "最近一年"
        return Answers(words, note=text["unknown_place"].format(place=place, year=year))
    if not question.name and not (question.group and editions):
        if not editions:
            return Answers(words, note=text["no_words"])
        return Answers(words, villages=tuple(_read_village(database, e) for e in editions[:limit]))
    found, is_sound_alike = _find_people(database, question, editions, limit + 1)
    notes = [text["sound_alike"]] if is_sound_alike else []
    if len(found) > limit:
        notes.append(text["too_many"].format(limit=limit))
    if not found:
        notes.append(text["nothing"].format(words=words.strip()[:_MAX_WORDS]))
    people = tuple(_read_people(database, found[:limit]))
    return Answers(words, people=people, is_capped=len(found) > limit, note="\n".join(notes))


def _find_editions(database: Database, question: _Question) -> list[int]:
    conditions, values = [format_year(question.year)], list[object]()
    for names, column in (
        (question.villages, "v.name IN ({0})"),
        (question.townships, "(v.township IN ({0}) OR v.office IN ({0}))"),
    ):
        if names:
            conditions.append(column.format(",".join("?" * len(names))))
            values += names * column.count("{0}")
    where = " AND ".join(conditions)
    query = f"SELECT e.id FROM edition e JOIN village v ON v.id = e.village_id WHERE {where} ORDER BY e.id"
    return [row[0] for row in database.select(query, *values)]


def _find_people(
    database: Database, question: _Question, editions: list[int] | None, limit: int
) -> tuple[list[int], bool]:
    """Numbers of at most `limit` persons, best first, and whether they only sound alike."""
    where = Where(None if editions is None else tuple(editions), question.year, question.group)
    condition, values = where.build()
    if not question.name:
        query = f"SELECT p.id FROM person p JOIN edition e ON e.id = p.edition_id WHERE {condition}"
        return [row[0] for row in database.select(f"{query} ORDER BY p.id LIMIT ?", *values, limit)], False
    exact, alike = _build_matches(database, question.name)
    query = (
        "SELECT p.id FROM name n JOIN person p ON p.name_id = n.id JOIN edition e ON e.id = p.edition_id"
        f" WHERE n.key = ? AND {condition} ORDER BY p.id LIMIT ?"
    )
    found = dict.fromkeys(row[0] for row in database.select(query, question.name, *values, limit))
    for is_sound_alike, matches in ((False, exact), (True, alike)):
        for match in matches:
            found |= dict.fromkeys(database.find_indexed(match, where, limit))
            if len(found) >= limit:
                break
        if found:
            return list(found)[:limit], is_sound_alike
    return [], False


def _build_matches(database: Database, name: str) -> tuple[Sequence[Match], Sequence[Match]]:
    """Conditions, best first: those for the name as typed, and those for what sounds like it."""
    letters = fold_letters(name)
    if letters and len(letters) == len(name):
        whole = (letters,)
        as_typed = [
            (Token("spelled", whole),),
            (Token("initials", whole),),
            (Token("spelled", whole, is_start=True),),
            (Token("initials", whole, is_start=True),),
        ]
        return as_typed, [(Token("sounds", (fold_sound(letters),), is_start=True),)]
    parts = []
    for run in _RUNS.findall(name):
        spelled = fold_letters(run)
        parts.append(Token("spelled", (spelled,), is_start=True) if spelled else Token("chars", (run,)))
    sounds = tuple(_read_sounds(database, name))
    return [tuple(parts)], [(Token("sounds", sounds),)] if sounds else []


def _read_sounds(database: Database, name: str) -> list[str]:
    """How a name in characters may sound, folded; empty where a character has no reading."""
    readings = []
    for char in name:
        rows = database.select("SELECT readings FROM sound WHERE char = ?", char)
        if not rows:
            return []
        readings.append(rows[0][0].split())
    return sorted({fold_sound("".join(combined)) for combined in islice(product(*readings), _MAX_SOUNDS)})


def _read_people(database: Database, numbers: Sequence[int]) -> Iterator[PersonAnswer]:
    """The persons of these numbers, in their order, by two questions however many there are."""
    if not numbers:
        return
    chosen = f"({','.join(map(str, numbers))})"
    facts = database.select(
        "SELECT p.id, e.year, v.township, v.name, v.code, p.group_name, n.text, e.data_until, e.held FROM person p"
        " JOIN name n ON n.id = p.name_id JOIN edition e ON e.id = p.edition_id JOIN village v ON v.id = e.village_id"
        f" WHERE p.id IN {chosen}"
    )
    rows = database.select(
        "SELECT p.id, g.title, g.unit, l.quantity_milli, l.rate_micro, l.payments, l.amount_fen, m.text FROM person p"
        " JOIN line l ON l.person_id = p.id"
        " JOIN summary s ON s.edition_id = p.edition_id AND s.position = l.position"
        " JOIN programme g ON g.id = s.programme_id JOIN pay_months m ON m.id = l.pay_months_id"
        f" WHERE p.id IN {chosen} ORDER BY p.id, l.position, l.serial"
    )
    lines: dict[int, list[AnswerLine]] = {number: [] for number in numbers}
    for number, *values in rows:
        lines[number].append(AnswerLine(*values))
    places = {number: values for number, *values in facts}
    for number in numbers:
        year, township, village, code, group, name, data_until, held = places[number]
        yield PersonAnswer(year, township, village, code, group, name, tuple(lines[number]), data_until, held)


def _read_village(database: Database, edition: int) -> VillageAnswer:
    [values] = database.select(
        "SELECT e.year, v.township, v.name, v.code, e.people, e.payments, e.public_fen, e.data_until, e.held,"
        " e.has_withheld, e.check_code FROM edition e JOIN village v ON v.id = e.village_id WHERE e.id = ?",
        edition,
    )
    lines = database.select(
        "SELECT g.title, g.unit, s.quantity_milli, NULL, s.payments, s.amount_fen, s.pay_months, s.people, s.held"
        " FROM summary s JOIN programme g ON g.id = s.programme_id WHERE s.edition_id = ? ORDER BY s.position",
        edition,
    )
    year, township, village, code, people, payments, public_fen, data_until, held, has_withheld, check_code = values
    return VillageAnswer(
        year, township, village, code, people, payments, public_fen,
        tuple(AnswerLine(*row) for row in lines), data_until, held, bool(has_withheld), check_code,
    )  # fmt: skip
