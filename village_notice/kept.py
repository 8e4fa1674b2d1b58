"""公示数据.zip: the figures behind the paper of a run, kept so that notices can be made again without the spreadsheets.

Everything in it was disclosed before (see `ledger.disclosure`): no ID, account or telephone, nothing of tier X. It lies
with the internal papers all the same, because it tells which lines belong to one household.

The tables of each township lie apart: where a township says the same as in the run before, its bytes are copied.
"""

import hashlib
import io
import json
import shutil
import zipfile
import zlib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from village_notice.domain.public import (
    HOUSEHOLD_COLUMNS,
    LINE_COLUMNS,
    MergedTotal,
    ProgrammeSummary,
    VillageYear,
)
from village_notice.domain.public_table import NONE, Array, Kind, PublicTable, make_table
from village_notice.domain.subsidy import Tier
from village_notice.errors import UsageError
from village_notice.fingerprint import hash_parts
from village_notice.output import PRIVATE

if TYPE_CHECKING:
    import pyarrow as pa

KEPT, EARLIER = "公示数据.zip", "公示数据_上次.zip"
"""Of the last run; and of the last run that said something else, for 更正公告."""
_FORMAT = 2
_ONE_TABLE = 1
"""The format before: all villages in one pair of tables."""
_FACTS, _TOWNSHIPS = "村.json", "乡镇.json"
_TABLES: Mapping[str, Mapping[str, Kind]] = {"明细": LINE_COLUMNS, "户": HOUSEHOLD_COLUMNS}
_CODE = "village_code"
_DATE = (1980, 1, 1, 0, 0, 0)  # the first a zip can tell: the same figures give the same bytes
_DTYPES: Mapping[Kind, str] = {"text": "str", "int": "int64", "int or none": "Int64"}
_DAMAGE = (
    zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, LookupError, TypeError, AttributeError, RuntimeError,
)  # fmt: skip
"""What may be raised while a damaged file is read, or one that is something else."""


_PROGRAMME = tuple(f.name for f in fields(ProgrammeSummary))


class Where(NamedTuple):
    """Which village it is, and of which year its figures are."""

    village_code: str
    office: str
    township: str
    village: str
    full_name: str
    year: int


@dataclass(frozen=True, slots=True)
class Kept:
    """What a run left for its notices.

    Attributes:
        stamp: The one date of the run's documents, with a time zone.
        villages: One a village, in the run's order.
        merged: Totals too small for their villages, joined over a township.
        empty: Villages the run was for that have nothing to show: (township, village).
    """

    stamp: datetime
    villages: tuple[VillageYear, ...]
    merged: tuple[MergedTotal, ...] = ()
    empty: tuple[tuple[str, str], ...] = ()


def write_kept(kept: Kept, path: Path, earlier: Path | None = None) -> None:
    """Writes the file; the same figures give the same bytes.

    Args:
        kept: What to write.
        path: Where to.
        earlier: What a run before may have written: townships that say the same are copied from it.
    """
    facts = {
        "format": _FORMAT,
        "stamp": kept.stamp.isoformat(),
        "villages": [_list_facts(v) for v in kept.villages],
        "merged": [asdict(m) for m in kept.merged],
        "empty": kept.empty,
    }
    townships = _split(kept.villages)
    noted = []
    with zipfile.ZipFile(path, "w") as archive, _Earlier(earlier) as before:
        _write(archive, _FACTS, _format(facts))
        for number, (township, villages) in enumerate(townships.items(), start=1):
            digest = _hash_tables(villages)
            tables = before.find(digest) or _pack(villages)
            for name, data in zip(_name_members(number), tables, strict=True):
                _write(archive, name, data)
            noted.append({"township": township, "digest": digest, "sha256": list(map(_hash, tables))})
        _write(archive, _TOWNSHIPS, _format({"writer": _name_writer(), "townships": noted}))


def _split(villages: Sequence[VillageYear]) -> dict[str, list[VillageYear]]:
    """Township → its villages."""
    found: dict[str, list[VillageYear]] = {}
    for village in villages:
        found.setdefault(village.township, []).append(village)
    return found


def _hash_tables(villages: Sequence[VillageYear]) -> str:
    """A hash of all that their packed tables depend on besides the writer."""
    return hash_parts(*(part for v in villages for part in (v.village_code, v.lines.digest, v.households.digest)))


@cache
def _name_writer() -> str:
    """All that the bytes of packed tables depend on besides the figures; whoever packs otherwise raises `_FORMAT`."""
    import pandas as pd
    import pyarrow as pa

    return hash_parts(str(_FORMAT), repr(_TABLES), pa.__version__, pd.__version__)


def _name_members(number: int) -> list[str]:
    """By number: any name of a township will do."""
    return [f"{table}/{number:03}.parquet" for table in _TABLES]


def _format(facts: Mapping[str, Any]) -> bytes:
    return json.dumps(facts, ensure_ascii=False).encode("utf-8")


