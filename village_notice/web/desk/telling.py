"""What the clerk reads and says: lines with their reasons, last year beside this, the sentence for the telephone."""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from functools import cache
from typing import NamedTuple

from village_notice.archive.answer import AnswerLine, Answers, PersonAnswer, format_speech, speak_line
from village_notice.domain.money import format_fen, format_scaled
from village_notice.domain.spoken import speak_day, speak_digits, speak_fen, speak_integer
from village_notice.domain.subsidy import Tier
from village_notice.ledger.desk import DeskLine, DeskPayment, DeskPerson
from village_notice.resources import find_template

_ON_WALL = (Tier.A, Tier.B)


class ToldLine(NamedTuple):
    """One programme: texts for the table.

    Attributes:
        codes: Programme codes, joined by +; "" where only a title is known.
        title: Name.
        reasons: Why it is this sum, and what is other than last year.
        months: When it was paid.
        amount: Sum in yuan.
        last: Last year's sum, "" nothing known.
        on_wall: Whether the board shows it by name.
    """

    codes: str
    title: str
    reasons: tuple[str, ...]
    months: str
    amount: str
    last: str
    on_wall: bool


class ToldOther(NamedTuple):
    """A payment that did not arrive, or not in this year: texts for the list."""

    codes: str
    title: str
    amount: str
    state: str
    reasons: tuple[str, ...]


class Told(NamedTuple):
    """An answer as the page shows it; `sum` and `last_sum` in yuan, `speech` is the sentence to say."""

    lines: tuple[ToldLine, ...]
    others: tuple[ToldOther, ...]
    sum: str
    last_sum: str
    speech: str


@cache
def read_words() -> Mapping[str, Mapping[str, str]]:
    """The sentences of `templates/desk/words.toml`."""
    return tomllib.loads(find_template("desk", "words.toml").read_text(encoding="utf-8"))


def tell_public(person: PersonAnswer, before: PersonAnswer | None, codes: Mapping[str, str]) -> Told:
    """What anybody may hear: the lines of the wall.

    Args:
        person: The person's year.
        before: The same name and group a year earlier, None where there is none.
        codes: Title of a programme → its code.
    """
    last = {x.title: x for x in before.lines} if before else {}
    lines = [_tell_line(codes.get(x.title, ""), x, last.get(x.title), before is not None, ()) for x in person.lines]
    lines += [_tell_gone(codes.get(t, ""), x) for t, x in last.items() if t not in {x.title for x in person.lines}]
    speech = format_speech(Answers("", people=(person,))).partition("\n")[0] + read_words()["speech"]["coverage_wall"]
    last_sum = format_fen(before.amount_fen, grouped=True) if before else ""
    return Told(tuple(lines), (), format_fen(person.amount_fen, grouped=True), last_sum, speech)


def tell_person(person: DeskPerson, place: str, year: int, *, is_face: bool = False, of_tier_x: bool = False) -> Told:
    """What the person alone may hear, after the check.

    Args:
        person: The person.
        place: Township, village and group as said.
        year: Calendar year.
        is_face: Whether the person stands at the window.
        of_tier_x: True for the programmes that are told face to face only, False for all others.
    """
    this, last = ([x for x in y.lines if (x.tier is Tier.X) is of_tier_x] for y in (person.this, person.last))
    others = [x for x in person.this.others if (x.tier is Tier.X) is of_tier_x]
    by_code = {(x.code, x.title): x for x in last}
    lines = []
    for x in this:
        before = by_code.pop((x.code, x.title), None)
        lines.append(
            _tell_line(
                x.code,
                _as_answer(x),
                _as_answer(before) if before else None,
                bool(last),
                tuple(_tell_parts(x)),
                on_wall=x.tier in _ON_WALL,
            )
        )
    lines += [_tell_gone(x.code, _as_answer(x), on_wall=x.tier in _ON_WALL) for x in by_code.values()]
    total, earlier = (sum(x.amount_fen for x in found) for found in (this, last))
    speech = "".join([_speak_head(person.name, place, year, this), *_speak_lines(this), *_speak_others(others)])
    return Told(
        tuple(lines),
        tuple(_tell_other(x) for x in others),
        format_fen(total, grouped=True),
        format_fen(earlier, grouped=True) if last else "",
        speech + read_words()["speech"]["coverage_face" if is_face else "coverage_phone"],
    )


def _as_answer(line: DeskLine) -> AnswerLine:
    return AnswerLine(
        line.title, line.unit, line.quantity_milli, line.rate_micro, line.payments, line.amount_fen, line.pay_months
    )


def _tell_line(
    code: str, line: AnswerLine, before: AnswerLine | None, has_last: bool, more: tuple[str, ...], *, on_wall: bool = True
) -> ToldLine:  # fmt: skip
    reasons = (*_tell_product(line), *more, *(_tell_change(line, before) if has_last else ()))
    last = (format_fen(before.amount_fen, grouped=True) if before else "—") if has_last else ""
    return ToldLine(
        code, line.title, reasons, line.pay_months, format_fen(line.amount_fen, grouped=True), last, on_wall
    )


