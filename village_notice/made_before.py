"""What was made for villages before, by a finished run or by one that was stopped, so that it need not be made again.

A record is written as soon as a village is finished. It counts only for exactly the same public figures, settings,
templates, program and date (`hash_village`), and only where every one of its files is still what it was.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from village_notice.archive.versions import Plan
from village_notice.domain.finding import Finding, Place
from village_notice.domain.proof import VillageProof
from village_notice.domain.public import VillageYear, hash_figures
from village_notice.fingerprint import hash_parts
from village_notice.hashed_files import HashedFiles, join_path

RECORDS = "公示.jsonl"


@dataclass(frozen=True, slots=True)
class Published:
    """What was made for one village.

    Attributes:
        village_code: Whose it is.
        wall_sheets: Pages of the set for the board.
        findings: What the paper showed.
        is_refused: True where the last look found what may not leave: nothing of the village was written.
        correction: Name and folder of a package that corrects a sealed one, "" where there is none.
        seconds: Stage → time it took.
        key: See `hash_village`.
        folders: Folder of the office and of the village below 公开/.
        files: Path in the village's folder → SHA-256.
        is_kept: True where the files in OUT stand as they are and nothing was written.
    """

    village_code: str
    wall_sheets: int
    findings: tuple[Finding, ...]
    is_refused: bool = False
    correction: str = ""
    seconds: Mapping[str, float] = field(default_factory=dict, compare=False)
    key: str = ""
    folders: tuple[str, ...] = ()
    files: Mapping[str, str] = field(default_factory=dict)
    is_kept: bool = False

    def list_paths(self) -> dict[str, str]:
        """Path below 公开/ → SHA-256 of every file."""
        return {"/".join((*self.folders, name)): digest for name, digest in self.files.items()}


_RECORDED = [f.name for f in fields(Published) if f.name not in {"seconds", "is_kept"}]


@dataclass(frozen=True, slots=True)
class MadeBefore:
    """Records with the folder 公开 that their files lie in.

    Attributes:
        public: The folder.
        records: Village code → what was made.
        is_out: True for the finished results in OUT, where unchanged files stay; False for what a stopped run left,
            from where they move.
        hashed: What is known of the files before anybody asks.
    """

    public: Path
    records: Mapping[str, Published]
    is_out: bool
    hashed: HashedFiles = field(default_factory=HashedFiles, compare=False, repr=False)

    def find(self, code: str, key: str) -> Published | None:
        """The record of a village, where it is for the same key and all its files are intact."""
        made = self.records.get(code)
        if made is None or made.key != key:
            return None
        folder = self.public.joinpath(*made.folders)
        return (
            made
            if all(self.hashed.hash(join_path(folder, name)) == digest for name, digest in made.files.items())
            else None
        )


def hash_village(village: VillageYear, plan: Plan, checks: VillageProof, job: str) -> str:
    """The key of a village: everything its files depend on.

    Args:
        village: Its public figures.
        plan: Which package is written and what it takes along.
        checks: What its package tells of the checks.
        job: Hash of what is the same for all villages of a run.
    """
    evidence = {name: hashlib.sha256(data).hexdigest() for name, data in plan.evidence.items()}
    package = repr(replace(plan, evidence={})), repr(sorted(evidence.items()))
    return hash_parts(job, hash_figures(village), repr(checks), *package)


def write_record(made: Published) -> str:
    """One line of JSON."""
    values = {name: getattr(made, name) for name in _RECORDED}
    values["findings"] = [[f.code, *f.place, *_list_words(f)] for f in made.findings]
    return json.dumps(values, ensure_ascii=False) + "\n"


def _list_words(finding: Finding) -> Sequence[object]:
    return finding.found, finding.expected, finding.difference, finding.person, finding.fen


def read_records(path: Path) -> dict[str, Published]:
    """Village code → record; the last line of a file that was cut off is passed over."""
    try:
        lines = path.read_bytes().split(b"\n")
    except OSError:
        return {}
    found: dict[str, Published] = {}
    for line in lines:
        try:
            made = _read_record(json.loads(line))
        except (ValueError, TypeError, KeyError):
            continue
        found[made.village_code] = made
    return found


def _read_record(values: dict[str, Any]) -> Published:
    findings = tuple(Finding(f[0], Place(*f[1:5]), *f[5:]) for f in values.pop("findings"))
    return Published(**values | {"findings": findings, "folders": tuple(values["folders"])})


def write_records(made: Iterable[Published], path: Path) -> None:
    """All records of a finished run; those of villages refused are left out: they are looked at anew."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [write_record(p) for p in sorted(made, key=lambda p: p.village_code) if not p.is_refused]
    temporary = path.with_suffix(".tmp")
    temporary.write_text("".join(lines), encoding="utf-8", newline="\n")
    temporary.replace(path)
