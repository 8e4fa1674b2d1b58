"""Inbox and results on storage: what comes of a run is what a run on folders gives, and only changes travel."""

import contextlib
import io
from pathlib import Path

import fsspec
import openpyxl
import pytest
from click.testing import CliRunner

from village_notice.cli import main
from village_notice.errors import CannotWriteError, UsageError
from village_notice.mirror import Mirror
from village_notice.output import STAGING
from village_notice.progress import stay_silent
from village_notice.settings import Settings
from village_notice.sources.reference import read_reference
from village_notice.storage import FolderUrl, Storage

pytestmark = pytest.mark.usefixtures("warm_readers")
VILLAGE = next(v.name for v in read_reference(Settings()).register.villages if v.township == "羊郡镇")
HEADINGS = ("序号", "村名", "户主姓名", "补贴面积（亩）", "补贴标准（元/亩）", "实发金额（元）")


def make_workbook(amount):
    book = openpyxl.Workbook()
    book.active.title = "耕地地力保护补贴"
    book.active.append(["羊郡镇2022年耕地地力保护补贴发放明细表"])
    book.active.append(HEADINGS)
    for number, (name, area) in enumerate((("王建国", 3), ("李秀英", 2)), 1):
        book.active.append((number, VILLAGE, name, area, amount, area * amount))
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


@pytest.fixture
def memory():
    system = fsspec.filesystem("memory")
    with contextlib.suppress(FileNotFoundError):
        system.rm("/县", recursive=True)
    yield system
    with contextlib.suppress(FileNotFoundError):
        system.rm("/县", recursive=True)


def run(*args):
    found = CliRunner().invoke(main, ["run", *map(str, args), "--year", "2022", "--workers", "1"])
    assert found.exit_code in (0, 3), found.output
    return found.output


def read_tree(folder):
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def read_storage(system, root):
    return {name.removeprefix(f"{root}/"): system.cat_file(name) for name in system.find(root)}


def leave_out_own(tree):
    own = (".village_notice.lock", "/.缓存/")
    return {name: data for name, data in tree.items() if not any(word in name for word in own)}


def take_public(tree):
    """What is the same wherever the inbox stands: the clerk's own workbooks link to it."""
    return {name: data for name, data in tree.items() if name.startswith("公开/")}


def test_results_on_storage_are_those_of_folders(memory, tmp_path):
    inbox = tmp_path / "收件箱"
    (inbox / "羊郡镇").mkdir(parents=True)
    (inbox / "羊郡镇" / "地力.xlsx").write_bytes(make_workbook(130))
    memory.pipe("/县/收件箱/羊郡镇/地力.xlsx", make_workbook(130))
    run(inbox, "--out", tmp_path / "结果")
    run("memory://县/收件箱", "--out", "memory://县/结果", "--mirror", tmp_path / "本机")
    there, here = read_storage(memory, "/县/结果"), leave_out_own(read_tree(tmp_path / "结果"))
    assert there.keys() == here.keys()
    assert len(take_public(there)) > 5
    assert take_public(there) == take_public(here)


def test_only_what_changed_travels_and_what_is_gone_goes(memory, tmp_path):
    for name in ("甲", "乙"):
        memory.pipe(f"/县/收件箱/{name}/地力.xlsx", make_workbook(130 if name == "甲" else 90))
    args = ("memory://县/收件箱", "--out", "memory://县/结果", "--mirror", tmp_path / "本机")
    assert "取回收件箱：2" in run(*args)
    again = run(*args)
    assert "取回" not in again
    assert "送出" not in again
    memory.pipe("/县/收件箱/甲/地力.xlsx", make_workbook(140))
    memory.rm_file("/县/收件箱/乙/地力.xlsx")
    told = run(*args)
    assert "取回收件箱：1" in told
    assert "送出结果" in told
    fresh = tmp_path / "另一处"
    (fresh / "甲").mkdir(parents=True)
    (fresh / "甲" / "地力.xlsx").write_bytes(make_workbook(140))
    run(fresh, "--out", tmp_path / "结果")
    there = read_storage(memory, "/县/结果")
    paper = {n: d for n, d in there.items() if n.startswith("公开/羊郡镇/") and "档案" not in n}
    assert paper == {n: (tmp_path / "结果" / n).read_bytes() for n in paper}


