"""A run on exactly what the last run saw, with its results still in place, has nothing to do but to say so again."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from village_notice.checks.summary import Summary
from village_notice.checks.totals import Balance
from village_notice.domain.rules import Severity
from village_notice.errors import ExitCode
from village_notice.fingerprint import hash_file, hash_office, hash_parts, hash_program
from village_notice.options import RunOptions, RunResult
from village_notice.output import CACHE, PRIVATE, OutputFolder, look_at_output
from village_notice.sources.discover import Discovery

_RESULT = "上次结果.json"
_LEDGER = "ledger.db"
_ONCE = "F13"
"""A file that is gone is told by one run and known to the next: such a run is not repeated."""


def hash_reader(options: RunOptions, townships: Sequence[str]) -> str:
    """Everything that reading depends on besides the files: program, reference data, answers, year, password."""
    password = options.password or ""
    secret = hashlib.scrypt(password.encode(), salt=b"village-notice", n=2**14, r=8, p=1).hex() if password else ""
    return hash_parts(
        hash_program(),
        hash_office(options.home, reading=True),
        hash_file(options.register),
        str(options.year),
        "\n".join(townships),
        secret,
    )


def hash_run(options: RunOptions, discovery: Discovery) -> str:
    """Everything that the results of a run depend on."""
    wanted = (
        options.stamp,
        options.check_only,
        options.copies,
        str(options.inbox.resolve()),
        str(options.out.resolve()),
    )
    return hash_parts(
        hash_reader(options, options.townships),  # the settings say which in place of none
        hash_office(options.home, reading=False, answers=True),
        _hash_inputs(discovery),
        repr([(f.code, f.place, f.found, f.expected) for f in discovery.findings]),
        repr(wanted),
    )


def _hash_inputs(discovery: Discovery) -> str:
    return hash_parts(repr([(f.relative, f.sha256, f.size, f.same_as) for f in discovery.files]))


def has_other_files(options: RunOptions, discover: Callable[[], Discovery]) -> bool:
    """Whether the inbox holds other files than the last run into OUT has read; False where nobody knows.

    Args:
        options: What the user asked for.
        discover: Looks at everything in the inbox.
    """
    try:
        kept = json.loads((options.out / PRIVATE / CACHE / _RESULT).read_bytes())
        return bool(kept["inputs"] != _hash_inputs(discover()))
    except (OSError, ValueError, KeyError, TypeError):
        return False


def recall_result(options: RunOptions, discover: Callable[[], Discovery]) -> RunResult | None:
    """What the last run ended with, where nothing has changed since: neither what it saw nor what it made.

    Args:
        options: What the user asked for.
        discover: Looks at everything in the inbox.
    """
    out = None if options.is_fresh else look_at_output(options.out)
    if out is None or not (path := out.cache / _RESULT).is_file():
        return None
    try:
        kept = json.loads(path.read_bytes())
        is_same = (
            kept["ledger"] == _look_at_ledger(options.home)
            and kept["run"] == hash_run(options, discover())
            and out.is_intact()
        )
        return _read_result(kept) if is_same else None
    except (ValueError, KeyError, TypeError):  # of another version, or damaged: as good as none
        return None


def forget_result(cache: Path) -> None:
    """Nothing is left of what the last run ended with: another run has begun, or results of another computer came.

    Args:
        cache: Folder .缓存 of the results.
    """
    (cache / _RESULT).unlink(missing_ok=True)


def remember_result(options: RunOptions, discovery: Discovery, result: RunResult, out: OutputFolder) -> None:
    """Keeps what a run ended with, for `recall_result`; one that the next would not repeat is not kept."""
    if result.exit_code is ExitCode.CANNOT_WRITE or _ONCE in result.summary.by_rule:
        return
    kept = {
        "run": hash_run(options, discovery),
        "inputs": _hash_inputs(discovery),
        "ledger": _look_at_ledger(options.home),
        "exit_code": int(result.exit_code),
        "note": result.note,
        "summary": asdict(result.summary),
    }
    path = out.cache / _RESULT
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(kept, ensure_ascii=False), encoding="utf-8", newline="\n")


def _look_at_ledger(home: Path | None) -> list[int]:
    """Size and time of the ledger: whatever is written into it changes them."""
    path = home / _LEDGER if home else None
    if path is None or not path.is_file():
        return []
    found = path.stat()
    return [found.st_size, found.st_mtime_ns]


def _read_result(kept: Mapping[str, Any]) -> RunResult:
    values = dict(kept["summary"])
    values["balances"] = tuple(map(_read_balance, values["balances"]))
    values["total"] = _read_balance(values["total"])
    values["first_files"] = tuple((file, errors, fen) for file, errors, fen in values["first_files"])
    values["severities"] = {code: Severity(word) for code, word in values["severities"].items()}
    values |= {key: tuple(values[key]) for key in ("empty_villages", "look_first", "unposted")}
    return RunResult(Summary(**values), ExitCode(kept["exit_code"]), note=kept["note"])


def _read_balance(values: Mapping[str, Any]) -> Balance:
    verdicts = {verdict: (rows, fen) for verdict, (rows, fen) in values["by_verdict"].items()}
    rows, fen = values["set_aside"]
    return Balance(values["file"], values["rows"], values["fen"], verdicts, (rows, fen))
