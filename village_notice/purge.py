"""purge: takes away what an office no longer needs of a closed year, and says what it took.

Raw files go only where they are still the very files that a run read; what was changed since, or lies in a zip with other
things, is named for the office to decide. In the ledger the payments stay and lose what tells who somebody is: ID,
account, household number, date of birth, remarks. The numbers of persons go with the IDs they hang on.
Source: 个人信息保护法 §19, §47: what has served its purpose is deleted.
"""

import hashlib
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from village_notice.errors import UsageError
from village_notice.kept import list_years
from village_notice.ledger.history import open_kept
from village_notice.output import (
    OLD,
    PRIVATE,
    STAGING,
    UNFINISHED,
    check_is_whole,
    explain_write_errors,
    hold_output,
    record_files,
)

_CACHE = "cache"
_IDENTITY = ("id", "account", "household_id", "birth_date")
_YEARS_VERSIONS = "SELECT version FROM run_versions JOIN runs USING (run) WHERE year = ?"
_YEARS_PAYMENTS = (
    "SELECT payment, who FROM payments JOIN versions ON payment >= first_payment"
    " AND payment < first_payment + versions.payments WHERE version IN ({versions})"
)


@dataclass(frozen=True, slots=True)
class Purge:
    """What is to go.

    Attributes:
        home: Office folder.
        year: Whose year.
        raw: Files of the inboxes, as they were read.
        left: Files that stay, with the reason in words.
        people: Rows of the ledger that lose their IDs.
        shared: Rows that keep them because another year needs them.
        numbers: Remembered numbers of persons.
        folders: Folders that go whole: cache, internal papers.
        out: The results whose internal papers go, None where none do.
    """

    home: Path
    year: int
    raw: tuple[Path, ...]
    left: tuple[str, ...]
    people: int
    shared: int
    numbers: int
    folders: tuple[Path, ...]
    out: Path | None = None

    def format_text(self) -> str:
        """The list, for the terminal."""
        lines = [f"{self.year}年："]
        lines += [f"  收件箱原件 {len(self.raw)} 个：", *(f"    {path}" for path in self.raw)] if self.raw else []
        lines.append(
            f"  台账里 {self.people:,} 行的证件号、账号、户号、出生日期，{self.numbers:,} 条人员编号的对应关系"
        )
        lines += [f"  文件夹 {folder}" for folder in self.folders]
        lines += [f"  台账里另有 {self.shared:,} 行别的年度还要用，留着"] if self.shared else []
        lines += [f"  不动：{words}" for words in self.left]
        return "\n".join(lines)

    def format_done(self) -> str:
        """What went, for the terminal, once it has gone."""
        parts = [f"收件箱原件 {len(self.raw)} 个", f"台账里 {self.people:,} 行的证件号和账号", *map(str, self.folders)]
        return f"已删除 {self.year} 年的：{'、'.join(parts)}。"


def plan_purge(home: Path, year: int, out: Path | None = None) -> Purge:
    """What a purge would take away; nothing is changed.

    Args:
        home: Office folder.
        year: Whose year.
        out: Results of that year, whose internal papers go too; None leaves them.

    Raises:
        UsageError: There is no ledger, the ledger has no such year, or the results are of another year.
    """
    with open_kept(home) as ledger:
        execute = ledger.connection.execute
        if not execute("SELECT 1 FROM runs WHERE year = ?", (year,)).fetchone():
            known = "、".join(str(y) for (y,) in execute("SELECT DISTINCT year FROM runs ORDER BY year"))
            raise UsageError(f"台账里没有 {year} 年的运行。有：{known or '（无）'}。请改正 --year。")
        files = execute(
            "SELECT DISTINCT inbox, file, sha256 FROM runs JOIN run_versions USING (run) JOIN versions USING (version)"
            " WHERE year = ? AND sha256 <> '' ORDER BY inbox, file",
            (year,),
        ).fetchall()
        others = {
            (inbox, file)
            for inbox, file in execute(
                "SELECT DISTINCT inbox, file FROM runs JOIN run_versions USING (run) JOIN versions USING (version)"
                " WHERE year <> ? AND sha256 <> ''",
                (year,),
            )
        }
        (every,), (people,) = (
            execute(_count_people(own_only=own), _years(year, own=own)).fetchone() for own in (False, True)
        )
        (numbers,) = execute("SELECT count(*) FROM numbers WHERE year = ?", (year,)).fetchone()
    raw, left = _sort_files(files, others)
    return Purge(home, year, raw, left, people, every - people, numbers, tuple(_find_folders(home, year, out)), out)