def _write(archive: zipfile.ZipFile, name: str, data: bytes) -> None:
    method = zipfile.ZIP_STORED if name.endswith(".parquet") else zipfile.ZIP_DEFLATED
    archive.writestr(zipfile.ZipInfo(name, _DATE), data, method)


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


class _Earlier(ExitStack):
    """The packed tables of townships in the file of a run before: none where another version wrote it or it is damaged.

    Args:
        path: The file, which need not exist.
    """

    def __init__(self, path: Path | None) -> None:
        super().__init__()
        self._places: dict[str, tuple[int, list[str]]] = {}
        try:
            if path is None or not path.is_file():
                return
            self._archive = self.enter_context(zipfile.ZipFile(path))
            noted = json.loads(self._archive.read(_TOWNSHIPS))
            if noted["writer"] == _name_writer():
                self._places = {
                    t["digest"]: (number, t["sha256"]) for number, t in enumerate(noted["townships"], start=1)
                }
        except _DAMAGE:
            self._places = {}

    def find(self, digest: str) -> list[bytes]:
        """Lines and households of a township by the hash of its tables; [] where they are not there."""
        number, hashes = self._places.get(digest, (0, []))
        try:
            tables = [self._archive.read(name) for name in _name_members(number)] if number else []
        except _DAMAGE:
            return []
        return tables if list(map(_hash, tables)) == hashes else []


def _list_facts(village: VillageYear) -> dict[str, Any]:
    values = {f.name: getattr(village, f.name) for f in fields(village) if f.name not in {"lines", "households"}}
    return values | {"programmes": [{name: getattr(p, name) for name in _PROGRAMME} for p in village.programmes]}


def _pack(villages: Sequence[VillageYear]) -> list[bytes]:
    """Lines and households of villages, each in one table."""
    return [
        _pack_table([v.lines for v in villages], villages, LINE_COLUMNS),
        _pack_table([v.households for v in villages], villages, HOUSEHOLD_COLUMNS),
    ]


def _pack_table(tables: Sequence[PublicTable], villages: Sequence[VillageYear], kinds: Mapping[str, Kind]) -> bytes:
    """The villages' tables in one, with the village's code in front."""
    import pyarrow as pa  # notices are made again without it where nothing is read
    from pyarrow import parquet

    codes = np.repeat(np.array([v.village_code for v in villages], dtype=object), [len(t) for t in tables])
    columns = [codes, *(_join(name, kind, tables) for name, kind in kinds.items())]
    schema = _make_schema(tuple(kinds.items()))
    arrays = [
        pa.array(column, field.type, mask=column == NONE if field.type == pa.int64() else None)
        for column, field in zip(columns, schema, strict=True)
    ]
    stream = io.BytesIO()
    parquet.write_table(pa.Table.from_arrays(arrays, schema=schema), stream, compression="zstd")
    return stream.getvalue()


@cache
def _make_schema(columns: tuple[tuple[str, Kind], ...]) -> "pa.Schema":
    """With what pandas notes about a table of its own: any program reads it as it read those of earlier versions."""
    import pandas as pd
    import pyarrow as pa

    dtypes = {_CODE: "str"} | {name: _DTYPES[kind] for name, kind in columns}
    return pa.Schema.from_pandas(pd.DataFrame(columns=list(dtypes)).astype(dtypes), preserve_index=False)


def _join(name: str, kind: Kind, tables: Sequence[PublicTable]) -> Array:
    """A column of all tables."""
    return np.concatenate([np.zeros(0, object if kind == "text" else np.int64), *(t.columns[name] for t in tables)])


def keep_earlier(out: Path, staging: Path) -> None:
    """Puts the figures of the run before beside the new ones just staged.

    They are those in OUT or, where these say the same as the new ones, the earlier ones of OUT.
    """
    now, target = staging / PRIVATE / KEPT, staging / PRIVATE / EARLIER
    written = now.read_bytes()
    target.unlink(missing_ok=True)  # figures may be staged twice in a run
    for name in (KEPT, EARLIER):
        path = out / PRIVATE / name
        if not path.is_file() or path.read_bytes() == written or (name == KEPT and _say_the_same(path, now)):
            continue  # the earlier ones said something else when they were put there
        shutil.copyfile(path, target)
        return


def _say_the_same(earlier: Path, now: Path) -> bool:
    """Whether files of other bytes tell the same figures, as those of another version may."""
    before, after = _read_notes(earlier), _read_notes(now)
    if before and after and before[0] == after[0]:
        return before == after
    try:
        return _read(earlier) == _read(now)
    except UsageError:  # damaged, or its villages have other facts
        return False


def _read_notes(path: Path) -> list[object]:
    """Who wrote a file, and what that one writes in the same way for the same figures; [] where it does not say."""
    try:
        with zipfile.ZipFile(path) as archive:
            noted = json.loads(archive.read(_TOWNSHIPS))
            return [noted["writer"], archive.read(_FACTS), *(t["sha256"] for t in noted["townships"])]
    except _DAMAGE:
        return []


