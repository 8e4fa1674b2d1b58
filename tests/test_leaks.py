"""Promise two, on a whole sample: no private number and no withheld name is in anything under 公开, however it is read."""

import html
import json
import re
import sqlite3
import zipfile
from contextlib import closing

import openpyxl
import pypdf
import pypdfium2
import pytest
from click.testing import CliRunner

from village_notice.cli import main
from village_notice.demo import INBOX, RESULTS

_DIGITS = re.compile(r"\d[\dXx\s.\-]{5,}")


@pytest.fixture(scope="module")
def made(small_demo):
    """A small sample, run: (truth, folder 公开, what can be read in each of its files)."""
    folder, _ = small_demo
    public = folder / RESULTS / "公开"
    kept = {}  # a notice lies beside the archive and, the same bytes, in it
    texts = {}
    for path in sorted(p for p in public.rglob("*") if p.is_file()):
        key = path.suffix, path.read_bytes()
        texts[path] = kept[key] = kept[key] if key in kept else tuple(read_texts(path))
    return json.loads((folder / INBOX / "truth.json").read_text(encoding="utf-8")), public, texts


def read_texts(path):
    """Everything a person or a program could take out of a file."""
    data = path.read_bytes()
    yield data.decode("utf-8", errors="ignore")
    yield data.decode("utf-16-le", errors="ignore")
    if path.suffix == ".pdf":
        # ten times as fast as pypdf, which tests/test_pipeline.py takes
        with closing(pypdfium2.PdfDocument(data)) as document:
            yield from (page.get_textpage().get_text_range() for page in document)
        yield str(pypdf.PdfReader(path).metadata)
    elif path.suffix == ".xlsx":
        with zipfile.ZipFile(path) as archive:
            yield from (html.unescape(archive.read(name).decode("utf-8")) for name in archive.namelist())
    elif path.suffix == ".db":
        connection = sqlite3.connect(path)
        plain = "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE '%VIRTUAL%'"
        for (table,) in connection.execute(plain).fetchall():
            yield repr(connection.execute(f'SELECT * FROM "{table}"').fetchall())
        connection.close()


@pytest.mark.xdist_group("demo")
def test_no_id_card_or_telephone_of_the_inbox_is_in_any_public_file(made):
    truth, _, texts = made
    private = {re.sub(r"\W", "", str(number)) for kind in truth["private"].values() for number in kind}
    assert len(private) > 300
    assert {p.suffix for p in texts} >= {".pdf", ".xlsx", ".csv", ".html", ".txt", ".json", ".db"}
    for path, read in texts.items():
        for text in read:
            found = {re.sub(r"[^\dXx]", "", run) for run in _DIGITS.findall(text)} & private
            assert not found, path


@pytest.mark.xdist_group("demo")
def test_no_name_that_must_be_withheld_is_in_any_file_of_its_village(made):
    truth, public, texts = made
    checked = 0
    for code, village in truth["villages"].items():
        names = village["withheld_names"]
        folder = next((p.parent.parent for p in public.rglob("bag-info.txt") if code in p.read_text("utf-8")), None)
        for path in folder.rglob("*") if folder else ():
            if path.is_file():
                assert not [n for n in names for words in texts[path] if n in words], path
                checked += 1
    assert checked > 100 and sum(len(v["withheld_names"]) for v in truth["villages"].values()) >= 4


@pytest.fixture
def write_inbox(tmp_path):
    """A function that writes one list of 羊郡镇 with these names (and groups)."""

    def write(*rows):
        book = openpyxl.Workbook()
        book.active.append(["2022年羊郡镇耕地地力保护补贴发放明细表"])
        book.active.append(["序号", "村名", "村民小组", "户主姓名", "一卡通账号", "实发金额（元）", "发放日期", "状态"])
        for number, (name, group) in enumerate(rows, 1):
            account = f"6299990000000{number:06d}"
            book.active.append([number, "桥头村", group, name, account, 100, "2022-06-30", "成功"])
        (tmp_path / "收件箱").mkdir(exist_ok=True)
        book.save(tmp_path / "收件箱/地力.xlsx")
        return tmp_path / "收件箱"

    return write


def test_numbers_and_remarks_typed_into_names_and_groups_stay_inside_and_are_told(write_inbox, tmp_path):
    names = ["李甲138.0013.8000", "李丙①③⑧⓪⓪①③⑧⓪⓪⓪", "王一残疾", "王二-已故", "张一13800138000", "赵三", "孙四", "周五"]
    groups = ["1组", "1组", "1组", "低保2组", "1组电话", "1组", "1组", "1组"]
    inbox = write_inbox(*zip(names, groups, strict=True))
    words = ["run", str(inbox), "--year", "2022", "--out", str(tmp_path / "结果"), "--quiet", "--json"]
    result = CliRunner().invoke(main, words)
    figures = json.loads(result.stdout)
    assert figures["accepted"]["rows"] == 8 and figures["refused"] == 0
    assert figures["findings"]["C18"] >= 4 and figures["findings"]["R16"] == 2
    everything = "\n".join(t for p in (tmp_path / "结果/公开").rglob("*") if p.is_file() for t in read_texts(p))
    plain = re.sub(r"[\s.\-]", "", everything)
    for secret in ("13800138000", "残疾", "已故", "低保2组", "1组电话", "①③⑧"):
        assert secret not in plain, secret


def test_what_the_last_look_refuses_is_nowhere_in_public(write_inbox, tmp_path, monkeypatch):
    inbox = write_inbox(*[(f"王{c}", "1组") for c in "甲乙丙丁"])
    monkeypatch.setattr(
        "village_notice.publish.check_file", lambda data, _: ["379…，共18位"] if "王甲".encode() in data else []
    )
    words = ["run", str(inbox), "--year", "2022", "--out", str(tmp_path / "结果"), "--quiet", "--json"]
    result = CliRunner().invoke(main, words)
    figures = json.loads(result.stdout)
    assert result.exit_code == 3 and figures["refused"] == 1 and figures["published"] == 0
    public = tmp_path / "结果/公开"
    assert not list(public.rglob("*.pdf")) and not list(public.rglob("bagit.txt"))
    assert "王甲" not in "\n".join(t for p in public.rglob("*") if p.is_file() for t in read_texts(p))
