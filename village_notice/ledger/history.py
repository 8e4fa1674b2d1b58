"""Looking into the ledger: the files of a run, the history of a payment, what changed between two runs."""

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from village_notice.domain.money import format_fen
from village_notice.errors import UsageError
from village_notice.ledger.store import FILE_NAME, Ledger, open_ledger

_SHOWN = 40
_VERDICTS = {"accepted": "计入", "held": "待核实", "not_paid": "未发放", "other_year": "其他年度"}
_WHO = ["township", "village", "name", "id", "programme", "period", "pay_date"]
_WHAT = ["amount_fen", "verdict", "status"]
_ROWS = """SELECT versions.file, sheet, row, "column", township, village, name, id, programme, period, pay_date, status,
    amount_fen, verdict, findings, person_no, version FROM versions
    JOIN payments ON payment >= first_payment AND payment < first_payment + versions.payments
    JOIN batches USING (batch) JOIN people USING (who)"""


@dataclass(frozen=True, slots=True)
class KeptRun:
    """One run: its year, date and inbox, and what came of it; a run that changed nothing is not kept again."""

    run: int
    year: int
    stamp: str
    inbox: str
    files: int
    payments: int
    accepted: int
    accepted_fen: int
    waivers: int


@dataclass(frozen=True, slots=True)
class KeptFile:
    """One version of a file: its hash, money, findings, and the runs it was part of.

    `replaces` are the hashes of what it is the corrected copy of; `is_replaced` is True where a copy stands for it.
    """

    file: str
    sha256: str
    payments: int
    fen: int
    findings: int
    first_run: int
    last_run: int
    is_current: bool
    replaces: str = ""
    is_replaced: bool = False


@dataclass(frozen=True, slots=True)
class KeptPayment:
    """A payment as some runs in a row saw it at one place."""

    first_run: int
    last_run: int
    file: str
    sheet: str
    row: int
    column: str
    township: str
    village: str
    name: str
    programme: str
    period: str
    pay_date: str
    status: str
    amount_fen: int | None
    verdict: str
    findings: str
    person_no: int | None


@dataclass(frozen=True, slots=True)
class Change:
    """A payment that is other than it was: `before` or `after` is "" where it was not or is not there."""

    township: str
    village: str
    name: str
    programme: str
    time: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Changes:
    """What lies between two runs.

    Attributes:
        run_before, run_after: The runs.
        new, gone, changed: Files; a changed one has other bytes, or was decided otherwise.
        corrected: (source, copy) of each source that a corrected copy has taken the place of since.
        totals: Verdict → (payments before, fen before, payments after, fen after).
        payments: Payment by payment.
    """

    run_before: int
    run_after: int
    new: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    corrected: tuple[tuple[str, str], ...] = ()
    totals: dict[str, tuple[int, int, int, int]] = field(default_factory=dict)
    payments: tuple[Change, ...] = ()


def open_kept(home: Path) -> Ledger:
    """The ledger of an office folder.

    Raises:
        UsageError: There is none yet.
    """
    if not (home / FILE_NAME).is_file():
        raise UsageError(f"{home} 里还没有台账 {FILE_NAME}。请先用 --home {home} 运行一次 village-notice run。")
    return open_ledger(home)


def list_runs(ledger: Ledger) -> list[KeptRun]:
    """Every run that is kept, the oldest first."""
    query = """SELECT r.run, year, stamp, inbox,
        (SELECT count(*) FROM run_versions JOIN versions USING (version) WHERE run = r.run AND sha256 <> ''),
        (SELECT sum(payments) FROM run_versions JOIN versions USING (version) WHERE run = r.run),
        (SELECT count(*) FROM (SELECT DISTINCT rule, reason, "by", date FROM waivers w WHERE w.run = r.run))
        FROM runs r ORDER BY r.run"""
    runs = []
    for run, year, stamp, inbox, files, payments, waivers in ledger.connection.execute(query).fetchall():
        accepted, fen = _add_totals(ledger, run, run)["accepted"][:2]
        runs.append(KeptRun(run, year, stamp, inbox, files, int(payments or 0), accepted, fen, waivers))
    return runs


