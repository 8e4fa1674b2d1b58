"""What the office's desk may know of one caller: the payments of the person whose name and last four ID digits agree.

The ledger is opened read-only and looked into for one village, one name and one year at a time; nothing can be listed.
IDs and accounts are compared here and never handed on: `DeskPerson` has no field for them.
"""

import hmac
import re
import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from village_notice.domain.frames import build_frame
from village_notice.domain.identity import is_valid_id
from village_notice.domain.printed import print_group, print_name
from village_notice.domain.rules import RULES, Severity
from village_notice.domain.subsidy import Subsidy, Tier
from village_notice.domain.text import clean_name, normal_group
from village_notice.ledger.history import open_kept
from village_notice.ledger.lines import RULES as QUANTITY_RULES
from village_notice.ledger.lines import format_months, sum_lines
from village_notice.ledger.store import FILE_NAME, explain_database_errors
from village_notice.ledger.tiers import JOIN, find_minors, tier_of

_NAMESAKE = re.compile(r"（\d+）$")
_DIGITS = re.compile(r"\d{3}[\dX]")
_FAILED = ("失败", "退回")
REASONS = (
    "户名不符", "姓名不符", "证件号不符", "账号不符", "卡号不符", "账号错误", "卡号错误", "账号不存在", "无此账号", "无此户", "销户", "挂失", "冻结",
    "止付", "休眠", "睡眠", "不动户", "未激活", "账户异常", "账号异常", "状态异常", "限额", "死亡", "去世", "已故", "注销",
)  # fmt: skip
"""Words of the bank's reasons that are told on; the rest of a remark stays where it is. Source: statuses.csv."""
_INDEXES = """
CREATE INDEX IF NOT EXISTS desk_villages ON people (village_code);
CREATE INDEX IF NOT EXISTS desk_ids ON people (id);
CREATE INDEX IF NOT EXISTS desk_payments ON payments (who);
"""
_VERSIONS = """SELECT run, first_payment, payments, sha256 FROM run_versions JOIN versions USING (version)
    WHERE run IN (SELECT max(run) FROM runs WHERE year = ? GROUP BY inbox) AND payments > 0
    ORDER BY run DESC, first_payment"""
_COLUMNS = (
    "sheet", "row", "column", "township", "village", "village_code", "group", "name", "id", "programme_code", "programme",
    "programme_text", "quantity_milli", "rate_micro", "amount_fen", "pay_date", "period", "status", "verdict", "findings",
    "remark", "birth_date", "organisation", "person_no", "year",
)  # fmt: skip
_PAYMENTS = f"""SELECT payment, {", ".join(f'"{c}"' for c in _COLUMNS)}
    FROM payments JOIN batches USING (batch) JOIN people USING (who) WHERE payments.who IN ({{marks}}) ORDER BY payment"""
_MOST_ROWS = 900


class Caller(NamedTuple):
    """Who says to be calling: village, name as on the wall or as typed, group ("" not told)."""

    village_code: str
    name: str
    group: str


@dataclass(frozen=True, slots=True)
class DeskPayment:
    """One payment as the desk tells of it.

    Attributes:
        code: Programme code, "" unresolved.
        title: Name of the programme, "" unknown.
        tier: Privacy tier; D for a child under fourteen.
        amount_fen: None where it cannot be known.
        pay_date: YYYY-MM-DD, YYYY-MM or "".
        period: As in the payments frame.
        status: One of STATUSES, "" none told.
        verdict: One of VERDICTS.
        year: Year it belongs to, None unknown.
        reasons: Words of `REASONS` why it did not arrive.
        questions: Titles of the rules whose answer it waits for.
        made_good: Whether a later payment made this failure good.
        made_good_on: Pay date of that payment, "" unknown.
    """

    code: str
    title: str
    tier: Tier
    amount_fen: int | None
    pay_date: str
    period: str
    status: str
    verdict: str
    year: int | None
    reasons: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()
    made_good: bool = False
    made_good_on: str = ""


