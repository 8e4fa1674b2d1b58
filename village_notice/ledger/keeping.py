"""What a run asks of the ledger and tells it; without an office folder there is no ledger and nothing is remembered."""

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

import pandas as pd

from village_notice.domain.finding import Finding, Place
from village_notice.ledger.store import Import, open_ledger


def recall_numbers(home: Path | None, year: int) -> pd.DataFrame | None:
    """Numbers of persons and households given before in a year, None without an office folder."""
    if home is None:
        return None
    with open_ledger(home) as ledger:
        return ledger.recall_numbers(year)


def recall_payments(home: Path | None, year: int) -> pd.DataFrame | None:
    """What each person got of each programme in a year, after the last run on each inbox; None without an office."""
    if home is None:
        return None
    with open_ledger(home) as ledger:
        return ledger.recall_payments(year)


def recall_names(home: Path | None, hashes: Collection[str]) -> dict[str, set[str]]:
    """Hash → names under which files with these bytes were read before; {} without an office folder."""
    if home is None:
        return {}
    with open_ledger(home) as ledger:
        return ledger.list_names(hashes)


def check_gone(
    home: Path | None, year: int, inbox: Path, hashes: Mapping[str, str], sources: Collection[str] = ()
) -> Iterator[Finding]:
    """F13 for each file that the inbox held last time and holds no more, neither under another name nor corrected.

    Args:
        home: Office folder.
        year: Year of the run.
        inbox: The inbox.
        hashes: File → SHA-256 of what is there now.
        sources: Hashes of the files that corrected copies in the inbox were made from.
    """
    if home is None:
        return
    with open_ledger(home) as ledger:
        gone = ledger.find_gone(year, str(inbox.resolve()), hashes, sources)
    for file, payments, fen in gone:
        yield Finding("F13", Place(file), found=f"{payments:,}", fen=fen)


def keep_run(home: Path | None, made: Import) -> None:
    """Keeps a run in the ledger of an office folder."""
    if home is None:
        return
    with open_ledger(home) as ledger:
        ledger.keep(made)