def list_files(ledger: Ledger) -> list[KeptFile]:
    """Every version of every file, by name, the older version first."""
    query = """SELECT file, sha256, payments, fen, (SELECT count(*) FROM findings f WHERE f.version = v.version),
        min(run), max(run), max(run) IN (SELECT max(run) FROM runs GROUP BY year, inbox), replaces,
        EXISTS (SELECT 1 FROM findings f WHERE f.version = v.version AND f.code = 'F17')
        FROM versions v JOIN run_versions USING (version) WHERE sha256 <> '' GROUP BY version ORDER BY file, version"""
    rows = ledger.connection.execute(query).fetchall()
    return [KeptFile(*(*row[:7], bool(row[7]), row[8], bool(row[9]))) for row in rows]


def find_payments(ledger: Ledger, name: str = "", village: str = "", file: str = "", row: int = 0) -> list[KeptPayment]:
    """The payments of a person, or at a place, through all runs; every state once.

    A place is also looked up in the corrected copies that took the place of its file.

    Raises:
        UsageError: Neither a name nor a file was given.
    """
    if not name and not file:
        raise UsageError("请给出姓名，或用 --file（可加 --row）给出位置。")
    files = [file, *_list_copies(ledger, file)] if file else []
    told = (
        ("name = ?", [name]),
        ("village = ?", [village]),
        (f"versions.file IN ({_mark(files)})", files),
        ("row = ?", [row]),
    )
    wanted = [(words, values) for words, values in told if any(values)]
    query = f"{_ROWS} WHERE {' AND '.join(words for words, _ in wanted)}"
    runs = {
        int(v): (int(a), int(b))
        for v, a, b in ledger.connection.execute(
            "SELECT version, min(run), max(run) FROM run_versions GROUP BY version"
        )
    }
    found: dict[tuple[object, ...], tuple[int, int]] = {}
    for *values, version in ledger.connection.execute(query, [value for _, told in wanted for value in told]):
        first, last = runs.get(version, (0, 0))
        key = tuple(values[:7] + values[8:])  # without the ID
        known = found.get(key, (first, last))
        found[key] = (min(first, known[0]), max(last, known[1]))
    payments = [KeptPayment(*span, *key) for key, span in found.items()]  # type: ignore[arg-type]  # columns of _ROWS
    return sorted(payments, key=lambda p: (p.township, p.village, p.programme, p.pay_date, p.file, p.row, p.first_run))


def _list_copies(ledger: Ledger, file: str) -> list[str]:
    """The corrected copies, and copies of copies, of a file."""
    rows = ledger.connection.execute(
        "SELECT DISTINCT file, sha256, replaces FROM versions WHERE sha256 <> ''"
    ).fetchall()
    hashes = {sha256 for name, sha256, _ in rows if name == file}
    return sorted({name for name, _, replaces in rows if name != file and hashes & set(replaces.split())})


def _mark(values: Sequence[object]) -> str:
    return ", ".join("?" * len(values))


def compare_runs(ledger: Ledger, before: int | None = None, after: int | None = None) -> Changes:
    """What changed between two runs, by default the last one and the one before it on the same inbox and year.

    Raises:
        UsageError: There are no two runs, or no run of a number.
    """
    before, after = _choose_runs(ledger, before, after)
    left, right = (_list_versions(ledger, run) for run in (before, after))
    old, new = (
        _read_rows(ledger, [v.version for f, v in side.items() if other.get(f) != v])
        for side, other in ((left, right), (right, left))
    )
    sources = _find_corrected(left, right)
    told = {file for copy, found in sources.items() for file in (copy, *found)}
    left, right = ({f: v for f, v in side.items() if f not in told and v.is_file} for side in (left, right))
    return Changes(
        before,
        after,
        new=tuple(sorted(right.keys() - left.keys())),
        gone=tuple(sorted(left.keys() - right.keys())),
        changed=tuple(sorted(f for f in left.keys() & right.keys() if left[f] != right[f])),
        corrected=tuple((found[-1], copy) for copy, found in sources.items()),
        totals=_add_totals(ledger, before, after),
        payments=tuple(_pair_payments(old, new)),
    )


def _choose_runs(ledger: Ledger, before: int | None, after: int | None) -> tuple[int, int]:
    runs = ledger.connection.execute("SELECT run, year, inbox FROM runs ORDER BY run").fetchall()
    known = {int(run): (year, inbox) for run, year, inbox in runs}
    for number in (before, after):
        if number is not None and number not in known:
            raise UsageError(f"台账里没有第 {number} 次运行，只有 {'、'.join(map(str, known)) or '空台账'}。")
    last = after or max(known, default=0)
    earlier = [run for run in known if run < last and known[run] == known[last]]
    if before is None and not earlier:
        raise UsageError("台账里同一个收件箱还只有一次运行，没有可以比较的。数据有变动后再运行一次就有了。")
    return before or earlier[-1], last


