"""Fingerprints of everything a result depends on besides the data: the program, its templates and data, the office.

A cache is only as right as its keys: whatever could change a result is in one of these, rather too much than too little.
"""

import hashlib
import sys
import zlib
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from village_notice.resources import find_folder

_PACKAGE = Path(__file__).resolve().parent
_NEVER = ("cache", "ledger.db", "desk")
"""Of the office folder: what no result depends on, or what asks for the ledger by itself (starts of names)."""
_ANSWERS_TO_FINDINGS = ("waivers.csv", "control.", "deceased.csv")
_FOR_PAPER = ("office.toml", "postings.csv", "objections.csv", "templates", "guides")
_FOR_READING = ("layouts",)


@cache
def hash_program() -> str:
    """The program as it is installed here: its source, templates and data, the libraries it declares, Python, zlib."""
    digest = hashlib.sha256(f"{sys.version_info[:3]} {sys.platform} {zlib.ZLIB_RUNTIME_VERSION}".encode())
    for folder in dict.fromkeys((_PACKAGE, find_folder("templates"), find_folder("data"))):
        _add_files(digest, folder, (p for p in folder.rglob("*") if p.suffix not in {".pyc", ".pyo"}))
    for name in sorted(_list_libraries()):
        digest.update(f"{name} {_find_version(name)}\n".encode())
    return digest.hexdigest()


def hash_office(home: Path | None, *, reading: bool, answers: bool = False) -> str:
    """The office folder as far as reading (layouts, reference data) or paper and packages depend on it.

    Args:
        home: The folder, None for none.
        reading: True for what reading depends on, False for all the rest.
        answers: With the answers to findings (waivers, control totals), which change figures and so are seen in these.
    """
    digest = hashlib.sha256()
    if home is not None and home.is_dir():
        skipped = (*_NEVER, *(() if answers else _ANSWERS_TO_FINDINGS), *(_FOR_PAPER if reading else _FOR_READING))
        chosen = (top for top in home.iterdir() if not top.name.startswith(skipped))
        _add_files(digest, home, (p for top in chosen for p in ([top] if top.is_file() else top.rglob("*"))))
    return digest.hexdigest()


def hash_file(path: Path | None) -> str:
    """SHA-256 of a file, "" for None or where it cannot be read."""
    try:
        if path is None:
            return ""
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError:
        return ""


def hash_parts(*parts: str) -> str:
    """SHA-256 of texts, each told apart from the next."""
    return hashlib.sha256("".join(f"{len(p)}:{p}" for p in parts).encode("utf-8", "surrogatepass")).hexdigest()


def _add_files(digest: "hashlib._Hash", folder: Path, paths: Iterable[Path]) -> None:
    for path in sorted(p for p in paths if p.is_file()):
        digest.update(f"{path.relative_to(folder).as_posix()} {hash_file(path)}\n".encode("utf-8", "surrogatepass"))


def _list_libraries() -> Iterator[str]:
    """Names of the libraries that every installation has."""
    from importlib.metadata import PackageNotFoundError, requires  # those who draw never ask

    try:
        wanted = requires("village-notice") or []
    except PackageNotFoundError:  # run from a folder that was never installed
        wanted = []
    # extras are not counted: paper drawn here and on a cluster is the same with or without a database driver
    needed = [line for line in wanted if "extra ==" not in line]
    yield from {"".join(c if c.isalnum() or c in "-_." else " " for c in line).split()[0] for line in needed}


def _find_version(name: str) -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(name)
    except PackageNotFoundError:
        return ""
