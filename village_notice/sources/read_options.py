"""What a run tells those who read its files; a module of its own, as a run needs nothing else of what readers import."""

from dataclasses import dataclass
from pathlib import Path

LAYOUTS = "layouts"
"""Folder of the office folder in which the clerk's answers about layouts are."""


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """What reading a file needs to know; small, so that it travels to a child process.

    Attributes:
        year: The year of the run.
        townships: Townships the run is for.
        home: Office folder, or None.
        register: A register for this run, or None.
        password: For workbooks that ask for one, or None.
    """

    year: int
    townships: tuple[str, ...] = ()
    home: Path | None = None
    register: Path | None = None
    password: str | None = None