class _Seen(NamedTuple):
    """A file as a run saw it: the number of its version, its hash, the hashes of what it corrects, the oldest first.

    What findings name that is no file of the inbox has no hash: the register, the settings, a file of the last run that
    is gone (F13). Nor has a file that cannot be opened, but such a one has a finding that says so.
    """

    version: int
    sha256: str
    replaces: tuple[str, ...]
    is_file: bool


def _list_versions(ledger: Ledger, run: int) -> dict[str, _Seen]:
    query = """SELECT file, version, sha256, "replaces", sha256 <> '' OR EXISTS (SELECT 1 FROM findings f
        WHERE f.version = versions.version AND f.code IN ('F01', 'F02', 'F03', 'F10', 'F15'))
        FROM run_versions JOIN versions USING (version) WHERE run = ?"""
    rows = ledger.connection.execute(query, (run,))
    return {str(f): _Seen(int(v), str(h), tuple(r.split()), bool(known)) for f, v, h, r, known in rows}


def _find_corrected(left: Mapping[str, _Seen], right: Mapping[str, _Seen]) -> dict[str, tuple[str, ...]]:
    """Copy that came since → the files before it that it corrects, the oldest first."""
    files = {seen.sha256: file for file, seen in left.items() if seen.sha256}
    found = {
        copy: tuple(files[h] for h in seen.replaces if h in files and files[h] != copy)
        for copy, seen in sorted(right.items())
        if copy not in left
    }
    return {copy: sources for copy, sources in found.items() if sources}


def _read_rows(ledger: Ledger, versions: Sequence[int]) -> pd.DataFrame:
    rows = [row for version in versions for row in ledger.connection.execute(f"{_ROWS} WHERE version = ?", (version,))]
    columns = ["file", "sheet", "row", "column", *_WHO, "status", "amount_fen", "verdict", "findings", "person_no"]
    return pd.DataFrame(rows, columns=[*columns, "version"]).astype({"amount_fen": "Int64"})


def _add_totals(ledger: Ledger, before: int, after: int) -> dict[str, tuple[int, int, int, int]]:
    sums: dict[str, list[int]] = {verdict: [0, 0, 0, 0] for verdict in _VERDICTS}
    query = """SELECT verdict, count(*), sum(raw_fen) FROM run_versions JOIN versions USING (version)
        JOIN payments ON payment >= first_payment AND payment < first_payment + versions.payments
        JOIN batches USING (batch) WHERE run = ? GROUP BY verdict"""
    for place, run in ((0, before), (2, after)):
        for verdict, count, fen in ledger.connection.execute(query, (run,)):
            sums[verdict][place : place + 2] = [int(count), int(fen)]
    return {verdict: (s[0], s[1], s[2], s[3]) for verdict, s in sums.items()}


def _pair_payments(old: pd.DataFrame, new: pd.DataFrame) -> Iterator[Change]:
    """Payments of the changed files that are not the same on both sides, paired by person, programme and time."""
    whole = [*_WHO, *_WHAT]
    sides = []
    for frame in (old, new):
        count = frame.groupby(whole, sort=False, dropna=False).cumcount()
        sides.append(frame[[*whole]].assign(nth=count))
    merged = sides[0].merge(sides[1], on=[*whole, "nth"], how="outer", indicator=True)
    left, right = (
        merged[merged["_merge"] == side].assign(nth=lambda f: f.groupby(_WHO, sort=False, dropna=False).cumcount())
        for side in ("left_only", "right_only")
    )
    pairs = left.drop(columns="_merge").merge(
        right.drop(columns="_merge"), on=[*_WHO, "nth"], how="outer", suffixes=("_old", "_new")
    )
    for row in pairs.sort_values(_WHO, kind="stable").to_dict("records"):
        time = row["pay_date"] or row["period"]
        sides_told = [_say_state(row, side) for side in ("_old", "_new")]
        yield Change(row["township"], row["village"], row["name"], row["programme"], time, *sides_told)


