"""What the checks find and what they only think they find, on an invented inbox whose truth is known.

Clean: nothing is planted. An ERROR on a payment that is right is a false one; a WARNING on a row is a false one unless
what it says is so (a child under fourteen, two people of one name, a failure never made good). Spoiled: every mistake in
a row is planted many times over, and every rule must be reported at its row; whatever else is said of other rows counts
as a false alarm. Sample: what `village-notice sample` makes, with its truth.json, for mistakes in sheets, totals and files.

Run: `python bench/bench_findings.py [--townships 山前店镇,羊郡镇] [--households 290] [--times 20]`.
"""

import argparse
import os
import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from village_notice.domain.finding import Finding
from village_notice.domain.rules import RULES, Severity
from village_notice.intake import read_inbox
from village_notice.judging import Desk, check_payments
from village_notice.options import RunOptions
from village_notice.progress import stay_silent
from village_notice.read_cache import ReadCache
from village_notice.sample.books import draw_books
from village_notice.sample.cell_mistakes import CELL_MISTAKES, CellMistake, plant_in_cells
from village_notice.sample.make import SEED, TOWNSHIPS, YEAR, make_sample, read_truth
from village_notice.sample.plan import Book, Payment, Planted
from village_notice.sample.scenario import Lists, World, build_lists, build_world
from village_notice.sample.writers import build_bytes
from village_notice.settings import Settings
from village_notice.sources.reference import read_reference

Key = tuple[str, str, int]
_BETWEEN_ROWS = frozenset(["X03", "X05", "X06"])
"""Rules that two rows break together: where neither is rarer than the other, either may be told."""
_REFERENCE = read_reference(Settings())


def _set(key: str, build: Callable[[Payment], str | float]) -> Callable[[Payment, World], None]:
    def spoil(payment: Payment, _: World) -> None:
        payment.cells[key] = build(payment)

    return spoil


def _spoil_card(payment: Payment) -> str:
    account = payment.person.account
    return account[:-1] + ("0" if account[-1] != "0" else "1")


def _use_account_of_another(payment: Payment, world: World) -> None:
    others = [p for p in world.heads(payment.person.village.township) if p is not payment.person]
    payment.cells["account"] = world.rng.choice(others).account


def _live_elsewhere(payment: Payment, world: World) -> None:
    villages = {p.village.name for p in world.people[payment.person.village.township]}
    payment.cells["village"] = sorted(villages - {payment.person.village.name})[0]


def _pay_a_hundred_times(payment: Payment, _: World) -> None:
    payment.fen *= 100


def _lose_to(value: Callable[[Payment], str | float]) -> Callable[[Payment, World], None]:
    def spoil(payment: Payment, _: World) -> None:
        payment.cells["amount"], payment.fen = value(payment), 0

    return spoil