def test_results_of_another_computer_are_taken_up(memory, tmp_path):
    memory.pipe("/县/收件箱/地力.xlsx", make_workbook(130))
    args = ("memory://县/收件箱", "--out", "memory://县/结果", "--mirror")
    run(*args, tmp_path / "一号机")
    before = read_storage(memory, "/县/结果")
    told = run(*args, tmp_path / "二号机")
    assert f"取回结果：{len(before)}" in told
    assert read_storage(memory, "/县/结果") == before


def test_a_result_changed_on_storage_is_kept_and_told(memory, tmp_path):
    memory.pipe("/县/收件箱/地力.xlsx", make_workbook(130))
    args = ("memory://县/收件箱", "--out", "memory://县/结果", "--mirror", tmp_path / "本机")
    run(*args)
    paper = next(name for name in memory.find("/县/结果/公开") if name.endswith("广播稿.txt"))
    right = memory.cat_file(paper)
    memory.pipe(paper, "有人改过".encode())
    assert "您手工改过" in run(*args)
    assert memory.cat_file(paper) == right
    assert memory.cat_file(paper.replace("/县/结果/", "/县/结果/旧版/")) == "有人改过".encode()


def test_sending_goes_on_after_a_failure(memory, tmp_path, monkeypatch):
    memory.pipe("/县/收件箱/地力.xlsx", make_workbook(130))
    args = [
        "run",
        "memory://县/收件箱",
        "--year",
        "2022",
        "--out",
        "memory://县/结果",
        "--mirror",
        str(tmp_path / "本机"),
    ]
    put, sent = type(memory).put_file, []

    def fail(self, here, there, **values):
        if len(sent) > 5:
            raise OSError("网断了")
        sent.append(there)
        return put(self, here, there, **values)

    monkeypatch.setattr(type(memory), "put_file", fail)
    found = CliRunner().invoke(main, args)
    assert found.exit_code == 6
    assert "网断了" in found.output
    assert "Traceback" not in found.output
    assert not memory.exists("/县/结果/.village_notice.json")
    monkeypatch.undo()
    assert CliRunner().invoke(main, args).exit_code in (0, 3)
    local = next((tmp_path / "本机").glob("结果-????????"))
    assert read_storage(memory, "/县/结果") == leave_out_own(read_tree(local))


def test_what_the_user_must_know(memory, tmp_path):
    def tell(*args):
        found = CliRunner().invoke(main, ["run", *map(str, args), "--year", "2022"])
        assert found.exit_code == 2
        return found.output

    assert "--mirror" in tell("memory://县/收件箱", "--out", tmp_path / "结果")
    mirror = ("--out", tmp_path / "结果", "--mirror", tmp_path / "本机")
    assert "没有文件" in tell("memory://县/收件箱", *mirror)
    assert "请检查网址" in tell("nowhere://县/收件箱", *mirror)
    assert "密码" in tell("ftp://office:secret@10.0.0.1/收件箱", *mirror)
    assert "secret" not in tell("ftp://office:secret@10.0.0.1/收件箱", *mirror)


@pytest.mark.parametrize(
    "name",
    [
        "token",
        "accessKeyId",
        "X-Amz-Signature",
        "sig",
        "AWS_SECRET_ACCESS_KEY",
        "access_token",
        "APIKEY",
        "sastoken",
        "passphrase",
    ],
)
def test_a_key_in_an_address_is_refused(name):
    with pytest.raises(UsageError, match="令牌") as told:
        FolderUrl.parse(f"https://x.example/收件箱?year=2022&{name}=geheim")
    assert "geheim" not in str(told.value)