def _say_state(row: Mapping[Hashable, object], side: str) -> str:
    verdict, fen = row[f"verdict{side}"], row[f"amount_fen{side}"]
    if not isinstance(verdict, str):
        return ""
    money = f"{format_fen(int(fen))} 元" if isinstance(fen, int) else "金额不明"
    return f"{money}，{_VERDICTS.get(verdict, verdict)}"


def format_runs(runs: Sequence[KeptRun]) -> str:
    """The runs as lines for the terminal."""
    lines = [f"台账里有 {len(runs)} 次运行（没有变动的不重复保存）："]
    for r in runs:
        waivers = f"  放行 {r.waivers} 条" if r.waivers else ""
        lines.append(
            f"  第 {r.run} 次  {r.year} 年度  {r.stamp[:10]}  文件 {r.files} 个  款项 {r.payments:,} 笔  "
            f"计入 {r.accepted:,} 笔 {format_fen(r.accepted_fen, grouped=True)} 元{waivers}\n    {r.inbox}"
        )
    return "\n".join(lines)


def format_files(files: Sequence[KeptFile]) -> str:
    """The files as a table for the terminal."""
    lines = [f"台账里有 {len({f.file for f in files})} 个文件、{len(files)} 个版本："]
    for f in files:
        state = "现用" if f.is_current else f"用到第 {f.last_run} 次运行"
        state += "，已由更正的副本代替，不计入" if f.is_replaced else ""
        more = f"，替代 {f.replaces.split()[-1][:12]}" if f.replaces else ""
        lines.append(
            f"  {f.file}\n    {f.sha256[:12]}  {f.payments:,} 笔  {format_fen(f.fen, grouped=True)} 元  "
            f"问题 {f.findings} 处  第 {f.first_run} 次运行起，{state}{more}"
        )
    return "\n".join(lines)


def format_payments(payments: Sequence[KeptPayment]) -> str:
    """The history of payments for the terminal; without IDs and accounts."""
    if not payments:
        return "台账里没有这样的款项。"
    lines = []
    for p in payments:
        runs = f"第 {p.first_run} 次" if p.first_run == p.last_run else f"第 {p.first_run}–{p.last_run} 次"
        money = "金额不明" if p.amount_fen is None else f"{format_fen(p.amount_fen)} 元"
        codes = f"（{p.findings}）" if p.findings else ""
        lines.append(
            f"{runs}运行：{p.township}{p.village} {p.name} {p.programme} {p.pay_date or p.period} {money} "
            f"{p.status} {_VERDICTS.get(p.verdict, p.verdict)}{codes}\n    {p.file} {p.sheet} {p.column}{p.row}"
        )
    return "\n".join(lines)


def format_changes(changes: Changes) -> str:
    """The changes for the terminal."""
    lines = [f"第 {changes.run_before} 次运行 → 第 {changes.run_after} 次运行"]
    if changes.corrected:
        lines.append(f"更正的文件 {len(changes.corrected)} 个：")
        lines += [f"  {source} → {copy}" for source, copy in changes.corrected]
    for words, files in (("新的文件", changes.new), ("没有了的文件", changes.gone), ("变动的文件", changes.changed)):
        lines += [f"{words} {len(files)} 个：", *(f"  {f}" for f in files)] if files else []
    for verdict, (rows, fen, rows_now, fen_now) in changes.totals.items():
        if (rows, fen) != (rows_now, fen_now):
            was, now = (format_fen(m, grouped=True) for m in (fen, fen_now))
            lines.append(f"{_VERDICTS[verdict]}：{rows:,} 笔 {was} 元 → {rows_now:,} 笔 {now} 元")
    lines.append(f"变动的款项 {len(changes.payments):,} 笔")
    lines += [
        f"  {c.township}{c.village} {c.name} {c.programme} {c.time}：{c.before or '没有'} → {c.after or '没有'}"
        for c in changes.payments[:_SHOWN]
    ]
    if len(changes.payments) > _SHOWN:
        lines.append(f"  ……另有 {len(changes.payments) - _SHOWN:,} 笔，用 --json 全部列出")
    return "\n".join(lines)


def to_rows(found: Sequence[KeptRun] | Sequence[KeptFile] | Sequence[KeptPayment] | Changes) -> object:
    """What was found as plain values for `--json`; money in fen."""
    return asdict(found) if isinstance(found, Changes) else [asdict(f) for f in found]