def _tell_gone(code: str, before: AnswerLine, *, on_wall: bool = True) -> ToldLine:
    last = format_fen(before.amount_fen, grouped=True)
    return ToldLine(code, before.title, (read_words()["reason"]["gone"],), "", "—", last, on_wall)


def _tell_product(line: AnswerLine) -> Iterator[str]:
    """Area × rate where it gives the very sum; where it does not, both are told and that the money counts."""
    words = read_words()["reason"]
    if line.quantity_milli is None or not line.unit:
        return
    quantity = f"{format_scaled(line.quantity_milli, 3)} {'个月' if line.unit == '月' else line.unit}"
    if not line.rate_micro:
        yield words["quantity"].format(quantity=quantity)
        return
    product = Decimal(line.quantity_milli) * Decimal(line.rate_micro) / Decimal(10**7)
    kind = "product" if abs(product - line.amount_fen) <= 1 else "apart"
    yield words[kind].format(quantity=quantity, rate=format_scaled(line.rate_micro, 6))


def _tell_parts(line: DeskLine) -> Iterator[str]:
    words = read_words()["reason"]
    if line.reissued:
        yield words["reissued"].format(count=line.reissued)
    if line.recovered_fen:
        yield words["recovered"].format(sum=format_fen(line.recovered_fen, grouped=True))


def _tell_change(line: AnswerLine, before: AnswerLine | None) -> Iterator[str]:
    words = read_words()["reason"]
    if before is None:
        yield words["new"]
        return
    difference = line.amount_fen - before.amount_fen
    if not difference:
        yield words["as_last"]
        return
    yield words["more" if difference > 0 else "less"].format(sum=format_fen(abs(difference), grouped=True))
    old, new = before.quantity_milli, line.quantity_milli
    if old is not None and new is not None and old != new:
        yield words["quantity_change"].format(
            before=format_scaled(old, 3), after=f"{format_scaled(new, 3)} {line.unit}".rstrip()
        )
    if before.rate_micro and line.rate_micro and before.rate_micro != line.rate_micro:
        rates = (format_scaled(x.rate_micro or 0, 6) for x in (before, line))
        yield words["rate_change"].format(**dict(zip(("before", "after"), rates, strict=True)))


def name_state(payment: DeskPayment) -> str:
    """The state of a payment that did not arrive: a key of the words' [state]."""
    if payment.verdict in ("held", "other_year"):
        return payment.verdict
    if payment.status in ("失败", "退回"):
        return "made_good" if payment.made_good else "failed"
    return "stopped" if payment.status == "停发" else "pending"


def _tell_other(payment: DeskPayment) -> ToldOther:
    words, state = read_words(), name_state(payment)
    texts = words["reason"]
    reasons = [payment.pay_date or payment.period] if payment.pay_date or payment.period else []
    if payment.reasons:
        reasons.append(texts["why"].format(reasons="、".join(payment.reasons)))
    if payment.questions:
        reasons.append(texts["question"].format(questions="、".join(payment.questions)))
    if payment.made_good_on:
        reasons.append(texts["on_day"].format(day=payment.made_good_on))
    if state == "other_year" and payment.year:
        reasons.append(texts["belongs"].format(other=payment.year))
    amount = texts["sum_unknown"] if payment.amount_fen is None else format_fen(payment.amount_fen, grouped=True)
    title = payment.title or words["speech"]["unknown_title"]
    return ToldOther(payment.code, title, amount, words["state"][state], tuple(reasons))


def _speak_head(name: str, place: str, year: int, lines: Sequence[DeskLine]) -> str:
    words = read_words()["speech"]
    return words["checked" if lines else "nothing"].format(
        place=place,
        name=name,
        year=speak_digits(str(year)),
        count=speak_integer(len(lines)),
        sum=speak_fen(sum(x.amount_fen for x in lines)),
    )


def _speak_lines(lines: Sequence[DeskLine]) -> Iterator[str]:
    words = read_words()["speech"]
    for number, x in enumerate(lines, 1):
        yield speak_line(number, _as_answer(x))
        if x.recovered_fen:
            yield words["recovered"].format(sum=speak_fen(x.recovered_fen))


def _speak_others(others: Sequence[DeskPayment]) -> Iterator[str]:
    words = read_words()["speech"]
    for payment in others:
        day = speak_day(payment.made_good_on)
        yield words[name_state(payment)].format(
            title=payment.title or words["unknown_title"],
            sum=words["unknown_sum"] if payment.amount_fen is None else speak_fen(payment.amount_fen),
            why=f"，原因是{'、'.join(payment.reasons)}" if payment.reasons else "",
            day=f"，{day}到账" if day else "",
            other=speak_digits(str(payment.year)) if payment.year else "别的",
        )
