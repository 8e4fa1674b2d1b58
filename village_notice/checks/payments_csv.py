"""Writes payments.csv, the contract of a run: every payment with its place, verdict and findings.

UTF-8 with BOM, CRLF, columns of `domain.columns.CSV_COLUMNS` in order. It is for programs: Excel would turn IDs into
3.7E+17. A text that a spreadsheet program would run as a formula gets an apostrophe in front all the same.

Lines are put together by Arrow, many at once: two million of them cell by cell would take half a minute. Those of files
that gave the same lines in the run before are taken from its payments.csv (see `payments_memory`).
"""

import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path
from typing import IO, Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from village_notice.checks.payments_memory import Block, PaymentsMemory
from village_notice.domain.codes import Ints
from village_notice.domain.columns import CSV_COLUMNS
from village_notice.domain.money import format_fen, format_scaled
from village_notice.domain.text import guard_formula

PAYMENTS = "payments.csv"
_SCALED = {"quantity_milli": 3, "rate_micro": 6}
_AT_ONCE = 100_000
_END = "\r\n"
_SPECIAL = r'^[=+\-@\t\r]|[,"\r\n]'
"""A text that must be guarded, or quoted: most texts are neither."""
_QUOTED = re.compile(r'[,"\r\n]')


class _Part(NamedTuple):
    """Payments of one file: the file, the first one and the one behind the last."""

    file: str
    first: int
    end: int


def write_payments(payments: pd.DataFrame, path: Path, memory: PaymentsMemory | None = None) -> None:
    """Write the payments, in the order of the frame.

    Args:
        payments: Payments with verdicts.
        path: The file to write.
        memory: What the run before remembers about its payments.csv.
    """
    with path.open("wb") as stream:
        stream.write((",".join(heading for _, heading in CSV_COLUMNS) + _END).encode("utf-8-sig"))
        if memory is None:
            for lines, _ in _format_lines(payments):
                stream.write(lines)
        else:
            _write_parts(payments, stream, memory)


def _write_parts(payments: pd.DataFrame, stream: IO[bytes], memory: PaymentsMemory) -> None:
    """Writes the lines file by file: those that are the same as before are copied, those between are put together."""
    parts, known = _find_parts(payments), memory.recall()
    keys = [*memory.find_keys(payments, parts)]
    blocks: dict[str, Block] = {}
    waiting: list[int] = []

    def write_waiting() -> None:
        if waiting:
            chosen = slice(waiting[0], waiting[-1] + 1)
            blocks.update(_write_new(payments, parts[chosen], keys[chosen], stream))
            waiting.clear()

    with ExitStack() as stack:
        earlier = stack.enter_context(memory.earlier.open("rb")) if known and memory.earlier.is_file() else None
        for number, (part, key) in enumerate(zip(parts, keys, strict=True)):
            block = known.get(part.file)
            lines = _take_lines(block, earlier) if earlier and block and block.key == key else None
            if lines is None or block is None:
                waiting.append(number)
                continue
            write_waiting()
            blocks[part.file] = block._replace(start=stream.tell())
            stream.write(lines)
        write_waiting()
    memory.keep(blocks)


def _find_parts(payments: pd.DataFrame) -> list[_Part]:
    """The payments by file; one part without a name where those of a file do not stand together."""
    codes, files = pd.factorize(payments["file"])
    starts = np.flatnonzero(np.diff(codes, prepend=-1))
    if len(starts) != len(files):
        return [_Part("", 0, len(payments))]
    bounds = [*starts.tolist(), len(payments)]
    return [_Part(str(file), *bound) for file, bound in zip(files, pairwise(bounds), strict=True)]


def _take_lines(block: Block, earlier: IO[bytes]) -> bytes | None:
    """The lines of a file as they stand in the earlier payments.csv, None where they are not what was written."""
    earlier.seek(block.start)
    lines = earlier.read(block.length)
    return lines if hashlib.sha256(lines).hexdigest() == block.digest else None


def _write_new(
    payments: pd.DataFrame, parts: Sequence[_Part], keys: Sequence[str], stream: IO[bytes]
) -> dict[str, Block]:
    """Writes the lines of parts that follow each other; file → where its lines stand."""
    place, found = parts[0].first, dict[str, Block]()
    rest = iter(zip(parts, keys, strict=True))
    part, key = next(rest)
    start, digest = stream.tell(), hashlib.sha256()
    for lines, ends in _format_lines(payments.iloc[parts[0].first : parts[-1].end]):
        done, written = 0, stream.tell()
        while place + len(ends) >= part.end:  # a file ends in these lines
            end = int(ends[part.end - place - 1])
            digest.update(lines[done:end])
            found[part.file] = Block(key, start, written + end - start, digest.hexdigest())
            done, start, digest = end, written + end, hashlib.sha256()
            following = next(rest, None)
            if following is None:
                break
            part, key = following
        digest.update(lines[done:])
        stream.write(lines)
        place += len(ends)
    return found


def _format_lines(payments: pd.DataFrame) -> Iterator[tuple[memoryview, Ints]]:
    """The lines of many payments at once, and where each ends."""
    for start in range(0, len(payments), _AT_ONCE):
        part = payments.iloc[start : start + _AT_ONCE]
        yield _join_lines([_to_texts(part[name], name) for name, _ in CSV_COLUMNS])


def _join_lines(columns: "list[pa.Array[Any]]") -> tuple[memoryview, Ints]:
    """The bytes of lines, one for each place of the columns: Arrow keeps texts of a column one behind the other."""
    *first, last = columns
    ended = pc.binary_join_element_wise(last, _large(_END), _large(""))
    lines = pc.binary_join_element_wise(*first, ended, _large(","))
    _, offsets, texts = lines.buffers()
    ends = np.frombuffer(offsets, dtype=np.int64)[lines.offset : lines.offset + len(lines) + 1]
    return memoryview(texts)[ends[0] : ends[-1]], ends[1:] - ends[0]


def _to_texts(column: pd.Series, name: str) -> "pa.Array[Any]":
    """The column as it is written; every distinct value is formatted once."""
    if name == "amount_fen":
        return _map_values(column, lambda value: format_fen(int(value)))
    if name in _SCALED:
        return _map_values(column, lambda value: format_scaled(int(value), _SCALED[name]))
    values = _combine(pa.array(column)).cast(pa.large_string()).fill_null("")
    if column.dtype != "str":
        return values
    special = pc.match_substring_regex(values, _SPECIAL)
    return _map_values(column, lambda text: _quote(guard_formula(text))) if pc.any(special).as_py() else values


def _combine(values: "pa.Array[Any] | pa.ChunkedArray[Any]") -> "pa.Array[Any]":
    return values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values


def _map_values(column: pd.Series, function: Callable[..., str]) -> "pa.Array[Any]":
    """The column with a function applied; unknown values become ""."""
    codes, values = pd.factorize(column)
    texts = pa.array([*(function(v) for v in values), ""], type=pa.large_string())
    return texts.take(pa.array(codes % len(texts)))


def _quote(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if _QUOTED.search(text) else text


def _large(text: str) -> "pa.Scalar[Any]":
    return pa.scalar(text, pa.large_string())