def carry_out(purge: Purge) -> None:
    """Takes away what the plan lists.

    Raises:
        UsageError: A run was stopped while it put the results in place.
        CannotWriteError: A file is open or may not be deleted, or another command is writing into the results.
    """
    with ExitStack() as stack, explain_write_errors(purge.home):
        if purge.out:
            stack.enter_context(hold_output(purge.out))
            check_is_whole(purge.out)
        for path in purge.raw:
            path.unlink()
        for folder in purge.folders:
            shutil.rmtree(folder)
            record_files(folder)
    _clear_ledger(purge.home, purge.year)


def _sort_files(files: list[tuple[str, str, str]], others: set[tuple[str, str]]) -> tuple[tuple[Path, ...], tuple[str, ...]]:  # fmt: skip
    raw: dict[Path, None] = {}
    left: dict[str, None] = {}
    hashes: dict[Path, set[str]] = {}
    for inbox, file, digest in files:
        hashes.setdefault(Path(inbox, file), set()).add(digest)
    for inbox, file, _ in files:
        path = Path(inbox, file)
        if (inbox, file) in others:
            left[f"{path}（别的年度也用它）"] = None
        elif path.is_file():
            is_same = hashlib.sha256(path.read_bytes()).hexdigest() in hashes[path]
            (raw if is_same else left)[path if is_same else f"{path}（读过以后又改动了，请自己决定）"] = None  # type: ignore[index]
        elif any(parent.is_file() for parent in path.parents):
            left[f"{path}（在压缩包里，请自己决定）"] = None
    return tuple(raw), tuple(left)


def _find_folders(home: Path, year: int, out: Path | None) -> Iterator[Path]:
    if (home / _CACHE).is_dir():
        yield home / _CACHE
    if out is None:
        return
    years = list_years(out)
    if years - {year}:
        raise UsageError(f"{out} 是 {'、'.join(map(str, sorted(years)))} 年的结果，不是 {year} 年的。请检查 --from。")
    # a run that was stopped, and one that no longer made some of them, left more of them elsewhere
    papers = (out / PRIVATE, out / OLD / PRIVATE, out / STAGING, out / UNFINISHED)
    yield from (folder for folder in papers if folder.is_dir())


def _years(year: int, *, own: bool) -> tuple[int, ...]:
    return (year, year) if own else (year,)


def _count_people(*, own_only: bool) -> str:
    return f"SELECT count(*) FROM people WHERE who IN ({_select_who(own_only=own_only)}) AND ({_has_identity()})"


def _has_identity() -> str:
    return " OR ".join(f"coalesce({c}, '') <> ''" for c in _IDENTITY)


def _select_who(*, own_only: bool) -> str:
    """Rows of people that a year's payments use; with `own_only` those that no other year's use."""
    ours = f"SELECT who FROM ({_YEARS_PAYMENTS.format(versions=_YEARS_VERSIONS)})"
    if not own_only:
        return ours
    theirs = _YEARS_PAYMENTS.format(versions=_YEARS_VERSIONS.replace("year = ?", "year <> ?"))
    return f"{ours} EXCEPT SELECT who FROM ({theirs})"


def _clear_ledger(home: Path, year: int) -> None:
    blanks = ", ".join(f"{c} = ''" for c in _IDENTITY)
    ours = _YEARS_PAYMENTS.format(versions=_YEARS_VERSIONS)
    with open_kept(home) as ledger:
        execute = ledger.connection.execute
        with ledger.connection:
            execute("BEGIN IMMEDIATE")
            execute(f"UPDATE people SET {blanks} WHERE who IN ({_select_who(own_only=True)})", (year, year))
            execute(f"UPDATE payments SET remark = '' WHERE payment IN (SELECT payment FROM ({ours}))", (year,))
            long_number = "*" + "[0-9]" * 7 + "*"
            for column in ("found", "expected", "difference", "person"):
                execute(
                    f"UPDATE findings SET {column} = '' WHERE {column} GLOB ? AND version IN ({_YEARS_VERSIONS})",
                    (long_number, year),
                )
            execute("DELETE FROM numbers WHERE year = ?", (year,))
        # else the old pages would still hold what was taken out
        execute("VACUUM")
        execute("PRAGMA wal_checkpoint(TRUNCATE)")