def read_kept(out: Path, pick: Callable[[Sequence[Where]], Collection[str]] | None = None, *, name: str = KEPT) -> Kept:
    """What the last run into OUT left.

    Args:
        out: The folder of results.
        pick: Chooses from all villages the codes of those wanted; None for all.
        name: `KEPT` or `EARLIER`.

    Raises:
        UsageError: OUT holds no finished run, or one of another version.
    """
    path = out / PRIVATE / name
    if not path.is_file():
        raise UsageError(
            f"{out} 里没有 {PRIVATE}/{name}。请给出 run 命令做好的结果文件夹；较早版本做的结果请重新运行一次 run。"
        )
    return _read(path, pick)


def list_years(out: Path) -> set[int]:
    """Years of the villages that the last run into OUT left; no table is read.

    Raises:
        UsageError: OUT holds no finished run, or one of another version.
    """
    years = set[int]()

    def look(known: Sequence[Where]) -> Collection[str]:
        years.update(where.year for where in known)
        return ()

    read_kept(out, look)
    return years


def _read(path: Path, pick: Callable[[Sequence[Where]], Collection[str]] | None = None) -> Kept:
    try:
        with zipfile.ZipFile(path) as archive:  # what `pick` raises passes through
            facts = json.loads(archive.read(_FACTS))
            if facts["format"] not in (_FORMAT, _ONE_TABLE):
                raise UsageError(f"{path} 是另一个版本做的。请重新运行一次 run。")
            known = [Where(*(v[name] for name in Where._fields)) for v in facts["villages"]]
            codes = None if pick is None else frozenset(pick(known))
            wanted = [v for v in facts["villages"] if codes is None or v[_CODE] in codes]
            lines, households = dict[str, PublicTable](), dict[str, PublicTable]()
            for members in _choose_members(archive, facts["format"], {v["township"] for v in wanted}):
                lines |= _unpack(archive.read(members[0]), LINE_COLUMNS, codes)
                households |= _unpack(archive.read(members[1]), HOUSEHOLD_COLUMNS, codes)
        return Kept(
            datetime.fromisoformat(facts["stamp"]),
            tuple(_make_village(v, lines, households) for v in wanted),
            tuple(MergedTotal(**m) for m in facts["merged"]),
            tuple((township, village) for township, village in facts["empty"]),
        )
    except _DAMAGE as error:
        raise UsageError(f"{path} 读不出来（{error}）。请重新运行一次 run。") from error


def _choose_members(archive: zipfile.ZipFile, number: int, townships: Collection[str]) -> Iterator[list[str]]:
    """The tables that hold the lines and the households of some townships."""
    if number == _ONE_TABLE:
        yield [f"{table}.parquet" for table in _TABLES]
        return
    noted = json.loads(archive.read(_TOWNSHIPS))["townships"]
    yield from (_name_members(n) for n, t in enumerate(noted, start=1) if t["township"] in townships)


def _unpack(data: bytes, kinds: Mapping[str, Kind], codes: Collection[str] | None) -> dict[str, PublicTable]:
    """Village code → its table."""
    if codes is not None and not codes:
        return {}
    from pyarrow import parquet  # most programs that know of this file never read it

    chosen = None if codes is None else [(_CODE, "in", sorted(codes))]
    whole = parquet.read_table(io.BytesIO(data), columns=[_CODE, *kinds], filters=chosen)
    villages = whole[_CODE].combine_chunks().dictionary_encode()
    places = villages.indices.to_numpy()
    order = np.argsort(places, kind="stable")
    table = PublicTable({name: _read_column(whole[name], kind)[order] for name, kind in kinds.items()})
    bounds = np.searchsorted(places[order], np.arange(len(villages.dictionary) + 1)).tolist()
    return {code: table.cut(*bounds[i : i + 2]) for i, code in enumerate(villages.dictionary.to_pylist())}


def _read_column(column: "pa.ChunkedArray", kind: Kind) -> Array:
    if kind != "text":
        numbers: Array = column.fill_null(NONE).to_numpy()
        return numbers
    coded = column.combine_chunks().dictionary_encode()  # a name that stands there often is one text
    texts: Array = coded.dictionary.to_numpy(zero_copy_only=False)[coded.indices.to_numpy()]
    return texts


def _make_village(
    facts: dict[str, Any], lines: dict[str, PublicTable], households: dict[str, PublicTable]
) -> VillageYear:
    code = facts[_CODE]
    programmes = tuple(ProgrammeSummary(**p | {"tier": Tier(p["tier"])}) for p in facts["programmes"])
    tables = {
        name: found.get(code) or make_table(kinds)
        for name, found, kinds in (
            ("lines", lines, LINE_COLUMNS),
            ("households", households, HOUSEHOLD_COLUMNS),
        )
    }
    return VillageYear(**facts | {"programmes": programmes} | tables)
