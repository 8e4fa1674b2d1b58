"""Which package of a village and year a run may write: the draft, or the next version beside a sealed one.

A sealed package is never touched again. Unchanged figures leave it as the last word; changed figures make 档案_第2版
beside it, which names version 1 and says what changed. Another year's sealed package gives the folder's name its year.
"""

import csv
import hashlib
import io
import os
import re
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from village_notice.archive.bag import DRAFT, STATUS_KEY, BagFormatError, parse_info
from village_notice.archive.wording import Variables, encode_text, read_package_words
from village_notice.domain.money import format_fen, parse_scaled

PACKAGE = "档案"
PACKAGE_FOLDER = re.compile(r"档案(_\d{4}年)?(_第\d+版)?")
CORRECTION = "更正说明.txt"
_KEPT_FOLDER = "张贴证据"
_OLD = ".原来的"
_MOST_LINES = 200


@dataclass(frozen=True, slots=True)
class Previous:
    """The sealed package that a new version corrects.

    Attributes:
        folder: Name of its folder, which lies beside the new one.
        info: Its bag-info.txt; {} where it can't be read.
        detail: Its 明细.csv, b"" where it can't be read.
        digest: SHA-256 of its manifest-sha256.txt: names exactly this package.
    """

    folder: str
    info: Mapping[str, str]
    detail: bytes
    digest: str


@dataclass(frozen=True, slots=True)
class Plan:
    """Where the package of a run goes and what it takes along.

    Attributes:
        folder: Name of its folder.
        version: From 1.
        previous: The sealed version before it.
        evidence: Path below data/ → content, of evidence that was put into the draft before.
        is_unchanged: True where the newest sealed package says the same: nothing is written.
    """

    folder: str = PACKAGE
    version: int = 1
    previous: Previous | None = None
    evidence: Mapping[str, bytes] = field(default_factory=dict)
    is_unchanged: bool = False


@dataclass(frozen=True, slots=True)
class _Found:
    folder: Path
    info: Mapping[str, str]
    is_sealed: bool

    @property
    def version(self) -> int:
        text = self.info.get("Version", "")
        match = re.search(r"第(\d+)版", self.folder.name)
        return int(text) if text.isdecimal() else int(match[1]) if match else 1


def is_sealed(folder: Path) -> bool:
    """Whether a folder holds a package that must not be touched: a sealed one.

    Remains of a package that do not say they are a draft count as sealed: nothing is risked on a damaged file.
    """
    return _is_sealed(folder, _read_info(folder))


def plan_package(village_folder: Path, year: int, code: str | Callable[[], str]) -> Plan:
    """Where a village's package of a year goes.

    Args:
        village_folder: The folder in which its packages lie; it need not exist.
        year: Year of the run.
        code: 校验码 of the new figures, or what works it out: only a sealed package asks for it.
    """
    found = _list_packages(village_folder)
    # one whose bag-info.txt is damaged counts as of this year: the new one must not take its place
    ours = [f for f in found if f.info.get("Year", str(year)) == str(year)]
    sealed = sorted((f for f in ours if f.is_sealed), key=lambda f: f.version)
    if sealed and sealed[-1].info.get("Check-Code") == (code if isinstance(code, str) else code()):
        return Plan(sealed[-1].folder.name, sealed[-1].version, is_unchanged=True)
    version = sealed[-1].version + 1 if sealed else 1
    name = _choose_name(year, version, {f.folder.name for f in found if f.is_sealed})
    drafts = [f.folder for f in ours if not f.is_sealed and f.folder.name == name]
    evidence = _read_evidence(drafts[0]) if drafts else {}
    return Plan(name, version, _describe(sealed[-1]) if sealed else None, evidence)


def find_sealed(public: Path) -> list[Path]:
    """The sealed packages below 公开/, sorted."""
    return sorted(f for f in public.glob(f"*/*/{PACKAGE}*") if f.is_dir() and is_sealed(f))


def name_aside(folder: Path) -> tuple[Path, Path]:
    """Where a package is written before it takes its place, and where that which was there lies meanwhile."""
    return folder.with_name(f".{folder.name}.正在写"), folder.with_name(f".{folder.name}{_OLD}")


def put_back(folder: Path) -> None:
    """After a loss of power between two renames the package lies under its other name: put back."""
    _, old = name_aside(folder)
    if old.is_dir():
        if folder.exists():
            shutil.rmtree(old, ignore_errors=True)
        else:
            old.rename(folder)


def put_back_below(folder: Path, places: str = "*/*") -> None:
    """The same for all packages below a folder, else their evidence would be lost with the next draft.

    Args:
        folder: Folder 公开 of the results.
        places: Where in it the packages lie, as `Path.glob` takes it.
    """
    for old in sorted(folder.glob(f"{places}/.{PACKAGE}*{_OLD}")):
        put_back(old.with_name(old.name.removeprefix(".").removesuffix(_OLD)))