_MORE = (
    CellMistake("card_check_digit", ("C14",), "银行卡号末位抄错", "heating", _set("account", _spoil_card)),
    CellMistake("id_as_amount", ("C17",), "金额格里填了证件号", "heating",
                _lose_to(lambda p: float(int(p.person.id[:17]))), "held"),
    CellMistake("amount_100_times", ("X14",), "金额漏了小数点", "heating", _pay_a_hundred_times),
    CellMistake("rate_differs", ("X07", "R05"), "补贴标准抄错", "spray", _set("rate", lambda p: p.rate_fen / 100 + 3)),
    CellMistake("date_far", ("R15",), "发放日期差了十年", "heating",
                _set("date", lambda p: f"{p.pay_date - timedelta(days=3650):%Y-%m-%d}" if p.pay_date else ""), "other_year"),
    CellMistake("name_is_a_note", ("C19",), "姓名格里是一句话", "heating", _set("name", lambda _: "见附件一"), "held"),
    CellMistake("name_with_note", ("C18", "C16"), "姓名后面带了备注", "heating",
                _set("name", lambda p: f"{p.person.name}(代领)")),
    CellMistake("other_name_same_id", ("X03",), "姓名写成了别人", "heating", _set("name", lambda _: "欧阳测试")),
    CellMistake("account_of_another", ("X05",), "填了别人的账号", "heating", _use_account_of_another),
    CellMistake("other_village", ("X06",), "村名写成了另一个村", "heating", _live_elsewhere),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Inbox:
    """What was written and what is true of it."""

    world: World
    books: list[Book]
    planted: list[Planted]

    @property
    def payments(self) -> dict[Key, Payment]:
        """Payments by place."""
        return {(b.path, p.sheet, p.row): p for b in self.books for p in b.payments}


def write_inbox(folder: Path, options: argparse.Namespace, mistakes: Sequence[CellMistake]) -> Inbox:
    """Invents the inbox, plants the mistakes and writes the files."""
    townships = options.townships.split(",")
    villages = [v for v in _REFERENCE.register.villages if v.township in townships]
    villages.sort(key=lambda v: (v.township_code, v.code))
    world = build_world(villages, YEAR, options.households, SEED)
    lists: Lists = build_lists(world)
    lists |= {"planned": [], "repeated": []}
    planted = plant_in_cells(lists, world, mistakes)
    books = [b for b in draw_books(lists, YEAR) if b.payments]
    for book in books:
        path = folder.joinpath(*book.path.split("/"))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(build_bytes(book))
    return Inbox(world, books, planted)


def find(folder: Path, workers: int) -> list[Finding]:
    """The findings of a run that only checks."""
    options = RunOptions(folder, folder.parent / "out", YEAR, workers=workers, check_only=True)
    read = read_inbox(options, (), stay_silent, ReadCache(folder.parent / "cache", "", is_fresh=True))
    return check_payments(read, options, Desk(Settings(), []), _REFERENCE).standing


@dataclass(frozen=True, slots=True)
class Spoiled:
    """The payments that something was planted in, and the people whom that concerns."""

    places: dict[Key, Planted]
    people: dict[int, Key]


def list_spoiled(made: Inbox) -> Spoiled:
    """Spoiled payments by place; the person of each, and the owner of the account that was taken for it, by identity."""
    owners = {p.account: p for people in made.world.people.values() for p in people}
    places: dict[Key, Planted] = {}
    people: dict[int, Key] = {}
    for planted in made.planted:
        if payment := planted.payment:
            place = payment.file, payment.sheet, payment.row
            places[place] = planted
            owner = owners.get(str(payment.cells.get("account")), payment.person)
            people |= {id(payment.person): place, id(owner): place}
    return Spoiled(places, people)


def is_so(finding: Finding, payment: Payment | None, made: Inbox) -> bool:
    """Whether what a warning says is true of a row that nothing was planted in; None is a row of no payment."""
    if payment is None:
        return finding.code == "R08"  # the example that the machine template comes with
    person = payment.person
    match finding.code:
        case "R06":
            return person.age(YEAR) <= 14
        case "X08":
            return payment.verdict == "not_paid"
        case "X04":
            people = made.world.people[person.village.township]
            return sum(p.name == person.name and p.village is person.village for p in people) > 1
    return False


def tell(made: Inbox, findings: Sequence[Finding]) -> Iterator[str]:
    """The table, line by line."""
    payments, spoiled = made.payments, list_spoiled(made)
    told: defaultdict[Key, set[str]] = defaultdict(set)
    false: Counter[str] = Counter()
    true: Counter[str] = Counter()
    for finding in findings:
        place, payment = finding.place[:3], payments.get(finding.place[:3])
        if finding.code in _BETWEEN_ROWS and payment and place not in spoiled.places:
            place = spoiled.people.get(id(payment.person), place)
        told[place].add(finding.code)
        if place in spoiled.places or RULES[finding.code].severity is Severity.FIXED or not finding.place.row:
            continue
        (true if is_so(finding, payment, made) else false)[finding.code] += 1
    errors = sum(n for code, n in false.items() if RULES[code].severity is Severity.ERROR)
    warnings = false.total() - errors
    errors += sum(RULES[f.code].severity is Severity.ERROR and not f.place.row for f in findings)
    yield f"{len(payments):,} payments, {len(spoiled.places):,} of them spoiled, {len(made.books)} files"
    yield f"false ERRORs {errors}, false WARNINGs {warnings} ({warnings / len(payments):.4%} of the rows)"
    yield f"  true of the data: {_list(true)}"
    yield f"  false: {_list(false)}"
    kinds: defaultdict[tuple[str, tuple[str, ...]], list[bool]] = defaultdict(list)
    for place, planted in spoiled.places.items():
        kinds[planted.kind, planted.rules].append(bool(told[place] & set(planted.rules)))
    if kinds:
        yield f"  {'mistake':24}{'rules':12}{'planted':>8}{'hits':>6}{'misses':>8}{'false alarms':>14}"
    for (kind, rules), hits in kinds.items():
        alarms = sum(false[code] for code in rules)
        yield f"  {kind:24}{'/'.join(rules):12}{len(hits):8}{sum(hits):6}{len(hits) - sum(hits):8}{alarms:14}"


def tell_sample(folder: Path, options: argparse.Namespace) -> Iterator[str]:
    """The sample as `village-notice sample` makes it, whose truth.json names the mistakes in sheets and files as well."""
    villages = _REFERENCE.register.villages
    truth = read_truth(make_sample(folder, townships=options.townships.split(","), villages=villages))
    found = {(f.code, *f.place[:3]) for f in find(folder, options.workers)}
    told = {code for code, *_ in found}
    yield f"sample: {sum(count for count, _ in truth['totals'].values()):,} payments, mistakes in sheets, totals and files"
    kinds: defaultdict[tuple[str, str], list[bool]] = defaultdict(list)
    for planted in truth["planted"]:
        if planted["kind"] in {m.kind for m in CELL_MISTAKES}:
            continue
        file, sheet, row = planted["file"], planted["sheet"], planted["row"]
        places = {(file, sheet, row), (file, sheet, 0), (file, "", 0)}
        is_found = any((code, *place) in found for code in planted["rules"] for place in places)
        kinds[planted["kind"], "/".join(planted["rules"])].append(
            is_found if file else bool(told & set(planted["rules"]))
        )
    for (kind, rules), hits in kinds.items():
        yield f"  {kind:24}{rules:12}{len(hits):8}{sum(hits):6}{len(hits) - sum(hits):8}"


def _list(counts: Counter[str]) -> str:
    return ", ".join(f"{code} {n}" for code, n in sorted(counts.items())) or "none"


def main() -> None:
    """Measures the clean inbox, then the spoiled one."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--townships", default=",".join(TOWNSHIPS), help="parted by commas")
    parser.add_argument("--households", type=int, default=290, help="households of a village")
    parser.add_argument("--times", type=int, default=20, help="how often each mistake is planted")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args()
    for words, mistakes in (("clean", ()), ("spoiled", (*CELL_MISTAKES, *_MORE) * options.times)):
        with tempfile.TemporaryDirectory() as folder:
            inbox = Path(folder, "inbox")
            made = write_inbox(inbox, options, mistakes)
            print(f"{words}: " + "\n".join(tell(made, find(inbox, options.workers))), flush=True)
    with tempfile.TemporaryDirectory() as folder:
        print("\n".join(tell_sample(Path(folder, "inbox"), options)))


if __name__ == "__main__":
    main()