@pytest.mark.parametrize(
    "text", ["s3://桶/收件箱?versionId=7", "memory://县/token", "s3://桶/monkey?design=1&author=a"]
)
def test_other_words_in_an_address_are_not_keys(text):
    assert str(FolderUrl.parse(text)) == text


def test_a_name_that_leads_out_of_the_folder_is_refused(memory, monkeypatch):
    make_inbox(memory)
    monkeypatch.setattr(type(memory), "find", lambda *_, **__: {"/县/收件箱/../坏.xlsx": {"type": "file", "size": 1}})
    with pytest.raises(UsageError, match="文件名"):
        Storage(FolderUrl("memory://县/收件箱")).list_files()


def test_storage_without_marks_is_fetched_each_time(tmp_path, memory, monkeypatch):
    memory.pipe("/县/收件箱/甲.txt", b"1")
    monkeypatch.setattr("village_notice.storage._MARKS", ())
    for data in (b"2", b"3"):  # as long as before
        memory.pipe("/县/收件箱/甲.txt", data)
        mirror = Mirror.open(FolderUrl("memory://县/收件箱"), tmp_path, "收件箱")
        mirror.fetch(stay_silent)
        assert (mirror.folder / "甲.txt").read_bytes() == data


def test_a_file_changed_in_the_mirror_is_fetched_again(tmp_path, memory):
    memory.pipe("/县/收件箱/甲.txt", b"1")
    for _ in range(2):
        mirror = Mirror.open(FolderUrl("memory://县/收件箱"), tmp_path, "收件箱")
        mirror.fetch(stay_silent)
        assert (mirror.folder / "甲.txt").read_bytes() == b"1"
        (mirror.folder / "甲.txt").write_bytes(b"22")
        (mirror.folder / "多出来的.txt").write_bytes(b"3")


def test_sending_says_what_could_not_be_written(tmp_path):
    (tmp_path / "没有权限").write_bytes(b"")  # a file where a folder is wanted
    storage = Storage(FolderUrl(f"file://{tmp_path}/没有权限"))
    (tmp_path / "甲.txt").write_bytes(b"1")
    with pytest.raises(CannotWriteError, match="没有送到"):
        storage.send(tmp_path / "甲.txt", "里面/甲.txt")


def make_inbox(memory, amount=130):
    memory.pipe("/县/收件箱/地力.xlsx", make_workbook(amount))


def test_a_folder_that_cannot_be_listed_is_told_and_not_taken_for_empty(tmp_path, monkeypatch):
    for name in ("甲镇", "乙镇"):
        (tmp_path / "源" / name).mkdir(parents=True)
        (tmp_path / "源" / name / "表.xlsx").write_bytes(b"1")
    mirror = Mirror.open(FolderUrl(f"file://{tmp_path}/源"), tmp_path / "本机", "收件箱")
    mirror.fetch(stay_silent)
    kind = type(fsspec.filesystem("file"))
    listing = kind.ls

    def fail(self, path, *args, **values):
        if str(path).endswith("乙镇"):
            raise OSError("坏了")
        return listing(self, path, *args, **values)

    monkeypatch.setattr(kind, "ls", fail)
    with pytest.raises(UsageError, match="坏了"):
        mirror.fetch(stay_silent)
    assert (mirror.folder / "乙镇" / "表.xlsx").read_bytes() == b"1"


def test_a_run_after_another_computer_sent_other_results_is_done(memory, tmp_path):
    args = ("memory://县/收件箱", "--out", "memory://县/结果", "--mirror")
    make_inbox(memory)
    run(*args, tmp_path / "一号机")
    before = take_public(read_storage(memory, "/县/结果"))
    make_inbox(memory, 999)
    run(*args, tmp_path / "二号机")
    make_inbox(memory)
    assert "与上次完全相同" not in run(*args, tmp_path / "一号机")
    assert take_public(read_storage(memory, "/县/结果")) == before


