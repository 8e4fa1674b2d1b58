"""Mistakes that only several rows, sheets, files or years together tell: hits, misses and false alarms.

`bench_findings.py` plants mistakes into single cells and writes the sheets. Here the same clean inbox is read once and the
mistakes are planted into what was read: what they need (two instalments, last year, a list of the deceased, a sheet of
sums) no single row has. A false alarm is a finding of the rule that the clean payments do not give and nothing was planted for.

    .venv/bin/python bench/bench_between.py [--townships 羊郡镇,沐浴店镇] [--households 290] [--times 10]
"""

import argparse
import random
import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
from bench_findings import write_inbox

from village_notice.checks.across import check_across
from village_notice.checks.deceased import Deceased, check_deceased
from village_notice.checks.neighbours import check_last_year, check_neighbours
from village_notice.checks.people import check_people
from village_notice.checks.single import check_single
from village_notice.checks.summaries import check_summaries
from village_notice.checks.verdict import decide
from village_notice.domain.finding import Finding, Place
from village_notice.domain.reading import FileReading, SheetReading, StatedLine
from village_notice.intake import list_findings, read_inbox
from village_notice.judging import take_payments
from village_notice.ledger.persons import number_people
from village_notice.options import RunOptions
from village_notice.progress import stay_silent
from village_notice.read_cache import ReadCache
from village_notice.sample.make import YEAR
from village_notice.settings import Settings
from village_notice.sources.reference import read_reference

_REFERENCE = read_reference(Settings())
_BLOCK, _SERIALS = 12, 6
Key = tuple[str, str, int]


@dataclass(slots=True)
class Scene:
    """The payments with mistakes in them, and what must be told of each.

    Attributes:
        payments: The clean payments, changed.
        rng: Where the mistakes are planted.
        added: Rows to be added at the end of their sheets.
        planted: (kind, rule, place) of each mistake; row 0 where the rule names a whole village.
        true: Places of other payments that what was planted is true of.
        dead, before, stated: The list of the deceased, last year, and sheets of sums.
    """

    payments: pd.DataFrame
    rng: random.Random
    added: list[pd.DataFrame] = field(default_factory=list)
    planted: list[tuple[str, str, Key]] = field(default_factory=list)
    true: set[Key] = field(default_factory=set)
    dead: list[Deceased] = field(default_factory=list)
    before: list[pd.DataFrame] = field(default_factory=list)
    stated: list[FileReading] = field(default_factory=list)
    _used: set[int] = field(default_factory=set)

    def choose(self, wanted: pd.Series, several: int = 1) -> np.ndarray:
        """Positions of payments of a person nothing was planted for, below each other where several are asked for."""
        rows = np.flatnonzero(wanted.to_numpy())
        while True:
            start = self.rng.randrange(len(rows) - several + 1)
            chosen = rows[start : start + several]
            sheet = self.payments["sheet"].iloc[chosen].nunique() == self.payments["file"].iloc[chosen].nunique() == 1
            if sheet and not self._used & set(chosen.tolist()) and chosen[-1] - chosen[0] == several - 1:
                self._used |= set(chosen.tolist())
                return chosen

    def put(self, row: int, **values: object) -> None:
        """Changes a payment."""
        for name, value in values.items():
            self.payments.iloc[row, self.payments.columns.get_loc(name)] = value  # type: ignore[index]

    def add(self, rows: np.ndarray, **values: object) -> list[Key]:
        """Adds copies of payments behind their sheet, changed; their places."""
        made = self.payments.iloc[rows].assign(**values)
        own = self.payments[
            (self.payments["file"] == made["file"].iloc[0]) & (self.payments["sheet"] == made["sheet"].iloc[0])
        ]
        taken = sum(len(a) for a in self.added if a["file"].iloc[0] == made["file"].iloc[0])
        made["row"] = int(own["row"].max()) + 10 + taken + np.arange(len(made))
        self.added.append(made)
        return [(str(f), str(s), int(r)) for f, s, r in made[["file", "sheet", "row"]].itertuples(index=False)]

    def place(self, row: int) -> Key:
        """Where a payment stands."""
        file, sheet, number = self.payments[["file", "sheet", "row"]].iloc[row]
        return str(file), str(sheet), int(number)


def _once(payments: pd.DataFrame, name: str) -> pd.Series:
    """Payments of a programme that were made, have an ID and are the only ones of their person."""
    wanted = (payments["programme"] == name) & payments["status"].isin(["成功", ""]) & (payments["id"] != "")
    return wanted & ~payments.duplicated(["programme", "id"], keep=False) & (payments["amount_fen"] > 0)


