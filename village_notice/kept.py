"""公示数据.zip: the figures behind the paper of a run, kept so that notices can be made again without the spreadsheets.

Everything in it was disclosed before (see `ledger.disclosure`): no ID, account or telephone, nothing of tier X. It lies
with the internal papers all the same, because it tells which lines belong to one household.
"""

import io
import json
import zipfile
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime
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
from village_notice.output import PRIVATE

if TYPE_CHECKING:
    import pyarrow as pa

KEPT, EARLIER = "公示数据.zip", "公示数据_上次.zip"
"""Of the last run; and of the last run that said something else, for 更正公告."""
_FORMAT = 1
_FACTS, _LINES, _HOUSEHOLDS = "村.json", "明细.parquet", "户.parquet"
_CODE = "village_code"
_DATE = (1980, 1, 1, 0, 0, 0)  # the first a zip can tell: the same figures give the same bytes
_DTYPES: Mapping[Kind, str] = {"text": "str", "int": "int64", "int or none": "Int64"}


_PROGRAMME = tuple(f.name for f in fields(ProgrammeSummary))


class Where(NamedTuple):
    """Which village it is."""

    village_code: str
    office: str
    township: str
    village: str
    full_name: str


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


def write_kept(kept: Kept, path: Path) -> None:
    """Writes the file; the same figures give the same bytes."""
    facts = {
        "format": _FORMAT,
        "stamp": kept.stamp.isoformat(),
        "villages": [_list_facts(v) for v in kept.villages],
        "merged": [asdict(m) for m in kept.merged],
        "empty": kept.empty,
    }
    members = {
        _FACTS: json.dumps(facts, ensure_ascii=False).encode("utf-8"),
        _LINES: _pack([v.lines for v in kept.villages], kept.villages, LINE_COLUMNS),
        _HOUSEHOLDS: _pack([v.households for v in kept.villages], kept.villages, HOUSEHOLD_COLUMNS),
    }
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in members.items():
            method = zipfile.ZIP_DEFLATED if name == _FACTS else zipfile.ZIP_STORED
            archive.writestr(zipfile.ZipInfo(name, _DATE), data, method)


def _list_facts(village: VillageYear) -> dict[str, Any]:
    values = {f.name: getattr(village, f.name) for f in fields(village) if f.name not in {"lines", "households"}}
    return values | {"programmes": [{name: getattr(p, name) for name in _PROGRAMME} for p in village.programmes]}


def _pack(tables: Sequence[PublicTable], villages: Sequence[VillageYear], kinds: Mapping[str, Kind]) -> bytes:
    """All villages' tables in one, with the village's code in front."""
    import pandas as pd  # notices are made again without it, and without pyarrow where nothing is read
    import pyarrow as pa
    from pyarrow import parquet

    codes = np.repeat(np.array([v.village_code for v in villages], dtype=object), [len(t) for t in tables])
    columns = {_CODE: codes} | {name: _join(name, kind, tables) for name, kind in kinds.items()}
    dtypes = {_CODE: "str"} | {name: _DTYPES[kind] for name, kind in kinds.items()}
    # with what pandas notes about a table of its own: the same figures give the same bytes as in earlier versions
    schema = pa.Schema.from_pandas(pd.DataFrame(columns=list(dtypes)).astype(dtypes), preserve_index=False)
    arrays = [
        pa.array(column, field.type, mask=column == NONE if field.type == pa.int64() else None)
        for column, field in zip(columns.values(), schema, strict=True)
    ]
    stream = io.BytesIO()
    parquet.write_table(pa.Table.from_arrays(arrays, schema=schema), stream, compression="zstd")
    return stream.getvalue()


def _join(name: str, kind: Kind, tables: Sequence[PublicTable]) -> Array:
    """A column of all tables."""
    return np.concatenate([np.zeros(0, object if kind == "text" else np.int64), *(t.columns[name] for t in tables)])


def keep_earlier(out: Path, staging: Path) -> None:
    """Puts the figures of the run before beside the new ones just staged.

    They are those in OUT or, where these say the same as the new ones, the earlier ones of OUT.
    """
    (staging / PRIVATE / EARLIER).unlink(missing_ok=True)  # figures may be staged twice in a run
    now = (staging / PRIVATE / KEPT).read_bytes()
    for name in (KEPT, EARLIER):
        path = out / PRIVATE / name
        if path.is_file() and path.read_bytes() != now:
            (staging / PRIVATE / EARLIER).write_bytes(path.read_bytes())
            return


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
    try:
        with zipfile.ZipFile(path) as archive:  # what `pick` raises passes through
            facts = json.loads(archive.read(_FACTS))
            if facts["format"] != _FORMAT:
                raise UsageError(f"{path} 是另一个版本做的。请重新运行一次 run。")
            known = [Where(*(v[name] for name in Where._fields)) for v in facts["villages"]]
            codes = None if pick is None else frozenset(pick(known))
            wanted = [v for v in facts["villages"] if codes is None or v[_CODE] in codes]
            lines = _unpack(archive.read(_LINES), LINE_COLUMNS, codes)
            households = _unpack(archive.read(_HOUSEHOLDS), HOUSEHOLD_COLUMNS, codes)
    except (zipfile.BadZipFile, KeyError, ValueError, OSError) as error:
        raise UsageError(f"{path} 读不出来（{error}）。请重新运行一次 run。") from error
    return Kept(
        datetime.fromisoformat(facts["stamp"]),
        tuple(_make_village(v, lines, households) for v in wanted),
        tuple(MergedTotal(**m) for m in facts["merged"]),
        tuple((township, village) for township, village in facts["empty"]),
    )


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
