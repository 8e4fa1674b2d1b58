"""What a run remembers about payments.csv: where the lines of each file stand, and what they were made of.

Lines of a file are taken from the earlier payments.csv only where the file was read the same, its payments have the same
numbers, verdicts and findings, and the bytes are still those that were written. A damaged memory is as good as none.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

_DIGEST = hashlib.sha256().digest_size
_NUMBERS, _TEXTS = ("person_no", "household_no"), ("verdict", "findings")
DECIDED = frozenset((*_NUMBERS, *_TEXTS))
"""The columns that a run fills in; all others are as the file was read."""


class Block(NamedTuple):
    """Lines of one file in payments.csv: what they were made of, first byte, bytes, and the hash of these."""

    key: str
    start: int
    length: int
    digest: str


@dataclass(frozen=True, slots=True)
class PaymentsMemory:
    """The memory of a run.

    Attributes:
        path: Where it is kept.
        earlier: payments.csv of the run before.
        read: File → hash of everything its reading depends on, "" where it is not known.
        is_fresh: True where nothing kept before may be used.
    """

    path: Path
    earlier: Path
    read: Mapping[str, str] = field(default_factory=dict)
    is_fresh: bool = False

    def recall(self) -> dict[str, Block]:
        """File → its lines in the earlier payments.csv."""
        try:
            data = b"" if self.is_fresh else self.path.read_bytes()
        except OSError:
            return {}
        if not data or hashlib.sha256(data[_DIGEST:]).digest() != data[:_DIGEST]:
            return {}
        return {file: Block(*block) for file, block in json.loads(data[_DIGEST:]).items()}

    def keep(self, blocks: Mapping[str, Block]) -> None:
        """Keeps where the lines of each file stand by now."""
        data = json.dumps({f: b for f, b in blocks.items() if b.key}, ensure_ascii=False).encode(
            "utf-8", "surrogatepass"
        )
        self.path.parent.mkdir(parents=True, exist_ok=True)
        temporary = self.path.with_suffix(".tmp")
        temporary.write_bytes(hashlib.sha256(data).digest() + data)
        temporary.replace(self.path)

    def find_keys(self, payments: pd.DataFrame, parts: Sequence[tuple[str, int, int]]) -> Iterator[str]:
        """For each part (file, first row, row behind its last) what its lines are made of; "" unknown."""
        columns = [*(_number(payments[c]) for c in _NUMBERS), *(_hash_texts(payments[c]) for c in _TEXTS)]
        for file, first, end in parts:
            read = self.read.get(file, "")
            digest = hashlib.sha256(f"{file}\n{read}\n".encode("utf-8", "surrogatepass"))
            for column in columns:
                digest.update(column[first:end].tobytes())
            yield digest.hexdigest() if read else ""


def _number(column: pd.Series) -> npt.NDArray[np.int64]:
    """Numbers from 1, 0 where unknown."""
    return np.ascontiguousarray(column.to_numpy(dtype=np.int64, na_value=0))


def _hash_texts(column: pd.Series) -> npt.NDArray[np.uint64]:
    """A number for each text that depends on nothing else."""
    codes, values = pd.factorize(column)
    hashes = [int.from_bytes(hashlib.sha256(str(v).encode()).digest()[:8], "big") for v in values]
    return np.array([*hashes, 0], dtype=np.uint64)[codes]