def test_what_a_run_was_stopped_in_is_not_put_over_the_results_of_another_computer(memory, tmp_path):
    args = ("memory://县/收件箱", "--out", "memory://县/结果", "--mirror")
    make_inbox(memory)
    run(*args, tmp_path / "一号机")
    staging = next((tmp_path / "一号机").glob("结果-????????")) / STAGING
    (staging / "公开").mkdir(parents=True)
    (staging / "公开/以前的.txt").write_text("以前的", "utf-8")
    (staging / "放好.json").write_text('{"files": {"公开/以前的.txt": "1"}, "gone": []}', "utf-8")
    make_inbox(memory, 999)
    run(*args, tmp_path / "二号机")
    wanted = take_public(read_storage(memory, "/县/结果"))
    run(*args, tmp_path / "一号机")
    found = read_storage(memory, "/县/结果")
    assert take_public(found) == wanted and not [name for name in found if "以前的" in name]


def test_half_a_file_on_storage_never_takes_the_place_of_the_whole_one(memory, tmp_path, monkeypatch):
    make_inbox(memory)
    args = ("memory://县/收件箱", "--out", "memory://县/结果", "--mirror", tmp_path / "本机")
    put = type(memory).put_file

    def fail(self, here, there, **values):
        if there.endswith("查询.db"):
            self.pipe_file(there, Path(here).read_bytes()[:5000])
            raise OSError("网断了")
        return put(self, here, there, **values)

    monkeypatch.setattr(type(memory), "put_file", fail)
    assert CliRunner().invoke(main, ["run", *map(str, args), "--year", "2022"]).exit_code == 6
    whole = next((tmp_path / "本机").glob("结果-????????/公开/查询.db"))
    data = whole.read_bytes()
    monkeypatch.undo()
    run(*args)
    assert whole.read_bytes() == memory.cat_file("/县/结果/公开/查询.db") == data


@pytest.mark.parametrize("loss", ["storage", "record"])
def test_results_that_vanish_on_one_side_stay_on_the_other(memory, tmp_path, loss):
    make_inbox(memory)
    args = [
        "run",
        "memory://县/收件箱",
        "--out",
        "memory://县/结果",
        "--mirror",
        str(tmp_path / "本机"),
        "--year",
        "2022",
    ]
    CliRunner().invoke(main, args)
    local = next((tmp_path / "本机").glob("结果-????????"))
    here, there = read_tree(local), read_storage(memory, "/县/结果")
    if loss == "storage":
        memory.rm("/县/结果", recursive=True)
    else:
        next((tmp_path / "本机").glob("结果-????????.json")).write_text('{"files": {}}')
    found = CliRunner().invoke(main, args)
    assert found.exit_code == 2
    assert "没有动" in found.output
    assert read_tree(local) == here
    assert loss == "storage" or read_storage(memory, "/县/结果") == there


def test_a_cache_on_storage_is_left_alone(memory, tmp_path):
    make_inbox(memory)
    args = ("memory://县/收件箱", "--out", "memory://县/结果", "--mirror", tmp_path / "本机")
    run(*args)
    memory.pipe("/县/结果/内部资料_不得外传/.缓存/别人的.bin", b"1")
    run(*args)
    assert memory.cat_file("/县/结果/内部资料_不得外传/.缓存/别人的.bin") == b"1"
    assert not list((tmp_path / "本机").rglob("别人的.bin"))


def test_a_file_that_became_a_folder_on_storage(tmp_path, memory):
    url = FolderUrl("memory://县/收件箱")
    for name in ("甲", "甲/乙.txt", "甲"):
        for old in memory.find("/县/收件箱"):
            memory.rm_file(old)
        memory.store.pop("/县/收件箱/甲", None)
        memory.pseudo_dirs[:] = [d for d in memory.pseudo_dirs if not d.startswith("/县/收件箱/甲")]
        memory.pipe(f"/县/收件箱/{name}", b"1")
        mirror = Mirror.open(url, tmp_path, "收件箱")
        mirror.fetch(stay_silent)
        assert list(read_tree(mirror.folder)) == [name]