_HEATING, _LAND, _SPRAY = "清洁取暖运行补贴", "耕地地力保护补贴", "小麦“一喷三防”补助"


def _fail(scene: Scene) -> None:
    (row,) = scene.choose(_once(scene.payments, _HEATING))
    scene.put(row, status="失败")
    scene.planted.append(("failed_for_good", "X08", scene.place(row)))


def _reissue(scene: Scene) -> None:
    (row,) = scene.choose(_once(scene.payments, _HEATING))
    scene.put(row, status="补发")
    scene.planted.append(("reissued_without_failure", "X09", scene.place(row)))


def _take_back(scene: Scene) -> None:
    rows = scene.choose(_once(scene.payments, _HEATING))
    fen = -int(scene.payments["amount_fen"].iloc[rows[0]]) - 100
    (place,) = scene.add(rows, status="追回", amount_fen=fen, raw_fen=fen)
    scene.planted.append(("taken_back_too_much", "X10", place))


def _instalment(scene: Scene) -> None:
    rows = scene.choose(_once(scene.payments, _LAND) & (scene.payments["quantity_milli"] > 2000))
    less = int(scene.payments["quantity_milli"].iloc[rows[0]]) - 1000
    (place,) = scene.add(
        rows, quantity_milli=less, pay_date=f"{YEAR}-10-31", rate_micro=10_000_000, amount_fen=less, raw_fen=less
    )
    scene.planted.append(("instalment_of_less_land", "X12", place))


def _paste(scene: Scene) -> None:
    rows = scene.choose(_once(scene.payments, _LAND), _BLOCK)
    scene.planted.append(("block_pasted_twice", "X13", scene.add(rows)[0]))


def _lose_point(scene: Scene) -> None:
    (row,) = scene.choose(_once(scene.payments, _HEATING))
    fen = int(scene.payments["amount_fen"].iloc[row]) * 10
    scene.put(row, amount_fen=fen, raw_fen=fen)
    scene.planted.append(("a_nought_too_many", "X14", scene.place(row)))


def _shrink(scene: Scene) -> None:
    (row,) = scene.choose(_once(scene.payments, _HEATING))
    fen = int(scene.payments["amount_fen"].iloc[row]) // 100
    scene.put(row, amount_fen=fen, raw_fen=fen)
    scene.planted.append(("two_noughts_too_few", "X14", scene.place(row)))


def _number(scene: Scene) -> None:
    rows = scene.choose(_once(scene.payments, _HEATING), _SERIALS)
    own = scene.payments.iloc[rows[0]]
    same = (scene.payments["file"] == own["file"]) & (scene.payments["sheet"] == own["sheet"])
    first = int(same.iloc[: rows[0]].sum()) + 1
    for serial, row in enumerate(rows, first):
        scene.put(row, amount_fen=serial * 100, raw_fen=serial * 100)
        scene.planted.append(("serials_for_amounts", "X19", scene.place(row)))


def _remark(scene: Scene) -> None:
    (row,) = scene.choose(_once(scene.payments, _HEATING))
    scene.put(row, remark="账户异常，退回")
    scene.planted.append(("remark_says_returned", "R18", scene.place(row)))


def _bury(scene: Scene) -> None:
    (row,) = scene.choose(_once(scene.payments, _HEATING) & (scene.payments["pay_date"].str.len() == len("2022-06-30")))
    who = str(scene.payments["id"].iloc[row])
    scene.dead.append(Deceased("", who, "", f"{YEAR - 1}-12-31"))
    scene.true |= {scene.place(r) for r in np.flatnonzero((scene.payments["id"] == who).to_numpy())}
    scene.planted.append(("paid_after_death", "X18", scene.place(row)))


