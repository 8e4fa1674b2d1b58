"""What a run keeps for its notices comes back as it was, and only the villages asked for are read."""

import io
import json
import random
import zipfile
from dataclasses import asdict, replace
from datetime import UTC, datetime

import pandas as pd
import pytest

from village_notice import kept as kept_file
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

pytestmark = pytest.mark.usefixtures("warm_readers")


def make_village(code, names, township="甲镇"):
    rows = [("S001", n, "1组", name, 1500, None, 1, 100 * n, n, n, "6月") for n, name in enumerate(names, 1)]
    lines = make_table(LINE_COLUMNS, rows)
    homes = [(n, n, "1组", name, 1, 100 * n) for n, name in enumerate(names, 1)]
    households = make_table(HOUSEHOLD_COLUMNS, homes)
    fen = sum(r[7] for r in rows)
    programme = ProgrammeSummary("S001", "甲补贴", Tier.A, "农业农村局", "亩", len(names), len(names), 0, "", fen)
    return VillageYear(
        2022, "莱阳市", "甲镇", township, f"村{code[-1]}村", f"村{code[-1]}村村民委员会", code, "村", (programme,), lines, households,
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


def pack_with_pandas(villages, kinds):
    dtypes = {"text": "str", "int": "int64", "int or none": "Int64"}
    tables = [v.lines if kinds is LINE_COLUMNS else v.households for v in villages]
    frames = [pd.DataFrame(t.to_lists()).astype({c: dtypes[kind] for c, kind in kinds.items()}) for t in tables]
    whole = pd.concat(frames, ignore_index=True)
    codes = [v.village_code for v, t in zip(villages, tables, strict=True) for _ in range(len(t))]
    whole.insert(0, "village_code", pd.Series(codes, dtype="str"))
    return whole.to_parquet(index=False, compression="zstd")


TABLES = {"明细": LINE_COLUMNS, "户": HOUSEHOLD_COLUMNS}


def test_the_tables_are_what_pandas_would_write(out, kept):
    with zipfile.ZipFile(out / PRIVATE / KEPT) as archive:
        for name, kinds in TABLES.items():
            assert pack_with_pandas(kept.villages, kinds) == archive.read(f"{name}/001.parquet")


def write_as_before(kept, path):
    """As versions up to format 1 did: all villages in one pair of tables."""
    villages = [{k: v for k, v in asdict(v).items() if k not in {"lines", "households"}} for v in kept.villages]
    merged = [asdict(m) for m in kept.merged]
    facts = {"format": 1, "stamp": kept.stamp.isoformat(), "villages": villages, "merged": merged, "empty": kept.empty}
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("村.json", json.dumps(facts, ensure_ascii=False), zipfile.ZIP_DEFLATED)
        for name, kinds in TABLES.items():
            archive.writestr(f"{name}.parquet", pack_with_pandas(kept.villages, kinds))


def test_what_earlier_versions_left_is_read(tmp_path, kept):
    (tmp_path / PRIVATE).mkdir()
    write_as_before(kept, tmp_path / PRIVATE / KEPT)
    assert read_kept(tmp_path) == kept
    assert read_kept(tmp_path, lambda known: [known[2].village_code]).villages == kept.villages[2:]


TOWNSHIPS = ("甲镇", "", "a", "A", "甲/..\\乙", "CON")
"""Any name will do: none becomes the name of a member."""


@pytest.fixture
def county(kept):
    villages = [make_village(f"{n:012}", "王李赵孙"[: n % 5], TOWNSHIPS[n % len(TOWNSHIPS)]) for n in range(14)]
    return replace(kept, villages=tuple(villages))


def write(kept, path, earlier=None):
    write_kept(kept, path, earlier)
    return path.read_bytes()


def test_only_the_townships_of_the_villages_picked_are_read(tmp_path, county, monkeypatch):
    (tmp_path / PRIVATE).mkdir()
    write(county, tmp_path / PRIVATE / KEPT)
    assert read_kept(tmp_path) == county
    read, asked = zipfile.ZipFile.read, []
    monkeypatch.setattr(zipfile.ZipFile, "read", lambda archive, name: asked.append(name) or read(archive, name))
    back = read_kept(tmp_path, lambda known: [w.village_code for w in known if w.township == "a"])
    assert back.villages == tuple(v for v in county.villages if v.township == "a")
    assert [name for name in asked if name.endswith(".parquet")] == ["明细/003.parquet", "户/003.parquet"]


def change(villages, rng):
    """One small change."""
    place = rng.randrange(len(villages))
    village = villages[place]
    names = rng.choices("王李赵孙周𬎆", k=rng.randrange(4))
    kind = rng.choice(["lines", "households", "facts", "township", "gone", "come", "order"])
    if kind == "lines":
        villages[place] = replace(village, lines=make_village(village.village_code, names).lines)
    elif kind == "households":
        villages[place] = replace(village, households=make_village(village.village_code, names).households)
    elif kind == "facts":
        villages[place] = replace(village, held=village.held + 1)
    elif kind == "township":
        villages[place] = replace(village, township=rng.choice(TOWNSHIPS))
    elif kind == "gone" and len(villages) > 1:
        del villages[place]
    elif kind == "come":
        villages.insert(place, make_village(f"{rng.randrange(10**12):012}", names, rng.choice(TOWNSHIPS)))
    elif kind == "order":
        rng.shuffle(villages)


def test_with_the_file_before_it_becomes_what_it_becomes_without(tmp_path, county):
    rng, villages, earlier = random.Random(5), list(county.villages), tmp_path / "0.zip"
    write(county, earlier)
    for number in range(1, 60):
        for _ in range(rng.randrange(3)):
            change(villages, rng)
        now = replace(county, villages=tuple(villages))
        alone, path = write(now, tmp_path / "alone.zip"), tmp_path / f"{number}.zip"
        assert write(now, path, earlier) == alone
        earlier = path
    chosen = replace(county, villages=tuple(v for v in villages if v.township in TOWNSHIPS[:2]))
    assert write(chosen, tmp_path / "some.zip", earlier) == write(chosen, tmp_path / "alone.zip")


def test_only_townships_that_say_something_else_are_packed_again(tmp_path, county, monkeypatch):
    pack, packed = kept_file._pack, []
    monkeypatch.setattr(kept_file, "_pack", lambda villages: packed.append(villages[0].township) or pack(villages))
    write(county, tmp_path / "earlier.zip")
    assert packed == [*TOWNSHIPS]
    packed.clear()
    villages = [replace(v, lines=v.lines.cut(1, len(v.lines))) if v.township == "A" else v for v in county.villages]
    write(replace(county, villages=tuple(villages)), tmp_path / "now.zip", tmp_path / "earlier.zip")
    assert packed == ["A"]


def test_a_damaged_file_before_is_not_used(tmp_path, county):
    data, rng, earlier = write(county, tmp_path / "now.zip"), random.Random(7), tmp_path / "earlier.zip"
    for _ in range(150):
        damaged = bytearray(data)
        damaged[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
        earlier.write_bytes(damaged[: rng.choice([len(data), rng.randrange(len(data))])])
        assert write(county, tmp_path / "now.zip", earlier) == data


def rewrite(data, changes):
    """The file with other members, as a program for archives would leave it."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as archive, zipfile.ZipFile(stream, "w") as made:
        for name in archive.namelist():
            made.writestr(name, changes.get(name, lambda old: old)(archive.read(name)))
    return stream.getvalue()


@pytest.mark.parametrize("noted", [b"", b"[]", b"{}", b'{"writer": 1}', b"3", b"\xff", b"[" * 10**6])
def test_a_file_before_that_notes_something_else_is_not_used(tmp_path, county, noted):
    data, earlier = write(county, tmp_path / "now.zip"), tmp_path / "earlier.zip"
    earlier.write_bytes(rewrite(data, {"乡镇.json": lambda _: noted}))
    assert write(county, tmp_path / "now.zip", earlier) == data


@pytest.mark.parametrize("townships", [{}, [[]], [{"digest": 1}], [{"digest": [], "sha256": ""}], 7, None])
def test_a_file_before_whose_townships_are_something_else_is_not_used(tmp_path, county, townships):
    def change_noted(old):
        return json.dumps(json.loads(old) | {"townships": townships}).encode()

    data, earlier = write(county, tmp_path / "now.zip"), tmp_path / "earlier.zip"
    earlier.write_bytes(rewrite(data, {"乡镇.json": change_noted}))
    assert write(county, tmp_path / "now.zip", earlier) == data


def test_tables_that_somebody_changed_in_the_file_before_are_not_used(tmp_path, county):
    data, earlier = write(county, tmp_path / "now.zip"), tmp_path / "earlier.zip"
    others = kept_file._pack(county.villages[:1])
    earlier.write_bytes(rewrite(data, {"明细/002.parquet": lambda _: others[0], "户/003.parquet": lambda _: others[1]}))
    assert write(county, tmp_path / "now.zip", earlier) == data


def test_files_before_that_are_none_or_of_another_version_are_not_used(tmp_path, county, monkeypatch):
    data, earlier = write(county, tmp_path / "now.zip"), tmp_path / "earlier.zip"
    assert write(county, tmp_path / "now.zip", earlier) == data
    assert write(county, tmp_path / "now.zip", tmp_path) == data
    write_as_before(county, earlier)
    assert write(county, tmp_path / "now.zip", earlier) == data
    with monkeypatch.context() as patched:
        patched.setattr(kept_file, "_name_writer", lambda: "another")
        patched.setattr(kept_file, "_pack", lambda _: [b"packed in another way"] * 2)
        write(county, earlier)
    assert write(county, tmp_path / "now.zip", earlier) == data


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


def stage(out, kept, write=write_kept):
    """A run into OUT: its figures are staged and put in place."""
    staging = out / "正在生成"
    for folder in (out, staging):
        (folder / PRIVATE).mkdir(parents=True, exist_ok=True)
    write(kept, staging / PRIVATE / KEPT)
    keep_earlier(out, staging)
    (out / PRIVATE / EARLIER).unlink(missing_ok=True)
    for path in [*(staging / PRIVATE).iterdir()]:
        path.replace(out / PRIVATE / path.name)


def test_the_same_figures_written_by_another_version_are_no_earlier_ones(tmp_path, county, monkeypatch):
    first = replace(county, villages=county.villages[1:])
    stage(tmp_path, first, write_as_before)
    stage(tmp_path, county, write_as_before)
    stage(tmp_path, county)  # a new version
    assert read_kept(tmp_path, name=EARLIER) == first
    with monkeypatch.context() as patched:
        patched.setattr(kept_file, "_hash_tables", lambda villages: villages[0].village_code)  # another way to hash
        stage(tmp_path, county)
    assert read_kept(tmp_path, name=EARLIER) == first
    monkeypatch.setattr(kept_file, "_name_writer", lambda: "a newer one")
    stage(tmp_path, county)
    assert read_kept(tmp_path, name=EARLIER) == first
    stage(tmp_path, replace(county, merged=()))
    assert read_kept(tmp_path, name=EARLIER) == county


def test_damaged_figures_of_another_version_do_not_stop_a_run(tmp_path, county):
    stage(tmp_path, county)
    (tmp_path / PRIVATE / KEPT).write_bytes(
        rewrite((tmp_path / PRIVATE / KEPT).read_bytes(), {"乡镇.json": lambda _: b"{"})
    )
    stage(tmp_path, county)
    assert read_kept(tmp_path) == county


@pytest.mark.parametrize(
    "change",
    [
        lambda facts: facts.pop("stamp"),
        lambda facts: facts.update(stamp="yesterday"),
        lambda facts: facts.update(empty=[1]),
        lambda facts: facts.pop("merged"),
        lambda facts: facts["villages"][0].pop("programmes"),
        lambda facts: facts["villages"][0]["programmes"][0].update(tier="Z"),
    ],
)
def test_facts_of_another_version_do_not_stop_a_run_and_are_told_to_who_reads_them(tmp_path, county, change):
    def alter(data):
        facts = json.loads(data)
        change(facts)
        return json.dumps(facts).encode()

    stage(tmp_path, county)
    path = tmp_path / PRIVATE / KEPT
    path.write_bytes(rewrite(path.read_bytes(), {"村.json": alter, "乡镇.json": lambda _: b"{}"}))
    with pytest.raises(UsageError, match="请重新运行"):
        read_kept(tmp_path)
    stage(tmp_path, county)
    assert read_kept(tmp_path) == county


def test_no_damage_of_the_figures_before_stops_a_run(tmp_path, county):
    stage(tmp_path, county)
    path, rng = tmp_path / PRIVATE / KEPT, random.Random(11)
    data = path.read_bytes()
    end = data.rindex(b"PK\x01\x02")  # in the list of members one byte can ask for another version, or for a password
    for place in [*range(end, end + 46), *(rng.randrange(len(data)) for _ in range(100))]:
        damaged = bytearray(data)
        damaged[place] ^= 1 << rng.randrange(8)
        path.write_bytes(damaged)
        stage(tmp_path, county)
        assert path.read_bytes() == data
