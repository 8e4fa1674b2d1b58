"""Answers to a question, and how they are shown: a table for the terminal, JSON, and the sentence to read out."""

import tomllib
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from village_notice.domain.money import format_fen, format_scaled
from village_notice.domain.spoken import speak_decimal, speak_digits, speak_fen, speak_integer, speak_months
from village_notice.resources import find_template


@dataclass(frozen=True, slots=True)
class AnswerLine:
    """One programme of a person or a village; quantity and rate are None where they are not public."""

    title: str
    unit: str
    quantity_milli: int | None
    rate_micro: int | None
    payments: int
    amount_fen: int
    pay_months: str
    people: int = 0
    held: int = 0


@dataclass(frozen=True, slots=True)
class PersonAnswer:
    """What a person's village posted by name about a year; `amount_fen` covers only these lines."""

    year: int
    township: str
    village: str
    village_code: str
    group: str
    name: str
    lines: tuple[AnswerLine, ...]
    data_until: str
    held: int

    @property
    def amount_fen(self) -> int:
        """Sum of the lines, in fen."""
        return sum(line.amount_fen for line in self.lines)


@dataclass(frozen=True, slots=True)
class VillageAnswer:
    """The public totals of a village and year."""

    year: int
    township: str
    village: str
    village_code: str
    people: int
    payments: int
    amount_fen: int
    lines: tuple[AnswerLine, ...]
    data_until: str
    held: int
    has_withheld: bool
    check_code: str


@dataclass(frozen=True, slots=True)
class Answers:
    """The answer to one question.

    Attributes:
        words: The question as typed.
        people: Persons found, best first.
        villages: Villages, where only a place was asked for.
        is_capped: True where more people were found than are shown.
        note: What the asker should know, "" nothing.
    """

    words: str
    people: tuple[PersonAnswer, ...] = ()
    villages: tuple[VillageAnswer, ...] = ()
    is_capped: bool = False
    note: str = ""


@cache
def read_words() -> dict[str, dict[str, str]]:
    """The sentences of `templates/offline/words.toml`."""
    return tomllib.loads(find_template("offline", "words.toml").read_text(encoding="utf-8"))


def format_answers(answers: Answers) -> str:
    """The answers as a table for the terminal, Chinese characters counted as two columns."""
    words = read_words()["answer"]
    blocks = [_format_person(person) for person in answers.people]
    blocks += [_format_village(village) for village in answers.villages]
    blocks += _compare_years([*answers.people, *answers.villages])
    if answers.people:
        blocks.append(words["coverage"])
    return "\n\n".join([*blocks, *([answers.note] if answers.note else [])])


def _format_person(person: PersonAnswer) -> str:
    head = f"{person.name}  {person.township} {person.village} {person.group}".rstrip() + f"  {person.year}年"
    rows = [("补贴项目", "数量", "标准(元)", "笔数", "发放时间", "金额(元)")]
    rows += [
        (
            x.title,
            _format_quantity(x),
            _format_rate(x),
            str(x.payments),
            x.pay_months,
            format_fen(x.amount_fen, grouped=True),
        )
        for x in person.lines
    ]
    rows.append((f"合计（{len(person.lines)} 项）", "", "", "", "", format_fen(person.amount_fen, grouped=True)))
    return "\n".join([head, *_align(rows, right={1, 2, 3, 5}), *_format_tail(person.data_until, person.held)])


def _format_village(village: VillageAnswer) -> str:
    head = f"{village.township} {village.village}  {village.year}年  公开合计"
    rows = [("补贴项目", "人数", "数量", "笔数", "发放时间", "金额(元)")]
    rows += [
        (
            x.title,
            str(x.people),
            _format_quantity(x),
            str(x.payments),
            x.pay_months,
            format_fen(x.amount_fen, grouped=True),
        )
        for x in village.lines
    ]
    total = (str(village.people), "", str(village.payments), "", format_fen(village.amount_fen, grouped=True))
    rows.append((f"合计（{len(village.lines)} 项）", *total))
    tail = _format_tail(village.data_until, village.held)
    if village.has_withheld:
        tail.append("  " + read_words()["answer"]["withheld"])
    return "\n".join([head, *_align(rows, right={1, 2, 3, 5}), f"  校验码 {village.check_code}", *tail])


def _compare_years(found: Sequence[PersonAnswer | VillageAnswer]) -> list[str]:
    """A table of programmes by years for each person or village that was found in several years.

    People of different years are joined by village, name and group only: the words say that this is no proof.
    """
    groups: dict[tuple[str, str, str], list[PersonAnswer | VillageAnswer]] = {}
    for answer in found:
        who = (answer.name, answer.group) if isinstance(answer, PersonAnswer) else ("", "")
        groups.setdefault((answer.village_code, *who), []).append(answer)
    return [_format_years(same) for same in groups.values() if len({a.year for a in same}) > 1]