def _remember(scene: Scene) -> None:
    """Last year: one more person, and one with a third of the money, in one village."""
    rows = scene.choose(_once(scene.payments, _LAND))
    own = scene.payments.iloc[rows]
    scene.before.append(own.assign(name="万木", id="37999919500101001X"))
    scene.before.append(own.assign(amount_fen=own["amount_fen"] // 3))
    village = (str(own["township"].iloc[0]) + str(own["village"].iloc[0]), "", 0)
    scene.planted += [("missing_since_last_year", "X15", village), ("changed_since_last_year", "X16", village)]


def _sum_up(scene: Scene) -> None:
    """A sheet of sums of one township, wrong in one village."""
    own = scene.payments[(scene.payments["programme"] == _SPRAY) & (scene.payments["status"].isin(["成功", ""]))]
    own = own[own["township"] == scene.rng.choice(sorted(own["township"].unique()))]
    sums = own.groupby(["programme_code", "township", "village", "village_code"])["raw_fen"].sum()
    wrong = scene.rng.randrange(len(sums))
    lines = [
        StatedLine(n, "E", *(str(k) for k in key), int(fen) + (5_000 if n == wrong + 3 else 0))  # type: ignore[misc,call-arg]
        for n, (key, fen) in enumerate(sums.items(), 3)
    ]
    file = f"汇总{len(scene.stated)}.xlsx"
    scene.stated.append(FileReading(file, sheets=[SheetReading("汇总", "no_table", 0, 0, "", "", (), lines)]))
    scene.planted.append(("sheet_of_sums_wrong", "T03", (file, "汇总", wrong + 3)))


_MISTAKES: tuple[Callable[[Scene], None], ...] = (
    _fail, _reissue, _take_back, _instalment, _paste, _lose_point, _shrink, _number, _remark, _bury, _remember, _sum_up,
)  # fmt: skip


def _forget_village(scene: Scene) -> None:
    """One village of a township hands in no list of a programme that all others have."""
    own = scene.payments[scene.payments["programme"] == _LAND]
    township, village = own[["township", "village"]].iloc[scene.rng.randrange(len(own))]
    gone = (scene.payments["programme"] == _LAND) & (scene.payments["township"] == township)
    scene.payments = scene.payments[~(gone & (scene.payments["village"] == village))]
    scene.planted.append(("village_left_out", "X17", (str(township) + str(village), "", 0)))


def check(scene: Scene) -> list[Finding]:
    """Everything that the checks of rows against each other tell."""
    payments, subsidies = scene.payments, _REFERENCE.subsidies.subsidies
    found = [*check_single(payments, subsidies), *check_people(payments), *check_across(payments, subsidies, year=YEAR)]
    found += check_deceased(payments, scene.dead)
    decided = decide(payments, found, year=YEAR)
    found += check_neighbours(decided, _REFERENCE.register.villages)
    found += check_last_year(decided, pd.concat(scene.before) if scene.before else None)
    return [*found, *check_summaries(scene.stated, decided)]


def read(options: argparse.Namespace) -> pd.DataFrame:
    """The clean inbox, read."""
    with tempfile.TemporaryDirectory() as folder:
        inbox = Path(folder, "inbox")
        write_inbox(inbox, options, ())
        wanted = RunOptions(inbox, Path(folder, "out"), YEAR, workers=options.workers, check_only=True)
        intake = read_inbox(wanted, (), stay_silent, ReadCache(Path(folder, "cache"), "", is_fresh=True))
        held = {f.place for f in list_findings(intake.readings)}
        payments = number_people(take_payments(intake.readings), None)
        places = [
            Place(str(f), str(s), int(r)) for f, s, r in payments[["file", "sheet", "row"]].itertuples(index=False)
        ]
        return payments[[p not in held for p in places]].reset_index(drop=True)


def _name(finding: Finding) -> Key:
    """The place a finding is counted by; of what is told of a village, the village."""
    place = finding.place
    return place[:3] if place.row else (place.sheet or place.file, "", 0)


def tell(scene: Scene, clean: Counter[tuple[str, Key]], findings: list[Finding]) -> Iterator[str]:
    """The table, line by line."""
    told = {(f.code, _name(f)) for f in findings}
    touched = {place for _, _, place in scene.planted} | scene.true
    kinds: defaultdict[tuple[str, str], list[bool]] = defaultdict(list)
    for kind, code, place in scene.planted:
        kinds[kind, code].append((code, place) in told)
    yield f"{len(scene.payments):,} payments"
    yield f"  {'mistake':28}{'rule':6}{'planted':>8}{'hits':>6}{'misses':>8}{'false alarms':>14}"
    for (kind, code), hits in kinds.items():
        alarms = sum(c == code and p not in touched and (c, p) not in clean for c, p in told)
        yield f"  {kind:28}{code:6}{len(hits):8}{sum(hits):6}{len(hits) - sum(hits):8}{alarms:14}"


def main() -> None:
    """Plants everything into one reading."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--townships", default="羊郡镇,沐浴店镇", help="parted by commas")
    parser.add_argument("--households", type=int, default=290, help="households of a village")
    parser.add_argument("--times", type=int, default=10, help="how often each mistake is planted")
    parser.add_argument("--workers", type=int, default=1)
    options = parser.parse_args()
    payments = read(options)
    scene = Scene(payments.copy(), random.Random(20220713))
    clean = Counter((f.code, _name(f)) for f in check(scene))
    for mistake in _MISTAKES:
        for _ in range(options.times):
            mistake(scene)
    scene.payments = pd.concat([scene.payments, *scene.added], ignore_index=True)
    _forget_village(scene)
    print("\n".join(tell(scene, clean, check(scene))))


if __name__ == "__main__":
    main()