@dataclass(frozen=True, slots=True)
class DeskLine:
    """What arrived of one programme in a year, added up as on the wall.

    Attributes:
        code, title, tier: As in `DeskPayment`.
        unit: Unit of the quantity.
        quantity_milli, rate_micro: None where not known.
        payments: Payments behind the sum.
        amount_fen: Sum; recoveries taken off.
        recovered_fen: What was taken back, as a positive number.
        reissued: Payments among them that are re-issues.
        pay_months: E.g. 6月, "" unknown.
    """

    code: str
    title: str
    tier: Tier
    unit: str
    quantity_milli: int | None
    rate_micro: int | None
    payments: int
    amount_fen: int
    recovered_fen: int
    reissued: int
    pay_months: str


@dataclass(frozen=True, slots=True)
class DeskYear:
    """A person's year: what arrived, by programme, and the payments that did not, or not in this year."""

    lines: tuple[DeskLine, ...] = ()
    others: tuple[DeskPayment, ...] = ()


@dataclass(frozen=True, slots=True)
class DeskPerson:
    """The person who was recognised, with the year asked for and the one before."""

    name: str
    groups: tuple[str, ...]
    this: DeskYear
    last: DeskYear


def prepare_desk(home: Path) -> None:
    """Sees to it that the ledger answers at once: adds the desk's indexes where they are missing.

    Raises:
        UsageError: There is no ledger yet.
        CannotWriteError: A run holds the ledger.
    """
    with open_kept(home) as ledger, explain_database_errors(ledger.path):
        ledger.connection.executescript(_INDEXES)


def list_years(home: Path) -> tuple[int, ...]:
    """Years that runs have been made for, newest first."""
    with closing(_open(home)) as connection:
        return tuple(int(y) for (y,) in connection.execute("SELECT DISTINCT year FROM runs ORDER BY year DESC"))


def clean_digits(text: str) -> str:
    """The four characters in the form they are compared, "" where it is no end of an ID."""
    plain = re.sub(r"\s", "", text).upper().translate(str.maketrans("０１２３４５６７８９Ｘ", "0123456789X"))
    return plain if _DIGITS.fullmatch(plain) else ""


def fold_caller(name: str) -> str:
    """A name in the form callers are compared: cleaned, printed, without the mark of a namesake."""
    return _NAMESAKE.sub("", print_name(_NAMESAKE.sub("", clean_name(name))))


def find_person(
    home: Path, caller: Caller, digits: str, year: int, subsidies: Mapping[str, Subsidy]
) -> DeskPerson | None:
    """The caller, where exactly one person of the village has this name, group and end of the ID; else None.

    Why there is none is not told: nobody learns by trying who is in a programme. Every candidate is compared, each in
    constant time.

    Args:
        home: Office folder.
        caller: Who says to be calling.
        digits: Last four characters of the ID.
        year: Calendar year.
        subsidies: Code → programme.
    """
    wanted = clean_digits(digits)
    with explain_database_errors(home / FILE_NAME), closing(_open(home)) as connection:
        people = _find_namesakes(connection, caller)
        rows = _read_payments(connection, year, [who for who, *_ in people])
        match = _match_person(rows, caller.group, wanted) if wanted and not rows.empty else None
        if match is None:
            return None
        identity, numbers = match
        owned = _collect(connection, year, rows, caller, numbers, identity)
        before = _collect(connection, year - 1, rows.iloc[:0], caller, frozenset(), identity)
    groups = tuple(sorted({print_group(g) for g in owned["group"]} - {""}))
    years = (_build_year(frame, y, subsidies) for frame, y in ((owned, year), (before, year - 1)))
    return DeskPerson(fold_caller(caller.name), groups, *years)


def _open(home: Path) -> sqlite3.Connection:
    path = (home / FILE_NAME).resolve()
    connection = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, timeout=20)
    connection.execute("PRAGMA query_only = ON")
    return connection


def _find_namesakes(connection: sqlite3.Connection, caller: Caller) -> list[tuple[int, str]]:
    name = fold_caller(caller.name)
    query = "SELECT who, name FROM people WHERE village_code = ? AND village_code <> ''"
    rows = connection.execute(query, (caller.village_code,))
    return [(int(who), str(known)) for who, known in rows if name and fold_caller(str(known)) == name]