def _format_years(same: Sequence[PersonAnswer | VillageAnswer]) -> str:
    words, by_year = read_words()["answer"], {a.year: a for a in same}
    years, first = sorted(by_year), same[0]
    titles = dict.fromkeys(line.title for year in reversed(years) for line in by_year[year].lines)
    rows = [("补贴项目", *(f"{year}年(元)" for year in years))]
    for title in titles:
        sums = [sum(x.amount_fen for x in by_year[year].lines if x.title == title) for year in years]
        rows.append((title, *(format_fen(fen, grouped=True) if fen else "—" for fen in sums)))
    rows.append(("合计", *(format_fen(by_year[year].amount_fen, grouped=True) for year in years)))
    who = f"{first.name} {first.group}".rstrip() if isinstance(first, PersonAnswer) else words["public_total"]
    head = f"{who}  {first.township} {first.village}  {words['years']}"
    note = [f"  {words['years_note']}"] if isinstance(first, PersonAnswer) else []
    return "\n".join([head, *_align(rows, right=set(range(1, len(years) + 1))), *note])


def _format_tail(data_until: str, held: int) -> list[str]:
    lines = [f"  统计截至 {data_until}"] if data_until else []
    return lines + ([f"  {read_words()['answer']['draft'].format(held=held)}"] if held else [])


def _format_quantity(line: AnswerLine) -> str:
    return "" if line.quantity_milli is None else f"{format_scaled(line.quantity_milli, 3)}{line.unit}"


def _format_rate(line: AnswerLine) -> str:
    return "" if line.rate_micro is None else format_scaled(line.rate_micro, 6)


def _align(rows: Sequence[Sequence[str]], right: set[int]) -> list[str]:
    widths = [max(_width(row[i]) for row in rows) for i in range(len(rows[0]))]
    return [
        "  " + "  ".join(_pad(row[i], widths[i], is_right=i in right) for i in range(len(row))).rstrip() for row in rows
    ]


def _pad(text: str, width: int, *, is_right: bool) -> str:
    blank = " " * (width - _width(text))
    return blank + text if is_right else text + blank


def _width(text: str) -> int:
    """Columns a terminal needs for a text."""
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def format_speech(answers: Answers) -> str:
    """What a clerk reads out on the telephone, one paragraph a person, numbers in words."""
    words = read_words()["speech"]
    paragraphs = [_speak(words["person"], p.name, p) for p in answers.people]
    if paragraphs:
        paragraphs.append(words["coverage"])
    paragraphs += [_speak(words["village"], "", v) for v in answers.villages]
    return "\n".join([*paragraphs, *([answers.note] if answers.note else [])])


def _speak(template: str, name: str, answer: PersonAnswer | VillageAnswer) -> str:
    group = f"{speak_months(answer.group)}，" if isinstance(answer, PersonAnswer) and answer.group else ""
    head = template.format(
        place=f"{answer.township}{answer.village}{group or '，'}",
        name=name,
        year=speak_digits(str(answer.year)),
        count=speak_integer(len(answer.lines)),
        sum=speak_fen(answer.amount_fen),
    )
    return head + "".join(speak_line(number, line) for number, line in enumerate(answer.lines, start=1))


def speak_line(number: int, line: AnswerLine) -> str:
    """One programme as it is read out."""
    parts = []
    if line.quantity_milli is not None and line.unit:
        unit = "个月" if line.unit == "月" else line.unit  # 十二月 would be heard as December
        parts.append(speak_decimal(format_scaled(line.quantity_milli, 3)) + unit)
    parts.append(speak_fen(line.amount_fen))
    if line.pay_months:
        parts.append(speak_months(line.pay_months) + "发放")
    template = read_words()["speech"]["line"]
    return template.format(number=speak_integer(number), title=line.title, parts="，".join(parts))


def to_json(answers: Answers) -> dict[str, Any]:
    """The answers as JSON values; amounts both in fen and as yuan text."""
    coverage = read_words()["answer"]["coverage"]
    return {
        "words": answers.words,
        "is_capped": answers.is_capped,
        "note": answers.note,
        "people": [
            {
                "name": p.name,
                **_place_values(p),
                "group": p.group,
                "amount": format_fen(p.amount_fen),
                "amount_fen": p.amount_fen,
                "amount_covers": coverage,
                "lines": list(_line_values(p.lines)),
            }
            for p in answers.people
        ],
        "villages": [
            {
                **_place_values(v),
                "people": v.people,
                "payments": v.payments,
                "amount": format_fen(v.amount_fen),
                "amount_fen": v.amount_fen,
                "has_withheld": v.has_withheld,
                "check_code": v.check_code,
                "lines": [
                    dict(values, people=x.people) for values, x in zip(_line_values(v.lines), v.lines, strict=True)
                ],
            }
            for v in answers.villages
        ],
    }


def _place_values(answer: PersonAnswer | VillageAnswer) -> dict[str, Any]:
    names = ("year", "township", "village", "village_code", "data_until", "held")
    return {name: getattr(answer, name) for name in names}


def _line_values(lines: Iterable[AnswerLine]) -> Iterable[dict[str, Any]]:
    for x in lines:
        yield {
            "programme": x.title,
            "quantity": "" if x.quantity_milli is None else format_scaled(x.quantity_milli, 3),
            "unit": x.unit,
            "rate": _format_rate(x),
            "payments": x.payments,
            "amount": format_fen(x.amount_fen),
            "amount_fen": x.amount_fen,
            "pay_months": x.pay_months,
        }
