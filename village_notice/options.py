"""What a run is asked for, and what it ended with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from village_notice.archive.dialect import ServerUrl
    from village_notice.checks.summary import Summary
    from village_notice.copies import Which
    from village_notice.errors import ExitCode


@dataclass(frozen=True, slots=True)
class RunOptions:
    """What the user asked for.

    Attributes:
        inbox, out: Folders.
        year: Calendar year to be published.
        home: Office folder, None for defaults.
        register: Village register for this run, None for the office's or the packaged one.
        townships: Townships to publish; () all that the inbox names.
        workers: Processes at once.
        stamp: The one date of all outputs; None takes data_until.
        password: For workbooks that ask for one; None for no password.
        check_only: True leaves out notices, archive and query.
        copies: Which workbooks get an annotated copy; see `copies.choose_files`.
        is_fresh: True works everything out anew, whatever earlier runs have kept.
        database: Server that the query tables are written to as well; None for what the settings say.
        cluster: Address of a Dask scheduler that has the work done, "" for this computer.
    """

    inbox: Path
    out: Path
    year: int
    home: Path | None = None
    register: Path | None = None
    townships: tuple[str, ...] = ()
    workers: int = 2
    stamp: datetime | None = None
    password: str | None = None
    check_only: bool = False
    copies: Which = "auto"
    is_fresh: bool = False
    database: ServerUrl | None = None
    cluster: str = ""


@dataclass(frozen=True, slots=True)
class RunResult:
    """What a run ended with: its figures, what could not be put in place, and its exit code.

    Attributes:
        moved: What is no longer produced and was moved to 旧版.
        changed: What somebody had edited by hand; a copy is in 旧版.
        note: What the user must know before all else, "" nothing.
    """

    summary: Summary
    exit_code: ExitCode
    moved: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    blocked: tuple[str, ...] = ()
    note: str = ""

    def to_json(self) -> dict[str, object]:
        """The figures for `--json`."""
        places = {
            "moved": list(self.moved),
            "changed": list(self.changed),
            "blocked": list(self.blocked),
            "note": self.note,
        }
        return self.summary.to_json() | places | {"exit_code": int(self.exit_code)}