def _read_payments(connection: sqlite3.Connection, year: int, people: Sequence[int]) -> pd.DataFrame:
    """The payments of some rows of `people` that count in a year: those of the last run on each inbox, each once."""
    spans = _list_spans(connection, year)
    found: dict[tuple[object, ...], dict[str, object]] = {}
    for start in range(0, len(people), _MOST_ROWS):
        part = people[start : start + _MOST_ROWS]
        for number, *values in connection.execute(_PAYMENTS.format(marks=",".join("?" * len(part))), part):
            sha256 = next((h for first, size, h in spans if first <= number < first + size), None)
            if sha256 is not None:
                row = dict(zip(_COLUMNS, values, strict=True)) | {"file": sha256}
                # the same file in two inboxes is the same money
                found.setdefault((sha256, row["sheet"], row["row"], row["column"]), row)
    rows = list(found.values())
    return build_frame({c: [r[c] for r in rows] for c in (*_COLUMNS, "file")})


def _list_spans(connection: sqlite3.Connection, year: int) -> list[tuple[int, int, str]]:
    """First payment, number and file hash of everything that counts in a year, newest run first.

    A folder of which most files lie unchanged in one run later is that folder before it was moved or corrected: what
    only the older one holds has been replaced and would be counted twice.
    """
    runs: dict[int, list[tuple[int, int, str]]] = {}
    for run, *span in connection.execute(_VERSIONS, (year,)):
        runs.setdefault(int(run), []).append((int(span[0]), int(span[1]), str(span[2])))
    counted: list[set[str]] = []
    found: dict[tuple[int, int, str], None] = {}
    for spans in runs.values():
        files = {sha256 for *_, sha256 in spans}
        if any(2 * len(files & newer) > len(files) for newer in counted):
            continue
        counted.append(files)
        found |= dict.fromkeys(spans)
    return list(found)


def _match_person(rows: pd.DataFrame, group: str, digits: str) -> tuple[str, frozenset[int]] | None:
    """ID and numbers of the one person whose ID ends in the digits and who is, or may be, of the group."""
    ids: defaultdict[str, set[int]] = defaultdict(set)
    groups: defaultdict[str, set[str]] = defaultdict(set)
    for identity, number, known in zip(rows["id"], rows["person_no"].fillna(0), rows["group"], strict=True):
        if hmac.compare_digest(str(identity)[-4:].upper().encode(), digits.encode()):
            ids[str(identity).upper()].add(int(number))
            groups[str(identity).upper()].add(print_group(str(known)))
    asked = print_group(normal_group(group)) if group else ""
    right = [i for i in ids if not asked or asked in groups[i] or groups[i] <= {""}]
    return (right[0], frozenset(ids[right[0]] - {0})) if len(right) == 1 else None


def _collect(
    connection: sqlite3.Connection,
    year: int,
    rows: pd.DataFrame,
    caller: Caller,
    numbers: frozenset[int],
    identity: str,
) -> pd.DataFrame:
    """Everything of the person: rows of the same numbers in the village, and those with the same ID in any village."""
    same = rows[rows["person_no"].isin(numbers) & (rows["village_code"] == caller.village_code)]
    if not is_valid_id(identity):
        return same
    people = [int(who) for (who,) in connection.execute("SELECT who FROM people WHERE id = ?", (identity,))]
    both = pd.concat([same, _read_payments(connection, year, people)], ignore_index=True)
    return both.drop_duplicates(["file", "sheet", "row", "column"]).reset_index(drop=True)


def _build_year(rows: pd.DataFrame, year: int, subsidies: Mapping[str, Subsidy]) -> DeskYear:
    if rows.empty:
        return DeskYear()
    tiers = _find_tiers(rows, year, subsidies)
    accepted = (rows["verdict"] == "accepted").to_numpy()
    payments = list(_read_others(rows, tiers, accepted))
    chosen = np.flatnonzero(accepted)
    lines = _sum_accepted(rows.iloc[chosen], [tiers[int(n)] for n in chosen], year, subsidies) if len(chosen) else ()
    places = {code: place for place, code in enumerate(subsidies)}
    ordered = sorted(lines, key=lambda x: (x.tier, places.get(x.code.split(JOIN)[0], len(places)), x.code))
    return DeskYear(tuple(ordered), tuple(payments))


def _find_tiers(rows: pd.DataFrame, year: int, subsidies: Mapping[str, Subsidy]) -> list[Tier]:
    table = dict(subsidies)
    tiers = [tier_of(str(code), table) for code in rows["programme_code"]]
    children = frozenset(
        str(code)
        for code in set(rows["programme_code"])
        if any(table[part].is_for_children for part in str(code).split(JOIN) if part in table)
    )
    minors = find_minors(rows, children, year)
    return [Tier.D if young and tier is not Tier.X else tier for tier, young in zip(tiers, minors, strict=True)]


