"""What a run remembers about 查询.db, so that the next one need not work it out again.

The file holds the names of people (with their pinyin), so it lies with the internal papers. It counts only for exactly
the database it was written for, and for the same program and surnames; a damaged one is as good as none.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

Key = tuple[int, str]
"""Year and village code."""
_DIGEST = hashlib.sha256().digest_size


@dataclass(frozen=True, slots=True)
class Remembered:
    """What is known about a database.

    Attributes:
        figures: Year and village code → hash of the figures that its edition was made of.
        spelled: JSON object: name as it is searched → its tokens (see `build`).
        sounds: JSON object: character → its readings as they sound.
        is_whole: Whether all this is about exactly the database in hand, written by this program.
    """

    figures: Mapping[Key, str] = field(default_factory=dict)
    spelled: str = "{}"
    sounds: str = "{}"
    is_whole: bool = False


@dataclass(frozen=True, slots=True)
class BuildMemory:
    """The file.

    Attributes:
        path: Where it is.
        key: Hash of what the database depends on besides the figures: program, surnames.
        is_fresh: True where nothing kept before may be used.
    """

    path: Path
    key: str
    is_fresh: bool = False

    def recall(self, database: Path) -> Remembered:
        """What was kept about a database; nothing where it is another one by now."""
        if self.is_fresh:
            return Remembered()
        try:
            data = self.path.read_bytes()
            parts = data[_DIGEST:].split(b"\n")
            facts = json.loads(parts[0]) if hashlib.sha256(data[_DIGEST:]).digest() == data[:_DIGEST] else {}
            if not facts or facts["key"] != self.key or facts["database"] != _hash(database):
                return Remembered()
        except OSError:
            return Remembered()
        figures = {(year, code): digest for year, code, digest in facts["figures"]}
        return Remembered(figures, parts[1].decode(), parts[2].decode(), is_whole=True)

    def keep(self, database: Path, remembered: Remembered) -> None:
        """Keeps what is known about a database that has just been written."""
        facts = {
            "key": self.key,
            "database": _hash(database),
            "figures": [[*key, digest] for key, digest in sorted(remembered.figures.items())],
        }
        parts = (json.dumps(facts, ensure_ascii=False), remembered.spelled, remembered.sounds)
        data = "\n".join(parts).encode()
        self.path.parent.mkdir(parents=True, exist_ok=True)
        temporary = self.path.with_suffix(".tmp")
        temporary.write_bytes(hashlib.sha256(data).digest() + data)
        temporary.replace(self.path)


def _hash(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