def build_correction(previous: Previous, detail: bytes, variables: Variables, version: int) -> bytes:
    """更正说明.txt of a later version: which version it corrects, and every figure and line that changed.

    Args:
        previous: The version before.
        detail: 明细.csv of the new version.
        variables: See `wording.build_variables`.
        version: Number of the new version.
    """
    words, info = read_package_words()["correction"], previous.info
    parts = {
        "number": version,
        "before": info.get("Version", "1"),
        "folder": previous.folder,
        "sealed": info.get("Sealed-Date", "") or words["unknown"],
        "before_code": info.get("Check-Code", "") or words["unknown"],
        "digest": previous.digest,
        "before_total": info.get("Public-Total", "") or words["unknown"],
        "changes": "\n".join(_list_changes(previous.detail, detail, words)),
    }
    return encode_text(words["text"].format_map(variables | parts))


def _list_packages(village_folder: Path) -> list[_Found]:
    try:
        names = os.listdir(village_folder)  # noqa: PTH208  # a county has eight hundred such folders
    except OSError:
        if village_folder.is_dir():
            raise
        return []
    folders = [village_folder / name for name in sorted(names) if PACKAGE_FOLDER.fullmatch(name)]
    return [_find(folder) for folder in folders if folder.is_dir()]


def _find(folder: Path) -> _Found:
    info = _read_info(folder)
    return _Found(folder, info or {}, _is_sealed(folder, info))


def _is_sealed(folder: Path, info: Mapping[str, str] | None) -> bool:
    """See `is_sealed`.

    Args:
        folder: Where the package lies.
        info: Its bag-info.txt, None where it has none.
    """
    if info is None:
        return (folder / "bagit.txt").is_file() or any(folder.glob("*manifest-*.txt"))
    return info.get(STATUS_KEY) != DRAFT


def _read_info(folder: Path) -> dict[str, str] | None:
    """What bag-info.txt says: {} where it can't be read, None where there is no such file."""
    path = folder / "bag-info.txt"
    try:
        return parse_info(path.read_bytes())
    except BagFormatError:
        return {}
    except OSError:
        return {} if path.is_file() else None


def _choose_name(year: int, version: int, taken: set[str]) -> str:
    tail = f"_第{version}版" if version > 1 else ""
    plain = PACKAGE + tail
    return plain if plain not in taken else f"{PACKAGE}_{year}年{tail}"


def _read_evidence(draft: Path) -> dict[str, bytes]:
    folder = draft / "data" / _KEPT_FOLDER
    files = sorted(p for p in folder.glob("*") if p.is_file()) if folder.is_dir() else []
    return {f"{_KEPT_FOLDER}/{p.name}": p.read_bytes() for p in files}


def _describe(found: _Found) -> Previous:
    manifest, detail = found.folder / "manifest-sha256.txt", found.folder / "data" / "明细.csv"
    digest = hashlib.sha256(manifest.read_bytes()).hexdigest() if manifest.is_file() else ""
    return Previous(found.folder.name, found.info, detail.read_bytes() if detail.is_file() else b"", digest)


_Row = tuple[str, ...]


def _list_changes(before: bytes, after: bytes, words: Mapping[str, str]) -> Iterator[str]:
    """One sentence a programme whose sum changed, then one a line that went, came or changed."""
    old, new = _read_rows(before), _read_rows(after)
    if not old:
        yield words["unreadable"]
        return
    sums = {name: (_add(old, name), _add(new, name)) for name in dict.fromkeys(r[0] for r in (*old, *new))}
    for name, (one, other) in sums.items():
        if one != other:
            yield words["programme"].format(title=name, before=format_fen(one), after=format_fen(other))
    gone, come = Counter(old) - Counter(new), Counter(new) - Counter(old)
    lines = list(_pair_rows(gone, come, words))
    yield from lines[:_MOST_LINES]
    if len(lines) > _MOST_LINES:
        yield words["more"].format(count=len(lines) - _MOST_LINES)
    if not lines and all(one == other for one, other in sums.values()):
        yield words["order_only"]


def _pair_rows(gone: "Counter[_Row]", come: "Counter[_Row]", words: Mapping[str, str]) -> Iterator[str]:
    """A row that went and one that came of the same person and programme are one change."""
    rest: dict[_Row, list[_Row]] = {}
    for row in come.elements():
        rest.setdefault(row[:3], []).append(row)
    for row in gone.elements():
        if partners := rest.get(row[:3]):
            yield words["changed"].format(row=_join(row), after=_join(partners.pop(0)[3:]))
        else:
            yield words["gone"].format(row=_join(row))
    for rows in rest.values():
        yield from (words["come"].format(row=_join(row)) for row in rows)


def _join(row: _Row) -> str:
    return " ".join(value for value in row if value)


def _read_rows(detail: bytes) -> list[_Row]:
    """Rows of 明细.csv without the serial number: programme, group, name, and what was paid."""
    rows = list(csv.reader(io.StringIO(detail.decode("utf-8-sig", errors="replace"), newline="")))
    return [tuple(row[1:]) for row in rows[1:]]


def _add(rows: Sequence[_Row], programme: str) -> int:
    return sum(parse_scaled(row[-1], 2) or 0 for row in rows if row[0] == programme)