def _sum_accepted(
    rows: pd.DataFrame, tiers: Sequence[Tier], year: int, subsidies: Mapping[str, Subsidy]
) -> Iterator[DeskLine]:
    titles = [_read_title(*names) for names in zip(rows["programme"], rows["programme_text"], strict=True)]
    heading, distinct = pd.factorize(pd.MultiIndex.from_arrays([rows["programme_code"], titles, list(map(str, tiers))]))
    known = [subsidies.get(str(code)) for code, *_ in distinct]
    rules = np.array([QUANTITY_RULES.index(s.quantity_rule if s else "none") for s in known], dtype=np.int64)
    alone = rows.assign(person_no=1, household_no=1).astype({"person_no": "Int64", "household_no": "Int64"})
    lines = sum_lines(alone, np.zeros(len(rows), dtype=np.int64), heading.astype(np.int64), rules, year)
    amounts = rows["amount_fen"].to_numpy(dtype=np.int64)
    is_reissue = (rows["status"] == "补发").to_numpy()
    for n in range(len(lines)):
        place, own = int(lines.heading[n]), lines.of_row == n
        code, title, tier = distinct[place]
        subsidy = known[place]
        yield DeskLine(
            code=str(code),
            title=str(title),
            tier=Tier(tier),
            unit="月" if subsidy and subsidy.quantity_rule == "months" else subsidy.unit if subsidy else "",
            quantity_milli=int(lines.quantity[n]) if lines.has_quantity[n] else None,
            rate_micro=int(lines.rate[n]) if lines.has_rate[n] and lines.rate[n] else None,
            payments=int(lines.payments[n]),
            amount_fen=int(lines.amount[n]),
            recovered_fen=int(-amounts[own & (amounts < 0)].sum()),
            reissued=int((own & is_reissue).sum()),
            pay_months=format_months(int(lines.months[n])),
        )


def _read_others(rows: pd.DataFrame, tiers: Sequence[Tier], accepted: np.ndarray) -> Iterator[DeskPayment]:
    """The payments that are not accepted; a failure is told with what made it good, the n-th by the n-th."""
    cures: defaultdict[tuple[str, int], list[tuple[str, str, str]]] = defaultdict(list)
    for n in np.flatnonzero(accepted):
        row = rows.iloc[n]
        if row["status"] in ("补发", "成功"):
            cures[row["programme_code"], int(row["amount_fen"])].append((row["status"], row["period"], row["pay_date"]))
    for n in np.flatnonzero(~accepted):
        row = rows.iloc[n]
        payment = _read_payment(row, tiers[int(n)])
        if payment.status in _FAILED and payment.amount_fen is not None:
            left = cures[payment.code, payment.amount_fen]
            # a success makes good only a failure of its own period, as in the check of re-issues
            cure = next((c for c in left if c[0] == "补发" or (c[1] and c[1] == payment.period)), None)
            if cure:
                left.remove(cure)
                payment = replace(payment, made_good=True, made_good_on=cure[2])
        yield payment


def _read_title(programme: object, text: object) -> str:
    """The programme's name, else the sheet's words without any long number in them."""
    return str(programme) or print_name(str(text), is_organisation=True)


def _read_payment(row: pd.Series, tier: Tier) -> DeskPayment:
    codes = str(row["findings"]).split()
    questions = [RULES[c].title for c in codes if c in RULES and RULES[c].severity is Severity.ERROR]
    found = [word for word in REASONS if word in str(row["remark"])] if row["verdict"] == "not_paid" else []
    amount = row["amount_fen"]
    return DeskPayment(
        code=str(row["programme_code"]),
        title=_read_title(row["programme"], row["programme_text"]),
        tier=tier,
        amount_fen=None if pd.isna(amount) else int(amount),
        pay_date=str(row["pay_date"]),
        period=str(row["period"]),
        status=str(row["status"]),
        verdict=str(row["verdict"]),
        year=None if pd.isna(row["year"]) else int(row["year"]),
        reasons=tuple(found),
        questions=tuple(dict.fromkeys(questions)) if row["verdict"] == "held" else (),
    )
