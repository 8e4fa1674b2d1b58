"""The two lists in an OUT folder: what is there of ours, and what a run that puts its results in place has still to do."""

import json
import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from village_notice.errors import CannotWriteError

MANIFEST = ".village_notice.json"
PLAN = "放好.json"
"""In the staging folder once everything is made."""
HALF = ".tmp"
"""Ends the name of a list while it is written."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be done when everything is made.

    Attributes:
        files: The manifest to be: relative path → SHA-256.
        gone: What is to go to 旧版, relative paths.
    """

    files: Mapping[str, str]
    gone: Collection[str]


def read_manifest(folder: Path) -> dict[str, str]:
    """Relative path → SHA-256 of what the last run wrote.

    Raises:
        CannotWriteError: It is damaged.
        OSError: There is none, or it cannot be read.
    """
    path = folder / MANIFEST
    try:
        files = json.loads(path.read_text(encoding="utf-8"))["files"]
        return {str(k): str(v) for k, v in files.items()}
    except (ValueError, KeyError, AttributeError) as error:
        raise CannotWriteError(
            f"输出文件夹的清单 {path} 已损坏，为免误删没有写入。请换一个空文件夹（--out）。"
        ) from error


def write_manifest(folder: Path, files: Mapping[str, str]) -> None:
    """Writes it anew."""
    whole = {"tool": "village_notice", "files": dict(sorted(files.items()))}
    _write(folder / MANIFEST, json.dumps(whole, ensure_ascii=False, separators=(",\n", ": ")))


def read_plan(staging: Path) -> Plan | None:
    """What a run was stopped in; None where it was in nothing, or the plan is damaged.

    Raises:
        OSError: It cannot be read.
    """
    try:
        plan = json.loads((staging / PLAN).read_bytes())
        return Plan(dict(plan["files"]), list(plan["gone"]))
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError):
        return None


def write_plan(staging: Path, plan: Plan) -> None:
    """Writes it, so that it is on the disk before anything is done."""
    whole = {"files": plan.files, "gone": plan.gone}
    _write(staging / PLAN, json.dumps(whole, ensure_ascii=False), is_sure=True)


def _write(path: Path, text: str, *, is_sure: bool = False) -> None:
    temporary = path.with_name(path.name + HALF)
    with temporary.open("w", encoding="utf-8", newline="\n") as stream:
        stream.write(text)
        if is_sure:
            stream.flush()
            os.fsync(stream.fileno())
    temporary.replace(path)
