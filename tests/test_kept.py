"""What a run keeps for its notices comes back as it was, and only the villages asked for are read."""

import zipfile
from datetime import UTC, datetime

import pandas as pd
import pytest

from village_notice.domain.public import (
    HOUSEHOLD_COLUMNS,
    LINE_COLUMNS,
    MergedTotal,
    ProgrammeSummary,
    VillageYear,
    check_code,
)
from village_notice.domain.public_table import make_table
from village_notice.domain.subsidy import Tier
from village_notice.errors import UsageError
from village_notice.kept import EARLIER, KEPT, Kept, keep_earlier, read_kept, write_kept
from village_notice.output import PRIVATE


def make_village(code, names):
    rows = [("S001", n, "1组", name, 1500, None, 1, 100 * n, n, n, "6月") for n, name in enumerate(names, 1)]
    lines = make_table(LINE_COLUMNS, rows)
    homes = [(n, n, "1组", name, 1, 100 * n) for n, name in enumerate(names, 1)]
    households = make_table(HOUSEHOLD_COLUMNS, homes)
    fen = sum(r[7] for r in rows)
    programme = ProgrammeSummary("S001", "甲补贴", Tier.A, "农业农村局", "亩", len(names), len(names), 0, "", fen)
    return VillageYear(
        2022, "莱阳市", "甲镇", "甲镇", f"村{code[-1]}村", f"村{code[-1]}村村民委员会", code, "村", (programme,), lines, households,
        len(names), len(names), fen, 0, False, 0, "2022-12-15",
    )  # fmt: skip


@pytest.fixture
def kept():
    villages = (
        make_village("370682114201", ["王𬎆", "李四"]),
        make_village("370682114202", []),
        make_village("370682114203", ["赵五"]),
    )
    return Kept(
        datetime(2022, 12, 20, tzinfo=UTC), villages, (MergedTotal("甲镇", 2, 4, 4, 900),), (("甲镇", "无名村"),)
    )


@pytest.fixture
def out(tmp_path, kept):
    (tmp_path / PRIVATE).mkdir()
    write_kept(kept, tmp_path / PRIVATE / KEPT)
    return tmp_path


def test_everything_comes_back(out, kept):
    back = read_kept(out)
    assert (back.stamp, back.merged, back.empty) == (kept.stamp, kept.merged, kept.empty)
    for found, given in zip(back.villages, kept.villages, strict=True):
        assert found == given
        assert check_code(found) == check_code(given)


def test_only_the_villages_picked(out):
    back = read_kept(out, lambda known: [w.village_code for w in known if w.village == "村3村"])
    assert [(v.village, v.lines.values("name")) for v in back.villages] == [("村3村", ["赵五"])]


def test_the_file_is_what_pandas_would_write_as_earlier_versions_did(out, kept):
    dtypes = {"text": "str", "int": "int64", "int or none": "Int64"}
    with zipfile.ZipFile(out / PRIVATE / KEPT) as archive:
        for name, kinds in (("明细.parquet", LINE_COLUMNS), ("户.parquet", HOUSEHOLD_COLUMNS)):
            tables = [v.lines if kinds is LINE_COLUMNS else v.households for v in kept.villages]
            frames = [pd.DataFrame(t.to_lists()).astype({c: dtypes[kind] for c, kind in kinds.items()}) for t in tables]
            whole = pd.concat(frames, ignore_index=True)
            codes = [v.village_code for v, t in zip(kept.villages, tables, strict=True) for _ in range(len(t))]
            whole.insert(0, "village_code", pd.Series(codes, dtype="str"))
            assert whole.to_parquet(index=False, compression="zstd") == archive.read(name)


def test_same_figures_same_bytes(out, kept, tmp_path):
    write_kept(kept, tmp_path / "again.zip")
    assert (tmp_path / "again.zip").read_bytes() == (out / PRIVATE / KEPT).read_bytes()


def test_a_folder_without_results_and_a_broken_file(tmp_path, out):
    with pytest.raises(UsageError, match="没有"):
        read_kept(tmp_path / "nothing")
    (out / PRIVATE / KEPT).write_bytes(b"PK")
    with pytest.raises(UsageError, match="重新运行"):
        read_kept(out)


def test_figures_staged_twice_leave_no_earlier_ones_that_say_the_same(tmp_path):
    out, staging = tmp_path / "结果", tmp_path / "正在生成"
    for folder, data in ((out, b"without the refused"), (staging, b"with it")):
        (folder / PRIVATE).mkdir(parents=True)
        (folder / PRIVATE / KEPT).write_bytes(data)
    keep_earlier(out, staging)
    assert (staging / PRIVATE / EARLIER).read_bytes() == b"without the refused"
    (staging / PRIVATE / KEPT).write_bytes(b"without the refused")
    keep_earlier(out, staging)
    assert not (staging / PRIVATE / EARLIER).exists()
