"""Readings of files kept from earlier runs, so that only what is new or changed is read again.

An entry is found by the hash of the file and of everything else its reading depends on (`unchanged.hash_reader`, the path inside
the inbox, whose words count). Entries hold JSON and plain columns, no code; one that is damaged is as good as none.
"""

import hashlib
import json
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from village_notice.domain.finding import Finding, Place
from village_notice.domain.packed import PackedPayments
from village_notice.domain.reading import FileReading, SetAside, SheetReading
from village_notice.fingerprint import hash_parts
from village_notice.sources.discover import InputFile

FOLDER = "读取"
_LENGTH = 8
_DIGEST = hashlib.sha256().digest_size


@dataclass(slots=True)
class ReadCache:
    """Readings in a folder.

    Attributes:
        folder: Where they are; made when the first one is kept.
        reader: See `unchanged.hash_reader`.
        is_fresh: True where nothing kept before may be used; what is read is kept all the same.
    """

    folder: Path
    reader: str
    is_fresh: bool = False
    _used: set[str] = field(default_factory=set)
    _writers: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1))

    @property
    def is_empty(self) -> bool:
        """Whether nothing was kept, so that every file will have to be read."""
        return self.is_fresh or not self.folder.is_dir()

    def load(self, files: Iterable[InputFile]) -> dict[str, FileReading]:
        """Path inside the inbox → reading, for the files whose reading was kept."""
        if self.is_empty:
            return {}
        found = {}
        for file in files:
            name = self._name(file)
            if reading := _unpack(self.folder / name):
                self._used.add(name)
                found[file.relative] = reading
        return found

    def keep(self, file: InputFile, reading: FileReading) -> None:
        """Writes a reading beside the run's own work; one that failed is not kept: next time may be better."""
        if not reading.readable or not file.sha256 or reading.sha256 != file.sha256:
            return
        name = self._name(file)
        self._used.add(name)
        self._writers.submit(_write, self.folder / name, reading)

    def finish(self) -> None:
        """Waits for what is being written and takes away what this run did not use."""
        self._writers.shutdown()
        if self.folder.is_dir():
            for path in self.folder.iterdir():
                if path.name not in self._used:
                    path.unlink(missing_ok=True)

    def _name(self, file: InputFile) -> str:
        return hash_parts(self.reader, file.relative, file.sha256)[:40] + ".packed"


def _write(path: Path, reading: FileReading) -> None:
    temporary = path.with_suffix(".tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_bytes(_pack(reading))
        temporary.replace(path)
    except OSError:  # what cannot be kept is read again next time; a full disk is told where the results are written
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


def _pack(reading: FileReading) -> bytes:
    """A reading: the hash of all that follows, the length of its facts, the facts (JSON), the packed payments."""
    packed = reading.packed
    facts = {
        "file": reading.file,
        "sha256": reading.sha256,
        "sheets": reading.sheets,
        "findings": [[f.code, f.place, f.found, f.expected, f.difference, f.person, f.fen] for f in reading.findings],
        "set_aside": reading.set_aside,
        "places_read": reading.places_read,
        "fen_read": reading.fen_read,
        "corrects": reading.corrects,
        "rows": packed.rows,
        "same": packed.same,
    }
    words = json.dumps(facts, ensure_ascii=False).encode("utf-8", "surrogatepass")
    data = len(words).to_bytes(_LENGTH, "big") + words + packed.data
    return hashlib.sha256(data).digest() + data


def _unpack(path: Path) -> FileReading | None:
    """The reading of an entry, None where there is none or it is damaged."""
    try:
        data = path.read_bytes()
    except OSError:
        return None
    if hashlib.sha256(memoryview(data)[_DIGEST:]).digest() != data[:_DIGEST]:
        return None
    start = _DIGEST + _LENGTH
    end = start + int.from_bytes(data[_DIGEST:start], "big")
    facts = json.loads(data[start:end].decode("utf-8", "surrogatepass"))
    return FileReading(
        facts["file"],
        facts["sha256"],
        [SheetReading(*s) for s in facts["sheets"]],
        packed=PackedPayments(facts["rows"], facts["same"], data[end:]),
        findings=[Finding(f[0], Place(*f[1]), *f[2:]) for f in facts["findings"]],
        set_aside=[SetAside(*s) for s in facts["set_aside"]],
        places_read=facts["places_read"],
        fen_read=facts["fen_read"],
        corrects=tuple(facts["corrects"]),
    )
